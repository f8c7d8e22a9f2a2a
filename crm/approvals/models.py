"""An item a project has to have approved, its corrections, its agents; the catalogue it comes from; joint meetings."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.db import NEVER_AGAIN, Line, Model, Text, Versioned
from crm.delivery.models import KeyProject
from crm.lib import clock
from crm.lib.words import _
from crm.org.models import Unit, User

from .steps import Level, Step, WaitsFor, waits_for

# --- 审批事项目录 -----------------------------------------------------------------------------------------------


class Template(Versioned, Model):
    """What one kind of project needs. Projects keep a copy: a later change of the catalogue changes none of theirs."""

    __tablename__ = "approval_template"
    __table_args__ = (sa.UniqueConstraint("name"),)

    name: Mapped[Line]
    note: Mapped[Line] = mapped_column(default="")
    is_active: Mapped[bool] = mapped_column(default=True)

    items: Mapped[list[TemplateItem]] = relationship(
        back_populates="template",
        cascade="all, delete-orphan",
        order_by="TemplateItem.position, TemplateItem.id",
    )


template_item_after = sa.Table(
    "approval_template_after",
    Model.metadata,
    sa.Column("item_id", sa.ForeignKey("approval_template_item.id", ondelete="CASCADE"), primary_key=True),
    sa.Column(
        "after_id",
        sa.ForeignKey("approval_template_item.id", ondelete="CASCADE"),
        primary_key=True,
        index=True,
    ),
)


class TemplateItem(Versioned, Model):
    __tablename__ = "approval_template_item"
    __table_args__ = (
        sa.UniqueConstraint("template_id", "name"),
        sa.CheckConstraint("days > 0", name="promises_days"),
        NEVER_AGAIN,
    )

    template_id: Mapped[int] = mapped_column(sa.ForeignKey("approval_template.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(default=0)
    name: Mapped[Line]
    level: Mapped[Level] = mapped_column(default=Level.LOCAL)
    authority: Mapped[Line] = mapped_column(
        default=""
    )  # 审批部门, as it is called; of the district it is `unit`
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"))
    days: Mapped[int]  # 承诺工作日

    template: Mapped[Template] = relationship(back_populates="items")
    unit: Mapped[Unit | None] = relationship()
    after: Mapped[list[TemplateItem]] = relationship(
        secondary=template_item_after,
        primaryjoin=lambda: TemplateItem.id == template_item_after.c.item_id,
        secondaryjoin=lambda: TemplateItem.id == template_item_after.c.after_id,
        order_by=lambda: TemplateItem.position,
    )

    @property
    def by(self) -> str:
        return self.unit.name if self.unit else self.authority


# --- 审批事项 ---------------------------------------------------------------------------------------------------

approval_after = sa.Table(
    "approval_after",
    Model.metadata,
    sa.Column("approval_id", sa.ForeignKey("approval.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("after_id", sa.ForeignKey("approval.id", ondelete="CASCADE"), primary_key=True, index=True),
)
"""What has to be granted before an item; what is not named here runs side by side."""


class Approval(Versioned, Model):
    __tablename__ = "approval"
    __table_args__ = (
        sa.UniqueConstraint("project_id", "name"),
        sa.Index("ix_approval_step", "step", "project_id"),
        sa.Index("ix_approval_unit", "unit_id", "step"),
        sa.Index("ix_approval_decided", "decided_on"),
        sa.CheckConstraint("days > 0", name="promises_days"),
        sa.CheckConstraint("(step = 'not_started') = (accepted_on IS NULL)", name="begun_has_a_day"),
        sa.CheckConstraint("(step = 'done') = (decided_on IS NOT NULL)", name="done_has_a_day"),
        sa.CheckConstraint("decided_on IS NULL OR decided_on >= accepted_on", name="ends_after_it_begins"),
        NEVER_AGAIN,
    )

    project_id: Mapped[int] = mapped_column(sa.ForeignKey("key_project.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(default=0)
    name: Mapped[Line]
    level: Mapped[Level] = mapped_column(default=Level.LOCAL)
    authority: Mapped[Line] = mapped_column(default="")
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"))
    days: Mapped[int]  # 承诺工作日
    plan_on: Mapped[dt.date | None]  # 要求办结: what the project's own timetable wants
    step: Mapped[Step] = mapped_column(default=Step.NOT_STARTED)
    accepted_on: Mapped[dt.date | None]
    early_reason: Mapped[Line] = mapped_column(default="")  # 容缺受理: accepted before what goes before it
    decided_on: Mapped[dt.date | None]
    document_no: Mapped[Line] = mapped_column(default="")
    created_at: Mapped[dt.datetime] = mapped_column(default=clock.now)

    project: Mapped[KeyProject] = relationship()
    unit: Mapped[Unit | None] = relationship()
    after: Mapped[list[Approval]] = relationship(
        secondary=approval_after,
        primaryjoin=lambda: Approval.id == approval_after.c.approval_id,
        secondaryjoin=lambda: Approval.id == approval_after.c.after_id,
        order_by=lambda: Approval.position,
    )
    corrections: Mapped[list[Correction]] = relationship(
        back_populates="approval", cascade="all, delete-orphan", order_by="Correction.from_on, Correction.id"
    )
    agencies: Mapped[list[Agency]] = relationship(
        back_populates="approval", cascade="all, delete-orphan", order_by="Agency.from_on, Agency.id"
    )
    notes: Mapped[list[AgencyNote]] = relationship(
        back_populates="approval", cascade="all, delete-orphan", order_by="AgencyNote.on_day, AgencyNote.id"
    )
    rulings: Mapped[list[JointRuling]] = relationship(back_populates="approval", order_by="JointRuling.id")

    @property
    def by(self) -> str:
        """审批部门"""
        return self.unit.name if self.unit else self.authority

    @property
    def after_ids(self) -> list[int]:
        return [one.id for one in self.after]

    @property
    def open_before(self) -> list[Approval]:
        """What goes before it and is not granted yet."""
        return [one for one in self.after if one.step is not Step.DONE]

    @property
    def agency(self) -> Agency | None:
        """Who runs it through now."""
        return next((one for one in reversed(self.agencies) if one.to_on is None), None)

    @property
    def agent(self) -> User | None:
        return self.agency.agent if self.agency else None

    @property
    def lacks_agent(self) -> bool:
        """An upper item nobody runs through: flagged."""
        return self.level is Level.UPPER and self.step is not Step.DONE and self.agency is None

    @property
    def waits_for(self) -> WaitsFor | None:
        return waits_for(
            self.step, self.level, open_before=bool(self.open_before), has_agent=self.agency is not None
        )

    @property
    def waits_for_whom(self) -> str:
        """Their names."""
        match self.waits_for:
            case WaitsFor.BEFORE:
                return "、".join(one.name for one in self.open_before)
            case WaitsFor.OWNER:
                return self.project.owner_body
            case WaitsFor.AGENT:
                return self.agent.name if self.agent else ""
            case WaitsFor.AUTHORITY:
                return self.by
        return ""


class Correction(Model):
    """补正: asked for, and handed in. Its days do not count."""

    __tablename__ = "approval_correction"
    __table_args__ = (
        sa.Index(
            "ix_approval_correction_one_open", "approval_id", unique=True,
            sqlite_where=sa.text("to_on IS NULL"), postgresql_where=sa.text("to_on IS NULL"),
        ),
        sa.CheckConstraint("to_on IS NULL OR to_on >= from_on", name="ends_after_it_begins"),
    )  # fmt: skip

    approval_id: Mapped[int] = mapped_column(sa.ForeignKey("approval.id", ondelete="CASCADE"), index=True)
    from_on: Mapped[dt.date]
    to_on: Mapped[dt.date | None]
    what: Mapped[Text]

    approval: Mapped[Approval] = relationship(back_populates="corrections")


class Agency(Model):
    """代办委托: 「包报批、包协调、包对接、包落地」, one agent at a time. `to_on` is the last day."""

    __tablename__ = "approval_agency"
    __table_args__ = (
        sa.Index(
            "ix_approval_agency_one_now", "approval_id", unique=True,
            sqlite_where=sa.text("to_on IS NULL"), postgresql_where=sa.text("to_on IS NULL"),
        ),
        sa.Index("ix_approval_agency_agent", "agent_id", "to_on"),
        sa.CheckConstraint("to_on IS NULL OR to_on >= from_on", name="ends_after_it_begins"),
    )  # fmt: skip

    approval_id: Mapped[int] = mapped_column(sa.ForeignKey("approval.id", ondelete="CASCADE"), index=True)
    agent_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    from_on: Mapped[dt.date]
    to_on: Mapped[dt.date | None]
    reason: Mapped[Line] = mapped_column(default="")

    approval: Mapped[Approval] = relationship(back_populates="agencies")
    agent: Mapped[User] = relationship()


class AgencyNote(Model):
    """代办日志: what was done for the item on a day."""

    __tablename__ = "approval_note"

    approval_id: Mapped[int] = mapped_column(sa.ForeignKey("approval.id", ondelete="CASCADE"), index=True)
    on_day: Mapped[dt.date]
    text: Mapped[Text]
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[dt.datetime] = mapped_column(default=clock.now)

    approval: Mapped[Approval] = relationship(back_populates="notes")
    author: Mapped[User | None] = relationship()


# --- 联席会议 ---------------------------------------------------------------------------------------------------


class JointMeeting(Versioned, Model):
    __tablename__ = "joint_meeting"
    __table_args__ = (sa.Index("ix_joint_meeting_held", "held_on"),)

    held_on: Mapped[dt.date]
    place: Mapped[Line] = mapped_column(default="")
    chair_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    present: Mapped[Text] = mapped_column(default="")  # 参加单位和人员
    note: Mapped[Text] = mapped_column(default="")
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)  # 召集单位
    created_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    created_at: Mapped[dt.datetime] = mapped_column(default=clock.now)

    chair: Mapped[User | None] = relationship(foreign_keys=[chair_id])
    unit: Mapped[Unit] = relationship()
    rulings: Mapped[list[JointRuling]] = relationship(
        back_populates="meeting", cascade="all, delete-orphan", order_by="JointRuling.id"
    )

    @property
    def name(self) -> str:
        return _("%(day)s 联席会议", day=self.held_on.isoformat())


class JointRuling(Versioned, Model):
    """议定事项: what was settled about one item, who does it and until when."""

    __tablename__ = "joint_ruling"
    __table_args__ = (
        sa.Index("ix_joint_ruling_open", "done_on", "due_on"),
        sa.CheckConstraint("days IS NULL OR days > 0", name="promises_days"),
    )

    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("joint_meeting.id", ondelete="CASCADE"), index=True)
    approval_id: Mapped[int] = mapped_column(sa.ForeignKey("approval.id", ondelete="CASCADE"), index=True)
    decision: Mapped[Text]
    who: Mapped[Line] = mapped_column(default="")  # 落实单位
    due_on: Mapped[dt.date | None]
    days: Mapped[int | None]  # the promise from then on, where the meeting shortened it
    done_on: Mapped[dt.date | None]
    result: Mapped[Line] = mapped_column(default="")

    meeting: Mapped[JointMeeting] = relationship(back_populates="rulings")
    approval: Mapped[Approval] = relationship(back_populates="rulings")

    @property
    def name(self) -> str:
        return self.approval.name
