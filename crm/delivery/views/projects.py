"""The list of key projects, one of them, its facts and years, its status and leader, its panel on a deal's page."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask import abort, render_template, request, url_for
from markupsafe import Markup

from crm.db import db
from crm.deals import queries as deals
from crm.deals.models import Deal
from crm.delivery import actions, queries, telling
from crm.delivery.forms import (
    AdvanceForm,
    LeaderForm,
    NewProjectForm,
    ProjectForm,
    StepBackForm,
    YearForm,
    day_of,
)
from crm.delivery.lists import PAGE
from crm.delivery.models import KeyProject
from crm.delivery.status import ORDER, BuildKind, Status, next_of, previous_of
from crm.lib import clock, texts
from crm.lib.words import _
from crm.lists.page import context
from crm.org import queries as org
from crm.org.guard import me, permit
from crm.org.models import Unit, User
from crm.org.permissions import Permission as P
from crm.org.permissions import Scope
from crm.reserve import queries as reserve
from crm.reserve.models import ReserveItem
from crm.web import display
from crm.web.forms import commit_and_go

from .tabs import bp, frame, load


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
        time_progress=queries.time_progress(clock.today()),
        steps=_steps(project),
        deal_seen=bool(project.deal and deals.seen_by(me(), [project.deal])),
        plan=_plan_seen(project.reserve_item_id),
        history=_history(project),
    )


@bp.get("/projects/names")
@permit(P.PROJECT_VIEW)
def names() -> Any:
    """For the list under a field that names a project, as it is typed."""
    found = queries.like(me(), texts.clean_line(request.args.get("q", "")[:100]))
    return render_template("_parts/names.html", found=found)


@bp.route("/projects/new", methods=["GET", "POST"])
@permit(P.PROJECT_EDIT)
def new() -> Any:
    """One more; with `?deal_id=` or `?plan_id=` what a deal or a plan of the reserve knows is filled in."""
    deal, plan = _deal_asked(), _plan_asked()
    first: dict[str, Any] = {"unit_id": me().unit_id, "is_productive": True}
    if deal:
        first |= {
            "name": deal.name, "content": deal.content, "direction": deal.direction, "planned_wan": deal.planned_wan,
            "owner_body": deal.local_company or deal.investor, "unit_id": deal.unit_id,
        }  # fmt: skip
    if plan:
        first |= {
            "name": plan.name, "content": plan.content, "direction": plan.direction, "planned_wan": plan.planned_wan,
            "unit_id": plan.unit_id, "is_productive": plan.direction is not None,
        }  # fmt: skip
    form = NewProjectForm(**first)
    form.deal.among(deals.visible_to(me()), deal)
    _offer_units(form, None)
    form.leader_id.offer(org.leader_choices(), _("以后再定"))
    if not me().may(P.PROJECT_SPONSOR):
        del form.leader_id
    if form.submitted():
        with form.refusals():
            project = actions.create(form.facts, plan=plan, actor=me())
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
    return form.page("delivery/new.html", deal=deal, plan=plan)


@bp.route("/projects/<int:id>/edit", methods=["GET", "POST"])
@permit(P.PROJECT_EDIT)
def edit(id: int) -> Any:
    project = load(id, P.PROJECT_EDIT)
    form = ProjectForm.of(project)
    form.deal.among(deals.visible_to(me()), project.deal)
    _offer_units(form, project.unit)
    if form.submitted():
        with form.refusals():
            actions.edit(project, form.facts, actor=me())
            return commit_and_go(form, url_for(".show", id=id), _("已保存“%(name)s”", name=project.name))
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


# --- on a deal's page -------------------------------------------------------------------------------------------


@bp.app_template_global("projects_of")
def projects_of(deal: Deal) -> Markup:
    """The panel on a deal's page: the key projects that grew out of it."""
    if not me().may(P.PROJECT_VIEW):
        return Markup("")
    found = queries.projects_of(me(), deal)
    unseen = not found and queries.is_listed(deal)
    may_add = not unseen and me().may(P.PROJECT_EDIT) and deals.may(me(), P.DEAL_EDIT, deal)
    if not found and not unseen and not may_add:
        return Markup("")
    said = render_template("delivery/_of.html", deal=deal, projects=found, unseen=unseen, may_add=may_add)
    return Markup(said)


@bp.app_template_global("project_of_plan")
def project_of_plan(plan: ReserveItem, may_edit: bool) -> Markup:
    """The panel on a plan's page: the key project that it has become, or the way to make it one."""
    if not me().may(P.PROJECT_VIEW):
        return Markup("")
    project = queries.of_plan(plan)
    may_add = may_edit and plan.is_free and me().may(P.PROJECT_EDIT)
    if project is None and not may_add:
        return Markup("")
    seen = project is not None and db.session.scalar(
        queries.visible_to(me()).where(KeyProject.id == project.id).with_only_columns(KeyProject.id)
    )
    said = render_template(
        "delivery/_of_plan.html", plan=plan, project=project, seen=seen, may_add=may_add, may_edit=may_edit
    )
    return Markup(said)


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


def _plan_seen(id: int | None) -> ReserveItem | None:
    rows = reserve.visible_to(me()).filter_by(id=id)
    return db.session.scalar(rows) if id and me().may(P.RESERVE_VIEW) else None


def _plan_asked() -> ReserveItem | None:
    """A plan of the reserve that he may change, and that has become nothing yet."""
    text = request.args.get("plan_id", "")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        abort(404)
    plan: ReserveItem = _plan_seen(int(text)) or abort(404)
    if not reserve.may_edit(me(), plan):
        abort(403)
    return plan


def _deal_asked() -> Deal | None:
    text = request.args.get("deal_id", "")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        abort(404)
    return db.one_or_404(deals.visible_to(me()).filter_by(id=int(text)))
