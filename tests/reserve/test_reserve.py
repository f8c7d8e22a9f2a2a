"""储备库: works · recorded · refused politely · reader 403 · stranger 404 · GET does not act."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from crm.audit.models import Event
from crm.db import WrittenOnce, db
from crm.deals.models import Deal
from crm.deals.stages import Stage
from crm.delivery.models import KeyProject
from crm.lib.errors import Refused
from crm.org import settings
from crm.reserve import actions, queries
from crm.reserve.models import Depth, PlanWay, ReserveItem, ReserveState
from crm.reserve.quotas import Group, Verdict
from crm.search import index
from tests.cast import make_unit
from tests.deals.make import make_deal
from tests.reserve.make import planned

Login = Callable[..., Any]
NEXT = {"next_step": "请对方来看地块", "next_due_on": "2013-08-01"}


def items() -> list[ReserveItem]:
    return list(db.session.scalars(sa.select(ReserveItem).order_by(ReserveItem.id)))


def verbs() -> list[str]:
    rows = sa.select(Event.verb).where(Event.noun == "reserve_item").order_by(Event.id)
    return list(db.session.scalars(rows))


# --- planning -----------------------------------------------------------------------------------------------


def test_a_project_is_planned_for_ones_unit_and_found(cast: Any, session: Any, as_user: Login) -> None:
    wang = as_user(cast.wang)
    here = wang.submit(
        "/reserve/new", name="衢化片区新材料产业园", planned_wan="1.2亿", way="policy", depth="feasibility",
        in_city="y", city_registered_on="2013年5月10日", city_number="衢储2013-018",
    ).went_to  # fmt: skip
    item = items()[0]
    assert here == f"/reserve/{item.id}" and verbs() == ["reserve_item.planned"]
    assert (item.unit_id, item.year, item.planned_wan, item.way, item.depth) == (
        cast.wang.unit_id, 2013, Decimal(12_000), PlanWay.POLICY, Depth.FEASIBILITY,
    )  # fmt: skip
    assert (item.in_city, item.city_registered_on, item.city_number) == (
        True,
        dt.date(2013, 5, 10),
        "衢储2013-018",
    )
    page = wang.see(here)
    assert "达到 1.00亿元" in page.text and "口径" in page.text and "衢储2013-018" in page.text
    assert item.id in session.scalars(index.matching("reserve_item", "xclcyy")).all()
    for query in ("q=新材料", "year=2013", "way=policy&depth=feasibility", "in_city=1", "planned_from=1.2亿", "counts=1",
                  f"unit={cast.wang.unit_id}", "kind=department", "city_from=2013-05-10&city_to=2013-05-10"):  # fmt: skip
        assert here in wang.see(f"/reserve?{query}").links, query
    for query in ("year=2012", "planned_from=1.3亿", "state=dropped", "unlinked=1"):
        assert here not in wang.see(f"/reserve?{query}").links, query


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": ""}, "请填写名称"),
        ({"name": "（）"}, "项目名称里要有字"),
        ({"planned_wan": ""}, "请填写谋划总投资"),
        ({"planned_wan": "-1"}, "金额不能是负数"),
        ({"year": "1999"}, "2000 到 2100"),
        ({"year": "今年"}, ""),
        ({"in_city": "y"}, "请填写入库日期"),
        ({"city_number": "A1"}, "请填写入库日期"),
        ({"city_registered_on": "2013-12-01"}, "还没有到"),
        ({"unit_id": "999"}, "没有这个选项"),
    ],
)
@pytest.mark.on("sqlite")
def test_bad_input_is_named_and_changes_nothing(
    cast: Any, as_user: Login, typed: dict[str, str], sentence: str
) -> None:
    answer = as_user(cast.wang).submit(
        "/reserve/new", **({"name": "新项目", "planned_wan": "6000", "content": "厂房"} | typed)
    )
    assert answer.status_code == 422 and sentence in answer.said and items() == []
    assert "厂房" in answer.get_data(as_text=True)


def test_one_project_counts_once_for_the_unit_that_planned_it(
    cast: Any, session: Any, as_user: Login
) -> None:
    item = planned("衢化片区新材料产业园", cast.li, year=2012)
    answer = as_user(cast.wang).submit("/reserve/new", name="衢化片区（新材料）产业园", planned_wan="6000")
    assert answer.status_code == 422 and "航埠镇在 2012 年已经谋划了" in answer.said and len(items()) == 1
    with pytest.raises(WrittenOnce):
        items()[0].unit_id = cast.wang.unit_id
    session.rollback()
    with pytest.raises(IntegrityError):
        session.add(
            ReserveItem(
                name="衢化片区 新材料产业园", unit_id=cast.wang.unit_id, year=2013, way=PlanWay.POLICY
            )
        )
        session.flush()
    session.rollback()
    actions.edit(items()[0], {"name": "衢化片区（新材料）产业园"}, actor=cast.li)
    assert items()[0].id == item.id, "its own name may be written another way"


def test_edited_given_up_and_taken_up_again(cast: Any, session: Any, as_user: Login) -> None:
    item = planned("冷链物流园", cast.wang)
    wang = as_user(cast.wang)
    assert (
        wang.submit(f"/reserve/{item.id}/edit", depth="early_work", planned_wan="8000").went_to
        == f"/reserve/{item.id}"
    )
    assert wang.submit(f"/reserve/{item.id}/drop").status_code == 422
    wang.submit(f"/reserve/{item.id}/drop", reason="土地指标没有着落")
    assert items()[0].state is ReserveState.DROPPED and queries.progress(cast.admin, 2013).planned.done == 0
    page = wang.see(f"/reserve/{item.id}")
    assert "土地指标没有着落" in page.text and f"/reserve/{item.id}/promote" not in page.links
    with pytest.raises(Refused, match="先恢复"):
        actions.link(items()[0], make_deal("别的", cast.wang), actor=cast.wang)
    session.rollback()
    assert wang.press(f"/reserve/{item.id}", f"/reserve/{item.id}/take-up").went_to == f"/reserve/{item.id}"
    assert items()[0].state is ReserveState.PLANNED
    assert verbs() == [f"reserve_item.{one}" for one in ("planned", "edited", "dropped", "taken_up")]


def test_somebody_changed_it_meanwhile(cast: Any, session: Any, as_user: Login) -> None:
    item = planned("冷链物流园", cast.wang)
    wang = as_user(cast.wang)
    version = wang.see(f"/reserve/{item.id}/edit").one("input", name="version").get("value")
    actions.edit(items()[0], {"content": "同事改的"}, actor=cast.chen)
    answer = wang.submit(f"/reserve/{item.id}/edit", content="我改的", version=version)
    assert answer.status_code == 409 and "同事改的" in answer.said


def test_readers_and_strangers(cast: Any, session: Any, as_user: Login) -> None:
    item = planned("冷链物流园", cast.wang)
    zheng, li, zhou = as_user(cast.zheng), as_user(cast.li), as_user(cast.zhou)
    zheng.see(f"/reserve/{item.id}")
    zheng.see("/reserve/progress")
    for act in ("edit", "drop", "promote", "link", "unlink"):
        assert zheng.get(f"/reserve/{item.id}/{act}").status_code == 403, act
        assert zhou.get(f"/reserve/{item.id}/{act}").status_code == 403, act
        assert li.get(f"/reserve/{item.id}/{act}").status_code == 404, act
    assert zheng.get("/reserve/new").status_code == 403
    assert f"/reserve/{item.id}" not in li.see("/reserve").links
    assert li.get(f"/reserve/{item.id}").status_code == 404
    assert li.get(f"/reserve/{item.id}/take-up").status_code == 405
    assert li.post(f"/reserve/{item.id}/take-up", data={"csrf_token": li.token()}).status_code == 404
    assert zheng.post(f"/reserve/{item.id}/take-up", data={"csrf_token": zheng.token()}).status_code == 403
    assert verbs() == ["reserve_item.planned"]


# --- becoming a deal ----------------------------------------------------------------------------------------


def test_a_plan_becomes_a_deal_and_keeps_counting(cast: Any, session: Any, as_user: Login) -> None:
    item = planned("冷链物流园", cast.wang, content="库房两栋", planned_wan=Decimal(12_000))
    wang = as_user(cast.wang)
    wang.see(f"/reserve/{item.id}/promote")
    assert session.scalar(sa.select(sa.func.count(Deal.id))) == 0, "opening the form does nothing"
    assert wang.submit(f"/reserve/{item.id}/promote").status_code == 422
    there = wang.submit(f"/reserve/{item.id}/promote", **NEXT).went_to
    deal = session.scalars(sa.select(Deal)).one()
    assert there == f"/deals/{deal.id}"
    assert (deal.name, deal.content, deal.planned_wan, deal.stage, deal.unit_id) == (
        "冷链物流园", "库房两栋", Decimal(12_000), Stage.INTENDED, cast.wang.unit_id,
    )  # fmt: skip
    item = items()[0]
    assert (item.state, item.deal_id, item.promoted_on) == (
        ReserveState.PROMOTED,
        deal.id,
        dt.date(2013, 7, 25),
    )
    page = wang.see(there)
    assert "来自储备库" in page.text and f"/reserve/{item.id}" in page.links and "由储备项目转来" in page.text
    assert there in wang.see(f"/reserve/{item.id}").links
    assert queries.progress(cast.admin, 2013).planned.done == 1, "one project counts once, and it still does"
    answer = wang.post(f"/reserve/{item.id}/link/{deal.id}", data={"csrf_token": wang.token()})
    assert answer.status_code == 422 and "已经转成招商项目" in answer.said


def test_a_plan_becomes_a_key_project_and_keeps_counting(cast: Any, session: Any, as_user: Login) -> None:
    item = planned("九华公路", cast.wang, planned_wan=Decimal(8_000))
    wang, new = as_user(cast.wang), f"/projects/new?plan_id={item.id}"
    assert new in wang.see(f"/reserve/{item.id}").links
    wang.see(new)
    assert session.scalar(sa.select(sa.func.count(KeyProject.id))) == 0, "opening the form does nothing"
    there = wang.submit(new).went_to
    project = session.scalars(sa.select(KeyProject)).one()
    assert (project.name, project.planned_wan, project.unit_id) == ("九华公路", 8_000, cast.wang.unit_id)
    assert (items()[0].state, items()[0].promoted_on) == (ReserveState.LISTED, dt.date(2013, 7, 25))
    assert f"/reserve/{item.id}" in wang.see(there).links and there in wang.see(f"/reserve/{item.id}").links
    assert queries.progress(cast.admin, 2013).planned.done == 1, "one project counts once"
    again = wang.submit(new, name="九华公路二期")
    assert again.status_code == 422 and "已经列为重点项目了" in again.said
    with pytest.raises(Refused, match="已经列为重点项目了"):
        actions.link(items()[0], make_deal("别的", cast.wang), actor=cast.wang)
    assert as_user(cast.li).get(new).status_code == 404 and as_user(cast.zheng).get(new).status_code == 403
    wang.submit(f"/reserve/{item.id}/unlink", reason="不是同一条路")
    session.expire_all()
    assert (items()[0].state, items()[0].promoted_on, project.plan) == (ReserveState.PLANNED, None, None)
    assert verbs() == ["reserve_item.planned", "reserve_item.listed", "reserve_item.unlinked"]
    left = sa.select(Event.verb).where(Event.noun == "key_project", Event.record_id == project.id)
    assert session.scalars(left.order_by(Event.id)).all()[-1] == "project.left_reserve"


def test_linked_to_a_deal_that_is_there_and_taken_apart(cast: Any, session: Any, as_user: Login) -> None:
    item, deal, others = (
        planned("冷链物流园", cast.wang),
        make_deal("冷链项目", cast.wang),
        make_deal("乡镇的", cast.li),
    )
    wang = as_user(cast.wang)
    page = wang.see(f"/reserve/{item.id}/link?q=冷链")
    assert f"/deals/{deal.id}" in page.links and f"/deals/{others.id}" not in page.links
    assert (
        wang.post(f"/reserve/{item.id}/link/{others.id}", data={"csrf_token": wang.token()}).status_code
        == 404
    )
    assert (
        wang.press(f"/reserve/{item.id}/link", f"/reserve/{item.id}/link/{deal.id}").went_to
        == f"/reserve/{item.id}"
    )
    assert items()[0].deal_id == deal.id
    deal.unit_id = cast.li.unit_id
    deal.owner_id = cast.li.id
    session.commit()
    assert as_user(cast.li).get(f"/reserve/{item.id}").status_code == 200, (
        "who takes the deal on sees its plan"
    )
    assert as_user(cast.li).get(f"/reserve/{item.id}/edit").status_code == 403, "but it is the planner's"
    assert wang.submit(f"/reserve/{item.id}/unlink").status_code == 422
    wang.submit(f"/reserve/{item.id}/unlink", reason="连错了")
    assert (items()[0].state, items()[0].deal_id) == (ReserveState.PLANNED, None)
    assert verbs()[-2:] == ["reserve_item.promoted", "reserve_item.unlinked"]


# --- quotas -------------------------------------------------------------------------------------------------


@pytest.mark.on("sqlite")
@pytest.mark.parametrize(
    ("town_wan", "bureau_wan", "told"), [(3_500, 9_000, "未达标"), (5_200, 10_500, "达标")]
)
def test_a_town_with_half_a_hundred_million_and_a_department_with_one(
    cast: Any, session: Any, as_user: Login, town_wan: int, bureau_wan: int, told: str
) -> None:
    """「town with one project of 0.52亿 = done, 0.35亿 = not; department with 1.05亿 = done, 0.9亿 = not」"""
    planned("镇里谋划的", cast.li, planned_wan=Decimal(town_wan))
    planned("局里谋划的", cast.wang, planned_wan=Decimal(bureau_wan))
    session.commit()
    page = as_user(cast.zhou).see("/reserve/progress?year=2013")
    assert {(row[0], row[-1]) for at in (0, 1) for row in page.rows(at)} == {
        ("区招商局", told),
        ("航埠镇", told),
    }


def test_each_unit_against_its_quota(cast: Any, session: Any, as_user: Login) -> None:
    make_unit("无人区管委会", code="WRQ", kind="platform")
    planned("小项目", cast.li, planned_wan=Decimal("4999.99"))
    planned(
        "大项目", cast.wang, planned_wan=Decimal(10_000), in_city=True, city_registered_on=dt.date(2013, 5, 1)
    )
    planned("去年的", cast.li, planned_wan=Decimal(90_000), year=2012)
    session.commit()
    told = queries.progress(cast.admin, 2013)
    by_name = {one.unit.name: one for one in told.units}
    assert by_name["航埠镇"].verdict is Verdict.NOT_MET and by_name["区招商局"].verdict is Verdict.MET
    assert set(by_name) == {"航埠镇", "区招商局"}, "a unit without quota and project is not in the table"
    assert (told.planned.done, told.in_city.done, told.total_wan) == (2, 1, Decimal("14999.99"))
    assert (told.groups[Group.TOWNSHIP].done, told.groups[Group.DEPARTMENT].done) == (0, 1)
    settings.put("reserve.town_wan", 4_000)
    session.commit()
    assert queries.progress(cast.admin, 2013).groups[Group.TOWNSHIP].done == 1
    assert queries.progress(cast.admin, 2014).planned.done == 0
    assert [one.unit.name for one in queries.progress(cast.li, 2013).units] == ["航埠镇"]
    page = as_user(cast.zhou).see("/reserve/progress?year=2013")
    assert "2 / 100" in page.text and "1 / 30" in page.text and "要另外安排" in page.text
    link = f"/reserve?year=2013&counts=1&unit={cast.wang.unit_id}&planned_from=10000"
    assert link in page.links
    assert [line[0] for line in as_user(cast.zhou).see(link).rows()] != [] and "大项目" in as_user(
        cast.zhou
    ).see(link).text
    assert "下面只是您能看到的" in as_user(cast.wang).see("/reserve/progress").text
    as_user(cast.zhou).see("/reserve/progress?year=1")


@pytest.mark.on("sqlite")
def test_the_demo_district_stands_where_the_report_says(district: Any, session: Any, as_user: Login) -> None:
    told = queries.progress(district["leader"], 2013)
    assert (told.planned.done, told.planned.task) == (48, 100)
    assert (told.in_city.done, told.in_city.task) == (17, 30)
    towns, departments = told.groups[Group.TOWNSHIP], told.groups[Group.DEPARTMENT]
    assert (towns.done, towns.task, departments.done, departments.task) == (11, 18, 4, 10)
    assert told.asked_of_units == 28 and told.planned.task - told.asked_of_units == 72
    page = as_user(district["leader"]).see("/reserve/progress")
    for figure in ("48 / 100", "17 / 30", "11 / 18", "4 / 10"):
        assert figure in page.text
    assert "共 48 条" in as_user(district["leader"]).see("/reserve?year=2013&counts=1").text
    assert "共 17 条" in as_user(district["leader"]).see("/reserve?year=2013&counts=1&in_city=1").text


# --- lists in and out ---------------------------------------------------------------------------------------

LIST = """2013 年谋划项目表,,,,,,
项目名称,谋划单位,年度,总投资,谋划方式,前期深度,市级入库日期
冷链物流园,,2013年,1.2亿,围绕政策导向,方案,2013-05-10
新材料产业园,航埠镇,2013,6000,,概念,
冷链（物流园）,,,7000,,已转招商,
生态茶园,,明年,8000,自己想的,,
"""


def test_planned_projects_come_in_as_a_list_and_go_again(cast: Any, session: Any, as_user: Login) -> None:
    from crm.imports.models import Finding
    from tests.imports.lists import rows, run

    wang = as_user(cast.wang)
    here = wang.submit("/imports", noun="reserve_item", file=(io.BytesIO(LIST.encode()), "谋划.csv")).went_to
    wang.submit(here, f"{here}/check")
    found = {number: row.finding for number, row in rows().items()}
    assert found == {3: Finding.NEW, 4: Finding.ERROR, 5: Finding.REPEATED, 6: Finding.ERROR}
    assert "只能录入本单位" in rows()[4].message and rows()[6].wrong == ["year", "way"]
    assert items() == [], "the check writes nothing"
    run(wang, here)
    item = items()[0]
    assert (item.name, item.unit_id, item.planned_wan, item.depth, item.in_city) == (
        "冷链物流园", cast.wang.unit_id, Decimal(12_000), Depth.SCHEME, True,
    )  # fmt: skip
    assert f"/reserve/{item.id}" in wang.see(f"{here}?outcome=created").links
    assert wang.press(here, f"{here}/undo").went_to == here
    assert items() == [] and not session.scalars(index.matching("reserve_item", "冷链")).all()


def test_the_list_leaves_as_it_stands(cast: Any, session: Any, as_user: Login) -> None:
    planned("冷链物流园", cast.wang)
    planned("新材料产业园", cast.wang, year=2012)
    session.commit()
    wang = as_user(cast.wang)
    data = {
        "csrf_token": wang.token(),
        "format": "xlsx",
        "filter_year": "2013",
        "columns": ["unit", "planned_wan"],
    }
    answer = wang.post("/lists/reserve/export", data=data)
    sheet = openpyxl.load_workbook(io.BytesIO(answer.get_data())).worksheets[0]
    assert list(sheet.iter_rows(min_row=2, values_only=True)) == [("冷链物流园", "区招商局", 5_200)]
    assert as_user(cast.zheng).post(
        "/lists/reserve/export", data={"csrf_token": as_user(cast.zheng).token()}
    ).status_code in (400, 403)


def test_in_english(cast: Any, session: Any, as_user: Login) -> None:
    item, deal = planned("冷链物流园", cast.wang), make_deal("冷链项目", cast.wang)
    cast.wang.locale = cast.zhou.locale = "en"
    wang = as_user(cast.wang)
    for url in ("/reserve", "/reserve/new", f"/reserve/{item.id}", f"/reserve/{item.id}/edit", f"/reserve/{item.id}/drop",
                f"/reserve/{item.id}/promote", f"/reserve/{item.id}/link", "/reserve/progress", "/reserve/progress?year=2012"):  # fmt: skip
        wang.see(url)
    as_user(cast.zhou).see("/reserve/progress")
    actions.link(items()[0], db.session.get_one(Deal, deal.id), actor=cast.wang)
    session.commit()
    for url in (f"/reserve/{item.id}", f"/reserve/{item.id}/unlink", f"/deals/{deal.id}"):
        wang.see(url)


def test_a_deal_of_another_unit_is_not_named_on_the_plan(cast: Any, session: Any, as_user: Login) -> None:
    deal = make_deal("外单位的招商项目", cast.wang)
    item = planned("新材料园", cast.li)
    actions.link(item, deal, actor=cast.admin)
    session.commit()
    li, chen = as_user(cast.li), as_user(cast.chen)
    for address in (
        f"/reserve/{item.id}",
        f"/reserve/{item.id}/unlink",
        "/reserve?columns=name&columns=deal",
    ):
        assert "外单位的招商项目" not in li.see(address).text, address
    assert li.see("/reserve?columns=name&columns=deal").rows()[0][-1] == "有"
    page = li.see(f"/reserve/{item.id}")
    assert "转成的项目" in page.text and f"/deals/{deal.id}" not in page.links
    page = chen.see(f"/reserve/{item.id}")
    assert "外单位的招商项目" in page.text and f"/deals/{deal.id}" in page.links
