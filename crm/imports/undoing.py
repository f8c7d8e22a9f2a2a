"""Taking an import back: what it created goes, what it updated is set back, the last row first.

The same for a run that was cancelled or failed, and for 撤销本次导入 of one that is done. A record that somebody has
worked with since stays as it is, and its row says why: changed, merged, judged, or named by a deal, a lead, a
contact log or a tag. Whatever names a record says so in the metadata (crm/lib/on_merge.py): there is no list of
tables here that could be forgotten.

Each lot is a transaction that also writes what became of its rows, so a killed process goes on where it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from crm.audit.models import Event
from crm.audit.trail import client_address, difference, record
from crm.db import db, plain
from crm.duplicates.references import LABELS, references, restored
from crm.lib import clock
from crm.lib.on_merge import Act
from crm.lib.words import _
from crm.lib.words import keep as keep_words
from crm.merchants import identity
from crm.merchants.models import Enterprise, Handle, Person, Position, Suspect, SuspectState
from crm.org.models import User

from . import matching, queries
from .models import BatchState, ImportBatch, ImportRow, Outcome

LOT = 100  # rows in one transaction at most
OWN = {"former_name", "handle", "position"}  # tables whose rows are part of the record: they go with it
LOOKING = {"handle.revealed"}  # acts that change nothing
MOST_REMARKS = 30
MODELS: dict[str, Any] = {"enterprise": Enterprise, "person": Person}


def next_rows(batch: ImportBatch, most: int = LOT) -> list[ImportRow]:
    """What the run has done and is still there, the last first: a row may have added to what an earlier one made."""
    done = sa.select(ImportRow).where(
        ImportRow.batch_id == batch.id, ImportRow.outcome.in_((Outcome.CREATED, Outcome.UPDATED))
    )
    return list(db.session.scalars(done.order_by(ImportRow.number.desc()).limit(most)))


def take_back(batch: ImportBatch, rows: Sequence[ImportRow], *, actor: User) -> None:
    """One lot of rows."""
    people: set[int] = set()
    firms: set[int] = set()
    updated = [row for row in rows if row.outcome is Outcome.UPDATED]
    ids = {row.record_id for row in updated if row.record_id}
    known, why = matching.load(ids, lock=True), changed_since("enterprise", ids, batch)
    for row in updated:
        record_id = row.record_id or 0
        if record_id in firms:  # another row of this lot has been about it
            known |= matching.load([record_id], lock=True)
        if record_id in why:
            keep(row, why[record_id])
        else:
            _set_back(batch, row, known.get(record_id), firms, people, actor=actor)
    created = {row.record_id: row for row in rows if row.outcome is Outcome.CREATED and row.record_id}
    here = _locked("enterprise", created)
    kept = why_kept("enterprise", here, batch)
    for record_id, row in created.items():
        if record_id not in here:
            keep(row, _("那条记录已经合并或删除"))
        elif record_id in kept:
            keep(row, kept[record_id])
        else:
            people |= _without_numbers(row.effects)
    gone = [one for one in created if one in here and one not in kept]
    for some in identity.chunks(sorted(gone), LOT):
        held = sa.select(Position.person_id).where(Position.enterprise_id.in_(some))
        people |= set(db.session.scalars(held))
    for one in gone:
        settle(
            batch, created[one]
        )  # now: what is removed expires what is loaded, and each row would be read again
    _remove("enterprise", {one: here[one] for one in gone}, batch, actor)
    identity.refresh_many("enterprise", firms - set(gone))
    identity.refresh_many("person", people)


def people_left(batch: ImportBatch) -> int:
    """How many people came with the list and are still there."""
    came = sa.select(sa.func.count(Person.id)).where(Person.import_id == batch.id)
    return db.session.scalar(came) or 0


def take_back_people(batch: ImportBatch, after: int, *, actor: User) -> tuple[int | None, int]:
    """The people that came with the list, the next lot by their numbers: (the last one, how many); None when there
    are no more. They are looked at when their firms have gone."""
    ids = sa.select(Person.id).where(Person.import_id == batch.id, Person.id > after)
    lot = list(db.session.scalars(ids.order_by(Person.id).limit(LOT)))
    if not lot:
        return None, 0
    here = _locked("person", lot)
    held = sa.select(Position.person_id, Enterprise.import_id).join(
        Enterprise, Position.enterprise_id == Enterprise.id
    )
    busy = {row[0]: row[1] for row in db.session.execute(held.where(Position.person_id.in_(lot)))}
    kept = why_kept("person", here, batch)
    for one, name in here.items():
        if one in busy and busy[one] != batch.id:
            _remark(batch, _("人员“%(name)s”没有撤销：在别的企业任职", name=name))
        elif one in kept and one not in busy:
            _remark(batch, _("人员“%(name)s”没有撤销：%(why)s", name=name, why=kept[one]))
    _remove("person", {one: here[one] for one in here if one not in busy and one not in kept}, batch, actor)
    return lot[-1], len(lot)


def _remark(batch: ImportBatch, sentence: str) -> None:
    sentence = keep_words(sentence)
    if sentence not in batch.remarks and len(batch.remarks) < MOST_REMARKS:
        batch.remarks = [*batch.remarks, sentence]


# --- what somebody has worked with since ------------------------------------------------------------------


def why_kept(noun: str, record_ids: Iterable[int], batch: ImportBatch) -> dict[int, str]:
    """{record: why it stays} of records that the import has made and somebody has worked with since."""
    ids = list(record_ids)
    if not ids:
        return {}
    return used(noun, ids) | changed_since(noun, ids, batch)


def used(noun: str, ids: list[int]) -> dict[int, str]:
    """{record: by what} of those that another record names, or somebody has judged."""
    why: dict[int, str] = {}
    for one in references(noun, Act.MOVES, Act.JOINS):
        if one.table.name in OWN:
            continue
        label = LABELS.get(one.table.name)
        for record_id in db.session.scalars(sa.select(one.column).where(one.names(*ids)).distinct()):
            why.setdefault(record_id, _("已经有了%(what)s", what=_(label) if label else one.table.name))
    judged = sa.and_(Suspect.noun == noun, Suspect.state != SuspectState.OPEN)
    for side in (Suspect.a_id, Suspect.b_id):
        for record_id in db.session.scalars(sa.select(side).where(judged, side.in_(ids))):
            why.setdefault(record_id, _("有人判定过它是不是重复"))
    return why


def changed_since(noun: str, record_ids: Iterable[int], batch: ImportBatch) -> dict[int, str]:
    """{record: who has changed it} after the import's own act, by the trail, in which every change stands. What
    another import did and then took back is no change."""
    acts = sa.select(Event.record_id, Event.id, Event.verb, Event.actor_name, Event.changes).where(
        Event.noun == noun, Event.record_id.in_(list(record_ids)), Event.at >= batch.uploaded_at
    )
    ours: set[int] = set()
    people: dict[int, str] = {}
    imports: dict[tuple[int, int], str] = {}  # (record, another import) -> who
    for record_id, _id, verb, who, changes in db.session.execute(acts.order_by(Event.id)):
        before, after = changes.get("import_id") or (None, None)
        if batch.id in (before, after):
            ours.add(record_id)
        elif record_id not in ours or verb in LOOKING:
            continue
        elif after is not None:
            imports[record_id, after] = who
        elif before is not None:
            imports.pop((record_id, before), None)
        else:
            people[record_id] = who
    changed = {record_id: who for (record_id, _import), who in imports.items()} | people
    return {record_id: _("%(who)s后来改过", who=who or _("系统")) for record_id, who in changed.items()}


# --- setting back -----------------------------------------------------------------------------------------


def _set_back(
    batch: ImportBatch,
    row: ImportRow,
    enterprise: Enterprise | None,
    firms: set[int],
    people: set[int],
    *,
    actor: User,
) -> None:
    if enterprise is None:
        return keep(row, _("那条记录已经合并或删除"))
    record_id, effects = enterprise.id, row.effects
    written = effects.get("columns", {})
    if any(plain(getattr(enterprise, key)) != after for key, (_before, after) in written.items()):
        return keep(row, _("后来改过"))
    snapshot = enterprise.snapshot()
    before = restored(Enterprise.__table__, {key: pair[0] for key, pair in written.items()})  # type: ignore[arg-type]
    for key, value in before.items():
        setattr(enterprise, key, value)
    former = set(effects.get("former", ()))
    enterprise.former_names = [one for one in enterprise.former_names if one.name not in former]
    added = {tuple(way) for way in effects.get("ways", ())}
    enterprise.handles = [one for one in enterprise.handles if _kept(one) not in added]
    if person_id := effects.get("position"):
        held = sa.delete(Position).where(Position.enterprise_id == record_id, Position.person_id == person_id)
        db.session.execute(held)
        db.session.expire(enterprise, ["positions"])
        people.add(person_id)
    people |= _without_numbers(effects)
    db.session.flush()
    record(
        "enterprise.edited",
        enterprise,
        actor=actor,
        changes={**difference(snapshot, enterprise.snapshot()), "import_id": [batch.id, None]},
        note=note_of(batch),
    )
    firms.add(record_id)
    settle(batch, row)


def _kept(handle: Handle) -> tuple[str, ...]:
    return (handle.kind.value, handle.value, handle.digits, handle.extension)


def _without_numbers(effects: dict[str, Any]) -> set[int]:
    """Take away again the numbers that a row gave to people of before; answers these people."""
    people = set()
    for person_id, kind, value, digits, extension in effects.get("person_ways", ()):
        db.session.execute(
            sa.delete(Handle).where(
                Handle.person_id == person_id, Handle.kind == kind, Handle.value == value,
                Handle.digits == digits, Handle.extension == extension,
            )
        )  # fmt: skip
        people.add(person_id)
    return people


def settle(batch: ImportBatch, row: ImportRow) -> None:
    """A run that was stopped leaves its rows as they were; one that is undone says so."""
    row.effects = {}
    if batch.ends_as is BatchState.UNDONE:
        row.outcome = Outcome.UNDONE
    else:
        row.outcome, row.record_id = Outcome.WAITING, None


def keep(row: ImportRow, why: str) -> None:
    row.outcome = Outcome.KEPT
    row.say(why)


# --- removing ---------------------------------------------------------------------------------------------


def _locked(noun: str, record_ids: Iterable[int]) -> dict[int, str]:
    """{id: name} of those that are still there, locked until the commit."""
    model = MODELS[noun]
    rows = sa.select(model.id, model.name).where(model.id.in_(list(record_ids))).order_by(model.id)
    return {row.id: row.name for row in db.session.execute(rows.with_for_update())}


def _remove(noun: str, names: dict[int, str], batch: ImportBatch, actor: User) -> None:
    """Records with what is part of them, out of look-up, search and queue; each with a line in the trail."""
    ids = list(names)
    if not ids:
        return
    identity.forget(noun, ids)
    alike = sa.or_(Suspect.a_id.in_(ids), Suspect.b_id.in_(ids))
    quietly = {"synchronize_session": False}
    db.session.execute(sa.delete(Suspect).where(Suspect.noun == noun, alike), execution_options=quietly)
    model = MODELS[noun]
    db.session.execute(sa.delete(model).where(model.id.in_(ids)), execution_options=quietly)
    db.session.expire_all()
    record_gone(noun, names, batch, actor)


def record_gone(noun: str, names: dict[int, str], batch: ImportBatch, actor: User) -> None:
    """A line in the trail for each."""
    now = clock.now()
    db.session.execute(sa.insert(Event), [
        {"at": now, "actor_id": actor.id, "actor_name": actor.name, "verb": f"{noun}.import_undone", "noun": noun,
         "record_id": one, "record_name": name, "changes": {"import_id": [batch.id, None], "name": [name, None]},
         "note": note_of(batch), "address": client_address.get()}
        for one, name in names.items()
    ])  # fmt: skip


def name_of(record: Any) -> str:
    return str(getattr(record, "name", ""))[:400]


def came_with(batch: ImportBatch, number: int) -> str:
    """What the trail says of the act of one row."""
    file = batch.file_name[-100:]
    return keep_words(
        _("导入 %(file)s 第 %(row)s 行", file=file, row=number) if number else _("导入 %(file)s", file=file)
    )


def note_of(batch: ImportBatch) -> str:
    return keep_words(_("撤销导入 %(file)s", file=batch.file_name[-100:]))


def left(batch: ImportBatch) -> int:
    """How many rows are still to be taken back."""
    done = (Outcome.CREATED, Outcome.UPDATED)
    counts = queries.counts_of(batch)
    return sum(counts.get(outcome.value, 0) for outcome in done)
