"""From pairs to clusters, under constraints that no chain of likely pairs may break."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Any

from crm.dedup.noun import Noun
from crm.dedup.portions import Profiles, code_number
from crm.dedup.scoring import log_odds
from crm.dedup.sharing import LOW

PAIR_FROM = 0.0  # log-odds from which a pair may bring two clusters together
LINK_FROM = 0.1  # least mean log-odds of the pairs between two clusters that become one; above even: a false merge is worse
WITNESSES = 6  # members of a cluster that are asked; a cluster of hundreds is not compared in full
NEVER = -math.inf  # what a pair that can never be one counts among others: no company outweighs it


class Scored:
    """The pairs that were weighed, as numbers (low position << 32 | high position) in order, and their log-odds:
    minus infinity for two that can never be one."""

    __slots__ = ("pairs", "totals")

    def __init__(self, pairs: array[int], totals: array[float]) -> None:
        self.pairs, self.totals = pairs, totals

    def __len__(self) -> int:
        return len(self.pairs)

    def get(self, one: int, two: int) -> float | None:
        pair = one << 32 | two if one < two else two << 32 | one
        at = bisect_left(self.pairs, pair)
        return self.totals[at] if at < len(self.pairs) and self.pairs[at] == pair else None

    def likeliest(self, least: float) -> list[int]:
        """Where the pairs of `least` and more stand, the likeliest first."""
        totals = self.totals
        found = [at for at, total in enumerate(totals) if total >= least]
        found.sort(key=lambda at: (-totals[at], at))
        return found


def homes_of(
    profiles: Profiles,
    scored: Scored,
    around: Any,
    noun: Noun,
    progress: Callable[[int, int], None] | None = None,
    codes: Sequence[int] | None = None,
) -> array[int]:
    """For each position the first position of its cluster. `codes`: of `portions.code_number`, if at hand.

    Likeliest pairs first; two clusters become one only if the mean over the pairs between them allows it and
    no two codes that differ meet. So one likely pair cannot chain two groups that otherwise disagree.
    """
    table = noun.weights()
    parent = array("I", range(len(profiles)))
    witnesses: dict[int, list[int]] = {}  # the first members of a cluster, by its first position
    # of a cluster, by its first position
    code_at = array("Q", codes or [code_number(noun, profiles[at]) for at in range(len(profiles))])

    def home_of(at: int) -> int:
        while parent[at] != at:
            parent[at] = at = parent[parent[at]]
        return at

    def weigh(one: int, two: int) -> float:
        total = scored.get(one, two)
        if total is None:
            a, b = profiles[one], profiles[two]
            total = log_odds(noun.levels(a, b, around), table) if noun.may_merge(a, b) else NEVER
        return NEVER if total == -math.inf else total

    edges = scored.likeliest(PAIR_FROM)
    for done, edge in enumerate(edges):
        if progress and done % 20_000 == 0:
            progress(done, len(edges))
        pair = scored.pairs[edge]
        first, second = sorted((home_of(pair >> 32), home_of(pair & LOW)))
        if first == second:
            continue
        code, other = code_at[first], code_at[second]
        if code and other and code != other:
            continue
        left, right = witnesses.get(first, [first]), witnesses.get(second, [second])
        if len(left) + len(right) > 2:
            between = sum(weigh(mine, theirs) for mine in left for theirs in right)
            if between < LINK_FROM * len(left) * len(right):
                continue
        witnesses[first] = sorted(left + right)[:WITNESSES]
        witnesses.pop(second, None)
        parent[second] = first
        code_at[first] = code or other
    if progress:
        progress(len(edges), len(edges))
    return array("I", map(home_of, range(len(profiles))))
