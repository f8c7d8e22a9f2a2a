"""Reading sums that arrived: what I may see, what counts, what looks like a double."""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload, selectinload

from crm.db import db
from crm.deals import queries as deals
from crm.deals.models import Deal
from crm.deals.stages import EARLY, DealState, SourceScope
from crm.files.models import StoredFile
from crm.lib import clock
from crm.lib.words import N_, _
from crm.org import settings
from crm.org.guard import reaches, within
from crm.org.models import Unit, User
from crm.org.permissions import Permission as P
from crm.org.permissions import Scope
from crm.search import index

from . import window
from .models import Fulfilled, MonthlyReturn, PaidIn, PaidInState, ReturnLine

NOUN = "paid_in"
MOST_MONTHS = 120
MOST_ALIKE = 5
REASONS = (
    N_("本地资金"), N_("重复凭证"), N_("住宅部分"), N_("无凭证"), N_("财政资金"), N_("不在本年度"), N_("不属于本项目"),
    N_("金额与凭证不符"), N_("凭证有误"), N_("电信电力等网络项目"), N_("原合同的后期投入"), N_("企业自行搬迁"),
    N_("低于起点规模"), N_("没有按月报送"), N_("其他"),
)  # fmt: skip
"""不予认定的原因, until a year has a list of its own."""


# --- who sees and may what ----------------------------------------------------------------------------------


def office_id() -> int | None:
    """认定部门: the unit that recognises; its people look after the whole district's money."""
    return db.session.scalar(sa.select(Unit.id).filter_by(name=settings.get("capital.office"), active=True))


def sees_all(user: User) -> bool:
    """Whether what he sees is the whole district's, so that it may be held against the district's target."""
    scope = user.scope_of(P.CAPITAL_VIEW)
    return scope is Scope.DISTRICT or (scope is Scope.UNIT and user.unit_id == office_id())


def visible_to(user: User) -> sa.Select[PaidIn]:
    """What my unit declared, and what arrived for the deals I see; everything for the office that recognises."""
    if sees_all(user):
        return sa.select(PaidIn)
    mine = within(user.scope_of(P.CAPITAL_VIEW), user, units=[PaidIn.unit_id], owners=[PaidIn.declared_by_id])
    seen = deals.visible_to(user).with_only_columns(Deal.id)
    return sa.select(PaidIn).where(sa.or_(mine, PaidIn.deal_id.in_(seen)))


def may_declare(user: User, deal: Deal) -> bool:
    return deals.may(user, P.CAPITAL_DECLARE, deal)


def may_edit(user: User, row: PaidIn) -> bool:
    """What waits for its first check or came back may be put right by the unit that declared it; an adjustment that
    came back is made anew."""
    open_ = row.state in (PaidInState.DECLARED, PaidInState.RETURNED) and not row.adjusts_id
    mine = reaches(user.scope_of(P.CAPITAL_DECLARE), user, units=[row.unit_id], owners=[row.declared_by_id])
    return open_ and mine


def may_check(user: User, row: PaidIn) -> bool:
    """The head of the unit that declared it, or the office."""
    return reaches(user.scope_of(P.CAPITAL_CHECK), user, units=[row.unit_id, office_id()])


def may_recognise(user: User, row: PaidIn) -> bool:
    """The office; where none is named, the unit's own head."""
    return reaches(user.scope_of(P.CAPITAL_RECOGNISE), user, units=[office_id() or row.unit_id])


def may_adjust(user: User, row: PaidIn) -> bool:
    """What counted in a closed month is adjusted by the unit that declares for the deal, or by the office."""
    is_closed = row.state is PaidInState.RECOGNISED and row.monthly_return_id is not None
    units = [row.deal.unit_id, office_id()]
    mine = reaches(user.scope_of(P.CAPITAL_DECLARE), user, units=units, owners=[row.deal.owner_id])
    return is_closed and not row.adjusts_id and mine


def may_close(user: User) -> bool:
    """A month is closed for the whole district."""
    return reaches(user.scope_of(P.CAPITAL_RECOGNISE), user, units=[office_id()] if office_id() else [])


def deal_seen(user: User, deal: Deal) -> bool:
    """Whether he may open the deal a row belongs to; answered from the deal in hand."""
    return reaches(
        user.scope_of(P.DEAL_VIEW),
        user,
        units=[deal.unit_id, deal.first_report_unit_id],
        owners=[deal.owner_id, deal.sponsor_id],
    )


def with_names(rows: sa.Select[Any]) -> sa.Select[Any]:
    return rows.options(
        joinedload(PaidIn.deal).joinedload(Deal.enterprise),
        joinedload(PaidIn.unit),
        selectinload(PaidIn.declared_by),
        selectinload(PaidIn.decided_by),
        selectinload(PaidIn.monthly_return),
        selectinload(PaidIn.adjusts),
    )


def waiting_for(user: User) -> sa.Select[PaidIn]:
    """What this user is to check or to recognise: not his own."""
    office = office_id()

    def his(permission: P, *units: Any) -> sa.ColumnElement[bool]:
        """Those of all units where the office's people have the right, else those of his own."""
        scope = user.scope_of(permission)
        at_office = office is not None and reaches(scope, user, units=[office])
        return sa.true() if at_office else within(scope, user, units=units)

    of_others = sa.or_(PaidIn.declared_by_id.is_(None), PaidIn.declared_by_id != user.id)
    checks = his(P.CAPITAL_CHECK, PaidIn.unit_id)
    recognises = his(P.CAPITAL_RECOGNISE) if office else his(P.CAPITAL_RECOGNISE, PaidIn.unit_id)
    mine = sa.or_(
        sa.and_(PaidIn.state == PaidInState.DECLARED, checks),
        sa.and_(PaidIn.state == PaidInState.CHECKED, recognises),
    )
    return sa.select(PaidIn).where(mine, of_others, PaidIn.monthly_return_id.is_(None))


def first_waiting(user: User, most: int) -> Sequence[PaidIn]:
    """The oldest of these; which they are is read from an index, only they are loaded."""
    order = (PaidIn.declared_at, PaidIn.id)
    first = waiting_for(user).with_only_columns(PaidIn.id).order_by(*order).limit(most)
    rows = with_names(sa.select(PaidIn).where(PaidIn.id.in_(first))).order_by(*order)
    return db.session.scalars(rows).unique().all()


def number_waiting(user: User) -> int:
    if not (user.may(P.CAPITAL_CHECK) or user.may(P.CAPITAL_RECOGNISE)):
        return 0
    ids = waiting_for(user).with_only_columns(PaidIn.id).limit(100).subquery()
    return db.session.scalar(sa.select(sa.func.count()).select_from(ids)) or 0


# --- the year and what counts -------------------------------------------------------------------------------


def first_month() -> int:
    return int(settings.get("capital.first_month"))


def this_year() -> int:
    return window.year_of(clock.today(), first_month())


TARGETS: list[Callable[[dt.date, dt.date], Decimal | None]] = []
"""Upper floors say what target was issued for a year, by its first and last day."""


def target_wan(year: int | None = None) -> Decimal | None:
    """The district's target for a year, this one without: what was issued, else the setting's. December is closed in
    January, and is held against the target of its own year."""
    ends = window.bounds(year or this_year(), first_month())
    issued = next((found for source in TARGETS if (found := source(*ends)) is not None), None)
    return issued or Decimal(settings.get("capital.target_wan")) or None


def basis(year: int | None = None) -> str:
    """口径, beside every amount that is a sum."""
    first, last = window.bounds(year or this_year(), first_month())
    return _(
        "口径：只计已认定的市外资金，按到位日期计入，计入比例 %(share)s%%，年度 %(first)s 至 %(last)s；关账后补认定的计入认定当月",
        share=settings.get("capital.share_percent"),
        first=first.isoformat(),
        last=last.isoformat(),
    )


def basis_ever() -> str:
    """The same of what has arrived for a deal, which no year ends."""
    share = settings.get("capital.share_percent")
    return _("口径：只计已认定的市外资金，计入比例 %(share)s%%，签约以来累计，不分年度", share=share)


def usual_share(row: PaidIn) -> int:
    """The share a row counts at unless its judge says why not: the setting's; an adjustment's is that of what it
    adjusts, which the setting may have left since."""
    adjusted = row.adjusts.share_percent if row.adjusts else None
    return int(adjusted or settings.get("capital.share_percent"))


def in_days(first: dt.date, last: dt.date) -> sa.ColumnElement[bool]:
    return sa.and_(PaidIn.counts_on >= first, PaidIn.counts_on <= last)


@dataclass(frozen=True)
class Sum:
    """How many rows, what they say, and what of it counts; of those from overseas the dollars, where they were asked."""

    rows: int
    amount_wan: Decimal
    counted_wan: Decimal
    usd_wan: Decimal = Decimal(0)


def sum_of(rows: sa.Select[Any]) -> Sum:
    """Of everything a selection lets through, summed as it is stored: exact on both engines."""
    told = rows.with_only_columns(PaidIn.amount_wan, PaidIn.counted_wan).order_by(None).subquery()
    found = db.session.execute(
        sa.select(sa.func.count(), sa.func.sum(told.c.amount_wan), sa.func.sum(told.c.counted_wan))
    ).one()
    return Sum(found[0], Decimal(found[1] or 0), Decimal(found[2] or 0))


@dataclass(frozen=True)
class Standing:
    """How a year stands at the end of a day."""

    year: int
    day: dt.date
    recognised_wan: Decimal
    waiting: Sum
    returned: Sum
    target_wan: Decimal | None
    pace_wan: Decimal | None

    @property
    def percent(self) -> Decimal | None:
        return window.percent(self.recognised_wan, self.target_wan)

    @property
    def gone_percent(self) -> Decimal:
        share = window.gone(self.day, first_month())
        return (share * 100).quantize(Decimal("0.1"))

    @property
    def ahead_wan(self) -> Decimal | None:
        return None if self.pace_wan is None else self.recognised_wan - self.pace_wan


def standing(rows: sa.Select[PaidIn], day: dt.date, target: Decimal | None) -> Standing:
    """What of `rows` counts from the beginning of the day's year to the day; one statement."""
    year = window.year_of(day, first_month())
    first, _last = window.bounds(year, first_month())
    told = (
        rows.where(
            in_days(first, day), PaidIn.state.in_(list(PaidInState))
        )  # all of them: the index begins with it
        .with_only_columns(PaidIn.state, PaidIn.amount_wan, PaidIn.counted_wan)
        .order_by(None)
        .subquery()
    )
    counted = sa.select(
        told.c.state, sa.func.count(), sa.func.sum(told.c.amount_wan), sa.func.sum(told.c.counted_wan)
    ).group_by(told.c.state)
    found = {row[0]: Sum(row[1], Decimal(row[2]), Decimal(row[3])) for row in db.session.execute(counted)}
    none = Sum(0, Decimal(0), Decimal(0))
    waits = [found.get(state, none) for state in PaidInState if state.waits]
    return Standing(
        year=year,
        day=day,
        recognised_wan=found.get(PaidInState.RECOGNISED, none).counted_wan,
        waiting=Sum(sum(one.rows for one in waits), sum((one.amount_wan for one in waits), Decimal(0)), Decimal(0)),
        returned=found.get(PaidInState.RETURNED, none),
        target_wan=target,
        pace_wan=window.pace(target, day, first_month()) if target else None,
    )  # fmt: skip


def months_known() -> list[dt.date]:
    """The months that anything counts in, newest first."""
    # Each by itself: asked for both at once SQLite reads all rows, of one alone the end of an index.
    first, last = db.session.execute(
        sa.select(
            sa.select(sa.func.min(PaidIn.counts_on)).scalar_subquery(),
            sa.select(sa.func.max(PaidIn.counts_on)).scalar_subquery(),
        )
    ).one()
    if first is None:
        return []
    return window.months(first, max(last, clock.today()))[::-1][:MOST_MONTHS]


def years_known() -> list[int]:
    return sorted({window.year_of(month, first_month()) for month in months_known()}, reverse=True)


# --- of one deal --------------------------------------------------------------------------------------------


def of_deal(deal_id: int) -> sa.Select[PaidIn]:
    """All its sums, newest first. Who may see the deal may see them."""
    rows = sa.select(PaidIn).where(PaidIn.deal_id == deal_id)
    return with_names(rows).order_by(PaidIn.arrived_on.desc(), PaidIn.id.desc())


@dataclass(frozen=True)
class Arrived:
    """协议引资与到位: what was agreed and what of it is here."""

    agreed_wan: Decimal | None
    recognised: Sum
    waiting: Sum
    returned: Sum
    contract_usd_wan: Decimal | None = None  # 合同外资

    @property
    def used_usd_wan(self) -> Decimal:
        """实际使用外资."""
        return self.recognised.usd_wan

    @property
    def usd_percent(self) -> Decimal | None:
        return window.percent(self.used_usd_wan, self.contract_usd_wan)

    @property
    def is_foreign(self) -> bool:
        return self.contract_usd_wan is not None or bool(self.used_usd_wan)

    @property
    def percent(self) -> Decimal | None:
        return window.percent(self.recognised.counted_wan, self.agreed_wan)

    @property
    def fulfilled(self) -> Fulfilled | None:
        return Fulfilled.said_of(self.recognised.counted_wan, self.agreed_wan)


def arrived(deal: Deal) -> Arrived:
    return arrived_of([deal])[deal.id]


def arrived_of(some: Sequence[Deal]) -> dict[int, Arrived]:
    """The same of many deals, in one statement."""
    sums = (
        sa.func.count(), sa.func.sum(PaidIn.amount_wan), sa.func.sum(PaidIn.counted_wan), sa.func.sum(PaidIn.usd_wan),
    )  # fmt: skip
    rows = sa.select(PaidIn.deal_id, PaidIn.state, *sums).where(PaidIn.deal_id.in_([one.id for one in some]))
    found = {
        (deal_id, state): Sum(count, Decimal(amount), Decimal(counted), Decimal(usd or 0))
        for deal_id, state, count, amount, counted, usd in db.session.execute(
            rows.group_by(PaidIn.deal_id, PaidIn.state)
        )
    }
    none = Sum(0, Decimal(0), Decimal(0))
    told = {}
    for deal in some:
        waits = [found.get((deal.id, state), none) for state in PaidInState if state.waits]
        told[deal.id] = Arrived(
            deal.agreed_wan,
            found.get((deal.id, PaidInState.RECOGNISED), none),
            Sum(sum(one.rows for one in waits), sum((one.amount_wan for one in waits), Decimal(0)), Decimal(0)),
            found.get((deal.id, PaidInState.RETURNED), none),
            deal.contract_usd_wan,
        )  # fmt: skip
    return told


def has_arrived() -> Any:
    """Something of the deal's money has been recognised."""
    there = sa.select(PaidIn.id).where(PaidIn.deal_id == Deal.id, PaidIn.state == PaidInState.RECOGNISED)
    return there.correlate(Deal).exists()


def is_fulfilled(wanted: Fulfilled) -> Any:
    """Fulfilled.said_of() as a condition on deals."""
    counted = sa.select(sa.func.sum(PaidIn.counted_wan)).where(
        PaidIn.deal_id == Deal.id, PaidIn.state == PaidInState.RECOGNISED
    )
    arrived = counted.correlate(Deal).scalar_subquery()
    compared = {Fulfilled.PART: operator.lt, Fulfilled.WHOLE: operator.eq, Fulfilled.OVER: operator.gt}
    return sa.and_(Deal.agreed_wan > 0, arrived > 0, compared[wanted](arrived, Deal.agreed_wan))


def deals_to_declare(user: User, text: str = "") -> list[Deal]:
    """Deals that money may have arrived for: signed ones whose unit he declares for; by words, or the latest signed."""
    mine = within(user.scope_of(P.CAPITAL_DECLARE), user, units=[Deal.unit_id], owners=[Deal.owner_id])
    rows = deals.visible_to(user).where(mine, Deal.stage.not_in(EARLY), Deal.state != DealState.LAPSED)
    if text:
        rows = rows.where(Deal.id.in_(index.matching("deal", text)))
    rows = rows.options(joinedload(Deal.enterprise), joinedload(Deal.unit))
    return list(db.session.scalars(rows.order_by(Deal.signed_on.desc(), Deal.id.desc()).limit(20)))


# --- doubles ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Double:
    """Another row that may be about the same money, and what says so."""

    row: PaidIn
    why: str


def doubles_of(row: PaidIn) -> list[Double]:
    """The same file, the same number of the same kind of voucher, or the same amount on the same day by the same payer.
    In every unit: two declaring one voucher is the very case. Returned rows count too: they may come back. An adjustment
    repeats the row it adjusts and is compared with nothing."""
    if row.adjusts_id:
        return []
    found: dict[int, Double] = {}
    for where, why in [*_same_paper(row), _same_money(row)]:
        others = with_names(sa.select(PaidIn)).where(where, PaidIn.id != row.id, PaidIn.adjusts_id.is_(None))
        for other in db.session.scalars(others.order_by(PaidIn.id).limit(MOST_ALIKE)).unique():
            found.setdefault(other.id, Double(other, why))
    return list(found.values())[:MOST_ALIKE]


def counted_before(row: PaidIn) -> Double | None:
    """A sum that was recognised for the same project already: under the deal that this one increases, under another
    increase of it, or under this deal's own increase. 增资只计增加部分.

    Only of the same amount: one report may cover a sum for the first deal and another for the increase. And of the same
    day, payer and amount only where not both have a number of their voucher: two numbers are two sums."""
    others = set() if row.adjusts_id else deals.rest_of_project(row.deal)
    if not others:
        return None
    counted = with_names(sa.select(PaidIn)).where(
        PaidIn.deal_id.in_(others),
        PaidIn.state == PaidInState.RECOGNISED,
        PaidIn.amount_wan == row.amount_wan,
        PaidIn.adjusts_id.is_(None),
    )
    money, why = _same_money(row)
    if row.voucher_no:
        money = sa.and_(money, PaidIn.voucher_no == "")
    for where, said in [*_same_paper(row), (money, why)]:
        if found := db.session.scalars(counted.where(where).order_by(PaidIn.id).limit(1)).unique().first():
            return Double(found, said)
    return None


def _same_paper(row: PaidIn) -> list[tuple[Any, str]]:
    hashes = sa.select(StoredFile.sha256).where(StoredFile.noun == NOUN, StoredFile.record_id == row.id)
    files = sa.select(StoredFile.record_id).where(StoredFile.noun == NOUN, StoredFile.sha256.in_(hashes))
    same: list[tuple[Any, str]] = [(PaidIn.id.in_(files), _("凭证文件相同"))]
    if row.voucher_no:
        same_number = sa.and_(PaidIn.voucher_no == row.voucher_no, PaidIn.voucher_kind == row.voucher_kind)
        same.append((same_number, _("凭证号相同")))
    return same


def _same_money(row: PaidIn) -> tuple[Any, str]:
    same = sa.and_(
        PaidIn.amount_wan == row.amount_wan,
        PaidIn.arrived_on == row.arrived_on,
        PaidIn.payer == row.payer,
    )
    return same, _("金额、日期、出资方都相同")


def doubled_among(ids: Sequence[int]) -> set[int]:
    """Which of these rows look like another one; two statements for a whole page."""
    if not ids:
        return set()
    other = aliased(PaidIn)
    same_money = sa.and_(
        other.amount_wan == PaidIn.amount_wan,
        other.arrived_on == PaidIn.arrived_on,
        other.payer == PaidIn.payer,
    )
    same_number = sa.and_(
        PaidIn.voucher_no != "",
        other.voucher_no == PaidIn.voucher_no,
        other.voucher_kind == PaidIn.voucher_kind,
    )
    alike = sa.exists().where(
        other.id != PaidIn.id, other.adjusts_id.is_(None), sa.or_(same_money, same_number)
    )
    rows = sa.select(PaidIn.id).where(PaidIn.id.in_(ids), PaidIn.adjusts_id.is_(None), alike)
    mine, theirs = aliased(StoredFile), aliased(StoredFile)
    same_file = sa.select(mine.record_id).where(
        mine.noun == NOUN,
        mine.record_id.in_(ids),
        theirs.noun == NOUN,
        theirs.sha256 == mine.sha256,
        theirs.record_id != mine.record_id,
    )
    return set(db.session.scalars(rows)) | set(db.session.scalars(same_file))


@dataclass(frozen=True)
class Adjusted:
    """More or less by adjustments: 万元, and of what is from overseas 万美元."""

    amount_wan: Decimal
    usd_wan: Decimal


def adjusted(row: PaidIn) -> Adjusted:
    """What all adjustments of a row together say, those that wait included; returned ones say nothing."""
    sums = sa.select(sa.func.sum(PaidIn.amount_wan), sa.func.sum(PaidIn.usd_wan)).where(
        PaidIn.adjusts_id == row.id, PaidIn.state != PaidInState.RETURNED
    )
    amount, usd = db.session.execute(sums).one()
    return Adjusted(Decimal(amount or 0), Decimal(usd or 0))


def adjustments_of(row: PaidIn) -> Sequence[PaidIn]:
    rows = with_names(sa.select(PaidIn)).where(PaidIn.adjusts_id == row.id)
    return db.session.scalars(rows.order_by(PaidIn.id).limit(50)).unique().all()


# --- reasons ------------------------------------------------------------------------------------------------


def reasons_key(year: int) -> str:
    return f"capital.reasons.{year}"


def reasons(year: int) -> list[str]:
    """The list of a year: its own, else the latest one before it, else the usual one."""
    stored = settings.everything()
    for one in range(year, year - 30, -1):
        if isinstance(found := stored.get(reasons_key(one)), list):
            return [str(word) for word in found]
    return list(REASONS)


def has_own_reasons(year: int) -> bool:
    return reasons_key(year) in settings.everything()


# --- closed months ------------------------------------------------------------------------------------------


def last_closed() -> dt.date | None:
    """The first day of the latest closed month."""
    return db.session.scalar(sa.select(sa.func.max(MonthlyReturn.month)))


def counts_on(arrived_on: dt.date, closed: dt.date | None) -> dt.date:
    """The day a row counts on: its own, or today where its month has been closed."""
    return clock.today() if closed and arrived_on <= window.last_day(closed) else arrived_on


def next_to_close() -> dt.date | None:
    """Months are closed one after another: the one after the last, or the first that anything was recognised in.
    None while that month is not over."""
    closed = last_closed()
    if closed:
        month = window.next_month(closed)
    else:
        first = db.session.scalar(
            sa.select(sa.func.min(PaidIn.counts_on)).where(PaidIn.state == PaidInState.RECOGNISED)
        )
        if first is None:
            return None
        month = window.month_of(first)
    return month if window.last_day(month) < clock.today() else None


def to_count_in(month: dt.date) -> sa.Select[PaidIn]:
    """The recognised rows that a month's return will hold: all that count up to its end and are in none yet."""
    return sa.select(PaidIn).where(
        PaidIn.state == PaidInState.RECOGNISED,
        PaidIn.counts_on <= window.last_day(month),
        PaidIn.monthly_return_id.is_(None),
    )


def waiting_up_to(month: dt.date) -> sa.Select[PaidIn]:
    return sa.select(PaidIn).where(
        PaidIn.state.in_([state for state in PaidInState if state.waits]),
        PaidIn.counts_on <= window.last_day(month),
        PaidIn.monthly_return_id.is_(None),
    )


def returns() -> Sequence[MonthlyReturn]:
    rows = sa.select(MonthlyReturn).options(selectinload(MonthlyReturn.closed_by))
    return db.session.scalars(rows.order_by(MonthlyReturn.month.desc()).limit(MOST_MONTHS)).all()


def lines_visible_to(user: User) -> sa.Select[ReturnLine]:
    """Frozen rows, as far as the rows themselves are seen."""
    rows = sa.select(ReturnLine)
    if sees_all(user):
        return rows
    return rows.where(ReturnLine.paid_in_id.in_(visible_to(user).with_only_columns(PaidIn.id)))


@dataclass(frozen=True)
class Part:
    """One line of a table of a return: a unit, or a place the money is from."""

    key: str
    label: str
    month_rows: int
    month_wan: Decimal
    year_rows: int
    year_wan: Decimal


def parts_of(closed: MonthlyReturn, seen: sa.Select[ReturnLine], by: str) -> list[Part]:
    """The frozen rows of a year up to a closed month, added up by `unit` or `origin`; two statements."""
    # `+ 0`: else SQLite goes through every line ever frozen, unit by unit, instead of through those of the year.
    column: Any = {"unit": ReturnLine.unit_id + 0, "origin": ReturnLine.origin}[by]
    names: Any = {"unit": sa.func.min(ReturnLine.unit_name), "origin": sa.func.min(ReturnLine.origin)}[by]
    of_month = MonthlyReturn.month == closed.month
    rows = (
        seen.join(MonthlyReturn, MonthlyReturn.id == ReturnLine.monthly_return_id)
        .where(MonthlyReturn.year == closed.year, MonthlyReturn.month <= closed.month)
        .with_only_columns(
            column,
            names,
            sa.func.sum(sa.case((of_month, 1), else_=0)),
            sa.func.sum(sa.case((of_month, sa.type_coerce(ReturnLine.counted_wan, sa.BigInteger)), else_=0)),
            sa.func.count(),
            sa.func.sum(ReturnLine.counted_wan),
        )
        .group_by(column)
        .order_by(sa.desc(sa.func.sum(ReturnLine.counted_wan)), column)
    )
    found = []
    for key, name, month_rows, month_hundredths, year_rows, year_wan in db.session.execute(rows):
        label = SourceScope(key).label if by == "origin" else str(name)
        month_wan = Decimal(int(month_hundredths or 0)) / 100
        found.append(
            Part(key.value if by == "origin" else str(key), label, int(month_rows), month_wan, year_rows, Decimal(year_wan))
        )  # fmt: skip
    return found


def files_visible_to(user: User) -> sa.Select[StoredFile]:
    seen = visible_to(user).with_only_columns(PaidIn.id)
    return sa.select(StoredFile).where(StoredFile.noun == NOUN, StoredFile.record_id.in_(seen))


def numbers_of_files(ids: Iterable[int]) -> dict[int, int]:
    """{row: how many vouchers hang on it}, one statement."""
    rows = sa.select(StoredFile.record_id, sa.func.count()).where(
        StoredFile.noun == NOUN, StoredFile.record_id.in_(list(ids))
    )
    return dict(db.session.execute(rows.group_by(StoredFile.record_id)).all())
