"""Reading the table of holidays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from flask import g

from crm.db import db

from .models import Holiday
from .workdays import WorkCalendar


def calendar() -> WorkCalendar:
    """The days as they stand, read once for a request or a job: some thirty rows a year."""
    if "work_calendar" not in g:
        rows = db.session.execute(sa.select(Holiday.day, Holiday.works)).all()
        g.work_calendar = WorkCalendar(
            off=frozenset(day for day, works in rows if not works),
            on=frozenset(day for day, works in rows if works),
        )
    return g.work_calendar  # type: ignore[no-any-return]


def forget() -> None:
    """The table has changed: read it anew."""
    g.pop("work_calendar", None)


def of_year(year: int) -> Sequence[Holiday]:
    days = sa.and_(Holiday.day >= dt.date(year, 1, 1), Holiday.day <= dt.date(year, 12, 31))
    return db.session.scalars(sa.select(Holiday).where(days).order_by(Holiday.day)).all()


def years() -> list[int]:
    """Those that have a table."""
    return sorted({day.year for day in db.session.scalars(sa.select(Holiday.day))})
