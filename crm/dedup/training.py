"""How the numbers in weights.json were made: logistic regression on labelled pairs, nothing hidden.

One weight for each level of evidence, so the table stays readable and a clerk can be shown why.
Adagrad over the distinct combinations of levels, with a small pull towards zero: a level that hardly ever
occurs keeps a small weight. A development tool; nothing at run time imports it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from crm.dedup import evidence
from crm.dedup.blocking import candidate_pairs
from crm.dedup.clustering import may_merge
from crm.dedup.profile import profile_of
from crm.dedup.record import Record

Combination = tuple[str, ...]


def labelled_levels(records: Sequence[Record], truth: Sequence[str]) -> dict[Combination, tuple[int, int]]:
    """Combination of levels -> (pairs that are the same, pairs that are not) over the candidate pairs."""
    profiles = [profile_of(record) for record in records]
    around = evidence.Surroundings(profiles)
    same: Counter[Combination] = Counter()
    other: Counter[Combination] = Counter()
    for one, two in candidate_pairs(profiles):
        if not may_merge(profiles[one], profiles[two]):
            continue
        combination = tuple(code for code, _value in evidence.levels(profiles[one], profiles[two], around))
        (same if truth[one] == truth[two] else other)[combination] += 1
    return {
        combination: (same[combination], other[combination])
        for combination in sorted(same.keys() | other.keys())
    }


def fit(
    observed: dict[Combination, tuple[int, int]], *, rounds: int = 30, rate: float = 0.3, pull: float = 2.0
) -> tuple[float, dict[str, float]]:
    """(bias, weight of each level), log-odds. `pull` is the strength of the L2 penalty in pairs."""
    support = Counter(code for combination, counts in observed.items() for code in combination for _ in counts)
    weights = dict.fromkeys(sorted(support), 0.0)
    squares = dict.fromkeys(weights, 1e-6)
    bias, bias_square = 0.0, 1e-6
    seen: Counter[str] = Counter()
    for combination, (yes, no) in observed.items():
        for code in combination:
            seen[code] += yes + no
    rows = list(observed.items())
    step = max(1, len(rows) // 200)
    for turn in range(rounds):
        # a fixed stride through the rows: another order each round, the same in every run
        for start in range(step):
            gradient: dict[str, float] = {}
            bias_gradient = 0.0
            for combination, (yes, no) in rows[(start + turn) % step :: step]:
                total = bias
                for code in combination:
                    total += weights[code]
                chance = 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
                error = (yes + no) * chance - yes
                bias_gradient += error
                for code in combination:
                    gradient[code] = gradient.get(code, 0.0) + error
            bias_square += bias_gradient * bias_gradient
            bias -= rate * bias_gradient / math.sqrt(bias_square)
            for code, slope in gradient.items():
                slope += pull * weights[code] / step
                squares[code] += slope * slope
                weights[code] -= rate * slope / math.sqrt(squares[code])
    return bias, weights
