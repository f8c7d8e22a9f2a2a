"""Which record of the base a row is, how that record stands, and what its finder may know and do about it.

A row is a record without a doubt when they have the same credit code, or the same full name and no two different
codes, and there is only one such record. Whatever is merely alike goes to people, with score and reasons.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from crm.db import db
from crm.merchants import identity, queries
from crm.merchants.handles import Way
from crm.merchants.models import Enterprise, Handle, Person, Position
from crm.org.models import Unit, User
from crm.org.permissions import Permission
from crm.org.queries import whom_to_ask

from .comparing import There
from .understanding import Merchant

CHUNK = 500


@dataclass(frozen=True)
class Veiled:
    """A record that the importer may not see: that there is one, whose, and whom to ask."""

    unit: str
    ask: str


def exact(merchants: Sequence[Merchant]) -> list[int | None]:
    """For each row the one record it is. Two statements for each 500 rows."""
    codes: dict[str, list[tuple[int, str]]] = defaultdict(list)
    names: dict[str, list[tuple[int, str]]] = defaultdict(list)
    columns = sa.select(Enterprise.id, Enterprise.uscc, Enterprise.name)
    for some in identity.chunks(sorted({one.columns["uscc"] for one in merchants} - {""}), CHUNK):
        for record_id, code, _name in db.session.execute(columns.where(Enterprise.uscc.in_(some))):
            codes[code].append((record_id, code))
    for some in identity.chunks(sorted({one.columns["name"] for one in merchants}), CHUNK):
        for record_id, code, name in db.session.execute(columns.where(Enterprise.name.in_(some))):
            names[name].append((record_id, code))

    def of(merchant: Merchant) -> int | None:
        code = merchant.columns["uscc"]
        if code and (found := codes.get(code)):
            return found[0][0] if len(found) == 1 else None
        same = names.get(merchant.columns["name"], [])
        if len(same) != 1 or (code and same[0][1] and same[0][1] != code):
            return None
        return same[0][0]

    return [of(merchant) for merchant in merchants]


def load(record_ids: Iterable[int], *, lock: bool = False) -> dict[int, Enterprise]:
    """With all that `there` reads: some six statements for each 500."""
    found: dict[int, Enterprise] = {}
    for some in identity.chunks(sorted(set(record_ids)), CHUNK):
        rows = (
            sa.select(Enterprise)
            .where(Enterprise.id.in_(some))
            .options(
                selectinload(Enterprise.handles),
                selectinload(Enterprise.former_names),
                selectinload(Enterprise.positions)
                .selectinload(Position.person)
                .options(selectinload(Person.handles)),
            )
            .order_by(Enterprise.id)
        )
        if lock:
            rows = rows.with_for_update(of=Enterprise).execution_options(populate_existing=True)
        found |= {one.id: one for one in db.session.scalars(rows)}
    return found


def there(enterprise: Enterprise) -> There:
    people = [position.person for position in enterprise.positions]
    owners: list[Any] = [enterprise, *people]
    ways = {_identity(one) for owner in owners for one in owner.handles}
    return There(
        columns={
            column.key: getattr(enterprise, column.key) for column in sa.inspect(Enterprise).column_attrs
        },
        former_names=[former.name for former in enterprise.former_names],
        ways=frozenset(ways),
        people=frozenset(person.name for person in people),
    )


def _identity(handle: Handle) -> tuple[str, str]:
    return Way(handle.kind, handle.value, handle.digits, handle.extension).identity


def seen_by(user: User, record_ids: Iterable[int]) -> set[int]:
    found: set[int] = set()
    for some in identity.chunks(sorted(set(record_ids)), CHUNK):
        mine = queries.visible_to(user).with_only_columns(Enterprise.id).where(Enterprise.id.in_(some))
        found |= set(db.session.scalars(mine.order_by(None)))
    return found


def may_change(user: User, enterprise: Enterprise) -> bool:
    return queries.may(user, Permission.MERCHANT_EDIT, enterprise)


def veiled(record_ids: Iterable[int]) -> dict[int, Veiled]:
    found: dict[int, Veiled] = {}
    for some in identity.chunks(sorted(set(record_ids)), CHUNK):
        rows = sa.select(Enterprise.id, Enterprise.follow_unit_id, Unit.name).join(
            Unit, Enterprise.follow_unit_id == Unit.id
        )
        units = db.session.execute(rows.where(Enterprise.id.in_(some))).all()
        ask = whom_to_ask({unit_id for _id, unit_id, _name in units}) if units else {}
        found |= {one: Veiled(name, ask.get(unit_id, "")) for one, unit_id, name in units}
    return found
