"""A firm's class and figures of a year; its time on the list of the low ones, with each measure and its legal basis."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.db import NEVER_AGAIN, Line, Model, Text, Versioned, Wan
from crm.lib import clock
from crm.lib.on_merge import joins, moves
from crm.merchants.models import Enterprise
from crm.org.models import Unit, User

from .grades import CaseState, Grade, Leaving, Means

FIGURES = (
    "land_mu", "tax_per_mu", "added_per_mu", "productivity", "added_per_energy", "added_per_emission", "rd_percent",
)  # fmt: skip


class Rating(Versioned, Model):
    """The six figures the evaluation uses, and the land they are shares of. Empty: not evaluated by it."""

    __tablename__ = "yield_rating"
    __table_args__ = (
        sa.UniqueConstraint("enterprise_id", "year"),
        sa.Index("ix_yield_rating_year", "year", "grade"),
        NEVER_AGAIN,
    )

    enterprise_id: Mapped[int] = mapped_column(sa.ForeignKey("enterprise.id"), info=joins())
    year: Mapped[int]
    grade: Mapped[Grade]
    land_mu: Mapped[Decimal | None] = mapped_column(Wan)  # 用地, 亩
    tax_per_mu: Mapped[Decimal | None] = mapped_column(Wan)  # 亩均税收, 万元/亩
    added_per_mu: Mapped[Decimal | None] = mapped_column(Wan)  # 亩均增加值, 万元/亩
    productivity: Mapped[Decimal | None] = mapped_column(Wan)  # 全员劳动生产率, 万元/人
    added_per_energy: Mapped[Decimal | None] = mapped_column(Wan)  # 单位能耗增加值, 万元/吨标煤
    added_per_emission: Mapped[Decimal | None] = mapped_column(Wan)  # 单位排放增加值, 万元/吨
    rd_percent: Mapped[Decimal | None] = mapped_column(Wan)  # 研发经费占比
    note: Mapped[Text] = mapped_column(default="")
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)  # 录入单位
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))

    enterprise: Mapped[Enterprise] = relationship()
    unit: Mapped[Unit] = relationship()

    @property
    def name(self) -> str:
        return f"{self.enterprise.name} {self.year}"


class Case(Versioned, Model):
    """倒逼: one time on the list. That a firm has one open case at a time is the verbs' rule: a merge may bring two."""

    __tablename__ = "yield_case"
    __table_args__ = (
        sa.Index("ix_yield_case_state", "state", "due_on"),
        sa.CheckConstraint("(state = 'left') = (left_on IS NOT NULL)", name="left_has_a_day"),
        sa.CheckConstraint("(left_on IS NULL) = (leaving IS NULL)", name="left_says_how"),
        NEVER_AGAIN,
    )

    enterprise_id: Mapped[int] = mapped_column(sa.ForeignKey("enterprise.id"), index=True, info=moves())
    state: Mapped[CaseState] = mapped_column(default=CaseState.LISTED)
    listed_on: Mapped[dt.date]
    reason: Mapped[Text]
    demand: Mapped[Text] = mapped_column(default="")  # 整改要求
    due_on: Mapped[dt.date | None]  # 整改期限
    left_on: Mapped[dt.date | None]
    leaving: Mapped[Leaving | None]
    left_note: Mapped[Text] = mapped_column(default="")
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)  # 列入单位
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    created_at: Mapped[dt.datetime] = mapped_column(default=clock.now)

    enterprise: Mapped[Enterprise] = relationship()
    unit: Mapped[Unit] = relationship()
    measures: Mapped[list[Measure]] = relationship(
        back_populates="case", order_by="Measure.on_day, Measure.id"
    )

    @property
    def name(self) -> str:
        return self.enterprise.name

    @property
    def is_open(self) -> bool:
        return self.state is not CaseState.LEFT


class Measure(Model):
    """措施, written once: what was done to the firm, on which day, by what law."""

    __tablename__ = "yield_measure"
    __table_args__ = (sa.CheckConstraint("legal_basis <> ''", name="has_a_legal_basis"), NEVER_AGAIN)

    case_id: Mapped[int] = mapped_column(sa.ForeignKey("yield_case.id"), index=True)
    means: Mapped[Means]
    what: Mapped[Text]
    on_day: Mapped[dt.date]
    legal_basis: Mapped[Line]
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[dt.datetime] = mapped_column(default=clock.now)

    case: Mapped[Case] = relationship(back_populates="measures")
    author: Mapped[User | None] = relationship()

    @property
    def name(self) -> str:
        return self.what[:60]
