"""征迁: the list, 征迁进度表 by town, one clearance and how far it has come."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, url_for
from markupsafe import Markup

from crm.contacts import telling
from crm.db import db
from crm.delivery import queries as delivery
from crm.delivery.models import KeyProject
from crm.lib import clock
from crm.lib.words import N_, _
from crm.lists.page import context
from crm.needs.views import story_of
from crm.org import queries as org
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.org.permissions import Scope
from crm.web.forms import commit_and_go

from . import actions, queries
from .forms import ClearanceForm, OpenForm, TellForm
from .lists import PAGE
from .models import Clearance

bp = Blueprint("clearance", __name__)
telling.VERBS.update(
    {
        "clearance.opened": (N_("列入征迁"), "plus"),
        "clearance.edited": (N_("修改"), "pen"),
        "clearance.told": (N_("报进度"), "check"),
    }
)
telling.LABELS[queries.NOUN] = {
    "name": N_("征迁项目"),
    "level": N_("类别"),
    "unit_id": N_("负责的乡镇（街道）"),
    "households": N_("总户数"),
    "signed": N_("已签约"),
    "vacated": N_("已腾空"),
    "due_mu": N_("应交付"),
    "delivered_mu": N_("已交付"),
    "due_on": N_("交地期限"),
    "blockers": N_("卡在哪里"),
}


@bp.get("/land/clearance")
@permit(P.LAND_VIEW)
def index() -> Any:
    return render_template("land/clearance/index.html", listing=context(PAGE, me()))


@bp.get("/land/clearance/towns")
@permit(P.LAND_VIEW)
def towns() -> Any:
    """征迁进度表."""
    rows, total = queries.by_town(me())
    return render_template("land/clearance/towns.html", towns=rows, total=total, today=clock.today())


@bp.get("/land/clearance/<int:id>")
@permit(P.LAND_VIEW)
def show(id: int) -> Any:
    row = _load(id)
    return render_template(
        "land/clearance/show.html",
        row=row,
        may_manage=queries.may_manage(me(), row),
        project_seen=bool(row.project_id)
        and db.session.scalar(
            delivery.ids_of(delivery.visible_to(me()).where(KeyProject.id == row.project_id))
        )
        is not None,
        history=story_of([(queries.NOUN, row.id)]),
        today=clock.today(),
    )


@bp.route("/land/clearance/new", methods=["GET", "POST"])
@permit(P.LAND_MANAGE)
def new() -> Any:
    form = OpenForm(unit_id=me().unit_id)
    _offer(form)
    if form.submitted():
        with form.refusals():
            row = actions.open_clearance(form.data, actor=me())
            return commit_and_go(form, url_for(".show", id=row.id), _("“%(name)s”已列入征迁", name=row.name))
    return _form(form, _("列入征迁"), url_for(".index"))


@bp.route("/land/clearance/<int:id>/edit", methods=["GET", "POST"])
@permit(P.LAND_MANAGE)
def edit(id: int) -> Any:
    row = _mine(id)
    form = ClearanceForm.of(row)
    _offer(form, row)
    if form.submitted():
        with form.refusals():
            actions.edit(row, form.data, actor=me())
            return commit_and_go(form, url_for(".show", id=id), _("已保存“%(name)s”", name=row.name))
    return _form(form, _("修改征迁项目"), url_for(".show", id=id), row)


@bp.route("/land/clearance/<int:id>/tell", methods=["GET", "POST"])
@permit(P.LAND_MANAGE)
def tell(id: int) -> Any:
    row = _mine(id)
    form = TellForm.of(row)
    if form.submitted():
        with form.refusals():
            actions.tell(row, form.data, actor=me())
            said = _("“%(name)s”交付率 %(rate)s%%", name=row.name, rate=row.rate)
            return commit_and_go(form, url_for(".show", id=id), said)
    note = _("总户数 %(n)s 户，应交付 %(mu)s 亩", n=row.households, mu=f"{row.due_mu.normalize():f}")
    return _form(form, _("报征迁进度"), url_for(".show", id=id), row, note)


@bp.app_template_global("clearances_of")
def clearances_of(project: KeyProject) -> Markup:
    """On the tab of a key project: the clearances of its site."""
    if not me().may(P.LAND_VIEW) or not (rows := queries.of_project(project)):
        return Markup("")
    return Markup(render_template("land/clearance/_of.html", rows=rows))


def _load(id: int) -> Clearance:
    return db.one_or_404(queries.with_names(queries.visible_to(me()).filter_by(id=id)))


def _mine(id: int) -> Clearance:
    row = _load(id)
    if not queries.may_manage(me(), row):
        abort(403)
    return row


def _offer(form: Any, row: Clearance | None = None) -> None:
    """My unit, or every one for a right over the district; what is chosen stays on offer."""
    units = org.unit_choices()
    if me().scope_of(P.LAND_MANAGE) is not Scope.DISTRICT:
        units = [one for one in units if one[0] in (me().unit_id, row.unit_id if row else None)]
    form.unit_id.offer(units)
    projects = queries.project_choices(me())
    if row and row.project and row.project_id not in dict(projects):
        projects.append((row.project.id, _("现在的项目，不改")))
    form.project_id.offer(projects, _("不是重点项目"))


def _form(form: Any, title: str, cancel: str, row: Clearance | None = None, note: str = "") -> Any:
    trail = [(_("征迁"), url_for(".index"))] + ([(row.name, url_for(".show", id=row.id))] if row else [])
    return form.page("_layout/form.html", title=title, trail=trail, note=note, cancel=cancel, wide=True)
