"""项目体检: the flags with their counts and the list, and what a deal raises on its own page and its project's."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, url_for
from markupsafe import Markup

from crm.deals.models import Deal
from crm.lib import clock
from crm.lists.page import context
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.org.permissions import Scope

from . import flags, queries
from .flags import Flag
from .lists import PAGE

bp = Blueprint("health", __name__)


@bp.get("/health")
@permit(P.DEAL_VIEW)
def index() -> Any:
    counts, limits = queries.counts(me()), queries.limits()
    return render_template(
        "health/index.html",
        listing=context(PAGE, me()),
        figures=[
            {
                "flag": flag,
                "number": counts[flag],
                "url": url_for(".index", flag=flag.value),
                "rule": flags.rule(flag, limits),
            }
            for flag in Flag
        ],
        everything=me().scope_of(P.DEAL_VIEW) is Scope.DISTRICT,
        may_set=me().may(P.SETTING_MANAGE),
    )


@bp.app_template_global("health_of")
def health_of(deal: Deal | None) -> Markup:
    """What a deal raises, in a notice; nothing for one that is well, not signed, or not mine to see."""
    user = me()
    if deal is None or deal.signed_on is None or not user.may(P.DEAL_VIEW):
        return Markup("")
    found = queries.flags_of_deal(user, deal)
    if found is None or not found[1]:
        return Markup("")
    standing, raised = found
    today = clock.today()
    said = [(flag, flags.reason(flag, standing, today)) for flag in raised]
    return Markup(render_template("health/_of.html", said=said))
