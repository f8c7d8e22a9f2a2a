"""The straight line a key project walks: 「未开工 → 在建 → 竣工 → 投产 → 达产」.

A road or a school ends at 竣工: it produces nothing (不适用投产).
"""

from __future__ import annotations

import datetime as dt

from crm.lib.enums import Labelled
from crm.lib.words import N_, _


class Status(Labelled):
    NOT_STARTED = "not_started", N_("未开工"), "warn"
    BUILDING = "building", N_("在建"), "info"
    COMPLETED = "completed", N_("竣工"), "good"
    PRODUCING = "producing", N_("投产"), "good"
    AT_CAPACITY = "at_capacity", N_("达产"), "good"

    @property
    def order(self) -> int:
        return ORDER.index(self)

    @property
    def meaning(self) -> str:
        """Its 口径, for the tooltip."""
        return _(MEANINGS[self])


ORDER: list[Status] = list(Status)
STARTED = ORDER[1:]
BUILT = ORDER[2:]
PRODUCTIVE = ORDER[3:]

MEANINGS: dict[Status, str] = {
    Status.NOT_STARTED: N_("主体工程还没有动工"),
    Status.BUILDING: N_("主体工程已经开工，或设备已经进场"),
    Status.COMPLETED: N_("工程建成，通过竣工验收"),
    Status.PRODUCING: N_("已经开始生产或营业"),
    Status.AT_CAPACITY: N_("产能达到设计水平"),
}


def next_of(status: Status, *, productive: bool) -> Status | None:
    """The one step on; None at the end of the line, which for what produces nothing is 竣工."""
    last = Status.AT_CAPACITY if productive else Status.COMPLETED
    return ORDER[status.order + 1] if status.order < last.order else None


def previous_of(status: Status) -> Status | None:
    return ORDER[status.order - 1] if status.order else None


def why_not_on(day: dt.date, *, since: dt.date | None, today: dt.date) -> str:
    """Why a status cannot begin on this day; '' when it can."""
    if day > today:
        return _("日期不能晚于今天；计划的时间请写在时间表里")
    if since and day < since:
        return _("不能早于上一次变化的日期 %(day)s", day=since.isoformat())
    return ""


class BuildKind(Labelled):
    """建设性质, said anew each year: what is new this year is carried on next year."""

    NEW = "new", N_("新建"), "info"
    CONTINUED = "continued", N_("续建"), "neutral"


class NodeKind(Labelled):
    """What a milestone is. Four of them are the steps of the line itself."""

    START = "start", N_("开工")
    STRUCTURE = "structure", N_("主体")
    COMPLETE = "complete", N_("建成")
    PRODUCE = "produce", N_("投产")
    CAPACITY = "capacity", N_("达产")
    OTHER = "other", N_("其他")

    @property
    def status(self) -> Status | None:
        """The status that is reached with it."""
        return REACHED_WITH.get(self)


REACHED_WITH = {
    NodeKind.START: Status.BUILDING,
    NodeKind.COMPLETE: Status.COMPLETED,
    NodeKind.PRODUCE: Status.PRODUCING,
    NodeKind.CAPACITY: Status.AT_CAPACITY,
}
NODE_OF: dict[Status, NodeKind] = {status: kind for kind, status in REACHED_WITH.items()}


class VisitKind(Labelled):
    """「领导一线督办、一线协调、一线攻坚」"""

    SUPERVISE = "supervise", N_("督办"), "warn"
    COORDINATE = "coordinate", N_("协调"), "info"
    TACKLE = "tackle", N_("攻坚"), "bad"
