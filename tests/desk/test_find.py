"""One box finds everything one may see, and nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

import pytest

from crm.agreements import actions as agreements
from crm.agreements.models import Agreement
from crm.campaigns import actions as campaigns
from crm.campaigns.batches import Batch
from crm.campaigns.models import Campaign
from crm.contacts.actions import search_fields as of_log
from crm.db import db
from crm.deals.actions import search_fields as of_deal
from crm.deals.stages import AgreementKind, Stage
from crm.desk import finding
from crm.desk.views import snippet
from crm.financing import actions as financing
from crm.financing.grants import Giver
from crm.leads.actions import search_fields as of_lead
from crm.lib import clock
from crm.meetings import actions as meetings
from crm.meetings.models import Meeting, MeetingKind
from crm.merchants import identity
from crm.merchants.models import Handle, HandleKind
from crm.recurring import keep_search_whole
from crm.reserve import actions as reserve
from crm.reserve.models import PlanWay
from crm.search import index
from crm.yields.grades import CaseState
from crm.yields.models import Case
from tests.cast import make_contact, make_deal, make_enterprise, make_lead, make_person
from tests.support.statements import count_statements

AsUser = Callable[..., Any]
TODAY = dt.date(2013, 7, 25)
PHONE = "13957001234"
USCC = "91330800MA28F0001X"


@pytest.fixture
def base(cast: Any) -> dict[str, Any]:
    firm = make_enterprise("杭州衢瀾精密机械有限公司", by=cast.wang, uscc=USCC)
    firm.handles.append(Handle(kind=HandleKind.MOBILE, value=PHONE, digits=PHONE))
    person = make_person("单雄信", by=cast.wang, at=firm, title="总经理")
    person.handles.append(Handle(kind=HandleKind.MOBILE, value="13857009876", digits="13857009876"))
    deal = make_deal("衢澜精密数控机床项目", by=cast.wang, enterprise=firm)
    lead = make_lead("衢澜精密有意回乡", by=cast.wang)
    log = make_contact("对方问起了航埠的地块，下周再来", by=cast.wang, enterprise=firm)
    db.session.flush()
    identity.refresh_many("enterprise", [firm.id], fresh=True)
    identity.refresh_many("person", [person.id], fresh=True)
    index.put("deal", deal.id, of_deal(deal))
    index.put("lead", lead.id, of_lead(lead))
    index.put("contact_log", log.id, of_log(log))
    db.session.commit()
    return {
        "firm": f"/enterprises/{firm.id}",
        "person": f"/people/{person.id}",
        "deal": f"/deals/{deal.id}",
        "lead": f"/leads/{lead.id}",
        "log": f"/contacts/{log.id}",
    }


def links_of(page: Any) -> set[str]:
    main = page.all("main")
    inside = main[0].iter("a") if main else page.all("a")
    return {a.get("href", "") for a in inside}


@pytest.mark.parametrize(
    ("q", "wanted"),
    [
        ("衢澜", {"firm", "deal", "lead"}),
        ("衢瀾", {"firm", "deal", "lead"}),  # traditional
        ("精密", {"firm", "deal", "lead"}),  # the middle of a name
        ("qulan", {"firm", "deal", "lead"}),
        ("qljm", {"firm", "deal", "lead"}),
        ("ＱＬＪＭ", {"firm", "deal", "lead"}),  # full width
        ("shanxiongxin", {"person"}),  # 单 as a surname
        ("sxx", {"person"}),
        ("雄信", {"person"}),
        ("1234", {"firm"}),
        ("9876", {"person"}),
        (PHONE, {"firm"}),
        ("+86 139 5700 1234", {"firm"}),
        (USCC, {"firm"}),
        (USCC[-8:].lower(), {"firm"}),
        ("地块", {"log"}),
        ("航埠 下周", {"log"}),
        ("没有的", set()),
    ],
)
def test_it_is_found(cast: Any, as_user: AsUser, base: dict[str, str], q: str, wanted: set[str]) -> None:
    wang = as_user(cast.wang)
    for path in ("/find", "/suggest"):
        answer = wang.get(path, query_string={"q": q})
        found = {name for name, url in base.items() if url in links_of(answer.page)}
        assert found >= wanted, f"{path}: {q}"
        if len(q) > 3 or not wanted:
            assert found == wanted, f"{path}: {q}"


@pytest.mark.parametrize("q", ["衢澜", "qljm", "sxx", "1234", USCC, "地块"])
def test_nothing_of_another_unit_leaks(cast: Any, as_user: AsUser, base: dict[str, str], q: str) -> None:
    li = as_user(cast.li)
    for path in ("/find", "/suggest"):
        answer = li.get(path, query_string={"q": q})
        assert not set(base.values()) & links_of(answer.page)
        for word in ("精密", "单雄信", "下周再来", "有意回乡", PHONE):
            assert word not in answer.said


def test_phones_are_not_told_whole(cast: Any, as_user: AsUser, base: dict[str, str]) -> None:
    for path in ("/find", "/suggest"):
        html = as_user(cast.wang).get(path, query_string={"q": "1234"}).get_data(as_text=True)
        assert PHONE not in html and "13857009876" not in html


def test_the_part_that_matched_is_marked(cast: Any, as_user: AsUser, base: dict[str, str]) -> None:
    wang = as_user(cast.wang)
    marks = ["".join(one.itertext()) for one in wang.see("/find?q=地块").all("mark")]
    assert marks == ["地块"]
    assert {"".join(one.itertext()) for one in wang.see("/suggest?q=qljm").all("mark")} == {
        "衢瀾精密",
        "衢澜精密",
    }


def test_the_very_name_comes_first_then_those_that_begin_so(cast: Any, as_user: AsUser) -> None:
    names = ["浙江恒远集团宁波公司", "恒远集团有限公司", "恒远", "老恒远"]
    firms = [make_enterprise(name, by=cast.wang) for name in names]
    identity.refresh_many("enterprise", [firm.id for firm in firms], fresh=True)
    found = finding.find(cast.wang, "恒远", 10, counting=True)
    assert [one.name for one in found[0].records] == [
        "恒远",
        "恒远集团有限公司",
        "老恒远",
        "浙江恒远集团宁波公司",
    ]


def test_many_are_counted_up_to_99_and_the_very_name_is_not_missed(cast: Any, as_user: AsUser) -> None:
    firms = [make_enterprise(f"第{number}家恒远公司", by=cast.wang) for number in range(120)]
    firms.append(make_enterprise("恒远", by=cast.wang))
    identity.refresh_many("enterprise", [firm.id for firm in firms], fresh=True)
    db.session.commit()
    page = as_user(cast.wang).see("/find?q=恒远")
    assert "企业 99+" in page.text
    assert "/enterprises?q=%E6%81%92%E8%BF%9C" in page.links
    shown = [a for a in page.one("main").iter("a") if (a.get("href") or "").startswith("/enterprises/")]
    assert "".join(shown[0].itertext()) == "恒远"
    assert len(shown) == 10


def test_the_list_behind_it_holds_what_was_counted(cast: Any, as_user: AsUser, base: dict[str, str]) -> None:
    from tests.desk.test_desk import numbers, total_of

    wang = as_user(cast.wang)
    counted = numbers(wang.see("/find?q=衢澜"))
    assert len(counted) == 3
    for number, url in counted:
        assert total_of(wang.see(url)) == number


@pytest.mark.parametrize(
    "q", ["", " ", "\x00", "\u202e\u200b", "%", "*", '"', "'; DROP TABLE enterprise --", "AND OR NOT", "衢" * 10_000,
          "😀", "㐀䶮", "a" * 300, "( NEAR", "{{ 7*7 }}", "<script>alert(1)</script>"]
)  # fmt: skip
def test_odd_words_find_nothing_and_break_nothing(
    cast: Any, as_user: AsUser, base: dict[str, str], q: str
) -> None:
    wang = as_user(cast.wang)
    for path in ("/find", "/suggest"):
        answer = wang.get(path, query_string={"q": q})
        assert answer.status_code == 200
        assert not set(base.values()) & links_of(answer.page)


def test_it_costs_the_same_with_few_and_with_many(cast: Any, as_user: AsUser, base: dict[str, str]) -> None:
    wang = as_user(cast.wang)

    def cost(url: str) -> int:
        db.session.commit()
        with count_statements() as seen:
            wang.see(url)
        return len(seen)

    make_one = make_person("恒远王", by=cast.wang, at=make_enterprise("恒远零", by=cast.wang))
    identity.refresh_many("person", [make_one.id], fresh=True)
    few = cost("/suggest?q=恒远")
    people = [
        make_person(f"恒远{number}", by=cast.wang, at=make_enterprise(f"公司{number}", by=cast.wang))
        for number in range(4, 14)
    ]
    identity.refresh_many("person", [person.id for person in people], fresh=True)
    assert cost("/suggest?q=恒远") == few


@pytest.mark.parametrize(
    ("summary", "q", "shown"),
    [
        ("对方问起了地块", "地块", [("对方问起了", False), ("地块", True)]),
        ("没有它", "地块", [("没有它", False)]),
    ],
)
def test_a_snippet_shows_the_hit(summary: str, q: str, shown: list[tuple[str, bool]]) -> None:
    assert snippet(summary, "", q) == shown


def test_a_long_text_is_cut_round_the_hit() -> None:
    parts = snippet("甲" * 300 + "地块" + "乙" * 300, "", "地块")
    text = "".join(part for part, _hit in parts)
    assert ("地块", True) in parts
    assert text.startswith("…") and text.endswith("…") and len(text) < 110
    assert snippet("甲", "看地块", "地块") == [("看", False), ("地块", True)]


def test_papers_and_meetings_are_found_where_they_are_looked_for(cast: Any, as_user: AsUser) -> None:
    deal = make_deal("恒远屿项目", by=cast.wang, stage=Stage.NEGOTIATING)
    db.session.flush()
    facts = {"kind": AgreementKind.FRAMEWORK, "title": "战略合作框架协议", "number": "2013-K-7", "note": "",
             "parties": "柯城区人民政府\n杭州恒远屿科技有限公司", "amount_wan": None, "signed_on": None,
             "effective_on": None, "expires_on": None, "terms": "", "reviewed_by": "", "reviewed_on": None}  # fmt: skip
    paper = agreements.add(deal, facts, actor=cast.wang)
    told = {
        "title": "第 30 周例会",
        "kind": MeetingKind.WEEKLY,
        "on_day": clock.today(),
        "chair": "陈主任",
        "present": "王专员",
    }
    meeting = meetings.open_(told, [deal], actor=cast.wang)
    meetings.note(meeting.items[0], {"note": "对方还要谈价格"}, actor=cast.wang)
    db.session.commit()
    wang, lis = as_user(cast.wang), as_user(cast.li)
    there = {
        f"/agreements/{paper.id}": ("框架协议", "2013-K-7", "恒远屿科技", "zlhz"),
        f"/meetings/{meeting.id}": ("30周", "陈主任"),
    }
    for url, words in there.items():
        for q in words:
            assert url in links_of(wang.see(f"/find?q={q}")), q
            assert url in links_of(wang.see(f"/suggest?q={q}")), q
            assert url in links_of(wang.see(f"/{url.split('/')[1]}?q={q}")), q
            assert url not in links_of(lis.see(f"/find?q={q}")), q
    assert f"/meetings/{meeting.id}" not in links_of(wang.see("/find?q=谈价格")), (
        "said of a deal: found with the deal"
    )
    agreements.edit(paper, facts | {"title": "投资补充协议"}, actor=cast.wang)
    db.session.commit()
    assert f"/agreements/{paper.id}" not in links_of(wang.see("/find?q=战略合作"))
    assert f"/agreements/{paper.id}" in links_of(wang.see("/find?q=补充协议"))


def test_campaigns_and_pressed_firms_are_found(cast: Any, as_user: AsUser) -> None:
    """A campaign by its own words and the names on it; a firm's time on the list of the low ones by the firm."""
    data = {
        "name": "百日会战",
        "summary": "挂图作战",
        "from_on": TODAY,
        "days": 100,
        "unit_id": cast.chen.unit_id,
    }
    campaign = campaigns.begin(data, actor=cast.chen)
    name = campaigns.enter_name(campaign, Batch.CLEAR, "弈谷地块", unit_id=None, due_on=None, actor=cast.chen)
    firm = make_enterprise("衢州云峙轴承有限公司", by=cast.wang)
    db.session.flush()
    identity.refresh_many("enterprise", [firm.id], fresh=True)
    pressed = {"listed_on": TODAY, "reason": "低", "state": CaseState.LISTED, "unit_id": cast.wang.unit_id}
    db.session.add(Case(enterprise=firm, **pressed))
    db.session.commit()
    chen, wang, li = as_user(cast.chen), as_user(cast.wang), as_user(cast.li)
    here = f"/campaigns/{campaign.id}"
    for q in ("百日会战", "brhz", "挂图作战", "弈谷"):
        assert here in links_of(chen.see(f"/find?q={q}")), q
    campaigns.take_off(name, reason="已交地", actor=cast.chen)
    campaigns.edit(campaign, data | {"name": "攻坚会战"}, actor=cast.chen)
    assert here not in links_of(chen.see("/find?q=弈谷")) and here in links_of(
        chen.see("/suggest?q=攻坚会战")
    )
    plan = {
        "name": "衢化新材料园",
        "unit_id": cast.wang.unit_id,
        "year": 2013,
        "way": PlanWay.POLICY,
        "planned_wan": Decimal(1),
    }
    reserve.plan(plan, actor=cast.wang)
    asked = {
        "title": "技改专项补助",
        "giver": Giver.CITY,
        "applied_on": TODAY,
        "applied_wan": Decimal(9),
        "note": "",
    }
    grant = financing.apply(make_deal("云峙扩产", by=cast.wang), asked, actor=cast.wang)
    db.session.commit()
    assert "储备项目" in wang.see("/find?q=衢化新材料").text
    for q in ("技改专项", "jgzx", "云峙扩产"):
        assert f"/financing/{grant.id}" in links_of(wang.see(f"/find?q={q}")), q
    assert "技改专项" not in li.see("/find?q=云峙扩产").text
    page = wang.see("/find?q=云峙")
    assert "倒逼名单" in page.text and "/yields/cases?q=云峙" in {unquote(url) for url in links_of(page)}
    assert "倒逼名单" not in li.see("/find?q=云峙").text


def test_what_no_search_knew_is_put_into_the_index(cast: Any, as_user: AsUser) -> None:
    deal = make_deal("恒远屿项目", by=cast.wang)
    db.session.add(Agreement(deal=deal, kind=AgreementKind.FRAMEWORK, title="战略合作框架协议"))
    db.session.add(Meeting(title="第 30 周例会", unit_id=cast.wang.unit_id, created_by_id=cast.wang.id))
    db.session.commit()
    wang = as_user(cast.wang)
    assert not any(url.startswith("/agreements/") for url in links_of(wang.see("/find?q=框架协议")))
    db.session.add(Campaign(name="百日会战", from_on=TODAY, unit_id=cast.wang.unit_id))
    db.session.commit()
    assert (keep_search_whole(), keep_search_whole()) == (3, 0)
    assert "百日会战" in wang.see("/find?q=百日会战").text
    assert any(url.startswith("/agreements/") for url in links_of(wang.see("/find?q=框架协议")))
    assert any(url.startswith("/meetings/") for url in links_of(wang.see("/find?q=周例会")))
