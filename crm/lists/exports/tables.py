"""The tables of a page that is no list: sums, rankings, rates. What leaves is read from the page itself.

The page is asked for once more, by the same person at the same address, and each <table> of it becomes a sheet. So the
file says what was shown, by the page's own filter and rights, masked as there, and no page has to tell its figures
twice. A template puts `{{ tables_out("deal.export") }}` among its buttons; a page that does not say so gives nothing.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from crm.lib import clock, money
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.org.models import User
from crm.web import sheets_out

from . import making
from .making import Made

SILENT = {"svg", "script", "style", "button", "select", "template", "details"}
HIDDEN = {"hide", "pick"}  # classes of what the eye does not see, and of the boxes for many rows
APART = {"p", "div", "small", "br", "li", "dt", "dd"}  # what stands on a line of its own, or looks so
NOTHING = ("", "—", "-")
_NUMBER = re.compile(r"[-−+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")


@dataclass
class Table:
    """As it is read: the heading, and the rows as texts; `numeric` are the columns that stand to the right."""

    title: str = ""
    heading: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    numeric: set[int] = field(default_factory=set)


class _Page(HTMLParser):
    """Our own pages, which close what they open."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[Table] = []
        self._open: Table | None = None
        self._cells: list[str] | None = None  # of the row that is being read
        self._said: list[str] | None = None  # of the cell or caption that is being read
        self._unseen: tuple[str, int] | None = None  # a tag and how often it is open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._unseen:
            if tag == self._unseen[0]:
                self._unseen = (tag, self._unseen[1] + 1)
            return
        said = dict(attrs)
        classes = set((said.get("class") or "").split())
        if tag == "table":
            self._open = Table()
        elif self._open is None:
            return
        elif tag == "caption":
            self._said = []
        elif tag in SILENT or classes & HIDDEN or "hidden" in said:
            self._unseen = (tag, 1)
        elif tag == "tr":
            self._cells = []
        elif tag in ("th", "td") and self._cells is not None:
            self._said = []
            if tag == "td" and "num" in classes:
                self._open.numeric.add(len(self._cells))
        elif self._said is not None and tag == "small" and not self._open.heading:
            self._said.append(_("（%(unit)s）", unit="\0").partition("\0")[0])
        elif self._said is not None and (tag in APART or classes & {"badge", "mark"}):
            self._said.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if self._unseen:
            name, many = self._unseen
            if tag == name:
                self._unseen = (name, many - 1) if many > 1 else None
            return
        table = self._open
        if table is None:
            return
        if tag == "caption":
            table.title, self._said = self._text(), None
        elif tag in ("th", "td") and self._cells is not None and self._said is not None:
            self._cells.append(self._text())
            self._said = None
        elif tag == "tr" and self._cells is not None:
            if table.heading:
                table.rows.append(self._cells)
            else:
                table.heading = self._cells
            self._cells = None
        elif tag == "table":
            if table.heading:
                self.tables.append(table)
            self._open = None
        elif self._said is not None and tag == "small" and not table.heading:
            self._said.append(_("（%(unit)s）", unit="\0").partition("\0")[2])
        elif self._said is not None and tag in APART:
            self._said.append(" ")

    def handle_data(self, data: str) -> None:
        if self._said is not None and not self._unseen:
            self._said.append(data)

    def _text(self) -> str:
        return " ".join("".join(self._said or ()).split())


def read(page: str) -> list[Table]:
    """The tables of a page as they are seen. A row that is longer or shorter than the heading is made to fit."""
    reader = _Page()
    reader.feed(page)
    for table in reader.tables:
        wide = len(table.heading)
        table.rows = [[*row, *[""] * (wide - len(row))][:wide] for row in table.rows]
    return reader.tables


def title_of(page: str) -> str:
    """What stands in the browser's tab, without the house's name."""
    found = re.search(r"<title>(.*?)</title>", page, re.S)
    said = " ".join(unescape(found[1]).split()) if found else ""
    return said.rsplit(" · ", 1)[0][:100] or _("表格")


def kind_of(cells: Sequence[str]) -> str:
    """What the cells of a numeric column are: percent, amounts in 万元, numbers; text if they are of several kinds."""
    said = [one for one in cells if one not in NOTHING]
    for kind in ("percent", "number", "wan"):
        if said and all(value(one, kind) is not None for one in said):
            return kind
    return "text"


def value(cell: str, kind: str) -> Decimal | None:
    """The number that a cell shows; None if it shows none of this kind."""
    if kind == "wan":
        return money.read_wan_text(cell)
    if kind == "percent":
        part = _number(cell[:-1].rstrip()) if cell[-1:] == "%" else None
        return part / 100 if part is not None else None
    return _number(cell)


def _number(cell: str) -> Decimal | None:
    return Decimal(cell.replace(",", "").replace("−", "-")) if _NUMBER.fullmatch(cell) else None


def apart(table: Table) -> Table:
    """Cells that say how many and how much (3 3.70亿元) become two columns, so that both can be added up."""
    columns = [list(column) for column in zip(*table.rows, strict=True)]
    heading: list[str] = []
    cells: list[list[str]] = []
    numeric: set[int] = set()
    for at, column in enumerate(columns):
        said = [one.split(" ", 1) for one in column if one not in NOTHING]
        both = at in table.numeric and all(len(two) == 2 for two in said) and said
        if both and all(_number(many) is not None and value(much, "wan") is not None for many, much in said):
            numeric |= {len(cells), len(cells) + 1}
            heading += [table.heading[at], table.heading[at]]
            cells += [[one.split(" ", 1)[0] for one in column], [one.partition(" ")[2] for one in column]]
        else:
            numeric |= {len(cells)} if at in table.numeric else set()
            heading.append(table.heading[at])
            cells.append(column)
    return Table(table.title, heading, [list(row) for row in zip(*cells, strict=True)], numeric)


def make_file(title: str, tables: Sequence[Table], *, address: str, user: User) -> Made:
    """Each table a sheet, its numbers as numbers; and the sheet that says where all this comes from."""
    tables = [apart(table) for table in tables if table.rows]
    if not tables:
        raise Refused(_("这一页没有表格可以导出"))
    began = clock.now()
    path = making.folder() / f"{secrets.token_hex(16)}.xlsx"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        _write(path, title, tables, address, user, began)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    stamp = clock.local(began).strftime("%Y%m%d-%H%M")
    rows = sum(len(table.rows) for table in tables)
    return Made(path, f"{title}-{stamp}.xlsx", rows, sheets_out.sha256_of(path))


def _write(path: Path, title: str, tables: Sequence[Table], address: str, user: User, began: Any) -> None:
    file: sheets_out.XlsxFile | None = None
    for table in tables:
        columns = list(zip(*table.rows, strict=True))
        kinds = [kind_of(cells) if at in table.numeric else "text" for at, cells in enumerate(columns)]
        headings = [
            sheets_out.Heading(_("%(what)s（万元）", what=said) if kind == "wan" and "万元" not in said else said, kind)
            for said, kind in zip(table.heading, kinds, strict=True)
        ]  # fmt: skip
        if file is None:
            file = sheets_out.XlsxFile(path, table.title or title, headings, making.mark_of(user, began))
        else:
            file.begin(table.title or title, headings)
        for row in table.rows:
            file.row([_typed(cell, kind) for cell, kind in zip(row, kinds, strict=True)])
    assert file is not None
    file.close([
        (_("页面"), title),
        (_("地址"), address),
        (_("导出人"), f"{user.name}（{user.unit.name}）"),
        (_("导出时间"), clock.local(began).strftime("%Y-%m-%d %H:%M")),
        (_("业务日期"), clock.today().isoformat()),
        (_("行数"), str(sum(len(table.rows) for table in tables))),
    ])  # fmt: skip


def _typed(cell: str, kind: str) -> Any:
    if cell in NOTHING:
        return None
    return cell if kind == "text" else value(cell, kind)
