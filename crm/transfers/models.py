"""A handing over that was proposed, and how the credit is split if it is taken. Never overwritten, only superseded."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.db import Model, Text, Versioned
from crm.deals.models import Deal
from crm.lib import clock
from crm.lib.enums import Labelled
from crm.lib.words import N_
from crm.org.models import Unit, User


class TransferState(Labelled):
    PROPOSED = "proposed", N_("等对方接收"), "info"
    ACCEPTED = "accepted", N_("已接收"), "good"
    DECLINED = "declined", N_("未接收"), "bad"
    WITHDRAWN = "withdrawn", N_("已撤回"), "neutral"


class Transfer(Versioned, Model):
    __tablename__ = "transfer"
    __table_args__ = (
        sa.Index("ix_transfer_to", "to_unit_id", "state"),
        sa.Index("ix_transfer_from", "from_unit_id", "state"),
        sa.CheckConstraint("from_unit_id <> to_unit_id", name="to_another_unit"),
        sa.CheckConstraint("reason <> ''", name="has_a_reason"),
    )

    deal_id: Mapped[int] = mapped_column(sa.ForeignKey("deal.id", ondelete="CASCADE"), index=True)
    from_unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    to_unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    reason: Mapped[Text]
    state: Mapped[TransferState] = mapped_column(default=TransferState.PROPOSED)
    proposed_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    proposed_at: Mapped[dt.datetime] = mapped_column(default=clock.business_now)
    answered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    answered_at: Mapped[dt.datetime | None]
    answer: Mapped[Text] = mapped_column(default="")

    deal: Mapped[Deal] = relationship()
    from_unit: Mapped[Unit] = relationship(foreign_keys=[from_unit_id])
    to_unit: Mapped[Unit] = relationship(foreign_keys=[to_unit_id])
    proposed_by: Mapped[User] = relationship(foreign_keys=[proposed_by_id])
    answered_by: Mapped[User | None] = relationship(foreign_keys=[answered_by_id])
    shares: Mapped[list[Share]] = relationship(
        back_populates="transfer", cascade="all, delete-orphan", order_by="Share.id"
    )

    @property
    def name(self) -> str:
        """What the trail calls it."""
        return self.deal.name


class Share(Model):
    """One unit's part of the credit, percent."""

    __tablename__ = "transfer_share"
    __table_args__ = (
        sa.UniqueConstraint("transfer_id", "unit_id"),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
    )

    transfer_id: Mapped[int] = mapped_column(sa.ForeignKey("transfer.id", ondelete="CASCADE"))
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    percent: Mapped[int]

    transfer: Mapped[Transfer] = relationship(back_populates="shares")
    unit: Mapped[Unit] = relationship()
