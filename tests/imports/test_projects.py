"""Key projects with their milestones in a list, in one sheet or two: checked, made by the verbs, updated, undone."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from crm.db import db
from crm.delivery import actions as delivery
from crm.delivery.models import KeyProject, Milestone
from crm.delivery.status import BuildKind, NodeKind, Status
from crm.imports.models import Finding, Outcome
from crm.search import index
from tests.delivery.make import make_node, make_project
from tests.imports.lists import batch, rows, run

PROJECTS = """2013年重点项目一览表
项目名称,建设性质,年度计划投资,完成投资,挂联领导,责任单位,工作专班,项目业主,责任人,责任书签订日期,状态,计划开工,实际开工,计划竣工,计划投产,是否投产
石华线改建,续建,5944,3031,周区长,,石华线专班,区交投,项科长,2013-01-15,在建,2012-09-20,2012-09-20,2013-12-31,,否
万灵电缆,新建,1.1451亿,0,周区长,,万灵专班,万灵公司,李经理,2013-01-15,未开工,2013-08-31,,2014-08-31,2014-10-31,
别的镇,新建,100,0,,航埠镇,,,,,,,,,,
没有实际时间,新建,100,0,没有这位,,,,,,在建,2013-05-01,,,,
万灵电缆,新建,100,0,,,,,,,,,,,,
"""


def checked(client: Any, noun: str, text: str, mode: str = "create") -> str:
    here = client.submit("/imports", noun=noun, file=(io.BytesIO(text.encode()), "名单.csv")).went_to
    assert client.submit(here, f"{here}/check", mode=mode).went_to == here
    return str(here)


def findings() -> dict[int, Finding]:
    return {number: row.finding for number, row in rows().items()}


def said(number: int) -> str:
    return str(rows()[number].said)


def project(name: str) -> KeyProject:
    return db.session.scalars(sa.select(KeyProject).filter_by(name=name)).one()


def test_projects_come_in_with_year_leader_milestones_and_status(cast: Any, as_user: Any) -> None:
    chen = as_user(cast.chen)
    here = checked(chen, "key_project", PROJECTS)
    assert findings() == {
        3: Finding.NEW,
        4: Finding.NEW,
        5: Finding.ERROR,
        6: Finding.ERROR,
        7: Finding.REPEATED,
    }
    assert rows()[5].wrong == ["unit"] and "leader" in rows()[6].wrong and "status" in rows()[6].wrong
    run(chen, here)
    road, cable = project("石华线改建"), project("万灵电缆")
    assert (road.status, road.is_productive, road.leader, road.unit_id) == (
        Status.BUILDING, False, cast.zhou, cast.chen.unit_id,
    )  # fmt: skip
    assert [(row.year, row.build_kind, row.planned_wan, row.done_wan) for row in road.years] == [
        (2013, BuildKind.CONTINUED, 5944, 3031)
    ]
    assert [(node.kind, node.plan_on, node.actual_on) for node in road.route] == [
        (NodeKind.START, dt.date(2012, 9, 20), dt.date(2012, 9, 20)), (NodeKind.COMPLETE, dt.date(2013, 12, 31), None),
    ]  # fmt: skip
    assert (cable.status, cable.years[0].planned_wan) == (Status.NOT_STARTED, Decimal("11451"))
    assert [node.kind for node in cable.route] == [NodeKind.START, NodeKind.COMPLETE, NodeKind.PRODUCE]
    assert not cable.lacks and not cable.empty_seats and not road.lacks
    assert cable.id in db.session.scalars(index.matching("key_project", "wldl")).all()
    assert "开工率" in chen.see("/projects/rates").text
    text = chen.see("/projects?built=2013-new&status=not_started").text
    assert "万灵电缆" in text and "石华线改建" not in text


def test_the_same_list_again_updates_what_is_empty_and_is_undone_but_for_what_was_used(
    cast: Any, as_user: Any
) -> None:
    make_project("老项目", cast.chen, owner_body="")
    chen = as_user(cast.chen)
    text = "项目名称,项目业主,工作专班,计划开工\n老项目,新业主,别的专班,\n新项目一,业主,专班,2013-09-01\n新项目二,业主,专班,2013-09-01\n"
    here = checked(chen, "key_project", text, mode="both")
    assert findings()[2] is Finding.UPDATE and findings()[3] is Finding.NEW
    run(chen, here)
    old = project("老项目")
    assert (old.owner_body, old.task_force) == ("新业主", "专班"), "what was there stays"
    used = project("新项目二")
    chen.submit(f"/projects/{used.id}/edit", place="航埠")
    chen.press(here, f"{here}/undo")
    left = {one.name for one in db.session.scalars(sa.select(KeyProject))}
    assert left == {"老项目", "新项目二"} and old.owner_body == ""
    kept = [row.number for row in rows().values() if row.outcome is Outcome.KEPT]
    assert kept == [4]
    assert {one.project_id for one in db.session.scalars(sa.select(Milestone))} == {used.id}


NODES = """项目名称,节点名称,类别,计划时间,责任人,签订日期,接在,实际完成时间
石华线,开工,,2013-03-01,项科长,2013-01-15,,
石华线,路基,其他,2013-09-01,项科长,2013-01-15,开工,
石华线,路面,其他,2013-12-01,项科长,2013-01-15,路基、开工,
石华线,桥,其他,2013-12-01,,2013-01-15,,
石华线,建成,,2014-03-01,,,还没有的节点,
没有的项目,开工,,2013-03-01,,,,
石华线,投产,,2013-03-01,,,,2013-04-01
"""


def test_milestones_come_in_as_a_second_sheet_in_their_order(cast: Any, as_user: Any) -> None:
    road = make_project("石华线", cast.wang)
    wang = as_user(cast.wang)
    here = checked(wang, "milestone", NODES)
    assert {number for number, found in findings().items() if found is Finding.ERROR} == {5, 7, 8}
    run(wang, here)
    assert [node.name for node in road.route] == ["开工", "路基", "路面"]
    assert road.lacks == [] and sorted(node.name for node in road.route[2].after) == ["开工", "路基"]
    assert road.route[0].kind is NodeKind.START and road.status is Status.NOT_STARTED
    assert "还没有“还没有的节点”这个节点" in rows()[6].message or "还没有的节点" in said(6)
    again = checked(wang, "milestone", "项目名称,节点名称,预计时间\n石华线,路基,2013-09-20\n", mode="both")
    run(wang, again)
    assert road.route[1].forecast_on == dt.date(2013, 9, 20)
    wang.press(again, f"{again}/undo")
    assert road.route[1].forecast_on is None
    wang.press(here, f"{here}/undo")
    assert road.milestones == []


def test_a_milestone_that_was_worked_with_stays_with_what_it_comes_after(cast: Any, as_user: Any) -> None:
    road = make_project("石华线", cast.wang)
    wang = as_user(cast.wang)
    text = "项目名称,节点名称,计划时间,接在\n石华线,征地,2013-03-01,\n石华线,路基,2013-09-01,征地\n"
    text += "石华线,桥,2013-10-01,\n石华线,绿化,2013-10-01,\n石华线,路灯,2013-10-01,\n"
    here = checked(wang, "milestone", text)
    run(wang, here)
    nodes = {node.name: node for node in road.milestones}
    delivery.reach(nodes["路基"], on_day=dt.date(2013, 7, 20), actor=cast.wang)
    make_node(road, "桥面", dt.date(2013, 12, 1)).after = [nodes["桥"]]
    delivery.edit_milestone(nodes["路灯"], {"after": [nodes["绿化"].id]}, actor=cast.wang)
    db.session.commit()
    wang.press(here, f"{here}/undo")
    assert {row.number: row.outcome for row in rows().values()} == dict.fromkeys(range(2, 7), Outcome.KEPT)
    assert "后来改过" in said(3) and "后来改过" in said(6)
    assert all("已经有别的记录用到它" in said(number) for number in (2, 4, 5))
    assert nodes["路基"].actual_on == dt.date(2013, 7, 20) and nodes["路基"].after == [nodes["征地"]]


def test_a_first_plan_that_is_taken_back_takes_its_baseline_along(cast: Any, as_user: Any) -> None:
    node = make_node(make_project("石华线", cast.wang), "路基", None)
    wang = as_user(cast.wang)
    here = checked(wang, "milestone", "项目名称,节点名称,计划时间\n石华线,路基,2013-09-20\n", mode="both")
    run(wang, here)
    assert (node.plan_on, node.baseline_on) == (dt.date(2013, 9, 20),) * 2
    wang.press(here, f"{here}/undo")
    assert (node.plan_on, node.baseline_on) == (None, None)


def test_milestones_of_a_project_that_is_not_mine_are_refused(cast: Any, as_user: Any) -> None:
    make_node(make_project("李的路", cast.li), "开工", dt.date(2013, 3, 1))
    checked(as_user(cast.wang), "milestone", "项目名称,节点名称,计划时间\n李的路,路基,2013-09-01\n")
    assert findings() == {2: Finding.ERROR} and batch().noun == "milestone"
    as_user(cast.zheng).see("/imports", 403)


def test_problems_of_projects_come_in_raised_once_and_are_taken_back(cast: Any, as_user: Any) -> None:
    from crm.slips.models import Slip
    from crm.slips.states import Obstacle, SlipState

    make_project("石华线", cast.wang)
    make_project("李的路", cast.li)
    wang = as_user(cast.wang)
    text = "项目名称,存在问题,问题类型,责任单位\n石华线,三户未签约,征迁,航埠镇\n石华线,三户未签约,征迁,\n"
    text += "石华线,供电增容,说不清,\n李的路,征地,用地,\n石华线,便道未通,,没有这个局\n石华线,融资未到位,,\n"
    here = checked(wang, "slip", text)
    found = findings()
    assert found[2] is Finding.NEW and found[7] is Finding.NEW and found[3] is not Finding.NEW
    assert [found[number] for number in (4, 5, 6)] == [Finding.ERROR] * 3
    run(wang, here)
    first, second = db.session.scalars(sa.select(Slip).order_by(Slip.id)).all()
    assert (first.problem, first.obstacle, first.unit_id) == (
        "三户未签约",
        Obstacle.CLEARANCE,
        cast.li.unit_id,
    )
    assert (second.obstacle, second.state, second.unit_id) == (
        Obstacle.OTHER,
        SlipState.RAISED,
        cast.wang.unit_id,
    )
    assert first.id in db.session.scalars(index.matching("slip", "三户")).all()
    checked(wang, "slip", "项目名称,存在问题\n石华线,三户未签约\n")
    assert findings() != {2: Finding.NEW}, "it is there already"
    wang.press(here, f"{here}/undo")
    assert db.session.scalars(sa.select(Slip)).all() == []


def test_a_project_on_which_a_problem_was_raised_stays_when_its_import_is_undone(
    cast: Any, as_user: Any
) -> None:
    from tests.slips.make import make_slip

    wang = as_user(cast.wang)
    here = checked(wang, "key_project", "项目名称,年度计划投资\n石华线,100\n万灵路,100\n")
    run(wang, here)
    make_slip(project("石华线"), by=cast.wang)
    db.session.commit()
    wang.press(here, f"{here}/undo")
    assert db.session.scalars(sa.select(KeyProject.name)).all() == ["石华线"]
    assert "已经有别的记录用到它" in said(2)
