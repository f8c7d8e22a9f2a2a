"""The only clock of the house.

Three readings, because three questions are asked of a clock:
`now()` when did it really happen (audit, sessions); `today()` which working day is it for what is due
and what is counted; `business_now()` the moment to stamp on a business record. They differ only in the
demo district, which lives on a day of its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

HOME = ZoneInfo("Asia/Shanghai")

_frozen: dt.datetime | None = None
_business_day: Callable[[], dt.date | None] | None = None


def install_business_day(source: Callable[[], dt.date | None]) -> None:
    """`source()` answers the demo district's day, or None for the real one."""
    global _business_day
    _business_day = source


@contextmanager
def freeze(moment: dt.datetime) -> Iterator[None]:
    """Stop the clock at an aware moment: for tests."""
    global _frozen
    before, _frozen = _frozen, moment.astimezone(dt.UTC)
    try:
        yield
    finally:
        _frozen = before


def now() -> dt.datetime:
    """The real moment, aware, UTC."""
    return _frozen or dt.datetime.now(dt.UTC)


def today() -> dt.date:
    """The business day in Shanghai (the demo district's own day while it is loaded)."""
    return (_business_day and _business_day()) or now().astimezone(HOME).date()


def real_day() -> dt.date:
    """The real day in Shanghai: for counting what is stamped with `now()`, such as what people decided."""
    return local(now()).date()


def business_now() -> dt.datetime:
    """`today()` with the real time of day, aware, UTC: what a business record is stamped with."""
    return dt.datetime.combine(today(), now().astimezone(HOME).time(), HOME).astimezone(dt.UTC)


def local(moment: dt.datetime) -> dt.datetime:
    """A stored moment as people here read it."""
    return moment.astimezone(HOME)


def start_of(day: dt.date) -> dt.datetime:
    """The first moment of a day here, UTC."""
    return dt.datetime.combine(day, dt.time(), HOME).astimezone(dt.UTC)
