"""Rest days, units, and the people of the demo district."""

from __future__ import annotations

import datetime as dt

from crm.db import db
from crm.holidays.models import Holiday
from crm.org import demo, sessions
from crm.org.models import Unit, UnitKind, User
from crm.org.permissions import Role

from .lists import added, rows

HOME_UNIT = "区招商局"
ACCOUNTS = (
    ("promoter", "王专员", Role.PROMOTER, HOME_UNIT, "招商专员"),
    ("manager", "陈主任", Role.MANAGER, HOME_UNIT, "招商局局长"),
    ("admin", "系统管理员", Role.ADMINISTRATOR, HOME_UNIT, ""),
    ("auditor", "郑督查", Role.AUDITOR, "区督查室", "督查员"),
)
LEADER_ACCOUNT = "区政府主要领导"
LEADER_UNIT = ("L00", "区四套班子")
UNIT_KINDS = {
    "街道": UnitKind.TOWNSHIP,
    "镇": UnitKind.TOWNSHIP,
    "乡": UnitKind.TOWNSHIP,
    "部门": UnitKind.DEPARTMENT,
    "平台": UnitKind.PLATFORM,
}
# Where the townships lie to one another, north up: rough, from general knowledge of the district's layout, not surveyed.
# The parks' places are not known so well; they stand beside the map until somebody says where they lie.
MAP_CELLS = {
    "七里乡": "B1",
    "九华乡": "D2",
    "石梁镇": "C3", "万田乡": "E3",
    "沟溪乡": "A4", "双港街道": "D4", "荷花街道": "E4",
    "航埠镇": "B5", "姜家山乡": "C5", "白云街道": "D5", "府山街道": "E5", "新新街道": "F5",
    "华墅乡": "C6", "花园街道": "D6", "信安街道": "E6", "黄家乡": "F6",
    "衢化街道": "E7", "石室乡": "F7",
}  # fmt: skip


def load_holidays() -> None:
    """The year's rest days and the weekends worked instead, as the State Council announced them for 2013."""
    for row in rows("holidays"):
        first, last = dt.date.fromisoformat(row["first"]), dt.date.fromisoformat(row["last"])
        for step in range((last - first).days + 1):
            db.session.add(
                Holiday(day=first + dt.timedelta(days=step), works=row["works"] == "1", name=row["name"])
            )


def load_units() -> dict[str, Unit]:
    units = {
        row["name"]: added(
            Unit(
                code=row["unit_code"],
                name=row["name"],
                kind=UNIT_KINDS[row["type"]],
                is_economic=row["is_econ_dept"] == "1",
                map_cell=MAP_CELLS.get(row["name"], ""),
            )
        )
        for row in rows("units")
    }
    code, name = LEADER_UNIT
    units[name] = added(Unit(code=code, name=name, kind=UnitKind.DEPARTMENT))
    db.session.flush()
    return units


def load_people(units: dict[str, Unit]) -> tuple[dict[str, User], dict[str, User]]:
    """(unit name -> who works its deals, role title -> leader). Only the named accounts have a password."""
    password = sessions.hasher().hash(demo.PASSWORD)
    staff = {}
    for login, name, role, unit, post in ACCOUNTS:
        user = added(
            User(login=login, name=name, role=role, unit_id=units[unit].id, post=post, password_hash=password,
                 is_demo=True)
        )  # fmt: skip
        if role is Role.PROMOTER:
            staff[unit] = user
    leaders = {}
    for row in rows("leaders"):
        title = row["role_title"]
        is_account = title == LEADER_ACCOUNT
        leaders[title] = added(
            User(
                login="leader" if is_account else row["leader_code"].lower(),
                name=title,
                role=Role.LEADER,
                unit_id=units[LEADER_UNIT[1]].id,
                password_hash=password if is_account else "",
                is_demo=True,
            )
        )
    working = {row["owner_unit"] for row in rows("deals")}
    working |= {row["responsible_unit"] for row in rows("key_projects")}
    for name in sorted(working - {HOME_UNIT}):
        home = units[name]
        staff[name] = added(
            User(
                login=f"staff-{home.code.lower()}",
                name=f"{name}招商员",
                role=Role.PROMOTER,
                unit_id=home.id,
                is_demo=True,
            )
        )
    db.session.flush()
    return staff, leaders
