"""Which unit decides about a pair: the one that follows, or first reported, both of its records.

A unit that has only one of the two may not see the other, so it cannot judge; a pair that no unit holds both
sides of waits for those whose right reaches the whole district. So each pair waits in one queue, and what a
queue counts is what its people can decide. The unit is kept in `suspect.unit_id`: a queue of fifty thousand
pairs is read from an index and not by asking after both records of each.

No verb has to remember it: rows that are put in by statement ask `units_for`, of all else the session tells,
be it a new pair or a record that another unit follows now. `place` sets it anew for what went past both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from crm.db import db

from .models import Enterprise, Person, Suspect
from .signs import signs_of

MODELS: dict[str, Any] = {"enterprise": Enterprise, "person": Person}
LOT = 400


def decider(a: Any, b: Any) -> Any:
    """The unit of two records (or aliases of their tables) as an expression; NULL when none has both."""
    shared = (b.follow_unit_id, b.first_report_unit_id)
    return sa.case(
        (a.follow_unit_id.in_(shared), a.follow_unit_id),
        (a.first_report_unit_id.in_(shared), a.first_report_unit_id),
    )


def place(noun: str, record_ids: Sequence[int] | None = None) -> int:
    """Set the deciding unit of the pairs of these records (None: of all); how many were wrong."""
    model = MODELS[noun]
    a, b = orm.aliased(model), orm.aliased(model)
    pairs: Any = Suspect.__table__
    right = (
        sa.select(decider(a, b))
        .where(a.id == pairs.c.a_id, b.id == pairs.c.b_id)
        .correlate(pairs)
        .scalar_subquery()
    )
    stale = sa.update(pairs).where(pairs.c.noun == noun, pairs.c.unit_id.is_distinct_from(right))
    connection = db.session.connection()
    if record_ids is None:
        return connection.execute(stale.values(unit_id=right)).rowcount
    changed = 0
    for ids in _lots(record_ids):
        here = sa.or_(pairs.c.a_id.in_(ids), pairs.c.b_id.in_(ids))
        changed += connection.execute(stale.where(here).values(unit_id=right)).rowcount
    return changed


def units_for(
    noun: str, pairs: Sequence[tuple[int, int]], connection: sa.Connection | None = None
) -> dict[tuple[int, int], int | None]:
    """The deciding unit of each of these pairs of records, as the records stand: a statement for each LOT."""
    connection = connection or db.session.connection()
    model, held = MODELS[noun], {}
    for ids in _lots(sorted({record_id for pair in pairs for record_id in pair})):
        rows = sa.select(model.id, model.follow_unit_id, model.first_report_unit_id)
        for record_id, follow, first in connection.execute(rows.where(model.id.in_(ids))):
            held[record_id] = (follow, first)
    return {
        (a, b): next((unit for unit in held.get(a, ()) if unit in held.get(b, ())), None) for a, b in pairs
    }


@sa.event.listens_for(orm.Session, "before_flush")
def _place_new_pairs(session: orm.Session, _context: Any, _instances: Any) -> None:
    fresh = [one for one in session.new if isinstance(one, Suspect)]
    if fresh:
        _place_fresh(session, fresh)
    for one in (*fresh, *(each for each in session.dirty if isinstance(each, Suspect))):
        if sa.inspect(one).attrs.reasons.history.has_changes():
            one.signs = signs_of(one.reasons or ())


def _place_fresh(session: orm.Session, fresh: Iterable[Suspect]) -> None:
    for noun in MODELS:
        pairs = [one for one in fresh if (one.noun or "enterprise") == noun]
        units = units_for(noun, [(one.a_id, one.b_id) for one in pairs], session.connection())
        for one in pairs:
            one.unit_id = units[one.a_id, one.b_id]


@sa.event.listens_for(orm.Session, "after_flush")
def _place_pairs_of_what_moved(session: orm.Session, _context: Any) -> None:
    """A record that another unit follows now takes its pairs along."""
    for noun, model in MODELS.items():
        moved = [
            one.id
            for one in session.dirty
            if isinstance(one, model) and sa.inspect(one).attrs.follow_unit_id.history.has_changes()
        ]
        if moved:
            place(noun, moved)


def _lots(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for at in range(0, len(ids), LOT):
        yield ids[at : at + LOT]
