"""The year that money counts for, and how far it has gone.

「完成招商引资实际到位资金17.5亿元」 is a figure of a year; 衢州's partners count it from 1 December to 30 November, so the
first month of the year is a setting. A year is named by the calendar year it ends in.
"""

from __future__ import annotations

import calendar
import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

HUNDREDTH = Decimal("0.01")


def month_of(day: dt.date) -> dt.date:
    """The first day of its month."""
    return day.replace(day=1)


def last_day(month: dt.date) -> dt.date:
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def next_month(month: dt.date) -> dt.date:
    return last_day(month) + dt.timedelta(days=1)


def months(first: dt.date, last: dt.date) -> list[dt.date]:
    """The first days of all months from one day's to the other's."""
    found = [month_of(first)] if first <= last else []
    while found and (following := next_month(found[-1])) <= last:
        found.append(following)
    return found


def year_of(day: dt.date, first_month: int) -> int:
    """The year that a day counts for."""
    return day.year + (first_month > 1 and day.month >= first_month)


def bounds(year: int, first_month: int) -> tuple[dt.date, dt.date]:
    """The first and the last day of a year."""
    first = dt.date(year - (first_month > 1), first_month, 1)
    return first, dt.date(first.year + 1, first_month, 1) - dt.timedelta(days=1)


def gone(day: dt.date, first_month: int) -> Decimal:
    """How much of its year is over at the end of a day: whole months, and the days of the one it is in.

    At the end of June of a calendar year exactly one half, which 181 of 365 days are not.
    """
    first, _last = bounds(year_of(day, first_month), first_month)
    whole = (day.year - first.year) * 12 + day.month - first.month
    return (Decimal(whole) + Decimal(day.day) / calendar.monthrange(day.year, day.month)[1]) / 12


def pace(target_wan: Decimal, day: dt.date, first_month: int) -> Decimal:
    """What should have arrived by the end of a day if all months were alike: 17.5 for the year is 8.75 by June."""
    return (target_wan * gone(day, first_month)).quantize(HUNDREDTH, ROUND_HALF_UP)


def counted(amount_wan: Decimal, share_percent: int) -> Decimal:
    """The part of an amount that counts."""
    return (amount_wan * share_percent / 100).quantize(HUNDREDTH, ROUND_HALF_UP)


def percent(part: Decimal, whole: Decimal | None) -> Decimal | None:
    """In percent with one decimal; None where there is no whole."""
    return (100 * part / whole).quantize(Decimal("0.1"), ROUND_HALF_UP) if whole else None
