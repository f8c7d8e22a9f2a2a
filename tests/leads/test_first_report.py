"""首报制: the server's word on who was first; a later report joins as 协报; both stay; nothing changes it."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.contacts.models import ContactKind
from crm.db import db
from crm.deals.stages import DealState, Stage
from crm.duplicates import merging, undoing
from crm.leads import actions, queries
from crm.leads.models import Conclusion, Lead, LeadState
from crm.lib import clock
from crm.merchants import identity
from crm.org.models import User
from tests.deals.make import make_contact, make_deal, make_enterprise, make_lead
from tests.support.threads import in_threads

FIRM = "上海衢澜精密机械有限公司"


def at(hour: int, minute: int, day: int = 25) -> dt.datetime:
    return dt.datetime(2013, 7, day, hour, minute, tzinfo=clock.HOME)


def report(client: Any, **typed: Any) -> Any:
    return client.submit("/leads/new", **({"title": "想建精密件厂", "company": FIRM} | typed))


def leads() -> list[Lead]:
    return list(db.session.scalars(sa.select(Lead).order_by(Lead.id)))


def test_of_two_units_in_one_moment_one_is_first(app: Any, cast: Any) -> None:
    reporters = [cast.wang.id, cast.li.id]
    db.session.remove()
    start = threading.Barrier(2)

    def told_by(id: int) -> Any:
        def report_it() -> int:
            start.wait(120)
            actor = db.session.get_one(User, id)
            return actions.report({"title": "想建精密件厂", "company": FIRM}, actor=actor).id

        return report_it

    answers = in_threads(app, [told_by(id) for id in reporters])
    assert all(isinstance(one, int) for one in answers), answers
    assert sorted(lead.state.value for lead in leads()) == ["duplicate", "reported"]


def two_reports(cast: Any, as_user: Any) -> tuple[Lead, Lead]:
    """航埠镇 at 10:05, 区招商局 at 16:30, each spelling the firm in its own way."""
    with clock.freeze(at(10, 5)):
        report(as_user(cast.li))
    with clock.freeze(at(16, 30)):
        report(as_user(cast.wang), company="上海市衢澜精密机械公司", title="精密机械项目")
    first, second = leads()
    return first, second


def test_the_second_report_of_a_day_is_a_duplicate_and_the_first_keeps_the_credit(
    cast: Any, as_user: Any
) -> None:
    first, second = two_reports(cast, as_user)
    assert (first.state, first.reported_at) == (LeadState.REPORTED, at(10, 5))
    assert (second.state, second.duplicate_of_id) == (LeadState.DUPLICATE, first.id)
    assert (second.report_unit_id, second.reported_at) == (cast.wang.unit_id, at(16, 30))
    told = db.session.scalars(sa.select(Event).filter_by(verb="lead.reported").order_by(Event.id)).all()
    assert [event.record_id for event in told] == [first.id, second.id]
    page = as_user(cast.wang).see(f"/leads/{second.id}")
    assert "首报是 航埠镇 于 2013-07-25 10:05 报的" in page.text and "协报" in page.text
    assert f"/leads/{first.id}" not in page.links, "of another unit: told, not opened"
    board = as_user(cast.zheng).see(f"/leads/{first.id}")
    assert "协报 1 条" in board.text and f"/leads/{second.id}" in board.links
    assert len(as_user(cast.zheng).see("/leads").rows()) == 2
    assert [row[0] for row in as_user(cast.zheng).see("/leads?joined=1").rows()] == ["精密机械项目"]


def test_the_reporter_is_told_at_once_whom_the_report_has_joined(cast: Any, as_user: Any) -> None:
    report(as_user(cast.li))
    wang = as_user(cast.wang)
    said = wang.follow(report(wang)).said
    assert "航埠镇已经首报过，这一条作为协报，两条都留着" in said


def test_another_matter_of_the_same_firm_is_left_to_the_judge(cast: Any, as_user: Any) -> None:
    report(as_user(cast.li))
    report(as_user(cast.wang), other_matter="这次是文旅项目，不是机械厂")
    _first, second = leads()
    assert (second.state, second.duplicate_of_id) == (LeadState.REPORTED, None)
    page = as_user(cast.chen).see(f"/leads/{second.id}")
    assert "这次是文旅项目，不是机械厂" in page.text and "有 1 条相近的线索" in page.text


@pytest.mark.parametrize(
    ("contacts", "joins"),
    [([], False), (["2013-05-20", "2013-06-15", "2013-07-10"], True), (["2013-05-20"], False)],
)
def test_the_protection_is_kept_alive_by_contacts_of_the_first_unit(
    cast: Any, as_user: Any, contacts: list[str], joins: bool
) -> None:
    firm = make_enterprise(FIRM, cast.li)
    since = dt.datetime(2013, 5, 1, 9, tzinfo=clock.HOME)
    first = make_lead("先报的", cast.li, company=FIRM, enterprise_id=firm.id, reported_at=since)
    first.company_key = "3101|衢澜精密机械||"
    for day in contacts:
        make_contact(
            cast.li, happened_at=dt.datetime.fromisoformat(f"{day}T10:00+08:00"), enterprise_id=firm.id
        )
        make_contact(cast.wang, happened_at=at(9, 0), lead_id=first.id)  # somebody else's does not count
    report(as_user(cast.wang))
    second = leads()[-1]
    assert (second.state is LeadState.DUPLICATE) is joins
    page = as_user(cast.li).see(f"/leads/{first.id}")
    assert ("首报保护还剩 5 天" if joins else "保护期已过，其他单位可以跟进") in page.text
    assert first.report_unit_id == cast.li.unit_id, "open to others, and still first"


def test_a_report_whose_protection_is_over_does_not_hide_the_one_that_is_protected(
    cast: Any, as_user: Any
) -> None:
    since = dt.datetime(2013, 3, 1, 9, tzinfo=clock.HOME)
    over = make_lead("早先报的", cast.zhou, company=FIRM, reported_at=since)
    over.company_key = "3101|衢澜精密机械||"
    db.session.commit()
    with clock.freeze(at(10, 5)):
        report(as_user(cast.li))
    with clock.freeze(at(16, 30)):
        report(as_user(cast.wang))
    _over, now_first, second = leads()
    assert (now_first.state, now_first.duplicate_of_id) == (LeadState.REPORTED, None), "open to others"
    assert (second.state, second.duplicate_of_id) == (LeadState.DUPLICATE, now_first.id)


def test_a_unit_cannot_judge_its_own_joined_report_into_the_first(cast: Any, as_user: Any) -> None:
    _first, second = two_reports(cast, as_user)
    url = f"/leads/{second.id}/judge"
    typed = {"conclusion": "nurture", "judgement": "我们也想跟", "again_reason": "试试"}
    answer = as_user(cast.chen).submit(url, _to=url, **typed)
    assert answer.status_code == 422 and "首报是航埠镇，还在保护期内" in answer.said
    assert second.state is LeadState.DUPLICATE
    assert as_user(cast.admin).submit(url, _to=url, **typed).status_code == 303, "who decides for all may"
    assert (second.state, second.conclusion) == (LeadState.NURTURED, Conclusion.NURTURE)


@pytest.mark.parametrize("stage", [Stage.NEGOTIATING, Stage.SIGNED, Stage.STARTED])
def test_a_deal_in_talks_or_signed_is_not_news(cast: Any, as_user: Any, stage: Stage) -> None:
    firm = make_enterprise(FIRM, cast.wang)
    identity.refresh(firm)
    make_deal("绝密的大项目", cast.wang, stage=stage, enterprise_id=firm.id)
    answer = report(as_user(cast.li), company="上海衢澜精密机械公司", content="线人说的")
    assert answer.status_code == 422 and not leads()
    assert "已由区招商局在谈或签约，不能再作为新线索报送。有新情况请联系陈主任" in answer.said
    assert "绝密的大项目" not in answer.said and "线人说的" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("stage", "state"), [(Stage.INTENDED, DealState.ACTIVE), (Stage.NEGOTIATING, DealState.LAPSED)]
)
def test_a_deal_that_is_only_intended_or_over_bars_nobody(
    cast: Any, as_user: Any, stage: Stage, state: DealState
) -> None:
    firm = make_enterprise(FIRM, cast.wang)
    reason = {"state_reason": "资金断了"} if state is DealState.LAPSED else {}
    make_deal("项目", cast.wang, stage=stage, state=state, enterprise_id=firm.id, **reason)
    assert report(as_user(cast.li)).status_code == 303


def test_a_merge_of_merchants_and_its_undo_change_no_first_report(cast: Any, as_user: Any) -> None:
    kept, gone = make_enterprise(FIRM, cast.li), make_enterprise("上海衢澜精密机械公司", cast.li)
    first = make_lead("先报的", cast.li, company=FIRM, enterprise_id=kept.id)
    second = make_lead("后报的", cast.wang, company=gone.name, enterprise_id=gone.id)

    def credit() -> list[Any]:
        return [
            (one.report_unit_id, one.reported_by_id, one.reported_at, one.duplicate_of_id) for one in leads()
        ]

    before = credit()
    done = merging.merge(merging.plan("enterprise", [kept.id, gone.id], user=cast.admin), actor=cast.admin)
    db.session.commit()
    assert first.enterprise_id == second.enterprise_id and credit() == before
    undoing.undo(done, actor=cast.admin)
    db.session.commit()
    db.session.expire_all()
    assert first.enterprise_id != second.enterprise_id and credit() == before


def test_what_was_given_up_bars_nobody(cast: Any, as_user: Any) -> None:
    make_lead("放弃了的", cast.li, company=FIRM, state=LeadState.ARCHIVED, judged_at=at(9, 0))
    report(as_user(cast.wang))
    assert leads()[-1].state is LeadState.REPORTED


@pytest.mark.on("sqlite")
def test_protections_of_many_leads_cost_one_statement(cast: Any) -> None:
    from tests.support.statements import count_statements

    some = [make_lead(f"线索{number}", cast.wang, company=f"第{number}公司") for number in range(12)]
    db.session.commit()
    for lead in some:
        db.session.refresh(lead)
    with count_statements() as seen:
        found = queries.protections(some)
    assert len(found) == 12 and len([one for one in seen if "contact_log" in one]) == 1


def test_a_visit_before_the_judgement_needs_the_right_and_a_reason(cast: Any, as_user: Any) -> None:
    lead = make_lead("线索", cast.wang)
    url = f"/contacts/new?lead_id={lead.id}"
    typed = {
        "kind": ContactKind.VISIT.value,
        "summary": "去看了看",
        "next_step": "再谈",
        "next_due_on": "2013-08-01",
    }
    answer = as_user(cast.wang).submit(url, **typed)
    assert answer.status_code == 422 and "还没有研判结论，研判后再上门" in answer.said
    assert as_user(cast.wang).submit(url, **(typed | {"kind": "call"})).status_code == 303, (
        "a call is no visit"
    )
    chen = as_user(cast.chen)
    answer = chen.submit(url, **typed)
    assert answer.status_code == 422 and "先上门请写明理由" in answer.said
    assert chen.submit(url, **typed, skip_reason="老板当天返沪").status_code == 303
    told = db.session.scalars(sa.select(Event).filter_by(verb="lead.visited_unjudged")).one()
    assert (told.record_id, told.note) == (lead.id, "老板当天返沪")
    assert "还没有研判，先上门" in chen.see(f"/leads/{lead.id}").text
    lead.state, lead.judged_at, lead.conclusion = LeadState.FOLLOWED, at(9, 0), Conclusion.FOLLOW
    assert as_user(cast.wang).submit(url, **typed).status_code == 303
