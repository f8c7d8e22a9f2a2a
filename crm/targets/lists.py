"""The list of tasks, and the list of all targets with whom they were given to."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import url_for
from sqlalchemy.orm import joinedload

from crm.indicators import catalogue
from crm.lib import clock
from crm.lib.words import N_, _, listed
from crm.lists.table import Column, Filter, ListPage, between, of_unit, register
from crm.org import queries as org
from crm.org.models import Unit, User
from crm.org.permissions import Permission as P

from . import queries
from .models import Target, TaskState, WorkTask


def _years(user: User) -> list[tuple[str, str]]:
    return [(str(year), str(year)) for year in queries.years_known()]


def _in_year(value: str) -> sa.ColumnElement[bool]:
    return sa.and_(
        sa.extract("year", WorkTask.first_on) <= int(value),
        sa.extract("year", WorkTask.last_on) >= int(value),
    )


TASKS = register(
    ListPage(
        name="work_tasks",
        msgid=N_("目标任务"),
        noun=queries.NOUN,
        model=WorkTask,
        columns=(
            Column("name", N_("任务名称"), lambda t: t.name, sort="name", url=lambda t: url_for("targets.show_task", id=t.id)),
            Column("state", N_("状态"), lambda t: t.state, kind="state", sort="state"),
            Column("unit", N_("牵头单位"), lambda t: t.unit.name, sort="unit"),
            Column("owner", N_("责任人"), lambda t: t.owner.name if t.owner else ""),
            Column("first_on", N_("开始"), lambda t: t.first_on, kind="day", sort="first"),
            Column("last_on", N_("期限"), lambda t: t.last_on, kind="day", sort="last"),
            Column("lacks", N_("五明确还缺"), lambda t: listed(one.label for one in t.lacks)),
            Column("issued_on", N_("下达日期"), lambda t: t.issued_on, kind="day", sort="issued"),
            Column("document_no", N_("文号"), lambda t: t.document_no, kind="code", default=False),
            Column("goal", N_("工作目标"), lambda t: t.goal, default=False),
            Column("focus", N_("工作重点"), lambda t: t.focus, default=False),
            Column("measures", N_("工作措施"), lambda t: t.measures, default=False),
            Column("schedule", N_("进度安排"), lambda t: t.schedule, default=False),
        ),
        filters=(
            Filter("year", N_("年度"), "choice", _years, lambda v, user: _in_year(v)),
            Filter("state", N_("状态"), "choice", lambda user: TaskState.choices(),
                   lambda v, user: WorkTask.state == TaskState(v)),
            of_unit(N_("牵头单位"), lambda id: WorkTask.unit_id == id),
            Filter("mine", N_("我负责的"), "flag", where=lambda v, user: WorkTask.owner_id == user.id),
            Filter("last", N_("期限"), "days", where=lambda v, user: between(WorkTask.last_on, v)),
            Filter("unclear", N_("五明确不全"), "flag", where=lambda v, user: sa.or_(
                WorkTask.goal == "", WorkTask.focus == "", WorkTask.measures == "", WorkTask.schedule == "",
                WorkTask.owner_id.is_(None))),
        ),
        sorts={
            "name": WorkTask.name,
            "state": WorkTask.state,
            "first": WorkTask.first_on,
            "last": WorkTask.last_on,
            "issued": WorkTask.issued_on,
            "unit": sa.select(Unit.code).where(Unit.id == WorkTask.unit_id).scalar_subquery(),
        },
        default_sort="-first",
        base=lambda user: queries.with_names(queries.visible_to(user)),
        view_permission=P.TARGET_VIEW,
        export_permission=P.TARGET_VIEW,
        belongs=lambda t: {"units": [t.unit_id], "owners": [t.owner_id, t.created_by_id]},
        endpoint="targets.tasks",
        empty_text=N_("把工作转化为任务，把任务细化为指标，分到单位和个人。"),
        empty_actions=lambda user: [(_("草拟任务"), url_for("targets.draft")), (_("导入名单"), url_for("imports.index"))]
        if user.may(P.TARGET_MANAGE) else [],
    )
)  # fmt: skip


def _level(value: str) -> sa.ColumnElement[bool]:
    return {
        "whole": Target.parent_id.is_(None),
        "unit": sa.and_(Target.parent_id.is_not(None), Target.person_id.is_(None)),
        "person": Target.person_id.is_not(None),
    }[value]


def indicator_name(target: Any) -> str:
    one = catalogue.CATALOGUE.get(target.indicator)
    return one.label if one else target.own_indicator.name if target.own_indicator else target.indicator


def _measured_in(target: Any) -> str:
    one = catalogue.CATALOGUE.get(target.indicator)
    if one:
        return one.unit_label
    return _(catalogue.UNIT_WORDS[target.own_indicator.measure]) if target.own_indicator else ""


def _base(user: User) -> sa.Select[Any]:
    rows = queries.targets_visible_to(user)
    return rows.options(joinedload(Target.task), joinedload(Target.unit), joinedload(Target.person),
                        joinedload(Target.own_indicator))  # fmt: skip


def _indicators(user: User) -> list[tuple[str, str]]:
    return catalogue.choices(user)


TARGETS = register(
    ListPage(
        name="targets",
        msgid=N_("指标分解表"),
        noun=queries.TARGET,
        model=Target,
        columns=(
            Column("indicator", N_("指标"), indicator_name, url=lambda t: url_for("targets.show", id=t.id)),
            Column("task", N_("任务"), lambda t: t.task.name),
            Column("unit", N_("单位"), lambda t: t.unit.name if t.unit else _("全区"), sort="unit"),
            Column("person", N_("个人"), lambda t: t.person.name if t.person else ""),
            Column("amount", N_("目标"), lambda t: t.amount, kind="number", sort="amount"),
            Column("measured_in", N_("计量单位"), _measured_in),
            Column("stretch", N_("力争目标"), lambda t: t.stretch, kind="number", default=False),
            Column("scope", N_("口径说明"), lambda t: t.scope, default=False),
            Column("first_on", N_("开始"), lambda t: t.task.first_on, kind="day", default=False),
            Column("last_on", N_("期限"), lambda t: t.task.last_on, kind="day"),
            Column("state", N_("状态"), lambda t: t.task.state, kind="state"),
            Column("closed_actual", N_("冻结时完成"), lambda t: t.closed_actual, kind="number", default=False),
        ),
        filters=(
            Filter("year", N_("年度"), "choice", _years,
                   lambda v, user: Target.task_id.in_(sa.select(WorkTask.id).where(_in_year(v)))),
            Filter("indicator", N_("指标"), "choice", _indicators, lambda v, user: Target.indicator == v),
            Filter("level", N_("哪一级"), "choice",
                   lambda user: [("whole", _("总目标")), ("unit", _("单位")), ("person", _("个人"))],
                   lambda v, user: _level(v)),
            of_unit(N_("单位"), lambda id: Target.unit_id == id),
            Filter("person", N_("个人"), "choice", lambda user: org.colleague_choices(user, P.TARGET_VIEW),
                   lambda v, user: Target.person_id == int(v)),
            Filter("mine", N_("我的"), "flag", where=lambda v, user: Target.person_id == user.id),
            Filter("running", N_("执行中的"), "flag", where=lambda v, user: Target.task_id.in_(
                sa.select(WorkTask.id).where(WorkTask.state == TaskState.ISSUED, WorkTask.last_on >= clock.today()))),
        ),
        sorts={
            "id": Target.id,
            "amount": Target.amount,
            "unit": sa.select(Unit.code).where(Unit.id == Target.unit_id).scalar_subquery(),
        },
        default_sort="id",
        base=_base,
        view_permission=P.TARGET_VIEW,
        export_permission=P.TARGET_VIEW,
        belongs=lambda t: {"units": [t.unit_id], "owners": [t.person_id]},
        searched=False,
        endpoint="targets.rows",
        empty_text=N_("任务有了指标，分解到单位和个人以后列在这里。"),
        row_label=lambda t: f"{indicator_name(t)} {t.unit.name if t.unit else ''}",
    )
)  # fmt: skip
