"""The periods of bulletins: 「每半月汇总通报一次」. From the 1st to the 15th, and from the 16th to the last."""

from __future__ import annotations

import calendar
import datetime as dt

HALF = 15


def half_month_of(day: dt.date) -> tuple[dt.date, dt.date]:
    """First and last day of the half month that holds `day`."""
    if day.day <= HALF:
        return day.replace(day=1), day.replace(day=HALF)
    return day.replace(day=HALF + 1), day.replace(day=calendar.monthrange(day.year, day.month)[1])


def nth_of(year: int, number: int) -> tuple[dt.date, dt.date]:
    """The half month of a year with this number, from 1 to 24."""
    month, second = divmod(number - 1, 2)
    return half_month_of(dt.date(year, month + 1, HALF + 1 if second else 1))


def proposed(after: dt.date | None, today: dt.date) -> tuple[dt.date, dt.date]:
    """What the next bulletin is about: from the day after the last one to the end of that half month, but no further
    than today; without a last one, the half month that is over."""
    if after is None:
        return half_month_of(half_month_of(today)[0] - dt.timedelta(days=1))
    first = after + dt.timedelta(days=1)
    if first > today:
        return first, first
    return first, min(half_month_of(first)[1], today)
