"""The book of partners and that of visits; and, behind the lists of leads, deals and money, whose they are."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import url_for

from crm.capital.lists import PAGE as CAPITAL
from crm.capital.models import PaidIn
from crm.deals.lists import PAGE as DEALS
from crm.deals.models import Deal
from crm.leads.lists import PAGE as LEADS
from crm.lib.words import N_, _
from crm.lists.table import Column, Filter, ListPage, between, of_colleague, of_unit, register
from crm.org.models import Unit, User
from crm.org.permissions import Permission as P

from . import queries
from .models import Exchange, ExchangeKind, Partner, PartnerKind


def _views(user: User) -> list[tuple[str, str]]:
    return queries.views()


def _partners(user: User) -> list[tuple[int, str]]:
    return queries.to_choose(user, ended=True) if user.may(P.PARTNER_VIEW) else []


def _deals_of(where: Any) -> sa.ColumnElement[bool]:
    return PaidIn.deal_id.in_(sa.select(Deal.id).where(where))


DEALS.also_filtered_by(
    Filter("coop", N_("协作来源"), "choice", _views, lambda value, user: queries.deal_is(value)),
    Filter("partner", N_("合作方"), "choice", _partners, lambda value, user: queries.deal_from(int(value))),
)
LEADS.also_filtered_by(
    Filter("coop", N_("协作来源"), "choice", _views, lambda value, user: queries.lead_is(value)),
    Filter("partner", N_("合作方"), "choice", _partners, lambda value, user: queries.lead_from(int(value))),
)
CAPITAL.also_filtered_by(
    Filter("coop", N_("协作来源"), "choice", _views, lambda value, user: _deals_of(queries.deal_is(value))),
)


PAGE = register(
    ListPage(
        name="partners",
        msgid=N_("合作方"),
        noun="partner",
        model=Partner,
        columns=(
            Column("name", N_("合作方"), lambda one: one.name, sort="name",
                   url=lambda one: url_for("partners.show", id=one.id)),
            Column("kind", N_("类型"), lambda one: one.kind, "state", sort="kind"),
            Column("region", N_("所在地区"), lambda one: one.region, sort="region"),
            Column("is_shanhai", N_("山海协作"), lambda one: _("是") if one.is_shanhai else ""),
            Column("site", N_("合作载体"), lambda one: one.site, default=False),
            Column("enterprise", N_("资源库里的企业或商会"), lambda one: one.enterprise and one.enterprise.name,
                   default=False,
                   url=lambda one: one.enterprise and url_for("merchants.show", id=one.enterprise_id)),
            Column("liaison", N_("对方联系人"), lambda one: one.liaison, default=False),
            Column("last_exchange", N_("最近互访"), lambda one: one.last_exchange_on, "day"),
            Column("brought", N_("带来的线索和项目"), lambda one: one.brought, "number"),
            Column("next_step", N_("下一步"), lambda one: one.next_step),
            Column("next_due_on", N_("下一步日期"), lambda one: one.next_due_on, "day", sort="due"),
            Column("unit", N_("牵头单位"), lambda one: one.unit.name, sort="unit"),
            Column("owner", N_("负责人"), lambda one: one.owner.name if one.owner else ""),
            Column("content", N_("合作内容"), lambda one: one.content, default=False),
            Column("ended_on", N_("结束合作"), lambda one: one.ended_on, "day", default=False),
        ),
        filters=(
            Filter("kind", N_("类型"), "choice", lambda user: PartnerKind.choices(),
                   lambda value, user: Partner.kind == PartnerKind(value)),
            Filter("coop", N_("协作地区"), "choice", _views, lambda value, user: queries.partner_is(value)),
            Filter("open", N_("还在合作的"), "flag", where=lambda value, user: Partner.ended_on.is_(None)),
            Filter("in_force", N_("有协议在生效"), "flag", where=lambda value, user: queries.in_force()),
            Filter("expiring", N_("有协议快到期"), "flag", where=lambda value, user: queries.is_expiring()),
            Filter("overdue", N_("下一步已逾期"), "flag", where=lambda value, user: queries.is_overdue()),
            Filter("due", N_("下一步日期"), "days", where=lambda value, user: between(Partner.next_due_on, value)),
            of_unit(N_("牵头单位"), lambda id: Partner.unit_id == id),
            of_colleague(N_("负责人"), lambda id: Partner.owner_id == id, P.PARTNER_VIEW),
        ),
        sorts={
            "id": Partner.id,
            "name": Partner.name,
            "kind": Partner.kind,
            "region": Partner.region_code,
            "due": Partner.next_due_on,
            "unit": sa.select(Unit.code).where(Unit.id == Partner.unit_id).scalar_subquery(),
        },
        default_sort="region",
        base=lambda user: queries.loaded(queries.visible_to(user)),
        view_permission=P.PARTNER_VIEW,
        export_permission=P.DEAL_EXPORT,
        endpoint="partners.index",
        empty_text=N_("把一起招商的政府、商会、企业记下来，签了什么、互访了几次、带来哪些项目都从这里看。"),
        empty_actions=lambda user: [(_("加合作方"), url_for("partners.new"))] if user.may(P.PARTNER_MANAGE) else [],
    )
)  # fmt: skip

EXCHANGES = register(
    ListPage(
        name="partner_exchanges",
        msgid=N_("互访活动"),
        noun="partner_exchange",
        model=Exchange,
        columns=(
            Column("on_day", N_("日期"), lambda one: one.on_day, "day", sort="day",
                   url=lambda one: url_for("partners.show", id=one.partner_id, _anchor=f"exchange-{one.id}")),
            Column("kind", N_("怎么互访"), lambda one: one.kind, "state"),
            Column("partner", N_("合作方"), lambda one: one.partner.name,
                   url=lambda one: url_for("partners.show", id=one.partner_id)),
            Column("region", N_("所在地区"), lambda one: one.partner.region),
            Column("place", N_("地点"), lambda one: one.place, default=False),
            Column("led_by", N_("我方带队"), lambda one: one.led_by),
            Column("theirs", N_("对方参加人"), lambda one: one.theirs, default=False),
            Column("said", N_("谈了什么"), lambda one: one.said),
            Column("agreed", N_("商定的事"), lambda one: one.agreed, default=False),
            Column("unit", N_("牵头单位"), lambda one: one.partner.unit.name),
            Column("author", N_("记录人"), lambda one: one.author.name if one.author else "", default=False),
        ),
        filters=(
            Filter("kind", N_("怎么互访"), "choice", lambda user: ExchangeKind.choices(),
                   lambda value, user: Exchange.kind == ExchangeKind(value)),
            Filter("coop", N_("协作地区"), "choice", _views, lambda value, user: Exchange.partner_id.in_(
                sa.select(Partner.id).where(queries.partner_is(value)))),
            Filter("on", N_("日期"), "days", where=lambda value, user: between(Exchange.on_day, value)),
            Filter("partner", N_("合作方"), "choice", _partners,
                   lambda value, user: Exchange.partner_id == int(value)),
        ),
        sorts={"day": Exchange.on_day, "id": Exchange.id},
        default_sort="-day",
        base=lambda user: queries.exchanges_loaded(queries.exchanges_visible_to(user)),
        view_permission=P.PARTNER_VIEW,
        export_permission=P.DEAL_EXPORT,
        endpoint="partners.exchanges",
        searched=False,
        empty_text=N_("去访、来访和共同活动记在合作方的页面上，这里是全部。"),
        empty_actions=lambda user: [(_("合作方"), url_for("partners.index"))],
    )
)  # fmt: skip
