"""漏斗与分表: the figures of the demo district on a past day, each number its list, rights, and no cost by the row."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from crm.db import db
from crm.deals import history
from crm.deals.stages import Stage
from crm.merchants.models import Direction
from crm.pipeline import actions as moves
from tests.cast import make_deal
from tests.deals.make import SIGNING, TODAY, ready_to_sign
from tests.support.statements import count_statements

HALF_YEAR = "/review?on=2013-06-30"


def figures(page: Any) -> dict[str, tuple[int, str]]:
    """{label: (number, address)} of the figures at the top."""
    found = {}
    for one in page.all("a", class_="figure"):
        words = [re.sub(r"\s+", " ", "".join(span.itertext())).strip() for span in one.iter("span")]
        found[words[0]] = (int(words[1].replace(",", "")), one.get("href"))
    return found


def total_of(page: Any) -> int:
    said = re.search(r"共 ([\d,]+) 条", page.text)
    return int(said.group(1).replace(",", "")) if said else 0


@pytest.fixture
def leader(district: dict[str, Any], as_user: Callable[..., Any]) -> Any:
    return as_user(district["leader"])


def test_the_half_year_of_the_demo_district(leader: Any) -> None:
    """As the report counts, and each number leads to as many records."""
    found = figures(leader.see(HALF_YEAR))
    assert {label: number for label, (number, _url) in found.items()} == {
        "意向": 12, "新谈": 9, "在谈": 10, "本期签约": 23, "其中 5 亿元以上": 2, "久未联系": 8, "逾期的下一步": 7,
    }  # fmt: skip
    for label, (number, url) in found.items():
        assert total_of(leader.see(url)) == number, label


def test_every_cell_of_every_table_leads_to_its_records(leader: Any) -> None:
    page = leader.see(HALF_YEAR)
    cells = {
        one.get("href"): int(re.match(r"\d+", "".join(one.itertext()).strip()).group())
        for one in page.all("a", class_="sum")
    }
    assert len(cells) > 100
    for url, number in list(cells.items())[::7]:
        assert total_of(leader.see(url)) == number, url


@pytest.mark.on("sqlite")
def test_tables_add_up_and_cumulative_lines_include_the_number(cast: Any, as_user: Any) -> None:
    for name, wan in (("甲", 10_000), ("乙", 9_999), ("丙", 50_000), ("丁", None)):
        make_deal(name, by=cast.wang, planned_wan=wan and Decimal(wan), direction=Direction.MANUFACTURING)
    page = as_user(cast.zhou).see("/review")
    rows = {}
    for row in page.all("tr"):
        cells = ["".join(one.itertext()).strip() for one in row]
        rows.setdefault(cells[0], cells[1:])
    first = {name: re.match(r"\d*", cells[0]).group() for name, cells in rows.items()}
    assert first["1—5亿元"] == "1" and first["5000万—1亿元"] == "1" and first["5—10亿元"] == "1"
    assert (
        first["累计 1亿元以上"] == "2"
        and first["累计 5亿元以上"] == "1"
        and first["累计 5000万元以上"] == "3"
    )
    assert first["未填金额"] == "1" and first["合计"] == "4" and first["区招商局"] == "4"


def test_a_past_day_stays_as_it_was_while_deals_go_on(cast: Any, as_user: Any) -> None:
    deal = ready_to_sign("衢江项目", cast.wang, stage_since=TODAY - dt.timedelta(days=30))
    db.session.commit()
    moves.advance(deal, Stage.SIGNED, {**SIGNING, "signed_on": TODAY}, actor=cast.wang)
    zhou = as_user(cast.zhou)
    assert figures(zhou.see("/review"))["在谈"][0] == 0
    assert figures(zhou.see("/review"))["本期签约"][0] == 1
    then = figures(zhou.see("/review?on=2013-07-24"))
    assert then["在谈"][0] == 1 and then["本期签约"][0] == 0
    assert "衢江项目" in zhou.see("/review/board?on=2013-07-24").text
    listed = zhou.see("/review/deals?on=2013-07-24&stage=negotiating").text
    assert "衢江项目" in listed and total_of(zhou.see("/review/deals?on=2013-06-01")) == 0


def test_what_has_changed_since(cast: Any, as_user: Any) -> None:
    long_ago = TODAY - dt.timedelta(days=30)
    moved = ready_to_sign("前进的项目", cast.wang, stage_since=long_ago)
    held = make_deal("停下的项目", by=cast.wang, stage_since=long_ago, planned_wan=Decimal(300))
    dearer = make_deal("变大的项目", by=cast.wang, stage_since=long_ago, planned_wan=Decimal(300))
    make_deal("原样的项目", by=cast.wang, stage_since=long_ago)
    db.session.commit()
    moves.advance(moved, Stage.SIGNED, {**SIGNING, "signed_on": TODAY}, actor=cast.wang)
    moves.hold(held, "等指标", actor=cast.wang)
    dearer.planned_wan = Decimal(900)
    make_deal("新来的项目", by=cast.wang, planned_wan=Decimal(100))
    zhou = as_user(cast.zhou)
    page = zhou.see("/review/changes?since=2013-07-18")
    found = figures(page)
    assert {label: number for label, (number, _url) in found.items()} == {
        "新增": 1, "前进": 1, "暂缓或终止": 1, "金额有变": 1,
    }  # fmt: skip
    assert "300万元 → 900万元" in page.text and "原样的项目" not in page.text
    for label, (number, url) in found.items():
        assert total_of(zhou.see(url)) == number, label
    assert "没有变化" in zhou.see("/review/changes?on=2013-07-24&since=2013-07-18").text


def test_what_was_written_down_late_is_said(cast: Any, as_user: Any) -> None:
    """补记: the figures of the 20th hold it now; those who looked on the 20th did not see it."""
    deal = ready_to_sign("补记的项目", cast.wang, stage_since=TODAY - dt.timedelta(days=30))
    db.session.commit()
    moves.advance(deal, Stage.SIGNED, {**SIGNING, "signed_on": dt.date(2013, 7, 19)}, actor=cast.wang)
    page = as_user(cast.zhou).see("/review/changes?since=2013-07-20")
    assert "补记的变动" in page.text and "补记的项目" in page.text and "2013-07-19" in page.text


@pytest.mark.on("sqlite")
@pytest.mark.parametrize("where", ["/review", "/review/board", "/review/deals", "/review/changes"])
def test_odd_days_are_answered_in_words(cast: Any, as_user: Any, where: str) -> None:
    make_deal("项目", by=cast.wang)
    zhou = as_user(cast.zhou)
    assert "看不懂日期“胡说”" in zhou.see(f"{where}?on=胡说").text
    assert "还没有到" in zhou.see(f"{where}?on=2099-01-01").text
    assert "没有这个" not in zhou.see(f"{where}?on=2013-07-01&since=2013-06-01").text


def test_another_units_deals_are_not_counted(cast: Any, as_user: Any) -> None:
    make_deal("招商局的项目", by=cast.wang)
    li, wang = as_user(cast.li), as_user(cast.wang)
    assert figures(wang.see("/review"))["意向"][0] == 1
    assert "还没有项目" in li.see("/review").text
    for where in ("deals", "board", "changes"):
        assert "招商局的项目" not in li.see(f"/review/{where}").text


@pytest.mark.on("sqlite")
def test_a_list_of_a_day_can_be_taken_along(cast: Any, as_user: Any) -> None:
    make_deal("项目", by=cast.wang)
    answer = as_user(cast.wang).get("/lists/deals_as_of/export?on=2013-07-25")
    assert answer.status_code == 200 and "共 1 行" in answer.said


@pytest.mark.on("sqlite")
def test_the_number_of_statements_does_not_grow(cast: Any, as_user: Any) -> None:
    zhou = as_user(cast.zhou)
    counted = []
    for number in range(2):
        for one in range(number * 30 + 3):
            make_deal(f"项目{number}-{one}", by=cast.wang, stage=list(Stage)[one % 3])
        db.session.commit()
        history.fill_gaps()
        for where in ("/review", "/review/board", "/review/changes?since=2013-07-01", "/review/deals"):
            with count_statements() as statements:
                zhou.see(where)
            counted.append((where, len(statements)))
    assert counted[:4] == counted[4:]
