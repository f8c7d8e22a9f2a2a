"""Records of the plain nouns that are there already: what a row would change on one, changing it, setting it back.

A blank cell changes nothing, whatever is chosen. Without overwriting only what is empty so far is written. What is
written is kept in the row's `effects` before and after, so that it can be set back as long as nobody has changed it.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from crm.audit.trail import marking
from crm.db import db, plain
from crm.duplicates.references import restored
from crm.lib import clock
from crm.lib.enums import Labelled
from crm.lib.words import _
from crm.org.models import User
from crm.reference import regions

from .declaring import Change, Renew, Words
from .models import ImportBatch, ImportRow
from .reading import Read
from .saying import kept_changes


def change_of(record: Any, one: Read, renew: Renew, *, overwrite: bool) -> Change:
    """What this row changes on this record."""
    change = Change(record, one, overwrite=overwrite)
    for column, field in renew.facts.items():
        before, after = getattr(record, column), one.data.get(column)
        if not one.gives(field) or after in ("", None) or before == after:
            continue
        if column in renew.added:
            there = {line.strip() for line in str(before or "").split("\n")}
            lines = [line for line in str(after).split("\n") if line.strip() not in there | {""}]
            if lines:
                change.columns[column] = "\n".join([*([before] if before else []), *lines])
            continue
        empty = before in ("", None, False) or before in renew.empty
        if column == "region_code" and before:
            if after in regions.lineage(before):
                continue  # what is known says more
            empty = before in regions.lineage(after)
        if empty or overwrite:
            change.columns[column] = after
    return change


def in_words(change: Change, renew: Renew) -> Words:
    """{field: [before, after]} as people read it."""
    told = {
        renew.facts[column] or column: [
            _spoken(change.record, column, getattr(change.record, column)),
            _spoken(change.record, column, after),
        ]
        for column, after in change.columns.items()
    }
    return told | renew.more(change)


def _spoken(record: Any, column: str, value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, Labelled):
        return value.label
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, dt.datetime):
        return clock.local(value).strftime("%Y-%m-%d %H:%M")
    if column == "region_code":
        return regions.full_name(value)
    if column.endswith("_id"):
        relation = sa.inspect(type(record)).relationships[column.removesuffix("_id")]
        other = db.session.get(relation.mapper.class_, value)
        return str(getattr(other, "name", value))
    return str(value)


def write(
    change: Change, renew: Renew, batch: ImportBatch, row: ImportRow, *, actor: User, note: str
) -> None:
    """Change the record by its noun's own verb. `row.changes` and `row.effects` say what was done."""
    row.changes = kept_changes(in_words(change, renew))
    before = {column: plain(getattr(change.record, column)) for column in change.columns}
    with marking(note, import_id=[None, batch.id]):
        more = renew.edit(change, actor)
        db.session.flush()
    db.session.refresh(change.record)  # as it will be read: 12000 comes back as 12000.00
    after = {column: plain(getattr(change.record, column)) for column in change.columns}
    row.effects = {"columns": {key: [before[key], after[key]] for key in before}, "more": more}


def differs(record: Any, effects: dict[str, Any]) -> bool:
    """Whether somebody has changed again what the row has written."""
    written = effects.get("columns", {})
    return any(plain(getattr(record, key)) != after for key, (_before, after) in written.items())


def take_back(
    record: Any, renew: Renew, batch: ImportBatch, row: ImportRow, *, actor: User, note: str
) -> None:
    table: sa.Table = type(record).__table__
    written = row.effects.get("columns", {})
    before = restored(table, {key: pair[0] for key, pair in written.items()})
    with marking(note, import_id=[batch.id, None]):
        renew.restore(record, before, row.effects.get("more"), actor)
        db.session.flush()
