"""提醒: who was told of what, the panel on a record's page, and the days of the steps."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from markupsafe import Markup

from crm.lib import texts
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.lists.page import context
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.web.forms import ActForm, commit_and_go

from . import actions, queries
from .kinds import KINDS
from .lists import PAGE, label_of
from .steps import Step

bp = Blueprint("reminders", __name__)


@bp.get("/reminders")
@permit(P.REMINDER_VIEW)
def index() -> Any:
    return render_template("reminders/index.html", listing=context(PAGE, me()))


@bp.route("/admin/reminders", methods=["GET", "POST"])
@permit(P.SETTING_MANAGE)
def set_terms() -> Any:
    """After how many days each step of each kind is taken."""
    form, wrong = ActForm(), {}
    typed = {
        key: ["" if one is None else str(one) for one in days]
        for key, days in queries.terms_in_force().items()
    }
    if form.is_submitted():
        typed = {
            kind.key: [
                texts.clean_line(request.form.get(f"{kind.key}.{step.value}", ""))[:20] for step in Step
            ]
            for kind in KINDS
        }
    if form.submitted():
        with form.refusals():
            try:
                actions.set_terms(typed, actor=me())
            except Refused as refused:
                wrong = {refused.field: refused.message}
                raise
            return commit_and_go(
                form, url_for("reminders.set_terms"), _("提醒的天数已保存，明天早上按新的提醒")
            )
    return form.page("reminders/set_terms.html", kinds=KINDS, steps=Step, typed=typed, wrong=wrong)


@bp.app_template_global("reminders_of")
def reminders_of(record: Any) -> Markup:
    """The panel on a record's page: who was reminded of it, and when. Nothing where nobody was."""
    found = queries.of_record(record.__tablename__, record.id)
    if not found:
        return Markup("")
    return Markup(render_template("reminders/_of.html", reminders=found, label_of=label_of))
