"""Where a mission stands on a day."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.missions.phases import Days, Phase, phase_on

DAY = dt.date(2013, 7, 25)


def days(start: int, end: int, results: int) -> Days:
    return Days(*(DAY + dt.timedelta(days=each) for each in (start, end, results)))


@pytest.mark.parametrize(
    ("when", "phase"),
    [
        (days(1, 3, 18), Phase.PREPARING),
        (days(0, 3, 18), Phase.UNDER_WAY),
        (days(-3, 0, 15), Phase.UNDER_WAY),
        (days(-3, -1, 14), Phase.RESULTS_DUE),
        (days(-16, -15, 0), Phase.RESULTS_DUE),
        (days(-17, -16, -1), Phase.OVERDUE),
    ],
)
def test_the_days_say_where_it_stands(when: Days, phase: Phase) -> None:
    assert phase_on(DAY, when, closed=False, cancelled=False) is phase


@given(st.integers(-400, 400), st.integers(0, 60), st.integers(0, 90), st.integers(-500, 500))
def test_an_open_mission_only_goes_forward(start: int, length: int, grace: int, later: int) -> None:
    order = [Phase.PREPARING, Phase.UNDER_WAY, Phase.RESULTS_DUE, Phase.OVERDUE]
    when = days(start, start + length, start + length + grace)
    today, then = sorted((DAY, DAY + dt.timedelta(days=later)))
    before = phase_on(today, when, closed=False, cancelled=False)
    after = phase_on(then, when, closed=False, cancelled=False)
    assert order.index(before) <= order.index(after)


def test_what_was_summed_up_or_cancelled_is_over_whatever_the_day() -> None:
    assert phase_on(DAY, days(5, 6, 7), closed=True, cancelled=False) is Phase.CLOSED
    assert phase_on(DAY, days(-9, -8, -7), closed=False, cancelled=True) is Phase.CANCELLED
