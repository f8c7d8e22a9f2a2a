"""A tie: two who know each other, and who says so. An introduction: somebody is asked to lead us to a merchant."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.db import NEVER_AGAIN, Line, Model, Text, Versioned
from crm.lib import clock
from crm.lib.enums import Labelled
from crm.lib.on_merge import moves
from crm.lib.words import N_
from crm.org.models import Unit, User

PARTIES = ("user", "person", "enterprise")


class TieKind(Labelled):
    """How two know each other. Who works where is a position, who met whom a contact log: neither is a tie."""

    KIN = "kin", N_("亲属")
    FRIEND = "friend", N_("朋友")
    TOWNSMAN = "townsman", N_("同乡")
    SCHOOLMATE = "schoolmate", N_("同学")
    COLLEAGUE = "colleague", N_("曾经共事")
    CHAMBER = "chamber", N_("同一商会")
    CONTROLS = "controls", N_("控股")
    INTRODUCED = "introduced", N_("引荐过")


class Tie(Versioned, Model):
    __tablename__ = "tie"
    __table_args__ = (
        sa.Index("ix_tie_one", "one_noun", "one_id"),
        sa.Index("ix_tie_two", "two_noun", "two_id"),
        sa.CheckConstraint("one_noun IN ('user', 'person', 'enterprise')", name="one_is_known"),
        sa.CheckConstraint("two_noun IN ('person', 'enterprise')", name="two_is_a_merchant"),
        NEVER_AGAIN,
    )

    one_noun: Mapped[str] = mapped_column(sa.String(16))
    one_id: Mapped[int] = mapped_column(info=moves(noun_in="one_noun"))
    two_noun: Mapped[str] = mapped_column(sa.String(16))
    two_id: Mapped[int] = mapped_column(info=moves(noun_in="two_noun"))
    kind: Mapped[TieKind]
    said: Mapped[Line]  # who says so, or on what ground
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    created_at: Mapped[dt.datetime] = mapped_column(default=clock.now)

    unit: Mapped[Unit] = relationship()
    author: Mapped[User | None] = relationship(foreign_keys=[author_id])

    @property
    def name(self) -> str:
        return self.kind.label


class Asking(Labelled):
    """How far an introduction has come."""

    ASKED = "asked", N_("请人引荐中"), "warn"
    DONE = "done", N_("已引荐"), "good"
    DECLINED = "declined", N_("没有成"), "neutral"


class Introduction(Versioned, Model):
    __tablename__ = "introduction"
    __table_args__ = (
        sa.Index("ix_introduction_owner", "owner_id", "state", "due_on"),
        sa.Index("ix_introduction_unit", "unit_id", "state", "due_on"),
        sa.Index("ix_introduction_target", "target_noun", "target_id"),
        sa.Index("ix_introduction_asked", "asked_noun", "asked_id"),
        sa.CheckConstraint("(state = 'asked') = (ended_on IS NULL)", name="an_end_has_a_day"),
        NEVER_AGAIN,
    )

    target_noun: Mapped[str] = mapped_column(sa.String(16))
    target_id: Mapped[int] = mapped_column(info=moves(noun_in="target_noun"))
    target_name: Mapped[Line]  # as it was called when it was asked for
    asked_noun: Mapped[str] = mapped_column(sa.String(16))  # whom we ask
    asked_id: Mapped[int] = mapped_column(info=moves(noun_in="asked_noun"))
    asked_name: Mapped[Line]
    way: Mapped[Text] = mapped_column(default="")  # the chain in words, as it stood
    wish: Mapped[Text] = mapped_column(default="")  # what we ask for
    state: Mapped[Asking] = mapped_column(default=Asking.ASKED)
    due_on: Mapped[dt.date]
    ended_on: Mapped[dt.date | None]
    outcome: Mapped[Line] = mapped_column(default="")
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    owner_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    created_at: Mapped[dt.datetime] = mapped_column(default=clock.now)

    unit: Mapped[Unit] = relationship()
    owner: Mapped[User] = relationship(foreign_keys=[owner_id])

    @property
    def name(self) -> str:
        return f"{self.asked_name} → {self.target_name}"

    @property
    def is_open(self) -> bool:
        return self.state is Asking.ASKED
