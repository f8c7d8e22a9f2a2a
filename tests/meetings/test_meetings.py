"""例会: a filtered list becomes a sequence, notes and tasks are taken in place, minutes and desks hold them after."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from docx import Document

from crm.audit.models import Event
from crm.db import db
from crm.deals.models import Deal
from crm.deals.stages import Stage
from crm.meetings import actions
from crm.meetings.models import Meeting, MeetingItem, MeetingState, MeetingTask
from tests.cast import make_deal
from tests.deals.make import TODAY

NEW = "/meetings/new?stage=negotiating&sort=-planned"


@pytest.fixture
def deals(cast: Any) -> list[Deal]:
    given = {"next_step": "谈价", "next_due_on": TODAY}
    big = make_deal("大项目", by=cast.wang, stage=Stage.NEGOTIATING, planned_wan=Decimal(90_000), **given)
    small = make_deal("小项目", by=cast.wang, stage=Stage.NEGOTIATING, planned_wan=Decimal(900), **given)
    make_deal("别的阶段", by=cast.wang)
    db.session.commit()
    return [big, small]


def opened(client: Any) -> Meeting:
    answer = client.submit(NEW, _to=NEW, title="第 30 周例会", chair="陈主任", present="王专员、周区长")
    assert answer.went_to == f"/meetings/{db.session.scalar(sa.select(Meeting.id))}/deals/1"
    return db.session.scalars(sa.select(Meeting)).one()


def verbs() -> list[str]:
    return [one for one in db.session.scalars(sa.select(Event.verb).order_by(Event.id)) if "meeting" in one]


def test_from_a_view_to_minutes_and_desks(cast: Any, as_user: Any, deals: list[Deal]) -> None:
    chen, big = as_user(cast.chen), deals[0]
    assert "开会过一遍" in chen.see("/deals?stage=negotiating").text
    meeting = opened(chen)
    assert [one.deal.name for one in meeting.items] == ["大项目", "小项目"], (
        "the view's order is the meeting's"
    )
    first = f"/meetings/{meeting.id}/deals/1"
    page = chen.see(first)
    assert "1 / 2" in page.text and page.all("a", rel="next")[0].get("href").endswith("/deals/2")
    answer = chen.submit(
        first, _to=first, note="对方同意价格。\n还差能评。", next_step="报能评", next_due_on="2013-08-01",
        what="陪对方看地块", assignee_id=str(cast.wang.id), due_on="2013-07-30",
    )  # fmt: skip
    assert answer.went_to.endswith("/deals/2"), "what is noted leads on"
    db.session.refresh(big)
    assert (big.next_step, str(big.next_due_on)) == ("报能评", "2013-08-01"), (
        "the next step is the deal's own"
    )
    assert "会上交我办的事" in as_user(cast.wang).see("/").text
    url = f"/meetings/{meeting.id}"
    assert chen.press(url, f"{url}/close").went_to == url
    assert "会议纪要" in chen.see(url).text
    word = Document(io.BytesIO(chen.get(f"{url}/minutes").get_data()))
    said = "\n".join(one.text for one in word.paragraphs)
    assert "第 30 周例会" in said and "对方同意价格。" in said and "报能评" in said and "主持：陈主任" in said
    assert "小项目" not in said, "what was not come to is left out"
    cells = [cell.text for row in word.tables[0].rows for cell in row.cells]
    assert cells[4:] == ["陪对方看地块", "大项目", "王专员", "2013-07-30"]
    assert verbs() == ["meeting.opened", "meeting.noted", "meeting.assigned", "meeting.closed"]
    assert "对方同意价格" in chen.see(f"/deals/{big.id}").text


def test_a_task_is_done_by_whom_it_was_given_to(cast: Any, as_user: Any, deals: list[Deal]) -> None:
    meeting = opened(as_user(cast.chen))
    item = meeting.items[0]
    task = actions.assign(item, "去一趟杭州", cast.li.id, TODAY, actor=cast.chen)
    db.session.commit()
    li, url = as_user(cast.li), f"/meetings/tasks/{task.id}"
    assert "去一趟杭州" in li.see("/meetings/tasks?mine=1&open=1").text, "also across units"
    assert li.get(f"/deals/{item.deal_id}").status_code == 404, "a task shows no deal"
    assert li.submit(url, _to=url).status_code == 422
    assert li.submit(url, _to=url, done_note="去过了，对方八月来").went_to.startswith("/meetings/tasks")
    db.session.refresh(task)
    assert (task.done_on, task.done_note) == (TODAY, "去过了，对方八月来")
    assert not li.see("/meetings/tasks?mine=1&open=1").all("a", href=url)
    answer = li.post(url, data={"csrf_token": li.token(), "done_note": "再办", "version": str(task.version)})
    assert answer.status_code == 422 and "已经办结" in answer.said
    assert "meeting.task_done" in verbs()


@pytest.mark.on("sqlite")
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"next_step": "谈", "next_due_on": ""}, "请写明下一步的日期"),
        ({"next_step": "", "next_due_on": "2013-08-01"}, "请再写下一步做什么"),
        ({"next_step": "谈", "next_due_on": "2013-07-01"}, "日期已经过了"),
        ({"what": "办事"}, "请选由谁办"),
        ({"what": "办事", "assignee_id": "WANG"}, "什么时候办好"),
        ({"assignee_id": "WANG", "due_on": "2013-08-01"}, "请写明要办什么"),
        ({"what": "办事", "assignee_id": "WANG", "due_on": "2013-07-01"}, "日期已经过了"),
    ],
)
def test_a_refused_note_keeps_what_was_typed(
    cast: Any, as_user: Any, deals: list[Deal], typed: dict[str, str], said: str
) -> None:
    chen = as_user(cast.chen)
    meeting = opened(chen)
    url = f"/meetings/{meeting.id}/deals/1"
    typed = {key: str(cast.wang.id) if value == "WANG" else value for key, value in typed.items()}
    answer = chen.submit(url, _to=url, note="记到一半", **typed)
    assert answer.status_code == 422 and said in answer.said and "记到一半" in answer.get_data(as_text=True)
    assert not db.session.scalars(sa.select(MeetingTask)).all()
    assert not db.session.scalars(sa.select(MeetingItem.discussed_at).where(MeetingItem.position == 1)).one()


@pytest.mark.on("sqlite")
def test_a_closed_meeting_stays_as_it_was(cast: Any, as_user: Any, deals: list[Deal]) -> None:
    chen = as_user(cast.chen)
    meeting = opened(chen)
    url = f"/meetings/{meeting.id}"
    answer = chen.press(url, f"{url}/close")
    assert answer.status_code == 422 and "还没有记下任何项目" in answer.said
    chen.submit(f"{url}/deals/2", _to=f"{url}/deals/2", note="可以")
    chen.press(url, f"{url}/close")
    db.session.refresh(meeting)
    assert meeting.state is MeetingState.CLOSED
    assert not chen.see(f"{url}/deals/2").all("textarea")
    late = {"csrf_token": chen.token(), "note": "后来的话", "version": "1"}
    assert chen.post(f"{url}/deals/2", data=late).status_code == 403
    assert meeting.items[1].note == "可以"


@pytest.mark.on("sqlite")
def test_nothing_to_go_through_is_said(cast: Any, as_user: Any, deals: list[Deal]) -> None:
    where = "/meetings/new?stage=producing"
    answer = as_user(cast.chen).submit(where, _to=where, title="空会")
    assert answer.status_code == 422 and "没有要过的项目" in answer.said
    assert not db.session.scalars(sa.select(Meeting)).all()


@pytest.mark.on("sqlite")
def test_who_may(cast: Any, as_user: Any, deals: list[Deal]) -> None:
    meeting = opened(as_user(cast.chen))
    url = f"/meetings/{meeting.id}"
    for name, sees in (("wang", 200), ("li", 404), ("zheng", 200)):
        client = as_user(getattr(cast, name))
        assert client.get("/meetings/new").status_code == 403
        assert client.get(url).status_code == sees
        for act in ("deals/1", "close"):
            answer = client.post(f"{url}/{act}", data={"csrf_token": client.token(), "note": "乱写"})
            assert answer.status_code in (403, 404) and (sees == 200 or answer.status_code != 200)
    assert as_user(cast.zhou).see(f"{url}/deals/1").all("textarea"), "a leader may run any meeting"
    assert as_user(cast.chen).get(f"{url}/close").status_code == 405
    assert meeting.items[0].note == ""


@pytest.mark.on("sqlite")
def test_a_deal_that_i_do_not_see_is_left_out(cast: Any, as_user: Any, deals: list[Deal]) -> None:
    hidden = make_deal("航埠的项目", by=cast.li, stage=Stage.NEGOTIATING, next_step="谈", next_due_on=TODAY)
    meeting = opened(as_user(cast.zhou))
    meeting.unit_id = cast.wang.unit_id
    db.session.commit()
    page = as_user(cast.wang).see(f"/meetings/{meeting.id}").text
    assert hidden.name not in page and "另有 1 个项目您看不到" in page
    actions.note(meeting.items[0], {"note": "好"}, actor=cast.zhou)
    actions.close(meeting, actor=cast.zhou)
    db.session.commit()
    assert as_user(cast.wang).get(f"/meetings/{meeting.id}/minutes").status_code == 403
    assert as_user(cast.zhou).get(f"/meetings/{meeting.id}/minutes").status_code == 200


def test_one_task_of_a_meeting_does_not_show_the_others(cast: Any, as_user: Any, deals: list[Deal]) -> None:
    meeting = opened(as_user(cast.chen))
    first, second = meeting.items
    given = actions.assign(first, "去一趟杭州", cast.li.id, TODAY, actor=cast.chen)
    other = actions.assign(second, "核对土地价格", cast.wang.id, TODAY, actor=cast.chen)
    db.session.commit()
    li = as_user(cast.li)
    text = li.see("/meetings/tasks").text
    assert "去一趟杭州" in text and "核对土地价格" not in text
    li.see(f"/meetings/tasks/{given.id}")
    li.see(f"/meetings/tasks/{other.id}", 404)
    for name in ("wang", "chen", "zheng"):
        text = as_user(getattr(cast, name)).see("/meetings/tasks").text
        assert "去一趟杭州" in text and "核对土地价格" in text
    assert other.done_on is None


def test_a_next_step_does_not_reach_the_deal_of_another_unit(cast: Any, deals: list[Deal]) -> None:
    theirs = make_deal(
        "航埠的项目", by=cast.li, first_report_unit_id=cast.wang.unit_id, stage=Stage.NEGOTIATING,
        next_step="谈", next_due_on=TODAY,
    )  # fmt: skip
    head = {"title": "例会", "kind": "weekly", "on_day": TODAY, "chair": "", "present": ""}
    meeting = actions.open_(head, [theirs, deals[0]], actor=cast.chen)
    said = {"note": "好", "next_step": "报能评", "next_due_on": TODAY}
    for item in meeting.items:
        actions.note(item, said, actor=cast.chen)
    assert meeting.items[0].next_step == "报能评", "in the minutes"
    assert (theirs.next_step, deals[0].next_step) == ("谈", "报能评")
    assert not db.session.scalars(
        sa.select(Event).where(Event.noun == "deal", Event.record_id == theirs.id)
    ).all()
    actions.note(meeting.items[0], said, actor=cast.zhou)
    assert theirs.next_step == "报能评", "a leader runs meetings of the whole district"


@pytest.mark.on("sqlite")
def test_minutes_mask_the_phones_that_were_typed(cast: Any, as_user: Any, deals: list[Deal]) -> None:
    chen = as_user(cast.chen)
    meeting = opened(chen)
    item = meeting.items[0]
    actions.note(item, {"note": "找林总 13800001234 谈 9,000万元"}, actor=cast.chen)
    actions.assign(item, "打13900005678约时间", cast.wang.id, TODAY, actor=cast.chen)
    actions.close(meeting, actor=cast.chen)
    db.session.commit()
    word = Document(io.BytesIO(chen.get(f"/meetings/{meeting.id}/minutes").get_data()))
    said = "\n".join(one.text for one in word.paragraphs)
    cells = [cell.text for row in word.tables[0].rows for cell in row.cells]
    assert "找林总 138****1234 谈 9,000万元" in said and "13800001234" not in said
    assert cells[4:] == ["打139****5678约时间", "大项目", "王专员", TODAY.isoformat()]
