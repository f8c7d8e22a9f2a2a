"""Duplicates of a whole list at once: among its own rows, and in the base; of enterprises or of people.

Both sides are looked up by the keys of the dedup core, strong ones only, each key's fan-out bounded. The rows
already read lie in a temporary file of their own, so a long list costs disk, not memory; the base is asked
once for each lot of rows, however many they are.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

from crm import dedup
from crm.dedup import (
    KEY_STRENGTH,
    PEOPLE_KEY_STRENGTH,
    Match,
    Person,
    Record,
    Verdict,
    find_people,
    keys_of,
    people_keys_of,
)
from crm.merchants import identity, lookup

KINDS = frozenset("uncpygamtk")  # the kinds of keys that are looked up: the weak ones find little in a list
FAN_OUT = 25
COMMON = 0.25  # what a key still counts that reaches FAN_OUT
WORTH = 8.0  # summed strength of shared keys from which two are weighed
MOST = 8  # candidates weighed for one row
REMEMBERED = 3_000  # parsed rows kept at hand
THE_SAME = (Verdict.SAME, Verdict.ASK)
Asked = Record | Person


@dataclass(frozen=True)
class Engine:
    """How the dedup core is asked about one noun."""

    kind: type[Record] | type[Person]
    fields: tuple[str, ...]
    keys: Callable[[Any], list[str]]
    strengths: Mapping[str, int]
    find: Callable[..., list[tuple[Any, Match]]]


ENGINES = {
    "enterprise": Engine(
        Record,
        ("name", "former_names", "uscc", "region", "industry", "legal_rep", "contacts", "phones", "address",
         "chamber", "kind"),
        lambda record: [key for key in keys_of(record) if key[0] in KINDS],
        KEY_STRENGTH,
        dedup.find,
    ),
    "person": Engine(
        Person, ("name", "phones", "companies", "native_place", "chamber", "title"), people_keys_of,
        PEOPLE_KEY_STRENGTH, find_people,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Likeness:
    """What a row is most like: a stored record, or a row of the same list (`row` is its number)."""

    score: float
    reasons: list[str]
    record_id: int | None = None
    name: str = ""
    row: int | None = None


class Finder:
    """Rows are handed over in the order of the list; each is compared with those before it and with the base.

    Use as a context: the temporary file goes when it ends.
    """

    def __init__(self, noun: str = "enterprise") -> None:
        self._noun, self._engine = noun, ENGINES[noun]
        self._folder = TemporaryDirectory(prefix="crm-import-")
        self._file = sqlite3.connect(Path(self._folder.name) / "rows.db", isolation_level=None)
        self._file.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-8192;"
            "CREATE TABLE key (hash INTEGER, row INTEGER, PRIMARY KEY (hash, row)) WITHOUT ROWID;"
            "CREATE TABLE row (number INTEGER PRIMARY KEY, said TEXT);"
            "BEGIN"
        )
        self._parsed: dict[int, Asked] = {}
        self.told: dict[int, int] = {}  # record of the base -> the first row that is it without a doubt

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._file.close()
        self._folder.cleanup()

    def look(self, records: Sequence[Asked], *, base: bool = True) -> list[Likeness | None]:
        """For each record (its id is the row's number) what it is most like; the base goes before the list."""
        keys = [self._engine.keys(record) for record in records]
        found: list[Likeness | None] = [None] * len(records)
        if base:
            found = list(in_base(records, keys, noun=self._noun))
        for at, record in enumerate(records):
            own = self._in_list(record, keys[at])
            if found[at] is None:
                found[at] = own
        return found

    def _in_list(self, record: Asked, keys: Sequence[str]) -> Likeness | None:
        weight: dict[int, float] = defaultdict(float)
        hashes = [(hash(key), key) for key in keys]
        for code, key in hashes:
            hits = self._file.execute(
                "SELECT row FROM key WHERE hash = ? LIMIT ?", (code, FAN_OUT)
            ).fetchall()
            strength = strength_of(self._noun, key, len(hits))
            for (number,) in hits:
                weight[number] += strength
        self._file.executemany(
            "INSERT OR IGNORE INTO key VALUES (?, ?)", [(code, record.id) for code, _k in hashes]
        )
        said = json.dumps([getattr(record, name) for name in self._engine.fields], ensure_ascii=False)
        self._file.execute("INSERT OR REPLACE INTO row VALUES (?, ?)", (record.id, said))
        self._remember(record)
        best = likeliest(
            self._noun, record, weight, lambda numbers: [self._row(number) for number in numbers]
        )
        if best is None:
            return None
        other, match = best
        return Likeness(match.score, identity.words_of(match.reasons), name=other.name, row=int(other.id))

    def _remember(self, record: Asked) -> None:
        if len(self._parsed) >= REMEMBERED:
            for number in list(self._parsed)[: REMEMBERED // 4]:
                del self._parsed[number]
        self._parsed[int(record.id)] = record

    def _row(self, number: int) -> Asked:
        if number not in self._parsed:
            (said,) = self._file.execute("SELECT said FROM row WHERE number = ?", (number,)).fetchone()
            told = dict(zip(self._engine.fields, json.loads(said), strict=True))
            self._remember(self._engine.kind(id=number, **told))
        return self._parsed[number]


def in_base(
    records: Sequence[Asked],
    keys: Sequence[Sequence[str]] | None = None,
    *,
    noun: str = "enterprise",
    among: Callable[[set[int]], set[int]] | None = None,
) -> list[Likeness | None]:
    """What each record is most like in the base. `among` narrows the candidate ids."""
    keys = [ENGINES[noun].keys(record) for record in records] if keys is None else keys
    hits = stored_under(noun, {key for each in keys for key in each})
    if among:
        kept = among({record_id for ids in hits.values() for record_id in ids})
        hits = {key: [one for one in ids if one in kept] for key, ids in hits.items()}
    if not any(hits.values()):
        return [None] * len(records)
    weights: list[dict[int, float]] = []
    for each in keys:
        weight: dict[int, float] = defaultdict(float)
        for key in each:
            ids = hits.get(key, ())
            strength = strength_of(noun, key, len(ids))
            for record_id in ids:
                weight[record_id] += strength
        weights.append(weight)
    wanted = sorted({record_id for weight in weights for record_id in promising(weight)})
    known: dict[int, Any] = {}
    for some in identity.chunks(wanted, identity.CHUNK):
        known |= lookup.records(noun, some)  # taken apart when they were saved
    found: list[Likeness | None] = []
    for record, weight in zip(records, weights, strict=True):
        best = likeliest(noun, record, weight, lambda ids: [known[one] for one in ids if one in known])
        if best is None:
            found.append(None)
        else:
            other, match = best
            reasons = identity.words_of(match.reasons)
            found.append(Likeness(match.score, reasons, record_id=int(other.id), name=other.name))
    return found


def stored_under(noun: str, keys: Iterable[str]) -> dict[str, list[int]]:
    """key -> the first FAN_OUT records kept under it."""
    asked = sorted(keys)
    if not asked:
        return {}
    numbers = {lookup.number_of(noun, key): key for key in asked}
    return {numbers[number]: ids for number, ids in lookup.under(list(numbers), FAN_OUT).items()}


def strength_of(noun: str, key: str, hits: int) -> float:
    strength = ENGINES[noun].strengths.get(key[0], 1)
    return strength * COMMON if hits >= FAN_OUT else float(strength)


def promising(weight: dict[int, float]) -> list[int]:
    best = Counter({one: strength for one, strength in weight.items() if strength >= WORTH}).most_common(MOST)
    return [one for one, _strength in best]


def likeliest(
    noun: str, record: Asked, weight: dict[int, float], load: Callable[[list[int]], list[Any]]
) -> tuple[Any, Match] | None:
    """The likeliest of those that share enough keys; None when none may be the same."""
    candidates = promising(weight)
    if not candidates:
        return None
    number, record.id = record.id, None  # the number of a row is no number of a record: 7 may be both
    try:
        asked = ENGINES[noun].find(record, load(candidates), limit=MOST)
    finally:
        record.id = number
    return next((one for one in asked if one[1].verdict in THE_SAME), None)
