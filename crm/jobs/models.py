"""A long job's row: what it is, how far it has come, how it ended. The page polls it; a restart finds it.

Beside it other news for the bell, and what recurs: one row for each line of the table in crm/recurring.py, with how its last run ended.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.db import Line, Model, Text
from crm.lib import clock
from crm.lib.enums import Labelled
from crm.lib.words import N_, told
from crm.org.models import User

from . import pace


class JobState(Labelled):
    QUEUED = "queued", N_("排队中"), "neutral"
    RUNNING = "running", N_("进行中"), "info"
    DONE = "done", N_("完成"), "good"
    FAILED = "failed", N_("失败"), "bad"
    CANCELLED = "cancelled", N_("已取消"), "neutral"

    @property
    def is_over(self) -> bool:
        return self in (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


class JobRun(Model):
    __tablename__ = "job_run"
    __table_args__ = (
        sa.Index("ix_job_run_state", "state", "beat_at"),
        sa.Index("ix_job_run_bell", "user_id", "seen_at"),  # what the bell of every page asks
    )

    kind: Mapped[str] = mapped_column(sa.String(64))  # the name it is registered under, e.g. imports.run
    title: Mapped[Line] = mapped_column(default="")
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[JobState] = mapped_column(default=JobState.QUEUED)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    cancel_asked: Mapped[bool] = mapped_column(default=False)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)
    queued_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    began_at: Mapped[dt.datetime | None]
    beat_at: Mapped[dt.datetime | None]  # sign of life; a stale one means the process died
    ended_at: Mapped[dt.datetime | None]
    result: Mapped[dict[str, Any]] = mapped_column(default=dict)
    message: Mapped[Text] = mapped_column(default="")
    attempt: Mapped[int] = mapped_column(default=0, server_default="0")  # whose it is: see queue.beat
    paced_at: Mapped[dt.datetime | None]  # when this attempt began, and with how many done already:
    paced_from: Mapped[int] = mapped_column(default=0, server_default="0")  # what its speed is told from
    seen_at: Mapped[dt.datetime | None]  # its owner knows how it ended: the bell is silent

    user: Mapped[User | None] = relationship()

    @property
    def name(self) -> str:
        """Its title in the reader's language."""
        return told(self.title)

    @property
    def rate(self) -> float | None:
        """Done each second, in this attempt so far."""
        if not self.paced_at or not self.beat_at:
            return None
        done = self.done - self.paced_from if self.done >= self.paced_from else self.done
        return pace.rate(done, (self.beat_at - self.paced_at).total_seconds())

    @property
    def seconds_left(self) -> float | None:
        return pace.left(self.done, self.total, self.rate) if self.state is JobState.RUNNING else None


class Notice(Model):
    """News for one person that is no job of his: the bell rings until it is seen. `about` says what it is of, so that
    the same is told once, and taken back when it is news no more."""

    __tablename__ = "notice"
    __table_args__ = (
        sa.UniqueConstraint("user_id", "about"),
        sa.Index("ix_notice_bell", "user_id", "seen_at"),
        sa.Index("ix_notice_about", "about"),
    )

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"))
    about: Mapped[str] = mapped_column(sa.String(64))  # e.g. export_request:12, due
    said: Mapped[Text]  # a kept sentence: each reads it in his own language
    endpoint: Mapped[str] = mapped_column(sa.String(64))  # where it leads
    values: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    seen_at: Mapped[dt.datetime | None]


class PeriodicRun(Model):
    """The last run of something that recurs. Its row is also the lock: who sets `claimed_for` may run it."""

    __tablename__ = "periodic_run"

    name: Mapped[str] = mapped_column(sa.String(64), unique=True)
    claimed_for: Mapped[dt.datetime | None]  # the minute it was due in, or the moment it was asked for
    began_at: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None]
    failed: Mapped[bool] = mapped_column(default=False)
    count: Mapped[int | None]  # what it did, in the unit that its line of the table names
