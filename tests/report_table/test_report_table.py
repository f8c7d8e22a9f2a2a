"""报告对照: every computable figure of the 2013 report comes out of the demo district's records."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from crm.db import db
from crm.deals.models import Deal
from crm.report_table import queries
from crm.report_table.rows import FIXED_2012_WAN, ROWS, Source, growing, share

AGREE = (
    "fixed_2012", "fixed_half", "fixed_pace", "ten_yi", "paid_in_all", "half_year", "city_list", "province_list",
    "start_rate", "city_start_rate", "august", "under_way", "lists",
)  # fmt: skip
ONLY_TASKS = {"paid_in": ["8.05亿元", "完成 46.0%", "2014: 21.00亿元", "2015: 25.20亿元"], "one_yi": ["5"], "large": ["0", "0"],
              "reclaimed": ["3,120亩", "任务的 48.0%，力争的 36.7%"],
              "reserve": ["48/100", "17/30", "11/18", "4/10"], "rhythm": ["交办 4 轮", "月通报 1 期"]}  # fmt: skip


@pytest.mark.parametrize(("years", "wan"), [(1, "744375.00"), (2, "930468.75"), (3, "1163085.94")])
def test_a_quarter_more_each_year_never_doubles_in_three(years: int, wan: str) -> None:
    assert growing(FIXED_2012_WAN, years) == Decimal(wan) < FIXED_2012_WAN * 2


def test_shares_have_one_decimal() -> None:
    assert (share(Decimal(25), Decimal(329)), share(Decimal(37), Decimal(46))) == (
        Decimal("7.6"),
        Decimal("80.4"),
    )


def test_each_row_of_the_report_has_its_figure_and_no_two_share_a_number() -> None:
    assert [row.number for row in ROWS] == list(range(1, 22))
    assert {row.key for row in ROWS} == {*AGREE, *ONLY_TASKS, "fixed_goals", "others"}


def test_the_demo_district_gives_what_the_report_says(district: Any) -> None:
    lines = {line.row.key: line for line in queries.table(district["leader"])}
    assert [key for key, line in lines.items() if line.agrees] == list(AGREE)
    assert [one.text for one in lines["half_year"].ours] == ["23", "2", "占 8.7%"]
    assert lines["fixed_pace"].ours[1].text == "下半年还要 44.28亿元"
    assert lines["fixed_goals"].agrees is False  # the report's own three sayings differ
    for key, wanted in ONLY_TASKS.items():
        assert ([one.text for one in lines[key].ours], lines[key].agrees) == (wanted, None)
    assert not lines["others"].ours and lines["others"].row.source is Source.STATISTIC
    conflicts = {line.row.number for line in lines.values() if line.row.conflict}
    assert conflicts == {3, 6, 7, 9, 14, 15, 17, 20}
    db.session.execute(sa.update(Deal).where(Deal.planned_wan >= 50_000).values(planned_wan=1))
    later = {line.row.key: line for line in queries.table(district["leader"])}
    assert later["half_year"].agrees is False  # it counts records: without them it does not come out


def test_the_page_leads_from_each_figure_to_its_rows(district: Any, as_user: Any) -> None:
    leader = as_user(district["leader"])
    page = leader.get("/reports/2013-half-year")
    assert "70.35亿元" in page.said and "超百亿则 2015 年才到" in page.said
    main = page.get_data(as_text=True).split("<main", 1)[1]
    found = re.findall(r'<td data-label="记录">(.*?)</td>', main, re.S)
    counted = 0
    for url, text in re.findall(r'<a href="([^"]+)">(\d+)</a>', "".join(found)):
        rows = leader.see(url.replace("&amp;", "&"))
        assert f"共 {text} 条" in rows.text, url
        counted += 1
    assert counted >= 12


def test_a_real_house_has_no_such_page(as_user: Any, cast: Any) -> None:
    assert as_user(cast.zhou).get("/reports/2013-half-year").status_code == 404


def test_a_promoter_of_one_unit_does_not_see_it(district: Any, as_user: Any) -> None:
    assert as_user(district["promoter"]).get("/reports/2013-half-year").status_code == 404
    assert "2013-half-year" not in as_user(district["promoter"]).get("/reports").get_data(as_text=True)
    assert "2013-half-year" in as_user(district["auditor"]).get("/reports").get_data(as_text=True)


def test_one_command_says_the_same(district: Any, app: Any) -> None:
    said = app.test_cli_runner().invoke(args=["report-table"]).output
    assert "13 = 新建项目未开工、开工率（2013-06-30）：15，67.4% | 15；31/46 = 67.4%" in said
    assert said.count("     ! ") == 8
