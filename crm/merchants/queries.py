"""Reading the base: always through what the user may see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import orm

from crm.audit.models import Event
from crm.db import db
from crm.lib import clock
from crm.lib.words import _, listed
from crm.lists.models import Tag
from crm.org.guard import once_a_request, reaches, within
from crm.org.models import User
from crm.org.permissions import GRANTS, Role, Scope
from crm.org.permissions import Permission as P
from crm.search import index

from .models import Enterprise, Person, Position, Suspect, SuspectState

SEEN_THROUGH: list[Callable[[User], sa.Select[Any]]] = []
"""What lets a user read an enterprise besides the unit that follows it: each answers enterprise ids.
Features above (deals, leads) add theirs, since access to a deal is access to its enterprise."""


class GoneTo(NamedTuple):
    """What the feature that merges knows of a number that is no record any more."""

    leads_to: Callable[[str, int], int | None]  # noun, number -> the record it has become
    told: Callable[[str, int], str]  # the same in a sentence
    became: Callable[[str, int], sa.Select[Any]]  # noun, record -> the numbers that lead to it now


GONE_TO: list[GoneTo] = []


# --- who sees what -----------------------------------------------------------------------------------------


def _mine(model: Any, user: User, permission: P = P.MERCHANT_VIEW) -> sa.ColumnElement[bool]:
    return within(
        user.scope_of(permission),
        user,
        units=[model.follow_unit_id, model.first_report_unit_id],
        owners=[model.follow_user_id, model.first_report_user_id],
    )


@once_a_request
def visible_to(user: User) -> sa.Select[Enterprise]:
    scope = user.scope_of(P.MERCHANT_VIEW)
    rows = sa.select(Enterprise)
    if scope is Scope.DISTRICT:
        return rows
    seen = _mine(Enterprise, user)
    if scope is not None:
        seen = sa.or_(seen, *(Enterprise.id.in_(through(user)) for through in SEEN_THROUGH))
    return rows.where(seen)


def is_seen(enterprise_id: Any, user: User) -> sa.ColumnElement[bool]:
    """The firm of this number is one that I may see; it alone is looked at (as deals.is_seen does)."""
    seen = visible_to(user).where(Enterprise.id == enterprise_id).with_only_columns(Enterprise.id)
    return seen.correlate_except(Enterprise).exists()


@once_a_request
def people_visible_to(user: User) -> sa.Select[Person]:
    """People of my unit, and those who hold a position at an enterprise I may see."""
    scope = user.scope_of(P.MERCHANT_VIEW)
    rows = sa.select(Person)
    if scope is Scope.DISTRICT:
        return rows
    seen = _mine(Person, user)
    if scope is not None:
        firms = visible_to(user).with_only_columns(Enterprise.id)
        held = sa.select(Position.person_id).where(Position.enterprise_id.in_(firms))
        seen = sa.or_(seen, Person.id.in_(held))
    return rows.where(seen)


def rows_of(noun: str, user: User) -> sa.Select[Any]:
    """The visible rows of "enterprise" or "person"."""
    return people_visible_to(user) if noun == "person" else visible_to(user)


def named(noun: str, number: int, user: User) -> Any:
    """The record that an address names, or None when this user may not see it. A number that was merged away
    names what it has become."""

    def seen(one: int | None) -> Any:
        return db.session.scalar(rows_of(noun, user).filter_by(id=one)) if one else None

    record = seen(number)
    ways = (gone.leads_to(noun, number) for gone in GONE_TO) if record is None else ()
    return record or next((found for one in ways if (found := seen(one))), None)


def its_number(column: Any, noun: str, record_id: int) -> sa.ColumnElement[bool]:
    """`column` names this record, or one of those that have become it."""
    return sa.or_(column == record_id, *(column.in_(gone.became(noun, record_id)) for gone in GONE_TO))


def may(user: User, permission: P, subject: Enterprise | Person) -> bool:
    """Whether this user's right reaches this record."""
    return reaches(
        user.scope_of(permission),
        user,
        units=[subject.follow_unit_id, subject.first_report_unit_id],
        owners=[subject.follow_user_id, subject.first_report_user_id],
    )


def loaded(rows: sa.Select[Any], model: Any) -> sa.Select[Any]:
    """With everything a page about one record shows, in a fixed number of statements."""
    rows = rows.options(
        orm.joinedload(model.follow_unit),
        orm.joinedload(model.follow_user),
        orm.joinedload(model.first_report_unit),
        orm.joinedload(model.first_report_user),
        orm.selectinload(model.handles),
    )
    if model is Enterprise:
        position = orm.selectinload(Enterprise.positions).joinedload(Position.person)
        return rows.options(
            orm.selectinload(Enterprise.former_names),
            position.selectinload(Person.handles),
        )
    return rows.options(
        orm.selectinload(Person.positions).joinedload(Position.enterprise).joinedload(Enterprise.follow_unit)
    )


def loaded_in_bulk(rows: sa.Select[Any], model: Any) -> sa.Select[Any]:
    """The same for a hundred thousand of them: a few units and people follow them all, who are asked once for a lot
    and not read again in every row; what only one column shows is for that column to load."""
    owners = (model.follow_unit, model.follow_user, model.first_report_unit, model.first_report_user)
    rows = rows.options(*(orm.selectinload(one) for one in owners), orm.selectinload(model.handles))
    if model is Enterprise:
        person = orm.selectinload(Enterprise.positions).joinedload(Position.person)
        return rows.options(person.load_only(Person.name), person.selectinload(Person.handles))
    return rows.options(orm.selectinload(Person.positions).selectinload(Position.enterprise))


@dataclass
class Reader:
    """Who can see a record, and why."""

    who: str
    why: str


def readers_of(subject: Enterprise | Person) -> list[Reader]:
    """The permissions table, said about one record."""
    found = [Reader(subject.follow_unit.name, _("跟进单位"))]
    if subject.first_report_unit_id != subject.follow_unit_id:
        found.append(Reader(subject.first_report_unit.name, _("首报单位，不随跟进变化")))
    own_units = (subject.follow_unit_id, subject.first_report_unit_id)
    for user, why in ((subject.follow_user, _("跟进人")), (subject.first_report_user, _("首报人"))):
        if user is not None and user.unit_id not in own_units:
            found.append(Reader(user.name, why))
    whole = [role.label for role in Role if GRANTS[role].get(P.MERCHANT_VIEW) is Scope.DISTRICT]
    found.append(Reader(listed(whole), _("可看全区")))
    return found


def events_about(subject: Enterprise | Person, most: int = 8) -> list[Event]:
    noun = subject.__tablename__
    rows = sa.select(Event).where(Event.noun == noun, its_number(Event.record_id, noun, subject.id))
    return list(db.session.scalars(rows.order_by(Event.at.desc(), Event.id.desc()).limit(most)))


def tags_of(noun: str, record_id: int) -> list[str]:
    words = sa.select(Tag.word).where(Tag.noun == noun, Tag.record_id == record_id).order_by(Tag.word)
    return list(db.session.scalars(words))


def people_to_pick(user: User, text: str, most: int = 10) -> list[Person]:
    """People I may see whose name, phone or pinyin fits: to be given a position."""
    rows = people_visible_to(user).where(Person.id.in_(index.matching("person", text)))
    rows = loaded(rows, Person).order_by(Person.name, Person.id).limit(most)
    return list(db.session.scalars(rows).unique())


# --- suspects ----------------------------------------------------------------------------------------------


TO_LOOK_AT = ("same", "ask")


def suspects_of(subject: Enterprise | Person) -> int:
    """Open pairs this record is part of."""
    return db.session.scalar(
        sa.select(sa.func.count(Suspect.id)).where(
            Suspect.noun == subject.__tablename__,
            sa.or_(Suspect.a_id == subject.id, Suspect.b_id == subject.id),
            Suspect.state == SuspectState.OPEN,
            Suspect.verdict.in_(TO_LOOK_AT),
        )
    ) or 0  # fmt: skip


# --- what is due ---------------------------------------------------------------------------------------------


def idle_days(subject: Any) -> int:
    """Days since the last contact; since it came into the base when there was none."""
    since = subject.last_contact_at or subject.first_reported_at
    return max(0, (clock.today() - clock.local(since).date()).days)


def due_days(subject: Any) -> int | None:
    """Days until the next step is due; negative when it is late."""
    return (subject.next_due_on - clock.today()).days if subject.next_due_on else None
