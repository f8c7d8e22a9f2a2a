"""A report of a period, and what of it was published. A published edition never changes."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.db import NEVER_AGAIN, Line, Model, Text, Versioned
from crm.lib import clock
from crm.lib.enums import Labelled
from crm.lib.words import N_
from crm.org.models import Unit, User

from .appraisal import Scheme
from .periods import ReportKind


class ReportState(Labelled):
    DRAFT = "draft", N_("起草中"), "neutral"
    CHECKING = "checking", N_("待审核"), "warn"
    CHECKED = "checked", N_("待发布"), "info"
    PUBLISHED = "published", N_("已发布"), "good"


class Correction(Labelled):
    """How far the next version of a published report is: the three states before publication, by the same values."""

    DRAFT = "draft", N_("更正起草中"), "neutral"
    CHECKING = "checking", N_("更正待审核"), "warn"
    CHECKED = "checked", N_("更正待发布"), "info"


class Section(Labelled):
    """What a report may hold, in this order."""

    FIGURES = "figures", N_("主要指标")
    RANKS = "ranks", N_("各单位完成情况")
    SCORES = "scores", N_("各单位考核得分")
    STAGES = "stages", N_("在手项目")
    SIGNED = "signed", N_("新签约项目")
    TALKS = "talks", N_("在谈亿元以上项目")
    STARTS = "starts", N_("开工率和未开工项目")
    PROBLEMS = "problems", N_("存在问题")
    NEXT = "next", N_("下一步打算")


class Outline(Versioned, Model):
    """提纲: which sections and indicators the reports of a kind have from now on. Without one the house's own holds."""

    __tablename__ = "report_outline"

    kind: Mapped[ReportKind] = mapped_column(unique=True)
    sections: Mapped[list[Any]]
    indicators: Mapped[list[Any]]  # keys of the catalogue, in order
    ranked: Mapped[list[Any]]  # those of them that are told unit by unit

    @property
    def name(self) -> str:
        return self.kind.msgid


class AppraisalScheme(Model):
    """A version of the yearly scoring after the first, which is appraisal.FIRST."""

    __tablename__ = "appraisal_scheme"
    __final__ = frozenset({"number", "items", "cap", "once", "reason"})
    __table_args__ = (
        sa.UniqueConstraint("number"),
        sa.CheckConstraint("number > 1", name="after_the_first"),
        sa.CheckConstraint("cap >= 100", name="cap_reaches_the_target"),
        NEVER_AGAIN,
    )

    number: Mapped[int]
    items: Mapped[list[Any]]  # [key of an indicator, weight], the weights adding up to 100
    cap: Mapped[int]
    once: Mapped[bool] = mapped_column(default=True)  # 一个项目两年内只考核一次
    reason: Mapped[Text]
    actor_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[dt.datetime] = mapped_column(default=clock.business_now)

    actor: Mapped[User] = relationship()

    @property
    def name(self) -> str:
        return str(self.number)

    @property
    def scheme(self) -> Scheme:
        return Scheme.of(self.number, self.cap, self.items, self.once)

    def plain(self) -> list[list[Any]]:
        return self.items


class Report(Versioned, Model):
    __tablename__ = "report"
    __table_args__ = (
        sa.UniqueConstraint("kind", "year", "number"),
        sa.Index("ix_report_last_on", "last_on", "id"),
        sa.CheckConstraint("first_on <= last_on", name="in_order"),
        sa.CheckConstraint(
            "state NOT IN ('checked', 'published') OR checked_by_id IS NOT NULL", name="checked_by_somebody"
        ),
    )

    kind: Mapped[ReportKind]
    year: Mapped[int]
    number: Mapped[int]  # the month, the quarter or the week (ISO 8601) of the year
    first_on: Mapped[dt.date]
    last_on: Mapped[dt.date]
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))  # who tells it
    state: Mapped[ReportState] = mapped_column(default=ReportState.DRAFT, index=True)
    opening: Mapped[Text] = mapped_column(default="")
    problems: Mapped[Text] = mapped_column(default="")
    next_steps: Mapped[Text] = mapped_column(default="")
    drafted_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    created_at: Mapped[dt.datetime] = mapped_column(default=clock.business_now)
    checked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    returned: Mapped[Line] = mapped_column(default="")  # why it was given back to whoever drafts it
    correction: Mapped[Line] = mapped_column(default="")  # why a published one is made anew

    unit: Mapped[Unit] = relationship()
    drafted_by: Mapped[User] = relationship(foreign_keys=drafted_by_id)
    checked_by: Mapped[User | None] = relationship(foreign_keys=checked_by_id)
    editions: Mapped[list[Edition]] = relationship(
        back_populates="report", order_by="Edition.number", cascade="all, delete-orphan"
    )

    @property
    def name(self) -> str:
        return self.kind.cited(self.year, self.number)

    @property
    def title(self) -> str:
        return self.kind.titled(self.year, self.number)

    @property
    def standing(self) -> ReportState:
        """What it is to its readers: once published it stays so, also while its correction is being made."""
        return ReportState.PUBLISHED if self.editions else self.state

    @property
    def correcting(self) -> Correction | None:
        is_under_way = self.editions and self.state is not ReportState.PUBLISHED
        return Correction(self.state.value) if is_under_way else None

    @property
    def edition(self) -> Edition | None:
        """The one in force."""
        return self.editions[-1] if self.editions else None


class Edition(Model):
    """What was published, word for word and figure by figure. `rows` are the records behind each figure as they were."""

    __tablename__ = "report_edition"
    __final__ = frozenset(
        {
            "report_id",
            "number",
            "published_at",
            "published_by_id",
            "checked_by_id",
            "correction",
            "content",
            "rows",
        }
    )
    __unrecorded__ = frozenset({"rows", "content"})
    __table_args__ = (sa.UniqueConstraint("report_id", "number"),)

    report_id: Mapped[int] = mapped_column(sa.ForeignKey("report.id", ondelete="CASCADE"))
    number: Mapped[int]
    published_at: Mapped[dt.datetime] = mapped_column(default=clock.business_now)
    published_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    checked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    correction: Mapped[Line] = mapped_column(default="")
    content: Mapped[dict[str, Any]]
    rows: Mapped[dict[str, Any]]

    report: Mapped[Report] = relationship(back_populates="editions")
    published_by: Mapped[User] = relationship(foreign_keys=published_by_id)

    @property
    def name(self) -> str:
        return self.report.name
