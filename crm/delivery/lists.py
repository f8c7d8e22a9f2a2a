"""The list of key projects: its columns, filters and the one act on many."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import url_for
from sqlalchemy.orm import selectinload

from crm.db import db
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import N_, _, listed
from crm.lists.table import BulkAct, Column, Filter, ListPage, of_unit, register
from crm.merchants.models import Direction
from crm.org import queries as org
from crm.org.models import Unit, User
from crm.org.permissions import Permission as P

from . import queries, timetable
from .models import KeyProject, Milestone, ProjectList, ProjectYear, Seat, Sponsorship
from .rolls import actions as rolls
from .status import BuildKind, NodeKind, Status
from .timetable import Paper
from .weeks import Pace, week_of

MILESTONES = selectinload(KeyProject.milestones).selectinload(Milestone.after)


def this_year() -> int:
    return clock.today().year


THIS_YEAR = sa.bindparam(None, type_=sa.Integer, callable_=this_year)
"""The business year, asked when the statement is sent: the order of a list is made when the house starts."""


def _year(project: KeyProject) -> ProjectYear | None:
    return project.in_year(this_year())


def _next(project: KeyProject) -> Milestone | None:
    return next((node for node in project.route if node.actual_on is None), None)


def _next_name(project: KeyProject) -> str:
    node = _next(project)
    return node.title if node else ""


def _next_on(project: KeyProject) -> Any:
    node = _next(project)
    return node.plan_on if node else None


def _slip(project: KeyProject) -> int | None:
    """Of the milestone that is furthest behind."""
    found = [timetable.slip_days(node, clock.today()) for node in project.milestones]
    days = [one for one in found if one is not None]
    return max(days) if days else None


def _node_on(kind: NodeKind, field: str) -> Any:
    def of(project: KeyProject) -> Any:
        node = next((one for one in project.milestones if one.kind is kind), None)
        return getattr(node, field) if node else None

    return of


def built_choices() -> list[tuple[str, str]]:
    """2013 年新建 …, for the years that are known."""
    return [
        (f"{year}-{kind.value}", _("%(year)s 年%(kind)s", year=year, kind=kind.label))
        for year in queries.years()
        for kind in BuildKind
    ]


def _built(value: str) -> sa.ColumnElement[bool]:
    year, _dash, kind = value.partition("-")
    return queries.built_as(int(year), BuildKind(kind))


def _leader(value: str, user: User) -> sa.ColumnElement[bool]:
    if value == "none":
        return sa.not_(sa.exists().where(KeyProject.id == Sponsorship.project_id,
                                         Sponsorship.to_on.is_(None)))  # fmt: skip
    return queries.led_by(user.id if value == "me" else int(value))


def _leaders(user: User) -> list[tuple[Any, str]]:
    return [("me", _("我")), ("none", _("还没有人")), *org.leader_choices()]


def _open_rolls(user: User) -> list[tuple[Any, str]]:
    mine = [roll for roll in queries.rolls() if roll.issued_on is None and queries.may_manage(user, roll)]
    return [(roll.id, roll.name) for roll in mine]


def _put_on(project: KeyProject, value: str, user: User) -> None:
    roll = db.session.get(ProjectList, int(value)) if value.isdecimal() else None
    if roll is None or not queries.may_manage(user, roll):
        raise Refused(_("没有这个选项"))
    if not rolls.add(roll, [project], actor=user):
        raise Refused(_("“%(name)s”已经在名单上", name=project.name))


ACTS = [BulkAct("put_on", N_("列入名单"), P.PROJECT_LIST, _put_on, choices=_open_rolls, icon="list")]
"""Upper floors put theirs beside it: campaigns/lists.py."""

FILTERS = [
    Filter("status", N_("状态"), "choice", lambda user: Status.choices(),
           lambda v, user: KeyProject.status == Status(v)),
    Filter("list", N_("名单"), "choice", lambda user: [(one.id, one.name) for one in queries.rolls()],
           lambda v, user: queries.on_list(int(v))),
    Filter("built", N_("建设性质"), "choice", lambda user: built_choices(), lambda v, user: _built(v)),
    Filter("leader", N_("挂联领导"), "choice", _leaders, _leader),
    of_unit(N_("责任单位"), lambda id: KeyProject.unit_id == id),
    Filter("seat", N_("四位一体不全，缺"), "choice", lambda user: Seat.choices(),
           lambda v, user: queries.empty_seat(Seat(v))),
    Filter("lacks", N_("三位一体不全，缺"), "choice", lambda user: Paper.choices(),
           lambda v, user: queries.lacking(Paper(v))),
    Filter("overdue", N_("有超期的节点"), "flag", where=lambda v, user: queries.overdue(clock.today())),
    Filter("quiet", N_("本周无进展"), "flag",
           where=lambda v, user: queries.without_progress(week_of(clock.today()))),
    Filter("pace", N_("本年投资进度"), "choice", lambda user: Pace.choices(),
           lambda v, user: queries.at_pace(Pace(v), clock.today())),
    Filter("starts", N_("计划开工"), "days", where=lambda v, user: queries.planned(NodeKind.START, v)),
    Filter("started", N_("实际开工"), "days", where=lambda v, user: queries.reached(NodeKind.START, v)),
    Filter("completed", N_("实际建成"), "days", where=lambda v, user: queries.reached(NodeKind.COMPLETE, v)),
    Filter("due_built", N_("应建成（含已建成）"), "days", where=lambda v, user: queries.built_or_due(v)),
    Filter("productive", N_("适用投产"), "flag", where=lambda v, user: KeyProject.is_productive),
    Filter("direction", N_("产业方向"), "choice", lambda user: Direction.choices(),
           lambda v, user: KeyProject.direction == Direction(v)),
    Filter("from_deal", N_("由招商项目落地而来"), "flag", where=lambda v, user: KeyProject.deal_id.is_not(None)),
]  # fmt: skip
"""Upper floors put theirs behind these (`also_filtered_by`): watchers/lists.py."""

PAGE = register(
    ListPage(
        name="projects",
        msgid=N_("重点项目"),
        noun=queries.NOUN,
        model=KeyProject,
        columns=(
            Column("name", N_("重点项目名称"), lambda p: p.name, sort="name", url=lambda p: url_for("delivery.show", id=p.id)),
            Column("status", N_("状态"), lambda p: p.status, kind="state", sort="status"),
            Column("build_kind", N_("建设性质"), lambda p: y.build_kind if (y := _year(p)) else None, kind="state"),
            Column("lists", N_("所在名单"), lambda p: listed(one.project_list.kind for one in p.lists_now
                                                         if one.project_list.year == this_year())),
            Column("year_planned", N_("本年计划投资"), lambda p: y.planned_wan if (y := _year(p)) else None, kind="wan",
                   sort="year_planned"),
            Column("year_done", N_("本年完成投资"), lambda p: y.done_wan if (y := _year(p)) else None, kind="wan",
                   sort="year_done"),
            Column("percent", N_("完成率（%）"), lambda p: y.percent if (y := _year(p)) else None, kind="number"),
            Column("leader", N_("挂联领导"), lambda p: p.leader.name if p.leader else ""),
            Column("unit", N_("责任单位"), lambda p: p.unit.name if p.unit else "", sort="unit"),
            Column("next_node", N_("下一个节点"), _next_name, options=(MILESTONES,)),
            Column("next_on", N_("节点计划"), _next_on, kind="day", sort="next", options=(MILESTONES,)),
            Column("slip", N_("最大偏差（天）"), _slip, kind="number", options=(MILESTONES,)),
            Column("status_since", N_("状态起始"), lambda p: p.status_since, kind="day", sort="since", default=False),
            Column("planned_wan", N_("计划总投资"), lambda p: p.planned_wan, kind="wan", sort="planned", default=False),
            Column("done_wan", N_("累计完成投资"), lambda p: p.done_wan, kind="wan", default=False),
            Column("task_force", N_("工作专班"), lambda p: p.task_force, default=False),
            Column("owner_body", N_("项目业主"), lambda p: p.owner_body, default=False),
            Column("start_plan", N_("计划开工"), _node_on(NodeKind.START, "plan_on"), kind="day", default=False,
                   options=(MILESTONES,)),
            Column("start_actual", N_("实际开工"), _node_on(NodeKind.START, "actual_on"), kind="day", default=False,
                   options=(MILESTONES,)),
            Column("complete_plan", N_("计划建成"), _node_on(NodeKind.COMPLETE, "plan_on"), kind="day", default=False,
                   options=(MILESTONES,)),
            Column("complete_actual", N_("实际建成"), _node_on(NodeKind.COMPLETE, "actual_on"), kind="day", default=False,
                   options=(MILESTONES,)),
            Column("empty_seats", N_("四位一体缺"), lambda p: listed(one.label for one in p.empty_seats), default=False),
            Column("lacks", N_("三位一体缺"), lambda p: listed(one.label for one in p.lacks), default=False,
                   options=(MILESTONES,)),
            Column("direction", N_("产业方向"), lambda p: p.direction, kind="state", default=False),
            Column("place", N_("建设地点"), lambda p: p.place, default=False),
            Column("content", N_("建设内容"), lambda p: p.content, default=False),
            Column("deal", N_("招商项目"), lambda p: _("有") if p.deal_id else "", default=False),
        ),
        filters=FILTERS,
        sorts={
            "id": KeyProject.id,
            "name": KeyProject.name,
            "status": sa.case({one.value: one.order for one in Status}, value=KeyProject.status),
            "since": KeyProject.status_since,
            "planned": KeyProject.planned_wan,
            "year_planned": queries.year_column(ProjectYear.planned_wan, THIS_YEAR),
            "year_done": queries.year_column(ProjectYear.done_wan, THIS_YEAR),
            "unit": sa.select(Unit.code).where(Unit.id == KeyProject.unit_id).scalar_subquery(),
            "next": queries.next_node(),
        },
        default_sort="id",
        base=lambda user: queries.with_names(queries.visible_to(user)),
        view_permission=P.PROJECT_VIEW,
        export_permission=P.PROJECT_EXPORT,
        tag_permission=P.PROJECT_EDIT,
        belongs=lambda p: {"units": [p.unit_id, p.entered_unit_id], "owners": [p.entered_by_id]},
        acts=ACTS,
        endpoint="delivery.index",
        empty_text=N_("重点建设项目可以直接新建，也可以把整张名单导入。"),
        empty_actions=lambda user: [
            (_("新建重点项目"), url_for("delivery.new")),
            (_("导入名单"), url_for("imports.index")),
        ] if user.may(P.PROJECT_EDIT) else [],
    )
)  # fmt: skip
