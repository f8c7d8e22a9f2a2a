"""HTML as a browser would read it, and all that the standard calls an error in it.

Nearly every test opens pages, so this is where the suite would spend a quarter of its time in one parser written
in Python. Two fast ones share the work: markupever (html5ever) judges, turbohtml builds the tree. Only a page
that was found wanting is read once more by html5lib, which says where and in plainer words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, TreeBuilder

import html5lib
import markupever
from html5lib.constants import E as WORDS
from turbohtml.saxparse import SaxHandler, sax_parse

BARE_AMPERSAND = re.compile(r"&(?=[A-Za-z])(?![A-Za-z0-9]+;)")
"""Allowed in an attribute by the standard, and a trap: ?a=1&copy=2 asks for ©."""


def tree(html: str, *, whole: bool) -> Element:
    """The <html> of a page; the <body> around a part of one, which stands in it alone."""
    into = _Building()
    sax_parse(html if whole else f"<!DOCTYPE html><body>{html}", into)
    root = into.builder.close()
    body = root.find("body")
    return root if whole or body is None else body


class _Building(SaxHandler):
    def __init__(self) -> None:
        self.builder = TreeBuilder()
        self.end_element = self.builder.end  # type: ignore[assignment,method-assign]
        self.characters = self.builder.data  # type: ignore[method-assign]

    def start_element(self, tag: str, attrs: tuple[tuple[str, str | None], ...]) -> None:
        self.builder.start(tag, {name: value or "" for name, value in attrs})


def faults(html: str, *, whole: bool) -> list[str]:
    """What is wrong with it as HTML, each with its line where there is one to name."""
    judge = markupever.Parser(markupever.HtmlOptions(full_document=whole, exact_errors=True))
    found = judge.process(html).finish().errors()
    if not found and not BARE_AMPERSAND.search(html):
        return []
    return list(_with_lines(html, whole)) or [f"HTML: {one}" for one in found]


def _with_lines(html: str, whole: bool) -> Iterator[str]:
    parser = html5lib.HTMLParser()
    if whole:
        parser.parse(html)
    else:
        parser.parseFragment(html)
    lines = html.splitlines()
    for (line, _column), code, data in parser.errors:
        shown = lines[line - 1].strip()[:120] if line <= len(lines) else ""
        yield f"HTML, line {line}: {WORDS[code] % data} | {shown}"
