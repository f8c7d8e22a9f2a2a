"""A parcel of land, its steps, for whom it is kept; quotas (指标) and what was reclaimed (垦造耕地)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.db import NEVER_AGAIN, Line, Model, Text, Versioned, WanAmount
from crm.lib import clock
from crm.lib.enums import Labelled
from crm.lib.on_merge import moves
from crm.lib.words import N_
from crm.merchants.models import Enterprise
from crm.needs.models import Need
from crm.org.models import Unit, User

from .states import HOLDING, HoldState, ParcelState

MuAmount = WanAmount
"""亩 with two decimals, stored as whole hundredths like amounts, so that sums are exact."""


class Parcel(Versioned, Model):
    __tablename__ = "parcel"
    __table_args__ = (
        sa.UniqueConstraint("name"),
        sa.Index("ix_parcel_state", "state", "since_on"),
        sa.CheckConstraint("mu > 0", name="has_an_area"),
        NEVER_AGAIN,
    )

    name: Mapped[Line]
    mu: Mapped[MuAmount]
    place: Mapped[Line] = mapped_column(default="")
    land_use: Mapped[Line] = mapped_column(default="")  # 规划用途
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)  # 管理单位
    state: Mapped[ParcelState]
    since_on: Mapped[dt.date]  # in this state since
    measure: Mapped[Line] = mapped_column(default="")  # 盘活措施
    source_enterprise_id: Mapped[int | None] = mapped_column(  # 腾退出来的, by whom
        sa.ForeignKey("enterprise.id"), index=True, info=moves()
    )
    note: Mapped[Text] = mapped_column(default="")
    created_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    created_at: Mapped[dt.datetime] = mapped_column(default=clock.now)

    unit: Mapped[Unit] = relationship()
    source: Mapped[Enterprise | None] = relationship()
    moves: Mapped[list[ParcelMove]] = relationship(back_populates="parcel", order_by="ParcelMove.id")
    holds: Mapped[list[Hold]] = relationship(back_populates="parcel", order_by="Hold.id")

    @property
    def hold(self) -> Hold | None:
        """For whom it is kept or used now."""
        return next((one for one in self.holds if one.state in HOLDING), None)


class ParcelMove(Model):
    """One change of state, written once."""

    __tablename__ = "parcel_move"
    __table_args__ = (NEVER_AGAIN,)

    parcel_id: Mapped[int] = mapped_column(sa.ForeignKey("parcel.id", ondelete="CASCADE"), index=True)
    from_state: Mapped[ParcelState | None]
    to_state: Mapped[ParcelState]
    on_day: Mapped[dt.date]
    reason: Mapped[Text] = mapped_column(default="")
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[dt.datetime] = mapped_column(default=clock.now)

    parcel: Mapped[Parcel] = relationship(back_populates="moves")
    actor: Mapped[User | None] = relationship()


class Hold(Versioned, Model):
    """预留: a parcel kept for one need. The index is the last guard that it is kept for one at a time."""

    __tablename__ = "parcel_hold"
    __table_args__ = (
        sa.Index(
            "ix_parcel_hold_one_now", "parcel_id", unique=True,
            sqlite_where=sa.text("state <> 'released'"), postgresql_where=sa.text("state <> 'released'"),
        ),
        sa.Index("ix_parcel_hold_until", "state", "until_on"),
        sa.CheckConstraint("(state = 'released') = (ended_on IS NOT NULL)", name="released_has_a_day"),
        sa.CheckConstraint("state <> 'released' OR reason <> ''", name="released_has_a_reason"),
        NEVER_AGAIN,
    )  # fmt: skip

    parcel_id: Mapped[int] = mapped_column(sa.ForeignKey("parcel.id"), index=True)
    need_id: Mapped[int] = mapped_column(sa.ForeignKey("need.id"), index=True)
    state: Mapped[HoldState] = mapped_column(default=HoldState.HELD)
    from_on: Mapped[dt.date] = mapped_column(default=clock.today)
    until_on: Mapped[dt.date]
    ended_on: Mapped[dt.date | None]
    reason: Mapped[Text] = mapped_column(default="")
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[dt.datetime] = mapped_column(default=clock.now)

    parcel: Mapped[Parcel] = relationship(back_populates="holds")
    need: Mapped[Need] = relationship()
    author: Mapped[User | None] = relationship()

    @property
    def name(self) -> str:
        return self.parcel.name


class QuotaKind(Labelled):
    """「争取列入省市重点项目盘子,获得更多省留指标和奖励指标」「争取获得更多城乡建设用地挂钩指标」"""

    PLAN = "plan", N_("年度计划指标")
    RESERVED = "reserved", N_("省留指标")
    REWARD = "reward", N_("奖励指标")
    LINKED = "linked", N_("城乡建设用地挂钩指标")


class LandQuota(Versioned, Model):
    __tablename__ = "land_quota"
    __table_args__ = (
        sa.UniqueConstraint("year", "kind", "unit_id"),
        sa.CheckConstraint("sought_mu >= 0 AND got_mu >= 0 AND used_mu >= 0", name="not_negative"),
        sa.CheckConstraint("used_mu <= got_mu", name="used_was_got"),
        NEVER_AGAIN,
    )

    year: Mapped[int]
    kind: Mapped[QuotaKind]
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    sought_mu: Mapped[MuAmount]  # 争取
    got_mu: Mapped[MuAmount]  # 到手
    used_mu: Mapped[MuAmount]  # 已用
    note: Mapped[Text] = mapped_column(default="")

    unit: Mapped[Unit] = relationship()

    @property
    def name(self) -> str:
        return f"{self.year} {self.kind.msgid}"

    @property
    def left_mu(self) -> Decimal:
        return self.got_mu - self.used_mu


class Reclamation(Versioned, Model):
    """垦造耕地: dated areas that add up to the year's."""

    __tablename__ = "reclamation"
    __table_args__ = (
        sa.Index("ix_reclamation_day", "on_day"),
        sa.CheckConstraint("mu > 0", name="has_an_area"),
        NEVER_AGAIN,
    )

    on_day: Mapped[dt.date]
    mu: Mapped[MuAmount]
    place: Mapped[Line] = mapped_column(default="")
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    note: Mapped[Text] = mapped_column(default="")
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))

    unit: Mapped[Unit] = relationship()

    @property
    def name(self) -> str:
        return f"{self.on_day.isoformat()} {self.place}"
