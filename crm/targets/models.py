"""A task with its five, and the tree of its targets: of the whole, of a unit, of a person."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.db import NEVER_AGAIN, Line, Model, Text, Versioned, Wan, WanAmount
from crm.indicators.models import OwnIndicator
from crm.indicators.progress import Window
from crm.lib import clock
from crm.lib.enums import Labelled
from crm.lib.words import N_
from crm.org.models import Unit, User

from .clear import Clear, lacking
from .parts import gap


class TaskState(Labelled):
    DRAFT = "draft", N_("草案"), "neutral"
    ISSUED = "issued", N_("执行中"), "info"
    CLOSED = "closed", N_("已冻结"), "neutral"


class WorkTask(Versioned, Model):
    """目标任务. Its period is the period of all its targets."""

    __tablename__ = "work_task"
    __table_args__ = (
        sa.Index("ix_work_task_period", "first_on", "last_on"),
        sa.Index("ix_work_task_unit", "unit_id", "state"),
        sa.CheckConstraint("last_on > first_on", name="ends_after_it_begins"),
        sa.CheckConstraint(
            "state = 'draft' OR (goal <> '' AND focus <> '' AND measures <> '' AND schedule <> ''"
            " AND owner_id IS NOT NULL AND issued_on IS NOT NULL)",
            name="issued_says_the_five",
        ),
        NEVER_AGAIN,
    )

    name: Mapped[Line]
    first_on: Mapped[dt.date]
    last_on: Mapped[dt.date]
    goal: Mapped[Text] = mapped_column(default="")  # 目标
    focus: Mapped[Text] = mapped_column(default="")  # 重点
    measures: Mapped[Text] = mapped_column(default="")  # 措施
    schedule: Mapped[Text] = mapped_column(default="")  # 进度
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)  # 责任人
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))  # 牵头单位
    document_no: Mapped[Line] = mapped_column(default="")  # 文号
    state: Mapped[TaskState] = mapped_column(default=TaskState.DRAFT)
    issued_on: Mapped[dt.date | None]
    closed_on: Mapped[dt.date | None]
    created_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    created_at: Mapped[dt.datetime] = mapped_column(default=clock.now)

    owner: Mapped[User | None] = relationship(foreign_keys=[owner_id])
    unit: Mapped[Unit] = relationship()
    targets: Mapped[list[Target]] = relationship(
        back_populates="task", cascade="all, delete-orphan", order_by="Target.id"
    )

    @property
    def period(self) -> Window:
        return Window(self.first_on, self.last_on)

    @property
    def lacks(self) -> list[Clear]:
        """Which of 五明确 it does not say yet."""
        return lacking(goal=self.goal, focus=self.focus, measures=self.measures, schedule=self.schedule,
                       person=self.owner_id)  # fmt: skip

    @property
    def roots(self) -> list[Target]:
        return [one for one in self.targets if one.parent_id is None]


class Target(Versioned, Model):
    """One indicator of a task, or the part of it that a unit or a person has taken on."""

    __tablename__ = "target"
    __table_args__ = (
        sa.UniqueConstraint("parent_id", "unit_id", "person_id"),
        sa.Index("ix_target_unit", "unit_id", "person_id"),
        sa.Index("ix_target_indicator", "indicator", "parent_id"),
        sa.CheckConstraint("amount > 0", name="asks_for_something"),
        sa.CheckConstraint("stretch IS NULL OR stretch >= amount", name="stretch_is_more"),
        sa.CheckConstraint("person_id IS NULL OR parent_id IS NOT NULL", name="a_person_has_a_part"),
        NEVER_AGAIN,
    )

    task_id: Mapped[int] = mapped_column(sa.ForeignKey("work_task.id", ondelete="CASCADE"), index=True)
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("target.id", ondelete="CASCADE"))
    indicator: Mapped[str] = mapped_column(sa.String(64))  # its key in the catalogue; of a part the whole's
    own_indicator_id: Mapped[int | None] = mapped_column(sa.ForeignKey("own_indicator.id"), index=True)
    scope: Mapped[Line] = mapped_column(default="")  # 口径, beside the indicator's own
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"))  # none: the district
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)
    amount: Mapped[WanAmount]  # 目标: 万元, 万美元, 个 or 亩, as the indicator measures
    stretch: Mapped[Decimal | None] = mapped_column(Wan)  # 力争
    closed_actual: Mapped[Decimal | None] = mapped_column(Wan)  # as it stood when the task was frozen

    task: Mapped[WorkTask] = relationship(back_populates="targets")
    parent: Mapped[Target | None] = relationship(remote_side="Target.id", back_populates="parts")
    parts: Mapped[list[Target]] = relationship(
        back_populates="parent", order_by="Target.id", cascade="all, delete-orphan"
    )
    unit: Mapped[Unit | None] = relationship()
    person: Mapped[User | None] = relationship()
    own_indicator: Mapped[OwnIndicator | None] = relationship()

    @property
    def name(self) -> str:
        """For the trail: whose part of what."""
        whose = self.person.name if self.person else self.unit.name if self.unit else ""
        return f"{self.task.name} {self.indicator} {whose}".strip()

    @property
    def gap(self) -> Decimal:
        """What its parts are short of it; 0 where it is not split."""
        return gap(self.amount, [part.amount for part in self.parts])
