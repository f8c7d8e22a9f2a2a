"""A clearance (征迁): its figures as they stand now; how they came about is in the trail."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.db import NEVER_AGAIN, Line, Model, Text, Versioned
from crm.delivery.models import KeyProject
from crm.delivery.weeks import percent
from crm.land.models import MuAmount
from crm.lib import clock
from crm.org.models import Unit, User

from .stages import ClearanceLevel, ClearanceStage, stage_of


class Clearance(Versioned, Model):
    __tablename__ = "clearance"
    __table_args__ = (
        sa.UniqueConstraint("name"),
        sa.Index("ix_clearance_due", "due_on"),
        sa.CheckConstraint(
            "0 <= vacated AND vacated <= signed AND signed <= households", name="households_fit"
        ),
        sa.CheckConstraint("0 <= delivered_mu AND delivered_mu <= due_mu AND due_mu > 0", name="areas_fit"),
        NEVER_AGAIN,
    )

    name: Mapped[Line]
    level: Mapped[ClearanceLevel]
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)  # 负责的乡镇（街道）
    project_id: Mapped[int | None] = mapped_column(sa.ForeignKey("key_project.id"), index=True)
    households: Mapped[int]
    signed: Mapped[int] = mapped_column(default=0)
    vacated: Mapped[int] = mapped_column(default=0)
    due_mu: Mapped[MuAmount]
    delivered_mu: Mapped[MuAmount] = mapped_column(default=Decimal(0))
    due_on: Mapped[dt.date | None]
    blockers: Mapped[Text] = mapped_column(default="")
    told_on: Mapped[dt.date] = mapped_column(default=clock.today)  # 最近报进度
    entered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    created_at: Mapped[dt.datetime] = mapped_column(default=clock.now)

    unit: Mapped[Unit] = relationship()
    project: Mapped[KeyProject | None] = relationship()
    entered_by: Mapped[User | None] = relationship()

    @property
    def stage(self) -> ClearanceStage:
        return stage_of(self.households, self.signed, self.vacated, self.due_mu, self.delivered_mu)

    @property
    def rate(self) -> Decimal:
        """交付率."""
        return percent(self.delivered_mu, self.due_mu)

    @property
    def is_late(self) -> bool:
        return (
            self.due_on is not None and self.due_on < clock.today() and self.stage is not ClearanceStage.DONE
        )


def stage() -> Any:
    """Clearance.stage in SQL."""
    return sa.case(
        (
            sa.and_(Clearance.signed < Clearance.households, Clearance.signed == 0),
            ClearanceStage.SURVEY.value,
        ),
        (Clearance.signed < Clearance.households, ClearanceStage.SIGNING.value),
        (Clearance.vacated < Clearance.households, ClearanceStage.VACATING.value),
        (Clearance.delivered_mu < Clearance.due_mu, ClearanceStage.HANDING_OVER.value),
        else_=ClearanceStage.DONE.value,
    )
