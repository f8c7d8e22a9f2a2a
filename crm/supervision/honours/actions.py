"""The verbs of an honour: granted, put right, taken back."""

from __future__ import annotations

from typing import Any

from crm.audit.trail import recording
from crm.db import db
from crm.indicators import catalogue
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.org.models import User
from crm.search import index
from crm.search.tokens import Field, Kind
from crm.supervision.actions import needed

from . import queries
from .models import Honour, HonourKind

FACTS = ("reason", "document_no", "granted_by", "granted_on")


def grant(data: dict[str, Any], *, actor: User) -> Honour:
    """To a person, or to a unit as a whole. The figure it is granted for is counted now and stays as it is."""
    person = db.session.get(User, data.get("person_id") or 0)
    unit_id = person.unit_id if person else data.get("unit_id")
    if unit_id is None:
        raise Refused(_("请选择表彰的个人或者单位"), "unit_id")
    if actor.unit_id == unit_id:
        raise Refused(_("不能给本单位记表彰，要由督查部门或者领导来办"), "person_id" if person else "unit_id")
    kind: HonourKind = data["kind"]
    title = (data.get("title") or "").strip() if kind is HonourKind.OTHER else kind.msgid
    if not title:
        raise Refused(_("请写明荣誉的名称"), "title")
    _check_day(data)
    if queries.same(kind, title, data["year"], unit_id, person.id if person else None):
        raise Refused(_("这一年的这项荣誉已经记过了"), "title" if kind is HonourKind.OTHER else "kind")
    made = Honour(
        kind=kind, title=title, year=data["year"], unit_id=unit_id, person_id=person.id if person else None,
        evidence=_evidence(data, unit_id, person), entered_by_id=actor.id, **{name: data[name] for name in FACTS},
    )  # fmt: skip
    db.session.add(made)
    with recording("honour.granted", made, actor=actor):
        db.session.flush()
    put_in_index(made)
    return made


def edit(honour: Honour, data: dict[str, Any], *, actor: User) -> None:
    _check_day(data)
    with recording("honour.edited", honour, actor=actor):
        for name in FACTS:
            setattr(honour, name, data[name])
    put_in_index(honour)


def revoke(honour: Honour, reason: str, *, actor: User) -> None:
    """It stays in the list and says why it counts no more."""
    if honour.revoked_on:
        raise Refused(_("已经撤销了"))
    needed(reason, _("请写明撤销的原因"), "reason")
    with recording("honour.revoked", honour, actor=actor, note=reason):
        honour.revoked_on, honour.revoke_reason = clock.today(), reason


def search_fields(honour: Honour) -> list[Field]:
    """What an honour is found by."""
    return [
        Field(Kind.NAME, honour.title),
        Field(Kind.NAME, honour.person.name if honour.person else honour.unit.name),
        Field(Kind.CODE, honour.document_no),
    ]


def put_in_index(honour: Honour) -> None:
    db.session.flush()
    index.put(queries.NOUN, honour.id, search_fields(honour))


def _evidence(data: dict[str, Any], unit_id: int, person: User | None) -> dict[str, str]:
    one = catalogue.find(data.get("indicator") or "")
    if one is None:
        return {}
    if person and not one.person:
        raise Refused(_("这个指标不落到个人，请换一个"), "indicator")
    return queries.figure(one, data["year"], unit_id, person.id if person else None, data["granted_on"])


def _check_day(data: dict[str, Any]) -> None:
    if data["granted_on"] > clock.today():
        raise Refused(_("表彰日期不能晚于今天"), "granted_on")
