"""谋划任务.

「每个乡镇(街道)力争每年谋划出一个5000万以上的重大投资项目,区直主要经济部门力争每年储备一个亿元以上项目,全区争取每年完成
项目谋划100个以上,列入市级储备库30个以上」 “以上”含本数.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from crm.lib.enums import Labelled
from crm.lib.words import N_


class Group(Labelled):
    """Which quota a unit has."""

    TOWNSHIP = "township", N_("乡镇（街道）")
    DEPARTMENT = "department", N_("主要经济部门")
    NONE = "none", N_("没有任务的单位")


class Verdict(Labelled):
    MET = "met", N_("达标"), "good"
    NOT_MET = "not_met", N_("未达标"), "warn"
    NONE = "none", N_("没有任务"), "neutral"


@dataclass(frozen=True)
class Quota:
    """So many projects of at least so much a year."""

    least_wan: Decimal
    count: int = 1

    def reached_by(self, amounts_wan: Iterable[Decimal | None]) -> bool:
        large = sum(1 for amount in amounts_wan if amount is not None and amount >= self.least_wan)
        return large >= self.count


def verdict(quota: Quota | None, large: int) -> Verdict:
    """`large`: how many of its projects reach the amount."""
    if quota is None:
        return Verdict.NONE
    return Verdict.MET if large >= quota.count else Verdict.NOT_MET


@dataclass(frozen=True)
class Meter:
    """A count against its task."""

    done: int
    task: int

    @property
    def verdict(self) -> Verdict:
        return Verdict.MET if self.done >= self.task else Verdict.NOT_MET

    @property
    def lacking(self) -> int:
        return max(0, self.task - self.done)
