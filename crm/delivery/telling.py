"""How a recorded act on a key project is told: the verb in a sentence, what changed by its label."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from crm.lib.enums import Labelled
from crm.lib.words import N_, _
from crm.merchants.models import Direction

from .status import BuildKind, NodeKind, Status, VisitKind

VERBS: dict[str, tuple[str, str]] = {
    "project.created": (N_("建立项目"), "plus"),
    "project.left_reserve": (N_("取消与储备项目的关联"), "undo"),
    "project.edited": (N_("修改项目"), "pen"),
    "project.planned": (N_("年度计划"), "money"),
    "project.advanced": (N_("推进状态"), "stage"),
    "project.stepped_back": (N_("退回状态"), "undo"),
    "project.sponsored": (N_("更换挂联领导"), "assign"),
    "project.milestone_added": (N_("新增节点"), "plus"),
    "project.milestone_edited": (N_("修改节点"), "pen"),
    "project.milestone_reached": (N_("节点完成"), "check"),
    "project.milestone_dropped": (N_("去掉节点"), "trash"),
    "project.listed": (N_("列入或调出名单"), "list"),
    "project.visited": (N_("一线记录"), "visit"),
    "project.reported": (N_("报送进度"), "chart"),
    "key_project.tagged": (N_("打标签"), "tag"),
}
LABELS: dict[str, str] = {
    "name": N_("重点项目名称"),
    "content": N_("建设内容"),
    "place": N_("建设地点"),
    "direction": N_("产业方向"),
    "is_productive": N_("适用投产"),
    "planned_wan": N_("计划总投资"),
    "status": N_("状态"),
    "unit_id": N_("责任单位"),
    "task_force": N_("工作专班"),
    "task_force_members": N_("专班成员"),
    "owner_body": N_("项目业主"),
    "deal_id": N_("招商项目"),
    "reserve_item_id": N_("谋划项目"),
    "leader": N_("挂联领导"),
    "from_on": N_("起始日期"),
    "year": N_("年度"),
    "build_kind": N_("建设性质"),
    "year_planned_wan": N_("年度计划投资"),
    "year_done_wan": N_("年度完成投资"),
    "milestone": N_("节点"),
    "node_kind": N_("类别"),
    "node_plan_on": N_("计划时间"),
    "node_forecast_on": N_("预计时间"),
    "node_actual_on": N_("完成时间"),
    "node_person": N_("责任人"),
    "node_signed_on": N_("责任书签订日期"),
    "node_after": N_("接在哪些节点之后"),
    "visit_on": N_("日期"),
    "visit_kind": N_("方式"),
    "week": N_("周"),
    "list": N_("名单"),
    "progress": N_("形象进度"),
    "problem": N_("存在问题"),
    "tags": N_("标签"),
}
WITHOUT_VALUES = {"deal_id", "reserve_item_id"}
"""Told as changed, without a name: the reader may not be allowed to see that record."""

KINDS: dict[str, type[Labelled]] = {
    "status": Status,
    "direction": Direction,
    "build_kind": BuildKind,
    "node_kind": NodeKind,
    "visit_kind": VisitKind,
}
LONGEST = 200  # characters of a value; the record itself shows the whole


def told(changes: Mapping[str, Any], say: Callable[[Any], str]) -> list[tuple[str, str, str]]:
    """(label, before, after) of what has a label; `say` puts a value into words."""
    return [
        (_(LABELS[key]), value_said(key, pair[0], say), value_said(key, pair[1], say))
        for key, pair in changes.items()
        if key in LABELS and isinstance(pair, list) and len(pair) == 2
    ]


def value_said(key: str, value: Any, say: Callable[[Any], str]) -> str:
    """A value as the trail keeps it, in words; "—" for none."""
    if value in (None, "", []):
        return "—"
    if key in WITHOUT_VALUES:
        return "…"
    if key in KINDS:
        found = KINDS[key].of(str(value))
        return found.label if found else str(value)
    if key.endswith("_wan"):
        return say(Decimal(str(value)))
    return say(value)[:LONGEST]
