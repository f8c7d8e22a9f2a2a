"""The verbs of standards. What was decided by one keeps what it said then."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from crm.audit.trail import Actor, record, recording
from crm.db import db
from crm.lib.errors import Refused
from crm.lib.words import _

from ..models import EntryStandard

FACTS = (
    "year", "direction", "place_id", "intensity", "output", "tax", "energy", "emission", "limits", "document_no",
)  # fmt: skip


def set_standard(data: dict[str, Any], *, actor: Actor) -> EntryStandard:
    standard = EntryStandard()
    _fill(standard, data)
    db.session.add(standard)
    with recording("entry_standard.set", standard, actor=actor):
        db.session.flush()
    return standard


def edit(standard: EntryStandard, data: dict[str, Any], *, actor: Actor) -> None:
    with recording("entry_standard.edited", standard, actor=actor):
        _fill(standard, data)


def drop(standard: EntryStandard, *, actor: Actor) -> None:
    record("entry_standard.dropped", standard, actor=actor, note=standard.name)
    db.session.delete(standard)
    db.session.flush()


def _fill(standard: EntryStandard, data: dict[str, Any]) -> None:
    place, direction = data.get("place_id"), data.get("direction")
    twin = sa.select(EntryStandard.id).where(
        EntryStandard.year == data["year"],
        EntryStandard.direction == direction if direction else EntryStandard.direction.is_(None),
        EntryStandard.place_id == place if place else EntryStandard.place_id.is_(None),
        EntryStandard.id != (standard.id or 0),
    )
    with db.session.no_autoflush:
        if db.session.scalar(twin.limit(1)):
            raise Refused(_("同一年度、行业和平台已经有一条标准，请直接修改那一条"), "year")
    for name in FACTS:
        setattr(standard, name, data.get(name))
