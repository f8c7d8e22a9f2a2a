"""`flask backup …`: make one, list them, prove that one can be put back, put one back."""

from __future__ import annotations

from pathlib import Path

import click
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from flask import current_app
from flask_migrate import upgrade

from crm.audit.trail import HOUSE, record
from crm.db import db
from crm.lib.errors import Refused
from crm.org.models import SignedIn

from . import actions, archive, queries


@click.group("backup")
def group() -> None:
    """Backups of the whole house: database and attachments."""


@group.command("make")
def make() -> None:
    """Make one now, look through it, and drop those that are too old."""
    try:
        path = archive.make("hand")
        known, _rows = archive.check(path)
    except Refused as refused:
        raise click.ClickException(refused.message) from None
    record("backup.made", actor=HOUSE, noun="backup", name=path.name)
    actions.drop_old()
    db.session.commit()
    click.echo(f"{path}  {path.stat().st_size:,} bytes, {known.files} attachments, checked")


@group.command("list")
def list_them() -> None:
    """The newest first."""
    for one in queries.backups():
        click.echo(f"{one.made_at:%Y-%m-%d %H:%M}  {one.size:>15,}  {one.path}")


@group.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check(file: Path) -> None:
    """Prove that FILE can be put back: take it out, compare its sums, open its database. Changes nothing."""
    try:
        known, rows = archive.check(file)
    except Refused as refused:
        raise click.ClickException(refused.message) from None
    click.echo(
        f"{known.engine}, schema {known.revision}, made {known.made_at:%Y-%m-%d %H:%M %Z}, {known.files} attachments"
    )
    for name, count in rows.items():
        click.echo(f"  {name:12} {count:>12,}" if known.engine == "sqlite" else f"  {name}")


@group.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--keep/--no-keep", default=True, help="Back up first what is there now.")
@click.confirmation_option(prompt="Stop the server first. Replace everything that is there now?")
def restore(file: Path, keep: bool) -> None:
    """Put FILE back: the database becomes what it was, attachments that are gone come back. Stop the server first."""
    try:
        if keep:
            click.echo(f"what was there is kept: {archive.make('restore')}")
        known = archive.restore(file, known_revisions())
    except Refused as refused:
        raise click.ClickException(refused.message) from None
    upgrade()
    db.session.execute(sa.delete(SignedIn))  # who signed out since the backup stays signed out
    record("backup.restored", actor=HOUSE, noun="backup", name=file.name)
    db.session.commit()
    click.echo(
        f"restored: {known.made_at:%Y-%m-%d %H:%M %Z}, schema {known.revision}. Start the server again."
    )


def known_revisions() -> set[str]:
    """The states of the schema that this version of the house can bring up to its own."""
    folder = current_app.extensions["migrate"].directory
    return {one.revision for one in ScriptDirectory(str(folder)).walk_revisions()}
