"""Half-years, as the report tells of them: 「高新产业项目比重不断加大」, 「民间投资比重不断扩大」. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

Half = tuple[dt.date, dt.date]


def half_of(day: dt.date) -> Half:
    """Its first day and its last."""
    if day.month <= 6:
        return dt.date(day.year, 1, 1), dt.date(day.year, 6, 30)
    return dt.date(day.year, 7, 1), dt.date(day.year, 12, 31)


def halves_until(day: dt.date, number: int) -> list[Half]:
    """So many half-years, the last of them up to the day."""
    found = list(_back(day, number))[::-1]
    return [*found[:-1], (found[-1][0], day)]


def _back(day: dt.date, number: int) -> Iterator[Half]:
    for _each in range(number):
        half = half_of(day)
        yield half
        day = half[0] - dt.timedelta(days=1)
