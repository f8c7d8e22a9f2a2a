"""The demo district's commitments: one overdue, one due, one that waits for a word, one kept, one withdrawn. All invented,
about projects of the list.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping

import sqlalchemy as sa

from crm.db import db
from crm.delivery.models import KeyProject
from crm.lib import clock
from crm.org.models import Unit, User
from crm.supervision.commitments.models import Commitment, CommitmentStep
from crm.supervision.commitments.states import CLAIMED, Claim, CommitmentState, StepKind

Rows = Callable[[str], Iterator[dict[str, str]]]
HOURS = {StepKind.MADE: 9, StepKind.KEPT: 16, StepKind.WITHDRAWN: 16}


def load_supervision(rows: Rows, *, units: Mapping[str, Unit], users: Mapping[str, User]) -> None:
    projects = {one.name: one for one in db.session.scalars(sa.select(KeyProject))}
    for row in rows("commitments"):
        _commitment(row, units, users, projects)
    db.session.flush()


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
    _step(made, StepKind.MADE, promised_on, unit_id=unit.id, until_on=due_on)
    if row["claimed_on"]:
        _step(
            made, CLAIMED[claim], dt.date.fromisoformat(row["claimed_on"]), unit_id=unit.id, text=row["said"]
        )
    if made.ended_on and decider:
        ids = {"actor_id": decider.id, "unit_id": decider.unit_id}
        _step(made, StepKind(claim.value), made.ended_on, **ids)
    db.session.add(made)


def _step(made: Commitment, kind: StepKind, on_day: dt.date, **columns: object) -> None:
    at = clock.start_of(on_day) + dt.timedelta(hours=HOURS.get(kind, 14))
    made.steps.append(CommitmentStep(kind=kind, on_day=on_day, at=at, **columns))
