"""「周周有进展、月月有突破、年底见成效」: a week begins on Monday; the year's time goes by in days."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal


def week_of(day: dt.date) -> dt.date:
    """The Monday of its week."""
    return day - dt.timedelta(days=day.weekday())


def time_progress(day: dt.date) -> Decimal:
    """时间进度: how much of the year has gone by at the end of the day, in percent."""
    days = (dt.date(day.year, 12, 31) - dt.date(day.year, 1, 1)).days + 1
    gone = (day - dt.date(day.year, 1, 1)).days + 1
    return percent(gone, days)


def percent(part: Decimal | int, whole: Decimal | int) -> Decimal:
    """One decimal, as it stands in reports; nothing of nothing is 0."""
    if not whole:
        return Decimal(0)
    return (100 * Decimal(part) / Decimal(whole)).quantize(Decimal("0.1"), ROUND_HALF_UP)
