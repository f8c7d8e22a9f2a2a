"""How much of a period is over, and where a figure stands against it.

「要倒排时间，抢抓进度，强化攻坚，确保实现时间进度同步」
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from crm.lib.enums import Labelled
from crm.lib.words import N_

TENTH = Decimal("0.1")
HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True)
class Window:
    """From one day to another, both included."""

    first: dt.date
    last: dt.date

    @property
    def is_empty(self) -> bool:
        return self.last < self.first


def month_end(day: dt.date) -> dt.date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def is_month_end(day: dt.date) -> bool:
    return day == month_end(day)


def months_of(window: Window) -> list[Window]:
    """Its months, the first and the last cut where the window is."""
    found, first = [], window.first
    while first <= window.last:
        last = min(month_end(first), window.last)
        found.append(Window(first, last))
        first = last + dt.timedelta(days=1)
    return found


def year_before(day: dt.date) -> dt.date:
    """The same day of the year before; of the end of a month the end of that month, so that February compares."""
    if is_month_end(day):
        return month_end(day.replace(year=day.year - 1, day=1))
    return day.replace(year=day.year - 1)


def before(window: Window) -> Window:
    """同期: the same days of the year before."""
    return Window(year_before(window.first), year_before(window.last))


def gone(period: Window, day: dt.date) -> Decimal:
    """时间进度: how much of a period of whole months is over at the end of a day.

    Months are alike: at the end of June exactly one half of the year, which 181 of 365 days are not. A period that does
    not begin or end with a month is counted by its days.
    """
    if day < period.first:
        return Decimal(0)
    if day >= period.last:
        return Decimal(1)
    if period.first.day != 1 or not is_month_end(period.last):
        return Decimal((day - period.first).days + 1) / ((period.last - period.first).days + 1)
    whole = (day.year - period.first.year) * 12 + day.month - period.first.month
    months = (period.last.year - period.first.year) * 12 + period.last.month - period.first.month + 1
    return (whole + Decimal(day.day) / month_end(day).day) / months


def percent(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    """In percent with one decimal; None where there is nothing to compare."""
    if part is None or not whole:
        return None
    return (100 * part / whole).quantize(TENTH, ROUND_HALF_UP)


def growth(now: Decimal | None, then: Decimal | None) -> Decimal | None:
    """同比, in percent with one decimal; None where there was nothing before."""
    if now is None or not then:
        return None
    return (100 * (now - then) / then).quantize(TENTH, ROUND_HALF_UP)


class Verdict(Labelled):
    STRETCHED = "stretched", N_("达到力争"), "good"
    DONE = "done", N_("已完成"), "good"
    ON_PACE = "on_pace", N_("时间进度同步"), "good"
    SLOW = "slow", N_("略慢于时间进度"), "warn"
    BEHIND = "behind", N_("落后时间进度"), "bad"
    MISSED = "missed", N_("到期未完成"), "bad"
    UNKNOWN = "unknown", N_("还没有数"), "neutral"


@dataclass(frozen=True)
class Against:
    """A figure against its target at the end of a day. `margin` is how many points behind the time are let pass."""

    target: Decimal
    actual: Decimal | None
    period: Window
    day: dt.date
    stretch: Decimal | None = None
    margin: int = 0

    @property
    def gone(self) -> Decimal:
        return gone(self.period, self.day)

    @property
    def gone_percent(self) -> Decimal:
        return (self.gone * 100).quantize(TENTH, ROUND_HALF_UP)

    @property
    def pace(self) -> Decimal:
        """按时间进度应完成: what there should be if all months were alike."""
        return (self.target * self.gone).quantize(HUNDREDTH, ROUND_HALF_UP)

    @property
    def percent(self) -> Decimal | None:
        return percent(self.actual, self.target)

    @property
    def ahead(self) -> Decimal | None:
        """More than the pace asks; negative: less."""
        return None if self.actual is None else self.actual - self.pace

    @property
    def lacking(self) -> Decimal | None:
        return None if self.actual is None else max(Decimal(0), self.target - self.actual)

    @property
    def points_behind(self) -> Decimal | None:
        """How many points of percent it is behind the time; 0 when it is not."""
        if self.actual is None or not self.target:
            return None
        return max(Decimal(0), 100 * self.gone - 100 * self.actual / self.target).quantize(
            TENTH, ROUND_HALF_UP
        )

    @property
    def verdict(self) -> Verdict:
        if self.actual is None:
            return Verdict.UNKNOWN
        if self.stretch and self.actual >= self.stretch:
            return Verdict.STRETCHED
        if self.actual >= self.target:
            return Verdict.DONE
        if self.day >= self.period.last:
            return Verdict.MISSED
        behind = self.points_behind or Decimal(0)
        if not behind:
            return Verdict.ON_PACE
        return Verdict.SLOW if behind <= self.margin else Verdict.BEHIND
