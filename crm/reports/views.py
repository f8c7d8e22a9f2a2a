"""通报公示: the list, a draft and its way to publication, each published version, the rows behind its figures, files."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple

from flask import Blueprint, abort, redirect, render_template, request, send_file, url_for

from crm.audit.trail import record
from crm.contacts import telling as trail
from crm.contacts.views import history_of
from crm.db import db
from crm.indicators import catalogue
from crm.indicators.progress import Window
from crm.lib import clock
from crm.lib.words import N_, _, told
from crm.lists.exports.making import mark_of
from crm.lists.page import context
from crm.lists.table import LISTS
from crm.org import demo
from crm.org import queries as org
from crm.org.guard import me, permit
from crm.org.models import User
from crm.org.permissions import Permission as P
from crm.org.permissions import Scope
from crm.web import errors
from crm.web.forms import commit_and_go

from . import actions, counting, once, paper, periods, queries, telling, workbook
from .appraisal import FIRST
from .forms import DraftForm, OutlineForm, ReasonForm, SchemeForm, WordsForm
from .lists import PAGE
from .models import Edition, Report, ReportState, Section
from .periods import ReportKind

bp = Blueprint("reports", __name__)
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_A_PAGE = 200

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


@bp.get("/reports")
@permit(P.REPORT_VIEW)
def index() -> Any:
    return render_template(
        "reports/index.html", listing=context(PAGE, me()), may_draft=queries.drafts(me()), who_does=queries.who_does(),
        kinds=list(ReportKind) if me().may(P.REPORT_OUTLINE) else [],
        has_scores=actions.sees_all(me()),
        has_table=bool(demo.accounts()) and counting.sees_everything(me(), ["paid_in", "signed_deals"]),
    )  # fmt: skip


@bp.route("/reports/new", methods=["GET", "POST"])
@permit(P.REPORT_VIEW)
def new() -> Any:
    _only(queries.drafts)
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


@bp.get("/reports/<int:id>")
@permit(P.REPORT_VIEW)
def show(id: int) -> Any:
    """The draft for those who work on it; for everybody else the version in force."""
    report = db.get_or_404(Report, id)
    edition = queries.edition(report)
    if edition and (report.state is ReportState.PUBLISHED or not queries.works_on(me())):
        return redirect(url_for("reports.version", id=id, number=edition.number))
    if not queries.works_on(me()):
        waits = _("《%(name)s》还没有发布，发布以后大家都能看。", name=report.title)
        errors.forbid(f"{waits} {queries.who_does()}")
    told = actions.tell(report, keep_rows=edition is not None)
    return render_template(
        "reports/draft.html",
        report=report,
        edition=edition,
        acts=_acts(report),
        next_step=_next_step(report),
        sees_all=counting.sees_everything(me(), [one["key"] for one in told.content["figures"]]),
        changes=_changes(report, edition, (told.content, told.rows)) if edition else None,
        history=_history(report),
        **_said(told.content, report, _link_today(report, told.content)),
    )


@bp.get("/reports/<int:id>/versions/<int:number>")
@permit(P.REPORT_VIEW)
def version(id: int, number: int) -> Any:
    report, edition = _edition(id, number)
    latest = queries.edition(report)
    return render_template(
        "reports/version.html",
        report=report,
        edition=edition,
        latest=latest,
        editions=queries.editions(report),
        acts=_acts(report) if not report.correcting and latest and latest.number == number else [],
        may_see_draft=queries.works_on(me()),
        left_out=_left_out(edition.rows),
        **_said(edition.content, report, _link_frozen(edition)),
    )


@bp.get("/reports/<int:id>/versions/<int:number>/rows")
@permit(P.REPORT_VIEW)
def rows(id: int, number: int) -> Any:
    """The rows behind one figure as they were when it was published, as far as this reader may see them, and the way to
    what they are today."""
    report, edition = _edition(id, number)
    key = request.args.get("figure", "")
    kept = edition.rows.get(key) or abort(404)
    unit, part = request.args.get("unit", ""), request.args.get("part", "")

    def asked(some: list[Any]) -> list[Any]:
        wanted = {"period": 1, "there": 1, "rest": 0}.get(part)
        return [line for line in some if (not unit or line[2] == unit) and wanted in (None, line[4])]

    lines = asked(_seen(kept))
    amounts = [Decimal(line[3]) for line in lines if line[3]]
    how = telling.counted_in(edition.content, key)
    start = max(0, request.args.get("from", 0, type=int))
    shown = lines[start : start + ROWS_A_PAGE]
    return render_template(
        "reports/rows.html",
        report=report,
        edition=edition,
        label=telling.labels(edition.content).get(key, key),
        unit=unit,
        part={"period": _("本期"), "there": _("已开工"), "rest": _("未开工")}.get(part, ""),
        lines=shown,
        why_not={
            int(id): told(why) for id, why in edition.rows.get(once.LEFT + key, {}).get("why", {}).items()
        },
        addresses=_addresses(kept["list"], [line[1] for line in shown]),
        start=start,
        total=len(lines),
        sum=telling.measured(str(sum(amounts, Decimal(0))), *how) if amounts else "",
        amount_unit=_(how[1]),
        hidden=len(asked(kept["lines"])) - len(lines),
        step=ROWS_A_PAGE,
        more=kept["more"],
        today_url=_link_today(report, edition.content)(key, part, unit),
        definition=telling.definition(edition.content, key),
        explain_url=_explain(edition.content, key),
        here=request.args.to_dict(),
    )


@bp.get("/reports/<int:id>/versions/<int:number>/changes")
@permit(P.REPORT_VIEW)
def changes(id: int, number: int) -> Any:
    """What this version says otherwise than the one before."""
    report, edition = _edition(id, number)
    before = queries.edition(report, number - 1) or abort(404)
    return render_template(
        "reports/changes.html", report=report, edition=edition, before=before,
        changes=_changes(report, before, (edition.content, edition.rows)),
    )  # fmt: skip


def _changes(report: Report, before: Edition, now: telling.Version) -> list[telling.Change]:
    return telling.changes((before.content, before.rows), now, _seen, report.kind.is_public)


@bp.get("/reports/<int:id>/versions/<int:number>/word")
@permit(P.REPORT_VIEW)
def word(id: int, number: int) -> Any:
    report, edition = _edition(id, number)
    return _file(paper.word(edition), WORD, f"{report.title}.docx")


@bp.post("/reports/<int:id>/versions/<int:number>/excel")
@permit(P.DEAL_EXPORT)
def excel(id: int, number: int) -> Any:
    """With the rows behind the figures for who may take those of the whole district: what leaves the house in lists
    leaves a line in the trail."""
    report, edition = _edition(id, number)
    record("report.taken", report, actor=me(), note=f"xlsx {edition.number}")
    db.session.commit()
    with_rows = me().scope_of(P.DEAL_EXPORT) is Scope.DISTRICT
    data = workbook.of(edition, with_rows=with_rows, mark=mark_of(me(), clock.business_now()))
    return _file(data, EXCEL, f"{report.title}.xlsx")


# --- the way to publication ---------------------------------------------------------------------------------


@bp.route("/reports/<int:id>/words", methods=["GET", "POST"])
@permit(P.REPORT_DRAFT)
def write(id: int) -> Any:
    report = _worked_on(id, queries.drafts)
    form = WordsForm.of(report)
    if form.submitted():
        with form.refusals():
            actions.write(report, form.data, actor=me())
            return commit_and_go(form, url_for("reports.show", id=id), _("已保存"))
    return form.page("reports/words.html", report=report)


def _act(verb: Callable[..., Any], may: Callable[[User], bool], id: int, said: str) -> Any:
    report = _worked_on(id, may)
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
    report = _worked_on(id, queries.drafts)
    is_correction = report.correcting is not None
    actions.drop(report, actor=me())
    if is_correction:
        return commit_and_go(None, url_for("reports.show", id=id), _("已放弃更正，原来的一版不变"))
    return commit_and_go(None, url_for("reports.index"), _("已删除"))


@bp.route("/reports/<int:id>/give-back", methods=["GET", "POST"])
@permit(P.REPORT_CHECK)
def give_back(id: int) -> Any:
    report = _worked_on(id, queries.checks)
    return _with_reason(report, actions.give_back, _("退回修改"), _("已退回"))


@bp.route("/reports/<int:id>/correct", methods=["GET", "POST"])
@permit(P.REPORT_DRAFT)
def correct(id: int) -> Any:
    """With what it would change so far, so that nobody corrects for nothing."""
    report = _worked_on(id, queries.drafts)
    said, edition = _("开始更正；新的一版发布以前，原来的一版仍然有效"), queries.edition(report)
    told = actions.tell(report, keep_rows=True) if request.method == "GET" and edition else None
    changes = _changes(report, edition, (told.content, told.rows)) if told and edition else None
    return _with_reason(report, actions.correct, _("更正"), said, edition=edition, changes=changes)


def _with_reason(report: Report, verb: Callable[..., Any], title: str, said: str, **more: Any) -> Any:
    form = ReasonForm.of(report)
    if form.submitted():
        with form.refusals():
            verb(report, form.reason.data or "", actor=me())
            return commit_and_go(form, url_for("reports.show", id=report.id), said)
    return form.page("reports/reason.html", report=report, title=title, **more)


@bp.route("/reports/outlines/<kind>", methods=["GET", "POST"])
@permit(P.REPORT_OUTLINE)
def outline(kind: str) -> Any:
    if kind not in {one.value for one in ReportKind}:
        abort(404)
    of = ReportKind(kind)
    now = queries.outline(of)
    form = OutlineForm(data={"sections": now.sections, "indicators": now.indicators, "ranked": now.ranked})
    form.offer(catalogue.choices(me()))
    if form.submitted():
        with form.refusals():
            actions.set_outline(of, form.data, actor=me())
            return commit_and_go(form, url_for("reports.index"), _("已保存，从下一次起草算起"))
    return form.page("reports/outline.html", kind=of)


# --- 年考核 -----------------------------------------------------------------------------------------------


@bp.get("/reports/appraisal")
@permit(P.REPORT_VIEW)
def appraisal_so_far() -> Any:
    """The year's scores as they stand, by the scheme in force, and the scheme itself with its versions."""
    if not actions.sees_all(me()):
        abort(404)
    scheme = queries.scheme()
    today = clock.today()
    year = Window(today.replace(month=1, day=1), today)
    left = counting.left_out(scheme, year, me())
    content = counting.scores(scheme, year, me(), left)
    return render_template(
        "reports/appraisal.html",
        scores=content,
        score_heads=telling.score_heads(content),
        score_lines=telling.score_lines(content, _link_now(today)),
        left_out=_left_out(counting.kept(left)),
        again=telling.left_out(content),
        today=today,
        versions=[*queries.schemes(), FIRST],
        words=dict(catalogue.choices(me())),
        may_set=me().may(P.REPORT_OUTLINE),
    )


@bp.route("/reports/appraisal/scheme", methods=["GET", "POST"])
@permit(P.REPORT_OUTLINE)
def set_scheme() -> Any:
    now = queries.scheme()
    weighed = {one.key: one.weight for one in now.items}
    known = catalogue.choices(me())
    values = {f"weight_{at}": weighed.get(key, 0) for at, (key, _label) in enumerate(known)}
    form = SchemeForm.weighing(known)(data={"cap": now.cap, "each_once": now.once, **values})
    fields = [form[f"weight_{at}"] for at in range(len(known))]
    if form.submitted():
        with form.refusals():
            weights = {key: field.data or 0 for (key, _label), field in zip(known, fields, strict=True)}
            actions.set_scheme(
                weights, form.cap.data or 0, form.reason.data or "", actor=me(), once=form.each_once.data
            )
            return commit_and_go(form, url_for("reports.appraisal_so_far"), _("已保存，从下一次发布算起"))
    return form.page("reports/scheme.html", weights=fields, number=now.number + 1)


def _link_now(today: dt.date) -> telling.Link:
    """The rows of a unit's item as they are."""
    units = {one.name: one.id for one in org.units(only_active=False)}

    def link(key: str, part: str, unit: str) -> str:
        one = catalogue.find(key)
        if one is None:
            return ""
        return one.url(Window(one.of_year(one.year_of(today)).first, today), units.get(unit))

    return link


# --- what the views share -----------------------------------------------------------------------------------


def _load(id: int) -> Report:
    report: Report = db.first_or_404(queries.visible_to(me()).where(Report.id == id))
    return report


def _edition(id: int, number: int) -> tuple[Report, Edition]:
    report = _load(id)
    return report, queries.edition(report, number) or abort(404)


def _only(may: Callable[[User], bool]) -> None:
    """Beside the right the office: whoever has not both is told whose business it is."""
    if not may(me()):
        errors.forbid(queries.who_does())


def _worked_on(id: int, may: Callable[[User], bool]) -> Report:
    report = _load(id)
    _only(may)
    return report


def _proposed() -> dict[ReportKind, str]:
    """The titles of what nobody has begun: of each kind the last period that is over."""
    over = {kind: periods.latest_over(kind, clock.today()) for kind in ReportKind}
    return {kind: kind.titled(*period) for kind, period in over.items() if queries.of(kind, *period) is None}


def _history(report: Report) -> list[dict[str, Any]]:
    return history_of(queries.NOUN, report.id, began_with="report.drafted")


def _link_today(report: Report, content: dict[str, Any]) -> telling.Link:
    """The records behind a number as they are, of the same unit and the same part of the period."""
    units = {one.name: one.id for one in org.units(only_active=False)}

    def link(key: str, part: str, unit: str) -> str:
        if (unit or part == "period") and (one := catalogue.find(key)) and one.may_see(me()):
            year = one.of_year(one.year_of(report.last_on))
            first = report.first_on if part == "period" else year.first
            return one.url(Window(first, report.last_on), units.get(unit))
        return _today_of(content, report.last_on, key, part)

    return link


def _link_frozen(edition: Edition) -> telling.Link:
    def link(key: str, part: str, unit: str) -> str:
        if key not in edition.rows:
            return ""
        at: dict[str, Any] = {"id": edition.report_id, "number": edition.number, "figure": key}
        return url_for("reports.rows", **at, part=part or None, unit=unit or None)

    return link


def _seen(kept: dict[str, Any]) -> list[Any]:
    """Of the frozen rows behind a figure those that this reader may see: what his right reaches today, and what was his
    unit's then. The figure is for every reader of the report; whose lead or talk of another unit is behind it is not."""
    page, user = LISTS.get(kept["list"]), me()
    if page is None or not user.may(page.view_permission):
        return []
    lines: list[Any] = kept["lines"]
    if user.scope_of(page.view_permission) is Scope.DISTRICT:
        return lines
    ids = [line[1] for line in lines]
    rows = page.select(user).where(page.key.in_(ids)).with_only_columns(page.key).order_by(None)
    mine = set(db.session.scalars(rows))
    return [line for line in lines if line[1] in mine or line[2] == user.unit.name]


def _left_out(rows: dict[str, Any]) -> list[dict[str, Any]]:
    """What an appraisal did not count again, as far as this reader may see it: item, project, unit, why."""
    found = []
    for key, kept in rows.items():
        if key.startswith(once.LEFT) and (lines := _seen(kept)):
            one = catalogue.find(key.removeprefix(once.LEFT))
            addresses = _addresses(kept["list"], [line[1] for line in lines])
            found += [
                {"item": one.label if one else "", "name": name, "unit": unit, "url": addresses.get(id),
                 "why": told(kept["why"][str(id)])}
                for name, id, unit, _amount, _within in lines
            ]  # fmt: skip
    return found


def _today_of(content: dict[str, Any], day: dt.date, key: str, part: str) -> str:
    """The list of today behind a figure."""
    for one in (*content["figures"], *content.get("stages", ())):
        if one["key"] == key:
            return _list_url(one["list"], one["args"])
    for one in content.get("starts", ()):
        if key in (one.get("key"), "starts:whole", "starts:missing"):
            more = {"there": ["started_to", day.isoformat()], "rest": ["status", "not_started"]}
            extra = more.get("rest" if key == "starts:missing" else part)
            return _list_url(content["starts_list"], [*one["args"], *([extra] if extra else [])])
    return _link_now(day)(key, "", "")  # what units are scored by need not be among the figures


def _explain(content: dict[str, Any], key: str) -> str:
    """How an indicator's figure comes about today."""
    one = catalogue.find(key)
    if one is None or not one.may_see(me()):
        return ""
    last = dt.date.fromisoformat(content["last"])
    first = one.of_year(one.year_of(last)).first
    return url_for("indicators.explain", key=key, first=first.isoformat(), last=last.isoformat())


def _addresses(name: str, ids: list[int]) -> dict[int, str]:
    """Where those rows are that still are and that this user may see."""
    page = LISTS.get(name)
    if (
        page is None
        or not me().may(page.view_permission)
        or not (to := next((one.url for one in page.columns if one.url), None))
    ):
        return {}
    found = db.session.scalars(page.select(me()).order_by(None).where(page.key.in_(ids))).unique()
    return {row.id: address for row in found if (address := to(row))}


def _list_url(name: str, args: Any) -> str:
    page = LISTS.get(name)
    return page.url([(key, value) for key, value in args]) if page and me().may(page.view_permission) else ""


def _compare(report: Report) -> Callable[..., str]:
    """Where a figure stands beside last year, its target and the pace as they are known today."""
    units = {one.name: one.id for one in org.units(only_active=False)}

    def address(key: str, unit: str = "") -> str:
        one = catalogue.find(key)
        if one is None or not one.may_see(me()):
            return ""
        year = one.year_of(report.last_on)
        until = f"{report.last_on:%Y-%m}"
        return url_for("indicators.show", key=key, year=year, to=until, unit=units.get(unit))

    return address


def _said(content: dict[str, Any], report: Report, link: telling.Link) -> dict[str, Any]:
    public = report.kind.is_public
    return {
        "compare": _compare(report),
        "sections": [Section(one) for one in content["sections"]],
        "figures": telling.figures(content, link),
        "ranks": telling.ranks(content, link),
        "stages": telling.stages(content, link),
        "starts": telling.starts(content, link),
        "signed": telling.signed(content),
        "talks": telling.talks(content, public),
        "not_started": telling.not_started(content, public),
        "texts": content["texts"],
        "scores": content.get("scores"),
        "score_heads": telling.score_heads(content["scores"]) if "scores" in content else [],
        "score_lines": telling.score_lines(content["scores"], link) if "scores" in content else [],
        "again": telling.left_out(content["scores"]) if "scores" in content else "",
    }


class Act(NamedTuple):
    """A button for what may be done now; `asks` before what cannot be taken back. Without `posts` a form comes first."""

    name: str
    label: str
    url: str
    icon: str
    posts: bool = True
    asks: str = ""


def _acts(report: Report) -> list[Act]:
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


def _next_step(report: Report) -> str:
    """What it waits for."""
    match report.state:
        case ReportState.CHECKING:
            return _("等另一人审核；%(who)s送审的，自己不能审。", who=report.drafted_by.name)
        case ReportState.CHECKED:
            return _("审核已通过，等区领导或管理员发布。")
    return _("文字写好以后送审，由另一人审核。")


def _file(data: bytes, kind: str, name: str) -> Any:
    return send_file(io.BytesIO(data), mimetype=kind, as_attachment=True, download_name=name)
