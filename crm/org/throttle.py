"""How long a name must wait after failed sign-ins.

Counted for (name, address) with a growing wait, and for the name from anywhere with a higher limit, so that
one person's mistakes never lock a neighbour behind the same address out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

FREE_TRIES = 5
FREE_TRIES_ANYWHERE = 20
WINDOW = dt.timedelta(minutes=15)


def wait_until(
    here: Sequence[dt.datetime], anywhere: Sequence[dt.datetime], now: dt.datetime
) -> dt.datetime | None:
    """The moment the next try is open; None when it is open now. Both lists are the failures in WINDOW."""
    moments = [
        max(failures) + pause(len(failures) - free)
        for failures, free in ((here, FREE_TRIES), (anywhere, FREE_TRIES_ANYWHERE))
        if len(failures) >= free
    ]
    latest = max(moments, default=None)
    return latest if latest and latest > now else None


def pause(excess: int) -> dt.timedelta:
    """30 seconds at the limit, doubling with each further failure, never longer than the window."""
    return min(dt.timedelta(seconds=30 * 2 ** min(excess, 10)), WINDOW)
