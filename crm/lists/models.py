"""A saved view is a link with a name; chosen columns are remembered per person and view; tags are words."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm.db import NEVER_AGAIN, Line, Model
from crm.lib import clock
from crm.lib.on_merge import joins


class SavedView(Model):
    __tablename__ = "saved_view"
    __table_args__ = (sa.UniqueConstraint("user_id", "page", "name"),)

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"))
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"), index=True)  # set: shared with it
    page: Mapped[str] = mapped_column(sa.String(32))  # enterprises, people, leads, deals, contacts
    name: Mapped[Line]
    query: Mapped[str] = mapped_column(sa.String(2000))  # the address behind the question mark
    created_at: Mapped[dt.datetime] = mapped_column(default=clock.now)


class ChosenColumns(Model):
    __tablename__ = "chosen_columns"
    __table_args__ = (sa.UniqueConstraint("user_id", "page"),)

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"))
    page: Mapped[str] = mapped_column(sa.String(32))
    keys: Mapped[list[str]]


class ViewColumns(Model):
    """The columns somebody chose on a view that a colleague shares: the view stays as its maker left it."""

    __tablename__ = "view_columns"
    __table_args__ = (sa.UniqueConstraint("user_id", "view_id"),)

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"))
    view_id: Mapped[int] = mapped_column(sa.ForeignKey("saved_view.id", ondelete="CASCADE"), index=True)
    keys: Mapped[list[str]]


class Tag(Model):
    """One word on one record."""

    __tablename__ = "tag"
    __table_args__ = (
        sa.UniqueConstraint("noun", "record_id", "word"),
        sa.Index("ix_tag_word", "noun", "word"),
        NEVER_AGAIN,
    )

    noun: Mapped[str] = mapped_column(sa.String(16))
    record_id: Mapped[int] = mapped_column(info=joins(noun_in="noun"))
    word: Mapped[str] = mapped_column(sa.String(32))
