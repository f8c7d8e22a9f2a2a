"""How an act is recorded.

    with recording("deal.advanced", deal, actor=actor):
        deal.stage = target

Snapshots before and after are compared, not attribute histories: those are emptied by any query that
autoflushes in between. Nothing is written when nothing changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol

from crm.db import db
from crm.lib import clock

from .models import Event

client_address: ContextVar[str] = ContextVar("client_address", default="")
_mark: ContextVar[tuple[dict[str, Any], str]] = ContextVar("mark", default=({}, ""))


@contextmanager
def marking(note: str, **changes: list[Any]) -> Iterator[None]:
    """Whatever is recorded inside says this too: which list a record came with, say. The note is for acts that have
    none of their own."""
    token = _mark.set((changes, note))
    try:
        yield
    finally:
        _mark.reset(token)


class Actor(Protocol):
    """Whoever acts: a user, or the house itself at night."""

    id: int
    name: str


class _House:
    """The house itself: jobs and the command line."""

    id = None
    name = "CRM"


HOUSE: Any = _House()


@contextmanager
def recording(verb: str, subject: Any, *, actor: Actor, note: str = "") -> Iterator[None]:
    """Record what changes on `subject` inside the block, in the same transaction."""
    before = subject.snapshot() if subject.id else {}
    yield
    db.session.flush()
    changes = difference(before, subject.snapshot())
    if changes or note:
        record(verb, subject, actor=actor, changes=changes, note=note)


def record(
    verb: str,
    subject: Any = None,
    *,
    actor: Actor | None,
    changes: dict[str, Any] | None = None,
    note: str = "",
    noun: str = "",
    name: str = "",
) -> Event:
    """Record an act that changes no column of its own: a reveal, an export, a sign-in."""
    marked, why = _mark.get()
    event = Event(
        at=clock.now(),
        actor_id=getattr(actor, "id", None),
        actor_name=getattr(actor, "name", "")[:200],
        verb=verb,
        noun=noun or (subject.__tablename__ if subject is not None else verb.split(".")[0]),
        record_id=subject.id if subject is not None else None,
        record_name=(name or str(getattr(subject, "name", "") or ""))[:400],
        changes={**(changes or {}), **marked},
        note=note or why,
        address=client_address.get(),
    )
    db.session.add(event)
    return event


def difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[Any]]:
    """{field: [before, after]} of what differs; empty values that stay empty are left out."""
    return {
        key: [before.get(key), value]
        for key, value in after.items()
        if before.get(key) != value and (before.get(key) or value)
    }
