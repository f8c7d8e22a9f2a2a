"""A request to export many rows: placed by one person, decided by another, carried out once."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.db import Line, Model, Text, Versioned
from crm.jobs.models import JobRun
from crm.lib import clock
from crm.lib.enums import Labelled
from crm.lib.words import N_
from crm.org.models import User


class RequestState(Labelled):
    WAITING = "waiting", N_("待批准"), "warn"
    APPROVED = "approved", N_("已批准"), "good"
    REFUSED = "refused", N_("未批准"), "bad"
    WITHDRAWN = "withdrawn", N_("已撤回"), "neutral"


class ExportRequest(Versioned, Model):
    __tablename__ = "export_request"
    __table_args__ = (
        sa.Index("ix_export_request_state", "state", "asked_at"),
        sa.Index("ix_export_request_user", "user_id", "asked_at"),
        sa.CheckConstraint(
            "(state IN ('approved', 'refused')) = (decided_at IS NOT NULL)", name="decided_has_a_time"
        ),
    )

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    name: Mapped[Line]  # of the list or of the official sheet
    params: Mapped[dict[str, Any]]  # Order.params()
    filter_words: Mapped[Text] = mapped_column(default="")  # as it read to who asked
    rows: Mapped[int]  # as many as were asked for: the file may not hold many more
    asked_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    state: Mapped[RequestState] = mapped_column(default=RequestState.WAITING)
    decided_at: Mapped[dt.datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    note: Mapped[Line] = mapped_column(default="")
    job_id: Mapped[int | None] = mapped_column(sa.ForeignKey("job_run.id", ondelete="SET NULL"))

    user: Mapped[User] = relationship(foreign_keys=[user_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])
    job: Mapped[JobRun | None] = relationship()
