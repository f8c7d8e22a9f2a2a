"""Reading leads: always through what the user may see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from crm.db import db
from crm.lib import clock
from crm.merchants import queries as merchants
from crm.merchants.models import Enterprise, FormerName
from crm.org import settings
from crm.org.guard import reaches, within
from crm.org.models import User
from crm.org.permissions import Permission as P
from crm.search import index

from .models import Lead, LeadState

ALIKE = 20
RECENT = 50
OPEN = (LeadState.REPORTED, LeadState.FOLLOWED, LeadState.NURTURED)


def visible_to(user: User) -> sa.Select[Lead]:
    """What my unit reported or answers for, and what I reported or follow."""
    mine = within(
        user.scope_of(P.LEAD_VIEW),
        user,
        units=[Lead.unit_id, Lead.report_unit_id],
        owners=[Lead.owner_id, Lead.reported_by_id],
    )
    return sa.select(Lead).where(mine)


def may(user: User, permission: P, lead: Lead) -> bool:
    """Whether this lead may be changed so: by those who answer for it, or whose news it is."""
    return reaches(
        user.scope_of(permission),
        user,
        units=[lead.unit_id, lead.report_unit_id],
        owners=[lead.owner_id, lead.reported_by_id],
    )


def _enterprises_seen(user: User) -> sa.Select[int | None]:
    """Access to a lead is access to its enterprise."""
    return visible_to(user).with_only_columns(Lead.enterprise_id)


merchants.SEEN_THROUGH.append(_enterprises_seen)


def with_names(rows: sa.Select[Any]) -> sa.Select[Any]:
    """Load what a line of a list names, in a number of statements that does not grow with the lines."""
    return rows.options(
        joinedload(Lead.enterprise),
        joinedload(Lead.unit),
        joinedload(Lead.report_unit),
        selectinload(Lead.owner),
        selectinload(Lead.reported_by),
    )


def judge_by(lead: Lead) -> dt.date:
    """The last day for judging it."""
    return clock.local(lead.reported_at).date() + dt.timedelta(days=settings.get("lead.judge_days"))


def is_late(today: dt.date) -> sa.ColumnElement[bool]:
    """Not judged, and the days for it are over: `judge_by` before today, as a WHERE."""
    last = today - dt.timedelta(days=settings.get("lead.judge_days"))
    return sa.and_(Lead.state == LeadState.REPORTED, Lead.reported_at < clock.start_of(last))


def enterprise_named(user: User, company: str) -> Enterprise | None:
    """The one enterprise of exactly this name, now or formerly, that the user may see; None when not one."""
    if not company:
        return None
    former = sa.select(FormerName.enterprise_id).where(FormerName.name == company)
    rows = merchants.visible_to(user).where(sa.or_(Enterprise.name == company, Enterprise.id.in_(former)))
    found = db.session.scalars(rows.limit(2)).all()
    return found[0] if len(found) == 1 else None


def leads_of(enterprise_id: int) -> sa.Select[Lead]:
    """Every lead about an enterprise, newest first. Not narrowed to a user."""
    return (
        sa.select(Lead)
        .where(Lead.enterprise_id == enterprise_id)
        .order_by(Lead.reported_at.desc(), Lead.id.desc())
    )


def alike(lead: Lead) -> Sequence[Lead]:
    """Other leads it may repeat: same enterprise, same company name, same telephone, or found by the name.

    Earliest first, since the first report has the credit. Not narrowed to a user: whoever judges must be able to
    say "repeats a lead of another unit"; of those only title and unit are shown.
    """
    same = []
    if lead.enterprise_id:
        same.append(Lead.enterprise_id == lead.enterprise_id)
    if lead.company:
        same += [Lead.company == lead.company, Lead.id.in_(index.matching("lead", lead.company))]
    if lead.contact_phone:
        same.append(Lead.contact_phone == lead.contact_phone)
    rows = sa.select(Lead).where(Lead.id != lead.id, sa.or_(sa.false(), *same))
    return db.session.scalars(
        rows.options(joinedload(Lead.report_unit)).order_by(Lead.reported_at, Lead.id).limit(ALIKE)
    ).all()


def recent(user: User, lead: Lead) -> Sequence[Lead]:
    """Other leads the user sees, newest first: to choose from when the one it repeats goes by another name."""
    rows = visible_to(user).where(Lead.id != lead.id).options(joinedload(Lead.report_unit))
    return db.session.scalars(rows.order_by(Lead.reported_at.desc(), Lead.id.desc()).limit(RECENT)).all()


def seen_by(user: User, leads: Sequence[Lead]) -> set[int]:
    """Which of these the user may open."""
    ids = [lead.id for lead in leads]
    return (
        set(db.session.scalars(visible_to(user).with_only_columns(Lead.id).where(Lead.id.in_(ids))))
        if ids
        else set()
    )
