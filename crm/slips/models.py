"""A problem of a project or a deal on its way from 待汇总 to 已销号, the round it was assigned in, and every step of it."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.db import NEVER_AGAIN, Line, Model, Text, Versioned
from crm.deals.models import Deal
from crm.delivery.models import KeyProject
from crm.lib import clock
from crm.lib.words import _
from crm.org.models import Unit, User

from .states import ASSIGNED, OVER, Body, Level, Obstacle, RemarkState, SlipState, StepKind, is_late

slip_co_unit = sa.Table(
    "slip_co_unit",
    Model.metadata,
    sa.Column("slip_id", sa.ForeignKey("slip.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("unit_id", sa.ForeignKey("unit.id"), primary_key=True),
    sa.Index("ix_slip_co_unit_unit", "unit_id"),
)


class SlipRound(Versioned, Model):
    """One 汇总: every problem raised by its last day stands on it, and none comes or goes after."""

    __tablename__ = "slip_round"
    __table_args__ = (
        sa.CheckConstraint("first_on <= last_on", name="begins_before_it_ends"),
        sa.CheckConstraint("met_on IS NULL OR minutes <> ''", name="a_meeting_has_minutes"),
    )

    first_on: Mapped[dt.date]
    last_on: Mapped[dt.date] = mapped_column(unique=True)
    drawn_up_at: Mapped[dt.datetime] = mapped_column(default=clock.business_now)
    drawn_up_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))  # None: the house, by itself
    met_on: Mapped[dt.date | None]  # 协调会
    place: Mapped[Line] = mapped_column(default="")
    chair: Mapped[Line] = mapped_column(default="")
    present: Mapped[Text] = mapped_column(default="")
    minutes: Mapped[Text] = mapped_column(default="")

    drawn_up_by: Mapped[User | None] = relationship()
    slips: Mapped[list[Slip]] = relationship(
        back_populates="round", order_by="Slip.serial", viewonly=True, sync_backref=False
    )

    @property
    def name(self) -> str:
        return _("%(day)s 期", day=self.last_on.isoformat())


class Slip(Versioned, Model):
    """Its number comes with the frozen list; what the problem is does not change after that."""

    __tablename__ = "slip"
    __table_args__ = (
        sa.UniqueConstraint("year", "serial"),
        sa.Index("ix_slip_state", "state", "due_on"),
        sa.Index("ix_slip_unit", "unit_id", "state"),
        sa.Index("ix_slip_leader", "leader_id", "state"),
        sa.CheckConstraint("project_id IS NOT NULL OR deal_id IS NOT NULL", name="is_about_something"),
        sa.CheckConstraint("problem <> ''", name="says_what"),
        sa.CheckConstraint(
            f"state NOT IN ({', '.join(repr(one.value) for one in ASSIGNED)})"
            " OR (unit_id IS NOT NULL AND due_on IS NOT NULL AND issued_on IS NOT NULL)",
            name="assigned_has_unit_and_term",
        ),
        sa.CheckConstraint("(state = 'settled') = (settled_on IS NOT NULL)", name="settled_has_a_day"),
        NEVER_AGAIN,
    )

    project_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("key_project.id", ondelete="CASCADE"), index=True
    )
    deal_id: Mapped[int | None] = mapped_column(sa.ForeignKey("deal.id", ondelete="CASCADE"), index=True)
    subject: Mapped[Line]  # what it was called when the problem was raised
    obstacle: Mapped[Obstacle]
    problem: Mapped[Text]
    wanted: Mapped[Text] = mapped_column(default="")  # 建议怎么解决
    raised_unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    raised_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    raised_on: Mapped[dt.date] = mapped_column(default=clock.today)

    state: Mapped[SlipState] = mapped_column(default=SlipState.RAISED)
    level: Mapped[Level] = mapped_column(default=Level.UNIT)
    up_on: Mapped[dt.date | None]  # when it last went up a level
    round_id: Mapped[int | None] = mapped_column(sa.ForeignKey("slip_round.id"), index=True)
    year: Mapped[int | None]
    serial: Mapped[int | None]
    number: Mapped[Line] = mapped_column(default="")

    unit_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("unit.id")
    )  # 责任单位, before 交办 the one proposed
    leader_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))  # 牵头领导
    demand: Mapped[Text] = mapped_column(default="")  # 交办要求
    issued_on: Mapped[dt.date | None]
    first_due_on: Mapped[dt.date | None]  # as it was issued; due_on moves with approved postponements
    due_on: Mapped[dt.date | None]
    asked_until_on: Mapped[dt.date | None]  # a postponement that nobody has answered yet
    result: Mapped[Text] = mapped_column(default="")
    settled_on: Mapped[dt.date | None]

    project: Mapped[KeyProject | None] = relationship()
    deal: Mapped[Deal | None] = relationship()
    raised_unit: Mapped[Unit] = relationship(foreign_keys=[raised_unit_id])
    raised_by: Mapped[User | None] = relationship(foreign_keys=[raised_by_id])
    round: Mapped[SlipRound | None] = relationship(back_populates="slips")
    unit: Mapped[Unit | None] = relationship(foreign_keys=[unit_id])
    leader: Mapped[User | None] = relationship(foreign_keys=[leader_id])
    co_units: Mapped[list[Unit]] = relationship(secondary=slip_co_unit, order_by=Unit.id)
    steps: Mapped[list[SlipStep]] = relationship(
        back_populates="slip", cascade="all, delete-orphan", order_by="SlipStep.id"
    )

    @property
    def name(self) -> str:
        """Its number, before there is one what it is about."""
        return self.number or f"{self.subject}：{self.problem.splitlines()[0][:60]}"

    @property
    def assigned_unit_ids(self) -> set[int]:
        """Those who have to solve it, and therefore may not settle it."""
        return {one for one in (self.unit_id, *(unit.id for unit in self.co_units)) if one}

    @property
    def is_late(self) -> bool:
        return is_late(self.state, self.due_on, clock.today())

    @property
    def days_left(self) -> int | None:
        """Negative when it is late; None for what is not assigned or is over."""
        return (self.due_on - clock.today()).days if self.due_on and self.state.is_open else None

    @property
    def is_put_off(self) -> bool:
        return self.due_on != self.first_due_on


class SlipStep(Model):
    """What happened, as it was said then. Evidence hangs on the step that it came with."""

    __tablename__ = "slip_step"

    slip_id: Mapped[int] = mapped_column(sa.ForeignKey("slip.id", ondelete="CASCADE"), index=True)
    kind: Mapped[StepKind]
    on_day: Mapped[dt.date] = mapped_column(default=clock.today)
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))  # None: the house, by its rule
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"))
    text: Mapped[Text] = mapped_column(default="")
    until_on: Mapped[dt.date | None]  # the term that was asked for or set
    level: Mapped[Level | None]  # where it went up to
    at: Mapped[dt.datetime] = mapped_column(default=clock.business_now)

    slip: Mapped[Slip] = relationship(back_populates="steps")
    actor: Mapped[User | None] = relationship(foreign_keys=[actor_id])
    unit: Mapped[Unit | None] = relationship(foreign_keys=[unit_id])


class Inspection(Versioned, Model):
    """Somebody came to look at projects, and said what he thought of them."""

    __tablename__ = "inspection"

    on_day: Mapped[dt.date] = mapped_column(index=True)
    body: Mapped[Body]
    title: Mapped[Line]
    present: Mapped[Text] = mapped_column(default="")
    unit_id: Mapped[int] = mapped_column(
        sa.ForeignKey("unit.id"), index=True
    )  # 登记单位: it answers to the visitors
    entered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))

    unit: Mapped[Unit] = relationship()
    remarks: Mapped[list[Remark]] = relationship(
        back_populates="inspection", cascade="all, delete-orphan", order_by="Remark.id"
    )

    @property
    def name(self) -> str:
        return self.title


class Remark(Versioned, Model):
    """One thing that was said. What can be solved becomes a slip; what came of it is told to who said it."""

    __tablename__ = "inspection_remark"
    __table_args__ = (
        sa.CheckConstraint("(answered_on IS NULL) = (answer = '')", name="an_answer_has_a_day"),
        sa.CheckConstraint("slip_id IS NULL OR project_id IS NOT NULL", name="a_slip_is_about_its_project"),
    )

    inspection_id: Mapped[int] = mapped_column(sa.ForeignKey("inspection.id", ondelete="CASCADE"), index=True)
    project_id: Mapped[int | None] = mapped_column(sa.ForeignKey("key_project.id"), index=True)
    text: Mapped[Text]
    slip_id: Mapped[int | None] = mapped_column(sa.ForeignKey("slip.id"), index=True)
    answer: Mapped[Text] = mapped_column(default="")
    answered_on: Mapped[dt.date | None]

    inspection: Mapped[Inspection] = relationship(back_populates="remarks")
    project: Mapped[KeyProject | None] = relationship()
    slip: Mapped[Slip | None] = relationship()

    @property
    def name(self) -> str:
        return self.text.splitlines()[0][:60]

    @property
    def state(self) -> RemarkState:
        if self.answered_on:
            return RemarkState.ANSWERED
        return RemarkState.REFERRED if self.slip_id else RemarkState.REGISTERED

    @property
    def is_ready(self) -> bool:
        """Its slip is over, and nobody has told who said it."""
        return not self.answered_on and self.slip is not None and self.slip.state in OVER
