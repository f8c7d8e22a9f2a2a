"""「周周有进展、月月有突破、年底见成效」: a week begins on Monday; the year's time goes by in days."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

from crm.lib.enums import Labelled
from crm.lib.words import N_


def week_of(day: dt.date) -> dt.date:
    """The Monday of its week."""
    return day - dt.timedelta(days=day.weekday())


def time_progress(day: dt.date, *, by_months: bool = False) -> Decimal:
    """时间进度: how much of the year has gone by at the end of the day, in percent; by months only whole ones count."""
    if by_months:
        is_last = (day + dt.timedelta(days=1)).day == 1
        return percent(day.month if is_last else day.month - 1, 12)
    days = (dt.date(day.year, 12, 31) - dt.date(day.year, 1, 1)).days + 1
    gone = (day - dt.date(day.year, 1, 1)).days + 1
    return percent(gone, days)


def percent(part: Decimal | int, whole: Decimal | int) -> Decimal:
    """One decimal, as it stands in reports; nothing of nothing is 0."""
    if not whole:
        return Decimal(0)
    return (100 * Decimal(part) / Decimal(whole)).quantize(Decimal("0.1"), ROUND_HALF_UP)


class Pace(Labelled):
    """「已完成年度投资任务的项目」 「投资比例完成较好的项目」 「投资比例偏低的项目」"""

    DONE = "done", N_("已完成年度任务"), "good"
    ON_TIME = "on_time", N_("达到时间进度"), "info"
    BEHIND = "behind", N_("低于时间进度"), "bad"


def pace_of(done: Decimal, planned: Decimal, time_percent: Decimal) -> Pace | None:
    """Of its own plan; None without one."""
    if not planned:
        return None
    if done >= planned:
        return Pace.DONE
    return Pace.ON_TIME if done * 100 >= time_percent * planned else Pace.BEHIND
