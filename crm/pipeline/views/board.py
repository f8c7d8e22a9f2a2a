"""The board: its columns, its cards, and a card that is dropped on a column."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm.exc import StaleDataError

from crm.db import db
from crm.deals import queries as deals
from crm.deals.lists import PAGE
from crm.deals.models import Deal
from crm.deals.stages import Admission, DealState, Stage
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import N_, _
from crm.lists import asked, page
from crm.lists.table import register
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.org.permissions import Scope
from crm.pipeline import actions, lists, queries
from crm.web.display import day as day_text
from crm.web.display import wan

from .doors import bp, load, refused, wants_json

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
    deal = load(id)
    kept = asked.pairs_of(BOARD, request.args, leave_out=("sort", "size", "columns"))
    back = BOARD.url(kept)
    try:
        target = Stage(request.form.get("to_stage", ""))
    except ValueError:
        return refused(_("没有这个阶段"), 422, back)
    if request.form.get("version", "") != str(deal.version):
        return refused(_("别人刚刚改过“%(name)s”，请刷新看板后再移动。", name=deal.name), 409, back)
    if deal.state is not DealState.ACTIVE:
        return refused(
            _("“%(name)s”现在是%(state)s，请先恢复", name=deal.name, state=deal.state.label), 422, back
        )
    if target is deal.stage:
        return refused(_("“%(name)s”已经在%(stage)s", name=deal.name, stage=target.label), 422, back)
    if target.order < deal.stage.order:
        return _asked(url_for("pipeline.return_", id=id, to=target.value, next=back))
    was = deal.stage
    try:
        made = actions.advance(deal, target, {}, actor=me())
        db.session.commit()
    except actions.NotYet:
        db.session.rollback()
        return _asked(url_for("pipeline.advance", id=id, to=target.value, next=back))
    except Refused as no:
        db.session.rollback()
        return refused(no.message, 422, back)
    except StaleDataError:
        db.session.rollback()
        return refused(_("别人刚刚改过这个项目，请刷新看板后再移动。"), 409, back)
    said = _("“%(name)s”已从%(was)s移到%(now)s", name=deal.name, was=was.label, now=target.label)
    undo_url = url_for("pipeline.undo", id=made.id, next=back)
    if not wants_json():
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


# --- what these pages share ---------------------------------------------------------------------------------


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


def _asked(url: str) -> Any:
    """Something has still to be filled in, there."""
    if wants_json():
        return {"ok": False, "needs_url": url}
    return redirect(url, 303)
