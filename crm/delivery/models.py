"""A key project (重点建设项目), who drives it, its milestones, its years, the lists it stands on, what happened on site."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.db import NEVER_AGAIN, Line, Model, Text, Versioned, Wan, WanAmount
from crm.deals.models import Deal
from crm.lib import clock
from crm.lib.enums import Labelled
from crm.lib.words import N_
from crm.merchants.models import Direction
from crm.org.models import Unit, User
from crm.reserve.models import ReserveItem

from . import timetable
from .status import BuildKind, NodeKind, Status, VisitKind
from .weeks import percent


class KeyProject(Versioned, Model):
    """Not a deal: many have no investor at all, and a deal may become none or several of them."""

    __tablename__ = "key_project"
    __table_args__ = (
        sa.Index("ix_key_project_status", "status", "status_since"),
        sa.CheckConstraint("planned_wan IS NULL OR planned_wan >= 0", name="planned_not_negative"),
        sa.CheckConstraint(
            "is_productive OR status IN ('not_started', 'building', 'completed')",
            name="produces_or_ends_built",
        ),
        NEVER_AGAIN,
    )

    name: Mapped[Line] = mapped_column(index=True)
    content: Mapped[Text] = mapped_column(default="")
    place: Mapped[Line] = mapped_column(default="")
    direction: Mapped[Direction | None]
    is_productive: Mapped[bool] = mapped_column(default=True)  # 适用投产; a road is not
    planned_wan: Mapped[Decimal | None] = mapped_column(Wan)  # 计划总投资
    status: Mapped[Status] = mapped_column(default=Status.NOT_STARTED)
    status_since: Mapped[dt.date] = mapped_column(default=clock.today)

    # 四位一体 beside the leader, who is a row of his own: Sponsorship
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"), index=True)  # 责任单位
    task_force: Mapped[Line] = mapped_column(default="")  # 工作专班
    task_force_members: Mapped[Text] = mapped_column(default="")
    owner_body: Mapped[Line] = mapped_column(default="")  # 项目业主 (项目主体)

    deal_id: Mapped[int | None] = mapped_column(sa.ForeignKey("deal.id"), index=True)
    reserve_item_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("reserve_item.id"), unique=True
    )  # 谋划项目
    entered_unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)  # 建档单位
    entered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    created_at: Mapped[dt.datetime] = mapped_column(default=clock.now)

    unit: Mapped[Unit | None] = relationship(foreign_keys=[unit_id])
    entered_unit: Mapped[Unit] = relationship(foreign_keys=[entered_unit_id])
    deal: Mapped[Deal | None] = relationship()
    plan: Mapped[ReserveItem | None] = relationship()
    years: Mapped[list[ProjectYear]] = relationship(
        back_populates="project", cascade="all, delete-orphan", order_by="ProjectYear.year"
    )
    sponsorships: Mapped[list[Sponsorship]] = relationship(
        back_populates="project", cascade="all, delete-orphan", order_by="Sponsorship.from_on, Sponsorship.id"
    )
    milestones: Mapped[list[Milestone]] = relationship(
        back_populates="project", cascade="all, delete-orphan", order_by="Milestone.id"
    )
    places: Mapped[list[ListEntry]] = relationship(back_populates="project", cascade="all, delete-orphan")
    moves: Mapped[list[ProjectMove]] = relationship(
        back_populates="project", cascade="all, delete-orphan", order_by="ProjectMove.id"
    )
    visits: Mapped[list[SiteVisit]] = relationship(
        back_populates="project", cascade="all, delete-orphan", order_by="SiteVisit.on_day, SiteVisit.id"
    )

    @property
    def sponsorship(self) -> Sponsorship | None:
        """Who leads it now."""
        return next((one for one in reversed(self.sponsorships) if one.to_on is None), None)

    @property
    def leader(self) -> User | None:
        return self.sponsorship.leader if self.sponsorship else None

    def in_year(self, year: int) -> ProjectYear | None:
        return next((one for one in self.years if one.year == year), None)

    @property
    def done_wan(self) -> Decimal | None:
        """自开工累计完成投资: of all years that are written down."""
        return sum((one.done_wan for one in self.years), Decimal(0)) if self.years else None

    @property
    def lists_now(self) -> list[ListEntry]:
        return sorted(
            (one for one in self.places if not one.is_dropped),
            key=lambda one: (-one.project_list.year, one.list_id),
        )

    @property
    def route(self) -> list[Milestone]:
        return timetable.in_order(self.milestones)  # type: ignore[return-value]

    @property
    def lacks(self) -> list[timetable.Paper]:
        """Which of 时间表, 责任书, 路线图."""
        return timetable.lacking(self.milestones)

    @property
    def empty_seats(self) -> list[Seat]:
        """Which of the four are not filled."""
        filled = {
            Seat.LEADER: self.sponsorship is not None,
            Seat.UNIT: self.unit_id is not None,
            Seat.TASK_FORCE: bool(self.task_force),
            Seat.OWNER: bool(self.owner_body),
        }
        return [seat for seat in Seat if not filled[seat]]


class Seat(Labelled):
    """「一名区领导、一个责任单位、一套专门工作班子、一个项目主体“四位一体、一抓到底”」"""

    LEADER = "leader", N_("挂联领导"), "bad"
    UNIT = "unit", N_("责任单位"), "bad"
    TASK_FORCE = "task_force", N_("工作专班"), "bad"
    OWNER = "owner", N_("项目业主"), "bad"


class ProjectYear(Model):
    """What a project is in one year: new or carried on, planned and done."""

    __tablename__ = "project_year"
    __table_args__ = (
        sa.UniqueConstraint("project_id", "year"),
        sa.Index("ix_project_year_kind", "year", "build_kind"),
        sa.CheckConstraint("planned_wan >= 0 AND done_wan >= 0", name="amounts_not_negative"),
        NEVER_AGAIN,
    )

    project_id: Mapped[int] = mapped_column(sa.ForeignKey("key_project.id", ondelete="CASCADE"))
    year: Mapped[int]
    build_kind: Mapped[BuildKind]
    planned_wan: Mapped[WanAmount] = mapped_column(default=Decimal(0))  # 年度计划投资
    done_wan: Mapped[WanAmount] = mapped_column(default=Decimal(0))  # 年度完成投资

    project: Mapped[KeyProject] = relationship(back_populates="years")

    @property
    def percent(self) -> Decimal:
        return percent(self.done_wan, self.planned_wan)


class Sponsorship(Model):
    """挂联: one leader for a time. `post` is his office then, whatever he holds later. `to_on` is the last day."""

    __tablename__ = "sponsorship"
    __table_args__ = (
        sa.Index(
            "ix_sponsorship_one_now", "project_id", unique=True,
            sqlite_where=sa.text("to_on IS NULL"), postgresql_where=sa.text("to_on IS NULL"),
        ),
        sa.Index("ix_sponsorship_leader", "leader_id", "to_on"),
        sa.CheckConstraint("to_on IS NULL OR to_on >= from_on", name="ends_after_it_begins"),
        NEVER_AGAIN,
    )  # fmt: skip

    project_id: Mapped[int] = mapped_column(sa.ForeignKey("key_project.id", ondelete="CASCADE"), index=True)
    leader_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    post: Mapped[Line] = mapped_column(default="")
    from_on: Mapped[dt.date]
    to_on: Mapped[dt.date | None]
    reason: Mapped[Line] = mapped_column(default="")

    project: Mapped[KeyProject] = relationship(back_populates="sponsorships")
    leader: Mapped[User] = relationship()

    def covers(self, day: dt.date) -> bool:
        return self.from_on <= day and (self.to_on is None or day <= self.to_on)


milestone_after = sa.Table(
    "milestone_after",
    Model.metadata,
    sa.Column("milestone_id", sa.ForeignKey("milestone.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("after_id", sa.ForeignKey("milestone.id", ondelete="CASCADE"), primary_key=True, index=True),
)
"""What goes before a milestone: it is under way once all of these are done."""


class Milestone(Versioned, Model):
    """节点. The baseline is the first plan and stays; the plan may be changed with a reason; the forecast is free."""

    __tablename__ = "milestone"
    __table_args__ = (
        sa.Index("ix_milestone_plan", "kind", "plan_on"),
        sa.Index("ix_milestone_open", "actual_on", "plan_on"),
        NEVER_AGAIN,
    )

    project_id: Mapped[int] = mapped_column(sa.ForeignKey("key_project.id", ondelete="CASCADE"), index=True)
    kind: Mapped[NodeKind] = mapped_column(default=NodeKind.OTHER)
    name: Mapped[Line]
    baseline_on: Mapped[dt.date | None]
    plan_on: Mapped[dt.date | None]
    forecast_on: Mapped[dt.date | None]
    actual_on: Mapped[dt.date | None]
    person: Mapped[Line] = mapped_column(default="")  # 责任人
    signed_on: Mapped[dt.date | None]  # the day he signed the 责任书

    project: Mapped[KeyProject] = relationship(back_populates="milestones")
    after: Mapped[list[Milestone]] = relationship(
        secondary=milestone_after,
        primaryjoin=lambda: Milestone.id == milestone_after.c.milestone_id,
        secondaryjoin=lambda: Milestone.id == milestone_after.c.after_id,
        order_by=lambda: Milestone.id,
    )

    @property
    def title(self) -> str:
        """Its name; one that is called like its kind is called so in the reader's language."""
        return self.kind.label if self.name == self.kind.msgid else self.name

    @property
    def after_ids(self) -> list[int]:
        return [one.id for one in self.after]


class ProjectMove(Model):
    """One change of status, written once."""

    __tablename__ = "project_move"
    __table_args__ = (sa.Index("ix_project_move_status", "to_status", "on_day"), NEVER_AGAIN)

    project_id: Mapped[int] = mapped_column(sa.ForeignKey("key_project.id", ondelete="CASCADE"), index=True)
    from_status: Mapped[Status | None]
    to_status: Mapped[Status]
    on_day: Mapped[dt.date]
    at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    reason: Mapped[Text] = mapped_column(default="")

    project: Mapped[KeyProject] = relationship(back_populates="moves")
    actor: Mapped[User | None] = relationship()

    @property
    def is_back(self) -> bool:
        return self.from_status is not None and self.to_status.order < self.from_status.order


class SiteVisit(Versioned, Model):
    """一线督办 / 协调 / 攻坚. The leader is the one of that day: a later change of leader changes nothing here."""

    __tablename__ = "site_visit"
    __table_args__ = (sa.Index("ix_site_visit_leader", "leader_id", "on_day"), NEVER_AGAIN)

    project_id: Mapped[int] = mapped_column(sa.ForeignKey("key_project.id", ondelete="CASCADE"), index=True)
    kind: Mapped[VisitKind]
    on_day: Mapped[dt.date]
    place: Mapped[Line] = mapped_column(default="")
    leader_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    present: Mapped[Line] = mapped_column(default="")  # who came along, in words
    decision: Mapped[Text]
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[dt.datetime] = mapped_column(default=clock.now)

    project: Mapped[KeyProject] = relationship(back_populates="visits")
    leader: Mapped[User | None] = relationship(foreign_keys=[leader_id])
    author: Mapped[User | None] = relationship(foreign_keys=[author_id])


class ProgressEntry(Versioned, Model):
    """周报: one for each week; the amount is the year's so far, so that a week left out loses nothing."""

    __tablename__ = "progress_entry"
    __table_args__ = (sa.UniqueConstraint("project_id", "week_on"), NEVER_AGAIN)

    project_id: Mapped[int] = mapped_column(sa.ForeignKey("key_project.id", ondelete="CASCADE"))
    week_on: Mapped[dt.date] = mapped_column(index=True)  # its Monday
    progress: Mapped[Text]  # 形象进度
    done_wan: Mapped[WanAmount]  # 本年累计完成投资
    problem: Mapped[Text] = mapped_column(default="")
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[dt.datetime] = mapped_column(default=clock.now)

    project: Mapped[KeyProject] = relationship()
    author: Mapped[User | None] = relationship()


class ProjectList(Versioned, Model):
    """项目名单 of one kind and year. Once issued it is changed by numbered amendments only."""

    __tablename__ = "project_list"
    __table_args__ = (sa.UniqueConstraint("kind", "year"), NEVER_AGAIN)

    kind: Mapped[Line]  # one of the kinds in the settings then
    year: Mapped[int]
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))  # 编制单位
    document_no: Mapped[Line] = mapped_column(default="")  # 文号
    issued_on: Mapped[dt.date | None]
    created_at: Mapped[dt.datetime] = mapped_column(default=clock.now)

    unit: Mapped[Unit] = relationship()
    entries: Mapped[list[ListEntry]] = relationship(
        back_populates="project_list", cascade="all, delete-orphan", order_by="ListEntry.id"
    )
    amendments: Mapped[list[Amendment]] = relationship(
        back_populates="project_list", cascade="all, delete-orphan", order_by="Amendment.number"
    )

    @property
    def name(self) -> str:
        return f"{self.year} {self.kind}"


class ListEntry(Model):
    """A project on a list, with the yearly plan the list was issued with. One that was dropped stays, marked."""

    __tablename__ = "list_entry"
    __table_args__ = (sa.UniqueConstraint("list_id", "project_id"), NEVER_AGAIN)

    list_id: Mapped[int] = mapped_column(sa.ForeignKey("project_list.id", ondelete="CASCADE"))
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("key_project.id", ondelete="CASCADE"), index=True)
    planned_wan: Mapped[WanAmount] = mapped_column(default=Decimal(0))
    is_dropped: Mapped[bool] = mapped_column(default=False)

    project_list: Mapped[ProjectList] = relationship(back_populates="entries")
    project: Mapped[KeyProject] = relationship(back_populates="places")


class AmendAct(Labelled):
    ADD = "add", N_("调入"), "good"
    DROP = "drop", N_("调出"), "warn"
    PLAN = "plan", N_("调整年度计划"), "info"


class Amendment(Model):
    """第 n 号调整 of an issued list."""

    __tablename__ = "amendment"
    __table_args__ = (sa.UniqueConstraint("list_id", "number"), NEVER_AGAIN)

    list_id: Mapped[int] = mapped_column(sa.ForeignKey("project_list.id", ondelete="CASCADE"))
    number: Mapped[int]
    on_day: Mapped[dt.date]
    document_no: Mapped[Line] = mapped_column(default="")
    reason: Mapped[Text]
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[dt.datetime] = mapped_column(default=clock.now)

    project_list: Mapped[ProjectList] = relationship(back_populates="amendments")
    actor: Mapped[User | None] = relationship()
    changes: Mapped[list[AmendmentChange]] = relationship(
        back_populates="amendment", cascade="all, delete-orphan", order_by="AmendmentChange.id"
    )


class AmendmentChange(Model):
    __tablename__ = "amendment_change"
    __table_args__ = (NEVER_AGAIN,)

    amendment_id: Mapped[int] = mapped_column(sa.ForeignKey("amendment.id", ondelete="CASCADE"), index=True)
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("key_project.id", ondelete="CASCADE"), index=True)
    act: Mapped[AmendAct]
    before_wan: Mapped[Decimal | None] = mapped_column(Wan)
    after_wan: Mapped[Decimal | None] = mapped_column(Wan)

    amendment: Mapped[Amendment] = relationship(back_populates="changes")
    project: Mapped[KeyProject] = relationship()
