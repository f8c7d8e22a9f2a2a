"""「构建项目推进时间表、责任书、路线图“三位一体”的推进机制」: what the three are, and which is missing.

时间表: every milestone has a planned day. 责任书: every milestone has a person and the day he signed. 路线图: every
milestone but the first names what goes before it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from crm.lib.enums import Labelled
from crm.lib.words import N_


class Node(Protocol):
    """A milestone, as far as these rules go."""

    id: int
    baseline_on: dt.date | None
    plan_on: dt.date | None
    forecast_on: dt.date | None
    actual_on: dt.date | None
    person: str
    signed_on: dt.date | None

    @property
    def after_ids(self) -> Sequence[int]: ...


class Paper(Labelled):
    """The three in one."""

    TIMETABLE = "timetable", N_("时间表"), "warn"
    PLEDGE = "pledge", N_("责任书"), "warn"
    ROADMAP = "roadmap", N_("路线图"), "warn"


class NodeState(Labelled):
    AHEAD = "ahead", N_("未到"), "neutral"
    UNDER_WAY = "under_way", N_("进行"), "info"
    DONE = "done", N_("完成"), "good"
    OVERDUE = "overdue", N_("超期"), "bad"


def lacking(nodes: Sequence[Node]) -> list[Paper]:
    """Which of the three a project lacks."""
    missing = []
    if not nodes or any(node.plan_on is None for node in nodes):
        missing.append(Paper.TIMETABLE)
    if not nodes or any(not node.person or node.signed_on is None for node in nodes):
        missing.append(Paper.PLEDGE)
    if len(nodes) < 2 or sum(not node.after_ids for node in nodes) > 1:
        missing.append(Paper.ROADMAP)
    return missing


def state_of(node: Node, nodes: Mapping[int, Node], today: dt.date) -> NodeState:
    """未到 → 进行 → 完成 / 超期. It is under way once all that goes before it is done."""
    if node.actual_on:
        return NodeState.DONE
    if node.plan_on and node.plan_on < today:
        return NodeState.OVERDUE
    before = [nodes[id] for id in node.after_ids if id in nodes]
    return NodeState.UNDER_WAY if all(one.actual_on for one in before) else NodeState.AHEAD


def expected_on(node: Node, today: dt.date) -> dt.date | None:
    """The day it was or will be reached as far as one knows: a plan that has passed unreached is today at best."""
    if node.actual_on:
        return node.actual_on
    day = node.forecast_on or node.plan_on
    return max(day, today) if day else None


def slip_days(node: Node, today: dt.date) -> int | None:
    """Days behind the first plan (the baseline); negative is ahead of it. None without a baseline."""
    day = expected_on(node, today)
    return (day - node.baseline_on).days if day and node.baseline_on else None


def in_order(nodes: Iterable[Node]) -> list[Node]:
    """As the work goes: what goes before stands before; else by planned day."""
    waiting = sorted(nodes, key=lambda node: (node.plan_on or dt.date.max, node.id))
    known = {node.id for node in waiting}
    placed: list[Node] = []
    done: set[int] = set()
    while waiting:
        ready = next((one for one in waiting if (set(one.after_ids) & known) <= done), waiting[0])
        waiting.remove(ready)
        placed.append(ready)
        done.add(ready.id)
    return placed


def goes_round(after: Mapping[int, Iterable[int]], id: int) -> bool:
    """Whether a milestone would, by what goes before it, go before itself."""
    seen: set[int] = set()
    waiting = list(after.get(id, ()))
    while waiting:
        one = waiting.pop()
        if one == id:
            return True
        if one not in seen:
            seen.add(one)
            waiting += after.get(one, ())
    return False
