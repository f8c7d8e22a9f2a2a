"""The people of every test, by name. Each stands for a right: who owns, who is elsewhere, who may only look.

王专员 wang     promoter, 区招商局: reports and owns
李乡长 li       promoter, 航埠镇: another unit, must never get in
陈主任 chen     manager, 区招商局: Wang's superior
周区长 zhou     leader: sees the district, sponsors deals
郑督查 zheng    auditor: sees the district, changes nothing
钱科长 admin    administrator
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import sqlalchemy as sa

from crm.contacts.models import ContactKind, ContactLog
from crm.db import db
from crm.deals.models import Deal
from crm.leads.models import Lead
from crm.lib import clock
from crm.merchants.models import Enterprise, Person, Position
from crm.org import sessions
from crm.org.models import Unit, UnitKind, User
from crm.org.permissions import Role

PASSWORD = "three frosty pomelos"


@dataclass
class Cast:
    wang: User
    li: User
    chen: User
    zhou: User
    zheng: User
    admin: User

    @property
    def everybody(self) -> list[User]:
        return [getattr(self, field.name) for field in fields(self)]


def make_unit(name: str, *, kind: UnitKind = UnitKind.DEPARTMENT, **columns: object) -> Unit:
    unit = Unit(code=str(columns.pop("code", name)), name=name, kind=kind, **columns)
    db.session.add(unit)
    return unit


def make_user(login: str, name: str, role: Role, unit: Unit, **columns: object) -> User:
    user = User(login=login, name=name, role=role, unit=unit, **columns)
    user.password_hash = sessions.hasher().hash(PASSWORD)
    db.session.add(user)
    return user


def gathered() -> Cast:
    """Those who are in the database."""
    there = {user.login: user for user in db.session.scalars(sa.select(User))}
    return Cast(**{field.name: there[field.name] for field in fields(Cast)})


def gather() -> Cast:
    """All six with their units, committed."""
    bureau = make_unit("区招商局", code="ZSJ", is_economic=True)
    town = make_unit("航埠镇", code="HB", kind=UnitKind.TOWNSHIP)
    office = make_unit("区政府办", code="ZFB")
    people = Cast(
        wang=make_user("wang", "王专员", Role.PROMOTER, bureau),
        li=make_user("li", "李乡长", Role.PROMOTER, town),
        chen=make_user("chen", "陈主任", Role.MANAGER, bureau),
        zhou=make_user("zhou", "周区长", Role.LEADER, office, post="副区长"),
        zheng=make_user("zheng", "郑督查", Role.AUDITOR, office),
        admin=make_user("admin", "钱科长", Role.ADMINISTRATOR, office),
    )
    db.session.commit()
    return people


# --- things, put into the database as they stand: no verb, no event, no entry in the search index ---------------


def make_enterprise(name: str, *, by: User, **columns: Any) -> Enterprise:
    """A firm reported and followed by `by` and her unit."""
    given = {
        "follow_unit_id": by.unit_id,
        "follow_user_id": by.id,
        "first_report_unit_id": by.unit_id,
        "first_report_user_id": by.id,
    }
    return _added(Enterprise(name=name, **(given | columns)))


def make_person(
    name: str, *, by: User, at: Enterprise | None = None, title: str = "", **columns: Any
) -> Person:
    """Somebody, who holds a position at a firm when `at` says so."""
    given = {
        "follow_unit_id": by.unit_id,
        "follow_user_id": by.id,
        "first_report_unit_id": by.unit_id,
        "first_report_user_id": by.id,
    }
    person = Person(name=name, **(given | columns))
    if at is not None:
        person.positions.append(Position(enterprise=at, title=title, is_main=True))
    return _added(person)


def make_lead(title: str, *, by: User, **columns: Any) -> Lead:
    given = {"report_unit_id": by.unit_id, "reported_by_id": by.id, "unit_id": by.unit_id, "owner_id": by.id}
    return _added(Lead(title=title, **(given | columns)))


def make_deal(name: str, *, by: User, **columns: Any) -> Deal:
    """A deal in 意向 unless `stage` says otherwise; a signed one needs its signed_on."""
    given = {
        "unit_id": by.unit_id,
        "owner_id": by.id,
        "first_report_unit_id": by.unit_id,
        "first_report_user_id": by.id,
    }
    return _added(Deal(name=name, **(given | columns)))


def make_contact(summary: str, *, by: User, **columns: Any) -> ContactLog:
    given = {"kind": ContactKind.CALL, "happened_at": clock.business_now(), "unit_id": by.unit_id}
    return _added(ContactLog(summary=summary, author_id=by.id, **(given | columns)))


def _added(thing: Any) -> Any:
    db.session.add(thing)
    db.session.flush()
    return thing
