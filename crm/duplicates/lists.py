"""What leaves of the queue of 查重 and of the log of merges: their rows, in their order, narrowed as their pages are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import url_for
from werkzeug.datastructures import MultiDict

from crm.db import db
from crm.lib.enums import Labelled
from crm.lib.words import N_, _, _c, listed
from crm.lists.table import Asked as Narrowed
from crm.lists.table import Column, ListPage, register
from crm.merchants.models import Suspect
from crm.merchants.queries import rows_of
from crm.org.models import Unit, User
from crm.org.permissions import Permission as P
from crm.web import display

from . import history, pane, queries
from .models import Merge
from .queries import Asked

# --- the queue --------------------------------------------------------------------------------------------------


def in_words(asked: Asked, user: User) -> list[tuple[str, str, str]]:
    """(argument, label, value) of all that narrows the queue, its heap left out."""
    said: list[tuple[str, str, str]] = []
    if asked.noun and not asked.about:
        said.append(("noun", _("对象"), _("企业") if asked.noun == "enterprise" else _("人员")))
    if asked.about:
        said.append(("about", _("只看"), pane.name_of(asked.noun, asked.about, user) or _("这条记录")))
    if asked.band:
        said.append(("band", _("相像程度"), asked.band.label))
    if asked.sign:
        said.append(("sign", _("凭据"), asked.sign.label))
    if asked.unit:
        unit = db.session.get(Unit, int(asked.unit)) if asked.unit != queries.ACROSS else None
        across = asked.unit == queries.ACROSS
        said.append(("unit", _("单位"), _("跨单位") if across else unit.name if unit else _("没有这个单位")))
    if asked.city:
        said.append(("city", _("所在地"), asked.city))
    if asked.found:
        said.append(("found", _("发现时间"), asked.found.label))
    if asked.since or asked.until:
        days = [display.day(one) if one else "" for one in (asked.since, asked.until)]
        said.append(("since", _("判定时间"), " – ".join(days)))
    if asked.mine:
        said.append(("mine", _("范围"), _("我跟进或首报的")))
    return said


def _queue_asked(user: User, args: MultiDict[str, str]) -> list[Narrowed]:
    asked = Asked.of(args)
    where = sa.and_(*queries.conditions(Suspect, asked, user))
    heap = Narrowed(_("查重"), asked.heap.label, {"show": None}, where)
    others = [Narrowed(label, value, {name: None}, sa.true()) for name, label, value in in_words(asked, user)]
    return [heap, *others]


@dataclass(frozen=True)
class Pair:
    """A pair with what the user may know of both sides."""

    suspect: Suspect
    line: pane.Line
    decided_by: str

    @property
    def id(self) -> int:
        return self.suspect.id


def _pairs(rows: Sequence[Any], user: User) -> list[Pair]:
    lines = pane.lines_of([queries.alone(one) for one in rows], user)
    wanted = {one.decided_by_id for one in rows if one.decided_by_id}
    names = dict(db.session.execute(sa.select(User.id, User.name).where(User.id.in_(wanted))).all())
    return [Pair(one, line, names.get(one.decided_by_id, "")) for one, line in zip(rows, lines, strict=True)]


def _name(at: int) -> Any:
    return lambda pair: pair.line.names[at] or _("（其他单位的记录）")


def _noun(one: Any) -> str:
    return _c("一个", "企业") if one.noun == "enterprise" else _c("一个", "人员")


QUEUE = register(
    ListPage(
        name="suspects",
        msgid=N_("疑似重复"),
        noun="suspect",
        model=Suspect,
        columns=(
            Column("first", N_("记录一"), _name(0)),
            Column("second", N_("记录二"), _name(1)),
            Column("noun", N_("对象"), lambda pair: _noun(pair.suspect)),
            Column("first_id", N_("记录一编号"), lambda pair: str(pair.suspect.a_id), "code", default=False),
            Column("second_id", N_("记录二编号"), lambda pair: str(pair.suspect.b_id), "code", default=False),
            Column("band", N_("相像程度"), lambda pair: None if pair.line.masked else pair.line.band, "state"),
            Column("percent", N_("相似度（%）"), lambda pair: None if pair.line.masked else pair.line.percent, "number"),
            Column("signs", N_("凭据"), lambda pair: "" if pair.line.masked else pair.line.words),
            Column("units", N_("跟进单位"), lambda pair: listed(pair.line.units)),
            Column("state", N_("状态"), lambda pair: pair.suspect.state, "state"),
            Column("relation", N_("关联"), lambda pair: pair.suspect.relation, "state", default=False),
            Column("found", N_("发现时间"), lambda pair: pair.suspect.found_at, "moment"),
            Column("decided", N_("判定时间"), lambda pair: pair.suspect.decided_at, "moment"),
            Column("decided_by", N_("判定人"), lambda pair: pair.decided_by),
            Column("note", N_("判定说明"), lambda pair: pair.suspect.decision_note, default=False),
        ),
        filters=(),
        sorts={"likeliest": queries.LIKELIEST, "decided": queries.LAST_DECIDED},
        default_sort="likeliest",
        usual_sort=lambda args: "likeliest" if Asked.of(args).heap.waits else "decided",
        # Which pairs the user may see depends on the heap, which every address names or leaves at the usual one.
        base=lambda user: sa.select(Suspect),
        asks=_queue_asked,
        arguments=queries.ARGUMENTS,
        dress=_pairs,
        view_permission=P.MERCHANT_VIEW,
        export_permission=P.MERCHANT_EXPORT,
        endpoint="duplicates.suspects",
        searched=False,
    )
)  # fmt: skip


# --- the log of merges ------------------------------------------------------------------------------------------


class Show(Labelled):
    ALL = "", N_("全部")
    STANDING = "standing", N_("已合并")
    UNDONE = "undone", N_("已撤销")
    MINE = "mine", N_("我合并的")


SHOWN = {
    Show.ALL: lambda user: sa.true(),
    Show.STANDING: lambda user: Merge.undone_at.is_(None),
    Show.UNDONE: lambda user: Merge.undone_at.is_not(None),
    Show.MINE: lambda user: Merge.merged_by_id == user.id,
}


def about_of(args: MultiDict[str, str]) -> tuple[str, int]:
    """The record whose merges the address asks for; ("", 0) for all."""
    noun, about = args.get("noun", ""), args.get("about", "")
    is_one = noun in history.NOUNS and about.isascii() and about.isdecimal() and len(about) < 10
    return (noun, int(about)) if is_one else ("", 0)


def show_of(args: MultiDict[str, str]) -> Show:
    return next((one for one in Show if one.value == args.get("show", "")), Show.ALL)


def subject_of(noun: str, record_id: int, user: User) -> Any:
    return db.session.scalar(rows_of(noun, user).filter_by(id=record_id)) if noun else None


def _merges_asked(user: User, args: MultiDict[str, str]) -> list[Narrowed]:
    found = []
    noun, record_id = about_of(args)
    if noun:
        part = history.about(sa.select(Merge), noun, record_id).with_only_columns(Merge.id)
        subject = subject_of(noun, record_id, user)
        name = subject.name if subject is not None else f"#{record_id}"
        found.append(Narrowed(_("只看"), name, {"noun": None, "about": None}, Merge.id.in_(part)))
    show = show_of(args)
    if show is not Show.ALL:
        found.append(Narrowed(_("情况"), show.label, {"show": None}, SHOWN[show](user)))
    return found


@dataclass(frozen=True)
class Told:
    """A merge, and what the record that stayed was called before it."""

    merge: Merge
    name: str

    @property
    def id(self) -> int:
        return self.merge.id


def _merges(rows: Sequence[Any], _user: User) -> list[Told]:
    names = history.names_before(rows)
    return [Told(one, names[one.id]) for one in rows]


MERGES = register(
    ListPage(
        name="merges",
        msgid=N_("合并日志"),
        noun="merge",
        model=Merge,
        columns=(
            Column("record", N_("保留的记录"), lambda told: told.name,
                   url=lambda told: url_for("duplicates.show_merge", id=told.id)),
            Column("record_id", N_("记录编号"), lambda told: str(told.merge.survivor_id), "code"),
            Column("noun", N_("对象"), lambda told: _noun(told.merge)),
            Column("from", N_("并入的记录"),
                   lambda told: _("、").join(f"{one.name} #{one.old_id}" for one in told.merge.tombstones)),
            Column("now", N_("合并后的名称"), lambda told: told.merge.survivor_name, default=False),
            Column("who", N_("合并人"), lambda told: told.merge.merged_by.name if told.merge.merged_by else "CRM"),
            Column("at", N_("时间"), lambda told: told.merge.merged_at, "moment"),
            Column("rows", N_("转移行数"), lambda told: told.merge.rows, "number"),
            Column("state", N_("现状"), lambda told: _("已撤销") if told.merge.undone_at else _("已合并")),
            Column("undone_by", N_("撤销人"), lambda told: told.merge.undone_by.name if told.merge.undone_by else ""),
            Column("undone_at", N_("撤销时间"), lambda told: told.merge.undone_at, "moment"),
        ),
        filters=(),
        sorts={"newest": Merge.id},
        default_sort="-newest",
        base=lambda user: history.loaded(history.visible_to(user)),
        asks=_merges_asked,
        arguments=("noun", "about", "show"),
        dress=_merges,
        view_permission=P.MERCHANT_VIEW,
        export_permission=P.MERCHANT_EXPORT,
        endpoint="duplicates.merges",
        searched=False,
    )
)  # fmt: skip
