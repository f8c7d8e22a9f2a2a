"""「事后要加强对建成投产项目的复核验收」: one, two and three years after production began."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

TIMES = (1, 2, 3)


def due_on(produced_on: dt.date, number: int) -> dt.date:
    """So many years on; what began on a 29 February is due on 1 March."""
    year = produced_on.year + number
    try:
        return produced_on.replace(year=year)
    except ValueError:
        return dt.date(year, 3, 1)


def begun_by(today: dt.date, number: int) -> dt.date:
    """The last day on which production may have begun for its n-th recheck to be due today: due_on turned round."""
    year = today.year - number
    try:
        return today.replace(year=year)
    except ValueError:
        return dt.date(year, 2, 28)


def next_number(done: Collection[int]) -> int | None:
    """The first that was not done; None after all three."""
    return next((number for number in TIMES if number not in done), None)
