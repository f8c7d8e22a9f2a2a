"""The records that the cells of other nouns name: firms, deals and colleagues, as far as the importer may know them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from crm.db import db
from crm.deals import queries as deals
from crm.deals.models import Deal
from crm.lib.errors import Refused
from crm.merchants import identity
from crm.merchants import queries as merchants
from crm.merchants.models import Enterprise, Suspect
from crm.org.models import User
from crm.org.permissions import Permission, Scope
from crm.search import index

__all__ = ["QUIETLY", "Refused", "colleagues", "deals_named", "drop_suspects", "enterprises", "removal"]
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
