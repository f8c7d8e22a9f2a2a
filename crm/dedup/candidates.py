"""Which pairs of a whole file are worth comparing.

Two records of one entity share at least one exact key, or several n-grams that are rare. What very many
records share costs more than it finds, so every fan-out is bounded.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, combinations
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crm.dedup.nouns import Noun

BLOCK = 14  # records in a block of which all pairs are taken; in larger ones only near neighbours
NEIGHBOURS = 3
GRAM_LEAST, GRAM_FACTOR = 60, 0.45  # most records a rare n-gram may occur in: max(60, 0.45 * sqrt(n))
NEAREST = 7  # candidates kept for each record from the n-grams


def candidate_pairs(profiles: Sequence[Any], noun: Noun) -> set[tuple[int, int]]:
    """Pairs (i, j), i < j, of positions worth comparing.

    A few for each record whatever its data: a block larger than `BLOCK` gives each record only
    `NEIGHBOURS` neighbours in the order of their names, an n-gram commoner than its bound gives none.
    """
    pairs: set[tuple[int, int]] = set()
    blocks: dict[str, list[int]] = defaultdict(list)
    for at, profile in enumerate(profiles):
        for key in set(noun.blocks(profile)):
            blocks[key].append(at)
    while blocks:
        key, members = blocks.popitem()
        if len(members) < 2:
            continue
        if len(members) <= BLOCK:
            pairs.update(combinations(members, 2))
            continue
        members.sort(key=lambda at: (*noun.order(profiles[at]), at))
        for step in range(1, NEIGHBOURS + 1):
            pairs.update(
                (one, two) if one < two else (two, one)
                for one, two in zip(members, members[step:], strict=False)
            )
    pairs.update(_nearest(profiles, noun))
    return pairs


def _nearest(profiles: Sequence[Any], noun: Noun) -> Iterator[tuple[int, int]]:
    """For each record the few that share the most rare n-grams with it."""
    grams: list[Iterable[str]] = [noun.grams(profile) for profile in profiles]
    frequency = Counter(chain.from_iterable(grams))
    most = max(GRAM_LEAST, int(GRAM_FACTOR * len(profiles) ** 0.5))
    postings: dict[str, list[int]] = defaultdict(list)
    for at, own in enumerate(grams):
        own_rare = [gram for gram in own if 1 < frequency[gram] <= most]
        grams[at] = own_rare
        for gram in own_rare:
            postings[gram].append(at)
            if frequency[gram] * 6 <= most:
                postings[gram].append(at)  # a rarer n-gram counts twice
    for at, own in enumerate(grams):
        shared = Counter(chain.from_iterable([postings[gram] for gram in own]))
        del shared[at]
        if not shared:
            continue
        best = [(-count, other) for other, count in shared.items() if count > 1]
        if len(best) > NEAREST:
            best.sort()
            del best[NEAREST:]
        for _count, other in best:
            yield (at, other) if at < other else (other, at)
