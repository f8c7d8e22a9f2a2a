"""The verbs of a case: listed by the rule, verified and asked, explained by its unit, concluded by others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy.exc import IntegrityError
from werkzeug.datastructures import FileStorage

from crm.audit.trail import Actor, recording
from crm.db import db
from crm.jobs import actions as bell
from crm.jobs import periodic
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.org.models import User
from crm.search import index
from crm.search.tokens import Field, Kind
from crm.slips import actions as slips
from crm.slips.models import Remark, Slip
from crm.supervision import queries as supervision
from crm.supervision.actions import needed, step

from . import queries
from .models import SupervisionCase
from .states import WITH_UNIT, CaseState, Conclusion, StepKind, Trigger, why_not_conclude
from .triggers import Found

COLUMN = {
    Trigger.TARGET: "target_id",
    Trigger.PROJECT: "project_id",
    Trigger.COMMITMENT: "commitment_id",
    Trigger.REMARK: "remark_id",
}


def check(*, actor: User) -> int:
    """What the timer does each morning, now, and by this person; the page says that it was done."""
    number = propose_all(actor=actor)
    periodic.done_by_hand(queries.LINE, number)
    return number


def propose_all(*, actor: Actor) -> int:
    """List for review whatever the triggers find and is not on the list. Twice a day does it once. How many."""
    today = clock.today()
    there = queries.listed_already(today)
    number = 0
    for one in queries.found(today):
        if one.key in there:
            continue
        try:
            with db.session.begin_nested():
                propose(one, actor=actor)
        except IntegrityError:  # somebody has listed it in this very moment
            continue
        number += 1
    return number


def propose(found: Found, *, actor: Actor, text: str = "") -> SupervisionCase:
    """It asks nobody and says nothing to the unit: somebody verifies it first."""
    made = SupervisionCase(
        trigger=found.trigger, subject=found.subject, unit_id=found.unit_id, evidence=found.evidence,
        open_key=found.key, raised_by_id=actor.id, as_of=clock.today(), **{COLUMN[found.trigger]: found.record_id},
    )  # fmt: skip
    db.session.add(made)
    with recording("supervision_case.proposed", made, actor=actor):
        db.session.flush()
    step(made, StepKind.RAISED, actor=actor, text=text)
    put_in_index(made)
    return made


def propose_remark(remark: Remark, unit_id: int, text: str, *, actor: User) -> SupervisionCase:
    """What visitors have said is looked into as what a rule finds; by hand, because nobody counts remarks."""
    _not_own(actor, unit_id)
    found = Found(Trigger.REMARK, remark.id, remark.name, unit_id)
    if queries.open_of(found.key):
        raise Refused(_("这条意见已经列入核查"))
    return propose(found, actor=actor, text=text)


def ask(case: SupervisionCase, person: User | None, due_on: dt.date, text: str, *, actor: User) -> None:
    """核实: it is so, and the unit has to explain it by this day."""
    _only(case, CaseState.PROPOSED)
    _not_own(actor, case.unit_id)
    _check_term(due_on, "due_on")
    with recording("supervision_case.asked", case, actor=actor, note=text):
        case.state, case.due_on = CaseState.ASKED, due_on
        case.person_id = person.id if person else None
    step(case, StepKind.ASKED, actor=actor, text=text, until_on=due_on)
    people = [person] if person else supervision.people_of(case.unit_id)
    _tell(
        case, people, _("请对核查件作说明：%(name)s，%(day)s 前", name=case.subject, day=due_on.isoformat())
    )


def explain(case: SupervisionCase, text: str, *, uploads: Sequence[FileStorage] = (), actor: User) -> None:
    """The unit's own word, or how it has put things right; with evidence."""
    _only(case, *WITH_UNIT)
    needed(text, _("请写明原因、措施和打算"), "text")
    with recording("supervision_case.explained", case, actor=actor, note=text):
        case.state, case.due_on = CaseState.EXPLAINED, None
    step(case, StepKind.EXPLAINED, actor=actor, text=text, uploads=uploads)
    _tell(case, supervision.supervisors(case.unit_id), _("已作说明，等结论：%(name)s", name=case.subject))


def conclude(
    case: SupervisionCase, conclusion: Conclusion, text: str, until_on: dt.date | None = None, *, actor: User
) -> None:
    """By the supervisors, never by the unit itself. Another conclusion supersedes this one and stands beside it."""
    _not_own(actor, case.unit_id)
    why = why_not_conclude(
        case.state, conclusion, due_on=case.due_on, had_to_rectify=queries.had_to_rectify(case), today=clock.today()
    )  # fmt: skip
    if why:
        raise Refused(why, "conclusion")
    needed(text, _("请写明结论的理由"), "text")
    rectify = conclusion is Conclusion.RECTIFY
    if rectify:
        if until_on is None:
            raise Refused(_("责令整改要写明整改期限"), "until_on")
        _check_term(until_on, "until_on")
    if rectify and case.state is CaseState.CLOSED and queries.open_of(case.key):
        raise Refused(_("同一事项又列入了核查，请在那一件上作结论"))
    with recording("supervision_case.concluded", case, actor=actor, note=text):
        case.state, case.conclusion = conclusion.leads_to, conclusion
        case.due_on = until_on if rectify else None
        case.concluded_on = None if rectify else clock.today()
        case.open_key = case.key if rectify else None
    until = until_on if rectify else None
    step(case, StepKind.CONCLUDED, actor=actor, text=text, until_on=until, conclusion=conclusion)
    said = _("核查结论：%(name)s，%(what)s", name=case.subject, what=conclusion.label)
    _tell(case, supervision.people_of(case.unit_id), said)


def refer(case: SupervisionCase, data: dict[str, Any], *, actor: User) -> Slip:
    """转交办: what holds the project becomes a problem that the next round takes. The review goes on beside it."""
    _not_own(actor, case.unit_id)
    if case.slip_id:
        raise Refused(_("已经转了交办单"))
    project = case.about_project
    if project is None:
        raise Refused(_("不是某个重点项目的事，不能转交办"))
    slip = slips.raise_problem(data, project=project, actor=actor)
    with recording("supervision_case.referred", case, actor=actor, note=slip.subject):
        case.slip = slip
    step(case, StepKind.REFERRED, actor=actor, text=slip.problem)
    return slip


def search_fields(case: SupervisionCase) -> list[Field]:
    """What a case is found by."""
    return [Field(Kind.NAME, case.subject)]


def put_in_index(case: SupervisionCase) -> None:
    index.put(queries.NOUN, case.id, search_fields(case))


def _only(case: SupervisionCase, *states: CaseState) -> None:
    if case.state not in states:
        raise Refused(_("现在是“%(state)s”，不能这样办", state=case.state.label))


def _not_own(actor: User, unit_id: int) -> None:
    if actor.unit_id == unit_id:
        raise Refused(_("不能核查本单位，要由督查部门或者领导来办"))


def _check_term(day: dt.date, field: str) -> None:
    if day < clock.today():
        raise Refused(_("期限已经过了，请写今天或以后"), field)


def _tell(case: SupervisionCase, people: Sequence[User], said: str) -> None:
    bell.tell(people, f"supervision_case:{case.id}", said, "supervision.show", id=case.id)
