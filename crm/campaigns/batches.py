"""The four batches and what it takes to be done in each.

「加快开工一批新项目」 「加快推进一批在建项目」 「加快建成一批重大项目」 「加快完成一批征迁项目」, and with the third 「破解未投产、
投产未达产的难题」.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from crm.delivery.status import NodeKind, Status
from crm.lib.enums import Labelled
from crm.lib.words import N_


class Batch(Labelled):
    START = "start", N_("开工一批新项目"), "info"
    PUSH = "push", N_("推进一批在建项目"), "info"
    FINISH = "finish", N_("建成一批重大项目"), "info"
    CLEAR = "clear", N_("完成一批征迁项目"), "info"

    @property
    def goals(self) -> tuple[NodeKind, ...]:
        """The milestones that may be fought for in it; none where what is done is not a key project's."""
        return GOALS[self]


GOALS = {
    Batch.START: (NodeKind.START,),
    Batch.PUSH: (NodeKind.STRUCTURE, NodeKind.COMPLETE),
    Batch.FINISH: (NodeKind.COMPLETE, NodeKind.PRODUCE, NodeKind.CAPACITY),
    Batch.CLEAR: (),
}


class Standing(Labelled):
    """How one entry stands on a day."""

    OVERDUE = "overdue", N_("超期"), "bad"
    OPEN = "open", N_("攻坚中"), "info"
    DONE = "done", N_("完成"), "good"


def standing_of(reached_on: dt.date | None, due_on: dt.date, today: dt.date) -> Standing:
    if reached_on:
        return Standing.DONE
    return Standing.OVERDUE if due_on < today else Standing.OPEN


def goal_for(batch: Batch, status: Status, reached: Iterable[NodeKind]) -> NodeKind | None:
    """The next milestone of a batch that a project can still be driven to; None when there is none left."""
    behind = set(reached)
    for goal in batch.goals:
        passed = goal.status is not None and status.order >= goal.status.order
        if goal not in behind and not passed:
            return goal
    return None
