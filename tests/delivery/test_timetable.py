"""The rules of timetables, weeks and the drawing: plain values in, answers out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.delivery import drawing, timetable, weeks
from crm.delivery.rates import month_ends
from crm.delivery.timetable import NodeState

TODAY = dt.date(2013, 7, 25)
SLOWLY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@dataclass
class Node:
    id: int
    plan_on: dt.date | None = None
    baseline_on: dt.date | None = None
    forecast_on: dt.date | None = None
    actual_on: dt.date | None = None
    person: str = ""
    signed_on: dt.date | None = None
    name: str = ""
    after_ids: list[int] = field(default_factory=list)


def on(day: int, month: int = 7) -> dt.date:
    return dt.date(2013, month, day)


def test_a_milestone_is_ahead_under_way_done_or_overdue() -> None:
    first, second = Node(1, on(1, 6)), Node(2, on(1, 9), after_ids=[1])
    nodes = {1: first, 2: second}
    assert timetable.state_of(first, nodes, TODAY) is NodeState.OVERDUE
    assert timetable.state_of(second, nodes, TODAY) is NodeState.AHEAD
    first.actual_on = on(20)
    assert timetable.state_of(first, nodes, TODAY) is NodeState.DONE
    assert timetable.state_of(second, nodes, TODAY) is NodeState.UNDER_WAY
    assert timetable.state_of(Node(3, TODAY), {}, TODAY) is NodeState.UNDER_WAY, "due today is not late"


@pytest.mark.parametrize(
    ("node", "days"),
    [
        (Node(1, on(1), on(1), actual_on=on(4)), 3),
        (Node(1, on(1), on(1), actual_on=dt.date(2013, 6, 28)), -3),
        (Node(1, on(1, 9), on(1, 9)), 0),
        (Node(1, on(1, 9), on(1, 9), forecast_on=on(11, 9)), 10),
        (Node(1, on(11, 9), on(1, 9)), 10),
        (Node(1, on(15), on(15)), 10),  # ten days past and not reached: ten days late and counting
        (Node(1), None),
    ],
)
def test_the_slip_is_counted_from_the_first_plan(node: Node, days: int | None) -> None:
    assert timetable.slip_days(node, TODAY) == days


@SLOWLY
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=20), st.permutations(range(10)))
def test_what_goes_before_stands_before(pairs: list[tuple[int, int]], days: list[int]) -> None:
    nodes = {at: Node(at, dt.date(2013, 1, 1) + dt.timedelta(days=days[at])) for at in range(10)}
    for before, after in pairs:
        if before < after:  # never round
            nodes[after].after_ids.append(before)
    order = [node.id for node in timetable.in_order(nodes.values())]
    assert sorted(order) == list(range(10))
    for node in nodes.values():
        assert all(order.index(id) < order.index(node.id) for id in node.after_ids)


def test_an_order_that_goes_round_is_seen_and_still_drawn() -> None:
    assert timetable.goes_round({1: [2], 2: [3], 3: [1]}, 1)
    assert not timetable.goes_round({1: [2], 2: [3], 3: []}, 1)
    nodes = [Node(1, on(1), after_ids=[2]), Node(2, on(2), after_ids=[1])]
    assert len(timetable.in_order(nodes)) == 2


def test_the_drawing_is_in_its_frame_and_in_the_order_of_the_days() -> None:
    nodes = [
        Node(1, on(1, 6), on(1, 6), actual_on=on(10, 6)), Node(2, on(1, 9), on(1, 9), after_ids=[1]),
        Node(3, dt.date(2014, 3, 1), dt.date(2014, 3, 1), after_ids=[2]), Node(4),
    ]  # fmt: skip
    picture = drawing.drawn(nodes, TODAY)
    marks = [row.mark_x for row in picture.rows]
    assert marks[:3] == sorted(marks[:3]) and marks[3] is None  # type: ignore[type-var]
    assert all(drawing.LEFT <= x <= drawing.WIDE for x in marks[:3])  # type: ignore[operator]
    assert picture.today_x and marks[0] < picture.today_x < marks[1]  # type: ignore[operator]
    assert picture.rows[1].bar_x == marks[0] and len(picture.ties) == 2
    assert 0 < len(picture.ticks) <= drawing.MOST_TICKS
    assert not drawing.drawn([Node(1)], TODAY).rows


@SLOWLY
@given(st.lists(st.dates(dt.date(1990, 1, 1), dt.date(2090, 1, 1)), min_size=1, max_size=8))
def test_any_days_can_be_drawn(days: list[dt.date]) -> None:
    picture = drawing.drawn([Node(at, day, day) for at, day in enumerate(days)], TODAY)
    assert all(0 <= (row.mark_x or 0) <= drawing.WIDE for row in picture.rows)
    assert len(picture.ticks) <= drawing.MOST_TICKS


def test_weeks_begin_on_monday_and_the_year_goes_by_in_days() -> None:
    assert weeks.week_of(TODAY) == on(22)
    assert weeks.week_of(on(22)) == on(22) and weeks.week_of(on(21)) == on(15)
    assert weeks.time_progress(dt.date(2013, 6, 30)) == Decimal("49.6")
    assert weeks.time_progress(dt.date(2016, 12, 31)) == Decimal("100.0")
    assert weeks.percent(31, 46) == Decimal("67.4") and weeks.percent(1, 0) == 0


def test_the_ends_of_months() -> None:
    assert month_ends(dt.date(2013, 11, 5), 3) == [
        dt.date(2013, 11, 30), dt.date(2013, 12, 31), dt.date(2014, 1, 31),
    ]  # fmt: skip
