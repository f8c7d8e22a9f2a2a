"""Putting what was loaded in bulk where it can be found: search, duplicate keys, the list of look-alikes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa

from crm.agreements.actions import search_fields as agreement_fields
from crm.agreements.models import Agreement
from crm.campaigns.actions import search_fields as campaign_fields
from crm.campaigns.models import Campaign
from crm.capital.actions import search_fields as paid_in_fields
from crm.capital.models import PaidIn
from crm.contacts.actions import search_fields as contact_fields
from crm.contacts.models import ContactLog
from crm.db import db
from crm.deals.actions import search_fields as deal_fields
from crm.deals.models import Deal
from crm.delivery.actions import search_fields as project_fields
from crm.delivery.models import KeyProject
from crm.financing.actions import search_fields as grant_fields
from crm.financing.models import UpperGrant
from crm.indicators.actions import search_fields as typed_fields
from crm.indicators.models import TypedValue
from crm.land.actions import search_fields as parcel_fields
from crm.land.clearance.actions import search_fields as clearance_fields
from crm.land.clearance.models import Clearance
from crm.land.models import Parcel
from crm.leads.actions import search_fields as lead_fields
from crm.leads.models import Lead
from crm.meetings.actions import search_fields as meeting_fields
from crm.meetings.models import Meeting
from crm.merchants import identity, suspects
from crm.merchants.models import Enterprise, Person
from crm.missions.actions import search_fields as mission_fields
from crm.missions.models import Mission
from crm.needs.actions import search_fields as need_fields
from crm.needs.models import Need
from crm.partners.actions import search_fields as partner_fields
from crm.partners.models import Partner
from crm.prospects.actions import search_fields as prospect_fields
from crm.prospects.models import Prospect
from crm.reserve.actions import search_fields as reserve_fields
from crm.reserve.models import ReserveItem
from crm.search import index
from crm.slips.actions import search_fields as slip_fields
from crm.slips.models import Slip
from crm.supervision.cases.actions import search_fields as case_fields
from crm.supervision.cases.models import SupervisionCase
from crm.supervision.commitments.actions import search_fields as commitment_fields
from crm.supervision.commitments.models import Commitment
from crm.supervision.honours.actions import search_fields as honour_fields
from crm.supervision.honours.models import Honour
from crm.supervision.stories.actions import search_fields as story_fields
from crm.supervision.stories.models import Story
from crm.targets.actions import search_fields as task_fields
from crm.targets.models import WorkTask
from crm.watchers.actions import search_fields as request_fields
from crm.watchers.models import FirmRequest


def index_everything() -> None:
    """Search and duplicate keys of every record, then the look-alikes among them."""
    for noun, model in (("enterprise", Enterprise), ("person", Person)):
        identity.refresh_many(noun, _ids(model), fresh=True)
    parts: Sequence[tuple[str, Any, Callable[[Any], Any]]] = (
        ("lead", Lead, lead_fields),
        ("deal", Deal, deal_fields),
        ("contact_log", ContactLog, contact_fields),
        ("mission", Mission, mission_fields),
        ("prospect", Prospect, prospect_fields),
        ("partner", Partner, partner_fields),
        ("paid_in", PaidIn, paid_in_fields),
        (KeyProject.__tablename__, KeyProject, project_fields),
        ("slip", Slip, slip_fields),
        ("commitment", Commitment, commitment_fields),
        ("supervision_case", SupervisionCase, case_fields),
        ("honour", Honour, honour_fields),
        ("story", Story, story_fields),
        ("firm_request", FirmRequest, request_fields),
        ("campaign", Campaign, campaign_fields),
        ("upper_grant", UpperGrant, grant_fields),
        ("agreement", Agreement, agreement_fields),
        ("meeting", Meeting, meeting_fields),
        ("reserve_item", ReserveItem, reserve_fields),
        ("work_task", WorkTask, task_fields),
        ("typed_value", TypedValue, typed_fields),
        ("need", Need, need_fields),
        ("parcel", Parcel, parcel_fields),
        ("clearance", Clearance, clearance_fields),
    )
    for noun, model, fields in parts:
        rows = db.session.scalars(sa.select(model).order_by(model.id))
        index.put_many(noun, [(row.id, fields(row)) for row in rows])
    suspects.scan()


def _ids(model: Any) -> Sequence[int]:
    return db.session.scalars(sa.select(model.id).order_by(model.id)).all()
