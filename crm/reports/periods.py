"""The period of a report: a month, a quarter, a year, or a week from Monday to Sunday (ISO 8601)."""

from __future__ import annotations

import calendar
import datetime as dt

from crm.lib.enums import Labelled
from crm.lib.words import N_, _


class ReportKind(Labelled):
    """Monthly for the house, quarterly for the public (no persons, no terms), weekly on one page, yearly with scores."""

    MONTHLY = "monthly", N_("月通报"), "info"
    QUARTERLY = "quarterly", N_("季公示"), "good"
    WEEKLY = "weekly", N_("快报"), "neutral"
    YEARLY = "yearly", N_("年考核"), "warn"

    def titled(self, year: int, number: int) -> str:
        """As the reader's language has it."""
        return _(_TITLES[self], year=year, number=number)

    def cited(self, year: int, number: int) -> str:
        """As officers cite it, and the trail keeps it: the same for everybody."""
        return _TITLES[self] % {"year": year, "number": number}

    @property
    def is_public(self) -> bool:
        return self is ReportKind.QUARTERLY


_TITLES = {
    ReportKind.MONTHLY: N_("招商引资和项目推进%(year)s年%(number)s月通报"),
    ReportKind.QUARTERLY: N_("招商引资和项目推进%(year)s年第%(number)s季度公示"),
    ReportKind.WEEKLY: N_("招商引资和项目推进%(year)s年第%(number)s周快报"),
    ReportKind.YEARLY: N_("招商引资和项目推进%(year)s年度考核"),
}
_MONTHS = {ReportKind.MONTHLY: 1, ReportKind.QUARTERLY: 3, ReportKind.YEARLY: 12}


def most(kind: ReportKind, year: int) -> int:
    """How many there are in a year."""
    if kind is ReportKind.WEEKLY:
        return dt.date(year, 12, 28).isocalendar().week
    return 12 // _MONTHS[kind]


def bounds(kind: ReportKind, year: int, number: int) -> tuple[dt.date, dt.date]:
    """First and last day; ValueError for a number that the year has not."""
    if not 1 <= number <= most(kind, year):
        raise ValueError(number)
    if kind is ReportKind.WEEKLY:
        return dt.date.fromisocalendar(year, number, 1), dt.date.fromisocalendar(year, number, 7)
    last_month = number * _MONTHS[kind]
    first = dt.date(year, last_month - _MONTHS[kind] + 1, 1)
    return first, dt.date(year, last_month, calendar.monthrange(year, last_month)[1])


def latest_over(kind: ReportKind, today: dt.date) -> tuple[int, int]:
    """(year, number) of the last period that is over."""
    if kind is ReportKind.WEEKLY:
        before = today - dt.timedelta(days=today.isoweekday())
        year, week, _day = before.isocalendar()
        return year, week
    before = today.replace(day=1) - dt.timedelta(days=1)
    number = before.month // _MONTHS[kind]
    return (before.year, number) if number else (before.year - 1, most(kind, before.year - 1))
