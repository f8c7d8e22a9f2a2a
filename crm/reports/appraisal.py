"""年考核: how a unit's year is scored. A formula is a version; what an earlier one gave stays as it was published.

A unit's score is the mean of its items, each its result against its own target, at most the cap, weighed. What a unit has
no target for does not count for or against it: the denominators are fair only to who was given something to do.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

HUNDREDTH = Decimal("0.01")
WHOLE = 100  # what the weights add up to
CAP = 120  # percent of a target beyond which more earns nothing


@dataclass(frozen=True)
class Item:
    """An indicator and how much of the hundred it weighs."""

    key: str
    weight: int


@dataclass(frozen=True)
class Scheme:
    number: int
    items: tuple[Item, ...]
    cap: int = CAP
    once: bool = True  # whether a project counts once within two years: once.py

    def plain(self) -> list[list[Any]]:
        return [[one.key, one.weight] for one in self.items]

    @classmethod
    def of(cls, number: int, cap: int, items: Sequence[Sequence[Any]], once: bool = True) -> Scheme:
        return cls(number, tuple(Item(str(key), int(weight)) for key, weight in items), cap, once)


FIRST = Scheme(1, (Item("paid_in", 40), Item("signed_deals", 30), Item("signed_1yi", 20), Item("visits", 10)))


def item_score(value: Decimal, target: Decimal | None, cap: int) -> Decimal | None:
    """0 to `cap`, hundredths; None without a target."""
    if not target:
        return None
    return min(Decimal(cap), 100 * value / target).quantize(HUNDREDTH, ROUND_HALF_UP)


def unit_score(scheme: Scheme, scores: Mapping[str, Decimal | None]) -> Decimal | None:
    """The weighed mean over the items that the unit has a target for; None when it has none at all."""
    told = [(one.weight, score) for one in scheme.items if (score := scores.get(one.key)) is not None]
    weights = sum(weight for weight, _score in told)
    if not weights:
        return None
    return (sum((weight * score for weight, score in told), Decimal(0)) / weights).quantize(
        HUNDREDTH, ROUND_HALF_UP
    )


def again(rows: Iterable[tuple[int, int]], assessed: Collection[int]) -> dict[int, bool]:
    """{row that does not count: whether because it did the year before, else because another of the same project does},
    of (row, its project) in the order they came."""
    counted: set[int] = set()
    found: dict[int, bool] = {}
    for row, project in rows:
        if project in assessed or project in counted:
            found[row] = project in assessed
        counted.add(project)
    return found
