"""Which pairs of a whole file are worth comparing.

Two records of one entity share keys: exact ones (`Noun.blocks`), or several n-grams (`Noun.grams`). The fewer
records share a key, the more it says; what two records share is added up, and each record names the few others
that it shares most with. Every fan-out is bounded, so the work grows with the rows and not with their square:
a block too large gives neighbours only, an n-gram too common gives nothing, and each record follows its rarest
n-grams only until it has met `REACH` others.

All of it is whole numbers and ties are broken by position, so that the arrays of `candidates_numpy` propose the
same pairs. Positions are those of the sorted records: neighbours in number are neighbours in name.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from crm.dedup.noun import Noun
from crm.dedup.portions import numbers_of
from crm.dedup.sharing import (
    BESIDE_BEST,
    BLOCK,
    BLOCK_SAYS,
    GRAM_SAYS,
    LEAST,
    LOW,
    NEAREST,
    NEIGHBOUR_SAYS,
    NEIGHBOURS,
    REACH,
    Proposer,
    commonest,
)

WORTH_ARRAYS = 20_000  # records from which numpy, if it is there, saves more than loading it costs


class InPlainPython:
    """For lists of some ten thousand records, and where numpy is not at hand."""

    def __init__(
        self,
        count: int,
        blocks: tuple[Sequence[int], Sequence[int]],
        grams: tuple[Sequence[int], Sequence[int]],
    ) -> None:
        """`blocks` and `grams`: (number of the key, position of its record), one pair of entries for each."""
        self._blocks: list[list[list[int]]] = [[] for _each in range(count)]
        self._grams: list[list[list[int]]] = [[] for _each in range(count)]
        for _number, members in sorted(_gathered(*blocks).items()):
            members.sort()
            for at in members:
                self._blocks[at].append(members)
        most = commonest(count)
        rare = [
            (len(members), number, members)
            for number, members in _gathered(*grams).items()
            if len(members) <= most
        ]
        rare.sort(key=lambda each: each[:2])
        for _size, _number, members in rare:
            for at in members:
                self._grams[at].append(members)

    def nearest(self, start: int, end: int) -> array[int]:
        found: array[int] = array("Q")
        for at in range(start, end):
            says: dict[int, int] = defaultdict(int)
            for members in self._blocks[at]:
                if len(members) <= BLOCK:
                    weight = BLOCK_SAYS[len(members)]
                    for other in members:
                        says[other] += weight
                else:
                    own = bisect_left(members, at)
                    for other in members[max(0, own - NEIGHBOURS) : own + NEIGHBOURS + 1]:
                        says[other] += NEIGHBOUR_SAYS
            met = 0
            for members in self._grams[at]:
                met += len(members)
                if met > REACH:
                    break
                weight = GRAM_SAYS[len(members).bit_length()]
                for other in members:
                    says[other] += weight
            says.pop(at, None)
            for other in named(says):
                found.append(at << 32 | other if at < other else other << 32 | at)
        return found


def named(says: Mapping[int, int]) -> list[int]:
    """The others that a record names; `says`: other -> what the two share."""
    least = max(LEAST, max(says.values(), default=0) / BESIDE_BEST)
    best = [(-weight, other) for other, weight in says.items() if weight >= least]
    if len(best) > NEAREST:
        best.sort()
        del best[NEAREST:]
    return [other for _weight, other in best]


def _gathered(numbers: Sequence[int], positions: Sequence[int]) -> dict[int, list[int]]:
    """key -> the records that have it, where there are several."""
    once: dict[int, int] = {}
    several: dict[int, list[int]] = {}
    for number, at in zip(numbers, positions, strict=True):
        if number in several:
            several[number].append(at)
        elif number in once:
            several[number] = [once[number], at]
        else:
            once[number] = at
    return several


def proposer(
    count: int,
    blocks: tuple[array[int], array[int]],
    grams: tuple[array[int], array[int]],
    arrays: bool | None = None,
) -> Proposer:
    """`arrays`: with numpy or without; None takes it for a long list where it is installed."""
    wanted = count >= WORTH_ARRAYS if arrays is None else arrays
    made: Any = _with_numpy(required=bool(arrays)) if wanted else None
    return (made or InPlainPython)(count, blocks, grams)  # type: ignore[no-any-return]


def _with_numpy(*, required: bool) -> Any:
    try:
        from crm.dedup.candidates_numpy import InArrays
    except ModuleNotFoundError as error:
        if required or error.name != "numpy":
            raise
        return None
    return InArrays


def candidate_pairs(profiles: Sequence[Any], noun: Noun, arrays: bool | None = None) -> set[tuple[int, int]]:
    """Pairs (i, j), i < j, of what is worth comparing in a list of records that are all at hand."""
    order = sorted(range(len(profiles)), key=lambda at: (*noun.order(profiles[at]), at))
    numbers: dict[str, tuple[array[int], array[int]]] = {}
    for kind, keys_of in (("blocks", noun.blocks), ("grams", noun.grams)):
        numbers[kind] = array("Q"), array("I")
        for position, at in enumerate(order):
            own = numbers_of(keys_of(profiles[at]))
            numbers[kind][0].extend(own)
            numbers[kind][1].extend([position] * len(own))
    made = proposer(len(order), numbers["blocks"], numbers["grams"], arrays)
    pairs = ((order[pair >> 32], order[pair & LOW]) for pair in made.nearest(0, len(order)))
    return {(min(pair), max(pair)) for pair in pairs}
