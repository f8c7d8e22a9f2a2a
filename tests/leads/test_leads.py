"""Leads: reported in half a minute, judged, never judged twice in silence; the first report never moves."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.db import WrittenOnce, db
from crm.deals.stages import Stage
from crm.leads import queries
from crm.leads.models import Conclusion, Lead, LeadSource, LeadState
from crm.lib import clock
from crm.merchants import identity
from crm.merchants.models import Enterprise
from crm.search import index
from tests.deals.make import TODAY, make_deal, make_enterprise, make_lead
from tests.support.statements import count_statements

JUDGED = {
    "conclusion": "follow",
    "industry": "能配套现有机械企业",
    "policy": "可享受技改补助",
    "resources": "六十亩地已落实",
    "judgement": "产业对路",
    "next_step": "上门拜访",
    "next_due_on": "2013-08-01",
}


def events(verb: str) -> list[Event]:
    return list(db.session.scalars(sa.select(Event).filter_by(verb=verb).order_by(Event.id)))


def leads() -> list[Lead]:
    return list(db.session.scalars(sa.select(Lead).order_by(Lead.id)))


def judge(client: Any, lead: Lead, **typed: Any) -> Any:
    url = f"/leads/{lead.id}/judge"
    return client.submit(url, _to=url, **typed)


# --- reporting ----------------------------------------------------------------------------------------------


def test_a_report_takes_its_reporter_unit_and_time_from_the_server(cast: Any, as_user: Any) -> None:
    firm = make_enterprise("杭州恒远屿科技有限公司", cast.wang)
    answer = as_user(cast.wang).submit(
        "/leads/new", title="恒远屿想建精密件厂", company=firm.name, contact_name="单田芳", contact_phone="１３８0000 1234",
        source="visit", planned_wan="3.32亿", region="浙江杭州余杭", direction="manufacturing", content="要六十亩地",
    )  # fmt: skip
    lead = leads()[0]
    assert answer.went_to == f"/leads/{lead.id}"
    assert (lead.report_unit_id, lead.reported_by_id, lead.unit_id) == (
        cast.wang.unit_id,
        cast.wang.id,
        cast.wang.unit_id,
    )
    assert lead.reported_at == clock.business_now() and lead.state is LeadState.REPORTED
    assert (lead.enterprise_id, lead.planned_wan, lead.region_code, lead.source) == (
        firm.id, Decimal(33_200), "330110", LeadSource.VISIT,
    )  # fmt: skip
    assert events("lead.reported")[0].record_id == lead.id
    for asked in ("精密件", "shan", "1234", "hyy"):
        assert lead.id in db.session.scalars(index.matching("lead", asked)).all(), asked
    page = as_user(cast.wang).see(answer.went_to)
    assert (
        "还有 3 个工作日研判" in page.text
        and "浙江省杭州市余杭区" in page.text
        and "138****1234" in page.text
    )
    assert "13800001234" not in page.html


def test_who_reported_cannot_be_typed(cast: Any, as_user: Any) -> None:
    wang = as_user(cast.wang)
    page = wang.see("/leads/new")
    hidden = {name: page.all("input", name=name)[0].get("value") for name in ("csrf_token", "once")}
    forged = {
        "report_unit_id": cast.li.unit_id,
        "reported_by_id": cast.li.id,
        "reported_at": "2010-01-01T00:00",
        "state": "followed",
    }
    wang.post(
        "/leads/new", data={**hidden, "title": "线索", "company": "甲公司", "source": "other", **forged}
    )
    lead = leads()[0]
    assert (lead.report_unit_id, lead.reported_by_id, lead.state) == (
        cast.wang.unit_id,
        cast.wang.id,
        LeadState.REPORTED,
    )


@pytest.mark.on("sqlite")
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"title": ""}, "请填写线索"),
        ({"company": " "}, "请填写企业"),
        ({"title": "长" * 10_000}, "最多 200 个字"),
        ({"content": "长" * 20_001}, "最多 20000 个字"),
        ({"planned_wan": "-1"}, "金额不能是负数"),
        ({"planned_wan": "100美元"}, "折算成人民币"),
        ({"land_mu": "一百"}, "看不懂面积"),
        ({"region": "火星"}, "看不懂所在地"),
        ({"source": "rumour"}, "没有这个选项"),
    ],
)
def test_bad_input_is_named_kept_and_changes_nothing(
    cast: Any, as_user: Any, typed: dict[str, str], said: str
) -> None:
    answer = as_user(cast.wang).submit("/leads/new", **({"title": "线索", "company": "㐀䶮公司😀"} | typed))
    assert answer.status_code == 422 and said in answer.said
    assert not leads()
    assert ("company" in typed) or "㐀䶮公司😀" in answer.get_data(as_text=True)


def test_a_company_under_talk_or_signed_is_warned_about_with_a_link_only_to_what_i_may_open(
    cast: Any, as_user: Any
) -> None:
    firm = make_enterprise("杭州恒远屿科技有限公司", cast.wang)
    mine = make_deal("在谈的", cast.wang, stage=Stage.NEGOTIATING, enterprise_id=firm.id)
    theirs = make_deal("别家签约的", cast.li, stage=Stage.SIGNED, enterprise_id=firm.id)
    make_deal("意向的", cast.wang, enterprise_id=firm.id)
    lead = make_lead("又来了", cast.wang, company=firm.name)
    page = as_user(cast.wang).see(f"/leads/{lead.id}")
    assert "已有在谈或签约的项目" in page.text and "在谈的" in page.text and "意向的" not in page.text
    assert "别家签约的" in page.text and "航埠镇" in page.text
    assert f"/deals/{mine.id}" in page.links and f"/deals/{theirs.id}" not in page.links


def test_another_lead_of_the_same_company_is_shown_beside_a_new_one(cast: Any, as_user: Any) -> None:
    first = make_lead("上午报的", cast.li, reported_at=dt.datetime(2013, 7, 25, 2, 5, tzinfo=dt.UTC))
    second = make_lead("下午报的", cast.wang, reported_at=dt.datetime(2013, 7, 25, 8, 30, tzinfo=dt.UTC))
    page = as_user(cast.wang).see(f"/leads/{second.id}")
    assert "有 1 条相近的线索" in page.text and "上午报的" in page.text
    assert f"/leads/{first.id}" not in page.links, "of another unit: title and unit only"


def test_a_masked_number_that_is_sent_back_stays_the_number(cast: Any, as_user: Any) -> None:
    lead = make_lead("线索", cast.wang, contact_phone="13800001234", region_code="3301")
    wang = as_user(cast.wang)
    assert "13800001234" not in wang.see(f"/leads/{lead.id}/edit").html
    assert wang.submit(f"/leads/{lead.id}/edit", title="新标题").status_code == 303
    assert (lead.title, lead.contact_phone, lead.region_code) == ("新标题", "13800001234", "3301")
    assert list(events("lead.edited")[0].changes) == ["title"]
    wang.submit(f"/leads/{lead.id}/edit", contact_phone="13900005678")
    assert lead.contact_phone == "13900005678"


def test_a_full_number_costs_a_line_in_the_trail(cast: Any, as_user: Any) -> None:
    lead = make_lead("线索", cast.wang, contact_phone="13800001234")
    wang = as_user(cast.wang)
    answer = wang.press(f"/leads/{lead.id}", f"/leads/{lead.id}/reveal")
    assert "13800001234" in wang.follow(answer).get_data(as_text=True)
    assert events("handle.revealed")[0].record_id == lead.id
    assert "13800001234" not in as_user(cast.chen).see(answer.went_to).html, "the ticket is hers alone"
    with clock.freeze(clock.now() + dt.timedelta(minutes=6)):
        assert "13800001234" not in wang.see(answer.went_to).html


# --- judging ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("conclusion", "state", "keeps_step"),
    [
        (Conclusion.FOLLOW, LeadState.FOLLOWED, True),
        (Conclusion.NURTURE, LeadState.NURTURED, True),
        (Conclusion.DROP, LeadState.ARCHIVED, False),
    ],
)
def test_a_judgement_says_what_becomes_of_it(
    cast: Any, as_user: Any, conclusion: Conclusion, state: LeadState, keeps_step: bool
) -> None:
    lead = make_lead("线索", cast.wang)
    first = (lead.report_unit_id, lead.reported_by_id, lead.reported_at)
    answer = judge(as_user(cast.chen), lead, **(JUDGED | {"conclusion": conclusion.value}))
    assert answer.went_to == f"/leads/{lead.id}"
    assert (lead.state, lead.conclusion, lead.judged_by_id) == (state, conclusion, cast.chen.id)
    assert lead.judged_at == clock.business_now() and lead.owner_id == cast.wang.id
    assert bool(lead.next_step) is keeps_step
    assert (lead.report_unit_id, lead.reported_by_id, lead.reported_at) == first
    assert events("lead.judged")[0].changes["conclusion"] == [None, conclusion.value]


@pytest.mark.on("sqlite")
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"conclusion": ""}, "请填写结论"),
        ({"conclusion": "maybe"}, "没有这个选项"),
        ({"judgement": ""}, "请填写研判意见"),
        ({"industry": ""}, "请写明产业是否合适"),
        ({"policy": " "}, "请写明政策是否支持"),
        ({"resources": ""}, "请写明要素能否保障"),
        ({"next_step": ""}, "请写明下一步做什么"),
        ({"next_due_on": ""}, "请写明下一步的日期"),
        ({"next_due_on": "2013-07-01"}, "日期已经过了"),
        ({"conclusion": "duplicate"}, "是哪一条线索的重复"),
        ({"unit_id": "99999"}, "没有这个选项"),
    ],
)
def test_a_refused_judgement_keeps_what_was_typed(
    cast: Any, as_user: Any, typed: dict[str, str], said: str
) -> None:
    lead = make_lead("线索", cast.wang)
    answer = judge(as_user(cast.chen), lead, **(JUDGED | {"judgement": "意见甲乙丙"} | typed))
    assert answer.status_code == 422 and said in answer.said
    assert "judgement" in typed or "意见甲乙丙" in answer.get_data(as_text=True)
    assert lead.state is LeadState.REPORTED and not events("lead.judged")


def test_an_owner_of_another_unit_than_the_one_that_answers_is_refused(cast: Any, as_user: Any) -> None:
    lead = make_lead("线索", cast.wang)
    answer = judge(as_user(cast.admin), lead, **JUDGED, owner_id=str(cast.li.id))
    assert answer.status_code == 422 and "不在责任单位里" in answer.said


def test_the_second_of_two_reports_is_a_duplicate_of_the_first_and_both_stay(cast: Any, as_user: Any) -> None:
    first = make_lead("上午报的", cast.li, reported_at=dt.datetime(2013, 7, 25, 2, 5, tzinfo=dt.UTC))
    second = make_lead("下午报的", cast.wang, reported_at=dt.datetime(2013, 7, 25, 8, 30, tzinfo=dt.UTC))
    third = make_lead("第三次", cast.wang)
    chen = as_user(cast.chen)
    assert (
        judge(
            chen, second, conclusion="duplicate", judgement="同一件事", duplicate_of_id=str(first.id)
        ).status_code
        == 303
    )
    assert (second.state, second.duplicate_of_id) == (LeadState.DUPLICATE, first.id)
    page = chen.see(f"/leads/{second.id}")
    assert "首报是 航埠镇" in page.text and "区招商局" in page.text
    judge(chen, third, conclusion="duplicate", judgement="还是它", duplicate_of_id=str(second.id))
    assert third.duplicate_of_id == first.id, "the credit is at the end of the chain"
    admin = as_user(cast.admin)
    circle = judge(admin, first, conclusion="duplicate", judgement="反过来", duplicate_of_id=str(second.id))
    assert circle.status_code == 422 and "不能互相重复" in circle.said and first.state is LeadState.REPORTED


def test_a_second_judgement_needs_a_reason_and_a_converted_lead_has_none(cast: Any, as_user: Any) -> None:
    lead = make_lead("线索", cast.wang)
    chen = as_user(cast.chen)
    judge(chen, lead, **JUDGED)
    again = judge(chen, lead, conclusion="drop", judgement="资金断了")
    assert (
        again.status_code == 422 and "重新研判请写明原因" in again.said and lead.state is LeadState.FOLLOWED
    )
    judge(chen, lead, conclusion="drop", judgement="资金断了", again_reason="对方来函")
    assert lead.state is LeadState.ARCHIVED
    assert [event.note for event in events("lead.judged")] == ["", "对方来函"]
    deal = make_deal("项目", cast.wang)
    lead.state, lead.deal_id = LeadState.CONVERTED, deal.id
    closed = judge(chen, lead, conclusion="drop", judgement="晚了", again_reason="试试")
    assert closed.status_code == 422 and "已经转成项目" in closed.said


def test_the_days_for_judging_run_out(cast: Any, as_user: Any) -> None:
    def reported(days_ago: int) -> dt.datetime:
        return dt.datetime.combine(TODAY - dt.timedelta(days=days_ago), dt.time(1), dt.UTC)

    late = make_lead("晚了的", cast.wang, company="甲", reported_at=reported(4))
    due = make_lead("今天的", cast.wang, company="乙", reported_at=reported(3))
    chen = as_user(cast.chen)
    assert "研判已逾期 1 个工作日" in chen.see(f"/leads/{late.id}").text
    assert "今天要研判" in chen.see(f"/leads/{due.id}").text
    assert db.session.scalars(sa.select(Lead.id).where(queries.is_late(TODAY))).all() == [late.id]
    assert [row[1] for row in chen.see("/leads?late=1").rows()] == ["晚了的"]


# --- who may, and the list ------------------------------------------------------------------------------------


def test_who_may_do_what(cast: Any, as_user: Any) -> None:
    lead = make_lead("线索", cast.wang)
    wang, zheng, li = as_user(cast.wang), as_user(cast.zheng), as_user(cast.li)
    wang.see(f"/leads/{lead.id}/edit")
    wang.see(f"/leads/{lead.id}/judge", 403)
    zheng.see(f"/leads/{lead.id}")
    for path in ("edit", "judge", "convert"):
        zheng.see(f"/leads/{lead.id}/{path}", 403)
    li.see(f"/leads/{lead.id}", 404)
    li.see(f"/leads/{lead.id}/edit", 404)
    as_user(cast.zhou).see(f"/leads/{lead.id}/judge")
    assert lead.state is LeadState.REPORTED, "opening a page judges nothing"


def test_access_to_a_lead_is_access_to_its_enterprise(cast: Any, as_user: Any) -> None:
    from crm.merchants import queries as merchants

    firm = make_enterprise("温州恒远屿科技有限公司", cast.li)
    make_lead("线索", cast.wang, enterprise_id=firm.id)
    assert db.session.scalar(merchants.visible_to(cast.wang).filter_by(id=firm.id)) is firm


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("state=reported", ["甲", "丙"]),
        ("source=visit", ["乙"]),
        ("mine=1", ["甲", "乙"]),
        ("owner=none", ["甲", "丙"]),
        ("planned_from=100&planned_to=1000", ["乙"]),
        ("reported_from=2013-07-20&reported_to=2013-07-20", ["乙"]),
        ("q=丙", ["丙"]),
        ("reported_from=2013-02-30", []),
    ],
)
def test_the_list_is_narrowed_by_its_address(cast: Any, as_user: Any, query: str, titles: list[str]) -> None:
    at = dt.datetime(2013, 7, 20, 15, 59, tzinfo=dt.UTC)  # 23:59 here
    make_lead("丙", cast.chen, reported_at=dt.datetime(2013, 7, 1, tzinfo=dt.UTC))
    make_lead(
        "乙", cast.wang, source=LeadSource.VISIT, planned_wan=Decimal(1000), reported_at=at, owner_id=cast.wang.id,
        state=LeadState.FOLLOWED, judged_at=at,
    )  # fmt: skip
    make_lead("甲", cast.wang)
    page = as_user(cast.wang).see(f"/leads?{query}")
    assert [row[1] for row in page.rows()] == titles if titles else "没有符合条件的记录" in page.text


@pytest.mark.on("sqlite")
def test_the_list_asks_the_same_number_of_questions_for_any_number_of_rows(cast: Any, as_user: Any) -> None:
    wang, counts = as_user(cast.wang), []
    for round_ in range(2):
        for number in range(1 + 9 * round_):
            make_lead(f"线索{round_}{number}", cast.wang, owner_id=(cast.wang, cast.chen)[number % 2].id)
        db.session.commit()
        with count_statements() as seen:
            wang.see("/leads")
        counts.append(len(seen))
    assert counts[0] == counts[1], counts


def test_a_stale_edit_shows_both_values(cast: Any, as_user: Any) -> None:
    from tests.support.client import find_form, values_of

    lead = make_lead("原题", cast.wang)
    wang = as_user(cast.wang)
    url = f"/leads/{lead.id}/edit"
    data = values_of(find_form(wang.see(url), url, None)) | {"title": "王的题"}
    lead.title = "陈的题"
    answer = wang.post(url, data=data)
    assert (
        answer.status_code == 409
        and "陈的题" in answer.said
        and "王的题" in answer.said
        and lead.title == "陈的题"
    )


@pytest.mark.parametrize("broken", ["judged", "converted"])
def test_the_database_itself_keeps_the_last_rules(cast: Any, broken: str) -> None:
    lead = make_lead("线索", cast.wang)
    lead.state = LeadState.FOLLOWED if broken == "judged" else LeadState.CONVERTED
    if broken == "converted":
        lead.judged_at = clock.now()
    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_the_panel_on_an_enterprises_page(cast: Any, as_user: Any) -> None:
    firm = make_enterprise("杭州恒远屿科技有限公司", cast.wang)
    make_lead("我们报的", cast.wang, enterprise_id=firm.id)
    make_lead("他们报的", cast.li, enterprise_id=firm.id)
    page = as_user(cast.wang).see(f"/enterprises/{firm.id}")
    assert "我们报的" in page.text and "他们报的" not in page.text and "其他单位还有 1 条线索" in page.text


def test_a_lead_about_an_unknown_firm_brings_the_firm_along(cast: Any, as_user: Any) -> None:
    lead = make_lead(
        "机器人项目",
        cast.wang,
        company="青岛海卓机器人有限公司",
        contact_name="孙海",
        contact_phone="154 0000 7788",
    )
    chen = as_user(cast.chen)
    judge(chen, lead, **JUDGED)
    address = f"/deals/new?lead_id={lead.id}"
    assert chen.submit(address, next_step="看地", next_due_on="2013-08-01").status_code == 303
    firm = db.session.scalar(sa.select(Enterprise).filter_by(name="青岛海卓机器人有限公司"))
    assert firm is not None and lead.enterprise_id == firm.id and lead.state is LeadState.CONVERTED
    assert (firm.first_report_unit_id, firm.first_report_user_id) == (cast.wang.unit_id, cast.wang.id)
    assert firm.first_reported_at == lead.reported_at
    assert [one.person.name for one in firm.positions] == ["孙海"]


def test_a_firm_that_another_unit_knows_is_not_entered_twice(cast: Any, as_user: Any) -> None:
    identity.refresh(make_enterprise("青岛海卓机器人有限公司", cast.li))
    lead = make_lead("机器人项目", cast.wang, company="青岛海卓机器人公司")
    chen = as_user(cast.chen)
    judge(chen, lead, **JUDGED)
    answer = chen.submit(f"/deals/new?lead_id={lead.id}", next_step="看地", next_due_on="2013-08-01")
    assert answer.status_code == 422
    assert "可能已有这家企业" in answer.said and "航埠镇" in answer.said
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Enterprise)) == 1


def test_nothing_changes_who_reported_a_lead_first(cast: Any) -> None:
    lead = make_lead("线索", cast.wang)
    db.session.commit()
    with pytest.raises(WrittenOnce):
        lead.report_unit_id = cast.li.unit_id
    with pytest.raises(WrittenOnce):
        db.session.execute(sa.update(Lead).values(report_unit_id=cast.li.unit_id))
    db.session.rollback()
