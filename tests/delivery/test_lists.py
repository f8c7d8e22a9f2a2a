"""Lists of key projects: begun, filled, issued, and then amended by number only."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.db import db
from crm.delivery.models import AmendAct, Amendment, AmendmentChange, ListEntry, ProjectList
from crm.org import settings
from tests.delivery.make import make_list, make_project

ISSUED = {"issued_on": dt.date(2013, 2, 1)}


def verbs() -> list[str]:
    return list(
        db.session.scalars(sa.select(Event.verb).where(Event.noun == "project_list").order_by(Event.id))
    )


def test_a_list_is_begun_filled_issued_and_frozen(cast: Any, as_user: Any) -> None:
    one = make_project("石华线", cast.wang)
    make_project("党校", cast.wang)
    chen = as_user(cast.chen)
    here = chen.submit("/project-lists/new", kind="市重点", year="2013").went_to
    roll = db.session.scalars(sa.select(ProjectList)).one()
    chen.submit(here, f"{here}/add", name="石华线")
    chen.submit(here, f"{here}/add", name="党校")
    entry = next(entry for entry in roll.entries if entry.project.name == "党校")
    chen.press(here, f"{here}/entries/{entry.id}/take-off")
    one.years[0].planned_wan = Decimal(1500)  # the plan as it stands when the list is issued
    chen.submit(f"{here}/issue", on_day="2013-07-20", document_no="柯发〔2013〕8号")
    assert [(row.project.name, row.planned_wan) for row in roll.entries] == [("石华线", 1500)]
    assert roll.issued_on == dt.date(2013, 7, 20)
    text = chen.see(here).text
    assert "柯发〔2013〕8号" in text and "1 个项目，年度计划 1,500万元" in text
    one.years[0].planned_wan = Decimal(9000)
    assert "年度计划 1,500万元" in chen.see(here).text, "frozen"
    token = chen.token()
    answer = chen.post(f"{here}/add", data={"csrf_token": token, "name": "党校"})
    assert answer.status_code == 303 and len(roll.entries) == 1
    assert "只能用调整来改" in chen.see(here).text
    assert verbs() == ["project_list.begun", "project_list.filled", "project_list.filled", "project_list.filled",
                       "project_list.issued"]  # fmt: skip


def test_amendments_have_numbers_and_all_their_changes_hold_or_none(cast: Any, as_user: Any) -> None:
    a, b, c = (make_project(name, cast.wang) for name in ("甲路", "乙路", "丙路"))
    roll = make_list("市重点", cast.chen, a, b, **ISSUED)
    chen = as_user(cast.chen)
    here = f"/project-lists/{roll.id}"
    first = {"changes-0-act": "add", "changes-0-name": "丙路", "changes-0-planned_wan": "800",
             "changes-1-act": "drop", "changes-1-name": "甲路"}  # fmt: skip
    chen.submit(f"{here}/amend", on_day="2013-06-01", reason="年中调整", **first)
    chen.submit(f"{here}/amend", on_day="2013-07-01", reason="追加", **{
        "changes-0-act": "plan", "changes-0-name": "乙路", "changes-0-planned_wan": "1200"})  # fmt: skip
    now = {row.project.name: (row.planned_wan, row.is_dropped) for row in roll.entries}
    assert now == {"甲路": (1000, True), "乙路": (1200, False), "丙路": (800, False)}
    amendments = db.session.scalars(sa.select(Amendment).order_by(Amendment.number)).all()
    assert [(one.number, one.reason) for one in amendments] == [(1, "年中调整"), (2, "追加")]
    assert [(one.act, one.before_wan, one.after_wan) for one in amendments[0].changes] == [
        (AmendAct.ADD, None, 800), (AmendAct.DROP, 1000, None),
    ]  # fmt: skip
    text = chen.see(here).text
    assert "第 1 号调整" in text and "第 2 号调整" in text and "2 个项目，年度计划 2,000万元" in text
    assert "甲路" not in chen.see(f"/projects?list={roll.id}").text
    answer = chen.submit(f"{here}/amend", on_day="2013-07-02", reason="半对半错", **{
        "changes-0-act": "drop", "changes-0-name": "乙路", "changes-1-act": "drop", "changes-1-name": "甲路"})  # fmt: skip
    assert answer.status_code == 422 and "“甲路”不在名单上" in answer.said
    assert not next(row for row in roll.entries if row.project == b).is_dropped
    assert c.places[0].planned_wan == 800


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"reason": ""}, "请填写原因"),
        ({"on_day": "2013-01-31"}, "调整日期请填 2013-02-01 到今天之间"),
        ({"on_day": "2013-07-26"}, "调整日期请填"),
        ({"changes-0-name": "没有这条路"}, "没有正好叫这个名字"),
        ({"changes-0-name": ""}, "请至少写一项调整"),
        ({"changes-0-act": "plan"}, "请写明“甲路”调整后的年度计划"),
        ({"changes-0-act": "add"}, "“甲路”已经在名单上"),
        ({"changes-1-name": "甲路"}, "同一个项目在一次调整里只能出现一次"),
    ],
)
@pytest.mark.on("sqlite")
def test_an_amendment_that_cannot_be_is_refused_and_changes_nothing(
    cast: Any, as_user: Any, typed: dict[str, str], said: str
) -> None:
    roll = make_list("市重点", cast.chen, make_project("甲路", cast.wang), **ISSUED)
    given = {"on_day": "2013-06-01", "reason": "调整", "changes-0-act": "drop", "changes-0-name": "甲路"}
    answer = as_user(cast.chen).submit(f"/project-lists/{roll.id}/amend", **(given | typed))
    assert answer.status_code == 422 and said in answer.said
    assert not db.session.scalar(sa.select(sa.func.count(Amendment.id)))
    assert not db.session.scalars(sa.select(ListEntry)).one().is_dropped


@pytest.mark.on("sqlite")
def test_one_list_for_each_kind_and_year_and_an_empty_one_is_not_issued(cast: Any, as_user: Any) -> None:
    chen = as_user(cast.chen)
    here = chen.submit("/project-lists/new", kind="市重点", year="2013").went_to
    answer = chen.submit("/project-lists/new", kind="市重点", year="2013")
    assert answer.status_code == 422 and "名单已经有了" in answer.said
    assert "名单还是空的" in chen.submit(f"{here}/issue").said


def test_an_administrator_changes_the_kinds(cast: Any, as_user: Any) -> None:
    settings.put("project.list_kinds", "省重点、市重点、为民办实事,山海协作")
    db.session.commit()
    page = as_user(cast.admin).see("/project-lists/new")
    offered = [one.get("value") for one in page.one("select", name="kind").iter("option")]
    assert offered == ["省重点", "市重点", "为民办实事", "山海协作"]


def test_many_are_put_on_a_list_from_the_list_of_projects(cast: Any, as_user: Any) -> None:
    ids = [str(make_project(f"第{at}条路", cast.wang).id) for at in range(3)]
    roll = make_list("市重点", cast.chen)
    chen = as_user(cast.chen)
    answer = chen.submit("/projects", "/lists/projects/bulk", ids=ids[:2], value_put_on=str(roll.id),
                         _button=("act", "put_on"))  # fmt: skip
    assert answer.status_code == 303 and len(roll.entries) == 2


def test_readers_look_and_other_units_do_not_change_a_list(cast: Any, as_user: Any) -> None:
    mine, theirs = make_project("王的路", cast.wang), make_project("李的路", cast.li)
    roll = make_list("市重点", cast.admin, mine, theirs, **ISSUED)
    page = as_user(cast.wang).see(f"/project-lists/{roll.id}")
    assert "王的路" in page.text and "李的路" not in page.text and "另有 1 个属于其他单位" in page.text
    for name in ("wang", "zheng", "chen"):
        as_user(getattr(cast, name)).see(f"/project-lists/{roll.id}/amend", 403)
    as_user(cast.zheng).see("/project-lists/new", 403)
    as_user(cast.admin).see("/project-lists/999", 404)
    as_user(cast.admin).see(f"/project-lists/{roll.id}/amend")
    assert not verbs()


def test_an_amendment_tells_only_of_the_projects_i_may_see(cast: Any, as_user: Any) -> None:
    mine, theirs = make_project("王的路", cast.wang), make_project("李的路", cast.li)
    roll = make_list("市重点", cast.admin, mine, theirs, **ISSUED)
    amendment = Amendment(list_id=roll.id, number=1, on_day=dt.date(2013, 6, 1), reason="年中调整")
    amendment.changes = [
        AmendmentChange(project=one, act=AmendAct.PLAN, before_wan=Decimal(1000), after_wan=after)
        for one, after in ((mine, Decimal(1230)), (theirs, Decimal(4560)))
    ]
    db.session.add(amendment)
    db.session.commit()
    panel = as_user(cast.wang).see(f"/project-lists/{roll.id}").text.split("第 1 号调整")[1]
    assert "王的路" in panel and "1,230" in panel and "另有 1 个属于其他单位" in panel
    assert "李的路" not in panel and "4,560" not in panel
    whole = as_user(cast.zheng).see(f"/project-lists/{roll.id}").text
    assert "李的路" in whole and "4,560" in whole and "属于其他单位" not in whole


def test_what_i_do_not_see_i_do_not_take_off(cast: Any, as_user: Any) -> None:
    mine, theirs = make_project("陈的路", cast.chen), make_project("李的路", cast.li)
    roll = make_list("市重点", cast.chen, mine, theirs)
    chen, here = as_user(cast.chen), f"/project-lists/{roll.id}"
    token = {"csrf_token": chen.token()}
    ids = {entry.project.name: entry.id for entry in roll.entries}
    assert chen.post(f"{here}/entries/{ids['李的路']}/take-off", data=token).status_code == 404
    assert chen.post(f"{here}/entries/{ids['陈的路']}/take-off", data=token).status_code == 303
    db.session.refresh(roll)
    assert [entry.project.name for entry in roll.entries] == ["李的路"]
    assert "李的路" not in chen.see(here).text
