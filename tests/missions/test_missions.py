"""Planned, listed, told firm by firm, summed up; and everybody else is kept out."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.contacts.models import ContactKind, ContactLog
from crm.db import db
from crm.duplicates import actions, merging
from crm.leads.models import Conclusion, LeadState
from crm.lib import clock
from crm.merchants.models import Standing
from crm.missions import queries
from crm.missions.models import Mission, MissionKind, Outcome, Stop
from crm.missions.phases import Phase
from tests.cast import make_contact, make_deal, make_enterprise, make_lead, make_person

TODAY = dt.date(2013, 7, 25)
PLAN = {
    "kind": "outgoing",
    "title": "赴杭州拜访软件企业",
    "starts_on": "2013-07-24",
    "ends_on": "2013-07-25",
    "places": "杭州、上海",
}


def missions() -> list[Mission]:
    return list(db.session.scalars(sa.select(Mission).order_by(Mission.id)))


def events(verb: str) -> list[Event]:
    return list(db.session.scalars(sa.select(Event).filter_by(verb=verb).order_by(Event.id)))


def make_mission(title: str, by: Any, firms: Any = (), **columns: Any) -> Mission:
    given = {
        "starts_on": TODAY - dt.timedelta(days=1),
        "ends_on": TODAY,
        "results_by": TODAY + dt.timedelta(days=15),
        "unit_id": by.unit_id,
        "owner_id": by.id,
    } | columns
    mission = Mission(title=title, **given)
    mission.stops = [Stop(enterprise=firm, position=at) for at, firm in enumerate(firms, start=1)]
    db.session.add(mission)
    db.session.commit()
    return mission


def tell(client: Any, stop: Stop, **typed: Any) -> Any:
    url = f"/missions/{stop.mission_id}/stops/{stop.id}/tell"
    return client.submit(url, _to=url, **typed)


# --- planning -----------------------------------------------------------------------------------------------


def test_a_mission_is_planned_for_the_units_own_and_its_results_have_a_day(cast: Any, as_user: Any) -> None:
    answer = as_user(cast.wang).submit("/missions/new", **PLAN, leader_id=cast.zhou.id, owner_id=cast.wang.id)
    mission = missions()[0]
    assert answer.went_to == f"/missions/{mission.id}"
    assert (mission.unit_id, mission.owner_id, mission.leader_id) == (
        cast.wang.unit_id,
        cast.wang.id,
        cast.zhou.id,
    )
    assert mission.region_codes == ["3301", "3101"] or mission.region_codes[0] == "3301"
    assert mission.results_by == TODAY + dt.timedelta(days=15)
    assert [member.id for member in mission.members] == [cast.wang.id]
    assert events("mission.planned")[0].record_id == mission.id
    assert as_user(cast.wang).see("/missions?q=软件").text.count("赴杭州拜访软件企业")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"ends_on": "2013-07-01"}, "结束日期早于开始日期"),
        ({"ends_on": "2014-07-01"}, "一次活动不超过 60 天"),
        ({"places": "杭州、无何有之乡"}, "不知道“无何有之乡”在哪里"),
        ({"title": ""}, "请填写活动名称"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_and_kept_as_typed(
    cast: Any, as_user: Any, typed: dict[str, str], sentence: str
) -> None:
    answer = as_user(cast.wang).submit("/missions/new", **PLAN | typed, owner_id=cast.wang.id)
    assert answer.status_code == 422 and sentence in answer.page.text
    assert not missions() and not events("mission.planned")
    assert (typed.get("places") or PLAN["places"]) in answer.page.html


def test_an_edit_moves_the_day_of_the_results(cast: Any, as_user: Any) -> None:
    mission = make_mission("赴上海", cast.wang)
    url = f"/missions/{mission.id}/edit"
    as_user(cast.wang).submit(url, starts_on="2013-08-01", ends_on="2013-08-03", places="上海")
    assert missions()[0].results_by == dt.date(2013, 8, 18)
    assert events("mission.edited")[0].changes["ends_on"] == ["2013-07-25", "2013-08-03"]


# --- whom to see --------------------------------------------------------------------------------------------


def test_firms_are_proposed_by_place_direction_and_time_without_contact(cast: Any, as_user: Any) -> None:
    long_ago = clock.start_of(TODAY - dt.timedelta(days=90))
    there = {"region_code": "330110", "region_prefix": "3301"}
    old = make_enterprise("杭州久未联系", by=cast.wang, last_contact_at=long_ago, **there)
    never = make_enterprise("杭州从未联系", by=cast.wang, **there)
    make_enterprise("杭州刚联系过", by=cast.wang, last_contact_at=clock.business_now(), **there)
    make_enterprise("杭州休眠", by=cast.wang, standing=Standing.DORMANT, **there)
    make_enterprise("宁波久未联系", by=cast.wang, region_code="3302", region_prefix="3302")
    make_enterprise("别的单位的杭州企业", by=cast.li, **there)
    listed = make_enterprise("杭州已列入", by=cast.wang, **there)
    mission = make_mission("赴杭州", cast.wang, [listed], region_codes=["3301"])
    wang = as_user(cast.wang)
    page = wang.see(f"/missions/{mission.id}/firms")
    names = [firm.name for firm in queries.proposed(cast.wang, mission, queries.Wanted(("3301",), None, 30))]
    assert names == ["杭州从未联系", "杭州久未联系"]
    assert all(name in page.text for name in names) and "宁波久未联系" not in page.text
    assert "别的单位的杭州企业" not in page.text
    assert [
        firm.name for firm in queries.proposed(cast.wang, mission, queries.Wanted(("33",), None, 30))
    ] == ["杭州从未联系", "宁波久未联系", "杭州久未联系"]
    assert not queries.proposed(cast.wang, mission, queries.Wanted(("330106",)))
    wang.submit(
        f"/missions/{mission.id}/firms",
        _to=f"/missions/{mission.id}/firms",
        ids=[never.id, old.id, listed.id],
    )
    assert {stop.enterprise_id for stop in missions()[0].stops} == {listed.id, never.id, old.id}
    assert len(events("mission.listed")) == 2


def test_a_firm_one_may_not_see_is_not_listed_by_its_number(cast: Any, as_user: Any) -> None:
    theirs = make_enterprise("航埠的企业", by=cast.li)
    mission = make_mission("赴杭州", cast.wang)
    wang = as_user(cast.wang)
    wang.post(
        f"/missions/{mission.id}/firms", data={"csrf_token": wang.token(), "ids": [theirs.id, 999, "x"]}
    )
    assert missions()[0].stops == []


def test_what_cannot_be_read_in_the_search_says_so(cast: Any, as_user: Any) -> None:
    mission = make_mission("赴杭州", cast.wang)
    page = as_user(cast.wang).see(f"/missions/{mission.id}/firms?place=无何有之乡&idle=abc")
    assert "没有符合的企业" in page.text


def test_who_goes_along_reads_the_firms_he_goes_to_see(cast: Any, as_user: Any) -> None:
    firm = make_enterprise("招商局的企业", by=cast.wang)
    mission = make_mission("组团", cast.wang, [firm])
    li = as_user(cast.li)
    li.see(f"/missions/{mission.id}", 404)
    li.see(f"/enterprises/{firm.id}", 404)
    mission.members = [cast.li]
    db.session.commit()
    assert firm.name in li.see(f"/missions/{mission.id}").text
    assert firm.name in li.see(f"/enterprises/{firm.id}").text
    assert li.get(f"/missions/{mission.id}/edit").status_code == 403
    mission.cancelled_on = TODAY
    db.session.commit()
    assert li.get(f"/enterprises/{firm.id}").status_code == 404


def test_a_guest_does_not_read_the_lead_that_a_visit_is_about(cast: Any, as_user: Any) -> None:
    lead = make_lead("秘密的线索标题", by=cast.wang, company="甲公司", judgement="秘密的研判意见",
                     judged_at=clock.business_now(), conclusion=Conclusion.FOLLOW, state=LeadState.FOLLOWED)  # fmt: skip
    mission = make_mission("组团", cast.wang, members=[cast.li])
    mission.stops.append(Stop(lead=lead))
    db.session.commit()
    li, wang = as_user(cast.li), as_user(cast.wang)
    for url in (
        f"/missions/{mission.id}",
        f"/missions/{mission.id}/briefings",
        "/missions/visits?columns=lead",
    ):
        assert "秘密" not in li.see(url).text, url
    assert "秘密的研判意见" in wang.see(f"/missions/{mission.id}/briefings").text


def test_only_a_judged_lead_is_visited_unless_the_judge_gives_a_reason(cast: Any, as_user: Any) -> None:
    mission = make_mission("赴杭州", cast.wang, owner_id=cast.wang.id)
    new = make_lead("刚报的线索", by=cast.wang, company="杭州某公司")
    db.session.commit()
    url = f"/leads/{new.id}/mission"
    wang, chen = as_user(cast.wang), as_user(cast.chen)
    answer = wang.submit(url, _to=url, mission_id=mission.id)
    assert answer.status_code == 422 and "还没有研判" in answer.page.text and not missions()[0].stops
    answer = chen.submit(url, _to=url, mission_id=mission.id)
    assert answer.status_code == 422 and "请写明原因" in answer.page.text
    chen.submit(url, _to=url, mission_id=mission.id, why="对方只在杭州停留一天")
    assert [stop.lead_id for stop in missions()[0].stops] == [new.id]
    assert "对方只在杭州停留一天" in events("mission.listed")[0].note
    again = chen.submit(url, _to=url, mission_id=mission.id, why="再去")
    assert again.status_code == 422 and "已经在这次活动的名单里" in again.page.text


def test_judged_leads_wait_to_be_visited_and_dropped_ones_do_not(cast: Any, as_user: Any) -> None:
    judged = {"judged_at": clock.business_now(), "conclusion": Conclusion.FOLLOW, "state": LeadState.FOLLOWED}
    good = make_lead("值得跟进", by=cast.wang, company="甲公司", **judged)
    gone = make_lead("已归档", by=cast.wang, company="乙公司",
                     **judged | {"state": LeadState.ARCHIVED, "conclusion": Conclusion.DROP})  # fmt: skip
    mission = make_mission("赴杭州", cast.wang)
    url = f"/missions/{mission.id}/leads"
    wang = as_user(cast.wang)
    page = wang.see(url)
    assert "值得跟进" in page.text and "已归档" not in page.text
    wang.submit(url, _to=url, ids=[good.id])
    assert "赴杭州" in wang.see(f"/leads/{good.id}").text
    refused = wang.post(url, data={"csrf_token": wang.token(), "ids": [gone.id]})
    assert refused.status_code == 422 and len(missions()[0].stops) == 1


def test_a_firm_without_a_result_is_taken_off_and_one_with_stays(cast: Any, as_user: Any) -> None:
    firms = [make_enterprise(name, by=cast.wang) for name in ("甲", "乙")]
    mission = make_mission("赴杭州", cast.wang, firms)
    first, second = mission.stops
    first.outcome, first.told_on = Outcome.FOLLOWED, TODAY
    db.session.commit()
    wang, page = as_user(cast.wang), f"/missions/{mission.id}"
    wang.submit(page, _to=f"{page}/stops/{second.id}/drop")
    refused = wang.post(f"{page}/stops/{first.id}/drop", data={"csrf_token": wang.token()})
    assert refused.status_code == 422 and "已经写了结果" in refused.page.text
    assert [stop.id for stop in missions()[0].stops] == [first.id]
    assert [event.note for event in events("mission.dropped")] == ["乙"]


# --- what came of it ----------------------------------------------------------------------------------------


def test_a_result_is_a_contact_log_a_next_step_and_somebody_who_goes_on(cast: Any, as_user: Any) -> None:
    firm = make_enterprise("杭州甲软件", by=cast.wang)
    boss = make_person("沈予安", by=cast.wang, at=firm, title="总经理")
    mission = make_mission(
        "赴杭州", cast.wang, [firm], leader_id=cast.zhou.id, members=[cast.wang, cast.chen]
    )
    stop = mission.stops[0]
    answer = tell(
        as_user(cast.chen), stop, outcome="interested", summary="想设研发中心", next_step="寄政策",
        next_due_on="2013-08-01", follow_user_id=cast.wang.id, people=[boss.id],
    )  # fmt: skip
    assert answer.went_to == f"/missions/{mission.id}"
    log = db.session.scalars(sa.select(ContactLog)).one()
    assert (log.kind, log.enterprise_id, log.leader_led, log.summary) == (
        ContactKind.VISIT,
        firm.id,
        True,
        "想设研发中心",
    )
    assert {one.id for one in log.colleagues} == {cast.wang.id, cast.chen.id, cast.zhou.id}
    assert [person.id for person in log.people] == [boss.id]
    db.session.refresh(firm)
    assert (firm.next_step, firm.next_due_on) == ("寄政策", dt.date(2013, 8, 1))
    db.session.refresh(stop)
    assert (stop.outcome, stop.told_on, stop.follow_user_id, stop.contact_log_id) == (
        Outcome.INTERESTED, TODAY, cast.wang.id, log.id,
    )  # fmt: skip
    assert events("mission.told")[0].note == "杭州甲软件：有投资意向"
    desk = as_user(cast.wang).see("/")
    assert "走访后交我去办的事" in desk.text
    assert "想设研发中心" in as_user(cast.wang).see("/missions/visits?mine=1&follow=open").text
    page = as_user(cast.wang).see(f"/enterprises/{firm.id}")
    assert "赴杭州" in page.text and "周区长带队" in page.text


def test_interest_without_anybody_to_go_on_is_refused(cast: Any, as_user: Any) -> None:
    mission = make_mission("赴杭州", cast.wang, [make_enterprise("甲", by=cast.wang)])
    answer = tell(as_user(cast.wang), mission.stops[0], outcome="interested", summary="想投", next_step="")
    assert (
        answer.status_code == 422
        and "请写明下一步、日期和由谁去办" in answer.page.text
        and "想投" in answer.page.html
    )
    assert mission.stops[0].outcome is None and not db.session.scalars(sa.select(ContactLog)).all()


def test_nobody_met_leaves_no_contact_log_and_a_second_telling_no_second_one(cast: Any, as_user: Any) -> None:
    mission = make_mission("赴杭州", cast.wang, [make_enterprise("甲", by=cast.wang)])
    stop, wang = mission.stops[0], as_user(cast.wang)
    tell(wang, stop, outcome="missed", summary="负责人出差", next_step="")
    assert not db.session.scalars(sa.select(ContactLog)).all()
    tell(wang, stop, outcome="followed", summary="电话补谈", next_step="")
    tell(wang, stop, outcome="declined", summary="不投了", next_step="")
    assert len(db.session.scalars(sa.select(ContactLog)).all()) == 1
    db.session.refresh(stop)
    assert (stop.outcome, stop.result) == (Outcome.DECLINED, "不投了")


def test_no_result_before_the_mission_has_begun(cast: Any, as_user: Any) -> None:
    mission = make_mission("以后", cast.wang, [make_enterprise("甲", by=cast.wang)],
                           starts_on=TODAY + dt.timedelta(days=2), ends_on=TODAY + dt.timedelta(days=3))  # fmt: skip
    answer = tell(as_user(cast.wang), mission.stops[0], outcome="followed", summary="谈了", next_step="")
    assert answer.status_code == 422 and "才开始" in answer.page.text


def test_a_follow_up_is_done_by_whom_it_was_given_to(cast: Any, as_user: Any) -> None:
    mission = make_mission("赴杭州", cast.wang, [make_enterprise("甲", by=cast.wang)])
    stop = mission.stops[0]
    stop.outcome, stop.told_on = Outcome.INTERESTED, TODAY
    stop.follow_user_id, stop.follow_step, stop.follow_due_on = cast.li.id, "寄样品", TODAY
    db.session.commit()
    url = f"/missions/{mission.id}/stops/{stop.id}/done"
    as_user(cast.li).submit(url, _to=url, said="已寄出")
    db.session.refresh(stop)
    assert (stop.follow_done_on, stop.follow_said) == (TODAY, "已寄出")
    tell(as_user(cast.wang), stop, outcome="followed", summary="改一个错字")
    db.session.refresh(stop)
    assert stop.follow_said == "已寄出"  # the same thing to do, and done
    again = as_user(cast.li).submit(url, _to=url, said="再寄")
    assert again.status_code == 422 and events("mission.followed_up")[0].note == "甲：已寄出"


def test_it_is_summed_up_when_each_firm_has_a_result(cast: Any, as_user: Any) -> None:
    mission = make_mission("赴杭州", cast.wang, [make_enterprise("甲", by=cast.wang)])
    url, wang = f"/missions/{mission.id}/close", as_user(cast.wang)
    refused = wang.submit(url, _to=url, summary="总结")
    assert refused.status_code == 422 and "还有 1 家没有写结果：甲" in refused.page.text
    mission.stops[0].outcome, mission.stops[0].told_on = Outcome.DECLINED, TODAY
    db.session.commit()
    wang.submit(url, _to=url, summary="走访一家")
    assert missions()[0].closed_on == TODAY and missions()[0].phase is Phase.CLOSED
    refused = tell(wang, mission.stops[0], outcome="followed", summary="又谈", next_step="")
    assert refused.status_code == 422
    reopen = f"/missions/{mission.id}/reopen"
    wang.submit(reopen, _to=reopen, why="漏了一家")
    assert missions()[0].is_open and events("mission.reopened")[0].note == "漏了一家"


def test_a_mission_with_results_is_not_cancelled(cast: Any, as_user: Any) -> None:
    mission = make_mission("赴杭州", cast.wang, [make_enterprise("甲", by=cast.wang)])
    url, wang = f"/missions/{mission.id}/cancel", as_user(cast.wang)
    mission.stops[0].outcome, mission.stops[0].told_on = Outcome.DECLINED, TODAY
    db.session.commit()
    assert wang.submit(url, _to=url, why="台风").status_code == 422
    other = make_mission("赴宁波", cast.wang)
    url = f"/missions/{other.id}/cancel"
    wang.submit(url, _to=url, why="台风")
    assert missions()[1].phase is Phase.CANCELLED and missions()[1].why_cancelled == "台风"
    assert "赴宁波" in wang.see("/missions").text  # and the toast that said so is gone
    assert "赴宁波" not in wang.see("/missions?held=1").text


# --- counted ------------------------------------------------------------------------------------------------


def test_each_count_leads_to_as_many_missions(cast: Any, as_user: Any) -> None:
    for month, kind in ((1, MissionKind.OUTGOING), (3, MissionKind.OUTGOING), (3, MissionKind.RECEPTION)):
        day = dt.date(2013, month, 28)
        make_mission(
            f"{month}月{kind.label}", cast.wang, starts_on=day, ends_on=day, results_by=day, kind=kind
        )
    day = dt.date(2013, 2, 5)
    make_mission("取消的", cast.wang, starts_on=day, ends_on=day, results_by=day, cancelled_on=day)
    make_mission("去年的", cast.wang, starts_on=dt.date(2012, 2, 5), ends_on=day, results_by=day)
    row = queries.counts(cast.chen, 2013, None)[0]
    assert (row.months[:3], row.total) == ((1, 0, 2), 3)
    assert queries.counts(cast.chen, 2013, MissionKind.RECEPTION)[0].total == 1
    page = as_user(cast.chen).see("/missions/counts?year=2013")
    for link in page.links:
        if link.startswith("/missions?"):
            shown = as_user(cast.chen).see(link)
            assert "取消的" not in shown.text and "去年的" not in shown.text
            assert ("1月外出招商" in shown.text) or ("3月外出招商" in shown.text)


@pytest.mark.parametrize("phase", list(Phase))
def test_the_filter_says_what_the_badge_says(cast: Any, session: Any, phase: Phase) -> None:
    for start in range(-40, 10, 3):
        first = TODAY + dt.timedelta(days=start)
        for over in ({}, {"closed_on": TODAY}, {"cancelled_on": TODAY}):
            make_mission("活动", cast.wang, starts_on=first, ends_on=first + dt.timedelta(days=2),
                         results_by=first + dt.timedelta(days=17), **over)  # fmt: skip
    chosen = set(db.session.scalars(sa.select(Mission.id).where(queries.is_in(phase, TODAY))))
    assert chosen == {one.id for one in missions() if one.phase is phase} and chosen


# --- a page to read on the way ------------------------------------------------------------------------------


def test_the_briefing_says_what_i_may_know_and_masks_numbers(cast: Any, as_user: Any) -> None:
    firm = make_enterprise("甲公司", by=cast.wang, main_business="精密件")
    make_person("沈予安", by=cast.wang, at=firm, title="总经理")
    make_contact("谈了厂房", by=cast.wang, enterprise_id=firm.id)
    make_deal("精密件项目", by=cast.wang, enterprise_id=firm.id)
    hidden = make_deal("别家谈的项目", by=cast.li, enterprise_id=firm.id)
    mission = make_mission("赴杭州", cast.wang, [firm])
    page = as_user(cast.wang).see(f"/missions/{mission.id}/briefings")
    assert all(word in page.text for word in ("甲公司", "精密件", "沈予安", "谈了厂房", "精密件项目"))
    assert hidden.name not in page.text
    assert (
        as_user(cast.wang)
        .see(f"/missions/{mission.id}/stops/{mission.stops[0].id}/briefing")
        .text.count("甲公司")
    )


# --- who may ------------------------------------------------------------------------------------------------


def test_a_stranger_finds_nothing_and_a_reader_changes_nothing(cast: Any, as_user: Any) -> None:
    mission = make_mission("赴杭州", cast.wang, [make_enterprise("甲", by=cast.wang)])
    stop = mission.stops[0]
    ways = ["edit", "firms", "leads", "close", "cancel", "reopen", f"stops/{stop.id}/tell"]
    li, zheng = as_user(cast.li), as_user(cast.zheng)
    assert li.get(f"/missions/{mission.id}").status_code == 404
    assert zheng.get(f"/missions/{mission.id}").status_code == 200
    for way in ways:
        assert li.get(f"/missions/{mission.id}/{way}").status_code == 404, way
        assert zheng.get(f"/missions/{mission.id}/{way}").status_code == 403, way
    assert zheng.get("/missions/new").status_code == 403
    assert li.get(f"/missions/{mission.id}/stops/{stop.id}/done").status_code == 404
    other = make_mission("同单位的", cast.chen)
    assert as_user(cast.wang).get(f"/missions/{other.id}").status_code == 200
    assert (
        as_user(cast.wang).get(f"/missions/{other.id}/edit").status_code == 403
    )  # another's, whose head decides


def test_a_stop_of_another_mission_is_not_found_here(cast: Any, as_user: Any) -> None:
    first = make_mission("一", cast.wang, [make_enterprise("甲", by=cast.wang)])
    second = make_mission("二", cast.wang)
    assert as_user(cast.wang).get(f"/missions/{second.id}/stops/{first.stops[0].id}/tell").status_code == 404


def test_a_merge_keeps_both_visits_and_its_undo_gives_them_back(cast: Any, session: Any) -> None:
    firms = [make_enterprise(name, by=cast.wang) for name in ("甲有限公司", "甲公司")]
    mission = make_mission("赴杭州", cast.wang, firms)
    merged = merging.merge(merging.plan("enterprise", [firm.id for firm in firms]), actor=cast.chen)
    db.session.commit()
    stays = merged.survivor_id
    assert [stop.enterprise_id for stop in queries.stops_of(mission)] == [stays, stays]
    actions.undo_merge(merged, actor=cast.chen)
    db.session.commit()
    assert len({stop.enterprise_id for stop in queries.stops_of(mission)}) == 2


def test_the_chain_says_which_leader_went_and_what_came_of_it(cast: Any, as_user: Any) -> None:
    firm = make_enterprise("恒远屿", by=cast.wang)
    lead = make_lead(
        "恒远屿想来", by=cast.wang, enterprise_id=firm.id, state=LeadState.FOLLOWED, judged_at=clock.now()
    )
    deal = make_deal("恒远屿项目", by=cast.wang, enterprise_id=firm.id, lead_id=lead.id)
    db.session.flush()
    lead.deal_id = deal.id
    mission = make_mission("赴杭州", cast.wang, [firm], leader_id=cast.zhou.id, starts_on=TODAY)
    mission.stops[0].lead = lead
    talk = make_contact("在宾馆又谈了一次", by=cast.wang, deal_id=deal.id, leader_led=True)
    talk.colleagues.append(cast.zhou)
    db.session.commit()
    stop = mission.stops[0]
    stop.outcome, stop.told_on, stop.result = Outcome.FOLLOWED, TODAY, "愿意来看地"
    for url in (f"/leads/{lead.id}", f"/deals/{deal.id}"):
        said = as_user(cast.chen).see(url).text
        said = said[said.index("来龙去脉") :]
        assert said.index("报送") < said.index("外出招商：继续跟踪") < said.index("周区长带队"), url
        assert "愿意来看地" in said, url
    assert "在宾馆又谈了一次" in said and said.count("周区长") >= 2, (
        "a talk that no mission made stands there too"
    )
    alone = make_deal("没有线索的", by=cast.wang)
    assert "首报" in as_user(cast.wang).see(f"/deals/{alone.id}").text
