"""The verbs of jobs and of the bell: stop one, take note of how mine ended, tell people news, have something that recurs
run now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from crm.audit.trail import record
from crm.db import db
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _, keep
from crm.org.models import User

from . import periodic, queries, queue
from .models import JobRun, JobState, Notice, PeriodicRun
from .periodic import Periodic


def cancel(job: JobRun, *, actor: User) -> bool:
    """Stop a job: one that has never begun at once, another at the end of its chunk. Answers whether it is over."""
    if job.state.is_over:
        raise Refused(_("这项任务已经结束"))
    dropped = job.state is JobState.QUEUED and queue.drop(job)
    if not dropped and job.kind in queue.UNSTOPPABLE:
        raise Refused(_("这项任务不能停在中途"))
    record("job.cancelled", job, actor=actor, name=job.name)
    if dropped:
        return True
    job.cancel_asked = True
    return False


def see(jobs: Sequence[JobRun]) -> None:
    """Their owner knows how these ended. Not in the trail: nothing of the district's changes."""
    for job in jobs:
        if job.state.is_over and job.seen_at is None:
            job.seen_at = clock.now()


def tell(users: Iterable[User], about: str, said: str, endpoint: str, **values: Any) -> None:
    """Ring the bell of these people; what they were told of the same before is replaced. Not in the trail: what it
    tells of is."""
    ids = {user.id for user in users}
    there = {
        one.user_id: one
        for one in db.session.scalars(sa.select(Notice).where(Notice.about == about, Notice.user_id.in_(ids)))
    }
    for user_id in sorted(ids):
        notice = there.get(user_id) or Notice(user_id=user_id, about=about)
        notice.said, notice.endpoint, notice.values = keep(said), endpoint, values
        notice.at, notice.seen_at = clock.now(), None
        db.session.add(notice)


def take_back(about: str) -> None:
    """It is news no more, for anybody."""
    db.session.execute(sa.delete(Notice).where(Notice.about == about))


def take_back_from(user: User, about: str) -> None:
    db.session.execute(sa.delete(Notice).where(Notice.about == about, Notice.user_id == user.id))


def forget(oldest: dt.datetime, *, in_use: sa.Select[Any]) -> int:
    """Jobs that were over before this, those that something still names left out, and news that old. How many."""
    over = sa.delete(JobRun).where(
        JobRun.state.in_(queries.OVER), JobRun.ended_at < oldest, JobRun.id.not_in(in_use)
    )
    news = sa.delete(Notice).where(Notice.at < oldest)
    gone: Any = db.session.execute(over), db.session.execute(news)
    return sum(int(one.rowcount) for one in gone)


def see_notices(notices: Iterable[Notice]) -> None:
    for notice in notices:
        notice.seen_at = notice.seen_at or clock.now()


def run_now(line: Periodic, *, actor: User) -> None:
    """Write down who asked; the door then hands it to the queue."""
    last = db.session.scalar(queries.runs_of(line.name))
    if periodic.is_running(last):
        raise Refused(_("“%(what)s”正在运行", what=line.label))
    subject = last or PeriodicRun(name=line.name)
    record("periodic.asked", subject, actor=actor, name=line.label)
