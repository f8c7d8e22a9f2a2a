"""The verbs of units, people and settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from crm.audit.trail import Actor, record, recording
from crm.db import db
from crm.lib.errors import Refused
from crm.lib.words import _

from . import district_map, sessions, settings
from .models import Unit, UnitKind, User
from .permissions import Role


def create_unit(data: dict[str, Any], *, actor: Actor) -> Unit:
    unit = Unit(code="", name="", kind=data["kind"])
    _check_unit(unit, data)
    db.session.add(unit)
    with recording("unit.created", unit, actor=actor):
        _fill(unit, data, "code", "name", "kind", "is_economic", "active")
    return unit


def edit_unit(unit: Unit, data: dict[str, Any], *, actor: Actor) -> None:
    _check_unit(unit, data)
    if not data["active"] and (count := _members(unit)):
        raise Refused(_("还有 %(count)s 个在用账号属于这个单位，先把他们转走", count=count), "active")
    with recording("unit.edited", unit, actor=actor):
        _fill(unit, data, "code", "name", "kind", "is_economic", "active")
        if not unit.active or unit.kind not in district_map.PLACES:
            unit.map_cell = ""  # which may be another's when it comes back


def place_units(cells: Sequence[tuple[Unit, str]], *, actor: Actor) -> None:
    """Where the tiles of the map lie, all at once, so that two can change places. One wrong cell refuses all."""
    taken: dict[str, Unit] = {}
    for unit, cell in cells:
        field = f"cell_{unit.id}"
        if cell and district_map.read(cell) is None:
            most = {"column": district_map.COLUMNS[-1], "row": district_map.ROWS}
            raise Refused(_("写列和行，如 C4：列从 A 到 %(column)s，行从 1 到 %(row)s", **most), field)
        if cell and cell in taken:
            raise Refused(_("%(cell)s 已经是%(name)s的位置", cell=cell, name=taken[cell].name), field)
        taken[cell] = unit
    for unit, cell in cells:
        with recording("unit.placed", unit, actor=actor):
            unit.map_cell = cell


def create_user(data: dict[str, Any], *, actor: Actor) -> User:
    login = _free_login(data["login"])
    user = User(
        login=login,
        name=data["name"],
        role=data["role"],
        unit_id=data["unit_id"],
        post=data["post"],
        password_hash=sessions.hashed(data["password"], login=login),
    )
    db.session.add(user)
    with recording("user.created", user, actor=actor):
        db.session.flush()
    return user


def edit_user(user: User, data: dict[str, Any], *, actor: Actor) -> None:
    """Role, unit and whether the account is open. The last open administrator stays one."""
    if user.role is Role.ADMINISTRATOR and (data["role"] is not Role.ADMINISTRATOR or not data["active"]):
        others = sa.select(sa.func.count()).where(
            User.role == Role.ADMINISTRATOR, User.active, User.password_hash != "", User.id != user.id
        )
        if not db.session.scalar(others):
            raise Refused(_("这是最后一个管理员，不能停用，也不能改作别的角色"), "role")
    with recording("user.edited", user, actor=actor):
        _fill(user, data, "name", "role", "unit_id", "post", "active")
    if not user.active:
        sessions.end_others(user)


def set_password(user: User, password: str, *, actor: Actor, keep: str = "") -> None:
    """A new password signs the user out everywhere else; `keep` is the session it was changed in."""
    user.password_hash = sessions.hashed(password, login=user.login)
    sessions.end_others(user, keep)
    record("user.password_set", user, actor=actor)


def change_password(user: User, old: str, new: str) -> None:
    """My own password, in return for the old one."""
    if not sessions.matches(user.password_hash, old):
        raise Refused(_("原密码不对"), "old")
    set_password(user, new, actor=user, keep=user.session_token)


def first_administrator(login: str, name: str, password: str, unit_name: str) -> User:
    """Make the first account of an empty house. Refused when there is one already."""
    if db.session.scalar(sa.select(sa.func.count()).select_from(User)):
        raise Refused(_("已经有账号了，请用管理员账号登录后添加"))
    login = _free_login(login)
    password_hash = sessions.hashed(password, login=login)
    unit = db.session.scalar(sa.select(Unit).filter_by(name=unit_name))
    if unit is None:
        unit = Unit(code="D01", name=unit_name, kind=UnitKind.DEPARTMENT)
        db.session.add(unit)
        db.session.flush()
    user = User(login=login, name=name, role=Role.ADMINISTRATOR, unit_id=unit.id, password_hash=password_hash)
    db.session.add(user)
    with recording("user.created", user, actor=user):
        db.session.flush()
    return user


def change_settings(typed: dict[str, str], *, actor: Actor) -> None:
    """Store what differs. One wrong value refuses all of them."""
    changes = {}
    for key, text in typed.items():
        known = settings.KNOWN[key]
        value = settings.checked(known, text)
        if value != settings.get(key):
            changes[key] = [settings.get(key), value]
    for key, (_before, value) in changes.items():
        settings.put(key, value)
    if changes:
        record("setting.changed", actor=actor, changes=changes, noun="setting", name=_("设置"))


def _fill(subject: Any, data: dict[str, Any], *names: str) -> None:
    for name in names:
        setattr(subject, name, data[name])


def _free_login(login: str) -> str:
    login = login.strip().lower()
    if db.session.scalar(sa.select(User.id).filter_by(login=login)):
        raise Refused(_("这个用户名已经有人用了"), "login")
    return login


def _check_unit(unit: Unit, data: dict[str, Any]) -> None:
    for name, sentence in (("code", _("这个代码已经有单位用了")), ("name", _("已经有同名单位"))):
        with db.session.no_autoflush:
            same = sa.select(Unit.id).filter_by(**{name: data[name]}).where(Unit.id != (unit.id or 0))
            if db.session.scalar(same):
                raise Refused(sentence, name)


def _members(unit: Unit) -> int:
    return db.session.scalar(sa.select(sa.func.count()).where(User.unit_id == unit.id, User.active)) or 0
