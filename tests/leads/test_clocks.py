"""Answer in one working day, judge in three, tell the reporter in seven: each clock stops with its act."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.db import db
from crm.holidays.models import Holiday
from crm.leads import queries
from crm.leads.clocks import Clock
from crm.leads.models import Judgement, Lead, LeadState
from crm.lib import clock
from tests.deals.make import make_lead

JUDGED = {
    "conclusion": "nurture",
    "industry": "对路",
    "policy": "合适",
    "resources": "要等指标",
    "judgement": "先培育",
}


def days_ago(days: int) -> dt.datetime:
    return clock.business_now() - dt.timedelta(days=days)


def act(client: Any, lead: Lead, verb: str, **typed: Any) -> Any:
    url = f"/leads/{lead.id}/{verb}"
    return client.submit(url, _to=url, **typed)


def verbs(lead: Lead) -> list[str]:
    rows = sa.select(Event.verb).where(Event.noun == "lead", Event.record_id == lead.id).order_by(Event.id)
    return list(db.session.scalars(rows))


def late(which: Clock) -> set[str]:
    return set(db.session.scalars(sa.select(Lead.title).where(queries.is_late(clock.today(), which))))


def test_a_lead_is_answered_judged_and_told_and_each_clock_stops(cast: Any, as_user: Any) -> None:
    lead = make_lead("线索", cast.wang)
    chen = as_user(cast.chen)
    assert all(one.done_on is None for one in queries.clocks_of(lead))
    assert (
        act(
            chen, lead, "answer", answer="已收到，请航埠镇研判", judge_unit_id=str(cast.li.unit_id)
        ).status_code
        == 303
    )
    assert (lead.answered_by_id, lead.judge_unit_id) == (cast.chen.id, cast.li.unit_id)
    assert lead.state is LeadState.REPORTED
    as_user(cast.li).see(f"/leads/{lead.id}")  # the department that is asked may open it
    act(chen, lead, "judge", **JUDGED, leader_id=str(cast.zhou.id))
    said = db.session.scalars(sa.select(Judgement)).one()
    assert (said.industry, said.policy, said.resources, said.opinion) == (
        "对路",
        "合适",
        "要等指标",
        "先培育",
    )
    assert (said.unit_id, said.judged_by_id, said.leader_id) == (
        cast.chen.unit_id,
        cast.chen.id,
        cast.zhou.id,
    )
    assert lead.fed_back_at is None
    act(chen, lead, "feed-back", feedback="已列入培育，等土地指标")
    assert verbs(lead) == ["lead.answered", "lead.judged", "lead.fed_back"]
    assert all(one.done_on == clock.today() for one in queries.clocks_of(lead))
    page = as_user(cast.wang).see(f"/leads/{lead.id}")
    for words in ("已收到，请航埠镇研判", "对路", "周区长", "已列入培育，等土地指标"):
        assert words in page.text


def test_a_judgement_alone_is_the_first_answer_and_can_be_the_feedback_too(cast: Any, as_user: Any) -> None:
    lead = make_lead("线索", cast.wang)
    act(as_user(cast.chen), lead, "judge", **JUDGED, feedback="先培育，谢谢您")
    assert lead.answered_at == lead.judged_at == lead.fed_back_at and lead.feedback == "先培育，谢谢您"


def test_another_judgement_is_written_beside_the_first(cast: Any, as_user: Any) -> None:
    lead = make_lead("线索", cast.wang)
    chen = as_user(cast.chen)
    act(chen, lead, "judge", **JUDGED)
    act(
        chen,
        lead,
        "judge",
        **(JUDGED | {"judgement": "改主意了", "conclusion": "drop"}),
        again_reason="对方撤资",
    )
    assert [(one.opinion, one.reason) for one in queries.judgements_of(lead)] == [
        ("改主意了", "对方撤资"),
        ("先培育", ""),
    ]
    assert lead.closed_at == lead.judged_at
    page = chen.see(f"/leads/{lead.id}")
    assert "以前的研判 1 次" in page.text and "先培育" in page.text


@pytest.mark.parametrize(
    ("which", "address"),
    [(Clock.ANSWER, "late_answer=1"), (Clock.JUDGE, "late=1"), (Clock.FEEDBACK, "late_feedback=1")],
)
def test_what_is_over_stands_on_the_list_and_on_the_desk_of_the_head(
    cast: Any, as_user: Any, which: Clock, address: str
) -> None:
    term = {Clock.ANSWER: 1, Clock.JUDGE: 3, Clock.FEEDBACK: 7}[which]
    for number in range(14):
        make_lead(f"{number}天前", cast.wang, company=f"第{number}家", reported_at=days_ago(number))
    due = {one.title for one in db.session.scalars(sa.select(Lead))
           if next(r for r in queries.clocks_of(one) if r.clock is which).is_over}  # fmt: skip
    assert late(which) == due and due and len(due) < 14
    chen = as_user(cast.chen)
    assert {row[1] for row in chen.see(f"/leads?{address}&per_page=50").rows()} == due
    desk = chen.see("/")
    assert "超过时限的线索" in desk.text and f"/leads?{address}" in desk.links
    assert "超过时限的线索" not in as_user(cast.wang).see("/").text, "the head's business"
    assert term  # the settings' defaults, which the reading above has used


def test_a_holiday_gives_more_days(cast: Any, as_user: Any) -> None:
    make_lead("线索", cast.wang, reported_at=days_ago(2))  # Tuesday; answer due on Wednesday
    assert late(Clock.ANSWER) == {"线索"}
    db.session.add(Holiday(day=clock.today() - dt.timedelta(days=1), works=False, name="放假"))
    db.session.commit()
    from crm.holidays import queries as holidays

    holidays.forget()
    assert late(Clock.ANSWER) == set()


@pytest.mark.on("sqlite")
@pytest.mark.parametrize("verb", ["answer", "feed-back"])
def test_who_may_and_what_opening_does(cast: Any, as_user: Any, verb: str) -> None:
    lead = make_lead("线索", cast.wang)
    as_user(cast.chen).see(f"/leads/{lead.id}/{verb}")
    as_user(cast.zheng).see(f"/leads/{lead.id}/{verb}", 403)
    as_user(cast.wang).see(f"/leads/{lead.id}/{verb}", 403)
    assert lead.answered_at is None and lead.fed_back_at is None and not verbs(lead)
    other = make_lead("别家的", cast.li)
    as_user(cast.chen).see(f"/leads/{other.id}/{verb}", 404)


@pytest.mark.on("sqlite")
def test_out_of_their_order_they_are_refused(cast: Any, as_user: Any) -> None:
    lead = make_lead("线索", cast.wang)
    chen = as_user(cast.chen)
    answer = act(chen, lead, "feed-back", feedback="早了点")
    assert (
        answer.status_code == 422
        and "还没有研判" in answer.said
        and "早了点" in answer.get_data(as_text=True)
    )
    act(chen, lead, "judge", **JUDGED)
    answer = act(chen, lead, "answer", answer="晚了")
    assert answer.status_code == 422 and "已经研判" in answer.said and lead.answer == ""
