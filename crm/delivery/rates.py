"""三率: what each is a share of. 「着力提高项目的开工率、建成率和投产率」; the report gives no formulas, so each says its own.

A rate is three addresses of the list of projects: all it is about, those that have got there, those that have not.
So a figure and the names behind it cannot drift apart.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from crm.lib.words import N_, _

from .status import BUILT, PRODUCTIVE, STARTED, BuildKind, Status

Args = dict[str, Any]


@dataclass(frozen=True)
class Rate:
    key: str
    msgid: str
    formula: str
    whole: Args
    there: Args
    missing: Args
    missing_msgid: str

    @property
    def label(self) -> str:
        return _(self.msgid)

    @property
    def definition(self) -> str:
        return _(self.formula)

    @property
    def missing_label(self) -> str:
        return _(self.missing_msgid)


def rates(year: int, today: dt.date) -> list[Rate]:
    """The three of a year, as of a day."""
    new = {"built": f"{year}-{BuildKind.NEW.value}"}
    due = {"due_built_to": today.isoformat()}
    built = {"status": [one.value for one in BUILT], "productive": "1"}
    return [
        Rate(
            "start", N_("开工率"), N_("本年新建项目中已开工的 ÷ 本年新建项目"),
            new, {**new, "status": [one.value for one in STARTED]}, {**new, "status": Status.NOT_STARTED.value},
            N_("未开工"),
        ),
        Rate(
            "completion", N_("建成率"), N_("已建成的 ÷ 到今天计划应建成的（含提前建成的）"),
            due, {**due, "status": [one.value for one in BUILT]},
            {**due, "status": [Status.NOT_STARTED.value, Status.BUILDING.value]},
            N_("应建成未建成"),
        ),
        Rate(
            "production", N_("投产率"), N_("已投产的 ÷ 已建成且适用投产的"),
            built, {"status": [one.value for one in PRODUCTIVE], "productive": "1"},
            {"status": Status.COMPLETED.value, "productive": "1"},
            N_("建成未投产"),
        ),
    ]  # fmt: skip


def month_ends(today: dt.date, months: int) -> list[dt.date]:
    """The last days of this month and of those that follow."""
    ends = []
    for number in range(months):
        at = today.year * 12 + today.month - 1 + number + 1
        ends.append(dt.date(at // 12, at % 12 + 1, 1) - dt.timedelta(days=1))
    return ends
