"""The verbs of a lead: report, edit, answer, judge, feed back, convert."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from werkzeug.datastructures import FileStorage

from crm.audit.trail import Actor, record, recording
from crm.db import db
from crm.files import store
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.org.models import User
from crm.org.permissions import Permission, Scope
from crm.search import index
from crm.search.tokens import Field, Kind

from . import queries
from .models import Conclusion, Judgement, Lead, LeadState
from .sameness import company_key

NOUN = Lead.__tablename__
FACTS = (
    "title", "company", "enterprise_id", "contact_name", "contact_phone", "source", "planned_wan", "land_mu",
    "region_code", "direction", "content", "unconfirmed", "other_matter",
)  # fmt: skip
WEIGHED = ("industry", "policy", "resources")
REFUSALS: list[Callable[[Lead], None]] = []
"""Rules of upper features about what may be reported: each raises Refused, before anything is stored."""
BECOMES = {
    Conclusion.FOLLOW: LeadState.FOLLOWED,
    Conclusion.NURTURE: LeadState.NURTURED,
    Conclusion.DROP: LeadState.ARCHIVED,
    Conclusion.DUPLICATE: LeadState.DUPLICATE,
}


def report(data: dict[str, Any], *, uploads: Sequence[FileStorage] = (), actor: User) -> Lead:
    """A piece of news. Who reported it, for which unit and when is the server's word, and nothing changes it.

    A merchant that is reported already and still under its protection: this report joins the first as 协报, unless
    `other_matter` says why it is another matter, which the judge then weighs. Both stay in the log.
    """
    lead = Lead(
        report_unit_id=actor.unit_id,
        reported_by_id=actor.id,
        reported_at=clock.business_now(),
        unit_id=actor.unit_id,
    )
    _fill(lead, data)
    for refuse in REFUSALS:
        refuse(lead)
    queries.wait_for_same(lead)
    first = None if lead.other_matter else queries.protected_first(lead)
    if first:
        _join(lead, first)
    db.session.add(lead)
    note = lead.other_matter or data.get("duplicate_reason") or ""
    with recording("lead.reported", lead, actor=actor, note=note):
        db.session.flush()
        store.attach(uploads, noun=NOUN, record_id=lead.id, actor_id=actor.id)
    index.put("lead", lead.id, search_fields(lead))
    return lead


def attach(lead: Lead, uploads: Sequence[FileStorage], *, actor: User) -> int:
    """Photos and papers that come later. Answers how many."""
    kept = store.attach(uploads, noun=NOUN, record_id=lead.id, actor_id=actor.id)
    if not kept:
        raise Refused(_("请先选照片或附件"), "files")
    record("lead.attached", lead, actor=actor, note="、".join(one.name for one in kept)[:1000])
    return len(kept)


def edit(lead: Lead, data: dict[str, Any], *, actor: Actor) -> None:
    with recording("lead.edited", lead, actor=actor):
        _fill(lead, {"unconfirmed": False, **data})
    index.put("lead", lead.id, search_fields(lead))


def answer(lead: Lead, data: dict[str, Any], *, actor: User) -> None:
    """首次答复: it has been read, and this department is to judge it. The first answer stops the clock; a later one
    gives it to another department."""
    if lead.judged_at:
        raise Refused(_("这条线索已经研判，不用再答复"))
    with recording("lead.answered", lead, actor=actor):
        lead.answer = data.get("answer") or ""
        lead.judge_unit_id = data.get("judge_unit_id")
        _answered(lead, actor)


def feed_back(lead: Lead, said: str, *, actor: User) -> None:
    """反馈: what becomes of it, told to whoever reported it."""
    if lead.judged_at is None:
        raise Refused(_("这条线索还没有研判，研判以后再反馈"))
    with recording("lead.fed_back", lead, actor=actor):
        lead.feedback = said
        lead.fed_back_at, lead.fed_back_by_id = clock.business_now(), actor.id


def judge(lead: Lead, data: dict[str, Any], *, actor: User) -> None:
    """研判: what becomes of it, who answers for it. A second judgement needs a reason; a converted lead has none."""
    if lead.state is LeadState.CONVERTED:
        raise Refused(_("这条线索已经转成项目，不能再研判"))
    again = lead.judged_at is not None
    if again and not data.get("again_reason"):
        raise Refused(_("这条线索已经研判过，重新研判请写明原因"), "again_reason")
    conclusion: Conclusion = data["conclusion"]
    if conclusion is not Conclusion.DUPLICATE:
        _refuse_around_the_first_report(lead, actor)
    first = _first_of(lead, data.get("duplicate_of_id")) if conclusion is Conclusion.DUPLICATE else None
    if conclusion is Conclusion.FOLLOW:
        for name, sentence in (
            ("industry", _("结论是跟进，请写明产业是否合适")),
            ("policy", _("结论是跟进，请写明政策是否支持")),
            ("resources", _("结论是跟进，请写明要素能否保障")),
        ):
            if not data.get(name):
                raise Refused(sentence, name)
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
        lead.closed_at = None if lead.state.is_open else lead.judged_at
        _answered(lead, actor)
        if data.get("feedback"):
            lead.feedback = data["feedback"]
            lead.fed_back_at, lead.fed_back_by_id = lead.judged_at, actor.id
        goes_on = conclusion in (Conclusion.FOLLOW, Conclusion.NURTURE)
        lead.next_step = (data.get("next_step") or "") if goes_on else ""
        lead.next_due_on = due if goes_on else None
        db.session.add(
            Judgement(
                lead_id=lead.id,
                at=lead.judged_at,
                unit_id=actor.unit_id,
                judged_by_id=actor.id,
                conclusion=conclusion,
                opinion=data["judgement"],
                leader_id=data.get("leader_id"),
                reason=data.get("again_reason") or "",
                **{name: data.get(name) or "" for name in WEIGHED},
            )
        )


def convert(lead: Lead, deal_id: int, *, actor: Actor) -> None:
    """It has become a deal. Only a lead that was judged worth it."""
    refuse_unless_ready(lead)
    with recording("lead.converted", lead, actor=actor):
        lead.state = LeadState.CONVERTED
        lead.deal_id = deal_id
        lead.closed_at = clock.business_now()
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
    lead.company_key = company_key(lead.company or "")


def _join(lead: Lead, first: Lead) -> None:
    """协报: said by the server at the moment of the report, so all clocks stand still at once."""
    lead.state, lead.conclusion = LeadState.DUPLICATE, Conclusion.DUPLICATE
    lead.duplicate_of_id = first.id
    at = lead.reported_at
    lead.answered_at = lead.judged_at = lead.fed_back_at = lead.closed_at = at


def make_first(lead: Lead, other: Lead, reason: str, *, actor: User) -> None:
    """A ruling: `lead` counts as the first report and goes on, `other` and all that joined it join it now. What has
    become a deal stays with its deal, whose credit the ruling tells; nothing that was written once is touched."""
    if LeadState.CONVERTED in (lead.state, other.state):
        return
    now = clock.business_now()
    if lead.duplicate_of_id is not None:
        with recording("lead.ruled_first", lead, actor=actor, note=reason):
            lead.duplicate_of_id, lead.state, lead.conclusion = None, LeadState.REPORTED, None
            lead.judged_at, lead.judged_by_id, lead.closed_at = None, None, None
            if (
                lead.answered_by_id is None
            ):  # stopped by joining: nobody has answered, the clock runs after all
                lead.answered_at = None
            if lead.fed_back_by_id is None:
                lead.fed_back_at = None
    if other.duplicate_of_id == lead.id:
        return
    for joined in (other, *queries.joined_to(other)):
        if joined.id == lead.id:
            continue
        with recording("lead.ruled_joined", joined, actor=actor, note=reason):
            joined.duplicate_of_id, joined.state, joined.conclusion = (
                lead.id,
                LeadState.DUPLICATE,
                Conclusion.DUPLICATE,
            )
            joined.judged_at = joined.judged_at or now
            joined.answered_at = joined.answered_at or now
            joined.fed_back_at = joined.fed_back_at or now
            joined.closed_at = now
            joined.next_step, joined.next_due_on = "", None


def _answered(lead: Lead, actor: User) -> None:
    if lead.answered_at is None:
        lead.answered_at, lead.answered_by_id = clock.business_now(), actor.id


def _refuse_around_the_first_report(lead: Lead, actor: User) -> None:
    """A 协报 does not become the unit's own by judging it again: while the first report is protected, only who decides
    for the whole district may."""
    first = lead.duplicate_of
    if first is None or first.report_unit_id == lead.report_unit_id or not queries.is_protected(first):
        return
    if actor.scope_of(Permission.LEAD_JUDGE) is not Scope.DISTRICT:
        raise Refused(
            _(
                "首报是%(unit)s，还在保护期内，这一条只能作为协报；不服可以提出首报争议",
                unit=first.report_unit.name,
            ),
            "conclusion",
        )


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
