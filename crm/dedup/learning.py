"""Learning from a team's own decisions, beginning with what is known already.

The weights in force were learned from tens of thousands of labelled pairs; a team decides some hundreds. So each
level's weight is pulled back to where it is, as if `PULL` pairs spoke for it: thirty decisions move it a little,
a thousand that agree move it where they want, and no weight leaves the bounds of `priors`. The bias and what
is added beside kinds of names stay: people see only pairs that the engine found likely, so nothing is to be
learned from them about the others.

Whether the lesson is any good is asked of decisions that it has not seen: five times four fifths teach the last.
"""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from crm.dedup.scoring import Weights, chance, read_weights

LEAST_OF_EACH = 30  # decisions "same" and as many "not the same" before anything is learned
SEEN_LEAST = 5  # decisions in which a level must occur to be moved
PULL = 40.0  # pairs that speak for each weight as it is
FARTHEST = 2.5  # log-odds that one lesson may move a weight
FOLDS, PASSES = 5, 40
LEAST_GAIN = 0.02  # of the loss: less is not worth another table
RECALL_LEEWAY = 0.02
FIXED = ("code:other_valid",)  # a rule, not a matter of experience

Limits = Callable[[str], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Decision:
    """A pair that people have judged: the levels of evidence it was judged on, the name's first."""

    levels: tuple[str, ...]
    same: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """How a table does on decisions. sure: pairs from `same_from` on; asked: those from `ask_from` on."""

    decisions: int
    same: int
    sure: int
    sure_right: int
    asked: int
    asked_right: int
    loss: float  # mean log-loss: how surprised the table is

    @property
    def precision(self) -> float:
        """The share of the sure ones that people called the same; 1 where none is sure."""
        return self.sure_right / self.sure if self.sure else 1.0

    @property
    def recall(self) -> float:
        """The share of the same that would have been asked about."""
        return self.asked_right / self.same if self.same else 1.0

    @property
    def reach(self) -> float:
        """The share of the same that the table is sure of."""
        return self.sure_right / self.same if self.same else 1.0


@dataclass(frozen=True, slots=True)
class Moved:
    code: str
    before: float
    after: float
    seen: int


@dataclass(frozen=True, slots=True)
class Lesson:
    """What the decisions would teach. `refusal`: "" or few, worse, nothing; then `weights` is not to be used.
    `before` and `after` are both measured on decisions that the table had not seen."""

    refusal: str
    before: Figures
    after: Figures
    moved: tuple[Moved, ...]
    weights: str  # as weights.json


def learn(decisions: Sequence[Decision], text: str, limits_of: Limits) -> Lesson:
    """What these decisions would make of the table `text`. The order of the decisions does not matter."""
    table = read_weights(text)
    rows = sorted(
        (one for one in decisions if one.levels), key=lambda one: (one.levels, one.same)
    )  # so that each fold gets its share of every kind
    before = judged(rows, table)
    if min(before.same, before.decisions - before.same) < LEAST_OF_EACH:
        return Lesson("few", before, before, (), text)
    unseen: list[Figures] = []
    for fold in range(FOLDS):
        taught = relearned([one for at, one in enumerate(rows) if at % FOLDS != fold], table, limits_of)
        unseen.append(judged(rows[fold::FOLDS], read_weights(_with(text, taught))))
    after = _together(unseen)
    final = relearned(rows, table, limits_of)
    seen = Counter(code for one in rows for code in set(one.levels))
    moved = tuple(
        Moved(code, table.levels.get(code, 0.0), weight, seen[code])
        for code, weight in sorted(
            final.items(), key=lambda item: (-abs(item[1] - table.levels.get(item[0], 0.0)), item[0])
        )
    )
    refusal = ""
    if not moved or before.loss - after.loss < max(LEAST_GAIN * before.loss, 0.001):
        refusal = "nothing"
    if after.precision < before.precision or after.recall < before.recall - RECALL_LEEWAY:
        refusal = "worse"
    return Lesson(refusal, before, after, moved, _with(text, final))


def judged(decisions: Iterable[Decision], table: Weights) -> Figures:
    count: Counter[str] = Counter()
    loss = 0.0
    for one in decisions:
        score = chance(_log_odds(one.levels, table))
        count["all"] += 1
        count["same"] += one.same
        loss -= math.log(max(1e-12, score if one.same else 1 - score))
        if score >= table.same_from:
            count["sure"] += 1
            count["sure right"] += one.same
        if score >= table.ask_from:
            count["asked"] += 1
            count["asked right"] += one.same
    return Figures(
        count["all"], count["same"], count["sure"], count["sure right"], count["asked"], count["asked right"],
        loss / max(1, count["all"]),
    )  # fmt: skip


def _together(parts: Sequence[Figures]) -> Figures:
    def total(name: str) -> int:
        return sum(getattr(part, name) for part in parts)

    whole = total("decisions")
    loss = sum(part.loss * part.decisions for part in parts) / max(1, whole)
    return Figures(
        whole, total("same"), total("sure"), total("sure_right"), total("asked"), total("asked_right"), loss
    )


def _log_odds(levels: Sequence[str], table: Weights) -> float:
    known = table.known(levels[0], levels[-1])
    return table.bias + sum(known.get(code, 0.0) for code in levels)


def relearned(
    decisions: Sequence[Decision], table: Weights, limits_of: Limits, *, pull: float = PULL
) -> dict[str, float]:
    """level -> its new weight, for those that move by a hundredth or more.

    One weight after the other goes where the slope is nought (Newton); the problem has one bottom, so
    the passes lead there from any side.
    """
    same: Counter[tuple[str, ...]] = Counter()
    all_: Counter[tuple[str, ...]] = Counter()
    for one in decisions:
        all_[one.levels] += 1
        same[one.levels] += one.same
    combinations = sorted(all_)
    total = [_log_odds(levels, table) for levels in combinations]
    yes = [same[levels] for levels in combinations]
    many = [all_[levels] for levels in combinations]
    where: dict[str, list[int]] = defaultdict(list)
    for at, levels in enumerate(combinations):
        for code in set(levels):
            where[code].append(at)
    movable = sorted(
        code
        for code, places in where.items()
        if code not in FIXED and sum(many[at] for at in places) >= SEEN_LEAST
    )
    weight = {code: table.levels.get(code, 0.0) for code in movable}
    bounds = {code: _bounds(code, weight[code], limits_of) for code in movable}
    start = dict(weight)
    for _pass in range(PASSES):
        farthest = 0.0
        for code in movable:
            slope = pull * (weight[code] - start[code])
            bend = pull
            for at in where[code]:
                likely = chance(total[at])
                slope += many[at] * likely - yes[at]
                bend += many[at] * likely * (1 - likely)
            least, most = bounds[code]
            step = min(most, max(least, weight[code] - slope / bend)) - weight[code]
            if step:
                weight[code] += step
                farthest = max(farthest, abs(step))
                for at in where[code]:
                    total[at] += step
        if farthest < 1e-4:
            break
    rounded = {code: round(value, 2) for code, value in weight.items()}
    return {code: value for code, value in rounded.items() if abs(value - start[code]) >= 0.01}


def _bounds(code: str, now: float, limits_of: Limits) -> tuple[float, float]:
    least, most = limits_of(code)
    return max(min(least, now), now - FARTHEST), min(max(most, now), now + FARTHEST)


def _with(text: str, moved: dict[str, float]) -> str:
    """The table with these weights in it; all else stays, so that it reads as the shipped one does."""
    table: dict[str, Any] = json.loads(text)
    for code, value in moved.items():
        name, level = code.split(":", 1)
        table["levels"].setdefault(name, {})[level] = value
    return json.dumps(table, ensure_ascii=False, sort_keys=False)
