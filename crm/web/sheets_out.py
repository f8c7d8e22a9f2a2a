"""Spreadsheets out: rows into xlsx or csv as they come, so that memory does not grow with their number.

Cells are typed in xlsx (a text that looks like a formula stays a text). A csv has no types: there a text that a
spreadsheet would take for a formula is led by an apostrophe, which is how people write a text by hand.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import xlsxwriter

from crm.lib.errors import Refused
from crm.lib.words import _

MOST_ROWS = 1_048_575  # of one xlsx sheet, under its header
LONGEST_CELL = 32_767
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")

_WIDTHS = {"code": 22, "number": 12, "wan": 14, "mu": 12, "day": 12, "moment": 17, "state": 12, "phones": 20}
_FORMATS = {"number": "#,##0.##########", "wan": "#,##0.00", "mu": "#,##0.00", "day": "yyyy-mm-dd",
            "moment": "yyyy-mm-dd hh:mm"}  # fmt: skip


@dataclass(frozen=True)
class Heading:
    """A column of the file; `kind` as in crm.lists.table."""

    title: str
    kind: str = "text"
    width: int = 0


class Writer(Protocol):
    cut: int  # cells that a spreadsheet could not hold in full

    def row(self, values: Sequence[Any]) -> None: ...

    def close(self, notes: Sequence[tuple[str, str]] = ()) -> None: ...


def writer(kind: str, path: Path, sheet: str, headings: Sequence[Heading]) -> Writer:
    """`kind` is xlsx or csv. `close(notes)` writes the sheet of notes (xlsx only) and ends the file."""
    return XlsxFile(path, sheet, headings) if kind == "xlsx" else CsvFile(path, headings)


class XlsxFile:
    def __init__(self, path: Path, sheet: str, headings: Sequence[Heading]):
        self.cut = 0
        self._book = xlsxwriter.Workbook(
            str(path), {"constant_memory": True, "tmpdir": str(path.parent), "strings_to_formulas": False,
                        "strings_to_urls": False, "strings_to_numbers": False}
        )  # fmt: skip
        self._bold = self._book.add_format(
            {"bold": True, "bg_color": "#EEF2F4", "bottom": 1, "text_wrap": True}
        )
        self._formats = {
            kind: self._book.add_format({"num_format": shape}) for kind, shape in _FORMATS.items()
        }
        self._text = self._book.add_format({"num_format": "@"})
        self._kinds = [heading.kind for heading in headings]
        self._sheet = self._book.add_worksheet(_sheet_name(sheet))
        for at, heading in enumerate(headings):
            width = heading.width or (36 if at == 0 else _WIDTHS.get(heading.kind, 24))
            self._sheet.set_column(at, at, width, self._formats.get(heading.kind, self._text))
            self._sheet.write_string(0, at, heading.title, self._bold)
        self._sheet.freeze_panes(1, 1)
        self._at = 0

    def row(self, values: Sequence[Any]) -> None:
        self._at += 1
        if self._at > MOST_ROWS:
            raise Refused(_("超过 Excel 一页的 1,048,575 行，请缩小范围或导出 CSV"))
        for at, (value, kind) in enumerate(zip(values, self._kinds, strict=True)):
            if value is None or value == "":
                continue
            if kind in ("number", "wan", "mu") and not isinstance(value, str):
                self._sheet.write_number(self._at, at, value, self._formats[kind])
            elif isinstance(value, dt.date):
                self._sheet.write_datetime(self._at, at, value, self._formats[kind])
            else:
                text = str(value)
                if len(text) > LONGEST_CELL:
                    self.cut += 1
                    text = text[: LONGEST_CELL - 1] + "…"
                self._sheet.write_string(self._at, at, text, self._text)

    def close(self, notes: Sequence[tuple[str, str]] = ()) -> None:
        if notes:
            about = self._book.add_worksheet(_("说明"))
            about.set_column(0, 0, 16, self._bold)
            about.set_column(1, 1, 90, self._text)
            for at, (label, text) in enumerate(notes):
                about.write_string(at, 0, label, self._bold)
                about.write_string(at, 1, text[:LONGEST_CELL], self._text)
        self._book.close()


class CsvFile:
    """UTF-8 with BOM, as Excel and WPS expect it."""

    def __init__(self, path: Path, headings: Sequence[Heading]):
        self.cut = 0
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._csv = csv.writer(self._file)
        self._csv.writerow([harmless(heading.title) for heading in headings])

    def row(self, values: Sequence[Any]) -> None:
        self._csv.writerow([_plain(value) for value in values])

    def close(self, notes: Sequence[tuple[str, str]] = ()) -> None:
        self._file.close()


def harmless(text: str) -> str:
    """A text that a spreadsheet would run as a formula gets an apostrophe before it; `meant` takes it off again."""
    return "'" + text if _could_run(text) else text


def meant(text: str) -> str:
    """What `harmless` was given."""
    return text[1:] if text[:1] == "'" and _could_run(text[1:]) else text


def _could_run(text: str) -> bool:
    # Apostrophes count as blanks, so that a text which itself begins with '= comes back as it was.
    return text.lstrip(" \n\v\f\u00a0\u3000'").startswith(FORMULA_STARTS)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, dt.date):
        return value.isoformat()
    return harmless(value) if isinstance(value, str) else str(value)


def _sheet_name(text: str) -> str:
    return "".join(c for c in text if c not in "[]:*?/\\'")[:31] or "Sheet1"


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
