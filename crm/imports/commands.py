"""Lists in, from the command line."""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

import click
import sqlalchemy as sa

from crm.db import db
from crm.lib.errors import Refused
from crm.org.models import Unit, User
from crm.org.permissions import Permission

from . import actions, jobs


def add_to(group: click.Group) -> None:
    """Hang the import command on `merchants`."""
    group.add_command(import_list)


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--unit", "unit_name", help="The unit that reports and follows the merchants (default: the user's)."
)
@click.option("--as", "login", help="The user who imports (default: the first administrator).")
@click.option(
    "--take-duplicates", is_flag=True, help="Also create rows that look like merchants already there."
)
def import_list(file: Path, unit_name: str | None, login: str | None, take_duplicates: bool) -> None:
    """Import merchants from FILE (xlsx, csv, csv.gz): check every row, then create the new ones."""
    try:
        user = _user(login)
        unit = _unit(unit_name, user)
        with file.open("rb") as stream:
            batch = actions.upload(stream, file.name, unit_id=unit.id, actor=user)
        for remark in batch.remarks:
            click.echo(remark, err=True)
        actions.choose_columns(batch, dict(batch.mapping))
        named = [f"{batch.headers[int(at)]} → {field}" for at, field in batch.mapping.items()]
        click.echo("，".join(named), err=True)
        batch_id = batch.id
        db.session.commit()
        began = time.monotonic()
        batch = jobs.check(batch_id, _Said("check"))
        checked = time.monotonic()
        _report("check", batch.counts, checked - began)
        actions.begin_run(batch, take_duplicates=take_duplicates)
        db.session.commit()
        batch = jobs.run(batch_id, _Said("run"))
        _report("run", batch.counts, time.monotonic() - checked)
    except Refused as refused:
        db.session.rollback()
        raise click.ClickException(refused.message) from None
    click.echo(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB")


class _Said:
    """Progress on one line of the terminal."""

    def __init__(self, what: str):
        self.what = what

    def __call__(self, done: int) -> None:
        if sys.stderr.isatty():
            click.echo(f"\r{self.what} {done:,}", err=True, nl=False)


def _report(what: str, counts: dict[str, int], seconds: float) -> None:
    said = "  ".join(f"{key} {count:,}" for key, count in sorted(counts.items()))
    click.echo(f"{what}: {seconds:.1f} s  {said}")


def _user(login: str | None) -> User:
    rows = sa.select(User).where(User.active)
    if login:
        user = db.session.scalar(rows.where(User.login == login))
    else:
        rows = rows.where(User.role == "administrator").order_by(User.id)
        user = db.session.scalars(rows.limit(1)).first()
    if user is None:
        raise click.ClickException(
            f"no such user: {login}" if login else "no administrator yet; say --as LOGIN"
        )
    if not user.may(Permission.IMPORT_RUN):
        raise click.ClickException(f"{user.login} may not import")
    return user


def _unit(name: str | None, user: User) -> Unit:
    if name is None:
        return user.unit
    unit = db.session.scalar(sa.select(Unit).where(sa.or_(Unit.name == name, Unit.code == name)))
    if unit is None:
        raise click.ClickException(f"no such unit: {name}")
    return unit
