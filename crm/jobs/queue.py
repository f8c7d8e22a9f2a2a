"""The queue: Huey inside the one process by default, on PostgreSQL shared by several.

A handler is registered under a name and gets its JobRun; it works in transactions of its own, each of which
leaves the job resumable, because a killed process is answered by running the job again:

    @handler("imports.run")
    def run(job): ...
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app
from huey import PostgresHuey, SqliteHuey
from huey.api import Huey

from crm.db import db
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _

from .models import JobRun, JobState

log = logging.getLogger(__name__)
HANDLERS: dict[str, Callable[[JobRun], dict[str, Any] | None]] = {}
BEFORE: list[
    Callable[[], None]
] = []  # called before each job: what the process must know that others may have changed
STALE = dt.timedelta(minutes=5)


class Cancelled(Exception):
    """Raised by `beat` when somebody has asked the job to stop."""


class Later(Exception):
    """Raised by a handler that has come some way and lets the jobs go first that wait."""


class NotMine(Exception):
    """Raised by a handler that finds another process at its job: the row is the other's."""


def handler(kind: str) -> Callable[[Callable[[JobRun], dict[str, Any] | None]], Any]:
    def register(function: Callable[[JobRun], dict[str, Any] | None]) -> Any:
        HANDLERS[kind] = function
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


def new(kind: str, *, title: str, params: dict[str, Any], user_id: int | None) -> JobRun:
    """Write a job down. Call `start` after the commit."""
    job = JobRun(kind=kind, title=title, params=params, user_id=user_id)
    db.session.add(job)
    db.session.flush()
    return job


def start(job_id: int) -> None:
    """Hand a committed job to the queue."""
    current_app.extensions["carry_out"](job_id)


def carry_out(job_id: int) -> None:
    """Run a job to its end, whatever end that is. A job that is not waiting is somebody else's."""
    now = clock.now()
    claimed: Any = db.session.execute(
        sa.update(JobRun)
        .where(JobRun.id == job_id, JobRun.state == JobState.QUEUED)
        .values(state=JobState.RUNNING, began_at=sa.func.coalesce(JobRun.began_at, now), beat_at=now)
    )
    is_ours = bool(claimed.rowcount)
    db.session.commit()
    if not is_ours:
        return
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
    except Cancelled:
        end(job_id, JobState.CANCELLED)
    except Refused as refused:
        end(job_id, JobState.FAILED, message=refused.message)
    except Exception:
        log.exception("job %s failed", job_id)
        end(job_id, JobState.FAILED, message=_("出了意外，已记入日志；没有做完的部分没有生效"))


def _wait_again(job_id: int) -> None:
    db.session.rollback()
    job = db.session.get_one(JobRun, job_id)
    job.state = JobState.QUEUED
    db.session.commit()
    start(job_id)


def beat(job: JobRun, done: int, total: int | None = None) -> None:
    """Say how far the job is, in the transaction that the next commit ends; stop when asked to."""
    job.done, job.beat_at = done, clock.now()
    if total is not None:
        job.total = total
    if db.session.scalar(sa.select(JobRun.cancel_asked).filter_by(id=job.id)):
        raise Cancelled


def report(job_id: int, done: int, total: int) -> None:
    """Say how far a job is that only reads: in a transaction of its own, which does not wait for the database."""
    with db.engine.begin() as connection:
        # The update comes first: a transaction that has read cannot begin to write once others have written.
        job: Any = JobRun.__table__
        connection.execute(
            sa.update(job).where(job.c.id == job_id).values(done=done, total=total, beat_at=clock.now())
        )
        asked = connection.scalar(sa.select(job.c.cancel_asked).where(job.c.id == job_id))
    if asked:
        raise Cancelled


def end(job_id: int, state: JobState, *, result: dict[str, Any] | None = None, message: str = "") -> None:
    db.session.rollback()
    job = db.session.get_one(JobRun, job_id)
    job.state, job.ended_at, job.message = state, clock.now(), message
    job.result = result or job.result
    db.session.commit()


def resume(*, everything: bool) -> list[int]:
    """Put back in the queue what a dead process left: all of it (the only process starts), or the stale."""
    left = JobRun.state == JobState.RUNNING
    if not everything:
        left = sa.and_(left, JobRun.beat_at < clock.now() - STALE)
    db.session.execute(sa.update(JobRun).where(left).values(state=JobState.QUEUED))
    waiting = list(db.session.scalars(sa.select(JobRun.id).filter_by(state=JobState.QUEUED)))
    db.session.commit()
    if everything:
        for job_id in waiting:
            start(job_id)
    return waiting
