"""Spreadsheets out: rows into xlsx or csv as they come, so that memory does not grow with their number.

Cells are typed in xlsx (a text that looks like a formula stays a text). A csv has no types: there a text that a
spreadsheet would take for a formula is led by an apostrophe, which is how people write a text by hand. What goes to
the printer is a page of ours.

Each says who took it out and when (`mark`): an xlsx in the foot of every printed page and in its properties, a page in
its foot, a csv, which has nowhere else, in a last column.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import inspect
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

import xlsxwriter
import xlsxwriter.worksheet
from flask import render_template

from crm.lib.errors import Refused
from crm.lib.words import _

MOST_ROWS = 1_048_575  # of one xlsx sheet, under its header
LONGEST_CELL = 32_767
LONGEST_NAME = 31  # of a sheet
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")

A4 = 9  # its number in a workbook
NUMBERS = ("number", "percent", "wan", "usd", "yi", "mu")
WIDE_FROM = 6  # columns from which a page lies on its side
_WIDTHS = {
    "code": 22,
    "number": 12,
    "percent": 12,
    "wan": 14,
    "usd": 14,
    "yi": 12,
    "mu": 12,
    "day": 12,
    "moment": 17,
    "state": 12,
    "phones": 20,
}
SIGNS_APART = " " * 12
_FORMATS = {"number": "#,##0.##########", "percent": "0.0%", "wan": "#,##0.00", "usd": "#,##0.00", "yi": "#,##0.00##", "mu": "#,##0.00", "day": "yyyy-mm-dd",
            "moment": "yyyy-mm-dd hh:mm"}  # fmt: skip


# Without the look whether the place was written as "A1", which each of a million cells would pay for.
_write_string: Any = inspect.unwrap(xlsxwriter.worksheet.Worksheet.write_string)
_write_number: Any = inspect.unwrap(xlsxwriter.worksheet.Worksheet.write_number)


@dataclass(frozen=True)
class Heading:
    """A column of the file; `kind` as in crm.lists.table."""

    title: str
    kind: str = "text"
    width: int = 0


@dataclass(frozen=True)
class Frame:
    """What stands around the rows of an official sheet: above them the title and its lines, below them who signs."""

    title: str
    lines: Sequence[str] = ()
    signs: Sequence[str] = ()
    wide: bool = True


class Writer(Protocol):
    cut: int  # cells that a spreadsheet could not hold in full

    def row(self, values: Sequence[Any]) -> None: ...

    def close(self, notes: Sequence[tuple[str, str]] = ()) -> None: ...


def writer(
    kind: str,
    path: Path,
    sheet: str,
    headings: Sequence[Heading],
    *,
    mark: str = "",
    frame: Frame | None = None,
) -> Writer:
    """`kind` is xlsx, csv or print. `close(notes)` writes where the file comes from (not in a csv) and ends it."""
    if kind == "xlsx":
        return XlsxFile(path, sheet, headings, mark, frame)
    if kind == "print":
        return PrintFile(path, headings, mark, frame or Frame(sheet, wide=len(headings) >= WIDE_FROM))
    return CsvFile(path, headings, mark)


class XlsxFile:
    def __init__(
        self, path: Path, sheet: str, headings: Sequence[Heading], mark: str = "", frame: Frame | None = None
    ):
        self.cut = 0
        self._book = xlsxwriter.Workbook(
            str(path), {"constant_memory": True, "tmpdir": str(path.parent), "strings_to_formulas": False,
                        "strings_to_urls": False, "strings_to_numbers": False}
        )  # fmt: skip
        self._frame = frame
        lined: dict[str, Any] = {"border": 1, "valign": "vcenter", "text_wrap": True} if frame else {}
        self._bold = self._book.add_format(
            {"bold": True, "bg_color": "#EEF2F4", "bottom": 1, "text_wrap": True, "valign": "vcenter"} | lined
        )
        self._formats = {
            kind: self._book.add_format({"num_format": shape, **lined}) for kind, shape in _FORMATS.items()
        }
        # Without it a whole number would be shown with a point and nothing behind it.
        self._whole = self._book.add_format({"num_format": "#,##0", **lined})
        self._text = self._book.add_format({"num_format": "@", **lined})
        self._mark = mark
        self.begin(sheet, headings)

    def begin(self, sheet: str, headings: Sequence[Heading]) -> None:
        """Another sheet of the same book; the rows that follow are its own."""
        frame = self._frame
        self._kinds = [heading.kind for heading in headings]
        taken = {one.get_name().lower() for one in self._book.worksheets()}
        self._sheet = self._book.add_worksheet(_sheet_name(sheet, taken))
        self._at = -1
        for at, heading in enumerate(headings):
            usual = _WIDTHS.get(heading.kind, 24) if frame or at else 36
            # A framed sheet ends with its last row: only its cells have a format, not whole columns.
            whole = None if frame else self._formats.get(heading.kind, self._text)
            self._sheet.set_column(at, at, heading.width or usual, whole)
        if frame:
            self._above(frame)
        self._at += 1
        for at, heading in enumerate(headings):
            self._sheet.write_string(self._at, at, heading.title, self._bold)
        self._first = self._at
        self._on_paper(self._mark, frame is None or frame.wide)

    def _on_paper(self, mark: str, wide: bool) -> None:
        sheet = self._sheet
        sheet.freeze_panes(self._first + 1, 0 if self._frame else 1)
        sheet.repeat_rows(self._first)
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        if wide:
            sheet.set_landscape()
        # A page's foot holds 255 characters; & begins a code.
        foot = mark.replace("&", "&&")[:150]
        sheet.set_footer(f"&L&8{foot}&R&8&P / &N")
        self._book.set_properties({"title": sheet.get_name(), "comments": mark})

    def _above(self, frame: Frame) -> None:
        title = self._book.add_format({"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"})
        self._across(frame.title, title)
        self._sheet.set_row(self._at, 30)
        plain = self._book.add_format({"text_wrap": True, "valign": "vcenter"})
        for line in frame.lines:
            self._across(line, plain)

    def _across(self, text: str, format: Any) -> None:
        self._at += 1
        if len(self._kinds) > 1:
            self._sheet.merge_range(self._at, 0, self._at, len(self._kinds) - 1, "", format)
        self._sheet.write_string(self._at, 0, text, format)

    def row(self, values: Sequence[Any]) -> None:
        self._at += 1
        if self._at > MOST_ROWS:
            raise Refused(_("超过 Excel 一页的 1,048,575 行，请缩小范围或导出 CSV"))
        for at, (value, kind) in enumerate(zip(values, self._kinds, strict=True)):
            if value is None or value == "":
                if self._frame:
                    self._sheet.write_blank(self._at, at, None, self._text)
            elif kind in NUMBERS and not isinstance(value, str):
                shape = self._whole if kind == "number" and value == int(value) else self._formats[kind]
                _write_number(self._sheet, self._at, at, value, shape)
            elif isinstance(value, dt.date):
                kind = "moment" if isinstance(value, dt.datetime) else "day"
                self._sheet.write_datetime(self._at, at, value, self._formats[kind])
            else:
                text = str(value)
                if len(text) > LONGEST_CELL:
                    self.cut += 1
                    text = text[: LONGEST_CELL - 1] + "…"
                _write_string(self._sheet, self._at, at, text, self._text)

    def close(self, notes: Sequence[tuple[str, str]] = ()) -> None:
        if self._frame and self._frame.signs:
            signs = self._book.add_format({"valign": "vcenter", "text_wrap": True})
            self._across(SIGNS_APART.join(self._frame.signs), signs)
            self._sheet.set_row(self._at, 30)
        if notes:
            about = self._book.add_worksheet(_("说明"))
            about.set_column(0, 0, 16, self._bold)
            about.set_column(1, 1, 90, self._text)
            for at, (label, text) in enumerate(notes):
                about.write_string(at, 0, label, self._bold)
                about.write_string(at, 1, text[:LONGEST_CELL], self._text)
        self._book.close()


@dataclass
class PrintFile:
    """A page for the printer, whole in memory: for as many rows as somebody reads on paper."""

    path: Path
    headings: Sequence[Heading]
    mark: str
    frame: Frame
    cut: int = 0
    rows: list[list[str]] = field(default_factory=list)

    def row(self, values: Sequence[Any]) -> None:
        self.rows.append([shown(value) for value in values])

    def close(self, notes: Sequence[tuple[str, str]] = ()) -> None:
        page = render_template(
            "_layout/sheet.html", headings=self.headings, rows=self.rows, mark=self.mark, frame=self.frame,
            numbers=NUMBERS, notes=notes,
        )  # fmt: skip
        self.path.write_text(page, encoding="utf-8")


def shown(value: Any) -> str:
    """A cell as one reads it on paper."""
    if value is None:
        return ""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        text = f"{value:,.4f}" if isinstance(value, Decimal) else f"{value:,}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return str(value)


class CsvFile:
    """UTF-8 with BOM, as Excel and WPS expect it."""

    def __init__(self, path: Path, headings: Sequence[Heading], mark: str = ""):
        self.cut = 0
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._csv = csv.writer(self._file)
        self._mark = [harmless(mark)] if mark else []
        titles = [heading.title for heading in headings] + ([_("导出标记")] if mark else [])
        self._csv.writerow([harmless(title) for title in titles])

    def row(self, values: Sequence[Any]) -> None:
        self._csv.writerow([_plain(value) for value in values] + self._mark)

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


def _sheet_name(text: str, taken: Collection[str] = ()) -> str:
    """As Excel allows it, and no second time: LONGEST_NAME characters, whatever their case, and no word cut in two."""
    text = " ".join("".join(c for c in text if c not in "[]:*?/\\'").split()) or "Sheet1"
    name, number = _shortened(text, LONGEST_NAME), 1
    while name.lower() in taken:
        number += 1
        name = f"{_shortened(text, LONGEST_NAME - len(str(number)) - 1)} {number}"
    return name


def _shortened(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    words, cut = text[: most + 1].rpartition(" ")[0], text[:most]
    return words if len(words) > most // 2 else cut  # Chinese has few blanks to end at


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
