"""The command line: serve, setup, demo, import. Each command is a door like a view: it commits.

Those that need the base say so in a sentence where there is none or one of another version: `COMMANDS` below.
"""

from __future__ import annotations

import gc
import signal
import sys
import threading
from collections.abc import Callable
from functools import wraps
from typing import Any

import click
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, current_app
from flask_migrate import upgrade
from waitress.server import create_server

from crm import config
from crm.backups import commands as backup_commands
from crm.db import db, reading
from crm.demo import loader as demo_district
from crm.duplicates.engine import commands as engine_commands
from crm.imports import commands as import_commands
from crm.jobs import queue
from crm.lib.errors import Refused
from crm.merchants import commands as merchant_commands
from crm.merchants import reindex
from crm.org import actions, demo, queries, settings
from crm.org.models import User
from crm.report_table import commands as report_table_commands


def init_app(app: Flask) -> None:
    for command in COMMANDS:
        app.cli.add_command(command)


def refuse_demo_accounts(app: Flask) -> None:
    """A house that is not the demo must not open with the demo's password in force."""
    if app.config["CRM_DEMO"]:
        return
    with app.app_context():
        if not sa.inspect(db.engine).has_table("user"):
            return
        if db.session.scalar(sa.select(User.id).where(User.is_demo, User.active).limit(1)):
            raise config.BadConfiguration(
                "This database still holds the demo district, whose passwords are public.\n"
                "Remove it (`flask --app wsgi demo remove`), use another CRM_DATA or DATABASE_URL,\n"
                "or set CRM_DEMO=1 if this is only a try-out."
            )
        db.session.rollback()


@click.command()
@click.option("--host", envvar="HOST", default="127.0.0.1", show_default=True)
@click.option("--port", envvar="PORT", default=8000, show_default=True)
@click.option("--threads", default=8, show_default=True)
@click.option("--demo", "with_demo", is_flag=True, help="Load the demo district into an empty database.")
def serve(host: str, port: int, threads: int, with_demo: bool) -> None:
    """Migrate, then serve web and jobs in one process until told to stop."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    app.config["CRM_DEMO"] = app.config["CRM_DEMO"] or with_demo
    upgrade()
    if with_demo and queries.nobody_yet() and demo.REMOVED not in settings.everything():
        click.echo("Loading the demo district …")
        demo_district.load()
        db.session.commit()
    db.session.rollback()  # having looked, this session would hold SQLite's write lock against the next
    refuse_demo_accounts(app)
    server = create_server(app, host=host, port=port, threads=threads, ident="")
    with app.app_context():
        queue.resume(everything=True)
        empty = queries.nobody_yet()
        db.session.rollback()
    sys.setswitchinterval(
        0.0005
    )  # a job that computes beside the web lets go ten times as often: pages do not wait
    settle()
    consumer = in_process_consumer(app)
    consumer.start()
    with app.app_context():
        reindex.ensure()
    _stop_politely(server)
    address = f"http://{'localhost' if host in ('127.0.0.1', '0.0.0.0') else host}:{port}/"
    if empty:
        address += f"setup?token={demo.setup_token(app.config['CRM_DATA'])}"
    click.echo(f"Ready: {address}")
    try:
        server.run()
    finally:
        consumer.stop(graceful=True)


def settle() -> None:
    """What stands after the start stays to the end: the collector need not look through it again and again, which
    costs a large export a seventh of its time. Nor need it look through the rest with every page: one in ten took 100 to
    200 ms longer."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000)  # objects more than before, a busy page's; 700 by itself


def in_process_consumer(app: Flask) -> Any:
    """Huey's worker beside the web threads; the process's signals stay ours."""
    consumer = app.extensions["huey"].create_consumer(
        workers=1, periodic=True, check_worker_health=True, max_delay=1
    )
    consumer._set_signal_handlers = lambda: None
    return consumer


def _stop_politely(server: Any) -> None:
    def stop(*_signal: Any) -> None:
        threading.Thread(target=server.close, daemon=True).start()
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)


@click.command("create-administrator")
@click.option("--login", prompt="用户名 login")
@click.option("--name", prompt="姓名 name")
@click.option("--unit", prompt="单位 unit", default="区招商局")
@click.password_option()
def create_administrator(login: str, name: str, unit: str, password: str) -> None:
    """Make the first administrator of an empty house."""
    try:
        user = actions.first_administrator(login, name, password, unit)
    except Refused as refused:
        raise click.ClickException(refused.message) from None
    db.session.commit()
    click.echo(f"{user.login}: ok")


@click.group("demo")
def demo_group() -> None:
    """The demo district: fictional, on its own business day."""


@demo_group.command("load")
def load_demo() -> None:
    """Load it into an empty database."""
    if not queries.nobody_yet():
        raise click.ClickException("The database is not empty.")
    demo_district.load()
    db.session.commit()


@demo_group.command("remove")
@click.confirmation_option(prompt="Remove the demo district and everything entered into it?")
def remove_demo() -> None:
    """Take it away; a copy of a SQLite database is kept among the backups."""
    if settings.business_day() is None:
        raise click.ClickException("No demo district is loaded.")
    demo.remove(current_app.config["CRM_DATA"])
    db.session.commit()
    click.echo(f"setup token: {demo.setup_token(current_app.config['CRM_DATA'])}")


def _guarded(command: click.Command) -> click.Command:
    """The same command, or group of commands, that looks first whether there is a base to work on."""
    if isinstance(command, click.Group):
        for one in command.commands.values():
            _guarded(one)
    elif command.callback and command not in NEED_NO_BASE:
        command.callback = _after_a_look(command.callback)
    return command


def _after_a_look(act: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(act)
    def looked(*args: Any, **kwargs: Any) -> Any:
        if problem := _no_base():
            raise click.ClickException(problem)
        return act(*args, **kwargs)

    return looked


def _no_base() -> str:
    """'' where the database has the schema of this version."""
    known = ScriptDirectory(str(current_app.extensions["migrate"].directory)).get_current_head()
    try:
        with reading(), db.engine.connect() as connection:
            there = MigrationContext.configure(connection).get_current_revision()
    except sa.exc.OperationalError as error:
        return f"The database cannot be opened: {error.orig}"
    if there == known:
        return ""
    how = "`flask --app wsgi db upgrade` (or `serve`, which does it first)"
    if there is None:
        return f"There is no base yet. Make it with {how}."
    return f"The base is of schema {there}, this version needs {known}. Bring it there with {how}."


import_commands.add_to(merchant_commands.group)
engine_commands.add_to(merchant_commands.group)
NEED_NO_BASE = (serve, backup_commands.list_them, backup_commands.check, backup_commands.restore)
"""They make it, look at files alone, or put it back."""
COMMANDS = tuple(
    map(
        _guarded,
        (
            serve,
            create_administrator,
            demo_group,
            backup_commands.group,
            report_table_commands.report_table,
            merchant_commands.group,
            merchant_commands.dedup_group,
        ),
    )
)
