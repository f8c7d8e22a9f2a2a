"""Where somebody wants his digest, and each one that was to be sent: how often it was tried, and why it failed."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.db import Line, Model, Text
from crm.lib import clock
from crm.lib.enums import Labelled
from crm.lib.words import N_, told
from crm.org.models import User

MOST_TRIES = 3


class Channel(Labelled):
    MAIL = "mail", N_("邮件"), "info"
    ROBOT = "robot", N_("群机器人"), "info"


class DigestState(Labelled):
    WAITING = "waiting", N_("等着发"), "neutral"
    SENT = "sent", N_("已发出"), "good"
    FAILED = "failed", N_("没有发成"), "bad"


class DigestAddress(Model):
    """Somebody asks for his digest by mail: his own wish, taken back by leaving it empty."""

    __tablename__ = "digest_address"
    __unrecorded__ = frozenset({"email"})

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), unique=True)
    email: Mapped[Line]

    user: Mapped[User] = relationship()


class Digest(Model):
    __tablename__ = "digest"
    __table_args__ = (sa.Index("ix_digest_state", "state", "not_before"),)

    key: Mapped[str] = mapped_column(sa.String(64), unique=True)  # mail:12:2013-07-25: once a day for each
    channel: Mapped[Channel]
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id", ondelete="SET NULL"), index=True)
    to: Mapped[Line]  # masked: whom it went to, not how to reach him
    is_test: Mapped[bool] = mapped_column(default=False)
    state: Mapped[DigestState] = mapped_column(default=DigestState.WAITING)
    tries: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[dt.datetime] = mapped_column(default=clock.now)
    count: Mapped[int] = mapped_column(default=0)  # of how many things it told
    why: Mapped[Text] = mapped_column(default="")  # a kept sentence
    made_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    sent_at: Mapped[dt.datetime | None]

    user: Mapped[User | None] = relationship()

    @property
    def name(self) -> str:
        return self.to

    @property
    def reason(self) -> str:
        return told(self.why)
