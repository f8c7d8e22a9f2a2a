"""A stored file. It hangs on a record of an upper feature, which decides who may open it."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm.db import NEVER_AGAIN, Line, Model
from crm.lib import clock
from crm.lib.on_merge import moves


class StoredFile(Model):
    __tablename__ = "stored_file"
    __table_args__ = (sa.Index("ix_stored_file_owner", "noun", "record_id"), NEVER_AGAIN)

    noun: Mapped[str] = mapped_column(sa.String(32))  # what it hangs on: contact_log, stage_move …
    record_id: Mapped[int] = mapped_column(info=moves(noun_in="noun"))
    name: Mapped[Line]
    sha256: Mapped[str] = mapped_column(sa.String(64), index=True)
    size: Mapped[int]  # bytes
    media_type: Mapped[str] = mapped_column(sa.String(100))
    added_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    added_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
