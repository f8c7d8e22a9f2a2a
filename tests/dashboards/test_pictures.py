"""Whose figures a page shows; every bar and cell is what its link opens; pictures say in words what they draw."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from werkzeug.datastructures import MultiDict

from crm.dashboards import queries
from crm.dashboards.queries import Cell, Look
from crm.dashboards.shades import SHADES, shades
from crm.dashboards.whose import Whose, offered
from crm.indicators.catalogue import CATALOGUE, Indicator
from crm.lists import asked
from crm.org.permissions import Role, Scope
from crm.review.lists import AS_OF
from crm.targets.models import Target, TaskState, WorkTask
from tests.capital.make import recognised, signed
from tests.support.statements import count_statements

Login = Callable[..., Any]
MOST_STATEMENTS = 60


@pytest.mark.parametrize("size", [0, 1, 2, 4, 5, 6, 30, 300])
def test_more_is_never_paler(size: int) -> None:
    dice = random.Random(size)
    values = {at: Decimal(dice.randint(-3, 40)) for at in range(size)}
    found = shades(values)
    assert found.keys() == values.keys() and all(0 <= shade <= SHADES for shade in found.values())
    order = sorted(values, key=lambda key: values[key])
    assert [found[key] for key in order] == sorted(found.values())
    assert all((found[key] == 0) == (values[key] <= 0) for key in values)
    top = max(values.values(), default=Decimal(0))
    assert top <= 0 or {found[key] for key in values if values[key] == top} == {SHADES}


def test_one_large_sum_does_not_leave_the_rest_pale() -> None:
    found = shades({"a": Decimal(1), "b": Decimal(2), "c": Decimal(3), "d": Decimal(4), "e": Decimal(10**6)})
    assert list(found.values()) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("role", "scope", "first"),
    [
        (Role.PROMOTER, Scope.UNIT, Whose.MINE),
        (Role.MANAGER, Scope.UNIT, Whose.UNIT),
        (Role.LEADER, Scope.DISTRICT, Whose.DISTRICT),
        (Role.AUDITOR, Scope.DISTRICT, Whose.DISTRICT),
    ],
)
def test_first_comes_what_is_theirs(role: Role, scope: Scope, first: Whose) -> None:
    found = offered(role, scope)
    assert found[0] is first
    assert (Whose.DISTRICT in found) == (scope is Scope.DISTRICT)


def behind(one: Indicator, user: Any, url: str, session: Any) -> Decimal:
    """The figure of the rows that a link opens."""
    args = MultiDict(parse_qsl(urlsplit(url).query))
    rows = session.scalars(asked.select_for(one.page, user, args)).unique().all()
    if one.amount is None:
        return Decimal(len(rows))
    return sum((getattr(row, one.amount.key) or Decimal(0) for row in rows), Decimal(0))


@pytest.mark.on("sqlite")
def test_every_picture_is_what_its_links_open(app: Any, district: Any, session: Any) -> None:
    seen = 0
    with app.test_request_context():
        for login, whose in (("promoter", Whose.MINE), ("manager", Whose.UNIT), ("leader", Whose.DISTRICT)):
            look = Look(district[login], whose)
            cells: list[tuple[Indicator, Cell]] = []
            for figure in queries.figures(look):
                cells += [(figure.one, cell) for cell in (figure.now, *figure.months)]
                assert sum(cell.value for cell in figure.months) == figure.now.value
            money = CATALOGUE["paid_in"]
            lines = queries.units(look, money) if whose is Whose.DISTRICT else queries.people(look, money)
            for line in lines:
                cells += [(money, cell) for cell in (line.whole, *line.months)]
                assert not line.months or sum(cell.value for cell in line.months) == line.whole.value
            cells += [
                (money, Cell(month.now or Decimal(0), month.url)) for month in queries.trend(look, money)
            ]
            cells += [
                (money, Cell(month.then or Decimal(0), month.then_url))
                for month in queries.trend(look, money)
            ]
            for gauge in queries.gauges(look):
                cells.append((gauge.one, Cell(gauge.against.actual or Decimal(0), gauge.url)))
            for one, cell in cells:
                if cell.url and cell.value:
                    seen += 1
                    assert behind(one, look.user, cell.url, session) == cell.value, (login, one.key, cell.url)
            for step in queries.funnel(look):
                rows = asked.select_for(AS_OF, look.user, MultiDict(parse_qsl(urlsplit(step.url).query)))
                assert len(session.scalars(rows).unique().all()) == step.count, (login, step.stage)
    assert seen > 60


@pytest.mark.on("sqlite")
def test_the_districts_page_and_wall(app: Any, district: Any, session: Any, as_user: Login) -> None:
    leader = as_user(district["leader"])
    with count_statements() as statements:
        page = leader.see("/dashboards")
    money = [
        one for one in statements if "FROM paid_in" in one and "origin" not in one and "EXISTS" not in one
    ]
    assert len(money) == 1, "figure, curve, rank, months, map and meter are made of one reading"
    assert "时间进度" in page.text and "全区" in page.text and "8.05亿元" in page.text
    assert page.one(class_="heat").findall(".//caption")[0].text == "实际到位资金：单位 × 月（万元）"
    bars = [
        a for a in page.all("a") if "去年同月" in a.get("aria-label", "") or "今年" in a.get("aria-label", "")
    ]
    assert bars and all(a.get("href") for a in bars)
    assert page.all(class_="tile") and page.all(class_="gauge-mark")
    with count_statements() as statements:
        leader.see("/dashboards?of=signed_deals")
    assert len(list(statements)) <= MOST_STATEMENTS
    assert "没有逐月的数" in leader.see("/dashboards?of=reserve_items").text
    typed = leader.see("/dashboards?of=fixed_assets")
    assert "固定资产投资" in typed.text and not typed.all(class_="tile"), "nobody types it by unit"
    assert leader.get("/dashboards?of=nothing").status_code == 404
    answer = leader.get("/dashboards/wall")
    wall = answer.page
    assert answer.headers["Refresh"] == "60" and "8.05亿元" in wall.text and wall.all(class_="tile")
    assert not wall.all("script"), "it loads itself anew without a script"


@pytest.mark.on("sqlite")
def test_each_sees_what_is_theirs(app: Any, cast: Any, session: Any, as_user: Login) -> None:
    mine = signed("甲项目", cast.wang, planned_wan=Decimal(60_000))
    signed("乙项目", cast.chen)
    signed("丙项目", cast.li)
    recognised(mine, cast.wang, cast.chen, amount_wan=Decimal(1_200))
    task = WorkTask(name="引资任务", unit_id=cast.chen.unit_id, owner_id=cast.chen.id, goal="做到", focus="重点", measures="做法",
                    schedule="年底", state=TaskState.ISSUED, issued_on=dt.date(2013, 1, 1), first_on=dt.date(2013, 1, 1),
                    last_on=dt.date(2013, 12, 31))  # fmt: skip
    whole = Target(task=task, indicator="signed_deals", amount=Decimal(8))
    part = Target(
        task=task, parent=whole, indicator="signed_deals", unit_id=cast.chen.unit_id, amount=Decimal(4)
    )
    own = Target(task=task, parent=part, indicator="signed_deals", unit_id=cast.chen.unit_id, person_id=cast.wang.id,
                 amount=Decimal(2))  # fmt: skip
    session.add_all([task, whole, part, own])
    session.commit()
    with app.test_request_context():
        told = {}
        for user, whose in ((cast.wang, Whose.MINE), (cast.chen, Whose.UNIT), (cast.zhou, Whose.DISTRICT)):
            look = Look(user, whose)
            [gauge] = queries.gauges(look)
            number = next(one.now.value for one in queries.figures(look) if one.one.key == "signed_deals")
            told[whose] = (number, gauge.against.actual, gauge.against.percent)
    assert told == {Whose.MINE: (1, 1, 50), Whose.UNIT: (2, 2, 50), Whose.DISTRICT: (3, 3, Decimal("37.5"))}

    promoter = as_user(cast.wang)
    page = promoter.see("/dashboards?of=signed_deals")
    explained = promoter.see(
        next(link for link in page.links if link.startswith("/indicators/signed_deals/explain"))
    )
    assert "甲项目" in explained.text and "乙项目" not in explained.text, (
        "just the figure that the page shows"
    )
    assert "王专员" in page.text and "50.0%" in page.text and "陈主任" in page.text, (
        "colleagues stand beside each other"
    )
    [link] = [a for a in page.links if "signed_from=2013-01-01&signed_to=2013-01-31" in a and "owner=" in a][
        :1
    ]
    opened = promoter.see(link).text
    assert "甲项目" in opened and "乙项目" not in opened and "丙项目" not in opened
    assert "您看不到" in promoter.see("/dashboards?whose=district").text
    assert "分不到" in promoter.see("/dashboards?of=starts").text
    assert "李乡长" not in promoter.see("/dashboards?whose=unit&of=signed_deals").text
    assert "1,200万元" in as_user(cast.chen).see("/dashboards").text
    assert "没有分到您名下的" in as_user(cast.li).see("/dashboards").text
    assert app.test_client().get("/dashboards").status_code in (302, 303)
