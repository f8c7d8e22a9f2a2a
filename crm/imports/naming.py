"""The records that the cells of other nouns name: firms, deals and colleagues, as far as the importer may know them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from crm.db import db
from crm.deals import queries as deals
from crm.deals.models import Deal
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.merchants import identity
from crm.merchants import queries as merchants
from crm.merchants.models import Enterprise, Suspect
from crm.org import queries as org
from crm.org.models import User
from crm.org.permissions import Permission, Scope
from crm.search import index

from .reading import Read

__all__ = [
    "QUIETLY", "Refused", "colleagues", "deals_named", "drop_suspects", "enterprises", "removal", "unit_of",
    "units",
]  # fmt: skip
CHUNK = 300
MOST = 25  # records of the base that are looked at for one row
QUIETLY = {"synchronize_session": False}


def enterprises(names: Iterable[str], user: User) -> dict[str, Enterprise]:
    """By their full names; a name that several bear names none of them."""
    return _one_each(merchants.visible_to(user), Enterprise.name, names)


def deals_named(names: Iterable[str], user: User) -> dict[str, Deal]:
    return _one_each(deals.visible_to(user), Deal.name, names)


def _one_each(rows: sa.Select[Any], column: Any, names: Iterable[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    twice: set[str] = set()
    for some in identity.chunks(sorted(set(names) - {""}), CHUNK):
        for one in db.session.scalars(rows.where(column.in_(some)).order_by(None)).unique():
            twice |= {one.name} & found.keys()
            found[one.name] = one
    return {name: one for name, one in found.items() if name not in twice}


def units() -> dict[str, int]:
    """All of them by their names, asked once for a list."""
    return {name: id for id, name in org.unit_choices()}


def unit_of(
    one: Read, known: Mapping[str, int], actor: User, permission: Permission, not_yours: str
) -> int | None:
    """The unit that the cell `unit` names, of those `known`; left blank it is the importer's own. Another's is refused
    with `not_yours` unless the right reaches the whole district."""
    name = one.line("unit")
    unit_id = known.get(name) if name else actor.unit_id
    if unit_id is None:
        one.fault("unit", _("没有“%(name)s”这个单位", name=name[:30]))
    elif unit_id != actor.unit_id and actor.scope_of(permission) is not Scope.DISTRICT:
        one.fault("unit", not_yours)
    return unit_id


def colleagues(names: Iterable[str], user: User) -> dict[str, User]:
    """Accounts by the names of people, also closed ones: of my unit, and of all where my right reaches so far."""
    found: dict[str, User] = {}
    rows = sa.select(User)
    if user.scope_of(Permission.CONTACT_LOG) is not Scope.DISTRICT:
        rows = rows.where(User.unit_id == user.unit_id)
    for some in identity.chunks(sorted(set(names) - {""}), CHUNK):
        for one in db.session.scalars(rows.where(User.name.in_(some)).order_by(User.active, User.id.desc())):
            found[one.name] = one
    return found


def drop_suspects(noun: str, ids: Sequence[int]) -> None:
    alike = sa.or_(Suspect.a_id.in_(ids), Suspect.b_id.in_(ids))
    db.session.execute(sa.delete(Suspect).where(Suspect.noun == noun, alike), execution_options=QUIETLY)


def removal(model: Any) -> Callable[[Sequence[int], Mapping[int, dict[str, Any]], Any, User], None]:
    """How the records of a noun that an import made are taken away again: with their entries in the search index,
    and whatever goes with them by the database's own rules."""

    def remove(ids: Sequence[int], _effects: Mapping[int, dict[str, Any]], _batch: Any, _actor: User) -> None:
        index.remove(model.__tablename__, ids)
        db.session.execute(sa.delete(model).where(model.id.in_(ids)), execution_options=QUIETLY)
        db.session.expire_all()

    return remove
