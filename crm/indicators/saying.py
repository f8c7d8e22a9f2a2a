"""A figure as it is read: 8.05亿元, 1,234万美元, 23 个; in English one project, two projects."""

from __future__ import annotations

from decimal import Decimal

from crm.lib.words import _, _n
from crm.web import display

from .models import Measure


def measured(value: Decimal | None, measure: str, unit_word: str) -> str:
    """An amount of money in 亿元 or 万元, of dollars in 万美元, anything else with its own unit; a dash for what is not known."""
    if value is None:
        return "—"
    if measure == Measure.WAN.value:
        return display.wan(value)
    if measure == Measure.USD.value:
        return display.usd(value)
    number, count = display.number(value), 1 if abs(value) == 1 else 2
    match unit_word:
        case "个":
            return _n("%(value)s 个", count, value=number)
        case "项":
            return _n("%(value)s 项", count, value=number)
        case "次":
            return _n("%(value)s 次", count, value=number)
        case "条信息":
            return _n("%(value)s 条信息", count, value=number)
    return f"{number} {_(unit_word)}".strip()


def ranked_by(has_targets: bool) -> str:
    """By what ranking.py puts them in their places; said wherever there are places."""
    return _("有目标的按完成目标的比例排，其余按数值排") if has_targets else _("按数值排")


def months(text: str) -> str:
    """The months of what is typed, as the reader's language has them: 2012-01–2012-06, Jan 2012–Jun 2012."""
    return "–".join(display.iso_day(one) for one in text.split("–"))
