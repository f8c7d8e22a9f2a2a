"""The evidence of a pair as a waterfall: where it starts, what each reason adds or takes, where it ends.

Weights are log-odds, so they add up; what they add up to is the score. A pair keeps its twelve weightiest
reasons with two decimals, and a rule may cap the score (two valid credit codes that differ); what the kept
reasons do not account for is a step of its own, so that the last step always ends at the score.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

MOST = 12.0  # log-odds; further out, a bar would only say "certain" at greater length
NEGLIGIBLE = 0.05


@dataclass(frozen=True)
class Step:
    """One bar. `share` is the chance so far, 0 to 1; left and width are percents of the drawing."""

    code: str  # of the reason; "start" and "rest" are not reasons
    weight: float
    share: float
    left: float
    width: float
    detail: str = ""

    @property
    def tone(self) -> str:
        return "start" if self.code == "start" else "for" if self.weight >= 0 else "against"


@dataclass(frozen=True)
class Waterfall:
    steps: list[Step]
    zero: float  # where even odds stand, in percent
    share: float  # the score


def waterfall(reasons: Sequence[Sequence], score: float, start: float | None) -> Waterfall:  # type: ignore[type-arg]
    """Of reasons as a pair keeps them: [[code, weight, detail], …]; `start` is the log-odds of any two, None
    where nobody says: then it is what the reasons leave over."""
    weighty = [one for one in reasons if one[1]]
    if start is None:
        start = _log_odds(score) - sum(one[1] for one in weighty)
    reached = start + sum(one[1] for one in weighty)
    end = reached if abs(_chance(reached) - score) < 0.005 else _log_odds(score)
    bars: list[tuple[str, float, float, str]] = [("start", 0.0, start, "")]
    at = start
    for code, weight, detail in weighty:
        bars.append((code, at, at + weight, detail))
        at += weight
    if abs(end - at) > NEGLIGIBLE:
        bars.append(("rest", at, end, ""))
    low = max(-MOST, min(0.0, *(min(one[1:3]) for one in bars))) - 0.5
    high = min(MOST, max(0.0, *(max(one[1:3]) for one in bars))) + 0.5

    def place(value: float) -> float:
        return round(100 * (max(low, min(high, value)) - low) / (high - low), 2)

    steps = [
        Step(
            code=code,
            weight=round(to - from_, 2),
            share=_chance(to),
            left=min(place(from_), place(to)),
            width=round(max(0.6, abs(place(to) - place(from_))), 2),
            detail=detail,
        )
        for code, from_, to, detail in bars
    ]
    return Waterfall(steps, place(0.0), score)


def _chance(log_odds: float) -> float:
    return 1 / (1 + math.exp(-max(-40.0, min(40.0, log_odds))))


def _log_odds(score: float) -> float:
    score = max(1e-6, min(1 - 1e-6, score))
    return math.log(score / (1 - score))
