"""首报争议: raised by who was taken for a 协报, decided by an administrator with both logs, superseded and never changed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.db import WrittenOnce, db
from crm.disputes import actions, queries
from crm.disputes.models import Dispute, DisputeState, Ruling
from crm.leads.models import Conclusion, Lead, LeadState
from crm.lib import clock
from tests.deals.make import make_contact, make_deal, make_lead


def two(cast: Any) -> tuple[Lead, Lead]:
    """航埠镇 first; 区招商局 says it was in touch before."""
    now = clock.business_now()
    first = make_lead("先报的", cast.li, reported_at=now - dt.timedelta(hours=6))
    second = make_lead(
        "后报的", cast.wang, duplicate_of_id=first.id, state=LeadState.DUPLICATE, conclusion=Conclusion.DUPLICATE,
        judged_at=now, answered_at=now, fed_back_at=now, closed_at=now,
    )  # fmt: skip
    make_contact(cast.wang, lead_id=second.id, summary="王专员的电话记录")
    make_contact(cast.li, lead_id=first.id, summary="李乡长的拜访记录")
    db.session.commit()
    return first, second


def raised(client: Any, lead: Lead, grounds: str = "七月一日就见过面") -> Any:
    url = f"/leads/{lead.id}/dispute"
    return client.submit(url, _to=url, grounds=grounds)


def decide(client: Any, dispute: Dispute, holder: Lead, reason: str = "有名片和短信为证") -> Any:
    url = f"/disputes/{dispute.id}/decide"
    return client.submit(url, _to=url, holder_id=str(holder.id), reason=reason)


def only() -> Dispute:
    return db.session.scalars(sa.select(Dispute)).one()


def verbs(noun: str) -> list[str]:
    return list(db.session.scalars(sa.select(Event.verb).where(Event.noun == noun).order_by(Event.id)))


def test_a_dispute_is_raised_and_decided_with_both_logs_side_by_side(cast: Any, as_user: Any) -> None:
    first, second = two(cast)
    wang, admin = as_user(cast.wang), as_user(cast.admin)
    assert f"/leads/{second.id}/dispute" in wang.see(f"/leads/{second.id}").links
    assert raised(wang, second).went_to == f"/disputes/{only().id}"
    assert queries.days_left(only()) == 5
    page = admin.see(f"/disputes/{only().id}/decide")
    for words in ("七月一日就见过面", "王专员的电话记录", "李乡长的拜访记录", "航埠镇", "区招商局"):
        assert words in page.text, words
    assert decide(admin, only(), second).status_code == 303
    assert (first.state, first.duplicate_of_id) == (LeadState.DUPLICATE, second.id)
    assert (second.state, second.duplicate_of_id) == (LeadState.REPORTED, None)
    assert (first.report_unit_id, second.report_unit_id) == (cast.li.unit_id, cast.wang.unit_id), (
        "written once"
    )
    assert verbs("dispute") == ["dispute.raised", "dispute.decided"]
    assert {"lead.disputed", "lead.ruled_first", "lead.ruled_joined"} <= set(verbs("lead"))
    assert "首报归区招商局" in as_user(cast.li).see(f"/leads/{first.id}").text


def test_a_ruling_is_superseded_and_the_old_one_stays(cast: Any, as_user: Any) -> None:
    first, second = two(cast)
    raised(as_user(cast.wang), second)
    admin = as_user(cast.admin)
    decide(admin, only(), second)
    again = decide(admin, only(), second)
    assert again.status_code == 422 and "现在的裁定就是这样" in again.said
    assert decide(admin, only(), first, reason="查到更早的记录").status_code == 303
    assert [one.holder_id for one in only().rulings] == [second.id, first.id]
    assert second.duplicate_of_id == first.id and first.duplicate_of_id is None
    page = admin.see(f"/disputes/{only().id}")
    assert "首报归航埠镇" in page.text and "已被取代" in page.text and "有名片和短信为证" in page.text
    with pytest.raises(WrittenOnce):
        only().rulings[0].reason = "改一改"


def test_clocks_that_only_joining_stopped_run_again(cast: Any) -> None:
    _first, second = two(cast)
    assert second.answered_at and second.fed_back_at and second.answered_by_id is None
    dispute = actions.raise_dispute(second, "我们先", actor=cast.wang)
    actions.decide(dispute, second, "确实", actor=cast.admin)
    assert (second.answered_at, second.judged_at, second.fed_back_at) == (None, None, None)


def test_an_answer_that_somebody_gave_stays_given(cast: Any) -> None:
    first, second = two(cast)
    second.answered_by_id = second.fed_back_by_id = cast.chen.id
    said = second.answered_at, second.fed_back_at
    dispute = actions.raise_dispute(second, "我们先", actor=cast.wang)
    actions.decide(dispute, second, "确实", actor=cast.admin)
    assert first.duplicate_of_id == second.id
    assert (second.answered_at, second.fed_back_at) == said


def test_what_joined_the_one_joins_the_other(cast: Any) -> None:
    first, second = two(cast)
    third = make_lead("第三条", cast.chen, duplicate_of_id=first.id, state=LeadState.DUPLICATE,
                      judged_at=clock.business_now())  # fmt: skip
    dispute = actions.raise_dispute(second, "我们先", actor=cast.wang)
    actions.decide(dispute, second, "确实", actor=cast.admin)
    assert third.duplicate_of_id == first.duplicate_of_id == second.id


def test_a_deal_that_has_grown_keeps_its_credit_as_written_and_the_ruling_is_told(
    cast: Any, as_user: Any
) -> None:
    first, second = two(cast)
    deal = make_deal("项目", cast.li)
    first.state, first.deal_id, first.judged_at = LeadState.CONVERTED, deal.id, clock.business_now()
    raised(as_user(cast.wang), second)
    decide(as_user(cast.admin), only(), second)
    assert first.state is LeadState.CONVERTED and second.state is LeadState.DUPLICATE
    assert "首报归区招商局" in as_user(cast.li).see(f"/leads/{first.id}").text


@pytest.mark.on("sqlite")
def test_it_is_refused_politely(cast: Any, as_user: Any) -> None:
    _first, second = two(cast)
    wang = as_user(cast.wang)
    empty = raised(wang, second, grounds=" ")
    assert empty.status_code == 422 and "请填写理由" in empty.said
    raised(wang, second)
    twice = raised(wang, second, grounds="再提一次")
    assert (
        twice.status_code == 422
        and "正在等待裁定" in twice.said
        and "再提一次" in twice.get_data(as_text=True)
    )
    lonely = make_lead("没有重复", cast.wang)
    wang.see(f"/leads/{lonely.id}/dispute", 403)
    second_party = make_lead("管理员报的", cast.admin)
    dispute = only()
    dispute_of_admin = Dispute(lead_id=second_party.id, first_id=dispute.first_id, unit_id=cast.admin.unit_id,
                               raised_by_id=cast.admin.id, grounds="我先")  # fmt: skip
    db.session.add(dispute_of_admin)
    db.session.commit()
    own = decide(as_user(cast.admin), dispute_of_admin, second_party)
    assert own.status_code == 422 and "您是当事人" in own.said and not dispute_of_admin.rulings


@pytest.mark.on("sqlite")
def test_it_is_called_by_the_side_the_reader_may_see(cast: Any, as_user: Any) -> None:
    first, second = two(cast)
    first.company, second.company = "航埠那边的厂", "招商局那边的厂"
    raised(as_user(cast.wang), second)
    url = f"/disputes/{only().id}"
    for user, own, hidden in (
        (cast.wang, "招商局那边的厂", "航埠那边的厂"),
        (cast.li, "航埠那边的厂", "招商局那边的厂"),
    ):
        for address in ("/disputes", url):
            html = as_user(user).get(address).get_data(as_text=True)
            assert own in html and hidden not in html, address
    assert "招商局那边的厂" in as_user(cast.admin).see(f"{url}/decide").text


@pytest.mark.on("sqlite")
def test_who_may_see_and_decide(cast: Any, as_user: Any) -> None:
    first, second = two(cast)
    raised(as_user(cast.wang), second)
    dispute = only()
    li = as_user(cast.li).see(f"/disputes/{dispute.id}")
    assert "李乡长的拜访记录" in li.text and "王专员的电话记录" not in li.text, "each side its own log"
    for user in (cast.wang, cast.chen, cast.zhou, cast.zheng):
        as_user(user).see(f"/disputes/{dispute.id}")
        as_user(user).see(f"/disputes/{dispute.id}/decide", 403)
    as_user(cast.zheng).see(f"/leads/{second.id}/dispute", 403)
    as_user(cast.li).see(f"/leads/{second.id}/dispute", 404)
    as_user(cast.admin).see(f"/disputes/{dispute.id}/decide")
    assert dispute.state is DisputeState.OPEN and not db.session.scalars(sa.select(Ruling)).all()
    assert queries.number_waiting(cast.admin) == 1 and queries.number_waiting(cast.chen) == 0
    assert [row[1] for row in as_user(cast.zheng).see("/disputes?state=open").rows()] == ["区招商局"]
    stranger = make_lead("无关", cast.zhou)
    assert stranger and first
    from tests.cast import make_unit, make_user

    far = make_unit("远乡", code="YX")
    db.session.flush()
    other = make_user("far", "远人", cast.li.role, far)
    db.session.commit()
    as_user(other).see(f"/disputes/{dispute.id}", 404)
    assert "没有首报争议" in as_user(other).see("/disputes").text


@pytest.mark.on("sqlite")
def test_the_list_costs_the_same_for_any_number(cast: Any, as_user: Any) -> None:
    from tests.support.statements import count_statements

    first, second = two(cast)
    admin, counts = as_user(cast.admin), []
    for round_ in range(2):
        for _number in range(1 + 8 * round_):
            dispute = Dispute(lead_id=second.id, first_id=first.id, unit_id=cast.wang.unit_id,
                              raised_by_id=cast.wang.id, grounds="我先")  # fmt: skip
            dispute.rulings = [Ruling(holder_id=first.id, reason="否", decided_by_id=cast.admin.id)]
            db.session.add(dispute)
        db.session.commit()
        admin.see("/disputes")
        with count_statements() as seen:
            admin.see("/disputes")
        counts.append(len(seen))
    assert counts[0] == counts[1], counts
