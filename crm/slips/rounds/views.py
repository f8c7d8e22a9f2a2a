"""The pages of the half-monthly rounds."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

from flask import Blueprint, abort, render_template, request, send_file, url_for

from crm.db import db
from crm.lib import clock
from crm.lib.dates import parse_day
from crm.lib.errors import Refused
from crm.lib.words import _, _n
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.slips import papers, queries
from crm.slips.models import SlipRound
from crm.slips.queries import Tally
from crm.slips.states import SlipState
from crm.web import listing
from crm.web.forms import ActForm, commit_and_go

from . import actions
from .forms import DrawUpForm, meeting_form, note_name

bp = Blueprint("slip_rounds", __name__, url_prefix="/slips/rounds")
A_PAGE = 20
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@bp.get("")
@permit(P.SLIP_VIEW)
def index() -> Any:
    page = listing.page_of(queries.rounds(), key=SlipRound.id, per_page=A_PAGE)
    tallies = queries.tallies(me(), [one.id for one in page.items])
    return render_template(
        "slips/rounds/index.html",
        page=page,
        tallies={one.id: tallies.get(one.id, Tally()) for one in page.items},
        runs=queries.runs(me()),
    )


@bp.route("/new", methods=["GET", "POST"])
@permit(P.SLIP_RUN)
def draw_up() -> Any:
    """What would stand on the list (GET, by its address), and the list itself (POST), to which nothing is added."""
    _must_run()
    first_on, last_on = actions.proposed()
    last_on = _asked(last_on)
    form = DrawUpForm(last_on=last_on)
    if form.submitted():
        with form.refusals():
            made = actions.draw_up(actor=me(), until=form.last_on.data)
            n = queries.count(queries.in_round(made))
            return commit_and_go(form, url_for(".show", id=made.id), _n("已汇总 %(n)s 件，编号不再变动", n))
    last_on = form.last_on.data or last_on
    waiting = db.session.scalars(queries.with_names(queries.waiting(last_on))).unique().all()
    return form.page("slips/rounds/new.html", waiting=waiting, first_on=first_on, last_on=last_on)


@bp.get("/<int:id>")
@permit(P.SLIP_VIEW)
def show(id: int) -> Any:
    return _page(_load(id))


@bp.post("/<int:id>/issue")
@permit(P.SLIP_RUN)
def issue(id: int) -> Any:
    """交办 of all that are ready at once."""
    _must_run()
    round_ = _load(id)
    form = ActForm()
    if form.submitted():
        with form.refusals():
            issued, left = actions.issue_all(round_, actor=me())
            said = _n("已交办 %(n)s 件", issued) + (_("，还有 %(n)s 件要逐件填好", n=left) if left else "")
            return commit_and_go(form, url_for(".show", id=id), said)
    return _page(_load(id), form)


@bp.route("/<int:id>/coordinate", methods=["GET", "POST"])
@permit(P.SLIP_RUN)
def coordinate(id: int) -> Any:
    _must_run()
    round_ = _load(id)
    slips = [one for one in queries.of_round(me(), round_) if one.state.is_open]
    form = meeting_form(slips).of(round_)
    if not form.is_submitted() and not round_.met_on:
        form.met_on.data = clock.today()
    if form.submitted():
        with form.refusals():
            notes = {one.id: form[note_name(one)].data or "" for one in slips}
            actions.coordinate(round_, form.data, notes, actor=me())
            return commit_and_go(form, url_for(".show", id=id), _("已记下协调会"))
    fields = [form[note_name(one)] for one in slips]
    return form.page("slips/rounds/coordinate.html", round=round_, notes=fields)


@bp.get("/<int:id>/word")
@permit(P.SLIP_VIEW)
def word(id: int) -> Any:
    """汇总表 and 会议纪要 in one file."""
    round_ = _load(id)
    slips = queries.of_round(me(), round_)
    told = queries.may_read_minutes(me())
    data = papers.round_as_word(round_, slips, queries.said_of(slips), minutes=told)
    name = _("交办单汇总 %(day)s", day=round_.last_on.isoformat())
    return send_file(io.BytesIO(data), mimetype=WORD, as_attachment=True, download_name=f"{name}.docx")


# --- what the views share ---------------------------------------------------------------------------------------


def _load(id: int) -> SlipRound:
    return db.get_or_404(SlipRound, id)


def _must_run() -> None:
    if not queries.runs(me()):
        abort(403)


def _asked(otherwise: dt.date) -> dt.date:
    try:
        return parse_day(request.args.get("until", ""), clock.today())
    except Refused:
        return otherwise


def _page(round_: SlipRound, form: ActForm | None = None) -> Any:
    slips = queries.of_round(me(), round_)
    return render_template(
        "slips/rounds/show.html",
        round=round_,
        slips=slips,
        said=queries.said_of(slips),
        tally=queries.tallies(me(), [round_.id]).get(round_.id, Tally()),
        ready=sum(bool(one.unit_id and one.leader_id) for one in slips if one.state is SlipState.COLLECTED),
        runs=queries.runs(me()),
        minutes=queries.may_read_minutes(me()),
        refused=form,
    ), form.status if form else 200  # fmt: skip
