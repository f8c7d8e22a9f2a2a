"""What the one search box finds: the best of every noun that the user may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import joinedload

from crm.agreements import queries as agreements
from crm.agreements.models import Agreement
from crm.campaigns import queries as campaigns
from crm.contacts import queries as contacts
from crm.delivery import queries as delivery
from crm.financing import queries as financing
from crm.indicators import queries as indicators
from crm.land import queries as land
from crm.land.clearance import queries as clearance
from crm.meetings import queries as meetings
from crm.missions import queries as missions
from crm.needs import queries as needs
from crm.org.models import User
from crm.partners import queries as partners
from crm.prospects import queries as prospects
from crm.reserve import queries as reserve
from crm.slips import queries as slips
from crm.supervision.cases import queries as cases
from crm.supervision.commitments import queries as commitments
from crm.supervision.honours import queries as honours
from crm.supervision.stories import queries as stories
from crm.targets import queries as targets
from crm.watchers import queries as watchers
from crm.yields import queries as yields

CAP = 100
"""Hits are counted up to here: people want to know whether to narrow, not how many thousand there are."""


@dataclass(frozen=True)
class Found:
    """What one noun has for a query."""

    noun: str
    records: list[Any]
    total: int  # CAP when there are at least that many


FULL = {"enterprise": "enterprises", "person": "people", "deal": "deals", "lead": "leads", "mission": "missions", "prospect": "prospects",
        needs.NOUN: "needs", land.NOUN: "parcels", clearance.NOUN: "clearances",
        partners.NOUN: "partners", reserve.NOUN: "reserve", financing.NOUN: "upper_grants",
        delivery.NOUN: "projects", slips.NOUN: "slips", agreements.NOUN: "agreements", meetings.NOUN: "meetings",
        commitments.NOUN: "commitments", cases.NOUN: "supervision_cases", honours.NOUN: "honours", stories.NOUN: "stories",
        watchers.NOUN: "firm_requests", targets.NOUN: "work_tasks", indicators.NOUN: "typed_values",
        yields.CASE: "yield_cases", contacts.NOUN: "contacts"}  # fmt: skip
"""The list that shows all that was found of a noun. Campaigns are a handful and have none."""


AGREEMENTS = contacts.Source(
    agreements.NOUN, Agreement, agreements.visible_to, Agreement.title, (joinedload(Agreement.deal),)
)


def find(user: User, q: str, limit: int, *, counting: bool) -> list[Found]:
    """The best of every noun the user may see. `counting` also asks how many there are."""
    found = []
    for source in (
        *contacts.SUBJECTS,
        delivery.SOURCE,
        slips.SOURCE,
        commitments.SOURCE,
        cases.SOURCE,
        honours.SOURCE,
        stories.SOURCE,
        watchers.SOURCE,
        campaigns.SOURCE,
        yields.SOURCE,
        prospects.SOURCE,
        partners.SOURCE,
        missions.SOURCE,
        needs.SOURCE,
        land.SOURCE,
        clearance.SOURCE,
        financing.SOURCE,
        reserve.SOURCE,
        targets.SOURCE,
        indicators.SOURCE,
        AGREEMENTS,
        meetings.SOURCE,
        contacts.LOGS,
    ):
        records = source.best(user, q, limit)
        total = len(records)
        if counting and total == limit:
            total = source.count(user, q, CAP)
        if records:
            found.append(Found(source.noun, records, total))
    return found
