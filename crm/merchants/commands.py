"""Commands about the merchant base."""

from __future__ import annotations

import sys
import time

import click

from crm.db import db
from crm.jobs import terminal
from crm.jobs.models import JobState

from . import reindex


@click.group("merchants")
def group() -> None:
    """The merchant base."""


@click.group("dedup")
def dedup_group() -> None:
    """The look-up behind 查重 and the search box."""


@dedup_group.command("reindex")
@click.option("--search/--no-search", default=True, help="The search entries as well, or the keys alone.")
def reindex_all(search: bool) -> None:
    """Make it anew from the records while everybody goes on working; goes on where it was interrupted. If the house
    is at it already, it is waited for."""
    began = time.monotonic()
    job_id = reindex.order(search=search)
    db.session.commit()
    job = terminal.carry_out(job_id)
    if job.state is not JobState.DONE:
        raise click.ClickException(job.message or job.state.label)
    told = reindex.Told(**job.result)
    click.echo(
        f"{told.records} records, {told.changed} entries changed, {told.put_in} keys put in, {told.taken_out} taken out,"
        f" {told.found_anew} search entries changed in {time.monotonic() - began:.1f} s"
    )


@dedup_group.command("check")
@click.option("--search/--no-search", default=True, help="The search entries as well, or the keys alone.")
@click.pass_context
def check(context: click.Context, search: bool) -> None:
    """Prove that it says what the records say. Names the first differences and ends with 1 if there are any."""
    began = time.monotonic()
    found = reindex.check(_progress(), search=search)
    for sentence in found.first:
        click.echo(sentence)
    click.echo(
        f"{found.records} records, {found.keys} keys: {found.differences} differences"
        f" in {time.monotonic() - began:.1f} s"
    )
    context.exit(1 if found.differences else 0)


def _progress() -> reindex.Progress:
    """One line on a terminal, told again at most twice a second; nothing is said to a file."""
    last = 0.0

    def say(stage: str, done: int, total: int) -> None:
        nonlocal last
        if sys.stderr.isatty() and (time.monotonic() - last > 0.5 or done >= total):
            last = time.monotonic()
            click.echo(f"\r{stage}: {done} / {total}\033[K", nl=False, err=True)

    return say
