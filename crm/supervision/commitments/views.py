"""承诺台账: the list, a commitment with its story, and each of its acts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, render_template, url_for
from markupsafe import Markup

from crm.db import db
from crm.deals import queries as deals
from crm.deals.models import Deal
from crm.delivery import queries as delivery
from crm.delivery.models import KeyProject
from crm.files import store
from crm.lib import clock
from crm.lib.words import _
from crm.lists.page import context
from crm.org import queries as org
from crm.org.guard import load_mine, me, permit
from crm.org.models import User
from crm.org.permissions import Permission as P
from crm.org.permissions import Scope
from crm.supervision.views import asked_about, offer_about, told, uploads
from crm.web.forms import ActForm, commit_and_go

from . import actions, queries
from .forms import CommitmentForm, ConfirmForm, RegisterForm, ReportForm, SendBackForm
from .lists import PAGE
from .models import Commitment
from .states import Claim, CommitmentState, StepKind

bp = Blueprint("commitments", __name__)
ICONS = {
    StepKind.MADE: "pen",
    StepKind.PUT_OFF: "clock",
    StepKind.CLAIMED_KEPT: "check",
    StepKind.CLAIMED_WITHDRAWN: "undo",
    StepKind.SENT_BACK: "undo",
    StepKind.KEPT: "good",
    StepKind.WITHDRAWN: "close",
}


@bp.get("/commitments")
@permit(P.SUPERVISION_VIEW)
def index() -> Any:
    return render_template("supervision/commitments/index.html", listing=context(PAGE, me()))


@bp.get("/commitments/<int:id>")
@permit(P.SUPERVISION_VIEW)
def show(id: int) -> Any:
    commitment = _load(id)
    files = store.hanging_on(queries.STEP, [one.id for one in commitment.steps])
    return render_template(
        "supervision/commitments/show.html",
        commitment=commitment,
        acts=[(label, url_for(f".{name}", id=id)) for name, label in _acts(commitment)],
        story=[
            told(one, files.get(one.id, []), ".file", icon=ICONS[one.kind])
            for one in reversed(commitment.steps)
        ],
        deal_url=_url_of_deal(commitment.deal),
        project_url=_url_of_project(commitment.project),
    )


@bp.route("/commitments/new", methods=["GET", "POST"])
@permit(P.SUPERVISION_ANSWER)
def register() -> Any:
    deal, project = asked_about()
    form = RegisterForm(unit_id=me().unit_id, promised_on=clock.today(), to_whom=_investor(deal))
    units = org.unit_choices()
    if me().scope_of(P.SUPERVISION_ANSWER) is not Scope.DISTRICT:
        units = [one for one in units if one[0] == me().unit_id]
    form.unit_id.offer(units)
    _offer(form, deal, project)
    if form.submitted():
        with form.refusals():
            made = actions.register(form.facts, actor=me())
            said = _("已登记承诺“%(name)s”", name=made.name)
            return commit_and_go(form, url_for(".show", id=made.id), said)
    return form.page("supervision/commitments/form.html", commitment=None)


@bp.route("/commitments/<int:id>/edit", methods=["GET", "POST"])
@permit(P.SUPERVISION_ANSWER)
def edit(id: int) -> Any:
    commitment = _load(id, _may_edit)
    form = CommitmentForm.of(commitment)
    _offer(form, commitment.deal, commitment.project, commitment.person)
    if form.submitted():
        with form.refusals():
            actions.edit(commitment, form.facts, actor=me())
            return commit_and_go(form, url_for(".show", id=id), _("已保存“%(name)s”", name=commitment.name))
    return form.page("supervision/commitments/form.html", commitment=commitment)


@bp.route("/commitments/<int:id>/report", methods=["GET", "POST"])
@permit(P.SUPERVISION_ANSWER)
def report(id: int) -> Any:
    commitment, form = _load(id, queries.may_answer), ReportForm()

    def act() -> None:
        claim = form.claim.data
        assert isinstance(claim, Claim)  # the field asks for one
        actions.report(commitment, claim, form.text.data or "", uploads=uploads(form), actor=me())

    hint = _("兑现了没有，由督查部门或者领导确认，承诺的一方自己不能确认。")
    return _carry_out(commitment, form, _("报兑现情况"), act, _("已报，等督查部门确认"), hint)


@bp.route("/commitments/<int:id>/confirm", methods=["GET", "POST"])
@permit(P.SUPERVISION_RUN)
def confirm(id: int) -> Any:
    commitment, form = _load(id, queries.may_confirm), ConfirmForm()
    withdraws = commitment.claim is Claim.WITHDRAWN
    return _carry_out(
        commitment, form, _("同意撤销承诺") if withdraws else _("确认已兑现"),
        lambda: actions.confirm(commitment, form.text.data or "", actor=me()), _("已确认"), _last_word(commitment),
    )  # fmt: skip


@bp.route("/commitments/<int:id>/send-back", methods=["GET", "POST"])
@permit(P.SUPERVISION_RUN)
def send_back(id: int) -> Any:
    commitment, form = _load(id, queries.may_confirm), SendBackForm()
    return _carry_out(
        commitment, form, _("不予确认"),
        lambda: actions.send_back(commitment, form.reason.data or "", actor=me()),
        _("已退回，承诺继续有效"), _last_word(commitment),
    )  # fmt: skip


@bp.get("/commitments/files/<int:id>")
@permit(P.SUPERVISION_VIEW)
def file(id: int) -> Any:
    """Evidence, for those who may see the commitment."""
    return store.hand_out(db.one_or_404(queries.files_visible_to(me()).filter_by(id=id)))


@bp.app_template_global("commitments_of")
def commitments_of(*, deal: Deal | None = None, project: KeyProject | None = None) -> Markup:
    """The panel on the page of a deal or a project; nothing where nobody promised anything and I could not either."""
    may = me().may(P.SUPERVISION_ANSWER)
    if not me().may(P.SUPERVISION_VIEW):
        return Markup("")
    found = queries.of(me(), deal=deal, project=project)
    if not found and not may:
        return Markup("")
    about: dict[str, Any] = {"deal": deal.id} if deal else {"project": project.id if project else 0}
    url = url_for("commitments.register", **about) if may else None
    return Markup(render_template("supervision/commitments/_of.html", commitments=found, url=url))


# --- what the views share -----------------------------------------------------------------------------------


def _load(id: int, may: Callable[[User, Commitment], bool] | None = None) -> Commitment:
    return load_mine(queries.with_story(queries.visible_to(me()).filter_by(id=id)), may)


def _carry_out(
    commitment: Commitment, form: ActForm, title: str, act: Callable[[], None], said: str, hint: str = ""
) -> Any:
    return form.act_page(
        "supervision/commitments/act.html", act, title=title, back=url_for(".show", id=commitment.id),
        said=f"{said}：{commitment.name}", hint=hint, commitment=commitment,
    )  # fmt: skip


def _may_edit(user: User, commitment: Commitment) -> bool:
    return queries.may_answer(user, commitment) or queries.may_confirm(user, commitment)


def _acts(commitment: Commitment) -> list[tuple[str, str]]:
    """(act, its words) of what I may do to it as it stands, the nearest first."""
    user, found = me(), []
    if commitment.state is CommitmentState.CLAIMED and queries.may_confirm(user, commitment):
        withdraws = commitment.claim is Claim.WITHDRAWN
        found += [
            ("confirm", _("同意撤销承诺") if withdraws else _("确认已兑现")),
            ("send_back", _("不予确认")),
        ]
    if commitment.state is CommitmentState.OPEN:
        found += [("report", _("报兑现情况"))] if queries.may_answer(user, commitment) else []
        found += [("edit", _("修改"))] if _may_edit(user, commitment) else []
    return found


def _offer(
    form: Any, deal: Deal | None, project: KeyProject | None, person: User | None = None
) -> None:  # fmt: skip
    """Who may have promised: my own unit's people and the leaders; about what, of all that I see."""
    people = dict(org.colleague_choices(me(), P.SUPERVISION_ANSWER)) | dict(org.leader_choices())
    if person:
        people.setdefault(person.id, person.name)
    form.person_id.offer(people.items(), _("单位的承诺，不落到个人"))
    offer_about(form, deal, project)


def _investor(deal: Deal | None) -> str:
    return deal.enterprise.name if deal and deal.enterprise else ""


def _last_word(commitment: Commitment) -> str:
    said = [
        one.text
        for one in commitment.steps
        if one.kind in (StepKind.CLAIMED_KEPT, StepKind.CLAIMED_WITHDRAWN)
    ]
    return said[-1] if said else ""


def _url_of_deal(deal: Deal | None) -> str | None:
    return url_for("deals.show", id=deal.id) if deal and deals.seen_by(me(), [deal]) else None


def _url_of_project(project: KeyProject | None) -> str | None:
    if not project or not me().may(P.PROJECT_VIEW):
        return None
    seen = delivery.visible_to(me()).where(KeyProject.id == project.id)
    return url_for("delivery.show", id=project.id) if db.session.scalar(delivery.ids_of(seen)) else None
