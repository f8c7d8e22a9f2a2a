"""One table, appended to and never changed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm.db import Line, Model
from crm.lib.on_merge import stays


class Event(Model):
    """One act. `verb` is `noun.done` ("deal.advanced"); `changes` is {field: [before, after]}."""

    __tablename__ = "event"
    __table_args__ = (
        sa.Index("ix_event_subject", "noun", "record_id", "at"),
        sa.Index("ix_event_noun", "noun", "at"),
        sa.Index("ix_event_actor", "actor_id", "at"),
        sa.Index("ix_event_verb", "verb", "at"),
    )

    at: Mapped[dt.datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None]  # no foreign key: the trail outlives the account
    actor_name: Mapped[Line]
    verb: Mapped[str] = mapped_column(sa.String(64))
    noun: Mapped[str] = mapped_column(sa.String(32))
    record_id: Mapped[int | None] = mapped_column(info=stays("what was done to a record was done to it"))
    record_name: Mapped[str] = mapped_column(sa.String(400), default="")
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    note: Mapped[str] = mapped_column(sa.Text, default="")
    address: Mapped[str] = mapped_column(sa.String(64), default="")
