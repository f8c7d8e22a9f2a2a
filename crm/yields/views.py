"""亩均: the classes, the low ones, one firm with its years, cases, measures and the land it gave up."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, url_for
from markupsafe import Markup

from crm.contacts import telling
from crm.db import db
from crm.lib import clock
from crm.lib.words import N_, _
from crm.lists.page import context
from crm.merchants import queries as merchants
from crm.merchants.models import Enterprise
from crm.needs.views import story_of
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.web.forms import commit_and_go

from . import actions, queries
from .forms import DemandForm, FreeLandForm, LeaveForm, ListForm, MeasureForm, RateForm, RatingForm
from .lists import CASES, PAGE
from .models import Case, Rating

bp = Blueprint("yields", __name__)
telling.VERBS.update(
    {
        "enterprise.rated": (N_("录入亩均评价"), "chart"),
        "enterprise.pressed": (N_("列入倒逼名单"), "warn"),
        "yield_rating.entered": (N_("录入亩均评价"), "plus"),
        "yield_rating.edited": (N_("修改"), "pen"),
        "yield_case.listed": (N_("列入倒逼名单"), "warn"),
        "yield_case.mending": (N_("要求整改"), "pen"),
        "yield_measure.taken": (N_("采取措施"), "check"),
        "yield_case.left": (N_("退出名单"), "good"),
        "yield_case.come_back": (N_("恢复"), "undo"),
    }
)
telling.LABELS[queries.NOUN] = {
    "year": N_("评价年度"),
    "grade": N_("类别"),
    "land_mu": N_("用地"),
    "tax_per_mu": N_("亩均税收"),
    "added_per_mu": N_("亩均增加值"),
    "note": N_("备注"),
}
telling.LABELS[queries.CASE] = {
    "state": N_("状态"),
    "listed_on": N_("列入日期"),
    "reason": N_("为什么列入"),
    "demand": N_("整改要求"),
    "due_on": N_("整改期限"),
    "leaving": N_("怎么退出的"),
    "left_on": N_("退出日期"),
}
telling.LABELS["yield_measure"] = {
    "means": N_("手段"),
    "what": N_("措施"),
    "on_day": N_("日期"),
    "legal_basis": N_("法律或文件依据"),
}


@bp.get("/yields")
@permit(P.YIELD_VIEW)
def index() -> Any:
    return render_template("yields/index.html", listing=context(PAGE, me()))


@bp.get("/yields/cases")
@permit(P.YIELD_VIEW)
def cases() -> Any:
    return render_template("yields/cases.html", listing=context(CASES, me()))


@bp.get("/yields/firms/<int:id>")
@permit(P.YIELD_VIEW)
def show(id: int) -> Any:
    """One firm. It may be hidden from me while the class that my unit entered is not."""
    firm: Enterprise = db.get_or_404(Enterprise, id)
    ratings, found = queries.ratings_of(me(), firm), queries.cases_of(me(), firm)
    seen = _seen(firm)
    if not seen and not ratings and not found:
        abort(404)
    records = [(queries.NOUN, one.id) for one in ratings]
    for case in found:
        records += [(queries.CASE, case.id), *(("yield_measure", one.id) for one in case.measures)]
    may_edit = me().may(P.YIELD_EDIT)
    return render_template(
        "yields/show.html",
        firm=firm,
        firm_seen=seen,
        ratings=ratings,
        cases=found,
        open_case=next((one for one in found if one.is_open), None),
        may_edit=may_edit and seen,
        mine={one.id for one in ratings if queries.may_edit(me(), one)},
        my_cases={one.id for one in found if queries.may_edit(me(), one)},
        parcels=queries.land_of(firm) if me().may(P.LAND_VIEW) else [],
        may_free=me().may(P.LAND_MANAGE) and may_edit and seen,
        history=story_of(records) if records else [],
        today=clock.today(),
    )


@bp.route("/yields/firms/<int:id>/rate", methods=["GET", "POST"])
@permit(P.YIELD_EDIT)
def rate(id: int) -> Any:
    firm = _firm(id)
    form = RateForm(year=clock.today().year - 1)
    if form.submitted():
        with form.refusals():
            rating = actions.rate(firm, form.data, actor=me())
            return commit_and_go(
                form, url_for(".show", id=id), _("已录入 %(year)s 年的亩均评价", year=rating.year)
            )
    return _form(form, firm, _("录入亩均评价"), _("类别照评价部门的结果填，本系统不打分。"))


@bp.route("/yields/<int:id>", methods=["GET", "POST"])
@permit(P.YIELD_EDIT)
def edit(id: int) -> Any:
    rating: Rating = db.one_or_404(queries.with_names(queries.visible_to(me()).filter_by(id=id)))
    if not queries.may_edit(me(), rating):
        abort(403)
    form = RatingForm.of(rating)
    if form.submitted():
        with form.refusals():
            actions.edit(rating, form.data, actor=me())
            return commit_and_go(form, url_for(".show", id=rating.enterprise_id), _("已保存"))
    return _form(form, rating.enterprise, _("修改 %(year)s 年的亩均评价", year=rating.year))


@bp.route("/yields/firms/<int:id>/list", methods=["GET", "POST"])
@permit(P.YIELD_EDIT)
def list_firm(id: int) -> Any:
    firm = _firm(id)
    form = ListForm(listed_on=clock.today())
    if form.submitted():
        with form.refusals():
            actions.list_firm(firm, form.data, actor=me())
            return commit_and_go(form, url_for(".show", id=id), _("“%(name)s”已列入倒逼名单", name=firm.name))
    return _form(form, firm, _("列入倒逼名单"))


@bp.route("/yields/cases/<int:id>/demand", methods=["GET", "POST"])
@permit(P.YIELD_EDIT)
def demand(id: int) -> Any:
    case = _case(id)
    form = DemandForm.of(case)
    if form.submitted():
        with form.refusals():
            actions.demand(case, form.data, actor=me())
            return commit_and_go(form, url_for(".show", id=case.enterprise_id), _("已要求整改"))
    return _form(form, case.enterprise, _("要求整改"))


@bp.route("/yields/cases/<int:id>/measures", methods=["GET", "POST"])
@permit(P.YIELD_EDIT)
def take_measure(id: int) -> Any:
    case = _case(id)
    form = MeasureForm(on_day=clock.today())
    if form.submitted():
        with form.refusals():
            actions.take_measure(case, form.data, actor=me())
            return commit_and_go(form, url_for(".show", id=case.enterprise_id), _("已记下措施"))
    return _form(form, case.enterprise, _("采取措施"))


@bp.route("/yields/cases/<int:id>/leave", methods=["GET", "POST"])
@permit(P.YIELD_EDIT)
def leave(id: int) -> Any:
    case = _case(id)
    form = LeaveForm.of(case)
    if not form.is_submitted():
        form.left_on.data = clock.today()
    if form.submitted():
        with form.refusals():
            actions.leave(case, form.data, actor=me())
            undo = url_for(".come_back", id=id)
            return commit_and_go(form, url_for(".show", id=case.enterprise_id), _("已退出名单"), undo)
    return _form(form, case.enterprise, _("退出名单"))


@bp.post("/yields/cases/<int:id>/come-back")
@permit(P.YIELD_EDIT)
def come_back(id: int) -> Any:
    case = _case(id)
    actions.come_back(case, actor=me())
    return commit_and_go(None, url_for(".show", id=case.enterprise_id), _("已恢复在名单上"))


@bp.route("/yields/firms/<int:id>/free-land", methods=["GET", "POST"])
@permit(P.LAND_MANAGE)
def free_land(id: int) -> Any:
    """腾退: the land goes into the book of parcels, where those who look for land find it."""
    firm = _firm(id)
    if not me().may(P.YIELD_EDIT):
        abort(403)
    form = FreeLandForm(since_on=clock.today())
    if form.submitted():
        with form.refusals():
            parcel = actions.free_land(firm, form.data, actor=me())
            return commit_and_go(
                form, url_for("land.show", id=parcel.id), _("“%(name)s”已登记为地块", name=parcel.name)
            )
    return _form(form, firm, _("腾退土地"), _("登记以后，缺地的项目和企业就能匹配、预留。"))


@bp.app_template_global("yields_of")
def yields_of(firm: Enterprise) -> Markup:
    """On a firm's page: its classes, whether it is pressed, and what can be done."""
    if not me().may(P.YIELD_VIEW):
        return Markup("")
    ratings = queries.ratings_of(me(), firm)
    case = next((one for one in queries.cases_of(me(), firm) if one.is_open), None)
    may_edit = me().may(P.YIELD_EDIT)
    if not ratings and not case and not may_edit:
        return Markup("")
    return Markup(
        render_template("yields/_of.html", firm=firm, ratings=ratings[:3], case=case, may_edit=may_edit)
    )


@bp.app_template_global("grade_of")
def grade_of(firm: Enterprise | None) -> Any:
    """The latest class of a firm that I may know of; None for none."""
    ratings = queries.ratings_of(me(), firm) if firm and me().may(P.YIELD_VIEW) else []
    return ratings[0].grade if ratings else None


# --- what the views share -----------------------------------------------------------------------------------


def _seen(firm: Enterprise) -> bool:
    rows = merchants.visible_to(me()).where(Enterprise.id == firm.id)
    return db.session.scalar(rows.with_only_columns(Enterprise.id)) is not None


def _firm(id: int) -> Enterprise:
    return db.one_or_404(merchants.visible_to(me()).filter_by(id=id))


def _case(id: int) -> Case:
    case: Case = db.one_or_404(queries.cases_with_names(queries.cases_visible_to(me()).filter_by(id=id)))
    if not queries.may_edit(me(), case):
        abort(403)
    return case


def _form(form: Any, firm: Enterprise, title: str, note: str = "") -> Any:
    here = url_for(".show", id=firm.id)
    return form.page(
        "_layout/form.html",
        title=title,
        trail=[(_("亩均评价"), url_for(".index")), (firm.name, here)],
        note=note,
        cancel=here,
        wide=len(list(form)) > 6,
    )
