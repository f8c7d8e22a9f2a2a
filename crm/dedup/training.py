"""How the numbers in weights.json were made: logistic regression on labelled pairs, nothing hidden.

One weight for each level of evidence, so the table stays readable and a clerk can be shown why.
Adagrad over the distinct combinations of levels, with a small pull towards `PRIORS` or zero: a level that
hardly ever occurs keeps that. Only `python -m crm.dedup train` needs this module.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crm.dedup.candidates import candidate_pairs

if TYPE_CHECKING:
    from crm.dedup.nouns import Noun

Combination = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Learning:
    """What is known before the first labelled pair is seen: the bounds and priors of the weights of one noun,
    the chance from which a pair is SAME or worth ASKing, and the sentence at the head of its file."""

    about: str
    limits_of: Callable[[str], tuple[float, float]]
    priors: Mapping[str, float]
    same_from: float
    ask_from: float


# What a level may weigh at most, whatever one labelled set says. Agreement never speaks against, disagreement
# never for. The tighter bounds are for fields that a made-up set keeps cleaner than life does: firms move,
# change chambers, and lists name the district of the chamber instead of the firm's.
_FOR, _AGAINST, _FREE = (0.0, 8.0), (-8.0, 0.0), (-8.0, 8.0)
LIMITS: dict[str, tuple[float, float]] = {
    "chamber:same": (0.0, 1.0), "chamber:other": (-1.0, 0.0),
    "industry:same": (0.0, 1.0), "industry:other": (-2.0, 0.0),
    "address:other": (-2.0, 0.0), "address:road": (-1.5, 0.0),
    "place:other_city": (-3.0, 0.0), "place:other_province": (-3.0, 0.0), "place:other_county": (-1.5, 0.0),
    # the labelled lists have hardly any namesakes within a city; life has, if the 字号 is 华信 or 天宇
    "rarity:common": (-1.5, -0.4), "rarity:rare": (0.2, 1.5),
}  # fmt: skip
_AGREEING = frozenset(
    [
        "place:county",
        "place:city",
        "place:province",
        "name_place:same",
        "code:same",
        "code:organisation",
        "code:near",
        "phone:mobile",
        "phone:landline",
        "phone:shared",
        "phone:near",
        "legal:same",
        "legal:sound",
        "contact:same",
        "contact:cross",
        "contact:sound",
        "contact:surname",
        "address:room",
        "address:number",
        "address:shared",
        "rarity:rare",
    ]
)
_DISAGREEING = frozenset(
    [
        "name_place:apart",
        "code:other",
        "phone:other",
        "legal:other",
        "contact:other",
        "form:differs",
        "group:differs",
        "rarity:common",
    ]
)

# What a level weighs before anything is seen; the data pull it away where there are enough pairs. Without
# this a level that the labelled set lacks would weigh nothing.
PRIORS = {
    "name:same_alias": 2.2, "pair:same_alias+0": 0.5, "pair:same_alias+1": 2.6, "pair:same_alias+2": 2.0,
    "name:latin": 0.0, "pair:latin+0": 0.3, "pair:latin+1": 1.0, "pair:latin+2": 1.0, "code:organisation": 5.0,
    "name:none": -3.0,
}  # fmt: skip


def limits_of(code: str) -> tuple[float, float]:
    """(least, most) weight that a level may get."""
    if code in LIMITS:
        return LIMITS[code]
    return _FOR if code in _AGREEING else _AGAINST if code in _DISAGREEING else _FREE


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


def fit(
    observed: dict[Combination, tuple[int, int]],
    learning: Learning,
    *,
    rounds: int = 40,
    rate: float = 0.3,
    pull: float = 2.0,
) -> tuple[float, dict[str, float]]:
    """(bias, weight of each level), log-odds. `pull` is the strength of the L2 penalty, in pairs."""
    known = {code for combination in observed for code in combination}
    priors = learning.priors
    weights = {code: priors.get(code, 0.0) for code in sorted(known | priors.keys())}
    squares = dict.fromkeys(weights, 1e-6)
    bounds = {code: learning.limits_of(code) for code in weights}
    bias, bias_square = 0.0, 1e-6
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
                slope += pull * (weights[code] - priors.get(code, 0.0)) / step
                squares[code] += slope * slope
                least, most = bounds[code]
                weights[code] = min(most, max(least, weights[code] - rate * slope / math.sqrt(squares[code])))
    return bias, weights


# Where SAME and ASK begin. On the public labelled lists 995 of 1 000 pairs above .94 are right; of those
# between the two about four in five, which is what a person is asked for.
SAME_FROM, ASK_FROM = 0.95, 0.2
ABOUT = (
    "Log-odds of each level of evidence (crm/dedup/evidence.py): above zero speaks for the same merchant, below "
    "against. Made by `python -m crm.dedup train`; bounds and priors stand in crm/dedup/training.py. The levels of "
    "`pair` are a name level + how many ties (phone, person, address) stand beside it: 0, 1, or 2 and more."
)


ENTERPRISES = Learning(ABOUT, limits_of, PRIORS, SAME_FROM, ASK_FROM)


def as_json(bias: float, weights: dict[str, float], learning: Learning) -> str:
    """The text of weights.json: one field a line."""
    fields: dict[str, dict[str, float]] = {}
    for code, weight in sorted(weights.items()):
        name, level = code.split(":", 1)
        fields.setdefault(name, {})[level] = round(weight, 2)
    lines = ",\n".join(f"    {json.dumps(name)}: {json.dumps(row)}" for name, row in fields.items())
    head = {
        "about": learning.about,
        "same_from": learning.same_from,
        "ask_from": learning.ask_from,
        "bias": round(bias, 2),
    }
    shown = ",\n".join(f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in head.items())
    return f'{{\n{shown},\n  "levels": {{\n{lines}\n  }}\n}}\n'
