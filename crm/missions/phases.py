"""Where a mission stands, by its days and what has been written down. Pure.

「形成全体干部收集信息、职能部门分析整合、区领导带团上门招商的联动招商机制」: the third step ends when each firm that was
visited has a result, not when the delegation is home.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from crm.lib.enums import Labelled
from crm.lib.words import N_


class Phase(Labelled):
    PREPARING = "preparing", N_("筹备中"), "neutral"
    UNDER_WAY = "under_way", N_("进行中"), "info"
    RESULTS_DUE = "results_due", N_("待交结果"), "warn"
    OVERDUE = "overdue", N_("结果逾期"), "bad"
    CLOSED = "closed", N_("已总结"), "good"
    CANCELLED = "cancelled", N_("已取消"), "neutral"


@dataclass(frozen=True)
class Days:
    """First and last day away, and the last day for the results."""

    starts_on: dt.date
    ends_on: dt.date
    results_by: dt.date


def phase_on(today: dt.date, days: Days, *, closed: bool, cancelled: bool) -> Phase:
    if cancelled:
        return Phase.CANCELLED
    if closed:
        return Phase.CLOSED
    if today < days.starts_on:
        return Phase.PREPARING
    if today <= days.ends_on:
        return Phase.UNDER_WAY
    return Phase.RESULTS_DUE if today <= days.results_by else Phase.OVERDUE
