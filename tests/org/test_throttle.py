"""Failed sign-ins slow the one who fails, not the neighbour."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.org import throttle

NOW = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)


def ago(*seconds: int) -> list[dt.datetime]:
    return [NOW - dt.timedelta(seconds=s) for s in seconds]


@pytest.mark.parametrize("count", range(throttle.FREE_TRIES))
def test_the_first_tries_are_free(count):
    failures = ago(*range(1, count + 1))
    assert throttle.wait_until(failures, failures, NOW) is None


def test_the_fifth_failure_costs_half_a_minute():
    failures = ago(5, 4, 3, 2, 1)
    assert throttle.wait_until(failures, failures, NOW) == NOW + dt.timedelta(seconds=29)


def test_each_further_failure_doubles_the_wait():
    six = ago(6, 5, 4, 3, 2, 0)
    assert throttle.wait_until(six, six, NOW) == NOW + dt.timedelta(seconds=60)


def test_a_neighbours_failures_do_not_lock_me_out():
    anywhere = ago(*range(1, throttle.FREE_TRIES_ANYWHERE))
    assert throttle.wait_until([], anywhere, NOW) is None


def test_guessing_one_name_from_many_places_is_slowed_too():
    anywhere = ago(*range(throttle.FREE_TRIES_ANYWHERE))
    assert throttle.wait_until([], anywhere, NOW) == NOW + dt.timedelta(seconds=30)


@given(st.lists(st.integers(0, 900), max_size=40))
def test_nobody_waits_longer_than_the_window(seconds):
    until = throttle.wait_until(ago(*seconds), ago(*seconds), NOW)
    assert until is None or NOW < until <= NOW + throttle.WINDOW
