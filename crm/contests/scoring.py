"""「周周有进展、月月有突破、年底见成效」 as a score.

Three parts, each 0 to 100 and each against what was one's own to do: the year's investment against the year's plan,
the weekly reports of the last four weeks, the milestones that were due this year. The formula says how much each
weighs. A part with nothing to do (no plan, nothing being built, no milestone due) is left out, and the others weigh
more: nobody gains or loses by it.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from crm.delivery.weeks import Pace, percent
from crm.lib.words import _

WEEKS = 4  # that a weekly report is asked of
MOST = Decimal(100)


@dataclass(frozen=True)
class Formula:
    """One version: how many of a hundred parts each weighs, and from when."""

    number: int
    investment: int
    weekly: int
    milestones: int
    from_on: dt.date

    @property
    def said(self) -> str:
        return _(
            "得分 = 年度投资完成率（最高 100）× %(investment)s%% + 近四周周报率 × %(weekly)s%% + 本年到期节点按时完成率 ×"
            " %(milestones)s%%；没有可算的一项不计，其余按比例折算",
            investment=self.investment, weekly=self.weekly, milestones=self.milestones,
        )  # fmt: skip


FIRST = Formula(1, 60, 20, 20, dt.date(2000, 1, 1))
"""In force until somebody sets another."""


@dataclass(frozen=True)
class Entry:
    """One project as it competes. `streak` is how many weeks on end it has reported."""

    project: Any
    planned: Decimal
    done: Decimal
    pace: Pace | None
    weeks_due: int = 0
    weeks_told: int = 0
    nodes_due: int = 0
    nodes_kept: int = 0
    streak: int = 0
    is_quiet: bool = False  # being built, and nothing said this week

    @property
    def ratio(self) -> Decimal | None:
        return percent(self.done, self.planned) if self.planned else None


@dataclass
class Row:
    """A line of a table: the projects of a class, a line or an area, taken together."""

    label: str
    entries: list[Entry] = field(default_factory=list)
    args: dict[str, str] = field(default_factory=dict)  # what narrows the list of projects to these
    score: Decimal | None = None
    rank: int | None = None

    @property
    def planned(self) -> Decimal:
        return sum((one.planned for one in self.entries), Decimal(0))

    @property
    def done(self) -> Decimal:
        """Of those with a plan only: what has none would lift the share of the others."""
        return sum((one.done for one in self.entries if one.planned), Decimal(0))

    @property
    def ratio(self) -> Decimal | None:
        return percent(self.done, self.planned) if self.planned else None

    @property
    def paces(self) -> Counter[Pace]:
        return Counter(one.pace for one in self.entries if one.pace)

    @property
    def weekly(self) -> Decimal | None:
        return share(sum(one.weeks_told for one in self.entries), sum(one.weeks_due for one in self.entries))

    @property
    def milestones(self) -> Decimal | None:
        return share(sum(one.nodes_kept for one in self.entries), sum(one.nodes_due for one in self.entries))


def share(part: int, whole: int) -> Decimal | None:
    return percent(part, whole) if whole else None


def score_of(row: Row | Entry, formula: Formula) -> Decimal | None:
    """0 to 100, one decimal; None when there is nothing to go by."""
    line = row if isinstance(row, Row) else Row("", [row])
    ratio = line.ratio
    parts = [
        (formula.investment, min(ratio, MOST) if ratio is not None else None),
        (formula.weekly, line.weekly),
        (formula.milestones, line.milestones),
    ]
    weight = sum(weight for weight, part in parts if part is not None)
    if not weight:
        return None
    total = sum((weight * part for weight, part in parts if part is not None), Decimal(0))
    return (total / weight).quantize(Decimal("0.1"), ROUND_HALF_UP)


def ranked(rows: Sequence[Row], formula: Formula) -> list[Row]:
    """The best first; the same score shares a rank, and what has none stands last without one."""
    for row in rows:
        row.score = score_of(row, formula)
    found = sorted(rows, key=lambda row: (row.score is None, -(row.score or 0), row.label))
    for at, row in enumerate(found):
        if row.score is not None:
            before = found[at - 1] if at else None
            row.rank = before.rank if before and before.score == row.score else at + 1
    return found


def streak_of(weeks: set[dt.date], this_week: dt.date) -> int:
    """How many weeks on end have been reported, up to this one or, as long as it is open, up to the last."""
    at = this_week if this_week in weeks else this_week - dt.timedelta(weeks=1)
    n = 0
    while at in weeks:
        n += 1
        at -= dt.timedelta(weeks=1)
    return n
