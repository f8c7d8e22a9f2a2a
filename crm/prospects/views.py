"""The three batches: listed, planned, met, and turned into deals."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, url_for
from markupsafe import Markup

from crm.db import db
from crm.deals import queries as deals
from crm.deals.models import Deal
from crm.lib import clock
from crm.lib.words import _
from crm.lists.page import context
from crm.merchants import queries as merchants
from crm.merchants.models import Enterprise
from crm.needs import queries as needs
from crm.needs import views as need_pages
from crm.needs.models import Need
from crm.org import queries as org
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.org.permissions import Scope
from crm.web.forms import ActForm, commit_and_go

from . import actions, queries
from .forms import ConvertForm, DropForm, NewProspectForm, ProspectForm
from .lists import PAGE
from .models import Progress, Prospect, TargetBatch

bp = Blueprint("prospects", __name__)


@bp.get("/prospects")
@permit(P.PROSPECT_VIEW)
def index() -> Any:
    return render_template(
        "prospects/index.html",
        listing=context(PAGE, me()),
        counts=queries.counts(me()),
        waiting=Progress.WAITING,
    )


@bp.get("/prospects/<int:id>")
@permit(P.PROSPECT_VIEW)
def show(id: int) -> Any:
    return _page(_load(id))


@bp.route("/prospects/new", methods=["GET", "POST"])
@permit(P.PROSPECT_MANAGE)
def new() -> Any:
    return _list(NewProspectForm(unit_id=me().unit_id, owner_id=me().id))


@bp.route("/needs/<int:id>/result", methods=["GET", "POST"])
@permit(P.PROSPECT_MANAGE)
def list_result(id: int) -> Any:
    """「企业出题、政府立题、协同解题」: what solved it goes on the third batch."""
    need = need_pages.load(id)
    if not queries.is_solved(need):
        abort(404)
    form = NewProspectForm(
        unit_id=me().unit_id, owner_id=me().id, batch=TargetBatch.RESEARCH, name=need.title, why=need.detail
    )
    if not form.is_submitted() and need.enterprise:
        form.investor.data = need.enterprise.name
    return _list(form, need)


def _list(form: NewProspectForm, need: Need | None = None) -> Any:
    _offer(form)
    form.look_up(me())
    if form.submitted() and form.chosen(need.enterprise if need else None):
        with form.refusals():
            prospect = actions.list_target(form.facts, need=need, actor=me())
            return commit_and_go(
                form, url_for(".show", id=prospect.id), _("已列入“%(name)s”", name=prospect.name)
            )
    elif form.is_submitted():
        form.status = 422
    return form.page("prospects/new.html", need=need)


@bp.route("/prospects/<int:id>/edit", methods=["GET", "POST"])
@permit(P.PROSPECT_MANAGE)
def edit(id: int) -> Any:
    prospect = _managed(id)
    form = ProspectForm.of(prospect)
    if not form.is_submitted() and prospect.enterprise:
        form.investor.data = prospect.enterprise.name
    _offer(form, prospect)
    form.look_up(me())
    if form.submitted() and form.chosen(prospect.enterprise):
        with form.refusals():
            actions.edit(prospect, form.facts, actor=me())
            return commit_and_go(form, url_for(".show", id=id), _("已保存“%(name)s”", name=prospect.name))
    elif form.is_submitted() and form.status == 200:
        form.status = 422
    return form.page("prospects/edit.html", prospect=prospect)


@bp.post("/prospects/<int:id>/contacted")
@permit(P.PROSPECT_MANAGE)
def contacted(id: int) -> Any:
    return _at_once(id, actions.contacted, _("已记下：接触过“%(name)s”"))


@bp.post("/prospects/<int:id>/take-up")
@permit(P.PROSPECT_MANAGE)
def take_up(id: int) -> Any:
    return _at_once(id, actions.take_up, _("已重新列入“%(name)s”"))


@bp.route("/prospects/<int:id>/convert", methods=["GET", "POST"])
@permit(P.DEAL_EDIT)
def convert(id: int) -> Any:
    """转新谈: the deal is opened here, and keeps leading back."""
    prospect = _managed(id)
    form = ConvertForm(name=prospect.name)
    if form.submitted():
        with form.refusals():
            deal = actions.convert(prospect, form.data, actor=me())
            return commit_and_go(
                form, url_for("deals.show", id=deal.id), _("已转成项目“%(name)s”", name=deal.name)
            )
    return form.page("prospects/convert.html", prospect=prospect)


@bp.route("/prospects/<int:id>/drop", methods=["GET", "POST"])
@permit(P.PROSPECT_MANAGE)
def drop(id: int) -> Any:
    prospect = _managed(id)
    form = DropForm()
    if form.submitted():
        with form.refusals():
            actions.drop(prospect, form.why.data or "", actor=me())
            return commit_and_go(form, url_for(".show", id=id), _("已放弃“%(name)s”", name=prospect.name))
    return form.page("prospects/drop.html", prospect=prospect)


@bp.app_template_global("prospects_of")
def prospects_of(enterprise: Any) -> Markup:
    """On a firm's page: that it is one of those to be won, and by whom."""
    if not isinstance(enterprise, Enterprise) or not me().may(P.PROSPECT_VIEW):
        return Markup("")
    found = queries.of_enterprise(me(), enterprise.id)
    return Markup(render_template("prospects/_of.html", prospects=found) if found else "")


def _result_of(need: Need) -> Markup:
    """On the page of a problem that was solved: where its solution stands, or the way to list it."""
    if not queries.is_solved(need) or not me().may(P.PROSPECT_VIEW):
        return Markup("")
    listed = queries.of_need(need)
    seen = listed is not None and _seen(queries.visible_to(me()), Prospect, listed.id)
    return Markup(render_template("prospects/_of_need.html", need=need, listed=listed, seen=seen))


need_pages.PANELS.append(_result_of)


def _page(prospect: Prospect, form: ActForm | None = None) -> Any:
    user = me()
    form = form or ActForm()
    manages = queries.may(user, prospect)
    return form.page(
        "prospects/show.html",
        prospect=prospect,
        today=clock.today(),
        firm_seen=_seen(merchants.visible_to(user), Enterprise, prospect.enterprise_id),
        need_seen=me().may(P.NEED_VIEW) and _seen(needs.visible_to(user), Need, prospect.need_id),
        deal_seen=_seen(deals.visible_to(user), Deal, prospect.deal_id),
        may_manage=manages and prospect.is_open,
        may_take_up=manages and prospect.dropped_on is not None,
        may_convert=manages and prospect.is_open and user.may(P.DEAL_EDIT),
    )


def _seen(rows: Any, model: Any, id: int | None) -> bool:
    return (
        id is not None
        and db.session.scalar(rows.with_only_columns(model.id).where(model.id == id)) is not None
    )


def _at_once(id: int, verb: Any, said: str) -> Any:
    prospect = _managed(id)
    form = ActForm()
    if form.submitted():
        with form.refusals():
            verb(prospect, actor=me())
            return commit_and_go(form, url_for(".show", id=id), said % {"name": prospect.name})
    return _page(prospect, form)


def _load(id: int) -> Prospect:
    return db.one_or_404(queries.loaded(queries.visible_to(me())).filter_by(id=id))


def _managed(id: int) -> Prospect:
    prospect = _load(id)
    if not queries.may(me(), prospect):
        abort(403)
    return prospect


def _offer(form: Any, prospect: Prospect | None = None) -> None:
    """A unit lists for itself; who answers for the district, for any unit."""
    user = me()
    whole = user.scope_of(P.PROSPECT_MANAGE) is Scope.DISTRICT
    units = dict(org.unit_choices()) if whole else {user.unit_id: user.unit.name}
    if prospect:
        units.setdefault(prospect.unit_id, prospect.unit.name)
    form.unit_id.offer(units.items())
    owners = dict(org.colleague_choices(user, P.PROSPECT_MANAGE))
    if prospect and prospect.owner:
        owners.setdefault(prospect.owner.id, prospect.owner.name)
    form.owner_id.offer(owners.items(), _("暂时没有"))
