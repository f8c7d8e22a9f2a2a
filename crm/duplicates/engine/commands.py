"""A scan of the whole base from the command line."""

from __future__ import annotations

import time

import click

from crm.audit.trail import HOUSE
from crm.db import db
from crm.jobs import terminal
from crm.jobs.models import JobState
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
    job = terminal.carry_out(job_id)
    if job.state is not JobState.DONE:
        raise click.ClickException(told(job.message) or job.state.label)
    said = ", ".join(f"{job.result[what]} {what}" for what in ("weighed", "found", "changed", "gone"))
    click.echo(f"{said} in {time.monotonic() - began:.1f} s")
