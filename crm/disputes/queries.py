"""Reading disputes: the two units see theirs, who decides sees all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload, selectinload

from crm.db import db
from crm.holidays import queries as holidays
from crm.leads.models import Lead
from crm.lib import clock
from crm.lib.words import _
from crm.org import settings
from crm.org.guard import reaches, within
from crm.org.models import User
from crm.org.permissions import Permission as P
from crm.org.permissions import Scope

from .models import Dispute, DisputeState, Ruling

CLAIMED, FIRST = aliased(Lead), aliased(Lead)
"""The two reports of a dispute. Made once: the menu of every page counts disputes, and fifty columns each take longer
to make than the count."""


def visible_to(user: User) -> sa.Select[Dispute]:
    """Those my unit raised and those about my unit's reports."""
    mine = within(
        user.scope_of(P.LEAD_VIEW),
        user,
        units=[Dispute.unit_id, CLAIMED.report_unit_id, FIRST.report_unit_id],
        owners=[Dispute.raised_by_id, CLAIMED.reported_by_id, FIRST.reported_by_id],
    )
    rows = (
        sa.select(Dispute)
        .join(CLAIMED, CLAIMED.id == Dispute.lead_id)
        .join(FIRST, FIRST.id == Dispute.first_id)
    )
    return rows.where(mine)


def newest_first(user: User, *, only_open: bool = False) -> sa.Select[Dispute]:
    rows = visible_to(user)
    if only_open:
        rows = rows.where(Dispute.state == DisputeState.OPEN)
    return rows.order_by(Dispute.state == DisputeState.DECIDED, Dispute.raised_at.desc(), Dispute.id.desc())


def with_all(rows: sa.Select[Dispute]) -> sa.Select[Dispute]:
    """Load what a line of the list names."""
    return rows.options(
        joinedload(Dispute.unit),
        selectinload(Dispute.raised_by),
        selectinload(Dispute.lead).joinedload(Lead.report_unit),
        selectinload(Dispute.first).joinedload(Lead.report_unit),
        selectinload(Dispute.rulings).joinedload(Ruling.holder).joinedload(Lead.report_unit),
    )


def number_waiting(user: User) -> int:
    """How many wait for this user's ruling."""
    if not user.may(P.DISPUTE_DECIDE):
        return 0
    rows = visible_to(user).where(Dispute.state == DisputeState.OPEN).with_only_columns(Dispute.id)
    return db.session.scalar(sa.select(sa.func.count()).select_from(rows.subquery())) or 0


def of_lead(lead: Lead) -> Sequence[Dispute]:
    """Every dispute about this report, the latest first. Not narrowed to a user."""
    rows = sa.select(Dispute).where(sa.or_(Dispute.lead_id == lead.id, Dispute.first_id == lead.id))
    return db.session.scalars(with_all(rows).order_by(Dispute.id.desc()).limit(20)).all()


def decide_by(dispute: Dispute) -> dt.date:
    """The last working day for the ruling."""
    begun = clock.local(dispute.raised_at).date()
    return holidays.calendar().after(begun, settings.get("dispute.decide_days"))


def days_left(dispute: Dispute) -> int | None:
    """Working days left for the ruling, below zero when over; None when it is decided."""
    if dispute.state is not DisputeState.OPEN:
        return None
    return holidays.calendar().left(clock.today(), decide_by(dispute))


def is_party(user: User, dispute: Dispute) -> bool:
    """Who reported one of the two, or raised the dispute, does not decide it."""
    return user.id in {dispute.raised_by_id, dispute.lead.reported_by_id, dispute.first.reported_by_id}


def sees_side(user: User, lead: Lead) -> bool:
    """Whether this side's log may be read: one's own, or all for who reads the whole district."""
    scope = user.scope_of(P.LEAD_VIEW)
    return scope is Scope.DISTRICT or reaches(
        scope, user, units=[lead.unit_id, lead.report_unit_id], owners=[lead.owner_id, lead.reported_by_id]
    )


def name_for(user: User, dispute: Dispute) -> str:
    """What the dispute is called before this user: by a side he may read, never by the hidden one."""
    for lead in (dispute.lead, dispute.first):
        if sees_side(user, lead):
            return lead.company or lead.title
    return _("首报争议")
