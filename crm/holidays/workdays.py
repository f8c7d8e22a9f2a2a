"""Counting in working days. A Saturday that is worked instead of a holiday counts, a holiday does not."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

ONE = dt.timedelta(days=1)
SATURDAY = 5


@dataclass(frozen=True)
class WorkCalendar:
    """`off` are days of rest that would be worked, `on` weekends that are worked; all else is as in any week."""

    off: frozenset[dt.date] = frozenset()
    on: frozenset[dt.date] = frozenset()

    def is_working(self, day: dt.date) -> bool:
        return day in self.on or (day.weekday() < SATURDAY and day not in self.off)

    def after(self, day: dt.date, days: int) -> dt.date:
        """The last day of a term of so many working days that begins with `day`, which itself does not count."""
        while days > 0:
            day += ONE
            days -= self.is_working(day)
        return day

    def left(self, today: dt.date, due_on: dt.date) -> int:
        """Working days from today to the last day; below zero when it is over: -1 on the first working day after
        it, and on the days of rest before that."""
        if today <= due_on:
            return self._between(today, due_on)
        return -max(1, self._between(due_on, today))

    def _between(self, first: dt.date, last: dt.date) -> int:
        """How many of the days after `first`, up to `last`, are worked."""
        return sum(self.is_working(first + ONE * number) for number in range(1, (last - first).days + 1))

    def begun_before(self, today: dt.date, days: int) -> dt.date:
        """The first day on which a term of so many working days may have begun without being over today: every
        term that began before it is over."""
        day = today
        while self.after(day - ONE, days) >= today:
            day -= ONE
        return day
