"""一线 and 周报: what leaders decided on site, what each week brought, with its photos."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, render_template, url_for

from crm.db import db
from crm.delivery import actions, queries
from crm.delivery.forms import ReportForm, VisitForm
from crm.delivery.weeks import week_of
from crm.files import store
from crm.lib import clock
from crm.lib.words import _
from crm.org import queries as org
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.org.permissions import Scope
from crm.web.forms import commit_and_go

from .tabs import bp, frame, load

DOUBTFUL = 150
"""Percent of the year's plan above which a nought too many is likelier than the work."""


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
        time_progress=queries.time_progress(clock.today()),
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
            if year and year.planned_wan and year.percent > DOUBTFUL:
                said = _(
                    "本年累计是年度计划的 %(n)s%%，请核对；有误的，本周内再报一次就是更正", n=year.percent
                )
                flash(said, "warn")
            return commit_and_go(form, url_for(".progress", id=id), _("已报送本周进度"))
    return form.page("delivery/report.html", project=project, week=week, last=last, this=this, year=year)


@bp.get("/projects/files/<int:id>")
@permit(P.PROJECT_VIEW)
def file(id: int) -> Any:
    """A photo of a weekly entry, for those who may see the project."""
    return store.hand_out(db.one_or_404(queries.files_visible_to(me()).filter_by(id=id)))
