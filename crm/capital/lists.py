"""到位资金台账, the frozen rows of closed months, 协议与到位 of each signed deal: columns, filters, acts on many."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import url_for
from sqlalchemy.orm import joinedload

from crm.deals import queries as deals
from crm.deals.models import Deal
from crm.deals.stages import SourceScope
from crm.lib.errors import Refused
from crm.lib.words import N_, _
from crm.lists.table import BulkAct, Column, Filter, ListPage, between, register
from crm.org import queries as org
from crm.org.models import Unit, User
from crm.org.permissions import Permission as P
from crm.search import index
from crm.web import display

from . import actions, queries, window
from .models import Fulfilled, MonthlyReturn, PaidIn, PaidInState, PaidKind, ReturnLine, VoucherKind


def _share_of(row: PaidIn) -> int:
    return row.share_percent or queries.usual_share(row)


def basis_of(row: PaidIn) -> str:
    """口径 of one amount: whose money it is, what of it counts, and when."""
    said = [row.origin.label, row.state.label, _("计入 %(share)s%%", share=_share_of(row))]
    if row.is_late and row.state is PaidInState.RECOGNISED:
        said.append(_("补报，计入 %(month)s", month=f"{row.counts_on:%Y-%m}"))
    if row.adjusts_id:
        said.append(_("调整"))
    return " · ".join(said)


def _months(user: User) -> list[tuple[str, str]]:
    return [(f"{month:%Y-%m}", display.month(month)) for month in queries.months_known()]


def _in_month(value: str) -> sa.ColumnElement[bool]:
    month = dt.date.fromisoformat(f"{value}-01")
    return queries.in_days(month, window.last_day(month))


def _years(user: User) -> list[tuple[str, str]]:
    return [(str(year), _("%(year)s 年度", year=year)) for year in queries.years_known()]


def _in_year(value: str) -> sa.ColumnElement[bool]:
    return queries.in_days(*window.bounds(int(value), queries.first_month()))


def _deal_words(value: str) -> sa.ColumnElement[bool]:
    return PaidIn.deal_id.in_(index.matching("deal", value))


def _matching(text: str) -> sa.ColumnElement[bool]:
    """By payer and voucher, or by what the deal is found by: its name and investor."""
    return sa.or_(PaidIn.id.in_(index.matching("paid_in", text)), _deal_words(text))


def _deal_id(value: str) -> sa.ColumnElement[bool]:
    """A deal by its number, as links have it; by words, as people type it."""
    if value.isascii() and value.isdecimal() and len(value) < 10:
        return PaidIn.deal_id == int(value)
    return _deal_words(value)


def _reasons(user: User) -> list[tuple[str, str]]:
    return [(word, _(word)) for word in queries.reasons(queries.this_year())]


def _check(row: PaidIn, value: str, user: User) -> None:
    if not queries.may_check(user, row):
        raise Refused(_("您不能初审这一笔"))
    actions.check(row, actor=user)


def _recognise(row: PaidIn, value: str, user: User) -> None:
    if not queries.may_recognise(user, row):
        raise Refused(_("您不能认定这一笔"))
    actions.recognise(row, actor=user)


PAGE = register(
    ListPage(
        name="capital",
        msgid=N_("到位资金"),
        noun="paid_in",
        model=PaidIn,
        columns=(
            Column("deal", N_("项目名称"), lambda r: r.deal.name, sort="deal", url=lambda r: url_for("capital.show", id=r.id)),
            Column("arrived_on", N_("到位日期"), lambda r: r.arrived_on, kind="day", sort="arrived"),
            Column("amount_wan", N_("到位金额"), lambda r: r.amount_wan, kind="wan", sort="amount"),
            Column("counted_wan", N_("认定金额"),
                   lambda r: r.counted_wan if r.state is PaidInState.RECOGNISED else None, kind="wan", sort="counted"),
            Column("usd_wan", N_("外资金额"), lambda r: r.usd_wan, kind="usd", sort="usd", default=False),
            Column("state", N_("状态"), lambda r: r.state, kind="state", sort="state"),
            Column("basis", N_("口径"), basis_of, default=False),
            Column("payer", N_("出资方"), lambda r: r.payer),
            Column("origin", N_("资金来源地"), lambda r: r.origin, kind="state", sort="origin"),
            Column("kind", N_("资金用途"), lambda r: r.kind, kind="state", default=False),
            Column("voucher_kind", N_("凭证种类"), lambda r: r.voucher_kind, kind="state"),
            Column("voucher_no", N_("凭证号"), lambda r: r.voucher_no, kind="code", default=False),
            Column("reason", N_("不予认定的原因"), lambda r: _(r.reason) if r.reason else "", default=False),
            Column("reason_note", N_("退回说明"), lambda r: r.reason_note, default=False),
            Column("unit", N_("申报单位"), lambda r: r.unit.name, sort="unit"),
            Column("month", N_("计入月份"), lambda r: display.month(r.counts_on), sort="counts", default=False),
            Column("late", N_("补报"), lambda r: _("是") if r.is_late else "", default=False),
            Column("investor", N_("投资方"), lambda r: r.deal.investor, default=False),
            Column("agreed_wan", N_("协议引资"), lambda r: r.deal.agreed_wan, kind="wan", default=False),
            Column("share_percent", N_("计入比例（%）"), lambda r: r.share_percent, kind="number", default=False),
            Column("return_no", N_("月报"), lambda r: r.monthly_return.label if r.monthly_return else "", default=False),
            Column("declared_by", N_("申报人"), lambda r: r.declared_by.name if r.declared_by else "", default=False),
            Column("declared_at", N_("申报时间"), lambda r: r.declared_at, kind="moment", sort="declared", default=False),
            Column("decided_by", N_("认定人"), lambda r: r.decided_by.name if r.decided_by else "", default=False),
            Column("decided_at", N_("认定时间"), lambda r: r.decided_at, kind="moment", default=False),
            Column("note", N_("说明"), lambda r: r.note, default=False),
        ),
        filters=(
            Filter("state", N_("状态"), "choice", lambda user: PaidInState.choices(),
                   lambda v, user: PaidIn.state == PaidInState(v)),
            Filter("month", N_("计入月份"), "choice", _months, lambda v, user: _in_month(v)),
            Filter("year", N_("年度"), "choice", _years, lambda v, user: _in_year(v)),
            Filter("unit", N_("申报单位"), "choice", lambda user: org.unit_choices(),
                   lambda v, user: PaidIn.unit_id == int(v)),
            Filter("deal", N_("项目"), "text", where=lambda v, user: _deal_id(v)),
            Filter("owner", N_("项目跟进人"), "choice", lambda user: org.colleague_choices(user, P.CAPITAL_VIEW),
                   lambda v, user: PaidIn.deal_id.in_(sa.select(Deal.id).where(Deal.owner_id == int(v)))),
            Filter("origin", N_("资金来源地"), "choice", lambda user: SourceScope.choices(),
                   lambda v, user: PaidIn.origin == SourceScope(v)),
            Filter("kind", N_("资金用途"), "choice", lambda user: PaidKind.choices(),
                   lambda v, user: PaidIn.kind == PaidKind(v)),
            Filter("voucher", N_("凭证种类"), "choice", lambda user: VoucherKind.choices(),
                   lambda v, user: PaidIn.voucher_kind == VoucherKind(v)),
            Filter("reason", N_("不予认定的原因"), "choice", _reasons, lambda v, user: PaidIn.reason == v),
            Filter("amount", N_("到位金额"), "wan_range", where=lambda v, user: between(PaidIn.amount_wan, v)),
            Filter("arrived", N_("到位日期"), "days", where=lambda v, user: between(PaidIn.arrived_on, v)),
            Filter("counts", N_("计入日期"), "days", where=lambda v, user: between(PaidIn.counts_on, v)),
            Filter("usd", N_("有外资金额的"), "flag", where=lambda v, user: PaidIn.usd_wan.is_not(None)),
            Filter("late", N_("补报的"), "flag", where=lambda v, user: PaidIn.counts_on != PaidIn.arrived_on),
            Filter("adjustment", N_("调整的"), "flag", where=lambda v, user: PaidIn.adjusts_id.is_not(None)),
            Filter("mine", N_("等我办的"), "flag",
                   where=lambda v, user: PaidIn.id.in_(queries.waiting_for(user).with_only_columns(PaidIn.id))),
        ),
        sorts={
            "arrived": PaidIn.arrived_on,
            "counts": PaidIn.counts_on,
            "amount": PaidIn.amount_wan,
            "counted": PaidIn.counted_wan,
            "usd": PaidIn.usd_wan,
            "state": sa.case({one.value: at for at, one in enumerate(PaidInState)}, value=PaidIn.state),
            "origin": PaidIn.origin,
            "declared": PaidIn.declared_at,
            "deal": sa.select(Deal.name).where(Deal.id == PaidIn.deal_id).scalar_subquery(),
            "unit": sa.select(Unit.code).where(Unit.id == PaidIn.unit_id).scalar_subquery(),
        },
        default_sort="-arrived",
        base=lambda user: queries.with_names(queries.visible_to(user)),
        many=True,
        view_permission=P.CAPITAL_VIEW,
        export_permission=P.CAPITAL_EXPORT,
        belongs=lambda row: {"units": [row.unit_id, queries.office_id()], "owners": [row.declared_by_id]},
        acts=(
            BulkAct("check", N_("初审通过"), P.CAPITAL_CHECK, _check, icon="check"),
            BulkAct("recognise", N_("认定"), P.CAPITAL_RECOGNISE, _recognise, icon="good"),
        ),
        matching=_matching,
        endpoint="capital.index",
        empty_text=N_("签约项目的资金到位后，由责任单位带凭证申报，认定后才计入。"),
        empty_actions=lambda user: [(_("申报到位资金"), url_for("capital.new"))] if user.may(P.CAPITAL_DECLARE) else [],
    )
)  # fmt: skip


def _closed_months(user: User) -> list[tuple[str, str]]:
    return [(closed.name, closed.name) for closed in queries.returns()]


def _in_return(value: str) -> sa.ColumnElement[bool]:
    month = dt.date.fromisoformat(f"{value}-01")
    return ReturnLine.monthly_return_id.in_(sa.select(MonthlyReturn.id).where(MonthlyReturn.month == month))


def _up_to(value: str) -> sa.ColumnElement[bool]:
    """The year of a closed month up to it."""
    month = dt.date.fromisoformat(f"{value}-01")
    year = sa.select(MonthlyReturn.year).where(MonthlyReturn.month == month).scalar_subquery()
    return ReturnLine.monthly_return_id.in_(
        sa.select(MonthlyReturn.id).where(MonthlyReturn.year == year, MonthlyReturn.month <= month)
    )


LINES = register(
    ListPage(
        name="capital_lines",
        msgid=N_("月报明细"),
        noun="return_line",
        model=ReturnLine,
        columns=(
            Column("deal", N_("项目名称"), lambda r: r.deal_name, sort="deal",
                   url=lambda r: url_for("capital.show", id=r.paid_in_id)),
            Column("return", N_("月报"), lambda r: r.monthly_return.label, sort="month"),
            Column("arrived_on", N_("到位日期"), lambda r: r.arrived_on, kind="day", sort="arrived"),
            Column("amount_wan", N_("到位金额"), lambda r: r.amount_wan, kind="wan"),
            Column("counted_wan", N_("认定金额"), lambda r: r.counted_wan, kind="wan", sort="counted"),
            Column("usd_wan", N_("外资金额"), lambda r: r.usd_wan, kind="usd", default=False),
            Column("share_percent", N_("计入比例（%）"), lambda r: r.share_percent, kind="number", default=False),
            Column("payer", N_("出资方"), lambda r: r.payer),
            Column("origin", N_("资金来源地"), lambda r: r.origin, kind="state"),
            Column("kind", N_("资金用途"), lambda r: r.kind, kind="state", default=False),
            Column("voucher_kind", N_("凭证种类"), lambda r: r.voucher_kind, kind="state", default=False),
            Column("voucher_no", N_("凭证号"), lambda r: r.voucher_no, kind="code", default=False),
            Column("unit", N_("申报单位"), lambda r: r.unit_name, sort="unit"),
            Column("late", N_("补报"), lambda r: _("是") if r.is_late else ""),
            Column("adjustment", N_("调整"), lambda r: _("是") if r.is_adjustment else ""),
        ),
        filters=(
            Filter("month", N_("月报月份"), "choice", _closed_months, lambda v, user: _in_return(v)),
            Filter("up_to", N_("年度累计到"), "choice", _closed_months, lambda v, user: _up_to(v)),
            Filter("unit", N_("申报单位"), "choice", lambda user: org.unit_choices(),
                   lambda v, user: ReturnLine.unit_id == int(v)),
            Filter("origin", N_("资金来源地"), "choice", lambda user: SourceScope.choices(),
                   lambda v, user: ReturnLine.origin == SourceScope(v)),
            Filter("usd", N_("有外资金额的"), "flag", where=lambda v, user: ReturnLine.usd_wan.is_not(None)),
            Filter("late", N_("补报的"), "flag", where=lambda v, user: ReturnLine.counts_on != ReturnLine.arrived_on),
            Filter("adjustment", N_("调整的"), "flag", where=lambda v, user: ReturnLine.is_adjustment),
        ),
        sorts={
            "month": sa.select(MonthlyReturn.month).where(MonthlyReturn.id == ReturnLine.monthly_return_id)
            .scalar_subquery(),
            "arrived": ReturnLine.arrived_on,
            "counted": ReturnLine.counted_wan,
            "deal": ReturnLine.deal_name,
            "unit": ReturnLine.unit_name,
        },
        default_sort="arrived",
        base=lambda user: queries.lines_visible_to(user).options(joinedload(ReturnLine.monthly_return)),
        view_permission=P.CAPITAL_VIEW,
        export_permission=P.CAPITAL_EXPORT,
        belongs=lambda line: {"units": [line.unit_id, queries.office_id()], "owners": []},
        searched=False,
        endpoint="capital.lines",
        empty_text=N_("关账以后，当月计入的每一笔都留在这里，以后不再改变。"),
    )
)  # fmt: skip


@dataclass(frozen=True)
class Against:
    """A signed deal, with what of the agreed is here."""

    deal: Deal
    arrived: queries.Arrived

    @property
    def id(self) -> int:
        return self.deal.id

    @property
    def name(self) -> str:
        return self.deal.name


def _against(rows: Sequence[Any], user: User) -> list[Against]:
    told = queries.arrived_of(rows)
    return [Against(deal, told[deal.id]) for deal in rows]


DEALS = register(
    ListPage(
        name="capital_deals",
        msgid=N_("协议与到位"),
        noun="deal",
        model=Deal,
        columns=(
            Column("name", N_("项目名称"), lambda one: one.name, sort="name",
                   url=lambda one: url_for("capital.of_deal", id=one.id)),
            Column("signed_on", N_("签约日期"), lambda one: one.deal.signed_on, kind="day", sort="signed"),
            Column("agreed_wan", N_("协议引资"), lambda one: one.arrived.agreed_wan, kind="wan", sort="agreed"),
            Column("amount_basis", N_("金额口径"), lambda one: one.deal.amount_basis, kind="state"),
            Column("recognised", N_("已认定到位"), lambda one: one.arrived.recognised.counted_wan, kind="wan"),
            Column("percent", N_("占协议（%）"), lambda one: one.arrived.percent, kind="number"),
            Column("fulfilled", N_("到位情况"), lambda one: one.arrived.fulfilled, kind="state"),
            Column("contract_usd_wan", N_("合同外资"), lambda one: one.deal.contract_usd_wan, kind="usd", default=False),
            Column("used_usd_wan", N_("实际使用外资"), lambda one: one.arrived.used_usd_wan or None, kind="usd", default=False),
            Column("usd_percent", N_("占合同外资（%）"), lambda one: one.arrived.usd_percent, kind="number", default=False),
            Column("waiting", N_("待初审、待认定"), lambda one: one.arrived.waiting.amount_wan or None, kind="wan",
                   default=False),
            Column("returned", N_("退回、不计入"), lambda one: one.arrived.returned.amount_wan or None, kind="wan",
                   default=False),
            Column("source_scope", N_("资金来源地"), lambda one: one.deal.source_scope, kind="state", default=False),
            Column("investor", N_("投资方"), lambda one: one.deal.investor, default=False),
            Column("unit", N_("责任单位"), lambda one: one.deal.unit.name, sort="unit"),
            Column("owner", N_("跟进人"), lambda one: one.deal.owner.name if one.deal.owner else "", default=False),
        ),
        filters=(
            Filter("unit", N_("责任单位"), "choice", lambda user: org.unit_choices(), lambda v, user: Deal.unit_id == int(v)),
            Filter("owner", N_("跟进人"), "choice", lambda user: org.colleague_choices(user, P.CAPITAL_VIEW),
                   lambda v, user: Deal.owner_id == int(v)),
            Filter("signed", N_("签约日期"), "days", where=lambda v, user: between(Deal.signed_on, v)),
            Filter("agreed", N_("协议引资"), "wan_range", where=lambda v, user: between(Deal.agreed_wan, v)),
            Filter("fulfilled", N_("到位情况"), "choice", lambda user: Fulfilled.choices(),
                   lambda v, user: queries.is_fulfilled(Fulfilled(v))),
            Filter("foreign", N_("有合同外资的"), "flag", where=lambda v, user: Deal.contract_usd_wan.is_not(None)),
            Filter("none", N_("一笔都没有认定的"), "flag", where=lambda v, user: sa.not_(queries.has_arrived())),
        ),
        sorts={
            "id": Deal.id,
            "name": Deal.name,
            "signed": Deal.signed_on,
            "agreed": Deal.agreed_wan,
            "unit": sa.select(Unit.code).where(Unit.id == Deal.unit_id).scalar_subquery(),
        },
        default_sort="-signed",
        base=lambda user: deals.with_names(deals.visible_to(user)).where(Deal.signed_on.is_not(None)),
        dress=_against,
        many=True,
        belongs=lambda one: {"units": [one.deal.unit_id], "owners": [one.deal.owner_id]},
        view_permission=P.CAPITAL_VIEW,
        export_permission=P.CAPITAL_EXPORT,
        endpoint="capital.of_deals",
        empty_text=N_("签约的项目列在这里：协议引资多少，认定到位多少。"),
    )
)  # fmt: skip
