"""交办, what the unit answers, and what the leader's side decides: each a small form."""

from __future__ import annotations

from typing import Any

from crm.lib import clock
from crm.lib.words import _
from crm.org import queries as org
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.slips import actions, queries
from crm.slips.forms import (
    AnswerForm,
    ClaimForm,
    InstructForm,
    IssueForm,
    PostponeForm,
    ReasonForm,
    ReplyForm,
    WordForm,
    uploads,
)
from crm.slips.states import Answer
from crm.web import display

from .carrying import bp, carry_out, load

# --- 交办 and what the unit answers -----------------------------------------------------------------------------


@bp.route("/slips/<int:id>/issue", methods=["GET", "POST"])
@permit(P.SLIP_RUN)
def issue(id: int) -> Any:
    slip = load(id, lambda user, _slip: queries.runs(user))
    form = IssueForm.of(slip)
    units = org.units()
    form.unit_id.offer([(one.id, one.name) for one in units], _("请选择"))
    form.leader_id.offer(org.leader_choices(), _("请选择"))
    form.co_units.choices = [(one.id, one.name) for one in units]
    if not form.is_submitted():
        form.co_units.data = [one.id for one in slip.co_units]

    def act() -> None:
        chosen = set(form.co_units.data or [])
        helpers = [one for one in units if one.id in chosen]
        actions.issue(slip, {**form.data, "co_units": helpers}, actor=me())

    return carry_out(slip, form, _("下达交办单"), act, _("已交办"))


@bp.route("/slips/<int:id>/hand-back", methods=["GET", "POST"])
@permit(P.SLIP_ANSWER)
def hand_back(id: int) -> Any:
    slip = load(id, queries.answers)
    form = ReasonForm()
    return carry_out(
        slip, form, _("退回交办"), lambda: actions.hand_back(slip, form.reason.data or "", actor=me()),
        _("已退回，等着重新交办"), _("不属于本单位职责的，写明原因退回，由汇总的人重新交办，编号不变。"),
    )  # fmt: skip


@bp.route("/slips/<int:id>/reply", methods=["GET", "POST"])
@permit(P.SLIP_ANSWER)
def reply(id: int) -> Any:
    slip = load(id, queries.answers)
    form = ReplyForm()
    return carry_out(
        slip, form, _("报办理情况"),
        lambda: actions.reply(slip, form.text.data or "", uploads=uploads(form), actor=me()), _("已报办理情况"),
    )  # fmt: skip


@bp.route("/slips/<int:id>/claim", methods=["GET", "POST"])
@permit(P.SLIP_ANSWER)
def claim(id: int) -> Any:
    slip = load(id, queries.answers)
    form = ClaimForm()
    return carry_out(
        slip, form, _("申请销号"),
        lambda: actions.claim(slip, form.result.data or "", uploads=uploads(form), actor=me()),
        _("已申请销号，等牵头领导一方核准"), _("问题解决了才申请；销号由牵头领导一方核准，责任单位自己不能销。"),
    )  # fmt: skip


@bp.route("/slips/<int:id>/ask-postponement", methods=["GET", "POST"])
@permit(P.SLIP_ANSWER)
def ask_postponement(id: int) -> Any:
    slip = load(id, queries.answers)
    form = PostponeForm()
    return carry_out(
        slip, form, _("申请延期"),
        lambda: actions.ask_postponement(
            slip, form.until_on.data or clock.today(), form.reason.data or "", actor=me()
        ),
        _("已申请延期，同意以前期限不变"),
    )  # fmt: skip


@bp.route("/slips/<int:id>/instruct", methods=["GET", "POST"])
@permit(P.SLIP_DECIDE)
def instruct(id: int) -> Any:
    slip = load(id, queries.is_leaders_side)
    form = InstructForm()
    return carry_out(
        slip, form, _("批示"), lambda: actions.instruct(slip, form.text.data or "", actor=me()),
        _("已批示，责任单位会收到"),
    )  # fmt: skip


# --- the leader's side ------------------------------------------------------------------------------------------


@bp.route("/slips/<int:id>/settle", methods=["GET", "POST"])
@permit(P.SLIP_DECIDE)
def settle(id: int) -> Any:
    slip = load(id, queries.is_leaders_side)
    form = WordForm()
    return carry_out(
        slip, form, _("核准销号"), lambda: actions.settle(slip, form.word.data or "", actor=me()),
        _("已销号"), slip.result,
    )  # fmt: skip


@bp.route("/slips/<int:id>/return-claim", methods=["GET", "POST"])
@permit(P.SLIP_DECIDE)
def return_claim(id: int) -> Any:
    slip = load(id, queries.is_leaders_side)
    form = ReasonForm()
    return carry_out(
        slip, form, _("销号退回"), lambda: actions.return_claim(slip, form.reason.data or "", actor=me()),
        _("已退回责任单位，继续办理"), slip.result,
    )  # fmt: skip


@bp.route("/slips/<int:id>/answer-postponement", methods=["GET", "POST"])
@permit(P.SLIP_DECIDE)
def answer_postponement(id: int) -> Any:
    slip = load(id, queries.is_leaders_side)
    form = AnswerForm()
    until = display.day(slip.asked_until_on) if slip.asked_until_on else ""
    return carry_out(
        slip, form, _("答复延期"),
        lambda: actions.answer_postponement(slip, form.answer.data is Answer.YES, form.word.data or "", actor=me()),
        _("已答复"), _("申请延期到 %(day)s", day=until) if until else "",
    )  # fmt: skip


@bp.route("/slips/<int:id>/escalate", methods=["GET", "POST"])
@permit(P.SLIP_DECIDE)
def escalate(id: int) -> Any:
    slip = load(id, queries.is_leaders_side)
    form = ReasonForm()
    up = slip.level.up
    return carry_out(
        slip, form, _("升一级"), lambda: actions.escalate(slip, form.reason.data or "", actor=me()),
        _("已升级"), _("升级到%(level)s", level=up.label) if up else "",
    )  # fmt: skip
