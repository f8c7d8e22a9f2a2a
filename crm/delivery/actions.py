"""The verbs of key projects: what they are, who leads them, their milestones, status, visits and weekly progress."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from werkzeug.datastructures import FileStorage

from crm.audit.trail import Actor, difference, record, recording
from crm.db import db, plain
from crm.files import store
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.org.models import User
from crm.reserve import actions as reserve
from crm.reserve.models import ReserveItem
from crm.search import index
from crm.search.tokens import Field, Kind

from . import queries, timetable
from .models import (
    KeyProject,
    Milestone,
    ProgressEntry,
    ProjectMove,
    ProjectYear,
    SiteVisit,
    Sponsorship,
)
from .status import NODE_OF, BuildKind, NodeKind, Status, VisitKind, next_of, previous_of, why_not_on
from .weeks import week_of

FACTS = (
    "name", "content", "place", "direction", "is_productive", "planned_wan", "unit_id", "task_force",
    "task_force_members", "owner_body", "deal_id",
)  # fmt: skip


def create(data: dict[str, Any], *, plan: ReserveItem | None = None, actor: User) -> KeyProject:
    """A new one at 未开工. Refused when one of the same name is there and no reason (`same_reason`) is given. What was
    planned in the reserve (`plan`) keeps counting there for the unit that planned it."""
    _check_name(data, None)
    project = KeyProject(
        status=Status.NOT_STARTED,
        status_since=clock.today(),
        entered_unit_id=actor.unit_id,
        entered_by_id=actor.id,
    )
    _fill(project, data)
    _check(project)
    project.plan = plan
    db.session.add(project)
    if plan is not None:
        reserve.list_as(plan, project.name, actor=actor)
    with recording("project.created", project, actor=actor, note=data.get("same_reason") or ""):
        db.session.flush()
    project.moves.append(
        ProjectMove(to_status=project.status, on_day=project.status_since, actor_id=actor.id)
    )
    put_in_index(project)
    return project


def _leave_plan(plan: ReserveItem, actor: User) -> None:
    """The plan has not become this project after all."""
    if (project := queries.of_plan(plan)) is not None:
        with recording("project.left_reserve", project, actor=actor, note=plan.name):
            project.plan = None


reserve.LEFT.append(_leave_plan)


def edit(project: KeyProject, data: dict[str, Any], *, actor: Actor) -> None:
    _check_name(data, project)
    with recording("project.edited", project, actor=actor):
        _fill(project, data)
        _check(project)
    put_in_index(project)


def plan_year(
    project: KeyProject,
    year: int,
    *,
    build_kind: BuildKind,
    planned_wan: Decimal,
    done_wan: Decimal,
    actor: Actor,
) -> ProjectYear:
    """What it is in a year: new or carried on, planned and done. The amounts on issued lists do not move with it."""
    if not 2000 <= year <= 2100:
        raise Refused(_("年份请填 2000 到 2100"), "year")
    row = project.in_year(year)
    before = _year_facts(row) if row else {}
    if row is None:
        row = ProjectYear(year=year)
        project.years.append(row)
    row.build_kind, row.planned_wan, row.done_wan = build_kind, planned_wan, done_wan
    db.session.flush()
    if changes := difference(before, _year_facts(row)):
        record("project.planned", project, actor=actor, changes={"year": [None, year], **changes})
    return row


def _year_facts(row: ProjectYear) -> dict[str, Any]:
    facts = {"build_kind": row.build_kind, "year_planned_wan": row.planned_wan, "year_done_wan": row.done_wan}
    return {key: plain(value) for key, value in facts.items()}


# --- the line: 未开工 → 在建 → 竣工 → 投产 → 达产 --------------------------------------------------------------


def advance(project: KeyProject, *, on_day: dt.date, reason: str = "", actor: Actor) -> None:
    """One step on, on a day. The milestone of that step is reached with it."""
    target = next_of(project.status, productive=project.is_productive)
    if target is None:
        raise Refused(_("已经是“%(status)s”，没有下一步了", status=project.status.label))
    if why := why_not_on(on_day, since=_since(project), today=clock.today()):
        raise Refused(why, "on_day")
    _move(project, target, on_day, reason, actor, "project.advanced")
    for node in project.milestones:
        if node.kind is NODE_OF[target] and node.actual_on is None:
            node.actual_on = on_day


def step_back(project: KeyProject, *, on_day: dt.date, reason: str, actor: Actor) -> None:
    """One step back, with its reason. The milestone that was reached with the step is open again."""
    target = previous_of(project.status)
    if target is None:
        raise Refused(_("还没有开工，不能再退"))
    if not reason.strip():
        raise Refused(_("请写明退回的原因"), "reason")
    if why := why_not_on(on_day, since=_since(project), today=clock.today()):
        raise Refused(why, "on_day")
    left = project.status
    _move(project, target, on_day, reason, actor, "project.stepped_back")
    for node in project.milestones:
        if node.kind is NODE_OF[left]:
            node.actual_on = None


def _since(project: KeyProject) -> dt.date | None:
    """The day before which nothing can happen any more: of a first status nobody knows it."""
    return project.status_since if any(move.from_status for move in project.moves) else None


def _move(project: KeyProject, to: Status, on_day: dt.date, reason: str, actor: Actor, verb: str) -> None:
    move = ProjectMove(
        from_status=project.status, to_status=to, on_day=on_day, reason=reason, actor_id=actor.id
    )
    with recording(verb, project, actor=actor, note=reason):
        project.status, project.status_since = to, on_day
        project.moves.append(move)


# --- 四位一体 -------------------------------------------------------------------------------------------------


def change_leader(
    project: KeyProject, leader: User | None, *, from_on: dt.date, reason: str = "", actor: Actor
) -> None:
    """From this day on it is his; what was done before stays with the former leader, to the day before."""
    now = project.sponsorship
    if now and leader and now.leader_id == leader.id:
        raise Refused(_("已经由%(name)s挂联", name=leader.name), "leader_id")
    if now is None and leader is None:
        raise Refused(_("请选择挂联领导"), "leader_id")
    if from_on > clock.today() + dt.timedelta(days=31):
        raise Refused(_("日期太远了，最多写到一个月以后"), "from_on")
    last = project.sponsorships[-1] if project.sponsorships else None
    if last and from_on <= (last.to_on or last.from_on):
        since = (last.to_on or last.from_on) + dt.timedelta(days=1)
        raise Refused(
            _("%(name)s从 %(day)s 起挂联，换人的日期请不早于 %(since)s", name=last.leader.name,
              day=last.from_on.isoformat(), since=since.isoformat()),
            "from_on",
        )  # fmt: skip
    before = now.leader.name if now else None
    if now:
        now.to_on = from_on - dt.timedelta(days=1)
        db.session.flush()  # the index that allows one leader at a time is asked row by row
    if leader:
        project.sponsorships.append(
            Sponsorship(leader=leader, post=leader.post or leader.name, from_on=from_on, reason=reason)
        )
    db.session.flush()
    after = leader.name if leader else None
    record(
        "project.sponsored",
        project,
        actor=actor,
        changes={"leader": [before, after], "from_on": [None, from_on.isoformat()]},
        note=reason,
    )


# --- 时间表、责任书、路线图 -----------------------------------------------------------------------------------------


def add_milestone(project: KeyProject, data: dict[str, Any], *, actor: Actor) -> Milestone:
    """A milestone; its first plan is the baseline."""
    node = Milestone()
    _fill_node(node, data)
    node.baseline_on = node.plan_on
    project.milestones.append(node)
    _check_node(node)
    db.session.flush()
    _put_after(node, data.get("after") or [])
    record("project.milestone_added", project, actor=actor, changes=difference({}, _node_facts(node)))
    return node


def edit_milestone(node: Milestone, data: dict[str, Any], *, actor: Actor) -> None:
    """The baseline stays; another plan than before wants its reason."""
    before, plan = _node_facts(node), node.plan_on
    reason = data.get("reason") or ""
    _fill_node(node, data)
    if plan and node.plan_on != plan and not reason.strip():
        raise Refused(_("改变计划时间，请写明原因；只是预计会拖，请填“预计”"), "reason")
    if node.baseline_on is None:
        node.baseline_on = node.plan_on
    _check_node(node)
    db.session.flush()
    if "after" in data:
        _put_after(node, data["after"])
    if changes := difference(before, _node_facts(node)):
        name = {"milestone": [None, node.name]}
        record("project.milestone_edited", node.project, actor=actor, changes=name | changes, note=reason)


def reach(node: Milestone, *, on_day: dt.date, actor: Actor) -> None:
    """It is done. With one of the four steps of the line the project itself goes on."""
    project = node.project
    if on_day > clock.today():
        raise Refused(_("完成日期不能晚于今天"), "on_day")
    if node.actual_on:
        raise Refused(_("“%(name)s”已经完成", name=node.name))
    if node.kind.status and node.kind.status.order > project.status.order:
        if node.kind.status is not next_of(project.status, productive=project.is_productive):
            raise Refused(
                _("项目现在是“%(status)s”，还不能到“%(name)s”", status=project.status.label, name=node.name)
            )
        advance(project, on_day=on_day, actor=actor)
    node.actual_on = on_day
    changes = {"milestone": [None, node.name], "node_actual_on": [None, on_day.isoformat()]}
    record("project.milestone_reached", project, actor=actor, changes=changes)


def drop_milestone(node: Milestone, *, actor: Actor) -> None:
    project = node.project
    dropped = {key: [value, None] for key, value in _node_facts(node).items() if value}
    record("project.milestone_dropped", project, actor=actor, changes=dropped)
    for other in project.milestones:
        if node in other.after:
            other.after.remove(node)
    node.after.clear()
    db.session.flush()
    project.milestones.remove(node)


def _fill_node(node: Milestone, data: dict[str, Any]) -> None:
    for name in ("name", "kind", "plan_on", "forecast_on", "actual_on", "person", "signed_on"):
        if name in data:
            setattr(node, name, data[name])


def _check_node(node: Milestone) -> None:
    today = clock.today()
    if node.signed_on and not node.person:
        raise Refused(_("有签订日期就要有责任人"), "person")
    if node.signed_on and node.signed_on > today:
        raise Refused(_("签订日期不能晚于今天"), "signed_on")
    if node.actual_on and node.actual_on > today:
        raise Refused(_("完成日期不能晚于今天"), "actual_on")
    single = node.kind is not NodeKind.OTHER and node.kind is not NodeKind.STRUCTURE
    if single and any(one.kind is node.kind and one is not node for one in node.project.milestones):
        raise Refused(_("已经有“%(kind)s”节点了", kind=node.kind.label), "kind")


def _put_after(node: Milestone, ids: Sequence[int]) -> None:
    known = {one.id: one for one in node.project.milestones}
    after = {id: one.after_ids for id, one in known.items()} | {node.id: list(ids)}
    if any(id not in known or id == node.id for id in ids) or timetable.goes_round(after, node.id):
        raise Refused(_("这样就绕回自己了：请检查“接在哪些节点之后”"), "after")
    node.after = [known[id] for id in ids]
    db.session.flush()


def _node_facts(node: Milestone) -> dict[str, Any]:
    """A milestone as the trail of its project keeps it."""
    facts = {"milestone": node.name, "node_after": [one.name for one in node.after]}
    columns = ("kind", "plan_on", "forecast_on", "actual_on", "person", "signed_on")
    return facts | {f"node_{name}": plain(getattr(node, name)) for name in columns}


# --- 一线 -----------------------------------------------------------------------------------------------------


def log_visit(project: KeyProject, data: dict[str, Any], *, actor: User) -> SiteVisit:
    """督办, 协调 or 攻坚 on site. Whose it is, is whoever led the project on that day unless somebody else is named."""
    if data["on_day"] > clock.today():
        raise Refused(_("日期不能晚于今天"), "on_day")
    named = data.get("leader_id")
    led = queries.leader_on(project, data["on_day"])
    visit = SiteVisit(
        project=project,
        kind=VisitKind(str(data["kind"])),
        on_day=data["on_day"],
        place=data.get("place") or "",
        leader_id=named or (led.id if led else None),
        present=data.get("present") or "",
        decision=data["decision"],
        author_id=actor.id,
    )
    db.session.add(visit)
    db.session.flush()
    changes = {"visit_on": [None, visit.on_day.isoformat()], "visit_kind": [None, visit.kind.value]}
    record("project.visited", project, actor=actor, changes=changes)
    return visit


# --- 周报 -----------------------------------------------------------------------------------------------------


def report(
    project: KeyProject, data: dict[str, Any], *, uploads: Sequence[FileStorage] = (), actor: User
) -> ProgressEntry:
    """What came of this week; said again in the same week it is the same entry. The year's amount goes with it."""
    week_on = week_of(clock.today())
    if project.status is Status.NOT_STARTED:
        raise Refused(_("还没有开工，请先推进到“在建”"))
    entry = queries.entry_of_week(project, week_on)
    before = _entry_facts(entry) if entry else {}
    last = queries.last_entry(project, week_on)
    if last and last.week_on.year == week_on.year and data["done_wan"] < last.done_wan:
        raise Refused(
            _("本年累计不能比上次报的 %(n)s 万元少；数字要改小请先改年度计划", n=f"{last.done_wan:f}"),
            "done_wan",
        )
    if entry is None:
        entry = ProgressEntry(project=project, week_on=week_on)
        db.session.add(entry)
    entry.progress, entry.problem = data["progress"], data.get("problem") or ""
    entry.done_wan, entry.author_id, entry.at = data["done_wan"], actor.id, clock.now()
    year = project.in_year(week_on.year)
    if year:
        year.done_wan = entry.done_wan
    db.session.flush()
    store.attach(uploads, noun=queries.ENTRY, record_id=entry.id, actor_id=actor.id)
    changes = {"week": [None, week_on.isoformat()], **difference(before, _entry_facts(entry))}
    record("project.reported", project, actor=actor, changes=changes)
    return entry


def _entry_facts(entry: ProgressEntry) -> dict[str, Any]:
    return {
        "year_done_wan": plain(entry.done_wan), "progress": entry.progress, "problem": entry.problem,
    }  # fmt: skip


# --- what they share ------------------------------------------------------------------------------------------


def search_fields(project: KeyProject) -> list[Field]:
    """What a project is found by."""
    return [
        Field(Kind.NAME, project.name),
        Field(Kind.NAME, project.owner_body),
        Field(Kind.TEXT, project.content),
        Field(Kind.TEXT, project.place),
    ]


def put_in_index(project: KeyProject) -> None:
    db.session.flush()
    index.put(queries.NOUN, project.id, search_fields(project))


def _fill(project: KeyProject, data: dict[str, Any]) -> None:
    for name in FACTS:
        if name in data:
            setattr(project, name, data[name])


def _check(project: KeyProject) -> None:
    if not project.is_productive and project.status in (Status.PRODUCING, Status.AT_CAPACITY):
        raise Refused(_("已经投产的项目不能改成不适用投产"), "is_productive")


def _check_name(data: dict[str, Any], project: KeyProject | None) -> None:
    name = data.get("name")
    if not name or (project and project.name == name) or data.get("same_reason"):
        return
    if queries.same_name(name, project.id if project else None):
        raise Refused(_("已经有同名的重点项目；一个项目只建一条，列入几个名单都算它一个。确实是另一个项目，请写明理由"),
                      "same_reason")  # fmt: skip
