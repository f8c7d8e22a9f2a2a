"""A mission and its stops: a stop is one firm (or one lead) that a mission goes to see or receives."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.contacts.models import ContactKind, ContactLog
from crm.db import NEVER_AGAIN, Line, Model, Text, Versioned
from crm.leads.models import Lead
from crm.lib import clock
from crm.lib.enums import Labelled
from crm.lib.on_merge import moves
from crm.lib.words import N_
from crm.merchants.models import Direction, Enterprise
from crm.org.models import Unit, User

from .phases import Days, Phase, phase_on


class MissionKind(Labelled):
    OUTGOING = "outgoing", N_("外出招商"), "info"
    GROUP = "group", N_("组团招商"), "good"
    RECEPTION = "reception", N_("来访接待"), "neutral"

    @property
    def contact_kind(self) -> ContactKind:
        return ContactKind.RECEPTION if self is MissionKind.RECEPTION else ContactKind.VISIT


class Outcome(Labelled):
    """What a visit to one firm has brought."""

    INTERESTED = "interested", N_("有投资意向"), "good"
    FOLLOWED = "followed", N_("继续跟踪"), "info"
    DECLINED = "declined", N_("暂无意向"), "neutral"
    MISSED = "missed", N_("没有见成"), "warn"


mission_member = sa.Table(
    "mission_member",
    Model.metadata,
    sa.Column("mission_id", sa.ForeignKey("mission.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("user_id", sa.ForeignKey("user.id"), primary_key=True, index=True),
)


class Mission(Versioned, Model):
    __tablename__ = "mission"
    __table_args__ = (
        sa.Index("ix_mission_unit", "unit_id", "starts_on"),
        sa.Index("ix_mission_starts", "starts_on"),
        sa.Index("ix_mission_leader", "leader_id", "starts_on"),
        sa.CheckConstraint("starts_on <= ends_on", name="ends_after_it_starts"),
        sa.CheckConstraint("closed_on IS NULL OR cancelled_on IS NULL", name="closed_or_cancelled"),
    )

    kind: Mapped[MissionKind] = mapped_column(default=MissionKind.OUTGOING)
    title: Mapped[Line]
    purpose: Mapped[Text] = mapped_column(default="")
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date]
    results_by: Mapped[dt.date] = mapped_column(index=True)
    region_codes: Mapped[list[str]] = mapped_column(default=list)  # where to, provinces, cities or counties
    direction: Mapped[Direction | None]
    leader_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    others: Mapped[Line] = mapped_column(default="")  # who goes along and has no account
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)
    closed_on: Mapped[dt.date | None]
    summary: Mapped[Text] = mapped_column(default="")
    cancelled_on: Mapped[dt.date | None]
    why_cancelled: Mapped[Line] = mapped_column(default="")
    created_at: Mapped[dt.datetime] = mapped_column(default=clock.now)

    leader: Mapped[User | None] = relationship(foreign_keys=[leader_id])
    unit: Mapped[Unit] = relationship()
    owner: Mapped[User | None] = relationship(foreign_keys=[owner_id])
    members: Mapped[list[User]] = relationship(secondary=mission_member, order_by="User.id")
    stops: Mapped[list[Stop]] = relationship(back_populates="mission", order_by="Stop.position, Stop.id")

    @property
    def name(self) -> str:
        return self.title

    @property
    def days(self) -> Days:
        return Days(self.starts_on, self.ends_on, self.results_by)

    @property
    def phase(self) -> Phase:
        return phase_on(
            clock.today(),
            self.days,
            closed=self.closed_on is not None,
            cancelled=self.cancelled_on is not None,
        )

    @property
    def is_open(self) -> bool:
        return self.closed_on is None and self.cancelled_on is None

    @property
    def led_by(self) -> str:
        """Which leader of the district goes; empty where none does."""
        return self.leader.name if self.leader else ""

    def snapshot(self) -> dict[str, Any]:
        return super().snapshot() | {"members": [member.name for member in self.members]}


class Stop(Versioned, Model):
    __tablename__ = "mission_stop"
    __table_args__ = (
        sa.Index("ix_mission_stop_mission", "mission_id", "position"),
        sa.Index("ix_mission_stop_enterprise", "enterprise_id"),
        sa.Index("ix_mission_stop_follow", "follow_user_id", "follow_done_on", "follow_due_on"),
        sa.CheckConstraint("enterprise_id IS NOT NULL OR lead_id IS NOT NULL", name="somebody_is_seen"),
        sa.CheckConstraint("(outcome IS NULL) = (told_on IS NULL)", name="a_result_has_a_day"),
        sa.CheckConstraint(
            "follow_user_id IS NULL OR follow_due_on IS NOT NULL", name="a_follow_up_has_a_day"
        ),
        NEVER_AGAIN,
    )

    mission_id: Mapped[int] = mapped_column(sa.ForeignKey("mission.id"))
    # One firm twice in a mission, after a merge, is two visits that were made: nothing is lost.
    enterprise_id: Mapped[int | None] = mapped_column(sa.ForeignKey("enterprise.id"), info=moves())
    lead_id: Mapped[int | None] = mapped_column(sa.ForeignKey("lead.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    why: Mapped[Line] = mapped_column(default="")  # 拟谈事项, or why a lead is visited before it was judged
    outcome: Mapped[Outcome | None]
    told_on: Mapped[dt.date | None]
    result: Mapped[Text] = mapped_column(default="")
    contact_log_id: Mapped[int | None] = mapped_column(sa.ForeignKey("contact_log.id"), index=True)
    follow_user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    follow_step: Mapped[Line] = mapped_column(default="")
    follow_due_on: Mapped[dt.date | None]
    follow_done_on: Mapped[dt.date | None]
    follow_said: Mapped[Line] = mapped_column(default="")

    mission: Mapped[Mission] = relationship(back_populates="stops")
    enterprise: Mapped[Enterprise | None] = relationship()
    lead: Mapped[Lead | None] = relationship()
    contact_log: Mapped[ContactLog | None] = relationship()
    follow_user: Mapped[User | None] = relationship()

    @property
    def name(self) -> str:
        if self.enterprise:
            return self.enterprise.name
        return self.lead.company or self.lead.title if self.lead else ""

    @property
    def follow_up_open(self) -> bool:
        return self.follow_user_id is not None and self.follow_done_on is None
