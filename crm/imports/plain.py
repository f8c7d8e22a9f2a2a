"""The check, the run and the taking back of lists whose records are made by their own verbs, one by one."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from crm.audit.models import Event
from crm.audit.trail import marking
from crm.db import Model, db
from crm.lib.errors import Refused
from crm.lib.on_merge import KEY, Act
from crm.lib.words import _
from crm.merchants import identity
from crm.org.models import Unit, User
from crm.org.queries import whom_to_ask

from . import nouns, queries, renewing, undoing
from .alike import SignsFinder
from .alike import needle as alike_in
from .columns import values_of
from .declaring import Renew
from .likeness import Likeness
from .models import Action, Finding, ImportBatch, ImportRow, Mode, Outcome
from .nouns import Noun
from .reading import Read
from .saying import Note, entries, kept_changes, said_of_likeness

LONGEST = 0.15  # seconds of making in one transaction
Row = tuple[int, list[str]]
WORK = {"agreement", "transfer", "meeting_item", "slip"}
"""They go with their deal or project, but people have made them: an undone import does not take these away."""


class Seen:
    """What the rows read so far have said. Use as a context: what a finder keeps on disk goes when it ends."""

    def __init__(self, noun: Noun):
        self.noun = noun
        self.keys: dict[tuple[Any, ...], int] = {}  # what a row says -> the first row that says it
        self.records: dict[int, int] = {}  # record of the base -> the first row that is it
        plain = noun.plain
        self._finder: Any = None
        if plain and plain.finder:
            self._finder = plain.finder()
        elif plain and plain.alike:
            self._finder = SignsFinder(plain.alike)

    def __enter__(self) -> Seen:
        if self._finder:
            self._finder.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        if self._finder:
            self._finder.__exit__(*error)

    def look(self, rows: Sequence[tuple[int, Read]], *, base: bool = True) -> None:
        """Say of each row without an error what it is like."""
        good = [(number, one) for number, one in rows if not one.errors]
        if self._finder:
            self._finder.look(good, base=base)
        for number, one in good:
            if one.same_id:
                first = self.records.setdefault(one.same_id, number)
                one.like = None
                if first != number and self.noun.updates:
                    one.like = Likeness(1.0, [_("都是库里的同一条")], row=first)
            elif (first := self.keys.setdefault(one.key, number)) != number:
                one.like = Likeness(1.0, [], row=first)


# --- the check --------------------------------------------------------------------------------------------


def look_at(
    noun: Noun, rows: Sequence[Row], mapping: dict[str, str], seen: Seen, *, mode: Mode, actor: User
) -> list[dict[str, Any]]:
    """What the check says of each row. Reads only."""
    assert noun.plain
    cells = [(number, values_of(row, mapping, noun.columns)) for number, row in rows]
    asked = [(number, values) for number, values in cells if values]
    reads = noun.plain.read([values for _number, values in asked], actor)
    seen.look([(number, read) for (number, _values), read in zip(asked, reads, strict=True)])
    base = Base(noun, reads, actor=actor)
    return [
        base.said_of(number, values, read) | {"action": usual_action(base.finding, mode)}
        for (number, values), read in zip(asked, reads, strict=True)
    ]


def usual_action(finding: Finding, mode: Mode) -> Action:
    """What is done with a row unless somebody says otherwise: what may be a duplicate waits for people."""
    if finding is Finding.NEW and mode is not Mode.UPDATE:
        return Action.CREATE
    if finding is Finding.UPDATE and mode is not Mode.CREATE:
        return Action.FILL
    return Action.SKIP


class Base:
    """What the base says of some rows, as far as this user may know it."""

    def __init__(self, noun: Noun, reads: Sequence[Read], *, actor: User) -> None:
        assert noun.plain
        self.noun, self.actor, self.renew = noun, actor, noun.plain.renew
        self.finding = Finding.NEW  # of the row that was said last
        likes = {one.like.record_id for one in reads if one.like and one.like.record_id}
        ids = sorted(likes | {one.same_id for one in reads if one.same_id})
        seen = noun.visible_to(actor).order_by(None)
        self.records: dict[int, Any] = {}
        for some in identity.chunks(ids, 500):
            found = db.session.scalars(seen.where(noun.model.id.in_(some))).unique()
            self.records |= {record.id: record for record in found}
        self.veiled = self._units([one for one in ids if one not in self.records])

    def _units(self, ids: Sequence[int]) -> dict[int, tuple[str, str]]:
        """{record that may not be seen: (its unit, whom to ask)}"""
        model = self.noun.model
        column = model.follow_unit_id if hasattr(model, "follow_unit_id") else getattr(model, "unit_id", None)
        if not ids or column is None:
            return {}
        rows = db.session.execute(
            sa.select(model.id, Unit.id, Unit.name).join(Unit, column == Unit.id).where(model.id.in_(ids))
        ).all()
        ask = whom_to_ask({unit_id for _id, unit_id, _name in rows}) if rows else {}
        return {one: (name, ask.get(unit_id, "")) for one, unit_id, name in rows}

    def said_of(self, number: int, values: dict[str, str], read: Read) -> dict[str, Any]:
        """One row as it is kept."""
        notes: list[Note] = []
        said: dict[str, Any] = {
            "match_id": None, "match_name": "", "match_version": None, "match_row": None, "score": None,
            "changes": {},
        }  # fmt: skip
        columns, self.finding = self.noun.columns, Finding.NEW
        errors = list(read.errors)
        if not read.same_id and not (read.like and read.like.record_id):
            errors += read.lacks
        if errors:
            self.finding = Finding.ERROR
        elif read.like and read.like.row is not None:
            self.finding = Finding.REPEATED
            notes.append(("", said_of_likeness(read.like)))
            said |= {"match_row": read.like.row, "match_name": read.like.name[:200],
                     "score": round(read.like.score, 4)}  # fmt: skip
        elif record_id := read.same_id or (read.like.record_id if read.like else None):
            notes += self._of_record(record_id, read, said)
        return said | {
            "number": number, "values": values, "finding": self.finding,
            "wrong": list(dict.fromkeys(key for key, _sentence in errors)),
            "said": [*entries(notes, columns), *entries(errors, columns, errors=True),
                     *entries(read.remarks, columns)],
        }  # fmt: skip

    def _of_record(self, record_id: int, read: Read, said: dict[str, Any]) -> list[Note]:
        record = self.records.get(record_id)
        if record is None:
            self.finding = Finding.DUPLICATE
            unit, ask = self.veiled.get(record_id, ("", ""))
            if not unit:
                return [("", _("库里可能已经有这一条，您看不到它"))]
            told = [("", _("%(unit)s有一条记录可能就是它，您看不到", unit=unit))]
            return [*told, ("", _("可以先问%(who)s", who=ask))] if ask else told
        said |= {"match_name": str(record.name)[:200], "match_version": getattr(record, "version", None)}
        mine = self.renew is not None and self.renew.may(self.actor, record)
        if mine or self.renew is None:
            said["match_id"] = record_id
        if mine:
            assert self.renew
            change = renewing.change_of(record, read, self.renew, overwrite=True)
            said["changes"] = kept_changes(renewing.in_words(change, self.renew))
        if read.same_id:
            said["score"] = 1.0
            self.finding = Finding.UPDATE if said["changes"] else Finding.UNCHANGED
            if said["changes"] or mine or self.renew is None:
                return []
            said["match_id"] = record_id  # may be opened; there is nothing to do with it
            return [("", _("库里已经有了，那条记录不归您修改"))]
        assert read.like
        self.finding = Finding.DUPLICATE
        said["score"] = round(read.like.score, 4)
        notes = [("", said_of_likeness(read.like))]
        if self.renew is not None and not mine:
            notes.append(("", _("那条记录不归您修改")))
        return notes


def anew(
    noun: Noun, batch: ImportBatch, row: ImportRow, values: dict[str, str], *, actor: User
) -> dict[str, Any]:
    """What the check would say of a row now: of the base, and of the other rows as they stand."""
    assert noun.plain
    (read,) = noun.plain.read([values], actor)
    with Seen(noun) as seen:
        near = queries.rows_near(batch, row, found_by(noun, read))
        others = noun.plain.read([one.values for one in near], actor)
        seen.look([(one.number, other) for one, other in zip(near, others, strict=True)], base=False)
        seen.look([(row.number, read)])
    return Base(noun, [read], actor=actor).said_of(row.number, values, read)


def found_by(noun: Noun, read: Read) -> dict[str, str]:
    """By what other rows of the list are found that may be the same: {field: text}."""
    assert noun.plain
    if noun.plain.found_by:
        return noun.plain.found_by(read)
    main = noun.columns.main.key
    found = {main: read.line(main)}
    if alike := noun.plain.alike:
        signs = alike.signs(read)
        found |= {field: alike_in(sign, signs.get(sign, "")) for sign, field in alike.fields.items()}
    return found


# --- the run ----------------------------------------------------------------------------------------------


def write(batch: ImportBatch, rows: Sequence[ImportRow], *, actor: User) -> int:
    """Do with these rows what was decided; answers how many were dealt with before the time was up."""
    noun = nouns.of(batch)
    assert noun.plain
    reads = noun.plain.read([row.values for row in rows], actor)
    began, done = time.monotonic(), 0
    for row, read in zip(rows, reads, strict=True):
        done += 1
        try:
            with db.session.begin_nested():
                _write(noun, batch, row, read, actor=actor)
        except Refused as refused:
            db.session.refresh(row)
            pass_over(row, refused.message)
        if time.monotonic() - began > LONGEST:
            break
    return done


def _write(noun: Noun, batch: ImportBatch, row: ImportRow, read: Read, *, actor: User) -> None:
    assert noun.plain
    note = undoing.came_with(batch, row.number)
    if read.errors:
        key, sentence = read.errors[0]
        raise Refused(_("%(field)s：%(said)s", field=noun.columns.label_of(key), said=sentence))
    if row.action is not Action.CREATE:
        _update(noun, batch, row, read, note, actor=actor)
    elif read.same_id and row.finding is Finding.NEW:
        raise Refused(_("检查之后已经有人录入"))
    elif read.lacks:
        key, sentence = read.lacks[0]
        raise Refused(_("%(field)s：%(said)s", field=noun.columns.label_of(key), said=sentence))
    else:
        with marking(note, import_id=[None, batch.id]):
            record_id, effects = noun.plain.create(read, batch, actor)
            db.session.flush()
        row.outcome, row.record_id, row.effects = Outcome.CREATED, record_id, effects
    row.effects = {**row.effects, "event": newest_event(noun, row.record_id)}
    db.session.flush()


def _update(noun: Noun, batch: ImportBatch, row: ImportRow, read: Read, note: str, *, actor: User) -> None:
    assert noun.plain
    renew: Renew | None = noun.plain.renew
    record_id = queries.target_of(batch, row)
    if record_id is None:
        raise Refused(_("要并入的第 %(n)s 行没有导入", n=row.match_row))
    wanted = sa.select(noun.model).where(noun.model.id == record_id).with_for_update(of=noun.model)
    record = db.session.scalars(wanted.execution_options(populate_existing=True)).unique().first()
    if record is None:
        raise Refused(_("那条记录已经不在了"))
    if renew is None or not renew.may(actor, record):
        raise Refused(_("那条记录不归您修改"))
    version = getattr(record, "version", None)
    if row.match_version not in (None, version) and not queries.did_already(batch, record_id):
        raise Refused(_("检查之后有人改过那条记录，没有更新；请核对后重新检查"))
    change = renewing.change_of(record, read, renew, overwrite=row.action is Action.OVERWRITE)
    renewing.write(change, renew, batch, row, actor=actor, note=note)
    row.outcome, row.record_id = Outcome.UPDATED, record_id


def pass_over(row: ImportRow, why: str) -> None:
    row.action = Action.SKIP
    row.say(why)


def newest_event(noun: Noun, record_id: int | None) -> int | None:
    return db.session.scalar(
        sa.select(sa.func.max(Event.id)).where(
            Event.noun == noun.model.__tablename__, Event.record_id == record_id
        )
    )


# --- taking back ------------------------------------------------------------------------------------------


def take_back(batch: ImportBatch, rows: Sequence[ImportRow], *, actor: User) -> None:
    """One lot of rows, the last first."""
    noun = nouns.of(batch)
    for row in rows:
        if row.outcome is Outcome.UPDATED:
            _set_back(noun, batch, row, actor=actor)
    made = {row.record_id: row for row in rows if row.outcome is Outcome.CREATED and row.record_id}
    if made:
        _remove(noun, batch, made, actor=actor)


def _set_back(noun: Noun, batch: ImportBatch, row: ImportRow, *, actor: User) -> None:
    assert noun.plain and noun.plain.renew
    wanted = sa.select(noun.model).where(noun.model.id == row.record_id).with_for_update(of=noun.model)
    record = db.session.scalars(wanted.execution_options(populate_existing=True)).unique().first()
    if record is None:
        return undoing.keep(row, _("那条记录已经合并或删除"))
    if why := changed_since(noun, {record.id: row}, batch).get(record.id):
        return undoing.keep(row, why)
    if renewing.differs(record, row.effects):
        return undoing.keep(row, _("后来改过"))
    try:
        with db.session.begin_nested():
            note = undoing.note_of(batch)
            renewing.take_back(record, noun.plain.renew, batch, row, actor=actor, note=note)
    except Refused as refused:
        return undoing.keep(row, refused.message)
    return undoing.settle(batch, row)


def _remove(noun: Noun, batch: ImportBatch, made: dict[int, ImportRow], *, actor: User) -> None:
    assert noun.plain
    model = noun.model
    here = set(db.session.scalars(sa.select(model.id).where(model.id.in_(list(made))).with_for_update()))
    kept = why_kept(noun, {one: row for one, row in made.items() if one in here}, batch)
    gone: list[int] = []
    for record_id, row in made.items():
        if record_id not in here:
            undoing.keep(row, _("那条记录已经合并或删除"))
        elif record_id in kept:
            undoing.keep(row, kept[record_id])
        elif _written_over(model, record_id, row):
            undoing.keep(row, _("后来改过"))
        elif noun.plain.leaning and not noun.plain.leaning(record_id) <= set(gone):
            undoing.keep(row, _("已经有别的记录用到它"))
        else:
            gone.append(record_id)
    if gone:
        names = {one: undoing.name_of(db.session.get_one(model, one)) for one in gone}
        noun.plain.remove(gone, {one: made[one].effects for one in gone}, batch, actor)
        undoing.record_gone(model.__tablename__, names, batch, actor)
    for one in gone:
        undoing.settle(batch, made[one])


def _written_over(model: Any, record_id: int, row: ImportRow) -> bool:
    """Whether a record that its row describes (see Plain.create) says something else now."""
    if not row.effects.get("columns"):
        return False
    return renewing.differs(db.session.get_one(model, record_id, populate_existing=True), row.effects)


def changed_since(noun: Noun, made: dict[int, ImportRow], batch: ImportBatch) -> dict[int, str]:
    """{record: who has changed it since its row was done}, by the trail; not what this import did itself, nor what
    another did and took back."""
    acts = sa.select(Event.record_id, Event.id, Event.verb, Event.actor_name, Event.changes).where(
        Event.noun == noun.model.__tablename__, Event.record_id.in_(list(made)), Event.at >= batch.uploaded_at
    )
    people: dict[int, str] = {}
    imports: dict[tuple[int, int], str] = {}
    for record_id, event_id, verb, who, changes in db.session.execute(acts.order_by(Event.id)):
        before, after = changes.get("import_id") or (None, None)
        ours = batch.id in (before, after)
        if ours or event_id <= (made[record_id].effects.get("event") or 0) or verb in undoing.LOOKING:
            continue
        if after is not None:
            imports[record_id, after] = who
        elif before is not None:
            imports.pop((record_id, before), None)
        else:
            people[record_id] = who
    changed = {record_id: who for (record_id, _import), who in imports.items()} | people
    return {one: _("%(who)s后来改过", who=who or _("系统")) for one, who in changed.items()}


def why_kept(noun: Noun, made: dict[int, ImportRow], batch: ImportBatch) -> dict[int, str]:
    """{record: why it stays}: changed since, or named by another record."""
    table: sa.Table = noun.model.__table__
    why = changed_since(noun, made, batch)
    if noun.key == "person":
        return undoing.used("person", list(made)) | why
    for column in naming(table):
        named = sa.select(column).where(column.in_(list(made)))
        if "noun" in column.table.c and not column.foreign_keys:
            named = named.where(column.table.c.noun == table.name)
        for record_id in db.session.scalars(named):
            why.setdefault(record_id, _("已经有别的记录用到它"))
    return why


def naming(table: sa.Table) -> Iterable[sa.Column[Any]]:
    """The columns elsewhere that name a record of this table; not those of rows that go with it, unless these are
    what people have made of it."""
    for other in Model.metadata.sorted_tables:
        for column in other.columns:
            keys = [key for key in column.foreign_keys if key.column.table is table]
            if any(key.ondelete != "CASCADE" or other.name in WORK for key in keys):
                yield column
            rule = column.info.get(KEY)
            if rule is not None and rule.noun_in == "noun" and rule.act in (Act.MOVES, Act.JOINS):
                yield column
