"""The verbs of a report: draft → check → publish, and a correction, which is a new version with its reason.

Who drafts does not check: 「生成 → 审核 → 发布 (frozen) → 更正 as new version」.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.exc import IntegrityError

from crm.audit.trail import recording
from crm.db import db
from crm.indicators.progress import Window
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.org import queries as org
from crm.org.models import User

from . import appraisal, counting, outlines, periods, queries
from .models import AppraisalScheme, Edition, Report, ReportState, Section
from .periods import ReportKind

NOT_PUBLIC = ("talks", "problems", "next")  # a deal that is only talked about is nobody else's business
TEXTS = ("opening", "problems", "next_steps")


def draft(kind: ReportKind, year: int, number: int, *, actor: User) -> Report:
    try:
        first_on, last_on = periods.bounds(kind, year, number)
    except ValueError:
        raise Refused(
            _("%(year)s 年没有这一期，请填 1 到 %(most)s", year=year, most=periods.most(kind, year)), "number"
        ) from None
    if last_on > clock.today():
        raise Refused(_("这一期到 %(day)s 才结束，还不能起草", day=last_on.isoformat()), "number")
    if known := queries.of(kind, year, number):
        raise Refused(_("《%(name)s》已经有了，请打开它", name=known.title), "number")
    report = Report(
        kind=kind, year=year, number=number, first_on=first_on, last_on=last_on, unit_id=actor.unit_id,
        drafted_by_id=actor.id,
    )  # fmt: skip
    db.session.add(report)
    with recording("report.drafted", report, actor=actor):
        db.session.flush()
    return report


def write(report: Report, data: dict[str, Any], *, actor: User) -> None:
    """Its words. The figures are never typed."""
    _refuse_unless(report, ReportState.DRAFT)
    with recording("report.written", report, actor=actor):
        for name in TEXTS:
            if name in data:
                setattr(report, name, data[name])


def submit(report: Report, *, actor: User) -> None:
    """送审. From now on its words stand still; whoever gives it in answers for them."""
    _refuse_unless(report, ReportState.DRAFT)
    with recording("report.submitted", report, actor=actor):
        report.state, report.returned = ReportState.CHECKING, ""
        report.drafted_by_id = actor.id


def check(report: Report, *, actor: User) -> None:
    """审核通过."""
    _refuse_unless(report, ReportState.CHECKING)
    if report.drafted_by_id == actor.id:
        raise Refused(_("起草和审核要两个人，请别人审核"))
    with recording("report.checked", report, actor=actor):
        report.state, report.checked_by_id = ReportState.CHECKED, actor.id


def give_back(report: Report, reason: str, *, actor: User) -> None:
    """退回修改, before or after the check."""
    _refuse_unless(report, ReportState.CHECKING, ReportState.CHECKED)
    if not reason:
        raise Refused(_("请写明退回的原因"), "reason")
    with recording("report.returned", report, actor=actor, note=reason):
        report.state, report.returned, report.checked_by_id = ReportState.DRAFT, reason, None


def publish(report: Report, *, actor: User) -> Edition:
    """发布: count once more and freeze figures, rows and words under the next number."""
    _refuse_unless(report, ReportState.CHECKED)
    told = tell(report, keep_rows=True)
    last = queries.edition(report)
    edition = Edition(
        report_id=report.id,
        number=last.number + 1 if last else 1,
        published_by_id=actor.id,
        checked_by_id=report.checked_by_id,
        correction=report.correction,
        content=told.content,
        rows=told.rows,
    )
    with recording("report.published", report, actor=actor, note=report.correction):
        report.state = ReportState.PUBLISHED
        db.session.add(edition)
        db.session.flush()
    return edition


def correct(report: Report, reason: str, *, actor: User) -> None:
    """更正: draft the next version. What was published stays in force until that is."""
    _refuse_unless(report, ReportState.PUBLISHED)
    if not reason:
        raise Refused(_("请写明为什么要更正"), "reason")
    with recording("report.correcting", report, actor=actor, note=reason):
        report.state, report.correction, report.checked_by_id = ReportState.DRAFT, reason, None
        report.drafted_by_id = actor.id


def drop(report: Report, *, actor: User) -> None:
    """删掉草稿: a period that was begun by mistake. What was published is never dropped; a correction is called off."""
    if report.state is ReportState.PUBLISHED:
        raise Refused(_("已经发布的不能删，请用更正"))
    if last := queries.edition(report):
        with recording("report.correction_dropped", report, actor=actor, note=report.correction):
            report.checked_by_id = last.checked_by_id
            report.state, report.correction, report.returned = ReportState.PUBLISHED, "", ""
        return
    with recording("report.dropped", report, actor=actor):
        db.session.delete(report)
        db.session.flush()


def set_outline(kind: ReportKind, data: dict[str, Any], *, actor: User) -> None:
    """What the reports of a kind hold from now on. Published ones keep what they have."""
    keys = [key for key in data["indicators"] if key]
    if not keys:
        raise Refused(_("至少选一个指标"), "indicators")
    most = outlines.most_indicators(kind)
    if len(keys) > most:
        raise Refused(_("这种通报最多 %(n)s 个指标，现在选了 %(m)s 个", n=most, m=len(keys)), "indicators")
    outline = queries.outline(kind)
    if outline.id is None:
        db.session.add(outline)
        db.session.flush()
    with recording("report.outlined", outline, actor=actor):
        outline.indicators = keys
        outline.sections = [one.value for one in Section if one.value in data["sections"]]
        outline.ranked = [key for key in keys if key in data["ranked"]]


def set_scheme(
    weights: dict[str, int], cap: int, reason: str, *, actor: User, once: bool = True
) -> AppraisalScheme:
    """考核办法: a new version for what is published from now on."""
    weighed = {key: weight for key, weight in weights.items() if weight}
    total = sum(weighed.values())
    if min(weighed.values(), default=0) < 0 or total != appraisal.WHOLE:
        raise Refused(_("权重相加要等于 100，现在是 %(n)s", n=total), "cap")
    if cap < 100:
        raise Refused(_("封顶不能低于 100"), "cap")
    if not reason:
        raise Refused(_("请写明为什么改考核办法"), "reason")
    scheme = AppraisalScheme(
        number=queries.scheme().number + 1,
        items=[list(one) for one in weighed.items()],
        cap=cap,
        once=once,
        reason=reason,
        actor_id=actor.id,
    )
    db.session.add(scheme)
    try:
        with recording("report.scheme_set", scheme, actor=actor, note=reason):
            db.session.flush()
    except IntegrityError:  # two at once would be the same version
        raise Refused(_("别人刚刚改过这条记录，请核对后再保存一次。")) from None
    return scheme


def tell(report: Report, *, keep_rows: bool) -> counting.Told:
    """Figures and words together, as they would be published now. A report is the district's: it is counted with the
    same eyes, whoever drafts, checks or publishes it."""
    eyes = org.reader()
    if eyes is None:
        raise Refused(_("没有在用的管理员账号，全区的数没有人看得全，通报编不出来"))
    outline, window = queries.outline(report.kind), Window(report.first_on, report.last_on)
    sections = [one for one in outline.sections if not (report.kind.is_public and one in NOT_PUBLIC)]
    told = counting.tell(window, sections, outline.indicators, outline.ranked, eyes, keep_rows=keep_rows)
    if report.kind.is_public and "not_started" in told.content:
        told.content["not_started"] = [line[:2] for line in told.content["not_started"]]
    told.content["texts"] = {name: getattr(report, name) for name in TEXTS}
    return told


def sees_all(user: User) -> bool:
    """Whether this user sees every figure that units are scored by."""
    return counting.sees_everything(user, [one.key for one in queries.scheme().items])


def _refuse_unless(report: Report, *states: ReportState) -> None:
    if report.state not in states:
        raise Refused(_("《%(name)s》现在是“%(state)s”", name=report.title, state=report.state.label))
