"""The acts that move a deal, each on a page of its own, and what a deal's page shows of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy.orm.exc import StaleDataError

from crm.db import db
from crm.deals import queries as deals
from crm.deals.models import Deal, StageMove
from crm.deals.stages import ORDER, DealState, MoveKind, Stage
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _, listed
from crm.merchants import uscc
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.pipeline import actions, gates, queries
from crm.pipeline.forms import AdvanceForm, BareForm, ResumeForm, ReturnForm, StopForm
from crm.web.forms import commit_and_go

from .doors import bp, load, refused, wants_json, way_back


@bp.route("/deals/<int:id>/advance", methods=["GET", "POST"])
@permit(P.DEAL_ADVANCE)
def advance(id: int) -> Any:
    """Only what the gates on the way still want, the day, and the evidence."""
    deal = load(id)
    target = _target(deal, deal.stage.next)
    if deal.state is not DealState.ACTIVE or target is None or target.order <= deal.stage.order:
        return _cannot(deal, target)
    missing = gates.missing_on_the_way(target, queries.dossier_of(deal), queries.gates_in_force())
    form = AdvanceForm.of(deal)
    form.ask_only(missing, target, may_pass=actions.may_pass(deal, me()))
    if "on_day" in form and not form.is_submitted():
        form.on_day.data = clock.today()
    if form.asks_investor():
        form.look_up(me())
    if form.submitted() and (not form.asks_investor() or form.chosen()):
        with form.refusals():
            try:
                made = actions.advance(
                    deal, target, form.facts, actor=me(), uploads=request.files.getlist("files")
                )
            except actions.NotYet as not_yet:
                db.session.rollback()
                form.blame(not_yet.missing)
            else:
                _warn_of_code(deal, target)
                said = _("“%(name)s”已推进到%(stage)s", name=deal.name, stage=target.label)
                return commit_and_go(form, way_back(deal), said, url_for("pipeline.undo", id=made.id))
    elif form.is_submitted() and form.status == 200:
        form.status = 422
    contacts_missing = any(one.field == "contact_logs" for one in missing)
    return form.page(
        "pipeline/advance.html", deal=deal, target=target, missing=missing, contacts_missing=contacts_missing,
        skipped=ORDER[deal.stage.order + 1 : target.order], back=way_back(deal),
        evidence_needed=any(one.field == "evidence" for one in missing),
        admission_missing=any(one.field == "admission" for one in missing),
    )  # fmt: skip


@bp.route("/deals/<int:id>/return", methods=["GET", "POST"])
@permit(P.DEAL_ADVANCE)
def return_(id: int) -> Any:
    deal = load(id)
    earlier = ORDER[: deal.stage.order]
    if deal.state is not DealState.ACTIVE or not earlier:
        return _cannot(deal, deal.stage.previous)
    form = ReturnForm.of(deal)
    form.to_stage.choices = [(stage.value, stage.label) for stage in reversed(earlier)]
    if not form.is_submitted():
        asked = _target(deal, deal.stage.previous)
        form.to_stage.data = (asked if asked in earlier else earlier[-1]).value
    if form.submitted():
        with form.refusals():
            target = Stage(form.to_stage.data)
            made = actions.return_(
                deal, target, form.reason.data, actor=me(), uploads=request.files.getlist("files")
            )
            said = _("“%(name)s”已退回到%(stage)s", name=deal.name, stage=target.label)
            return commit_and_go(form, way_back(deal), said, url_for("pipeline.undo", id=made.id))
    return form.page("pipeline/return.html", deal=deal, back=way_back(deal))


@bp.route("/deals/<int:id>/hold", methods=["GET", "POST"])
@permit(P.DEAL_ADVANCE)
def hold(id: int) -> Any:
    deal = load(id)
    if deal.state is not DealState.ACTIVE:
        return _cannot(deal)
    return _stop(deal, MoveKind.HELD, actions.hold, _("“%(name)s”已暂缓", name=deal.name))


@bp.route("/deals/<int:id>/lapse", methods=["GET", "POST"])
@permit(P.DEAL_ADVANCE)
def lapse(id: int) -> Any:
    deal = load(id)
    if deal.state is DealState.LAPSED:
        return _cannot(deal)
    return _stop(deal, MoveKind.LAPSED, actions.lapse, _("“%(name)s”已终止", name=deal.name))


@bp.route("/deals/<int:id>/resume", methods=["GET", "POST"])
@permit(P.DEAL_ADVANCE)
def resume(id: int) -> Any:
    deal = load(id)
    if deal.state is DealState.ACTIVE:
        return _cannot(deal)
    form = ResumeForm.of(deal)
    if not form.is_submitted() and form.next_due_on.data and form.next_due_on.data < clock.today():
        form.next_due_on.data = None
    if form.submitted():
        with form.refusals():
            made = actions.resume(
                deal, form.next_step.data, form.next_due_on.data, actor=me(), reason=form.reason.data or ""
            )
            said = _("“%(name)s”已恢复，接着在%(stage)s推进", name=deal.name, stage=deal.stage.label)
            return commit_and_go(form, way_back(deal), said, url_for("pipeline.undo", id=made.id))
    return form.page("pipeline/resume.html", deal=deal, back=way_back(deal))


@bp.post("/moves/<int:id>/undo")
@permit(P.DEAL_ADVANCE)
def undo(id: int) -> Any:
    """撤销 the last move, from the toast or from the deal's page."""
    move = db.get_or_404(StageMove, id)
    deal = load(move.deal_id)
    back = way_back(deal)
    form = BareForm()
    if not form.submitted():
        return refused(_("这个请求不完整"), 400, back)
    try:
        actions.undo(move, actor=me())
        db.session.commit()
    except Refused as no:
        db.session.rollback()
        return refused(no.message, 422, back)
    except StaleDataError:
        db.session.rollback()
        return refused(_("别人刚刚改过这个项目，没有撤销。"), 409, back)
    said = _("已撤销：“%(name)s”回到%(stage)s", name=deal.name, stage=deal.stage.label)
    flash(said, "good")  # scripts read the page again after an undo
    return {"ok": True, "message": said} if wants_json() else redirect(back, 303)


# --- on a deal's page ----------------------------------------------------------------------------------------


@bp.app_template_global("stages_of")
def stages_of(deal: Deal) -> Markup:
    """The stage bar of a deal's page: done, current, what the next gate still wants."""
    may = deals.may(me(), P.DEAL_ADVANCE, deal) and deal.state is DealState.ACTIVE
    reached = {
        move.to_stage: move.on_day
        for move in deal.moves
        if not move.undone and move.kind is not MoveKind.UNDONE
    }
    after = deal.stage.next
    missing = (
        gates.missing_for(after, queries.dossier_of(deal), queries.gates_in_force())
        if after and deal.state is DealState.ACTIVE
        else []
    )
    bar = [
        {
            "label": stage.label,
            "hint": stage.meaning,
            "state": "done"
            if stage.order < deal.stage.order
            else "current"
            if stage is deal.stage
            else "todo",
            "on": reached[stage] if stage in reached and stage.order <= deal.stage.order else None,
            "days": (clock.today() - deal.stage_since).days if stage is deal.stage else None,
            "limit": deals.idle_limit(stage),
            "missing": len(missing) if stage is after else 0,
            "url": url_for("pipeline.advance", id=deal.id, to=stage.value)
            if may and stage.order > deal.stage.order
            else None,
        }
        for stage in Stage
    ]
    return Markup(
        render_template("pipeline/_stages.html", deal=deal, bar=bar, missing=missing, after=after, may=may)
    )


@bp.app_template_global("moves_of")
def moves_of(deal: Deal) -> Markup:
    """The buttons of a deal's page that move it, as far as this user may."""
    if not deals.may(me(), P.DEAL_ADVANCE, deal):
        return Markup("")
    last = queries.last_move(deal)
    return Markup(
        render_template(
            "pipeline/_moves.html", deal=deal, after=deal.stage.next, active=deal.state is DealState.ACTIVE,
            lapsed=deal.state is DealState.LAPSED, last=last if actions.may_undo(last, me()) else None,
        )
    )  # fmt: skip


@bp.app_template_global("passed_words")
def passed_words(move: StageMove) -> str:
    """What a gate still wanted when somebody went on all the same."""
    return listed(gates.REQUIREMENTS[key].label for key in move.passed or () if key in gates.REQUIREMENTS)


# --- what the acts share -------------------------------------------------------------------------------------


def _stop(deal: Deal, kind: MoveKind, act: Callable[..., StageMove], said: str) -> Any:
    form = StopForm.of(deal)
    if form.submitted():
        with form.refusals():
            made = act(deal, form.reason.data, actor=me(), uploads=request.files.getlist("files"))
            return commit_and_go(form, way_back(deal), said, url_for("pipeline.undo", id=made.id))
    return form.page("pipeline/stop.html", deal=deal, kind=kind, back=way_back(deal))


def _target(deal: Deal, otherwise: Stage | None) -> Stage | None:
    try:
        return Stage(request.args["to"]) if "to" in request.args else otherwise
    except ValueError:
        abort(404)


def _cannot(deal: Deal, target: Stage | None = None) -> Any:
    """The act does not fit where the deal stands now: say so on its page."""
    if deal.state is not DealState.ACTIVE:
        said = _("“%(name)s”现在是%(state)s，请先恢复", name=deal.name, state=deal.state.label)
    elif target is not None and target.order < deal.stage.order and request.endpoint == "pipeline.advance":
        return redirect(url_for("pipeline.return_", id=deal.id, to=target.value), 303)
    else:
        said = _("“%(name)s”已经在%(stage)s", name=deal.name, stage=deal.stage.label)
    flash(said, "warn")
    return redirect(url_for("deals.show", id=deal.id), 303)


def _warn_of_code(deal: Deal, target: Stage) -> None:
    """Landed without a code, or with an odd one: a sentence, no refusal."""
    if target.order >= Stage.LANDED.order:
        warning = (
            uscc.warning(deal.local_uscc) if deal.local_uscc else _("还没有填项目公司的统一社会信用代码")
        )
        if warning:
            flash(warning, "warn")
