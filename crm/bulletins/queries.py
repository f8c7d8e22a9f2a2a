"""What happened to leads in a period, and the bulletins that told it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from crm.db import db
from crm.leads.models import Judgement, Lead
from crm.lib import clock
from crm.lib.words import _, listed
from crm.org import queries as org
from crm.org.models import User
from crm.org.permissions import Permission as P

from .models import Bulletin

OFFICES = "report.offices"
"""通报部门, of the settings: whose heads issue, beside those whose right reaches the whole district."""


def issues(user: User) -> bool:
    return org.is_business_of(user, P.BULLETIN_ISSUE, OFFICES)


def who_issues() -> str:
    """For who would like to and may not."""
    return _("信息通报由%(offices)s的负责人或管理员编印。", offices=listed(org.offices(OFFICES)))


def newest_first() -> sa.Select[Bulletin]:
    return sa.select(Bulletin).order_by(Bulletin.last_on.desc(), Bulletin.id.desc())


def latest() -> Bulletin | None:
    return db.session.scalar(newest_first().limit(1))


def next_number(year: int) -> int:
    return (db.session.scalar(sa.select(sa.func.max(Bulletin.number)).where(Bulletin.year == year)) or 0) + 1


def overlapping(first_on: dt.date, last_on: dt.date) -> Bulletin | None:
    """One that told these days already."""
    rows = newest_first().where(Bulletin.first_on <= last_on, Bulletin.last_on >= first_on)
    return db.session.scalar(rows.limit(1))


def reported(first_on: dt.date, last_on: dt.date) -> Sequence[Lead]:
    """新: reported in the period, in the order of their reports."""
    return _all(_within(Lead.reported_at, first_on, last_on))


def changed(first_on: dt.date, last_on: dt.date) -> Sequence[Lead]:
    """变: reported before, judged or told back in the period, and not closed by its end."""
    judged = sa.select(Judgement.lead_id).where(_within(Judgement.at, first_on, last_on))
    moved = sa.or_(Lead.id.in_(judged), _within(Lead.fed_back_at, first_on, last_on))
    after = clock.start_of(last_on + dt.timedelta(days=1))
    still = sa.or_(Lead.closed_at.is_(None), Lead.closed_at >= after)
    return _all(sa.and_(moved, Lead.reported_at < clock.start_of(first_on), still))


def closed(first_on: dt.date, last_on: dt.date) -> Sequence[Lead]:
    """结: became a deal, was filed away or joined another in the period."""
    return _all(_within(Lead.closed_at, first_on, last_on))


def _within(moment: Any, first_on: dt.date, last_on: dt.date) -> sa.ColumnElement[bool]:
    return sa.and_(
        moment >= clock.start_of(first_on), moment < clock.start_of(last_on + dt.timedelta(days=1))
    )


def _all(where: sa.ColumnElement[bool]) -> Sequence[Lead]:
    """Of the whole district, whoever reads it."""
    rows = sa.select(Lead).where(where).order_by(Lead.reported_at, Lead.id)
    return db.session.scalars(
        rows.options(
            joinedload(Lead.report_unit),
            joinedload(Lead.unit),
            selectinload(Lead.duplicate_of).joinedload(Lead.report_unit),
        )
    ).all()
