"""Reading cases, and finding what should be one: the same figures as on the pages of targets, projects, commitments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from crm.contacts import queries as contacts
from crm.db import db
from crm.delivery import queries as delivery
from crm.delivery.models import KeyProject, ProjectYear
from crm.files.models import StoredFile
from crm.indicators import catalogue
from crm.jobs import queries as jobs
from crm.jobs.models import PeriodicRun
from crm.lib import clock
from crm.org import queries as org
from crm.org import settings
from crm.org.guard import reaches, within
from crm.org.models import User
from crm.org.permissions import Permission as P
from crm.slips.models import Remark
from crm.supervision import queries as supervision
from crm.supervision.commitments import queries as commitments
from crm.supervision.commitments.models import Commitment
from crm.targets import queries as targets
from crm.targets.models import Target, TaskState, WorkTask

from . import triggers
from .models import CaseStep, SupervisionCase
from .states import WITH_UNIT, CaseState, Conclusion, StepKind, Trigger
from .triggers import Found

NOUN = SupervisionCase.__tablename__
STEP = CaseStep.__tablename__
LINE = "propose_cases"
"""What looks for them each morning: its line in crm/recurring.py."""


# --- who sees and may what ----------------------------------------------------------------------------------


def visible_to(user: User) -> sa.Select[Any]:
    """My unit's, and those I was asked about; the office and who has the district see all."""
    rows = sa.select(SupervisionCase)
    if supervision.sees_all(user):
        return rows
    mine = within(
        user.scope_of(P.SUPERVISION_VIEW), user, units=[SupervisionCase.unit_id],
        owners=[SupervisionCase.person_id],
    )  # fmt: skip
    return rows.where(mine)


def may_run(user: User, case: SupervisionCase) -> bool:
    """Never the unit itself."""
    return supervision.runs(user) and user.unit_id != case.unit_id


def may_explain(user: User, case: SupervisionCase) -> bool:
    scope = user.scope_of(P.SUPERVISION_ANSWER)
    return user.unit_id == case.unit_id and reaches(
        scope, user, units=[case.unit_id], owners=[case.person_id]
    )


def to_run(user: User) -> sa.ColumnElement[bool]:
    """may_run as a WHERE."""
    return SupervisionCase.unit_id != user.unit_id if supervision.runs(user) else sa.false()


def with_names(rows: sa.Select[Any]) -> sa.Select[Any]:
    return rows.options(joinedload(SupervisionCase.unit), selectinload(SupervisionCase.person))


def with_story(rows: sa.Select[Any]) -> sa.Select[Any]:
    steps = selectinload(SupervisionCase.steps)
    return with_names(rows).options(
        joinedload(SupervisionCase.project), joinedload(SupervisionCase.slip),
        joinedload(SupervisionCase.commitment).joinedload(Commitment.project),
        joinedload(SupervisionCase.remark).joinedload(Remark.project),
        joinedload(SupervisionCase.target).joinedload(Target.task),
        steps.joinedload(CaseStep.actor), steps.joinedload(CaseStep.unit),
    )  # fmt: skip


def late(today: dt.date) -> sa.ColumnElement[bool]:
    """SupervisionCase.is_late as a WHERE."""
    return sa.and_(SupervisionCase.state.in_(WITH_UNIT), SupervisionCase.due_on < today)


def of_project(user: User, project: KeyProject) -> Sequence[SupervisionCase]:
    promised = sa.select(Commitment.id).where(Commitment.project_id == project.id)
    said = sa.select(Remark.id).where(Remark.project_id == project.id)
    about = sa.or_(
        SupervisionCase.project_id == project.id,
        SupervisionCase.commitment_id.in_(promised),
        SupervisionCase.remark_id.in_(said),
    )
    rows = with_names(visible_to(user).where(about)).order_by(SupervisionCase.id.desc())
    return db.session.scalars(rows.limit(50)).unique().all()


def of_remarks(user: User, remark_ids: Sequence[int]) -> dict[int, int]:
    """{remark: the last case that has come from it}, as far as I see it."""
    rows = visible_to(user).with_only_columns(SupervisionCase.remark_id, sa.func.max(SupervisionCase.id))
    rows = rows.where(SupervisionCase.remark_id.in_(remark_ids)).group_by(SupervisionCase.remark_id)
    return {row[0] or 0: row[1] for row in db.session.execute(rows)} if remark_ids else {}


def files_visible_to(user: User) -> sa.Select[Any]:
    seen = visible_to(user).with_only_columns(SupervisionCase.id).order_by(None)
    steps = sa.select(CaseStep.id).where(CaseStep.case_id.in_(seen))
    return sa.select(StoredFile).where(StoredFile.noun == STEP, StoredFile.record_id.in_(steps))


def had_to_rectify(case: SupervisionCase) -> bool:
    return any(one.conclusion is Conclusion.RECTIFY for one in case.steps)


def in_force(case: SupervisionCase) -> CaseStep | None:
    """The last conclusion; those before it are superseded."""
    said = [one for one in case.steps if one.kind is StepKind.CONCLUDED]
    return said[-1] if said else None


# --- what should be looked into -----------------------------------------------------------------------------


def found(today: dt.date) -> list[Found]:
    """All that the three triggers find today, in a number of statements that does not grow with what there is."""
    eyes = org.reader()
    if eyes is None:
        return []
    return [*_targets(eyes, today), *_projects(today), *_commitments(today)]


def _targets(eyes: User, today: dt.date) -> Iterator[Found]:
    """Of the whole, of units and of persons; for a person's the unit answers, and may ask him."""
    rows = (
        sa.select(Target)
        .join(WorkTask, WorkTask.id == Target.task_id)
        .where(WorkTask.state == TaskState.ISSUED, WorkTask.first_on <= today)
        .options(joinedload(Target.task), joinedload(Target.own_indicator), joinedload(Target.unit),
                 joinedload(Target.person))
        .order_by(Target.id)
    )  # fmt: skip
    some = db.session.scalars(rows).all()
    told = targets.standings(eyes, some)
    for target in some:
        evidence, one = triggers.of_target(told[target.id]), catalogue.find(target.indicator)
        if evidence and one:
            whose = " ".join(who.name for who in (target.unit, target.person) if who)
            counted = {
                "indicator": one.key, "measure": one.measure.value, "unit_word": one.unit_word,
                "unit_id": str(target.unit_id or ""), "person_id": str(target.person_id or ""),
            }  # fmt: skip
            yield Found(
                Trigger.TARGET, target.id, f"{target.task.name}：{one.msgid}{whose and f'（{whose}）'}"[:200],
                target.unit_id or target.task.unit_id, evidence | counted,
            )  # fmt: skip


def _projects(today: dt.date) -> Iterator[Found]:
    rows = (
        sa.select(KeyProject, ProjectYear.planned_wan, ProjectYear.done_wan)
        .join(ProjectYear, ProjectYear.project_id == KeyProject.id)
        .where(ProjectYear.year == today.year, ProjectYear.planned_wan > 0)
        .order_by(KeyProject.id)
    )
    gone, margin = delivery.time_progress(today), int(settings.get("supervision.project_margin"))
    for project, planned, done in db.session.execute(rows).unique():
        evidence = triggers.of_project(done, planned, gone=gone, margin=margin, year=today.year)
        if evidence:
            unit_id = project.unit_id or project.entered_unit_id
            yield Found(Trigger.PROJECT, project.id, project.name, unit_id, evidence)


def _commitments(today: dt.date) -> Iterator[Found]:
    rows = sa.select(Commitment).where(commitments.overdue(today)).order_by(Commitment.id)
    for one in db.session.scalars(rows):
        evidence = triggers.of_commitment(one.due_on, today)
        yield Found(Trigger.COMMITMENT, one.id, one.name, one.unit_id, evidence)


def listed_already(today: dt.date) -> set[str]:
    """The keys that are not raised again: open, or concluded so lately that it was meant for this."""
    keys = {key for key in db.session.scalars(sa.select(SupervisionCase.open_key)) if key}
    since = today - dt.timedelta(days=int(settings.get("supervision.again_days")))
    rows = sa.select(
        SupervisionCase.trigger, SupervisionCase.target_id, SupervisionCase.project_id,
        SupervisionCase.commitment_id, SupervisionCase.remark_id,
    ).where(SupervisionCase.state == CaseState.CLOSED, SupervisionCase.concluded_on > since)  # fmt: skip
    for trigger, *ids in db.session.execute(rows):
        keys |= {f"{trigger.value}:{id}" for id in ids if id}
    return keys


def open_of(key: str) -> SupervisionCase | None:
    return db.session.scalar(sa.select(SupervisionCase).filter_by(open_key=key))


def last_look() -> PeriodicRun | None:
    """When somebody, or the timer, last looked for what should be listed, and how many were."""
    return db.session.scalar(jobs.runs_of(LINE).where(PeriodicRun.began_at.is_not(None)))


def term() -> dt.date:
    return clock.today() + dt.timedelta(days=int(settings.get("supervision.explain_days")))


SOURCE = contacts.Source(
    NOUN, SupervisionCase, lambda user: visible_to(user), SupervisionCase.subject, (joinedload(SupervisionCase.unit),)
)  # fmt: skip
