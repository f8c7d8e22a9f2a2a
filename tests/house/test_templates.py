"""Templates: they compile, they say nothing untranslated, they bring nothing the CSP blocks, all are used."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, nodes

from tests.conftest import ROOT
from tests.pages import HAN

TEMPLATES = ROOT / "templates"
MARKS = {"_", "_c", "_n", "gettext", "ngettext"}
ALL = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*") if path.is_file())
BLOCKED = {
    r"<style\b": "a <style> element: styles belong into static/css",
    r"<script\b(?![^>]*\bsrc=)(?![^>]*application/json)": "an inline <script>: scripts belong into static/js",
    r"\sstyle\s*=": "a style attribute: use a class",
    r"<[^>]*\son[a-z]{3,}\s*=": "an on…= attribute: scripts belong into static/js",
    r"javascript:": "a javascript: address",
    r"<(script|link|img|iframe)\b[^>]*(src|href)=[\"']?(https?:)?//": "something fetched from another host",
}
KEPT_IN = {
    # one record's own tables: the list of its kind takes them out
    "approvals/catalogue/show", "approvals/joint/show", "approvals/of_project", "campaigns/of_project", "capital/of_deal",
    "delivery/show", "needs/show", "yields/show",
    # forms: something is chosen or set in the rows
    "duplicates/merge", "imports/columns", "missions/propose", "missions/propose_leads", "pipeline/set_gates",
    "reminders/set_terms", "reserve/link",
    # each line has its list, or is a file or a paper of its own; settings of the house
    "backups/index", "desk/index", "holidays/index", "reports/version", "styleguide",
}  # fmt: skip
"""Templates with a table and no way out."""


@cache
def text_of(name: str) -> str:
    return (TEMPLATES / name).read_text("utf-8")


@cache
def environment() -> Environment:
    return Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"])


@cache
def parsed(name: str) -> nodes.Template:
    return environment().parse(text_of(name))


def outside_of_tags(name: str) -> Iterator[tuple[int, str]]:
    """The parts that are sent as they stand, with their lines; Jinja's comments are not among them."""
    for line, kind, value in environment().lex(text_of(name)):
        if kind == "data":
            yield line, value.replace(">中文<", "><")  # a language is called by its own name


@pytest.mark.on("sqlite")
def test_every_template_compiles(app: Any) -> None:
    for name in ALL:
        app.jinja_env.get_template(name)


SAMPLES = {"styleguide.html"}
"""Shows the parts to developers, filled with made-up records."""


def test_no_chinese_stands_outside_a_marked_sentence() -> None:
    found = [f"{name}, {what}" for name in ALL if name not in SAMPLES for what in unmarked_in(name)]
    assert not found, "Chinese outside _(…):\n" + "\n".join(found)


def unmarked_in(name: str) -> Iterator[str]:
    for line, text in outside_of_tags(name):
        if HAN.search(text):
            yield f"line {line}: {text.strip()[:60]}"
    tree = parsed(name)
    marked: set[int] = set()
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in MARKS:
            marked.update(id(one) for one in call.find_all(nodes.Const))
    for constant in tree.find_all(nodes.Const):
        if isinstance(constant.value, str) and HAN.search(constant.value) and id(constant) not in marked:
            yield f"line {constant.lineno}: {constant.value[:60]!r}"


def test_nothing_inline_that_the_content_policy_blocks() -> None:
    found = []
    for name in ALL:
        # With each tag of Jinja replaced by a word, an attribute that is made half by Jinja is still one attribute.
        text = re.sub(r"\{#.*?#\}", "", text_of(name), flags=re.S)
        text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "j", text, flags=re.S)
        found += [f"{name}: {why}" for pattern, why in BLOCKED.items() if re.search(pattern, text, re.I)]
    assert not found, "\n".join(found)


def test_nothing_switches_the_escaping_off() -> None:
    safe = [name for name in ALL if "safe" in {one.name for one in parsed(name).find_all(nodes.Filter)}]
    assert not safe, f"|safe in {safe}"
    switched = [name for name in ALL if list(parsed(name).find_all(nodes.ScopedEvalContextModifier))]
    assert not switched, f"{switched} switch autoescape"


def test_every_macro_is_used() -> None:
    said: Counter[str] = Counter()
    for name in ALL:
        said.update(re.findall(r"\w+", re.sub(r"\{#.*?#\}", "", text_of(name), flags=re.S)))
    macros = ((name, macro.name) for name in ALL for macro in parsed(name).find_all(nodes.Macro))
    unused = [f"{name}: {macro}" for name, macro in macros if said[macro] < 2]
    assert not unused, f"macros nobody uses: {unused}"


def test_every_template_is_shown_by_somebody() -> None:
    source = "\n".join(path.read_text("utf-8") for path in (ROOT / "crm").rglob("*.py"))
    texts = {name: text_of(name) for name in ALL}
    orphans = [
        name
        for name in ALL
        if f'"{name}"' not in source
        and f"'{name}'" not in source
        and not any(name in text for other, text in texts.items() if other != name)
    ]
    assert not orphans, f"templates nobody shows: {orphans}"


@pytest.mark.on("sqlite")
def test_every_address_in_a_template_has_its_view(app: Any) -> None:
    wrong = []
    for name in ALL:
        for call in parsed(name).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "url_for" and call.args:
                first = call.args[0]
                endpoint = first.value if isinstance(first, nodes.Const) else "."
                if not endpoint.startswith(".") and endpoint not in app.view_functions:
                    wrong.append(f"{name}, line {call.lineno}: {endpoint}")
    assert not wrong, f"url_for() of views that do not exist: {wrong}"


def test_every_page_with_a_table_has_a_way_out() -> None:
    pages = [
        one for one in ALL if one.endswith(".html") and not any(part[0] == "_" for part in Path(one).parts)
    ]
    tables = [one for one in pages if re.search(r"\btable\(|<table class=\"table", text_of(one))]
    ways = r"list_page\(|export_link\(|tables_out\(|\"lists\.export\""
    without = {one.removesuffix(".html") for one in tables if not re.search(ways, text_of(one))}
    new = sorted(without - KEPT_IN)
    assert not new, (
        f'put {{{{ tables_out("….export") }}}} among the actions of {new}: their tables leave by it'
    )
    assert not KEPT_IN - without, f"take off KEPT_IN: {sorted(KEPT_IN - without)}"


def test_there_are_templates_to_look_at() -> None:
    assert len(ALL) > 10, Path(TEMPLATES)
