"""A commitment, and its story."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.db import NEVER_AGAIN, Line, Model, Text, Versioned
from crm.deals.models import Deal
from crm.delivery.models import KeyProject
from crm.lib import clock
from crm.org.models import Unit, User
from crm.supervision.models import Told

from .states import Claim, CommitmentState, StepKind, is_overdue


class Commitment(Versioned, Model):
    """承诺. Who promised it is written once: it cannot be handed to another unit by an edit."""

    __tablename__ = "commitment"
    __final__ = frozenset({"unit_id"})
    __table_args__ = (
        sa.Index("ix_commitment_due", "state", "due_on"),
        sa.Index("ix_commitment_unit", "unit_id", "state"),
        sa.CheckConstraint("promised_on <= due_on", name="due_after_it_was_promised"),
        sa.CheckConstraint(
            "(state IN ('kept', 'withdrawn')) = (ended_on IS NOT NULL)", name="over_has_a_day"
        ),
        sa.CheckConstraint("(state = 'claimed') = (claim IS NOT NULL)", name="claimed_says_what"),
        NEVER_AGAIN,
    )

    name: Mapped[Line]  # 承诺事项
    content: Mapped[Text] = mapped_column(default="")
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))  # 承诺单位
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)  # 承诺人
    post: Mapped[Line] = mapped_column(default="")  # his office then: 区挂联领导, 镇长
    to_whom: Mapped[Line]
    occasion: Mapped[Line] = mapped_column(default="")  # where it was said, or the paper that says it
    promised_on: Mapped[dt.date]
    due_on: Mapped[dt.date]
    deal_id: Mapped[int | None] = mapped_column(sa.ForeignKey("deal.id"), index=True)
    project_id: Mapped[int | None] = mapped_column(sa.ForeignKey("key_project.id"), index=True)
    state: Mapped[CommitmentState] = mapped_column(default=CommitmentState.OPEN)
    claim: Mapped[Claim | None]  # what the unit says, as long as it waits for an answer
    claimed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    ended_on: Mapped[dt.date | None]
    entered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    created_at: Mapped[dt.datetime] = mapped_column(default=clock.now)

    unit: Mapped[Unit] = relationship()
    person: Mapped[User | None] = relationship(foreign_keys=[person_id])
    deal: Mapped[Deal | None] = relationship()
    project: Mapped[KeyProject | None] = relationship()
    steps: Mapped[list[CommitmentStep]] = relationship(
        back_populates="commitment", cascade="all, delete-orphan", order_by="CommitmentStep.id"
    )

    @property
    def is_overdue(self) -> bool:
        return is_overdue(self.state, self.due_on, clock.today())

    @property
    def days_left(self) -> int | None:
        """Negative when it is late; None for what the unit has answered for."""
        return (self.due_on - clock.today()).days if self.state is CommitmentState.OPEN else None


class CommitmentStep(Told, Model):
    __tablename__ = "commitment_step"

    commitment_id: Mapped[int] = mapped_column(sa.ForeignKey("commitment.id", ondelete="CASCADE"), index=True)
    kind: Mapped[StepKind]

    commitment: Mapped[Commitment] = relationship(back_populates="steps")
