"""A long job's row: what it is, how far it has come, how it ended. The page polls it; a restart finds it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm.db import Line, Model, Text
from crm.lib import clock
from crm.lib.enums import Labelled
from crm.lib.words import N_


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
    __table_args__ = (sa.Index("ix_job_run_state", "state", "beat_at"),)

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
