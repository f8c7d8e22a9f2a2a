"""What each stage asks for: a setting of the house."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from crm.lib.words import _
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.pipeline import actions, gates, queries
from crm.web.forms import ActForm, commit_and_go

from .doors import bp


@bp.route("/admin/gates", methods=["GET", "POST"])
@permit(P.SETTING_MANAGE)
def set_gates() -> Any:
    """Which stage asks for what: a table of ticks."""
    form = ActForm()
    now = queries.gates_in_force()
    if form.is_submitted():
        ticked = set(request.form.getlist("wants"))
        now = {
            stage: [key for key in gates.REQUIREMENTS if f"{stage.value}.{key}" in ticked]
            for stage in gates.GATED
        }
    if form.submitted():
        with form.refusals():
            actions.set_gates(now, actor=me())
            return commit_and_go(form, url_for("pipeline.set_gates"), _("各阶段的门槛已保存"))
    return form.page(
        "pipeline/set_gates.html", stages=gates.GATED, now=now, default=gates.DEFAULT, firm=gates.FIRM,
        kinds=[
            (kind, [one for one in gates.REQUIREMENTS.values() if one.kind is kind]) for kind in gates.Kind
        ],
    )  # fmt: skip
