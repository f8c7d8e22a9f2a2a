"""推介 and 对接: whom a need was put to, the results, and what came of it by bank."""

from __future__ import annotations

from typing import Any

from flask import abort, render_template, url_for

from crm.db import db
from crm.lib import clock
from crm.lib.words import _
from crm.lists.page import context
from crm.needs import actions, queries
from crm.needs.forms import ApproachForm, ResultForm
from crm.needs.kinds import LINES, NeedKind, next_steps
from crm.needs.lists import APPROACHES
from crm.needs.models import Approach
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.web.forms import commit_and_go

from .around import bp, form_page, mine


@bp.get("/needs/approaches")
@permit(P.NEED_VIEW)
def approaches() -> Any:
    return render_template("needs/approaches.html", listing=context(APPROACHES, me()))


@bp.get("/needs/banks")
@permit(P.NEED_VIEW)
def banks() -> Any:
    """推介 by bank, with what came of it."""
    return render_template("needs/banks.html", banks=queries.by_partner(me(), NeedKind.FINANCE))


@bp.route("/needs/<int:id>/approach", methods=["GET", "POST"])
@permit(P.NEED_EDIT)
def approach(id: int) -> Any:
    need = mine(id)
    if need.kind not in LINES:
        abort(404)
    form = ApproachForm(on_day=clock.today())
    form.partner.label.text = {
        NeedKind.FINANCE: _("银行、民间资本"), NeedKind.TALENT: _("人才"), NeedKind.TECHNOLOGY: _("高校、院所"),
    }[need.kind]  # fmt: skip
    if form.submitted():
        with form.refusals():
            one = actions.approach(need, form.data, actor=me())
            return commit_and_go(form, url_for(".show", id=id), _("已记下“%(name)s”", name=one.partner))
    return form_page(form, need, _("记一次推介、对接"), _("记下"))


@bp.route("/needs/approaches/<int:id>", methods=["GET", "POST"])
@permit(P.NEED_EDIT)
def tell(id: int) -> Any:
    one: Approach = db.one_or_404(queries.approaches_visible_to(me()).filter_by(id=id))
    need = mine(one.need_id)
    steps = next_steps(need.kind, one.step)
    form = ResultForm.of(one)
    form.step.choices = [(step.value, step.label) for step in steps]
    if not form.is_submitted():
        form.step.data, form.step_on.data, form.note.data = steps[0] if steps else None, clock.today(), ""
    if need.kind is NeedKind.FINANCE:
        form.amount.label.text = _("授信或放款金额（万元）")
    else:
        form.amount.label.text = _("数量（%(unit)s）", unit=need.kind.unit)
    if form.submitted():
        with form.refusals():
            actions.tell(one, form.data, actor=me())
            return commit_and_go(form, url_for(".show", id=need.id), _("已记下“%(name)s”", name=one.partner))
    if not steps:
        abort(404)
    note = _("%(who)s，现在是“%(step)s”", who=one.partner, step=one.step.label)
    return form_page(form, need, _("对接结果"), _("记下"), note)
