"""One reminder: of what, at which step, who, when. A thing is a record, what is due about it, and since when: another
day of a next step is another thing, and is reminded of from the beginning."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.db import Line, Model
from crm.lib import clock
from crm.lib.on_merge import stays
from crm.org.models import Unit, User

from .steps import Step


class Reminder(Model):
    __tablename__ = "reminder"
    __table_args__ = (
        sa.UniqueConstraint("kind", "record_id", "due_on", "step", "user_id"),
        sa.Index("ix_reminder_user", "user_id", "settled_on"),
        sa.Index("ix_reminder_record", "noun", "record_id"),
        sa.Index("ix_reminder_unit", "unit_id", "on_day"),
        sa.Index("ix_reminder_day", "on_day"),
    )

    kind: Mapped[str] = mapped_column(sa.String(32))  # a key of kinds.KINDS
    noun: Mapped[str] = mapped_column(sa.String(32))
    record_id: Mapped[int] = mapped_column(info=stays("deals, leads, missions and agreements: no merchant"))
    title: Mapped[Line]  # as it was called then
    due_on: Mapped[dt.date]
    step: Mapped[Step]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))  # which answers for the record
    on_day: Mapped[dt.date]  # the business day on which it was said
    at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    settled_on: Mapped[dt.date | None]  # the day on which it was found to be due no more

    user: Mapped[User] = relationship()
    unit: Mapped[Unit] = relationship()

    @property
    def name(self) -> str:
        return self.title
