"""「缩短审批时限」: an item's time is counted in working days, and stands still while the owner makes corrections (补正).

The day of acceptance does not count, the day of the decision does. Of a correction asked for on a Monday and handed in
on the Thursday, Tuesday to Thursday do not count.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Protocol

from crm.holidays.workdays import ONE, WorkCalendar


class Pause(Protocol):
    """A correction: asked for on one day, handed in on another, or still open."""

    from_on: dt.date
    to_on: dt.date | None


def stands_still(day: dt.date, pauses: Sequence[Pause]) -> bool:
    return any(one.from_on < day and (one.to_on is None or day <= one.to_on) for one in pauses)


def worked(begun_on: dt.date, until: dt.date, pauses: Sequence[Pause], calendar: WorkCalendar) -> int:
    """Working days after `begun_on` up to `until` that were not spent on corrections."""
    days = ((begun_on + ONE * number) for number in range(1, (until - begun_on).days + 1))
    return sum(calendar.is_working(day) and not stands_still(day, pauses) for day in days)


def promised_on(
    begun_on: dt.date, days: int, pauses: Sequence[Pause], calendar: WorkCalendar, today: dt.date
) -> dt.date:
    """The last day of the promise. While a correction is open it moves on with every day."""
    day, left = begun_on, days
    while left > 0:
        day += ONE
        left -= calendar.is_working(day) and (day > today or not stands_still(day, pauses))
    return day
