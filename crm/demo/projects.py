"""The demo district's key projects, with milestones that are fictional like everything beside the printed names.

The rows say when a project was or will be started; what comes after is laid out from there. Those that the rows say
lack a 路线图 get no order among their milestones.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from crm.db import db
from crm.deals.models import Deal
from crm.delivery.models import (
    KeyProject,
    ListEntry,
    Milestone,
    ProgressEntry,
    ProjectList,
    ProjectMove,
    ProjectYear,
    SiteVisit,
    Sponsorship,
)
from crm.delivery.status import BuildKind, NodeKind, Status, VisitKind
from crm.delivery.weeks import week_of
from crm.org.models import Unit, User

from .lists import rows

YEAR = 2013
PLANNER = "区发改局"
ISSUED = dt.date(2013, 2, 28)
SPONSORED = dt.date(2013, 1, 15)
LISTS = {"重点建设": "区重点建设", "重点工业": "区重点工业"}
MARKS = (("prov_key", "省重点"), ("city_key", "市重点"), ("hukan", "互看互学"))
OBSTACLES = (
    "示例：用地指标未落实",
    "示例：征迁尚余 2 户未签约",
    "示例：施工图审查滞后",
    "示例：环评批复未取得",
)
LAYOUT = (
    (NodeKind.STRUCTURE, "主体结顶", 150),
    (NodeKind.COMPLETE, "建成", 330),
    (NodeKind.PRODUCE, "投产", 420),
)
"""What follows the start, and how many days behind it."""


OUT_OF = {
    "普星热电": "P055", "歌瑞新材料一期": "P056", "凯泰汽车商贸综合体": "P057", "城市物流综合体": "P058",
    "示例工业新建项目08": "P004",
}  # fmt: skip
"""Which deal a project grew out of: by its name where the report names both; one more is invented."""


def load_projects(
    units: dict[str, Unit], leaders: dict[str, User], deals: dict[str, Deal], today: dt.date
) -> None:
    lists = {
        kind: ProjectList(kind=kind, year=YEAR, unit_id=units[PLANNER].id, issued_on=ISSUED,
                          document_no=f"示例发〔{YEAR}〕{number}号")
        for number, kind in enumerate(("省重点", "市重点", "区重点建设", "区重点工业", "互看互学"), 1)
    }  # fmt: skip
    db.session.add_all(lists.values())
    built = {row["name"]: row for row in rows("nodes")}
    for number, row in enumerate(rows("key_projects")):
        project = _project(row, units, leaders)
        project.deal = deals.get(OUT_OF.get(project.name, ""))
        plan = Decimal(row["plan_wan"])
        project.years.append(
            ProjectYear(
                year=YEAR,
                build_kind=BuildKind.of(row["build_type"]) or BuildKind.NEW,
                planned_wan=plan,
                done_wan=Decimal(row["done_wan"]),
            )
        )
        on = [LISTS[row["list"]], *(kind for mark, kind in MARKS if row[mark] == "1")]
        for kind in on:
            project.places.append(ListEntry(project_list=lists[kind], planned_wan=plan))
        _milestones(project, row, today)
        _steps(project, built.pop(row["name"], None))
        db.session.add(project)
        if row["hukan"] == "1":
            _weeks(project, number, today)
        if project.status is Status.NOT_STARTED:
            _why_not(project, number)
    for row in built.values():
        _finished(row, units).deal = deals.get(OUT_OF.get(row["name"], ""))
    db.session.flush()


def _project(row: dict[str, str], units: dict[str, Unit], leaders: dict[str, User]) -> KeyProject:
    leader = leaders[row["leader_role"]]
    unit = units[row["responsible_unit"]]
    started = day(row["start_actual"])
    project = KeyProject(
        name=row["name"],
        status=Status.BUILDING if started else Status.NOT_STARTED,
        status_since=started or dt.date(YEAR, 1, 1),
        is_productive=row["list"] == "重点工业",
        unit_id=unit.id,
        task_force=row["work_team"],
        owner_body=row["owner_body"],
        entered_unit_id=units[PLANNER].id,
    )
    project.sponsorships.append(
        Sponsorship(leader_id=leader.id, post=row["leader_role"], from_on=SPONSORED, reason="年初分工")
    )
    project.moves.append(
        ProjectMove(
            from_status=Status.NOT_STARTED if started else None,
            to_status=project.status,
            on_day=project.status_since,
            reason="示例区数据",
        )
    )
    if started and row["hukan"] == "1":
        project.visits.append(
            SiteVisit(kind=VisitKind.SUPERVISE, on_day=dt.date(2013, 7, 10), place="项目现场", leader_id=leader.id,
                      decision="示例：月底前完成管线迁改，倒排工期，每周一报。")
        )  # fmt: skip
    return project


def _milestones(project: KeyProject, row: dict[str, str], today: dt.date) -> None:
    started = day(row["start_actual"])
    first = started or day(row["start_plan"])
    assert first is not None
    plans: list[tuple[NodeKind, str, dt.date]] = [(NodeKind.START, "开工", first)]
    plans += [
        (kind, name, first + dt.timedelta(days=after))
        for kind, name, after in LAYOUT
        if kind is not NodeKind.PRODUCE or project.is_productive
    ]
    if started and started.year < YEAR:  # carried on: laid out anew for what is still to come
        plans[1:] = [(kind, name, dt.date(YEAR, 9, 30) + dt.timedelta(days=at * 90))
                     for at, (kind, name, _plan) in enumerate(plans[1:])]  # fmt: skip
    before: Milestone | None = None
    for kind, name, plan in plans:
        node = Milestone(
            kind=kind,
            name=name,
            baseline_on=plan,
            plan_on=plan,
            actual_on=plan if kind is NodeKind.START and started else plan if plan <= today else None,
            person=f"{row['responsible_unit']}负责人",
            signed_on=SPONSORED,
        )
        if before is not None and row["has_roadmap"] == "1":
            node.after.append(before)
        project.milestones.append(node)
        before = node


def _steps(project: KeyProject, built: dict[str, str] | None) -> None:
    """What was built, produces, or is at capacity by the list of those that were finished."""
    if built is None:
        return
    for column, status, kind in (
        ("built_on", Status.COMPLETED, NodeKind.COMPLETE),
        ("producing_on", Status.PRODUCING, NodeKind.PRODUCE),
        ("full_capacity_on", Status.AT_CAPACITY, NodeKind.CAPACITY),
    ):
        on = day(built[column])
        if on is None:
            return
        project.moves.append(
            ProjectMove(from_status=project.status, to_status=status, on_day=on, reason="示例区数据")
        )
        project.status, project.status_since = status, on
        for node in project.milestones:
            if node.kind is kind or (kind is NodeKind.COMPLETE and node.kind is NodeKind.STRUCTURE):
                node.actual_on = on


def _finished(row: dict[str, str], units: dict[str, Unit]) -> KeyProject:
    """Built before this year's lists were issued: on none of them, and without a plan of this year."""
    project = KeyProject(
        name=row["name"],
        status=Status.BUILDING,
        status_since=dt.date(YEAR - 1, 1, 1),
        is_productive="不适用投产" not in row["basis"],
        unit_id=units[PLANNER].id,
        task_force="示例专班",
        owner_body="项目业主(示例)",
        entered_unit_id=units[PLANNER].id,
    )
    project.moves.append(
        ProjectMove(from_status=Status.NOT_STARTED, to_status=Status.BUILDING, on_day=project.status_since,
                    reason="示例区数据")
    )  # fmt: skip
    _steps(project, row)
    db.session.add(project)
    return project


def _weeks(project: KeyProject, number: int, today: dt.date) -> None:
    """Five weeks of reports; every fifth project has not reported this week yet."""
    done = project.years[0].done_wan
    for weeks_ago in (4, 3, 2, 1, 0):
        if weeks_ago == 0 and number % 5 == 0:
            continue
        db.session.add(
            ProgressEntry(
                project=project,
                week_on=week_of(today) - dt.timedelta(weeks=weeks_ago),
                progress="示例：主体施工按周计划推进" if weeks_ago else "示例：主体施工推进，材料进场",
                done_wan=(done * (100 - 2 * weeks_ago) / 100).quantize(Decimal(1)) if weeks_ago else done,
            )
        )


def _why_not(project: KeyProject, number: int) -> None:
    """The weekly report at the end of June says what keeps it from starting."""
    db.session.add(
        ProgressEntry(project=project, week_on=dt.date(YEAR, 6, 24), progress="示例：前期工作", done_wan=Decimal(0),
                      problem=OBSTACLES[number % len(OBSTACLES)])
    )  # fmt: skip


def day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
