"""How migrations run: on the application's own engine, with every model of the house known."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import context
from flask import current_app

import crm
from crm.db import STATISTICS, Moment, Wan, db

for package in pkgutil.iter_modules(crm.__path__, "crm."):
    if package.ispkg and any(
        m.name == "models" for m in pkgutil.iter_modules([f"{crm.__path__[0]}/{package.name[4:]}"])
    ):
        importlib.import_module(f"{package.name}.models")
importlib.import_module("crm.web.once")


def of_the_models(_object: Any, name: str | None, kind: str, _reflected: bool, _compare: Any) -> bool:
    """search_fts is made by hand in a migration (no model can describe it), huey_* by the queue itself."""
    return not (kind == "table" and (name or "").startswith(("search_fts", "huey_")))


def plain_types(kind: str, value: Any, _context: Any) -> str | bool:
    """Migrations outlive the code: they name the database's types, not ours."""
    if kind != "type":
        return False
    if isinstance(value, Moment):
        return "sa.DateTime()"
    if isinstance(value, Wan):
        return "sa.BigInteger()"
    if value.__class__.__name__ == "Enum":
        return f"sa.String(length={value.length})"
    return False


def same_type(_context: Any, _column: Any, _meta: Any, inspected: Any, wanted: Any) -> bool | None:
    """A state is stored as a word."""
    return False if wanted.__class__.__name__ == "Enum" and hasattr(inspected, "length") else None


@contextmanager
def references_checked_at_the_end(connection: Any) -> Iterator[None]:
    """SQLite changes a table by building it anew and dropping the old one, and with foreign keys on, the drop
    deletes the rows of all tables that refer to it. So they are off meanwhile, and all of them are checked before
    the migration is committed. The switch works only outside a transaction: it is thrown on the raw connection.
    """
    raw = connection.connection.dbapi_connection
    if connection.dialect.name != "sqlite":
        yield
        return
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        # The check has begun one more transaction, and this connection goes back to the pool that serves pages.
        connection.rollback()
        raw.execute("PRAGMA foreign_keys=ON")


def loose_ends(connection: Any) -> set[tuple[Any, ...]]:
    """(table, row, the table it refers to, which of its references) of rows that refer to nothing."""
    if connection.dialect.name != "sqlite":
        return set()
    return {tuple(row) for row in connection.exec_driver_sql("PRAGMA foreign_key_check")}


def tie_up(connection: Any) -> set[tuple[Any, ...]]:
    """A house on SQLite that was served before 2026-11-23 watched its references on some connections only: what
    should have gone with its owner is still there. It goes now. Answers what no rule says anything about."""
    left: set[tuple[Any, ...]] = set()
    ask = connection.exec_driver_sql
    while loose := loose_ends(connection) - left:
        for end in loose:
            table, row, _parent, number = end
            rules = [one for one in ask(f'PRAGMA foreign_key_list("{table}")').fetchall() if one[0] == number]
            column, on_delete = rules[0][3], rules[0][6]
            if on_delete == "CASCADE":
                ask(f'DELETE FROM "{table}" WHERE rowid = ?', (row,))
            elif on_delete == "SET NULL":
                ask(f'UPDATE "{table}" SET "{column}" = NULL WHERE rowid = ?', (row,))
            else:
                left.add(end)
    connection.commit()
    return left


def refuse_loose_ends(connection: Any, known: set[tuple[Any, ...]]) -> None:
    if loose := loose_ends(connection) - known:
        raise RuntimeError(f"this migration leaves rows that refer to nothing: {sorted(loose)[:5]}")


def run() -> None:
    engine, applied = current_app.extensions["migrate"].db.engine, []
    with engine.connect() as connection, references_checked_at_the_end(connection):
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_as_batch=True,
            include_object=of_the_models,
            render_item=plain_types,
            compare_type=same_type,
            on_version_apply=lambda **told: applied.append(told["step"]),
        )
        known = tie_up(connection)
        with context.begin_transaction():
            context.run_migrations()
            refuse_loose_ends(connection, known)
        if applied:
            connection.exec_driver_sql(STATISTICS)
            connection.commit()


run()
