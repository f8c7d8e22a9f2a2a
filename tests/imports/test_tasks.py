"""Work tasks as a list: drafts with their five and a first indicator; blanks filled later; taken back unless worked on."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.imports.models import Finding
from crm.search import index
from crm.targets import actions
from crm.targets.models import TaskState, WorkTask
from tests.imports.lists import decide, rows, run

Login = Callable[..., Any]
LIST = """2013 年经济工作项目化任务表,,,,,,,,
任务名称,责任人,年度,目标,重点,措施,进度,指标,目标值（亿元）,力争值
产业招商,陈主任,2013年,到位资金 17.5 亿,大项目,带团上门,半年过半,实际到位资金,17.5,18亿
项目谋划,没有账号的人,,谋划 100 个,,,,,,
产业招商,陈主任,2013,又写一遍,,,,,,
别的单位的事,,2013,,,,,没有的指标,5,
只有数,,2013-08,,,,,,5,
倒着的,,2013-08,,,,,亿元以上签约项目,8,3
"""


def tasks(session: Any) -> list[WorkTask]:
    session.expire_all()
    return list(session.scalars(sa.select(WorkTask).order_by(WorkTask.id)))


def brought(who: Any, text: str) -> str:
    here = who.submit("/imports", noun="work_task", file=(io.BytesIO(text.encode()), "任务.csv")).went_to
    who.submit(here, f"{here}/check")
    return str(here)


def test_a_years_tasks_come_in_as_drafts_and_go_again(cast: Any, session: Any, as_user: Login) -> None:
    chen = as_user(cast.chen)
    here = brought(chen, LIST)
    told = {number: row.message for number, row in rows().items()}
    assert {number: row.finding for number, row in rows().items()} == {
        3: Finding.NEW, 4: Finding.NEW, 5: Finding.REPEATED, 6: Finding.ERROR, 7: Finding.ERROR, 8: Finding.ERROR,
    }  # fmt: skip
    assert "导入后请选责任人" in told[4] and "没有您能用的指标" in told[6] and "是哪个指标" in told[7]
    assert "力争目标不能小于目标" in told[8] and tasks(session) == [], "the check writes nothing"
    run(chen, here)
    first, second = tasks(session)
    assert (first.state, first.owner_id, first.unit_id, first.lacks) == (
        TaskState.DRAFT, cast.chen.id, cast.chen.unit_id, [],
    )  # fmt: skip
    assert (first.first_on, first.last_on) == (dt.date(2013, 1, 1), dt.date(2013, 12, 31))
    (target,) = first.targets
    assert (target.indicator, target.amount, target.stretch) == (
        "paid_in",
        Decimal(175_000),
        Decimal(180_000),
    )
    assert (second.first_on, second.last_on, second.owner_id) == (first.first_on, first.last_on, None)
    assert f"/targets/tasks/{first.id}" in chen.see("/targets/tasks?q=带团").links, "found by what it says"
    listed = "任务名称,责任人,重点,措施\n项目谋划,陈主任,大项目,三个途径\n"
    again = brought(chen, listed)
    assert [row.finding for row in rows().values()] == [Finding.UPDATE]
    decide(chen, again, "fill", 2)
    run(chen, again)
    _first, second = tasks(session)
    assert (second.focus, second.owner_id, second.goal) == ("大项目", cast.chen.id, "谋划 100 个")
    chen.press(again, f"{again}/undo")
    assert (tasks(session)[1].focus, tasks(session)[1].owner_id) == ("", None)
    chen.press(here, f"{here}/undo")
    assert tasks(session) == [] and not session.scalars(index.matching("work_task", "招商")).all()
    verbs = session.scalars(sa.select(Event.verb).where(Event.noun == "work_task").order_by(Event.id)).all()
    assert verbs == ["work_task.drafted"] * 2 + ["work_task.edited"] * 2 + ["work_task.import_undone"] * 2


@pytest.mark.on("sqlite")
def test_a_task_that_somebody_has_split_since_stays(cast: Any, session: Any, as_user: Login) -> None:
    chen = as_user(cast.chen)
    here = brought(chen, "任务名称,指标,目标值\n产业招商,亿元以上签约项目,8\n项目谋划,谋划的项目,100\n")
    run(chen, here)
    first, _second = tasks(session)
    actions.split(first.targets[0], Decimal(8), [(cast.wang.unit_id, None, Decimal(8))], actor=cast.chen)
    session.commit()
    chen.press(here, f"{here}/undo")
    assert [one.name for one in tasks(session)] == ["产业招商"]
    assert "已经有别的记录用到它" in rows()[2].message


@pytest.mark.on("sqlite")
def test_another_units_task_and_who_may_not_bring_any(cast: Any, session: Any, as_user: Login) -> None:
    chen = as_user(cast.chen)
    brought(chen, "任务名称,牵头单位\n征迁,航埠镇\n征地,没有这个单位\n")
    assert [row.wrong for row in rows().values()] == [["unit"], ["unit"]]
    assert "只能草拟本单位牵头的任务" in rows()[2].message
    assert as_user(cast.zheng).get("/imports").status_code == 403
    wang = as_user(cast.wang)
    listed = (io.BytesIO("任务名称\n征迁\n".encode()), "任务.csv")
    assert (
        wang.post(
            "/imports", data={"csrf_token": wang.token(), "noun": "work_task", "file": listed}
        ).status_code
        == 403
    )
    assert tasks(session) == []
