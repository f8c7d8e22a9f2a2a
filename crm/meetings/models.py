"""A meeting, the deals it goes through in order, and what somebody is to do after it."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.db import Line, Model, Text, Versioned
from crm.deals.models import Deal
from crm.deals.stages import Stage
from crm.lib import clock
from crm.lib.enums import Labelled
from crm.lib.words import N_
from crm.org.models import Unit, User


class MeetingKind(Labelled):
    WEEKLY = "weekly", N_("例会")
    DISPATCH = "dispatch", N_("调度会")
    OTHER = "other", N_("专题会")


class MeetingState(Labelled):
    OPEN = "open", N_("进行中"), "info"
    CLOSED = "closed", N_("已结束"), "good"


class Meeting(Versioned, Model):
    __tablename__ = "meeting"
    __table_args__ = (
        sa.Index("ix_meeting_unit", "unit_id", "on_day"),
        sa.CheckConstraint("state = 'open' OR closed_at IS NOT NULL", name="closed_has_a_moment"),
    )

    title: Mapped[Line]
    kind: Mapped[MeetingKind] = mapped_column(default=MeetingKind.WEEKLY)
    on_day: Mapped[dt.date] = mapped_column(default=clock.today)
    chair: Mapped[Line] = mapped_column(default="")
    present: Mapped[Text] = mapped_column(default="")
    state: Mapped[MeetingState] = mapped_column(default=MeetingState.OPEN)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    created_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    created_at: Mapped[dt.datetime] = mapped_column(default=clock.business_now)
    closed_at: Mapped[dt.datetime | None]

    unit: Mapped[Unit] = relationship()
    created_by: Mapped[User] = relationship()
    items: Mapped[list[MeetingItem]] = relationship(
        back_populates="meeting", cascade="all, delete-orphan", order_by="MeetingItem.position"
    )

    @property
    def name(self) -> str:
        return self.title


class MeetingItem(Versioned, Model):
    """One deal of the sequence. What was said of it stays with the stage it had then."""

    __tablename__ = "meeting_item"
    __table_args__ = (sa.UniqueConstraint("meeting_id", "deal_id"),)

    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting.id", ondelete="CASCADE"))
    deal_id: Mapped[int] = mapped_column(sa.ForeignKey("deal.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    stage: Mapped[Stage]
    note: Mapped[Text] = mapped_column(default="")
    next_step: Mapped[Line] = mapped_column(default="")
    next_due_on: Mapped[dt.date | None]
    discussed_at: Mapped[dt.datetime | None]

    meeting: Mapped[Meeting] = relationship(back_populates="items")
    deal: Mapped[Deal] = relationship()
    tasks: Mapped[list[MeetingTask]] = relationship(
        back_populates="item", cascade="all, delete-orphan", order_by="MeetingTask.id"
    )

    @property
    def name(self) -> str:
        return self.deal.name


class MeetingTask(Versioned, Model):
    """What one person is to do by a day."""

    __tablename__ = "meeting_task"
    __table_args__ = (
        sa.Index("ix_meeting_task_assignee", "assignee_id", "done_on", "due_on"),
        sa.CheckConstraint("what <> ''", name="says_what"),
    )

    item_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting_item.id", ondelete="CASCADE"), index=True)
    what: Mapped[Line]
    assignee_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    due_on: Mapped[dt.date]
    done_on: Mapped[dt.date | None]
    done_note: Mapped[Line] = mapped_column(default="")

    item: Mapped[MeetingItem] = relationship(back_populates="tasks")
    assignee: Mapped[User] = relationship()

    @property
    def name(self) -> str:
        return self.what
