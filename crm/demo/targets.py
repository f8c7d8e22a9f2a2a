"""The demo district's targets: those of the report, and a split over units that adds up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from crm.db import db
from crm.indicators.progress import month_end
from crm.org.models import Unit, User
from crm.targets.models import Target, TaskState, WorkTask

from .lists import rows


def load_targets(*, units: Mapping[str, Unit], users: Mapping[str, User]) -> None:
    tasks = {}
    for row in rows("tasks"):
        issued_on = dt.date.fromisoformat(row["issued_on"]) if row["issued_on"] else None
        tasks[row["task_id"]] = WorkTask(
            name=row["name"],
            unit_id=units[row["unit"]].id,
            owner_id=users[row["owner"]].id if row["owner"] else None,
            first_on=dt.date.fromisoformat(f"{row['first']}-01"),
            last_on=month_end(dt.date.fromisoformat(f"{row['last']}-01")),
            goal=row["goal"], focus=row["focus"], measures=row["measures"], schedule=row["schedule"],
            document_no=row["document_no"],
            state=TaskState.ISSUED if issued_on else TaskState.DRAFT,
            issued_on=issued_on,
        )  # fmt: skip
    db.session.add_all(tasks.values())
    made: dict[tuple[str, str, str, str], Target] = {}
    for row in rows("targets"):
        above = (row["task_id"], row["indicator"], row["unit"] if row["person"] else "", "")
        target = Target(
            task=tasks[row["task_id"]],
            parent=made[above] if row["unit"] else None,
            indicator=row["indicator"],
            unit_id=units[row["unit"]].id if row["unit"] else None,
            person_id=users[row["person"]].id if row["person"] else None,
            amount=Decimal(row["amount"]),
            stretch=Decimal(row["stretch"]) if row["stretch"] else None,
        )
        db.session.add(target)
        db.session.flush()
        made[row["task_id"], row["indicator"], row["unit"], row["person"]] = target
