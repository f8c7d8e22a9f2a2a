"""Reading jobs: everybody's own; all of them for those who look after the house."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from flask import g
from sqlalchemy.orm import joinedload

from crm.db import db
from crm.lib import clock
from crm.org.models import User
from crm.org.permissions import Permission

from . import periodic
from .models import JobRun, JobState, Notice, PeriodicRun
from .periodic import Periodic

UNDER_WAY = (JobState.QUEUED, JobState.RUNNING)
OVER = tuple(state for state in JobState if state.is_over)
SHOWN_IN_BELL = 5


def visible_to(user: User) -> sa.Select[JobRun]:
    rows = sa.select(JobRun).options(joinedload(JobRun.user))
    return rows if user.may(Permission.JOB_MANAGE) else rows.where(JobRun.user_id == user.id)


def own(user: User) -> sa.Select[JobRun]:
    return visible_to(user).where(JobRun.user_id == user.id)


def sees_all(user: User, who: str | None) -> bool:
    """Whether the address asks for everybody's, by one who may see them."""
    return who == "all" and user.may(Permission.JOB_MANAGE)


def under_way(rows: sa.Select[JobRun]) -> sa.Select[JobRun]:
    """What runs, then what waits in the order in which it will come."""
    running = sa.case((JobRun.state == JobState.RUNNING, 0), else_=1)
    return rows.where(JobRun.state.in_(UNDER_WAY)).order_by(running, JobRun.queued_at, JobRun.id)


def over(rows: sa.Select[JobRun]) -> sa.Select[JobRun]:
    return rows.where(JobRun.state.in_(OVER)).order_by(JobRun.id.desc())


def unseen(user: User) -> sa.Select[JobRun]:
    """What the bell rings for."""
    return over(own(user)).where(JobRun.seen_at.is_(None))


def ahead(job: JobRun) -> int:
    """How many jobs of anybody's go before one that waits. One statement for all jobs of a page."""
    if "jobs_in_line" not in g:
        rows = sa.select(JobRun.id, JobRun.state).where(JobRun.state.in_(UNDER_WAY))
        line = db.session.execute(rows.order_by(JobRun.queued_at, JobRun.id)).all()
        running = sum(state is JobState.RUNNING for _id, state in line)
        waiting = [one for one, state in line if state is JobState.QUEUED]
        g.jobs_in_line = {one: running + at for at, one in enumerate(waiting)}
    return int(g.jobs_in_line.get(job.id, 0))


def news(user: User) -> sa.Select[Notice]:
    """What this person has been told and not seen, the newest first."""
    mine = sa.select(Notice).where(Notice.user_id == user.id, Notice.seen_at.is_(None))
    return mine.order_by(Notice.at.desc(), Notice.id.desc())


@dataclass(frozen=True)
class Bell:
    """What there is to tell somebody: news, jobs of his that ended and he has not seen, jobs under way."""

    news: list[Notice]
    ended: list[JobRun]
    count: int
    under_way: int


GOING, ENDED, TOLD = range(3)


def bell(user: User) -> Bell:
    """One statement for every page, from two indexes; more only when there is something to tell."""
    mine = sa.and_(JobRun.user_id == user.id, JobRun.seen_at.is_(None))
    is_over = sa.case((JobRun.state.in_(OVER), ENDED), else_=GOING)
    told = sa.select(sa.literal(TOLD), sa.func.count()).where(
        Notice.user_id == user.id, Notice.seen_at.is_(None)
    )
    counted = sa.union_all(sa.select(is_over, sa.func.count()).where(mine).group_by(is_over), told)
    many = {int(what): int(count) for what, count in db.session.execute(counted)}
    ended: list[JobRun] = []
    notices = list(db.session.scalars(news(user).limit(SHOWN_IN_BELL))) if many[TOLD] else []
    if many.get(ENDED):
        newest = sa.select(JobRun).where(mine, JobRun.state.in_(OVER)).order_by(JobRun.ended_at.desc())
        ended = list(db.session.scalars(newest.limit(SHOWN_IN_BELL)))
    return Bell(notices, ended, many.get(ENDED, 0) + many[TOLD], many.get(GOING, 0))


def runs_of(name: str) -> sa.Select[PeriodicRun]:
    return sa.select(PeriodicRun).where(PeriodicRun.name == name)


@dataclass(frozen=True)
class Recurs:
    """A line of the table of what recurs, as its page shows it."""

    line: Periodic
    last: PeriodicRun | None
    next_at: dt.datetime | None
    running: bool


def recurring() -> list[Recurs]:
    runs = {run.name: run for run in db.session.scalars(sa.select(PeriodicRun))}
    now = clock.now()
    return [
        Recurs(line, runs.get(name), line.next_after(now), periodic.is_running(runs.get(name)))
        for name, line in periodic.lines().items()
    ]
