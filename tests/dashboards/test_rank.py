"""名次 on the screen: by what it ranks is said, and it is the order of every other page."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from crm.indicators import queries as indicators
from crm.reports import actions, queries
from crm.reports.periods import ReportKind
from tests.capital.make import signed
from tests.pages import words
from tests.reports.make import lines_of

Login = Callable[..., Any]
BUREAU, TOWN, OFFICE = "区招商局", "航埠镇", "区政府办"


@pytest.fixture
def district(cast: Any, session: Any) -> Any:
    """Of signed projects the bureau has three, the town one, the office two."""
    for name, owner in (("甲", cast.wang), ("乙", cast.wang), ("丙", cast.chen), ("丁", cast.li), ("戊", cast.admin),
                        ("己", cast.admin)):  # fmt: skip
        signed(name, owner)
    report = actions.draft(ReportKind.MONTHLY, 2013, 6, actor=cast.admin)
    session.commit()
    return cast, report


def orders(as_user: Login, district: Any) -> list[list[str]]:
    """The units from top to bottom on screen and wall, in the comparison, in the bulletin."""
    cast, report = district
    leader = as_user(cast.zhou)
    screen = leader.see("/dashboards?of=signed_deals")
    bars = [words(one) for one in screen.one(id="rank").iter("span") if one.get("class") == "bar-label"]
    comparison = leader.see("/indicators/signed_deals").one(id="units")
    compared = [words(one) for one in comparison.iter("th") if one.get("scope") == "row"]
    bulletin = as_user(cast.admin).see(f"/reports/{report.id}").one(id="ranks-signed_deals")
    told = [words(one) for one in bulletin.iter("th") if one.get("scope") == "row"]
    return [[re.sub(r"^\d+ ", "", one) for one in bars], compared, told]


@pytest.mark.on("sqlite")
def test_without_targets_all_stand_by_their_figure_and_it_is_said(district: Any, as_user: Login) -> None:
    assert orders(as_user, district) == [[BUREAU, OFFICE, TOWN]] * 3
    leader = as_user(district[0].zhou)
    for address in (
        "/dashboards?of=signed_deals",
        "/dashboards/wall?of=signed_deals",
        "/indicators/signed_deals",
    ):
        assert "按数值排" in leader.see(address).text and "比例" not in leader.see(address).text, address


@pytest.mark.on("sqlite")
def test_with_targets_by_their_share_on_every_page(
    district: Any, as_user: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast, report = district
    goals = {"signed_deals": {cast.wang.unit_id: Decimal(12), cast.li.unit_id: Decimal(2)}}
    monkeypatch.setattr(indicators, "TARGETS", [lambda period: goals])
    assert orders(as_user, district) == [[TOWN, BUREAU, OFFICE]] * 3
    leader = as_user(cast.zhou)
    screen = leader.see("/dashboards?of=signed_deals")
    rank = words(screen.one(id="rank"))
    assert "有目标的按完成目标的比例排，其余按数值排" in rank
    assert "50.0% · 1 个" in rank and "25.0% · 3 个" in rank and "没有目标 · 2 个" in rank
    widths = [
        one.get("width") for one in screen.one(id="rank").iter("rect") if "bar-fill" in one.get("class", "")
    ]
    assert widths == ["50.0%", "25.0%", "0.0%"], "the bars are what they are ranked by"
    assert "有目标的按" in leader.see("/dashboards/wall?of=signed_deals").text
    assert "有目标的按" in leader.see("/indicators/signed_deals").text
    assert queries.edition(report) is None
    admin = as_user(cast.admin).see(f"/reports/{report.id}")
    lines = lines_of(admin)
    assert "有目标的按" in admin.text
    assert "时间进度同步" in lines[TOWN] and "落后时间进度" in lines[BUREAU], (
        "in the words of every other page"
    )


@pytest.mark.on("sqlite")
def test_who_has_a_target_and_nothing_done_stands_there_too(
    district: Any, as_user: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast, _report = district
    goals = {"signed_10yi": {cast.li.unit_id: Decimal(2)}}
    monkeypatch.setattr(indicators, "TARGETS", [lambda period: goals])
    rank = as_user(cast.zhou).see("/dashboards?of=signed_10yi").one(id="rank")
    assert "0.0% · 0 个" in words(rank) and TOWN in words(rank)
