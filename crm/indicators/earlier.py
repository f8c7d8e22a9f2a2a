"""Whether there is anything to compare with: before a house kept records its figures are not 0, they are not known."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Sequence

import sqlalchemy as sa
from flask import g, has_request_context
from werkzeug.datastructures import MultiDict

from crm.db import db
from crm.lists.asked import asked_for
from crm.org.models import User

from .catalogue import Indicator
from .progress import Window

LONG_AGO = dt.date(1990, 1, 1)


def recorded_by(one: Indicator, user: User, day: dt.date) -> bool:
    """Whether the indicator's list had anything at all up to a day, whoever's it is and whatever became of it: then a 0
    up to that day is a figure. Indicators of one list share the answer within a request."""
    kept = g.setdefault("recorded_by", {}) if has_request_context() else {}
    key = (one.page.name, one.days or one.year, day)
    if key not in kept:
        pairs = [pair for pair in one.pairs(Window(LONG_AGO, day)) if pair not in one.fixed]
        asked = asked_for(one.page, user, MultiDict(pairs))
        there = sa.select(one.page.key).where(*(each.where for each in asked)).exists()
        kept[key] = bool(db.session.scalar(sa.select(there)))
    known: bool = kept[key]
    return known


def unknown(one: Indicator, user: User, periods: Sequence[Window], has_any: Sequence[bool]) -> int:
    """How many of these periods, which follow one another, ended before anything was recorded. `has_any` says of each
    whether it has rows: nothing is asked up to where that tells. Of what is typed each figure tells by itself."""
    first = next((at for at, has in enumerate(has_any) if has), len(periods))
    if one.typed or not first or recorded_by(one, user, periods[0].last):
        return 0
    if not recorded_by(one, user, periods[first - 1].last):
        return first
    return bisect_left(range(first), True, key=lambda at: recorded_by(one, user, periods[at].last))
