"""首报保护: 「首报后 90 天内受保护，其间至少每 30 天联系一次；断了联系，其他单位可以跟进」.

Who reported first stays who reported first. What ends is only that others have to keep away.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Protection:
    """`ends_on` is its last day; `kept_until` says when the next contact is due, if sooner than the end of all."""

    ends_on: dt.date
    kept_until: dt.date
    broken: bool  # it ends before its days are over, because nobody kept in touch

    def days_left(self, today: dt.date) -> int:
        """Below zero when it is over and the merchant is open to others."""
        return (self.ends_on - today).days

    def holds(self, today: dt.date) -> bool:
        return today <= self.ends_on


def protection(
    reported_on: dt.date, contacts: Iterable[dt.date], *, today: dt.date, days: int, gap: int
) -> Protection:
    """`contacts` are the days on which the unit of the first report was in touch. A contact after the protection
    was lost does not bring it back: somebody else may have begun by then."""
    kept_until = reported_on + dt.timedelta(days=gap)
    for day in sorted(contacts):
        if day > today or day < reported_on:
            continue
        if day > kept_until:
            break
        kept_until = max(kept_until, day + dt.timedelta(days=gap))
    last = reported_on + dt.timedelta(days=days)
    return Protection(min(last, kept_until), kept_until, kept_until < last and kept_until < today)
