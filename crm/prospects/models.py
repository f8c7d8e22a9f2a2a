"""A target (靶向目标) of one of the three batches.

「建立健全部门组团招商机制，排出“三个一批”」: projects of the district's own industries; large groups and firms; research
results that are ripe for industry. 「主动出击，有计划、有重点引进」
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from crm.contacts.models import ContactLog
from crm.db import NEVER_AGAIN, Line, Model, Text, Versioned
from crm.deals.models import Deal
from crm.lib import clock
from crm.lib.enums import Labelled
from crm.lib.on_merge import moves
from crm.lib.words import N_
from crm.merchants.models import Direction, Enterprise
from crm.missions.models import Stop
from crm.needs.models import Need
from crm.org.models import Unit, User


class TargetBatch(Labelled):
    INDUSTRY = "industry", N_("产业大项目"), "info"
    MAJOR_GROUPS = "major_groups", N_("大集团大企业"), "good"
    RESEARCH = "research", N_("科技成果"), "neutral"


class GroupKind(Labelled):
    """「央企、强企、高新技术企业和上市公司等大集团、大企业」"""

    CENTRAL = "central", N_("央企")
    STRONG = "strong", N_("强企")
    HIGH_TECH = "high_tech", N_("高新技术企业")
    LISTED = "listed", N_("上市公司")


class Progress(Labelled):
    WAITING = "waiting", N_("待接触"), "warn"
    CONTACTED = "contacted", N_("已接触"), "info"
    CONVERTED = "converted", N_("已转项目"), "good"
    DROPPED = "dropped", N_("放弃"), "neutral"


class Prospect(Versioned, Model):
    __tablename__ = "prospect"
    __table_args__ = (
        sa.Index("ix_prospect_batch", "batch", "contact_by"),
        sa.Index("ix_prospect_unit", "unit_id", "contact_by"),
        sa.Index("ix_prospect_owner", "owner_id", "contact_by"),
        sa.CheckConstraint("batch = 'major_groups' OR group_kind IS NULL", name="a_kind_of_group"),
        sa.UniqueConstraint("need_id"),
        sa.CheckConstraint("need_id IS NULL OR batch = 'research'", name="a_solution_is_research"),
        sa.CheckConstraint("(dropped_on IS NULL) = (why_dropped = '')", name="dropped_with_a_reason"),
        sa.CheckConstraint("deal_id IS NULL OR dropped_on IS NULL", name="converted_or_dropped"),
        NEVER_AGAIN,
    )

    batch: Mapped[TargetBatch]
    group_kind: Mapped[GroupKind | None]
    name: Mapped[Line]
    enterprise_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("enterprise.id"), index=True, info=moves()
    )
    direction: Mapped[Direction | None]
    why: Mapped[Text] = mapped_column(default="")
    plan: Mapped[Text] = mapped_column(default="")
    team: Mapped[Line] = mapped_column(default="")  # 招商组团: which departments go together
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))  # 牵头单位
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    contact_by: Mapped[dt.date]
    listed_at: Mapped[dt.datetime] = mapped_column(default=clock.business_now)
    contacted_on: Mapped[
        dt.date | None
    ]  # said by hand; a contact log of the firm since it was listed says it too
    deal_id: Mapped[int | None] = mapped_column(sa.ForeignKey("deal.id"), index=True)
    need_id: Mapped[int | None] = mapped_column(sa.ForeignKey("need.id"))  # the problem whose solution it is
    dropped_on: Mapped[dt.date | None]
    why_dropped: Mapped[Line] = mapped_column(default="")

    enterprise: Mapped[Enterprise | None] = relationship()
    unit: Mapped[Unit] = relationship()
    owner: Mapped[User | None] = relationship(foreign_keys=[owner_id])
    deal: Mapped[Deal | None] = relationship()
    need: Mapped[Need | None] = relationship()

    # Asked with the row, from an index each: a list of targets has no statement of its own for each of them.
    has_log: Mapped[bool] = column_property(
        sa.exists().where(
            ContactLog.enterprise_id == enterprise_id, ContactLog.happened_at >= listed_at
        ).correlate_except(ContactLog)
    )  # fmt: skip
    visits_planned: Mapped[int] = column_property(
        sa.select(sa.func.count()).where(Stop.enterprise_id == enterprise_id, Stop.outcome.is_(None))
        .correlate_except(Stop).scalar_subquery()
    )  # fmt: skip
    visits_done: Mapped[int] = column_property(
        sa.select(sa.func.count()).where(Stop.enterprise_id == enterprise_id, Stop.outcome.is_not(None))
        .correlate_except(Stop).scalar_subquery()
    )  # fmt: skip

    @property
    def progress(self) -> Progress:
        if self.deal_id:
            return Progress.CONVERTED
        if self.dropped_on:
            return Progress.DROPPED
        return Progress.CONTACTED if self.contacted_on or self.has_log else Progress.WAITING

    @property
    def is_open(self) -> bool:
        return self.deal_id is None and self.dropped_on is None
