"""A campaign (会战) and what is fought for in each of its batches.

An entry is a key project with the milestone it is to be driven to, and is done when the project's own timetable or
status says so; or land that is cleared (征迁), done when all of it is handed over; or, where neither is written down, a
name that is ticked off by hand.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from crm.db import NEVER_AGAIN, Line, Model, Text, Versioned
from crm.delivery.models import KeyProject, Milestone, ProjectMove
from crm.delivery.status import ORDER, REACHED_WITH, NodeKind
from crm.land.clearance.models import Clearance
from crm.lib import clock
from crm.org.models import Unit

from .batches import Batch, Standing, standing_of

DAYS = 100


class Campaign(Versioned, Model):
    __tablename__ = "campaign"
    __table_args__ = (sa.CheckConstraint("days BETWEEN 1 AND 400", name="lasts_some_days"), NEVER_AGAIN)

    name: Mapped[Line]
    summary: Mapped[Text] = mapped_column(default="")
    from_on: Mapped[dt.date] = mapped_column(index=True)
    days: Mapped[int] = mapped_column(default=DAYS)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))  # 牵头单位
    created_at: Mapped[dt.datetime] = mapped_column(default=clock.now)

    unit: Mapped[Unit] = relationship()
    entries: Mapped[list[CampaignEntry]] = relationship(
        back_populates="campaign", cascade="all, delete-orphan", order_by="CampaignEntry.id"
    )

    @property
    def until_on(self) -> dt.date:
        return self.from_on + dt.timedelta(days=self.days)

    def day(self, today: dt.date) -> int:
        """第 n 天: 0 on the first and before, the last from then on."""
        return min(max(0, (today - self.from_on).days), self.days)

    def days_left(self, today: dt.date) -> int:
        return self.days - self.day(today)

    def is_over(self, today: dt.date) -> bool:
        return today > self.until_on


class CampaignEntry(Versioned, Model):
    __tablename__ = "campaign_entry"
    __table_args__ = (
        sa.UniqueConstraint("campaign_id", "project_id", "goal"),
        sa.CheckConstraint("(project_id IS NULL) = (goal IS NULL)", name="a_goal_for_a_project"),
        sa.CheckConstraint("project_id IS NOT NULL OR name <> ''", name="a_project_or_a_name"),
        sa.CheckConstraint("project_id IS NULL OR done_on IS NULL", name="a_project_says_itself"),
        NEVER_AGAIN,
    )

    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("campaign.id", ondelete="CASCADE"), index=True)
    batch: Mapped[Batch]
    project_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("key_project.id", ondelete="CASCADE"), index=True
    )
    clearance_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("clearance.id", ondelete="CASCADE"), index=True
    )
    goal: Mapped[NodeKind | None]
    name: Mapped[Line] = mapped_column(default="")
    unit_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("unit.id"), index=True
    )  # who answers for the name
    due_on: Mapped[dt.date | None]  # None: the day of the milestone, else the campaign's end
    done_on: Mapped[dt.date | None]  # of a name, by hand
    created_at: Mapped[dt.datetime] = mapped_column(default=clock.now)

    campaign: Mapped[Campaign] = relationship(back_populates="entries")
    project: Mapped[KeyProject | None] = relationship()
    clearance: Mapped[Clearance | None] = relationship()
    unit: Mapped[Unit | None] = relationship()

    if TYPE_CHECKING:  # below: they are asked of the columns above
        planned_on: Mapped[dt.date | None]
        reached_on: Mapped[dt.date | None]

    @property
    def is_by_hand(self) -> bool:
        """No record stands behind it that says when it is done."""
        return self.project_id is None and self.clearance_id is None

    @property
    def title(self) -> str:
        return self.project.name if self.project else self.clearance.name if self.clearance else self.name

    @property
    def due(self) -> dt.date:
        """What is on a campaign is to be done when it ends, whatever the timetable allows."""
        until = self.campaign.until_on
        return min(self.due_on or self.planned_on or until, until)

    @property
    def who(self) -> Unit | None:
        """The unit that answers for it."""
        return self.project.unit if self.project else self.clearance.unit if self.clearance else self.unit

    def standing(self, today: dt.date) -> Standing:
        return standing_of(self.reached_on, self.due, today)


def _node(column: Any) -> Any:
    """What the timetable of its project says of the milestone it is driven to."""
    rows = sa.select(sa.func.max(column)).where(
        Milestone.project_id == CampaignEntry.project_id, Milestone.kind == CampaignEntry.goal
    )
    return rows.correlate(CampaignEntry).scalar_subquery()


def _moved_on() -> Any:
    """The day the project's status reached it, as long as it has not gone back behind it."""
    steps = [
        sa.and_(
            CampaignEntry.goal == kind,
            ProjectMove.to_status == status,
            KeyProject.status.in_(ORDER[status.order :]),
        )
        for kind, status in REACHED_WITH.items()
    ]
    rows = sa.select(sa.func.max(ProjectMove.on_day)).where(
        ProjectMove.project_id == CampaignEntry.project_id,
        KeyProject.id == ProjectMove.project_id,
        sa.or_(*steps),
    )
    return rows.correlate(CampaignEntry).scalar_subquery()


def _cleared(column: Any, *where: Any) -> Any:
    """What the register of clearances says of the land it is about."""
    rows = sa.select(column).where(Clearance.id == CampaignEntry.clearance_id, *where)
    return rows.correlate(CampaignEntry).scalar_subquery()


# Asked with the row, from an index each: a list has no statement of its own for each of its rows.
CampaignEntry.planned_on = column_property(
    sa.type_coerce(sa.func.coalesce(_node(Milestone.plan_on), _cleared(Clearance.due_on)), sa.Date)
)
CampaignEntry.reached_on = column_property(
    sa.type_coerce(
        sa.func.coalesce(
            CampaignEntry.done_on,
            _node(Milestone.actual_on),
            _moved_on(),
            _cleared(
                Clearance.told_on,
                Clearance.vacated == Clearance.households,
                Clearance.delivered_mu == Clearance.due_mu,
            ),
        ),
        sa.Date,
    )
)
