"""How the numbers in weights.json were made: logistic regression on labelled pairs, nothing hidden.

One weight for each level of evidence, so the table stays readable and a clerk can be shown why.
Adagrad over the distinct combinations of levels, with a small pull towards `PRIORS` or zero: a level that
hardly ever occurs keeps that. Only `python -m crm.dedup train` needs this module.
"""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from crm.dedup.candidates import candidate_pairs
from crm.dedup.noun import Noun
from crm.dedup.priors import FREE, Learning

Combination = tuple[str, ...]
Observed = dict[Combination, tuple[int, int]]  # -> pairs that are the same, pairs that are not


def labelled_levels(
    records: Sequence[Any], truth: Sequence[str], noun: Noun
) -> dict[Combination, tuple[int, int]]:
    """Combination of levels -> (pairs that are the same, pairs that are not) over the candidate pairs."""
    profiles = [noun.profile(record) for record in records]
    around = noun.around(profiles)
    same: Counter[Combination] = Counter()
    other: Counter[Combination] = Counter()
    for one, two in candidate_pairs(profiles, noun):
        if not noun.may_merge(profiles[one], profiles[two]):
            continue
        combination = tuple(code for code, _value in noun.levels(profiles[one], profiles[two], around))
        (same if truth[one] == truth[two] else other)[combination] += 1
    return {
        combination: (same[combination], other[combination])
        for combination in sorted(same.keys() | other.keys())
    }


@dataclass(slots=True)
class Fitted:
    """levels: weight of each level; beside: (kind of name, level) -> what is added beside names of that kind."""

    bias: float
    levels: dict[str, float]
    beside: dict[tuple[str, str], float]

    def log_odds(self, combination: Combination, kinds: Mapping[str, str]) -> float:
        kind = kind_of(combination, kinds)
        return self.bias + sum(
            self.levels.get(code, 0.0) + self.beside.get((kind, code), 0.0) for code in combination
        )


def together(lists: Iterable[Mapping[Combination, tuple[int, int]]]) -> dict[Combination, tuple[int, int]]:
    """The sums of what several lists gave, each seen in its own surroundings."""
    sums: Counter[tuple[Combination, bool]] = Counter()
    for observed in lists:
        for combination, (same, other) in observed.items():
            sums[combination, True] += same
            sums[combination, False] += other
    return {each: (sums[each, True], sums[each, False]) for each in sorted({each for each, _same in sums})}


NEAR = 1
MANY_BEARERS = 400  # a character that more names have says nothing


def named_levels(pairs: Iterable[tuple[str, str, bool]], noun: Noun) -> dict[Combination, tuple[int, int]]:
    """What `labelled_levels` gives, from pairs of names that are or are not the same, and nothing else.

    Labelled pairs are chosen for being hard. So that the easy is learned too, each name that has its like is also
    set beside the `NEAR` others of the list that share most characters with it; those count as different.
    """
    labelled = list(pairs)
    names = sorted({name for one, other, _same in labelled for name in (one, other)})
    profile = {name: noun.profile(noun.record(name=name)) for name in names}
    around = noun.around(profile.values())
    known = {frozenset((one, other)) for one, other, _same in labelled}
    with_character: dict[str, list[str]] = defaultdict(list)
    for name in names:
        for character in set(name):
            with_character[character].append(name)
    for one in sorted(
        {min(one, other, key=lambda name: (len(name), name)) for one, other, same in labelled if same}
    ):
        shared: Counter[str] = Counter()
        for character in set(one):
            if len(bearers := with_character[character]) <= MANY_BEARERS:
                shared.update(bearers)
        near = [name for name, _count in shared.most_common(4 * NEAR) if frozenset((one, name)) not in known]
        labelled.extend((one, name, False) for name in [name for name in near if name != one][:NEAR])
    profiles = [(profile[one], profile[other], same) for one, other, same in labelled]
    return together(
        {tuple([code for code, _value in noun.levels(one, other, around)]): (int(same), int(not same))}
        for one, other, same in profiles
        if noun.may_merge(one, other)
    )


def fit(
    observed: Mapping[Combination, tuple[float, float]],
    learning: Learning,
    *,
    rounds: int = 40,
    rate: float = 0.3,
    pull: float = 2.0,
    pull_beside: float = 8.0,
    pull_shape: float = 0.5,
) -> Fitted:
    """Log-odds. The pulls are the strengths of the L2 penalties, in pairs: what a level weighs beside one kind of
    name stays near what it weighs by itself unless there are pairs enough to know better. Pairs of nothing but
    names are few and their levels many and fine, so those are held less."""
    known = {code for combination in observed for code in combination}
    levels = sorted(known | learning.priors.keys())
    place = {code: at for at, code in enumerate(levels)}
    goal = [learning.priors.get(code, 0.0) for code in levels]
    bounds = [learning.limits_of(code) for code in levels]
    owner = list(range(len(levels)))  # of what is added beside a kind of name: the level that it is added to
    extra: dict[tuple[str, str], int] = {}
    rows = []
    for combination, (yes, no) in observed.items():
        used = [place[code] for code in combination]
        if kind := kind_of(combination, learning.kinds):
            for code in combination[1:]:
                if code.startswith(_BY_NAME):
                    continue
                at = extra.get((kind, code))
                if at is None:
                    at = extra[kind, code] = len(goal)
                    goal.append(0.0)
                    bounds.append(FREE if kind == "alone" else bounds[place[code]])
                    owner.append(place[code])
                used.append(at)
        rows.append((used, yes, yes + no))
    weights = list(goal)
    pulls = [pull_shape if code.startswith("shape:") else pull for code in levels]
    pulls += [pull_beside] * len(extra)
    squares = [1e-6] * len(goal)
    bias, bias_square = 0.0, 1e-6
    step = max(1, len(rows) // 200)
    for turn in range(rounds):
        # a fixed stride through the rows: another order each round, the same in every run
        for start in range(step):
            gradient: dict[int, float] = {}
            bias_gradient = 0.0
            for used, yes, all_ in rows[(start + turn) % step :: step]:
                total = bias
                for at in used:
                    total += weights[at]
                chance = 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
                error = all_ * chance - yes
                bias_gradient += error
                for at in used:
                    gradient[at] = gradient.get(at, 0.0) + error
            bias_square += bias_gradient * bias_gradient
            bias -= rate * bias_gradient / math.sqrt(bias_square)
            bias = min(learning.bias[1], max(learning.bias[0], bias))
            for at, slope in gradient.items():
                slope += pulls[at] * (weights[at] - goal[at]) / step
                squares[at] += slope * slope
                least, most = bounds[at]
                if owner[at] != at:  # the bounds are for both together
                    least, most = least - weights[owner[at]], most - weights[owner[at]]
                weights[at] = min(most, max(least, weights[at] - rate * slope / math.sqrt(squares[at])))
    return Fitted(
        bias,
        dict(zip(levels, weights, strict=False)),
        {key: min(most - weights[owner[at]], max(least - weights[owner[at]], weights[at]))
         for key, at in extra.items() for least, most in (bounds[at],)},
    )  # fmt: skip


# Levels that are the name's own: they have no second weight beside it.
_BY_NAME = ("name:", "pair:", "rarity:", "shape:")


def kind_of(combination: Combination, kinds: Mapping[str, str]) -> str:
    """The kind that the last or the first level tells; "" if neither does."""
    return kinds.get(combination[-1]) or kinds.get(combination[0], "")


EVERY = 5  # each fifth pair is kept back to find the thresholds by
LOT = 300  # pairs of about one score whose precision is looked at together


def apart(observed: Mapping[Combination, tuple[int, int]]) -> tuple[Observed, Observed]:
    """(pairs to learn from, pairs to find the thresholds by)."""
    learnt: Observed = {}
    kept: Observed = {}
    for number, (combination, (same, other)) in enumerate(observed.items()):
        back = ((same + number) // EVERY - number // EVERY, (other + number) // EVERY - number // EVERY)
        if any(back):
            kept[combination] = back
        if (same - back[0], other - back[1]) != (0, 0):
            learnt[combination] = same - back[0], other - back[1]
    return learnt, kept


def thresholds(fitted: Fitted, kept: Observed, learning: Learning) -> tuple[float, float]:
    """(same_from, ask_from) as chances: of all pairs from the first on `same_precision` are right, and at the
    second still `ask_precision` of those of about that score."""
    scored = sorted(
        (-fitted.log_odds(combination, learning.kinds), same, other)
        for combination, (same, other) in kept.items()
    )
    same_from, ask_from = 1.0, 1.0
    right = wrong = lot_right = lot = 0
    for negative, same, other in scored:
        chance = 1 / (1 + math.exp(max(-40.0, min(40.0, negative))))
        right, wrong = right + same, wrong + other
        if right >= learning.same_precision * (right + wrong):
            same_from = chance
        lot_right, lot = lot_right + same, lot + same + other
        if lot >= LOT:
            if lot_right >= learning.ask_precision * lot:
                ask_from = chance
            lot_right = lot = 0
    return round(same_from, 3), round(min(ask_from, same_from), 3)


def train(observed: Mapping[Combination, tuple[int, int]], learning: Learning) -> str:
    """The text of weights.json: weights from all pairs, thresholds from pairs that the weights had not seen."""
    found = learning.same_from, learning.ask_from
    if learning.same_precision:
        learnt, kept = apart(observed)
        found = thresholds(fit(learnt, learning), kept, learning)
    return as_json(fit(observed, learning), replace(learning, same_from=found[0], ask_from=found[1]))


def as_json(fitted: Fitted, learning: Learning) -> str:
    """The text of weights.json: one field a line."""
    used = {kind for kind, _code in fitted.beside}
    kinds = {
        kind: sorted(level for level, its in learning.kinds.items() if its == kind) for kind in sorted(used)
    }
    head = {
        "about": learning.about,
        "same_from": learning.same_from,
        "ask_from": learning.ask_from,
        "bias": round(fitted.bias, 2),
        "kinds": kinds,
    }
    parts = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in head.items() if value != {}]
    parts.append(f'  "levels": {{\n{_rows(fitted.levels, "    ")}\n  }}')
    besides = [
        f'    "{kind}": {{\n{_rows({c: w for (k, c), w in fitted.beside.items() if k == kind}, "      ")}\n    }}'
        for kind in kinds
    ]
    if besides:
        parts.append('  "beside": {\n' + ",\n".join(besides) + "\n  }")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _rows(weights: Mapping[str, float], indent: str) -> str:
    fields: dict[str, dict[str, float]] = {}
    for code, weight in sorted(weights.items()):
        name, level = code.split(":", 1)
        fields.setdefault(name, {})[level] = round(weight, 2)
    return ",\n".join(f"{indent}{json.dumps(name)}: {json.dumps(row)}" for name, row in fields.items())
