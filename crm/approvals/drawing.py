"""Where the items stand in the drawn progress of a project: a picture 1000 wide, one row for each, in whole numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from crm.delivery.drawing import HEAD, LEFT, RIGHT, ROW, WIDE, Tick, month, next_month, ticks_of

from .steps import Step


@dataclass(frozen=True)
class Strip:
    """What is drawn of one item. `expected_on` is when it is taken to be granted, of one that is not."""

    id: int
    name: str
    step: Step
    begun_on: dt.date | None
    decided_on: dt.date | None
    promised_on: dt.date | None
    plan_on: dt.date | None
    pauses: Sequence[tuple[dt.date, dt.date | None]] = ()
    expected_from: dt.date | None = None
    expected_on: dt.date | None = None
    is_late: bool = False
    holds: bool = False


@dataclass(frozen=True)
class Bar:
    x: int
    width: int


@dataclass(frozen=True)
class Drawn:
    strip: Strip
    y: int
    bar: Bar | None
    expected: Bar | None
    pauses: list[Bar]
    promised_x: int | None
    plan_x: int | None


@dataclass(frozen=True)
class Picture:
    height: int
    ticks: list[Tick] = field(default_factory=list)
    rows: list[Drawn] = field(default_factory=list)
    today_x: int | None = None
    wide: int = WIDE


def drawn(strips: Sequence[Strip], today: dt.date) -> Picture:
    """Bars side by side: from acceptance to the grant or today, on to what is expected. Nothing begun or planned:
    nothing to draw."""
    days = [
        day
        for one in strips
        for day in (one.begun_on, one.decided_on, one.promised_on, one.plan_on, one.expected_on)
        if day
    ]
    if not days:
        return Picture(height=0)
    first, last = month(min(*days, today)), next_month(max(*days, today), 1)
    span = (last - first).days

    def x_of(day: dt.date) -> int:
        return LEFT + round((WIDE - LEFT - RIGHT) * (day - first).days / span)

    return Picture(
        height=HEAD + ROW * len(strips) + 8,
        ticks=ticks_of(first, last, x_of),
        rows=[_row(one, HEAD + ROW * number + ROW // 2, today, x_of) for number, one in enumerate(strips)],
        today_x=x_of(today),
    )


def _row(one: Strip, y: int, today: dt.date, x_of: Callable[[dt.date], int]) -> Drawn:
    def bar(begin: dt.date, end: dt.date) -> Bar:
        return Bar(x_of(begin), max(3, x_of(end) - x_of(begin)))

    until = one.decided_on or today
    return Drawn(
        strip=one,
        y=y,
        bar=bar(one.begun_on, until) if one.begun_on else None,
        expected=bar(one.expected_from, one.expected_on) if one.expected_from and one.expected_on else None,
        pauses=[bar(begin, end or today) for begin, end in one.pauses],
        promised_x=x_of(one.promised_on) if one.promised_on else None,
        plan_x=x_of(one.plan_on) if one.plan_on else None,
    )
