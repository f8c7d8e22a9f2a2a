"""The verbs of a need: raise, put right, adopt (立题), end, take up again; tell somebody of it and what came of that."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from crm.audit.trail import record, recording
from crm.db import db
from crm.deals.models import Deal
from crm.delivery.models import KeyProject
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.merchants.models import Enterprise
from crm.org.models import User
from crm.search import index
from crm.search.tokens import Field, Kind

from . import queries
from .kinds import SUPPLYING, NeedKind, NeedState, Step, first_step, next_steps
from .models import Approach, Need

FACTS = (
    "title",
    "asked",
    "level",
    "detail",
    "measure",
    "is_livelihood",
    "is_high_tech",
    "due_on",
    "owner_id",
)
HELD: list[Callable[[Need], str]] = []
"""Upper features say what a need still holds (a parcel, say); while any says something, it cannot be given up."""


def ask(
    subject: Deal | KeyProject | Enterprise, kind: NeedKind, data: dict[str, Any], *, actor: User
) -> Need:
    """提出. Refused where the same is asked for already: of land, once for a deal and the projects it became."""
    deal = subject if isinstance(subject, Deal) else None
    project = subject if isinstance(subject, KeyProject) else None
    enterprise = subject if isinstance(subject, Enterprise) else None
    same = queries.same_open(kind, data["title"], deal=deal, project=project, enterprise=enterprise)
    if same is not None:
        raise Refused(
            _(
                "已经提过这项需求：“%(title)s”（%(unit)s），请在那里补充",
                title=same.title,
                unit=same.unit.name,
            ),
            "title",
        )
    need = Need(kind=kind, deal=deal, project=project, enterprise=enterprise, unit_id=actor.unit_id)
    _fill(need, data)
    db.session.add(need)
    with recording("need.asked", need, actor=actor):
        db.session.flush()
    record("need.raised", subject, actor=actor, note=need.title)
    put_in_index(need)
    return need


def edit(need: Need, data: dict[str, Any], *, actor: User) -> None:
    if not need.is_open:
        raise Refused(_("这项需求已经办结，要修改请先恢复"))
    with recording("need.edited", need, actor=actor):
        _fill(need, data)
    put_in_index(need)


def adopt(need: Need, *, actor: User) -> None:
    """立题: the government takes a firm's problem up."""
    if need.kind is not NeedKind.TECHNOLOGY:
        raise Refused(_("只有科技难题才要立题"))
    if need.adopted_on is not None:
        raise Refused(_("已经立题了"))
    _refuse_ended(need)
    with recording("need.adopted", need, actor=actor):
        need.adopted_on = clock.today()


def meet(need: Need, note: str, *, actor: User) -> None:
    """办结. Where not all of it is there, why that is enough must be written down."""
    _refuse_ended(need)
    if need.gap > 0 and not note:
        raise Refused(
            _("还差 %(gap)s %(unit)s，请写明为什么算已解决", gap=f"{need.gap.normalize():f}", unit=need.kind.unit),
            "note",
        )  # fmt: skip
    with recording("need.met", need, actor=actor, note=note):
        need.state, need.ended_on, need.ended_note = NeedState.MET, clock.today(), note


def drop(need: Need, note: str, *, actor: User) -> None:
    """不再需要: it no longer counts as a gap."""
    _refuse_ended(need)
    if not note:
        raise Refused(_("请写明为什么不再需要"), "note")
    for why in (held(need) for held in HELD):
        if why:
            raise Refused(why)
    with recording("need.dropped", need, actor=actor, note=note):
        need.state, need.ended_on, need.ended_note = NeedState.DROPPED, clock.today(), note


def reopen(need: Need, *, actor: User) -> None:
    """恢复."""
    if need.is_open:
        raise Refused(_("这项需求还没有办结"))
    same = queries.same_open(
        need.kind, need.title, deal=need.deal, project=need.project, enterprise=need.enterprise
    )
    if same is not None:
        raise Refused(_("已经另外提了同样的需求，不能再恢复这一项"))
    with recording("need.reopened", need, actor=actor):
        need.state, need.ended_on, need.ended_note = NeedState.OPEN, None, ""


# --- 推介、对接 ------------------------------------------------------------------------------------------------


def approach(need: Need, data: dict[str, Any], *, actor: User) -> Approach:
    """推介 to a bank, 对接 with a person or an institute."""
    _refuse_ended(need)
    step = first_step(need.kind)
    if step is None:
        raise Refused(_("用地需求请到地块里匹配、预留"))
    if need.kind is NeedKind.TECHNOLOGY and need.adopted_on is None:
        raise Refused(_("科技难题立题以后才对接"))
    _refuse_to_come(data["on_day"], "on_day")
    one = Approach(
        need=need, partner=data["partner"], on_day=data["on_day"], step=step, step_on=data["on_day"],
        note=data.get("note") or "", author_id=actor.id,
    )  # fmt: skip
    db.session.add(one)
    with recording("need_approach.made", one, actor=actor):
        db.session.flush()
    return one


def tell(one: Approach, data: dict[str, Any], *, actor: User) -> None:
    """The result: one step on along the line of its kind, or nothing came of it."""
    step: Step = data["step"]
    if step not in next_steps(one.need.kind, one.step):
        raise Refused(_("从“%(before)s”不能到“%(after)s”", before=one.step.label, after=step.label), "step")
    _refuse_to_come(data["step_on"], "step_on")
    if data["step_on"] < one.step_on:
        raise Refused(_("结果的日期早于上一步"), "step_on")
    amount = data.get("amount")
    if one.need.kind is not NeedKind.FINANCE and step in SUPPLYING and amount is None:
        amount = 1
    if one.need.kind is NeedKind.FINANCE and step in (Step.CREDIT, Step.DRAWN) and not amount:
        raise Refused(_("请填写金额"), "amount")
    if step is Step.DRAWN and one.amount is not None and amount is not None and amount > one.amount:
        raise Refused(_("放款超过了授信的 %(n)s 万元", n=f"{one.amount.normalize():f}"), "amount")
    with recording("need_approach.told", one, actor=actor, note=data.get("note") or ""):
        one.step, one.step_on = step, data["step_on"]
        if amount is not None:
            one.amount = amount
        if data.get("note"):
            one.note = data["note"]


def _refuse_ended(need: Need) -> None:
    if not need.is_open:
        raise Refused(_("这项需求已经办结：%(state)s", state=need.state.label))


def _refuse_to_come(day: dt.date, field: str) -> None:
    if day > clock.today():
        raise Refused(_("这一天还没有到"), field)


def _fill(need: Need, data: dict[str, Any]) -> None:
    for name in FACTS:
        if name in data:
            setattr(need, name, data[name])
    if need.asked is None or need.asked <= 0:
        raise Refused(_("需求数量要大于零"), "asked")


def search_fields(need: Need) -> list[Field]:
    """What a need is found by: its own words and whose it is."""
    return [Field(Kind.NAME, need.title), Field(Kind.NAME, need.subject.name), Field(Kind.TEXT, need.detail)]


def put_in_index(need: Need) -> None:
    index.put(queries.NOUN, need.id, search_fields(need))
