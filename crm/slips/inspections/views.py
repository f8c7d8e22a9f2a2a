"""The pages of inspections: what was said, what slip it has become, what was answered."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, url_for

from crm.db import db
from crm.delivery import queries as delivery
from crm.delivery.models import KeyProject
from crm.lib import clock
from crm.lib.words import _
from crm.lists.page import context
from crm.org import queries as org
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.slips import queries as slips
from crm.slips.models import Inspection, Remark, Slip
from crm.web.forms import commit_and_go

from . import actions, queries
from .forms import FeedBackForm, InspectionForm, ReferForm, RegisterForm, RemarkForm
from .lists import PAGE

bp = Blueprint("inspections", __name__)


@bp.get("/inspections")
@permit(P.SLIP_VIEW)
def index() -> Any:
    return render_template("slips/inspections/index.html", listing=context(PAGE, me()))


@bp.get("/inspections/<int:id>")
@permit(P.SLIP_VIEW)
def show(id: int) -> Any:
    inspection = _load(id)
    remarks = queries.remarks_of(me(), inspection)
    slip_ids = [one.slip_id for one in remarks if one.slip_id]
    project_ids = [one.project_id for one in remarks if one.project_id]
    seen = slips.visible_to(me()).with_only_columns(Slip.id).where(Slip.id.in_(slip_ids)).order_by(None)
    there = delivery.ids_of(delivery.visible_to(me()).where(KeyProject.id.in_(project_ids)))
    return render_template(
        "slips/inspections/show.html",
        inspection=inspection,
        remarks=remarks,
        seen_slips=set(db.session.scalars(seen)),
        seen_projects=set(db.session.scalars(there)),
        may=queries.may(me(), inspection),
        may_refer={
            one.id for one in remarks if one.project and delivery.may(me(), P.SLIP_RAISE, one.project)
        },
    )


@bp.route("/inspections/new", methods=["GET", "POST"])
@permit(P.INSPECTION_MANAGE)
def register() -> Any:
    form = RegisterForm(on_day=clock.today())
    if form.submitted():
        with form.refusals():
            made = actions.register(form.data, actor=me())
            return commit_and_go(form, url_for(".add_remark", id=made.id), _("已登记，请写下提出的意见"))
    return form.page(
        "slips/inspections/form.html", title=_("登记视察、督查"), inspection=None, back=url_for(".index")
    )


@bp.route("/inspections/<int:id>/edit", methods=["GET", "POST"])
@permit(P.INSPECTION_MANAGE)
def edit(id: int) -> Any:
    inspection = _mine(id)
    form = InspectionForm.of(inspection)
    if form.submitted():
        with form.refusals():
            actions.edit(inspection, form.data, actor=me())
            return commit_and_go(form, url_for(".show", id=id), _("已保存“%(name)s”", name=inspection.title))
    return _page(form, _("修改"), inspection)


@bp.route("/inspections/<int:id>/remarks", methods=["GET", "POST"])
@permit(P.INSPECTION_MANAGE)
def add_remark(id: int) -> Any:
    inspection = _mine(id)
    form = RemarkForm()
    form.project.among(delivery.visible_to(me()))
    if form.submitted():
        with form.refusals():
            project = form.project.record
            actions.add_remark(inspection, form.text.data or "", project.id if project else None, actor=me())
            return commit_and_go(form, url_for(".show", id=id), _("已记下意见"))
    return _page(form, _("写下意见"), inspection)


@bp.route("/inspections/remarks/<int:id>/refer", methods=["GET", "POST"])
@permit(P.INSPECTION_MANAGE)
def refer(id: int) -> Any:
    remark = _load_remark(id)
    if remark.project and not delivery.may(me(), P.SLIP_RAISE, remark.project):
        abort(403)
    form = ReferForm(problem=remark.text, unit_id=remark.project.unit_id if remark.project else None)
    form.unit_id.offer(org.unit_choices(), _("由汇总的人定"))
    if form.submitted():
        with form.refusals():
            slip = actions.refer(remark, form.data, actor=me())
            return commit_and_go(form, url_for("slips.show", id=slip.id), _("已转交办，下一次汇总时列入"))
    return _page(form, _("转交办"), remark.inspection, remark.text)


@bp.route("/inspections/remarks/<int:id>/feed-back", methods=["GET", "POST"])
@permit(P.INSPECTION_MANAGE)
def feed_back(id: int) -> Any:
    remark = _load_remark(id)
    form = FeedBackForm(answer=remark.slip.result if remark.slip else "")
    if form.submitted():
        with form.refusals():
            actions.feed_back(remark, form.answer.data or "", actor=me())
            return commit_and_go(form, url_for(".show", id=remark.inspection_id), _("已反馈"))
    return _page(form, _("反馈意见"), remark.inspection, remark.text)


# --- what the views share ---------------------------------------------------------------------------------------


def _load(id: int) -> Inspection:
    return db.one_or_404(queries.visible_to(me()).where(Inspection.id == id))


def _mine(id: int) -> Inspection:
    """404 for what I may not see, 403 for what another unit has entered."""
    inspection = _load(id)
    if not queries.may(me(), inspection):
        abort(403)
    return inspection


def _load_remark(id: int) -> Remark:
    remark: Remark = db.one_or_404(queries.with_all(queries.remarks_visible_to(me()).where(Remark.id == id)))
    if not queries.may(me(), remark.inspection):
        abort(403)
    return remark


def _page(form: Any, title: str, inspection: Inspection, about: str = "") -> Any:
    back = url_for(".show", id=inspection.id)
    return form.page("slips/inspections/form.html", title=title, inspection=inspection, hint=about, back=back)
