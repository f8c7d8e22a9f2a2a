"""A scan of the whole base from the command line."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click
import sqlalchemy as sa

from crm.audit.trail import HOUSE
from crm.db import db, reading
from crm.jobs import queue
from crm.jobs.models import JobRun, JobState
from crm.lib.errors import Refused
from crm.lib.words import told

from . import scans


def add_to(group: click.Group) -> None:
    """Hang the command on `merchants`."""
    group.add_command(scan)


@click.command("scan")
def scan() -> None:
    """Look for duplicates over the whole base. What people decided stays decided."""
    began = time.monotonic()
    try:
        job_id = scans.order(actor=HOUSE).id
    except Refused as refused:
        raise click.ClickException(refused.message) from None
    db.session.commit()
    with _progress(job_id):
        job = _carry_out(job_id)
    if job.state is not JobState.DONE:
        raise click.ClickException(told(job.message) or job.state.label)
    said = ", ".join(f"{job.result[what]} {what}" for what in ("weighed", "found", "changed", "gone"))
    click.echo(f"{said} in {time.monotonic() - began:.1f} s")


def _carry_out(job_id: int) -> JobRun:
    """Here and now, but as a job like any other: the engine's page shows it, two do not run at once, and should
    this process be killed the house goes on with it. A worker of the house may take a turn at it too."""
    while True:
        try:
            queue.carry_out(job_id)
        except KeyboardInterrupt:
            queue.end(job_id, JobState.CANCELLED)
            raise
        db.session.rollback()
        job = db.session.get_one(JobRun, job_id, populate_existing=True)
        if job.state.is_over:
            return job
        db.session.rollback()
        time.sleep(0.5)


@contextmanager
def _progress(job_id: int) -> Iterator[None]:
    """A line on a terminal; nothing is said to a file."""
    over, engine = threading.Event(), db.engine

    def say() -> None:
        while not over.wait(0.5):
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
