"""The desk: what is due, five figures, and every number the total of the list it links to."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from crm.db import db
from crm.deals.stages import DealState, Stage
from crm.desk import queries
from crm.desk.duties import DUTIES
from crm.leads.models import LeadState
from crm.lib import clock
from crm.lists import asked
from crm.org import settings
from tests.cast import make_contact, make_deal, make_enterprise, make_lead
from tests.support.statements import count_statements

AsUser = Callable[..., Any]
TODAY = dt.date(2013, 7, 25)
MOST_STATEMENTS = 60
"""For some sixty figures of thirty lists, the first lines of six of them, and the frame round the page."""


def days_ago(days: int) -> dt.datetime:
    return clock.start_of(TODAY - dt.timedelta(days=days)) + dt.timedelta(hours=9)


@pytest.fixture
def two_units(cast: Any) -> None:
    """A bit of everything, in two units."""
    for by, mark in ((cast.wang, "局"), (cast.li, "镇")):
        firm = make_enterprise(
            f"{mark}企业", by=by, next_step="走访", next_due_on=TODAY - dt.timedelta(days=2)
        )
        make_enterprise(f"{mark}今天要联系", by=by, next_step="电话", next_due_on=TODAY)
        make_deal(f"{mark}意向", by=by, next_step="约见", next_due_on=TODAY, last_contact_at=days_ago(3))
        make_deal(f"{mark}新谈", by=by, stage=Stage.NEW_TALKS, next_due_on=TODAY - dt.timedelta(days=5), next_step="回访",
                  last_contact_at=days_ago(31), enterprise=firm)  # fmt: skip
        make_deal(f"{mark}在谈", by=by, stage=Stage.NEGOTIATING, planned_wan=Decimal("12000.55"), next_step="谈条款",
                  next_due_on=TODAY + dt.timedelta(days=5), last_contact_at=days_ago(30), sponsor_id=cast.zhou.id)  # fmt: skip
        make_deal(f"{mark}签约小", by=by, stage=Stage.SIGNED, signed_on=dt.date(2013, 1, 1), planned_wan=Decimal(49_999),
                  next_due_on=TODAY - dt.timedelta(days=1), next_step="注册")  # fmt: skip
        make_deal(f"{mark}签约大", by=by, stage=Stage.LANDED, signed_on=TODAY, planned_wan=Decimal(50_000))
        make_deal(f"{mark}去年签约", by=by, stage=Stage.STARTED, signed_on=dt.date(2012, 12, 31))
        make_deal(f"{mark}停了", by=by, stage=Stage.NEGOTIATING, state=DealState.LAPSED, state_reason="用地不足",
                  next_due_on=dt.date(2013, 1, 1), last_contact_at=days_ago(200))  # fmt: skip
        make_lead(f"{mark}新线索", by=by, reported_at=days_ago(9))
        make_lead(f"{mark}跟进的线索", by=by, state=LeadState.FOLLOWED, judged_at=clock.now(),
                  next_step="核实", next_due_on=TODAY - dt.timedelta(days=3))  # fmt: skip
    db.session.commit()


def figures(page: Any) -> dict[str, int]:
    found = {}
    for link in page.all("a", class_="figure"):
        label, number = (
            next(
                "".join(one.itertext()).strip() for one in link.iter() if one.get("class") == f"figure-{part}"
            )
            for part in ("label", "number")
        )
        found[label] = int(number.replace(",", ""))
    return found


def numbers(page: Any) -> list[tuple[int, str]]:
    """(number, address) of every link in <main> that shows a number."""
    main = page.one("main")
    found = []
    for link in main.iter("a"):
        for part in link.iter():
            if part.get("class") in ("figure-number", "count") or part.get("class") == "num":
                found.append((int("".join(part.itertext()).replace(",", "")), link.get("href", "")))
    for cell in main.iter("td"):
        found += [(int("".join(a.itertext())), a.get("href", "")) for a in cell.iter("a")]
    for head in page.all("header", class_="panel-head"):
        count = [one for one in head.iter() if one.get("class") == "count" and one.tag == "span"]
        all_ = [one for one in head.iter("a") if one.get("class") == "panel-all"]
        if count and all_:
            found.append((int("".join(count[0].itertext())), all_[0].get("href", "")))
    return found


def total_of(page: Any) -> int:
    """The total that a list page shows."""
    found = re.search(r"共\s*([\d,]+)\s*(?:条|项|行)", page.text)
    assert found, page.text[:1500]
    return int(found[1].replace(",", ""))


@pytest.mark.parametrize("name", ["wang", "chen", "zhou", "zheng", "admin"])
def test_every_number_is_the_total_of_the_list_it_links_to(
    cast: Any, as_user: AsUser, two_units: None, name: str
) -> None:
    client = as_user(getattr(cast, name))
    client.judges_pages = False  # the same few pages very often: judged elsewhere
    totals: dict[str, int] = {}
    seen = 0
    for view in queries.views_for(getattr(cast, name)):
        for number, url in numbers(client.see(f"/?view={view.value}")):
            if url not in totals:
                totals[url] = total_of(client.see(url))
            assert totals[url] == number, f"{name}, {view}: {url}"
            seen += 1
    assert seen > 12


def test_a_promoter_sees_her_own_first_and_her_units_behind_a_tab(
    cast: Any, as_user: AsUser, two_units: None
) -> None:
    make_deal("同事的", by=cast.chen, stage=Stage.NEGOTIATING)
    wang = as_user(cast.wang)
    own = {"在谈项目": 1, "本年签约": 2, "其中 5 亿元以上": 1, "久未联系": 1, "逾期的下一步": 1}
    assert figures(wang.see("/")) == own
    assert figures(wang.see("/?view=all")) == {**own, "在谈项目": 2}
    assert "镇新谈" not in wang.see("/?view=all").text


def test_a_leader_sees_what_he_sponsors_and_the_district(cast: Any, as_user: AsUser, two_units: None) -> None:
    zhou = as_user(cast.zhou)
    assert figures(zhou.see("/"))["在谈项目"] == 2
    assert figures(zhou.see("/"))["本年签约"] == 0
    assert figures(zhou.see("/?view=district"))["本年签约"] == 4
    assert "总投资 2.40亿元" in zhou.see("/").text  # 12000.55 twice, summed exactly


def test_a_manager_sees_who_carries_how_much(cast: Any, as_user: AsUser, two_units: None) -> None:
    make_deal("没人管的", by=cast.wang, owner_id=None, next_due_on=TODAY - dt.timedelta(days=1))
    page = as_user(cast.chen).see("/")
    assert page.rows(0) == [["王专员", "6", "2", "1"], ["还没有人", "1", "1", "0"]]
    assert "每个人手上的项目" not in as_user(cast.wang).see("/?view=all").text


def test_each_section_names_the_records_and_one_click_logs(
    cast: Any, as_user: AsUser, two_units: None
) -> None:
    page = as_user(cast.wang).see("/")
    overdue = page.one("section", id="overdue")
    names = [
        "".join(a.itertext())
        for a in overdue.iter("a")
        if (a.get("href") or "").startswith(("/deals/", "/leads/", "/enterprises/"))
    ]
    assert names == ["局新谈", "局跟进的线索", "局企业", "局签约小"]  # the longest overdue first
    logs = [a.get("href") for a in overdue.iter("a") if (a.get("href") or "").startswith("/contacts/new")]
    assert len(logs) == 4 and all("next=/" in url or "next=%2F" in url for url in logs)
    today = page.one("section", id="today")
    assert {
        "".join(a.itertext())
        for a in today.iter("a")
        if (a.get("href") or "").startswith(("/deals/", "/enterprises/"))
    } == {"局意向", "局今天要联系"}
    idle = "".join(page.one("section", id="idle").itertext())
    assert "局新谈" in idle and "31 天未联系" in idle and "局在谈" not in idle


def test_thirty_days_are_not_yet_more_than_thirty(cast: Any, as_user: AsUser, two_units: None) -> None:
    settings.put("contact.idle_days", 29)
    assert figures(as_user(cast.wang).see("/"))["久未联系"] == 2


def test_what_is_idle_here_is_red_on_the_board_and_on_the_deals_own_page(cast: Any, as_user: AsUser) -> None:
    settings.put("stage.days.new_talks", 20)
    made = {}
    for stage, days in (
        (Stage.INTENDED, (30, 31)),
        (Stage.NEW_TALKS, (19, 20)),
        (Stage.NEGOTIATING, (30, 31)),
    ):
        for day in days:
            since = TODAY - dt.timedelta(days=day)
            made[f"{stage.label}{day}天"] = make_deal(
                f"{stage.label}{day}天", by=cast.wang, stage=stage, stage_since=since
            ).id
    db.session.commit()
    wang = as_user(cast.wang)
    page = wang.see("/")
    idle = {"意向31天", "新谈20天", "在谈31天"}
    assert figures(page)["久未联系"] == 3 and "洽谈中，按各阶段的天数" in page.text
    here = "".join(page.one("section", id="idle").itertext())
    assert {name for name in made if name in here} == idle
    assert len(page.one("section", id="idle").findall(".//span[@class='idle idle-bad']")) == 3
    board = wang.see("/board")
    cards = [card for card in board.all("li") if (card.get("id") or "").startswith("deal-")]
    red = {
        name
        for card in cards
        for name in made
        if name in "".join(card.itertext()) and card.find(".//span[@class='idle idle-bad']") is not None
    }
    assert len(cards) == 6 and red == idle
    for name, id in made.items():
        assert bool(wang.see(f"/deals/{id}").all("span", class_="idle-bad")) is (name in idle), name
    settings.put("stage.days.new_talks", 60)
    assert "洽谈中，超过 30 天" in wang.see("/").text


def test_logging_the_contact_takes_it_off_the_desk(cast: Any, as_user: AsUser, two_units: None) -> None:
    wang = as_user(cast.wang)
    url = next(
        link for link in wang.see("/").links if link.startswith("/contacts/new?") and "deal_id" in link
    )
    answer = wang.submit(url, summary="通了电话", next_step="再联系", next_in="7")
    assert answer.went_to == "/"
    after = figures(wang.see("/"))
    assert (after["逾期的下一步"], after["久未联系"]) == (0, 0)


def test_leads_wait_for_those_who_judge(cast: Any, as_user: AsUser, two_units: None) -> None:
    make_lead("同事报的", by=cast.chen)
    assert "待研判的线索 2" in as_user(cast.chen).see("/").text
    assert "待研判的线索 1" in as_user(cast.wang).see("/").text  # her own, waiting
    assert "待研判的线索 3" in as_user(cast.zhou).see("/").text


@pytest.mark.parametrize("name", ["wang", "chen", "zhou"])
def test_the_desk_in_english(cast: Any, as_user: AsUser, two_units: None, name: str) -> None:
    user = getattr(cast, name)
    user.locale = "en"
    client = as_user(user)
    for url in ("/", "/?view=all", "/find", "/find?q=局", "/find?q=nothing"):
        assert client.see(url).lang == "en"
    assert "Overdue next steps" in client.see("/").text


def test_an_empty_desk_is_kind(cast: Any, as_user: AsUser) -> None:
    for user in cast.everybody:
        page = as_user(user).see("/")
        assert "没有逾期的事，很好。" in page.text
        assert set(figures(page).values()) == {0}


@pytest.mark.parametrize("view", ["nonsense", "district", "%00", "mine&view=all"])
def test_a_view_that_is_not_mine_is_my_first(cast: Any, as_user: AsUser, two_units: None, view: str) -> None:
    page = as_user(cast.wang).see(f"/?view={view}")
    assert "镇新谈" not in page.text


def test_every_duty_is_an_address_that_its_list_reads(cast: Any) -> None:
    """Whether a value is on offer is not asked when it is counted; so it is asked here."""
    for user in cast.everybody:
        for duty in (one for one in DUTIES if one.is_of(user)):
            page, said = duty.asked.listing, MultiDict(duty.asked.args)
            assert {key for key, _values in duty.asked.parts} == set(said), f"{page.name}: {said}"
            read = asked.asked_for(page, user, said)
            assert len(read) == len(list(said.items(multi=True))) and not [
                one.problem for one in read if one.problem
            ]


def test_it_costs_the_same_with_few_and_with_many(cast: Any, as_user: AsUser, two_units: None) -> None:
    chen = as_user(cast.chen)

    def cost() -> int:
        db.session.commit()
        with count_statements() as seen:
            chen.see("/")
        choices = [one for one in seen if re.search(r"FROM unit\s+WHERE unit\.active", one)]
        assert not choices, "a filter of a duty asked for the units, which nobody is to choose from"
        return len(seen)

    few = cost()
    assert few <= MOST_STATEMENTS
    for number in range(12):
        firm = make_enterprise(f"企业{number}", by=cast.wang, next_due_on=TODAY)
        make_deal(
            f"项目{number}", by=cast.wang, enterprise=firm, next_due_on=TODAY - dt.timedelta(days=number + 1)
        )
        make_lead(f"线索{number}", by=cast.wang, enterprise=firm)
        make_contact(f"沟通{number}", by=cast.wang, enterprise=firm)
    assert cost() == few


def test_the_half_year_report_comes_out_of_the_demo_district(district: Any, as_user: AsUser) -> None:
    """M05, 2013-06-30: 意向 12, 新谈 9, 在谈 10; 签约 23, of them 2 of 5亿 and more; 8 idle, 7 overdue."""
    settings.put(settings.BUSINESS_DAY, "2013-06-30")
    db.session.commit()
    page = as_user(district["admin"]).see("/")
    assert figures(page) == {
        "在谈项目": 10,
        "本年签约": 23,
        "其中 5 亿元以上": 2,
        "久未联系": 8,
        "逾期的下一步": 7,
    }
    early = page.one("section", id="early")
    assert ["".join(one.itertext()) for one in early.iter("dd")] == ["12", "9", "10"]
