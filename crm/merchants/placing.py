"""Who decides about a pair: whoever holds both of its records, that is, follows or first reported each of them.

A unit that has only one of the two may not see the other, so it cannot judge; a pair that no unit holds both
sides of waits for those whose right reaches the whole district. Where one person holds both, they are his own
double entries, and he need not wait for his head. So what a queue counts is what its people can decide. Unit and
person are kept in `suspect.unit_id` and `suspect.user_id`: a queue of fifty thousand pairs is read from an index
and not by asking after both records of each.

No verb has to remember it: rows that are put in by statement ask `holders_of`, of all else the session tells,
be it a new pair or a record that others follow now. `place` sets it anew for what went past both; each scan does
for the records it looks at.
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


HOLDERS = {  # column of a pair -> the columns of a record that make somebody its holder
    "unit_id": ("follow_unit_id", "first_report_unit_id"),
    "user_id": ("follow_user_id", "first_report_user_id"),
}


def holder(a: Any, b: Any, column: str) -> Any:
    """Who holds two records (or aliases of their tables), as an expression; NULL when nobody holds both."""
    shared = [getattr(b, one) for one in HOLDERS[column]]
    return sa.case(*((getattr(a, one).in_(shared), getattr(a, one)) for one in HOLDERS[column]))


def place(noun: str, record_ids: Sequence[int] | None = None) -> int:
    """Set who decides about the pairs of these records (None: of all); how many were wrong."""
    model = MODELS[noun]
    a, b = orm.aliased(model), orm.aliased(model)
    pairs: Any = Suspect.__table__
    right = {
        column: sa.select(holder(a, b, column))
        .where(a.id == pairs.c.a_id, b.id == pairs.c.b_id)
        .correlate(pairs)
        .scalar_subquery()
        for column in HOLDERS
    }
    wrong = sa.or_(*(pairs.c[column].is_distinct_from(who) for column, who in right.items()))
    stale = sa.update(pairs).where(pairs.c.noun == noun, wrong).values(right)
    connection = db.session.connection()
    if record_ids is None:
        return connection.execute(stale).rowcount
    changed = 0
    for ids in _lots(record_ids):
        here = sa.or_(pairs.c.a_id.in_(ids), pairs.c.b_id.in_(ids))
        changed += connection.execute(stale.where(here)).rowcount
    return changed


def holders_of(
    noun: str, pairs: Sequence[tuple[int, int]], connection: sa.Connection | None = None
) -> dict[tuple[int, int], dict[str, int | None]]:
    """{column: who decides} of each of these pairs, as the records stand: a statement for each LOT of records."""
    connection = connection or db.session.connection()
    model, rows = MODELS[noun], {}
    wanted = [getattr(model, one) for columns in HOLDERS.values() for one in columns]
    for ids in _lots(sorted({record_id for pair in pairs for record_id in pair})):
        for row in connection.execute(sa.select(model.id, *wanted).where(model.id.in_(ids))):
            rows[row.id] = row
    return {(a, b): {column: _held(rows.get(a), rows.get(b), column) for column in HOLDERS} for a, b in pairs}


def _held(a: Any, b: Any, column: str) -> int | None:
    """The same as `holder`, of two rows in hand."""
    mine, theirs = ([getattr(row, one, None) for one in HOLDERS[column]] for row in (a, b))
    return next((one for one in mine if one is not None and one in theirs), None)


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
        held = holders_of(noun, [(one.a_id, one.b_id) for one in pairs], session.connection())
        for one in pairs:
            for column, who in held[one.a_id, one.b_id].items():
                setattr(one, column, who)


@sa.event.listens_for(orm.Session, "after_flush")
def _place_pairs_of_what_moved(session: orm.Session, _context: Any) -> None:
    """A record that others follow now takes its pairs along."""
    for noun, model in MODELS.items():
        moved = [one.id for one in session.dirty if isinstance(one, model) and _changed_hands(one)]
        if moved:
            place(noun, moved)


def _changed_hands(record: Any) -> bool:
    attrs = sa.inspect(record).attrs
    return attrs.follow_unit_id.history.has_changes() or attrs.follow_user_id.history.has_changes()


def _lots(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for at in range(0, len(ids), LOT):
        yield ids[at : at + LOT]
