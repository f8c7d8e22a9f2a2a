"""用地保障: parcels, need against stock, the queue, matching and keeping, quotas and reclaimed land."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from markupsafe import Markup

from crm.contacts import telling
from crm.db import db
from crm.lib import clock
from crm.lib.words import N_, _
from crm.lists.page import context
from crm.merchants import queries as merchants
from crm.merchants.models import Enterprise
from crm.needs import queries as needs
from crm.needs import views as need_pages
from crm.needs.kinds import NeedKind
from crm.needs.models import Need
from crm.org import queries as org
from crm.org import settings
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.org.permissions import Scope
from crm.web.forms import commit_and_go

from . import actions, queries
from .forms import (
    EnterForm,
    KeepForm,
    MoveForm,
    NewQuotaForm,
    NewReclaimedForm,
    ParcelForm,
    QuotaForm,
    ReclaimedForm,
    ReleaseForm,
)
from .lists import PAGE, RECLAIMED
from .models import Hold, LandQuota, Parcel, Reclamation
from .states import Age

bp = Blueprint("land", __name__)
telling.VERBS.update(
    {
        "parcel.entered": (N_("登记地块"), "plus"),
        "parcel.edited": (N_("修改"), "pen"),
        "parcel.tagged": (N_("打标签"), "tag"),
        "parcel.advanced": (N_("推进"), "arrow-right"),
        "parcel.stepped_back": (N_("退回一步"), "undo"),
        "parcel.kept": (N_("预留"), "lock"),
        "parcel.released": (N_("释放预留"), "key"),
        "need.land_kept": (N_("预留了地块"), "lock"),
        "need.land_released": (N_("释放了预留的地块"), "key"),
        "enterprise.freed_land": (N_("腾退土地"), "split"),
    }
)
telling.LABELS[queries.NOUN] = {
    "name": N_("地块"),
    "mu": N_("面积（亩）"),
    "place": N_("位置"),
    "land_use": N_("规划用途"),
    "unit_id": N_("管理单位"),
    "state": N_("状态"),
    "since_on": N_("从哪天起"),
    "measure": N_("盘活措施"),
    "note": N_("备注"),
}


@bp.get("/land")
@permit(P.LAND_VIEW)
def index() -> Any:
    return render_template("land/index.html", listing=context(PAGE, me()))


@bp.get("/land/supply")
@permit(P.LAND_VIEW)
def supply() -> Any:
    """供需: what lies idle, by state and age, against what is asked for."""
    stock = queries.stock(me())
    lack = (
        next(one for one in needs.lacks(me()) if one.kind is NeedKind.LAND) if me().may(P.NEED_VIEW) else None
    )
    return render_template(
        "land/supply.html",
        stock=stock,
        idle=[one for one in stock if one.state in queries.IDLE],
        ages=list(Age),
        lack=lack,
        everything=me().scope_of(P.NEED_VIEW) is Scope.DISTRICT,
    )


@bp.get("/land/queue")
@permit(P.NEED_VIEW)
def queue() -> Any:
    """用地排队: 「优先保障省市重点项目、民生项目、高新产业项目用地」."""
    return render_template("land/queue.html", queue=needs.queue(me(), NeedKind.LAND))


@bp.get("/land/<int:id>")
@permit(P.LAND_VIEW)
def show(id: int) -> Any:
    parcel = _load(id)
    may = queries.may_manage(me(), parcel.unit_id)
    return render_template(
        "land/show.html",
        parcel=parcel,
        may_manage=may,
        seen=queries.needs_seen(me(), [parcel]),
        waiting=needs.queue(me(), NeedKind.LAND, 10)
        if may and not parcel.hold and parcel.state in queries.IDLE
        else [],
        source_seen=bool(parcel.source_enterprise_id) and _firm_seen(parcel.source_enterprise_id),
        history=need_pages.story_of([(queries.NOUN, parcel.id)]),
        today=clock.today(),
    )


@bp.route("/land/new", methods=["GET", "POST"])
@permit(P.LAND_MANAGE)
def new() -> Any:
    form = EnterForm(unit_id=me().unit_id, since_on=clock.today())
    units = org.unit_choices()
    if me().scope_of(P.LAND_MANAGE) is not Scope.DISTRICT:
        units = [one for one in units if one[0] == me().unit_id]
    form.unit_id.offer(units)
    if form.submitted():
        with form.refusals():
            parcel = actions.enter(form.data, actor=me())
            return commit_and_go(
                form, url_for(".show", id=parcel.id), _("已登记“%(name)s”", name=parcel.name)
            )
    return _form(form, _("登记一块地"), url_for(".index"))


@bp.route("/land/<int:id>/edit", methods=["GET", "POST"])
@permit(P.LAND_MANAGE)
def edit(id: int) -> Any:
    parcel = _mine(id)
    form = ParcelForm.of(parcel)
    if form.submitted():
        with form.refusals():
            actions.edit(parcel, form.data, actor=me())
            return commit_and_go(form, url_for(".show", id=id), _("已保存“%(name)s”", name=parcel.name))
    return _form(form, _("修改地块"), url_for(".show", id=id), parcel)


@bp.route("/land/<int:id>/advance", methods=["GET", "POST"])
@permit(P.LAND_MANAGE)
def advance(id: int) -> Any:
    parcel = _mine(id)
    target = parcel.state.next or abort(404)
    title, said = _("推进到“%(state)s”", state=target.label), _("已推进到“%(state)s”", state=target.label)
    return _move(parcel, actions.advance, title, said)


@bp.route("/land/<int:id>/step-back", methods=["GET", "POST"])
@permit(P.LAND_MANAGE)
def step_back(id: int) -> Any:
    parcel = _mine(id)
    target = parcel.state.previous or abort(404)
    title, said = _("退回“%(state)s”", state=target.label), _("已退回“%(state)s”", state=target.label)
    return _move(parcel, actions.step_back, title, said)


def _move(parcel: Parcel, act: Callable[..., None], title: str, said: str) -> Any:
    form, back = MoveForm.of(parcel, on_day=clock.today()), url_for(".show", id=parcel.id)
    if form.submitted():
        with form.refusals():
            act(parcel, on_day=_day(form), reason=form.reason.data or "", actor=me())
            return commit_and_go(form, back, said)
    return _form(form, title, back, parcel)


# --- for whom it is kept ------------------------------------------------------------------------------------


@bp.get("/land/match/<int:need_id>")
@permit(P.NEED_VIEW)
def match(need_id: int) -> Any:
    """Free parcels for one need, the best fitting first."""
    need = _need(need_id)
    found = queries.matches(need)
    return render_template(
        "land/match.html",
        need=need,
        parcels=found,
        mine={one.id for one in found if queries.may_manage(me(), one.unit_id)},
    )


@bp.route("/land/<int:id>/keep/<int:need_id>", methods=["GET", "POST"])
@permit(P.LAND_MANAGE)
def keep(id: int, need_id: int) -> Any:
    need = _need(need_id)
    parcel = _mine(id)
    form = KeepForm(until_on=clock.today() + dt.timedelta(days=settings.get("land.keep_days")))
    if form.submitted():
        with form.refusals():
            until_on = form.until_on.data
            assert until_on is not None
            actions.keep(parcel, need, until_on=until_on, actor=me())
            return commit_and_go(form, url_for(".show", id=id), _("已为“%(name)s”预留", name=need.title))
    note = _("%(parcel)s，%(mu)s 亩；%(who)s需要 %(asked)s 亩", parcel=parcel.name, mu=f"{parcel.mu:g}",
             who=need.subject.name, asked=f"{need.asked:g}")  # fmt: skip
    return _form(form, _("预留地块"), url_for("land.match", need_id=need_id), parcel, note, _("预留"))


@bp.route("/land/holds/<int:id>/release", methods=["GET", "POST"])
@permit(P.LAND_MANAGE)
def release(id: int) -> Any:
    hold: Hold = db.one_or_404(queries.hold_visible_to(me()).filter_by(id=id))
    parcel = _mine(hold.parcel_id)
    form = ReleaseForm.of(hold)
    if form.submitted():
        with form.refusals():
            actions.release(hold, form.reason.data or "", actor=me())
            return commit_and_go(
                form, url_for(".show", id=parcel.id), _("已释放“%(name)s”", name=parcel.name)
            )
    return _form(form, _("释放预留"), url_for(".show", id=parcel.id), parcel, need_name(hold), _("释放"))


def need_name(hold: Hold) -> str:
    return _("现在预留给“%(name)s”", name=hold.need.subject.name)


def _kept_for(need: Need) -> Markup:
    """On the page of a need for land: what is kept for it, and the way to find more."""
    if need.kind is not NeedKind.LAND:
        return Markup("")
    return Markup(
        render_template("land/_of_need.html", need=need, holds=queries.holds_of(need))
    )  # fmt: skip


need_pages.PANELS.append(_kept_for)


# --- quotas and reclaimed land ------------------------------------------------------------------------------


@bp.get("/land/quotas")
@permit(P.LAND_VIEW)
def quotas() -> Any:
    """用地指标 and 垦造耕地 of a year (`?year=`)."""
    text = request.args.get("year", "")
    year = (
        int(text) if text.isascii() and text.isdecimal() and 2000 <= int(text) <= 2100 else clock.today().year
    )
    rows = queries.quotas(year)
    reclaimed = queries.reclamations(me(), year)
    return render_template(
        "land/quotas.html",
        year=year,
        years=queries.quota_years(),
        quotas=rows,
        reclaimed=queries.reclaimed(year),
        reclamations=reclaimed,
        mine={
            id
            for id in {one.unit_id for one in rows} | {one.unit_id for one in reclaimed}
            if queries.may_manage(me(), id)
        },
    )


@bp.route("/land/quotas/new", methods=["GET", "POST"])
@permit(P.LAND_MANAGE)
def new_quota() -> Any:
    form = NewQuotaForm(year=clock.today().year)
    if form.submitted():
        with form.refusals():
            quota = actions.set_quota(None, form.data, actor=me())
            return commit_and_go(
                form, url_for(".quotas", year=quota.year), _("已登记%(kind)s", kind=quota.kind.label)
            )
    return _form(form, _("登记用地指标"), url_for(".quotas"))


@bp.route("/land/quotas/<int:id>", methods=["GET", "POST"])
@permit(P.LAND_MANAGE)
def edit_quota(id: int) -> Any:
    quota: LandQuota = db.get_or_404(LandQuota, id)
    if not queries.may_manage(me(), quota.unit_id):
        abort(403)
    form = QuotaForm.of(quota)
    if form.submitted():
        with form.refusals():
            actions.set_quota(quota, form.data, actor=me())
            return commit_and_go(
                form, url_for(".quotas", year=quota.year), _("已保存%(kind)s", kind=quota.kind.label)
            )
    note = _("%(year)s 年，%(kind)s", year=quota.year, kind=quota.kind.label)
    return _form(form, _("修改用地指标"), url_for(".quotas", year=quota.year), note=note)


@bp.get("/land/reclamations")
@permit(P.LAND_VIEW)
def reclamations() -> Any:
    return render_template("land/reclamations.html", listing=context(RECLAIMED, me()))


@bp.route("/land/reclamations/new", methods=["GET", "POST"])
@permit(P.LAND_MANAGE)
def new_reclamation() -> Any:
    form = NewReclaimedForm(on_day=clock.today())
    if form.submitted():
        with form.refusals():
            row = actions.reclaim(None, form.data, actor=me())
            return commit_and_go(form, url_for(".quotas", year=row.on_day.year), _("已登记垦造耕地"))
    return _form(form, _("登记垦造耕地"), url_for(".quotas"))


@bp.route("/land/reclamations/<int:id>", methods=["GET", "POST"])
@permit(P.LAND_MANAGE)
def edit_reclamation(id: int) -> Any:
    row: Reclamation = db.get_or_404(Reclamation, id)
    if not queries.may_manage(me(), row.unit_id):
        abort(403)
    form = ReclaimedForm.of(row)
    if form.submitted():
        with form.refusals():
            actions.reclaim(row, form.data, actor=me())
            return commit_and_go(form, url_for(".quotas", year=row.on_day.year), _("已保存"))
    return _form(form, _("修改垦造耕地"), url_for(".quotas", year=row.on_day.year))


# --- what the views share -----------------------------------------------------------------------------------


def _load(id: int) -> Parcel:
    return db.one_or_404(queries.with_story(queries.visible_to(me()).filter_by(id=id)))


def _mine(id: int) -> Parcel:
    """403 for what another unit keeps."""
    parcel = _load(id)
    if not queries.may_manage(me(), parcel.unit_id):
        abort(403)
    return parcel


def _need(id: int) -> Need:
    rows = needs.visible_to(me()).filter_by(id=id, kind=NeedKind.LAND)
    return db.one_or_404(needs.with_figures(rows))


def _firm_seen(id: int | None) -> bool:
    rows = merchants.visible_to(me()).where(Enterprise.id == id)
    return db.session.scalar(rows.with_only_columns(Enterprise.id)) is not None


def _day(form: MoveForm) -> dt.date:
    day = form.on_day.data
    assert day is not None
    return day


def _form(
    form: Any, title: str, cancel: str, parcel: Parcel | None = None, note: str = "", button: str = ""
) -> Any:
    trail = [(_("地块"), url_for(".index"))]
    if parcel:
        trail.append((parcel.name, url_for(".show", id=parcel.id)))
    return form.page(
        "_layout/form.html",
        title=title,
        trail=trail,
        note=note,
        cancel=cancel,
        button=button,
        wide=len(list(form)) > 6,
    )
