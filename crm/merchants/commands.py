"""Commands about the merchant base."""

from __future__ import annotations

import time

import click

from crm.db import db

from . import identity, suspects


@click.group("merchants")
def group() -> None:
    """The merchant base."""


@group.command("reindex")
def reindex() -> None:
    """Build the search index and the look-up keys of all enterprises and people anew."""
    began = time.monotonic()
    done = identity.reindex(_say, db.session.commit)
    db.session.commit()
    click.echo(f"{done} records in {time.monotonic() - began:.1f} s")


@group.command("scan")
def scan() -> None:
    """Look for duplicates over the whole base. What people decided stays decided."""
    began = time.monotonic()
    told = suspects.scan(_say, db.session.commit)
    db.session.commit()
    click.echo(
        ", ".join(f"{count} {what}" for what, count in told.items()) + f" in {time.monotonic() - began:.1f} s"
    )


def _say(done: int, total: int) -> None:
    click.echo(f"{done} / {total}", err=True)
