"""Leads, the bulletins that told of them, and one dispute."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from crm.bulletins import content, periods
from crm.bulletins.models import Bulletin
from crm.db import db
from crm.deals.models import Deal
from crm.disputes.models import Dispute
from crm.leads.models import Conclusion, Judgement, Lead, LeadSource, LeadState
from crm.leads.sameness import company_key
from crm.lib import clock
from crm.merchants.models import (
    Enterprise,
)
from crm.org.models import Unit

from .lists import DAY, added, moment, rows, wan
from .units import HOME_UNIT

LEAD_STATES = {
    "待核实": (LeadState.REPORTED, None),
    "已通报": (LeadState.NURTURED, Conclusion.NURTURE),
    "已分派": (LeadState.FOLLOWED, Conclusion.FOLLOW),
    "已转新谈": (LeadState.FOLLOWED, Conclusion.FOLLOW),
    "已归档": (LeadState.ARCHIVED, Conclusion.DROP),
}
EXAMPLE_OPINIONS = {
    Conclusion.FOLLOW: {
        "industry": "符合本区产业方向，可与现有企业配套",
        "policy": "可享受重大项目扶持政策",
        "resources": "用地指标可以保障",
    }
}


def load_leads(
    units: dict[str, Unit], merchants: dict[str, Enterprise], deals: dict[str, Deal]
) -> dict[str, Lead]:
    leads: dict[str, Lead] = {}
    reported: set[int] = set()
    by_merchant: dict[int | None, Deal] = {}
    for known in deals.values():
        by_merchant.setdefault(known.enterprise_id, known)
    for row in rows("leads"):
        state, conclusion = LEAD_STATES[row["status"]]
        enterprise = merchants[row["merchant_id"]]
        reported_at = moment(row["collected_at"].split(" ")[0], 0, row["collected_at"].split(" ")[1])
        if row["duplicate_of"]:
            state, conclusion = LeadState.DUPLICATE, Conclusion.DUPLICATE
        deal = by_merchant.get(enterprise.id) if row["status"] == "已转新谈" else None
        judged_at = reported_at + dt.timedelta(days=1) if conclusion else None
        if row["duplicate_of"]:
            judged_at = reported_at  # the server's own word, at the moment of the report
        is_open = conclusion in (None, Conclusion.FOLLOW, Conclusion.NURTURE) and deal is None
        lead = added(
            Lead(
                title=row["title"],
                state=LeadState.CONVERTED if deal else state,
                source=LeadSource.of(row["source_type"].replace("(", "（").replace(")", "）"))
                or LeadSource.OTHER,
                direction=enterprise.direction,
                enterprise_id=enterprise.id,
                company=enterprise.name,
                company_key=company_key(enterprise.name),
                other_matter="示例：同一客商的另一个项目"
                if enterprise.id in reported and not row["duplicate_of"]
                else "",
                planned_wan=wan(row["est_invest_yi"]),
                report_unit_id=units[row["collected_by_unit"]].id,
                reported_at=reported_at,
                unit_id=units[row["collected_by_unit"]].id,
                answered_at=judged_at,
                judged_at=judged_at,
                fed_back_at=judged_at,
                closed_at=None if is_open else judged_at,
                conclusion=conclusion,
                bulletin_no=row["bulletin_no"],
                deal_id=deal.id if deal else None,
                duplicate_of_id=leads[row["duplicate_of"]].id if row["duplicate_of"] else None,
            )
        )
        db.session.flush()
        if deal and deal.lead_id is None:
            deal.lead_id = lead.id
        if judged_at and conclusion and not row["duplicate_of"]:
            db.session.add(
                Judgement(
                    lead_id=lead.id,
                    at=judged_at,
                    unit_id=units[HOME_UNIT].id,
                    conclusion=conclusion,
                    opinion="示例研判意见",
                    **EXAMPLE_OPINIONS.get(conclusion, {}),
                )
            )
        reported.add(enterprise.id)
        leads[row["lead_id"]] = lead
    load_dispute(leads["X022"])
    load_bulletins(units, leads.values())
    return leads


def load_bulletins(units: dict[str, Unit], leads: Iterable[Lead]) -> None:
    """The half-monthly issues of the year so far, as the list of leads names them."""
    issues: dict[str, list[Lead]] = {}
    for lead in leads:
        if lead.bulletin_no:
            issues.setdefault(lead.bulletin_no, []).append(lead)
    for number, told in enumerate((issues[name] for name in sorted(issues)), 1):
        first_on, last_on = periods.nth_of(DAY.year, number)
        figures, lines = content.freeze(told, [], [lead for lead in told if lead.closed_at])
        issue = added(
            Bulletin(
                year=DAY.year,
                number=number,
                first_on=first_on,
                last_on=last_on,
                issued_at=clock.start_of(last_on + dt.timedelta(days=1)) + dt.timedelta(hours=9),
                unit_id=units[HOME_UNIT].id,
                figures=figures,
                rows=lines,
            )
        )
        for lead in told:
            lead.bulletin_no = issue.name


def load_dispute(lead: Lead) -> None:
    """区经信局 was told at 16:30 what 航埠镇 had reported at 10:05, and says it had met the firm before."""
    db.session.add(
        Dispute(
            lead_id=lead.id,
            first_id=lead.duplicate_of_id,
            unit_id=lead.report_unit_id,
            raised_at=moment("2013-07-23", 9),
            grounds="示例：我局 3 月 28 日已在上海拜访过该企业，有会议纪要",
        )
    )
