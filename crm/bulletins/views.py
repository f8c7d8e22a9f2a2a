"""通报: the list, a draft of the next one, issuing it, reading it, and the Word file."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from typing import Any

from flask import Blueprint, render_template, request, send_file, url_for

from crm.db import db
from crm.lib import clock
from crm.lib.dates import parse_day
from crm.lib.errors import Refused
from crm.lib.masking import mask_text
from crm.lib.words import _
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.web import display, errors, listing
from crm.web.forms import commit_and_go
from crm.web.paper import Paper, numbered, official_day

from . import actions, content, periods, queries
from .content import Section
from .forms import IssueForm
from .models import Bulletin, title_of

bp = Blueprint("bulletins", __name__)
A_PAGE = 20
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@bp.get("/bulletins")
@permit(P.BULLETIN_VIEW)
def index() -> Any:
    page = listing.page_of(queries.newest_first(), key=Bulletin.id, per_page=A_PAGE)
    return render_template(
        "bulletins/index.html", page=page, may_issue=queries.issues(me()), who_issues=queries.who_issues()
    )


@bp.get("/bulletins/<int:id>")
@permit(P.BULLETIN_VIEW)
def show(id: int) -> Any:
    bulletin = db.get_or_404(Bulletin, id)
    return render_template("bulletins/show.html", bulletin=bulletin, **_told(bulletin.figures, bulletin.rows))


@bp.get("/bulletins/<int:id>/word")
@permit(P.BULLETIN_VIEW)
def word(id: int) -> Any:
    """The frozen bulletin as a Word file: what everybody here may read anyway, so no line in the trail."""
    bulletin = db.get_or_404(Bulletin, id)
    return send_file(
        io.BytesIO(_as_word(bulletin)),
        mimetype=WORD,
        as_attachment=True,
        download_name=f"{bulletin.title}.docx",
    )


@bp.route("/bulletins/new", methods=["GET", "POST"])
@permit(P.BULLETIN_VIEW)
def issue() -> Any:
    """The draft for a period (GET, by its address), and the issue (POST), after which nothing changes it."""
    if not queries.issues(me()):
        errors.forbid(queries.who_issues())
    first_on, last_on = _period_asked()
    form = IssueForm(data={"first_on": first_on, "last_on": last_on})
    if form.submitted():
        first_on, last_on = form.first_on.data or first_on, form.last_on.data or last_on
        with form.refusals():
            bulletin = actions.issue(first_on, last_on, form.note.data or "", actor=me())
            said = _("已印发《%(name)s》", name=bulletin.title)
            return commit_and_go(form, url_for("bulletins.show", id=bulletin.id), said)
    first_on, last_on = form.first_on.data or first_on, form.last_on.data or last_on
    why = _why_not(first_on, last_on)
    figures, rows = content.freeze(
        queries.reported(first_on, last_on),
        queries.changed(first_on, last_on),
        queries.closed(first_on, last_on),
    )
    return form.page(
        "bulletins/new.html",
        name=title_of(last_on.year, queries.next_number(last_on.year)),
        first_on=first_on,
        last_on=last_on,
        why=why,
        **_told(figures, rows),
    )


# --- what the views share -----------------------------------------------------------------------------------


def _period_asked() -> tuple[dt.date, dt.date]:
    last = queries.latest()
    first_on, last_on = periods.proposed(last.last_on if last else None, clock.today())
    return _day("from", first_on), _day("to", last_on)


def _day(name: str, otherwise: dt.date) -> dt.date:
    try:
        return parse_day(request.args.get(name, ""), clock.today())
    except Refused:
        return otherwise


def _why_not(first_on: dt.date, last_on: dt.date) -> str:
    try:
        actions.refuse_period(first_on, last_on)
    except Refused as refused:
        return refused.message
    return ""


def _told(figures: dict[str, Any], rows: list[Any]) -> dict[str, Any]:
    """What the page shows of rows and figures, frozen or not."""
    return {
        "figures": figures,
        "sections": [(section, [_line(one) for one in content.in_section(rows, section)]) for section in Section],
        "directions": [
            {**one, "label": content.said("direction", one["direction"]) or _("暂未确定"),
             "sum": display.wan(Decimal(one["planned_wan"]))}
            for one in figures["directions"]
        ],
        "sum": display.wan(Decimal(figures["planned_wan"])),
    }  # fmt: skip


def _line(row: dict[str, Any]) -> dict[str, Any]:
    words = {name: content.said(name, row.get(name, "")) for name in content.WORDS}
    names = {name: mask_text(row[name]) for name in ("title", "company")}  # it goes to the whole district
    planned = row["planned_wan"]
    reported = display.day(dt.date.fromisoformat(row["reported_on"]))
    return {
        **row,
        **words,
        **names,
        "reported_on": reported,
        "planned": display.wan(Decimal(planned)) if planned else "",
    }


def _as_word(bulletin: Bulletin) -> bytes:
    told = _told(bulletin.figures, bulletin.rows)
    figures = told["figures"]
    at = clock.local(bulletin.issued_at)
    paper = Paper(bulletin.title, bulletin.unit.name, bulletin.issued_at.replace(tzinfo=None))
    paper.title(bulletin.title)
    paper.under(
        _(
            "（%(first)s至%(last)s）",
            first=official_day(bulletin.first_on),
            last=official_day(bulletin.last_on),
        )
    )
    paper.text(bulletin.note)
    paper.heading(numbered(0) + _("总体情况"))
    paper.text(
        _(
            "本期新报送 %(new)s 条，其中首报 %(first)s 条、协报 %(joined)s 条，首报意向总投资 %(sum)s；有进展 %(changed)s 条；"
            "办结 %(closed)s 条，其中转成项目 %(converted)s 条。",
            sum=told["sum"],
            **{name: figures[name] for name in ("new", "first", "joined", "changed", "closed", "converted")},
        )
    )
    if figures["units"]:
        paper.table(
            [_("报送单位"), _("报送数"), _("首报数")],
            [[one["unit"], str(one["reports"]), str(one["first"])] for one in figures["units"]],
            numeric=(1, 2),
        )
    for at_, (section, lines) in enumerate(told["sections"], 1):
        paper.heading(numbered(at_) + _("%(what)s（%(n)s 条）", what=section.label, n=len(lines)))
        if lines:
            paper.table(
                [_("线索"), _("企业"), _("首报单位"), _("报送日期"), _("意向总投资"), _("状态")],
                [
                    [one["title"], one["company"], one["first_unit"] or one["unit"], one["reported_on"],
                     one["planned"], one["state"]]
                    for one in lines
                ],
                numeric=(4,),
            )  # fmt: skip
        else:
            paper.text(_("无。"))
    paper.signed(bulletin.unit.name, official_day(at.date()))
    return paper.bytes()
