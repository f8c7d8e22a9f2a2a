"""The verbs of an item: it is laid out, accepted, corrected, granted; somebody runs it through."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from werkzeug.datastructures import FileStorage

from crm.audit.trail import Actor, record, recording
from crm.db import db
from crm.delivery.models import KeyProject
from crm.delivery.timetable import goes_round
from crm.files import store
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _, listed
from crm.org.models import User

from . import queries
from .models import Agency, AgencyNote, Approval, Correction, Template
from .steps import RUNNING, Step

FACTS = ("name", "level", "unit_id", "authority", "days", "plan_on")


def lay_out(project: KeyProject, template: Template, *, actor: Actor) -> int:
    """The template's items, in its order; those the project has already stay as they are. Answers how many are new."""
    there = {one.name: one for one in queries.of_project(project)}
    made: dict[int, Approval] = {}
    position = max((one.position for one in there.values()), default=0)
    for item in template.items:
        if item.name in there:
            made[item.id] = there[item.name]
            continue
        position += 1
        made[item.id] = Approval(
            project=project, position=position, name=item.name, level=item.level, authority=item.authority,
            unit_id=item.unit_id, days=item.days,
        )  # fmt: skip
        db.session.add(made[item.id])
    new = [item for item in template.items if item.name not in there]
    if not new:
        raise Refused(_("“%(name)s”的事项这个项目都有了", name=template.name), "template_id")
    db.session.flush()
    for item in new:
        made[item.id].after = [made[one.id] for one in item.after]
    db.session.flush()
    for item in new:
        record("approval.laid_out", made[item.id], actor=actor, note=template.name)
    return len(new)


def add(project: KeyProject, data: dict[str, Any], *, actor: Actor) -> Approval:
    """One item more than the template says."""
    there = queries.of_project(project)
    approval = Approval(project=project, position=max((one.position for one in there), default=0) + 1)
    _fill(approval, data, there)
    db.session.add(approval)
    with recording("approval.added", approval, actor=actor):
        db.session.flush()
    _put_after(approval, data.get("after") or [], there)
    return approval


def edit(approval: Approval, data: dict[str, Any], *, actor: Actor) -> None:
    there = queries.of_project(approval.project)
    before = [one.name for one in approval.after]
    with recording("approval.edited", approval, actor=actor, note=data.get("reason") or ""):
        if data["days"] != approval.days and approval.accepted_on and not data.get("reason"):
            raise Refused(_("已经受理，改承诺期请写明原因"), "reason")
        _fill(approval, data, there)
        _put_after(approval, data.get("after") or [], there)
    after = [one.name for one in approval.after]
    if before != after:
        record("approval.tied", approval, actor=actor, changes={"after": [listed(before), listed(after)]})


def drop(approval: Approval, *, actor: Actor) -> None:
    """The project does not need it."""
    if approval.step is not Step.NOT_STARTED:
        raise Refused(_("已经受理的事项不能去掉，请先退回一步"))
    if approval.rulings:
        raise Refused(_("联席会议议定过这个事项，不能去掉"))
    record("approval.dropped", approval, actor=actor, note=approval.project.name)
    for other in queries.of_project(approval.project):
        if approval in other.after:
            other.after.remove(approval)
    approval.after.clear()
    db.session.flush()
    db.session.delete(approval)
    db.session.flush()


# --- 受理 → 办理 → 补正 → 办结 ----------------------------------------------------------------------------------


def accept(approval: Approval, *, on_day: dt.date, early_reason: str = "", actor: Actor) -> None:
    """受理. Before all that goes before it is granted only with a reason (容缺受理)."""
    if approval.step is not Step.NOT_STARTED:
        raise Refused(_("“%(name)s”已经受理", name=approval.name))
    _refuse_future(on_day)
    if approval.open_before and not early_reason:
        missing = listed(one.name for one in approval.open_before)
        raise Refused(_("前置事项还没有办结：%(what)s。要容缺受理，请写明理由", what=missing), "early_reason")
    with recording("approval.accepted", approval, actor=actor, note=early_reason):
        approval.step, approval.accepted_on = Step.ACCEPTED, on_day
        approval.early_reason = early_reason if approval.open_before else ""


def begin(approval: Approval, *, actor: Actor) -> None:
    """Its papers are complete, the authority works on it."""
    if approval.step is not Step.ACCEPTED:
        raise Refused(_("受理以后才能转入办理"))
    with recording("approval.begun", approval, actor=actor):
        approval.step = Step.HANDLING


def correct(approval: Approval, *, on_day: dt.date, what: str, actor: Actor) -> None:
    """补正: the authority asks for more, and the clock stands still until it is there."""
    if approval.step not in RUNNING:
        raise Refused(_("只有受理以后、办结以前的事项可以要求补正"))
    _refuse_future(on_day)
    _refuse_before(on_day, approval)
    if any(one.to_on and one.to_on > on_day for one in approval.corrections):
        raise Refused(_("这一天还在上一次补正里"), "on_day")
    with recording("approval.correcting", approval, actor=actor, note=what):
        approval.step = Step.CORRECTING
        approval.corrections.append(Correction(from_on=on_day, what=what))


def resume(approval: Approval, *, on_day: dt.date, actor: Actor) -> None:
    """What was asked for is there, the clock goes on."""
    if approval.step is not Step.CORRECTING:
        raise Refused(_("这个事项没有在补正"))
    _refuse_future(on_day)
    pause = next(one for one in approval.corrections if one.to_on is None)
    if on_day < pause.from_on:
        raise Refused(_("不能早于要求补正的日期 %(day)s", day=pause.from_on.isoformat()), "on_day")
    with recording("approval.resumed", approval, actor=actor):
        approval.step, pause.to_on = Step.HANDLING, on_day


def decide(
    approval: Approval,
    *,
    on_day: dt.date,
    document_no: str = "",
    uploads: Sequence[FileStorage] = (),
    actor: User,
) -> None:
    """办结: it is granted. Not before what goes before it, whatever was accepted early."""
    if approval.step is Step.CORRECTING:
        raise Refused(_("还在补正，补正完成后才能办结"))
    if approval.step not in RUNNING:
        raise Refused(_("受理以后才能办结"))
    _refuse_future(on_day)
    _refuse_before(on_day, approval)
    if approval.open_before:
        missing = listed(one.name for one in approval.open_before)
        raise Refused(_("前置事项还没有办结：%(what)s", what=missing))
    if any(one.to_on and one.to_on > on_day for one in approval.corrections):
        raise Refused(_("不能早于补正完成的日期"), "on_day")
    with recording("approval.decided", approval, actor=actor, note=document_no):
        approval.step, approval.decided_on, approval.document_no = Step.DONE, on_day, document_no
    store.attach(uploads, noun=queries.NOUN, record_id=approval.id, actor_id=actor.id)


def step_back(approval: Approval, *, reason: str, actor: Actor) -> None:
    """The last step was noted wrongly. A correction that is taken back never was one."""
    now = approval.step
    if now is Step.NOT_STARTED:
        raise Refused(_("还没有受理，不能再退"))
    if now is Step.DONE and (begun := _begun_after(approval)):
        raise Refused(_("后面的事项已经受理：%(what)s", what=listed(one.name for one in begun)))
    if now is Step.ACCEPTED and approval.corrections:
        raise Refused(_("有过补正的事项不能退回未启动"))
    with recording("approval.stepped_back", approval, actor=actor, note=reason):
        if now is Step.DONE:
            approval.step, approval.decided_on, approval.document_no = Step.HANDLING, None, ""
        elif now is Step.CORRECTING:
            approval.corrections.remove(next(one for one in approval.corrections if one.to_on is None))
            approval.step = Step.HANDLING
        elif now is Step.HANDLING:
            approval.step = Step.ACCEPTED
        else:
            approval.step, approval.accepted_on, approval.early_reason = Step.NOT_STARTED, None, ""


def _begun_after(approval: Approval) -> list[Approval]:
    """What was accepted because this one was granted: what was accepted early did not wait for it."""
    return [
        one
        for one in queries.of_project(approval.project)
        if approval in one.after and one.accepted_on and not one.early_reason
    ]


def _refuse_future(day: dt.date) -> None:
    if day > clock.today():
        raise Refused(_("日期不能晚于今天"), "on_day")


def _refuse_before(day: dt.date, approval: Approval) -> None:
    if approval.accepted_on and day < approval.accepted_on:
        raise Refused(_("不能早于受理日期 %(day)s", day=approval.accepted_on.isoformat()), "on_day")


# --- 代办 -----------------------------------------------------------------------------------------------------


def entrust(
    approval: Approval, agent: User | None, *, from_on: dt.date, reason: str = "", actor: Actor
) -> None:
    """From this day on he runs it through; what was done before stays with the former agent, to the day before."""
    now = approval.agency
    if now and agent and now.agent_id == agent.id:
        raise Refused(_("已经由%(name)s代办", name=agent.name), "agent_id")
    if now is None and agent is None:
        raise Refused(_("请选择代办员"), "agent_id")
    if from_on > clock.today():
        raise Refused(_("日期不能晚于今天"), "from_on")
    last = approval.agencies[-1] if approval.agencies else None
    if last and from_on <= (last.to_on or last.from_on):
        since = (last.to_on or last.from_on) + dt.timedelta(days=1)
        raise Refused(_("上一位代办到这一天，日期请不早于 %(since)s", since=since.isoformat()), "from_on")
    before = now.agent.name if now else None
    if now:
        now.to_on = from_on - dt.timedelta(days=1)
        db.session.flush()  # the index that allows one agent at a time is asked row by row
    if agent:
        approval.agencies.append(Agency(agent=agent, from_on=from_on, reason=reason))
    db.session.flush()
    changes = {"agent": [before, agent.name if agent else None]}
    record("approval.entrusted", approval, actor=actor, changes=changes, note=reason)


def note(approval: Approval, *, on_day: dt.date, text: str, actor: User) -> AgencyNote:
    """代办日志"""
    _refuse_future(on_day)
    made = AgencyNote(on_day=on_day, text=text, author_id=actor.id)
    approval.notes.append(made)
    db.session.flush()
    record("approval.noted", approval, actor=actor, note=text)
    return made


# --- what they share ------------------------------------------------------------------------------------------


def _fill(approval: Approval, data: dict[str, Any], there: Sequence[Approval]) -> None:
    if any(one.name == data["name"] and one is not approval for one in there):
        raise Refused(_("这个项目已经有“%(name)s”", name=data["name"]), "name")
    if not data.get("unit_id") and not data.get("authority"):
        raise Refused(_("请选本区的审批部门，或写上级部门的名称"), "authority")
    for name in FACTS:
        setattr(approval, name, data.get(name))


def _put_after(approval: Approval, ids: Sequence[int], there: Sequence[Approval]) -> None:
    known = {one.id: one for one in there} | {approval.id: approval}
    after = {id: one.after_ids for id, one in known.items()} | {approval.id: list(ids)}
    if any(id not in known or id == approval.id for id in ids) or goes_round(after, approval.id):
        raise Refused(_("这样就绕回自己了：请检查“前置事项”"), "after")
    approval.after = [known[id] for id in ids]
    db.session.flush()
