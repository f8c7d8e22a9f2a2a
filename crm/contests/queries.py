"""Reading the contest: the projects of a year as they compete, in a handful of statements however many they are."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from crm.db import db
from crm.delivery import queries as delivery
from crm.delivery.models import KeyProject, Milestone, ProgressEntry
from crm.delivery.status import Status
from crm.delivery.weeks import pace_of, week_of
from crm.org.models import User

from .models import ContestFormula
from .scoring import FIRST, WEEKS, Entry, Formula, streak_of

MOST = 2000  # projects of one year; a district has under a hundred
LOOK_BACK = 26  # weeks that a streak is counted over


def entries(user: User, today: dt.date, list_id: int | None = None) -> list[Entry]:
    """The projects of this year that I see, on one list or all of them."""
    rows = delivery.with_names(delivery.visible_to(user).where(delivery.built_as(today.year)))
    if list_id:
        rows = rows.where(delivery.on_list(list_id))
    projects = db.session.scalars(rows.order_by(KeyProject.id).limit(MOST)).unique().all()
    ids = [one.id for one in projects]
    told, nodes = _weeks_told(ids, today), _nodes(ids, today)
    time = delivery.time_progress(today)
    return [_entry(one, told[one.id], nodes.get(one.id, (0, 0)), time, today) for one in projects]


def _entry(
    project: KeyProject, told: set[dt.date], nodes: tuple[int, int], time: Decimal, today: dt.date
) -> Entry:
    this_week = week_of(today)  # its Monday may be of last year
    year = project.in_year(today.year) or project.years[-1]
    builds = project.status is Status.BUILDING
    since = (this_week - week_of(project.status_since)).days // 7
    due = (
        [this_week - dt.timedelta(weeks=n) for n in range(1, min(WEEKS, max(0, since)) + 1)] if builds else []
    )
    return Entry(
        project,
        year.planned_wan,
        year.done_wan,
        pace_of(year.done_wan, year.planned_wan, time),
        weeks_due=len(due),
        weeks_told=sum(week in told for week in due),
        nodes_due=nodes[0],
        nodes_kept=nodes[1],
        streak=streak_of(told, this_week),
        is_quiet=builds and this_week not in told,
    )


def _weeks_told(ids: Sequence[int], today: dt.date) -> dict[int, set[dt.date]]:
    first = week_of(today) - dt.timedelta(weeks=LOOK_BACK)
    rows = sa.select(ProgressEntry.project_id, ProgressEntry.week_on).where(
        ProgressEntry.project_id.in_(ids), ProgressEntry.week_on >= first
    )
    found: dict[int, set[dt.date]] = defaultdict(set)
    for id, week in db.session.execute(rows):
        found[id].add(week)
    return found


def _nodes(ids: Sequence[int], today: dt.date) -> dict[int, tuple[int, int]]:
    """{project: (milestones that were due this year by now, those of them reached by their day)}."""
    due = sa.and_(Milestone.plan_on >= today.replace(month=1, day=1), Milestone.plan_on <= today)
    kept = sa.func.count(sa.case((Milestone.actual_on <= Milestone.plan_on, 1)))
    rows = sa.select(Milestone.project_id, sa.func.count(), kept).where(Milestone.project_id.in_(ids), due)
    return {id: (n, in_time) for id, n, in_time in db.session.execute(rows.group_by(Milestone.project_id))}


def told_by_week(found: Sequence[Entry], today: dt.date, weeks: int = 8) -> list[tuple[dt.date, int]]:
    """How many of these reported in each of the last weeks, the oldest first."""
    ids = [one.project.id for one in found]
    first = week_of(today) - dt.timedelta(weeks=weeks - 1)
    counted: Counter[Any] = Counter()
    rows = (
        sa.select(ProgressEntry.week_on, sa.func.count())
        .where(ProgressEntry.project_id.in_(ids), ProgressEntry.week_on >= first)
        .group_by(ProgressEntry.week_on)
    )
    counted.update(dict(db.session.execute(rows).all()))  # type: ignore[arg-type]
    return [(week, counted[week]) for n in range(weeks) if (week := first + dt.timedelta(weeks=n))]


# --- the formula --------------------------------------------------------------------------------------------


def versions() -> Sequence[ContestFormula]:
    """Every one after the first, the newest first."""
    rows = sa.select(ContestFormula).options(joinedload(ContestFormula.actor))
    return db.session.scalars(rows.order_by(ContestFormula.number.desc()).limit(200)).all()


def formula_on(day: dt.date) -> Formula:
    """The one in force."""
    rows = sa.select(ContestFormula).where(ContestFormula.from_on <= day)
    row = db.session.scalar(rows.order_by(ContestFormula.number.desc()).limit(1))
    return row.formula if row else FIRST


def formula_numbered(number: int) -> Formula | None:
    if number == FIRST.number:
        return FIRST
    row = db.session.scalar(sa.select(ContestFormula).filter_by(number=number))
    return row.formula if row else None


def newest() -> Formula:
    found = versions()
    return found[0].formula if found else FIRST
