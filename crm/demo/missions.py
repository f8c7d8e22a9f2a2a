"""The demo district's missions: two over, one whose results are overdue, one just home, one to come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from crm.contacts.models import ContactLog
from crm.db import db
from crm.leads.models import Lead
from crm.merchants.models import Direction, Enterprise
from crm.missions.models import Mission, MissionKind, Outcome, Stop
from crm.org import settings
from crm.org.models import Unit, User
from crm.reference import regions

from .lists import rows


def load_missions(
    *,
    units: Mapping[str, Unit],
    users: Mapping[str, User],
    merchants: Mapping[str, Enterprise],
    leads: Mapping[str, Lead],
    logs: Mapping[str, ContactLog],
) -> None:
    """`users` by login, and leaders by their role; `merchants`, `leads` and `logs` by the keys of their lists."""
    found = {row["mission_id"]: _mission(row, units, users) for row in rows("missions")}
    for at, row in enumerate(rows("mission_stops"), start=1):
        lead = leads.get(row["lead_id"])
        firm = merchants.get(row["merchant_id"])
        found[row["mission_id"]].stops.append(
            Stop(
                position=at,
                enterprise_id=firm.id if firm else lead.enterprise_id if lead else None,
                lead_id=lead.id if lead else None,
                why=row["why"],
                outcome=Outcome(row["outcome"]) if row["outcome"] else None,
                told_on=_day(row["told_on"]),
                result=row["result"],
                contact_log_id=logs[row["interaction"]].id if row["interaction"] else None,
                follow_user_id=users[row["follow"]].id if row["follow"] else None,
                follow_step=row["follow_step"],
                follow_due_on=_day(row["follow_due_on"]),
                follow_done_on=_day(row["follow_done_on"]),
                follow_said=row["follow_said"],
            )
        )
    db.session.flush()


def _mission(row: dict[str, str], units: Mapping[str, Unit], users: Mapping[str, User]) -> Mission:
    ends_on = dt.date.fromisoformat(row["ends_on"])
    members = [users[login] for login in row["members"].split()]
    mission = Mission(
        kind=MissionKind(row["kind"]),
        title=row["title"],
        purpose=row["purpose"],
        starts_on=dt.date.fromisoformat(row["starts_on"]),
        ends_on=ends_on,
        results_by=ends_on + dt.timedelta(days=settings.get("mission.result_days")),
        region_codes=[code for place in row["places"].split() if (code := regions.find(place))],
        direction=Direction.of(row["direction"]),
        leader_id=users[row["leader"]].id if row["leader"] else None,
        others=row["others"],
        unit_id=units[row["unit"]].id,
        owner_id=members[0].id,
        members=members,
        closed_on=_day(row["closed_on"]),
        summary=row["summary"],
    )
    db.session.add(mission)
    db.session.flush()
    return mission


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
