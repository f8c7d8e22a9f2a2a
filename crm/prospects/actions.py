"""The verbs: list a target, edit it, say that it was met, turn it into a deal, give it up."""

from __future__ import annotations

from typing import Any

from crm.audit.trail import Actor, recording
from crm.db import db
from crm.deals import actions as deals
from crm.deals.models import Deal
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.needs.models import Need
from crm.org.models import User
from crm.search import index
from crm.search.tokens import Field, Kind

from . import queries
from .models import Prospect, TargetBatch

FACTS = (
    "batch", "group_kind", "name", "enterprise_id", "direction", "why", "plan", "team", "unit_id", "owner_id",
    "contact_by",
)  # fmt: skip


def list_target(data: dict[str, Any], *, need: Need | None = None, actor: User) -> Prospect:
    """`need`: the technology problem whose solution it is. 「排出一批科研院所较成熟的可产业化的科技成果」"""
    if need:
        if not queries.is_solved(need):
            raise Refused(_("解题以后才能作为成果列入三个一批"))
        if queries.of_need(need):
            raise Refused(_("这项成果已经列入三个一批"))
        data = {**data, "batch": TargetBatch.RESEARCH}
    new = Prospect(need=need)
    _fill(new, data)
    if new.contact_by < clock.today():
        raise Refused(_("日期已经过了，请填今天或以后"), "contact_by")
    db.session.add(new)
    with recording("prospect.listed", new, actor=actor):
        db.session.flush()
    index.put("prospect", new.id, search_fields(new))
    return new


def edit(prospect: Prospect, data: dict[str, Any], *, actor: Actor) -> None:
    _refuse_if_over(prospect)
    with recording("prospect.edited", prospect, actor=actor):
        _fill(prospect, data)
    index.put("prospect", prospect.id, search_fields(prospect))


def _fill(prospect: Prospect, data: dict[str, Any]) -> None:
    if prospect.need and data["batch"] is not TargetBatch.RESEARCH:
        raise Refused(_("它是解题的成果，只能在科技成果这一批"), "batch")
    major = data["batch"] is TargetBatch.MAJOR_GROUPS
    if major and not data.get("group_kind"):
        raise Refused(_("大集团大企业请选是哪一类"), "group_kind")
    owner = db.session.get(User, data["owner_id"]) if data.get("owner_id") else None
    if owner and owner.unit_id != data["unit_id"]:
        raise Refused(_("%(name)s不在牵头单位里，请换人或换单位", name=owner.name), "owner_id")
    for name in FACTS:
        setattr(prospect, name, data.get(name))
    prospect.group_kind = data["group_kind"] if major else None


def contacted(prospect: Prospect, *, actor: Actor) -> None:
    """First met, though no contact log says so."""
    _refuse_if_over(prospect)
    if prospect.contacted_on:
        raise Refused(_("已经记过接触了"))
    with recording("prospect.contacted", prospect, actor=actor):
        prospect.contacted_on = clock.today()


def convert(prospect: Prospect, data: dict[str, Any], *, actor: User) -> Deal:
    """It has come to talks: a deal is opened, and the link stays."""
    _refuse_if_over(prospect)
    with recording("prospect.converted", prospect, actor=actor):
        deal = deals.create(
            {
                "name": data["name"],
                "enterprise_id": prospect.enterprise_id,
                "direction": prospect.direction,
                "planned_wan": data.get("planned_wan"),
                "content": prospect.why,
                "unit_id": prospect.unit_id,
                "owner_id": prospect.owner_id,
                "next_step": data["next_step"],
                "next_due_on": data["next_due_on"],
                "duplicate_reason": data.get("duplicate_reason"),
            },
            actor=actor,
        )
        prospect.deal_id = deal.id
    return deal


def drop(prospect: Prospect, why: str, *, actor: Actor) -> None:
    _refuse_if_over(prospect)
    with recording("prospect.dropped", prospect, actor=actor, note=why):
        prospect.dropped_on, prospect.why_dropped = clock.today(), why


def take_up(prospect: Prospect, *, actor: Actor) -> None:
    """Given up too early."""
    if prospect.dropped_on is None:
        raise Refused(_("这个目标没有放弃"))
    with recording("prospect.taken_up", prospect, actor=actor):
        prospect.dropped_on, prospect.why_dropped = None, ""


def _refuse_if_over(prospect: Prospect) -> None:
    if prospect.deal_id:
        raise Refused(_("这个目标已经转成项目"))
    if prospect.dropped_on:
        raise Refused(_("这个目标已经放弃，要继续请先重新列入"))


def search_fields(prospect: Prospect) -> list[Field]:
    return [Field(Kind.NAME, prospect.name), Field(Kind.TEXT, prospect.why), Field(Kind.TEXT, prospect.plan)]
