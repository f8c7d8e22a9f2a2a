"""疑似重复: pairs that may be one are kept for people to decide; what they decide is remembered for good.

A pair is found when a record is made or changed (`note`), and when a lot of records is looked at (`look`): a
whole base is looked at lot by lot, an import's new records as they came. Finding never overrules a decision: a
pair that was decided keeps its state and is not proposed again.

How a lot is looked at. Each record's partners are the few that share the most keys with it, a rare key counting
for more; a key that very many share is passed over. So a lot costs the same in a base of any size, and no list
of all pairs is ever made. They are weighed without a transaction that others would wait for; what was found is
written in a short one. A lot looked at again gives the same.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from crm.db import db
from crm.dedup import Match, Verdict
from crm.dedup.evidence import owners_of
from crm.dedup.nouns import NOUNS
from crm.lib import clock

from . import lookup, placing
from .identity import chunks, load, matches, worth_showing
from .models import DEDUP_ENTRY, Enterprise, Person, Suspect, SuspectState
from .signs import signs_of

PERSONAL = ("phone:", "person:", "legal:", "contact:")  # reasons whose detail is somebody's data: not stored
KEPT = (Verdict.SAME, Verdict.ASK)
MODELS: Mapping[str, Any] = {"enterprise": Enterprise, "person": Person}

LOT = 200  # records looked at in one go: a tenth of a second, and some hundredths for writing what was found
WIDEST = 60  # a key that more records share is no evidence that two of them are one
PARTNERS = 8  # weighed for each record
RARE = 200  # a key that n share counts log(200 / n)
ASKED = 8  # records under a key that are asked whose the phone is, or in how many cities the 字号 is at home
# noun -> kind of key -> the sightings that those under it can tell of
SHARED_BY_MANY: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "enterprise": {"p": ("phone",), "a": ("address",), "g": ("brand",)},
    "person": {"p": ("phone",), "n": ("home", "chamber"), "f": ("firm",)},
}
OF_NAMES = ("people", "surname", "given")  # sightings of people that no key leads to: how common a name is
NAMES = 50_000  # people whose names are counted for that; of more, every so manieth
REMEMBERED = 400_000  # of a scan: pairs weighed from their other side, and keys whose owners were counted
MOST_NOTED = 10

Pair = tuple[int, int]


def note(noun: str, record_id: int, *, kept_reason: str = "") -> list[Suspect]:
    """Look for what this record may be one with, and keep the pairs that are new. No more than ten."""
    db.session.flush()
    known = load(noun, [record_id])[record_id]
    found = [
        (other, match)
        for other, match in matches(known.record, noun=noun, leave_out=record_id, across=False, typing=False)
        if match.verdict in KEPT
    ][:MOST_NOTED]
    if not found:
        return []
    pairs = {(min(record_id, other.id), max(record_id, other.id)): match for other, match in found}
    there = stored(noun, [record_id])
    for pair, match in pairs.items():
        if (suspect := there.get(pair)) and suspect.state is SuspectState.OPEN:
            _update(suspect, match)
    fresh = [pair for pair in pairs if pair not in there]
    _insert([_row(noun, pair, pairs[pair]) | {"kept_reason": kept_reason} for pair in fresh])
    there = stored(noun, [record_id])
    return [there[pair] for pair in fresh]


def stored(noun: str, record_ids: Sequence[int]) -> dict[Pair, Suspect]:
    """The kept pairs these records are part of."""
    rows = sa.select(Suspect).where(
        Suspect.noun == noun, sa.or_(Suspect.a_id.in_(record_ids), Suspect.b_id.in_(record_ids))
    )
    return {(one.a_id, one.b_id): one for one in db.session.scalars(rows)}


def made(noun: str, pair: Pair, match: Match) -> Suspect:
    """A pair as it was found: open, with its evidence."""
    return Suspect(**_row(noun, pair, match))


def _row(noun: str, pair: Pair, match: Match) -> dict[str, Any]:
    score, verdict, reasons, levels = _said(match)
    return {
        "noun": noun, "a_id": pair[0], "b_id": pair[1], "score": score, "verdict": verdict, "reasons": reasons,
        "levels": levels, "signs": signs_of(reasons), "state": SuspectState.OPEN, "found_at": clock.now(),
        "kept_reason": "", "decision_note": "",
    }  # fmt: skip


def _said(match: Match) -> tuple[float, str, list[Any], list[str]]:
    reasons = [
        [reason.code, reason.weight, "" if reason.code.startswith(PERSONAL) else reason.detail[:80]]
        for reason in match.reasons[:12]
    ]
    return round(match.score, 4), match.verdict.value, reasons, list(match.levels)


def _update(suspect: Suspect, match: Match) -> None:
    said = _said(match)
    if (suspect.score, suspect.verdict, suspect.reasons, suspect.levels) != said:
        suspect.score, suspect.verdict, suspect.reasons, suspect.levels = said


def _insert(rows: Sequence[dict[str, Any]]) -> None:
    """New pairs; one that somebody else has just found stays as it is."""
    if not rows:
        return
    dialect = sqlite if db.session.get_bind().dialect.name == "sqlite" else postgresql
    pair = ["noun", "a_id", "b_id"]
    for noun in MODELS:
        mine = [row for row in rows if row["noun"] == noun]
        held = placing.holders_of(noun, [(row["a_id"], row["b_id"]) for row in mine])
        for row in mine:
            row |= held[row["a_id"], row["b_id"]]
    statement = dialect.insert(Suspect).on_conflict_do_nothing(index_elements=pair)  # type: ignore[attr-defined]
    db.session.execute(statement, rows)


# --- a lot of records --------------------------------------------------------------------------------------


@dataclass
class Looked:
    """What the weighing of one lot came to; nothing is written yet."""

    noun: str
    ids: Sequence[int] = ()  # the records that were looked at
    keys: int = 0
    weighed: int = 0
    alike: dict[Pair, Match] = field(default_factory=dict)
    unlike: list[Pair] = field(default_factory=list)  # open pairs that are not alike any more


class Memory:
    """What one lot can tell the next, so that it need not be asked again; losing it changes no outcome."""

    def __init__(self) -> None:
        self.weighed: set[tuple[str, int, int]] = set()
        self.owners: dict[tuple[str, int], dict[str, dict[str, int]]] = {}
        self.names: dict[str, dict[str, int]] | None = None
        self.wide: Counter[int] = Counter()  # keys that more than WIDEST share: records seen under each

    def bound(self) -> None:
        for kept in (self.weighed, self.owners):
            if len(kept) > REMEMBERED:
                kept.clear()
        if len(self.wide) > REMEMBERED:
            self.wide = Counter(dict(self.wide.most_common(REMEMBERED // 4)))


def lot_after(noun: str, last: int, import_id: int | None = None) -> list[int]:
    """The next records by their numbers, of all or of one import. Lots begin at the same numbers whatever was
    added or has gone."""
    model = MODELS[noun]
    those = sa.true() if import_id is None else model.import_id == import_id
    first = db.session.scalar(sa.select(sa.func.min(model.id)).where(model.id > last, those))
    if first is None:
        return []
    end = (first - 1) // LOT * LOT + LOT
    lot = sa.select(model.id).where(model.id.between(first, end), those)
    return list(db.session.scalars(lot.order_by(model.id)))


def how_many(noun: str, import_id: int | None = None) -> int:
    model = MODELS[noun]
    those = sa.true() if import_id is None else model.import_id == import_id
    return db.session.scalar(sa.select(sa.func.count(model.id)).where(those)) or 0


def look(noun: str, record_ids: Sequence[int], memory: Memory | None = None) -> Looked:
    """Weigh these records against their partners, and again the open pairs they are part of. Reads only."""
    memory = memory or Memory()
    memory.bound()
    held = _keys_of(noun, record_ids)
    holders = _holders(held)
    memory.wide.update(key for keys in held.values() for key in keys if len(holders[key]) > WIDEST)
    open_pairs = _open_pairs(noun, record_ids)
    pairs = [
        pair for pair in sorted(_partners(held, holders) | open_pairs) if (noun, *pair) not in memory.weighed
    ]
    looked = Looked(noun, record_ids, keys=sum(map(len, held.values())))
    here = set(record_ids)
    found = _weighed(noun, pairs, holders, memory)
    for pair in pairs:
        match = found.get(pair)
        if match is not None:
            looked.weighed += 1
            if not here.issuperset(pair):
                memory.weighed.add((noun, *pair))
        if match is not None and worth_showing(match):
            looked.alike[pair] = match
        elif pair in open_pairs:
            looked.unlike.append(pair)
    return looked


def weigh(noun: str, pairs: Sequence[Pair]) -> dict[Pair, Match]:
    """How these pairs compare, as a scan would have it; without those whose records are gone."""
    holders = _holders(_keys_of(noun, sorted({one for pair in pairs for one in pair})))
    return _weighed(noun, pairs, holders, Memory())


def settle(looked: Looked) -> Counter[str]:
    """Write what a look came to: {"records", "keys", "weighed", "found", "changed", "gone"}.

    Decisions stay, those too that were made since the look. Open pairs that are no longer alike, and that nobody
    gave a reason for, go. Who decides about the pairs of these records is set right, whatever went past the verbs.
    """
    told: Counter[str] = Counter(records=len(looked.ids), keys=looked.keys, weighed=looked.weighed)
    there = _there(looked.noun, looked.alike)
    exist = _existing(looked.noun, {one for pair in looked.alike for one in pair})
    fresh, changed = [], []
    for pair, match in looked.alike.items():
        if not exist.issuperset(pair):
            continue  # taken away, or merged into another, since the look
        row = there.get(pair)
        if row is None:
            fresh.append(_row(looked.noun, pair, match))
        elif row.state is SuspectState.OPEN:
            said = _said(match)
            if (row.score, row.verdict, row.reasons, row.levels) != said:
                fields = dict(zip(("score", "verdict", "reasons", "levels"), said, strict=True))
                changed.append({"at": row.id, "signs": signs_of(said[2]), **fields})
    _insert(fresh)
    if changed:
        table: Any = Suspect.__table__  # past the versions: who decides at this moment is not disturbed
        statement = sa.update(table).where(
            table.c.id == sa.bindparam("at"), table.c.state == SuspectState.OPEN
        )
        db.session.connection().execute(statement, changed)
    told.update(found=len(fresh), changed=len(changed), gone=_drop(looked.noun, looked.unlike))
    placing.place(looked.noun, looked.ids)
    return told


def _keys_of(noun: str, record_ids: Sequence[int]) -> dict[int, Sequence[int]]:
    found: dict[int, Sequence[int]] = {}
    entry = DEDUP_ENTRY.c
    for ids in chunks(record_ids, 500):
        rows = sa.select(entry.record_id, entry.numbers).where(entry.noun == noun, entry.record_id.in_(ids))
        found |= {one: lookup.unpacked(numbers) for one, numbers in db.session.execute(rows)}
    return found


def _partners(held: Mapping[int, Sequence[int]], holders: Mapping[int, Sequence[int]]) -> set[Pair]:
    """For each record the PARTNERS that share the most with it."""
    worth = [0.0, 0.0, *(math.log(RARE / many) for many in range(2, WIDEST + 1))]
    pairs: set[Pair] = set()
    for one, keys in held.items():
        shared: dict[int, float] = defaultdict(float)
        for key in keys:
            ids = holders[key]
            if 1 < len(ids) <= WIDEST:
                for other in ids:
                    shared[other] += worth[len(ids)]
        shared.pop(one, None)
        best = sorted(shared, key=lambda other: (-shared[other], other))[:PARTNERS]
        pairs.update((one, other) if one < other else (other, one) for other in best)
    return pairs


def _open_pairs(noun: str, record_ids: Sequence[int]) -> set[Pair]:
    found = set()
    for ids in chunks(record_ids, 500):
        for side in (Suspect.a_id, Suspect.b_id):
            rows = sa.select(Suspect.a_id, Suspect.b_id).where(
                Suspect.noun == noun, side.in_(ids), Suspect.state == SuspectState.OPEN
            )
            found |= {(a_id, b_id) for a_id, b_id in db.session.execute(rows)}
    return found


def _holders(held: Mapping[int, Iterable[int]]) -> Mapping[int, Sequence[int]]:
    """key -> records under it, one more than WIDEST at most: those that more share are told from those that just
    so many do."""
    return lookup.under(sorted({key for keys in held.values() for key in keys}), WIDEST + 1)


def _weighed(
    noun: str, pairs: Sequence[Pair], holders: Mapping[int, Sequence[int]], memory: Memory
) -> dict[Pair, Match]:
    """Whatever many share is counted among the first records under its key, so a pair weighs the same in
    whatever lot it comes up."""
    asked = {
        key: ids[:ASKED]
        for key, ids in holders.items()
        if len(ids) > 1 and lookup.kind_of(key) in SHARED_BY_MANY[noun] and (noun, key) not in memory.owners
    }
    wanted = sorted({one for pair in pairs for one in pair}.union(*asked.values()))
    records = {
        one: record for ids in chunks(wanted, 500) for one, record in lookup.records(noun, ids).items()
    }
    here = [pair for pair in pairs if pair[0] in records and pair[1] in records]
    engine = NOUNS[noun]
    profiles = {record_id: engine.profile(record) for record_id, record in records.items()}
    for key, ids in asked.items():
        seen = owners_of(
            chain.from_iterable(engine.sightings(profiles[one]) for one in ids if one in profiles)
        )
        told = SHARED_BY_MANY[noun][lookup.kind_of(key)]
        memory.owners[noun, key] = {kind: seen[kind] for kind in told if kind in seen}
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for key in holders:
        for kind, values in memory.owners.get((noun, key), {}).items():
            for value, many in values.items():
                counts[kind][value] = max(many, counts[kind].get(value, 0))
    if noun == "person":
        if memory.names is None:
            memory.names = _names()
        counts |= memory.names
    around = engine.surroundings(counts)
    return {(a, b): engine.compare(profiles[a], profiles[b], around) for a, b in here}


def _names() -> dict[str, dict[str, int]]:
    """How common surnames and given characters are in the base."""
    every = max(1, -(-how_many("person") // NAMES))
    rows = db.session.scalars(sa.select(Person.name).where(Person.id % every == 0).distinct())
    engine = NOUNS["person"]
    profiles = (engine.profile(engine.record(name=name)) for name in rows)
    seen = chain.from_iterable(map(engine.sightings, profiles))
    counts = owners_of(one for one in seen if one[0] in OF_NAMES)
    return {kind: {value: many * every for value, many in values.items()} for kind, values in counts.items()}


def _there(noun: str, pairs: Iterable[Pair]) -> dict[Pair, Any]:
    columns = (
        Suspect.id,
        Suspect.a_id,
        Suspect.b_id,
        Suspect.state,
        Suspect.score,
        Suspect.verdict,
        Suspect.reasons,
        Suspect.levels,
    )
    found = {}
    for some in chunks(sorted({pair[0] for pair in pairs}), 500):
        for row in db.session.execute(
            sa.select(*columns).where(Suspect.noun == noun, Suspect.a_id.in_(some))
        ):
            found[row.a_id, row.b_id] = row
    return found


def _existing(noun: str, record_ids: Iterable[int]) -> set[int]:
    model, found = MODELS[noun], set()
    for some in chunks(sorted(record_ids), 500):
        found |= set(db.session.scalars(sa.select(model.id).where(model.id.in_(some))))
    return found


def _drop(noun: str, pairs: Sequence[Pair]) -> int:
    gone = 0
    for some in chunks(pairs, 200):
        those = sa.or_(*(sa.and_(Suspect.a_id == a_id, Suspect.b_id == b_id) for a_id, b_id in some))
        unexplained = sa.and_(Suspect.state == SuspectState.OPEN, Suspect.kept_reason == "")
        done: Any = db.session.execute(
            sa.delete(Suspect).where(Suspect.noun == noun, unexplained, those),
            execution_options={"synchronize_session": False},
        )
        gone += done.rowcount
    return gone


# --- the whole base ----------------------------------------------------------------------------------------


def scan() -> dict[str, int]:
    """Look at the whole base, lot by lot, in the caller's transaction, of a base that nobody else uses yet:
    {"weighed", "found", "changed", "gone"}. What looks while others work is a job: duplicates.engine."""
    db.session.flush()
    told: Counter[str] = Counter(weighed=0, found=0, changed=0, gone=0)
    memory = Memory()
    for noun in MODELS:
        last = 0
        while ids := lot_after(noun, last):
            told += settle(look(noun, ids, memory))
            db.session.flush()
            last = ids[-1]
    return {what: told[what] for what in ("weighed", "found", "changed", "gone")}
