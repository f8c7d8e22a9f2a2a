"""The queue: Huey inside the one process by default, on PostgreSQL shared by several.

A handler is registered under a name and gets its JobRun; it works in transactions of its own, each of which
leaves the job resumable, because a killed process is answered by running the job again:

    @handler("imports.run", N_("导入名单"))
    def run(job): ...

Who claims a job writes the number of the attempt into its row, and each `beat`, in the transaction of the chunk,
looks whether it still stands there: a worker that was believed dead and wakes up finds that it is not, and its
chunk is rolled back.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app
from huey import PostgresHuey, SqliteHuey
from huey.api import Huey

from crm.db import Moment, db
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _, keep

from .models import JobRun, JobState

log = logging.getLogger(__name__)
HANDLERS: dict[str, Callable[[JobRun], dict[str, Any] | None]] = {}
LABELS: dict[str, str] = {}  # kind -> what people call such work
UNSTOPPABLE: set[str] = set()  # kinds that go to their end once they have begun
DROPPED: dict[str, Callable[[JobRun], None]] = {}  # kind -> what is to be put back when it never began
BEFORE: list[
    Callable[[], None]
] = []  # called before each job: what the process must know that others may have changed
STALE = dt.timedelta(minutes=5)
_claim: ContextVar[tuple[int, int] | None] = ContextVar(
    "claim", default=None
)  # (job, attempt) under way here


class Cancelled(Exception):
    """Raised by `beat` when somebody has asked the job to stop."""


class Later(Exception):
    """Raised by a handler that has come some way and lets the jobs go first that wait."""


class Again(Exception):
    """Raised by a handler that cannot go on for a reason outside of it (the database is away): the job waits until
    what wakes stale jobs comes round."""


class NotMine(Exception):
    """Raised by a handler that finds another process at its job: the row is the other's."""


def handler(
    kind: str,
    label: str = "",
    *,
    dropped: Callable[[JobRun], None] | None = None,
    stoppable: bool = True,
) -> Callable[[Callable[[JobRun], dict[str, Any] | None]], Any]:
    """`label` (a msgid) is what people read; `dropped` is called, in the transaction that cancels it, for a job
    that waits and has never begun. Not `stoppable`: once it has begun it is not cancelled."""

    def register(function: Callable[[JobRun], dict[str, Any] | None]) -> Any:
        HANDLERS[kind] = function
        LABELS[kind] = label
        if dropped:
            DROPPED[kind] = dropped
        if not stoppable:
            UNSTOPPABLE.add(kind)
        return function

    return register


def init_app(app: Flask) -> None:
    huey = make_huey(app)
    app.extensions["huey"] = huey
    app.extensions["carry_out"] = huey.task(name="carry_out")(lambda job_id: within(app, job_id))


def make_huey(app: Flask) -> Huey:
    settings = {"immediate": app.config["HUEY_IMMEDIATE"], "store_intermediate_errors": False}
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    if url.startswith("postgresql") and not app.config["HUEY_IMMEDIATE"]:
        return PostgresHuey("crm", dsn=url.replace("+psycopg", ""), **settings)
    return SqliteHuey("crm", filename=str(app.config["CRM_DATA"] / "jobs.db"), **settings)


def within(app: Flask, job_id: int) -> None:
    with app.app_context():
        carry_out(job_id)


LONGEST_TITLE = 200


def new(kind: str, *, title: str, params: dict[str, Any], user_id: int | None) -> JobRun:
    """Write a job down. Call `start` after the commit."""
    kept = keep(title)  # each who sees it reads it in his own language, if there is room for how it was made
    kept = kept if len(kept) <= LONGEST_TITLE else str(title)[:LONGEST_TITLE]
    job = JobRun(kind=kind, title=kept, params=params, user_id=user_id)
    db.session.add(job)
    db.session.flush()
    return job


def start(job_id: int) -> None:
    """Hand a committed job to the queue."""
    current_app.extensions["carry_out"](job_id)


def carry_out(job_id: int) -> None:
    """Run a job to its end, whatever end that is. A job that is not waiting is somebody else's."""
    attempt = _claimed(job_id)
    if attempt is None:
        return
    token = _claim.set((job_id, attempt))
    try:
        _carry_out(job_id)
    finally:
        _claim.reset(token)


def _claimed(job_id: int) -> int | None:
    now = clock.now()
    claimed: Any = db.session.execute(
        sa.update(JobRun)
        .where(JobRun.id == job_id, JobRun.state == JobState.QUEUED)
        .values(
            state=JobState.RUNNING,
            began_at=sa.func.coalesce(JobRun.began_at, now),
            beat_at=now,
            attempt=JobRun.attempt + 1,
            paced_at=now,
            paced_from=JobRun.done,
        )
        .execution_options(synchronize_session=False)
    )
    is_ours = bool(claimed.rowcount)
    attempt = db.session.scalar(sa.select(JobRun.attempt).where(JobRun.id == job_id)) if is_ours else None
    db.session.commit()
    return attempt


def _carry_out(job_id: int) -> None:
    job = db.session.get_one(JobRun, job_id)
    try:
        for prepare in BEFORE:
            prepare()
        result = HANDLERS[job.kind](job)
        end(job_id, JobState.DONE, result=result or {})
    except NotMine:
        db.session.rollback()
        log.warning("job %s has gone to another process", job_id)
    except Later:
        _wait_again(job_id)
    except Again:
        log.exception("job %s waits", job_id)
        _wait_again(job_id, at_once=False)
    except Cancelled:
        end(job_id, JobState.CANCELLED)
    except Refused as refused:
        end(job_id, JobState.FAILED, message=refused.message)
    except Exception:
        log.exception("job %s failed", job_id)
        end(job_id, JobState.FAILED, message=_("出了意外，已记入日志；没有做完的部分没有生效"))


def _wait_again(job_id: int, *, at_once: bool = True) -> None:
    db.session.rollback()
    # At the end of the line: those who wait are told how many stand before them.
    waits = _mine(job_id).values(state=JobState.QUEUED, queued_at=clock.now())
    is_ours = bool(db.session.execute(waits).rowcount)  # type: ignore[attr-defined]
    db.session.commit()
    if is_ours and at_once:
        start(job_id)


def _mine(job_id: int) -> sa.Update:
    """The UPDATE of a job that nobody else has claimed since."""
    mine = sa.update(JobRun).where(JobRun.id == job_id, JobRun.state == JobState.RUNNING)
    claim = _claim.get()
    if claim and claim[0] == job_id:
        mine = mine.where(JobRun.attempt == claim[1])
    return mine


def beat(job: JobRun, done: int, total: int | None = None, *, stoppable: bool = True) -> None:
    """Say how far the job is, in the transaction that the next commit ends; stop when asked to, or when the job
    has gone to another worker meanwhile."""
    job.done, job.beat_at = done, clock.now()
    if total is not None:
        job.total = total
    db.session.flush()  # its row is locked now, where rows can be
    _judge(job.id, db.session.execute(_standing(job.id)).one(), stoppable=stoppable)


def _standing(job_id: int) -> Any:
    return sa.select(JobRun.cancel_asked, JobRun.attempt, JobRun.state).where(JobRun.id == job_id)


def _judge(job_id: int, row: Any, *, stoppable: bool = True) -> None:
    claim = _claim.get()
    if claim and claim[0] == job_id and (row.attempt, row.state) != (claim[1], JobState.RUNNING):
        raise NotMine
    if row.cancel_asked and stoppable:
        raise Cancelled


def report(job_id: int, done: int, total: int) -> None:
    """Say how far a job is that only reads: in a transaction of its own, which does not wait for the database."""
    with db.engine.begin() as connection:
        # The update comes first: a transaction that has read cannot begin to write once others have written.
        job: Any = JobRun.__table__
        connection.execute(
            sa.update(job).where(job.c.id == job_id).values(done=done, total=total, beat_at=clock.now())
        )
        row = connection.execute(_standing(job_id)).one()
    _judge(job_id, row)


SAID = ("said", "label")  # of a result: sentences, which each reader reads in his own language


def end(job_id: int, state: JobState, *, result: dict[str, Any] | None = None, message: str = "") -> None:
    db.session.rollback()
    told = (
        {"result": {key: keep(value) if key in SAID else value for key, value in result.items()}}
        if result
        else {}
    )
    # How somebody's own cancelling ended is no news to him.
    seen = (
        sa.case((JobRun.cancel_asked, sa.literal(clock.now(), Moment)))
        if state is JobState.CANCELLED
        else None
    )
    db.session.execute(
        _mine(job_id)
        .values(state=state, ended_at=clock.now(), message=keep(message), seen_at=seen, **told)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()


def drop(job: JobRun) -> bool:
    """End a job that waits and has never begun; what its order has changed is put back. False: it has begun."""
    now = clock.now()
    waits = sa.update(JobRun).where(
        JobRun.id == job.id, JobRun.state == JobState.QUEUED, JobRun.began_at.is_(None)
    )
    dropped: Any = db.session.execute(
        waits.values(state=JobState.CANCELLED, cancel_asked=True, ended_at=now, seen_at=now)
    )
    if not dropped.rowcount:
        return False
    db.session.refresh(job)
    if put_back := DROPPED.get(job.kind):
        put_back(job)
    return True


def resume(*, everything: bool) -> list[int]:
    """Put back in the queue what a dead process left: all of it (the only process starts), or the stale."""
    left = JobRun.state == JobState.RUNNING
    if not everything:
        left = sa.and_(left, JobRun.beat_at < clock.now() - STALE)
    db.session.execute(sa.update(JobRun).where(left).values(state=JobState.QUEUED))
    queued = sa.select(JobRun.id).filter_by(state=JobState.QUEUED).order_by(JobRun.queued_at, JobRun.id)
    waiting = list(db.session.scalars(queued))
    db.session.commit()
    if everything:
        for job_id in waiting:
            start(job_id)
    return waiting
