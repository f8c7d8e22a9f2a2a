"""专人盯办: one at a time, the hand-over in words; requests with a term; the rates split and add up again."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.db import db
from crm.deals.models import Deal
from crm.deals.stages import DealState, Stage
from crm.delivery.models import KeyProject
from crm.delivery.status import Status
from crm.desk import queries as desk
from crm.lib.errors import Refused
from crm.watchers import actions, queries
from crm.watchers.models import FirmRequest, RequestKind, RequestState, Watch
from tests.cast import make_deal
from tests.delivery.make import TODAY, make_project

JULY = dt.date(2013, 7, 1)


def signed(by: Any, **columns: Any) -> Deal:
    return make_deal("签了的", by=by, **({"stage": Stage.SIGNED, "signed_on": JULY} | columns))


def events(verb: str) -> list[Event]:
    return list(db.session.scalars(sa.select(Event).filter_by(verb=verb).order_by(Event.id)))


def request_on(subject: Any, by: Any, **data: Any) -> FirmRequest:
    given = {"kind": RequestKind.LAND, "text": "要两亩地", "asked_on": TODAY, "unit_id": by.unit_id}
    return actions.ask(subject, given | data, actor=by)


def test_one_person_at_a_time_and_the_hand_over_is_logged(app: Any, cast: Any, as_user: Any) -> None:
    project = make_project("一个工程", cast.wang)
    db.session.commit()
    url = f"/projects/{project.id}/watch"
    chen = as_user(cast.chen)
    assert "还没有人" in chen.see(url).text
    assert chen.submit(f"{url}/assign", person_id=cast.wang.id, from_on="2013-07-01").went_to == url
    bare = chen.submit(f"{url}/assign", person_id=cast.chen.id, from_on="2013-07-20")
    assert bare.status_code == 422 and "请写明交接了什么" in bare.said
    assert chen.submit(
        f"{url}/assign", person_id=cast.chen.id, from_on="2013-07-20", note="王专员调岗"
    ).went_to
    first, second = db.session.scalars(sa.select(Watch).order_by(Watch.from_on))
    assert (first.person_id, first.to_on) == (cast.wang.id, dt.date(2013, 7, 19))
    assert (second.person_id, second.to_on, second.note) == (cast.chen.id, None, "王专员调岗")
    assert [one.changes["watcher"] for one in events("project.watched")] == [
        [None, "王专员"], ["王专员", "陈主任"],
    ]  # fmt: skip
    text = chen.see(url).text
    assert "历任盯办人" in text and "王专员调岗" in text
    assert "专人盯办" in chen.see(f"/projects/{project.id}").text, "the project's own history tells it"
    assert "一个工程" in chen.see("/projects?watcher=me").text
    assert "一个工程" not in chen.see("/projects?watcher=none").text
    assert chen.submit(f"{url}/assign", person_id="", from_on="2013-07-25", note="停工").went_to
    assert queries.watch_of(project) is None


def test_who_watches_sees_and_serves_what_is_not_of_his_unit(app: Any, cast: Any, as_user: Any) -> None:
    project, deal = make_project("商务局的", cast.wang), signed(cast.wang)
    db.session.commit()
    li = as_user(cast.li)
    li.see(f"/projects/{project.id}/watch", 404)
    li.see(f"/deals/{deal.id}/watch", 404)
    for subject in (project, deal):
        actions.assign(subject, cast.li, from_on=JULY, actor=cast.admin)
    db.session.commit()
    for kind, id in (("projects", project.id), ("deals", deal.id)):
        assert li.submit(
            f"/{kind}/{id}/requests/new", kind="land", text="要地", unit_id=cast.wang.unit_id
        ).went_to
        assert "要地" in li.see(f"/{kind}/{id}/watch").text
        li.see(f"/{kind}/{id}/watch/assign", 403)
    assert "李乡长" in as_user(cast.wang).see(f"/deals/{deal.id}").text


@pytest.mark.on("sqlite")
def test_only_what_is_signed_and_not_at_capacity_is_watched_over(app: Any, cast: Any) -> None:
    road = make_project("一条路", cast.wang, status=Status.COMPLETED, is_productive=False)
    plant = make_project("厂", cast.wang, status=Status.PRODUCING)
    full = make_project("达产的", cast.wang, status=Status.AT_CAPACITY)
    talks, given_up = (
        make_deal("在谈", by=cast.wang),
        signed(cast.wang, state=DealState.LAPSED, state_reason="散了"),
    )
    whole, own = signed(cast.wang), signed(cast.wang)
    plant.deal = whole
    db.session.flush()
    assert [queries.is_to_watch(one) for one in (road, plant, full, talks, given_up, own)] == [
        False, True, False, False, False, True,
    ]  # fmt: skip
    assert db.session.scalars(sa.select(KeyProject).where(queries.projects_to_watch())).all() == [plant]
    for one in (road, full, talks, given_up):
        with pytest.raises(Refused, match="签约以后、达产以前"):
            actions.assign(one, cast.wang, from_on=JULY, actor=cast.chen)
    bare = sa.select(Deal.id).where(queries.deal_watched_by(None))
    assert set(db.session.scalars(bare)) == {whole.id, own.id}
    actions.assign(plant, cast.wang, from_on=JULY, actor=cast.chen)
    assert set(db.session.scalars(bare)) == {own.id}, "who watches over the works watches over the deal"
    mine = sa.select(Deal.id).where(queries.deal_watched_by(cast.wang.id))
    assert set(db.session.scalars(mine)) == {whole.id}


@pytest.mark.on("sqlite")
def test_a_hand_over_that_does_not_hold_is_refused(app: Any, cast: Any) -> None:
    project = make_project("一个", cast.wang)
    actions.assign(project, cast.wang, from_on=JULY, actor=cast.chen)
    for person, day, note, sentence in (
        (cast.wang, TODAY, "再来", "已经由王专员盯办"),
        (cast.chen, JULY, "同一天", "不早于 2013-07-02"),
        (cast.chen, TODAY + dt.timedelta(days=1), "明天", "日期不能晚于今天"),
        (None, TODAY, "", "请写明交接了什么"),
    ):
        with pytest.raises(Refused, match=sentence):
            actions.assign(project, person, from_on=day, note=note, actor=cast.chen)
    with pytest.raises(Refused, match="请选择盯办人"):
        actions.assign(make_project("没人的", cast.wang), None, from_on=TODAY, actor=cast.chen)
    assert len(queries.watches_of(project)) == 1


def test_a_request_has_a_term_in_working_days_and_is_answered_or_opened_again(
    app: Any, cast: Any, as_user: Any
) -> None:
    project = make_project("一个工程", cast.wang)
    db.session.commit()
    wang = as_user(cast.wang)
    url = f"/projects/{project.id}"
    given = {
        "kind": "money",
        "text": "贷款批不下来，找 13800001234",
        "unit_id": cast.wang.unit_id,
        "asked_on": "2013-07-17",
    }
    assert wang.submit(f"{url}/requests/new", **given).went_to == f"{url}/watch"
    request = db.session.scalars(sa.select(FirmRequest)).one()
    assert request.due_on == dt.date(2013, 7, 24), "five working days, the weekend left out"
    assert request.state(TODAY) is RequestState.OVERDUE and events("firm_request.asked")
    assert "逾期未答复" in wang.see(f"{url}/watch").text
    assert "等我们答复、已经逾期的企业诉求" in wang.see("/").text
    assert "贷款批不下来" in wang.see("/requests?state=overdue&mine=1").text
    assert (
        "贷款批不下来" in wang.see("/find?q=贷款批").text
        and "贷款批不下来" in wang.see("/requests?q=贷款").text
    )
    assert wang.get(f"/requests/{request.id}").status_code == 303
    assert "贷款批不下来" not in as_user(cast.li).see("/find?q=贷款批").text
    assert "贷款批不下来" not in as_user(cast.li).see("/requests").text
    assert "13800001234" not in wang.see(f"{url}/watch").text, "numbers that people type are masked"
    where = f"/requests/{request.id}"
    early = wang.submit(f"{where}/answer", text="已对接", on_day="2013-07-16")
    assert (
        early.status_code == 422 and "不能早于提出的日期" in early.said and "已对接" in str(early.page.html)
    )
    assert wang.submit(f"{where}/answer", text="已对接农商行", on_day="2013-07-25").went_to == f"{url}/watch"
    assert (request.answer, request.answered_by_id) == ("已对接农商行", cast.wang.id)
    again = wang.submit(f"{where}/answer", text="又答复", on_day="2013-07-25")
    assert again.status_code == 422 and "已经答复过了" in again.said
    assert wang.submit(f"{where}/reopen", reason="只是登记，没有结果").went_to
    assert (request.answer, request.answered_on, request.times_reopened) == ("", None, 1)
    assert request.due_on == dt.date(2013, 8, 1)
    assert events("firm_request.reopened")[0].changes["answer"] == ["已对接农商行", ""]
    assert wang.submit(f"{where}/reopen", reason="再开").status_code == 422


@pytest.mark.on("sqlite")
def test_the_unit_that_is_asked_sees_answers_and_has_it_on_its_desk(
    app: Any, cast: Any, as_user: Any
) -> None:
    li = as_user(cast.li)
    subjects = {"projects": make_project("商务局的", cast.wang), "deals": signed(cast.wang)}
    for kind, subject in subjects.items():
        asked = request_on(subject, cast.wang, unit_id=cast.li.unit_id)
        db.session.commit()
        where, page = f"/requests/{asked.id}", f"/{kind}/{subject.id}/watch"
        assert [n for duty, n in desk.duties(cast.li) if duty.asked.page == "firm_requests"] == [1]
        assert li.get(where).headers["Location"] == page and "要两亩地" in li.see(page).text
        assert where in li.see("/requests?mine=1").links
        done = li.submit(f"{where}/answer", text="有了", on_day=TODAY.isoformat())
        assert done.went_to == "/requests?mine=1&state=answered" and asked.answer == "有了"
        assert where in li.see(done.went_to).links
        li.see(page, 404)


def test_the_base_says_of_requests_what_the_record_says(app: Any, cast: Any) -> None:
    project = make_project("一个", cast.wang)
    days = (TODAY - dt.timedelta(days=1), TODAY, TODAY + dt.timedelta(days=1))
    found = [request_on(project, cast.wang, asked_on=JULY, due_on=day) for day in (*days, days[0])]
    actions.answer(found[-1], text="好了", on_day=TODAY, actor=cast.wang)
    db.session.flush()
    for state in RequestState:
        rows = set(db.session.scalars(sa.select(FirmRequest.id).where(queries.in_state(state, TODAY))))
        assert rows and rows == {one.id for one in found if one.state(TODAY) is state}


@pytest.mark.on("sqlite")
def test_readers_may_look_strangers_find_nothing_and_looking_changes_nothing(
    app: Any, cast: Any, as_user: Any
) -> None:
    project, deal = make_project("一个", cast.wang), signed(cast.wang)
    request = request_on(project, cast.wang)
    db.session.commit()
    zheng, li, wang = as_user(cast.zheng), as_user(cast.li), as_user(cast.wang)
    doors = [f"/projects/{project.id}/watch/assign", f"/deals/{deal.id}/watch/assign",
             f"/projects/{project.id}/requests/new", f"/deals/{deal.id}/requests/new",
             f"/requests/{request.id}/answer", f"/requests/{request.id}/reopen"]  # fmt: skip
    for url in doors:
        zheng.see(url, 403)
        li.see(url, 403 if "assign" in url else 404)
    for url in doors[2:]:
        wang.see(url)
    for url in (
        "/watches",
        "/watches/rates",
        "/requests",
        f"/projects/{project.id}/watch",
        f"/deals/{deal.id}/watch",
    ):
        zheng.see(url)
    assert not db.session.scalars(sa.select(Watch)).all() and request.answered_on is None
    refused = wang.submit(f"/projects/{project.id}/requests/new", text="", asked_on="2013-07-26")
    assert refused.status_code == 422 and "请填写企业诉求" in refused.said


@pytest.mark.on("sqlite")
def test_the_demo_districts_start_rate_splits_by_person_and_adds_up_to_31_of_46(
    district: Any, as_user: Any
) -> None:
    leader = as_user(district["leader"])
    page = leader.see("/watches/rates")
    assert "31/46 = 67.4%" in page.text, "the foot of the table"
    rows = db.session.execute(
        sa.select(Watch.person_id, KeyProject.status)
        .join(KeyProject, KeyProject.id == Watch.project_id)
        .where(KeyProject.years.any(build_kind="new"), Watch.to_on.is_(None))
    ).all()
    assert len(rows) == 46 and sum(status is not Status.NOT_STARTED for _person, status in rows) == 31
    by_person: dict[int, list[Status]] = {}
    for person, status in rows:
        by_person.setdefault(person, []).append(status)
    for statuses in by_person.values():
        started = sum(status is not Status.NOT_STARTED for status in statuses)
        assert f"{started}/{len(statuses)} = " in page.text
    assert "没有专人 3/3 = 100.0%" in page.text, (
        "what was built before the lists has nobody, and no part in the first rate"
    )
    text = leader.see("/watches").text
    assert "还没有专人盯办的签约项目" in text and "逾期未答复的企业诉求" in text
