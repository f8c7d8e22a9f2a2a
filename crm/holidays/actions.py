"""Bringing in a table of holidays, and taking single days out again."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from crm.audit.trail import Actor, record
from crm.db import db
from crm.lib.words import _

from . import queries
from .models import Holiday
from .reading import Day


def bring_in(days: Sequence[Day], *, actor: Actor) -> int:
    """Put the days into the table; what it said about them before is replaced. Answers how many have changed."""
    there = {
        one.day: one
        for one in db.session.scalars(sa.select(Holiday).where(Holiday.day.in_([d.day for d in days])))
    }
    changed = 0
    for one in days:
        old = there.get(one.day)
        if old and (old.works, old.name) == (one.works, one.name):
            continue
        if old is None:
            db.session.add(Holiday(day=one.day, works=one.works, name=one.name))
        else:
            old.works, old.name = one.works, one.name
        changed += 1
    if changed:
        first, last = min(d.day for d in days), max(d.day for d in days)
        record(
            "holiday.brought_in",
            actor=actor,
            noun="holiday",
            name=f"{first} – {last}",
            note=_("导入 %(n)s 天", n=changed),
        )
    db.session.flush()
    queries.forget()
    return changed


def drop(holiday: Holiday, *, actor: Actor) -> None:
    """The day is again what its place in the week says."""
    record("holiday.dropped", holiday, actor=actor, name=f"{holiday.day} {holiday.name}".strip())
    db.session.delete(holiday)
    db.session.flush()
    queries.forget()
