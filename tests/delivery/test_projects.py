"""A key project's pages: works, recorded, refused politely, 403 for readers, 404 for strangers, GET does not act."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.db import db
from crm.delivery import actions, queries
from crm.delivery.models import KeyProject, Milestone, ProgressEntry, SiteVisit, Sponsorship
from crm.delivery.status import BuildKind, NodeKind, Status
from crm.delivery.timetable import Paper
from crm.files.models import StoredFile
from crm.org.permissions import Role
from crm.search import index
from tests.cast import make_deal, make_user
from tests.delivery.make import TODAY, led, make_node, make_project


def events(verb: str) -> list[Event]:
    return list(db.session.scalars(sa.select(Event).filter_by(verb=verb).order_by(Event.id)))


def project() -> KeyProject:
    return db.session.scalars(sa.select(KeyProject).order_by(KeyProject.id.desc())).first()  # type: ignore[return-value]


# --- what it is -------------------------------------------------------------------------------------------------


def test_a_new_project_stands_at_not_started_with_its_plan_and_is_found(cast: Any, as_user: Any) -> None:
    chen = as_user(cast.chen)
    answer = chen.submit(
        "/projects/new", name="石华线改建", planned_wan="1.2亿", year_planned_wan="3000", build_kind="continued",
        task_force="石华线专班", owner_body="区交通投资公司", leader_id=str(cast.zhou.id),
    )  # fmt: skip
    made = project()
    assert answer.went_to == f"/projects/{made.id}"
    assert (made.status, made.planned_wan, made.unit_id) == (
        Status.NOT_STARTED,
        Decimal(12_000),
        cast.chen.unit_id,
    )
    year = made.in_year(2013)
    assert year and (year.build_kind, year.planned_wan, year.done_wan) == (BuildKind.CONTINUED, 3000, 0)
    assert made.leader == cast.zhou and made.empty_seats == []
    assert events("project.created")[0].record_id == made.id
    assert made.id in db.session.scalars(index.matching("key_project", "shx")).all()
    page = chen.see(answer.went_to)
    assert "石华线改建" in page.text and "1.20亿元" in page.text and cast.zhou.name in page.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": ""}, "请填写重点项目名称"),
        ({"name": "长" * 201}, "最多 200 个字"),
        ({"planned_wan": "-5"}, "金额不能是负数"),
        ({"unit_id": "999999"}, "没有这个选项"),
        ({"deal": "没有这个项目"}, "没有正好叫这个名字"),
        ({"name": "已经有了"}, "已经有同名的重点项目"),
    ],
)
@pytest.mark.on("sqlite")
def test_bad_input_is_named_kept_and_makes_nothing(cast: Any, as_user: Any, typed: Any, said: str) -> None:
    make_project("已经有了", cast.wang)
    answer = as_user(cast.wang).submit("/projects/new", **{"name": "㐀新项目", "content": "看得见", **typed})
    assert answer.status_code == 422 and said in answer.said
    assert "看得见" in answer.get_data(as_text=True)
    assert db.session.scalar(sa.select(sa.func.count(KeyProject.id))) == 1


def test_what_a_deal_knows_is_filled_in_and_the_deal_shows_its_project(cast: Any, as_user: Any) -> None:
    deal = make_deal("阀门生产线", by=cast.wang, planned_wan=Decimal(5000))
    wang = as_user(cast.wang)
    assert f"/projects/new?deal_id={deal.id}" in wang.see(f"/deals/{deal.id}").links
    wang.submit(f"/projects/new?deal_id={deal.id}")
    assert (project().deal_id, project().name, project().planned_wan) == (deal.id, "阀门生产线", 5000)
    assert f"/projects/{project().id}" in wang.see(f"/deals/{deal.id}").links


def test_an_edit_is_recorded_and_a_stale_one_shows_both(cast: Any, as_user: Any) -> None:
    one = make_project("旧名", cast.wang)
    as_user(cast.wang).submit(f"/projects/{one.id}/edit", name="新名")
    assert one.name == "新名" and events("project.edited")[0].changes["name"] == ["旧名", "新名"]
    answer = as_user(cast.wang).submit(f"/projects/{one.id}/edit", name="又一个", version="1")
    assert (
        answer.status_code == 409 and "新名" in answer.said and "又一个" in answer.said and one.name == "新名"
    )


def test_readers_get_403_strangers_404_and_a_get_does_nothing(cast: Any, as_user: Any) -> None:
    one = make_project("项目", cast.wang)
    node = make_node(one, "开工", TODAY, kind=NodeKind.START)
    acts = [
        f"/projects/{one.id}/{act}"
        for act in ("edit", "years", "advance", "step-back", "milestones", "report")
    ]
    acts += [f"/projects/milestones/{node.id}", f"/projects/milestones/{node.id}/reach"]
    for act in acts:
        as_user(cast.zheng).see(act, 403)
        as_user(cast.li).see(act, 404)
        as_user(cast.wang).see(act)
    as_user(cast.li).see(f"/projects/{one.id}", 404)
    as_user(cast.zheng).see(f"/projects/{one.id}")
    as_user(cast.wang).see(f"/projects/{one.id}/leader", 403)
    assert (one.status, node.actual_on, one.version) == (Status.NOT_STARTED, None, 1)


def test_amounts_of_a_year_are_kept_by_year_and_told(cast: Any, as_user: Any) -> None:
    one = make_project("项目", cast.wang)
    wang = as_user(cast.wang)
    wang.submit(f"/projects/{one.id}/years", year="2012", build_kind="new", planned_wan="500", done_wan="480")
    wang.submit(f"/projects/{one.id}/years", planned_wan="1200", done_wan="300")
    assert [(row.year, row.planned_wan, row.done_wan) for row in one.years] == [
        (2012, 500, 480),
        (2013, 1200, 300),
    ]
    assert one.done_wan == 780 and one.in_year(2013).percent == Decimal("25.0")  # type: ignore[union-attr]
    assert events("project.planned")[1].changes["year_planned_wan"] == ["1000", "1200"] or "1000" in str(
        events("project.planned")[1].changes["year_planned_wan"][0]
    )


# --- the line ---------------------------------------------------------------------------------------------------


def test_it_goes_the_whole_line_with_a_day_each_and_its_milestones_go_along(cast: Any, as_user: Any) -> None:
    one = make_project("项目", cast.wang)
    start = make_node(one, "开工", dt.date(2013, 2, 1), kind=NodeKind.START)
    wang = as_user(cast.wang)
    for day in ("2013-03-01", "2013-04-01", "2013-05-01", "2013-06-01"):
        wang.submit(f"/projects/{one.id}/advance", on_day=day)
    assert one.status is Status.AT_CAPACITY and one.status_since == dt.date(2013, 6, 1)
    assert start.actual_on == dt.date(2013, 3, 1)
    assert [move.to_status for move in one.moves] == list(Status)[1:]
    answer = wang.submit(f"/projects/{one.id}/advance", on_day="2013-07-01")
    assert answer.status_code == 422 and "没有下一步" in answer.said
    assert len(events("project.advanced")) == 4


@pytest.mark.parametrize(("day", "said"), [("2013-07-26", "不能晚于今天"), ("2013-02-28", "不能早于上一次")])
@pytest.mark.on("sqlite")
def test_a_status_begins_neither_tomorrow_nor_before_the_last(
    cast: Any, as_user: Any, day: str, said: str
) -> None:
    one = make_project("项目", cast.wang)
    wang = as_user(cast.wang)
    wang.submit(f"/projects/{one.id}/advance", on_day="2013-03-01")
    answer = wang.submit(f"/projects/{one.id}/advance", on_day=day)
    assert answer.status_code == 422 and said in answer.said and one.status is Status.BUILDING


def test_a_step_back_wants_its_reason_and_opens_the_milestone_again(cast: Any, as_user: Any) -> None:
    one = make_project("项目", cast.wang)
    start = make_node(one, "开工", dt.date(2013, 2, 1), kind=NodeKind.START)
    wang = as_user(cast.wang)
    wang.submit(f"/projects/{one.id}/advance", on_day="2013-03-01")
    assert wang.submit(f"/projects/{one.id}/step-back", on_day="2013-04-01").status_code == 422
    assert one.status is Status.BUILDING
    wang.submit(f"/projects/{one.id}/step-back", on_day="2013-04-01", reason="施工许可证被撤回")
    assert one.status is Status.NOT_STARTED and start.actual_on is None
    assert events("project.stepped_back")[0].note == "施工许可证被撤回"
    assert "施工许可证被撤回" in wang.see(f"/projects/{one.id}").text


def test_what_produces_nothing_ends_when_it_is_completed(cast: Any, as_user: Any) -> None:
    one = make_project("党校", cast.wang, is_productive=False)
    wang = as_user(cast.wang)
    for day in ("2013-03-01", "2013-04-01"):
        wang.submit(f"/projects/{one.id}/advance", on_day=day)
    assert one.status is Status.COMPLETED
    assert wang.submit(f"/projects/{one.id}/advance", on_day="2013-05-01").status_code == 422


# --- 四位一体 -----------------------------------------------------------------------------------------------------


def test_one_leader_at_a_time_and_the_former_one_keeps_what_was_his(cast: Any, as_user: Any) -> None:
    one = make_project("项目", cast.wang)
    sun = make_user("sun", "孙区长", cast.zhou.role, cast.zhou.unit, post="常务副区长")
    led(one, cast.zhou)
    chen = as_user(cast.chen)
    chen.submit(f"/projects/{one.id}/visits/new", on_day="2013-06-30", decision="月底进场")
    chen.submit(f"/projects/{one.id}/leader", leader_id=str(sun.id), from_on="2013-07-01", reason="分工调整")
    chen.submit(f"/projects/{one.id}/visits/new", on_day="2013-06-29", decision="补记：管线先迁")
    chen.submit(f"/projects/{one.id}/visits/new", on_day="2013-07-02", decision="倒排工期")
    periods = [(row.leader, row.from_on, row.to_on) for row in one.sponsorships]
    assert periods == [
        (cast.zhou, dt.date(2013, 1, 15), dt.date(2013, 6, 30)), (sun, dt.date(2013, 7, 1), None),
    ]  # fmt: skip
    whose = {visit.on_day: visit.leader for visit in db.session.scalars(sa.select(SiteVisit))}
    assert whose == {
        dt.date(2013, 6, 29): cast.zhou, dt.date(2013, 6, 30): cast.zhou, dt.date(2013, 7, 2): sun,
    }  # fmt: skip
    assert events("project.sponsored")[-1].changes["leader"] == [cast.zhou.name, "孙区长"]
    page = as_user(sun).see(f"/projects/leaders/{sun.id}")
    assert "项目" in page.text and "倒排工期" in page.text and "月底进场" not in page.text
    for shown in (page, as_user(sun).see(f"/projects/{one.id}")):
        assert "最近到现场" in shown.text and "2013-07-02" in shown.text
    assert "月底进场" in as_user(sun).see(f"/projects/leaders/{cast.zhou.id}").text


@pytest.mark.parametrize("day", ["2013-01-15", "2012-12-31"])
@pytest.mark.on("sqlite")
def test_a_change_that_would_overlap_is_refused(cast: Any, as_user: Any, day: str) -> None:
    one = make_project("项目", cast.wang)
    sun = make_user("sun", "孙区长", cast.zhou.role, cast.zhou.unit)
    led(one, cast.zhou)
    answer = as_user(cast.chen).submit(f"/projects/{one.id}/leader", leader_id=str(sun.id), from_on=day)
    assert answer.status_code == 422 and "请不早于 2013-01-16" in answer.said
    assert one.leader == cast.zhou


def test_two_leaders_at_once_do_not_get_into_the_table(cast: Any, session: Any) -> None:
    one = make_project("项目", cast.wang)
    led(one, cast.zhou)
    session.add(Sponsorship(project_id=one.id, leader_id=cast.admin.id, from_on=TODAY))
    with pytest.raises(sa.exc.IntegrityError):
        session.flush()
    session.rollback()


@pytest.mark.parametrize(
    ("columns", "seat"),
    [({"unit_id": None}, "unit"), ({"task_force": ""}, "task_force"), ({"owner_body": ""}, "owner")],
)
def test_whichever_seat_is_empty_the_project_is_on_the_list(
    cast: Any, as_user: Any, columns: dict[str, Any], seat: str
) -> None:
    led(make_project("有一个缺", cast.wang, **columns), cast.zhou)
    led(make_project("都齐了", cast.wang), cast.zhou)
    page = as_user(cast.wang).see(f"/projects?seat={seat}")
    assert "有一个缺" in page.text and "都齐了" not in page.text
    rest = "&".join(f"seat={one}" for one in ("leader", "unit", "task_force", "owner") if one != seat)
    assert "有一个缺" not in as_user(cast.wang).see(f"/projects?{rest}").text


# --- 时间表、责任书、路线图 ---------------------------------------------------------------------------------------------


def test_milestones_with_person_and_order_make_the_three_papers(cast: Any, as_user: Any) -> None:
    one = make_project("项目", cast.wang)
    wang = as_user(cast.wang)
    assert one.lacks == list(Paper)
    said = {"person": "项经理", "signed_on": "2013-01-20"}
    wang.submit(f"/projects/{one.id}/milestones", name="开工", kind="start", plan_on="2013-08-31", **said)
    start = one.milestones[0]
    wang.submit(f"/projects/{one.id}/milestones", name="主体结顶", kind="structure", plan_on="2013-12-01",
                after=[str(start.id)], **said)  # fmt: skip
    roof = next(node for node in one.milestones if node is not start)
    assert one.lacks == [] and roof.after == [start] and roof.baseline_on == dt.date(2013, 12, 1)
    page = wang.see(f"/projects/{one.id}/timetable")
    assert "主体结顶" in page.text
    assert '<svg class="gantt-svg"' in wang.get(f"/projects/{one.id}/timetable").get_data(as_text=True)
    assert "一页" in page.text and "项经理" in wang.see(f"/projects/{one.id}/sheet").text
    assert len(events("project.milestone_added")) == 2


def test_another_plan_wants_a_reason_and_the_slip_is_counted_from_the_baseline(
    cast: Any, as_user: Any
) -> None:
    one = make_project("项目", cast.wang)
    node = make_node(one, "主体", dt.date(2013, 9, 1))
    wang = as_user(cast.wang)
    here = f"/projects/milestones/{node.id}"
    answer = wang.submit(here, plan_on="2013-09-11")
    assert answer.status_code == 422 and "写明原因" in answer.said and node.plan_on == dt.date(2013, 9, 1)
    wang.submit(here, plan_on="2013-09-11", reason="梅雨")
    assert (node.plan_on, node.baseline_on) == (dt.date(2013, 9, 11), dt.date(2013, 9, 1))
    assert events("project.milestone_edited")[0].note == "梅雨"
    assert "拖后 10 天" in wang.see(f"/projects/{one.id}/timetable").text


def test_order_that_leads_back_to_itself_is_refused(cast: Any, as_user: Any) -> None:
    one = make_project("项目", cast.wang)
    a, b = make_node(one, "甲", TODAY), make_node(one, "乙", TODAY)
    b.after.append(a)
    answer = as_user(cast.wang).submit(f"/projects/milestones/{a.id}", after=[str(b.id)])
    assert answer.status_code == 422 and "绕回自己" in answer.said and a.after == []


def test_reaching_the_start_starts_the_project_and_a_later_step_is_refused(cast: Any, as_user: Any) -> None:
    one = make_project("项目", cast.wang)
    start = make_node(one, "开工", dt.date(2013, 7, 1), kind=NodeKind.START)
    built = make_node(one, "建成", dt.date(2013, 12, 1), kind=NodeKind.COMPLETE)
    wang = as_user(cast.wang)
    answer = wang.submit(f"/projects/milestones/{built.id}/reach", on_day="2013-07-20")
    assert answer.status_code == 422 and "还不能到" in answer.said
    wang.submit(f"/projects/milestones/{start.id}/reach", on_day="2013-07-20")
    assert one.status is Status.BUILDING and start.actual_on == dt.date(2013, 7, 20)


def test_a_milestone_that_is_dropped_leaves_the_order_and_stays_in_the_trail(cast: Any, as_user: Any) -> None:
    one = make_project("项目", cast.wang)
    a, b = make_node(one, "甲节点", TODAY), make_node(one, "乙节点", TODAY)
    b.after.append(a)
    as_user(cast.zheng).see(f"/projects/milestones/{a.id}", 403)
    as_user(cast.wang).press(f"/projects/milestones/{a.id}", f"/projects/milestones/{a.id}/drop")
    assert [node.name for node in db.session.scalars(sa.select(Milestone))] == ["乙节点"] and b.after == []
    assert events("project.milestone_dropped")[0].changes["milestone"] == ["甲节点", None]


def test_the_lists_of_missing_papers_say_what_the_rule_says(cast: Any) -> None:
    """Every mix of plan, person, signature and order: the WHERE and the rule agree."""
    day = dt.date(2013, 8, 1)
    number = 0
    for plan in (None, day):
        for person, signed in (("", None), ("甲", None), ("甲", day)):
            for nodes in (0, 1, 2, 3):
                for tied in (False, True):
                    number += 1
                    one = make_project(f"第{number}个", cast.wang)
                    made = [
                        make_node(one, f"节点{at}", plan, person=person, signed_on=signed)
                        for at in range(nodes)
                    ]
                    for before, after in pairwise(made):
                        if tied:
                            after.after.append(before)
    db.session.flush()
    db.session.expire_all()
    found = {
        paper: set(db.session.scalars(sa.select(KeyProject.id).where(queries.lacking(paper))))
        for paper in Paper
    }
    for one in db.session.scalars(sa.select(KeyProject)):
        assert one.lacks == [paper for paper in Paper if one.id in found[paper]], one.name


# --- 周报 ---------------------------------------------------------------------------------------------------------


def test_the_weekly_entry_is_prefilled_moves_the_years_amount_and_says_the_week_is_not_quiet(
    cast: Any, as_user: Any
) -> None:
    one = make_project("项目", cast.wang, status=Status.BUILDING)
    db.session.add(
        ProgressEntry(project=one, week_on=dt.date(2013, 7, 15), progress="二层浇筑", done_wan=Decimal(300))
    )
    wang = as_user(cast.wang)
    assert f"/projects/{one.id}" in wang.see("/projects?quiet=1").links
    page = wang.see(f"/projects/{one.id}/report")
    assert "二层浇筑" in page.text
    assert page.one("input", name="done_wan").get("value") == "300"
    photo = (io.BytesIO(b"\x89PNG\r\n\x1a\n" + b"0" * 64), "现场.png")
    wang.submit(
        f"/projects/{one.id}/report", progress="三层浇筑", done_wan="360", problem="缺砂石", files=photo
    )
    assert one.in_year(2013).done_wan == 360  # type: ignore[union-attr]
    text = wang.see(f"/projects/{one.id}/progress").text
    assert "三层浇筑" in text and "缺砂石" in text and "现场.png" in text
    file = db.session.scalars(sa.select(StoredFile)).one()
    assert wang.get(f"/projects/files/{file.id}").status_code == 200
    as_user(cast.li).see(f"/projects/files/{file.id}", 404)
    assert f"/projects/{one.id}" not in wang.see("/projects?quiet=1").links
    wang.submit(f"/projects/{one.id}/report", done_wan="370", files=None)
    assert db.session.scalar(sa.select(sa.func.count(ProgressEntry.id))) == 2, "one entry for each week"


@pytest.mark.on("sqlite")
def test_the_year_so_far_does_not_shrink_and_what_has_not_started_has_no_progress(
    cast: Any, as_user: Any
) -> None:
    one = make_project("项目", cast.wang, status=Status.BUILDING)
    db.session.add(
        ProgressEntry(project=one, week_on=dt.date(2013, 7, 15), progress="二层", done_wan=Decimal(300))
    )
    wang = as_user(cast.wang)
    answer = wang.submit(f"/projects/{one.id}/report", done_wan="299", files=None)
    assert answer.status_code == 422 and "不能比上次报的" in answer.said
    for done, doubted in (("1501", True), ("1500", False)):  # of a plan of 1000
        page = wang.submit(f"/projects/{one.id}/report", done_wan=done, files=None, _follow=True)
        assert ("请核对" in page.said) is doubted
    idle = make_project("没开工", cast.wang)
    answer = wang.submit(f"/projects/{idle.id}/report", progress="平整", done_wan="1", files=None)
    assert answer.status_code == 422 and "还没有开工" in answer.said


def test_a_leader_notes_a_visit_and_a_reader_cannot(cast: Any, as_user: Any) -> None:
    one = make_project("项目", cast.wang)
    led(one, cast.zhou)
    here = f"/projects/{one.id}/visits/new"
    as_user(cast.zheng).see(here, 403)
    as_user(cast.li).see(here, 404)
    answer = as_user(cast.zhou).submit(
        here, kind="tackle", place="工地", decision="今天签完征迁协议", present="街道"
    )
    assert answer.went_to == f"/projects/{one.id}/visits"
    text = as_user(cast.wang).see(answer.went_to).text
    assert "攻坚" in text and "今天签完征迁协议" in text and cast.zhou.name in text
    assert as_user(cast.zhou).submit(here, on_day="2013-07-26", decision="明天").status_code == 422
    assert len(events("project.visited")) == 1


# --- where else it is met -------------------------------------------------------------------------------------------


def test_the_search_box_finds_it_and_strangers_do_not(cast: Any, as_user: Any) -> None:
    as_user(cast.wang).submit("/projects/new", name="石华线改建工程")
    assert f"/projects/{project().id}" in as_user(cast.wang).see("/find?q=shx").links
    assert f"/projects/{project().id}" in as_user(cast.zheng).see("/find?q=华线").links
    assert f"/projects/{project().id}" not in as_user(cast.li).see("/find?q=华线").links


def test_the_desk_tells_the_leader_and_the_unit_what_is_late(cast: Any, as_user: Any) -> None:
    one = make_project("项目", cast.wang, status=Status.BUILDING)
    make_node(one, "主体", dt.date(2013, 7, 1))
    led(one, cast.zhou)
    leader = as_user(cast.zhou).see("/")
    assert (
        "我挂联的、有超期节点的重点项目 1" in leader.text
        and "我挂联的、本周无进展的重点项目 1" in leader.text
    )
    assert "/projects?leader=me&overdue=1" in leader.links
    unit = as_user(cast.wang).see("/")
    assert "本单位有超期节点的重点项目 1" in unit.text and "我挂联的" not in unit.text
    assert "重点项目 1" not in as_user(cast.li).see("/").text
    for user in (cast.zhou, cast.wang):
        for link in (one for one in as_user(user).see("/").links if one.startswith("/projects?")):
            assert f"/projects/{one.id}" in as_user(user).see(link).links


def test_the_list_leaves_as_it_is_shown(cast: Any, as_user: Any) -> None:
    one = make_project("石华线", cast.wang)
    make_project("李的路", cast.li)
    led(one, cast.zhou)
    wang = as_user(cast.wang)
    answer = wang.submit(
        "/lists/projects/export?columns=name&columns=leader&columns=year_planned", format="csv"
    )
    text = answer.get_data().decode("utf-8-sig")
    assert "石华线" in text and cast.zhou.name in text and "李的路" not in text
    as_user(cast.zheng).see("/lists/projects/export", 403)


def test_the_deal_of_another_unit_is_not_named_and_stays_joined(
    cast: Any, session: Any, as_user: Any
) -> None:
    deal = make_deal("外单位的招商项目", by=cast.wang)
    made = make_project("石华线", cast.li, deal_id=deal.id)
    cast.mayor = make_user("mayor", "吴镇长", Role.MANAGER, cast.li.unit)
    session.commit()
    mayor, admin, url = as_user(cast.mayor), as_user(cast.admin), f"/projects/{made.id}/edit"
    for address in ("/projects?columns=name&columns=deal", f"/projects/{made.id}", url):
        assert "外单位的招商项目" not in mayor.see(address).text, address
    assert mayor.see("/projects?columns=name&columns=deal").rows()[0][-1] == "有"
    assert mayor.see(url).one("input", name="deal").get("value") in (None, "")
    assert mayor.submit(url, place="石梁镇").status_code == 303
    assert (made.place, made.deal_id) == ("石梁镇", deal.id)
    guessed = mayor.submit(url, deal="外单位的招商项目")
    assert guessed.status_code == 422 and made.deal_id == deal.id
    assert admin.see(url).one("input", name="deal").get("value") == "外单位的招商项目"
    assert admin.submit(url, deal="").status_code == 303 and made.deal_id is None


def test_a_project_without_a_milestone_of_the_start_has_started_when_its_status_says_so(cast: Any) -> None:
    """Or two pages would tell two rates: one by milestones, one by the status."""
    plain, planned = make_project("没有节点的路", cast.wang), make_project("有节点的路", cast.wang)
    make_node(planned, "开工", dt.date(2013, 8, 31), kind=NodeKind.START)
    actions.advance(plain, on_day=dt.date(2013, 6, 20), actor=cast.wang)
    db.session.commit()

    def started(until: dt.date) -> set[str]:
        rows = sa.select(KeyProject.name).where(queries.reached(NodeKind.START, (None, until)))
        return set(db.session.scalars(rows))

    assert started(dt.date(2013, 6, 30)) == {"没有节点的路"} and started(dt.date(2013, 6, 19)) == set()
    actions.step_back(plain, on_day=dt.date(2013, 7, 1), reason="停了", actor=cast.wang)
    assert started(dt.date(2013, 6, 30)) == set()


@pytest.mark.on("sqlite")
def test_a_deal_that_another_units_key_project_grew_from_is_not_offered_again(
    cast: Any, session: Any, as_user: Any
) -> None:
    deal = make_deal("物流综合体", by=cast.wang)
    page = f"/deals/{deal.id}"
    session.commit()
    assert f"/projects/new?deal_id={deal.id}" in as_user(cast.wang).see(page).links
    hidden = make_project("别家的重点项目", by=cast.li, deal_id=deal.id)
    session.commit()
    wang = as_user(cast.wang).see(page)
    assert "已由别的单位列为重点建设项目" in wang.text and "别家的重点项目" not in wang.text
    assert f"/projects/new?deal_id={deal.id}" not in wang.links
    assert f"/projects/{hidden.id}" in as_user(cast.zhou).see(page).links
