"""联席会议: the list, one meeting with what it settled, and each thing until it is done."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, render_template, request, url_for
from sqlalchemy.orm import joinedload, selectinload

from crm.db import db
from crm.delivery.forms import day_of
from crm.lib import clock
from crm.lib.words import _
from crm.lists.page import context
from crm.org import queries as org
from crm.org.guard import me, permit, reaches
from crm.org.permissions import Permission as P
from crm.web.forms import ActForm, commit_and_go
from crm.web.listing import page_of

from .. import queries
from ..lists import RULINGS
from ..models import Approval, JointMeeting, JointRuling
from ..steps import OPEN
from ..views import tabs
from . import actions
from .forms import MeetingForm, NewMeetingForm, RuleForm, SettleForm

bp = Blueprint("joint", __name__)
MOST = 400  # items to choose from


@bp.get("/approvals/meetings")
@permit(P.APPROVAL_VIEW)
def index() -> Any:
    rows = queries.meetings_visible_to(me()).order_by(JointMeeting.held_on.desc(), JointMeeting.id.desc())
    names = (
        joinedload(JointMeeting.chair),
        joinedload(JointMeeting.unit),
        selectinload(JointMeeting.rulings),
    )
    return render_template(
        "approvals/joint/index.html",
        tabs=tabs("joint.index"),
        page=page_of(rows, key=JointMeeting.id, load=sa.select(JointMeeting).options(*names)),
        today=clock.today(),
    )


@bp.get("/approvals/rulings")
@permit(P.APPROVAL_VIEW)
def rulings() -> Any:
    return render_template(
        "approvals/joint/rulings.html", listing=context(RULINGS, me()), tabs=tabs("joint.index")
    )


@bp.get("/approvals/meetings/<int:id>")
@permit(P.APPROVAL_VIEW)
def show(id: int) -> Any:
    return _page(_load(id))


def _page(meeting: JointMeeting, form: RuleForm | None = None) -> Any:
    may = _may(meeting)
    ruled = queries.rulings_visible_to(me()).where(JointRuling.meeting_id == meeting.id)
    form = form or RuleForm(formdata=None)
    if may:
        _offer_items(form)
    return form.page(
        "approvals/joint/show.html",
        meeting=meeting,
        may=may,
        rulings=db.session.scalars(queries.rulings_with_names(ruled).order_by(JointRuling.id)).unique().all(),
        today=clock.today(),
    )


@bp.route("/approvals/meetings/new", methods=["GET", "POST"])
@permit(P.APPROVAL_MEET)
def hold() -> Any:
    form = NewMeetingForm(held_on=clock.today())
    form.chair_id.offer(org.leader_choices(), _("没有领导参加"))
    if form.submitted():
        with form.refusals():
            made = actions.hold(form.data, actor=me())
            return commit_and_go(form, url_for(".show", id=made.id), _("已记下联席会议，请写上议定事项"))
    return form.page("approvals/joint/edit.html", meeting=None)


@bp.route("/approvals/meetings/<int:id>/edit", methods=["GET", "POST"])
@permit(P.APPROVAL_MEET)
def edit(id: int) -> Any:
    meeting = _load(id, managing=True)
    form = MeetingForm.of(meeting)
    form.chair_id.offer(org.leader_choices(), _("没有领导参加"))
    if form.submitted():
        with form.refusals():
            actions.edit(meeting, form.data, actor=me())
            return commit_and_go(form, url_for(".show", id=id), _("已保存"))
    return form.page("approvals/joint/edit.html", meeting=meeting)


@bp.post("/approvals/meetings/<int:id>/rule")
@permit(P.APPROVAL_MEET)
def rule(id: int) -> Any:
    meeting = _load(id, managing=True)
    form = RuleForm()
    _offer_items(form)
    if form.submitted():
        with form.refusals():
            approval = db.one_or_404(
                queries.with_all(queries.visible_to(me()).where(Approval.id == form.approval_id.data))
            )
            actions.rule(meeting, approval, form.data, actor=me())
            return commit_and_go(
                form, url_for(".show", id=id), _("已记下对“%(name)s”的议定", name=approval.name)
            )
    return _page(_load(id), form)


@bp.route("/approvals/rulings/<int:id>", methods=["GET", "POST"])
@permit(P.APPROVAL_VIEW)
def settle(id: int) -> Any:
    """What was settled; whoever notes the item's steps says what came of it."""
    rows = queries.rulings_visible_to(me()).where(JointRuling.id == id)
    ruling: JointRuling = db.one_or_404(queries.rulings_with_names(rows))
    may = queries.may(me(), ruling.approval) and me().may(P.APPROVAL_EDIT)
    if request.method == "POST" and not may:
        abort(403)
    form = SettleForm.of(ruling)
    if not form.is_submitted() and ruling.done_on is None:
        form.done_on.data = clock.today()
    if form.submitted():
        with form.refusals():
            actions.settle(ruling, done_on=day_of(form.done_on), result=form.result.data or "", actor=me())
            return commit_and_go(form, url_for(".show", id=ruling.meeting_id), _("已记下落实情况"))
    return form.page("approvals/joint/settle.html", ruling=ruling, may=may, today=clock.today())


def _may(meeting: JointMeeting) -> bool:
    return reaches(
        me().scope_of(P.APPROVAL_MEET), me(), units=[meeting.unit_id], owners=[meeting.created_by_id]
    )


def _load(id: int, *, managing: bool = False) -> JointMeeting:
    meeting: JointMeeting = db.one_or_404(queries.meetings_visible_to(me()).where(JointMeeting.id == id))
    if managing and not _may(meeting):
        abort(403)
    return meeting


def _offer_items(form: ActForm) -> None:
    """Open items I see, those of one project together; `?approval=` chooses one."""
    rows = queries.visible_to(me()).where(Approval.step.in_(OPEN)).options(joinedload(Approval.project))
    found = db.session.scalars(rows.order_by(Approval.project_id, Approval.position).limit(MOST)).all()
    form.approval_id.offer([(one.id, f"{one.project.name} · {one.name}") for one in found])  # type: ignore[attr-defined]
