"""`candidates.InPlainPython` in flat arrays, for hundreds of thousands of records and more.

Needs numpy (requirements-batch.txt), proposes the very same pairs, and keeps about 300 bytes a record.
"""

from __future__ import annotations

from array import array
from typing import Any

import numpy as np

from crm.dedup import sharing

Array = Any  # one-dimensional, of whole numbers
AT_ONCE = 20_000  # records looked at together
SAYS_BITS = 8  # enough for what one shared key says


class InArrays:
    def __init__(
        self, count: int, blocks: tuple[array[int], array[int]], grams: tuple[array[int], array[int]]
    ) -> None:
        self._tied, self._other, self._says = _block_ties(*blocks)
        self._tied_from = np.searchsorted(self._tied, np.arange(count + 1, dtype=np.uint32))
        self._members, self._from, self._size, owner, gram = _postings(sharing.commonest(count), *grams)
        self._gram = gram
        self._gram_from = np.searchsorted(owner, np.arange(count + 1))

    def nearest(self, start: int, end: int) -> array[int]:
        found: array[int] = array("Q")
        for low in range(start, end, AT_ONCE):
            found.frombytes(self._some(low, min(end, low + AT_ONCE)).tobytes())
        return found

    def _some(self, start: int, end: int) -> Array:
        own = np.arange(start, end)
        ties = slice(self._tied_from[start], self._tied_from[end])
        grams, at = self._followed(start, end)
        size = self._size[grams]
        ends = np.cumsum(size)
        total = int(ends[-1]) if len(ends) else 0
        where = np.arange(total) + np.repeat(self._from[grams] - (ends - size), size)
        other = self._members[where]
        at = np.repeat(at, size)
        says = np.repeat(_gram_says(size), size)
        not_itself = other != at
        # one number for each (record, other, what is shared); sorted, what belongs together stands together
        shared = np.concatenate(
            (
                _joined(at[not_itself] - start, other[not_itself], says[not_itself]),
                _joined(self._tied[ties].astype(np.int64) - start, self._other[ties], self._says[ties]),
            )
        )
        if not len(shared):
            return np.zeros(0, np.uint64)
        shared.sort()
        pair = shared >> SAYS_BITS
        first = np.flatnonzero(np.concatenate(([True], pair[1:] != pair[:-1])))
        weight = np.add.reduceat(shared & ((1 << SAYS_BITS) - 1), first)
        pair = pair[first]
        enough = weight >= sharing.LEAST
        pair, weight = pair[enough], weight[enough]
        at, other = (pair >> 32) + start, pair & sharing.LOW
        order = np.lexsort((other, -weight, at))
        at, other, weight = at[order], other[order], weight[order]
        best = np.searchsorted(at, own)[at - start]
        rank = np.arange(len(at)) - best
        named = (rank < sharing.NEAREST) & (weight * sharing.BESIDE_BEST >= weight[best])
        at, other = at[named], other[named]
        return (np.minimum(at, other) << 32 | np.maximum(at, other)).astype(np.uint64)

    def _followed(self, start: int, end: int) -> tuple[Array, Array]:
        """(n-gram, record) for the n-grams that each record follows, the rarest first, up to `REACH`."""
        bounds = self._gram_from[start : end + 1]
        grams = self._gram[bounds[0] : bounds[-1]]
        each = np.diff(bounds)
        at = np.repeat(np.arange(start, end), each)
        met = np.cumsum(self._size[grams])
        before = np.concatenate(([0], met))[bounds[:-1] - bounds[0]]
        followed = met - np.repeat(before, each) <= sharing.REACH
        return grams[followed], at[followed]


def _joined(at: Array, other: Array, says: Array) -> Array:
    return (at << 32 | other.astype(np.int64)) << SAYS_BITS | says


def _gram_says(size: Array) -> Array:
    bits = np.searchsorted(2 ** np.arange(len(sharing.GRAM_SAYS)), size, side="right")
    return np.array(sharing.GRAM_SAYS)[bits]


def _runs(numbers: array[int], positions: array[int]) -> tuple[Array, Array, Array]:
    """(key, record, how many have the key), sorted by key and record; keys that only one has left out."""
    key = np.frombuffer(numbers, np.uint64)
    at = np.frombuffer(positions, np.uint32)
    order = np.lexsort((at, key))
    key, at = key[order], at[order].astype(np.int64)
    first = np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1]))) if len(key) else np.zeros(0, int)
    size = np.diff(np.concatenate((first, [len(key)])))
    size = np.repeat(size, size)
    several = size > 1
    return key[several], at[several], size[several]


def _block_ties(numbers: array[int], positions: array[int]) -> tuple[Array, Array, Array]:
    """(record, other, what it says) in both directions, sorted by record."""
    key, at, size = _runs(numbers, positions)
    says = np.array(sharing.BLOCK_SAYS, np.uint8)
    at = at.astype(np.uint32)
    ties: list[Array] = [np.zeros(0, np.uint32)]
    others: list[Array] = [np.zeros(0, np.uint32)]
    weights: list[Array] = [np.zeros(0, np.uint8)]
    for step in range(1, sharing.BLOCK):
        both = (key[step:] == key[:-step]) & ((size[step:] <= sharing.BLOCK) | (step <= sharing.NEIGHBOURS))
        one, two, in_all = at[:-step][both], at[step:][both], size[step:][both]
        weight = np.where(
            in_all <= sharing.BLOCK, says[np.minimum(in_all, sharing.BLOCK)], sharing.NEIGHBOUR_SAYS
        ).astype(np.uint8)
        ties += [one, two]
        others += [two, one]
        weights += [weight, weight]
    tied = np.concatenate(ties)
    order = np.argsort(tied, kind="stable")
    return tied[order], np.concatenate(others)[order], np.concatenate(weights)[order]


def _postings(
    most: int, numbers: array[int], positions: array[int]
) -> tuple[Array, Array, Array, Array, Array]:
    """(records of all n-grams, first of each n-gram, size of each; record and n-gram, the rarest first)."""
    key, at, size = _runs(numbers, positions)
    rare = size <= most
    key, at, size = key[rare], at[rare], size[rare]
    first = np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1]))) if len(key) else np.zeros(0, int)
    each = size[first]
    gram = np.repeat(np.arange(len(first)), each)
    order = np.lexsort((gram, size, at))  # n-grams are numbered in the order of their keys
    return at, first, each, at[order], gram[order].astype(np.uint32)
