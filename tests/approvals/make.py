"""Items for tests, as they stand: no verb, no event."""

from __future__ import annotations

import datetime as dt
from typing import Any

from crm.approvals.models import (
    Agency,
    AgencyNote,
    Approval,
    Correction,
    JointMeeting,
    JointRuling,
    Template,
    TemplateItem,
)
from crm.approvals.steps import Level, Step
from crm.db import db
from crm.delivery.models import KeyProject
from crm.org.models import User
from tests.delivery.make import make_project

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


def grant(cast: Any, hub: KeyProject, agent: User, number: int) -> None:
    """One more item of the first project, one more of all that hangs on the first item, one more kind of project."""
    named = f"第{number}项批复"
    item = make_item(hub, named, level=Level.UPPER, step=Step.HANDLING, unit_id=agent.unit_id)
    first = db.session.get_one(Approval, 1)
    item.after = [first] if item is not first else []
    day = dt.date(1990, 1, 1) + dt.timedelta(days=7 * number)
    run_by(item, agent)
    first.agencies.append(Agency(agent=agent, from_on=day, to_on=day)) if item is not first else None
    first.corrections.append(Correction(from_on=day, to_on=day, what="补图"))
    first.notes.append(AgencyNote(on_day=day, text="去了市里", author=agent))
    make_item(make_project(f"第{number}个厂", cast.wang), "供地", level=Level.UPPER)
    make_item(hub, f"第{number}项办结", step=Step.DONE)
    make_template(f"第{number}类", ("立项", Level.LOCAL, 10))
    kind = db.session.get_one(Template, 1)
    kind.items.append(
        TemplateItem(position=number + 2, name=named, days=5, unit_id=agent.unit_id, after=kind.items[:1])
    )
    for _meeting in range(2):
        meeting = JointMeeting(held_on=day, unit_id=agent.unit_id, chair=cast.zhou)
        meeting.rulings.append(JointRuling(approval=first, decision="先办"))
        db.session.add(meeting)
    db.session.flush()
    first_meeting = db.session.get_one(JointMeeting, 1)
    first_meeting.rulings.append(JointRuling(approval=item, decision="快办"))
