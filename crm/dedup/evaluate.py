"""How good a clustering is: pairwise precision, recall and F1 against labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quality:
    """Over all pairs of records: of those put together, how many belong together, and the reverse."""

    found: int
    right: int
    true: int

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.true if self.true else 1.0

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def _pairs(sizes: Counter[str] | Counter[tuple[str, str]]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes.values())


def quality(clusters: Sequence[str], truth: Sequence[str]) -> Quality:
    """Pairwise quality of `clusters`; both sequences are in the order of the records."""
    return Quality(
        found=_pairs(Counter(clusters)),
        right=_pairs(Counter(zip(clusters, truth, strict=True))),
        true=_pairs(Counter(truth)),
    )
