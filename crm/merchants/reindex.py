"""Making the look-up anew while the web goes on writing, and proving that it says what the records say.

Both compare, and `run` also mends: what is right already is only read. Three stages, each a row of short
transactions, and how far the work has come is written down with each: a process that is killed goes on where it was.

1. Each record's entry: what the core is told of it and makes of it, and its keys; and what the search box finds it by.
2. The keys of all entries, sorted, beside the key table, which lies in the same order: one walk along both shows
   what is missing and what is too much. Of an index that is being filled the missing keys go in as they come, in
   the order in which they lie on the disk.
3. The same walk again. Whatever still differs may be somebody's work of this minute, so it is looked at once more
   with the record's entry locked.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa

from crm import dedup
from crm.db import db, reading
from crm.jobs import queue
from crm.jobs.lots import Lots
from crm.jobs.models import JobRun, JobState
from crm.lib.words import N_, _
from crm.search import index

from . import identity, lookup
from .models import DEDUP_ENTRY, DEDUP_KEY, DedupIndex

KIND = "dedup.reindex"
LOT = 250  # records in one transaction at most
PAGE = 20_000  # keys in one at most
LONGEST = 0.1  # seconds that one may take: nobody else who writes waits longer than for one of these
Progress = Callable[[str, int, int], None]
Pair = tuple[int, int]
ENTRIES = ("enterprise", "person")
FILLING, SURE = "filling", "sure"
STAGES = (*ENTRIES, FILLING, SURE)


# --- whether it may be relied on ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """Whether an answer of the look-up is the whole answer, and how far a rebuild has come."""

    rules: str
    complete: bool
    stage: str

    @property
    def whole(self) -> bool:
        """An empty `rules`: the base was empty when the look-up was made, and all came by the rules since."""
        return self.complete and self.rules in ("", dedup.rules())

    @property
    def wants_work(self) -> bool:
        return not self.complete or self.rules != dedup.rules()


def standing() -> Standing:
    row = db.session.execute(sa.select(DedupIndex.rules, DedupIndex.complete, DedupIndex.stage)).first()
    return Standing(*row) if row else Standing("", True, "")


def ensure() -> int | None:
    """A job that makes the look-up anew, if the application's rules are not those it was made by and no such job
    is under way. Called at the start and every few minutes: nobody has to remember it after an upgrade."""
    with reading():
        idle = not standing().wants_work or db.session.scalar(_under_way().limit(1)) is not None
        db.session.rollback()
    if idle:
        return None
    job_id = order()
    db.session.commit()
    queue.start(job_id)
    return job_id


def order(*, search: bool = True) -> int:
    """The job that makes it anew: one that waits or works already, else a new one. The door commits."""
    there = db.session.scalar(_under_way().limit(1))
    return there or queue.new(KIND, title=_("重建查重索引"), params={"search": search}, user_id=None).id


def _under_way() -> sa.Select[int]:
    at_it = (JobState.QUEUED, JobState.RUNNING)
    return sa.select(JobRun.id).where(JobRun.kind == KIND, JobRun.state.in_(at_it)).order_by(JobRun.id)


@queue.handler(KIND, N_("重建查重索引"))
def carry_out(job: JobRun) -> dict[str, Any]:
    search = bool(job.params.get("search", True))
    return asdict(run(lambda _stage, done, total: queue.beat(job, done, total), search=search))


# --- making it anew ----------------------------------------------------------------------------------------


@dataclass
class Told:
    """What a rebuild did."""

    records: int = 0
    changed: int = 0  # entries that were missing or wrong
    put_in: int = 0
    taken_out: int = 0
    found_anew: int = 0  # search entries that were missing or wrong


def run(progress: Progress | None = None, *, search: bool = True) -> Told:
    """Make the look-up (and the search entries) right, in many short transactions of its own."""
    say = progress or (lambda _stage, _done, _total: None)
    told = Told()
    row = _begin()
    total = _count()
    stages = STAGES[STAGES.index(row.stage) :]
    for stage in stages:
        began_at = row.done_to if stage == row.stage else 0
        if stage in ENTRIES:
            _entries(stage, began_at, told, partial(say, stage), search, total)
        elif stage == SURE or not row.complete:
            _keys(stage, began_at, told, partial(say, stage))
    for noun in ENTRIES:
        _forget_the_gone(noun)
    row = _row()
    row.rules, row.complete, row.stage, row.done_to = dedup.rules(), True, "", 0
    db.session.commit()
    return told


def _row() -> DedupIndex:
    row = db.session.scalar(sa.select(DedupIndex).execution_options(populate_existing=True))
    if row is None:
        row = DedupIndex(id=1, rules="", complete=True, stage="", done_to=0)
        db.session.add(row)
    return row


def _begin() -> DedupIndex:
    """Where to go on: where a rebuild by the same rules was left, else at the beginning."""
    row = _row()
    if row.stage not in STAGES or row.rules != dedup.rules():
        whole = row.complete and row.rules == dedup.rules()
        row.rules, row.complete, row.stage, row.done_to = dedup.rules(), whole, ENTRIES[0], 0
    db.session.commit()
    db.session.refresh(row)
    db.session.expunge(row)
    db.session.commit()
    return row


def _note(stage: str, done_to: int) -> None:
    """In the transaction that does the work."""
    where = sa.update(DedupIndex).where(DedupIndex.id == 1)
    db.session.execute(where.values(stage=stage, done_to=done_to))


def _count() -> int:
    with reading():
        total = sum(
            db.session.scalar(sa.select(sa.func.count(one.id))) or 0 for one in identity.MODELS.values()
        )
        db.session.commit()
    return total


def _entries(
    noun: str, done_to: int, told: Told, say: Callable[[int, int], None], search: bool, total: int
) -> None:
    model, lots = identity.MODELS[noun], Lots(LOT, LONGEST)
    while True:
        lots.begin()
        after = sa.select(model.id).where(model.id > done_to).order_by(model.id).limit(lots.many)
        ids = list(db.session.scalars(after))
        if not ids:
            break
        left = set(ids) - _made_right(noun, ids, told, search, wait=False)
        told.records += len(ids)
        done_to = ids[-1]
        _note(noun, done_to)
        say(told.records, total)
        db.session.commit()
        lots.end()
        for one in sorted(left):  # held by somebody a moment ago: waited for one at a time, holding nothing
            _made_right(noun, [one], told, search, wait=True)
            db.session.commit()
    _note(STAGES[STAGES.index(noun) + 1], 0)
    db.session.commit()


def _made_right(noun: str, ids: Sequence[int], told: Told, search: bool, *, wait: bool) -> set[int]:
    missing = lookup.without_entry(noun, ids)
    known = lookup.held(noun, ids, wait=wait)
    wanted = [*known, *missing]
    records = {
        one.id: (one.record, identity.keys_for(one.record)) for one in identity.load(noun, wanted).values()
    }
    fresh = {one: records.pop(one) for one in missing if one in records}
    lookup.put_new(noun, fresh, later=True)
    told.changed += lookup.put(noun, records, known) + len(fresh)
    records |= fresh
    if search:
        words = identity.search_words(noun, identity.MODELS[noun], list(records))
        told.found_anew += index.put_changed(noun, [(one, words[one]) for one in records])
    return set(wanted)


def _keys(stage: str, done_to: int, told: Told, say: Callable[[int, int], None]) -> None:
    lots = Lots(PAGE, LONGEST)
    with _sorted_keys(_all_entries()) as wanted:
        done = wanted.below(done_to)
        # Not begun before the first page: until it comes they are sorted, which may take a minute.
        for missing, extra, last, seen in _differences(wanted, done_to, lots):
            if stage == FILLING:
                lookup.put_in(missing)
                told.put_in += len(missing)
            else:
                come, gone = _mended(missing, extra)
                told.put_in += come
                told.taken_out += gone
            done += seen
            _note(stage, last)
            say(done, wanted.count)
            db.session.commit()
            lots.end()
            lots.begin()
    if stage == FILLING:
        _note(SURE, 0)
        db.session.commit()


def _mended(missing: list[Pair], extra: list[Pair]) -> tuple[int, int]:
    """With the entries locked: what they ask for goes in, what they do not ask for goes out."""
    come, gone = [], []
    for noun in ENTRIES:
        pairs = [pair for pair in (*missing, *extra) if lookup.noun_of(pair[0]) == noun]
        ids = {record_id for _key, record_id in pairs}
        kept: dict[int, set[int]] = {}
        for some in identity.chunks(sorted(ids), LOT):
            stands = lookup.held(noun, some)
            kept |= {one: set(lookup.unpacked(entry.numbers)) for one, entry in stands.items()}
        come += [pair for pair in pairs if pair[0] in kept.get(pair[1], ())]
        gone += [pair for pair in pairs if pair[0] not in kept.get(pair[1], ())]
    lookup.put_in(come)
    lookup.take_out(gone)
    return len(come), len(gone)


def _forget_the_gone(noun: str) -> None:
    """Entries whose record is no more. Looked for without the write lock: a number that is gone does not come back."""
    with reading():
        gone = list(db.session.scalars(_gone(noun)))
        db.session.rollback()
    for some in identity.chunks(gone, LOT):
        identity.forget(noun, some)
        db.session.commit()


def _gone(noun: str) -> sa.Select[Any]:
    model, entry = identity.MODELS[noun], DEDUP_ENTRY.c
    there = sa.exists().where(model.id == entry.record_id)
    return sa.select(entry.record_id).where(entry.noun == noun, ~there).order_by(entry.record_id)


# --- the keys of all entries, and the key table ------------------------------------------------------------


class _Wanted:
    """(key, record) pairs in a temporary file of their own, given back in order: it costs disk, not memory."""

    def __init__(self, path: Path) -> None:
        self._file = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "temp_store=FILE", "cache_size=-65536"):
            self._file.execute(f"PRAGMA {pragma}")
        self._file.execute("CREATE TABLE pair (key INTEGER, record INTEGER)")
        self._file.execute("BEGIN")
        self.count = 0

    def add(self, pairs: Iterable[Pair]) -> None:
        self.count += self._file.executemany("INSERT INTO pair VALUES (?, ?)", pairs).rowcount

    def below(self, key: int) -> int:
        return int(self._file.execute("SELECT count(*) FROM pair WHERE key < ?", (key,)).fetchone()[0])

    def pages(self, first: int, lots: Lots) -> Iterator[list[Pair]]:
        """From this key on, some thousands at a time."""
        rows = self._file.execute("SELECT key, record FROM pair WHERE key >= ? ORDER BY 1, 2", (first,))
        while page := rows.fetchmany(lots.many):
            yield page

    def close(self) -> None:
        self._file.close()


@contextmanager
def _sorted_keys(entries: Iterable[tuple[int, Iterable[int]]]) -> Iterator[_Wanted]:
    with TemporaryDirectory(prefix="crm-keys-") as folder, closing(_Wanted(Path(folder) / "keys")) as wanted:
        wanted.add((number, record_id) for record_id, numbers in entries for number in numbers)
        yield wanted


def _all_entries() -> Iterator[tuple[int, Iterable[int]]]:
    """(record, its keys), in short transactions that only read."""
    entry = DEDUP_ENTRY.c
    for noun in ENTRIES:
        last = 0
        while True:
            page = (
                sa.select(entry.record_id, entry.numbers)
                .where(entry.noun == noun, entry.record_id > last)
                .order_by(entry.record_id)
                .limit(PAGE)
            )
            with reading():
                rows = db.session.execute(page).all()
                db.session.commit()
            if not rows:
                break
            for record_id, keys in rows:
                yield record_id, lookup.unpacked(keys)
            last = rows[-1][0]


def _differences(
    wanted: _Wanted, first: int, lots: Lots
) -> Iterator[tuple[list[Pair], list[Pair], int, int]]:
    """(missing, too much, last key, how many looked at), a page of keys at a time, from the key `first` on."""
    key, record_id = DEDUP_KEY.c
    place = sa.tuple_(key, record_id)
    last: Pair = (first - 1, _NO_RECORD)
    for page in wanted.pages(first, lots):
        between = sa.select(key, record_id).where(place > sa.tuple_(*last), place <= sa.tuple_(*page[-1]))
        there = {(number, one) for number, one in db.session.execute(between)}
        asked = set(page)
        yield sorted(asked - there), sorted(there - asked), page[-1][0], len(page)
        last = page[-1]
    while True:
        behind = (
            sa.select(key, record_id).where(place > sa.tuple_(*last)).order_by(key, record_id).limit(PAGE)
        )
        rows = [(number, one) for number, one in db.session.execute(behind)]
        if not rows:
            return
        last = rows[-1]
        yield [], rows, last[0], 0


_NO_RECORD = 2**31 - 1  # behind the last record of any key


# --- proving it --------------------------------------------------------------------------------------------


@dataclass
class Found:
    """What `check` found: how much it looked at, how many differences, and the first of them in words."""

    records: int = 0
    keys: int = 0
    differences: int = 0
    first: list[str] = field(default_factory=list)

    def add(self, *sentences: str) -> None:
        self.differences += len(sentences)
        self.first += sentences[: MOST_NAMED - len(self.first)]


MOST_NAMED = 20


def check(progress: Progress | None = None, *, search: bool = True) -> Found:
    """Whether look-up and search entries say exactly what the records say. Reads one moment of the base, whatever
    others write meanwhile; writes nothing."""
    say = progress or (lambda _stage, _done, _total: None)
    found = Found()
    db.session.commit()
    with reading():
        if not lookup.on_sqlite():
            db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        try:
            total = sum(
                db.session.scalar(sa.select(sa.func.count(one.id))) or 0 for one in identity.MODELS.values()
            )
            with _sorted_keys(_recomputed(found, search, lambda done: say("records", done, total))) as wanted:
                for missing, extra, _last, seen in _differences(wanted, 0, Lots(PAGE, LONGEST)):
                    found.keys += seen
                    found.add(*(_of(pair, "key is missing") for pair in missing))
                    found.add(*(_of(pair, "key is too much") for pair in extra))
                    say("keys", found.keys, wanted.count)
        finally:
            db.session.rollback()
    return found


def _of(pair: Pair, what: str) -> str:
    key, record_id = pair
    noun = lookup.NOUN_OF.get(key >> lookup.FRONT, "?")
    return f"{noun} {record_id}: a {lookup.kind_of(key)}: {what} ({key})"


def _recomputed(
    found: Found, search: bool, say: Callable[[int], None]
) -> Iterator[tuple[int, Iterable[int]]]:
    """(record, the keys it ought to have), and what differs in its entry."""
    entry = DEDUP_ENTRY.c
    for noun, model in identity.MODELS.items():
        last = 0
        while True:
            after = sa.select(model.id).where(model.id > last).order_by(model.id).limit(LOT)
            ids = list(db.session.scalars(after))
            if not ids:
                break
            stored = {
                one: lookup.Entry(*stands)
                for one, *stands in db.session.execute(
                    sa.select(entry.record_id, entry.said, entry.numbers, entry.parsed).where(
                        entry.noun == noun, entry.record_id.in_(ids)
                    )
                )
            }
            for known in identity.load(noun, ids).values():
                wanted, stands = (
                    lookup.entry_of(noun, known.record, identity.keys_for(known.record)),
                    stored.get(known.id),
                )
                if stands is None:
                    found.add(f"{noun} {known.id}: no entry")
                elif stands.numbers != wanted.numbers:
                    found.add(f"{noun} {known.id}: the entry names other keys")
                elif stands.said != wanted.said:
                    found.add(f"{noun} {known.id}: the entry says something else")
                elif stands.parsed != wanted.parsed:
                    found.add(f"{noun} {known.id}: the entry was taken apart differently")
                yield known.id, lookup.unpacked(wanted.numbers)
            if search:
                words = identity.search_words(noun, model, ids)
                found.add(
                    *(f"{noun} {one}: search finds something else" for one in index.changed(noun, words))
                )
            found.records += len(ids)
            last = ids[-1]
            say(found.records)
        for one in db.session.scalars(_gone(noun)):
            found.add(f"{noun} {one}: an entry without a record")
