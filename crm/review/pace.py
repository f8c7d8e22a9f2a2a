"""How fast deals go through a stage, and how many go on: told by when each came, when it left, and where to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import mean, median
from typing import Any, NamedTuple


class Stay(NamedTuple):
    """One deal in one stage. `went_on` says that it left for a later one, `stopped` that it stands still there."""

    stage: Any
    group: Any
    came_on: dt.date
    left_on: dt.date | None
    went_on: bool
    stopped: bool


@dataclass(frozen=True)
class Pace:
    """What the stays of one stage and group say together. Days are of those that went on."""

    came: int
    went_on: int
    stopped: int
    waiting: int
    median_days: float | None
    mean_days: float | None

    @property
    def share(self) -> float:
        """Per cent that went on, of all that came."""
        return 100 * self.went_on / self.came if self.came else 0.0


def paces(stays: Iterable[Stay]) -> dict[tuple[Any, Any], Pace]:
    """(group, stage) -> pace."""
    found: dict[tuple[Any, Any], list[Stay]] = {}
    for stay in stays:
        found.setdefault((stay.group, stay.stage), []).append(stay)
    return {key: _pace(some) for key, some in found.items()}


def _pace(stays: list[Stay]) -> Pace:
    went = [one for one in stays if one.went_on]
    stopped = sum(one.stopped and not one.went_on for one in stays)
    days = [(one.left_on - one.came_on).days for one in went if one.left_on]
    waiting = sum(one.left_on is None and not one.stopped for one in stays)
    return Pace(
        len(stays), len(went), stopped, waiting, median(days) if days else None, mean(days) if days else None
    )
