"""准入标准, the review of a deal with its opinions and checks, the exception, and the rechecks after production."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from crm.db import NEVER_AGAIN, Line, Model, Text, Versioned, Wan
from crm.deals.models import Deal, StageMove
from crm.deals.stages import MoveKind, Stage
from crm.lib import clock
from crm.merchants.models import Direction
from crm.org.models import Unit, User

from . import rechecks
from .permu import Gap, Judged, Measure, Values, gaps, judged
from .steps import (
    Assessment,
    CheckKind,
    CheckState,
    Conclusion,
    ReviewStep,
    Stance,
    Voice,
)

Rate = Annotated[Decimal | None, mapped_column(sa.Numeric(12, 2), nullable=True)]
Amount = Annotated[Decimal | None, mapped_column(Wan, nullable=True)]

PRODUCED = (Stage.PRODUCING, Stage.AT_CAPACITY)


class EntryStandard(Versioned, Model):
    """What is asked from a year on, of an industry and at a place; of all where they are empty. What is empty judges
    nothing."""

    __tablename__ = "entry_standard"
    __table_args__ = (sa.Index("ix_entry_standard_year", "year"), NEVER_AGAIN)

    year: Mapped[int]
    direction: Mapped[Direction | None]
    place_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"))  # 平台
    intensity: Mapped[Rate]
    output: Mapped[Rate]
    tax: Mapped[Rate]
    energy: Mapped[Rate]
    emission: Mapped[Rate]
    limits: Mapped[Text] = mapped_column(default="")  # 环保限制, in words
    document_no: Mapped[Line] = mapped_column(default="")

    place: Mapped[Unit | None] = relationship()

    @property
    def name(self) -> str:
        parts = [
            str(self.year),
            self.direction.label if self.direction else "",
            self.place.name if self.place else "",
        ]
        return " ".join(part for part in parts if part)

    @property
    def asked(self) -> dict[Measure, Decimal | None]:
        return {one: getattr(self, one.value) for one in Measure}

    @property
    def is_empty(self) -> bool:
        return all(value is None for value in self.asked.values())


class PerMu:
    """The values a measure is worked out of."""

    fixed_wan: Mapped[Amount]  # 固定资产投资
    land_mu: Mapped[Decimal | None] = mapped_column(sa.Numeric(10, 2))
    output_wan: Mapped[Amount]  # 年产值
    tax_wan: Mapped[Amount]  # 年税收
    energy_tce: Mapped[Decimal | None] = mapped_column(sa.Numeric(14, 2))  # 年综合能耗, 吨标煤
    emission_t: Mapped[Decimal | None] = mapped_column(sa.Numeric(14, 2))  # 年主要污染物排放, 吨

    @property
    def values(self) -> Values:
        return Values(
            self.fixed_wan, self.land_mu, self.output_wan, self.tax_wan, self.energy_tce, self.emission_t
        )


class EntryReview(PerMu, Versioned, Model):
    """评审单: what is promised, and what was decided. A decision stays: another one is another sheet."""

    __tablename__ = "entry_review"
    __table_args__ = (
        sa.Index(
            "ix_entry_review_one_open", "deal_id", unique=True,
            sqlite_where=sa.text("decided_on IS NULL"), postgresql_where=sa.text("decided_on IS NULL"),
        ),
        sa.Index("ix_entry_review_step", "step", "applied_on"),
        sa.Index("ix_entry_review_conclusion", "conclusion", "decided_on"),
        sa.CheckConstraint("(decided_on IS NULL) = (conclusion IS NULL)", name="decided_with_a_conclusion"),
        sa.CheckConstraint("(step = 'decided') = (decided_on IS NOT NULL)", name="decided_has_a_day"),
        sa.CheckConstraint("votes_for >= 0 AND votes_against >= 0 AND votes_abstained >= 0", name="votes_not_negative"),
        NEVER_AGAIN,
    )  # fmt: skip

    deal_id: Mapped[int] = mapped_column(sa.ForeignKey("deal.id", ondelete="CASCADE"), index=True)
    step: Mapped[ReviewStep] = mapped_column(default=ReviewStep.APPLIED)
    applied_on: Mapped[dt.date] = mapped_column(default=clock.today)
    applied_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    direction: Mapped[Direction | None]
    place_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"))
    is_major: Mapped[bool] = mapped_column(default=False)  # 涉及民生的重大项目
    eia: Mapped[Assessment] = mapped_column(default=Assessment.PENDING)
    energy: Mapped[Assessment] = mapped_column(default=Assessment.PENDING)
    note: Mapped[Text] = mapped_column(default="")

    conclusion: Mapped[Conclusion | None]
    reason: Mapped[Text] = mapped_column(default="")
    conditions: Mapped[Text] = mapped_column(default="")
    votes_for: Mapped[int] = mapped_column(default=0)
    votes_against: Mapped[int] = mapped_column(default=0)
    votes_abstained: Mapped[int] = mapped_column(default=0)
    decided_on: Mapped[dt.date | None]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    asked_then: Mapped[dict[str, object] | None] = mapped_column(sa.JSON)  # the standard as it stood then

    deal: Mapped[Deal] = relationship()
    place: Mapped[Unit | None] = relationship()
    applied_by: Mapped[User | None] = relationship(foreign_keys=[applied_by_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])
    opinions: Mapped[list[EntryOpinion]] = relationship(
        back_populates="review", cascade="all, delete-orphan", order_by="EntryOpinion.id"
    )
    done: Mapped[list[EntryRecheck]] = relationship(
        back_populates="review", cascade="all, delete-orphan", order_by="EntryRecheck.number"
    )

    # The first day of production, of a deal that is still in production: asked with the row.
    produced_on: Mapped[dt.date | None] = column_property(
        sa.select(sa.func.min(StageMove.on_day))
        .where(
            StageMove.deal_id == deal_id, StageMove.kind == MoveKind.ADVANCED, ~StageMove.undone,
            StageMove.to_stage.in_(PRODUCED), Deal.id == deal_id, Deal.stage.in_(PRODUCED),
        )
        .correlate_except(StageMove, Deal)
        .scalar_subquery()
    )  # fmt: skip

    @property
    def name(self) -> str:
        return self.deal.name

    @property
    def next_recheck(self) -> int | None:
        return rechecks.next_number([one.number for one in self.done])

    @property
    def recheck_due_on(self) -> dt.date | None:
        number = self.next_recheck
        return rechecks.due_on(self.produced_on, number) if self.produced_on and number else None

    @property
    def judged_then(self) -> list[Judged]:
        """Its values against what was asked when it was decided."""
        asked = {one: _decimal((self.asked_then or {}).get(one.value)) for one in Measure}
        return judged(self.values, asked)


def _decimal(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value))


class EntryOpinion(Model):
    """Of a department that was asked, of an expert, of a citizen. A department's is empty until it has answered."""

    __tablename__ = "entry_opinion"
    __table_args__ = (
        sa.Index("ix_entry_opinion_unit", "unit_id", "stance"),
        sa.UniqueConstraint("review_id", "unit_id"),
        sa.CheckConstraint("voice = 'department' OR stance IS NOT NULL", name="others_are_given"),
        NEVER_AGAIN,
    )

    review_id: Mapped[int] = mapped_column(sa.ForeignKey("entry_review.id", ondelete="CASCADE"), index=True)
    voice: Mapped[Voice]
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"))
    who: Mapped[Line] = mapped_column(default="")  # an expert's or citizen's name and place
    stance: Mapped[Stance | None]
    text: Mapped[Text] = mapped_column(default="")
    on_day: Mapped[dt.date | None]
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))

    review: Mapped[EntryReview] = relationship(back_populates="opinions")
    unit: Mapped[Unit | None] = relationship()
    author: Mapped[User | None] = relationship()

    @property
    def name(self) -> str:
        return self.unit.name if self.unit else self.who


class EntryCheck(Versioned, Model):
    """稳评、安全、质量、廉洁 of a deal: needed or not, and how it stands."""

    __tablename__ = "entry_check"
    __table_args__ = (
        sa.UniqueConstraint("deal_id", "kind"),
        sa.Index("ix_entry_check_missing", "is_needed", "state"),
    )

    deal_id: Mapped[int] = mapped_column(sa.ForeignKey("deal.id", ondelete="CASCADE"))
    kind: Mapped[CheckKind]
    is_needed: Mapped[bool] = mapped_column(default=True)
    state: Mapped[CheckState] = mapped_column(default=CheckState.PENDING)
    on_day: Mapped[dt.date | None]
    who: Mapped[Line] = mapped_column(default="")  # 责任单位
    result: Mapped[Text] = mapped_column(default="")

    deal: Mapped[Deal] = relationship()

    @property
    def name(self) -> str:
        return f"{self.deal.name} {self.kind.label}"

    @property
    def is_missing(self) -> bool:
        return self.is_needed and self.state is not CheckState.PASSED


class EntryException(Model):
    """特批: a deal may be signed though no review has let it in. Named: who allowed it, and why.

    `overrules` is the last decision there was; what is decided after it stands above it, be it on the same day.
    """

    __tablename__ = "entry_exception"
    __table_args__ = (NEVER_AGAIN,)

    deal_id: Mapped[int] = mapped_column(sa.ForeignKey("deal.id", ondelete="CASCADE"), index=True)
    overrules_id: Mapped[int | None] = mapped_column(sa.ForeignKey("entry_review.id", ondelete="CASCADE"))
    approver_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    on_day: Mapped[dt.date]
    document_no: Mapped[Line] = mapped_column(default="")
    reason: Mapped[Text]
    recorded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[dt.datetime] = mapped_column(default=clock.now)

    deal: Mapped[Deal] = relationship()
    overrules: Mapped[EntryReview | None] = relationship()
    approver: Mapped[User] = relationship(foreign_keys=[approver_id])
    recorded_by: Mapped[User | None] = relationship(foreign_keys=[recorded_by_id])


class EntryRecheck(PerMu, Versioned, Model):
    """复核: what is real so many years after production began."""

    __tablename__ = "entry_recheck"
    __table_args__ = (
        sa.UniqueConstraint("review_id", "number"),
        sa.CheckConstraint("number BETWEEN 1 AND 3", name="one_two_three"),
    )

    review_id: Mapped[int] = mapped_column(sa.ForeignKey("entry_review.id", ondelete="CASCADE"))
    number: Mapped[int]
    on_day: Mapped[dt.date]
    measure: Mapped[Text] = mapped_column(default="")  # 措施
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[dt.datetime] = mapped_column(default=clock.now)

    review: Mapped[EntryReview] = relationship(back_populates="done")
    author: Mapped[User | None] = relationship()

    @property
    def gaps(self) -> list[Gap]:
        return gaps(self.review.values, self.values)
