"""How good a clustering is against labels: over pairs, over records, and where it may merge by itself."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
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


def b_cubed(clusters: Sequence[str], truth: Sequence[str]) -> float:
    """F1 of B³: precision and recall of each record's own cluster, averaged over the records."""
    if not truth:
        return 1.0
    found, true = Counter(clusters), Counter(truth)
    precision = recall = 0.0
    for (cluster, label), both in Counter(zip(clusters, truth, strict=True)).items():
        precision += both * both / found[cluster]
        recall += both * both / true[label]
    precision, recall = precision / len(truth), recall / len(truth)
    return 2 * precision * recall / (precision + recall)


def recall_at(pairs: Iterable[tuple[float, bool]], true: int, precisions: Sequence[float]) -> list[float]:
    """For each of `precisions` the largest share of the `true` pairs that a threshold on the score finds while
    the pairs above it are right that often. `pairs`: (score, right); pairs of one score go together."""
    steps: dict[float, list[int]] = defaultdict(lambda: [0, 0])
    for score, is_right in pairs:
        steps[score][is_right] += 1
    best = [0.0] * len(precisions)
    right = wrong = 0
    for _score, (no, yes) in sorted(steps.items(), reverse=True):
        right, wrong = right + yes, wrong + no
        for at, precision in enumerate(precisions):
            if right >= precision * (right + wrong):
                best[at] = right / true if true else 1.0
    return best
