"""The list of deals as they stood on a day. Board, tables and figures of that day count what this list shows.

`on` in the address is the day (today without it), `since` an earlier one to compare with, `change` what has happened
between the two. Names are those of today; rights too: who may open a deal now may see how it stood.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from flask import url_for
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.datastructures import MultiDict

from crm.deals.models import Deal, DealSpan
from crm.deals.stages import DealState, Stage
from crm.lib import clock
from crm.lib.dates import parse_day
from crm.lib.errors import Refused
from crm.lib.money import Band
from crm.lib.words import N_, _
from crm.lists.table import Column, Filter, ListPage, between, of_unit, register
from crm.merchants.models import Direction
from crm.org import queries as org
from crm.org.models import Unit, User
from crm.org.permissions import Permission as P

from . import queries
from .changes import Change


def day_of(args: MultiDict[str, str], name: str = "on") -> dt.date | None:
    """The day that an address names; today without one. None when it names none that can be: the filter says why."""
    text = args.get(name, "").strip()
    if not text:
        return clock.today()
    try:
        return parse_day(text[:60], clock.today())
    except Refused:
        return None


def _standing(args: MultiDict[str, str]) -> sa.ColumnElement[bool]:
    """What the filters that look from the day say, together with the day itself."""
    day = day_of(args)
    if day is None:
        return sa.false()
    where = [queries.covers(DealSpan, day)]
    if args.get("overdue") == "1":
        where.append(queries.is_overdue(day))
    if args.get("long_idle") == "1":
        where.append(queries.is_long_idle(day))
    known = {one.value for one in Change}
    if wanted := [Change(text) for text in args.getlist("change") if text in known]:
        since = day_of(args, "since")
        # Nothing is newer than the day itself: without an earlier day nothing has changed.
        where.append(queries.has_changed(wanted, since, day) if since else sa.false())
    return sa.and_(*where)


def _owned_by(value: str, user: User) -> sa.ColumnElement[bool]:
    if value == "me":
        return DealSpan.owner_id == user.id
    return DealSpan.owner_id.is_(None) if value == "none" else DealSpan.owner_id == int(value)


def _base(user: User) -> sa.Select[Any]:
    rows = sa.select(DealSpan).options(
        joinedload(DealSpan.deal).joinedload(Deal.enterprise),
        joinedload(DealSpan.unit),
        selectinload(DealSpan.owner),
        selectinload(DealSpan.sponsor),
    )
    return rows.where(queries.seen_by(user, DealSpan.deal_id))


AS_OF = register(
    ListPage(
        name="deals_as_of",
        msgid=N_("当日项目"),
        noun="deal",
        model=DealSpan,
        columns=(
            Column("name", N_("项目名称"), lambda s: s.name, url=lambda s: url_for("deals.show", id=s.deal_id)),
            Column("investor", N_("投资方"), lambda s: s.deal.investor),
            Column("stage", N_("阶段"), lambda s: s.stage, kind="state", sort="stage"),
            Column("state", N_("状态"), lambda s: s.state, kind="state"),
            Column("stage_since", N_("进入阶段"), lambda s: s.stage_since, kind="day", sort="since"),
            Column("planned_wan", N_("总投资"), lambda s: s.planned_wan, kind="wan", sort="planned"),
            Column("agreed_wan", N_("协议引资"), lambda s: s.agreed_wan, kind="wan", default=False),
            Column("direction", N_("招商方向"), lambda s: s.direction, kind="state", default=False),
            Column("unit", N_("责任单位"), lambda s: s.unit.name, sort="unit"),
            Column("owner", N_("跟进人"), lambda s: s.owner.name if s.owner else ""),
            Column("sponsor", N_("挂联领导"), lambda s: s.sponsor.name if s.sponsor else "", default=False),
            Column("signed_on", N_("签约日期"), lambda s: s.signed_on, kind="day", default=False),
            Column("next_step", N_("下一步"), lambda s: s.next_step),
            Column("next_due_on", N_("下一步日期"), lambda s: s.next_due_on, kind="day", sort="due"),
            Column("last_contact_on", N_("最近联系"), lambda s: s.last_contact_on, kind="day", sort="contact"),
        ),
        filters=(
            Filter("on", N_("哪一天"), "day", where=lambda v, user: sa.true()),
            Filter("since", N_("与哪一天比"), "day", where=lambda v, user: sa.true()),
            Filter("change", N_("有什么变化"), "choice", lambda user: Change.choices(), lambda v, user: sa.true()),
            Filter("stage", N_("阶段"), "choice", lambda user: Stage.choices(),
                   lambda v, user: DealSpan.stage == Stage(v)),
            Filter("state", N_("状态"), "choice", lambda user: DealState.choices(),
                   lambda v, user: DealSpan.state == DealState(v)),
            of_unit(N_("责任单位"), lambda id: DealSpan.unit_id == id),
            Filter("owner", N_("跟进人"), "choice",
                   lambda user: [("me", _("我")), ("none", _("还没有人")), *org.colleague_choices(user, P.DEAL_VIEW)],
                   _owned_by),
            Filter("sponsor", N_("挂联领导"), "choice",
                   lambda user: [("any", _("有挂联领导")), *org.leader_choices()],
                   lambda v, user: DealSpan.sponsor_id.is_not(None) if v == "any" else DealSpan.sponsor_id == int(v)),
            Filter("direction", N_("招商方向"), "choice",
                   lambda user: [*Direction.choices(), ("none", _("暂未确定"))],
                   lambda v, user: DealSpan.direction.is_(None) if v == "none"
                   else DealSpan.direction == Direction(v)),
            Filter("band", N_("总投资规模"), "choice", lambda user: [*Band.choices(), ("none", _("未填金额"))],
                   lambda v, user: DealSpan.band == v),
            Filter("planned", N_("总投资"), "wan_range", where=lambda v, user: between(DealSpan.planned_wan, v)),
            Filter("signed", N_("签约日期"), "days", where=lambda v, user: between(DealSpan.signed_on, v)),
            Filter("stage_since", N_("进入阶段"), "days", where=lambda v, user: between(DealSpan.stage_since, v)),
            Filter("long_idle", N_("久未联系"), "flag", where=lambda v, user: sa.true()),
            Filter("overdue", N_("下一步已逾期"), "flag", where=lambda v, user: sa.true()),
        ),
        sorts={
            "stage": sa.case({one.value: one.order for one in Stage}, value=DealSpan.stage),
            "since": DealSpan.stage_since,
            "planned": DealSpan.planned_wan,
            "unit": sa.select(Unit.code).where(Unit.id == DealSpan.unit_id).scalar_subquery(),
            "due": DealSpan.next_due_on,
            "contact": DealSpan.last_contact_on,
        },
        default_sort="-since",
        base=_base,
        view_permission=P.DEAL_VIEW,
        export_permission=P.DEAL_EXPORT,
        belongs=lambda span: {"units": [span.unit_id], "owners": [span.owner_id]},
        endpoint="review.as_of",
        searched=False,
        also=_standing,
        empty_text=N_("这一天还没有项目。"),
    )
)  # fmt: skip
