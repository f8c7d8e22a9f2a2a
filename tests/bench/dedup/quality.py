"""How good a clustering is, and the best that scored pairs can give."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quality:
    """Precision and recall over pairs of rows; `b_cubed` is the F1 of the means over rows."""

    precision: float
    recall: float
    b_cubed: float

    @property
    def f1(self) -> float:
        return _harmonic(self.precision, self.recall)


def _harmonic(one: float, two: float) -> float:
    return 2 * one * two / (one + two) if one + two else 0.0


def _pairs(size: int) -> int:
    return size * (size - 1) // 2


def of_clusters(homes: Sequence[object], truth: Sequence[str]) -> Quality:
    """`homes` and `truth` in the order of the rows."""
    found, true = Counter(homes), Counter(truth)
    both = Counter(zip(homes, truth, strict=True))
    right = sum(map(_pairs, both.values()))
    put_together, belonging = sum(map(_pairs, found.values())), sum(map(_pairs, true.values()))
    rows = max(1, len(truth))
    purity = sum(size * size / found[home] for (home, _label), size in both.items()) / rows
    wholeness = sum(size * size / true[label] for (_home, label), size in both.items()) / rows
    return Quality(
        right / put_together if put_together else 1.0,
        right / belonging if belonging else 1.0,
        _harmonic(purity, wholeness),
    )


class _Unions:
    """Clusters that only grow, and how many pairs of rows in them are right."""

    def __init__(self, truth: Sequence[str]) -> None:
        self.home = array("q", range(len(truth)))
        self.labels: list[dict[str, int] | str] = list(truth)  # a lone row has no table of its own
        self.found = self.right = 0

    def root(self, at: int) -> int:
        home = self.home
        while home[at] != at:
            home[at] = home[home[at]]
            at = home[at]
        return at

    def join(self, one: int, two: int) -> None:
        one, two = self.root(one), self.root(two)
        if one == two:
            return
        mine, theirs = self._table(one), self._table(two)
        self.found += sum(mine.values()) * sum(theirs.values())
        if len(mine) < len(theirs):
            one, two, mine, theirs = two, one, theirs, mine
        for label, size in theirs.items():
            self.right += size * mine.get(label, 0)
            mine[label] = mine.get(label, 0) + size
        self.home[two] = one
        self.labels[one], self.labels[two] = mine, ""

    def _table(self, root: int) -> dict[str, int]:
        own = self.labels[root]
        return {own: 1} if isinstance(own, str) else own


def at_best_threshold(
    pairs: Iterable[tuple[int, int, float]], truth: Sequence[str]
) -> tuple[Quality, float | None]:
    """(quality, threshold) of the connected components at the threshold that suits these very labels best.

    No user knows that threshold: it is a present to those who give only scores. `None` if no pair was worth it.
    """
    one, two, score = array("q"), array("q"), array("d")
    for first, second, value in pairs:
        one.append(first)
        two.append(second)
        score.append(value)
    order = sorted(range(len(score)), key=score.__getitem__, reverse=True)
    belonging = sum(map(_pairs, Counter(truth).values()))
    growing = _Unions(truth)
    best, best_count = 0.0, 0
    for count, at in enumerate(order, start=1):
        growing.join(one[at], two[at])
        if count < len(order) and score[order[count]] == score[at]:
            continue  # pairs of one score are taken together
        f1 = 2 * growing.right / (growing.found + belonging) if growing.found + belonging else 0.0
        if f1 > best:
            best, best_count = f1, count
    final = _Unions(truth)
    for at in order[:best_count]:
        final.join(one[at], two[at])
    homes = [final.root(at) for at in range(len(truth))]
    return of_clusters(homes, truth), score[order[best_count - 1]] if best_count else None
