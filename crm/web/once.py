"""Sent twice = done once: the key a form carries is a unique row, written in the transaction of the act."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm.db import Model, db
from crm.lib import clock


class Sent(Model):
    __tablename__ = "sent"

    key: Mapped[str] = mapped_column(sa.String(64), unique=True)
    location: Mapped[str] = mapped_column(sa.String(500))  # where the first sending led
    at: Mapped[dt.datetime] = mapped_column(default=clock.now, index=True)


class AlreadyDone(Exception):
    """The same form again: go where the first one went."""

    def __init__(self, location: str):
        super().__init__(location)
        self.location = location


def look(key: str) -> None:
    """Raise AlreadyDone when this key has been spent."""
    if key and (location := db.session.scalar(sa.select(Sent.location).filter_by(key=key[:64]))):
        raise AlreadyDone(location)


def spend(key: str, location: str) -> None:
    """Write the key down. The unique index settles a race: the loser's flush fails and is led to `look`."""
    if key:
        db.session.add(Sent(key=key[:64], location=location[:500]))
