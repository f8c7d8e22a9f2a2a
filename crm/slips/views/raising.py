"""What blocks a project or a deal is raised on its own page, and stands there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, render_template, url_for
from markupsafe import Markup

from crm.db import db
from crm.deals import queries as deals
from crm.deals.models import Deal
from crm.delivery import queries as delivery
from crm.delivery import views as projects
from crm.delivery.models import KeyProject
from crm.lib.words import _
from crm.org import queries as org
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.slips import actions, queries
from crm.slips.forms import ProblemForm, RaiseForm, ReasonForm
from crm.slips.models import Slip
from crm.web.forms import commit_and_go

from .carrying import address, bp, carry_out, load, may_edit, may_turn_down


@bp.get("/projects/<int:id>/slips")
@permit(P.SLIP_VIEW)
def of_project(id: int) -> Any:
    project = projects.load(id)
    return render_template(
        "slips/of_project.html",
        **projects.frame(project, "slips.of_project"),
        slips=queries.of_project(me(), project),
        may_raise=_may_raise(project),
        list_url=address(project=str(id)),
    )


@bp.route("/projects/<int:id>/slips/new", methods=["GET", "POST"])
@permit(P.SLIP_RAISE)
def raise_problem(id: int) -> Any:
    """Begun with what the last weekly report says is in the way."""
    project = projects.load(id)
    if not _may_raise(project):
        abort(403)
    entries = delivery.entries_of(project, limit=1)
    form = RaiseForm(problem=entries[0].problem if entries else "", unit_id=project.unit_id)
    back = url_for("slips.of_project", id=id)
    return _raise(
        form, project.name, back, lambda data: actions.raise_problem(data, project=project, actor=me())
    )


@bp.route("/deals/<int:id>/slips/new", methods=["GET", "POST"])
@permit(P.SLIP_RAISE)
def raise_of_deal(id: int) -> Any:
    deal = db.one_or_404(deals.visible_to(me()).filter_by(id=id))
    if not deals.may(me(), P.SLIP_RAISE, deal):
        abort(403)
    form = RaiseForm(unit_id=deal.unit_id)
    back = url_for("deals.show", id=id)
    return _raise(form, deal.name, back, lambda data: actions.raise_problem(data, deal=deal, actor=me()))


def _raise(form: RaiseForm, about: str, back: str, act: Callable[[dict[str, Any]], Slip]) -> Any:
    form.unit_id.offer(org.unit_choices(), _("由汇总的人定"))
    if form.submitted():
        with form.refusals():
            slip = act(form.data)
            return commit_and_go(form, url_for("slips.show", id=slip.id), _("已提出，下一次汇总时列入"))
    return form.page("slips/raise.html", about=about, back=back, slip=None)


@bp.route("/slips/<int:id>/edit", methods=["GET", "POST"])
@permit(P.SLIP_RAISE)
def edit(id: int) -> Any:
    slip = load(id, may_edit)
    form = ProblemForm.of(slip)
    form.unit_id.offer(org.unit_choices(), _("由汇总的人定"))
    if form.submitted():
        with form.refusals():
            actions.edit(slip, form.data, actor=me())
            return commit_and_go(form, url_for("slips.show", id=id), _("已保存"))
    return form.page("slips/raise.html", about=slip.subject, back=url_for("slips.show", id=id), slip=slip)


@bp.route("/slips/<int:id>/turn-down", methods=["GET", "POST"])
@permit(P.SLIP_RAISE)
def turn_down(id: int) -> Any:
    slip = load(id, may_turn_down)
    form = ReasonForm()
    return carry_out(
        slip, form, _("退回，不列入"),
        lambda: actions.turn_down(slip, form.reason.data or "", actor=me()), _("已退回"),
        _("退回以后不再交办，原因写给提出的人看。"),
    )  # fmt: skip


@bp.app_template_global("slips_of")
def slips_of(deal: Deal) -> Markup:
    """The panel on a deal's page."""
    if not me().may(P.SLIP_VIEW):
        return Markup("")
    found = queries.of_deal(me(), deal)
    may_raise = deals.may(me(), P.SLIP_RAISE, deal)
    if not found and not may_raise:
        return Markup("")
    return Markup(render_template("slips/_of_deal.html", deal=deal, slips=found, may_raise=may_raise))


def _tab(project: KeyProject) -> tuple[str, str, int | None] | None:
    user = me()
    if not user.may(P.SLIP_VIEW):
        return None
    return "slips.of_project", _("交办单"), queries.open_of_project(user, project)


projects.TABS.append(_tab)


def _may_raise(project: KeyProject) -> bool:
    return delivery.may(me(), P.SLIP_RAISE, project)
