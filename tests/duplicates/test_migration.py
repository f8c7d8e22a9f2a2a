"""The house that was shipped gets the tables of merging, and every row it had is still there."""

from __future__ import annotations

from typing import Any

import flask_migrate

from crm.db import db
from tests.cast import Cast, make_enterprise
from tests.conftest import ROOT

from .make import base, twins

SHIPPED = (
    "enterprise", "person", "former_name", "handle", "position", "tag", "stored_file", "lead", "deal", "deal_party",
    "contact_log", "contact_person", "user", "unit",
)  # fmt: skip


def test_rows_outlive_the_rebuilding_of_their_tables_both_ways(app: Any, cast: Cast) -> None:
    """SQLite builds a table anew to change it; with foreign keys on, dropping the old one would take the rows of
    all tables that refer to it."""
    twins(cast)
    wang = cast.wang
    wang_id, unit_id = wang.id, wang.unit_id
    before = {table: rows for table, rows in base().items() if table in SHIPPED}
    db.session.commit()
    db.session.remove()
    directory = str(ROOT / "migrations")
    flask_migrate.downgrade(directory=directory, revision="0001")
    flask_migrate.upgrade(directory=directory)
    after = base()
    for table, rows in before.items():
        assert rows and after[table] == rows, table
    db.session.commit()
    by = type(wang)(id=wang_id, unit_id=unit_id)
    newest = make_enterprise("最新的一家", by=by)
    number = newest.id
    db.session.commit()
    db.session.delete(newest)
    db.session.commit()
    assert make_enterprise("再来一家", by=by).id > number  # the rule is in the table that came back
