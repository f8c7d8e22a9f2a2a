"""The list, one slip with its story, its paper, and what blocks us."""

from __future__ import annotations

import io
from statistics import mean
from typing import Any

from flask import render_template, send_file, url_for
from markupsafe import Markup

from crm.db import db
from crm.deals import queries as deals
from crm.delivery import queries as delivery
from crm.delivery.models import KeyProject
from crm.files import store
from crm.lib import clock
from crm.lib.masking import mask_text
from crm.lib.words import _
from crm.lists.page import context
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.slips import papers, queries
from crm.slips.inspections import queries as inspections
from crm.slips.lists import PAGE
from crm.slips.models import Slip
from crm.slips.states import SlipState, StepKind
from crm.web import display

from .carrying import address, bp, load, may_edit, may_turn_down

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ICONS = {
    StepKind.RAISED: "warn",
    StepKind.COLLECTED: "list",
    StepKind.TURNED_DOWN: "undo",
    StepKind.ISSUED: "assign",
    StepKind.HANDED_BACK: "undo",
    StepKind.REPLIED: "chat",
    StepKind.CLAIMED: "check",
    StepKind.CLAIM_RETURNED: "undo",
    StepKind.SETTLED: "good",
    StepKind.POSTPONEMENT_ASKED: "clock",
    StepKind.POSTPONED: "clock",
    StepKind.POSTPONEMENT_REFUSED: "close",
    StepKind.ESCALATED: "arrow-up",
    StepKind.COORDINATED: "meeting",
    StepKind.INSTRUCTED: "pen",
}


@bp.get("/slips")
@permit(P.SLIP_VIEW)
def index() -> Any:
    return render_template("slips/index.html", listing=context(PAGE, me()))


@bp.get("/slips/<int:id>")
@permit(P.SLIP_VIEW)
def show(id: int) -> Any:
    slip = load(id)
    files = store.hanging_on(queries.STEP, [one.id for one in slip.steps])
    return render_template(
        "slips/show.html",
        slip=slip,
        acts=[(label, url_for(f"slips.{name}", id=id)) for name, label in _acts(slip)],
        story=[_told(one, files.get(one.id, [])) for one in reversed(slip.steps)],
        about=_about(slip),
        round_seen=slip.round_id is not None,
        remark=inspections.remark_of(me(), slip),
    )


@bp.get("/slips/<int:id>/sheet")
@permit(P.SLIP_VIEW)
def sheet(id: int) -> Any:
    """The printed form, on one page."""
    slip = load(id)
    rows = [(label, mask_text(text)) for label, text in papers.rows_of(slip)]
    return render_template(
        "slips/sheet.html", slip=slip, rows=rows, tall=papers.by_hand(), today=clock.today(), by=me()
    )


@bp.get("/slips/<int:id>/word")
@permit(P.SLIP_VIEW)
def word(id: int) -> Any:
    slip = load(id)
    return _as_file(papers.slip_as_word(slip), f"{slip.number or _('交办单')}.docx")


@bp.get("/slips/files/<int:id>")
@permit(P.SLIP_VIEW)
def file(id: int) -> Any:
    """Evidence, for those who may see the slip."""
    return store.hand_out(db.one_or_404(queries.files_visible_to(me()).filter_by(id=id)))


@bp.get("/slips/obstacles")
@permit(P.SLIP_VIEW)
def obstacles() -> Any:
    """What blocks us: by kind of obstacle, each figure a link to exactly the slips it counts."""
    taken = queries.days_taken(me())
    rows = [
        {
            "id": one.obstacle.value,
            "blocked": one,
            "days": round(mean(taken[one.obstacle])) if taken.get(one.obstacle) else None,
            "urls": {
                "open": address(obstacle=one.obstacle.value, open="1"),
                "late": address(obstacle=one.obstacle.value, overdue="1"),
                "up": address(obstacle=one.obstacle.value, up="1"),
                "claimed": address(obstacle=one.obstacle.value, state="claimed"),
                "settled": address(obstacle=one.obstacle.value, state="settled"),
            },
        }
        for one in queries.by_obstacle(me())
    ]
    figures = [
        (_("没有销号"), "open", "", {"open": "1"}),
        (_("已经逾期"), "late", "bad", {"overdue": "1"}),
        (_("升级过"), "up", "warn", {"up": "1"}),
        (_("待销号"), "claimed", "", {"state": "claimed"}),
        (_("已销号"), "settled", "good", {"state": "settled"}),
    ]
    return render_template(
        "slips/obstacles.html",
        rows=rows,
        totals=[
            {
                "label": label,
                "number": sum(getattr(row["blocked"], key) for row in rows),
                "url": address(**args),
                "tone": tone,
            }
            for label, key, tone, args in figures
        ],
    )


def _acts(slip: Slip) -> list[tuple[str, str]]:
    """(act, its words) of what I may do to it as it stands, the nearest first."""
    user = me()
    decides = queries.is_leaders_side(user, slip)
    answers = user.may(P.SLIP_ANSWER) and queries.answers(user, slip)
    found: list[tuple[str, str]] = []
    if slip.state is SlipState.COLLECTED and queries.runs(user):
        found.append(("issue", _("下达交办单")))
    if slip.state is SlipState.CLAIMED and decides:
        found += [("settle", _("核准销号")), ("return_claim", _("销号退回"))]
    if slip.asked_until_on and decides:
        found.append(("answer_postponement", _("答复延期")))
    if slip.state.is_with_unit:
        if answers:
            found += [("reply", _("报办理情况")), ("claim", _("申请销号"))]
            found += [] if slip.asked_until_on else [("ask_postponement", _("申请延期"))]
            found.append(("hand_back", _("退回交办")))
        if decides:
            found.append(("instruct", _("批示")))
            found += [("escalate", _("升一级"))] if slip.level.up else []
    if slip.state is SlipState.RAISED and user.may(P.SLIP_RAISE) and may_edit(user, slip):
        found.append(("edit", _("修改")))
    before = slip.state in (SlipState.RAISED, SlipState.COLLECTED)
    if before and user.may(P.SLIP_RAISE) and may_turn_down(user, slip):
        found.append(("turn_down", _("退回，不列入")))
    return found


def _about(slip: Slip) -> list[dict[str, Any]]:
    """What it hangs on, with a link where I may follow it."""
    user = me()
    found = []
    if slip.project_id:
        seen = delivery.visible_to(user).where(KeyProject.id == slip.project_id)
        there = user.may(P.PROJECT_VIEW) and db.session.scalar(delivery.ids_of(seen))
        found.append(
            {
                "label": _("重点项目"),
                "url": url_for("slips.of_project", id=slip.project_id) if there else None,
            }
        )
    if slip.deal_id and slip.deal:
        there = bool(deals.seen_by(user, [slip.deal]))
        found.append(
            {"label": _("招商项目"), "url": url_for("deals.show", id=slip.deal_id) if there else None}
        )
    return found


def _told(step: Any, files: list[Any]) -> dict[str, Any]:
    """A step as the timeline shows it."""
    more = []
    if step.level:
        more.append(_("到%(level)s", level=step.level.label))
    if step.until_on:
        more.append(_("期限 %(day)s", day=display.day(step.until_on)))
    who = " · ".join(
        part for part in (step.actor.name if step.actor else "", step.unit.name if step.unit else "") if part
    )
    lines = [line for line in mask_text(step.text).split("\n") if line.strip()]
    return {
        "id": f"step-{step.id}",
        "icon": ICONS[step.kind],
        "tone": step.kind.tone if step.kind.tone in ("good", "warn", "bad") else "",
        "title": " · ".join([step.kind.label, *more]),
        "who": who or _("系统按规则"),
        "when": display.day(step.on_day),
        "iso": step.on_day.isoformat(),
        "exact": display.moment(step.at),
        "text": Markup("").join(Markup("<p>{}</p>").format(line) for line in lines),
        "files": [
            {"name": one.name, "url": url_for("slips.file", id=one.id), "size": display.size(one.size)}
            for one in files
        ],
    }


def _as_file(data: bytes, name: str) -> Any:
    return send_file(io.BytesIO(data), mimetype=WORD, as_attachment=True, download_name=name)
