"""Reading commitments: those of my unit and those I made; the office sees all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from crm.contacts import queries as contacts
from crm.db import db
from crm.deals.models import Deal
from crm.delivery.models import KeyProject
from crm.files.models import StoredFile
from crm.lib import clock
from crm.org.guard import reaches, within
from crm.org.models import User
from crm.org.permissions import Permission as P
from crm.supervision import queries as supervision

from .models import Commitment, CommitmentStep
from .states import CommitmentState, why_not_confirm

NOUN = Commitment.__tablename__
STEP = CommitmentStep.__tablename__


def visible_to(user: User) -> sa.Select[Any]:
    rows = sa.select(Commitment)
    if supervision.sees_all(user):
        return rows
    owners = [Commitment.person_id, Commitment.entered_by_id]
    return rows.where(
        within(user.scope_of(P.SUPERVISION_VIEW), user, units=[Commitment.unit_id], owners=owners)
    )


def may_answer(user: User, commitment: Commitment) -> bool:
    """The unit that promised, and who promised."""
    return reaches(
        user.scope_of(P.SUPERVISION_ANSWER), user, units=[commitment.unit_id], owners=[commitment.person_id]
    )


def may_confirm(user: User, commitment: Commitment) -> bool:
    return supervision.runs(user) and not why_not(user, commitment)


def why_not(user: User, commitment: Commitment) -> str:
    return why_not_confirm(
        user.id, user.unit_id, unit_id=commitment.unit_id, person_id=commitment.person_id,
        claimed_by_id=commitment.claimed_by_id,
    )  # fmt: skip


def with_names(rows: sa.Select[Any]) -> sa.Select[Any]:
    return rows.options(
        joinedload(Commitment.unit), selectinload(Commitment.person), selectinload(Commitment.deal),
        selectinload(Commitment.project),
    )  # fmt: skip


def with_story(rows: sa.Select[Any]) -> sa.Select[Any]:
    steps = selectinload(Commitment.steps)
    return with_names(rows).options(
        steps.joinedload(CommitmentStep.actor), steps.joinedload(CommitmentStep.unit)
    )


def overdue(today: dt.date) -> sa.ColumnElement[bool]:
    """Commitment.is_overdue as a WHERE."""
    return sa.and_(Commitment.state == CommitmentState.OPEN, Commitment.due_on < today)


def to_confirm(user: User) -> sa.ColumnElement[bool]:
    """may_confirm as a WHERE, of what waits for it."""
    if not supervision.runs(user):
        return sa.false()
    mine = sa.or_(
        Commitment.unit_id == user.unit_id,
        sa.func.coalesce(Commitment.person_id, 0) == user.id,
        sa.func.coalesce(Commitment.claimed_by_id, 0) == user.id,
    )
    return sa.and_(Commitment.state == CommitmentState.CLAIMED, sa.not_(mine))


def of(user: User, *, deal: Deal | None = None, project: KeyProject | None = None) -> Sequence[Commitment]:
    """What was promised about a deal or a project, as far as I see it."""
    where = Commitment.deal_id == deal.id if deal else Commitment.project_id == (project.id if project else 0)
    rows = with_names(visible_to(user).where(where)).order_by(Commitment.due_on.desc(), Commitment.id.desc())
    return db.session.scalars(rows.limit(50)).unique().all()


def files_visible_to(user: User) -> sa.Select[Any]:
    seen = visible_to(user).with_only_columns(Commitment.id).order_by(None)
    steps = sa.select(CommitmentStep.id).where(CommitmentStep.commitment_id.in_(seen))
    return sa.select(StoredFile).where(StoredFile.noun == STEP, StoredFile.record_id.in_(steps))


def has_proof(commitment: Commitment) -> bool:
    """Whether evidence has come with any step."""
    steps = sa.select(CommitmentStep.id).where(CommitmentStep.commitment_id == commitment.id)
    rows = sa.select(StoredFile.id).where(StoredFile.noun == STEP, StoredFile.record_id.in_(steps))
    return db.session.scalar(rows.limit(1)) is not None


def same(name: str, unit_id: int, due_on: dt.date) -> Commitment | None:
    """The same promise of the same unit for the same day is the same."""
    rows = sa.select(Commitment).where(
        Commitment.name == name, Commitment.unit_id == unit_id, Commitment.due_on == due_on
    )
    return db.session.scalar(rows.limit(1))


def days_late(commitment: Commitment) -> int | None:
    return (clock.today() - commitment.due_on).days if commitment.is_overdue else None


SOURCE = contacts.Source(
    NOUN, Commitment, lambda user: visible_to(user), Commitment.name, (joinedload(Commitment.unit),)
)
