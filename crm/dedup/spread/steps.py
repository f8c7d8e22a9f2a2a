"""What workers do, step by step. Each step is told a plan and a number, reads files and writes files.

A *chunk* is some thousand rows as they come; a *range* holds the distinct records of neighbouring names, so a record
keeps the position that it has in the embedded run, which every tie is broken by; a *bucket* holds keys, whatever
range their records stand in. What goes from one to another is bounded for each record: 13 ties for a key, `REACH`
others by n-grams, `NEAREST` pairs, the profiles that those pairs need.

    cut        a piece of the source  -> chunks of rows
    parse      chunk    take each row apart; where would the ranges be divided fairly?
    deal       chunk    rows to the range of their name
    settle     range    rows that say the same become one record; positions are numbered from here
    index      range    keys, n-grams and what many may share, to their buckets
    tally      bucket   who shares a key is tied; how common each n-gram is; how many own what many share
    follow     range    which n-grams a record follows, the rarest first
    lend       bucket   the records that have those n-grams
    nearest    range    the few others that each record shares most with: the pairs, to the range of the lower one
    ask        range    which profiles of other ranges are needed to weigh them
    answer     range    those profiles, and what many share of what stands in them
    weigh      range    log-odds of the pairs; which records hang together
    components one task all ranges' forests in one: edges only, no records
    gather     range    records and weighed pairs, to the range of the first record of their component
    decide     range    the very clustering of the embedded run, for whole components
    name       range    names of clusters, to the chunks that the rows came from
    write      chunk    rows in their first order
"""

from __future__ import annotations

import csv
import marshal
import math
import sys
from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from hashlib import blake2b
from itertools import accumulate, chain
from pathlib import Path
from typing import Any

from crm.dedup import scoring
from crm.dedup.batch import order_of_ids
from crm.dedup.candidates import named
from crm.dedup.clustering import PAIR_FROM, Scored, homes_of
from crm.dedup.noun import Noun
from crm.dedup.nouns import NOUNS
from crm.dedup.portions import Portion, number_of, number_of_seen, take_apart
from crm.dedup.sharing import BLOCK, BLOCK_SAYS, GRAM_SAYS, LOW, NEIGHBOUR_SAYS, NEIGHBOURS, REACH, commonest
from crm.dedup.spread.exchange import one, put, take
from crm.dedup.spread.sources import Piece
from crm.dedup.tables import BadTable, Layout

CHUNK = 20_000  # rows
EVERYWHERE = (
    "everywhere"  # what the surroundings of every pair have; the one who sends out the tasks leaves it
)
SAMPLES = 200  # names that each chunk shows for the division into ranges


@dataclass(frozen=True, slots=True)
class Plan:
    """What every task is told. `starts` has the first position of each range and the number of all records."""

    folder: str
    noun: str
    table: scoring.Weights
    code: str
    buckets: int
    columns: Mapping[str, list[str]]
    ranges: int = 0
    splits: tuple[str, ...] = ()
    starts: tuple[int, ...] = ()
    chunks: int = 0
    target: str = ""

    def at(self, name: str) -> Path:
        return Path(self.folder) / name

    def titles(self) -> list[str]:
        """The columns of the source that are read."""
        return list(dict.fromkeys(title for those in self.columns.values() for title in those))

    def range_of(self, position: int) -> int:
        return bisect_right(self.starts, position) - 1

    def count(self) -> int:
        return self.starts[-1]


@dataclass(frozen=True, slots=True)
class Done:
    """What a task tells the one that sent it out."""

    written: int = 0  # bytes, for the tasks that follow
    told: Any = None


@lru_cache(maxsize=1)
def code_in_use() -> str:
    """Stands for everything that the outcome depends on: a worker with another one would find other clusters."""
    digest = blake2b(digest_size=12)
    digest.update(repr(sys.version_info[:2]).encode())  # marshal differs between versions of Python
    root = Path(__file__).parents[2]
    for folder in ("dedup", "reference", "lib"):
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and path.suffix in (".py", ".json", ".txt", ".csv"):
                digest.update(path.read_bytes())
    return digest.hexdigest()


def _numbers(content: Iterable[int] = ()) -> array[int]:
    return array("Q", content)


def _read(raw: bytes | None) -> array[int]:
    """The numbers that another task left."""
    return array("Q", raw or b"")


def _bytes(buckets: Iterable[array[Any]]) -> list[bytes]:
    return [bucket.tobytes() for bucket in buckets]


# --- rows ---------------------------------------------------------------------------------------------


def cut(plan: Plan, piece_at: int, piece: Piece) -> Done:
    """Told: rows of each chunk, the first of which the header of csv files counts as row 2."""
    written = 0
    sizes: list[int] = []
    rows: list[list[str]] = []

    def leave() -> None:
        nonlocal written
        written += put(plan.at(f"rows/{piece_at}"), len(sizes), [rows])
        sizes.append(len(rows))
        rows.clear()

    for row in piece.rows(plan.titles()):
        # a Parquet file or a table may hold numbers, and nothing at all
        rows.append(["" if cell is None else str(cell) for cell in row])
        if len(rows) == CHUNK:
            leave()
    if rows:
        leave()
    return Done(written, sizes)


def parse(plan: Plan, chunk: int, piece_at: int, number: int) -> Done:
    """Told: some of the places, evenly taken, for the division into ranges."""
    noun = NOUNS[plan.noun]
    rows: list[list[str]] = one(plan.at(f"rows/{piece_at}"), number, 0)
    record_of = Layout.of(plan.titles(), plan.columns, noun)
    records = []
    for at, row in enumerate(rows, start=1):
        record = record_of(row)
        if not record.id:
            raise BadTable(f"piece {piece_at + 1}, row {number * CHUNK + at}: the id is empty")
        records.append(record)
    portion = take_apart(noun, records)
    written = put(plan.at("parsed"), chunk, [[str(record.id) for record in records], _flat(portion)])
    some = sorted(portion.places)
    return Done(written, some[:: max(1, len(some) // SAMPLES)])


def _flat(portion: Portion) -> list[Any]:
    values = [getattr(portion, each.name) for each in fields(Portion)]
    return [value.tobytes() if isinstance(value, array) else value for value in values]


def _portion(values: list[Any]) -> Portion:
    made = Portion()
    for each, value in zip(fields(Portion), values, strict=True):
        own = getattr(made, each.name)
        if isinstance(own, array):
            own.frombytes(value)
        else:
            setattr(made, each.name, value)
    return made


# One record on its way: place, id, chunk, row, packed profile, blocks, grams, seen, owners (numbers as bytes)
_Entry = tuple[str, str, int, int, bytes, bytes, bytes, bytes, bytes]


def deal(plan: Plan, chunk: int) -> Done:
    folder = plan.at("parsed")
    ids: list[str] = one(folder, chunk, 0)
    portion = _portion(one(folder, chunk, 1))
    hands: list[list[_Entry]] = [[] for _range in range(plan.ranges)]
    parts = [
        list(_slices(numbers, each))
        for numbers, each in (
            (portion.blocks, portion.blocks_each),
            (portion.grams, portion.grams_each),
            (portion.seen, portion.seen_each),
            (portion.owners, portion.seen_each),
        )
    ]
    start = 0
    for row, (place, identity, end) in enumerate(zip(portion.places, ids, portion.ends, strict=True)):
        blocks, grams, seen, owners = (part[row] for part in parts)
        hands[bisect_right(plan.splits, place)].append(
            (place, identity, chunk, row, portion.profiles[start:end], blocks, grams, seen, owners)
        )
        start = end
    return Done(put(plan.at("dealt"), chunk, hands))


def _slices(numbers: array[int], each: Iterable[int]) -> Iterator[bytes]:
    start = 0
    for size in each:
        yield numbers[start : start + size].tobytes()
        start += size


def settle(plan: Plan, own: int) -> Done:
    """Told: how many distinct records the range has."""
    entries: list[_Entry] = [
        entry for _chunk, some in take(plan.at("dealt"), own, plan.chunks) for entry in some
    ]
    entries.sort(key=lambda entry: (entry[0], entry[2], entry[3]))
    profiles: list[bytes] = []
    rows: list[list[tuple[str, int, int]]] = []
    keys: list[tuple[bytes, bytes, bytes, bytes]] = []
    before = None
    for place, identity, chunk, row, packed, *numbers in entries:
        if place != before:
            before = place
            profiles.append(packed)
            rows.append([])
            keys.append(tuple(numbers))  # type: ignore[arg-type]
        rows[-1].append((identity, chunk, row))
    return Done(put(plan.at("settled"), own, [profiles, rows, keys]), len(profiles))


def _profiles(plan: Plan, own: int) -> list[bytes]:
    return one(plan.at("settled"), own, 0) or []


def _rows(plan: Plan, own: int) -> list[list[tuple[str, int, int]]]:
    return one(plan.at("settled"), own, 1) or []


def _keys(plan: Plan, own: int) -> list[tuple[bytes, bytes, bytes, bytes]]:
    return one(plan.at("settled"), own, 2) or []


# --- keys -----------------------------------------------------------------------------------------------


def index(plan: Plan, own: int) -> Done:
    noun = NOUNS[plan.noun]
    blocks, grams, seen, asked = ([_numbers() for _bucket in range(plan.buckets)] for _kind in range(4))
    known: set[tuple[int, int]] = set()
    for at, keys in enumerate(_keys(plan, own), start=plan.starts[own]):
        for number in _read(keys[0]):
            blocks[number % plan.buckets].extend((number, at))
        for number in _read(keys[1]):
            grams[number % plan.buckets].extend((number, at))
        known.update(zip(_read(keys[2]), _read(keys[3]), strict=True))
    for number, owner in sorted(known):
        seen[number % plan.buckets].extend((number, owner))
    wanted: list[bytes] = []
    for packed in _profiles(plan, own):
        profile = noun.unpacked(marshal.loads(packed))
        wanted.append(_numbers(number_of_seen(kind, text) for kind, text in noun.asked(profile)).tobytes())
    every = {owned for owned, _owner in known} if noun.everywhere else set()
    for number in sorted(every.union(*map(_read, wanted))):
        asked[number % plan.buckets].append(number)
    ids: list[list[tuple[str, int, int]]] = [[] for _bucket in range(plan.buckets)]
    for identity, chunk, row in chain.from_iterable(_rows(plan, own)):
        ids[number_of(identity) % plan.buckets].append((identity, chunk, row))
    return Done(
        put(plan.at("blocks"), own, _bytes(blocks))
        + put(plan.at("grams"), own, _bytes(grams))
        + put(plan.at("seen"), own, _bytes(seen))
        + put(plan.at("looks"), own, _bytes(asked))
        + put(plan.at("looked"), own, [wanted])
        + put(plan.at("ids"), own, ids)
    )


def tally(plan: Plan, bucket: int) -> Done:
    """Told: the rows of an id that stands in two, if there is one."""
    ties = [(_numbers(), array("B")) for _range in range(plan.ranges)]
    for members in _members(plan, "blocks", bucket).values():
        for one_at, other, says in _ties(members):
            numbers, weights = ties[plan.range_of(one_at)]
            numbers.append(one_at << 32 | other)
            weights.append(says)
    written = put(plan.at("ties"), bucket, [(a.tobytes(), b.tobytes()) if a else None for a, b in ties])

    most = commonest(plan.count())
    sizes = [_numbers() for _range in range(plan.ranges)]
    postings: dict[int, bytes] = {}
    for number, members in _members(plan, "grams", bucket).items():
        if 1 < len(members) <= most:
            postings[number] = _numbers(sorted(members)).tobytes()
            for where in {plan.range_of(at) for at in members}:
                sizes[where].extend((number, len(members)))
    written += put(plan.at("sizes"), bucket, _bytes(sizes)) + put(plan.at("postings"), bucket, [postings])

    owners: dict[int, set[int]] = defaultdict(set)
    for _range, raw in take(plan.at("seen"), bucket, plan.ranges):
        flat = _read(raw)
        for number, owner in zip(flat[::2], flat[1::2], strict=True):
            owners[number].add(owner)
    shared = [_numbers() for _range in range(plan.ranges)]
    for own, raw in take(plan.at("looks"), bucket, plan.ranges):
        for number in _read(raw):
            if number in owners and len(owners[number]) > 1:
                shared[own].extend((number, len(owners[number])))
    written += put(plan.at("shared"), bucket, _bytes(shared))

    known: dict[str, tuple[int, int]] = {}
    twice = None
    for _own, some in take(plan.at("ids"), bucket, plan.ranges):
        for identity, chunk, row in some:
            first = known.setdefault(identity, (chunk, row))
            if first != (chunk, row):
                twice = min(twice or (identity, first, (chunk, row)), (identity, first, (chunk, row)))
    return Done(written, twice)


def _members(plan: Plan, kind: str, bucket: int) -> dict[int, array[int]]:
    """key -> the positions of its records, in order."""
    found: dict[int, array[int]] = {}
    for _range, raw in take(plan.at(kind), bucket, plan.ranges):
        flat = _read(raw)
        for number, at in zip(flat[::2], flat[1::2], strict=True):
            if number in found:
                found[number].append(at)
            else:
                found[number] = _numbers((at,))
    return found


def _ties(members: array[int]) -> Iterator[tuple[int, int, int]]:
    """(record, other, what it says) in both directions, as `candidates` ties them."""
    everybody = len(members) <= BLOCK
    says = BLOCK_SAYS[len(members)] if everybody else NEIGHBOUR_SAYS
    for at, one_at in enumerate(members):
        for other in members[at + 1 :] if everybody else members[at + 1 : at + 1 + NEIGHBOURS]:
            yield one_at, other, says
            yield other, one_at, says


def follow(plan: Plan, own: int) -> Done:
    sizes: dict[int, int] = {}
    for _bucket, raw in take(plan.at("sizes"), own, plan.buckets):
        flat = _read(raw)
        sizes.update(zip(flat[::2], flat[1::2], strict=True))
    followed: list[bytes] = []
    wanted: set[int] = set()
    for keys in _keys(plan, own):
        rare = sorted((sizes[number], number) for number in _read(keys[1]) if number in sizes)
        met = accumulate(size for size, _number in rare)
        numbers = [number for (_size, number), so_far in zip(rare, met, strict=True) if so_far <= REACH]
        wanted.update(numbers)
        followed.append(_numbers(numbers).tobytes())
    asked = [_numbers() for _bucket in range(plan.buckets)]
    for number in sorted(wanted):
        asked[number % plan.buckets].append(number)
    return Done(put(plan.at("followed"), own, [followed]) + put(plan.at("asked"), own, _bytes(asked)))


def lend(plan: Plan, bucket: int) -> Done:
    postings: dict[int, bytes] = one(plan.at("postings"), bucket, 0) or {}
    lent: list[dict[int, bytes]] = [{} for _range in range(plan.ranges)]
    for own, raw in take(plan.at("asked"), bucket, plan.ranges):
        lent[own] = {number: postings[number] for number in _read(raw)}
    return Done(put(plan.at("lent"), bucket, lent))


def nearest(plan: Plan, own: int) -> Done:
    start = plan.starts[own]
    # one number for each tie, in order: a table for each record of the range would take four times the memory
    ties: list[int] = []
    for _bucket, (raw, weights) in take(plan.at("ties"), own, plan.buckets):
        ties += [both << 8 | weight for both, weight in zip(_read(raw), weights, strict=True)]
    ties.sort(reverse=True)
    postings: dict[int, array[int]] = {}
    for _bucket, lent in take(plan.at("lent"), own, plan.buckets):
        postings.update((number, _read(raw)) for number, raw in lent.items())
    pairs: list[set[int]] = [set() for _range in range(plan.ranges)]
    for at, followed in enumerate(one(plan.at("followed"), own, 0) or (), start=start):
        says: dict[int, int] = defaultdict(int)
        while ties and ties[-1] >> 40 == at:
            tie = ties.pop()
            says[tie >> 8 & LOW] += tie & 0xFF
        for number in _read(followed):
            members = postings[number]
            weight = GRAM_SAYS[len(members).bit_length()]
            for other in members:
                says[other] += weight
        says.pop(at, None)
        for other in named(says):
            low, high = (at, other) if at < other else (other, at)
            pairs[plan.range_of(low)].add(low << 32 | high)
    return Done(put(plan.at("pairs"), own, [_numbers(sorted(some)).tobytes() for some in pairs]))


# --- pairs ----------------------------------------------------------------------------------------------


def _pairs(plan: Plan, own: int) -> list[int]:
    return sorted(set().union(*[_read(raw) for _range, raw in take(plan.at("pairs"), own, plan.ranges)]))


def ask(plan: Plan, own: int) -> Done:
    wanted: list[set[int]] = [set() for _range in range(plan.ranges)]
    for pair in _pairs(plan, own):
        wanted[plan.range_of(pair & LOW)].add(pair & LOW)
    wanted[own].clear()
    return Done(put(plan.at("wanted"), own, [_numbers(sorted(some)).tobytes() for some in wanted]))


_Shared = tuple[str, str, int]  # kind, value, owners


def answer(plan: Plan, own: int) -> Done:
    """Told: what the surroundings must have everywhere, as far as records of this range have it."""
    noun, profiles, start = NOUNS[plan.noun], _profiles(plan, own), plan.starts[own]
    counts: dict[int, int] = {}
    for _bucket, raw in take(plan.at("shared"), own, plan.buckets):
        flat = _read(raw)
        counts.update(zip(flat[::2], flat[1::2], strict=True))
    shared: dict[int, list[_Shared]] = {}
    told: set[_Shared] = set()
    looked: list[bytes] = one(plan.at("looked"), own, 0) or []
    for at, (packed, numbers) in enumerate(zip(profiles, looked, strict=True), start=start):
        if not noun.everywhere and counts.keys().isdisjoint(_read(numbers)):
            continue
        profile = noun.unpacked(marshal.loads(packed))
        if those := sorted(_counted(noun.asked(profile), counts)):
            shared[at] = those
        if noun.everywhere:
            seen = ((kind, text) for kind, text, _owner in noun.sightings(profile) if kind in noun.everywhere)
            told.update(_counted(seen, counts))
    answers: list[Any] = [None] * plan.ranges
    for asker, raw in take(plan.at("wanted"), own, plan.ranges):
        wanted = _read(raw)
        values = sorted({each for at in wanted for each in shared.get(at, ())})
        answers[asker] = ([(at, profiles[at - start]) for at in wanted], values)
    kept = put(plan.at("around"), own, [list(shared.items())])
    return Done(kept + put(plan.at("answers"), own, answers), told)


def _counted(values: Iterable[tuple[str, str]], counts: Mapping[int, int]) -> set[_Shared]:
    """Those that several own, with how many."""
    return {
        (kind, text, counts[number])
        for kind, text in values
        if (number := number_of_seen(kind, text)) in counts
    }


def _surroundings(plan: Plan, shared: Iterable[_Shared]) -> Any:
    counts: dict[str, dict[str, int]] = {}
    for kind, text, count in chain(one(plan.at(EVERYWHERE), 0, 0) or (), shared):
        counts.setdefault(kind, {})[text] = count
    return NOUNS[plan.noun].surroundings(counts)


def weigh(plan: Plan, own: int) -> Done:
    noun, start = NOUNS[plan.noun], plan.starts[own]
    mine = _profiles(plan, own)
    shared: list[_Shared] = [each for _at, those in one(plan.at("around"), own, 0) or () for each in those]
    others: dict[int, bytes] = {}
    for _range, (profiles, values) in take(plan.at("answers"), own, plan.ranges):
        others.update(profiles)
        shared += values
    around = _surroundings(plan, shared)
    pairs, totals = _numbers(_pairs(plan, own)), array("d")
    known: dict[int, Any] = {}  # the lower ones come one after the other; of the higher ones some stay
    for pair in pairs:
        both = []
        for at in (pair >> 32, pair & LOW):
            if (profile := known.get(at)) is None:
                if len(known) > CHUNK:
                    known.clear()
                packed = others[at] if at in others else mine[at - start]
                profile = known[at] = noun.unpacked(marshal.loads(packed))
            both.append(profile)
        a, b = both
        total = scoring.log_odds(noun.levels(a, b, around), plan.table) if noun.may_merge(a, b) else -math.inf
        totals.append(total)
    likely = [pair for pair, total in zip(pairs, totals, strict=True) if total >= PAIR_FROM]
    return Done(
        put(plan.at("weighed"), own, [pairs.tobytes(), totals.tobytes()])
        + put(plan.at("forest"), own, [_forest(likely).tobytes()])
    )


# --- components -----------------------------------------------------------------------------------------


def _forest(pairs: Iterable[int]) -> array[int]:
    """As many of the pairs as it takes to hold together what they hold together."""
    above: dict[int, int] = {}

    def root(at: int) -> int:
        while (up := above.get(at, at)) != at:
            above[at] = above.get(up, up)
            at = up
        return at

    kept = _numbers()
    for pair in pairs:
        one_root, other = root(pair >> 32), root(pair & LOW)
        if one_root != other:
            above[max(one_root, other)] = min(one_root, other)
            kept.append(pair)
    return kept


def components(plan: Plan, _only: int) -> Done:
    """Eight bytes for each record, and one task: edges are few where most records are alone.

    Told: records of the largest component.
    """
    above = array("I", range(plan.count()))
    for _range, raw in take(plan.at("forest"), 0, plan.ranges):
        for pair in _read(raw):
            low, high = sorted((_root(above, pair >> 32), _root(above, pair & LOW)))
            above[high] = low
    below = array("I", bytes(4 * len(above)))
    for at, up in enumerate(above):
        above[at] = above[up]  # whoever is above stands before, and is settled already
        below[above[at]] += above[at] != at
    told = [_numbers() for _range in range(plan.ranges)]
    for own, numbers in enumerate(told):
        for at in range(plan.starts[own], plan.starts[own + 1]):
            if above[at] != at or below[at]:
                numbers.extend((at, above[at]))
    return Done(put(plan.at("roots"), 0, _bytes(told)), max(below, default=0) + 1)


def _root(above: array[int], at: int) -> int:
    while (up := above[at]) != at:
        above[at] = above[up]
        at = up
    return at


def gather(plan: Plan, own: int) -> Done:
    flat = _read(one(plan.at("roots"), 0, own))
    roots = dict(zip(flat[::2], flat[1::2], strict=True))
    profiles, rows, start = _profiles(plan, own), _rows(plan, own), plan.starts[own]
    shared = dict(one(plan.at("around"), own, 0) or ())
    members: list[list[tuple[int, bytes, str, list[_Shared]]]] = [[] for _range in range(plan.ranges)]
    for at, root in sorted(roots.items()):
        least = min((identity for identity, _chunk, _row in rows[at - start]), key=order_of_ids)
        members[plan.range_of(root)].append((at, profiles[at - start], least, shared.get(at, [])))
    weighed = plan.at("weighed")
    pairs, totals = _read(one(weighed, own, 0)), array("d", one(weighed, own, 1) or b"")
    edges = [(_numbers(), array("d")) for _range in range(plan.ranges)]
    for pair, total in zip(pairs, totals, strict=True):
        if (top := roots.get(pair >> 32)) is not None:
            numbers, odds = edges[plan.range_of(top)]
            numbers.append(pair)
            odds.append(total)
    sent = [
        (some, numbers.tobytes(), odds.tobytes()) if some or numbers else None
        for some, (numbers, odds) in zip(members, edges, strict=True)
    ]
    return Done(put(plan.at("gathered"), own, sent))


class _Some:
    """Profiles of some records, by number from zero."""

    def __init__(self, noun: Noun, packed: list[bytes]) -> None:
        self._noun, self._packed = noun, packed
        self._known: dict[int, Any] = {}

    def __len__(self) -> int:
        return len(self._packed)

    def __getitem__(self, at: int) -> Any:
        if (known := self._known.get(at)) is None:
            known = self._known[at] = self._noun.unpacked(marshal.loads(self._packed[at]))
        return known


def decide(plan: Plan, own: int) -> Done:
    """Positions become numbers from zero in the same order, so that every tie falls as it does among all."""
    noun = NOUNS[plan.noun]
    members: list[tuple[int, bytes, str, list[_Shared]]] = []
    weighed: dict[int, float] = {}
    for _range, (some, raw, odds) in take(plan.at("gathered"), own, plan.ranges):
        members += some
        weighed.update(zip(_read(raw), array("d", odds), strict=True))
    members.sort()
    local = {at: number for number, (at, *_rest) in enumerate(members)}
    inside = sorted(
        (local[pair >> 32] << 32 | local[pair & LOW], total)
        for pair, total in weighed.items()
        if pair >> 32 in local and pair & LOW in local
    )
    scored = Scored(_numbers(pair for pair, _total in inside), array("d", [total for _pair, total in inside]))
    around = _surroundings(plan, chain.from_iterable(shared for *_rest, shared in members))
    homes = homes_of(_Some(noun, [packed for _at, packed, *_rest in members]), scored, around, noun)
    clusters: dict[int, list[int]] = defaultdict(list)
    for number, home in enumerate(homes):
        clusters[home].append(number)
    names: list[list[tuple[int, str]]] = [[] for _range in range(plan.ranges)]
    for those in clusters.values():
        if len(those) > 1:
            name_of = min((members[number][2] for number in those), key=order_of_ids)
            for number in those:
                at = members[number][0]
                names[plan.range_of(at)].append((at, name_of))
    return Done(put(plan.at("names"), own, names))


# --- rows again -----------------------------------------------------------------------------------------


def name(plan: Plan, own: int) -> Done:
    """Told: how many clusters are named by a record of this range."""
    given = dict(chain.from_iterable(some for _range, some in take(plan.at("names"), own, plan.ranges)))
    out: list[list[tuple[int, str, str]]] = [[] for _chunk in range(plan.chunks)]
    for at, rows in enumerate(_rows(plan, own), start=plan.starts[own]):
        named = given.get(at) or min((identity for identity, _chunk, _row in rows), key=order_of_ids)
        for identity, chunk, row in rows:
            out[chunk].append((row, identity, named))
    clusters = sum(identity == named for chunk in out for _row, identity, named in chunk)
    return Done(put(plan.at("outcome"), own, out), clusters)


def write(plan: Plan, chunk: int) -> Done:
    rows = sorted(chain.from_iterable(some for _range, some in take(plan.at("outcome"), chunk, plan.ranges)))
    target = Path(plan.target)
    beside = target / f".part-{chunk:06d}.csv"
    with beside.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("id", "cluster_id"))
        writer.writerows((identity, named) for _row, identity, named in rows)
    beside.replace(target / f"part-{chunk:06d}.csv")
    return Done()


Step = Callable[..., Done]
