"""The lists of needs and of those who were told of them: columns, filters."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import url_for
from sqlalchemy.orm import joinedload

from crm.lib import clock
from crm.lib.words import N_, _
from crm.lists.table import Column, Filter, ListPage, between, of_unit, register
from crm.org.models import User
from crm.org.permissions import Permission as P

from . import queries
from .kinds import NeedKind, NeedState, Step
from .models import Approach, Need


def _amount(field: str) -> Any:
    return lambda row: getattr(row, field)


def _waiting(need: Need) -> int | None:
    return (clock.today() - need.since_on).days if need.is_open else None


def _whose(value: str, user: User) -> Any:
    return Need.owner_id == user.id


PAGE = register(
    ListPage(
        name="needs",
        msgid=N_("要素需求"),
        noun=queries.NOUN,
        model=Need,
        columns=(
            Column("title", N_("需求"), lambda r: r.title, url=lambda r: url_for("needs.show", id=r.id)),
            Column("kind", N_("要素"), lambda r: r.kind, kind="state", sort="kind"),
            Column("subject", N_("项目或企业"), lambda r: r.subject.name),
            Column("asked", N_("需要"), _amount("asked"), kind="number", sort="asked"),
            Column("met", N_("已落实"), _amount("met"), kind="number"),
            Column("gap", N_("缺口"), _amount("gap"), kind="number"),
            Column("counted_in", N_("计量单位"), lambda r: r.kind.unit),
            Column("investment", N_("涉及投资"), lambda r: r.investment_wan, kind="wan", sort="investment"),
            Column("state", N_("状态"), lambda r: r.state, kind="state", sort="state"),
            Column("due_on", N_("最迟解决"), lambda r: r.due_on, kind="day", sort="due"),
            Column("since_on", N_("提出日期"), lambda r: r.since_on, kind="day", sort="since"),
            Column("days", N_("已等天数"), _waiting, kind="number", default=False),
            Column("unit", N_("提出单位"), lambda r: r.unit.name, default=False),
            Column("owner", N_("责任人"), lambda r: r.owner.name if r.owner else "", default=False),
            Column("level", N_("类别"), lambda r: r.level, default=False),
            Column("measure", N_("拟采取的措施"), lambda r: r.measure, default=False),
            Column("adopted_on", N_("立题日期"), lambda r: r.adopted_on, kind="day", default=False),
            Column("ended_on", N_("办结日期"), lambda r: r.ended_on, kind="day", default=False),
        ),
        filters=(
            Filter("kind", N_("要素"), "choice", lambda user: NeedKind.choices(),
                   lambda v, user: Need.kind == NeedKind(v)),
            Filter("state", N_("状态"), "choice", lambda user: NeedState.choices(),
                   lambda v, user: Need.state == NeedState(v)),
            Filter("tier", N_("优先保障"), "choice", lambda user: queries.Tier.choices(),
                   lambda v, user: queries.tier() == v),
            of_unit(N_("提出单位"), lambda id: Need.unit_id == id),
            Filter("lacking", N_("还有缺口"), "flag", where=lambda v, user: queries.lacking()),
            Filter("mine", N_("由我负责"), "flag", where=_whose),
            Filter("asked_of_us", N_("要本单位解决"), "flag", where=lambda v, user: Need.kind.in_(queries.provided_by(user))),
            Filter("late", N_("已过最迟日期"), "flag",
                   where=lambda v, user: sa.and_(Need.state == NeedState.OPEN, Need.due_on < clock.today())),
            Filter("adopted", N_("已立题"), "flag", where=lambda v, user: Need.adopted_on.is_not(None)),
            Filter("since", N_("提出日期"), "days", where=lambda v, user: between(Need.since_on, v)),
        ),
        sorts={
            "id": Need.id,
            "kind": Need.kind,
            "asked": Need.asked,
            "investment": queries.investment(),
            "state": Need.state,
            "due": Need.due_on,
            "since": Need.since_on,
        },
        default_sort="-investment",
        base=lambda user: queries.with_figures(queries.visible_to(user)),
        view_permission=P.NEED_VIEW,
        export_permission=P.FACTOR_EXPORT,
        belongs=lambda need: {"units": [need.unit_id], "owners": [need.owner_id]},
        endpoint="needs.index",
        empty_text=N_("项目或企业缺地、缺钱、缺人、缺技术，就在它的页面上提出来。"),
        empty_actions=lambda user: [(_("提一项需求"), url_for("needs.new"))] if user.may(P.NEED_EDIT) else [],
    )
)  # fmt: skip

APPROACHES = register(
    ListPage(
        name="approaches",
        msgid=N_("推介和对接"),
        noun=queries.APPROACH,
        model=Approach,
        columns=(
            Column("partner", N_("对接谁"), lambda r: r.partner, sort="partner", url=lambda r: url_for("needs.show", id=r.need_id)),
            Column("kind", N_("要素"), lambda r: r.need.kind, kind="state"),
            Column("need", N_("需求"), lambda r: r.need.title),
            Column("subject", N_("项目或企业"), lambda r: r.need.subject.name),
            Column("on_day", N_("推介日期"), lambda r: r.on_day, kind="day", sort="day"),
            Column("step", N_("结果"), lambda r: r.step, kind="state", sort="step"),
            Column("step_on", N_("结果日期"), lambda r: r.step_on, kind="day", sort="told"),
            Column("amount", N_("金额或人数"), lambda r: r.amount, kind="number", sort="amount"),
            Column("note", N_("说明"), lambda r: r.note, default=False),
            Column("author", N_("记录人"), lambda r: r.author.name if r.author else "", default=False),
        ),
        filters=(
            Filter("kind", N_("要素"), "choice", lambda user: NeedKind.choices(),
                   lambda v, user: Approach.need.has(Need.kind == NeedKind(v))),
            Filter("partner", N_("对接谁"), "text", where=lambda v, user: Approach.partner == v),
            Filter("step", N_("结果"), "choice", lambda user: Step.choices(), lambda v, user: Approach.step == Step(v)),
            Filter("day", N_("推介日期"), "days", where=lambda v, user: between(Approach.on_day, v)),
        ),
        sorts={
            "id": Approach.id,
            "partner": Approach.partner,
            "day": Approach.on_day,
            "told": Approach.step_on,
            "step": Approach.step,
            "amount": Approach.amount,
        },
        default_sort="-day",
        base=lambda user: queries.approaches_visible_to(user).options(
            joinedload(Approach.author),
            *(joinedload(Approach.need).joinedload(one) for one in (Need.deal, Need.project, Need.enterprise)),
        ),
        view_permission=P.NEED_VIEW,
        export_permission=P.FACTOR_EXPORT,
        belongs=lambda one: {"units": [one.need.unit_id], "owners": [one.author_id]},
        endpoint="needs.approaches",
        searched=False,
        empty_text=N_("在一项需求的页面上记推介、对接。"),
    )
)  # fmt: skip
