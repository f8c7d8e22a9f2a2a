"""What the run does with one lot of rows: creates many at once, updates one by one.

Called in one transaction, which also writes what became of each row and all that is needed to take it back. What
stands in the way of a single row (its record was changed or taken away since the check) makes it a row that is
passed over, with the reason; anything else ends the run, and the run is taken back.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from crm.audit.models import Event
from crm.audit.trail import client_address, difference, record
from crm.db import db, plain
from crm.lib import clock
from crm.lib.words import _, keep
from crm.merchants import identity, suspects
from crm.merchants import queries as merchants_seen
from crm.merchants.handles import Way
from crm.merchants.models import Enterprise, FormerName, Handle, Person, Position
from crm.org.models import User
from crm.org.permissions import Permission

from . import matching, queries, undoing
from .actions import Answer
from .comparing import changes_of, in_words
from .likeness import in_base
from .models import Action, Finding, ImportBatch, ImportRow, Outcome
from .plain import pass_over
from .saying import kept_changes
from .understanding import Merchant

LOT = 200  # rows in one transaction at most
LEAST = 20  # however slow the machine is
WAIT = 0.2  # seconds that others who write may have to wait for one
LONGEST = 0.15  # seconds of updating in one; they cost more than new ones
CHUNK = 500
Marked = dict[str, list[int | None]]


def next_rows(batch: ImportBatch, most: int) -> list[ImportRow]:
    """The first rows with which something is to be done, and is not yet."""
    rows = queries.rows_of(batch, outcome=Outcome.WAITING).where(ImportRow.action != Action.SKIP)
    return list(db.session.scalars(rows.limit(most)))


def look_again(
    batch: ImportBatch, rows: Sequence[ImportRow], merchants: Sequence[Merchant], *, actor: User
) -> dict[int, dict[str, Any]]:
    """{row id: what the row says now} of new rows that became duplicates since the check, by what others have
    added meanwhile. Reads only."""
    fresh = [
        (row, merchant)
        for row, merchant in zip(rows, merchants, strict=True)
        if row.finding is Finding.NEW and row.action is Action.CREATE
    ]
    newer = sa.select(Enterprise.id).where(
        Enterprise.id > batch.known_id, sa.func.coalesce(Enterprise.import_id, 0) != batch.id
    )
    if not fresh or db.session.scalar(newer.limit(1)) is None:
        return {}

    def among(ids: set[int]) -> set[int]:
        late = [one for one in ids if one > batch.known_id]
        return {
            one
            for some in identity.chunks(late, CHUNK)
            for one in db.session.scalars(newer.where(Enterprise.id.in_(some)))
        }

    found = in_base([merchant.record(row.number) for row, merchant in fresh], among=among)
    answer = Answer([merchant for _row, merchant in fresh], found, actor=actor)
    return {
        row.id: answer.said_of_likeness(like, merchant, row.said)
        for (row, merchant), like in zip(fresh, found, strict=True)
        if like
    }


def write(
    batch: ImportBatch,
    rows: Sequence[ImportRow],
    merchants: Sequence[Merchant],
    again: dict[int, dict[str, Any]],
    *,
    actor: User,
) -> int:
    """Do with these rows what was decided; answers how many were dealt with. Updates stop after a while and
    leave the others for the next transaction."""
    for row in rows:
        if said := again.get(row.id):
            for key, value in said.items():
                setattr(row, key, value)
            row.action = Action.SKIP
    pairs = list(zip(rows, merchants, strict=True))
    create(batch, [pair for pair in pairs if pair[0].action is Action.CREATE], actor=actor)
    done = sum(row.action in (Action.CREATE, Action.SKIP) for row in rows)
    began = time.monotonic()
    updates = [pair for pair in pairs if pair[0].action not in (Action.CREATE, Action.SKIP)]
    known = matching.load([row.match_id for row, _merchant in updates if row.match_id], lock=True)
    changed = Changed()
    for row, merchant in updates:
        update(batch, row, merchant, known, changed, actor=actor)
        done += 1
        if time.monotonic() - began > LONGEST:
            break
    identity.refresh_many("enterprise", changed.enterprises)
    identity.refresh_many("person", changed.people)
    return done


@dataclass
class Changed:
    """What is to be found anew at the end of a lot."""

    enterprises: set[int] = field(default_factory=set)
    people: set[int] = field(default_factory=set)


# --- new ones ---------------------------------------------------------------------------------------------


def create(batch: ImportBatch, pairs: Sequence[tuple[ImportRow, Merchant]], *, actor: User) -> None:
    """Create one lot, with people, positions, numbers, look-up keys, search entries and a line in the trail each."""
    if not pairs:
        return
    common = Common(batch)
    ids = _insert(Enterprise, [
        {**merchant.columns, "source": merchant.columns["source"] or common.source, **common.columns}
        for _row, merchant in pairs
    ])  # fmt: skip
    made = [(enterprise_id, row, merchant) for enterprise_id, (row, merchant) in zip(ids, pairs, strict=True)]
    _add(FormerName, [
        {"enterprise_id": enterprise_id, "name": name}
        for enterprise_id, _row, merchant in made for name in merchant.former_names
    ])  # fmt: skip
    handles = [
        _handle(way, enterprise_id=enterprise_id)
        for enterprise_id, _row, merchant in made for way in merchant.split_ways()[0]
    ]  # fmt: skip
    for _id, row, _merchant in made:
        row.effects = {}
    people = _people(batch, common, [
        Contact(row, enterprise_id, merchant, merchant.split_ways()[1])
        for enterprise_id, row, merchant in made if merchant.contact
    ], handles, actor=actor)  # fmt: skip
    _add(Handle, handles)
    _record(
        batch,
        "enterprise.created",
        [(one, row.number, merchant.columns["name"]) for one, row, merchant in made],
        actor,
    )
    _record(batch, "person.created", people.new, actor)
    for enterprise_id, row, _merchant in made:
        row.outcome, row.record_id = Outcome.CREATED, enterprise_id
    identity.refresh_many("enterprise", ids, fresh=True)
    identity.refresh_many("person", [one for one, _number, _name in people.new], fresh=True)
    identity.refresh_many("person", sorted(people.known))
    for enterprise_id, row, _merchant in made:
        if row.finding is not Finding.NEW:
            suspects.note(
                "enterprise", enterprise_id, kept_reason=keep(_("导入名单时选择了新增疑似重复的行"))
            )


class Common:
    """What all records of one import share: who reported, who follows, where it came from."""

    def __init__(self, batch: ImportBatch):
        self.source = _("导入：%(name)s", name=batch.file_name[-150:])
        self.columns: dict[str, Any] = {
            "first_report_unit_id": batch.unit_id,
            "first_report_user_id": batch.user_id,
            "first_reported_at": clock.business_now(),
            "follow_unit_id": batch.unit_id,
            "import_id": batch.id,
        }


def _insert(model: Any, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Insert many at once; their ids in the order of `rows`."""
    if not rows:
        return []
    statement = sa.insert(model).returning(model.id, sort_by_parameter_order=True)
    return list(db.session.scalars(statement, rows))


def _add(model: Any, rows: Sequence[dict[str, Any]]) -> None:
    """Insert many whose ids nobody asks for: one statement."""
    if rows:
        db.session.execute(sa.insert(model), rows)


def _handle(way: Way, *, enterprise_id: int | None = None, person_id: int | None = None) -> dict[str, Any]:
    return {"enterprise_id": enterprise_id, "person_id": person_id, "kind": way.kind, "value": way.value,
            "digits": way.digits, "extension": way.extension}  # fmt: skip


def as_kept(way: Way) -> list[str]:
    """A way as a row's `effects` keep it."""
    return [way.kind.value, way.value, way.digits, way.extension]


# --- contact persons --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Contact:
    """A row's contact person. `holder`: somebody of that name who holds a position there already."""

    row: ImportRow
    enterprise_id: int
    merchant: Merchant
    ways: list[Way]
    holder: Person | None = None


@dataclass
class People:
    new: list[tuple[int, int, str]] = field(default_factory=list)  # (id, row number, name)
    known: set[int] = field(default_factory=set)  # people of before who got a position or a number


def _people(
    batch: ImportBatch,
    common: Common,
    asked: Sequence[Contact],
    handles: list[dict[str, Any]],
    *,
    actor: User,
) -> People:
    """Each with a position; somebody of the unit's own with the same name and number is the same person. Adds to
    `handles`, and to the rows' effects."""
    digits = sorted({way.digits for one in asked for way in one.ways if way.digits})
    known: dict[tuple[str, str], int] = {}
    for some in identity.chunks(digits, CHUNK):
        rows = sa.select(Person.name, Handle.digits, Person.id).join(Handle, Handle.person_id == Person.id).where(
            Handle.digits.in_(some), Person.follow_unit_id == batch.unit_id
        )  # fmt: skip
        for name, number, person_id in db.session.execute(rows.order_by(Person.id.desc())):
            known[name, number] = person_id
    there: set[tuple[int, tuple[str, str]]] = set()
    stored = sorted({*known.values(), *(one.holder.id for one in asked if one.holder)})
    for some_ids in identity.chunks(stored, CHUNK):
        for handle in db.session.scalars(sa.select(Handle).where(Handle.person_id.in_(some_ids))):
            way = Way(handle.kind, handle.value, handle.digits, handle.extension)
            there.add((handle.person_id or 0, way.identity))
    fresh: dict[tuple[str, str], int] = {}
    people: list[tuple[Contact, list[Way]]] = []  # new: who named them first, all ways
    whose: list[tuple[Contact, int]] = []  # person id, or minus one minus the place in `people`
    grown: dict[int, list[str]] = {}
    for one in asked:
        names = [(one.merchant.contact, way.digits) for way in one.ways if way.digits]
        person = one.holder.id if one.holder else next((known[name] for name in names if name in known), None)
        at = next((fresh[name] for name in names if name in fresh), None)
        if person is not None:
            mine = one.holder is None or merchants_seen.may(actor, Permission.MERCHANT_EDIT, one.holder)
            added = [way for way in one.ways if mine and (person, way.identity) not in there]
            for way in added:
                there.add((person, way.identity))
                handles.append(_handle(way, person_id=person))
            if added:
                kept = [[person, *as_kept(way)] for way in added]
                one.row.effects = {**one.row.effects, "person_ways": kept}
                grown.setdefault(person, []).append(one.merchant.contact)
        elif at is not None:
            have = {way.identity for way in people[at][1]}
            people[at][1].extend(way for way in one.ways if way.identity not in have)
            person = -1 - at
        else:
            at = len(people)
            people.append((one, list(one.ways)))
            person = -1 - at
        if person < 0:
            fresh |= dict.fromkeys(names, -1 - person)
        whose.append((one, person))
    ids = _insert(Person, [
        {**_person(one.merchant), "source": one.merchant.columns["source"] or common.source, **common.columns}
        for one, _ways in people
    ])  # fmt: skip
    for person_id, (_one, ways) in zip(ids, people, strict=True):
        handles += [_handle(way, person_id=person_id) for way in ways]
    positions = [
        {"enterprise_id": one.enterprise_id, "person_id": ids[-1 - person] if person < 0 else person,
         "title": one.merchant.contact_title, "is_main": one.row.action is Action.CREATE}
        for one, person in whose if one.holder is None
    ]  # fmt: skip
    _add(Position, positions)
    for one, person in whose:
        if one.holder is None:
            held = ids[-1 - person] if person < 0 else person
            one.row.effects = {**one.row.effects, "position": held}
    _record(batch, "person.supplemented", [(one, 0, names[0]) for one, names in grown.items()], actor)
    new = [
        (person_id, one.row.number, one.merchant.contact)
        for person_id, (one, _ways) in zip(ids, people, strict=True)
    ]
    return People(new, {person for _one, person in whose if person > 0})


def _person(merchant: Merchant) -> dict[str, Any]:
    copied = ("origin", "native_place", "chamber", "chamber_title", "region_code", "region_prefix")
    return {"name": merchant.contact, **{key: merchant.columns[key] for key in copied}}


# --- those that are there ---------------------------------------------------------------------------------


def update(
    batch: ImportBatch,
    row: ImportRow,
    merchant: Merchant,
    known: dict[int, Enterprise],
    changed: Changed,
    *,
    actor: User,
) -> None:
    """Update the record that the row is about; `known` are those of the lot, loaded and locked together."""
    record_id = queries.target_of(batch, row)
    if record_id is None:
        return pass_over(row, _("要并入的第 %(n)s 行没有导入", n=row.match_row))
    enterprise = known.get(record_id)
    if enterprise is None or record_id in changed.enterprises:
        enterprise = matching.load([record_id], lock=True).get(record_id)
    if enterprise is None:
        return pass_over(row, _("那条记录已经不在了"))
    if not matching.may_change(actor, enterprise):
        return pass_over(row, _("那条记录不归您修改"))
    if row.match_version not in (None, enterprise.version) and not queries.did_already(batch, record_id):
        return pass_over(row, _("检查之后有人改过那条记录，没有更新；请核对后重新检查"))
    there = matching.there(enterprise)
    changes = changes_of(there, merchant, overwrite=row.action is Action.OVERWRITE)
    row.changes = kept_changes(in_words(there, changes))  # the check showed what overwriting would do
    before = enterprise.snapshot()
    for column, value in changes.columns.items():
        setattr(enterprise, column, value)
    enterprise.former_names += [FormerName(name=name) for name in changes.former_names]
    enterprise.handles += [
        Handle(kind=way.kind, value=way.value, digits=way.digits, extension=way.extension)
        for way in changes.ways
    ]
    db.session.flush()
    row.effects = {
        "columns": {key: [plain(there.columns[key]), plain(value)] for key, value in changes.columns.items()},
        "former": changes.former_names,
        "ways": [as_kept(way) for way in changes.ways],
    }
    if merchant.contact and (changes.contact or changes.personal):
        handles: list[dict[str, Any]] = []
        holder = next(
            (one.person for one in enterprise.positions if one.person.name == merchant.contact), None
        )
        asked = Contact(row, record_id, merchant, merchant.split_ways()[1], holder)
        people = _people(batch, Common(batch), [asked], handles, actor=actor)
        _add(Handle, handles)
        _record(batch, "person.created", people.new, actor)
        db.session.expire(enterprise, ["positions"])
        changed.people.update(people.known, [one for one, _number, _name in people.new])
    after = difference(before, enterprise.snapshot())
    overwritten = row.action is Action.OVERWRITE
    record(
        "enterprise.edited" if overwritten else "enterprise.supplemented",
        enterprise,
        actor=actor,
        changes={**after, "import_id": [None, batch.id]},
        note=undoing.came_with(batch, row.number),
    )
    row.outcome, row.record_id = Outcome.UPDATED, record_id
    changed.enterprises.add(record_id)
    if "name" in changes.columns:
        changed.people.update(position.person_id for position in enterprise.positions)


# --- the trail --------------------------------------------------------------------------------------------


def _record(batch: ImportBatch, verb: str, made: Sequence[tuple[int, int, str]], actor: User) -> None:
    """The trail's lines of one lot, in one statement: the same that `recording` would write, one each."""
    now = clock.now()
    _add(Event, [
        {"at": now, "actor_id": actor.id, "actor_name": actor.name, "verb": verb, "noun": verb.split(".")[0],
         "record_id": record_id, "record_name": name, "changes": {"import_id": [None, batch.id], "name": [None, name]},
         "note": undoing.came_with(batch, number),
         "address": client_address.get()}
        for record_id, number, name in made
    ])  # fmt: skip
