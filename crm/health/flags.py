"""The four flags of 项目体检, as rules over what is known of one deal.

Others' rule that they follow: signed for over a year and not started; three months without money after the start;
half a year after the start under 15 per cent of the money; the money does not match the works. The numbers are
settings (`Limits`). `queries.raised` asks the same of the base; a test holds the two together.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from crm.lib.enums import Labelled
from crm.lib.words import N_, _


class Flag(Labelled):
    NOT_STARTED = "not_started", N_("签约久未开工"), "bad"
    NO_MONEY = "no_money", N_("开工后断资金"), "warn"
    LITTLE_MONEY = "little_money", N_("开工后到位少"), "warn"
    MISMATCH = "mismatch", N_("资金与进度不符"), "warn"


@dataclass(frozen=True)
class Limits:
    """What the settings say."""

    unstarted_months: int = 12
    unpaid_months: int = 3
    little_months: int = 6
    little_percent: int = 15
    gap_points: int = 30


@dataclass(frozen=True)
class Standing:
    """What is known of a deal that was signed and is not given up.

    `started_on`: of its first key project that has started, else of its own stage. `works_percent`: what its key
    projects have done of what they cost in all, 100 once all are built, None without any. `base_wan` is what was agreed
    to come, else the planned investment.
    """

    signed_on: dt.date
    started_on: dt.date | None = None
    is_built: bool = False
    paid_wan: Decimal = Decimal(0)
    last_paid_on: dt.date | None = None
    base_wan: Decimal | None = None
    works_percent: float | None = None

    @property
    def paid_percent(self) -> float | None:
        return 100.0 * float(self.paid_wan) / float(self.base_wan) if self.base_wan else None


def raised(deal: Standing, limits: Limits, today: dt.date) -> list[Flag]:
    """The flags a deal raises on a day. “Over” and “under” leave the number itself out."""
    flags = []
    started, paid, works = deal.started_on, deal.paid_percent, deal.works_percent
    if started is None and deal.signed_on < months_before(today, limits.unstarted_months):
        flags.append(Flag.NOT_STARTED)
    without_since = months_before(today, limits.unpaid_months)
    building = started and not deal.is_built and started < without_since
    if building and (deal.last_paid_on is None or deal.last_paid_on < without_since):
        flags.append(Flag.NO_MONEY)
    ran_long = started and started < months_before(today, limits.little_months)
    if ran_long and paid is not None and paid < limits.little_percent:
        flags.append(Flag.LITTLE_MONEY)
    if paid is not None and works is not None and abs(paid - works) > limits.gap_points:
        flags.append(Flag.MISMATCH)
    return flags


def months_before(day: dt.date, months: int) -> dt.date:
    """The same day so many months ago; the last of that month where it had no such day."""
    number = day.year * 12 + day.month - 1 - months
    year, month = number // 12, number % 12 + 1
    following = dt.date(year + month // 12, month % 12 + 1, 1)
    return dt.date(year, month, min(day.day, (following - dt.timedelta(days=1)).day))


def rule(flag: Flag, limits: Limits) -> str:
    """What a flag means, with the numbers in force."""
    if flag is Flag.NOT_STARTED:
        return _("签约超过 %(n)s 个月还没有开工", n=limits.unstarted_months)
    if flag is Flag.NO_MONEY:
        return _("已经开工、还没有建成，连续 %(n)s 个月没有认定的到位资金", n=limits.unpaid_months)
    if flag is Flag.LITTLE_MONEY:
        return _("开工满 %(n)s 个月，到位资金不足协议引资的百分之 %(share)s", n=limits.little_months,
                 share=limits.little_percent)  # fmt: skip
    return _("到位资金比例与工程进度相差超过 %(n)s 个百分点", n=limits.gap_points)


def reason(flag: Flag, deal: Standing, today: dt.date) -> str:
    """Why this deal raises it, in figures."""
    if flag is Flag.NOT_STARTED:
        return _("%(day)s 签约，已 %(n)s 天", day=deal.signed_on.isoformat(), n=(today - deal.signed_on).days)
    if flag is Flag.NO_MONEY and deal.last_paid_on:
        return _("最近一笔到位在 %(day)s，已 %(n)s 天", day=deal.last_paid_on.isoformat(),
                 n=(today - deal.last_paid_on).days)  # fmt: skip
    if flag is Flag.NO_MONEY:
        assert deal.started_on
        return _("%(day)s 开工，至今没有到位资金", day=deal.started_on.isoformat())
    if flag is Flag.LITTLE_MONEY:
        return _("到位 %(n)s%%", n=shown(deal.paid_percent))
    return _(
        "到位 %(paid)s%%，工程 %(works)s%%", paid=shown(deal.paid_percent), works=shown(deal.works_percent)
    )


def shown(percent: float | None) -> str:
    return "" if percent is None else f"{percent:.1f}"
