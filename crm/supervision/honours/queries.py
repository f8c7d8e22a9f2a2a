"""Reading honours: whoever may look at supervision sees all of them, they are there to be seen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from crm.contacts import queries as contacts
from crm.db import db
from crm.indicators import catalogue, counting
from crm.indicators.catalogue import Indicator
from crm.indicators.progress import Window
from crm.lib import clock
from crm.org import queries as org
from crm.org.models import Unit, User
from crm.org.permissions import Permission as P
from crm.supervision import queries as supervision

from .models import Honour, HonourKind

NOUN = Honour.__tablename__


def visible_to(user: User) -> sa.Select[Any]:
    rows = sa.select(Honour)
    return rows if user.may(P.SUPERVISION_VIEW) else rows.where(sa.false())


def may_run(user: User, honour: Honour) -> bool:
    """Nobody commends himself or his own unit."""
    return supervision.runs(user) and user.unit_id != honour.unit_id


def with_names(rows: sa.Select[Any]) -> sa.Select[Any]:
    return rows.options(joinedload(Honour.unit), selectinload(Honour.person))


def of(user: User, *, person: User | None = None, unit: Unit | None = None) -> Sequence[Honour]:
    """Those of a person, or of a unit and its people, that were not taken back."""
    whose = Honour.person_id == person.id if person else Honour.unit_id == (unit.id if unit else 0)
    rows = with_names(visible_to(user).where(whose, Honour.revoked_on.is_(None)))
    return db.session.scalars(rows.order_by(Honour.granted_on.desc(), Honour.id.desc()).limit(50)).all()


def same(kind: HonourKind, title: str, year: int, unit_id: int, person_id: int | None) -> Honour | None:
    rows = sa.select(Honour).where(
        Honour.kind == kind, Honour.title == title, Honour.year == year, Honour.unit_id == unit_id,
        Honour.person_id.is_(None) if person_id is None else Honour.person_id == person_id,
        Honour.revoked_on.is_(None),
    )  # fmt: skip
    return db.session.scalar(rows.limit(1))


def indicators() -> list[Indicator]:
    """Those that are counted from records of a unit; not what is typed, which is nobody's work."""
    return [one for one in catalogue.CATALOGUE.values() if not one.typed and one.by_unit]


def figure(one: Indicator, year: int, unit_id: int, person_id: int | None, until: dt.date) -> dict[str, str]:
    """What somebody has brought in a year, up to a day: the figure and the filter it was counted by."""
    eyes = org.reader()
    if eyes is None:
        return {}
    whole = one.of_year(year)
    window = Window(whole.first, min(whole.last, until)) if one.days else whole
    value = counting.count(one, eyes, window, None if person_id else unit_id, person_id).value
    return {
        "indicator": one.key, "value": str(value), "measure": one.measure.value, "unit_word": one.unit_word,
        "first": window.first.isoformat(), "last": window.last.isoformat(), "day": min(until, clock.today()).isoformat(),
    }  # fmt: skip


def years() -> list[int]:
    return sorted({*db.session.scalars(sa.select(Honour.year).distinct()), clock.today().year}, reverse=True)


SOURCE = contacts.Source(
    NOUN, Honour, lambda user: visible_to(user), Honour.title, (joinedload(Honour.unit), selectinload(Honour.person))
)  # fmt: skip
