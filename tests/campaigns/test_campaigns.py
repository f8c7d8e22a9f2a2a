"""百日攻坚: a hundred days, four batches, what is done says the project itself."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal as D
from typing import Any

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.campaigns import actions, queries
from crm.campaigns.batches import Batch, Standing, goal_for, standing_of
from crm.campaigns.drawing import burn_up
from crm.campaigns.models import Campaign, CampaignEntry
from crm.db import db
from crm.delivery import actions as delivery
from crm.delivery.models import KeyProject
from crm.delivery.status import NodeKind, Status
from crm.land.clearance.models import Clearance
from crm.land.clearance.stages import ClearanceLevel
from crm.lib.errors import Refused
from tests.delivery.make import TODAY, led, make_node, make_project

BEGINS = dt.date(2013, 7, 1)
TYPED = {"name": "百日会战", "from_on": "2013-07-01", "days": "100", "summary": "倒排时序"}


def make_campaign(by: Any, **columns: Any) -> Campaign:
    campaign = Campaign(**({"name": "会战", "from_on": BEGINS, "days": 100, "unit_id": by.unit_id} | columns))
    db.session.add(campaign)
    db.session.flush()
    return campaign


def events(verb: str) -> list[Event]:
    return list(db.session.scalars(sa.select(Event).filter_by(verb=verb).order_by(Event.id)))


def test_a_hundred_days_are_counted_down() -> None:
    campaign = Campaign(from_on=BEGINS, days=100)
    assert campaign.until_on == dt.date(2013, 10, 9)
    for day, left in ((dt.date(2013, 6, 1), 100), (BEGINS, 100), (TODAY, 76), (dt.date(2013, 10, 9), 0)):
        assert campaign.days_left(day) == left
    assert CampaignEntry(campaign=campaign, due_on=dt.date(2014, 3, 1)).due == campaign.until_on
    assert not campaign.is_over(dt.date(2013, 10, 9)) and campaign.is_over(dt.date(2013, 10, 10))


def test_each_batch_drives_to_the_next_milestone_that_is_left() -> None:
    assert goal_for(Batch.START, Status.NOT_STARTED, []) is NodeKind.START
    assert goal_for(Batch.START, Status.BUILDING, []) is None
    assert goal_for(Batch.PUSH, Status.BUILDING, [NodeKind.START]) is NodeKind.STRUCTURE
    assert goal_for(Batch.PUSH, Status.BUILDING, [NodeKind.STRUCTURE]) is NodeKind.COMPLETE
    assert goal_for(Batch.FINISH, Status.COMPLETED, []) is NodeKind.PRODUCE
    assert goal_for(Batch.FINISH, Status.PRODUCING, []) is NodeKind.CAPACITY
    assert goal_for(Batch.FINISH, Status.AT_CAPACITY, []) is None
    assert goal_for(Batch.CLEAR, Status.NOT_STARTED, []) is None
    assert standing_of(None, TODAY, TODAY) is Standing.OPEN
    assert standing_of(None, TODAY - dt.timedelta(days=1), TODAY) is Standing.OVERDUE
    assert standing_of(TODAY, BEGINS, TODAY) is Standing.DONE


def test_the_burn_up_climbs_a_step_for_each_day_something_was_done() -> None:
    until = BEGINS + dt.timedelta(days=100)
    due = [dt.date(2013, 8, 20), dt.date(2013, 8, 20), until, dt.date(2014, 1, 1)]
    picture = burn_up(BEGINS, until, dt.date(2013, 8, 20), due, [dt.date(2013, 5, 1), dt.date(2013, 8, 20)])
    assert picture.levels == [(264, 0), (140, 2), (16, 4)]
    assert picture.planned == "M48 264H514V202H514V140H980V78H980V16H980"
    assert picture.done == "M48 264H48V202H514V140H514", "what was done before counts from the first day"
    assert picture.done_at == (514, 140) and picture.today_x == 514
    assert len(picture.days) == 11 and picture.days[-1] == (980, until)
    before = burn_up(BEGINS, until, dt.date(2013, 6, 1), due, [])
    assert before.done == "" and before.today_x is None and before.done_at is None
    assert burn_up(BEGINS, BEGINS, BEGINS, [], []).levels == [(264, 0), (16, 1)]


def test_a_campaign_is_begun_filled_and_seen_by_all(app: Any, cast: Any, as_user: Any) -> None:
    project = make_project("中联重科项目", cast.wang)
    make_node(project, "开工", dt.date(2013, 8, 31), kind=NodeKind.START)
    led(project, cast.zhou)
    make_project("别的乡的", cast.li)
    db.session.commit()
    chen = as_user(cast.chen)
    where = chen.submit("/campaigns/new", **TYPED).went_to
    campaign = db.session.scalars(sa.select(Campaign)).one()
    assert where == f"/campaigns/{campaign.id}" and campaign.unit_id == cast.chen.unit_id
    assert events("campaign.begun")[0].record_id == campaign.id
    chen.submit(f"/campaigns/{campaign.id}/enter", batch="start", name="中联重科项目")
    chen.submit(
        f"/campaigns/{campaign.id}/enter",
        batch="clear",
        name="弈谷",
        unit_id=cast.chen.unit_id,
        due_on="2013-07-20",
    )
    assert [event.changes["entry"] for event in events("campaign.entered")] == [
        [None, "中联重科项目"],
        [None, "弈谷"],
    ]
    page = as_user(cast.zheng).see(f"/campaigns/{campaign.id}")
    assert (
        "还剩" in page.text and "76" in page.text and "还有 37 天" in page.text and "超期 5 天" in page.text
    )
    assert "开工率" in page.text and "0/2" in page.text and "本年新建项目中已开工的" in page.text
    assert "百日会战" in as_user(cast.li).see("/campaigns").text
    assert "中联重科项目" not in as_user(cast.li).see(f"/campaigns/{campaign.id}").text
    assert "百日会战" in chen.see(f"/campaigns/of-project/{project.id}").text
    assert f"/campaigns/of-project/{project.id}" in " ".join(chen.see(f"/projects/{project.id}").links)
    wall = as_user(cast.zheng).get(f"/campaigns/{campaign.id}/wall")
    assert wall.headers["Refresh"] == "60" and "弈谷" in wall.said
    listed = chen.see(f"/campaigns/entries?campaign={campaign.id}&standing=overdue")
    assert "弈谷" in listed.text and "中联重科项目" not in listed.text
    assert "本单位百日攻坚中超期的项目" in chen.see("/").text


def test_what_is_done_says_the_project_itself_and_steps_back_with_it(app: Any, cast: Any) -> None:
    campaign = make_campaign(cast.chen)
    told = make_project("有时间表", cast.wang)
    make_node(told, "开工", dt.date(2013, 7, 20), kind=NodeKind.START)
    bare = make_project("没有时间表", cast.wang)
    entries = [actions.enter(campaign, Batch.START, one, actor=cast.chen) for one in (told, bare)]
    db.session.flush()

    def stand() -> list[Standing]:
        db.session.flush()
        db.session.expire_all()
        found = [one.standing(TODAY) for one in entries]
        for kind in Standing:  # and the base says the same
            rows = sa.select(CampaignEntry.id).where(queries.stands(kind, TODAY))
            assert set(db.session.scalars(rows)) == {
                e.id for e, s in zip(entries, found, strict=True) if s is kind
            }
        return found

    assert stand() == [Standing.OVERDUE, Standing.OPEN]
    for project in (told, bare):
        delivery.advance(project, on_day=dt.date(2013, 7, 22), actor=cast.wang)
    assert stand() == [Standing.DONE, Standing.DONE]
    assert [one.reached_on for one in entries] == [dt.date(2013, 7, 22)] * 2
    assert queries.counts(cast.chen, [campaign]) == {campaign.id: (2, 2)}
    for project in (told, bare):
        delivery.step_back(project, on_day=dt.date(2013, 7, 23), reason="看错了", actor=cast.wang)
    assert stand() == [Standing.OVERDUE, Standing.OPEN]


def test_what_no_project_stands_for_is_ticked_off_and_may_be_taken_back(
    app: Any, cast: Any, as_user: Any
) -> None:
    campaign = make_campaign(cast.chen)
    entry = actions.enter_name(
        campaign, Batch.CLEAR, "弈谷", unit_id=cast.li.unit_id, due_on=None, actor=cast.chen
    )
    db.session.commit()
    li = as_user(cast.li)
    assert (
        li.submit(f"/campaigns/entries/{entry.id}/finish", on_day="2013-07-20").went_to
        == f"/campaigns/{campaign.id}"
    )
    assert entry.done_on == dt.date(2013, 7, 20) and events("campaign.finished")[0].actor_id == cast.li.id
    again = li.post(f"/campaigns/entries/{entry.id}/reopen", data={"csrf_token": li.token()})
    assert again.status_code == 303 and entry.done_on is None and events("campaign.reopened")
    late = li.submit(f"/campaigns/entries/{entry.id}/finish", on_day="2013-07-26")
    assert late.status_code == 422 and "不能晚于今天" in late.said and entry.done_on is None


def test_land_says_itself_when_all_of_it_is_handed_over(app: Any, cast: Any, as_user: Any) -> None:
    campaign = make_campaign(cast.chen)
    land = Clearance(name="弈谷", level=ClearanceLevel.OWN, unit_id=cast.li.unit_id, households=3, signed=3, vacated=3,
                     due_mu=D(10), delivered_mu=D(4), due_on=dt.date(2013, 7, 20), told_on=dt.date(2013, 7, 1))  # fmt: skip
    db.session.add(land)
    db.session.commit()
    chen = as_user(cast.chen)
    url = f"/campaigns/{campaign.id}/enter"
    assert chen.submit(url, batch="clear", name="弈谷").went_to
    again = chen.submit(url, batch="clear", name="弈谷")
    assert again.status_code == 422 and "已经列入" in again.said
    entry = campaign.entries[0]
    assert (entry.clearance_id, entry.who.id, entry.due) == (land.id, cast.li.unit_id, dt.date(2013, 7, 20))
    assert entry.standing(TODAY) is Standing.OVERDUE
    assert "弈谷" in as_user(cast.li).see("/campaigns/entries?unit=mine&standing=overdue").text
    assert f"/clearance/{land.id}" in " ".join(chen.see(f"/campaigns/{campaign.id}").links)
    with pytest.raises(Refused, match="请到征迁里报进度"):
        actions.finish(entry, on_day=TODAY, actor=cast.chen)
    land.delivered_mu, land.told_on = D(10), dt.date(2013, 7, 24)
    db.session.commit()
    assert (entry.reached_on, entry.standing(TODAY)) == (dt.date(2013, 7, 24), Standing.DONE)


def test_what_does_not_belong_is_refused(app: Any, cast: Any) -> None:
    campaign, actor = make_campaign(cast.chen), cast.chen
    started = make_project("开了工的", cast.wang, status=Status.BUILDING)
    road = make_project("一条路", cast.wang, status=Status.BUILDING, is_productive=False)
    fresh = make_project("新的", cast.wang)
    actions.enter(campaign, Batch.START, fresh, actor=actor)
    for refused, sentence in (
        (lambda: actions.enter(campaign, Batch.START, started, actor=actor), "已经做到了"),
        (lambda: actions.enter(campaign, Batch.START, fresh, actor=actor), "已经列入"),
        (lambda: actions.enter(campaign, Batch.CLEAR, fresh, actor=actor), "请写名称"),
        (lambda: actions.enter(campaign, Batch.START, fresh, goal=NodeKind.PRODUCE, actor=actor), "里没有"),
        (
            lambda: actions.enter(campaign, Batch.FINISH, road, goal=NodeKind.PRODUCE, actor=actor),
            "不适用投产",
        ),
        (
            lambda: actions.enter_name(campaign, Batch.PUSH, "没有", unit_id=None, due_on=None, actor=actor),
            "没有这个重点项目",
        ),
        (lambda: actions.finish(campaign.entries[0], on_day=TODAY, actor=actor), "请到项目里推进"),
        (lambda: actions.reopen(campaign.entries[0], actor=actor), "还没有完成"),
        (
            lambda: actions.enter(
                make_campaign(actor, from_on=dt.date(2013, 1, 1)), Batch.PUSH, started, actor=actor
            ),
            "已经结束",
        ),
    ):
        with pytest.raises(Refused, match=sentence):
            refused()
    assert len(campaign.entries) == 1


@pytest.mark.on("sqlite")
def test_forms_keep_what_was_typed_readers_get_403_and_looking_changes_nothing(
    app: Any, cast: Any, as_user: Any
) -> None:
    campaign, other = make_campaign(cast.chen), make_campaign(cast.li, name="别人的")
    entry = actions.enter_name(campaign, Batch.CLEAR, "弈谷", unit_id=None, due_on=None, actor=cast.chen)
    db.session.commit()
    chen, zheng = as_user(cast.chen), as_user(cast.zheng)
    for days in ("0", "401", "很多"):
        answer = chen.submit("/campaigns/new", **(TYPED | {"days": days}))
        assert answer.status_code == 422 and "请填 1 到 400 的整数" in answer.said
    answer = chen.submit(f"/campaigns/{campaign.id}/enter", batch="push", name="没有这个")
    assert answer.status_code == 422 and "没有这个重点项目" in answer.said
    for url in ("/campaigns/new", f"/campaigns/{campaign.id}/edit", f"/campaigns/{campaign.id}/enter",
                f"/campaigns/entries/{entry.id}/take-off", f"/campaigns/entries/{entry.id}/finish"):  # fmt: skip
        zheng.see(url, 403)
        chen.see(url)
    as_user(cast.li).see(f"/campaigns/entries/{entry.id}/finish", 404)
    for url in (f"/campaigns/{other.id}/edit", f"/campaigns/{other.id}/enter"):
        chen.see(url, 403)
    chen.see("/campaigns/99", 404)
    assert chen.submit(f"/campaigns/{campaign.id}/edit", days="90", name="九十日").went_to
    assert (campaign.days, campaign.name) == (90, "九十日") and events("campaign.edited")
    assert chen.submit(f"/campaigns/entries/{entry.id}/take-off", reason="列错了").went_to
    assert not campaign.entries and events("campaign.taken_off")[0].note == "列错了"


@pytest.mark.on("sqlite")
def test_many_projects_are_put_on_at_once(app: Any, cast: Any, as_user: Any) -> None:
    from crm.campaigns.lists import _fill, _open

    campaign, strange = make_campaign(cast.chen), make_campaign(cast.li)
    project = make_project("一个", cast.wang)
    assert [value for value, _label in _open(cast.chen)] == [
        f"{campaign.id}-{one}" for one in ("start", "push", "finish")
    ]
    _fill(project, f"{campaign.id}-start", cast.chen)
    assert campaign.entries[0].goal is NodeKind.START
    for wrong in (f"{strange.id}-start", f"{campaign.id}-zzz", "x"):
        with pytest.raises(Refused, match="没有这个选项"):
            _fill(project, wrong, cast.chen)
    assert "列入百日攻坚" in as_user(cast.chen).see("/projects").text


@pytest.mark.on("sqlite")
def test_the_demo_districts_campaign_and_what_the_six_august_starts_do_to_it(
    district: Any, as_user: Any
) -> None:
    campaign = db.session.scalars(sa.select(Campaign)).one()
    found = queries.entries_of(district["leader"], campaign)
    assert [sum(one.batch is batch for one in found) for batch in Batch] == [15, 24, 2, 6]
    leader = as_user(district["leader"])
    text = leader.see(f"/campaigns/{campaign.id}").text
    assert "67.4%" in text and "31/46" in text and "弈谷" in text and "普星热电" in text
    for words, hits in (
        ("中联重科", "共 1 条"),
        ("弈谷", "共 1 条"),
    ):  # by a project, and by a name of its own
        assert hits in leader.see(f"/campaigns/entries?q={words}").text
    august = [one for one in found if one.batch is Batch.START and one.due <= dt.date(2013, 8, 31)]
    assert len(august) == 6 and all(
        one.due <= dt.date(2013, 9, 30) for one in found if one.batch is Batch.START
    )
    for entry in august:
        project = db.session.get_one(KeyProject, entry.project_id)
        delivery.advance(project, on_day=TODAY, actor=district["admin"])
    db.session.commit()
    text = leader.see(f"/campaigns/{campaign.id}/wall").text
    assert "80.4%" in text and "37/46" in text and "6/15" in text
