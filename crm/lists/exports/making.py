"""The file of an order: the rows of the list, in its order, chunk by chunk, under columns or an official shape."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import current_app
from flask_babel import force_locale, get_locale

from crm.db import db, reading
from crm.lib import clock
from crm.lib.enums import Labelled
from crm.lib.errors import Refused
from crm.lib.masking import mask_text
from crm.lib.words import _, told
from crm.lists import queries
from crm.lists.actions import within_reach
from crm.lists.asked import chosen_columns, filter_in_words, select_for, with_options
from crm.lists.page import masked
from crm.lists.table import TAGS, Column, belonging
from crm.org import settings
from crm.org.guard import reaches
from crm.org.models import User
from crm.web import listing, sheets_out

from . import shapes
from .order import Order
from .shapes import BLANK, SERIAL, YI, Part

CHUNK = 500
GUARDED = ("phones", "text")
"""Kinds of columns in which numbers stand: those that are nothing else, and what people type into a sentence."""
NOTHING: dict[str, bool] = {}
SUFFIX = {"print": "html"}


@dataclass(frozen=True)
class Made:
    path: Path
    name: str  # as the person gets it
    rows: int
    sha256: str


@dataclass(frozen=True)
class Said:
    """What the file says of itself: who approved it, if anybody had to."""

    approved: str = ""
    most_rows: int | None = None


def folder() -> Path:
    return Path(current_app.config["CRM_DATA"]) / "exports"


def make_file(
    order: Order, *, user: User, said: Said | None = None, progress: Callable[[int, int], None] | None = None
) -> Made:
    """Write the file. Reads only, in chunks; `progress(done, total)` is called after each.

    The order of rows and the filter are those of the list. Refused: a list that has become empty.
    """
    suffix = SUFFIX.get(order.format, order.format)
    path = folder() / f"{secrets.token_hex(16)}.{suffix}"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with reading(), _language(order):
            rows = _write(order, path, user, said or Said(), progress)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    stamp = clock.local(clock.now()).strftime("%Y%m%d-%H%M")
    return Made(path, f"{order.name}-{stamp}.{suffix}", rows, sheets_out.sha256_of(path))


def drop_old_files(oldest: float) -> int:
    """Remove export files last written before this time (seconds); answers how many."""
    gone = 0
    for path in folder().glob("*"):
        if path.is_file() and path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
            gone += 1
    return gone


# --- columns ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """One column of the file; `column` is None for 序号 and for what is filled in by hand."""

    key: str
    title: str
    column: Column | None
    kind: str
    width: int = 0


def columns_of(order: Order, user: User) -> list[Told]:
    if order.shape is None:
        chosen = chosen_columns(order.page, user, order.args)
        return [Told(column.key, column.title, column, column.kind) for column in chosen]
    known = {column.key: column for column in order.page.all_columns()}
    return [_told(part, known.get(part.key)) for part in order.shape.parts]


def _told(part: Part, column: Column | None) -> Told:
    if part.key == SERIAL:
        return Told(SERIAL, part.heading, None, "number", part.width or 6)
    if column is None:
        return Told(BLANK, part.heading, None, "text", part.width)
    in_yi = column.kind == "wan" and part.unit == "yi"
    unit = _("亿元") if in_yi else column.unit
    title = part.heading if not unit or unit in part.heading else f"{part.heading}（{unit}）"
    return Told(part.key, title, column, "yi" if in_yi else column.kind, part.width)


# --- rows -------------------------------------------------------------------------------------------------


@dataclass
class Count:
    """What is said of the rows when all are through."""

    rows: int = 0
    hidden: int = 0  # numbers that stay masked in a file with full ones


def _write(
    order: Order, path: Path, user: User, said: Said, progress: Callable[[int, int], None] | None
) -> int:
    page, began = order.page, clock.now()
    told = columns_of(order, user)
    ids = db.session.scalars(select_for(page, user, order.args).with_only_columns(page.key)).all()
    if not ids:
        raise Refused(_("没有可导出的记录"))
    order.check_rows(len(ids))
    if said.most_rows is not None and len(ids) > said.most_rows:
        raise Refused(_("批准以后又多了许多行，现在有 %(n)s 行；请重新申请", n=f"{len(ids):,}"))
    watermark = mark_of(user, began)
    headings = [sheets_out.Heading(one.title, one.kind, one.width) for one in told]
    count = Count()
    rows: Any = _rows(order, user, told, ids, count, progress)
    frame = None
    if order.shape is not None:
        rows = list(rows)
        frame = _frame(order, user, ids, count.rows)
    file = sheets_out.writer(order.format, path, order.name, headings, mark=watermark, frame=frame)
    for row in rows:
        file.row(row)
    file.close(list(_notes(order, user, told, count, file.cut, began, said)))
    return count.rows


def _rows(
    order: Order, user: User, told: Sequence[Told], ids: Sequence[int], count: Count,
    progress: Callable[[int, int], None] | None,
) -> Iterator[list[Any]]:  # fmt: skip
    page = order.page
    tagged = any(one.column is TAGS for one in told)
    base = (page.in_bulk or page.base)(user)
    loaded = with_options(base, [one.column for one in told if one.column])
    language = str(get_locale())
    guarded = [one.column for one in told if one.column and one.kind in GUARDED]
    for at in range(0, len(ids), CHUNK):
        chunk = ids[at : at + CHUNK]
        tags = queries.tags_of(page.noun, chunk) if tagged else {}
        rows = listing.records(loaded, chunk, key=page.key)
        for row in page.dress(rows, user) if page.dress else rows:
            full = {one.key: _reached(order, one, row, user) for one in guarded} if order.full else NOTHING
            count.hidden += not all(full.values())
            count.rows += 1
            yield [_value(one, row, tags, full, number=count.rows, language=language) for one in told]
        if progress:
            progress(count.rows, len(ids))


def _reached(order: Order, column: Column, row: Any, user: User) -> bool:
    """Whether the numbers in this cell leave in full: asked for, and theirs who has them."""
    may = order.page.export_full_permission
    if not order.full or may is None:
        return False
    if column.numbers_of is None:
        return within_reach(order.page, row, may, user)
    subject = column.numbers_of(row)
    return subject is None or reaches(user.scope_of(may), user, **belonging(subject))


def _value(
    told: Told, row: Any, tags: dict[int, list[str]], full: dict[str, bool], *, number: int, language: str
) -> Any:
    if told.column is None:
        return number if told.key == SERIAL else None
    value = cell(told.column, row, tags, full=full.get(told.key, False), language=language)
    return value / YI if told.kind == "yi" and value is not None else value


def cell(column: Column, row: Any, tags: dict[int, list[str]], *, full: bool, language: str = "") -> Any:
    """One value as a file holds it; phones and the like masked unless `full`, also where they were typed into a text."""
    if column.kind == "tags":
        return "、".join(tags.get(row.id, ()))
    value = column.value(row)
    if value is None:
        return None
    if column.kind == "phones":
        return "、".join(value) if full else masked(value)
    if isinstance(value, dt.datetime):
        here = clock.local(value).replace(tzinfo=None, microsecond=0)
        return here.date() if column.kind == "day" else here
    if isinstance(value, Labelled):
        return _label(value, language or str(get_locale()))
    if isinstance(value, str):
        said = told(value)
        return mask_text(said) if column.kind == "text" and not full else said
    if isinstance(value, list | tuple):
        said = "、".join(map(str, value))
        return said if full else mask_text(said)
    return value


@lru_cache(maxsize=4096, typed=True)  # two states of different kinds may be stored under the same word
def _label(state: Labelled, _language: str) -> str:
    """Asked of the catalogue once, not for each of a hundred thousand cells."""
    return state.label


@dataclass(frozen=True)
class Preview:
    """The beginning of a sheet, as it will look; numbers masked."""

    headings: list[sheets_out.Heading]
    rows: list[list[str]]
    frame: sheets_out.Frame
    total: int


def preview(order: Order, *, user: User, most: int = 5) -> Preview:
    """The first rows of an official sheet, with its title block. Refused: more rows than a sheet holds."""
    page = order.page
    ids = db.session.scalars(select_for(page, user, order.args).with_only_columns(page.key)).all()
    order.check_rows(len(ids))
    with _language(order):
        told = columns_of(order, user)
        first = _rows(order, user, told, ids[:most], Count(), None)
        rows = [[sheets_out.shown(one) for one in row] for row in first]
        headings = [sheets_out.Heading(one.title, one.kind, one.width) for one in told]
        return Preview(headings, rows, _frame(order, user, ids, len(ids)), len(ids))


def _language(order: Order) -> AbstractContextManager[None]:
    """An official sheet is Chinese, whoever fills it; a list leaves in the language it is shown in."""
    return force_locale("zh_CN") if order.shape else nullcontext()


# --- what stands around the rows --------------------------------------------------------------------------


def _frame(order: Order, user: User, ids: Sequence[int], rows: int) -> sheets_out.Frame:
    """Title block and signatures, with their figures counted over all rows."""
    shape = order.shape
    assert shape is not None
    asked = shapes.asks_figures(shape)
    counted = [column for column in order.page.all_columns() if column.msgid in asked]
    loaded = with_options(order.page.select(user), counted)
    values: dict[str, list[Any]] = {column.msgid: [] for column in counted}
    for at in range(0, len(ids) if counted else 0, CHUNK):
        for row in listing.records(loaded, ids[at : at + CHUNK], key=order.page.key):
            for column in counted:
                values[column.msgid].append(cell(column, row, {}, full=False))
    district = str(settings.get("district.name"))
    plain = dict(
        zip(
            shapes.PLAIN,
            (f"{rows:,}", clock.today().isoformat(), user.unit.name, user.name, district),
            strict=True,
        )
    )
    today = clock.today()

    def written(lines: Sequence[str]) -> list[str]:
        return [shapes.filled(line, plain, values, today) for line in lines]

    return sheets_out.Frame(shape.title, written(shape.lines), written(shape.signs), shape.wide)


def mark_of(user: User, began: dt.datetime) -> str:
    """The watermark: who took the file out, and when."""
    moment = clock.local(began).strftime("%Y-%m-%d %H:%M")
    return _("%(unit)s %(name)s %(moment)s 导出", unit=user.unit.name, name=user.name, moment=moment)


def _notes(
    order: Order, user: User, told: Sequence[Told], count: Count, cut: int, began: Any, said: Said
) -> Iterator[tuple[str, str]]:
    """The sheet that says where the file comes from."""
    yield _("名单"), order.name
    yield _("导出人"), f"{user.name}（{user.unit.name}）"
    yield _("导出时间"), clock.local(began).strftime("%Y-%m-%d %H:%M")
    yield _("业务日期"), clock.today().isoformat()
    yield _("筛选"), filter_in_words(order.page, user, order.args)
    yield _("行数"), str(count.rows)
    yield _("列"), "、".join(one.title for one in told)
    if any(one.kind in GUARDED for one in told):
        if not order.full:
            yield _("联系方式"), _("已打码")
        elif count.hidden:
            yield _("联系方式"), _("完整；其中 %(n)s 行不属于本单位，已打码", n=count.hidden)
        else:
            yield _("联系方式"), _("完整")
    if order.reason:
        yield _("理由"), order.reason
    if said.approved:
        yield _("批准"), said.approved
    if cut:
        yield _("注意"), _("%(n)s 个单元格超过 Excel 的 32,767 字上限，只保留了前面的部分", n=cut)
