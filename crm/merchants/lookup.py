"""The index behind 查重: which records share a key with what is being typed.

It lives in the database, so all workers share it and a restart loses nothing, and it is written in the
transaction that changes the record. For each record there is

* one row in `dedup_entry`: all that the core is told of it (`said`) and what the core makes of that (`parsed`), so
  that thirty candidates are weighed without a join over five tables and without taking their names apart, and the
  keys it stands under, so that a save writes only the keys that have changed;
* one row in `dedup_key` for each key. A key is one 64-bit number: the noun in front (so a noun's keys are a range),
  a hash of the key's text, and its kind at the end. A hash that two keys share costs one candidate too many, once in
  a base of tens of millions; the core weighs, so it answers nothing wrong.

What has to be kept in mind: `hold` before the records are read, `put` after, both in one transaction.
"""

from __future__ import annotations

import json
import sys
from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from functools import lru_cache
from hashlib import blake2b
from itertools import chain
from typing import Any, NamedTuple

import sqlalchemy as sa

from crm.db import db
from crm.dedup import KEY_STRENGTH, PEOPLE_KEY_STRENGTH, Record
from crm.dedup import Person as PersonRecord
from crm.dedup.kept import kept, take_up

from .models import DEDUP_ENTRY

AT_ONCE = 200  # keys in one statement on SQLite, which takes 500 SELECTs in one
FAN_OUT = 80  # records read of one key; a key with more says little and counts for little
COMMON = 0.25  # what a key that reaches FAN_OUT still counts
NUMBERS = {"enterprise": 1, "person": 2}  # the front of a key's number
NOUN_OF = {number: noun for noun, number in NUMBERS.items()}
FRONT, _KIND = 60, 5  # bits below the noun; bits of the kind
_HASH = (1 << (FRONT - _KIND)) - 1
Question = Record | PersonRecord


# --- keys as numbers ---------------------------------------------------------------------------------------


def number_of(noun: str, key: str) -> int:
    """The number of one key. Its kind is the key's first letter, a to z."""
    hashed = int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "little") & _HASH
    return NUMBERS[noun] << FRONT | hashed << _KIND | (ord(key[0]) - 96) & 31


def kind_of(number: int) -> str:
    return chr(96 + (number & 31))


def noun_of(number: int) -> str:
    return NOUN_OF[number >> FRONT]


def span(noun: str) -> tuple[int, int]:
    """Where the keys of a noun lie: from the first number, below the second."""
    return NUMBERS[noun] << FRONT, (NUMBERS[noun] + 1) << FRONT


def strength_of(number: int, hits: int) -> float:
    """What it says that a record stands under this key, where `hits` were found under it (at most FAN_OUT)."""
    table = PEOPLE_KEY_STRENGTH if number >> FRONT == NUMBERS["person"] else KEY_STRENGTH
    strength = table.get(kind_of(number), 1)
    return strength * COMMON if hits >= FAN_OUT else float(strength)


# --- what the core is told of a record, as text ------------------------------------------------------------

_write = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_FIELDS: dict[type, tuple[str, ...]] = {
    kind: tuple(one.name for one in fields(kind) if one.init and one.name != "id")
    for kind in (Record, PersonRecord)
}


def said_of(question: Question) -> str:
    return _write({name: value for name in _FIELDS[type(question)] if (value := getattr(question, name))})


@lru_cache(maxsize=4096)
def record_of(noun: str, record_id: int, said: str, parsed: bytes | None) -> Any:
    """The record as the core sees it, at hand for a while: somebody who types asks for the same candidates at
    every pause. What is said of a record is part of the question, so nothing here grows stale."""
    record = (PersonRecord if noun == "person" else Record)(id=record_id, **json.loads(said))
    take_up(noun, record, parsed)
    return record


# --- keeping it right --------------------------------------------------------------------------------------


class Entry(NamedTuple):
    """What stands in `dedup_entry` of a record."""

    said: str
    numbers: bytes
    parsed: bytes | None


def entry_of(noun: str, question: Question, keys: Iterable[str]) -> Entry:
    """What ought to stand there."""
    return Entry(said_of(question), packed(number_of(noun, key) for key in keys), kept(noun, question))


def hold(noun: str, record_ids: Iterable[int], *, wait: bool = True) -> dict[int, Entry]:
    """The entries of these records, locked until the commit; an empty one is made where one is missing.

    Whoever reads the records after this reads what all others have committed who change the same entries; so
    of two who change a firm and one of its people at once, the later sees both. The order of the locks is
    always the same: enterprises, then people, each by number. Without `wait` those that somebody else holds are
    left out.
    """
    ids = sorted(set(record_ids))
    found = held(noun, ids, wait=wait)
    if missing := [one for one in ids if one not in found]:
        empty = {"noun": noun, "said": "", "numbers": b"", "parsed": None}
        db.session.execute(_CLAIM, [empty | {"record_id": one} for one in missing])
        found |= held(noun, missing, wait=wait)
    return found


_BYTES = (sa.bindparam("numbers", type_=sa.LargeBinary), sa.bindparam("parsed", type_=sa.LargeBinary))
_CLAIM = sa.text(
    "INSERT INTO dedup_entry (noun, record_id, said, numbers, parsed)"
    " VALUES (:noun, :record_id, :said, :numbers, :parsed) ON CONFLICT DO NOTHING"
).bindparams(*_BYTES)


def without_entry(noun: str, ids: Iterable[int]) -> list[int]:
    """Which of these have none."""
    entry = DEDUP_ENTRY.c
    wanted = sorted(ids)
    there = set(
        db.session.scalars(sa.select(entry.record_id).where(entry.noun == noun, entry.record_id.in_(wanted)))
    )
    return [one for one in wanted if one not in there]


def held(noun: str, ids: Sequence[int], *, wait: bool = True) -> dict[int, Entry]:
    """The same of those that have an entry."""
    entry = DEDUP_ENTRY.c
    rows = (
        sa.select(entry.record_id, entry.said, entry.numbers, entry.parsed)
        .where(entry.noun == noun, entry.record_id.in_(ids))
        .order_by(entry.record_id)
        .with_for_update(skip_locked=not wait)
    )
    return {record_id: Entry(*stands) for record_id, *stands in db.session.execute(rows)}


def put(noun: str, records: Mapping[int, tuple[Question, Sequence[str]]], known: Mapping[int, Entry]) -> int:
    """Records under exactly these keys from now on; `known` as `hold` gave it. How many entries have changed."""
    gone, come, entries = [], [], []
    for record_id, (question, keys) in records.items():
        stands, wanted = known[record_id], entry_of(noun, question, keys)
        if stands == wanted:
            continue
        entries.append({"of": noun, "at": record_id, **wanted._asdict()})
        if stands.numbers == wanted.numbers:
            continue
        before, after = set(unpacked(stands.numbers)), set(unpacked(wanted.numbers))
        gone += [(key, record_id) for key in before - after]
        come += [(key, record_id) for key in after - before]
    take_out(gone)
    put_in(come)
    if entries:
        db.session.execute(_CHANGE, entries)
    return len(entries)


_CHANGE = sa.text(
    "UPDATE dedup_entry SET said = :said, numbers = :numbers, parsed = :parsed WHERE noun = :of AND record_id = :at"
).bindparams(*_BYTES)


def put_new(noun: str, records: Mapping[int, tuple[Question, Sequence[str]]], *, later: bool = False) -> None:
    """The same for records without an entry: this transaction has made them, nobody else knows of them. Or
    it is a rebuild that finds them: if somebody does so before us, that entry is at least as new and stays.
    `later`: the keys go into the key table by and by, in its own order (reindex.py)."""
    entries, come = [], []
    for record_id, (question, keys) in sorted(records.items()):
        wanted = entry_of(noun, question, keys)
        entries.append({"noun": noun, "record_id": record_id, **wanted._asdict()})
        if not later:
            come += [(key, record_id) for key in unpacked(wanted.numbers)]
    if entries:
        db.session.execute(_CLAIM, entries)
    put_in(come)


def forget(noun: str, record_ids: Iterable[int]) -> None:
    """Records that are no more, or that another stands for."""
    ids = sorted(set(record_ids))
    take_out([(key, one) for one, stands in held(noun, ids).items() for key in unpacked(stands.numbers)])
    entry = DEDUP_ENTRY.c
    db.session.execute(sa.delete(DEDUP_ENTRY).where(entry.noun == noun, entry.record_id.in_(ids)))


def put_in(pairs: Iterable[tuple[int, int]]) -> None:
    """(key, record) rows that may or may not be there. In the order of the keys, as the table lies on the disk."""
    rows = sorted(pairs)
    if not rows:
        return
    if on_sqlite():
        _driver("INSERT INTO dedup_key (key, record_id) VALUES (?, ?) ON CONFLICT DO NOTHING", rows)
    else:
        db.session.execute(_PUT_IN, {"keys": [key for key, _one in rows], "ids": [one for _key, one in rows]})


def take_out(pairs: Iterable[tuple[int, int]]) -> None:
    rows = sorted(pairs)
    if not rows:
        return
    if on_sqlite():
        _driver("DELETE FROM dedup_key WHERE key = ? AND record_id = ?", rows)
    else:
        db.session.execute(
            _TAKE_OUT, {"keys": [key for key, _one in rows], "ids": [one for _key, one in rows]}
        )


_PUT_IN = sa.text(
    "INSERT INTO dedup_key (key, record_id) SELECT * FROM unnest(CAST(:keys AS bigint[]), CAST(:ids AS int[]))"
    " ON CONFLICT DO NOTHING"
)
_TAKE_OUT = sa.text(
    "DELETE FROM dedup_key AS d USING unnest(CAST(:keys AS bigint[]), CAST(:ids AS int[])) AS g(key, record_id)"
    " WHERE d.key = g.key AND d.record_id = g.record_id"
)


def on_sqlite() -> bool:
    return db.session.get_bind().dialect.name == "sqlite"


def _driver(statement: str, values: Any) -> Any:
    return db.session.connection().exec_driver_sql(statement, values)


def packed(numbers: Iterable[int]) -> bytes:
    found = array("q", sorted(set(numbers)))
    if sys.byteorder == "big":
        found.byteswap()
    return found.tobytes()


def unpacked(kept: bytes) -> array[int]:
    found = array("q", bytes(kept))
    if sys.byteorder == "big":
        found.byteswap()
    return found


# --- asking ------------------------------------------------------------------------------------------------


def under(numbers: Sequence[int], most: int = FAN_OUT) -> dict[int, list[int]]:
    """key -> the first `most` records under it: one statement for a question, on SQLite one for
    each 200 keys of a list."""
    found: dict[int, list[int]] = defaultdict(list)
    if not numbers:
        return found
    if on_sqlite():
        lots = [tuple(numbers[at : at + AT_ONCE]) for at in range(0, len(numbers), AT_ONCE)]
        rows: Any = chain.from_iterable(_driver(_looks(len(lot), most), lot) for lot in lots)
    else:
        rows = db.session.execute(_LOOK, {"asked": list(numbers), "most": most})
    for key, record_id in rows:
        found[key].append(record_id)
    return found


@lru_cache(maxsize=256)
def _looks(count: int, most: int) -> str:
    """One bounded look for each key; a join could not stop at the first so many of each."""
    look = f"SELECT * FROM (SELECT key, record_id FROM dedup_key WHERE key = ? ORDER BY record_id LIMIT {most:d})"
    return " UNION ALL ".join([look] * count)


_LOOK = sa.text(
    "SELECT d.key, d.record_id FROM unnest(CAST(:asked AS bigint[])) AS j(key) CROSS JOIN LATERAL"
    " (SELECT key, record_id FROM dedup_key WHERE key = j.key ORDER BY record_id LIMIT :most) AS d"
)


def weighed(numbers: Sequence[int]) -> dict[tuple[str, int], float]:
    """(noun, record) -> how much the keys say together that it shares with these."""
    weight: dict[tuple[str, int], float] = defaultdict(float)
    for number, ids in under(numbers).items():
        noun, strength = noun_of(number), strength_of(number, len(ids))
        for record_id in ids:
            weight[noun, record_id] += strength
    return weight


def records(noun: str, record_ids: Sequence[int]) -> dict[int, Any]:
    """Records as the core sees them, from their entries: one statement."""
    if not record_ids:
        return {}
    asked = {"noun": noun, "ids": list(record_ids)}
    rows = db.session.execute(_RECORDS_HERE if on_sqlite() else _RECORDS, asked)
    return {record_id: record_of(noun, record_id, said, parsed) for record_id, said, parsed in rows}


# Made once: to put a statement together takes as long as to ask it. With an array PostgreSQL knows it again,
# however many are asked for, and need not plan it anew.
_RECORDS = sa.text(
    "SELECT record_id, said, parsed FROM dedup_entry WHERE noun = :noun AND record_id = ANY(CAST(:ids AS int[]))"
)
_RECORDS_HERE = sa.text(
    "SELECT record_id, said, parsed FROM dedup_entry WHERE noun = :noun AND record_id IN :ids"
).bindparams(sa.bindparam("ids", expanding=True))
