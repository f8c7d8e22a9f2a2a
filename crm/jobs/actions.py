"""The verbs of jobs: stop one, take note of how mine ended, have something that recurs run now."""

from __future__ import annotations

from collections.abc import Sequence

from crm.audit.trail import record
from crm.db import db
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.org.models import User

from . import periodic, queries, queue
from .models import JobRun, JobState, PeriodicRun
from .periodic import Periodic


def cancel(job: JobRun, *, actor: User) -> bool:
    """Stop a job: one that has never begun at once, another at the end of its chunk. Answers whether it is over."""
    if job.state.is_over:
        raise Refused(_("这项任务已经结束"))
    dropped = job.state is JobState.QUEUED and queue.drop(job)
    if not dropped and job.kind in queue.UNSTOPPABLE:
        raise Refused(_("这项任务不能停在中途"))
    record("job.cancelled", job, actor=actor, name=job.title)
    if dropped:
        return True
    job.cancel_asked = True
    return False


def see(jobs: Sequence[JobRun]) -> None:
    """Their owner knows how these ended. Not in the trail: nothing of the district's changes."""
    for job in jobs:
        if job.state.is_over and job.seen_at is None:
            job.seen_at = clock.now()


def run_now(line: Periodic, *, actor: User) -> None:
    """Write down who asked; the door then hands it to the queue."""
    last = db.session.scalar(queries.runs_of(line.name))
    if periodic.is_running(last):
        raise Refused(_("“%(what)s”正在运行", what=line.label))
    subject = last or PeriodicRun(name=line.name)
    record("periodic.asked", subject, actor=actor, name=line.label)
