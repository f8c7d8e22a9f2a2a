"""核查名单: the list, a case with its evidence and its story, and each of its acts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, render_template, url_for
from markupsafe import Markup

from crm.db import db
from crm.delivery import queries as delivery
from crm.delivery.models import KeyProject
from crm.files import store
from crm.indicators import catalogue, saying
from crm.indicators.progress import Window
from crm.lib.words import _
from crm.lists.page import context
from crm.org import queries as org
from crm.org.guard import load_mine, me, permit
from crm.org.models import User
from crm.org.permissions import Permission as P
from crm.slips import queries as slips
from crm.slips.inspections import queries as inspections
from crm.slips.models import Remark, Slip
from crm.supervision import queries as supervision
from crm.supervision.commitments import queries as commitments
from crm.supervision.commitments.models import Commitment
from crm.supervision.views import told, uploads
from crm.targets import queries as targets
from crm.web import display
from crm.web.forms import ActForm, commit_and_go

from . import actions, queries
from .forms import AskForm, ConcludeForm, ExplainForm, ReferForm, RemarkForm
from .lists import PAGE
from .models import CaseStep, SupervisionCase
from .states import WITH_UNIT, CaseState, Conclusion, StepKind
from .triggers import LABELS

bp = Blueprint("supervision", __name__)
ICONS = {
    StepKind.RAISED: "warn",
    StepKind.ASKED: "chat",
    StepKind.EXPLAINED: "pen",
    StepKind.CONCLUDED: "check",
    StepKind.REFERRED: "assign",
}


@bp.get("/supervision")
@permit(P.SUPERVISION_VIEW)
def index() -> Any:
    return render_template(
        "supervision/cases/index.html",
        listing=context(PAGE, me()),
        may_run=supervision.runs(me()),
        looked=queries.last_look(),
    )


@bp.post("/supervision/check")
@permit(P.SUPERVISION_RUN)
def check() -> Any:
    """What the timer does each morning, now."""
    if not supervision.runs(me()):
        abort(403)
    number = actions.check(actor=me())
    said = _("新列入核查 %(n)s 件", n=number) if number else _("没有要新列入的")
    return commit_and_go(None, url_for(".index"), said)


@bp.get("/supervision/<int:id>")
@permit(P.SUPERVISION_VIEW)
def show(id: int) -> Any:
    case = _load(id)
    files, now = store.hanging_on(queries.STEP, [one.id for one in case.steps]), queries.in_force(case)
    return render_template(
        "supervision/cases/show.html",
        case=case,
        acts=[(label, url_for(f".{name}", id=id)) for name, label in _acts(case)],
        story=[
            told(one, files.get(one.id, []), ".file", icon=ICONS[one.kind], more=_which(one, now))
            for one in reversed(case.steps)
        ],
        figures=_figures(case),
        rows_url=_rows_url(case),
        about_url=_about_url(case),
        now=now,
        slip_seen=bool(case.slip_id and db.session.scalar(_slip_seen(case.slip_id))),
    )


@bp.route("/supervision/<int:id>/ask", methods=["GET", "POST"])
@permit(P.SUPERVISION_RUN)
def ask(id: int) -> Any:
    case = _load(id, queries.may_run)
    concerned = case.about_person
    form = AskForm(due_on=queries.term(), person_id=concerned.id if concerned else None)
    people = db.session.scalars(org.people().where(User.unit_id == case.unit_id)).all()
    form.person_id.offer([(one.id, one.name) for one in people], _("由单位自己定"))

    def act() -> None:
        person = next((one for one in people if one.id == form.person_id.data), None)
        assert form.due_on.data
        actions.ask(case, person, form.due_on.data, form.text.data or "", actor=me())

    hint = _("核实属实的，请责任单位说明原因；不属实、不需要的，直接作“无需处理”的结论。")
    return _carry_out(case, form, _("要求说明"), act, _("已要求说明"), hint)


@bp.route("/supervision/<int:id>/explain", methods=["GET", "POST"])
@permit(P.SUPERVISION_ANSWER)
def explain(id: int) -> Any:
    case, form = _load(id, queries.may_explain), ExplainForm()
    rectifying = case.state is CaseState.RECTIFYING
    return _carry_out(
        case, form, _("报整改情况") if rectifying else _("作说明"),
        lambda: actions.explain(case, form.text.data or "", uploads=uploads(form), actor=me()),
        _("已作说明，等结论"), _last_word(case),
    )  # fmt: skip


@bp.route("/supervision/<int:id>/conclude", methods=["GET", "POST"])
@permit(P.SUPERVISION_RUN)
def conclude(id: int) -> Any:
    case, form = _load(id, queries.may_run), ConcludeForm()

    def act() -> None:
        conclusion = form.conclusion.data
        assert isinstance(conclusion, Conclusion)  # the field asks for one
        actions.conclude(case, conclusion, form.text.data or "", form.until_on.data, actor=me())

    again = case.state is CaseState.CLOSED
    return _carry_out(
        case, form, _("重新作结论") if again else _("作结论"), act, _("已作结论"), _last_word(case)
    )  # fmt: skip


@bp.route("/supervision/<int:id>/refer", methods=["GET", "POST"])
@permit(P.SUPERVISION_RUN)
def refer(id: int) -> Any:
    case = _load(id, _may_refer)
    form = ReferForm(problem=_last_word(case), unit_id=case.unit_id)
    form.unit_id.offer(org.unit_choices(), _("由汇总的人定"))
    return _carry_out(
        case, form, _("转交办"), lambda: actions.refer(case, form.data, actor=me()),
        _("已转交办，下一次汇总时列入"), _("卡在哪里、请谁解决，写成项目的问题，半月汇总时交办。"),
    )  # fmt: skip


@bp.route("/supervision/remarks/<int:id>/propose", methods=["GET", "POST"])
@permit(P.SUPERVISION_RUN)
def propose_remark(id: int) -> Any:
    """From what visitors have said."""
    rows = inspections.with_all(inspections.remarks_visible_to(me()).where(Remark.id == id))
    remark: Remark = db.one_or_404(rows)
    if not supervision.runs(me()):
        abort(403)
    form = RemarkForm(unit_id=remark.project.unit_id if remark.project else None)
    form.unit_id.offer(org.unit_choices(), _("请选择"))
    if form.submitted():
        with form.refusals():
            made = actions.propose_remark(remark, form.unit_id.data or 0, form.text.data or "", actor=me())
            return commit_and_go(form, url_for(".show", id=made.id), _("已列入核查"))
    return form.page("supervision/cases/remark.html", remark=remark)


@bp.get("/supervision/files/<int:id>")
@permit(P.SUPERVISION_VIEW)
def file(id: int) -> Any:
    """Evidence, for those who may see the case."""
    return store.hand_out(db.one_or_404(queries.files_visible_to(me()).filter_by(id=id)))


@bp.app_template_global("cases_of")
def cases_of(project: KeyProject) -> Markup:
    """The panel on a project's page; nothing where nothing was looked into."""
    if not me().may(P.SUPERVISION_VIEW) or not (found := queries.of_project(me(), project)):
        return Markup("")
    return Markup(render_template("supervision/cases/_of.html", cases=found))


@bp.app_template_global("reviews_of_remarks")
def reviews_of_remarks(remarks: list[Remark]) -> dict[int, tuple[str, str]]:
    """{remark: (words, address)}: the case it has become, or how it becomes one for who may."""
    if not me().may(P.SUPERVISION_VIEW):
        return {}
    cases = queries.of_remarks(me(), [one.id for one in remarks])
    found = {id: (_("核查件"), url_for("supervision.show", id=case_id)) for id, case_id in cases.items()}
    if supervision.runs(me()):
        for one in remarks:
            url = url_for("supervision.propose_remark", id=one.id)
            found.setdefault(one.id, (_("列入核查"), url))
    return found


# --- what the views share -----------------------------------------------------------------------------------


def _load(id: int, may: Callable[[User, SupervisionCase], bool] | None = None) -> SupervisionCase:
    return load_mine(queries.with_story(queries.visible_to(me()).filter_by(id=id)), may)


def _carry_out(
    case: SupervisionCase, form: ActForm, title: str, act: Callable[[], Any], said: str, hint: str = ""
) -> Any:
    return form.act_page(
        "supervision/cases/act.html", act, title=title, back=url_for(".show", id=case.id), said=said, hint=hint,
        case=case, figures=_figures(case),
    )  # fmt: skip


def _may_refer(user: User, case: SupervisionCase) -> bool:
    project = case.about_project
    return bool(queries.may_run(user, case) and project and delivery.may(user, P.SLIP_RAISE, project))


def _acts(case: SupervisionCase) -> list[tuple[str, str]]:
    """(act, its words) of what I may do to it as it stands, the nearest first."""
    user, found = me(), []
    if case.state in WITH_UNIT and queries.may_explain(user, case):
        rectifying = case.state is CaseState.RECTIFYING
        found.append(("explain", _("报整改情况") if rectifying else _("作说明")))
    if queries.may_run(user, case):
        if case.state is CaseState.PROPOSED:
            found.append(("ask", _("要求说明")))
        found.append(("conclude", _("重新作结论") if case.state is CaseState.CLOSED else _("作结论")))
        if not case.slip_id and _may_refer(user, case):
            found.append(("refer", _("转交办")))
    return found


def _which(step: CaseStep, now: CaseStep | None) -> str:
    if step.conclusion is None:
        return ""
    return (
        step.conclusion.label
        if step is now
        else _("%(what)s（已被后来的结论取代）", what=step.conclusion.label)
    )


def _last_word(case: SupervisionCase) -> str:
    """What was last said of it, above the form that answers it."""
    said = [one.text for one in case.steps if one.text]
    return said[-1] if said else ""


def _figures(case: SupervisionCase) -> list[tuple[str, str]]:
    """The evidence as it was found, in words."""
    found = case.evidence
    return [(_(msgid), _told(key, found[key], found)) for key, msgid in LABELS.items() if key in found]


def _told(key: str, value: str, evidence: dict[str, str]) -> str:
    if key in ("percent", "gone"):
        return f"{value}%"
    if key == "margin":
        return f"{value} {_('个百分点')}"
    if key in ("due_on", "day"):
        return display.day(dt.date.fromisoformat(value))
    if key in ("planned_wan", "done_wan"):
        return display.wan(Decimal(value))
    if key in ("target", "pace", "actual"):
        return saying.measured(Decimal(value), evidence["measure"], evidence["unit_word"])
    return value


def _rows_url(case: SupervisionCase) -> str | None:
    """The filter it was counted by: the same rows, as they are today."""
    found = case.evidence
    one = catalogue.find(found["indicator"]) if "indicator" in found else None
    if one is None or not one.may_see(me()):
        return None
    last = (
        min(dt.date.fromisoformat(found["last"]), case.as_of)
        if one.days
        else dt.date.fromisoformat(found["last"])
    )
    unit_id, person_id = (int(found[key]) if found.get(key) else None for key in ("unit_id", "person_id"))
    return one.url(Window(dt.date.fromisoformat(found["first"]), last), unit_id, person_id)


def _about_url(case: SupervisionCase) -> str | None:
    """The record it is about, where I may follow it."""
    user = me()
    if case.target and user.may(P.TARGET_VIEW) and targets.sees(user, case.target):
        return url_for("targets.show", id=case.target_id)
    if case.project_id and user.may(P.PROJECT_VIEW):
        seen = delivery.ids_of(delivery.visible_to(user).where(KeyProject.id == case.project_id))
        return url_for("delivery.show", id=case.project_id) if db.session.scalar(seen) else None
    if case.commitment_id:
        there = commitments.visible_to(user).where(Commitment.id == case.commitment_id)
        seen_one = db.session.scalar(there.with_only_columns(Commitment.id))
        return url_for("commitments.show", id=case.commitment_id) if seen_one else None
    if case.remark and user.may(P.SLIP_VIEW):
        said = inspections.remarks_visible_to(user).where(Remark.id == case.remark_id)
        there_is = db.session.scalar(said.with_only_columns(Remark.id))
        return url_for("inspections.show", id=case.remark.inspection_id) if there_is else None
    return None


def _slip_seen(slip_id: int) -> sa.Select[Any]:
    return slips.visible_to(me()).with_only_columns(Slip.id).where(Slip.id == slip_id).order_by(None)
