"""What the pages of needs share: the blueprint, who may open one, its story, the tab and panels on other pages.

Upper features import from here: `PANELS` (what else stands on a need's page), `story_of`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, render_template, url_for
from markupsafe import Markup

from crm.audit.models import Event
from crm.contacts import telling
from crm.contacts.views import history
from crm.db import db
from crm.deals import queries as deals
from crm.deals.models import Deal
from crm.delivery import queries as delivery
from crm.delivery.models import KeyProject
from crm.delivery.views.tabs import TABS, Tab, frame
from crm.delivery.views.tabs import load as project_of
from crm.lib.words import N_, _
from crm.merchants.models import Enterprise
from crm.needs import queries
from crm.needs.kinds import NeedKind
from crm.needs.models import Need
from crm.org import queries as org
from crm.org.guard import me, permit
from crm.org.models import User
from crm.org.permissions import Permission as P
from crm.web import display

bp = Blueprint("needs", __name__)
HISTORY = 50
PANELS: list[Callable[[Need], Markup]] = []
telling.VERBS.update(
    {
        "need.asked": (N_("提出需求"), "plus"),
        "need.raised": (N_("提出要素需求"), "plus"),
        "need.edited": (N_("修改"), "pen"),
        "need.adopted": (N_("立题"), "check"),
        "need.met": (N_("办结：已解决"), "good"),
        "need.dropped": (N_("不再需要"), "close"),
        "need.reopened": (N_("恢复"), "undo"),
        "need_approach.made": (N_("推介、对接"), "contact"),
        "need_approach.told": (N_("记下对接结果"), "check"),
    }
)
telling.LABELS[queries.NOUN] = {
    "kind": N_("要素"),
    "title": N_("需求"),
    "asked": N_("需要"),
    "level": N_("类别"),
    "detail": N_("具体要求"),
    "measure": N_("拟采取的措施"),
    "is_livelihood": N_("民生项目"),
    "is_high_tech": N_("高新产业项目"),
    "due_on": N_("最迟解决"),
    "owner_id": N_("责任人"),
    "adopted_on": N_("立题日期"),
    "state": N_("状态"),
    "ended_note": N_("说明"),
}
telling.LABELS[queries.APPROACH] = {
    "partner": N_("对接谁"),
    "on_day": N_("推介日期"),
    "step": N_("结果"),
    "step_on": N_("结果日期"),
    "amount": N_("金额或人数"),
    "note": N_("说明"),
}


@bp.get("/projects/<int:id>/needs")
@permit(P.NEED_VIEW)
def of_project(id: int) -> Any:
    project = project_of(id)
    return render_template(
        "needs/of_project.html",
        **frame(project, "needs.of_project"),
        needs=queries.of_record(me(), project_id=id),
        kinds=list(NeedKind),
        may_ask=me().may(P.NEED_EDIT) and delivery.may(me(), P.PROJECT_EDIT, project),
    )


def _tab(project: KeyProject) -> Tab | None:
    if not me().may(P.NEED_VIEW):
        return None
    rows = queries.visible_to(me()).where(Need.project_id == project.id, Need.ended_on.is_(None))
    count = db.session.scalar(
        sa.select(sa.func.count()).select_from(rows.with_only_columns(Need.id).subquery())
    )
    return "needs.of_project", _("要素保障"), count or None


TABS.append(_tab)


@bp.app_template_global("needs_of")
def needs_of(subject: Deal | Enterprise) -> Markup:
    """The panel on the page of a deal or a firm."""
    if not me().may(P.NEED_VIEW):
        return Markup("")
    is_deal = isinstance(subject, Deal)
    mine = deals.may(me(), P.DEAL_EDIT, subject) if isinstance(subject, Deal) else True
    may_ask = me().may(P.NEED_EDIT) and mine
    of = {"deal_id": subject.id} if is_deal else {"enterprise_id": subject.id}
    needs = queries.of_record(me(), **of)
    if not needs and not may_ask:
        return Markup("")
    door = "needs.ask_for_deal" if is_deal else "needs.ask_for_firm"
    return Markup(
        render_template("needs/_of.html", subject=subject, needs=needs, may_ask=may_ask, door=door, kinds=list(NeedKind))
    )  # fmt: skip


# --- what the pages share -----------------------------------------------------------------------------------


def story_of(records: list[tuple[str, int]]) -> list[dict[str, Any]]:
    """What was done to these records of (noun, id), the latest first, as items of a timeline."""
    events = db.session.scalars(
        sa.select(Event)
        .where(sa.or_(*(sa.and_(Event.noun == noun, Event.record_id == id) for noun, id in records)))
        .order_by(Event.at.desc(), Event.id.desc())
        .limit(HISTORY)
    ).all()
    return history(events, say=display.said)


def load(id: int) -> Need:
    rows = queries.with_figures(queries.visible_to(me()).filter_by(id=id))
    return db.one_or_404(queries.with_approaches(rows))


def mine(id: int) -> Need:
    """404 for what I may not see, 403 for what is neither mine nor my office's to provide."""
    need = load(id)
    if not queries.may_edit(me(), need):
        abort(403)
    return need


def form_page(form: Any, need: Need, title: str, button: str, note: str = "") -> Any:
    here = url_for(".show", id=need.id)
    return form.page(
        "_layout/form.html",
        title=title,
        trail=[(_("要素需求"), url_for(".index")), (need.title, here)],
        note=note,
        cancel=here,
        button=button,
        wide=len(list(form)) > 8,
    )


def offer_owners(form: Any, now: User | None = None) -> None:
    """My colleagues; who has it now stays on offer."""
    choices = org.colleague_choices(me(), P.NEED_EDIT)
    if now and now.id not in dict(choices):
        choices.append((now.id, now.name))
    form.owner_id.offer(choices, _("暂时没有"))
