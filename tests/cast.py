"""The people of every test, by name. Each stands for a right: who owns, who is elsewhere, who may only look.

王专员 wang     promoter, 区招商局: reports and owns
李乡长 li       promoter, 航埠镇: another unit, must never get in
陈主任 chen     manager, 区招商局: Wang's superior
周区长 zhou     leader: sees the district, sponsors deals
郑督查 zheng    auditor: sees the district, changes nothing
管理员 admin    administrator
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from crm.db import db
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
        admin=make_user("admin", "管理员", Role.ADMINISTRATOR, office),
    )
    db.session.commit()
    return people
