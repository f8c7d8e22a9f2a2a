"""The burn-up: how many were to be done by each day, and how many are. A picture 1000 wide, in whole numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WIDE, HIGH = 1000, 300
LEFT, RIGHT, TOP, BOTTOM = 48, 20, 16, 36
TICKS = 10


@dataclass(frozen=True)
class BurnUp:
    planned: str  # paths
    done: str
    today_x: int | None
    done_at: tuple[int, int] | None  # where the line of what is done ends
    days: list[tuple[int, dt.date]]
    levels: list[tuple[int, int]]
    wide: int = WIDE
    high: int = HIGH
    left: int = LEFT


def burn_up(
    from_on: dt.date, until_on: dt.date, today: dt.date, due: Sequence[dt.date], reached: Sequence[dt.date]
) -> BurnUp:
    """`due` has a day for every entry, `reached` one for each that is done; days outside are told at the edge."""
    span = max(1, (until_on - from_on).days)
    total = max(1, len(due))
    last = min(max(today, from_on), until_on)

    def x_of(day: dt.date) -> int:
        return LEFT + round((WIDE - LEFT - RIGHT) * (min(max(day, from_on), until_on) - from_on).days / span)

    def y_of(n: int) -> int:
        return HIGH - BOTTOM - round((HIGH - TOP - BOTTOM) * n / total)

    def stairs(days: Iterable[dt.date], end: dt.date) -> str:
        path = f"M{x_of(from_on)} {y_of(0)}"
        for n, day in enumerate(sorted(days), 1):
            path += f"H{x_of(day)}V{y_of(n)}"
        return path + f"H{x_of(end)}"

    step = max(1, span // TICKS)
    under_way = from_on <= today
    return BurnUp(
        planned=stairs(due, until_on),
        done=stairs((day for day in reached if day <= last), last) if under_way else "",
        today_x=x_of(today) if from_on <= today <= until_on else None,
        done_at=(x_of(last), y_of(sum(day <= last for day in reached))) if under_way else None,
        days=[(x_of(day), day) for n in range(0, span + 1, step) if (day := from_on + dt.timedelta(days=n))],
        levels=[(y_of(n), n) for n in sorted({0, total // 2, total})],
    )
