"""What reports hold from now on, and how a year is scored: outlines, scores so far, versions of the scheme."""

from __future__ import annotations

from typing import Any

from flask import abort, render_template, url_for

from crm.indicators import catalogue
from crm.indicators.progress import Window
from crm.lib import clock
from crm.lib.words import _
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.reports import actions, counting, queries, telling
from crm.reports.appraisal import FIRST
from crm.reports.forms import OutlineForm, SchemeForm
from crm.reports.periods import ReportKind
from crm.web.forms import commit_and_go

from .links import left_out, to_now
from .steps import bp


@bp.route("/reports/outlines/<kind>", methods=["GET", "POST"])
@permit(P.REPORT_OUTLINE)
def outline(kind: str) -> Any:
    if kind not in {one.value for one in ReportKind}:
        abort(404)
    of = ReportKind(kind)
    now = queries.outline(of)
    form = OutlineForm(data={"sections": now.sections, "indicators": now.indicators, "ranked": now.ranked})
    form.offer(catalogue.choices(me()))
    if form.submitted():
        with form.refusals():
            actions.set_outline(of, form.data, actor=me())
            return commit_and_go(form, url_for("reports.index"), _("已保存，从下一次起草算起"))
    return form.page("reports/outline.html", kind=of)


@bp.get("/reports/appraisal")
@permit(P.REPORT_VIEW)
def appraisal_so_far() -> Any:
    """The year's scores as they stand, by the scheme in force, and the scheme itself with its versions."""
    if not actions.sees_all(me()):
        abort(404)
    scheme = queries.scheme()
    today = clock.today()
    year = Window(today.replace(month=1, day=1), today)
    left = counting.left_out(scheme, year, me())
    content = counting.scores(scheme, year, me(), left)
    return render_template(
        "reports/appraisal.html",
        scores=content,
        score_heads=telling.score_heads(content),
        score_lines=telling.score_lines(content, to_now(today)),
        left_out=left_out(counting.kept(left)),
        again=telling.left_out(content),
        today=today,
        versions=[*queries.schemes(), FIRST],
        words=dict(catalogue.choices(me())),
        may_set=me().may(P.REPORT_OUTLINE),
    )


@bp.route("/reports/appraisal/scheme", methods=["GET", "POST"])
@permit(P.REPORT_OUTLINE)
def set_scheme() -> Any:
    now = queries.scheme()
    weighed = {one.key: one.weight for one in now.items}
    known = catalogue.choices(me())
    values = {f"weight_{at}": weighed.get(key, 0) for at, (key, _label) in enumerate(known)}
    form = SchemeForm.weighing(known)(data={"cap": now.cap, "each_once": now.once, **values})
    fields = [form[f"weight_{at}"] for at in range(len(known))]
    if form.submitted():
        with form.refusals():
            weights = {key: field.data or 0 for (key, _label), field in zip(known, fields, strict=True)}
            actions.set_scheme(
                weights, form.cap.data or 0, form.reason.data or "", actor=me(), once=form.each_once.data
            )
            return commit_and_go(form, url_for("reports.appraisal_so_far"), _("已保存，从下一次发布算起"))
    return form.page("reports/scheme.html", weights=fields, number=now.number + 1)
