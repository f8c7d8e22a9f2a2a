"""Every command that needs the base says so where there is none, or one of another version: no traceback, and an exit code."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import sqlalchemy as sa

from crm import cli
from crm.db import db
from tests.conftest import make_app


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Any]:
    """An application whose database is a file without a table."""
    app = make_app(f"sqlite:///{tmp_path / 'crm.db'}", tmp_path)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def leaves(command: click.Command, *path: str) -> Iterator[tuple[click.Command, list[str]]]:
    """Each command below a group, and how it is called with as little as it takes."""
    if isinstance(command, click.Group):
        for name, one in command.commands.items():
            yield from leaves(one, *path, name)
        return
    called = list(path)
    for given in command.params:
        if isinstance(given, click.Argument):
            called.append(__file__)
        elif isinstance(given, click.Option) and given.prompt:
            called += [given.opts[0]] if given.is_flag else [given.opts[0], "three frosty pomelos"]
    yield command, called


def test_each_command_says_that_there_is_no_base(bare: Any) -> None:
    asked = set()
    for command, called in (found for one in cli.COMMANDS for found in leaves(one, one.name or "")):
        if command not in cli.NEED_NO_BASE:
            asked.add(" ".join(called[:2]))
            answer = bare.test_cli_runner().invoke(args=called)
            assert answer.exit_code == 1 and "There is no base yet" in answer.output, (called, answer.output)
    assert {"report-table", "merchants scan", "merchants import", "dedup check", "demo load"} <= asked


def test_a_base_of_another_version_is_named(bare: Any) -> None:
    with db.engine.begin() as connection:
        connection.execute(sa.text("create table alembic_version (version_num varchar(32))"))
        connection.execute(sa.text("insert into alembic_version values ('0001')"))
    answer = bare.test_cli_runner().invoke(args=["report-table"])
    assert answer.exit_code == 1 and "is of schema 0001" in answer.output
    assert "db upgrade" in answer.output and "Traceback" not in answer.output
