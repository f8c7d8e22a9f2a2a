"""The verbs of the catalogue. What projects have copied from it stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from crm.audit.trail import Actor, record, recording
from crm.db import db
from crm.delivery.timetable import goes_round
from crm.lib.errors import Refused
from crm.lib.words import _

from ..models import Template, TemplateItem

FACTS = ("name", "level", "unit_id", "authority", "days")


def create(data: dict[str, Any], *, copied: Template | None = None, actor: Actor) -> Template:
    _refuse_same_name(data["name"])
    template = Template(name=data["name"], note=data.get("note") or "")
    db.session.add(template)
    with recording("approval_template.created", template, actor=actor, note=copied.name if copied else ""):
        db.session.flush()
    made: dict[int, TemplateItem] = {}
    for one in copied.items if copied else ():
        facts = {name: getattr(one, name) for name in FACTS}
        made[one.id] = TemplateItem(position=one.position, **facts)
        template.items.append(made[one.id])
    db.session.flush()
    for one in copied.items if copied else ():
        made[one.id].after = [made[before.id] for before in one.after]
    db.session.flush()
    return template


def edit(template: Template, data: dict[str, Any], *, actor: Actor) -> None:
    if data["name"] != template.name:
        _refuse_same_name(data["name"])
    with recording("approval_template.edited", template, actor=actor):
        template.name, template.note = data["name"], data.get("note") or ""
        template.is_active = bool(data.get("is_active"))


def add_item(template: Template, data: dict[str, Any], *, actor: Actor) -> TemplateItem:
    position = max((one.position for one in template.items), default=0) + 1
    item = TemplateItem(position=position)
    _fill(item, data, template)
    template.items.append(item)
    with recording("approval_template.item_added", item, actor=actor, note=template.name):
        db.session.flush()
    _put_after(item, data.get("after") or [])
    return item


def edit_item(item: TemplateItem, data: dict[str, Any], *, actor: Actor) -> None:
    before = [one.name for one in item.after]
    with recording("approval_template.item_edited", item, actor=actor, note=item.template.name):
        _fill(item, data, item.template)
        _put_after(item, data.get("after") or [])
    after = [one.name for one in item.after]
    if before != after:
        record("approval_template.item_tied", item, actor=actor, changes={"after": [before, after]})


def drop_item(item: TemplateItem, *, actor: Actor) -> None:
    template = item.template
    record("approval_template.item_dropped", item, actor=actor, note=template.name)
    for other in template.items:
        if item in other.after:
            other.after.remove(item)
    item.after.clear()
    db.session.flush()
    template.items.remove(item)
    db.session.flush()


def _refuse_same_name(name: str) -> None:
    if db.session.scalar(sa.select(Template.id).where(Template.name == name)):
        raise Refused(_("已经有“%(name)s”", name=name), "name")


def _fill(item: TemplateItem, data: dict[str, Any], template: Template) -> None:
    if any(one.name == data["name"] and one is not item for one in template.items):
        raise Refused(_("这一类项目已经有“%(name)s”", name=data["name"]), "name")
    if not data.get("unit_id") and not data.get("authority"):
        raise Refused(_("请选本区的审批部门，或写上级部门的名称"), "authority")
    for name in FACTS:
        setattr(item, name, data.get(name))


def _put_after(item: TemplateItem, ids: Sequence[int]) -> None:
    known = {one.id: one for one in item.template.items}
    after = {id: [before.id for before in one.after] for id, one in known.items()} | {item.id: list(ids)}
    if any(id not in known or id == item.id for id in ids) or goes_round(after, item.id):
        raise Refused(_("这样就绕回自己了：请检查“前置事项”"), "after")
    item.after = [known[id] for id in ids]
    db.session.flush()
