"""The pages of key projects: the list, a project with its tabs, the sheet to hand out, the three rates, the leaders."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Blueprint, abort, render_template, request, url_for
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from crm.db import db
from crm.deals import queries as deals
from crm.deals.models import Deal
from crm.files import store
from crm.lib import clock
from crm.lib.words import _
from crm.lists.table import context, select_for
from crm.org import queries as org
from crm.org.guard import me, permit
from crm.org.models import Unit, User
from crm.org.permissions import Permission as P
from crm.org.permissions import Scope
from crm.web import display
from crm.web.forms import commit_and_go

from . import actions, drawing, queries, telling, timetable
from .forms import (
    AdvanceForm,
    LeaderForm,
    MilestoneForm,
    NewMilestoneForm,
    NewProjectForm,
    ProjectForm,
    ReachForm,
    ReportForm,
    StepBackForm,
    VisitForm,
    YearForm,
    day_of,
)
from .lists import PAGE
from .models import KeyProject, Milestone, ProjectList, Seat
from .rates import Args, Rate, month_ends, rates
from .status import ORDER, BuildKind, Status, next_of, previous_of
from .timetable import Paper
from .weeks import percent, time_progress, week_of

bp = Blueprint("delivery", __name__)
AHEAD = 6  # months that the outlook of starts looks forward

Tab = tuple[str, str, int | None]
TABS: list[Callable[[KeyProject], Tab | None]] = []
"""Upper features hang their tab on a project: (endpoint that takes its `id`, label, count), None for nothing to see."""


@bp.get("/projects")
@permit(P.PROJECT_VIEW)
def index() -> Any:
    return render_template("delivery/index.html", listing=context(PAGE, me()))


@bp.get("/projects/<int:id>")
@permit(P.PROJECT_VIEW)
def show(id: int) -> Any:
    project = load(id)
    return render_template(
        "delivery/show.html",
        **frame(project, "delivery.show"),
        years=list(reversed(project.years)),
        this_year=clock.today().year,
        time_progress=time_progress(clock.today()),
        steps=_steps(project),
        deal_seen=bool(project.deal and deals.seen_by(me(), [project.deal])),
        history=_history(project),
    )


@bp.route("/projects/new", methods=["GET", "POST"])
@permit(P.PROJECT_EDIT)
def new() -> Any:
    """One more; with `?deal_id=` what a deal knows is filled in."""
    deal = _deal_asked()
    first: dict[str, Any] = {"unit_id": me().unit_id, "is_productive": True}
    if deal:
        first |= {
            "name": deal.name, "content": deal.content, "direction": deal.direction, "planned_wan": deal.planned_wan,
            "owner_body": deal.local_company or deal.investor, "deal": deal.name, "unit_id": deal.unit_id,
        }  # fmt: skip
    form = NewProjectForm(**first)
    _offer_units(form, None)
    form.leader_id.offer(org.leader_choices(), _("以后再定"))
    if not me().may(P.PROJECT_SPONSOR):
        del form.leader_id
    if form.submitted() and form.find_deal(me(), deal):
        with form.refusals():
            project = actions.create(form.facts, actor=me())
            planned = form.year_planned_wan.data
            if planned is not None:
                actions.plan_year(
                    project, clock.today().year, build_kind=BuildKind(str(form.build_kind.data)), planned_wan=planned,
                    done_wan=Decimal(0), actor=me(),
                )  # fmt: skip
            leader = _leader_chosen(form)
            if leader:
                actions.change_leader(project, leader, from_on=clock.today(), actor=me())
            return commit_and_go(
                form, url_for(".show", id=project.id), _("已新建重点项目“%(name)s”", name=project.name)
            )
    elif form.is_submitted() and form.status == 200:
        form.status = 422
    return form.page("delivery/new.html", deal=deal)


@bp.route("/projects/<int:id>/edit", methods=["GET", "POST"])
@permit(P.PROJECT_EDIT)
def edit(id: int) -> Any:
    project = load(id, P.PROJECT_EDIT)
    form = ProjectForm.of(project)
    if not form.is_submitted():
        seen = project.deal and deals.seen_by(me(), [project.deal])
        form.deal.data = project.deal.name if project.deal and seen else ""
    _offer_units(form, project.unit)
    if form.submitted() and form.find_deal(me(), project.deal):
        with form.refusals():
            actions.edit(project, form.facts, actor=me())
            return commit_and_go(form, url_for(".show", id=id), _("已保存“%(name)s”", name=project.name))
    elif form.is_submitted() and form.status == 200:
        form.status = 422
    return form.page("delivery/edit.html", project=project)


@bp.route("/projects/<int:id>/years", methods=["GET", "POST"])
@permit(P.PROJECT_EDIT)
def plan_year(id: int) -> Any:
    project = load(id, P.PROJECT_EDIT)
    this_year = clock.today().year
    text = request.args.get("year", "")
    asked = int(text) if text.isascii() and text.isdecimal() and len(text) == 4 else this_year
    now = project.in_year(asked)
    form = YearForm(
        year=asked,
        build_kind=now.build_kind if now else BuildKind.CONTINUED if project.years else BuildKind.NEW,
        planned_wan=now.planned_wan if now else None,
        done_wan=now.done_wan if now else None,
    )
    known = {one.year for one in project.years} | set(range(this_year - 5, this_year + 4)) | {asked}
    form.year.offer([(year, str(year)) for year in sorted(known, reverse=True)])
    if form.submitted():
        with form.refusals():
            year = int(form.year.data or 0)
            actions.plan_year(project, year, **form.amounts, actor=me())
            return commit_and_go(form, url_for(".show", id=id), _("已保存 %(year)s 年的计划", year=year))
    return form.page("delivery/year.html", project=project)


# --- the line -------------------------------------------------------------------------------------------------


@bp.route("/projects/<int:id>/advance", methods=["GET", "POST"])
@permit(P.PROJECT_EDIT)
def advance(id: int) -> Any:
    project = load(id, P.PROJECT_EDIT)
    target = next_of(project.status, productive=project.is_productive)
    form = AdvanceForm.of(project, on_day=clock.today())
    if form.submitted():
        with form.refusals():
            actions.advance(project, on_day=day_of(form.on_day), reason=form.reason.data or "", actor=me())
            return commit_and_go(
                form,
                url_for(".show", id=id),
                _("“%(name)s”已到%(status)s", name=project.name, status=project.status.label),
            )
    return form.page("delivery/advance.html", project=project, target=target)


@bp.route("/projects/<int:id>/step-back", methods=["GET", "POST"])
@permit(P.PROJECT_EDIT)
def step_back(id: int) -> Any:
    project = load(id, P.PROJECT_EDIT)
    form = StepBackForm.of(project, on_day=clock.today())
    if form.submitted():
        with form.refusals():
            actions.step_back(project, on_day=day_of(form.on_day), reason=form.reason.data or "", actor=me())
            return commit_and_go(
                form,
                url_for(".show", id=id),
                _("“%(name)s”已退回%(status)s", name=project.name, status=project.status.label),
            )
    return form.page("delivery/step_back.html", project=project, target=previous_of(project.status))


@bp.route("/projects/<int:id>/leader", methods=["GET", "POST"])
@permit(P.PROJECT_SPONSOR)
def change_leader(id: int) -> Any:
    project = load(id, P.PROJECT_SPONSOR)
    form = LeaderForm(from_on=clock.today())
    form.leader_id.offer(org.leader_choices(), _("不再由领导挂联") if project.sponsorship else _("请选择"))
    if form.submitted():
        with form.refusals():
            leader = _leader_chosen(form)
            actions.change_leader(
                project, leader, from_on=day_of(form.from_on), reason=form.reason.data or "", actor=me()
            )
            said = _("从 %(day)s 起由%(name)s挂联", day=display.day(form.from_on.data), name=leader.name) if leader else _(
                "已结束挂联")  # fmt: skip
            return commit_and_go(form, url_for(".show", id=id) + "#sponsorship", said)
    return form.page("delivery/leader.html", project=project)


# --- 时间表 / 责任书 / 路线图 ------------------------------------------------------------------------------------


@bp.get("/projects/<int:id>/timetable")
@permit(P.PROJECT_VIEW)
def show_timetable(id: int) -> Any:
    project = load(id)
    route = project.route
    return render_template(
        "delivery/timetable.html",
        **frame(project, "delivery.show_timetable"),
        picture=drawing.drawn(route, clock.today()),
        rows=_node_rows(project),
        papers=_papers(project),
    )


@bp.route("/projects/<int:id>/milestones", methods=["GET", "POST"])
@permit(P.PROJECT_EDIT)
def add_milestone(id: int) -> Any:
    project = load(id, P.PROJECT_EDIT)
    form = NewMilestoneForm(after=[project.route[-1].id] if project.milestones else [])
    form.after.choices = [(one.id, one.title) for one in project.route]
    if form.submitted():
        with form.refusals():
            node = actions.add_milestone(project, form.data, actor=me())
            return commit_and_go(
                form, url_for(".show_timetable", id=id), _("已新增节点“%(name)s”", name=node.name)
            )
    return form.page("delivery/milestone.html", project=project, node=None)


@bp.route("/projects/milestones/<int:id>", methods=["GET", "POST"])
@permit(P.PROJECT_EDIT)
def edit_milestone(id: int) -> Any:
    project, node = _load_node(id)
    form = MilestoneForm.of(node)
    form.after.choices = [(one.id, one.title) for one in project.route if one is not node]
    if not form.is_submitted():
        form.after.data = node.after_ids
    if form.submitted():
        with form.refusals():
            actions.edit_milestone(node, form.data, actor=me())
            return commit_and_go(
                form, url_for(".show_timetable", id=project.id), _("已保存节点“%(name)s”", name=node.name)
            )
    return form.page("delivery/milestone.html", project=project, node=node)


@bp.route("/projects/milestones/<int:id>/reach", methods=["GET", "POST"])
@permit(P.PROJECT_EDIT)
def reach(id: int) -> Any:
    project, node = _load_node(id)
    form = ReachForm(on_day=clock.today())
    if form.submitted():
        with form.refusals():
            actions.reach(node, on_day=day_of(form.on_day), actor=me())
            return commit_and_go(
                form, url_for(".show_timetable", id=project.id), _("“%(name)s”已完成", name=node.name)
            )
    return form.page("delivery/reach.html", project=project, node=node)


@bp.post("/projects/milestones/<int:id>/drop")
@permit(P.PROJECT_EDIT)
def drop_milestone(id: int) -> Any:
    project, node = _load_node(id)
    name = node.name
    actions.drop_milestone(node, actor=me())
    return commit_and_go(
        None, url_for(".show_timetable", id=project.id), _("已去掉节点“%(name)s”", name=name)
    )


@bp.get("/projects/<int:id>/sheet")
@permit(P.PROJECT_VIEW)
def sheet(id: int) -> Any:
    """One page to hand out: what it is, the four, the drawn timetable, who has signed for what, the last visit."""
    project = load(id)
    return render_template(
        "delivery/sheet.html",
        project=project,
        year=project.in_year(clock.today().year),
        picture=drawing.drawn(project.route, clock.today()),
        rows=_node_rows(project),
        visits=list(reversed(project.visits))[:3],
        today=clock.today(),
        by=me(),
    )


# --- 一线 and 周报 ----------------------------------------------------------------------------------------------


@bp.get("/projects/<int:id>/visits")
@permit(P.PROJECT_VIEW)
def visits(id: int) -> Any:
    project = load(id)
    return render_template(
        "delivery/visits.html", **frame(project, "delivery.visits"), found=list(reversed(project.visits))
    )


@bp.route("/projects/<int:id>/visits/new", methods=["GET", "POST"])
@permit(P.PROJECT_VISIT)
def log_visit(id: int) -> Any:
    project = load(id)
    if not (me().scope_of(P.PROJECT_VISIT) is Scope.DISTRICT or queries.may(me(), P.PROJECT_VISIT, project)):
        abort(403)
    leads = project.leader is not None and project.leader.id == me().id
    form = VisitForm(on_day=clock.today(), place=project.place, leader_id=me().id if leads else None)
    form.leader_id.offer(org.leader_choices(), _("当日的挂联领导"))
    if form.submitted():
        with form.refusals():
            visit = actions.log_visit(project, form.data, actor=me())
            return commit_and_go(form, url_for(".visits", id=id), _("已记下%(kind)s", kind=visit.kind.label))
    return form.page("delivery/visit.html", project=project)


@bp.get("/projects/<int:id>/progress")
@permit(P.PROJECT_VIEW)
def progress(id: int) -> Any:
    project = load(id)
    entries = queries.entries_of(project)
    files = store.hanging_on(queries.ENTRY, [one.id for one in entries])
    return render_template(
        "delivery/progress.html",
        **frame(project, "delivery.progress"),
        entries=entries,
        files=files,
        week=week_of(clock.today()),
        year=project.in_year(clock.today().year),
        time_progress=time_progress(clock.today()),
    )


@bp.route("/projects/<int:id>/report", methods=["GET", "POST"])
@permit(P.PROJECT_EDIT)
def report(id: int) -> Any:
    """This week's entry, begun with what the last one said."""
    project = load(id, P.PROJECT_EDIT)
    week = week_of(clock.today())
    this, last = queries.entry_of_week(project, week), queries.last_entry(project, week)
    year = project.in_year(week.year)
    first = this or last
    form = ReportForm(
        progress=first.progress if first else "",
        done_wan=first.done_wan
        if first and first.week_on.year == week.year
        else year.done_wan
        if year
        else None,
        problem=first.problem if first else "",
    )
    if form.submitted():
        with form.refusals():
            uploads = [one for one in form.files.data or () if getattr(one, "filename", "")]
            actions.report(project, form.data, uploads=uploads, actor=me())
            return commit_and_go(form, url_for(".progress", id=id), _("已报送本周进度"))
    return form.page("delivery/report.html", project=project, week=week, last=last, this=this, year=year)


@bp.get("/projects/files/<int:id>")
@permit(P.PROJECT_VIEW)
def file(id: int) -> Any:
    """A photo of a weekly entry, for those who may see the project."""
    return store.hand_out(db.one_or_404(queries.files_visible_to(me()).filter_by(id=id)))


# --- 三率 -------------------------------------------------------------------------------------------------------


@bp.get("/projects/rates")
@permit(P.PROJECT_VIEW)
def show_rates() -> Any:
    """开工率, 建成率, 投产率: what they are shares of, and the names behind each."""
    today = clock.today()
    year = _year_asked(today.year)
    found = rates(year, today)
    counted = [(one, _counted(one.there), _counted(one.whole), _counted(one.missing)) for one in found]
    rolls = queries.rolls(year)
    by_list: list[dict[str, Any]] = [
        {"roll": roll, "cells": [_cell(*four, roll_id=roll.id) for four in counted]} for roll in rolls
    ]
    return render_template(
        "delivery/rates.html",
        year=year,
        years=sorted({*queries.years(), today.year}, reverse=True),
        today=today,
        rates=[_cell(*four) for four in counted],
        by_list=[one for one in by_list if any(cell["whole"] for cell in one["cells"])],
        everything=me().scope_of(P.PROJECT_VIEW) is Scope.DISTRICT,
        outlook=_outlook(*counted[0], today, rolls) if year == today.year else [],
        names=_names(found[0].missing),
        gaps=_gaps(),
    )


@dataclass(frozen=True)
class Counted:
    """How many projects an address of the list holds, and how many of them stand on each list."""

    total: int
    on: dict[int, int]

    def of(self, roll_id: int | None) -> int:
        return self.total if roll_id is None else self.on.get(roll_id, 0)


def _counted(args: Args) -> Counted:
    """Two statements beside the filters' own, however many lists there are."""
    return Counted(_count(args), queries.counted_by_list(_ids(args)))


def _cell(
    rate: Rate, there: Counted, whole: Counted, missing: Counted, *, roll_id: int | None = None
) -> dict[str, Any]:
    more = {} if roll_id is None else {"list": str(roll_id)}
    n, base = there.of(roll_id), whole.of(roll_id)
    return {
        "rate": rate,
        "there": n,
        "whole": base,
        "missing": missing.of(roll_id),
        "percent": percent(n, base),
        "there_url": _url({**rate.there, **more}),
        "whole_url": _url({**rate.whole, **more}),
        "missing_url": _url({**rate.missing, **more}),
    }


def _outlook(
    rate: Rate, there: Counted, whole: Counted, missing: Counted, today: dt.date, rolls: Sequence[ProjectList]
) -> list[dict[str, Any]]:
    """倒排: how the start rate goes on if every planned start happens, month by month while any is left."""
    found: list[dict[str, Any]] = []
    before = 0
    for end in month_ends(today, AHEAD):
        until = {**rate.missing, "starts_to": end.isoformat()}
        to_start = _counted(until)
        if to_start.total > before:
            month = {**until, "starts_from": end.replace(day=1).isoformat()} if found else until
            n = there.total + to_start.total
            found.append(
                {
                    "end": end,
                    "starting": to_start.total - before,
                    "url": _url(month),
                    "there": n,
                    "whole": whole.total,
                    "percent": percent(n, whole.total),
                    "lists": [
                        (roll, done, base, percent(done, base))
                        for roll in rolls
                        if (base := whole.of(roll.id)) and (done := there.of(roll.id) + to_start.of(roll.id))
                    ],
                }
            )
            before = to_start.total
        if to_start.total == missing.total:
            break
    return found


def _names(args: Args, most: int = 60) -> list[dict[str, Any]]:
    rows = queries.with_milestones(select_for(PAGE, me(), MultiDict(args))).limit(most)
    return [
        {
            "project": project,
            "start": next((one for one in project.milestones if one.kind.value == "start"), None),
        }
        for project in db.session.scalars(rows).unique()
    ]


def _gaps() -> list[dict[str, Any]]:
    """What stands in the way of driving projects at all: each a figure that opens its list."""
    asked: list[tuple[str, Args, str]] = [
        (_("四位一体不全"), {"seat": [one.value for one in Seat]}, _("领导、责任单位、专班、业主缺一不可")),
        (_("三位一体不全"), {"lacks": [one.value for one in Paper]}, _("时间表、责任书、路线图缺一不可")),
        (_("有超期的节点"), {"overdue": "1"}, _("过了计划时间还没有完成")),
        (_("本周无进展"), {"quiet": "1"}, _("在建，本周没有报进度")),
    ]
    return [
        {"label": label, "number": _count(args), "url": _url(args), "note": note}
        for label, args, note in asked
    ]


def _ids(args: Args) -> sa.Select[Any]:
    return queries.ids_of(select_for(PAGE, me(), MultiDict(args)))


def _count(args: Args) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(_ids(args).subquery())) or 0


def _url(args: Args) -> str:
    return url_for(".index") + "?" + urlencode(args, doseq=True)


# --- 领导挂联 ---------------------------------------------------------------------------------------------------


@bp.get("/projects/leaders")
@permit(P.PROJECT_VIEW)
def leaders() -> Any:
    """领导挂联一览: who leads how many, and which projects nobody leads."""
    without = {"seat": Seat.LEADER.value}
    return render_template(
        "delivery/leaders.html",
        leaders=queries.leaders_with_projects(me()),
        without=_count(without),
        without_url=_url(without),
    )


@bp.get("/projects/leaders/<int:id>")
@permit(P.PROJECT_VIEW)
def show_leader(id: int) -> Any:
    """The leader's page: his projects, what is late in them, when he was last on site."""
    leader = db.one_or_404(sa.select(User).where(User.id == id))
    found = queries.led(me(), leader)
    today = clock.today()
    last = queries.last_visits([one.id for one in found])
    rows = [
        {
            "id": one.id,
            "project": one,
            "year": one.in_year(today.year),
            "late": [
                node
                for node in one.milestones
                if not node.actual_on and node.plan_on and node.plan_on < today
            ],
            "next": next((node for node in one.route if not node.actual_on), None),
            "visited": last.get(one.id),
        }
        for one in found
    ]
    return render_template(
        "delivery/leader_page.html",
        leader=leader,
        rows=rows,
        today=today,
        visits=queries.visits_of_leader(me(), leader),
        list_url=_url({"leader": str(leader.id)}),
        is_me=leader.id == me().id,
    )


# --- on a deal's page -------------------------------------------------------------------------------------------


@bp.app_template_global("projects_of")
def projects_of(deal: Deal) -> Markup:
    """The panel on a deal's page: the key projects that grew out of it."""
    if not me().may(P.PROJECT_VIEW):
        return Markup("")
    found = queries.projects_of(me(), deal)
    may_add = me().may(P.PROJECT_EDIT) and deals.may(me(), P.DEAL_EDIT, deal)
    if not found and not may_add:
        return Markup("")
    return Markup(render_template("delivery/_of.html", deal=deal, projects=found, may_add=may_add))


# --- what the views share ---------------------------------------------------------------------------------------


def load(id: int, permission: P | None = None) -> KeyProject:
    """The project, if I may see it (404) and, when asked, change it so (403)."""
    rows = queries.visible_to(me()).filter_by(id=id)
    project: KeyProject = db.one_or_404(queries.with_story(queries.with_milestones(queries.with_names(rows))))
    if permission and not queries.may(me(), permission, project):
        abort(403)
    return project


def _load_node(id: int) -> tuple[KeyProject, Milestone]:
    """A milestone and its project, held together: what hangs on the project is loaded once."""
    node: Milestone = db.one_or_404(queries.milestones_visible_to(me()).filter_by(id=id))
    return load(node.project_id, P.PROJECT_EDIT), node


def frame(project: KeyProject, here: str) -> dict[str, Any]:
    """What stands round every tab of a project; `here` is the endpoint of the tab that is open."""
    tabs: list[Tab] = [
        ("delivery.show", _("概况"), None),
        ("delivery.show_timetable", _("时间表"), len(project.milestones)),
        ("delivery.visits", _("一线记录"), None),
        ("delivery.progress", _("周报"), None),
        *(tab for more in TABS if (tab := more(project))),
    ]
    return {
        "project": project,
        "today": clock.today(),
        "target": next_of(project.status, productive=project.is_productive),
        "may_edit": queries.may(me(), P.PROJECT_EDIT, project),
        "may_sponsor": queries.may(me(), P.PROJECT_SPONSOR, project),
        "may_visit": me().scope_of(P.PROJECT_VISIT) is Scope.DISTRICT
        or queries.may(me(), P.PROJECT_VISIT, project),
        "tabs": [
            {
                "label": label,
                "url": url_for(endpoint, id=project.id),
                "active": endpoint == here,
                "count": count,
            }
            for endpoint, label, count in tabs
        ],
    }


def _steps(project: KeyProject) -> list[dict[str, Any]]:
    """The line as it is drawn; each step with the day it was last reached."""
    reached = {move.to_status: move.on_day for move in project.moves if move.from_status}
    planned = {one.kind.status: one.plan_on for one in project.milestones if one.kind.status}
    line = ORDER if project.is_productive else ORDER[: Status.COMPLETED.order + 1]
    return [
        {
            "label": status.label,
            "hint": status.meaning,
            "state": "current"
            if status is project.status
            else "done"
            if status.order < project.status.order
            else "todo",
            "on": (reached.get(status) if status.order <= project.status.order else None)
            or (_("计划 %(day)s", day=display.day(planned[status])) if planned.get(status) and status.order > project.status.order else None),
            "days": None,
        }
        for status in line
    ]  # fmt: skip


def _node_rows(project: KeyProject) -> list[dict[str, Any]]:
    today = clock.today()
    by_id = {one.id: one for one in project.milestones}
    return [
        {
            "node": node,
            "id": node.id,
            "state": timetable.state_of(node, by_id, today),
            "slip": timetable.slip_days(node, today),
        }
        for node in project.route
    ]


def _papers(project: KeyProject) -> list[dict[str, Any]]:
    lacks = project.lacks
    meaning = {
        Paper.TIMETABLE: _("每个节点都有计划时间"),
        Paper.PLEDGE: _("每个节点都有责任人和签订日期"),
        Paper.ROADMAP: _("除第一个外，每个节点都写明接在哪个之后"),
    }
    return [{"paper": one, "missing": one in lacks, "meaning": meaning[one]} for one in Paper]


def _history(project: KeyProject) -> list[dict[str, Any]]:
    """What was done, newest first; units by their names."""
    events = queries.events_of(project)
    unit_ids = {
        value for event in events for value in (event.changes.get("unit_id") or []) if isinstance(value, int)
    }
    rows = sa.select(Unit.id, Unit.name).where(Unit.id.in_(unit_ids))
    names = dict(db.session.execute(rows).all()) if unit_ids else {}

    def say(value: Any) -> str:
        return display.wan(value) if isinstance(value, Decimal) else display.said(value)

    def told(changes: dict[str, Any]) -> list[tuple[str, str, str]]:
        pair = changes.get("unit_id")
        named = {"unit_id": [names.get(one, "") for one in pair]} if pair else {}
        return telling.told({**changes, **named}, say)

    items = []
    for event in events:
        words, icon = telling.VERBS.get(event.verb, (event.verb, "history"))
        items.append(
            {
                "id": f"event-{event.id}",
                "icon": icon,
                "title": _(words),
                "who": event.actor_name,
                "at": event.at,
                "text": Markup(
                    render_template(
                        "delivery/_changes.html",
                        changes=[] if event.verb == "project.created" else told(event.changes),
                        note=event.note,
                    )
                ),
            }
        )
    return items


def _offer_units(form: Any, now: Unit | None) -> None:
    """My own unit, or every one for a right over the district; the one it has stays on offer."""
    user, units = me(), org.unit_choices()
    if user.scope_of(P.PROJECT_EDIT) is not Scope.DISTRICT:
        mine = {user.unit_id, now.id if now else user.unit_id}
        units = [(id, name) for id, name in units if id in mine]
    form.unit_id.offer(units, _("暂未确定"))


def _leader_chosen(form: Any) -> User | None:
    id = form.leader_id.data if "leader_id" in form else None
    return db.session.get(User, id) if id else None


def _deal_asked() -> Deal | None:
    text = request.args.get("deal_id", "")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        abort(404)
    return db.one_or_404(deals.visible_to(me()).filter_by(id=int(text)))


def _year_asked(default: int) -> int:
    text = request.args.get("year", "")
    return (
        int(text)
        if text.isascii() and text.isdecimal() and len(text) == 4 and 2000 <= int(text) <= 2100
        else default
    )
