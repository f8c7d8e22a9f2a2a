"""Reading: the list, a draft as it stands, each published version, the rows behind its figures, files."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

from flask import abort, redirect, render_template, request, send_file, url_for

from crm.audit.trail import record
from crm.contacts.views import history_of
from crm.db import db
from crm.lib import clock
from crm.lib.words import _, told
from crm.lists.exports.making import mark_of
from crm.lists.page import context
from crm.org import demo
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.org.permissions import Scope
from crm.reports import actions, counting, once, paper, queries, telling, workbook
from crm.reports.lists import PAGE
from crm.reports.models import Edition, Report, ReportState, Section
from crm.reports.periods import ReportKind
from crm.web import errors

from .links import addresses, compare, explain, left_out, seen, to_frozen, to_today
from .steps import acts_of, bp, changes_of, load, next_step_of

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_A_PAGE = 200


@bp.get("/reports")
@permit(P.REPORT_VIEW)
def index() -> Any:
    return render_template(
        "reports/index.html", listing=context(PAGE, me()), may_draft=queries.drafts(me()), who_does=queries.who_does(),
        kinds=list(ReportKind) if me().may(P.REPORT_OUTLINE) else [],
        has_scores=actions.sees_all(me()),
        has_table=bool(demo.accounts()) and counting.sees_everything(me(), ["paid_in", "signed_deals"]),
    )  # fmt: skip


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
    # What differs from the version in force, and what a year does not count again, are rows.
    draft = actions.tell(report, keep_rows=edition is not None or report.kind is ReportKind.YEARLY)
    return render_template(
        "reports/draft.html",
        report=report,
        edition=edition,
        acts=acts_of(report),
        next_step=next_step_of(report),
        sees_all=counting.sees_everything(me(), [one["key"] for one in draft.content["figures"]]),
        changes=changes_of(report, edition, (draft.content, draft.rows)) if edition else None,
        history=history(report),
        left_out=left_out(draft.rows),
        **said_of(draft.content, report, to_today(report, draft.content)),
    )


@bp.get("/reports/<int:id>/versions/<int:number>")
@permit(P.REPORT_VIEW)
def version(id: int, number: int) -> Any:
    report, edition = edition_of(id, number)
    latest = queries.edition(report)
    return render_template(
        "reports/version.html",
        report=report,
        edition=edition,
        latest=latest,
        editions=queries.editions(report),
        acts=acts_of(report) if not report.correcting and latest and latest.number == number else [],
        may_see_draft=queries.works_on(me()),
        left_out=left_out(edition.rows),
        **said_of(edition.content, report, to_frozen(edition)),
    )


@bp.get("/reports/<int:id>/versions/<int:number>/rows")
@permit(P.REPORT_VIEW)
def rows(id: int, number: int) -> Any:
    """The rows behind one figure as they were when it was published, as far as this reader may see them, and the way to
    what they are today."""
    report, edition = edition_of(id, number)
    key = request.args.get("figure", "")
    kept = edition.rows.get(key) or abort(404)
    unit, part = request.args.get("unit", ""), request.args.get("part", "")

    def asked(some: list[Any]) -> list[Any]:
        wanted = {"period": 1, "there": 1, "rest": 0}.get(part)
        return [line for line in some if (not unit or line[2] == unit) and wanted in (None, line[4])]

    lines = asked(seen(kept))
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
        addresses=addresses(kept["list"], [line[1] for line in shown]),
        start=start,
        total=len(lines),
        sum=telling.measured(str(sum(amounts, Decimal(0))), *how) if amounts else "",
        amount_unit=_(how[1]),
        hidden=len(asked(kept["lines"])) - len(lines),
        step=ROWS_A_PAGE,
        more=kept["more"],
        today_url=to_today(report, edition.content)(key, part, unit),
        definition=telling.definition(edition.content, key),
        explain_url=explain(edition.content, key),
        here=request.args.to_dict(),
    )


@bp.get("/reports/<int:id>/versions/<int:number>/changes")
@permit(P.REPORT_VIEW)
def changes(id: int, number: int) -> Any:
    """What this version says otherwise than the one before."""
    report, edition = edition_of(id, number)
    before = queries.edition(report, number - 1) or abort(404)
    return render_template(
        "reports/changes.html", report=report, edition=edition, before=before,
        changes=changes_of(report, before, (edition.content, edition.rows)),
    )  # fmt: skip


@bp.get("/reports/<int:id>/versions/<int:number>/word")
@permit(P.REPORT_VIEW)
def word(id: int, number: int) -> Any:
    report, edition = edition_of(id, number)
    return _file(paper.word(edition), WORD, f"{report.title}.docx")


@bp.post("/reports/<int:id>/versions/<int:number>/excel")
@permit(P.DEAL_EXPORT)
def excel(id: int, number: int) -> Any:
    """With the rows behind the figures for who may take those of the whole district: what leaves the house in lists
    leaves a line in the trail."""
    report, edition = edition_of(id, number)
    record("report.taken", report, actor=me(), note=f"xlsx {edition.number}")
    db.session.commit()
    with_rows = me().scope_of(P.DEAL_EXPORT) is Scope.DISTRICT
    data = workbook.of(edition, with_rows=with_rows, mark=mark_of(me(), clock.business_now()))
    return _file(data, EXCEL, f"{report.title}.xlsx")


# --- what they share ----------------------------------------------------------------------------------------


def edition_of(id: int, number: int) -> tuple[Report, Edition]:
    report = load(id)
    return report, queries.edition(report, number) or abort(404)


def said_of(content: dict[str, Any], report: Report, link: telling.Link) -> dict[str, Any]:
    public = report.kind.is_public
    return {
        "compare": compare(report),
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


def history(report: Report) -> list[dict[str, Any]]:
    return history_of(queries.NOUN, report.id, began_with="report.drafted")


def _file(data: bytes, kind: str, name: str) -> Any:
    return send_file(io.BytesIO(data), mimetype=kind, as_attachment=True, download_name=name)
