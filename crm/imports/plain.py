"""The check, the run and the taking back of lists whose records are made by their own verbs, one by one."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from crm.audit.models import Event
from crm.db import Model, db
from crm.lib.errors import Refused
from crm.lib.on_merge import KEY, Act
from crm.lib.words import _
from crm.org.models import User

from . import nouns, undoing
from .columns import values_of
from .models import Action, Finding, ImportBatch, ImportRow, Mode, Outcome
from .nouns import Noun
from .reading import Read

LONGEST = 0.15  # seconds of making in one transaction
Row = tuple[int, list[str]]
Seen = dict[tuple[Any, ...], int]  # what a row says -> the first row that says it


def look_at(
    noun: Noun, rows: Sequence[Row], mapping: dict[str, str], seen: Seen, *, mode: Mode, actor: User
) -> list[dict[str, Any]]:
    """What the check says of each row. Reads only."""
    assert noun.plain
    cells = [(number, values_of(row, mapping, noun.columns)) for number, row in rows]
    asked = [(number, values) for number, values in cells if values]
    reads = noun.plain.read([values for _number, values in asked], actor)
    found = []
    for (number, values), read in zip(asked, reads, strict=True):
        row = said_of(number, values, read)
        if not read.errors and (first := seen.setdefault(read.key, number)) != number and not read.same_id:
            row |= repeated(first, row["message"])
        row["action"] = (
            Action.CREATE if row["finding"] is Finding.NEW and mode is not Mode.UPDATE else Action.SKIP
        )
        found.append(row)
    return found


def repeated(first: int, message: str) -> dict[str, Any]:
    told = _("和第 %(row)s 行一样", row=first)
    return {
        "finding": Finding.REPEATED,
        "match_row": first,
        "message": "；".join(part for part in (told, message) if part),
    }


def said_of(number: int, values: dict[str, str], read: Read) -> dict[str, Any]:
    finding, why = Finding.NEW, ""
    if read.errors:
        finding = Finding.ERROR
    elif read.same_id:
        finding = Finding.UNCHANGED
    elif read.like_id:
        finding, why = Finding.DUPLICATE, _("库里可能已经有：%(why)s", why=read.why)
    return {
        "number": number, "values": values, "finding": finding,
        "message": "；".join(part for part in (why, *read.errors, *read.remarks) if part),
        "wrong": list(dict.fromkeys(read.wrong)), "match_id": read.same_id or read.like_id, "match_name": "",
        "match_version": None, "match_row": None, "score": None, "changes": {}, "action": Action.SKIP,
    }  # fmt: skip


def write(batch: ImportBatch, rows: Sequence[ImportRow], *, actor: User) -> int:
    """Make the records of these rows; answers how many rows were dealt with before the time was up."""
    noun = nouns.of(batch)
    assert noun.plain
    reads = noun.plain.read([row.values for row in rows], actor)
    began, done = time.monotonic(), 0
    for row, read in zip(rows, reads, strict=True):
        done += 1
        if read.errors:
            _pass_over(row, "；".join(read.errors))
        elif read.same_id and row.finding is Finding.NEW:
            _pass_over(row, _("检查之后已经有人录入"))
        else:
            try:
                with db.session.begin_nested():
                    record_id, effects = noun.plain.create(read, batch, actor)
            except Refused as refused:
                _pass_over(row, refused.message)
            else:
                newest = sa.select(sa.func.max(Event.id)).where(
                    Event.noun == noun.model.__tablename__, Event.record_id == record_id
                )
                row.outcome, row.record_id = Outcome.CREATED, record_id
                row.effects = {**effects, "event": db.session.scalar(newest)}
        if time.monotonic() - began > LONGEST:
            break
    return done


def _pass_over(row: ImportRow, why: str) -> None:
    row.action = Action.SKIP
    row.message = "；".join(part for part in (why, row.message) if part)


def take_back(batch: ImportBatch, rows: Sequence[ImportRow], *, actor: User) -> None:
    noun = nouns.of(batch)
    assert noun.plain
    made = {row.record_id: row for row in rows if row.record_id}
    model = noun.model
    here = set(db.session.scalars(sa.select(model.id).where(model.id.in_(list(made))).with_for_update()))
    kept = why_kept(noun, {one: row for one, row in made.items() if one in here}, batch)
    gone = []
    for record_id, row in made.items():
        if record_id not in here:
            undoing.keep(row, _("那条记录已经合并或删除"))
        elif record_id in kept:
            undoing.keep(row, kept[record_id])
        else:
            gone.append(record_id)
    if gone:
        names = {one: undoing.name_of(db.session.get_one(model, one)) for one in gone}
        noun.plain.remove(gone, {one: made[one].effects for one in gone}, batch, actor)
        undoing.record_gone(model.__tablename__, names, batch, actor)
    for one in gone:
        undoing.settle(batch, made[one])


def why_kept(noun: Noun, made: dict[int, ImportRow], batch: ImportBatch) -> dict[int, str]:
    """{record: why it stays}: changed since, or named by another record."""
    table: sa.Table = noun.model.__table__
    why: dict[int, str] = {}
    acts = sa.select(Event.record_id, Event.id, Event.verb, Event.actor_name).where(
        Event.noun == table.name, Event.record_id.in_(list(made)), Event.at >= batch.uploaded_at
    )
    for row in db.session.execute(acts.order_by(Event.id)):
        record_id, event_id, verb, who = int(row.record_id or 0), row.id, row.verb, row.actor_name
        if event_id > (made[record_id].effects.get("event") or 0) and verb not in undoing.LOOKING:
            why[record_id] = _("%(who)s后来改过", who=who or _("系统"))
    if noun.key == "person":
        return undoing.why_kept("person", list(made), batch) | why
    for column in naming(table):
        named = sa.select(column).where(column.in_(list(made)))
        if "noun" in column.table.c and not column.foreign_keys:
            named = named.where(column.table.c.noun == table.name)
        for record_id in db.session.scalars(named):
            why.setdefault(record_id, _("已经有别的记录用到它"))
    return why


def naming(table: sa.Table) -> Iterable[sa.Column[Any]]:
    """The columns elsewhere that name a record of this table; not those of rows that go with it."""
    for other in Model.metadata.sorted_tables:
        for column in other.columns:
            keys = [key for key in column.foreign_keys if key.column.table is table]
            if any(key.ondelete != "CASCADE" for key in keys):
                yield column
            rule = column.info.get(KEY)
            if rule is not None and rule.noun_in == "noun" and rule.act in (Act.MOVES, Act.JOINS):
                yield column
