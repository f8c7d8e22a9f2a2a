"""Ready-made deals, leads, enterprises and contacts for the tests of leads, deals and the pipeline."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from crm.contacts.models import ContactKind, ContactLog
from crm.db import db
from crm.deals import actions as deal_verbs
from crm.deals.models import Deal, StageMove
from crm.deals.stages import Admission, AgreementKind, MoveKind, Stage
from crm.leads import actions as lead_verbs
from crm.leads.models import Lead
from crm.lib import clock
from crm.merchants.models import Direction, Enterprise
from crm.org.models import User
from crm.search import index
from crm.search.tokens import Field, Kind

TODAY = dt.date(2013, 7, 25)


def make_enterprise(name: str, user: User, **columns: Any) -> Enterprise:
    firm = Enterprise(
        name=name,
        follow_unit_id=user.unit_id,
        follow_user_id=user.id,
        first_report_unit_id=user.unit_id,
        first_report_user_id=user.id,
        **columns,
    )
    db.session.add(firm)
    db.session.flush()
    index.put("enterprise", firm.id, [Field(Kind.NAME, name)])
    return firm


def make_deal(name: str, owner: User, **columns: Any) -> Deal:
    """A deal of the owner's unit, first reported by it; at 意向 unless told otherwise."""
    deal = Deal(
        **{
            "name": name,
            "unit_id": owner.unit_id,
            "owner_id": owner.id,
            "first_report_unit_id": owner.unit_id,
            "first_report_user_id": owner.id,
            "next_step": "请对方来看地块",
            "next_due_on": TODAY + dt.timedelta(days=7),
            "stage_since": TODAY,
            **columns,
        }
    )
    if deal.stage and deal.stage.order >= Stage.SIGNED.order and not deal.signed_on:
        deal.signed_on = TODAY
    db.session.add(deal)
    db.session.flush()
    db.session.add(
        StageMove(
            deal_id=deal.id,
            kind=MoveKind.CREATED,
            to_stage=deal.stage,
            on_day=deal.stage_since,
            actor_id=owner.id,
        )
    )
    index.put("deal", deal.id, deal_verbs.search_fields(deal))
    db.session.flush()
    return deal


def make_lead(title: str, reporter: User, **columns: Any) -> Lead:
    lead = Lead(
        **{
            "title": title,
            "company": "恒远屿科技",
            "report_unit_id": reporter.unit_id,
            "reported_by_id": reporter.id,
            "unit_id": reporter.unit_id,
            **columns,
        }
    )
    db.session.add(lead)
    db.session.flush()
    index.put("lead", lead.id, lead_verbs.search_fields(lead))
    return lead


def make_contact(user: User, **columns: Any) -> ContactLog:
    log = ContactLog(
        **{
            "kind": ContactKind.MEETING,
            "happened_at": clock.business_now(),
            "summary": "首次洽谈",
            "unit_id": user.unit_id,
            "author_id": user.id,
            **columns,
        }
    )
    db.session.add(log)
    db.session.flush()
    return log


def ready_to_sign(name: str, owner: User, **columns: Any) -> Deal:
    """At 在谈 with everything the gate into 签约 takes from before."""
    firm = make_enterprise(f"{name}投资方", owner)
    deal = make_deal(
        name,
        owner,
        **{
            "stage": Stage.NEGOTIATING,
            "enterprise_id": firm.id,
            "content": "建厂房两栋",
            "direction": Direction.MANUFACTURING,
            "planned_wan": Decimal(12_000),
            "admission": Admission.APPROVED,
            **columns,
        },
    )
    make_contact(owner, deal_id=deal.id)
    return deal


SIGNING = {
    "signed_on": TODAY,
    "agreement_kind": AgreementKind.INVESTMENT,
    "agreed_wan": Decimal(10_000),
    "evidence": "协议编号 2013-07",
}
