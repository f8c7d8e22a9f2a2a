"""上级资金: the list with its sums, one application, what came of it, and its way into 到位资金."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, url_for
from markupsafe import Markup

from crm.capital import queries as capital
from crm.capital.models import PaidIn
from crm.contacts import telling
from crm.db import db
from crm.deals import queries as deals
from crm.deals.models import Deal
from crm.delivery import queries as delivery
from crm.delivery.models import KeyProject
from crm.delivery.views.tabs import load
from crm.lib import clock
from crm.lib.words import N_, _
from crm.lists.page import context
from crm.needs.views import story_of
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.web.forms import commit_and_go

from . import actions, queries
from .forms import ApplyForm, GrantForm, ReceiveForm, RefuseForm
from .grants import GrantState
from .lists import PAGE
from .models import UpperGrant

bp = Blueprint("financing", __name__)
telling.VERBS.update(
    {
        "grant.applied": (N_("申报上级资金"), "money"),
        "upper_grant.applied": (N_("申报上级资金"), "plus"),
        "upper_grant.edited": (N_("修改"), "pen"),
        "upper_grant.got": (N_("到手"), "good"),
        "upper_grant.refused": (N_("没有争取到"), "close"),
        "upper_grant.declared": (N_("申报到位资金"), "money"),
    }
)
telling.LABELS[queries.NOUN] = {
    "title": N_("资金名称"),
    "giver": N_("哪一级的"),
    "applied_on": N_("申报日期"),
    "applied_wan": N_("申报金额"),
    "state": N_("状态"),
    "got_wan": N_("到手金额"),
    "counts_as_arrived": N_("计入到位资金"),
    "basis": N_("口径依据"),
}


@bp.get("/financing")
@permit(P.NEED_VIEW)
def index() -> Any:
    year = clock.today().year
    return render_template(
        "financing/index.html", listing=context(PAGE, me()), sums=queries.by_giver(me(), year), year=year
    )


@bp.get("/financing/<int:id>")
@permit(P.NEED_VIEW)
def show(id: int) -> Any:
    grant = _load(id)
    deal = grant.arrives_for
    return render_template(
        "financing/show.html",
        grant=grant,
        address=_address(grant),
        may_edit=queries.may_edit(me(), grant),
        may_declare=me().may(P.CAPITAL_DECLARE) and deal is not None and capital.may_declare(me(), deal),
        row_seen=_row_seen(grant),
        history=story_of([(queries.NOUN, grant.id)]),
    )


@bp.route("/deals/<int:id>/grants", methods=["GET", "POST"])
@permit(P.NEED_EDIT)
def apply_for_deal(id: int) -> Any:
    deal = db.one_or_404(deals.visible_to(me()).filter_by(id=id))
    if not deals.may(me(), P.DEAL_EDIT, deal):
        abort(403)
    return _apply(deal, url_for("deals.show", id=id))


@bp.route("/projects/<int:id>/grants", methods=["GET", "POST"])
@permit(P.NEED_EDIT)
def apply_for_project(id: int) -> Any:
    return _apply(load(id, P.PROJECT_EDIT), url_for("needs.of_project", id=id))


@bp.route("/financing/<int:id>/edit", methods=["GET", "POST"])
@permit(P.NEED_EDIT)
def edit(id: int) -> Any:
    grant = _mine(id)
    form = GrantForm.of(grant)
    if form.submitted():
        with form.refusals():
            actions.edit(grant, form.data, actor=me())
            return commit_and_go(form, url_for(".show", id=id), _("已保存“%(name)s”", name=grant.title))
    return _form(form, grant, _("修改上级资金"))


@bp.route("/financing/<int:id>/receive", methods=["GET", "POST"])
@permit(P.NEED_EDIT)
def receive(id: int) -> Any:
    grant = _mine(id)
    form = ReceiveForm.of(grant)
    if not form.is_submitted():
        form.told_on.data, form.got_wan.data = clock.today(), grant.applied_wan
    if form.submitted():
        with form.refusals():
            actions.receive(grant, form.data, actor=me())
            return commit_and_go(form, url_for(".show", id=id), _("“%(name)s”已到手", name=grant.title))
    return _form(
        form,
        grant,
        _("上级资金到手"),
        _("一般不计入到位资金；文件写明可以计入的才勾选，勾选后还要申报、初审、认定。"),
    )


@bp.route("/financing/<int:id>/refuse", methods=["GET", "POST"])
@permit(P.NEED_EDIT)
def refuse(id: int) -> Any:
    grant = _mine(id)
    form = RefuseForm.of(grant)
    if not form.is_submitted():
        form.told_on.data = clock.today()
    if form.submitted():
        with form.refusals():
            told_on = form.told_on.data
            assert told_on is not None
            actions.refuse(grant, told_on=told_on, note=form.why.data or "", actor=me())
            return commit_and_go(form, url_for(".show", id=id), _("已记下"))
    return _form(form, grant, _("没有争取到"))


@bp.post("/financing/<int:id>/declare")
@permit(P.CAPITAL_DECLARE)
def declare(id: int) -> Any:
    grant = _load(id)
    row = actions.declare(grant, actor=me())
    return commit_and_go(None, url_for("capital.show", id=row.id), _("已申报到位资金，等初审；请补凭证"))


@bp.app_template_global("grants_of")
def grants_of(subject: Deal | KeyProject) -> Markup:
    """The panel on a deal's page and on a project's tab of needs."""
    if not me().may(P.NEED_VIEW):
        return Markup("")
    if isinstance(subject, Deal):
        may, found = deals.may(me(), P.DEAL_EDIT, subject), queries.of_record(me(), deal_id=subject.id)
        door = "financing.apply_for_deal"
    else:
        may, found = (
            delivery.may(me(), P.PROJECT_EDIT, subject),
            queries.of_record(me(), project_id=subject.id),
        )
        door = "financing.apply_for_project"
    may = may and me().may(P.NEED_EDIT)
    if not found and not may:
        return Markup("")
    return Markup(render_template("financing/_of.html", subject=subject, grants=found, may=may, door=door))


def _load(id: int) -> UpperGrant:
    return db.one_or_404(queries.with_names(queries.visible_to(me()).filter_by(id=id)))


def _mine(id: int) -> UpperGrant:
    grant = _load(id)
    if not queries.may_edit(me(), grant):
        abort(403)
    if grant.state is not GrantState.APPLIED:
        abort(404)
    return grant


def _row_seen(grant: UpperGrant) -> bool:
    """Whether the sum that it became may be opened."""
    if not grant.paid_in_id or not me().may(P.CAPITAL_VIEW):
        return False
    rows = capital.visible_to(me()).where(PaidIn.id == grant.paid_in_id)
    return db.session.scalar(rows.with_only_columns(PaidIn.id)) is not None


def _address(grant: UpperGrant) -> str | None:
    """Where its deal or project is, if I may open it."""
    if grant.deal_id:
        rows: Any = deals.visible_to(me()).where(Deal.id == grant.deal_id).with_only_columns(Deal.id)
        return url_for("deals.show", id=grant.deal_id) if db.session.scalar(rows) else None
    rows = delivery.ids_of(delivery.visible_to(me()).where(KeyProject.id == grant.project_id))
    return url_for("delivery.show", id=grant.project_id) if db.session.scalar(rows) else None


def _apply(subject: Deal | KeyProject, back: str) -> Any:
    form = ApplyForm(applied_on=clock.today())
    if form.submitted():
        with form.refusals():
            grant = actions.apply(subject, form.data, actor=me())
            return commit_and_go(form, url_for(".show", id=grant.id), _("已登记“%(name)s”", name=grant.title))
    title, trail = _("申报上级资金"), [(subject.name, back)]
    return form.page("_layout/form.html", title=title, trail=trail, cancel=back, wide=True)


def _form(form: Any, grant: UpperGrant, title: str, note: str = "") -> Any:
    here = url_for(".show", id=grant.id)
    trail = [(_("上级资金"), url_for(".index")), (grant.title, here)]
    return form.page(
        "_layout/form.html", title=title, trail=trail, note=note, cancel=here, wide=len(list(form)) > 6
    )
