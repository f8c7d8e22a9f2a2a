"""A case: what was found on which day, by which figures, and everything that was said about it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.db import NEVER_AGAIN, Line, Model, Versioned
from crm.delivery.models import KeyProject
from crm.lib import clock
from crm.org.models import Unit, User
from crm.slips.models import Remark, Slip
from crm.supervision.commitments.models import Commitment
from crm.supervision.models import Told
from crm.targets.models import Target

from .states import CaseState, Conclusion, StepKind, Trigger, is_late


class SupervisionCase(Versioned, Model):
    """核查件. What it was raised by is written once: figures, filter and day stay as they were found, whatever becomes
    of the record, even when it is gone."""

    __tablename__ = "supervision_case"
    __final__ = frozenset({"trigger", "subject", "unit_id", "as_of", "evidence"})
    __table_args__ = (
        sa.Index("ix_supervision_case_state", "state", "due_on"),
        sa.Index("ix_supervision_case_unit", "unit_id", "state"),
        sa.CheckConstraint("(state = 'closed') = (open_key IS NULL)", name="open_has_its_key"),
        sa.CheckConstraint("(state = 'closed') = (concluded_on IS NOT NULL)", name="closed_has_a_day"),
        sa.CheckConstraint(
            "(state IN ('asked', 'rectifying')) = (due_on IS NOT NULL)", name="asked_has_a_term"
        ),
        NEVER_AGAIN,
    )

    trigger: Mapped[Trigger]
    target_id: Mapped[int | None] = mapped_column(sa.ForeignKey("target.id", ondelete="SET NULL"), index=True)
    project_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("key_project.id", ondelete="SET NULL"), index=True
    )
    commitment_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("commitment.id", ondelete="SET NULL"), index=True
    )
    remark_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("inspection_remark.id", ondelete="SET NULL"), index=True
    )
    subject: Mapped[Line]  # what it was called then
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))  # who has to explain it
    as_of: Mapped[dt.date] = mapped_column(default=clock.today)
    evidence: Mapped[dict[str, Any]]  # triggers.Evidence
    open_key: Mapped[Line | None] = mapped_column(unique=True)  # Found.key, as long as it is not closed
    state: Mapped[CaseState] = mapped_column(default=CaseState.PROPOSED)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)  # who was asked
    due_on: Mapped[dt.date | None]  # for the explanation, or for putting it right
    conclusion: Mapped[Conclusion | None]  # the one in force; every one is a step
    concluded_on: Mapped[dt.date | None]
    slip_id: Mapped[int | None] = mapped_column(sa.ForeignKey("slip.id"), index=True)
    raised_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))  # None: the house, by its rule

    unit: Mapped[Unit] = relationship()
    person: Mapped[User | None] = relationship(foreign_keys=[person_id])
    target: Mapped[Target | None] = relationship()
    project: Mapped[KeyProject | None] = relationship()
    commitment: Mapped[Commitment | None] = relationship()
    remark: Mapped[Remark | None] = relationship()
    slip: Mapped[Slip | None] = relationship()
    steps: Mapped[list[CaseStep]] = relationship(
        back_populates="case", cascade="all, delete-orphan", order_by="CaseStep.id"
    )

    @property
    def name(self) -> str:
        return f"{self.subject}（{self.trigger.label}）"

    @property
    def key(self) -> str:
        """What there is one open case of; of what is gone this one."""
        about = self.target_id or self.project_id or self.commitment_id or self.remark_id
        return f"{self.trigger.value}:{about}" if about else f"case:{self.id}"

    @property
    def is_late(self) -> bool:
        return is_late(self.state, self.due_on, clock.today())

    @property
    def days_left(self) -> int | None:
        return (self.due_on - clock.today()).days if self.due_on else None

    @property
    def about_person(self) -> User | None:
        """Whose target or whose promise it is: the nearest to ask."""
        about = self.target or self.commitment
        return about.person if about else None

    @property
    def about_project(self) -> KeyProject | None:
        """Whose problem could become a slip."""
        return self.project or (self.commitment or self.remark or self).project


class CaseStep(Told, Model):
    __tablename__ = "supervision_step"

    case_id: Mapped[int] = mapped_column(sa.ForeignKey("supervision_case.id", ondelete="CASCADE"), index=True)
    kind: Mapped[StepKind]
    conclusion: Mapped[Conclusion | None]

    case: Mapped[SupervisionCase] = relationship(back_populates="steps")
