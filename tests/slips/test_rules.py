"""The rules by themselves: what goes up, what is late, how far a term can be put off."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.slips.states import (
    LONGEST_PUT_OFF,
    OPEN,
    Level,
    SlipState,
    goes_up,
    is_late,
    number_of,
    why_not_until,
)

DUE = dt.date(2013, 7, 15)
WORKING = SlipState.WORKING


def days(n: int) -> dt.date:
    return DUE + dt.timedelta(days=n)


@pytest.mark.parametrize(
    ("state", "late_on_the_day", "late_after"),
    [
        (SlipState.RAISED, False, False),
        (SlipState.COLLECTED, False, True),
        (SlipState.ISSUED, False, True),
        (SlipState.WORKING, False, True),
        (SlipState.CLAIMED, False, True),
        (SlipState.SETTLED, False, False),
        (SlipState.TURNED_DOWN, False, False),
    ],
)
def test_the_day_itself_is_in_time_and_what_is_over_is_never_late(
    state: SlipState, late_on_the_day: bool, late_after: bool
) -> None:
    assert is_late(state, DUE, DUE) is late_on_the_day
    assert is_late(state, DUE, days(1)) is late_after
    assert not is_late(state, None, days(100))


@pytest.mark.parametrize(
    ("level", "up_on", "after", "goes"),
    [
        (Level.UNIT, None, 6, None),
        (Level.UNIT, None, 7, Level.LEADER),
        (Level.UNIT, None, 70, Level.LEADER),  # one at a time, however late
        (Level.LEADER, None, 7, Level.DISTRICT),  # assigned at this level, never gone up
        (Level.LEADER, days(7), 7, None),  # gone up today
        (Level.LEADER, days(7), 13, None),
        (Level.LEADER, days(7), 14, Level.DISTRICT),
        (Level.DISTRICT, days(14), 100, None),
    ],
)
def test_a_late_slip_goes_up_one_level_every_seven_days(
    level: Level, up_on: dt.date | None, after: int, goes: Level | None
) -> None:
    found = goes_up(WORKING, level, due_on=DUE, up_on=up_on, today=days(after), after_days=7)
    assert found is goes


@pytest.mark.parametrize("state", [one for one in SlipState if not one.is_with_unit])
def test_only_what_is_with_a_unit_goes_up(state: SlipState) -> None:
    assert goes_up(state, Level.UNIT, due_on=DUE, up_on=None, today=days(99), after_days=7) is None


@settings(max_examples=40, deadline=None)
@given(
    st.integers(-400, 400),
    st.integers(1, 180),
    st.sampled_from(list(Level)),
    st.none() | st.integers(-200, 400),
)
def test_the_rule_asked_twice_on_a_day_does_it_once(
    after: int, after_days: int, level: Level, went: int | None
) -> None:
    today, up_on = days(after), days(went) if went is not None else None
    up = goes_up(WORKING, level, due_on=DUE, up_on=up_on, today=today, after_days=after_days)
    if up:
        assert up is level.up and today > DUE
        assert goes_up(WORKING, up, due_on=DUE, up_on=today, today=today, after_days=after_days) is None


@pytest.mark.parametrize(
    ("until", "today", "said"),
    [
        (days(1), DUE, ""),
        (DUE, days(-3), "晚于现在的期限"),
        (days(2), days(5), "已经过了"),
        (days(5), days(5), ""),
        (days(LONGEST_PUT_OFF), DUE, ""),
        (days(LONGEST_PUT_OFF + 1), DUE, "最多"),
    ],
)
def test_how_far_a_term_can_be_put_off(until: dt.date, today: dt.date, said: str) -> None:
    why = why_not_until(until, due_on=DUE, today=today)
    assert (said in why) if said else why == ""


def test_numbers_are_written_as_on_the_paper() -> None:
    assert number_of("柯项交", 2013, 7) == "柯项交〔2013〕07号"
    assert number_of("柯项交", 2013, 107) == "柯项交〔2013〕107号"


def test_every_open_state_is_before_its_settlement() -> None:
    order = list(SlipState)
    assert [order.index(one) for one in OPEN] == sorted(order.index(one) for one in OPEN)
    assert not SlipState.SETTLED.is_open and not SlipState.RAISED.is_open
