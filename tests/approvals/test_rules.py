"""The clock of an item, and the one that holds the project."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.approvals.critical import Standing, outlook
from crm.approvals.drawing import Strip, drawn
from crm.approvals.elapsed import promised_on, worked
from crm.approvals.steps import Level, Step, WaitsFor, waits_for
from crm.holidays.workdays import WorkCalendar

WEEK = WorkCalendar()
SLOWLY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class Pause(NamedTuple):
    from_on: dt.date
    to_on: dt.date | None = None


def july(day: int) -> dt.date:
    return dt.date(2013, 7, day)  # the first is a Monday


@pytest.mark.parametrize(
    ("begun", "until", "pauses", "days"),
    [
        (1, 1, [], 0),  # the day of acceptance does not count
        (1, 2, [], 1),
        (1, 8, [], 5),  # Saturday and Sunday do not
        (5, 8, [], 1),
        (1, 12, [Pause(july(2), july(4))], 7),  # Wednesday and Thursday stood still
        (1, 12, [Pause(july(2))], 1),  # still being corrected
        (1, 12, [Pause(july(2), july(2))], 9),  # asked and handed in on one day: nothing lost
        (1, 12, [Pause(july(2), july(3)), Pause(july(8), july(9))], 7),
    ],
)
def test_working_days_without_corrections(begun: int, until: int, pauses: list[Pause], days: int) -> None:
    assert worked(july(begun), july(until), pauses, WEEK) == days


def test_holidays_and_worked_weekends_count_as_the_calendar_says() -> None:
    work = WorkCalendar(off=frozenset({july(3)}), on=frozenset({july(6)}))
    assert worked(july(1), july(8), [], work) == 5  # one off, one Saturday on


def test_a_promise_moves_by_the_days_of_a_correction() -> None:
    assert promised_on(july(1), 5, [], WEEK, july(25)) == july(8)
    assert promised_on(july(1), 5, [Pause(july(2), july(4))], WEEK, july(25)) == july(10)
    open_ = [Pause(july(2))]  # four days of it are left, from tomorrow at the earliest
    assert promised_on(july(1), 5, open_, WEEK, july(4)) == july(10)
    assert promised_on(july(1), 5, open_, WEEK, july(5)) == july(11)


@SLOWLY
@given(
    days=st.integers(1, 40),
    pauses=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 10)), max_size=3),
)
def test_on_the_promised_day_exactly_the_promised_days_are_used(
    days: int, pauses: list[tuple[int, int]]
) -> None:
    begun = july(1)
    closed = [Pause(begun + dt.timedelta(a), begun + dt.timedelta(a + n)) for a, n in pauses]
    end = promised_on(begun, days, closed, WEEK, dt.date(2014, 7, 1))
    assert worked(begun, end, closed, WEEK) == days
    assert worked(begun, end - dt.timedelta(1), closed, WEEK) == days - 1


@pytest.mark.parametrize(
    ("step", "level", "before", "agent", "whom"),
    [
        (Step.NOT_STARTED, Level.LOCAL, True, False, WaitsFor.BEFORE),
        (Step.NOT_STARTED, Level.LOCAL, False, False, WaitsFor.OWNER),
        (Step.NOT_STARTED, Level.UPPER, False, True, WaitsFor.AGENT),
        (Step.NOT_STARTED, Level.UPPER, False, False, WaitsFor.OWNER),
        (Step.ACCEPTED, Level.UPPER, True, True, WaitsFor.AUTHORITY),
        (Step.HANDLING, Level.LOCAL, False, False, WaitsFor.AUTHORITY),
        (Step.CORRECTING, Level.UPPER, False, True, WaitsFor.OWNER),
        (Step.DONE, Level.LOCAL, False, False, None),
    ],
)
def test_on_whom_it_waits(step: Step, level: Level, before: bool, agent: bool, whom: WaitsFor | None) -> None:
    assert waits_for(step, level, open_before=before, has_agent=agent) is whom


def item(id: int, days: int, worked: int | None = None, *after: int, done: bool = False) -> Standing:
    return Standing(id, days, worked, done, after)


@pytest.mark.parametrize(
    ("items", "way", "days"),
    [
        ([], [], 0),
        ([item(1, 10, 4, done=True)], [], 0),
        ([item(1, 10), item(2, 20)], [2], 20),  # side by side: the longer
        ([item(1, 10), item(2, 10)], [1], 10),  # alike: the first of the list
        ([item(1, 10), item(2, 5, None, 1)], [1, 2], 15),  # one after the other
        ([item(1, 10, 7), item(2, 5)], [2], 5),  # three left against five
        ([item(1, 10, 18), item(2, 5)], [1], 8),  # eight over: as many again
        ([item(1, 10, 10), item(2, 1)], [1], 1),  # used up to the day: tomorrow at the earliest
        ([item(1, 5, 9, done=True), item(2, 5, None, 1)], [2], 5),  # what is granted holds nothing
        ([item(1, 10), item(2, 3, None, 1), item(3, 8), item(4, 5, None, 2, 3)], [1, 2, 4], 18),
        ([item(1, 30), item(2, 20, 2, 1)], [1], 30),  # accepted early, and held all the same
        ([item(1, 5), item(2, 20, 2, 1)], [2], 18),  # accepted early, and its own time counts
    ],
)
def test_the_one_that_holds_the_project(items: list[Standing], way: list[int], days: int) -> None:
    found = outlook(items)
    assert (found.way, found.days) == (way, days)
    assert found.holder == (way[0] if way else None)


@SLOWLY
@given(st.data())
def test_the_holder_is_open_and_waits_for_nothing_else(data: st.DataObject) -> None:
    items = []
    for id in range(1, data.draw(st.integers(1, 8)) + 1):
        after = data.draw(st.lists(st.integers(1, id - 1), max_size=3, unique=True)) if id > 1 else []
        begun = data.draw(st.one_of(st.none(), st.integers(0, 60)))
        done = begun is not None and data.draw(st.booleans())
        items.append(Standing(id, data.draw(st.integers(1, 40)), begun, done, after))
    found = outlook(items)
    by_id = {one.id: one for one in items}
    still = [one for one in items if not one.is_done]
    assert (found.holder is None) == (not still)
    if found.holder is None:
        return
    holder = by_id[found.holder]
    assert not holder.is_done
    if holder.worked is None:
        assert all(by_id[id].is_done for id in holder.after_ids)
    assert found.days == max(found.ends.values()) and set(found.ends) == {one.id for one in still}
    for one, after in zip(found.way, found.way[1:], strict=False):
        assert one in by_id[after].after_ids and found.ends[one] <= found.ends[after]


def test_what_goes_round_ends_all_the_same() -> None:
    assert outlook([item(1, 5, None, 2), item(2, 5, None, 1)]).days == 10


def test_bars_stand_side_by_side_between_the_months() -> None:
    today = july(25)
    strips = [
        Strip(1, "立项", Step.DONE, july(1), july(10), july(12), None),
        Strip(2, "环评", Step.HANDLING, july(1), None, july(12), july(31), [(july(4), july(8))], today,
              dt.date(2013, 8, 20), is_late=True, holds=True),
    ]  # fmt: skip
    picture = drawn(strips, today)
    done, late = picture.rows
    assert done.bar and late.bar and done.bar.x == late.bar.x and done.bar.width < late.bar.width
    assert late.expected and late.expected.x == picture.today_x == late.bar.x + late.bar.width
    assert late.pauses[0].width > 3 and done.y < late.y and late.plan_x and done.plan_x is None
    assert drawn([Strip(1, "立项", Step.NOT_STARTED, None, None, None, None)], today).rows == []
