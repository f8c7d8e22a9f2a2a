"""The pages of approvals: the tab on a project, an item and its steps, the progress table, agents, how long things take."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, render_template, request, url_for

from crm.contacts import telling
from crm.contacts.views import history_of
from crm.db import db
from crm.delivery import views as delivery
from crm.delivery.forms import day_of
from crm.delivery.models import KeyProject
from crm.files import store
from crm.holidays import queries as holidays
from crm.lib import clock
from crm.lib.words import N_, _, listed
from crm.lists.page import context
from crm.org import queries as org
from crm.org.guard import me, permit
from crm.org.models import User
from crm.org.permissions import Permission as P
from crm.web.forms import ActForm, commit_and_go

from . import actions, drawing, queries
from .forms import (
    AcceptForm,
    CorrectForm,
    DecideForm,
    EntrustForm,
    ItemForm,
    LayOutForm,
    NewItemForm,
    NoteForm,
    ResumeForm,
    StepBackForm,
)
from .lists import PAGE
from .models import Approval
from .queries import Progress
from .steps import RUNNING, Step

bp = Blueprint("approvals", __name__)

telling.VERBS |= {
    "approval.laid_out": (N_("按项目类型排出"), "list"),
    "approval.added": (N_("新增事项"), "plus"),
    "approval.edited": (N_("修改事项"), "pen"),
    "approval.tied": (N_("改变前置事项"), "link"),
    "approval.accepted": (N_("受理"), "check"),
    "approval.begun": (N_("转入办理"), "stage"),
    "approval.correcting": (N_("要求补正"), "warn"),
    "approval.resumed": (N_("补正完成"), "check"),
    "approval.decided": (N_("办结"), "good"),
    "approval.stepped_back": (N_("退回一步"), "undo"),
    "approval.entrusted": (N_("委托代办"), "assign"),
    "approval.noted": (N_("代办日志"), "contact"),
    "approval.ruled": (N_("联席会议议定"), "meeting"),
}
telling.LABELS[queries.NOUN] = {
    "name": N_("事项名称"),
    "level": N_("级别"),
    "unit_id": N_("本区审批部门"),
    "authority": N_("上级审批部门"),
    "days": N_("承诺期（工作日）"),
    "plan_on": N_("要求办结"),
    "step": N_("状态"),
    "accepted_on": N_("受理日期"),
    "decided_on": N_("办结日期"),
    "document_no": N_("批复文号"),
    "agent": N_("代办员"),
    "after": N_("前置事项"),
}


# --- across projects ----------------------------------------------------------------------------------------


@bp.get("/approvals")
@permit(P.APPROVAL_VIEW)
def index() -> Any:
    return render_template("approvals/index.html", listing=context(PAGE, me()), tabs=tabs("approvals.index"))


@bp.get("/approvals/progress")
@permit(P.APPROVAL_VIEW)
def progress() -> Any:
    """审批进度表: every project with an open item, how its items stand, and the one that holds it."""
    rows = queries.under_way(me())
    held = [one for one in rows if one.holder]
    asked = {
        "late": _("超过承诺期"), "behind": _("过了要求办结的日期"), "unagented": _("没有代办员的上级事项"),
    }  # fmt: skip
    counts = {
        "late": sum(line.is_late for one in rows for line in one.lines),
        "behind": sum(line.is_behind for one in rows for line in one.lines),
        "unagented": sum(line.approval.lacks_agent for one in rows for line in one.lines),
    }
    return render_template(
        "approvals/progress.html",
        tabs=tabs("approvals.progress"),
        rows=rows,
        names=list(dict.fromkeys(line.approval.name for one in rows for line in one.lines)),
        held=len(held),
        gaps=[(label, counts[key], _url(**{key: "1"})) for key, label in asked.items()],
        today=clock.today(),
    )


@bp.get("/approvals/pace")
@permit(P.APPROVAL_VIEW)
def pace() -> Any:
    """Mean working days of each item, month by month; each figure opens its items."""
    years = queries.years(me()) or [clock.today().year]
    asked = request.args.get("year", type=int) or 0
    year = asked if 2000 <= asked <= 2100 else clock.today().year
    paces = queries.paces(me(), year)
    return render_template(
        "approvals/pace.html",
        tabs=tabs("approvals.pace"),
        year=year,
        years=sorted({*years, year}, reverse=True),
        months=range(1, 13),
        rows=[
            {
                "name": one.name,
                "promised": queries.mean(one.promised),
                "mean": queries.mean(one.all),
                "number": len(one.all),
                "url": _url(name=one.name, **_month(year)),
                "months": {
                    month: (queries.mean(days), len(days), _url(name=one.name, **_month(year, month)))
                    for month, days in one.months.items()
                },
            }
            for one in paces
        ],
    )


@bp.get("/approvals/agents")
@permit(P.APPROVAL_VIEW)
def agents() -> Any:
    rows = [
        {
            "load": one,
            "id": one.agent.id,
            "open_url": _url(agent=str(one.agent.id), open="1"),
            "late_url": _url(agent=str(one.agent.id), late="1"),
            "done_url": _url(agent=str(one.agent.id), step=Step.DONE.value),
        }
        for one in queries.loads(me())
    ]
    flagged = db.session.scalars(
        queries.with_all(queries.visible_to(me()).where(queries.lacking_agent())).limit(100)
    )
    return render_template(
        "approvals/agents.html",
        tabs=tabs("approvals.agents"),
        rows=rows,
        flagged=flagged.unique().all(),
        flagged_url=_url(unagented="1"),
    )


def tabs(here: str) -> list[dict[str, Any]]:
    """What stands over the pages across projects; also over those of catalogue and joint meetings."""
    found = [
        ("approvals.progress", _("审批进度表")), ("approvals.index", _("审批事项")), ("approvals.agents", _("代办")),
        ("joint.index", _("联席会议")), ("approvals.pace", _("办理天数")),
    ]  # fmt: skip
    if me().may(P.APPROVAL_CATALOGUE):
        found.append(("catalogue.index", _("事项目录")))
    return [{"label": label, "url": url_for(name), "active": name == here} for name, label in found]


def _url(**args: Any) -> str:
    return url_for("approvals.index") + "?" + urlencode(args, doseq=True)


def _month(year: int, month: int = 0) -> dict[str, str]:
    first = dt.date(year, month or 1, 1)
    after = dt.date(year + 1, 1, 1) if month in (0, 12) else dt.date(year, month + 1, 1)
    return {"decided_from": first.isoformat(), "decided_to": (after - dt.timedelta(days=1)).isoformat()}


# --- on a project -------------------------------------------------------------------------------------------


def _tab(project: KeyProject) -> tuple[str, str, int | None] | None:
    if not me().may(P.APPROVAL_VIEW):
        return None
    return ("approvals.of_project", _("审批"), queries.number_of(project) or None)


delivery.TABS.append(_tab)


@bp.get("/projects/<int:id>/approvals")
@permit(P.APPROVAL_VIEW)
def of_project(id: int) -> Any:
    """All items of a project side by side, and the one that holds it."""
    project = delivery.load(id)
    found = queries.progress_of(project, queries.of_project(project))
    return render_template(
        "approvals/of_project.html",
        **delivery.frame(project, "approvals.of_project"),
        progress=found,
        picture=_picture(found),
        may_lay_out=queries.may_lay_out(me(), project),
    )


def _picture(found: Progress) -> drawing.Picture:
    work, today = holidays.calendar(), clock.today()
    ends = found.outlook.ends
    strips = []
    for line in found.lines:
        one = line.approval
        end = ends.get(one.id)
        begins = (end or 0) - line.standing.needs if one.accepted_on is None else 0
        strips.append(
            drawing.Strip(
                id=one.id, name=one.name, step=one.step, begun_on=one.accepted_on, decided_on=one.decided_on,
                promised_on=line.promised_on, plan_on=one.plan_on,
                pauses=[(pause.from_on, pause.to_on) for pause in one.corrections],
                expected_from=work.after(today, begins) if end else None,
                expected_on=work.after(today, end) if end else None,
                is_late=line.is_late, holds=one.id == found.outlook.holder,
            )
        )  # fmt: skip
    return drawing.drawn(strips, today)


@bp.route("/projects/<int:id>/approvals/lay-out", methods=["GET", "POST"])
@permit(P.APPROVAL_EDIT)
def lay_out(id: int) -> Any:
    project = _laying_out(id)
    form = LayOutForm()
    templates = {one.id: one for one in queries.templates() if one.items}
    form.template_id.offer([(one.id, f"{one.name}（{len(one.items)}）") for one in templates.values()])
    if form.submitted():
        with form.refusals():
            made = actions.lay_out(project, templates[form.template_id.data], actor=me())  # type: ignore[index]
            return commit_and_go(form, url_for(".of_project", id=id), _("已排出 %(n)s 个事项", n=made))
    return form.page("approvals/lay_out.html", project=project, templates=list(templates.values()))


@bp.route("/projects/<int:id>/approvals/new", methods=["GET", "POST"])
@permit(P.APPROVAL_EDIT)
def add(id: int) -> Any:
    project = _laying_out(id)
    form = NewItemForm(days=20)
    _offer(form, project)
    if form.submitted():
        with form.refusals():
            made = actions.add(project, form.data, actor=me())
            return commit_and_go(form, url_for(".of_project", id=id), _("已新增“%(name)s”", name=made.name))
    return form.page("approvals/edit.html", project=project, approval=None)


# --- one item -----------------------------------------------------------------------------------------------


@bp.get("/approvals/<int:id>")
@permit(P.APPROVAL_VIEW)
def show(id: int) -> Any:
    return _page(_load(id))


def _page(approval: Approval, form: ActForm | None = None) -> Any:
    user, project = me(), approval.project
    found = queries.progress_of(project, queries.of_project(project))
    may = queries.may(user, approval)
    form = form or ActForm()
    return form.page(
        "approvals/show.html",
        approval=approval,
        line=next(one for one in found.lines if one.id == approval.id),
        holds=found.outlook.holder == approval.id,
        may=may,
        runs=approval.step in RUNNING,
        may_lay_out=queries.may_lay_out(user, project),
        files=store.hanging_on(queries.NOUN, [approval.id]).get(approval.id, []),
        history=history_of(queries.NOUN, approval.id, began_with="approval.laid_out"),
    )


@bp.route("/approvals/<int:id>/edit", methods=["GET", "POST"])
@permit(P.APPROVAL_EDIT)
def edit(id: int) -> Any:
    approval = _load(id)
    project = _laying_out(approval.project_id)
    form = ItemForm.of(approval)
    _offer(form, project, approval)
    if not form.is_submitted():
        form.after.data = approval.after_ids
    if form.submitted():
        with form.refusals():
            actions.edit(approval, form.data, actor=me())
            return commit_and_go(form, url_for(".show", id=id), _("已保存“%(name)s”", name=approval.name))
    return form.page("approvals/edit.html", project=project, approval=approval)


@bp.post("/approvals/<int:id>/drop")
@permit(P.APPROVAL_EDIT)
def drop(id: int) -> Any:
    approval = _load(id)
    _laying_out(approval.project_id)
    form = ActForm()
    if form.submitted():
        with form.refusals():
            project_id, name = approval.project_id, approval.name
            actions.drop(approval, actor=me())
            return commit_and_go(
                form, url_for(".of_project", id=project_id), _("已去掉“%(name)s”", name=name)
            )
    return _page(_load(id), form)


@bp.route("/approvals/<int:id>/accept", methods=["GET", "POST"])
@permit(P.APPROVAL_EDIT)
def accept(id: int) -> Any:
    approval = _load(id, acting=True)
    form = AcceptForm.of(approval, on_day=clock.today())
    if not approval.open_before:
        del form.early_reason
    return _act(
        form,
        approval,
        _("受理"),
        lambda: actions.accept(
            approval,
            on_day=day_of(form.on_day),
            early_reason=form.early_reason.data or "" if "early_reason" in form else "",
            actor=me(),
        ),
    )


@bp.post("/approvals/<int:id>/begin")
@permit(P.APPROVAL_EDIT)
def begin(id: int) -> Any:
    approval = _load(id, acting=True)
    form = ActForm()
    if form.submitted():
        with form.refusals():
            actions.begin(approval, actor=me())
            return commit_and_go(form, url_for(".show", id=id), _("已转入办理"))
    return _page(_load(id), form)


@bp.route("/approvals/<int:id>/correct", methods=["GET", "POST"])
@permit(P.APPROVAL_EDIT)
def correct(id: int) -> Any:
    approval = _load(id, acting=True)
    form = CorrectForm.of(approval, on_day=clock.today())
    return _act(
        form, approval, _("要求补正"),
        lambda: actions.correct(approval, on_day=day_of(form.on_day), what=form.what.data or "", actor=me()),
    )  # fmt: skip


@bp.route("/approvals/<int:id>/resume", methods=["GET", "POST"])
@permit(P.APPROVAL_EDIT)
def resume(id: int) -> Any:
    approval = _load(id, acting=True)
    form = ResumeForm.of(approval, on_day=clock.today())
    return _act(
        form, approval, _("补正完成"),
        lambda: actions.resume(approval, on_day=day_of(form.on_day), actor=me()),
    )  # fmt: skip


@bp.route("/approvals/<int:id>/decide", methods=["GET", "POST"])
@permit(P.APPROVAL_EDIT)
def decide(id: int) -> Any:
    approval = _load(id, acting=True)
    form = DecideForm.of(approval, on_day=clock.today())
    return _act(
        form, approval, _("办结"),
        lambda: actions.decide(
            approval, on_day=day_of(form.on_day), document_no=form.document_no.data or "",
            uploads=request.files.getlist("files"), actor=me(),
        ),
    )  # fmt: skip


@bp.route("/approvals/<int:id>/step-back", methods=["GET", "POST"])
@permit(P.APPROVAL_EDIT)
def step_back(id: int) -> Any:
    approval = _load(id, acting=True)
    form = StepBackForm.of(approval)
    return _act(
        form, approval, _("退回一步"),
        lambda: actions.step_back(approval, reason=form.reason.data or "", actor=me()),
    )  # fmt: skip


@bp.route("/approvals/<int:id>/entrust", methods=["GET", "POST"])
@permit(P.APPROVAL_EDIT)
def entrust(id: int) -> Any:
    approval = _load(id)
    _laying_out(approval.project_id)
    form = EntrustForm.of(approval, from_on=clock.today())
    form.agent_id.offer(queries.may_run(), _("不再代办") if approval.agency else _("请选择"))
    return _act(
        form, approval, _("委托代办"),
        lambda: actions.entrust(
            approval, db.session.get(User, form.agent_id.data) if form.agent_id.data else None,
            from_on=day_of(form.from_on), reason=form.reason.data or "", actor=me(),
        ),
    )  # fmt: skip


@bp.route("/approvals/<int:id>/note", methods=["GET", "POST"])
@permit(P.APPROVAL_EDIT)
def note(id: int) -> Any:
    approval = _load(id, acting=True)
    form = NoteForm(on_day=clock.today())
    return _act(
        form, approval, _("记代办日志"),
        lambda: actions.note(approval, on_day=day_of(form.on_day), text=form.text.data or "", actor=me()),
    )  # fmt: skip


@bp.get("/approvals/files/<int:id>")
@permit(P.APPROVAL_VIEW)
def file(id: int) -> Any:
    """A paper of an item, for those who may see the project."""
    return store.hand_out(db.one_or_404(queries.files_visible_to(me()).filter_by(id=id)))


# --- what the views share -----------------------------------------------------------------------------------


def _act(form: ActForm, approval: Approval, title: str, act: Any) -> Any:
    """One step of one item: a small form of its own."""
    before = [one.name for one in approval.open_before]
    return form.act_page(
        "approvals/act.html", act, title=title, back=url_for(".show", id=approval.id), section=approval.name,
        said=_("“%(name)s”：%(what)s", name=approval.name, what=title), approval=approval,
        hint=_("前置事项还没有办结：%(what)s。", what=listed(before)) if before else "",
    )  # fmt: skip


def _load(id: int, *, acting: bool = False) -> Approval:
    """The item, if I may see it (404) and, when asked, note its steps (403)."""
    approval: Approval = db.one_or_404(queries.with_story(queries.visible_to(me()).where(Approval.id == id)))
    if acting and not queries.may(me(), approval):
        abort(403)
    return approval


def _laying_out(project_id: int) -> KeyProject:
    project = delivery.load(project_id)
    if not queries.may_lay_out(me(), project):
        abort(403)
    return project


def _offer(form: Any, project: KeyProject, approval: Approval | None = None) -> None:
    form.unit_id.offer(org.unit_choices(), _("不是本区单位"))
    form.after.choices = [(one.id, one.name) for one in queries.of_project(project) if one is not approval]
