"""A planned project (储备项目): who planned it and for which year, how large, how deep, and what became of it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from crm.db import NEVER_AGAIN, Line, Model, Text, Versioned, Wan
from crm.deals.models import Deal
from crm.lib import clock, texts
from crm.lib.enums import Labelled
from crm.lib.words import N_
from crm.merchants.models import Direction
from crm.org.models import Unit, User

YEARS = (2000, 2100)


class PlanWay(Labelled):
    """「立足产业规划谋划项目」 「围绕政策导向谋划项目」 「依托资源开发谋划项目」"""

    INDUSTRY = "industry", N_("立足产业规划")
    POLICY = "policy", N_("围绕政策导向")
    RESOURCE = "resource", N_("依托资源开发")


class Depth(Labelled):
    CONCEPT = "concept", N_("概念"), "neutral"
    SCHEME = "scheme", N_("方案"), "info"
    FEASIBILITY = "feasibility", N_("可研"), "info"
    EARLY_WORK = "early_work", N_("前期"), "good"


class ReserveState(Labelled):
    PLANNED = "planned", N_("储备中"), "info"
    PROMOTED = "promoted", N_("已转招商"), "good"
    LISTED = "listed", N_("已列为重点项目"), "good"
    DROPPED = "dropped", N_("已退出"), "neutral"


def name_key(name: str) -> str:
    """What two ways of writing one name have in common: one project counts once."""
    return "".join(char for char in texts.fold(name) if texts.searchable(char))[:200]


class ReserveItem(Versioned, Model):
    __tablename__ = "reserve_item"
    __final__ = frozenset({"unit_id"})  # it counts for the unit that planned it, whoever takes it on
    __unrecorded__ = frozenset({"name_key"})
    __table_args__ = (
        sa.UniqueConstraint("name_key"),
        sa.Index("ix_reserve_item_unit", "unit_id", "year", "state"),
        sa.Index("ix_reserve_item_year", "year", "state", "in_city"),
        sa.CheckConstraint("planned_wan IS NULL OR planned_wan >= 0", name="planned_not_negative"),
        sa.CheckConstraint("state <> 'dropped' OR drop_reason <> ''", name="dropped_has_a_reason"),
        sa.CheckConstraint(
            "in_city OR (city_registered_on IS NULL AND city_number = '')", name="city_data_of_what_is_in_it"
        ),
        sa.CheckConstraint("deal_id IS NULL OR state = 'promoted'", name="linked_is_promoted"),
        NEVER_AGAIN,
    )

    name: Mapped[Line]
    name_key: Mapped[Line]
    content: Mapped[Text] = mapped_column(default="")
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))  # 谋划单位
    year: Mapped[int]
    planned_wan: Mapped[Decimal | None] = mapped_column(Wan)  # 口径: 谋划总投资
    way: Mapped[PlanWay]
    depth: Mapped[Depth] = mapped_column(default=Depth.CONCEPT)
    direction: Mapped[Direction | None]
    in_city: Mapped[bool] = mapped_column(default=False)  # 列入市级储备库
    city_registered_on: Mapped[dt.date | None]
    city_number: Mapped[Line] = mapped_column(default="")

    state: Mapped[ReserveState] = mapped_column(default=ReserveState.PLANNED)
    drop_reason: Mapped[Text] = mapped_column(default="")
    deal_id: Mapped[int | None] = mapped_column(sa.ForeignKey("deal.id"), index=True)
    promoted_on: Mapped[dt.date | None]
    created_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    created_at: Mapped[dt.datetime] = mapped_column(default=clock.now)

    unit: Mapped[Unit] = relationship()
    deal: Mapped[Deal | None] = relationship()
    created_by: Mapped[User | None] = relationship()

    @validates("name")
    def _keyed(self, _key: str, name: str) -> str:
        self.name_key = name_key(name)
        return name

    @property
    def is_free(self) -> bool:
        """Whether it may still become something."""
        return self.deal_id is None and self.state not in (ReserveState.DROPPED, ReserveState.LISTED)

    @property
    def counts(self) -> bool:
        """Towards quotas: also when it has become a deal or a key project, but not when it was given up."""
        return self.state is not ReserveState.DROPPED


def counting() -> sa.ColumnElement[bool]:
    """ReserveItem.counts as a WHERE."""
    where: Any = ReserveItem.state != ReserveState.DROPPED
    return where
