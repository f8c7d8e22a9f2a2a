"""The versions of the formula. What one said is never changed: a new version follows it."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.db import NEVER_AGAIN, Model, Text
from crm.lib import clock
from crm.org.models import User

from .scoring import Formula


class ContestFormula(Model):
    """A version after the first, which is scoring.FIRST."""

    __tablename__ = "contest_formula"
    __final__ = frozenset({"number", "investment", "weekly", "milestones", "from_on"})
    __table_args__ = (
        sa.UniqueConstraint("number"),
        sa.CheckConstraint("number > 1", name="after_the_first"),
        sa.CheckConstraint("investment + weekly + milestones = 100", name="weighs_a_hundred"),
        sa.CheckConstraint(
            "investment >= 0 AND weekly >= 0 AND milestones >= 0", name="weights_not_negative"
        ),
        NEVER_AGAIN,
    )

    number: Mapped[int]
    investment: Mapped[int]
    weekly: Mapped[int]
    milestones: Mapped[int]
    from_on: Mapped[dt.date]
    reason: Mapped[Text]
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[dt.datetime] = mapped_column(default=clock.now)

    actor: Mapped[User | None] = relationship()

    @property
    def name(self) -> str:
        return str(self.number)

    @property
    def formula(self) -> Formula:
        return Formula(self.number, self.investment, self.weekly, self.milestones, self.from_on)
