"""Needs: the list, what is unmet, one need and what is done to it."""

from __future__ import annotations

from typing import Any

from flask import abort, render_template, request, url_for

from crm.db import db
from crm.deals import queries as deals
from crm.deals.models import Deal
from crm.delivery.models import KeyProject
from crm.delivery.views.tabs import load as project_of
from crm.lib import clock, texts
from crm.lib.words import _
from crm.lists.page import context
from crm.merchants import queries as merchants
from crm.merchants.models import Enterprise
from crm.needs import actions, queries
from crm.needs.forms import EndForm, forms_of, worded
from crm.needs.kinds import LINES, NeedKind, next_steps
from crm.needs.lists import PAGE
from crm.needs.models import Need
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.web.forms import commit_and_go

from .around import PANELS, bp, form_page, load, mine, offer_owners, story_of


@bp.get("/needs")
@permit(P.NEED_VIEW)
def index() -> Any:
    return render_template("needs/index.html", listing=context(PAGE, me()))


@bp.get("/needs/unmet")
@permit(P.NEED_VIEW)
def unmet() -> Any:
    """要素缺口: every kind on one page, what holds up most investment first."""
    return render_template(
        "needs/unmet.html",
        lacks=queries.lacks(me()),
        ranked=queries.ranked(me()),
        problems=queries.problems(me()),
    )


@bp.get("/needs/<int:id>")
@permit(P.NEED_VIEW)
def show(id: int) -> Any:
    need = load(id)
    return render_template(
        "needs/show.html",
        need=need,
        address=_address(need) if queries.subject_seen(me(), need) else None,
        may_edit=queries.may_edit(me(), need),
        may_adopt=queries.may_adopt(me(), need),
        tier=queries.tier_of(need),
        approachable=need.kind in LINES,
        ends=lambda one: not next_steps(need.kind, one.step),
        panels=[panel(need) for panel in PANELS],
        history=story_of([(queries.NOUN, need.id), *((queries.APPROACH, one.id) for one in need.approaches)]),
        today=clock.today(),
    )


@bp.get("/needs/new")
@permit(P.NEED_EDIT)
def new() -> Any:
    """Whose need is it? A need is raised on a deal, a project or a firm."""
    q = texts.clean_line(request.args.get("q", "")[:120])
    return render_template(
        "needs/choose.html",
        q=q,
        deals=queries.deals_to_ask_for(me(), q),
        projects=queries.projects_to_ask_for(me(), q),
        firms=queries.firms_to_ask_for(me(), q) if q else [],
        kinds=list(NeedKind),
    )


@bp.route("/deals/<int:id>/needs/<kind>", methods=["GET", "POST"])
@permit(P.NEED_EDIT)
def ask_for_deal(id: int, kind: str) -> Any:
    deal = db.one_or_404(deals.visible_to(me()).filter_by(id=id))
    if not deals.may(me(), P.DEAL_EDIT, deal):
        abort(403)
    return _ask(
        deal,
        kind,
        url_for("deals.show", id=id),
        _("项目列表"),
        {"asked": deal.land_mu} if kind == "land" else {},
    )


@bp.route("/projects/<int:id>/needs/<kind>", methods=["GET", "POST"])
@permit(P.NEED_EDIT)
def ask_for_project(id: int, kind: str) -> Any:
    project = project_of(id, P.PROJECT_EDIT)
    return _ask(project, kind, url_for("needs.of_project", id=id), _("重点项目"))


@bp.route("/enterprises/<int:id>/needs/<kind>", methods=["GET", "POST"])
@permit(P.NEED_EDIT)
def ask_for_firm(id: int, kind: str) -> Any:
    firm = db.one_or_404(merchants.visible_to(me()).filter_by(id=id))
    return _ask(firm, kind, url_for("merchants.show", id=id), _("企业"))


@bp.route("/needs/<int:id>/edit", methods=["GET", "POST"])
@permit(P.NEED_EDIT)
def edit(id: int) -> Any:
    need = mine(id)
    form = worded(forms_of(need.kind)[1].of(need), need.kind)
    offer_owners(form, need.owner)
    if form.submitted():
        with form.refusals():
            actions.edit(need, form.data, actor=me())
            return commit_and_go(form, url_for(".show", id=id), _("已保存“%(name)s”", name=need.title))
    return form_page(form, need, _("修改要素需求"), _("保存"))


@bp.post("/needs/<int:id>/adopt")
@permit(P.NEED_EDIT)
def adopt(id: int) -> Any:
    need = load(id)
    if not queries.may_adopt(me(), need):
        abort(403)
    actions.adopt(need, actor=me())
    return commit_and_go(None, url_for(".show", id=id), _("已立题“%(name)s”", name=need.title))


@bp.route("/needs/<int:id>/meet", methods=["GET", "POST"])
@permit(P.NEED_EDIT)
def meet(id: int) -> Any:
    need = mine(id)
    form = EndForm.of(need)
    if form.submitted():
        with form.refusals():
            actions.meet(need, form.note.data or "", actor=me())
            return commit_and_go(form, url_for(".show", id=id), _("已办结"), url_for(".reopen", id=id))
    return form_page(form, need, _("办结：已解决"), _("办结"), _("还有缺口的，请写明为什么算已解决。"))


@bp.route("/needs/<int:id>/drop", methods=["GET", "POST"])
@permit(P.NEED_EDIT)
def drop(id: int) -> Any:
    need = mine(id)
    form = EndForm.of(need)
    if form.submitted():
        with form.refusals():
            actions.drop(need, form.note.data or "", actor=me())
            return commit_and_go(
                form, url_for(".show", id=id), _("已记为不再需要"), url_for(".reopen", id=id)
            )
    return form_page(form, need, _("不再需要"), _("不再需要"), _("以后不再计入缺口，可以恢复。"))


@bp.post("/needs/<int:id>/reopen")
@permit(P.NEED_EDIT)
def reopen(id: int) -> Any:
    need = mine(id)
    actions.reopen(need, actor=me())
    return commit_and_go(None, url_for(".show", id=id), _("已恢复“%(name)s”", name=need.title))


def _address(need: Need) -> str:
    if need.deal_id:
        return url_for("deals.show", id=need.deal_id)
    if need.project_id:
        return url_for("delivery.show", id=need.project_id)
    return url_for("merchants.show", id=need.enterprise_id)


def _ask(
    subject: Deal | KeyProject | Enterprise,
    kind: str,
    back: str,
    where: str,
    given: dict[str, Any] | None = None,
) -> Any:
    if kind not in list(NeedKind):
        abort(404)
    of = NeedKind(kind)
    form = worded(forms_of(of)[0](owner_id=me().id, **(given or {})), of)
    offer_owners(form)
    if form.submitted():
        with form.refusals():
            need = actions.ask(subject, of, form.data, actor=me())
            return commit_and_go(form, url_for(".show", id=need.id), _("已提出“%(name)s”", name=need.title))
    return form.page(
        "_layout/form.html",
        title=_("提需求：%(kind)s", kind=of.label),
        trail=[(subject.name, back)],
        note=_("为“%(name)s”提出", name=subject.name),
        cancel=back,
        button=_("提出"),
        draft=f"need-{kind}",
        wide=True,
    )
