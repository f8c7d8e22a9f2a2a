"""Lists in, from the command line."""

from __future__ import annotations

import resource
import time
from pathlib import Path

import click
import sqlalchemy as sa

from crm.db import db
from crm.jobs import queue
from crm.jobs.models import JobRun, JobState
from crm.lib.errors import Refused
from crm.lib.words import told
from crm.org.models import Unit, User
from crm.org.permissions import Permission

from . import actions, jobs, queries
from .models import Action, Finding, ImportBatch, Mode


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
    "--mode",
    type=click.Choice([mode.value for mode in Mode]),
    default=Mode.CREATE.value,
    show_default=True,
    help="Create what is not there yet, update what is, or both.",
)
@click.option(
    "--take-duplicates", is_flag=True, help="Also create rows that look like merchants already there."
)
def import_list(
    file: Path, unit_name: str | None, login: str | None, mode: str, take_duplicates: bool
) -> None:
    """Import merchants from FILE (xlsx, csv, csv.gz): check every row, then create the new ones (or update)."""
    try:
        user = _user(login)
        unit = _unit(unit_name, user)
        with file.open("rb") as stream:
            batch = actions.upload(stream, file.name, unit_id=unit.id, actor=user)
        for remark in batch.remarks:
            click.echo(told(remark), err=True)
        actions.choose_columns(batch, dict(batch.mapping))
        named = [f"{batch.headers[int(at)]} → {field}" for at, field in batch.mapping.items()]
        click.echo("，".join(named), err=True)
        actions.order_check(batch, Mode(mode))
        batch_id, began = batch.id, time.monotonic()
        _carry_out(batch, jobs.CHECK)
        batch, checked = db.session.get_one(ImportBatch, batch_id), time.monotonic()
        _report("check", batch.counts, checked - began)
        if take_duplicates:
            for finding in (Finding.DUPLICATE, Finding.REPEATED):
                actions.decide(batch, Action.CREATE, queries.rows_of(batch, finding=finding))
        actions.begin_run(batch)
        _carry_out(batch, jobs.RUN)
        counts = db.session.get_one(ImportBatch, batch_id).counts
        _report("run", counts, time.monotonic() - checked)
    except Refused as refused:
        db.session.rollback()
        raise click.ClickException(refused.message) from None
    click.echo(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB")


def _carry_out(batch: ImportBatch, kind: str) -> None:
    """Here and now, but as a job: should this process be killed, the next start of the house goes on with it."""
    job = queue.new(kind, title=batch.file_name, params={"batch": batch.id}, user_id=batch.user_id)
    job_id = batch.job_id = job.id
    db.session.commit()
    queue.carry_out(job_id)
    job = db.session.get_one(JobRun, job_id)
    if job.state is not JobState.DONE:
        raise Refused(told(job.message) or job.state.label)


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
