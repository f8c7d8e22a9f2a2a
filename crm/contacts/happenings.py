"""The timeline of a record: talks, stage moves and recorded acts, told as one story."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from crm.audit.models import Event
from crm.db import db
from crm.deals import queries as deals
from crm.deals.models import Deal, Party, StageMove
from crm.files import store
from crm.files.models import StoredFile
from crm.leads import queries as leads
from crm.leads.models import Lead
from crm.lib import clock
from crm.merchants import queries as merchants
from crm.merchants.models import Enterprise, Person
from crm.org.models import User

from . import queries, telling
from .changes import changes_in_words
from .models import ContactLog, contact_person

KINDS = ("logs", "moves", "changes")


@dataclass
class Happening:
    """One thing that happened to a record: a log, a stage move or a recorded event."""

    at: dt.datetime
    kind: str
    record: ContactLog | StageMove | Event
    files: Sequence[StoredFile] = ()
    changes: list[tuple[str, str, str]] = field(default_factory=list)  # label, before, after

    @property
    def order(self) -> tuple[dt.datetime, str, int]:
        return self.at, self.kind, self.record.id


def of(
    user: User,
    subject: queries.Subject,
    *,
    kind: str = "",
    before: dt.datetime | None = None,
    limit: int = 30,
    say: Callable[[Any], str] = str,
) -> tuple[list[Happening], dt.datetime | None]:
    """What happened to `subject`, newest first, and the moment to go on from (None at the end).

    A constant number of statements. `say` puts a stored value into words. Things of the very same moment are
    not torn apart by the end of a page.
    """
    parts = _parts_of(user, subject)
    most = limit + 20
    happened: list[Happening] = []
    if kind in ("", "logs"):
        happened += _logs(user, subject, parts, before, most)
    if kind in ("", "moves"):
        happened += _moves(parts, before, most)
    if kind in ("", "changes"):
        happened += _events(subject, parts, before, most)
    happened.sort(key=lambda one: one.order, reverse=True)
    shown = happened[:limit]
    while len(shown) < len(happened) and happened[len(shown)].at == shown[-1].at:
        shown.append(happened[len(shown)])
    rest = shown[-1].at if len(happened) > len(shown) else None
    _dress(shown, say)
    return shown, rest


@dataclass(frozen=True)
class _Parts:
    """The deals and leads whose story belongs to a record's own."""

    deals: list[int] = field(default_factory=list)
    leads: list[int] = field(default_factory=list)


def _parts_of(user: User, subject: queries.Subject) -> _Parts:
    if isinstance(subject, Deal):
        mine = leads.visible_to(user).where(Lead.id == subject.lead_id) if subject.lead_id else None
        return _Parts(
            [subject.id], list(db.session.scalars(queries.ids_of(mine, Lead.id))) if mine is not None else []
        )
    if isinstance(subject, Lead):
        return _Parts([], [subject.id])
    if isinstance(subject, Enterprise):
        party_of = sa.select(Party.deal_id).where(Party.enterprise_id == subject.id)
        its_deals = deals.visible_to(user).where(
            sa.or_(Deal.enterprise_id == subject.id, Deal.id.in_(party_of))
        )
        its_leads = leads.visible_to(user).where(Lead.enterprise_id == subject.id)
        return _Parts(
            list(db.session.scalars(queries.ids_of(its_deals, Deal.id).limit(200))),
            list(db.session.scalars(queries.ids_of(its_leads, Lead.id).limit(200))),
        )
    return _Parts()


def _logs(
    user: User, subject: queries.Subject, parts: _Parts, before: dt.datetime | None, most: int
) -> list[Happening]:
    about_it: list[sa.ColumnElement[bool]] = []
    if isinstance(subject, Enterprise):
        about_it.append(ContactLog.enterprise_id == subject.id)
    if isinstance(subject, Person):
        met = sa.select(contact_person.c.contact_log_id).where(contact_person.c.person_id == subject.id)
        about_it.append(ContactLog.id.in_(met))
    if parts.deals:
        about_it.append(ContactLog.deal_id.in_(parts.deals))
    if parts.leads:
        about_it.append(ContactLog.lead_id.in_(parts.leads))
    rows = queries.visible_to(user).where(sa.or_(*about_it))
    if before is not None:
        rows = rows.where(ContactLog.happened_at < before)
    rows = rows.order_by(ContactLog.happened_at.desc(), ContactLog.id.desc()).limit(most).options(
        joinedload(ContactLog.author), joinedload(ContactLog.unit), joinedload(ContactLog.enterprise),
        joinedload(ContactLog.deal), joinedload(ContactLog.lead), selectinload(ContactLog.people),
        selectinload(ContactLog.colleagues),
    )  # fmt: skip
    return [Happening(log.happened_at, "logs", log) for log in db.session.scalars(rows).unique()]


def _moves(parts: _Parts, before: dt.datetime | None, most: int) -> list[Happening]:
    """Stage moves, at the day they count for."""
    if not parts.deals:
        return []
    rows = (
        sa.select(StageMove)
        .where(StageMove.deal_id.in_(parts.deals))
        .options(joinedload(StageMove.deal), joinedload(StageMove.actor))
        .order_by(StageMove.on_day.desc(), StageMove.id.desc())
    )
    if before is not None:
        rows = rows.where(StageMove.on_day <= clock.local(before).date())
    found = [Happening(_moment_of(move), "moves", move) for move in db.session.scalars(rows.limit(most))]
    return [one for one in found if before is None or one.at < before]


def _moment_of(move: StageMove) -> dt.datetime:
    """The day it counts for, at the time of day it was written down."""
    return dt.datetime.combine(move.on_day, clock.local(move.at).time(), clock.HOME).astimezone(dt.UTC)


def _events(
    subject: queries.Subject, parts: _Parts, before: dt.datetime | None, most: int
) -> list[Happening]:
    """Recorded acts worth telling: of the record, of those merged into it, of an enterprise's or deal's leads."""
    noun = subject.__tablename__
    its_number = Event.record_id == subject.id
    if isinstance(subject, Enterprise | Person):
        its_number = merchants.its_number(Event.record_id, noun, subject.id)
    about_it = sa.and_(Event.noun == noun, its_number)
    if parts.leads and noun != "lead":
        about_it = sa.or_(about_it, sa.and_(Event.noun == "lead", Event.record_id.in_(parts.leads)))
    rows = sa.select(Event).where(about_it, Event.verb.in_(list(telling.VERBS)))
    if before is not None:
        rows = rows.where(Event.at < before)
    rows = rows.order_by(Event.at.desc(), Event.id.desc()).limit(most)
    return [Happening(event.at, "changes", event) for event in db.session.scalars(rows)]


def _dress(shown: list[Happening], say: Callable[[Any], str]) -> None:
    """Files of the logs, words of the changes: three statements for a whole page."""
    logs = [one.record.id for one in shown if one.kind == "logs"]
    moves = [one.record.id for one in shown if one.kind == "moves"]
    files = {("logs", id): found for id, found in store.hanging_on(queries.NOUN, logs).items()}
    files |= {("moves", id): found for id, found in store.hanging_on(StageMove.__tablename__, moves).items()}
    events = [one.record for one in shown if isinstance(one.record, Event)]
    words = changes_in_words(events, say)
    for one in shown:
        one.files = files.get((one.kind, one.record.id), ())
        if isinstance(one.record, Event):
            one.changes = words[one.record.id]
