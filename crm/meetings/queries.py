"""Reading meetings: my unit's, those I opened, and those that gave me something to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from crm.contacts import queries as contacts
from crm.db import db
from crm.deals import queries as deals
from crm.deals.models import Deal
from crm.files.models import StoredFile
from crm.org.guard import reaches, within
from crm.org.models import User
from crm.org.permissions import Permission as P

from .models import Meeting, MeetingItem, MeetingTask

NOUN = Meeting.__tablename__


def visible_to(user: User) -> sa.Select[Any]:
    mine = within(user.scope_of(P.DEAL_VIEW), user, units=[Meeting.unit_id], owners=[Meeting.created_by_id])
    given = sa.select(MeetingItem.meeting_id).join(MeetingTask).where(MeetingTask.assignee_id == user.id)
    return sa.select(Meeting).where(sa.or_(mine, Meeting.id.in_(given)))


def with_names(rows: sa.Select[Any]) -> sa.Select[Any]:
    return rows.options(joinedload(Meeting.unit), joinedload(Meeting.created_by), selectinload(Meeting.items))


def may_run(user: User, meeting: Meeting) -> bool:
    return reaches(
        user.scope_of(P.MEETING_RUN), user, units=[meeting.unit_id], owners=[meeting.created_by_id]
    )


def items_of(meeting: Meeting, user: User) -> list[MeetingItem]:
    """The sequence as far as this user may see the deals."""
    rows = (
        sa.select(MeetingItem)
        .where(
            MeetingItem.meeting_id == meeting.id,
            MeetingItem.deal_id.in_(deals.visible_to(user).with_only_columns(Deal.id)),
        )
        .options(
            joinedload(MeetingItem.deal).options(
                joinedload(Deal.enterprise), joinedload(Deal.unit), joinedload(Deal.owner)
            ),
            selectinload(MeetingItem.tasks).joinedload(MeetingTask.assignee),
        )
        .order_by(MeetingItem.position)
    )
    return list(db.session.scalars(rows))


def tasks_visible_to(user: User) -> sa.Select[Any]:
    """Mine, and in the meetings I see those about deals I see: one task opens its meeting, not what it went through."""
    seen = sa.and_(
        MeetingItem.meeting_id.in_(visible_to(user).with_only_columns(Meeting.id)),
        MeetingItem.deal_id.in_(deals.visible_to(user).with_only_columns(Deal.id)),
    )
    rows = sa.select(MeetingTask).join(MeetingTask.item)
    return rows.where(sa.or_(MeetingTask.assignee_id == user.id, seen)).options(
        joinedload(MeetingTask.item).joinedload(MeetingItem.deal),
        joinedload(MeetingTask.item).joinedload(MeetingItem.meeting),
        joinedload(MeetingTask.assignee),
    )


def minutes_of(meeting: Meeting) -> StoredFile | None:
    rows = sa.select(StoredFile).where(StoredFile.noun == NOUN, StoredFile.record_id == meeting.id)
    return db.session.scalar(rows.order_by(StoredFile.id.desc()).limit(1))


def notes_of(deal: Deal, user: User, most: int) -> Sequence[MeetingItem]:
    """What meetings said of a deal, the newest first."""
    rows = (
        sa.select(MeetingItem)
        .join(MeetingItem.meeting)
        .where(
            MeetingItem.deal_id == deal.id,
            MeetingItem.discussed_at.is_not(None),
            MeetingItem.meeting_id.in_(visible_to(user).with_only_columns(Meeting.id)),
        )
        .options(joinedload(MeetingItem.meeting))
        .order_by(Meeting.on_day.desc(), MeetingItem.id.desc())
    )
    return db.session.scalars(rows.limit(most)).all()


SOURCE = contacts.Source(
    NOUN, Meeting, lambda user: visible_to(user), Meeting.title, (joinedload(Meeting.unit),)
)
