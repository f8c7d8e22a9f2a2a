"""How good a clustering is against labels: over pairs, over records, and where it may merge by itself."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import log

from crm.dedup.noun import Noun
from crm.dedup.scoring import log_odds


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


# --- names only -------------------------------------------------------------------------------------

Scored = tuple[float, bool]  # score, whether the two are the same
NEVER = -99.0  # the score of two that can never be one
SHORTLIST = 60  # full names that a short one is compared with


def scored_names(pairs: Sequence[tuple[str, str, bool]], noun: Noun) -> list[Scored]:
    """Each pair by its names alone, in an order that has nothing to do with the file's."""
    judge = _NameJudge((name for one, other, _same in pairs for name in (one, other)), noun)
    shuffled = sorted(pairs, key=lambda pair: sha256(f"{pair[0]}|{pair[1]}".encode()).digest())
    return [(judge.score(one, other), same) for one, other, same in shuffled]


class _NameJudge:
    def __init__(self, names: Iterable[str], noun: Noun) -> None:
        self.noun, self.table = noun, noun.weights()
        self.profiles = {name: noun.profile(noun.record(name=name)) for name in set(names)}
        self.around = noun.around(self.profiles.values())

    def score(self, one: str, other: str) -> float:
        a, b = self.profiles[one], self.profiles[other]
        if not self.noun.may_merge(a, b):
            return NEVER
        return log_odds(self.noun.levels(a, b, self.around), self.table)


def at_threshold(scored: Iterable[Scored], threshold: float) -> Quality:
    found = right = true = 0
    for score, same in scored:
        true += same
        if score >= threshold:
            found, right = found + 1, right + same
    return Quality(found, right, true)


def best_threshold(scored: Sequence[Scored]) -> float:
    """The score from which F1 is highest."""
    true = sum(same for _score, same in scored)
    best, chosen = -1.0, 0.0
    found = right = 0
    ordered = sorted(scored, reverse=True)
    for at, (score, same) in enumerate(ordered):
        found, right = found + 1, right + same
        if at + 1 < len(ordered) and ordered[at + 1][0] == score:
            continue
        if (f1 := Quality(found, right, true).f1) > best:
            best, chosen = f1, score
    return chosen


def first_of(pairs: Sequence[tuple[str, str, bool]], noun: Noun, queries: int = 800) -> float:
    """Of up to so many short names the share whose own full name comes first among all full names of the file."""
    own: dict[str, set[str]] = defaultdict(set)
    for one, other, same in pairs:
        if same and len(one) < len(other):
            own[one].add(other)
    fulls = sorted(
        {other for one, other, _same in pairs if len(other) > 6} | {b for them in own.values() for b in them}
    )
    asked = sorted((one for one in own if len(one) <= 6), key=lambda one: sha256(one.encode()).digest())[
        :queries
    ]
    if not asked:
        return 1.0
    judge = _NameJudge([*fulls, *asked], noun)
    bearers: dict[str, list[str]] = defaultdict(list)
    for name in fulls:
        for gram in _grams(name):
            bearers[gram].append(name)
    right = 0
    for one in asked:
        shared: dict[str, float] = defaultdict(float)
        for gram in sorted(_grams(one)):
            for name in bearers.get(gram, ()):
                shared[name] += log(len(fulls) / len(bearers[gram]))
        shortlist = sorted(shared, key=lambda name: (-shared[name], name))[:SHORTLIST]
        right += bool(shortlist) and max(shortlist, key=lambda name: judge.score(one, name)) in own[one]
    return right / len(asked)


def _grams(name: str) -> set[str]:
    return {*name, *(name[at : at + 2] for at in range(len(name) - 1))}
