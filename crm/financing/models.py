"""An application for higher-level funds (上级专项资金) of one deal or key project."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.capital.models import PaidIn
from crm.db import NEVER_AGAIN, Line, Model, Text, Versioned, Wan, WanAmount
from crm.deals.models import Deal
from crm.delivery.models import KeyProject
from crm.lib import clock
from crm.org.models import Unit, User

from .grants import Giver, GrantState


class UpperGrant(Versioned, Model):
    """`counts_as_arrived` is its 口径: whether it may be declared as 到位资金 at all; `paid_in` is the row it became."""

    __tablename__ = "upper_grant"
    __table_args__ = (
        sa.Index("ix_upper_grant_state", "state", "applied_on"),
        sa.CheckConstraint("(deal_id IS NULL) <> (project_id IS NULL)", name="of_one_record"),
        sa.CheckConstraint("applied_wan > 0", name="applies_for_something"),
        sa.CheckConstraint("(state = 'got') = (got_wan IS NOT NULL)", name="got_says_how_much"),
        sa.CheckConstraint("(state = 'applied') = (told_on IS NULL)", name="answered_has_a_day"),
        sa.CheckConstraint(
            "NOT counts_as_arrived OR (state = 'got' AND basis <> '')", name="counts_by_its_basis"
        ),
        sa.CheckConstraint("paid_in_id IS NULL OR counts_as_arrived", name="declared_only_if_it_counts"),
        NEVER_AGAIN,
    )

    title: Mapped[Line]  # 资金名称
    giver: Mapped[Giver]
    deal_id: Mapped[int | None] = mapped_column(sa.ForeignKey("deal.id"), index=True)
    project_id: Mapped[int | None] = mapped_column(sa.ForeignKey("key_project.id"), index=True)
    applied_on: Mapped[dt.date]
    applied_wan: Mapped[WanAmount]
    state: Mapped[GrantState] = mapped_column(default=GrantState.APPLIED)
    told_on: Mapped[dt.date | None]  # 到手 or 没有争取到
    got_wan: Mapped[Decimal | None] = mapped_column(Wan)
    counts_as_arrived: Mapped[bool] = mapped_column(default=False)
    basis: Mapped[Line] = mapped_column(default="")  # 口径依据
    paid_in_id: Mapped[int | None] = mapped_column(sa.ForeignKey("paid_in.id"), unique=True)
    note: Mapped[Text] = mapped_column(default="")
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)  # 申报单位
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))

    deal: Mapped[Deal | None] = relationship()
    project: Mapped[KeyProject | None] = relationship()
    paid_in: Mapped[PaidIn | None] = relationship()
    unit: Mapped[Unit] = relationship()
    author: Mapped[User | None] = relationship()

    @property
    def name(self) -> str:
        return self.title

    @property
    def subject(self) -> Deal | KeyProject:
        found = self.deal or self.project
        assert found is not None
        return found

    @property
    def arrives_for(self) -> Deal | None:
        """The deal that it would be declared for."""
        return self.deal or (self.project.deal if self.project else None)

    @property
    def days(self) -> int:
        """Since it was applied for."""
        return (clock.today() - self.applied_on).days
