"""Items for tests, as they stand: no verb, no event."""

from __future__ import annotations

import datetime as dt
from typing import Any

from crm.approvals.models import Agency, Approval, Template, TemplateItem
from crm.approvals.steps import Level, Step
from crm.db import db
from crm.delivery.models import KeyProject
from crm.org.models import User

TODAY = dt.date(2013, 7, 25)


def make_item(project: KeyProject, name: str, *after: Approval, **columns: Any) -> Approval:
    given: dict[str, Any] = {"authority": "市里的局", "days": 10}
    if columns.get("step", Step.NOT_STARTED) is not Step.NOT_STARTED:
        given["accepted_on"] = dt.date(2013, 7, 1)
    if columns.get("step") is Step.DONE:
        given["decided_on"] = dt.date(2013, 7, 10)
    one = Approval(project=project, name=name, **(given | columns))
    db.session.add(one)
    db.session.flush()
    one.position = one.position or one.id
    one.after = list(after)
    db.session.flush()
    return one


def run_by(one: Approval, agent: User, from_on: dt.date = dt.date(2013, 7, 1)) -> Agency:
    agency = Agency(agent=agent, from_on=from_on)
    one.agencies.append(agency)
    db.session.flush()
    return agency


def make_template(name: str, *items: tuple[str, Level, int], in_a_row: bool = False) -> Template:
    template = Template(name=name)
    for position, (item, level, days) in enumerate(items, 1):
        row = TemplateItem(position=position, name=item, level=level, days=days, authority="市里的局")
        if in_a_row and template.items:
            row.after = [template.items[-1]]
        template.items.append(row)
    db.session.add(template)
    db.session.flush()
    return template
