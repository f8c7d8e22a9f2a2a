"""百日攻坚: the campaigns, one of them with its four batches, the wall for a big screen."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, url_for

from crm.db import db
from crm.delivery import queries as delivery
from crm.delivery.forms import day_of
from crm.delivery.models import KeyProject
from crm.delivery.rates import rates
from crm.delivery.status import NodeKind
from crm.delivery.views import TABS, frame, load
from crm.delivery.views.rates import address, count
from crm.delivery.weeks import percent
from crm.lib import clock
from crm.lib.words import _
from crm.lists.page import context
from crm.org import queries as org
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.org.permissions import Scope
from crm.web.forms import ActForm, commit_and_go

from . import actions, drawing, queries
from .batches import Batch, Standing
from .forms import CampaignForm, EnterForm, FinishForm, NewCampaignForm, TakeOffForm
from .lists import PAGE
from .models import DAYS, Campaign, CampaignEntry

bp = Blueprint("campaigns", __name__, url_prefix="/campaigns")
KNOWN = 500  # names offered while one is typed
NEWS = 8  # what was done last, on the page and on the wall


@bp.get("")
@permit(P.PROJECT_VIEW)
def index() -> Any:
    found = queries.all_of(me())
    counts = queries.counts(me(), found)
    return render_template(
        "campaigns/index.html",
        today=clock.today(),
        rows=[{"id": one.id, "campaign": one, "counts": counts.get(one.id, (0, 0))} for one in found],
    )


@bp.get("/entries")
@permit(P.PROJECT_VIEW)
def entries() -> Any:
    return render_template("campaigns/entries.html", listing=context(PAGE, me()))


@bp.get("/<int:id>")
@permit(P.PROJECT_VIEW)
def show(id: int) -> Any:
    return render_template("campaigns/show.html", **_picture_of(_load(id)))


@bp.get("/<int:id>/wall")
@permit(P.PROJECT_VIEW)
def wall(id: int) -> Any:
    """For a big screen in a hall: it loads itself anew each minute, without a script."""
    page = render_template("campaigns/wall.html", **_picture_of(_load(id)), now=clock.business_now())
    return page, {"Refresh": "60"}


@bp.route("/new", methods=["GET", "POST"])
@permit(P.CAMPAIGN_MANAGE)
def begin() -> Any:
    form = NewCampaignForm(from_on=clock.today(), days=DAYS, unit_id=me().unit_id)
    _offer_units(form, None)
    if form.submitted():
        with form.refusals():
            campaign = actions.begin(form.data, actor=me())
            return commit_and_go(
                form, url_for(".show", id=campaign.id), _("会战已建立，请把项目列进四个一批")
            )
    return form.page("campaigns/new.html", campaign=None)


@bp.route("/<int:id>/edit", methods=["GET", "POST"])
@permit(P.CAMPAIGN_MANAGE)
def edit(id: int) -> Any:
    campaign = _managed(id)
    form = CampaignForm.of(campaign)
    _offer_units(form, campaign)
    if form.submitted():
        with form.refusals():
            actions.edit(campaign, form.data, actor=me())
            return commit_and_go(form, url_for(".show", id=id), _("已保存“%(name)s”", name=campaign.name))
    return form.page("campaigns/new.html", campaign=campaign)


@bp.route("/<int:id>/enter", methods=["GET", "POST"])
@permit(P.CAMPAIGN_MANAGE)
def enter(id: int) -> Any:
    """One more: a key project by its name, or the name of what is to be cleared."""
    campaign = _managed(id)
    form = EnterForm()
    form.unit_id.offer(org.unit_choices(), _("暂未确定"))
    if form.submitted():
        with form.refusals():
            name, batch = str(form.name.data), Batch(str(form.batch.data))
            project = delivery.project_named(me(), name) if batch.goals else None
            land = None if batch.goals else queries.clearance_named(me(), name)
            if land:
                entry = actions.enter_clearance(campaign, land, due_on=form.due_on.data, actor=me())
            elif project:
                entry = actions.enter(
                    campaign,
                    batch,
                    project,
                    goal=NodeKind(str(form.goal.data)) if form.goal.data else None,
                    due_on=form.due_on.data,
                    actor=me(),
                )
            else:
                entry = actions.enter_name(
                    campaign, batch, name, unit_id=form.unit_id.data, due_on=form.due_on.data, actor=me()
                )
            return commit_and_go(form, url_for(".show", id=id), _("已列入“%(name)s”", name=entry.title))
    return form.page(
        "campaigns/enter.html",
        campaign=campaign,
        names=[*delivery.names_like(me(), "", KNOWN), *queries.clearance_names(me())],
    )


@bp.route("/entries/<int:id>/finish", methods=["GET", "POST"])
@permit(P.PROJECT_EDIT)
def finish(id: int) -> Any:
    entry = _entry(id)
    form = FinishForm(on_day=clock.today())
    if form.submitted():
        with form.refusals():
            actions.finish(entry, on_day=day_of(form.on_day), actor=me())
            return commit_and_go(
                form, url_for(".show", id=entry.campaign_id), _("“%(name)s”已完成", name=entry.title),
                undo_url=url_for(".reopen", id=id),
            )  # fmt: skip
    return form.page("campaigns/finish.html", entry=entry)


@bp.post("/entries/<int:id>/reopen")
@permit(P.PROJECT_EDIT)
def reopen(id: int) -> Any:
    entry = _entry(id)
    form = ActForm()
    if form.submitted():
        with form.refusals():
            actions.reopen(entry, actor=me())
            return commit_and_go(
                form, url_for(".show", id=entry.campaign_id), _("“%(name)s”还没有完成", name=entry.title)
            )
    return form.page("campaigns/show.html", **_picture_of(entry.campaign))


@bp.route("/entries/<int:id>/take-off", methods=["GET", "POST"])
@permit(P.CAMPAIGN_MANAGE)
def take_off(id: int) -> Any:
    entry = _entry(id)
    if not queries.may(me(), entry.campaign):
        abort(403)
    form = TakeOffForm()
    if form.submitted():
        with form.refusals():
            name, campaign_id = entry.title, entry.campaign_id
            actions.take_off(entry, reason=form.reason.data or "", actor=me())
            return commit_and_go(
                form, url_for(".show", id=campaign_id), _("已把“%(name)s”移出会战", name=name)
            )
    return form.page("campaigns/take_off.html", entry=entry)


def _tab(project: KeyProject) -> tuple[str, str, int | None] | None:
    found = queries.of_project(me(), project)
    return None if not found else ("campaigns.of_project", _("攻坚"), len(found))


TABS.append(_tab)


@bp.get("/of-project/<int:id>")
@permit(P.PROJECT_VIEW)
def of_project(id: int) -> Any:
    """A project's tab: where it is fought for, how far, by when."""
    project = load(id)
    return render_template(
        "campaigns/of_project.html",
        **frame(project, "campaigns.of_project"),
        rows=[_row(one) for one in queries.of_project(me(), project)],
    )


# --- what the pages are made of -----------------------------------------------------------------------------


def _picture_of(campaign: Campaign) -> dict[str, Any]:
    user, today = me(), clock.today()
    found = queries.entries_of(user, campaign)
    done = [one for one in found if one.reached_on]
    return {
        "campaign": campaign,
        "today": today,
        "day": campaign.day(today),
        "days_left": campaign.days_left(today),
        "begins_in": max(0, (campaign.from_on - today).days),
        "is_over": campaign.is_over(today),
        "total": len(found),
        "done": len(done),
        "overdue": sum(one.standing(today) is Standing.OVERDUE for one in found),
        "batches": [_batch(batch, [one for one in found if one.batch is batch], campaign) for batch in Batch],
        "picture": drawing.burn_up(
            campaign.from_on, campaign.until_on, today,
            [one.due for one in found], [one.reached_on for one in done if one.reached_on],
        ),
        "news": [
            _row(one)
            for one in sorted(done, key=lambda one: (one.reached_on, one.id), reverse=True)
            if one.reached_on and one.reached_on >= campaign.from_on
        ][:NEWS],
        "rates": _rates(),
        "everything": user.scope_of(P.PROJECT_VIEW) is Scope.DISTRICT,
        "may_manage": queries.may(user, campaign),
        "overdue_url": url_for(".entries", campaign=campaign.id, standing=Standing.OVERDUE.value),
    }  # fmt: skip


def _batch(batch: Batch, found: list[CampaignEntry], campaign: Campaign) -> dict[str, Any]:
    done = sum(one.reached_on is not None for one in found)
    return {
        "batch": batch,
        "rows": [_row(one) for one in found],
        "done": done,
        "total": len(found),
        "percent": percent(done, len(found)),
        "url": url_for(".entries", campaign=campaign.id, batch=batch.value),
    }


def _row(entry: CampaignEntry) -> dict[str, Any]:
    today, user = clock.today(), me()
    url = None
    if entry.project_id:
        url = url_for("delivery.show", id=entry.project_id)
    elif entry.clearance_id:
        url = url_for("clearance.show", id=entry.clearance_id)
    return {
        "id": entry.id,
        "entry": entry,
        "standing": entry.standing(today),
        "days": (entry.due - today).days,
        "url": url,
        "may_finish": entry.is_by_hand and _may_tick(entry) and user.may(P.PROJECT_EDIT),
    }


def _rates() -> list[dict[str, Any]]:
    """The three of the year, with their definitions and the lists behind them: as on the page of rates."""
    today = clock.today()
    told = []
    for rate in rates(today.year, today):
        there, whole = count(rate.there), count(rate.whole)
        told.append({
            "rate": rate, "there": there, "whole": whole, "percent": percent(there, whole),
            "missing": count(rate.missing), "missing_url": address(rate.missing),
        })  # fmt: skip
    return told


def _may_tick(entry: CampaignEntry) -> bool:
    """The unit that answers for it, or who leads the campaign."""
    scope = me().scope_of(P.PROJECT_EDIT)
    return scope is Scope.DISTRICT or entry.unit_id == me().unit_id or queries.may(me(), entry.campaign)


def _load(id: int) -> Campaign:
    return db.one_or_404(queries.visible_to(me()).filter_by(id=id))


def _managed(id: int) -> Campaign:
    campaign = _load(id)
    if not queries.may(me(), campaign):
        abort(403)
    return campaign


def _entry(id: int) -> CampaignEntry:
    entry: CampaignEntry = db.one_or_404(
        queries.with_names(queries.entries_visible_to(me())).filter_by(id=id)
    )
    if entry.is_by_hand and not _may_tick(entry):
        abort(403)
    return entry


def _offer_units(form: Any, campaign: Campaign | None) -> None:
    """One's own unit, or every one for a right over the district; the one it has stays on offer."""
    user, units = me(), org.unit_choices()
    if user.scope_of(P.CAMPAIGN_MANAGE) is not Scope.DISTRICT:
        mine = {user.unit_id, campaign.unit_id if campaign else user.unit_id}
        units = [(id, name) for id, name in units if id in mine]
    form.unit_id.offer(units)
