"""时间表 / 责任书 / 路线图: the milestones of a project, drawn, changed, reached; the sheet to hand out."""

from __future__ import annotations

from typing import Any

from flask import render_template, url_for

from crm.db import db
from crm.delivery import actions, drawing, queries, timetable
from crm.delivery.forms import MilestoneForm, NewMilestoneForm, ReachForm, day_of
from crm.delivery.models import KeyProject, Milestone
from crm.delivery.timetable import Paper
from crm.lib import clock
from crm.lib.words import _
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.web.forms import commit_and_go

from .tabs import bp, frame, load


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


def _load_node(id: int) -> tuple[KeyProject, Milestone]:
    """A milestone and its project, held together: what hangs on the project is loaded once."""
    node: Milestone = db.one_or_404(queries.milestones_visible_to(me()).filter_by(id=id))
    return load(node.project_id, P.PROJECT_EDIT), node


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
