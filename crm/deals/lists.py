"""The list of deals: columns of the district's own sheets (在谈项目一览表, 签约项目表), filters, acts on many."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask import url_for
from sqlalchemy.orm import joinedload, selectinload

from crm.db import db
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.money import Band
from crm.lib.words import N_, _
from crm.lists.table import BulkAct, Column, Filter, ListPage, between, of_unit, register
from crm.merchants.lists import contact_of, phones_of
from crm.merchants.models import Direction, Enterprise, Person, Position
from crm.org import queries as org
from crm.org import settings
from crm.org.models import Unit, User
from crm.org.permissions import Permission as P
from crm.reference import industries

from . import actions, queries
from .models import Deal
from .stages import Admission, DealState, SourceScope, Stage


def _idle(deal: Deal) -> int | None:
    return deal.idle_days(clock.today()) if deal.is_open else None


def _in_band(value: str) -> sa.ColumnElement[bool]:
    """“以上”含本数: a class holds its lower bound and ends below the next one's."""
    size = Band(value)
    upper = list(Band)[list(Band).index(size) + 1 :][:1]
    where = Deal.planned_wan >= Decimal(size.from_wan)
    return sa.and_(where, Deal.planned_wan < Decimal(upper[0].from_wan)) if upper else where


def _contact(deal: Deal) -> str:
    return contact_of(deal.enterprise) if deal.enterprise else ""


def _phones(deal: Deal) -> list[str]:
    return phones_of(deal.enterprise) if deal.enterprise else []


def _progress(deal: Deal) -> str:
    """进度、备注: where it stands, what comes next, and 「一月内无进度更新请说明原因」 where that is due."""
    said = [_("%(stage)s（%(day)s起）", stage=deal.stage.label, day=deal.stage_since.isoformat())]
    if deal.state is not DealState.ACTIVE:
        said.append(f"{deal.state.label}：{deal.state_reason}")
    if deal.next_step:
        due = f"（{deal.next_due_on.isoformat()}）" if deal.next_due_on else ""
        said.append(_("下一步：%(step)s", step=deal.next_step) + due)
    idle = deal.idle_days(clock.today())
    if deal.is_open and idle > settings.get("contact.idle_days"):
        said.append(_("已 %(n)s 天没有更新，原因：", n=idle))
    return "；".join(said)


def _judged(deal: Deal) -> str:
    """研判结果: of the committee on admission once it has said something, else of the lead it grew out of."""
    if deal.admission is not Admission.NONE:
        return deal.admission.label
    return deal.lead.conclusion.label if deal.lead and deal.lead.conclusion else ""


CONTACTS = joinedload(Deal.enterprise).selectinload(Enterprise.positions).joinedload(Position.person)


def _idle_over(value: str) -> sa.ColumnElement[bool]:
    """“大于 n 天没有联系”; what is no number of days lets nothing through."""
    if not (value.isdecimal() and len(value) <= 4):
        return sa.false()
    return queries.is_idle(int(value), clock.today())


def _people(user: User) -> list[tuple[Any, str]]:
    return org.colleague_choices(user, P.DEAL_VIEW)


def _owned_by(value: str, user: User) -> sa.ColumnElement[bool]:
    if value == "me":
        return Deal.owner_id == user.id
    return Deal.owner_id.is_(None) if value == "none" else Deal.owner_id == int(value)


def _give(deal: Deal, value: str, user: User) -> None:
    if not queries.may(user, P.DEAL_ASSIGN, deal):
        raise Refused(_("您不能更换这个项目的负责人"))
    owner = db.session.get(User, int(value)) if value.isdecimal() else None
    if owner is None or owner.id not in dict(org.colleague_choices(user, P.DEAL_ASSIGN)):
        raise Refused(_("没有这个选项"))
    if not actions.give_to([deal], owner, actor=user):
        raise Refused(_("已经由%(name)s跟进", name=owner.name))


ACTS = [
    BulkAct("assign", N_("指派跟进人"), P.DEAL_ASSIGN, _give,
            choices=lambda user: org.colleague_choices(user, P.DEAL_ASSIGN)),
]  # fmt: skip
"""Upper floors put theirs beside it: pipeline/lists.py."""

FILTERS = [
    Filter("stage", N_("阶段"), "choice", lambda user: Stage.choices(), lambda v, user: Deal.stage == Stage(v)),
    Filter("state", N_("状态"), "choice", lambda user: DealState.choices(),
           lambda v, user: Deal.state == DealState(v)),
    of_unit(N_("责任单位"), lambda id: Deal.unit_id == id),
    Filter("owner", N_("跟进人"), "choice",
           lambda user: [("me", _("我")), ("none", _("还没有人")), *_people(user)], _owned_by),
    Filter("sponsor", N_("挂联领导"), "choice", lambda user: [("any", _("有挂联领导")), *org.leader_choices()],
           lambda v, user: Deal.sponsor_id.is_not(None) if v == "any" else Deal.sponsor_id == int(v)),
    Filter("direction", N_("招商方向"), "choice", lambda user: Direction.choices(),
           lambda v, user: Deal.direction == Direction(v)),
    Filter("source", N_("资金来源地"), "choice", lambda user: SourceScope.choices(),
           lambda v, user: Deal.source_scope == SourceScope(v)),
    Filter("band", N_("总投资规模"), "choice", lambda user: Band.choices(), lambda v, user: _in_band(v)),
    Filter("planned", N_("总投资"), "wan_range", where=lambda v, user: between(Deal.planned_wan, v)),
    Filter("signed", N_("签约日期"), "days", where=lambda v, user: between(Deal.signed_on, v)),
    Filter("admission", N_("决策咨询结论"), "choice", lambda user: Admission.choices(),
           lambda v, user: Deal.admission == Admission(v)),
    Filter("idle", N_("未联系超过（天）"), "text", where=lambda v, user: _idle_over(v)),
    Filter("long_idle", N_("久未联系"), "flag", where=lambda v, user: queries.is_long_idle(clock.today())),
    Filter("due", N_("下一步日期"), "days",
           where=lambda v, user: sa.and_(queries.is_open(), between(Deal.next_due_on, v))),
    Filter("overdue", N_("下一步已逾期"), "flag", where=lambda v, user: queries.is_overdue(clock.today())),
    Filter("no_step", N_("没有下一步"), "flag",
           where=lambda v, user: sa.and_(queries.is_open(), Deal.next_due_on.is_(None))),
    Filter("open", N_("推进中（未达产）"), "flag", where=lambda v, user: queries.is_open()),
    Filter("foreign", N_("有合同外资的"), "flag", where=lambda v, user: Deal.contract_usd_wan.is_not(None)),
    Filter("increase", N_("增资的"), "flag", where=lambda v, user: Deal.increases_id.is_not(None)),
    Filter("is_return", N_("浙商回归"), "flag", where=lambda v, user: Deal.is_return),
    Filter("is_shanhai", N_("山海协作"), "flag", where=lambda v, user: Deal.is_shanhai),
]  # fmt: skip
"""Upper floors put theirs behind these (`also_filtered_by`): watchers/lists.py, partners/lists.py."""

PAGE = register(
    ListPage(
        name="deals",
        msgid=N_("项目"),
        noun="deal",
        model=Deal,
        columns=(
            Column("name", N_("项目名称"), lambda d: d.name, sort="name", url=lambda d: url_for("deals.show", id=d.id)),
            Column("investor", N_("投资方"), lambda d: d.investor, sort="investor"),
            Column("stage", N_("阶段"), lambda d: d.stage, kind="state", sort="stage"),
            Column("state", N_("状态"), lambda d: d.state, kind="state", default=False),
            Column("stage_since", N_("进入阶段"), lambda d: d.stage_since, kind="day", sort="since", default=False),
            Column("planned_wan", N_("总投资"), lambda d: d.planned_wan, kind="wan", sort="planned"),
            Column("fixed_asset_wan", N_("固定资产投资"), lambda d: d.fixed_asset_wan, kind="wan", sort="fixed",
                   default=False),
            Column("agreed_wan", N_("协议引资"), lambda d: d.agreed_wan, kind="wan", sort="agreed", default=False),
            Column("contract_usd_wan", N_("合同外资"), lambda d: d.contract_usd_wan, kind="usd", sort="usd", default=False),
            Column("amount_basis", N_("金额口径"), lambda d: d.amount_basis, kind="state"),
            Column("source_scope", N_("资金来源地"), lambda d: d.source_scope, kind="state", default=False),
            Column("direction", N_("招商方向"), lambda d: d.direction, kind="state", default=False),
            Column("content", N_("项目内容"), lambda d: d.content, default=False),
            Column("land_mu", N_("用地"), lambda d: d.land_mu, kind="mu", default=False),
            Column("unit", N_("责任单位"), lambda d: d.unit.name, sort="unit"),
            Column("owner", N_("跟进人"), lambda d: d.owner.name if d.owner else "", sort="owner"),
            Column("sponsor", N_("挂联领导"), lambda d: d.sponsor.name if d.sponsor else "", default=False),
            Column("first_report_unit", N_("首报单位"), lambda d: d.first_report_unit.name, default=False),
            Column("first_reported_at", N_("首报时间"), lambda d: d.first_reported_at, kind="moment", default=False),
            Column("signed_on", N_("签约日期"), lambda d: d.signed_on, kind="day", sort="signed", default=False),
            Column("admission", N_("决策咨询结论"), lambda d: d.admission, kind="state", default=False),
            Column("local_company", N_("项目公司"), lambda d: d.local_company, default=False),
            Column("increase", N_("增资"), lambda d: _("是") if d.increases_id else "", default=False),
            Column("is_return", N_("浙商回归"), lambda d: _("是") if d.is_return else "", default=False),
            Column("is_shanhai", N_("山海协作"), lambda d: _("是") if d.is_shanhai else "", default=False),
            Column("next_step", N_("下一步"), lambda d: d.next_step),
            Column("next_due_on", N_("下一步日期"), lambda d: d.next_due_on, kind="day", sort="due"),
            Column("idle_days", N_("未联系天数"), _idle, kind="number", sort="contact"),
            Column("last_contact_at", N_("最近联系"), lambda d: d.last_contact_at, kind="moment", sort="contact",
                   default=False),
            Column("progress", N_("进度、备注"), _progress, default=False),
            Column("about_investor", N_("投资方简介"), lambda d: d.enterprise.main_business if d.enterprise else "",
                   default=False),
            Column("contact", N_("企业联系人"), _contact, default=False, options=(CONTACTS,)),
            Column("phones", N_("联系方式"), _phones, kind="phones", default=False, numbers_of=lambda d: d.enterprise,
                   options=(CONTACTS.selectinload(Person.handles),
                            joinedload(Deal.enterprise).selectinload(Enterprise.handles))),
            Column("investor_region", N_("投资方所在地"), lambda d: d.enterprise.region if d.enterprise else "",
                   default=False),
            Column("industry", N_("行业"), lambda d: industries.name(d.industry_code), default=False),
            Column("judged", N_("研判结果"), _judged, default=False, options=(joinedload(Deal.lead),)),
            Column("expected_sign_on", N_("预计签约"), lambda d: d.expected_sign_on, kind="day", default=False),
            Column("agreement_kind", N_("协议类型"), lambda d: d.agreement_kind, kind="state", default=False),
            Column("first_report_user", N_("首报人"), lambda d: d.first_report_user.name if d.first_report_user else "",
                   default=False, options=(selectinload(Deal.first_report_user),)),
        ),
        filters=FILTERS,
        sorts={
            "id": Deal.id,
            "name": Deal.name,
            "investor": sa.select(Enterprise.name).where(Enterprise.id == Deal.enterprise_id).scalar_subquery(),
            "stage": sa.case({one.value: one.order for one in Stage}, value=Deal.stage),
            "since": Deal.stage_since,
            "planned": Deal.planned_wan,
            "fixed": Deal.fixed_asset_wan,
            "agreed": Deal.agreed_wan,
            "usd": Deal.contract_usd_wan,
            "unit": sa.select(Unit.code).where(Unit.id == Deal.unit_id).scalar_subquery(),
            "owner": sa.select(User.name).where(User.id == Deal.owner_id).scalar_subquery(),
            "signed": Deal.signed_on,
            "due": Deal.next_due_on,
            "contact": Deal.last_contact_at,
        },
        default_sort="-id",
        base=lambda user: queries.with_names(queries.visible_to(user)),
        view_permission=P.DEAL_VIEW,
        export_permission=P.DEAL_EXPORT,
        export_full_permission=P.MERCHANT_EXPORT_FULL,
        tag_permission=P.DEAL_EDIT,
        belongs=lambda deal: {"units": [deal.unit_id], "owners": [deal.owner_id]},
        acts=ACTS,
        endpoint="deals.index",
        empty_text=N_("项目从线索转来，也可以直接新建。"),
        empty_actions=lambda user: [(_("新建项目"), url_for("deals.new"))] if user.may(P.DEAL_EDIT) else [],
    )
)  # fmt: skip
