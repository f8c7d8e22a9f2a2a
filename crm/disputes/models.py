"""A dispute about two reports of one merchant, and the rulings on it. A ruling is superseded, never changed."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.db import Model, Text
from crm.leads.models import Lead
from crm.lib import clock
from crm.lib.enums import Labelled
from crm.lib.words import N_
from crm.org.models import Unit, User


class DisputeState(Labelled):
    OPEN = "open", N_("待裁定"), "warn"
    DECIDED = "decided", N_("已裁定"), "good"


class Dispute(Model):
    __tablename__ = "dispute"
    __final__ = frozenset({"lead_id", "first_id", "unit_id", "raised_by_id", "raised_at", "grounds"})
    __table_args__ = (sa.Index("ix_dispute_state", "state", "raised_at"),)

    lead_id: Mapped[int] = mapped_column(
        sa.ForeignKey("lead.id"), index=True
    )  # the report that claims the credit
    first_id: Mapped[int] = mapped_column(sa.ForeignKey("lead.id"), index=True)  # the one that had it then
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)  # who disagrees
    raised_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    raised_at: Mapped[dt.datetime] = mapped_column(default=clock.business_now)
    grounds: Mapped[Text]
    state: Mapped[DisputeState] = mapped_column(default=DisputeState.OPEN)

    lead: Mapped[Lead] = relationship(foreign_keys=[lead_id])
    first: Mapped[Lead] = relationship(foreign_keys=[first_id])
    unit: Mapped[Unit] = relationship()
    raised_by: Mapped[User | None] = relationship()
    rulings: Mapped[list[Ruling]] = relationship(back_populates="dispute", order_by="Ruling.id")

    @property
    def name(self) -> str:
        """For the trail. Pages ask queries.name_for: this may be the side that the reader must not see."""
        return self.lead.company or self.lead.title

    @property
    def standing(self) -> Ruling | None:
        """The ruling in force: the last one."""
        return self.rulings[-1] if self.rulings else None


class Ruling(Model):
    """Written once. The next one stands instead of it, and says so by being later."""

    __tablename__ = "ruling"
    __final__ = frozenset({"dispute_id", "at", "decided_by_id", "holder_id", "reason"})

    dispute_id: Mapped[int] = mapped_column(sa.ForeignKey("dispute.id", ondelete="CASCADE"), index=True)
    at: Mapped[dt.datetime] = mapped_column(default=clock.business_now)
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    holder_id: Mapped[int] = mapped_column(sa.ForeignKey("lead.id"))  # whose report counts as the first
    reason: Mapped[Text]

    dispute: Mapped[Dispute] = relationship(back_populates="rulings")
    decided_by: Mapped[User | None] = relationship()
    holder: Mapped[Lead] = relationship()
