"""Reading the three batches: the lists are the district's, and everybody who may see targets works from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from crm.contacts import queries as contacts
from crm.db import db
from crm.merchants import queries as merchants
from crm.needs.kinds import NeedKind, Step
from crm.needs.models import Need
from crm.org.guard import reaches, within
from crm.org.models import User
from crm.org.permissions import Permission as P

from .models import Progress, Prospect, TargetBatch


def visible_to(user: User) -> sa.Select[Prospect]:
    mine = within(user.scope_of(P.PROSPECT_VIEW), user, units=[Prospect.unit_id], owners=[Prospect.owner_id])
    return sa.select(Prospect).where(mine)


def _enterprises_seen(user: User) -> sa.Select[int | None]:
    """Whoever is to win a firm reads what is known of it, until it is given up."""
    return visible_to(user).where(Prospect.dropped_on.is_(None)).with_only_columns(Prospect.enterprise_id)


merchants.SEEN_THROUGH.append(_enterprises_seen)


def may(user: User, prospect: Prospect) -> bool:
    """Whether it may be changed: by who leads it, and by its unit's head."""
    return reaches(
        user.scope_of(P.PROSPECT_MANAGE), user, units=[prospect.unit_id], owners=[prospect.owner_id]
    )


def loaded(rows: sa.Select[Any]) -> sa.Select[Any]:
    return rows.options(
        joinedload(Prospect.unit),
        joinedload(Prospect.owner),
        joinedload(Prospect.enterprise),
        joinedload(Prospect.deal),
    )


def is_in(progress: Progress) -> sa.ColumnElement[bool]:
    """`Prospect.progress` as a WHERE."""
    open_ = sa.and_(Prospect.deal_id.is_(None), Prospect.dropped_on.is_(None))
    met = sa.or_(Prospect.contacted_on.is_not(None), Prospect.has_log)
    wheres: dict[Progress, sa.ColumnElement[bool]] = {
        Progress.CONVERTED: Prospect.deal_id.is_not(None),
        Progress.DROPPED: Prospect.dropped_on.is_not(None),
        Progress.CONTACTED: sa.and_(open_, met),
        Progress.WAITING: sa.and_(open_, sa.not_(met)),
    }
    return wheres[progress]


@dataclass(frozen=True)
class Count:
    """One batch: how many there are, and how far."""

    batch: TargetBatch
    total: int
    waiting: int
    converted: int


def counts(user: User) -> list[Count]:
    waiting, converted = is_in(Progress.WAITING), is_in(Progress.CONVERTED)
    rows = visible_to(user).with_only_columns(
        Prospect.batch,
        sa.func.count(),
        sa.func.count().filter(waiting),
        sa.func.count().filter(converted),
    )
    found = {row[0]: row for row in db.session.execute(rows.group_by(Prospect.batch))}
    return [Count(batch, *(found[batch][1:] if batch in found else (0, 0, 0))) for batch in TargetBatch]


def of_enterprise(user: User, enterprise_id: int) -> Sequence[Prospect]:
    rows = visible_to(user).where(Prospect.enterprise_id == enterprise_id)
    return db.session.scalars(loaded(rows).order_by(Prospect.id.desc()).limit(10)).all()


def is_solved(need: Need) -> bool:
    """A technology problem that somebody has solved."""
    return need.kind is NeedKind.TECHNOLOGY and any(one.step is Step.SOLVED for one in need.approaches)


def of_need(need: Need) -> Prospect | None:
    """What became of its solution, whoever leads it."""
    return db.session.scalar(sa.select(Prospect).where(Prospect.need_id == need.id))


SOURCE = contacts.Source(
    "prospect", Prospect, lambda user: visible_to(user), Prospect.name, (joinedload(Prospect.unit),)
)
