"""转化与速度: what came, what went on, how long it took; and the one rule of what is idle."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from crm.db import db
from crm.deals import queries as deals
from crm.deals.stages import Stage
from crm.lib import clock
from crm.merchants.models import Direction
from crm.org import settings
from crm.pipeline import actions as moves
from crm.review.pace import Pace, Turn, paces
from tests.cast import make_contact, make_deal
from tests.deals.make import SIGNING, TODAY, ready_to_sign

DAY = dt.date(2013, 6, 1)


def days_ago(days: int) -> dt.date:
    return TODAY - dt.timedelta(days=days)


def told(*turns: Turn, stopped: tuple[int, ...] = ()) -> dict[tuple[Any, str], Pace]:
    """Of deals that came on DAY, whatever order they are named in."""
    newest_first = sorted(turns, key=lambda turn: turn.came_on, reverse=True)
    return paces(newest_first, {"early": 0, "talks": 1, "signed": 2}, {(deal_id, DAY) for deal_id in stopped})


def turn(deal_id: int, stage: str = "talks", days: int = 0, group: str = "", counts: bool = True) -> Turn:
    return Turn(deal_id, DAY + dt.timedelta(days=days), stage, group, counts)


def test_days_are_of_those_that_went_on() -> None:
    led = [turn(1, "signed", 10), turn(2, "signed", 20), turn(3, "signed", 60), turn(4, "early", 3)]
    pace = told(*(turn(deal_id) for deal_id in range(1, 7)), *led, stopped=(6,))["", "talks"]
    assert (pace.came, pace.went_on, pace.stopped, pace.waiting) == (6, 3, 1, 1)
    assert (pace.median_days, pace.mean_days, pace.share) == (20, 30, 50.0)


def test_a_turn_in_the_same_stage_leads_where_the_later_one_does() -> None:
    """As it is after somebody has corrected the day a stage began."""
    pace = told(turn(1), turn(1, days=5), turn(1, "signed", 12))["", "talks"]
    assert (pace.came, sorted(pace.days)) == (2, [7, 12])


def test_what_does_not_count_still_tells_where_the_one_before_has_led() -> None:
    found = told(turn(1), turn(1, "signed", 10, counts=False))
    assert found.keys() == {("", "talks")} and found["", "talks"].days == [10]


def test_groups_stand_by_themselves_and_nothing_has_no_days() -> None:
    found = told(turn(1, group="a"), turn(1, "signed", 4, group="c"), turn(2, group="b"))
    assert found["a", "talks"].median_days == 4 and found["b", "talks"].median_days is None
    assert found["b", "talks"].share == 0 and told() == {}


def lines(page: Any) -> dict[str, list[str]]:
    return {
        cells[0]: cells[1:]
        for row in page.all("tr")
        if (cells := ["".join(one.itertext()).strip() for one in row])
    }


def test_the_page_counts_what_happened(cast: Any, as_user: Any) -> None:
    quick = ready_to_sign("快的", cast.wang, stage_since=days_ago(40))
    held = make_deal("停的", by=cast.wang, stage=Stage.NEGOTIATING, stage_since=days_ago(30))
    make_deal("还在的", by=cast.wang, stage=Stage.NEGOTIATING, stage_since=days_ago(20))
    make_deal("去年的", by=cast.wang, stage=Stage.NEGOTIATING, stage_since=days_ago(400))
    db.session.commit()
    moves.advance(quick, Stage.SIGNED, {**SIGNING, "signed_on": days_ago(10)}, actor=cast.wang)
    moves.hold(held, "等指标", actor=cast.wang)
    zhou = as_user(cast.zhou)
    page = zhou.see("/review/pace")
    # came, went on, share, stopped, still there, median, mean, expected
    assert lines(page)["在谈"] == ["3", "1", "33.3%", "1", "1", "30", "30.0", "120"]
    assert lines(page)["签约"][:2] == ["1", "0"]
    url = next(one.get("href") for one in page.all("a") if "stage=negotiating" in (one.get("href") or ""))
    assert "还在的" in zhou.see(url).text and "去年的" not in zhou.see(url).text
    assert lines(zhou.see("/review/pace?since=2012-01-01"))["在谈"][0] == "4"


def test_a_stay_that_was_returned_has_not_gone_on_whatever_came_later(cast: Any, as_user: Any) -> None:
    deal = ready_to_sign("来回的", cast.wang, stage_since=days_ago(60))
    db.session.commit()
    moves.return_(deal, Stage.NEW_TALKS, "要重谈", actor=cast.wang, on_day=days_ago(50))
    db.session.commit()
    moves.advance(
        deal, Stage.NEGOTIATING, {"on_day": days_ago(30), "evidence": "又谈了一次"}, actor=cast.wang
    )
    db.session.commit()
    moves.advance(deal, Stage.SIGNED, {**SIGNING, "signed_on": days_ago(10)}, actor=cast.wang)
    db.session.commit()
    found = lines(as_user(cast.zhou).see("/review/pace"))
    # twice in talks: returned after 10 days, gone on after 20
    assert found["在谈"][:7] == ["2", "1", "50.0%", "0", "0", "20", "20.0"]
    assert found[Stage.NEW_TALKS.label][:2] == ["1", "1"]


@pytest.mark.on("sqlite")
@pytest.mark.parametrize(
    ("by", "name"), [("unit", "区招商局"), ("direction", "先进制造业"), ("band", "1—5亿元")]
)
def test_it_is_grouped(cast: Any, as_user: Any, by: str, name: str) -> None:
    make_deal("甲", by=cast.wang, direction=Direction.MANUFACTURING, planned_wan=Decimal(20_000))
    make_deal("乙", by=cast.li)
    found = lines(as_user(cast.zhou).see(f"/review/pace?by={by}"))
    assert found[name][:2] == ["意向", "1"]
    assert len(found) > 2


@pytest.mark.on("sqlite")
def test_another_unit_sees_nothing_of_it(cast: Any, as_user: Any) -> None:
    make_deal("甲", by=cast.wang)
    assert "没有项目进入新的阶段" in as_user(cast.li).see("/review/pace").text


@pytest.mark.on("sqlite")
@pytest.mark.parametrize(("days", "where"), [(29, ""), (30, ""), (31, "idle"), (200, "idle")])
def test_idle_is_one_rule_everywhere(cast: Any, as_user: Any, days: int, where: str) -> None:
    """Desk, board, deal page, list and review agree on the day from which a deal in talks is idle."""
    deal = make_deal("静的项目", by=cast.wang, stage=Stage.NEGOTIATING, stage_since=days_ago(300),
                     next_step="问", next_due_on=TODAY)  # fmt: skip
    make_contact("电话", by=cast.wang, deal_id=deal.id, happened_at=clock.start_of(days_ago(days)))
    deal.last_contact_at = clock.start_of(days_ago(days))
    db.session.commit()
    wang = as_user(cast.wang)
    idle = bool(where)
    assert ("静的项目" in wang.see("/deals?long_idle=1").text) is idle
    assert ("静的项目" in wang.see("/review/deals?long_idle=1").text) is idle
    for url in ("/board", f"/deals/{deal.id}"):
        classes = " ".join(one.get("class") or "" for one in wang.see(url).all("span"))
        assert ("idle-bad" in classes) is idle and ("idle-warn" in classes) is not idle, url


@pytest.mark.on("sqlite")
def test_a_stage_with_less_time_goes_before_the_setting(cast: Any) -> None:
    assert deals.idle_limit(Stage.NEW_TALKS) == 31
    settings.put("stage.days.new_talks", 10)
    assert deals.idle_limit(Stage.NEW_TALKS) == 10
    assert deals.expected_days(Stage.AT_CAPACITY) is None


@pytest.mark.on("sqlite")
def test_only_a_contact_sets_the_clock_back(cast: Any) -> None:
    deal = make_deal("项目", by=cast.wang, stage=Stage.NEGOTIATING, stage_since=days_ago(90))
    deal.last_contact_at = clock.start_of(days_ago(50))
    db.session.commit()
    moves.return_(deal, Stage.NEW_TALKS, "要重谈", actor=cast.wang)
    deal.content = "改了内容"
    db.session.commit()
    assert deal.idle_days(TODAY) == 50
