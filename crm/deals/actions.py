"""The verbs of a deal but for its moves, which are upstairs in pipeline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from crm.audit.trail import Actor, record, recording
from crm.db import db
from crm.leads import actions as leads
from crm.leads.models import Lead
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _, listed
from crm.merchants import actions as merchants
from crm.merchants import identity
from crm.merchants.actions import FirstReport
from crm.merchants.models import Enterprise
from crm.org.models import User
from crm.org.queries import whom_to_ask
from crm.search import index
from crm.search.tokens import Field, Kind

from . import increases, likeness, queries
from .models import Deal, Party, PartyRole, StageMove
from .stages import MoveKind, Stage

FACTS = (
    "name", "content", "enterprise_id", "planned_wan", "fixed_asset_wan", "agreed_wan", "contract_usd_wan", "increases_id", "amount_basis",
    "source_scope", "direction", "land_mu", "is_return", "is_shanhai", "admission", "admission_note",
    "expected_sign_on", "local_company", "local_uscc", "next_step", "next_due_on",
)  # fmt: skip


def create(data: dict[str, Any], *, actor: User, lead: Lead | None = None) -> Deal:
    """Open a deal at 意向. One that grows out of a lead inherits its first report, which nothing changes later.

    Refused without a reason (`duplicate_reason`) when the investor has an open deal already.
    """
    _check(data)
    reason = data.get("duplicate_reason") or ""
    adds = data.get("increases_id") is not None  # which is the reason why there are two
    if (
        data.get("enterprise_id")
        and not (reason or adds)
        and (others := queries.open_deals_of(data["enterprise_id"]))
    ):
        names = _said_of(others, actor)
        raise Refused(
            _("这家企业已有正在推进的项目：%(names)s。确实是另一个项目，请写明理由", names=names),
            "duplicate_reason",
        )
    if not (reason or adds) and (others := likeness.of_title(data["name"], data.get("enterprise_id"))):
        said = _said_of(others, actor)
        raise Refused(
            _("已有同名的正在推进的项目：%(names)s。确实是另一个项目，请写明理由", names=said),
            "duplicate_reason",
        )
    deal = Deal(
        unit_id=data.get("unit_id") or actor.unit_id,
        owner_id=data.get("owner_id"),
        sponsor_id=data.get("sponsor_id"),
        first_report_unit_id=lead.report_unit_id if lead else actor.unit_id,
        first_report_user_id=lead.reported_by_id if lead else actor.id,
        first_reported_at=lead.reported_at if lead else clock.business_now(),
        lead_id=lead.id if lead else None,
        last_contact_at=lead.last_contact_at if lead else None,
        stage=Stage.INTENDED,
        stage_since=clock.today(),
    )
    _fill(deal, data)
    _check_owner(deal)
    check_increases(deal)
    db.session.add(deal)
    with recording("deal.created", deal, actor=actor, note=reason):
        db.session.flush()
    db.session.add(
        StageMove(
            deal_id=deal.id,
            kind=MoveKind.CREATED,
            to_stage=deal.stage,
            on_day=clock.today(),
            actor_id=actor.id,
        )
    )
    if lead:
        leads.convert(lead, deal.id, actor=actor)
    put_in_index(deal)
    return deal


def firm_from(lead: Lead, name: str, *, actor: User) -> Enterprise:
    """The enterprise that a lead was about, new in the base: who reported the lead reported the firm first.

    Refused when the base may hold it already; of what the actor may not see, unit and name are said.
    """
    data = {
        "name": name,
        "contact_name": lead.contact_name,
        "contact_phones": lead.contact_phone,
        "region_code": lead.region_code,
        "direction": lead.direction,
    }
    alike = identity.likely(actor, merchants.enterprise_record(data), noun="enterprise")
    if same := [one for one in alike if one.may_be_the_same]:
        names = listed(f"{one.name}（{one.unit}）" for one in same)
        raise Refused(_("资源库里可能已有这家企业：%(names)s。请先核对", names=names), "investor")
    firm = merchants.create_enterprise(
        data,
        actor=actor,
        first_report=FirstReport(lead.report_unit_id, lead.reported_by_id, lead.reported_at),
    )
    lead.enterprise_id = firm.id
    return firm


def edit(deal: Deal, data: dict[str, Any], *, actor: Actor) -> None:
    _check(data, before=deal)
    before = deal.increases_id, deal.enterprise_id
    with recording("deal.edited", deal, actor=actor):
        _fill(deal, data)
        if before != (deal.increases_id, deal.enterprise_id):
            check_increases(deal)
    put_in_index(deal)


def assign(deal: Deal, data: dict[str, Any], *, actor: Actor) -> None:
    """Who answers for it: unit, owner, sponsoring leader. Never touches the stage."""
    with recording("deal.assigned", deal, actor=actor, note=data.get("reason") or ""):
        for name in ("unit_id", "owner_id", "sponsor_id"):
            if name in data:
                setattr(deal, name, data[name])
        _check_owner(deal)


def give_to(deals: Iterable[Deal], owner: User, *, actor: Actor) -> int:
    """Many deals to one owner, and with them to the owner's unit. Answers how many changed hands."""
    changed = 0
    for deal in deals:
        if deal.owner_id != owner.id:
            assign(deal, {"owner_id": owner.id, "unit_id": owner.unit_id}, actor=actor)
            changed += 1
    return changed


def add_party(deal: Deal, enterprise: Enterprise, role: PartyRole, *, actor: Actor) -> Party:
    if any(one.enterprise_id == enterprise.id and one.role is role for one in deal.parties):
        raise Refused(_("%(name)s已经是%(role)s了", name=enterprise.name, role=role.label), "investor")
    if enterprise.id == deal.enterprise_id and role is PartyRole.INVESTOR:
        raise Refused(_("%(name)s已经是主投资方了", name=enterprise.name), "investor")
    party = Party(enterprise=enterprise, role=role)
    deal.parties.append(party)
    db.session.flush()
    record("deal.edited", deal, actor=actor, changes={"parties": [None, f"{role.label} {enterprise.name}"]})
    return party


def drop_party(deal: Deal, party: Party, *, actor: Actor) -> None:
    record(
        "deal.edited",
        deal,
        actor=actor,
        changes={"parties": [f"{party.role.label} {party.enterprise.name}", None]},
    )
    deal.parties.remove(party)
    db.session.flush()
    check_increases(deal)


def check_increases(deal: Deal) -> None:
    """增资 both ways, once a day of signing, an investor or a first deal has changed: what it adds to, and what adds to it."""
    with db.session.no_autoflush:
        increased = queries.increased_by(deal)
        if deal.increases_id is not None:
            first = db.session.get_one(Deal, deal.increases_id)
            increases.check(deal, first, increased, queries.firms_of(first))
        if increased:
            adding = db.session.scalars(sa.select(Deal).where(Deal.id.in_(increased))).all()
            increases.check_first(deal, adding, queries.firms_of(deal))


def refuse_in_talks(lead: Lead) -> None:
    """「已在谈或签约的项目，不能再作为新线索报送」. Said are the unit and whom to ask; what the deal is about and what
    it is worth are theirs to tell."""
    firms = queries.firms_named_so(lead.company or "")
    deal = db.session.scalar(queries.in_talks(lead.enterprise_id, lead.company or "", firms).limit(1))
    if deal is None:
        return
    names = whom_to_ask([deal.unit_id])
    raise Refused(
        _(
            "这家企业的项目已由%(unit)s在谈或签约，不能再作为新线索报送。有新情况请联系%(who)s",
            unit=deal.unit.name,
            who=names[deal.unit_id] or deal.unit.name,
        ),
        "company",
    )


leads.REFUSALS.append(refuse_in_talks)


def search_fields(deal: Deal) -> list[Field]:
    """What a deal is found by."""
    return [
        Field(Kind.NAME, deal.name),
        Field(Kind.NAME, deal.enterprise.name if deal.enterprise else ""),
        Field(Kind.NAME, deal.local_company),
        Field(Kind.CODE, deal.local_uscc),
        Field(Kind.TEXT, deal.content),
    ]


def put_in_index(deal: Deal) -> None:
    db.session.flush()
    db.session.refresh(deal, ["enterprise"])  # the id may have changed, and with it the name to be found by
    index.put("deal", deal.id, search_fields(deal))


def _said_of(others: Sequence[Deal], user: User) -> str:
    """Deals by name and unit; of one that this user may not see only the unit is said."""
    seen = queries.seen_by(user, others)
    return listed(
        _("“%(name)s”（%(unit)s）", name=one.name, unit=one.unit.name)
        if one.id in seen
        else _("%(unit)s的一个项目", unit=one.unit.name)
        for one in others
    )


def _fill(deal: Deal, data: dict[str, Any]) -> None:
    for name in FACTS:
        if name in data:
            setattr(deal, name, data[name])


def _check(data: dict[str, Any], before: Deal | None = None) -> None:
    planned, fixed = data.get("planned_wan"), data.get("fixed_asset_wan")
    if planned is not None and fixed is not None and fixed > planned:
        raise Refused(_("固定资产投资不能大于总投资"), "fixed_asset_wan")
    usd = data.get("contract_usd_wan")
    if usd is not None and usd <= 0:
        raise Refused(_("合同外资要大于零，没有外资的请空着"), "contract_usd_wan")
    open_ = before is None or before.is_open
    if open_ and not data.get("next_step"):
        raise Refused(_("项目还在推进，请写明下一步做什么；不再跟进的请先暂缓或终止"), "next_step")
    if open_ and not data.get("next_due_on"):
        raise Refused(_("请写明下一步的日期"), "next_due_on")
    due = data.get("next_due_on")
    if due and due < clock.today() and not (before and before.next_due_on == due):
        raise Refused(_("下一步的日期已经过了，请填今天或以后"), "next_due_on")


def _check_owner(deal: Deal) -> None:
    owner = db.session.get(User, deal.owner_id) if deal.owner_id else None
    if owner and owner.unit_id != deal.unit_id:
        raise Refused(_("%(name)s不在责任单位里，请换人或换单位", name=owner.name), "owner_id")
