"""An agreement about a deal. Its files are versions, the newest last; each opening of one is written down."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.db import Line, Model, Text, Versioned, Wan
from crm.deals.models import Deal
from crm.deals.stages import AgreementKind
from crm.lib import clock
from crm.org.models import User


class Agreement(Versioned, Model):
    __tablename__ = "agreement"
    __table_args__ = (
        sa.Index("ix_agreement_expires", "closed_on", "expires_on"),
        sa.CheckConstraint("closed_on IS NULL OR closed_reason <> ''", name="closed_has_a_reason"),
        sa.CheckConstraint("amount_wan IS NULL OR amount_wan >= 0", name="amount_not_negative"),
        sa.CheckConstraint(
            "(reviewed_on IS NULL) = (reviewed_by = '')", name="reviewed_by_somebody_on_a_day"
        ),
    )

    deal_id: Mapped[int] = mapped_column(sa.ForeignKey("deal.id", ondelete="CASCADE"), index=True)
    kind: Mapped[AgreementKind]
    title: Mapped[Line]
    number: Mapped[Line] = mapped_column(default="")
    parties: Mapped[Text] = mapped_column(default="")  # one a line, as the paper names them
    amount_wan: Mapped[Decimal | None] = mapped_column(Wan)
    signed_on: Mapped[dt.date | None]  # empty while it is a draft
    effective_on: Mapped[dt.date | None]
    expires_on: Mapped[dt.date | None]
    terms: Mapped[Text] = mapped_column(default="")  # 优惠条款
    reviewed_by: Mapped[Line] = mapped_column(default="")  # 公平竞争审查: which body
    reviewed_on: Mapped[dt.date | None]
    note: Mapped[Text] = mapped_column(default="")
    closed_on: Mapped[dt.date | None]  # renewed, ended or void: no reminder any more
    closed_reason: Mapped[Line] = mapped_column(default="")
    created_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    created_at: Mapped[dt.datetime] = mapped_column(default=clock.business_now)

    deal: Mapped[Deal] = relationship()

    @property
    def name(self) -> str:
        return self.title

    @property
    def lacks_review(self) -> bool:
        """It promises something that nobody has reviewed yet: what an audit looks for first."""
        return bool(self.terms) and self.reviewed_on is None


class AgreementRead(Model):
    """Somebody opened a file of an agreement."""

    __tablename__ = "agreement_read"
    __table_args__ = (sa.Index("ix_agreement_read_file", "file_id", "at"),)

    file_id: Mapped[int] = mapped_column(sa.ForeignKey("stored_file.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[dt.datetime] = mapped_column(default=clock.now)

    user: Mapped[User] = relationship()
