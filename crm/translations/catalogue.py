"""Find every sentence marked for translation, and bring the English catalogue up to date with them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
KEYWORDS = {**DEFAULT_KEYWORDS, "N_": None, "_l": None, "_n": (1, 1), "_c": ((1, "c"), 2)}
"""`_` says it now, `N_` and `_l` (labels of forms) only mark it and say it when it is shown; `_n` says it for a
count: one Chinese sentence, two English forms; `_c` says a word that has several English ones in its context."""


def path_of(locale: str) -> Path:
    return HERE / locale / "LC_MESSAGES" / "messages.po"


def extracted() -> Catalog:
    """All marked sentences of the source with the files they stand in."""
    with (HERE / "babel.cfg").open(encoding="utf-8") as file:
        methods, _options = parse_mapping_cfg(file)
    found = Catalog()
    for top in ("crm", "templates"):
        inside = [(glob.removeprefix(f"{top}/"), how) for glob, how in methods if glob.startswith(f"{top}/")]
        # Every folder: left to itself, babel passes over those that begin with _, like templates/_parts.
        rows = extract_from_dir(ROOT / top, inside, keywords=KEYWORDS, directory_filter=lambda _folder: True)
        for name, _line, message, _comments, context in rows:
            # Without line numbers: they would change with every edit of a file.
            found.add(message, locations=[(f"{top}/{name}", 0)], context=context)
    return found


def read(locale: str) -> Catalog:
    path = path_of(locale)
    if not path.exists():
        return Catalog(locale=locale)
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def update(locale: str = "en", pairs: Iterable[Path] = ()) -> list[str]:
    """Rewrite the catalogue: new sentences in, unused ones out, English words from `pairs` (JSON files
    {"中文": "English"}, for `_n` {"中文": ["for one", "for many"]}, for `_c` {"context|中文": "English"}) filled in where there are none yet. Returns the sentences still untranslated.
    """
    known: dict[str, str | list[str]] = {}
    for path in pairs:
        known.update(json.loads(path.read_text("utf-8")))
    old, new = read(locale), extracted()
    fresh = Catalog(
        locale=locale,
        header_comment="# English words for the house. Chinese is the source.",
        project="investment-crm",
        fuzzy=False,
    )
    # The header says nothing that changes by itself: an unchanged catalogue is an unchanged file.
    fresh.mime_headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Transfer-Encoding", "8bit"),
        ("Language", locale),
        ("Plural-Forms", fresh.plural_forms),
    ]
    untranslated = []
    for message in sorted(new, key=lambda one: (sorted(one.locations)[:1], str(one.id))):
        if not message.id:
            continue
        msgid = str(message.id[0] if message.pluralizable else message.id)
        before = old.get(msgid, message.context)
        words = before.string if before and not before.fuzzy else None
        more = known.get(f"{message.context}|{msgid}" if message.context else msgid)
        fitting = _forms(words, message.pluralizable) or _forms(more, message.pluralizable)
        if not fitting:
            untranslated.append(msgid)
        files = sorted({name for name, _line in message.locations})
        fresh.add(message.id, fitting, locations=[(name, 0) for name in files], context=message.context)
    path = path_of(locale)
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".half")
    with half.open("wb") as file:
        write_po(file, fresh, width=110, include_lineno=False, sort_output=False)
    half.replace(path)
    return untranslated


def _forms(words: Any, counts: bool) -> Any:
    """The words as the catalogue takes them: one text, or one for each form of a sentence that counts. Empty
    where they are not there, or were made for the other kind."""
    if not counts:
        return words if isinstance(words, str) else ""
    forms = ("", "") if isinstance(words, str | None) else tuple(words)
    return forms if all(forms) else ""
