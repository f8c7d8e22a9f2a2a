"""例会: from a filtered list to a sequence of deals on the wall, notes in place, minutes and tasks at the end."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from markupsafe import Markup

from crm.db import db
from crm.deals import queries as deals
from crm.deals.lists import PAGE as DEALS
from crm.deals.models import Deal
from crm.files.store import hand_out
from crm.lib import clock
from crm.lib.words import _
from crm.lists import asked, page
from crm.org import queries as org
from crm.org.guard import me, permit, reaches
from crm.org.permissions import Permission as P
from crm.web.forms import ActForm, commit_and_go

from . import actions, queries
from .forms import DoneForm, NoteForm, OpenForm
from .lists import MEETINGS, TASKS
from .models import Meeting, MeetingState, MeetingTask

bp = Blueprint("meetings", __name__)

NOTES = 5  # of earlier meetings, on a deal's page


@bp.get("/meetings")
@permit(P.DEAL_VIEW)
def index() -> Any:
    return render_template("meetings/index.html", listing=page.context(MEETINGS, me()))


@bp.get("/meetings/tasks")
@permit(P.DEAL_VIEW)
def tasks() -> Any:
    return render_template("meetings/tasks.html", listing=page.context(TASKS, me()))


@bp.route("/meetings/new", methods=["GET", "POST"])
@permit(P.MEETING_RUN)
def new() -> Any:
    """The deals are those of a list's address: a saved view, a cell of the funnel, a few that were ticked."""
    kept = asked.pairs_of(DEALS, request.args, leave_out=("size", "columns"))
    rows = deals.with_names(asked.select_for(DEALS, me(), request.args)).limit(actions.MOST_DEALS + 1)
    found = list(db.session.scalars(rows).unique())
    form = OpenForm(
        kind="weekly", on_day=clock.today(), title=_("%(day)s 例会", day=clock.today().isoformat())
    )
    if form.submitted():
        with form.refusals():
            meeting = actions.open_(form.data, found, actor=me())
            return commit_and_go(form, url_for("meetings.item", id=meeting.id, position=1))
    return form.page(
        "meetings/new.html", found=found[:actions.MOST_DEALS], too_many=len(found) > actions.MOST_DEALS,
        most=actions.MOST_DEALS, kept=kept, words=asked.filter_in_words(DEALS, me(), request.args),
        list_url=DEALS.url(kept), here=request.full_path.rstrip("?"),
    )  # fmt: skip


@bp.get("/meetings/<int:id>")
@permit(P.DEAL_VIEW)
def show(id: int) -> Any:
    return _page(_load(id))


@bp.route("/meetings/<int:id>/deals/<int:position>", methods=["GET", "POST"])
@permit(P.DEAL_VIEW)
def item(id: int, position: int) -> Any:
    """One deal on the screen, big; the arrow keys lead on."""
    meeting = _load(id)
    items = queries.items_of(meeting, me())
    at = next((n for n, one in enumerate(items) if one.position == position), None)
    if at is None:
        abort(404)
    here = items[at]
    may_run = queries.may_run(me(), meeting) and meeting.state is MeetingState.OPEN
    form = NoteForm.of(here)
    form.assignee_id.offer(_people(), _("请选择"))
    if not form.is_submitted() and not here.discussed_at:
        form.next_step.data, form.next_due_on.data = here.deal.next_step, here.deal.next_due_on
    onward = _address(items, at + 1)
    if request.method == "POST" and not may_run:
        abort(403)
    if form.submitted():
        with form.refusals():
            actions.note(here, form.data, actor=me())
            stays = request.form.get("stay") or onward is None
            location = url_for("meetings.item", id=id, position=position) if stays else onward
            return commit_and_go(form, str(location), _("已记下“%(name)s”", name=here.deal.name))
    return form.page(
        "meetings/item.html", meeting=meeting, item=here, deal=here.deal, number=at + 1, total=len(items),
        back=_address(items, at - 1), onward=onward, may_run=may_run, idle_limit=deals.idle_limit(here.deal.stage),
        earlier=[one for one in queries.notes_of(here.deal, me(), NOTES) if one.meeting_id != id],
    )  # fmt: skip


@bp.post("/meetings/<int:id>/close")
@permit(P.MEETING_RUN)
def close(id: int) -> Any:
    meeting = _load(id)
    if not queries.may_run(me(), meeting):
        abort(403)
    form = ActForm()
    if form.submitted():
        with form.refusals():
            actions.close(meeting, actor=me())
            return commit_and_go(form, url_for("meetings.show", id=id), _("会议已结束，纪要已生成"))
    return _page(_load(id), form)


@bp.get("/meetings/<int:id>/minutes")
@permit(P.DEAL_VIEW)
def minutes(id: int) -> Any:
    """The Word file, for those who may see every deal in it."""
    meeting = _load(id)
    if not _sees_all(meeting):
        abort(403)
    return hand_out(queries.minutes_of(meeting) or abort(404))


@bp.route("/meetings/tasks/<int:id>", methods=["GET", "POST"])
@permit(P.DEAL_VIEW)
def task(id: int) -> Any:
    """One task; whoever has it, or runs the meeting, says that it is done."""
    found = db.one_or_404(queries.tasks_visible_to(me()).where(MeetingTask.id == id))
    meeting = found.item.meeting
    may = reaches(me().scope_of(P.MEETING_RUN), me(), units=[meeting.unit_id]) or found.assignee_id == me().id
    form = DoneForm.of(found)
    if request.method == "POST" and not may:
        abort(403)
    if form.submitted():
        with form.refusals():
            actions.done(found, form.done_note.data or "", actor=me())
            return commit_and_go(
                form, url_for("meetings.tasks", mine=1, open=1), _("已办结：%(what)s", what=found.what)
            )
    seen = db.session.scalar(
        deals.visible_to(me()).with_only_columns(Deal.id).where(Deal.id == found.item.deal_id)
    )
    return form.page(
        "meetings/task.html", task=found, may=may and not found.done_on, deal_seen=seen is not None
    )


@bp.app_template_global("meeting_notes_of")
def meeting_notes_of(deal: Deal) -> Markup:
    """The panel on a deal's page: what meetings said of it."""
    found = queries.notes_of(deal, me(), NOTES)
    return Markup(render_template("meetings/_of.html", items=found)) if found else Markup("")


# --- what the views share -----------------------------------------------------------------------------------


def _load(id: int) -> Meeting:
    return db.one_or_404(queries.with_names(queries.visible_to(me()).where(Meeting.id == id)))


def _sees_all(meeting: Meeting) -> bool:
    return len(queries.items_of(meeting, me())) == len(meeting.items)


def _page(meeting: Meeting, form: ActForm | None = None) -> Any:
    items = queries.items_of(meeting, me())
    is_open = meeting.state is MeetingState.OPEN
    file = queries.minutes_of(meeting) if len(items) == len(meeting.items) else None
    return render_template(
        "meetings/show.html", meeting=meeting, items=items, form=form, file=file, is_open=is_open,
        may_run=queries.may_run(me(), meeting), hidden=len(meeting.items) - len(items),
        next_url=next((url_for("meetings.item", id=meeting.id, position=one.position)
                       for one in items if not one.discussed_at), None),
    ), form.status if form else 200  # fmt: skip


def _address(items: list[Any], at: int) -> str | None:
    if not 0 <= at < len(items):
        return None
    return url_for("meetings.item", id=items[at].meeting_id, position=items[at].position)


def _people() -> list[tuple[int, str]]:
    """Everybody who works with deals: a meeting gives work across units."""
    rows = org.people()
    return [(one.id, f"{one.name}（{one.unit.name}）") for one in db.session.scalars(rows)]
