"""The demo district's commitments (one overdue, one due, one that waits for a word, one kept, one withdrawn), all invented
about projects of the list; four cases that have gone on, by the figures that the triggers found in the middle of the month,
and all that they find today, waiting for somebody to verify it. Two honours, with what the records say for them; stories
of each kind, one of which is not out yet.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from crm.db import db
from crm.delivery.models import KeyProject
from crm.indicators import catalogue
from crm.jobs import periodic
from crm.lib import clock
from crm.org.models import Unit, User
from crm.slips.models import Remark
from crm.supervision.cases import queries
from crm.supervision.cases.actions import COLUMN
from crm.supervision.cases.models import CaseStep, SupervisionCase
from crm.supervision.cases.states import WITH_UNIT, CaseState, Conclusion, StepKind, Trigger
from crm.supervision.cases.triggers import Found
from crm.supervision.commitments.models import Commitment, CommitmentStep
from crm.supervision.commitments.states import CLAIMED, Claim, CommitmentState
from crm.supervision.commitments.states import StepKind as PromiseStep
from crm.supervision.honours import queries as honours
from crm.supervision.honours.models import Honour, HonourKind
from crm.supervision.stories.models import Story
from crm.supervision.stories.states import StoryKind

from .lists import rows

HOURS = {PromiseStep.MADE: 9, PromiseStep.KEPT: 16, PromiseStep.WITHDRAWN: 16}


def load_supervision(*, units: Mapping[str, Unit], users: Mapping[str, User]) -> None:
    projects = {one.name: one for one in db.session.scalars(sa.select(KeyProject))}
    for row in rows("commitments"):
        _commitment(row, units, users, projects)
    db.session.flush()
    _cases(users["leader"])
    _look()
    for row in rows("honours"):
        _honour(row, units[row["unit"]], users.get(row["person"]))
    for row in rows("stories"):
        _story(row, units, users, projects)


def _commitment(
    row: dict[str, str],
    units: Mapping[str, Unit],
    users: Mapping[str, User],
    projects: Mapping[str, KeyProject],
) -> None:
    state = CommitmentState.of(row["status"]) or CommitmentState.OPEN
    claim = Claim.WITHDRAWN if state is CommitmentState.WITHDRAWN else Claim.KEPT
    unit, person, decider = units[row["unit"]], users.get(row["person"]), users.get(row["confirmed_by"])
    promised_on, due_on = dt.date.fromisoformat(row["promised_on"]), dt.date.fromisoformat(row["due_on"])
    made = Commitment(
        name=row["name"], unit_id=unit.id, person_id=person.id if person else None, post=row["post"],
        to_whom=row["to_whom"], occasion=row["occasion"], promised_on=promised_on, due_on=due_on, state=state,
        project_id=projects[row["project"]].id if row["project"] else None,
        claim=claim if state is CommitmentState.CLAIMED else None,
        ended_on=dt.date.fromisoformat(row["confirmed_on"]) if row["confirmed_on"] else None,
    )  # fmt: skip
    _step(made, PromiseStep.MADE, promised_on, unit_id=unit.id, until_on=due_on)
    if row["claimed_on"]:
        _step(
            made, CLAIMED[claim], dt.date.fromisoformat(row["claimed_on"]), unit_id=unit.id, text=row["said"]
        )
    if made.ended_on and decider:
        ids = {"actor_id": decider.id, "unit_id": decider.unit_id}
        _step(made, PromiseStep(claim.value), made.ended_on, **ids)
    db.session.add(made)


def _cases(leader: User) -> None:
    """Of the middle of the month; the plan of a year moves by whole months, so its figures are those of that day."""
    day = dt.date(2013, 7, 15)
    found: dict[Trigger, list[Found]] = {one: [] for one in Trigger}
    for one in queries.found(day):
        found[one.trigger].append(one)
    slow, slower = found[Trigger.PROJECT][:2]
    (late,) = found[Trigger.COMMITMENT]
    remark = db.session.scalars(sa.select(Remark).where(Remark.slip_id.is_(None))).one()
    assert remark.project
    seen = Found(
        Trigger.REMARK, remark.id, remark.name, remark.project.unit_id or remark.project.entered_unit_id
    )
    by = {"actor_id": leader.id, "unit_id": leader.unit_id}
    _case(slow, day, CaseState.EXPLAINED, [
        (StepKind.ASKED, 1, {"until_on": day + dt.timedelta(days=9), **by}),
        (StepKind.EXPLAINED, 7, {"text": "示例：征迁有三户没有签，八月上旬签完，九月补上进度", "unit_id": slow.unit_id}),
    ])  # fmt: skip
    _case(late, day, CaseState.ASKED, [(StepKind.ASKED, 1, {"until_on": day + dt.timedelta(days=12), **by})])
    _case(seen, dt.date(2013, 6, 27), CaseState.CLOSED, [
        (StepKind.CONCLUDED, 20, {"text": "示例：围挡已按标准更换", "conclusion": Conclusion.NO_ACTION, **by}),
    ])  # fmt: skip
    _case(slower, day - dt.timedelta(days=7), CaseState.RECTIFYING, [
        (StepKind.ASKED, 1, {"until_on": day - dt.timedelta(days=2), **by}),
        (StepKind.EXPLAINED, 3, {"text": "示例：设备定货晚了两个月", "unit_id": slower.unit_id}),
        (StepKind.CONCLUDED, 9, {"text": "示例：八月底前开工，补上进度", "conclusion": Conclusion.RECTIFY,
                                 "until_on": dt.date(2013, 8, 31), **by}),
    ])  # fmt: skip
    db.session.flush()


def _look() -> None:
    """As the timer does it, but for the trail: it was the house."""
    today = clock.today()
    there = queries.listed_already(today)
    found = [one for one in queries.found(today) if one.key not in there]
    for one in found:
        _case(one, today, CaseState.PROPOSED, [])
    periodic.done_by_hand(queries.LINE, len(found))


def _story(
    row: dict[str, str],
    units: Mapping[str, Unit],
    users: Mapping[str, User],
    projects: Mapping[str, KeyProject],
) -> None:
    unit, person, entered = units[row["unit"]], users.get(row["person"]), units[row["entered_unit"]]
    published_on = dt.date.fromisoformat(row["published_on"]) if row["published_on"] else None
    db.session.add(
        Story(
            title=row["title"], kind=StoryKind(row["kind"]), text=row["text"], unit_id=unit.id,
            on_day=dt.date.fromisoformat(row["on_day"]), person_id=person.id if person else None,
            project_id=projects[row["project"]].id if row["project"] else None, published_on=published_on,
            published_in=row["published_in"], link=row["link"], entered_unit_id=entered.id,
        )
    )  # fmt: skip


def _honour(row: dict[str, str], unit: Unit, person: User | None) -> None:
    kind, one = HonourKind.of(row["kind"]) or HonourKind.OTHER, catalogue.CATALOGUE[row["indicator"]]
    granted_on, year = dt.date.fromisoformat(row["granted_on"]), int(row["year"])
    db.session.add(
        Honour(
            kind=kind, title=kind.msgid, year=year, unit_id=unit.id, person_id=person.id if person else None,
            reason=row["reason"], granted_on=granted_on, granted_by=row["granted_by"], document_no=row["document_no"],
            evidence=honours.figure(one, year, unit.id, person.id if person else None, granted_on),
        )
    )  # fmt: skip


def _case(
    found: Found, as_of: dt.date, state: CaseState, steps: list[tuple[StepKind, int, dict[str, Any]]]
) -> None:
    """`steps` follow so many days after it was listed."""
    made = SupervisionCase(
        trigger=found.trigger, subject=found.subject, unit_id=found.unit_id, evidence=found.evidence, as_of=as_of,
        state=state, open_key=None if state is CaseState.CLOSED else found.key, **{COLUMN[found.trigger]: found.record_id},
    )  # fmt: skip
    for kind, days, columns in [(StepKind.RAISED, 0, {}), *steps]:
        on_day = as_of + dt.timedelta(days=days)
        at = clock.start_of(on_day) + dt.timedelta(hours=9 if kind is StepKind.RAISED else 15)
        made.steps.append(CaseStep(kind=kind, on_day=on_day, at=at, **columns))
        made.conclusion = columns.get("conclusion")
        made.concluded_on = on_day if state is CaseState.CLOSED else None
        made.due_on = columns.get("until_on") if state in WITH_UNIT else None
    db.session.add(made)


def _step(made: Commitment, kind: PromiseStep, on_day: dt.date, **columns: object) -> None:
    at = clock.start_of(on_day) + dt.timedelta(hours=HOURS.get(kind, 14))
    made.steps.append(CommitmentStep(kind=kind, on_day=on_day, at=at, **columns))
