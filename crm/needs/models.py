"""A need (要素需求) of one deal, key project or firm, and the 对接 with banks, people and institutes about it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, query_expression, relationship

from crm.db import NEVER_AGAIN, Line, Model, Text, Versioned, Wan, WanAmount
from crm.deals.models import Deal
from crm.delivery.models import KeyProject
from crm.lib import clock
from crm.lib.on_merge import moves
from crm.merchants.models import Enterprise
from crm.org.models import Unit, User

from .kinds import NeedKind, NeedState, Step


class Need(Versioned, Model):
    """`asked` is in the unit of its kind: 亩, 万元, people, problems, with two decimals.

    `met` and `investment_wan` are asked of the base with the row (queries.with_figures), never stored.
    """

    __tablename__ = "need"
    __unrecorded__ = frozenset({"met", "investment_wan"})
    __table_args__ = (
        sa.Index("ix_need_open", "kind", "state", "since_on"),
        sa.CheckConstraint(
            "(CASE WHEN deal_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN project_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN enterprise_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="of_one_record",
        ),
        sa.CheckConstraint("asked > 0", name="asks_for_something"),
        sa.CheckConstraint("(state = 'open') = (ended_on IS NULL)", name="ended_has_a_day"),
        sa.CheckConstraint("state <> 'dropped' OR ended_note <> ''", name="dropped_has_a_reason"),
        sa.CheckConstraint("adopted_on IS NULL OR kind = 'technology'", name="adopted_is_a_problem"),
        NEVER_AGAIN,
    )

    kind: Mapped[NeedKind]
    deal_id: Mapped[int | None] = mapped_column(sa.ForeignKey("deal.id"), index=True)
    project_id: Mapped[int | None] = mapped_column(sa.ForeignKey("key_project.id"), index=True)
    enterprise_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("enterprise.id"), index=True, info=moves()
    )
    title: Mapped[Line]  # 用途、岗位、难题
    asked: Mapped[WanAmount]
    level: Mapped[Line] = mapped_column(default="")  # 人才层次, 技术领域, 融资方式
    detail: Mapped[Text] = mapped_column(default="")
    measure: Mapped[Text] = mapped_column(default="")  # 拟采取的措施
    is_livelihood: Mapped[bool] = mapped_column(default=False)  # 民生项目
    is_high_tech: Mapped[bool] = mapped_column(default=False)  # 高新产业项目
    since_on: Mapped[dt.date] = mapped_column(default=clock.today)
    due_on: Mapped[dt.date | None] = mapped_column(index=True)
    adopted_on: Mapped[dt.date | None]  # 立题
    state: Mapped[NeedState] = mapped_column(default=NeedState.OPEN)
    ended_on: Mapped[dt.date | None]
    ended_note: Mapped[Text] = mapped_column(default="")
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)  # 提出单位
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)  # 责任人
    created_at: Mapped[dt.datetime] = mapped_column(default=clock.now)

    met: Mapped[Decimal | None] = query_expression()
    investment_wan: Mapped[Decimal | None] = query_expression()

    deal: Mapped[Deal | None] = relationship()
    project: Mapped[KeyProject | None] = relationship()
    enterprise: Mapped[Enterprise | None] = relationship()
    unit: Mapped[Unit] = relationship()
    owner: Mapped[User | None] = relationship()
    approaches: Mapped[list[Approach]] = relationship(back_populates="need", order_by="Approach.id")

    @property
    def name(self) -> str:
        return self.title

    @property
    def subject(self) -> Deal | KeyProject | Enterprise:
        """Whose need it is."""
        found = self.deal or self.project or self.enterprise
        assert found is not None
        return found

    @property
    def gap(self) -> Decimal:
        """What is still lacking; nothing once it was given up."""
        if self.state is NeedState.DROPPED:
            return Decimal(0)
        return max(Decimal(0), self.asked - (self.met or 0))

    @property
    def is_open(self) -> bool:
        return self.state is NeedState.OPEN


class Approach(Versioned, Model):
    """One 推介 or 对接: with whom, when, how far it came."""

    __tablename__ = "need_approach"
    __table_args__ = (
        sa.Index("ix_need_approach_partner", "partner", "step"),
        sa.CheckConstraint("amount IS NULL OR amount > 0", name="amount_is_some"),
        NEVER_AGAIN,
    )

    need_id: Mapped[int] = mapped_column(sa.ForeignKey("need.id"), index=True)
    partner: Mapped[Line]  # 银行, 人才, 院校
    on_day: Mapped[dt.date]
    step: Mapped[Step]
    step_on: Mapped[dt.date]
    amount: Mapped[Decimal | None] = mapped_column(Wan)  # in the unit of the need: 授信, then 放款
    note: Mapped[Text] = mapped_column(default="")
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[dt.datetime] = mapped_column(default=clock.now)

    need: Mapped[Need] = relationship(back_populates="approaches")
    author: Mapped[User | None] = relationship()

    @property
    def name(self) -> str:
        return self.partner
