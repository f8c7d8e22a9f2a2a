"""The verbs of a lead: report, edit, judge, convert."""

from __future__ import annotations

from typing import Any

from crm.audit.trail import Actor, recording
from crm.db import db
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.org.models import User
from crm.search import index
from crm.search.tokens import Field, Kind

from .models import Conclusion, Lead, LeadState

FACTS = (
    "title", "company", "enterprise_id", "contact_name", "contact_phone", "source", "planned_wan", "land_mu",
    "region_code", "direction", "content",
)  # fmt: skip
BECOMES = {
    Conclusion.FOLLOW: LeadState.FOLLOWED,
    Conclusion.NURTURE: LeadState.NURTURED,
    Conclusion.DROP: LeadState.ARCHIVED,
    Conclusion.DUPLICATE: LeadState.DUPLICATE,
}


def report(data: dict[str, Any], *, actor: User) -> Lead:
    """A piece of news. Who reported it, for which unit and when is the server's word, and nothing changes it."""
    lead = Lead(
        report_unit_id=actor.unit_id,
        reported_by_id=actor.id,
        reported_at=clock.business_now(),
        unit_id=actor.unit_id,
    )
    _fill(lead, data)
    db.session.add(lead)
    with recording("lead.reported", lead, actor=actor, note=data.get("duplicate_reason") or ""):
        db.session.flush()
    index.put("lead", lead.id, search_fields(lead))
    return lead


def edit(lead: Lead, data: dict[str, Any], *, actor: Actor) -> None:
    with recording("lead.edited", lead, actor=actor):
        _fill(lead, data)
    index.put("lead", lead.id, search_fields(lead))


def judge(lead: Lead, data: dict[str, Any], *, actor: User) -> None:
    """研判: what becomes of it, who answers for it. A second judgement needs a reason; a converted lead has none."""
    if lead.state is LeadState.CONVERTED:
        raise Refused(_("这条线索已经转成项目，不能再研判"))
    again = lead.judged_at is not None
    if again and not data.get("again_reason"):
        raise Refused(_("这条线索已经研判过，重新研判请写明原因"), "again_reason")
    conclusion: Conclusion = data["conclusion"]
    first = _first_of(lead, data.get("duplicate_of_id")) if conclusion is Conclusion.DUPLICATE else None
    if conclusion is Conclusion.FOLLOW:
        if not data.get("next_step"):
            raise Refused(_("结论是跟进，请写明下一步做什么"), "next_step")
        if not data.get("next_due_on"):
            raise Refused(_("结论是跟进，请写明下一步的日期"), "next_due_on")
    due = data.get("next_due_on")
    if due and due < clock.today() and due != lead.next_due_on:
        raise Refused(_("下一步的日期已经过了，请填今天或以后"), "next_due_on")
    owner = db.session.get(User, data["owner_id"]) if data.get("owner_id") else None
    if owner and owner.unit_id != data["unit_id"]:
        raise Refused(_("%(name)s不在责任单位里，请换人或换单位", name=owner.name), "owner_id")
    with recording("lead.judged", lead, actor=actor, note=data.get("again_reason") or ""):
        lead.state = BECOMES[conclusion]
        lead.conclusion = conclusion
        lead.judgement = data["judgement"]
        lead.judged_at = clock.business_now()
        lead.judged_by_id = actor.id
        lead.unit_id = data["unit_id"]
        lead.owner_id = owner.id if owner else None
        lead.duplicate_of_id = first.id if first else None
        goes_on = conclusion in (Conclusion.FOLLOW, Conclusion.NURTURE)
        lead.next_step = (data.get("next_step") or "") if goes_on else ""
        lead.next_due_on = due if goes_on else None


def convert(lead: Lead, deal_id: int, *, actor: Actor) -> None:
    """It has become a deal. Only a lead that was judged worth it."""
    refuse_unless_ready(lead)
    with recording("lead.converted", lead, actor=actor):
        lead.state = LeadState.CONVERTED
        lead.deal_id = deal_id
        lead.next_step, lead.next_due_on = "", None


def refuse_unless_ready(lead: Lead) -> None:
    """Say why a lead cannot become a deal, if it cannot."""
    if lead.state is LeadState.CONVERTED:
        raise Refused(_("这条线索已经转成项目了"))
    if lead.state is LeadState.REPORTED:
        raise Refused(_("这条线索还没有研判，研判后才能转成项目"))
    if lead.state in (LeadState.ARCHIVED, LeadState.DUPLICATE):
        raise Refused(
            _(
                "研判结论是“%(said)s”，要转成项目请先重新研判",
                said=lead.conclusion.label if lead.conclusion else lead.state.label,
            )
        )


def search_fields(lead: Lead) -> list[Field]:
    """What a lead is found by."""
    return [
        Field(Kind.NAME, lead.title),
        Field(Kind.NAME, lead.company),
        Field(Kind.PERSON, lead.contact_name),
        Field(Kind.PHONE, lead.contact_phone),
        Field(Kind.TEXT, lead.content),
    ]


def _fill(lead: Lead, data: dict[str, Any]) -> None:
    for name in FACTS:
        if name in data:
            setattr(lead, name, data[name])


def _first_of(lead: Lead, id: int | None) -> Lead:
    """The lead that has the credit: the end of the chain of duplicates."""
    other = db.session.get(Lead, id) if id else None
    if other is None:
        raise Refused(_("结论是重复，请选是哪一条线索的重复"), "duplicate_of_id")
    seen = {lead.id}
    while other.duplicate_of_id and other.id not in seen:
        seen.add(other.id)
        other = db.session.get_one(Lead, other.duplicate_of_id)
    if other.id == lead.id:
        raise Refused(_("那一条已经算作这一条的重复，不能互相重复"), "duplicate_of_id")
    return other
