"""Where things stand in the drawn timetable: a picture 1000 wide, one row for each milestone, in whole numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from .timetable import Node, NodeState, expected_on, slip_days, state_of

WIDE, LEFT, RIGHT = 1000, 190, 24
HEAD, ROW = 40, 40
MOST_TICKS = 14


@dataclass(frozen=True)
class Tick:
    x: int
    day: dt.date
    is_year: bool


@dataclass(frozen=True)
class Drawn:
    """One row: a bar from what went before up to the day, a mark for the first plan, one for the day."""

    node: Node
    state: NodeState
    slip: int | None
    y: int
    bar_x: int | None
    bar_width: int
    mark_x: int | None
    baseline_x: int | None


@dataclass(frozen=True)
class Picture:
    height: int
    ticks: list[Tick] = field(default_factory=list)
    rows: list[Drawn] = field(default_factory=list)
    ties: list[str] = field(default_factory=list)  # paths from a milestone to the one behind it
    today_x: int | None = None
    wide: int = WIDE
    left: int = LEFT


def drawn(nodes: Sequence[Node], today: dt.date) -> Picture:
    """`nodes` in the order of the rows. Without any planned day there is nothing to draw: no rows."""
    days = [
        day
        for node in nodes
        for day in (node.baseline_on, node.plan_on, expected_on(node, today))
        if day is not None
    ]
    if not days:
        return Picture(height=0)
    first = month(min(days))
    last = next_month(max(days), 1)
    span = (last - first).days

    def x_of(day: dt.date) -> int:
        return LEFT + round((WIDE - LEFT - RIGHT) * (day - first).days / span)

    by_id = {node.id: node for node in nodes}
    rows, at = [], {}
    for number, node in enumerate(nodes):
        day = expected_on(node, today)
        y = HEAD + ROW * number + ROW // 2
        before = [
            ended
            for id in node.after_ids
            if id in by_id and (ended := expected_on(by_id[id], today)) and day and ended <= day
        ]
        begin = max(before) if before else None
        mark = x_of(day) if day else None
        if mark is not None:
            at[node.id] = (mark, y)
        rows.append(
            Drawn(
                node=node,
                state=state_of(node, by_id, today),
                slip=slip_days(node, today),
                y=y,
                bar_x=x_of(begin) if begin else None,
                bar_width=mark - x_of(begin) if begin and mark is not None else 0,
                mark_x=mark,
                baseline_x=x_of(node.baseline_on) if node.baseline_on else None,
            )
        )
    ties = [
        f"M{at[id][0]} {at[id][1] + 7}V{at[node.id][1] - 9 if at[node.id][1] > at[id][1] else at[node.id][1] + 9}"
        for node in nodes
        for id in node.after_ids
        if id in at and node.id in at
    ]
    return Picture(
        height=HEAD + ROW * len(nodes) + 8,
        ticks=ticks_of(first, last, x_of),
        rows=rows,
        ties=ties,
        today_x=x_of(today) if first <= today <= last else None,
    )


def month(day: dt.date) -> dt.date:
    return day.replace(day=1)


def next_month(day: dt.date, months: int) -> dt.date:
    number = day.year * 12 + day.month - 1 + months
    return dt.date(number // 12, number % 12 + 1, 1)


def ticks_of(first: dt.date, last: dt.date, x_of: object) -> list[Tick]:
    """The beginnings of months; of every third, sixth or twelfth month where there are many."""
    assert callable(x_of)
    whole = (last.year - first.year) * 12 + last.month - first.month
    step = next(one for one in (1, 2, 3, 6, 12, 24, 60, 1200) if whole / one <= MOST_TICKS)
    ticks, day = [], first
    while day < last:
        ticks.append(Tick(x_of(day), day, day.month == 1))
        day = next_month(day, step)
    return ticks
