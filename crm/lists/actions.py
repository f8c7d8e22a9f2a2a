"""Keeping views and columns, acting on many records at once, and making the file of an export."""

from __future__ import annotations

import datetime as dt
import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import current_app
from werkzeug.datastructures import MultiDict

from crm.audit.trail import record
from crm.db import db, reading
from crm.lib import clock, texts
from crm.lib.enums import Labelled
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.org.guard import reaches
from crm.org.models import User
from crm.org.permissions import Permission
from crm.web import listing, sheets_out

from . import queries
from .models import ChosenColumns, SavedView, Tag
from .table import TAGS, Column, ListPage, chosen_columns, filter_in_words, masked, pairs_of, select_for

MOST_AT_ONCE = 2000  # records of one bulk act
MOST_VIEWS = 100  # of one person on one list
SHORTEST_REASON = 4
CHUNK = 500
FORMATS = ("xlsx", "csv")


# --- views and columns ------------------------------------------------------------------------------------


def save_view(
    page: ListPage, name: str, args: MultiDict[str, str], columns: Sequence[str], *, shared: bool, actor: User
) -> SavedView:
    """Keep the present filter, order and columns under a name; the same name again replaces it."""
    name = texts.clean_line(name)
    if not 1 <= len(name) <= 40:
        raise Refused(_("视图名称请填 1 到 40 个字"), "view_name")
    known = {column.key for column in page.all_columns()}
    pairs = pairs_of(page, args, leave_out=("columns", "ids"))
    pairs += [("columns", key) for key in dict.fromkeys(columns) if key in known]
    query = urlencode(pairs)
    if len(query) > 2000:
        raise Refused(_("这个筛选太长了，存不成视图；请少选几项"), "view_name")
    own = queries.own_views(actor).where(SavedView.page == page.name)
    view = db.session.scalar(own.where(SavedView.name == name))
    if view is None:
        if (db.session.scalar(sa.select(sa.func.count()).select_from(own.subquery())) or 0) >= MOST_VIEWS:
            raise Refused(_("视图已经有 %(n)s 个，请先删掉一些", n=MOST_VIEWS), "view_name")
        view = SavedView(user_id=actor.id, page=page.name, name=name)
        db.session.add(view)
    view.query = query
    view.unit_id = actor.unit_id if shared else None
    return view


def choose_columns(page: ListPage, keys: Sequence[str], *, actor: User) -> None:
    """Remember the columns of this list for this person; none at all: the usual ones again."""
    known = [column.key for column in page.all_columns()]
    wanted = [key for key in known if key in set(keys)]
    row = db.session.scalar(sa.select(ChosenColumns).filter_by(user_id=actor.id, page=page.name))
    if not wanted:
        if row:
            db.session.delete(row)
    elif row:
        row.keys = wanted
    else:
        db.session.add(ChosenColumns(user_id=actor.id, page=page.name, keys=wanted))


# --- many at once -----------------------------------------------------------------------------------------


@dataclass
class Done:
    """What became of a bulk act."""

    done: int = 0
    skipped: Counter[str] = field(default_factory=Counter)  # why -> how many

    def sentence(self, label: str) -> str:
        said = _("%(act)s：完成 %(done)s 条", act=label, done=self.done)
        if self.skipped:
            why = "，".join(f"{reason}（{_('%(n)s 条', n=n)}）" for reason, n in self.skipped.most_common(3))
            said += "；" + _("跳过 %(n)s 条：%(why)s", n=self.skipped.total(), why=why)
        return said


def on_each(page: ListPage, rows: sa.Select[Any], act: Callable[[Any], None]) -> Done:
    """Do it to every selected record; a record whose rule says no is left as it was, and why is counted."""
    ids = db.session.scalars(rows.with_only_columns(page.key).limit(MOST_AT_ONCE + 1)).all()
    if not ids:
        raise Refused(_("没有选中任何记录"))
    if len(ids) > MOST_AT_ONCE:
        raise Refused(_("一次最多处理 %(n)s 条，请缩小筛选范围", n=MOST_AT_ONCE))
    result = Done()
    for subject in listing.records(rows, ids, key=page.key):
        try:
            with db.session.begin_nested():
                act(subject)
            result.done += 1
        except Refused as refused:
            result.skipped[refused.message] += 1
    return result


def tag(page: ListPage, subject: Any, word: str, *, actor: User, take_away: bool = False) -> None:
    """Put a word on a record, or take it off."""
    word = checked_word(word)
    if not within_reach(page, subject, page.tag_permission, actor):
        raise Refused(_("不在您可以改的范围内"))
    before = queries.tags_of(page.noun, [subject.id]).get(subject.id, [])
    if (word in before) is not take_away:
        raise Refused(_("没有这个标签") if take_away else _("已有这个标签"))
    if take_away:
        gone = sa.delete(Tag).where(Tag.noun == page.noun, Tag.record_id == subject.id, Tag.word == word)
        db.session.execute(gone)
        after = [one for one in before if one != word]
    else:
        db.session.add(Tag(noun=page.noun, record_id=subject.id, word=word))
        after = [*before, word]
    verb = f"{page.noun}.{'untagged' if take_away else 'tagged'}"
    record(verb, subject, actor=actor, noun=page.noun, changes={"tags": [before, after]})


def checked_word(word: str) -> str:
    word = texts.clean_line(word)
    if not 1 <= len(word) <= 32:
        raise Refused(_("标签请填 1 到 32 个字"))
    return word


def within_reach(page: ListPage, subject: Any, permission: Permission | None, user: User) -> bool:
    """Whether this right of the user reaches this record."""
    if permission is None:
        return False
    return reaches(user.scope_of(permission), user, **page.belonging(subject))


# --- export -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Order:
    """What is to be exported, and how."""

    page: ListPage
    args: MultiDict[str, str]
    format: str
    full: bool
    reason: str

    @classmethod
    def of(
        cls, page: ListPage, args: MultiDict[str, str], *, format: str, full: bool, reason: str, user: User
    ) -> Order:
        """Refused: an unknown format, full phones without the right or without a reason."""
        if format not in FORMATS:
            raise Refused(_("请选择导出格式"))
        reason = texts.clean_line(reason)
        if len(reason) > 200:
            raise Refused(_("理由最多 200 个字"), "reason")
        if full:
            if page.export_full_permission is None or not user.may(page.export_full_permission):
                raise Refused(_("您没有导出完整联系方式的权限"), "full")
            if len(reason) < SHORTEST_REASON:
                raise Refused(_("导出完整联系方式请写明理由（至少 %(n)s 个字）", n=SHORTEST_REASON), "reason")
        return cls(page, args, format, full, reason)


@dataclass(frozen=True)
class Made:
    path: Path
    name: str  # as the person gets it
    rows: int
    sha256: str


def folder() -> Path:
    return Path(current_app.config["CRM_DATA"]) / "exports"


def make_file(order: Order, *, user: User, progress: Callable[[int, int], None] | None = None) -> Made:
    """Write the file. Reads only, in chunks; `progress(done, total)` is called after each.

    The order of rows and the filter are those of the list. Refused: a list that has become empty.
    """
    page = order.page
    path = folder() / f"{secrets.token_hex(16)}.{order.format}"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with reading():
            rows = _write(order, path, user, progress)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    stamp = clock.local(clock.now()).strftime("%Y%m%d-%H%M")
    return Made(path, f"{page.label}-{stamp}.{order.format}", rows, sheets_out.sha256_of(path))


def _write(order: Order, path: Path, user: User, progress: Callable[[int, int], None] | None) -> int:
    page, began = order.page, clock.now()
    columns = chosen_columns(page, user, order.args)
    ids = db.session.scalars(select_for(page, user, order.args).with_only_columns(page.key)).all()
    if not ids:
        raise Refused(_("没有可导出的记录"))
    headings = [sheets_out.Heading(column.title, column.kind) for column in columns]
    file = sheets_out.writer(order.format, path, page.label, headings)
    count = hidden = 0
    for at in range(0, len(ids), CHUNK):
        chunk = ids[at : at + CHUNK]
        tags = queries.tags_of(page.noun, chunk) if TAGS in columns else {}
        for row in listing.records(page.select(user), chunk, key=page.key):
            full = order.full and within_reach(page, row, page.export_full_permission, user)
            hidden += not full
            file.row([_cell(column, row, tags, full=full) for column in columns])
            count += 1
        if progress:
            progress(count, len(ids))
    file.close(list(_notes(order, user, columns, count, hidden, file.cut, began)))
    return count


def _cell(column: Column, row: Any, tags: dict[int, list[str]], *, full: bool) -> Any:
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
        return value.label
    return "、".join(map(str, value)) if isinstance(value, list | tuple) else value


def _notes(
    order: Order, user: User, columns: list[Column], count: int, hidden: int, cut: int, began: Any
) -> Iterator[tuple[str, str]]:
    """The sheet that says where the file comes from."""
    yield _("名单"), order.page.label
    yield _("导出人"), f"{user.name}（{user.unit.name}）"
    yield _("导出时间"), clock.local(began).strftime("%Y-%m-%d %H:%M")
    yield _("业务日期"), clock.today().isoformat()
    yield _("筛选"), filter_in_words(order.page, user, order.args)
    yield _("行数"), str(count)
    yield _("列"), "、".join(column.title for column in columns)
    if any(column.kind == "phones" for column in columns):
        if not order.full:
            yield _("联系方式"), _("已打码")
        elif hidden:
            yield _("联系方式"), _("完整；其中 %(n)s 行不属于本单位，已打码", n=hidden)
        else:
            yield _("联系方式"), _("完整")
    if order.reason:
        yield _("理由"), order.reason
    if cut:
        yield _("注意"), _("%(n)s 个单元格超过 Excel 的 32,767 字上限，只保留了前面的部分", n=cut)


def note_export(order: Order, made: Made, *, actor: User) -> None:
    """The line in the log; committed before anybody gets the file."""
    record(
        "list.exported",
        actor=actor,
        noun=order.page.noun,
        name=made.name,
        note=order.reason,
        changes={
            "list": [None, order.page.name],
            "filter": [None, filter_in_words(order.page, actor, order.args)],
            "query": [None, urlencode(pairs_of(order.page, order.args))],
            "rows": [None, made.rows],
            "columns": [None, [column.key for column in chosen_columns(order.page, actor, order.args)]],
            "phones": [None, "full" if order.full else "masked"],
            "format": [None, order.format],
            "sha256": [None, made.sha256],
        },
    )


def drop_old_files(oldest: float) -> int:
    """Remove export files last written before this time (seconds); answers how many."""
    gone = 0
    for path in folder().glob("*"):
        if path.is_file() and path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
            gone += 1
    return gone
