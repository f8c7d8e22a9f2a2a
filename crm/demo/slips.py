"""The demo district's slips: four half-monthly rounds, sixteen slips. Their number came with the round they stand in; two
of the last round are not issued yet.

The list says what the problems are, not of which kind, nor when they were raised.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import sqlalchemy as sa

from crm.bulletins import periods
from crm.db import db
from crm.delivery.models import KeyProject
from crm.lib import clock
from crm.org.models import Unit, User
from crm.slips.models import Inspection, Remark, Slip, SlipRound, SlipStep
from crm.slips.states import Body, Level, Obstacle, SlipState, StepKind

from .lists import rows

HOURS = {
    StepKind.RAISED: 9,
    StepKind.COLLECTED: 17,
    StepKind.ISSUED: 10,
    StepKind.REPLIED: 15,
    StepKind.SETTLED: 16,
}
RAISED_BEFORE = dt.timedelta(days=4)
STATES = {"已销号": SlipState.SETTLED, "办理中": SlipState.WORKING, "待交办": SlipState.COLLECTED}
OBSTACLES = {
    "用地指标未落实": Obstacle.LAND,
    "林地审批": Obstacle.LAND,
    "管线迁改未完成": Obstacle.WORKS,
    "施工便道未通": Obstacle.WORKS,
    "供电增容": Obstacle.WORKS,
    "征迁户未签约": Obstacle.CLEARANCE,
    "苗木迁移协议": Obstacle.CLEARANCE,
    "安置房摇号": Obstacle.CLEARANCE,
    "融资未到位": Obstacle.MONEY,
    "业主资金计划调整": Obstacle.OWNER,
}
"""The others are 规划和审批."""


def load_slips(units: Mapping[str, Unit], leaders: Mapping[str, User], office: Unit) -> None:
    names = {row["project_id"]: row["name"] for row in rows("key_projects")}
    projects = {one.name: one for one in db.session.scalars(sa.select(KeyProject))}
    rounds: dict[dt.date, SlipRound] = {}
    for serial, row in enumerate(rows("slips"), 1):
        last_on = dt.date.fromisoformat(row["batch_date"])
        if last_on not in rounds:
            rounds[last_on] = _round(last_on)
        project = projects[names[row["project_id"]]]
        unit, leader = units[row["responsible_unit"]], leaders[row["lead_role"]]
        slip = _slip(row, serial, rounds[last_on], project, unit, leader)
        for step in slip.steps:
            step.unit_id = step.unit_id or office.id
    db.session.flush()
    _inspection(projects, office)


def _inspection(projects: Mapping[str, KeyProject], office: Unit) -> None:
    """One visit of the district's delegates: one remark that has become a slip and is settled, one that waits."""
    seen = Inspection(
        on_day=dt.date(2013, 6, 26),
        body=Body.CONGRESS,
        title="示例：区人大代表视察重点建设项目",
        present="示例：部分区人大代表",
        unit_id=office.id,
    )
    settled = db.session.scalars(sa.select(Slip).filter_by(year=2013, serial=9)).one()
    seen.remarks += [
        Remark(
            text="示例：规划条件变更拖得太久，要有人抓", project_id=settled.project_id, slip_id=settled.id
        ),
        Remark(text="示例：施工围挡要美观一些", project_id=projects["普星热电"].id),
    ]
    db.session.add(seen)
    db.session.flush()


def _round(last_on: dt.date) -> SlipRound:
    made = SlipRound(
        first_on=periods.half_month_of(last_on)[0],
        last_on=last_on,
        drawn_up_at=clock.start_of(last_on) + dt.timedelta(hours=17),
    )
    if last_on.month < 7:
        made.met_on, made.chair, made.place = (
            last_on + dt.timedelta(days=3),
            "示例：区挂联领导",
            "区政府会议室",
        )
        made.minutes = "示例：逐件明确责任单位、措施和期限，逾期的升级协调。"
    db.session.add(made)
    return made


def _slip(
    row: dict[str, str], serial: int, round_: SlipRound, project: KeyProject, unit: Unit, leader: User
) -> Slip:
    state = STATES[row["status"]]
    due_on = dt.date.fromisoformat(row["due"])
    issued_on = None if state is SlipState.COLLECTED else round_.last_on + dt.timedelta(days=1)
    settled_on = dt.date.fromisoformat(row["closed_on"]) if row["closed_on"] else None
    slip = Slip(
        project_id=project.id,
        subject=project.name,
        obstacle=OBSTACLES.get(row["problem"], Obstacle.APPROVAL),
        problem=row["problem"],
        raised_unit_id=project.unit_id or project.entered_unit_id,
        raised_on=round_.last_on - RAISED_BEFORE,
        state=state,
        level=Level.of(row["level"]) or Level.UNIT,
        round=round_,
        year=round_.last_on.year,
        serial=serial,
        number=row["no"],
        unit_id=unit.id,
        leader_id=leader.id,
        issued_on=issued_on,
        first_due_on=due_on,
        due_on=due_on,
        result="示例：已解决" if settled_on else "",
        settled_on=settled_on,
    )
    _step(slip, StepKind.RAISED, slip.raised_on, row["problem"], slip.raised_unit_id)
    _step(slip, StepKind.COLLECTED, round_.last_on, row["no"])
    if issued_on:
        _step(slip, StepKind.ISSUED, issued_on, "", unit.id, due_on)
        _step(slip, StepKind.REPLIED, issued_on + dt.timedelta(days=2), "示例：正在办理", unit.id)
    if round_.met_on and issued_on:
        _step(slip, StepKind.COORDINATED, round_.met_on, row["coordination_note"])
    if settled_on:
        _step(slip, StepKind.SETTLED, settled_on, "示例：同意销号", leader.unit_id)
        slip.steps[-1].actor_id = leader.id
    db.session.add(slip)
    return slip


def _step(
    slip: Slip,
    kind: StepKind,
    on_day: dt.date,
    text: str,
    unit_id: int | None = None,
    until: dt.date | None = None,
) -> None:
    at = clock.start_of(on_day) + dt.timedelta(hours=HOURS.get(kind, 11))
    slip.steps.append(SlipStep(kind=kind, on_day=on_day, text=text, unit_id=unit_id, until_on=until, at=at))
