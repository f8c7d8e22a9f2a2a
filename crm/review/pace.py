"""How fast deals go through a stage, and how many go on: told by when each came, when it left, and where to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any, NamedTuple


class Turn(NamedTuple):
    """A deal came into a stage. One that does not count only tells where the one before it has led."""

    deal_id: int
    came_on: dt.date
    stage: str
    group: Any
    counts: bool


@dataclass
class Pace:
    """What the turns of one stage and group say together. Days are of those that went on to a later stage; `stopped` stand
    still there, `waiting` are still there and move."""

    came: int = 0
    stopped: int = 0
    waiting: int = 0
    days: list[int] = field(default_factory=list)

    @property
    def went_on(self) -> int:
        return len(self.days)

    @property
    def median_days(self) -> float | None:
        return median(self.days) if self.days else None

    @property
    def mean_days(self) -> float | None:
        return sum(self.days) / len(self.days) if self.days else None

    @property
    def share(self) -> float:
        """Per cent that went on, of all that came."""
        return 100 * self.went_on / self.came if self.came else 0.0


def paces(
    newest_first: Iterable[Turn | tuple[int, dt.date, str, Any, bool]],
    order: Mapping[str, int],
    stopped: Container[tuple[int, dt.date]],
) -> dict[tuple[Any, str], Pace]:
    """(group, stage) -> pace. `stopped`: (deal, the day its stage began) of those that stand still.

    What came after a turn is known when it is reached, so that one walk tells where each has led: into the next other
    stage. One that was returned has not gone on, whatever came later.
    """
    found: dict[tuple[Any, str], Pace] = {}
    after: dict[int, tuple[str, dt.date, Any]] = {}  # deal: its next turn, and where that one has led
    for deal_id, came_on, stage, group, counts in newest_first:
        left = after.get(deal_id)
        if left is not None and left[0] == stage:
            left = left[2]
        after[deal_id] = (stage, came_on, left)
        if not counts:
            continue
        pace = found.get((group, stage))
        if pace is None:
            pace = found[group, stage] = Pace()
        pace.came += 1
        if left is not None and order[left[0]] > order[stage]:
            pace.days.append((left[1] - came_on).days)
        elif (deal_id, came_on) in stopped:
            pace.stopped += 1
        elif left is None:
            pace.waiting += 1
    return found
