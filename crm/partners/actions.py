"""The verbs: take up a partner, put it right, end it; sign with it, visit it, note what it brought."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from werkzeug.datastructures import FileStorage

from crm.audit.trail import Actor, record, recording
from crm.db import db
from crm.deals.models import Deal
from crm.files import store
from crm.leads.models import Lead
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.org.models import User
from crm.search import index
from crm.search.tokens import Field, Kind

from . import queries
from .models import Exchange, Partner, PartnerAgreement, PartnerSource

FACTS = (
    "kind", "name", "region_code", "enterprise_id", "is_shanhai", "site", "liaison", "content", "unit_id", "owner_id",
    "next_step", "next_due_on",
)  # fmt: skip
EXCHANGE = ("kind", "on_day", "place", "led_by", "theirs", "said", "agreed", "mission_id")
PAPER = ("title", "signed_on", "expires_on", "content")


def take_up(data: dict[str, Any], *, actor: User) -> Partner:
    new = Partner()
    _fill(new, data)
    db.session.add(new)
    with recording("partner.taken_up", new, actor=actor):
        db.session.flush()
    put_in_index(new)
    return new


def edit(partner: Partner, data: dict[str, Any], *, actor: Actor) -> None:
    _refuse_if_over(partner)
    with recording("partner.edited", partner, actor=actor):
        _fill(partner, data)
    put_in_index(partner)


def _fill(partner: Partner, data: dict[str, Any]) -> None:
    """What `data` does not name stays as it is."""
    with db.session.no_autoflush:
        if "name" in data and (known := queries.of_name(data["name"], partner.id)):
            raise Refused(
                _("%(unit)s已经记了“%(name)s”", unit=known.unit.name, name=known.name), "name"
            )  # fmt: skip
        owner = db.session.get(User, data["owner_id"]) if data.get("owner_id") else None
        if owner and owner.unit_id != data.get("unit_id", partner.unit_id):
            raise Refused(_("%(name)s不在牵头单位里，请换人或换单位", name=owner.name), "owner_id")
    before = partner.next_due_on
    for name in FACTS:
        if name in data:
            setattr(partner, name, data[name])
    if bool(partner.next_step) != bool(partner.next_due_on):
        wanted = "next_due_on" if partner.next_step else "next_step"
        raise Refused(_("下一步和日期要一起填"), wanted)
    if partner.next_due_on and partner.next_due_on != before and partner.next_due_on < clock.today():
        raise Refused(_("日期已经过了，请填今天或以后"), "next_due_on")


def end(partner: Partner, why: str, *, actor: Actor) -> None:
    """不再合作. What was brought stays brought."""
    _refuse_if_over(partner)
    with recording("partner.ended", partner, actor=actor, note=why):
        partner.ended_on, partner.why_ended = clock.today(), why


def resume(partner: Partner, *, actor: Actor) -> None:
    if partner.is_open:
        raise Refused(_("合作没有结束"))
    if queries.of_name(partner.name, partner.id):
        raise Refused(_("同名的合作方已经另有一条"))
    with recording("partner.resumed", partner, actor=actor):
        partner.ended_on, partner.why_ended = None, ""


def _refuse_if_over(partner: Partner) -> None:
    if not partner.is_open:
        raise Refused(_("合作已经结束，要继续请先恢复"))


# --- what is signed and who visits --------------------------------------------------------------------------


def sign(
    partner: Partner, data: dict[str, Any], *, actor: User, uploads: Sequence[FileStorage] = ()
) -> PartnerAgreement:
    _refuse_if_over(partner)
    paper = PartnerAgreement(partner=partner)
    _fill_paper(paper, data)
    db.session.add(paper)
    with recording("partner_agreement.signed", paper, actor=actor, note=partner.name):
        db.session.flush()
    _attach(paper, uploads, actor)
    return paper


def edit_paper(
    paper: PartnerAgreement, data: dict[str, Any], *, actor: User, uploads: Sequence[FileStorage] = ()
) -> None:
    with recording("partner_agreement.edited", paper, actor=actor):
        _fill_paper(paper, data)
    _attach(paper, uploads, actor)


def close_paper(paper: PartnerAgreement, why: str, *, actor: Actor) -> None:
    """Renewed, ended or void: nobody is reminded of it any more."""
    if paper.closed_on:
        raise Refused(_("这份协议 %(day)s 已经了结", day=paper.closed_on.isoformat()))
    with recording("partner_agreement.closed", paper, actor=actor, note=why):
        paper.closed_on, paper.closed_reason = clock.today(), why


def _fill_paper(paper: PartnerAgreement, data: dict[str, Any]) -> None:
    for name in PAPER:
        setattr(paper, name, data[name])
    if paper.signed_on > clock.today():
        raise Refused(_("日期还没有到，请填今天或以前"), "signed_on")
    if paper.expires_on and paper.expires_on < paper.signed_on:
        raise Refused(_("到期日不能早于签订日"), "expires_on")


def _attach(paper: PartnerAgreement, uploads: Sequence[FileStorage], actor: User) -> None:
    kept = store.attach(uploads, noun=queries.PAPER, record_id=paper.id, actor_id=actor.id)
    if kept:
        record("partner_agreement.attached", paper, actor=actor, note="；".join(one.name for one in kept))


def exchange(partner: Partner, data: dict[str, Any], *, actor: User) -> Exchange:
    """互访. What is to be done next is said with it, or stays as it was."""
    _refuse_if_over(partner)
    visit = Exchange(partner=partner, author_id=actor.id)
    _fill_exchange(visit, data)
    db.session.add(visit)
    with recording("partner_exchange.written", visit, actor=actor, note=partner.name):
        db.session.flush()
    if data.get("next_step") or data.get("next_due_on"):
        with recording("partner.edited", partner, actor=actor):
            _fill(partner, {name: data.get(name) for name in ("next_step", "next_due_on")})
    return visit


def edit_exchange(visit: Exchange, data: dict[str, Any], *, actor: Actor) -> None:
    with recording("partner_exchange.edited", visit, actor=actor):
        _fill_exchange(visit, data)


def _fill_exchange(visit: Exchange, data: dict[str, Any]) -> None:
    for name in EXCHANGE:
        setattr(visit, name, data[name])
    if visit.on_day > clock.today():
        raise Refused(_("日期还没有到，请填今天或以前"), "on_day")


# --- what a partner brought ---------------------------------------------------------------------------------


def mark(subject: Lead | Deal, partner: Partner, *, actor: User) -> PartnerSource:
    """来源标记. Several partners may have brought one deal: it is one deal in every sum."""
    _refuse_if_over(partner)
    if any(one.partner_id == partner.id for one in queries.sources_of(subject)):
        raise Refused(_("“%(name)s”已经记为来源", name=partner.name), "partner_id")
    source = PartnerSource(partner=partner, marked_by_id=actor.id)
    source.lead, source.deal = (subject, None) if isinstance(subject, Lead) else (None, subject)
    db.session.add(source)
    noun = subject.__tablename__
    record(f"{noun}.source_marked", subject, actor=actor, note=partner.name)
    db.session.flush()
    return source


def unmark(source: PartnerSource, *, actor: User) -> None:
    subject = source.lead or source.deal
    assert subject is not None
    record(f"{subject.__tablename__}.source_unmarked", subject, actor=actor, note=source.partner.name)
    db.session.delete(source)


def search_fields(partner: Partner) -> list[Field]:
    return [
        Field(Kind.NAME, partner.name), Field(Kind.TEXT, partner.region), Field(Kind.TEXT, partner.site),
        Field(Kind.PERSON, partner.liaison), Field(Kind.TEXT, partner.content),
    ]  # fmt: skip


def put_in_index(partner: Partner) -> None:
    index.put(queries.NOUN, partner.id, search_fields(partner))
