"""Key projects for tests, as they stand: no verb, no event."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from crm.db import db
from crm.delivery.models import KeyProject, Milestone, ProjectList, ProjectYear, Sponsorship
from crm.delivery.status import BuildKind, NodeKind, Status
from crm.org.models import User

TODAY = dt.date(2013, 7, 25)


def make_project(name: str, by: User, **columns: Any) -> KeyProject:
    given = {"unit_id": by.unit_id, "entered_unit_id": by.unit_id, "entered_by_id": by.id, "task_force": "专班",
             "owner_body": "业主", "status": Status.NOT_STARTED, "status_since": dt.date(2013, 1, 1)}  # fmt: skip
    project = KeyProject(name=name, **(given | columns))
    project.years.append(ProjectYear(year=2013, build_kind=BuildKind.NEW, planned_wan=Decimal(1000)))
    db.session.add(project)
    db.session.flush()
    return project


def make_node(project: KeyProject, name: str, plan_on: dt.date | None, **columns: Any) -> Milestone:
    given = {"kind": NodeKind.OTHER, "baseline_on": plan_on, "person": "", "signed_on": None}
    node = Milestone(project=project, name=name, plan_on=plan_on, **(given | columns))
    db.session.add(node)
    db.session.flush()
    return node


def led(project: KeyProject, leader: User, from_on: dt.date = dt.date(2013, 1, 15)) -> Sponsorship:
    one = Sponsorship(project=project, leader=leader, post=leader.post, from_on=from_on)
    db.session.add(one)
    db.session.flush()
    return one


def make_list(kind: str, by: User, *projects: KeyProject, **columns: Any) -> ProjectList:
    from crm.delivery.models import ListEntry

    roll = ProjectList(kind=kind, year=2013, unit_id=by.unit_id, **columns)
    for project in projects:
        roll.entries.append(ListEntry(project=project, planned_wan=project.years[0].planned_wan))
    db.session.add(roll)
    db.session.flush()
    return roll
