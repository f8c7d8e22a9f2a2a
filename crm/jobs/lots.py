"""Work lot by lot, each a transaction, beside people who write: how many go into one, and when others get in."""

from __future__ import annotations

import time

from crm.db import db


class Lots:
    """`many` is what fits into the next, by how long others had to wait for the last: beside a busy web the same
    work takes several times as long.

    lots.begin()          others wait from now on
    …                     up to lots.many of something, and the commit
    lots.end()
    """

    def __init__(self, most: int, longest_s: float, *, least: int = 10) -> None:
        """`least`: fewer cost more for the commit than for the work, and would never come to an end. The first lot is
        a quarter of the most: how long one takes is not known yet."""
        self.most, self.longest_s = most, longest_s
        self.least = min(most, max(least, most // 10))
        self.many = max(self.least, most // 4)
        self._began = time.monotonic()

    def begin(self) -> None:
        """On SQLite this waits for the write lock; that others were slow is not counted."""
        db.session.connection()
        self._began = time.monotonic()

    def end(self) -> None:
        worked = time.monotonic() - self._began
        fits = int(self.many * self.longest_s / max(worked, 0.001))
        self.many = max(self.least, min(self.most, fits, self.many * 2))
        if db.engine.dialect.name == "sqlite":
            # It lets in whoever happens to ask while nobody writes: without a pause that would be us each time.
            time.sleep(min(0.1, max(0.005, worked / 4)))
