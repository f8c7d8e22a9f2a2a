"""A whole list of any size, by one process or several: the same clusters either way.

Rows are taken apart in portions (`portions`), put in the order of their contents, so that the order of the rows
is of no account, and rows that say the same are taken as one. Pairs are proposed (`candidates`) and weighed by
ranges of records, and the clusters are made of them in one go (`clustering`). Nobody holds all records as
objects: a record is unpacked when a pair asks for it.
"""

from __future__ import annotations

import gc
import math
import multiprocessing
import os
import signal
import threading
import time
from array import array
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import chain
from typing import Any

from crm.dedup.candidates import proposer
from crm.dedup.clustering import Scored, homes_of
from crm.dedup.noun import Noun
from crm.dedup.nouns import ENTERPRISES
from crm.dedup.portions import Packed, Portion, Profiles, number_of_seen, take_apart
from crm.dedup.scoring import Match, Weights, log_odds
from crm.dedup.sharing import LOW, Proposer

PORTION = 2_000  # rows that one process takes at a time
PAIRS = 20_000
AHEAD = 3  # portions waiting for each process, so that reading does not run away from taking apart

Progress = Callable[[str, int, int], None]  # step, done, in all (0: not known)


class Stopped(Exception):
    """A process of the crew was ended from outside, most likely for want of memory."""


class Crew:
    """Does the same thing to many portions: here, or in several processes that share `context`.

    `context` is inherited where processes can be forked and pickled where they cannot.
    """

    def __init__(self, workers: int, context: Any) -> None:
        self._context = context
        self._ahead = workers * AHEAD
        self._pool: ProcessPoolExecutor | None = None
        if workers > 1:
            how = "fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn"
            self._pool = ProcessPoolExecutor(
                workers, multiprocessing.get_context(how), initializer=_join, initargs=(context,)
            )

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._pool:
            self._pool.shutdown(cancel_futures=True)

    def each(self, task: Callable[[Any, Any], Any], portions: Iterable[Any]) -> Iterator[Any]:
        """task(context, portion) for each portion, in their order."""
        if self._pool is None:
            yield from (task(self._context, portion) for portion in portions)
            return
        waiting: deque[Future[Any]] = deque()
        try:
            for portion in portions:
                waiting.append(self._pool.submit(_work, task, portion))
                if len(waiting) > self._ahead:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool as error:
            raise Stopped("a worker process was stopped, most likely for want of memory") from error


_context: Any = None  # of a worker process


def _join(context: Any) -> None:
    global _context
    _context = context
    gc.disable()  # nothing here makes cycles, and looking for them would touch all that is shared
    gc.freeze()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started the crew is interrupted, and sends it home
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_go_with, args=(os.getppid(),), daemon=True).start()


def _go_with(parent: int) -> None:
    """A worker whose parent was killed would wait for work for ever."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def _work(task: Callable[[Any, Any], Any], portion: Any) -> Any:
    return task(_context, portion)


@dataclass(slots=True)
class Outcome:
    """What was found. Positions are those of the distinct records in the order of their contents.

    place      position of each row
    profiles   the records, taken apart, by position
    scored     the pairs that were weighed
    homes      for each position the first position of its cluster
    """

    noun: Noun
    place: array[int]
    profiles: Profiles
    around: Any
    scored: Scored
    homes: Sequence[int]

    def named(self, ids: Sequence[Any]) -> list[str]:
        """The cluster of each row, named by the smallest id in it."""
        names: dict[int, str] = {}
        for identity, at in zip(ids, self.place, strict=True):
            home, own = self.homes[at], str(identity)
            if home not in names or order_of_ids(own) < order_of_ids(names[home]):
                names[home] = own
        return [names[self.homes[at]] for at in self.place]

    def judge(self, one: int, two: int) -> Match:
        return self.noun.compare(self.profiles[one], self.profiles[two], self.around)

    def fullness(self, at: int) -> int:
        """How many things the record at this position says."""
        return sum(map(bool, self.noun.packed(self.profiles[at])))

    def apart(self, least: float) -> Iterator[tuple[int, int]]:
        """Pairs of different clusters that look alike: of `least` log-odds and more, or never allowed to be one."""
        for pair, total in zip(self.scored.pairs, self.scored.totals, strict=True):
            one, two = pair >> 32, pair & LOW
            if self.homes[one] != self.homes[two] and (total >= least or total == -math.inf):
                yield one, two


def order_of_ids(identity: str) -> tuple[int, str]:
    """9 before 10, M001 before M010."""
    return (len(identity), identity)


def run(
    noun: Noun,
    rows: Iterable[Sequence[Any]],
    make: Callable[[Any], Any],
    *,
    workers: int = 1,
    progress: Progress | None = None,
    arrays: bool | None = None,
) -> Outcome:
    """Cluster what `rows` brings in portions; make: row -> record, done by the workers.

    `arrays`: see `candidates.proposer`.
    """
    say = progress or (lambda _step, _done, _total: None)
    portions: list[Portion] = []
    count = 0
    with Crew(workers, (noun, make)) as crew:
        for portion in crew.each(_take_apart, rows):
            portions.append(portion)
            count += len(portion)
            say("parsing", count, 0)
    place, first = _places(portions)
    profiles = Packed(noun, [portion.profiles for portion in portions], _spans(portions, first))
    around = noun.surroundings(_owners(noun, portions, place, profiles))
    keys = proposer(
        len(first), _keys(portions, place, first, "blocks"), _keys(portions, place, first, "grams"), arrays
    )
    for portion in portions:
        portion.forget_keys()
    with Crew(workers, (noun, profiles, around, keys, noun.weights())) as crew:
        pairs = _proposed(crew, len(first), say)
        scored = _weighed(crew, pairs, say)
    codes = _of_positions([portion.codes for portion in portions], first)
    homes = homes_of(
        profiles, scored, around, noun, lambda done, total: say("clustering", done, total), codes
    )
    return Outcome(noun, place, profiles, around, scored, homes)


def portioned(items: Iterable[Any], size: int = PORTION) -> Iterator[list[Any]]:
    some: list[Any] = []
    for item in items:
        some.append(item)
        if len(some) == size:
            yield some
            some = []
    if some:
        yield some


def _take_apart(context: tuple[Noun, Callable[[Any], Any]], rows: Sequence[Any]) -> Portion:
    noun, make = context
    return take_apart(noun, map(make, rows))


def _places(portions: Sequence[Portion]) -> tuple[array[int], array[int]]:
    """(position of each row, one row of each position). The texts that say so are dropped on the way."""
    texts: list[str] = []
    for portion in portions:
        texts += portion.places
        portion.places = []
    place, first = array("I", bytes(4 * len(texts))), array("I")
    before = None
    for row in sorted(range(len(texts)), key=texts.__getitem__):
        if texts[row] != before:
            before = texts[row]
            first.append(row)
        place[row] = len(first) - 1
    return place, first


def _of_positions(columns: Sequence[array[int]], first: Sequence[int]) -> array[int]:
    """What the rows of all portions hold, by position."""
    rows = array(columns[0].typecode if columns else "Q", chain.from_iterable(columns))
    return array(rows.typecode, [rows[row] for row in first])


def _spans(portions: Sequence[Portion], first: Sequence[int]) -> tuple[array[int], array[int], array[int]]:
    """(portion, start, end) of the packed profile of each position."""
    where, starts, ends = array("I"), array("I"), array("I")
    for at, portion in enumerate(portions):
        where.extend([at] * len(portion.ends))
        starts.extend((0, *portion.ends[:-1]) if portion.ends else ())
        ends.extend(portion.ends)
    return tuple(array("I", [column[row] for row in first]) for column in (where, starts, ends))  # type: ignore[return-value]


def _keys(
    portions: Sequence[Portion], place: Sequence[int], first: Sequence[int], kind: str
) -> tuple[array[int], array[int]]:
    """(numbers, positions) of all keys of one kind; of rows that say the same one speaks for all."""
    numbers, positions = array("Q"), array("I")
    row = 0
    for portion in portions:
        own: array[int] = getattr(portion, kind)
        start = 0
        for each in getattr(portion, kind + "_each"):
            at = place[row]
            if first[at] == row:
                numbers += own[start : start + each]
                positions += array("I", (at,)) * each
            start += each
            row += 1
    return numbers, positions


def _owners(
    noun: Noun, portions: Sequence[Portion], place: Sequence[int], profiles: Profiles
) -> dict[str, dict[str, int]]:
    """kind -> value -> number of owners, where there are several.

    Counted in numbers first: only what turns out to be shared is looked up again as text, in one of its records.
    """
    one: dict[int, int] = {}
    several: dict[int, set[int]] = {}
    example: dict[int, int] = {}
    row = 0
    for portion in portions:
        values, owners, start = portion.seen, portion.owners, 0
        for each in portion.seen_each:
            for at in range(start, start + each):
                value, owner = values[at], owners[at]
                known = one.setdefault(value, owner)
                if known != owner:
                    several.setdefault(value, {known}).add(owner)
                    example[value] = place[row]
            start += each
            row += 1
    counts: dict[str, dict[str, int]] = {}
    for position in sorted(set(example.values())):
        for kind, text, _owner in noun.sightings(profiles[position]):
            if found := several.get(number_of_seen(kind, text)):
                counts.setdefault(kind, {})[text] = len(found)
    return counts


_Weighing = tuple[Noun, Profiles, Any, Proposer, Weights]


def _proposed(crew: Crew, count: int, say: Progress) -> array[int]:
    ranges = [(start, min(count, start + PAIRS)) for start in range(0, count, PAIRS)]
    found: list[array[int]] = []
    for (_start, end), pairs in zip(ranges, crew.each(_nearest, ranges), strict=True):
        found.append(pairs)
        say("proposing", end, count)
    return _distinct(found)


def _nearest(context: _Weighing, some: tuple[int, int]) -> array[int]:
    return context[3].nearest(*some)


def _distinct(found: Sequence[array[int]]) -> array[int]:
    """All pairs once, in order."""
    pairs: set[int] = set()
    for some in found:
        pairs.update(some)
    return array("Q", sorted(pairs))


def _weighed(crew: Crew, pairs: array[int], say: Progress) -> Scored:
    lots = [pairs[start : start + PAIRS] for start in range(0, len(pairs), PAIRS)]
    totals = array("d")
    for some in crew.each(_weigh, lots):
        totals += some
        say("weighing", len(totals), len(pairs))
    return Scored(pairs, totals)


def _weigh(context: _Weighing, pairs: array[int]) -> array[int]:
    """Log-odds of each pair, minus infinity where the two can never be one."""
    noun, profiles, around, _keys, table = context
    levels, may_merge = noun.levels, noun.may_merge
    totals = array("d")
    first = -1
    for pair in pairs:
        if pair >> 32 != first:  # pairs come in order: one record beside several others
            first = pair >> 32
            a = profiles[first]
        b = profiles[pair & LOW]
        totals.append(log_odds(levels(a, b, around), table) if may_merge(a, b) else -math.inf)
    return totals  # type: ignore[return-value]


def as_it_is(record: Any) -> Any:
    return record


def cluster(
    records: Sequence[Any],
    progress: Progress | None = None,
    *,
    noun: Noun = ENTERPRISES,
    workers: int = 1,
    arrays: bool | None = None,
) -> list[str]:
    """The cluster of each record, named by the smallest id in it.

    Neither the order of the records nor a thousand copies of one change the outcome, nor does the number of
    workers.
    """
    found = run(noun, portioned(records), as_it_is, workers=workers, progress=progress, arrays=arrays)
    return found.named([record.id for record in records])
