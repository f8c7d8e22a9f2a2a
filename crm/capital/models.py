"""A sum that arrived (到位资金流水), and the months that were closed with the rows that counted in them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.db import NEVER_AGAIN, Line, Model, Text, Versioned, Wan, WanAmount
from crm.deals.models import Deal
from crm.deals.stages import SourceScope
from crm.lib import clock
from crm.lib.enums import Labelled
from crm.lib.words import N_, _
from crm.org.models import Unit, User


class PaidInState(Labelled):
    DECLARED = "declared", N_("待初审"), "warn"
    CHECKED = "checked", N_("待认定"), "info"
    RECOGNISED = "recognised", N_("已认定"), "good"
    RETURNED = "returned", N_("已退回"), "bad"

    @property
    def waits(self) -> bool:
        return self in (PaidInState.DECLARED, PaidInState.CHECKED)


class PaidKind(Labelled):
    """What the money was for."""

    CASH = "cash", N_("货币资金")
    LAND = "land", N_("土地款")
    WORKS = "works", N_("建设工程")
    EQUIPMENT = "equipment", N_("设备购置")
    OTHER = "other", N_("其他")


class VoucherKind(Labelled):
    BANK = "bank", N_("银行进账单")
    WORKS = "works", N_("工程款凭证")
    EQUIPMENT = "equipment", N_("设备发票")
    LAND = "land", N_("土地出让金票据")
    CAPITAL = "capital", N_("验资报告")
    FOREIGN = "foreign", N_("外商投资信息报告")
    OTHER = "other", N_("其他凭证")
    NONE = "none", N_("暂无凭证")


class Fulfilled(Labelled):
    """How much of the agreed is here, once anything is."""

    PART = "part", N_("部分到位"), "info"
    WHOLE = "whole", N_("足额到位"), "good"
    OVER = "over", N_("超过协议"), "warn"

    @classmethod
    def said_of(cls, counted_wan: Decimal, agreed_wan: Decimal | None) -> Fulfilled | None:
        if not agreed_wan or counted_wan <= 0:
            return None
        if counted_wan == agreed_wan:
            return cls.WHOLE
        return cls.PART if counted_wan < agreed_wan else cls.OVER


class Closed(RuntimeError):
    """Something tried to change a row that counted in a closed month. No verb may: one adjusts."""


class PaidIn(Versioned, Model):
    """One dated sum. Only recognised rows count, on `counts_on`: the day it arrived, or, where that month was closed
    already, the day it was recognised (补报)."""

    __tablename__ = "paid_in"
    __table_args__ = (
        # Each holds all that a sum reads, so that a year of many is added up from the index alone.
        sa.Index("ix_paid_in_sums", "state", "counts_on", "arrived_on", "counted_wan", "amount_wan", "origin", "id"),
        sa.Index(  # what no return holds yet: what the next one will, and what waits
            "ix_paid_in_open", "state", "counts_on", "counted_wan", "amount_wan", "id", "unit_id", "declared_by_id",
            "declared_at",
            sqlite_where=sa.text("monthly_return_id IS NULL"), postgresql_where=sa.text("monthly_return_id IS NULL"),
        ),
        sa.Index(  # those in none are found by the one above: a planner that counts them in here thinks them as many
            "ix_paid_in_monthly_return_id", "monthly_return_id",
            sqlite_where=sa.text("monthly_return_id IS NOT NULL"),
            postgresql_where=sa.text("monthly_return_id IS NOT NULL"),
        ),
        sa.Index("ix_paid_in_unit_counts", "unit_id", "state", "counts_on", "counted_wan", "origin", "deal_id"),
        sa.Index("ix_paid_in_deal", "deal_id", "counts_on", "state", "counted_wan", "arrived_on", "amount_wan"),
        # In the order of the register, with what it is narrowed by: a month of one state is found on the way.
        sa.Index("ix_paid_in_arrived", "arrived_on", "id", "state", "counts_on"),
        sa.Index("ix_paid_in_alike", "amount_wan", "arrived_on"),
        sa.Index(  # 实际使用外资: few sums are from overseas, and all that is added up of them is here
            "ix_paid_in_usd", "state", "counts_on", "usd_wan", "unit_id", "deal_id",
            sqlite_where=sa.text("usd_wan IS NOT NULL"), postgresql_where=sa.text("usd_wan IS NOT NULL"),
        ),
        sa.CheckConstraint(
            "amount_wan > 0 OR (adjusts_id IS NOT NULL AND (amount_wan <> 0 OR COALESCE(usd_wan, 0) <> 0))",
            name="amount_is_some",
        ),
        sa.CheckConstraint("usd_wan IS NULL OR usd_wan > 0 OR adjusts_id IS NOT NULL", name="usd_is_some"),
        sa.CheckConstraint("usd_wan IS NULL OR origin = 'overseas'", name="usd_is_from_overseas"),
        sa.CheckConstraint("state <> 'returned' OR reason <> ''", name="returned_has_a_reason"),
        sa.CheckConstraint("(state = 'recognised') = (share_percent IS NOT NULL)", name="recognised_has_a_share"),
        sa.CheckConstraint("state = 'recognised' OR counted_wan = 0", name="only_recognised_counts"),
        sa.CheckConstraint("monthly_return_id IS NULL OR state = 'recognised'", name="closed_is_recognised"),
        NEVER_AGAIN,
    )  # fmt: skip

    deal_id: Mapped[int] = mapped_column(sa.ForeignKey("deal.id"))
    unit_id: Mapped[int] = mapped_column(
        sa.ForeignKey("unit.id")
    )  # 申报单位: the deal's when it was declared
    arrived_on: Mapped[dt.date]
    counts_on: Mapped[dt.date] = mapped_column(index=True)
    amount_wan: Mapped[WanAmount]  # negative only in an adjustment
    usd_wan: Mapped[Decimal | None] = mapped_column(
        Wan
    )  # 万美元 as they arrived from overseas; never converted
    payer: Mapped[Line] = mapped_column(default="")  # 出资方, as the voucher names it
    origin: Mapped[SourceScope]
    kind: Mapped[PaidKind]
    voucher_kind: Mapped[VoucherKind]
    voucher_no: Mapped[Line] = mapped_column(default="", index=True)
    note: Mapped[Text] = mapped_column(default="")
    adjusts_id: Mapped[int | None] = mapped_column(sa.ForeignKey("paid_in.id"), index=True)

    state: Mapped[PaidInState] = mapped_column(default=PaidInState.DECLARED)
    reason: Mapped[Line] = mapped_column(default="")  # of the year's list, as it was worded then
    reason_note: Mapped[Text] = mapped_column(default="")
    share_percent: Mapped[int | None]
    counted_wan: Mapped[Decimal] = mapped_column(Wan, default=Decimal(0))
    monthly_return_id: Mapped[int | None] = mapped_column(sa.ForeignKey("monthly_return.id"))

    declared_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)
    declared_at: Mapped[dt.datetime] = mapped_column(default=clock.business_now)
    checked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    checked_at: Mapped[dt.datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))  # recognised or returned it
    decided_at: Mapped[dt.datetime | None]

    deal: Mapped[Deal] = relationship()
    unit: Mapped[Unit] = relationship()
    adjusts: Mapped[PaidIn | None] = relationship(remote_side="PaidIn.id")
    monthly_return: Mapped[MonthlyReturn | None] = relationship()
    declared_by: Mapped[User | None] = relationship(foreign_keys=[declared_by_id])
    checked_by: Mapped[User | None] = relationship(foreign_keys=[checked_by_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])

    @property
    def name(self) -> str:
        return f"{self.deal.name} {self.arrived_on.isoformat()}"

    @property
    def is_late(self) -> bool:
        """It counts in a later month than it arrived in, because that one was closed."""
        return self.counts_on != self.arrived_on


MAY_STILL_CHANGE = {"version", "note"}


@sa.event.listens_for(PaidIn, "before_update")
def _closed_stays(_mapper: Any, _connection: Any, row: PaidIn) -> None:
    """The last guard of a closed month, below all verbs."""
    told = sa.inspect(row).attrs
    before = told.monthly_return_id.load_history()
    if not any(before.deleted or before.unchanged or ()):
        return
    columns = (attribute.key for attribute in sa.inspect(PaidIn).column_attrs)
    changed = [key for key in columns if key not in MAY_STILL_CHANGE and told[key].history.has_changes()]
    if changed:
        raise Closed(f"paid_in {row.id} counted in a closed month: {', '.join(changed)}")


class MonthlyReturn(Model):
    """到位资金月报: a closed month, numbered within its year. Written once."""

    __tablename__ = "monthly_return"
    __table_args__ = (sa.UniqueConstraint("year", "number"), sa.UniqueConstraint("month"))
    __final__ = frozenset({
        "month", "year", "number", "target_wan", "pace_wan", "month_wan", "year_wan", "row_count", "waiting_count",
        "waiting_wan", "basis", "closed_by_id", "closed_at",
    })  # fmt: skip

    __unrecorded__ = frozenset({"basis"})  # a kept sentence, which the trail would show as it is stored

    month: Mapped[dt.date]  # its first day
    year: Mapped[int]  # the year it counts for, which need not be the calendar's
    number: Mapped[int]
    target_wan: Mapped[Decimal | None] = mapped_column(Wan)
    pace_wan: Mapped[Decimal | None] = mapped_column(Wan)
    month_wan: Mapped[WanAmount]
    year_wan: Mapped[WanAmount]  # from the beginning of the year to the end of this month
    row_count: Mapped[int]
    waiting_count: Mapped[int]  # declared for this month or before, not yet recognised when it was closed
    waiting_wan: Mapped[WanAmount]
    basis: Mapped[Text]  # 口径, in the words of that day
    closed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    closed_at: Mapped[dt.datetime] = mapped_column(default=clock.business_now)

    closed_by: Mapped[User | None] = relationship()
    lines: Mapped[list[ReturnLine]] = relationship(back_populates="monthly_return", order_by="ReturnLine.id")

    @property
    def label(self) -> str:
        """2013 年第 6 号."""
        return _("%(year)s 年第 %(number)s 号", year=self.year, number=self.number)

    @property
    def name(self) -> str:
        return f"{self.month:%Y-%m}"


class ReturnLine(Model):
    """One row as it counted: copied, because names change and a frozen figure must still add up."""

    __tablename__ = "return_line"
    __table_args__ = (
        sa.Index(  # all that the tables of a return add up
            "ix_return_line_sums", "monthly_return_id", "unit_id", "origin", "counted_wan", "counts_on", "arrived_on",
            "is_adjustment", "unit_name", "usd_wan",
        ),
    )  # fmt: skip
    __final__ = frozenset({
        "monthly_return_id", "paid_in_id", "deal_id", "deal_name", "unit_id", "unit_name", "arrived_on", "counts_on",
        "payer", "origin", "kind", "voucher_kind", "voucher_no", "amount_wan", "usd_wan", "share_percent", "counted_wan",
        "is_adjustment",
    })  # fmt: skip

    monthly_return_id: Mapped[int] = mapped_column(sa.ForeignKey("monthly_return.id"))
    paid_in_id: Mapped[int] = mapped_column(sa.ForeignKey("paid_in.id"), unique=True)
    deal_id: Mapped[int] = mapped_column(sa.ForeignKey("deal.id"), index=True)
    deal_name: Mapped[Line]
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    unit_name: Mapped[Line]
    arrived_on: Mapped[dt.date]
    counts_on: Mapped[dt.date]
    payer: Mapped[Line]
    origin: Mapped[SourceScope]
    kind: Mapped[PaidKind]
    voucher_kind: Mapped[VoucherKind]
    voucher_no: Mapped[Line]
    amount_wan: Mapped[WanAmount]
    usd_wan: Mapped[Decimal | None] = mapped_column(Wan)
    share_percent: Mapped[int]
    counted_wan: Mapped[WanAmount]
    is_adjustment: Mapped[bool]

    monthly_return: Mapped[MonthlyReturn] = relationship(back_populates="lines")
    deal: Mapped[Deal] = relationship()

    @property
    def name(self) -> str:
        return self.deal_name

    @property
    def is_late(self) -> bool:
        return self.counts_on != self.arrived_on
