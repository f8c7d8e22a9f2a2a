"""The board, and the pages on which a deal moves."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy.orm.exc import StaleDataError

from crm.db import db
from crm.deals import queries as deals
from crm.deals.lists import PAGE
from crm.deals.models import Deal, StageMove
from crm.deals.stages import ORDER, Admission, DealState, MoveKind, Stage
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import N_, _, listed
from crm.lists import asked, page
from crm.lists.table import register
from crm.merchants import uscc
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.org.permissions import Scope
from crm.web.display import day as day_text
from crm.web.display import wan
from crm.web.forms import ActForm, commit_and_go, safe_next

from . import actions, gates, lists, queries
from .forms import AdvanceForm, BareForm, ResumeForm, ReturnForm, StopForm

bp = Blueprint("pipeline", __name__)
lists.offer()
EACH = 20  # cards of a column at a time
ON_CARDS = ("stage", "investor", "planned_wan", "owner", "next_step", "next_due_on", "idle_days", "state")
BOARD = register(
    replace(
        PAGE,
        name="board",
        msgid=N_("看板"),
        endpoint="pipeline.board",
        # The list's own filters and columns: those that a card shows are the usual ones.
        columns=(
            PAGE.columns[0],
            *(
                replace(one, default=True, sort=None)
                for key in ON_CARDS
                for one in PAGE.columns
                if one.key == key
            ),
            *(replace(one, default=False, sort=None) for one in PAGE.columns[1:] if one.key not in ON_CARDS),
        ),
        sorts={"lanes": queries.LANES},
        default_sort="lanes",
        also=lambda args: queries.on_board(with_stopped="state" in args),
        acts=(),
    )
)


# --- the board --------------------------------------------------------------------------------------------


@bp.get("/board")
@permit(P.DEAL_VIEW)
def board() -> Any:
    rows, args = _rows(), request.args
    heads = queries.heads(rows, clock.today())
    stages = _stages_asked()
    cards = queries.first_cards(rows, stages, EACH + 1)
    kept = asked.pairs_of(BOARD, args, leave_out=("sort", "size", "columns"))
    shown = "" if "state" in args else DealState.ACTIVE.value
    lanes = [
        {
            "stage": stage.value,
            "label": stage.label,
            "hint": stage.meaning,
            "count": heads[stage].count,
            "sum": _sum(heads[stage]),
            "overdue": heads[stage].overdue,
            "url": PAGE.url(
                [*_but(kept, "stage"), *([("state", shown)] if shown else []), ("stage", stage.value)]
            ),
            "more_url": _more_url(stage, cards[stage], kept),
            "cards": [_card(deal, kept) for deal in cards[stage][:EACH]],
            "idle_limit": deals.idle_limit(stage),
        }
        for stage in stages
    ]
    return render_template(
        "pipeline/board.html",
        lanes=lanes,
        listing=page.narrowed(BOARD, me()),
        total=(total := sum(head.count for head in heads.values())),
        empty_why="" if total else _why_empty(kept),
        list_url=PAGE.url(kept),
        export_url=url_for("lists.export", name=BOARD.name) + _query(kept),
        with_stopped="state" in args,
        stopped_url=BOARD.url([*_but(kept, "state"), *(("state", one.value) for one in DealState)]),
        moving_url=BOARD.url(_but(kept, "state")),
    )


@bp.get("/board/cards")
@permit(P.DEAL_VIEW)
def cards() -> Any:
    """The next cards of a column: a piece of HTML; the header X-More says where the ones behind them are."""
    try:
        stage = Stage(request.args.get("in", ""))
        day, _dot, id = request.args.get("after", "").partition(".")
        after = dt.date.fromisoformat(day), int(id[:9])
    except ValueError:
        abort(404)
    found = queries.more_cards(_rows(), stage, EACH + 1, after)
    kept = asked.pairs_of(BOARD, request.args, leave_out=("sort", "size", "columns"))
    body = render_template(
        "pipeline/_cards.html",
        cards=[_card(deal, kept) for deal in found[:EACH]],
        idle_limit=deals.idle_limit(stage),
    )
    more = _more_url(stage, found, kept)
    return body, 200, {"X-More": more} if more else {}


@bp.post("/deals/<int:id>/move")
@permit(P.DEAL_ADVANCE)
def move(id: int) -> Any:
    """A card was dropped on a column, or its menu used. What a gate still wants is asked on a page of its own."""
    deal = _load(id)
    kept = asked.pairs_of(BOARD, request.args, leave_out=("sort", "size", "columns"))
    back = BOARD.url(kept)
    try:
        target = Stage(request.form.get("to_stage", ""))
    except ValueError:
        return _refused(_("没有这个阶段"), 422, back)
    if request.form.get("version", "") != str(deal.version):
        return _refused(_("别人刚刚改过“%(name)s”，请刷新看板后再移动。", name=deal.name), 409, back)
    if deal.state is not DealState.ACTIVE:
        return _refused(
            _("“%(name)s”现在是%(state)s，请先恢复", name=deal.name, state=deal.state.label), 422, back
        )
    if target is deal.stage:
        return _refused(_("“%(name)s”已经在%(stage)s", name=deal.name, stage=target.label), 422, back)
    if target.order < deal.stage.order:
        return _asked(url_for("pipeline.return_", id=id, to=target.value, next=back))
    was = deal.stage
    try:
        made = actions.advance(deal, target, {}, actor=me())
        db.session.commit()
    except actions.NotYet:
        db.session.rollback()
        return _asked(url_for("pipeline.advance", id=id, to=target.value, next=back))
    except Refused as refused:
        db.session.rollback()
        return _refused(refused.message, 422, back)
    except StaleDataError:
        db.session.rollback()
        return _refused(_("别人刚刚改过这个项目，请刷新看板后再移动。"), 409, back)
    said = _("“%(name)s”已从%(was)s移到%(now)s", name=deal.name, was=was.label, now=target.label)
    undo_url = url_for("pipeline.undo", id=made.id, next=back)
    if not _wants_json():
        flash({"text": said, "undo_url": undo_url}, "good")  # type: ignore[arg-type]
        return redirect(back, 303)
    heads = queries.heads(_rows(), clock.today())
    lanes = {
        one.value: {"count": heads[one].count, "sum": _sum(heads[one]), "overdue": _overdue(heads[one])}
        for one in (was, target)
    }
    html = render_template(
        "pipeline/_cards.html", cards=[_card(deal, kept)], idle_limit=deals.idle_limit(target)
    )
    return {
        "ok": True, "html": html, "message": said, "undo_url": undo_url, "lanes": lanes,
        "url": url_for("deals.show", id=id), "url_label": _("打开"),
    }  # fmt: skip


# --- moving -----------------------------------------------------------------------------------------------


@bp.route("/deals/<int:id>/advance", methods=["GET", "POST"])
@permit(P.DEAL_ADVANCE)
def advance(id: int) -> Any:
    """Only what the gates on the way still want, the day, and the evidence."""
    deal = _load(id)
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
                return commit_and_go(form, _way_back(deal), said, url_for("pipeline.undo", id=made.id))
    elif form.is_submitted() and form.status == 200:
        form.status = 422
    contacts_missing = any(one.field == "contact_logs" for one in missing)
    return form.page(
        "pipeline/advance.html", deal=deal, target=target, missing=missing, contacts_missing=contacts_missing,
        skipped=ORDER[deal.stage.order + 1 : target.order], back=_way_back(deal),
        evidence_needed=any(one.field == "evidence" for one in missing),
        admission_missing=any(one.field == "admission" for one in missing),
    )  # fmt: skip


@bp.route("/deals/<int:id>/return", methods=["GET", "POST"])
@permit(P.DEAL_ADVANCE)
def return_(id: int) -> Any:
    deal = _load(id)
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
            return commit_and_go(form, _way_back(deal), said, url_for("pipeline.undo", id=made.id))
    return form.page("pipeline/return.html", deal=deal, back=_way_back(deal))


@bp.route("/deals/<int:id>/hold", methods=["GET", "POST"])
@permit(P.DEAL_ADVANCE)
def hold(id: int) -> Any:
    deal = _load(id)
    if deal.state is not DealState.ACTIVE:
        return _cannot(deal)
    form = StopForm.of(deal)
    if form.submitted():
        with form.refusals():
            made = actions.hold(deal, form.reason.data, actor=me(), uploads=request.files.getlist("files"))
            said = _("“%(name)s”已暂缓", name=deal.name)
            return commit_and_go(form, _way_back(deal), said, url_for("pipeline.undo", id=made.id))
    return form.page("pipeline/stop.html", deal=deal, kind=MoveKind.HELD, back=_way_back(deal))


@bp.route("/deals/<int:id>/lapse", methods=["GET", "POST"])
@permit(P.DEAL_ADVANCE)
def lapse(id: int) -> Any:
    deal = _load(id)
    if deal.state is DealState.LAPSED:
        return _cannot(deal)
    form = StopForm.of(deal)
    if form.submitted():
        with form.refusals():
            made = actions.lapse(deal, form.reason.data, actor=me(), uploads=request.files.getlist("files"))
            said = _("“%(name)s”已终止", name=deal.name)
            return commit_and_go(form, _way_back(deal), said, url_for("pipeline.undo", id=made.id))
    return form.page("pipeline/stop.html", deal=deal, kind=MoveKind.LAPSED, back=_way_back(deal))


@bp.route("/deals/<int:id>/resume", methods=["GET", "POST"])
@permit(P.DEAL_ADVANCE)
def resume(id: int) -> Any:
    deal = _load(id)
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
            return commit_and_go(form, _way_back(deal), said, url_for("pipeline.undo", id=made.id))
    return form.page("pipeline/resume.html", deal=deal, back=_way_back(deal))


@bp.post("/moves/<int:id>/undo")
@permit(P.DEAL_ADVANCE)
def undo(id: int) -> Any:
    """撤销 the last move, from the toast or from the deal's page."""
    move = db.get_or_404(StageMove, id)
    deal = _load(move.deal_id)
    back = _way_back(deal)
    form = BareForm()
    if not form.submitted():
        return _refused(_("这个请求不完整"), 400, back)
    try:
        actions.undo(move, actor=me())
        db.session.commit()
    except Refused as refused:
        db.session.rollback()
        return _refused(refused.message, 422, back)
    except StaleDataError:
        db.session.rollback()
        return _refused(_("别人刚刚改过这个项目，没有撤销。"), 409, back)
    said = _("已撤销：“%(name)s”回到%(stage)s", name=deal.name, stage=deal.stage.label)
    flash(said, "good")  # scripts read the page again after an undo
    return {"ok": True, "message": said} if _wants_json() else redirect(back, 303)


# --- what each stage asks for --------------------------------------------------------------------------------


@bp.route("/admin/gates", methods=["GET", "POST"])
@permit(P.SETTING_MANAGE)
def set_gates() -> Any:
    """Which stage asks for what: a table of ticks."""
    form = ActForm()
    now = queries.gates_in_force()
    if form.is_submitted():
        ticked = set(request.form.getlist("wants"))
        now = {
            stage: [key for key in gates.REQUIREMENTS if f"{stage.value}.{key}" in ticked]
            for stage in gates.GATED
        }
    if form.submitted():
        with form.refusals():
            actions.set_gates(now, actor=me())
            return commit_and_go(form, url_for("pipeline.set_gates"), _("各阶段的门槛已保存"))
    return form.page(
        "pipeline/set_gates.html", stages=gates.GATED, now=now, default=gates.DEFAULT, firm=gates.FIRM,
        kinds=[
            (kind, [one for one in gates.REQUIREMENTS.values() if one.kind is kind]) for kind in gates.Kind
        ],
    )  # fmt: skip


@bp.app_template_global("passed_words")
def passed_words(move: StageMove) -> str:
    """What a gate still wanted when somebody went on all the same."""
    return listed(gates.REQUIREMENTS[key].label for key in move.passed or () if key in gates.REQUIREMENTS)


# --- what other pages ask for -------------------------------------------------------------------------------


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


# --- what the views share -----------------------------------------------------------------------------------


def _load(id: int) -> Deal:
    """The deal, if I may see it (404) and move it (403)."""
    deal = db.one_or_404(deals.visible_to(me()).filter_by(id=id))
    if not deals.may(me(), P.DEAL_ADVANCE, deal):
        abort(403)
    return deal


def _rows() -> Any:
    """What the board shows, and what its export holds."""
    return asked.select_for(BOARD, me(), request.args)


def _why_empty(kept: list[tuple[str, str]]) -> str:
    """no_match: the filter lets none through; no_right: there are some, but of other units; no_data: none yet."""
    if kept:
        return "no_match"
    sees_all = me().scope_of(P.DEAL_VIEW) is Scope.DISTRICT
    anybodys = db.session.scalar(sa.select(Deal.id).where(Deal.state == DealState.ACTIVE).limit(1))
    return "no_data" if sees_all or anybodys is None else "no_right"


def _stages_asked() -> list[Stage]:
    asked = set(request.args.getlist("stage"))
    return [stage for stage in Stage if stage.value in asked] or list(Stage)


def _card(deal: Deal, kept: list[tuple[str, str]]) -> dict[str, Any]:
    today = clock.today()
    movable = deal.state is DealState.ACTIVE and deals.may(me(), P.DEAL_ADVANCE, deal)
    blocked = ""
    if deal.admission is Admission.REJECTED:
        blocked = _("决策咨询否决")
    elif deal.is_open and not deal.next_due_on:
        blocked = _("没有下一步")
    return {
        "id": deal.id,
        "version": deal.version,
        "name": deal.name,
        "url": url_for("deals.show", id=deal.id),
        "investor": deal.investor,
        "amount": wan(deal.planned_wan) if deal.planned_wan is not None else "",
        "owner": deal.owner.name if deal.owner else "",
        "next": deal.next_step,
        "next_on": day_text(deal.next_due_on) if deal.next_due_on else "",
        "next_days": (deal.next_due_on - today).days if deal.next_due_on else None,
        "idle_days": deal.idle_days(today) if deal.is_open else None,
        "blocked": blocked or None,
        "held": deal.state is DealState.HELD,
        "lapsed": deal.state is DealState.LAPSED,
        "move_url": url_for("pipeline.move", id=deal.id) + _query(kept) if movable else None,
        "stages": [(stage.value, stage.label) for stage in Stage if stage is not deal.stage]
        if movable
        else [],
    }


def _more_url(stage: Stage, found: list[Deal], kept: list[tuple[str, str]]) -> str | None:
    """Where the cards behind these are; `found` holds one more than is shown when there are any."""
    if len(found) <= EACH:
        return None
    last = found[EACH - 1]
    after = f"{last.stage_since.isoformat()}.{last.id}"
    return url_for("pipeline.cards") + _query([*kept, ("in", stage.value), ("after", after)])


def _overdue(head: queries.Head) -> str:
    return _("逾期 %(n)s", n=head.overdue) if head.overdue else ""


def _sum(head: queries.Head) -> str:
    return wan(head.sum_wan) if head.sum_wan else ""


def _but(pairs: list[tuple[str, str]], name: str) -> list[tuple[str, str]]:
    return [(key, value) for key, value in pairs if key != name]


def _query(pairs: list[tuple[str, str]]) -> str:
    return f"?{urlencode(pairs)}" if pairs else ""


def _target(deal: Deal, otherwise: Stage | None) -> Stage | None:
    try:
        return Stage(request.args["to"]) if "to" in request.args else otherwise
    except ValueError:
        abort(404)


def _way_back(deal: Deal) -> str:
    return safe_next(request.args.get("next"), url_for("deals.show", id=deal.id))


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


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _refused(said: str, status: int, back: str) -> Any:
    if _wants_json():
        return {"ok": False, "message": said}, status
    flash(said, "bad")
    return redirect(back, 303)


def _asked(url: str) -> Any:
    """Something has still to be filled in, there."""
    if _wants_json():
        return {"ok": False, "needs_url": url}
    return redirect(url, 303)
