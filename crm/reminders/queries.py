"""Reading reminders, the days of the steps, and what a morning has to say."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from crm.db import db
from crm.lib import clock
from crm.org import settings
from crm.org.guard import within
from crm.org.models import Unit, User
from crm.org.permissions import Permission as P
from crm.org.permissions import Role

from .kinds import KINDS, Kind
from .models import Reminder
from .steps import Step, Terms, next_step, whom

DAYS = "reminder.days"  # the setting: {kind: [owner, head, sponsor]}; null: not at this step
SHOWN = 12


def visible_to(user: User) -> sa.Select[Reminder]:
    """What I was told, and what was said of the records of my unit as far as the right reaches: of records that I may
    still see. A reminder is a record's name, and a record that was handed on is told of by its own right only."""
    scope = user.scope_of(P.REMINDER_VIEW)
    mine = within(scope, user, units=[Reminder.unit_id], owners=[Reminder.user_id])
    return sa.select(Reminder).where(mine, _is_seen(user))


def _is_seen(user: User) -> sa.ColumnElement[bool]:
    hidden = (sa.and_(Reminder.kind == kind.key, ~kind.seen(user, Reminder.record_id)) for kind in KINDS)
    return sa.not_(sa.or_(sa.false(), *hidden))


def with_names(rows: sa.Select[Any]) -> sa.Select[Any]:
    return rows.options(joinedload(Reminder.user), joinedload(Reminder.unit))


def is_open(today: dt.date) -> sa.ColumnElement[bool]:
    """What was said is still so: known by the record itself, not by the last morning. Whoever was told as the one who
    follows it has nothing open there any more once another follows it."""
    handed_on = [
        sa.and_(Reminder.step == Step.OWNER, kind.with_another(Reminder.record_id, Reminder.user_id))
        for kind in KINDS
    ]
    still = [
        sa.and_(Reminder.kind == kind.key, kind.still(Reminder.record_id, today), ~gone)
        for kind, gone in zip(KINDS, handed_on, strict=True)
    ]
    return sa.and_(Reminder.settled_on.is_(None), sa.or_(sa.false(), *still))


def of_record(noun: str, record_id: int) -> Sequence[Reminder]:
    """Who was reminded of it, the latest first."""
    rows = sa.select(Reminder).where(Reminder.noun == noun, Reminder.record_id == record_id)
    newest = rows.order_by(Reminder.on_day.desc(), Reminder.id.desc()).limit(SHOWN)
    return db.session.scalars(with_names(newest)).all()


def open_of(user: User, most: int) -> tuple[Sequence[Reminder], int]:
    """(the newest of what I was told and what is still so, how many there are)."""
    mine = visible_to(user).where(Reminder.user_id == user.id, is_open(clock.today()))
    found = db.session.scalars(mine.order_by(Reminder.on_day.desc(), Reminder.id.desc()).limit(most)).all()
    number = db.session.scalar(sa.select(sa.func.count()).select_from(mine.subquery())) or 0
    return found, number


def open_by_unit() -> list[tuple[str, str, int]]:
    """[(kind, unit, how many things)] of what is still so, each thing once however many were told."""
    things = sa.func.count(sa.distinct(Reminder.record_id))
    rows = sa.select(Reminder.kind, Unit.name, things).join(Unit, Unit.id == Reminder.unit_id)
    rows = rows.where(is_open(clock.today())).group_by(Reminder.kind, Unit.name)
    return [(kind, unit, number) for kind, unit, number in db.session.execute(rows.order_by(Unit.name))]


# --- the days of the steps ----------------------------------------------------------------------------------


def terms_in_force() -> dict[str, list[int | None]]:
    """{kind: days of each step}, as set, else as the kind itself says."""
    said = settings.everything().get(DAYS) or {}
    return {kind.key: list(said.get(kind.key, kind.days)) for kind in KINDS}


def terms_of(kind: Kind) -> Terms:
    return dict(zip(Step, terms_in_force()[kind.key], strict=True))


# --- what a morning has to say ------------------------------------------------------------------------------


@dataclass
class Plan:
    """What is to be written of one kind: rows of new reminders, numbers of those that are due no more, and again."""

    new: list[dict[str, Any]] = field(default_factory=list)
    settled: list[int] = field(default_factory=list)
    revived: list[int] = field(default_factory=list)

    @property
    def is_done(self) -> bool:
        return not (self.new or self.settled or self.revived)


@dataclass
class Told:
    """What has been said of one thing."""

    on: dict[Step, dt.date] = field(default_factory=dict)
    people: set[int] = field(default_factory=set)


def plan(kind: Kind, today: dt.date) -> Plan:
    """All steps of today. Three statements, however many things are due."""
    found, terms = Plan(), terms_of(kind)
    due = {(row.id, kind.due_on(row)): row for row in db.session.execute(kind.rows(today))}
    told = _told(kind, due, found)
    active, heads = _people()
    for thing, row in due.items():
        said = told.get(thing, Told())
        owner, sponsor = (one if one in active else None for one in (row.owner_id, row.sponsor_id))
        if owner and owner not in said.people:
            said.on.pop(Step.OWNER, None)  # it was another's then: who has it now hears of it first
        asked = whom(owner, heads.get(row.unit_id, []), sponsor, said.people)
        step = next_step(thing[1], terms, said.on, asked, today)
        if step:
            found.new += [
                {
                    "kind": kind.key, "noun": kind.noun, "record_id": thing[0], "title": row.title, "due_on": thing[1],
                    "step": step, "user_id": user_id, "unit_id": row.unit_id, "on_day": today,
                }
                for user_id in asked[step]
            ]  # fmt: skip
    return found


def _told(kind: Kind, due: Mapping[tuple[int, dt.date], Any], found: Plan) -> dict[tuple[int, dt.date], Told]:
    """What was said of these things before; into the plan what is settled, or due again, since."""
    first = min((day for _id, day in due), default=dt.date.max)
    seen: dict[tuple[int, dt.date], Told] = defaultdict(Told)
    columns = (
        Reminder.id,
        Reminder.record_id,
        Reminder.due_on,
        Reminder.step,
        Reminder.user_id,
        Reminder.on_day,
    )
    rows = sa.select(*columns, Reminder.settled_on).where(
        Reminder.kind == kind.key, sa.or_(Reminder.settled_on.is_(None), Reminder.due_on >= first)
    )
    for row in db.session.execute(rows):
        thing = (row.record_id, row.due_on)
        if thing not in due:
            found.settled += [row.id] if row.settled_on is None else []
            continue
        found.revived += [row.id] if row.settled_on is not None else []
        seen[thing].people.add(row.user_id)
        seen[thing].on[row.step] = max(row.on_day, seen[thing].on.get(row.step, row.on_day))
    return seen


def _people() -> tuple[set[int], dict[int, list[int]]]:
    """(everybody who may still sign in, {unit: its heads})."""
    active: set[int] = set()
    heads: dict[int, list[int]] = defaultdict(list)
    rows = sa.select(User.id, User.unit_id, User.role).where(User.active).order_by(User.id)
    for id, unit_id, role in db.session.execute(rows):
        active.add(id)
        if role is Role.MANAGER:
            heads[unit_id].append(id)
    return active, heads


def said_on(day: dt.date) -> dict[int, tuple[int, int]]:
    """{user: (how many reminders of this day, how many of them came up to him)}."""
    up = sa.func.count().filter(Reminder.step != Step.OWNER)
    rows = sa.select(Reminder.user_id, sa.func.count(), up).where(Reminder.on_day == day)
    return {row[0]: (row[1], row[2]) for row in db.session.execute(rows.group_by(Reminder.user_id))}
