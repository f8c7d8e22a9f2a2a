"""The verbs of a task: draft it, give it targets, split them, issue it, change it with a reason, freeze it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from crm.audit.trail import record, recording
from crm.db import db
from crm.indicators import catalogue
from crm.indicators import queries as indicators
from crm.indicators.progress import month_end
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _, listed
from crm.org.models import User
from crm.search import index
from crm.search.tokens import Field, Kind

from . import queries
from .models import Target, TaskState, WorkTask
from .parts import gap

FACTS = ("name", "goal", "focus", "measures", "schedule", "owner_id", "unit_id", "document_no")
Part = tuple[int | None, int | None, Decimal]
"""(unit, person, amount)."""


def draft(data: dict[str, Any], *, actor: User) -> WorkTask:
    """草拟."""
    task = WorkTask(created_by_id=actor.id)
    _fill(task, data)
    db.session.add(task)
    with recording("work_task.drafted", task, actor=actor):
        db.session.flush()
    put_in_index(task)
    return task


def edit(task: WorkTask, data: dict[str, Any], why: str, *, actor: User) -> None:
    """Put right a draft; 变更 what was issued, with a reason, and never so that one of the five is gone."""
    _refuse_frozen(task)
    if task.state is TaskState.ISSUED and not why:
        raise Refused(_("任务已经下达，变更请写明理由"), "why")
    verb = "work_task.changed" if task.state is TaskState.ISSUED else "work_task.edited"
    with recording(verb, task, actor=actor, note=why):
        _fill(task, data)
        if task.state is TaskState.ISSUED:
            _refuse_unclear(task)
            for root in task.roots:
                _refuse_twice(root)
    put_in_index(task)


def add(task: WorkTask, data: dict[str, Any], why: str = "", *, actor: User) -> Target:
    """Give a task an indicator: of the whole, or of one unit."""
    _refuse_frozen(task)
    _refuse_unexplained(task, why)
    if catalogue.find(data["indicator"]) is None:
        raise Refused(_("没有这个指标"), "indicator")
    own = indicators.own(data["indicator"])
    for one in task.roots:
        if (one.indicator, one.scope, one.unit_id) == (
            data["indicator"],
            data.get("scope") or "",
            data.get("unit_id"),
        ):
            raise Refused(_("这个任务里已经有这个指标"), "indicator")
    target = Target(task=task, indicator=data["indicator"], own_indicator_id=own.id if own else None)
    _measure(target, data)
    db.session.add(target)
    with recording("target.set", target, actor=actor, note=why):
        db.session.flush()
    if task.state is TaskState.ISSUED:
        _refuse_twice(target)
    return target


def change(target: Target, data: dict[str, Any], why: str, *, actor: User) -> None:
    """变更 a target that is not split; one that is split is changed together with its parts."""
    _refuse_frozen(target.task)
    _refuse_unexplained(target.task, why)
    if target.parent_id is not None:
        raise Refused(_("分到单位和个人的目标，在上一级的分解里改"))
    if target.parts and data["amount"] != target.amount:
        raise Refused(_("已经分解，请在分解里连同各单位的一起改"), "amount")
    with recording("target.changed", target, actor=actor, note=why):
        _measure(target, data)


def drop(target: Target, why: str, *, actor: User) -> None:
    """取消 an indicator of a task with all its parts."""
    _refuse_frozen(target.task)
    _refuse_unexplained(target.task, why)
    if target.parent_id is not None:
        raise Refused(_("分到单位和个人的目标，在上一级的分解里改"))
    parts = [(part.unit.name if part.unit else "", str(part.amount)) for part in target.parts]
    record("target.dropped", target, actor=actor, note=why, changes={"amount": [str(target.amount), None],
                                                                     "parts": [parts, None]})  # fmt: skip
    target.task.targets.remove(target)
    db.session.flush()


def split(target: Target, whole: Decimal, parts: Sequence[Part], why: str = "", *, actor: User) -> None:
    """分解: set the target and all its parts at once, so that they can be seen to add up.

    In a draft they may still be short; of what is issued they must add up to the whole. A part that is already split
    further keeps its own parts: its unit is told that they no longer add up.
    """
    task = target.task
    _refuse_frozen(task)
    if target.person_id is not None:
        raise Refused(_("个人的目标不再往下分"))
    is_first = not target.parts
    if not is_first or whole != target.amount:
        _refuse_unexplained(task, why)
    if target.parent_id is not None and whole != target.amount:
        raise Refused(_("本单位的目标由上一级分解时定，这里只能分到个人"), "amount")
    if whole != target.amount and not queries.may_manage(actor, task):
        raise Refused(_("目标由下达任务的单位定，这里只能分到个人"), "amount")
    if task.state is TaskState.ISSUED:
        _refuse_gap(target, whole, [amount for _unit, _person, amount in parts])
    before = {(part.unit_id, part.person_id): part for part in target.parts}
    wanted = {(unit_id, person_id): amount for unit_id, person_id, amount in parts}
    said = _said(target)
    for key, part in before.items():
        if key not in wanted:
            target.parts.remove(part)
    db.session.flush()
    for (unit_id, person_id), amount in wanted.items():
        part = before.get((unit_id, person_id)) or Target(
            task=task, parent=target, indicator=target.indicator, own_indicator_id=target.own_indicator_id,
            scope=target.scope, unit_id=unit_id, person_id=person_id,
        )  # fmt: skip
        part.amount = amount
        db.session.add(part)
    target.amount = whole
    if target.stretch is not None and target.stretch < whole:
        raise Refused(_("力争目标小于目标，请先改力争目标"), "amount")
    db.session.flush()
    db.session.expire(task, ["targets"])
    record("target.split", target, actor=actor, note=why, changes={"parts": [said, _said(target)]})


def issue(task: WorkTask, *, actor: User) -> None:
    """下达. Refused while one of 五明确 is not said, there is no indicator, or parts do not add up."""
    if task.state is not TaskState.DRAFT:
        raise Refused(_("任务已经下达"))
    _refuse_unclear(task)
    if not task.roots:
        raise Refused(_("还没有指标：各项任务要细化为指标才能下达"))
    for target in task.targets:
        _refuse_gap(target, target.amount, [part.amount for part in target.parts])
    for root in task.roots:
        _refuse_twice(root)
    with recording("work_task.issued", task, actor=actor):
        task.state, task.issued_on = TaskState.ISSUED, clock.today()


def close(task: WorkTask, *, actor: User) -> None:
    """冻结 after its period: every target keeps the figure it stood at, whatever becomes of the records."""
    if task.state is not TaskState.ISSUED:
        raise Refused(_("只有执行中的任务可以冻结"))
    if clock.today() <= task.last_on:
        raise Refused(_("期限 %(day)s 还没有过，过了才能冻结", day=task.last_on.isoformat()))
    told = queries.standings(actor, task.targets)
    with recording("work_task.closed", task, actor=actor):
        for target in task.targets:
            target.closed_actual = told[target.id].actual
        task.state, task.closed_on = TaskState.CLOSED, clock.today()


def discard(task: WorkTask, *, actor: User) -> None:
    """删除 a draft."""
    if task.state is not TaskState.DRAFT:
        raise Refused(_("已经下达的任务不能删除"))
    record("work_task.discarded", task, actor=actor)
    index.remove(queries.NOUN, [task.id])
    db.session.delete(task)
    db.session.flush()


def search_fields(task: WorkTask) -> list[Field]:
    """What a task is found by: its name, its document, and what it says of the five."""
    said = (task.goal, task.focus, task.measures, task.schedule)
    return [
        Field(Kind.NAME, task.name),
        Field(Kind.CODE, task.document_no),
        *(Field(Kind.TEXT, one) for one in said),
    ]


def put_in_index(task: WorkTask) -> None:
    index.put(queries.NOUN, task.id, search_fields(task))


# --- parts --------------------------------------------------------------------------------------------------


def _fill(task: WorkTask, data: Mapping[str, Any]) -> None:
    for name in FACTS:
        if name in data:
            setattr(task, name, data[name])
    if "first_month" in data:
        task.first_on, task.last_on = data["first_month"], month_end(data["last_month"])
    if task.last_on < task.first_on:
        raise Refused(_("结束月份早于开始月份"), "last_month")


def _measure(target: Target, data: Mapping[str, Any]) -> None:
    amount, stretch = data["amount"], data.get("stretch")
    if amount <= 0:
        raise Refused(_("目标要大于零"), "amount")
    if stretch is not None and stretch < amount:
        raise Refused(_("力争目标不能小于目标"), "stretch")
    target.amount, target.stretch = amount, stretch
    target.scope = data.get("scope") or ""
    if "unit_id" in data and not target.parts:
        target.unit_id = data["unit_id"]
    for part in target.parts:
        part.scope = target.scope


def _said(target: Target) -> list[str]:
    """The parts as the trail tells them."""
    return [
        f"{part.person.name if part.person else part.unit.name if part.unit else ''} {part.amount.normalize():f}"
        for part in sorted(target.parts, key=lambda part: (part.unit_id or 0, part.person_id or 0))
    ]  # fmt: skip


def _refuse_frozen(task: WorkTask) -> None:
    if task.state is TaskState.CLOSED:
        raise Refused(_("任务已经冻结，不能再改"))


def _refuse_unexplained(task: WorkTask, why: str) -> None:
    if task.state is TaskState.ISSUED and not why:
        raise Refused(_("任务已经下达，变更请写明理由"), "why")


def _refuse_unclear(task: WorkTask) -> None:
    if lacks := task.lacks:
        raise Refused(_("五明确还缺：%(what)s", what=listed(one.label for one in lacks)))


def _refuse_gap(target: Target, whole: Decimal, parts: Sequence[Decimal]) -> None:
    short = gap(whole, parts)
    if not short:
        return
    one = catalogue.find(target.indicator)
    values = {
        "what": one.label if one else target.indicator, "sum": f"{sum(parts, Decimal(0)).normalize():f}",
        "whole": f"{whole.normalize():f}", "gap": f"{abs(short).normalize():f}", "unit": one.unit_label if one else "",
    }  # fmt: skip
    if short > 0:
        raise Refused(
            _("“%(what)s”各部分合计 %(sum)s %(unit)s，比 %(whole)s 少 %(gap)s，要加得起来才行", **values)
        )
    raise Refused(
        _("“%(what)s”各部分合计 %(sum)s %(unit)s，比 %(whole)s 多 %(gap)s，要加得起来才行", **values)
    )


def _refuse_twice(root: Target) -> None:
    if other := queries.issued_already(root):
        raise Refused(_("“%(name)s”已经下达过同一期间的这个指标，一个数只能有一个目标", name=other.name))
