"""When something is listed for review, and the figures it is listed by. Values in, answers out: who asks the records is
queries.py.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from crm.delivery.weeks import percent
from crm.indicators.progress import Against, Verdict
from crm.lib.words import N_, _

from .states import Trigger

Evidence = dict[str, str]


@dataclass(frozen=True)
class Found:
    """Something to look into: what it is about, which unit has to explain it, by which figures it was found."""

    trigger: Trigger
    record_id: int
    subject: str
    unit_id: int
    evidence: Evidence = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Of one subject and trigger there is one open case."""
        return f"{self.trigger.value}:{self.record_id}"


LABELS = {
    "target": N_("目标"),
    "pace": N_("按时间进度应完成"),
    "actual": N_("实际完成"),
    "day": N_("统计到"),
    "planned_wan": N_("年度计划投资"),
    "done_wan": N_("年度完成投资"),
    "percent": N_("完成比例"),
    "gone": N_("时间进度"),
    "margin": N_("允许落后"),
    "due_on": N_("兑现期限"),
    "days": N_("逾期天数"),
}
"""Those figures of an evidence that people read, in their order; the others are the filter they were counted by."""


def of_target(against: Against) -> Evidence | None:
    """「主要指标未达标」: behind the time by more than the margin, or over and not reached."""
    if against.verdict not in (Verdict.BEHIND, Verdict.MISSED):
        return None
    return {
        "target": str(against.target), "pace": str(against.pace), "actual": str(against.actual),
        "percent": str(against.percent), "gone": str(against.gone_percent), "margin": str(against.margin),
        "day": against.day.isoformat(), "first": against.period.first.isoformat(), "last": against.period.last.isoformat(),
    }  # fmt: skip


def of_project(done: Decimal, planned: Decimal, *, gone: Decimal, margin: int, year: int) -> Evidence | None:
    """「项目建设进度慢」: of its own plan of the year, more than the margin behind the time."""
    if not planned or done >= planned or done * 100 >= (gone - margin) * planned:
        return None
    return {
        "planned_wan": str(planned), "done_wan": str(done), "percent": str(percent(done, planned)), "gone": str(gone),
        "margin": str(margin), "year": str(year),
    }  # fmt: skip


def of_commitment(due_on: dt.date, today: dt.date) -> Evidence:
    """「承诺事项未完成」: overdue, and nobody has even said that it was kept."""
    return {"due_on": due_on.isoformat(), "days": str((today - due_on).days)}


def in_short(evidence: Evidence) -> str:
    """In one line of a list."""
    if "days" in evidence:
        return _("逾期 %(n)s 天", n=evidence["days"])
    if "percent" in evidence:
        return _("完成 %(done)s%%，时间进度 %(gone)s%%", done=evidence["percent"], gone=evidence["gone"])
    return ""
