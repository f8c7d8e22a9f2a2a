"""要素需求: the list, one need, the ranking of what is unmet, 推介 and 对接; the tab on a project, the panels elsewhere.

Upper features import from here: `PANELS` (what else stands on a need's page), `story_of`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, render_template, request, url_for
from markupsafe import Markup

from crm.audit.models import Event
from crm.contacts import queries as contacts
from crm.contacts import telling
from crm.db import db
from crm.deals import queries as deals
from crm.deals.models import Deal
from crm.delivery import queries as delivery
from crm.delivery.models import KeyProject
from crm.delivery.views.tabs import TABS, Tab, frame, load
from crm.lib import clock, texts
from crm.lib.words import N_, _
from crm.lists.table import context
from crm.merchants import queries as merchants
from crm.merchants.models import Enterprise
from crm.org import queries as org
from crm.org.guard import me, permit
from crm.org.models import User
from crm.org.permissions import Permission as P
from crm.web import display
from crm.web.forms import commit_and_go

from . import actions, queries
from .forms import ApproachForm, EndForm, ResultForm, forms_of, worded
from .kinds import LINES, NeedKind, next_steps
from .lists import APPROACHES, PAGE
from .models import Approach, Need

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


@bp.get("/needs")
@permit(P.NEED_VIEW)
def index() -> Any:
    return render_template("needs/index.html", listing=context(PAGE, me()))


@bp.get("/needs/unmet")
@permit(P.NEED_VIEW)
def unmet() -> Any:
    """要素缺口: every kind on one page, what holds up most investment first."""
    return render_template(
        "needs/unmet.html",
        lacks=queries.lacks(me()),
        ranked=queries.ranked(me()),
        problems=queries.problems(me()),
    )


@bp.get("/needs/approaches")
@permit(P.NEED_VIEW)
def approaches() -> Any:
    return render_template("needs/approaches.html", listing=context(APPROACHES, me()))


@bp.get("/needs/banks")
@permit(P.NEED_VIEW)
def banks() -> Any:
    """推介 by bank, with what came of it."""
    return render_template("needs/banks.html", banks=queries.by_partner(me(), NeedKind.FINANCE))


@bp.get("/needs/<int:id>")
@permit(P.NEED_VIEW)
def show(id: int) -> Any:
    need = _load(id)
    return render_template(
        "needs/show.html",
        need=need,
        address=_address(need) if queries.subject_seen(me(), need) else None,
        may_edit=queries.may_edit(me(), need),
        may_adopt=queries.may_adopt(me(), need),
        approachable=need.kind in LINES,
        ends=lambda one: not next_steps(need.kind, one.step),
        panels=[panel(need) for panel in PANELS],
        history=story_of([(queries.NOUN, need.id), *((queries.APPROACH, one.id) for one in need.approaches)]),
        today=clock.today(),
    )


@bp.get("/needs/new")
@permit(P.NEED_EDIT)
def new() -> Any:
    """Whose need is it? A need is raised on a deal, a project or a firm."""
    q = texts.clean_line(request.args.get("q", "")[:120])
    return render_template(
        "needs/choose.html",
        q=q,
        deals=queries.deals_to_ask_for(me(), q),
        projects=queries.projects_to_ask_for(me(), q),
        firms=queries.firms_to_ask_for(me(), q) if q else [],
        kinds=list(NeedKind),
    )


@bp.route("/deals/<int:id>/needs/<kind>", methods=["GET", "POST"])
@permit(P.NEED_EDIT)
def ask_for_deal(id: int, kind: str) -> Any:
    deal = db.one_or_404(deals.visible_to(me()).filter_by(id=id))
    if not deals.may(me(), P.DEAL_EDIT, deal):
        abort(403)
    return _ask(
        deal,
        kind,
        url_for("deals.show", id=id),
        _("项目列表"),
        {"asked": deal.land_mu} if kind == "land" else {},
    )


@bp.route("/projects/<int:id>/needs/<kind>", methods=["GET", "POST"])
@permit(P.NEED_EDIT)
def ask_for_project(id: int, kind: str) -> Any:
    project = load(id, P.PROJECT_EDIT)
    return _ask(project, kind, url_for("needs.of_project", id=id), _("重点项目"))


@bp.route("/enterprises/<int:id>/needs/<kind>", methods=["GET", "POST"])
@permit(P.NEED_EDIT)
def ask_for_firm(id: int, kind: str) -> Any:
    firm = db.one_or_404(merchants.visible_to(me()).filter_by(id=id))
    return _ask(firm, kind, url_for("merchants.show", id=id), _("企业"))


@bp.route("/needs/<int:id>/edit", methods=["GET", "POST"])
@permit(P.NEED_EDIT)
def edit(id: int) -> Any:
    need = _mine(id)
    form = worded(forms_of(need.kind)[1].of(need), need.kind)
    _offer_owners(form, need.owner)
    if form.submitted():
        with form.refusals():
            actions.edit(need, form.data, actor=me())
            return commit_and_go(form, url_for(".show", id=id), _("已保存“%(name)s”", name=need.title))
    return _form(form, need, _("修改要素需求"), _("保存"))


@bp.post("/needs/<int:id>/adopt")
@permit(P.NEED_EDIT)
def adopt(id: int) -> Any:
    need = _load(id)
    if not queries.may_adopt(me(), need):
        abort(403)
    actions.adopt(need, actor=me())
    return commit_and_go(None, url_for(".show", id=id), _("已立题“%(name)s”", name=need.title))


@bp.route("/needs/<int:id>/meet", methods=["GET", "POST"])
@permit(P.NEED_EDIT)
def meet(id: int) -> Any:
    need = _mine(id)
    form = EndForm.of(need)
    if form.submitted():
        with form.refusals():
            actions.meet(need, form.note.data or "", actor=me())
            return commit_and_go(form, url_for(".show", id=id), _("已办结"), url_for(".reopen", id=id))
    return _form(form, need, _("办结：已解决"), _("办结"), _("还有缺口的，请写明为什么算已解决。"))


@bp.route("/needs/<int:id>/drop", methods=["GET", "POST"])
@permit(P.NEED_EDIT)
def drop(id: int) -> Any:
    need = _mine(id)
    form = EndForm.of(need)
    if form.submitted():
        with form.refusals():
            actions.drop(need, form.note.data or "", actor=me())
            return commit_and_go(
                form, url_for(".show", id=id), _("已记为不再需要"), url_for(".reopen", id=id)
            )
    return _form(form, need, _("不再需要"), _("不再需要"), _("以后不再计入缺口，可以恢复。"))


@bp.post("/needs/<int:id>/reopen")
@permit(P.NEED_EDIT)
def reopen(id: int) -> Any:
    need = _mine(id)
    actions.reopen(need, actor=me())
    return commit_and_go(None, url_for(".show", id=id), _("已恢复“%(name)s”", name=need.title))


# --- 推介、对接 ------------------------------------------------------------------------------------------------


@bp.route("/needs/<int:id>/approach", methods=["GET", "POST"])
@permit(P.NEED_EDIT)
def approach(id: int) -> Any:
    need = _mine(id)
    if need.kind not in LINES:
        abort(404)
    form = ApproachForm(on_day=clock.today())
    form.partner.label.text = {
        NeedKind.FINANCE: _("银行"), NeedKind.TALENT: _("人才"), NeedKind.TECHNOLOGY: _("高校、院所"),
    }[need.kind]  # fmt: skip
    if form.submitted():
        with form.refusals():
            one = actions.approach(need, form.data, actor=me())
            return commit_and_go(form, url_for(".show", id=id), _("已记下“%(name)s”", name=one.partner))
    return _form(form, need, _("记一次推介、对接"), _("记下"))


@bp.route("/needs/approaches/<int:id>", methods=["GET", "POST"])
@permit(P.NEED_EDIT)
def tell(id: int) -> Any:
    one: Approach = db.one_or_404(queries.approaches_visible_to(me()).filter_by(id=id))
    need = _mine(one.need_id)
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
    return _form(form, need, _("对接结果"), _("记下"), note)


# --- on the pages of what it belongs to ---------------------------------------------------------------------


@bp.get("/projects/<int:id>/needs")
@permit(P.NEED_VIEW)
def of_project(id: int) -> Any:
    project = load(id)
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


# --- what the views share -----------------------------------------------------------------------------------


def story_of(records: list[tuple[str, int]]) -> list[dict[str, Any]]:
    """What was done to these records of (noun, id), the latest first, as items of a timeline."""
    events = db.session.scalars(
        sa.select(Event)
        .where(sa.or_(*(sa.and_(Event.noun == noun, Event.record_id == id) for noun, id in records)))
        .order_by(Event.at.desc(), Event.id.desc())
        .limit(HISTORY)
    ).all()
    told = contacts.changes_in_words(events, display.said)
    return [
        {
            "id": f"event-{event.id}",
            "icon": telling.VERBS.get(event.verb, ("", "history"))[1],
            "title": _(telling.VERBS.get(event.verb, (event.verb, ""))[0]),
            "when": display.how_long_ago(event.at),
            "exact": display.moment(event.at),
            "iso": event.at.isoformat(),
            "who": event.actor_name,
            "text": Markup(
                render_template("contacts/_changes.html", event=event, changes=told[event.id], is_new=False)
            ),
        }
        for event in events
    ]


def _load(id: int) -> Need:
    rows = queries.with_figures(queries.visible_to(me()).filter_by(id=id))
    return db.one_or_404(queries.with_approaches(rows))


def _mine(id: int) -> Need:
    """404 for what I may not see, 403 for what is neither mine nor my office's to provide."""
    need = _load(id)
    if not queries.may_edit(me(), need):
        abort(403)
    return need


def _address(need: Need) -> str:
    if need.deal_id:
        return url_for("deals.show", id=need.deal_id)
    if need.project_id:
        return url_for("delivery.show", id=need.project_id)
    return url_for("merchants.show", id=need.enterprise_id)


def _ask(
    subject: Deal | KeyProject | Enterprise,
    kind: str,
    back: str,
    where: str,
    given: dict[str, Any] | None = None,
) -> Any:
    if kind not in list(NeedKind):
        abort(404)
    of = NeedKind(kind)
    form = worded(forms_of(of)[0](owner_id=me().id, **(given or {})), of)
    _offer_owners(form)
    if form.submitted():
        with form.refusals():
            need = actions.ask(subject, of, form.data, actor=me())
            return commit_and_go(form, url_for(".show", id=need.id), _("已提出“%(name)s”", name=need.title))
    return form.page(
        "_layout/form.html",
        title=_("提需求：%(kind)s", kind=of.label),
        trail=[(subject.name, back)],
        note=_("为“%(name)s”提出", name=subject.name),
        cancel=back,
        button=_("提出"),
        draft=f"need-{kind}",
        wide=True,
    )


def _form(form: Any, need: Need, title: str, button: str, note: str = "") -> Any:
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


def _offer_owners(form: Any, now: User | None = None) -> None:
    """My colleagues; who has it now stays on offer."""
    choices = org.colleague_choices(me(), P.NEED_EDIT)
    if now and now.id not in dict(choices):
        choices.append((now.id, now.name))
    form.owner_id.offer(choices, _("暂时没有"))
