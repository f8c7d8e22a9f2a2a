"""Keeps the table of how each deal stood, whatever changes a deal: verbs, contacts, lists that come in, undoing.

It listens to the session, so that nobody has to remember it: which deals were touched is noted at each flush and at
each UPDATE; before the commit their rows are compared with their last span and the difference is written.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from crm.db import db
from crm.lib import clock

from . import spans
from .models import Deal, DealSpan
from .stages import DealState

TOUCHED = "deals touched"
AT_ONCE = 500
SAME = (
    "stage", "stage_since", "state", "unit_id", "owner_id", "sponsor_id", "direction", "planned_wan", "agreed_wan",
    "signed_on", "next_step", "next_due_on",
)  # fmt: skip
"""Facts of a span that are columns of the deal as they stand; the day of the last contact comes besides."""


def watch() -> None:
    """Begin to listen; twice is once."""
    for event, heard in (
        ("after_flush", _flushed),
        ("do_orm_execute", _executed),
        ("before_commit", _settle),
    ):
        if not sa.event.contains(orm.Session, event, heard):
            sa.event.listen(orm.Session, event, heard)


def fill_gaps() -> int:
    """Spans for deals that have none, after rows were written past the session. Answers how many deals."""
    rows = sa.select(Deal.id).where(~sa.exists().where(DealSpan.deal_id == Deal.id)).order_by(Deal.id)
    ids = db.session.scalars(rows).all()
    write(db.session(), ids)
    return len(ids)


def write(session: orm.Session, ids: Iterable[int]) -> None:
    """Bring the spans of these deals up to what their rows say."""
    today = clock.today()
    columns = [getattr(Deal, name) for name in SAME]
    wanted = sorted(ids)
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        known: dict[int, dict[Any, DealSpan]] = {}
        rows = sa.select(DealSpan).where(DealSpan.deal_id.in_(some))
        for span in session.scalars(rows.order_by(DealSpan.deal_id, DealSpan.from_on)):
            known.setdefault(span.deal_id, {})[span.from_on] = span
        asked = sa.select(Deal.id, Deal.state_since, Deal.last_contact_at, *columns).where(Deal.id.in_(some))
        for row in session.execute(asked):
            facts = {name: getattr(row, name) for name in SAME}
            last = row.last_contact_at
            facts["last_contact_on"] = clock.local(last).date() if last else None
            old = known.get(row.id, {})
            if old:
                before = [(day, {name: getattr(span, name) for name in facts}) for day, span in old.items()]
                said = spans.changes(before[-1][1], facts, state_since=row.state_since, today=today)
                days = spans.revised(before, said) if said else before
            else:
                days = spans.first(facts, state_since=row.state_since, moving=DealState.ACTIVE, today=today)
            if not old or days != before:
                _put(session, row.id, old, days)


def _put(session: orm.Session, deal_id: int, old: dict[Any, DealSpan], days: spans.Days) -> None:
    ends = [day for day, _facts in days[1:]] + [spans.FOREVER]
    for (day, facts), until_on in zip(days, ends, strict=True):
        span = old.get(day)
        if span is None:
            session.add(DealSpan(deal_id=deal_id, from_on=day, until_on=until_on, **facts))
            continue
        for name, value in {**facts, "until_on": until_on}.items():
            if getattr(span, name) != value:
                setattr(span, name, value)
    kept = {day for day, _facts in days}
    for day, span in old.items():
        if day not in kept:
            session.delete(span)


def _flushed(session: orm.Session, _context: Any) -> None:
    ids = {one.id for one in (*session.new, *session.dirty) if isinstance(one, Deal)}
    if ids:
        session.info.setdefault(TOUCHED, set()).update(ids)


def _executed(state: orm.ORMExecuteState) -> None:
    """UPDATE statements go past the objects: ask which rows they mean before they are carried out."""
    if not state.is_update:
        return
    statement: Any = state.statement
    if getattr(statement, "entity_description", {}).get("entity") is not Deal:
        return
    if isinstance(state.parameters, list):
        ids = {row["id"] for row in state.parameters if "id" in row}
    else:
        ids = set(state.session.scalars(sa.select(Deal.id).where(*statement._where_criteria)))
    state.session.info.setdefault(TOUCHED, set()).update(ids)


def _settle(session: orm.Session) -> None:
    if not session.info.get(TOUCHED):
        return
    session.flush()
    write(session, session.info.pop(TOUCHED))
