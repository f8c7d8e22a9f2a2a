"""The year that money counts for, its pace, and what of an amount counts: values in, answers out."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.capital import window

DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31))
MONTHS = st.integers(1, 12)


@pytest.mark.parametrize(
    ("day", "first_month", "year"),
    [
        ((2013, 1, 1), 1, 2013),
        ((2013, 12, 31), 1, 2013),
        ((2012, 12, 1), 12, 2013),
        ((2012, 11, 30), 12, 2012),
        ((2013, 11, 30), 12, 2013),
        ((2013, 12, 1), 12, 2014),
    ],
)
def test_a_day_counts_for_the_year_it_falls_into(
    day: tuple[int, int, int], first_month: int, year: int
) -> None:
    assert window.year_of(dt.date(*day), first_month) == year


def test_the_year_of_the_partners_runs_from_december_to_november() -> None:
    assert window.bounds(2013, 12) == (dt.date(2012, 12, 1), dt.date(2013, 11, 30))
    assert window.bounds(2013, 1) == (dt.date(2013, 1, 1), dt.date(2013, 12, 31))


@given(DAYS, MONTHS)
def test_every_day_lies_within_its_own_year(day: dt.date, first_month: int) -> None:
    first, last = window.bounds(window.year_of(day, first_month), first_month)
    assert first <= day <= last
    assert first.day == 1 and (last + dt.timedelta(days=1)).day == 1


@given(DAYS, MONTHS)
def test_time_goes_on_within_a_year_and_ends_with_all_of_it(day: dt.date, first_month: int) -> None:
    _first, last = window.bounds(window.year_of(day, first_month), first_month)
    assert 0 < window.gone(day, first_month) <= window.gone(last, first_month) == 1


def test_half_a_year_is_one_half_and_the_pace_of_17_5_is_8_75() -> None:
    june = dt.date(2013, 6, 30)
    assert window.gone(june, 1) == Decimal("0.5")
    assert window.pace(Decimal(175_000), june, 1) == Decimal(87_500)
    assert window.pace(Decimal(175_000), dt.date(2013, 1, 31), 1) == Decimal("14583.33")
    assert window.pace(Decimal(175_000), dt.date(2013, 5, 31), 12) == Decimal(87_500), (
        "December is its first month"
    )


@pytest.mark.parametrize(
    ("amount", "share", "counts"),
    [("1000", 100, "1000"), ("1000.01", 50, "500.01"), ("333.33", 33, "110.00"), ("-200", 30, "-60")],
)
def test_the_share_that_counts_is_rounded_to_the_hundredth(amount: str, share: int, counts: str) -> None:
    assert window.counted(Decimal(amount), share) == Decimal(counts)


def test_months_from_day_to_day() -> None:
    found = window.months(dt.date(2012, 11, 30), dt.date(2013, 2, 1))
    assert [f"{one:%Y-%m}" for one in found] == ["2012-11", "2012-12", "2013-01", "2013-02"]
    assert window.months(dt.date(2013, 2, 1), dt.date(2013, 1, 1)) == []
    assert window.percent(Decimal(80_500), Decimal(175_000)) == Decimal("46.0")
    assert window.percent(Decimal(1), None) is None
