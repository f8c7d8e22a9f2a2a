"""That somebody has a calendar address. The address itself is stored nowhere: see address.py."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.db import Model
from crm.lib import clock
from crm.org.models import User


class CalendarFeed(Model):
    __tablename__ = "calendar_feed"
    __unrecorded__ = frozenset({"nonce"})

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), unique=True)
    nonce: Mapped[str] = mapped_column(sa.String(32))  # a new one makes the old address worthless
    made_at: Mapped[dt.datetime] = mapped_column(default=clock.now)

    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)
