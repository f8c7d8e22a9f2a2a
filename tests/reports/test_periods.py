"""Months, quarters and weeks of a report."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.reports import periods
from crm.reports.periods import ReportKind as K

D = dt.date.fromisoformat


@pytest.mark.parametrize(
    ("kind", "year", "number", "first", "last"),
    [
        (K.MONTHLY, 2013, 6, "2013-06-01", "2013-06-30"),
        (K.MONTHLY, 2016, 2, "2016-02-01", "2016-02-29"),
        (K.QUARTERLY, 2013, 2, "2013-04-01", "2013-06-30"),
        (K.QUARTERLY, 2013, 4, "2013-10-01", "2013-12-31"),
        (K.WEEKLY, 2013, 1, "2012-12-31", "2013-01-06"),
        (K.WEEKLY, 2015, 53, "2015-12-28", "2016-01-03"),
    ],
)
def test_a_number_names_days(kind, year, number, first, last):
    assert periods.bounds(kind, year, number) == (D(first), D(last))


@pytest.mark.parametrize(
    ("kind", "number"), [(K.MONTHLY, 0), (K.MONTHLY, 13), (K.QUARTERLY, 5), (K.WEEKLY, 53)]
)
def test_a_number_that_the_year_has_not_is_none(kind, number):
    with pytest.raises(ValueError, match=str(number)):
        periods.bounds(kind, 2013, number)


@given(st.sampled_from(list(K)), st.dates(dt.date(2001, 1, 10), dt.date(2099, 12, 31)))
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])  # the machine may be busy
def test_the_last_one_that_is_over_is_over_and_the_next_is_not(kind, today):
    year, number = periods.latest_over(kind, today)
    _first, last = periods.bounds(kind, year, number)
    assert last < today
    following = (year, number + 1) if number < periods.most(kind, year) else (year + 1, 1)
    first, last_of_next = periods.bounds(kind, *following)
    assert first == last + dt.timedelta(days=1) and last_of_next >= today
