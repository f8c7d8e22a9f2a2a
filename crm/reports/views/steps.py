"""The way to publication: draft, words, check, publish, correct; each step offered to those whose business it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from flask import Blueprint, request, url_for

from crm.contacts import telling as trail
from crm.db import db
from crm.lib import clock
from crm.lib.words import N_, _
from crm.org.guard import me, permit
from crm.org.models import User
from crm.org.permissions import Permission as P
from crm.reports import actions, periods, queries, telling
from crm.reports.forms import DraftForm, ReasonForm, WordsForm
from crm.reports.models import Edition, Report, ReportState
from crm.reports.periods import ReportKind
from crm.web import errors
from crm.web.forms import commit_and_go

from .links import seen

bp = Blueprint("reports", __name__)

trail.VERBS.update(
    {
        "report.drafted": (N_("起草"), "plus"),
        "report.written": (N_("修改文字"), "pen"),
        "report.submitted": (N_("送审"), "check"),
        "report.checked": (N_("审核通过"), "check"),
        "report.returned": (N_("退回修改"), "undo"),
        "report.published": (N_("发布"), "file"),
        "report.correcting": (N_("开始更正"), "pen"),
        "report.correction_dropped": (N_("放弃更正"), "undo"),
        "report.dropped": (N_("删除草稿"), "close"),
        "report.outlined": (N_("修改提纲"), "settings"),
        "report.taken": (N_("下载"), "download"),
        "report.scheme_set": (N_("改考核办法"), "settings"),
    }
)
trail.LABELS[queries.NOUN] = {
    "opening": N_("导语"), "problems": N_("存在问题"), "next_steps": N_("下一步打算"),
}  # fmt: skip


@bp.route("/reports/new", methods=["GET", "POST"])
@permit(P.REPORT_VIEW)
def new() -> Any:
    only(queries.drafts)
    proposed, asked = _proposed(), request.args.get("kind", "")
    usual = next(iter(proposed), ReportKind.MONTHLY)
    kind = ReportKind(asked) if asked in {one.value for one in ReportKind} else usual
    year, number = periods.latest_over(kind, clock.today())
    form = DraftForm(kind=kind, year=year, number=number)
    if form.submitted():
        with form.refusals():
            of = form.kind.data
            assert isinstance(of, ReportKind) and form.year.data and form.number.data
            report = actions.draft(of, form.year.data, form.number.data, actor=me())
            return commit_and_go(
                form,
                url_for("reports.show", id=report.id),
                _("已起草《%(name)s》，数由记录得出", name=report.title),
            )
    return form.page("reports/new.html", proposed=proposed.items())


def _proposed() -> dict[ReportKind, str]:
    """The titles of what nobody has begun: of each kind the last period that is over."""
    over = {kind: periods.latest_over(kind, clock.today()) for kind in ReportKind}
    return {kind: kind.titled(*period) for kind, period in over.items() if queries.of(kind, *period) is None}


@bp.route("/reports/<int:id>/words", methods=["GET", "POST"])
@permit(P.REPORT_DRAFT)
def write(id: int) -> Any:
    report = worked_on(id, queries.drafts)
    form = WordsForm.of(report)
    if form.submitted():
        with form.refusals():
            actions.write(report, form.data, actor=me())
            return commit_and_go(form, url_for("reports.show", id=id), _("已保存"))
    return form.page("reports/words.html", report=report)


def _act(verb: Callable[..., Any], may: Callable[[User], bool], id: int, said: str) -> Any:
    report = worked_on(id, may)
    verb(report, actor=me())
    return commit_and_go(None, url_for("reports.show", id=id), said)


@bp.post("/reports/<int:id>/submit")
@permit(P.REPORT_DRAFT)
def submit(id: int) -> Any:
    return _act(actions.submit, queries.drafts, id, _("已送审"))


@bp.post("/reports/<int:id>/check")
@permit(P.REPORT_CHECK)
def check(id: int) -> Any:
    return _act(actions.check, queries.checks, id, _("审核通过，可以发布了"))


@bp.post("/reports/<int:id>/publish")
@permit(P.REPORT_PUBLISH)
def publish(id: int) -> Any:
    return _act(actions.publish, queries.publishes, id, _("已发布，以后的改动不再影响这一版"))


@bp.post("/reports/<int:id>/drop")
@permit(P.REPORT_DRAFT)
def drop(id: int) -> Any:
    report = worked_on(id, queries.drafts)
    is_correction = report.correcting is not None
    actions.drop(report, actor=me())
    if is_correction:
        return commit_and_go(None, url_for("reports.show", id=id), _("已放弃更正，原来的一版不变"))
    return commit_and_go(None, url_for("reports.index"), _("已删除"))


@bp.route("/reports/<int:id>/give-back", methods=["GET", "POST"])
@permit(P.REPORT_CHECK)
def give_back(id: int) -> Any:
    report = worked_on(id, queries.checks)
    return _with_reason(report, actions.give_back, _("退回修改"), _("已退回"))


@bp.route("/reports/<int:id>/correct", methods=["GET", "POST"])
@permit(P.REPORT_DRAFT)
def correct(id: int) -> Any:
    """With what it would change so far, so that nobody corrects for nothing."""
    report = worked_on(id, queries.drafts)
    said, edition = _("开始更正；新的一版发布以前，原来的一版仍然有效"), queries.edition(report)
    told = actions.tell(report, keep_rows=True) if request.method == "GET" and edition else None
    changes = changes_of(report, edition, (told.content, told.rows)) if told and edition else None
    return _with_reason(report, actions.correct, _("更正"), said, edition=edition, changes=changes)


def _with_reason(report: Report, verb: Callable[..., Any], title: str, said: str, **more: Any) -> Any:
    form = ReasonForm.of(report)
    if form.submitted():
        with form.refusals():
            verb(report, form.reason.data or "", actor=me())
            return commit_and_go(form, url_for("reports.show", id=report.id), said)
    return form.page("reports/reason.html", report=report, title=title, **more)


# --- what may be done, and by whom --------------------------------------------------------------------------


def load(id: int) -> Report:
    report: Report = db.first_or_404(queries.visible_to(me()).where(Report.id == id))
    return report


def only(may: Callable[[User], bool]) -> None:
    """Beside the right the office: whoever has not both is told whose business it is."""
    if not may(me()):
        errors.forbid(queries.who_does())


def worked_on(id: int, may: Callable[[User], bool]) -> Report:
    report = load(id)
    only(may)
    return report


class Act(NamedTuple):
    """A button for what may be done now; `asks` before what cannot be taken back. Without `posts` a form comes first."""

    name: str
    label: str
    url: str
    icon: str
    posts: bool = True
    asks: str = ""


def acts_of(report: Report) -> list[Act]:
    user, state = me(), report.state
    drafts, checks = queries.drafts(user), queries.checks(user)

    def act(name: str, label: str, icon: str, posts: bool = True, asks: str = "") -> Act:
        return Act(name, label, url_for(f"reports.{name}", id=report.id), icon, posts, asks)

    found: list[Act] = []
    if state is ReportState.DRAFT and drafts:
        found += [act("submit", _("送审"), "check"), act("write", _("写文字"), "pen", posts=False)]
    if state is ReportState.CHECKING and checks and report.drafted_by_id != user.id:
        found.append(act("check", _("审核通过"), "check"))
    if state is ReportState.CHECKED and queries.publishes(user):
        found.append(
            act(
                "publish",
                _("发布"),
                "check",
                asks=_("数再算一次并冻结，大家都能看到；以后只能用更正出新的一版。"),
            )
        )
    if state in (ReportState.CHECKING, ReportState.CHECKED) and checks:
        found.append(act("give_back", _("退回修改"), "undo", posts=False))
    if state is ReportState.PUBLISHED and drafts:
        found.append(act("correct", _("更正"), "pen", posts=False))
    if state is ReportState.DRAFT and drafts and report.correcting:
        found.append(
            act("drop", _("放弃更正"), "close", asks=_("更正的文字和原因不再保留；已经发布的一版不变。"))
        )
    elif state is ReportState.DRAFT and drafts:
        found.append(act("drop", _("删除草稿"), "close", asks=_("这一期写的文字会一起删掉。")))
    return found


def next_step_of(report: Report) -> str:
    """What it waits for."""
    match report.state:
        case ReportState.CHECKING:
            return _("等另一人审核；%(who)s送审的，自己不能审。", who=report.drafted_by.name)
        case ReportState.CHECKED:
            return _("审核已通过，等区领导或管理员发布。")
    return _("文字写好以后送审，由另一人审核。")


def changes_of(report: Report, before: Edition, now: telling.Version) -> list[telling.Change]:
    return telling.changes((before.content, before.rows), now, seen, report.kind.is_public)
