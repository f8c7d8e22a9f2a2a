"""Chinese is the source, English is complete, and no sentence slips past the catalogue."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path

import pytest

from crm.translations import catalogue
from crm.translations.compile import compile_catalogues
from tests.conftest import ROOT
from tests.pages import HAN

PLACES = re.compile(r"%\((\w+)\)[sd]")
TABLES = ("crm/dedup", "crm/demo", "crm/reference", "crm/web/paper.py")
"""Chinese there is matter to work on (surnames, places, a district to show, names of fonts), not words of ours."""

BILINGUAL = ("crm/cli.py", "crm/lib/dates.py", "crm/lib/money.py", "crm/lib/numerals.py")
"""Speak both languages by themselves: amounts and days are read and written by rules, not by sentences."""

MARKS = ("_", "_c", "_n", "N_", "_l", "_one")
READS = {
    "strip",
    "lstrip",
    "rstrip",
    "replace",
    "split",
    "partition",
    "rpartition",
    "startswith",
    "endswith",
    "removeprefix",
    "removesuffix",
    "find",
    "index",
    "count",
    "translate",
    "maketrans",
    "compile",
    "match",
    "fullmatch",
    "search",
    "sub",
    "finditer",
    "findall",
}
"""Calls in which a text is looked for or taken away, not said."""


extracted = cache(catalogue.extracted)  # going over all sources takes seconds
english = cache(partial(catalogue.read, "en"))


def _sentences() -> list[str]:
    return [_forms(message.id)[0] for message in extracted() if message.id]


def _forms(words: str | list[str] | tuple[str, ...]) -> list[str]:
    """One text, or those of a sentence that counts."""
    return [words] if isinstance(words, str) else list(words)


def test_every_sentence_has_its_english() -> None:
    words = english()
    missing = [one for one in _sentences() if not (words.get(one) and all(_forms(words.get(one).string)))]
    assert not missing, f"{len(missing)} without English; run make translations and fill in:\n" + "\n".join(
        missing[:60]
    )


def test_nothing_in_the_catalogue_is_doubtful_or_left_over() -> None:
    words, used = english(), set(_sentences())
    assert not words.obsolete, f"obsolete: {list(words.obsolete)[:20]}; run make translations"
    assert not [message.id for message in words if message.id and message.fuzzy]
    unused = [message.id for message in words if message.id and _forms(message.id)[0] not in used]
    assert not unused, f"in no source any more: {unused[:20]}; run make translations"


def test_english_has_the_same_places_and_no_chinese() -> None:
    for message in english():
        if not message.id or not message.string:
            continue
        here = set(PLACES.findall(_forms(message.id)[0]))
        for form in _forms(message.string):
            there = set(PLACES.findall(form))
            lost = (
                here - there - ({"n"} if message.pluralizable else set())
            )  # “one row” says it without a figure
            assert not lost and not there - here, f"{message.id!r}: {here} became {there}"
            shown = HAN.search(re.sub(r"“[^”]*”|‘[^’]*’|\([^)]*\)", "", form))
            assert not shown, f"{message.id!r}: the English still has Chinese outside quotes: {form!r}"


def test_no_chinese_literal_stands_outside_a_marked_sentence() -> None:
    """In Python every visible sentence is inside _(), N_() or _l(). What is compared or looked for in a text
    is not said to anybody; tables in capitals at the top of a module are matter to work on (header names to
    recognise, say), and labels in them are marked like everywhere.
    """
    found = []
    for path in sorted((ROOT / "crm").rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith(TABLES + BILINGUAL):
            found += [f"{name}:{line}: {text[:60]}" for line, text in _unmarked(path)]
    assert not found, "Chinese outside _() or N_():\n" + "\n".join(found)


def _unmarked(path: Path) -> Iterator[tuple[int, str]]:
    tree = ast.parse(path.read_text("utf-8"))
    spared: set[ast.AST] = set()
    for node in ast.walk(tree):
        marked = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS
        words = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)  # a docstring
        reads = (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in READS
        )
        if marked or words or reads or isinstance(node, ast.Compare | ast.MatchValue):
            spared.update(ast.walk(node))
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(target, ast.Name) and target.id.isupper() for target in targets):
            spared.update(ast.walk(node))
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) and node not in spared else None
        if isinstance(text, str) and re.search(r"[\u3400-\u9fff]{2}", text):
            yield node.lineno, text


def test_scripts_and_styles_hold_no_chinese() -> None:
    """Words in the browser come from the page, which knows the reader's language. Comments may be Chinese."""
    for path in [*(ROOT / "static").rglob("*.js"), *(ROOT / "static").rglob("*.css")]:
        text = re.sub(r"/\*.*?\*/|(?<![:\"'])//[^\n]*", "", path.read_text("utf-8"), flags=re.S)
        lines = [line.strip() for line in text.splitlines() if HAN.search(line)]
        assert not lines, f"{path.relative_to(ROOT)}: {lines[:5]}"


def test_make_translations_takes_words_in_and_then_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = tmp_path / "words.json"
    words.write_text('{"签约": "Signed", "句子": "in no source"}', "utf-8")
    monkeypatch.setattr(
        catalogue, "path_of", lambda locale: tmp_path / locale / "LC_MESSAGES" / "messages.po"
    )
    monkeypatch.setattr(catalogue, "extracted", extracted)
    left = catalogue.update(pairs=[words])
    assert "签约" not in left and len(left) > 50
    written = (tmp_path / "en" / "LC_MESSAGES" / "messages.po").read_text("utf-8")
    assert 'msgid "签约"\nmsgstr "Signed"' in written and "in no source" not in written
    assert catalogue.update() == left
    again = (tmp_path / "en" / "LC_MESSAGES" / "messages.po").read_text("utf-8")
    # the catalogue's head tells the minute it was made in, and a minute may end between the two
    assert [line for line in again.splitlines() if not line.startswith('"POT-Creation-Date')] == [
        line for line in written.splitlines() if not line.startswith('"POT-Creation-Date')
    ]


def test_a_sentence_that_counts_has_two_forms_in_english_and_one_in_chinese(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from babel.messages.catalog import Catalog

    source = Catalog()
    source.add(("%(n)s 条意见", "%(n)s 条意见"), locations=[("crm/one.py", 0)])
    monkeypatch.setattr(catalogue, "path_of", lambda locale: tmp_path / locale / "messages.po")
    monkeypatch.setattr(catalogue, "extracted", lambda: source)
    words = tmp_path / "words.json"
    words.write_text('{"%(n)s 条意见": "%(n)s opinions"}', "utf-8")
    assert catalogue.update(pairs=[words]) == ["%(n)s 条意见"], "one form is not enough"
    words.write_text('{"%(n)s 条意见": ["%(n)s opinion", "%(n)s opinions"]}', "utf-8")
    assert catalogue.update(pairs=[words]) == []
    assert catalogue.read("en").get("%(n)s 条意见").string == ("%(n)s opinion", "%(n)s opinions")
    assert catalogue.update() == [], "they stay"


# --- compile_catalogues ------------------------------------------------------------------------------------


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    source = tmp_path / "translations" / "en" / "LC_MESSAGES" / "messages.po"
    source.parent.mkdir(parents=True)
    source.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "好"\nmsgstr "good"\n'
    )
    return source


def _read(folder: Path) -> str:
    import gettext

    return gettext.translation("messages", folder, ["en"]).gettext("好")


def test_a_catalogue_is_compiled_beside_its_source_once(tree: Path, tmp_path: Path) -> None:
    folder, spare = tmp_path / "translations", tmp_path / "spare"
    assert compile_catalogues(folder, spare) == folder
    assert _read(folder) == "good"
    first = tree.with_suffix(".mo").stat().st_ino
    compile_catalogues(folder, spare)
    assert tree.with_suffix(".mo").stat().st_ino == first
    assert not spare.exists()
    assert [one.name for one in tree.parent.iterdir() if one.suffix not in (".po", ".mo")] == []


def test_an_older_source_counts_as_changed(tree: Path, tmp_path: Path) -> None:
    import os

    folder = tmp_path / "translations"
    compile_catalogues(folder, tmp_path / "spare")
    tree.write_text(tree.read_text().replace("good", "fine"))
    os.utime(tree, (0, 0))
    compile_catalogues(folder, tmp_path / "spare")
    assert tree.with_suffix(".mo").read_bytes().count(b"fine") == 1


def test_a_tree_that_cannot_be_written_to_is_compiled_into_the_data_folder(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Root may write anywhere, so the refusal is made by hand.
    import tempfile

    real = tempfile.mkstemp

    def refuse(*args: object, dir: Path, **kwargs: object) -> object:
        if dir == tree.parent:
            raise PermissionError(13, "read-only")
        return real(*args, dir=dir, **kwargs)

    monkeypatch.setattr(tempfile, "mkstemp", refuse)
    spare = tmp_path / "spare"
    assert compile_catalogues(tmp_path / "translations", spare) == spare
    assert _read(spare) == "good"


def test_processes_that_start_together_do_no_harm(tree: Path, tmp_path: Path) -> None:
    import subprocess
    import sys

    code = (
        "import sys; from pathlib import Path; from crm.translations.compile import compile_catalogues;"
        "compile_catalogues(Path(sys.argv[1]), Path(sys.argv[2]))"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "translations"), str(tmp_path / "spare")]
    started = [subprocess.Popen(command, cwd=ROOT) for _ in range(3)]
    assert [one.wait(120) for one in started] == [0, 0, 0]
    assert _read(tmp_path / "translations") == "good"
