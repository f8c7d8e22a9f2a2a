"""`flask report-table`: the same table in a terminal."""

from __future__ import annotations

import click
import sqlalchemy as sa

from crm.db import db
from crm.lib.words import _
from crm.org.models import User

from . import queries


@click.command("report-table")
def report_table() -> None:
    """The 2013 report's figures beside those of the demo district's records."""
    admin = db.session.scalar(sa.select(User).filter_by(login="admin", is_demo=True))
    if admin is None or not queries.is_there(admin):
        raise click.ClickException(_("示例区没有载入，没有可以对照的数"))
    for line in queries.table(admin):
        row = line.row
        mark = {True: "=", False: "≠", None: " "}[line.agrees]
        ours = "；".join(one.text for one in line.ours) or "—"
        click.echo(f"{row.number:>2} {mark} {_(row.msgid)}（{row.period}）：{row.said} | {ours}")
        if row.conflict:
            click.echo(f"     ! {_(row.conflict)}")
