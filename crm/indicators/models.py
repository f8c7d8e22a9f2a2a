"""What is typed because no record of this house adds up to it: 「固投 is a statistic」, and the like."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.db import NEVER_AGAIN, Line, Model, Text, Versioned, WanAmount
from crm.lib import clock
from crm.lib.enums import Labelled
from crm.lib.words import N_
from crm.org.models import Unit, User


class Measure(Labelled):
    WAN = "wan", N_("金额（万元）")
    USD = "usd", N_("外资（万美元）")
    COUNT = "count", N_("个数")
    MU = "mu", N_("面积（亩）")


FIXED_ASSETS = "fixed_assets"
HOUSE_NAMES = {FIXED_ASSETS: N_("全社会固定资产投资")}
"""Typed indicators that every house has."""


class OwnIndicator(Versioned, Model):
    """自设指标: one that this district types, beside those that the house knows."""

    __tablename__ = "own_indicator"
    __table_args__ = (sa.UniqueConstraint("name"), NEVER_AGAIN)

    name: Mapped[Line]
    measure: Mapped[Measure] = mapped_column(default=Measure.COUNT)
    definition: Mapped[Text]  # 口径
    by_unit: Mapped[bool] = mapped_column(default=False)  # typed for each unit, and the district is their sum
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)  # 填报单位
    created_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    created_at: Mapped[dt.datetime] = mapped_column(default=clock.now)

    unit: Mapped[Unit] = relationship()

    @property
    def key(self) -> str:
        return f"own-{self.id}"


class TypedValue(Versioned, Model):
    """One figure of whole months: one month, or more where only their sum was published."""

    __tablename__ = "typed_value"
    __table_args__ = (
        sa.Index("ix_typed_value_indicator", "indicator", "first_on", "last_on"),
        sa.CheckConstraint("last_on > first_on", name="ends_after_it_begins"),
        NEVER_AGAIN,
    )

    indicator: Mapped[str] = mapped_column(sa.String(64))  # its key in the catalogue
    own_indicator_id: Mapped[int | None] = mapped_column(sa.ForeignKey("own_indicator.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"), index=True)  # none: the district
    first_on: Mapped[dt.date]
    last_on: Mapped[dt.date]
    amount: Mapped[WanAmount]  # 万元, 万美元, 个 or 亩, as the indicator measures
    source: Mapped[Line] = mapped_column(default="")  # who published it, and where
    note: Mapped[Text] = mapped_column(default="")
    typed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    typed_at: Mapped[dt.datetime] = mapped_column(default=clock.business_now)

    own_indicator: Mapped[OwnIndicator | None] = relationship()
    unit: Mapped[Unit | None] = relationship()
    typed_by: Mapped[User | None] = relationship()

    @property
    def months(self) -> str:
        """2013-06, or 2012-01–2012-06."""
        first, last = f"{self.first_on:%Y-%m}", f"{self.last_on:%Y-%m}"
        return first if first == last else f"{first}–{last}"

    @property
    def name(self) -> str:
        what = self.own_indicator.name if self.own_indicator else HOUSE_NAMES[self.indicator]
        return f"{what} {self.months}"
