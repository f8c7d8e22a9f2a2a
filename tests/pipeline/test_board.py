"""The board: heads over all deals, cards a few at a time, the list's own filters, the same number of questions."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from crm.db import db
from crm.deals.models import Deal
from crm.deals.stages import DealState, Stage
from crm.org import settings
from crm.pipeline.views import board
from tests.deals.make import TODAY, make_deal, make_enterprise
from tests.pages import Page, words
from tests.support.statements import count_statements


def lane(page: Page, stage: Stage) -> Any:
    return next(one for one in page.all("section") if one.get("data-stage") == stage.value)


def head(page: Page, stage: Stage) -> tuple[str, str]:
    """(count, sum and overdue) of a column."""
    section = lane(page, stage)
    count = next(one for one in section.iter() if one.get("data-lane-count") is not None)
    total = next(one for one in section.iter("p") if one.get("class") == "lane-sum")
    return words(count), words(total)


def names(page: Page, stage: Stage) -> list[str]:
    return [words(one) for one in lane(page, stage).iter("p") if one.get("class") == "card-name"]


def test_heads_count_and_sum_every_deal_and_not_only_the_cards(
    cast: Any, as_user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "EACH", 2)
    for number in range(5):
        make_deal(
            f"意向{number}",
            cast.wang,
            planned_wan=Decimal("2500.50"),
            next_due_on=TODAY - dt.timedelta(days=number),
        )
    make_deal("没有金额", cast.wang, stage=Stage.NEW_TALKS)
    make_deal("暂缓的", cast.wang, state=DealState.HELD, state_reason="等", planned_wan=Decimal(1))
    make_deal("终止的", cast.wang, state=DealState.LAPSED, state_reason="走了", planned_wan=Decimal(1))
    make_deal("别家的", cast.li, planned_wan=Decimal(99_999))
    page = as_user(cast.wang).see("/board")
    assert head(page, Stage.INTENDED) == ("5", "1.25亿元逾期 4")
    assert head(page, Stage.NEW_TALKS) == ("1", "")
    assert head(page, Stage.SIGNED) == ("0", "")
    assert len(names(page, Stage.INTENDED)) == 2
    assert "客商表示了投资兴趣" in lane(page, Stage.INTENDED).find(".//h2").get("title")


def test_the_next_cards_of_a_column_come_without_a_gap_or_a_repetition(
    cast: Any, as_user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "EACH", 3)
    for number in range(8):  # several on the same day: the id decides
        make_deal(
            f"项目{number}", cast.wang, stage_since=TODAY - dt.timedelta(days=number // 3), is_return=True
        )
    make_deal("不是回归", cast.wang)
    wang = as_user(cast.wang)
    page = wang.see("/board?is_return=1")
    shown = names(page, Stage.INTENDED)
    more = next(
        one.get("href") for one in lane(page, Stage.INTENDED).iter("a") if one.get("data-more") is not None
    )
    while more:
        answer = wang.get(more)
        assert answer.status_code == 200 and "is_return=1" in more
        shown += [words(one) for one in answer.page.all("p", class_="card-name")]
        more = answer.headers.get("X-More")
    newest_first = (
        db.session.query(Deal).filter_by(is_return=True).order_by(Deal.stage_since.desc(), Deal.id.desc())
    )
    assert shown == [deal.name for deal in newest_first]


@pytest.mark.on("sqlite")
@pytest.mark.parametrize(
    "address", ["in=nowhere&after=2013-07-25.1", "in=signed", "in=signed&after=x", "after=2013-07-25.1"]
)
def test_a_made_up_place_in_a_column_is_not_found(cast: Any, as_user: Any, address: str) -> None:
    assert as_user(cast.wang).get(f"/board/cards?{address}").status_code == 404


def test_the_board_is_narrowed_like_the_list(cast: Any, as_user: Any) -> None:
    make_deal("回归的", cast.wang, is_return=True)
    make_deal("不回归的", cast.wang)
    make_deal("暂缓的", cast.wang, state=DealState.HELD, state_reason="等")
    make_deal("签约的", cast.wang, stage=Stage.SIGNED)
    wang = as_user(cast.wang)
    assert names(wang.see("/board?is_return=1"), Stage.INTENDED) == ["回归的"]
    assert names(wang.see("/board?q=不回"), Stage.INTENDED) == ["不回归的"]
    held = wang.see("/board?state=held")
    assert names(held, Stage.INTENDED) == ["暂缓的"]
    assert "data-move-url" not in lane(held, Stage.INTENDED).find(".//li").attrib, (
        "it has to be resumed first"
    )
    only = wang.see("/board?stage=signed")
    assert [one.get("data-stage") for one in only.all("section", class_="lane")] == ["signed"]
    link = lane(wang.see("/board?is_return=1"), Stage.INTENDED).find(".//h2/a").get("href")
    rows = wang.see(link).rows()
    assert [row[1] for row in rows] == ["回归的"], "the head leads to exactly the deals it counts"
    problem = wang.see("/board?signed_from=2013-02-30")
    assert "没有“2013-02-30”这一天" in problem.text and "没有符合条件的记录" in problem.text


def test_idle_is_amber_from_seventy_per_cent_and_red_at_the_stages_days(cast: Any, as_user: Any) -> None:
    settings.put("stage.days.intended", 10)
    for days in (6, 7, 9, 10):
        make_deal(f"闲{days}天", cast.wang, stage_since=TODAY - dt.timedelta(days=days))
    make_deal("签了", cast.wang, stage=Stage.SIGNED, stage_since=TODAY - dt.timedelta(days=10))
    page = as_user(cast.wang).see("/board")
    marks = {
        words(card.find(".//p[@class='card-name']")): [
            one.get("class") for one in card.iter("span") if (one.get("class") or "").startswith("idle")
        ]
        for card in lane(page, Stage.INTENDED).iter("li")
        if card.get("id")
    }
    assert marks == {
        "闲6天": ["idle"], "闲7天": ["idle idle-warn"], "闲9天": ["idle idle-warn"], "闲10天": ["idle idle-bad"],
    }  # fmt: skip
    signed = [
        one.get("class")
        for one in lane(page, Stage.SIGNED).iter("span")
        if (one.get("class") or "").startswith("idle")
    ]
    assert signed == ["idle"], "each stage has days of its own"


def test_who_may_not_move_sees_cards_that_do_not_move(cast: Any, as_user: Any) -> None:
    make_deal("项目", cast.wang)
    page = as_user(cast.zheng).see("/board")
    assert names(page, Stage.INTENDED) == ["项目"]
    assert not [one for one in page.all("li", class_="card") if one.get("data-move-url")]
    assert as_user(cast.li).see("/board").all("li", class_="card") == []


@pytest.mark.on("sqlite")
def test_the_board_asks_the_same_number_of_questions_for_any_number_of_cards(cast: Any, as_user: Any) -> None:
    wang, counts = as_user(cast.wang), []
    for round_ in range(2):
        for number in range(1 + 14 * round_):
            firm = make_enterprise(f"企业{round_}{number}", cast.wang)
            make_deal(
                f"项目{round_}{number}", cast.wang, enterprise_id=firm.id, stage=list(Stage)[number % 8],
                owner_id=(cast.wang, cast.chen)[number % 2].id,
            )  # fmt: skip
        db.session.commit()
        with count_statements() as seen:
            wang.see("/board")
        counts.append(len(seen))
    assert counts[0] == counts[1], counts
    assert counts[0] < 30, "design for many"


@pytest.mark.on("sqlite")
def test_the_heads_are_answered_by_an_index_alone(cast: Any, app: Any) -> None:
    from crm.deals import queries as deals
    from crm.pipeline import queries

    with count_statements() as seen:
        queries.heads(deals.visible_to(cast.admin).where(queries.on_board(with_stopped=False)), TODAY)
    statement = next(one for one in seen if "GROUP BY" in one)
    plan = db.session.connection().exec_driver_sql(
        f"EXPLAIN QUERY PLAN {statement}", tuple([None] * statement.count("?"))
    )
    told = " ".join(str(row[3]) for row in plan)
    assert "COVERING INDEX ix_deal_lanes" in told, told


@pytest.mark.on("sqlite")
def test_an_empty_board_says_why(cast: Any, as_user: Any) -> None:
    assert "看板上还没有项目" in as_user(cast.wang).see("/board").text
    make_deal("别家的", cast.li)
    assert "都属于其他单位" in as_user(cast.wang).see("/board").text
    make_deal("我的", cast.wang)
    assert "没有符合条件的记录" in as_user(cast.wang).see("/board?is_return=1").text


@pytest.mark.parametrize(
    "address",
    [
        "/deals/99999999999999999999999999",
        "/leads/99999999999999999999999999",
        "/deals/new?lead_id=99999999999",
        "/deals/new?lead_id=x",
        "/deals/0/advance",
        "/board/cards?in=signed&after=9999-99-99.1",
    ],
)
def test_an_address_of_nothing_is_not_found(cast: Any, as_user: Any, address: str) -> None:
    assert as_user(cast.admin).get(address).status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/deals?q=%00%E2%80%AE%F0%9F%98%80&idle=99999&planned_from=-1&sort=nothing&page=99999999",
        "/board?stage=x&unit=999999999999999999999&owner=%27%3B--&band=from_1b&tag=%F0%9F%98%80",
        "/leads?planned_from=%E5%BE%88%E5%A4%9A&reported_from=2013-02-30&state=x&ids=1,2,999999999999999",
        "/deals/new?enterprise_id=99999999999",
        "/leads/new?enterprise_id=-1",
        "/leads/1?revealed=99999999999999999999",
        "/deals?ids=1,999999999999999",
        "/board/cards?in=signed&after=2013-07-25.99999999999999999999999",
    ],
)
def test_nonsense_in_an_address_opens_a_page_all_the_same(cast: Any, as_user: Any, address: str) -> None:
    from tests.deals.make import make_lead

    make_deal("项目", cast.wang)
    make_lead("线索", cast.wang)
    assert as_user(cast.admin).get(address).status_code == 200
