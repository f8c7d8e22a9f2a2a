"""Reading what is typed: figures of whole months, and the indicators a district has set for itself."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from crm.contacts import queries as contacts
from crm.db import db
from crm.org import settings
from crm.org.guard import reaches, within
from crm.org.models import Unit, User
from crm.org.permissions import Permission as P

from .models import HOUSE_NAMES, OwnIndicator, TypedValue
from .progress import Window

NOUN = "typed_value"
MOST_OWN = 200

Targets = Mapping[str, Mapping[int | None, Decimal]]

TARGETS: list[Callable[[Window], Targets]] = []
"""What an upper floor knows of targets for a period: {indicator: {unit, or None for the whole: target}}."""


def visible_to(user: User) -> sa.Select[TypedValue]:
    """Figures of the district are for everybody who may see indicators; those of a unit for those who see it."""
    mine = within(
        user.scope_of(P.INDICATOR_VIEW), user, units=[TypedValue.unit_id], owners=[TypedValue.typed_by_id]
    )
    if not user.may(P.INDICATOR_VIEW):
        return sa.select(TypedValue).where(sa.false())
    return sa.select(TypedValue).where(sa.or_(TypedValue.unit_id.is_(None), mine))


def with_names(rows: sa.Select[Any]) -> sa.Select[Any]:
    return rows.options(
        joinedload(TypedValue.unit), joinedload(TypedValue.own_indicator), selectinload(TypedValue.typed_by)
    )


def owns() -> Sequence[OwnIndicator]:
    rows = sa.select(OwnIndicator).options(joinedload(OwnIndicator.unit)).order_by(OwnIndicator.id)
    return db.session.scalars(rows.limit(MOST_OWN)).all()


def own(key: str) -> OwnIndicator | None:
    """By its key in the catalogue, own-3."""
    text = key.removeprefix("own-")
    if not key.startswith("own-") or not (text.isascii() and text.isdecimal() and len(text) < 10):
        return None
    return db.session.get(OwnIndicator, int(text))


def office_id() -> int | None:
    """统计部门: who types the house's own typed indicators."""
    return db.session.scalar(sa.select(Unit.id).filter_by(name=settings.get("indicator.office"), active=True))


def may_define(user: User, one: OwnIndicator | None = None) -> bool:
    units = [one.unit_id] if one else [user.unit_id]
    return reaches(user.scope_of(P.INDICATOR_TYPE), user, units=units)


def may_type(user: User, key: str, unit_id: int | None = None) -> bool:
    """The office; of an indicator of one's own the unit that it names, and each unit its own figures."""
    mine = own(key)
    if mine is None and key not in HOUSE_NAMES:
        return False
    return reaches(
        user.scope_of(P.INDICATOR_TYPE), user, units=[mine.unit_id if mine else office_id(), unit_id]
    )


def overlapping(key: str, unit_id: int | None, window: Window, but: int | None = None) -> TypedValue | None:
    """Another figure of the same months: no month counts twice."""
    rows = sa.select(TypedValue).where(
        TypedValue.indicator == key,
        TypedValue.unit_id.is_(None) if unit_id is None else TypedValue.unit_id == unit_id,
        TypedValue.first_on <= window.last,
        TypedValue.last_on >= window.first,
        TypedValue.id != (but or 0),
    )
    return db.session.scalar(rows.order_by(TypedValue.first_on).limit(1))


def known_through(key: str, window: Window) -> dt.date | None:
    """The last day within a window that a figure has been typed for."""
    rows = sa.select(sa.func.max(TypedValue.last_on)).where(
        TypedValue.indicator == key, TypedValue.first_on >= window.first, TypedValue.last_on <= window.last
    )
    return db.session.scalar(rows)


def margin() -> int:
    """How many points behind the time are let pass as 略慢."""
    return int(settings.get("target.margin"))


def all_targets(period: Window) -> dict[str, dict[int | None, Decimal]]:
    """{indicator: {unit, or None for the whole: its target}}, of those that were set for just this period."""
    found: dict[str, dict[int | None, Decimal]] = {}
    for source in TARGETS:
        for key, targets in source(period).items():
            found.setdefault(key, {}).update(targets)
    return found


def targets_of(key: str, period: Window) -> dict[int | None, Decimal]:
    """The same of one indicator; empty where nobody has set any."""
    return all_targets(period).get(key, {})


@dataclass(frozen=True)
class Typed:
    """What was typed of one indicator for some months by one unit, or (None) for the district."""

    unit_id: int | None
    window: Window
    rows: int
    total: Decimal


def typed_since(user: User, since: dt.date) -> dict[str, list[Typed]]:
    """{indicator: its figures since a day}, all of them by one statement: a page of all indicators asks no more for
    more of them."""
    months = (TypedValue.indicator, TypedValue.unit_id, TypedValue.first_on, TypedValue.last_on)
    rows = (
        visible_to(user)
        .where(TypedValue.first_on >= since)
        .with_only_columns(*months, sa.func.count(), sa.func.sum(TypedValue.amount))
        .group_by(*months)
    )
    found: dict[str, list[Typed]] = defaultdict(list)
    for key, unit_id, first, last, number, total in db.session.execute(rows):
        found[key].append(Typed(unit_id, Window(first, last), number, Decimal(total)))
    return found


def known_of(typed: Sequence[Typed], period: Window) -> dt.date | None:
    """known_through, with what was read already."""
    inside = [
        one.window.last
        for one in typed
        if period.first <= one.window.first and one.window.last <= period.last
    ]
    return max(inside, default=None)


SOURCE = contacts.LatestSource(
    NOUN, TypedValue, lambda user: visible_to(user), TypedValue.first_on,
    (joinedload(TypedValue.unit), joinedload(TypedValue.own_indicator)),
)  # fmt: skip
