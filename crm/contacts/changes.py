"""What the trail keeps of a change, in the words of a page: labels, states, names of people and units."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from crm.audit.models import Event
from crm.db import Model, Wan, db
from crm.org.models import Unit, User

from . import telling


def changes_in_words(
    events: Sequence[Event], say: Callable[[Any], str]
) -> dict[int, list[tuple[str, str, str]]]:
    """{event id: (label, before, after) of each change}, names of people and units looked up once for all."""
    names = {
        **_names(User, events, telling.USERS),
        **_names(Unit, events, telling.UNITS),
    }
    told = {}
    for event in events:
        types = _types_of(event.noun)
        told[event.id] = list(
            telling.told(
                event.noun,
                event.changes,
                lambda key, value, types=types: _value(key, value, types, names, say),
            )
        )
    return told


def _names(model: type[User] | type[Unit], events: Sequence[Event], fields: frozenset[str]) -> dict[Any, str]:
    ids = {
        value
        for event in events
        for key, pair in event.changes.items()
        if key in fields and isinstance(pair, list)
        for value in pair
        if isinstance(value, int)
    }
    if not ids:
        return {}
    rows = db.session.execute(sa.select(model.id, model.name).where(model.id.in_(ids)))
    return {(model, id): name for id, name in rows}


def _types_of(noun: str) -> dict[str, Any]:
    model = next((one.class_ for one in Model.registry.mappers if one.class_.__tablename__ == noun), None)
    return {} if model is None else {
        column.key: column.columns[0].type for column in sa.inspect(model).column_attrs
    }  # fmt: skip


def _value(
    key: str, value: Any, types: dict[str, Any], names: dict[Any, str], say: Callable[[Any], str]
) -> str:
    """A value as the trail keeps it (JSON) in the words of the page."""
    if value in (None, "", []):
        return "—"
    if key in telling.USERS:
        return names.get((User, value), "—")
    if key in telling.UNITS:
        return names.get((Unit, value), "—")
    if key in telling.RECORDS:
        return f"#{value}"
    if key in telling.PRIVATE:
        return telling.masked(value)
    return say(_revived(value, types.get(key)))


def _revived(value: Any, type_: Any) -> Any:
    """JSON back into what the column holds."""
    try:
        if isinstance(type_, Wan):
            return Decimal(value)
        if isinstance(type_, sa.Enum) and type_.enum_class:
            return type_.enum_class(value)
        if isinstance(type_, sa.Date):
            return dt.date.fromisoformat(value)
        if isinstance(type_, sa.TypeDecorator) and isinstance(type_.impl_instance, sa.DateTime):
            return dt.datetime.fromisoformat(value)
    except (ValueError, TypeError, ArithmeticError):  # a state that has been renamed since
        return value
    return value
