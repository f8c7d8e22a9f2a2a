"""The list of leads."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from flask import url_for

from crm.lib import clock
from crm.lib.words import N_, _
from crm.lists.table import Column, Filter, ListPage, between, of_unit, register
from crm.merchants.models import Direction
from crm.org import queries as org
from crm.org.models import Unit, User
from crm.org.permissions import Permission as P
from crm.reference import regions

from . import queries
from .clocks import Clock
from .models import Conclusion, Lead, LeadSource, LeadState


def _days_left(lead: Lead) -> int | None:
    if lead.state is not LeadState.REPORTED:
        return None
    return next(one.left for one in queries.clocks_of(lead) if one.clock is Clock.JUDGE)


def _reported_between(ends: tuple[Any, Any]) -> sa.ColumnElement[bool]:
    low, high = ends
    parts = [Lead.reported_at >= clock.start_of(low)] if low else []
    parts += [Lead.reported_at < clock.start_of(high + dt.timedelta(days=1))] if high else []
    return sa.and_(sa.true(), *parts)


def _owned_by(value: str, user: User) -> sa.ColumnElement[bool]:
    if value == "me":
        return Lead.owner_id == user.id
    return Lead.owner_id.is_(None) if value == "none" else Lead.owner_id == int(value)


PAGE = register(
    ListPage(
        name="leads",
        msgid=N_("线索"),
        noun="lead",
        model=Lead,
        columns=(
            Column("title", N_("线索"), lambda one: one.title, sort="title",
                   url=lambda one: url_for("leads.show", id=one.id)),
            Column("company", N_("企业"), lambda one: one.company, sort="company"),
            Column("state", N_("状态"), lambda one: one.state, kind="state", sort="state"),
            Column("days_left", N_("研判剩余工作日"), _days_left, kind="number"),
            Column("planned_wan", N_("意向总投资"), lambda one: one.planned_wan, kind="wan", sort="planned"),
            Column("direction", N_("招商方向"), lambda one: one.direction, kind="state", default=False),
            Column("source", N_("来源"), lambda one: one.source, kind="state"),
            Column("region", N_("所在地"), lambda one: regions.full_name(one.region_code), default=False),
            Column("contact_name", N_("联系人"), lambda one: one.contact_name, default=False),
            Column("contact_phone", N_("联系电话"), lambda one: [one.contact_phone] if one.contact_phone else [],
                   kind="phones", default=False),
            Column("content", N_("内容"), lambda one: one.content, default=False),
            Column("report_unit", N_("首报单位"), lambda one: one.report_unit.name, sort="report_unit"),
            Column("reported_by", N_("报送人"), lambda one: one.reported_by.name if one.reported_by else "",
                   default=False),
            Column("reported_at", N_("报送时间"), lambda one: one.reported_at, kind="moment", sort="reported"),
            Column("conclusion", N_("研判结论"), lambda one: one.conclusion, kind="state", default=False),
            Column("judged_at", N_("研判时间"), lambda one: one.judged_at, kind="moment", sort="judged", default=False),
            Column("unit", N_("责任单位"), lambda one: one.unit.name, default=False),
            Column("owner", N_("跟进人"), lambda one: one.owner.name if one.owner else ""),
            Column("next_step", N_("下一步"), lambda one: one.next_step, default=False),
            Column("next_due_on", N_("下一步日期"), lambda one: one.next_due_on, kind="day", sort="due", default=False),
            Column("land_mu", N_("用地"), lambda one: one.land_mu, kind="mu", default=False),
            Column("judgement", N_("研判意见"), lambda one: one.judgement, default=False),
            Column("bulletin_no", N_("通报期号"), lambda one: one.bulletin_no, default=False),
        ),
        filters=(
            Filter("state", N_("状态"), "choice", lambda user: LeadState.choices(),
                   lambda v, user: Lead.state == LeadState(v)),
            Filter("late", N_("研判已逾期"), "flag", where=lambda v, user: queries.is_late(clock.today())),
            Filter("late_answer", N_("答复已逾期"), "flag",
                   where=lambda v, user: queries.is_late(clock.today(), Clock.ANSWER)),
            Filter("late_feedback", N_("反馈已逾期"), "flag",
                   where=lambda v, user: queries.is_late(clock.today(), Clock.FEEDBACK)),
            Filter("joined", N_("协报"), "flag", where=lambda v, user: Lead.duplicate_of_id.is_not(None)),
            Filter("conclusion", N_("研判结论"), "choice", lambda user: Conclusion.choices(),
                   lambda v, user: Lead.conclusion == Conclusion(v)),
            Filter("source", N_("来源"), "choice", lambda user: LeadSource.choices(),
                   lambda v, user: Lead.source == LeadSource(v)),
            Filter("direction", N_("招商方向"), "choice", lambda user: Direction.choices(),
                   lambda v, user: Lead.direction == Direction(v)),
            of_unit(N_("责任单位"), lambda id: Lead.unit_id == id),
            of_unit(N_("研判部门"), lambda id: Lead.judge_unit_id == id, key="judge_unit"),
            of_unit(N_("首报单位"), lambda id: Lead.report_unit_id == id, key="report_unit"),
            Filter("owner", N_("跟进人"), "choice",
                   lambda user: [("me", _("我")), ("none", _("还没有人")),
                                 *org.colleague_choices(user, P.LEAD_VIEW)], _owned_by),
            Filter("reporter", N_("报送人"), "choice", lambda user: org.colleague_choices(user, P.LEAD_VIEW),
                   lambda v, user: Lead.reported_by_id == int(v)),
            Filter("mine", N_("我报的"), "flag", where=lambda v, user: Lead.reported_by_id == user.id),
            Filter("planned", N_("意向总投资"), "wan_range",
                   where=lambda v, user: between(Lead.planned_wan, v)),
            Filter("reported", N_("报送时间"), "days", where=lambda v, user: _reported_between(v)),
            Filter("due", N_("下一步日期"), "days", where=lambda v, user: sa.and_(Lead.state.in_(queries.OPEN), between(Lead.next_due_on, v))),
        ),
        sorts={
            "id": Lead.id,
            "title": Lead.title,
            "company": Lead.company,
            "state": Lead.state,
            "planned": Lead.planned_wan,
            "report_unit": sa.select(Unit.code).where(Unit.id == Lead.report_unit_id).scalar_subquery(),
            "reported": Lead.reported_at,
            "judged": Lead.judged_at,
            "due": Lead.next_due_on,
        },
        default_sort="-reported",
        base=lambda user: queries.with_names(queries.visible_to(user)),
        view_permission=P.LEAD_VIEW,
        export_permission=P.DEAL_EXPORT,
        export_full_permission=P.MERCHANT_EXPORT_FULL,
        belongs=lambda lead: {
            "units": [lead.unit_id, lead.report_unit_id, lead.judge_unit_id], "owners": [lead.owner_id, lead.reported_by_id],
        },
        endpoint="leads.index",
        empty_text=N_("听到有投资意向的消息，就在这里报一条。"),
        empty_actions=lambda user: [(_("报线索"), url_for("leads.new"))] if user.may(P.LEAD_REPORT) else [],
    )
)  # fmt: skip
