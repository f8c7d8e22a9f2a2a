"""The demo district's three batches."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import sqlalchemy as sa

from crm.db import db
from crm.lib import clock
from crm.merchants.models import Enterprise
from crm.needs.models import Need
from crm.org.models import Unit, User
from crm.prospects.models import GroupKind, Prospect, TargetBatch

from .lists import rows


def load_prospects(
    *, units: Mapping[str, Unit], users: Mapping[str, User], merchants: Mapping[str, Enterprise]
) -> None:
    problems = {one.title: one for one in db.session.scalars(sa.select(Need))}
    for row in rows("prospects"):
        firm = merchants[row["merchant_id"]]
        db.session.add(
            Prospect(
                batch=TargetBatch(row["batch"]),
                group_kind=GroupKind(row["group_kind"]) if row["group_kind"] else None,
                name=row["name"],
                need=problems.get(row["solves"]),
                enterprise_id=firm.id,
                direction=firm.direction,
                why=row["why"],
                plan=row["plan"],
                team=row["team"],
                unit_id=units[row["unit"]].id,
                owner_id=users[row["owner"]].id if row["owner"] else None,
                contact_by=dt.date.fromisoformat(row["contact_by"]),
                listed_at=clock.start_of(dt.date.fromisoformat(row["listed_on"])),
                contacted_on=_day(row["contacted_on"]),
                dropped_on=_day(row["dropped_on"]),
                why_dropped=row["why_dropped"],
            )
        )
    db.session.flush()


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
