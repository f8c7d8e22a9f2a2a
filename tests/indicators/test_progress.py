"""时间进度: how much of a period is over, and what stands against it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.indicators.progress import Against, Verdict, Window, before, gone, growth, months_of, percent

YEAR = Window(dt.date(2013, 1, 1), dt.date(2013, 12, 31))
HALF = dt.date(2013, 6, 30)


@pytest.mark.parametrize(
    ("first", "last", "day", "share"),
    [
        ("2013-01-01", "2013-12-31", "2013-06-30", "0.5"),
        ("2013-01-01", "2013-12-31", "2012-12-31", "0"),
        ("2013-01-01", "2013-12-31", "2013-12-31", "1"),
        ("2013-01-01", "2013-12-31", "2014-03-01", "1"),
        ("2013-01-01", "2013-12-31", "2013-02-14", "0.125"),
        ("2013-01-01", "2015-12-31", "2013-06-30", str(Decimal(6) / 36)),
        ("2012-12-01", "2013-11-30", "2013-05-31", "0.5"),
        ("2013-03-10", "2013-03-19", "2013-03-14", "0.5"),
    ],
)
def test_how_much_is_over(first: str, last: str, day: str, share: str) -> None:
    days = [dt.date.fromisoformat(text) for text in (first, last, day)]
    assert gone(Window(days[0], days[1]), days[2]) == Decimal(share)


@settings(max_examples=50, deadline=None)
@given(st.dates(dt.date(2012, 1, 1), dt.date(2016, 1, 1)), st.dates(dt.date(2012, 1, 1), dt.date(2016, 1, 1)))
def test_time_never_runs_back(one: dt.date, other: dt.date) -> None:
    period = Window(dt.date(2013, 1, 1), dt.date(2014, 6, 30))
    early, late = sorted((one, other))
    assert 0 <= gone(period, early) <= gone(period, late) <= 1


def test_the_same_days_of_the_year_before() -> None:
    assert before(Window(dt.date(2012, 2, 1), dt.date(2012, 2, 29))) == Window(
        dt.date(2011, 2, 1), dt.date(2011, 2, 28)
    )
    assert before(Window(dt.date(2013, 2, 1), dt.date(2013, 2, 28))).last == dt.date(2012, 2, 29)
    assert before(Window(dt.date(2013, 7, 1), dt.date(2013, 7, 25))).last == dt.date(2012, 7, 25)


def test_months_of_a_period_are_cut_where_it_is() -> None:
    found = months_of(Window(dt.date(2012, 12, 15), dt.date(2013, 2, 10)))
    assert [(one.first.day, one.last.day) for one in found] == [(15, 31), (1, 31), (1, 10)]


def test_the_report_s_own_arithmetic() -> None:
    money = Against(Decimal(175_000), Decimal(80_500), YEAR, HALF)
    assert (money.percent, money.pace, money.ahead) == (
        Decimal("46.0"),
        Decimal("87500.00"),
        Decimal("-7000.00"),
    )
    assert (money.gone_percent, money.points_behind, money.verdict) == (
        Decimal("50.0"),
        Decimal("4.0"),
        Verdict.BEHIND,
    )
    assert Against(Decimal(175_000), Decimal(80_500), YEAR, HALF, margin=5).verdict is Verdict.SLOW
    assert Against(Decimal(175_000), Decimal(0), YEAR, dt.date(2013, 1, 31)).pace == Decimal("14583.33")
    assert growth(Decimal(301_600), Decimal(239_700)) == Decimal("25.8"), "30.16亿, +25.8%"
    fixed = Against(Decimal(744_375), Decimal(301_600), YEAR, HALF)
    assert fixed.percent == Decimal("40.5"), "H1 = 40.5% of 74.44"


@pytest.mark.parametrize(
    ("actual", "day", "verdict"),
    [
        (None, HALF, Verdict.UNKNOWN),
        (50, HALF, Verdict.ON_PACE),
        (49, HALF, Verdict.BEHIND),
        (100, HALF, Verdict.DONE),
        (130, HALF, Verdict.STRETCHED),
        (99, YEAR.last, Verdict.MISSED),
        (0, dt.date(2012, 12, 1), Verdict.ON_PACE),
    ],
)
def test_what_is_said_of_it(actual: int | None, day: dt.date, verdict: Verdict) -> None:
    told = Against(Decimal(100), None if actual is None else Decimal(actual), YEAR, day, stretch=Decimal(130))
    assert told.verdict is verdict


def test_nothing_to_compare_with_says_nothing() -> None:
    assert percent(Decimal(1), None) is percent(None, Decimal(1)) is growth(Decimal(1), Decimal(0)) is None
    nothing = Against(Decimal(100), None, YEAR, HALF)
    assert nothing.ahead is nothing.percent is nothing.lacking is nothing.points_behind is None
