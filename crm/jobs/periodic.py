"""What recurs: each line says when, in the hours of this place, and which verb; its last run stands in a row.

The row is the lock too. Whoever is first to write the minute down runs it: several workers, and a queue in which
the same line has piled up behind long work, do it once.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app
from huey import crontab
from sqlalchemy.dialects import postgresql, sqlite

from crm.db import db
from crm.lib import clock
from crm.lib.words import N_, _

from .models import PeriodicRun

log = logging.getLogger(__name__)
MOST_AHEAD = dt.timedelta(days=40)  # as far as the next run is looked for
ABANDONED = dt.timedelta(
    minutes=15
)  # a run that has not ended by then has died: none of the verbs takes long
MINUTE = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class Periodic:
    """One line. `verb` answers how many it dealt with, or nothing; `told` says it in words (a msgid with %(n)s)."""

    name: str
    msgid: str
    when: dict[str, str]
    verb: Callable[[], int | None]
    told: str = N_("做了 %(n)s 件")

    @property
    def label(self) -> str:
        return _(self.msgid)

    @cached_property
    def _matches(self) -> Callable[[dt.datetime], bool]:
        return crontab(**self.when, strict=True)  # type: ignore[no-any-return]

    def is_due(self, moment: dt.datetime) -> bool:
        return self._matches(clock.local(moment))

    def next_after(self, moment: dt.datetime) -> dt.datetime | None:
        """The next minute in which it is due."""
        minute = moment.replace(second=0, microsecond=0)
        for ahead in range(1, MOST_AHEAD // MINUTE):
            if self.is_due(minute + ahead * MINUTE):
                return minute + ahead * MINUTE
        return None

    def said(self, run: PeriodicRun) -> str:
        return _(self.told, n=f"{run.count:,}") if run.count is not None else ""


def init_app(app: Flask, lines: Sequence[Periodic]) -> None:
    """Hand the lines to the queue. Its scheduler reads the clock in UTC; `is_due` reads it as people here do."""
    huey = app.extensions["huey"]
    app.extensions["periodic"] = {line.name: line for line in lines}
    for line in lines:
        huey.periodic_task(_due(line), name=line.name)(_within(app, line.name))
    app.extensions["run_periodic"] = huey.task(name="run_periodic")(
        lambda name: _within(app, name, asked=True)()
    )


def _due(line: Periodic) -> Callable[[dt.datetime], bool]:
    return lambda moment: line.is_due(moment.replace(tzinfo=dt.UTC))


def _within(app: Flask, name: str, *, asked: bool = False) -> Callable[[], None]:
    def run_it() -> None:
        with app.app_context():
            run(name, asked=asked)

    return run_it


def lines() -> dict[str, Periodic]:
    return current_app.extensions["periodic"]  # type: ignore[no-any-return]


def ask(name: str) -> None:
    """Have the queue run it now; for after the commit."""
    current_app.extensions["run_periodic"](name)


def run(name: str, *, asked: bool = False) -> bool:
    """Run a line here and now, unless another worker does or has done so this minute. False: it was not run."""
    now = clock.now()
    minute = now if asked else now.replace(second=0, microsecond=0)
    if not _claimed(name, minute, now):
        return False
    count, failed = None, False
    try:
        count = lines()[name].verb()
    except Exception:
        log.exception("%s failed", name)
        failed = True
    db.session.rollback()
    ours = sa.update(PeriodicRun).where(PeriodicRun.name == name, PeriodicRun.claimed_for == minute)
    db.session.execute(ours.values(ended_at=clock.now(), failed=failed, count=count))
    db.session.commit()
    return True


def done_by_hand(name: str, count: int) -> None:
    """Somebody has done now what the line does, in the transaction that is going on: the line has run. Not while a worker
    is at it, whose row it is."""
    now = clock.now()
    ours = sa.update(PeriodicRun).where(PeriodicRun.name == name, _free(name, now))
    db.session.execute(ours.values(began_at=now, ended_at=now, failed=False, count=count))


def _free(name: str, now: dt.datetime) -> sa.ColumnElement[bool]:
    """Nobody is at it; its row is made where there was none."""
    dialect: Any = sqlite if db.session.get_bind().dialect.name == "sqlite" else postgresql
    row = dialect.insert(PeriodicRun).values(name=name, failed=False)
    db.session.execute(row.on_conflict_do_nothing(index_elements=["name"]))
    return sa.or_(
        PeriodicRun.began_at.is_(None),
        PeriodicRun.ended_at.is_not(None),
        PeriodicRun.began_at < now - ABANDONED,
    )


def _claimed(name: str, minute: dt.datetime, now: dt.datetime) -> bool:
    free = _free(name, now)
    later = sa.or_(PeriodicRun.claimed_for.is_(None), PeriodicRun.claimed_for < minute)
    done: Any = db.session.execute(
        sa.update(PeriodicRun)
        .where(PeriodicRun.name == name, free, later)
        .values(claimed_for=minute, began_at=now, ended_at=None, failed=False, count=None)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
    return bool(done.rowcount)


def is_running(run: PeriodicRun | None) -> bool:
    return bool(run and run.began_at and run.ended_at is None and run.began_at >= clock.now() - ABANDONED)
