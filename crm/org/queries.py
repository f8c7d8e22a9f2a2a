"""Reading units, people and the trail."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from flask import g, has_request_context

from crm.audit.models import Event
from crm.db import db
from crm.lib import texts
from crm.lib.words import listed

from . import settings
from .district_map import PLACES
from .models import Unit, User
from .permissions import Permission, Role, Scope

BY_KIND = (Unit.kind, Unit.code, Unit.id)
BY_UNIT = (User.unit_id, User.name, User.id)
NEWEST = (Event.at.desc(), Event.id.desc())


Choices = list[tuple[int, str]]


def _asked_once(key: str, ask: Callable[[], Choices]) -> Choices:
    """Each filter of each list that a page counts asks whom it may be narrowed to: a request asks the base once. (One
    that changes units or people answers with a redirect, and the next asks anew.)"""
    if not has_request_context():
        return ask()
    if key not in (kept := g.setdefault("choices", {})):
        kept[key] = ask()
    return list(kept[key])


def units(*, only_active: bool = True) -> list[Unit]:
    rows = sa.select(Unit).order_by(*BY_KIND)
    return list(db.session.scalars(rows.where(Unit.active) if only_active else rows))


def pieces_of_land() -> list[Unit]:
    """Those that are a tile of the district's map."""
    return [unit for unit in units() if unit.kind in PLACES]


def unit_choices(*, only_active: bool = True) -> list[tuple[int, str]]:
    return _asked_once(
        f"units {only_active}", lambda: [(unit.id, unit.name) for unit in units(only_active=only_active)]
    )


def people(*, only_active: bool = True) -> sa.Select[User]:
    rows = sa.select(User).order_by(*BY_UNIT)
    return rows.where(User.active) if only_active else rows


def reader() -> User | None:
    """Whose eyes the house looks with where the whole district must be seen, whoever presses the button."""
    rows = people().where(User.role == Role.ADMINISTRATOR).order_by(None)
    return db.session.scalar(rows.order_by(User.id).limit(1))


def offices(setting: str) -> list[str]:
    """The units that a setting names as those whose business something is."""
    return texts.apart(str(settings.get(setting)))


def is_business_of(user: User, right: Permission, setting: str) -> bool:
    """Whoever has the right over the whole district; of one's own unit those whose unit is such an office."""
    scope = user.scope_of(right)
    return scope is Scope.DISTRICT or (scope is not None and user.unit.name in offices(setting))


def colleague_choices(user: User, permission: Permission) -> list[tuple[int, str]]:
    """Whom a record may be given to: the unit's own people, or everybody's for a right over the district."""
    rows = people().where(User.role.in_([Role.PROMOTER, Role.MANAGER, Role.ADMINISTRATOR]))
    unit_id = None if user.scope_of(permission) is Scope.DISTRICT else user.unit_id
    if unit_id:
        rows = rows.where(User.unit_id == unit_id)
    return _asked_once(
        f"colleagues {unit_id}",
        lambda: [(one.id, f"{one.name}（{one.unit.name}）") for one in db.session.scalars(rows)],
    )


def leader_choices() -> list[tuple[int, str]]:
    rows = people().where(User.role == Role.LEADER).order_by(None).order_by(User.id)
    return _asked_once("leaders", lambda: [(one.id, one.name) for one in db.session.scalars(rows)])


ASKED = (
    Role.MANAGER,
    Role.PROMOTER,
)  # of a unit: its heads; where there is none, those who follow its records


def whom_to_ask(unit_ids: Iterable[int | None], *, deciding: bool = False) -> dict[int | None, str]:
    """Who can tell of a unit's records: its heads, else its promoters, else the administrators of the district.
    `deciding`: who may also decide about them, which promoters may not. One statement."""
    wanted, roles = {unit_id for unit_id in unit_ids if unit_id}, ASKED[:1] if deciding else ASKED
    theirs = sa.and_(User.role.in_(roles), User.unit_id.in_(wanted))
    rows = people().where(sa.or_(theirs, User.role == Role.ADMINISTRATOR)).order_by(None)
    asked = rows.with_only_columns(User.role, User.unit_id, User.name).order_by(User.name, User.id)
    names: dict[tuple[int | None, Role], list[str]] = defaultdict(list)
    for role, unit_id, name in db.session.execute(asked):
        names[None if role is Role.ADMINISTRATOR else unit_id, role].append(name)
    everywhere = names[None, Role.ADMINISTRATOR]
    return {None: listed(everywhere[:3])} | {
        unit_id: listed(next((found for role in roles if (found := names[unit_id, role])), everywhere)[:3])
        for unit_id in wanted
    }


def nobody_yet() -> bool:
    """No account at all: the house waits for its first administrator."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(User)) == 0


def events_asked(args: Mapping[str, str]) -> dict[str, Any]:
    """What the address of the trail narrows it to."""
    wanted: dict[str, Any] = {name: texts.clean_line(args.get(name)) for name in ("verb", "actor", "noun")}
    record_id = args.get("record_id", "")
    wanted["record_id"] = int(record_id) if record_id.isdecimal() and len(record_id) < 10 else None
    return wanted


def event_is(name: str, value: Any) -> sa.ColumnElement[bool]:
    if name == "verb":
        return Event.verb.startswith(value, autoescape=True)
    return {"actor": Event.actor_name, "noun": Event.noun, "record_id": Event.record_id}[name] == value


def events(**wanted: Any) -> sa.Select[Event]:
    """The trail, newest first; every argument that is set narrows it."""
    rows = sa.select(Event).order_by(*NEWEST)
    return rows.where(*(event_is(name, value) for name, value in wanted.items() if value))
