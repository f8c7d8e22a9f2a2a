"""A job from the command line: here and now, but a job like any other. Pages show it, two do not run at once, and
should this process be killed the house goes on with it."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click
import sqlalchemy as sa

from crm.db import db, reading
from crm.lib import clock

from . import queue
from .models import JobRun, JobState

LOOKS_S = 0.5  # between two looks at how far it is


def carry_out(job_id: int) -> JobRun:
    """A committed job to its end, told on a terminal. A worker of the house may take a turn at it, or have begun
    it already: then it is waited for."""
    with _progress(job_id):
        while True:
            try:
                queue.carry_out(job_id)
            except KeyboardInterrupt:
                queue.end(job_id, JobState.CANCELLED)
                raise
            db.session.rollback()
            with reading():
                job = db.session.get_one(JobRun, job_id, populate_existing=True)
                db.session.expunge(job)
                db.session.rollback()
            if job.state.is_over:
                return job
            if job.state is JobState.RUNNING and job.beat_at and job.beat_at < clock.now() - queue.STALE:
                queue.resume(everything=False)  # whoever did it is dead
            time.sleep(LOOKS_S)


@contextmanager
def _progress(job_id: int) -> Iterator[None]:
    """A line on a terminal; nothing is said to a file."""
    over, engine = threading.Event(), db.engine

    def say() -> None:
        while not over.wait(LOOKS_S):
            with reading(), engine.connect() as connection:
                done, total = connection.execute(
                    sa.select(JobRun.done, JobRun.total).where(JobRun.id == job_id)
                ).one()
            click.echo(f"\r{done} / {total}\033[K", nl=False, err=True)
        click.echo("", err=True)

    watcher = threading.Thread(target=say, daemon=True) if sys.stderr.isatty() else None
    if watcher:
        watcher.start()
    try:
        yield
    finally:
        over.set()
        if watcher:
            watcher.join()
