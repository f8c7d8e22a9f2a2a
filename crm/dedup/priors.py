"""What is known of firms' evidence before the first labelled pair is seen: bounds and priors of its weights."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from crm.dedup import evidence


@dataclass(frozen=True, slots=True)
class Learning:
    """What is known before the first labelled pair is seen: the bounds and priors of the weights of one noun,
    the chance from which a pair is SAME or worth ASKing, and the sentence at the head of its file.

    kinds: level that tells the kind -> kind (see `Weights.beside`). bias: its bounds; where one level of a field
    holds for every pair it would else make up for the bounds of the levels. With `same_precision` and
    `ask_precision` the two chances are found from pairs kept back (`thresholds`) instead of taken as they stand."""

    about: str
    limits_of: Callable[[str], tuple[float, float]]
    priors: Mapping[str, float]
    same_from: float
    ask_from: float
    kinds: Mapping[str, str] = field(default_factory=dict)
    bias: tuple[float, float] = (-math.inf, math.inf)
    same_precision: float = 0.0
    ask_precision: float = 0.0


# What a level may weigh at most, whatever one labelled set says. Agreement never speaks against, disagreement
# never for. The tighter bounds are for fields that a made-up set keeps cleaner than life does: firms move,
# change chambers, and lists name the district of the chamber instead of the firm's.
FOR, AGAINST, FREE = (0.0, 8.0), (-8.0, 0.0), (-8.0, 8.0)
LIMITS: dict[str, tuple[float, float]] = {
    "chamber:same": (0.0, 1.0), "chamber:other": (-1.0, 0.0),
    "industry:same": (0.0, 1.0), "industry:other": (-2.0, 0.0),
    "address:other": (-2.0, 0.0), "address:road": (-1.5, 0.0),
    "place:other_city": (-3.0, 0.0), "place:other_province": (-3.0, 0.0), "place:other_county": (-1.5, 0.0),
    # the labelled lists have hardly any namesakes within a city; life has, if the 字号 is 华信 or 天宇
    # a house's sales or investment firm is another firm, which lists made of damaged copies hardly show
    "name:brand_arm": (-8.0, -1.0), "pair:brand_arm+0": (-8.0, 0.0), "pair:brand_arm+1": (-8.0, 0.0),
    "pair:brand_arm+2": (-8.0, 0.0),
    "rivals:none": (0.0, 2.0), "rivals:one": (-3.0, 0.5), "rivals:several": (-3.0, 0.0),
    # of names that have nothing in common one tie makes no one firm: a number off by one is next door's
    "pair:little+1": (-8.0, 0.0), "pair:far+1": (-8.0, 0.0),
    # the secretary's phone is on the lists of all members, so it is on both of two that are one and of two that are not
    "phone:shared": (0.0, 1.0),
    "rarity:common": (-1.5, -0.4), "rarity:rare": (0.2, 1.5),
}  # fmt: skip
_AGREEING = frozenset(
    [
        "place:county",
        "place:city",
        "place:province",
        "place:mixed",
        "name_place:same",
        "code:same",
        "code:organisation",
        "code:near",
        "phone:mobile",
        "phone:landline",
        "phone:shared",
        "phone:near",
        "phone:local",
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
    return FOR if code in _AGREEING else AGAINST if code in _DISAGREEING else FREE


# SAME may be merged without asking. What is asked costs a person's time: one in four is worth it.
SAME_PRECISION, ASK_PRECISION = 0.995, 0.25
ABOUT = (
    "Log-odds of each level of evidence (crm/dedup/evidence.py): above zero speaks for the same merchant, below "
    "against. Made by `python -m crm.dedup train`; bounds and priors stand in crm/dedup/priors.py. The levels of "
    "`pair` are a name level + how many ties (phone, person, address) stand beside it: 0, 1, or 2 and more. "
    "`beside`: what is added to a level's weight beside names of that kind; `kinds`: which names are of it."
)


ENTERPRISES = Learning(
    ABOUT, limits_of, PRIORS, same_from=0.95, ask_from=0.2, kinds=evidence.KINDS,
    same_precision=SAME_PRECISION, ask_precision=ASK_PRECISION,
)  # fmt: skip
