"""A figure and its list are one filter; the demo district's figures come out; explaining one leads to its rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask import url_for

from crm.audit.trail import recording
from crm.capital.models import PaidIn
from crm.deals.stages import Stage
from crm.indicators import catalogue, counting
from crm.indicators.progress import Window, month_end
from crm.org.models import Unit
from tests.capital.make import recognised, signed
from tests.cast import make_contact, make_lead
from tests.deals.make import make_deal

Login = Callable[..., Any]
HALF = Window(dt.date(2013, 1, 1), dt.date(2013, 6, 30))
YEAR = Window(dt.date(2013, 1, 1), dt.date(2013, 12, 31))


def value(key: str, user: Any, window: Window = HALF) -> Decimal:
    return counting.count(catalogue.CATALOGUE[key], user, window).value


@pytest.mark.on("sqlite")
def test_the_half_year_of_the_report(district: Any, session: Any) -> None:
    admin = district["admin"]
    told = {
        key: value(key, admin)
        for key in ("paid_in", "signed_deals", "signed_1yi", "signed_5yi", "signed_10yi", "fixed_assets")
    }
    assert told == {
        "paid_in": 80_500, "signed_deals": 23, "signed_1yi": 5, "signed_5yi": 2, "signed_10yi": 0, "fixed_assets": 301_600,
    }  # fmt: skip
    assert (value("reserve_items", admin, YEAR), value("reserve_city", admin, YEAR)) == (48, 17)
    assert value("fixed_assets", admin, Window(dt.date(2012, 1, 1), dt.date(2012, 6, 30))) == 239_700
    assert value("fixed_assets", admin, Window(dt.date(2012, 1, 1), dt.date(2012, 12, 31))) == 595_500, (
        "59.55亿"
    )


@pytest.mark.on("sqlite")
def test_what_is_counted_are_the_rows_of_the_list(
    app: Any, district: Any, session: Any, as_user: Login
) -> None:
    """For every indicator, for everybody: the count is the number of rows that the link opens, months add up to the
    period, units to the whole."""
    for login in ("admin", "promoter"):
        user = district[login]
        by_days = [one for one in catalogue.every(user) if one.days and not one.typed]
        together = counting.counts_of_all(by_days, user, [HALF])
        assert together == {one.key: counting.counts(one, user, [HALF]) for one in by_days}
        for one in catalogue.every(user):
            window = HALF if one.days else YEAR
            told = counting.count(one, user, window)
            rows = session.scalars(counting.rows_of(one, user, window)).unique().all()
            assert told.rows == len(rows), (login, one.key)
            if one.amount is not None:
                assert told.value == sum((getattr(row, one.amount.key) or 0 for row in rows), Decimal(0)), (
                    one.key
                )
            units = counting.by_unit(one, user, [window])[0]
            assert sum(part.value for part in units.values()) == told.value, one.key
            if one.days:
                months = counting.months(one, user, YEAR, window.last, None)
                assert months[-1].now_so_far == (told.value if told.rows or not one.typed else None), one.key
                # What was typed for half a year in one figure is no month's.
                longer = [row.amount for row in rows if one.typed and month_end(row.first_on) != row.last_on]
                assert sum(month.now or 0 for month in months) == told.value - sum(longer), one.key
            some = next((unit for unit in units if unit is not None), None)
            if some is not None and one.by_unit:
                assert counting.count(one, user, window, some) == units[some], one.key
    admin = as_user(district["admin"])
    with app.test_request_context():
        address = catalogue.CATALOGUE["signed_5yi"].url(HALF)
        assert address.startswith(url_for("deals.index")) and "planned_from=50000" in address
    assert "共 2 条" in admin.see(address).text or "2" in admin.see(address).text


def test_the_same_on_both_engines(cast: Any, session: Any) -> None:
    deal = signed("甲项目", cast.wang, planned_wan=Decimal(60_000))
    signed("乙项目", cast.li, planned_wan=Decimal(9_000), signed_on=dt.date(2012, 3, 1))
    recognised(deal, cast.wang, cast.chen, amount_wan=Decimal("1200.50"))
    recognised(
        deal, cast.wang, cast.chen, amount_wan=Decimal(300), arrived_on=dt.date(2013, 2, 1), payer="别的"
    )
    moment = dt.datetime(2013, 6, 30, 17, 0, tzinfo=dt.UTC)  # already July in Shanghai
    make_lead("晚报的", by=cast.wang, reported_at=moment)
    make_contact("拜访", by=cast.li, kind="visit", happened_at=moment)
    admin = cast.admin
    assert value("paid_in", admin) == Decimal("1500.50") and value("signed_5yi", admin) == 1
    money = catalogue.CATALOGUE["paid_in"]
    months = counting.months(money, admin, YEAR, HALF.last, None)
    assert [month.now for month in months] == [0, 300, 0, 0, 0, Decimal("1200.50")]
    assert months[-1].now_so_far == Decimal("1500.50") and months[-1].gone == Decimal("0.5")
    units = counting.by_unit(money, admin, [HALF, Window(dt.date(2012, 1, 1), dt.date(2012, 12, 31))])
    assert units == [{cast.wang.unit_id: counting.Count(2, Decimal("1500.50"))}, {}]
    for key in ("new_leads", "visits"):
        assert value(key, admin) == 0 and value(key, admin, YEAR) == 1, key
    assert value("signed_deals", cast.li, YEAR) == 0, "another unit's deal is nobody's figure but its own"
    rows = counting.rows_of(money, admin, HALF)
    few, is_all = counting.changes(money, rows, 2)
    many, _is_all = counting.changes(money, rows, counting.FEW_ROWS + 1)
    assert is_all and [one.id for one in few] == [one.id for one in many] and len(few) == 6
    assert {one.record_id for one in few} == set(session.scalars(sa.select(PaidIn.id)))
    person = catalogue.CATALOGUE["signed_deals"]
    assert counting.count(person, admin, YEAR, cast.wang.unit_id, cast.wang.id).value == 1
    assert counting.count(person, admin, YEAR, cast.wang.unit_id, cast.chen.id).value == 0


@pytest.mark.on("sqlite")
def test_the_pages_say_and_lead(district: Any, session: Any, as_user: Login) -> None:
    leader = as_user(district["leader"])
    page = leader.see("/indicators")
    assert "实际到位资金" in page.text and "30.16亿元" in page.text and "+25.8%" in page.text
    page = leader.see("/indicators/paid_in?year=2013&to=2013-06")
    assert "8.05亿元" in page.text and "2013-06" in page.text
    assert any("counts_from=2013-06-01" in link and "counts_to=2013-06-30" in link for link in page.links)
    names = [row[0] for row in page.rows(1)]
    assert len(names) == len(set(names)) > 3
    page = leader.see("/indicators/fixed_assets?year=2013")
    assert "30.16亿元" in page.text and "23.97亿元" in page.text and "+25.8%" in page.text
    bureau = session.scalar(sa.select(Unit).filter_by(name="区招商局"))
    page = leader.see(f"/indicators/signed_deals?unit={bureau.id}&to=2013-06&year=2013")
    assert "区招商局" in page.text
    explained = leader.see("/indicators/signed_5yi/explain?first=2013-01-01&last=2013-06-30")
    assert "总投资：不小于 50000万元" in explained.text and "记录条数 2" in explained.text
    assert len([link for link in explained.links if link.startswith("/deals/")]) == 2
    for asked in ("first=0001-01-01&last=0001-01-02", "first=9999-12-31", "first=0001-01-01&last=9999-12-31"):
        assert leader.get(f"/indicators/signed_5yi/explain?{asked}").status_code == 200, asked
    assert leader.get("/indicators/nothing").status_code == 404
    assert leader.get("/indicators/paid_in?year=1800").status_code == 404
    assert "还没有数" in leader.see("/indicators/paid_in?to=2013-12").text
    assert "看不懂月份" in leader.see("/indicators/paid_in?to=x").text
    promoter = as_user(district["promoter"])
    page = promoter.see("/indicators/signed_deals")
    assert "区招商局" in page.text and any(f"unit={bureau.id}" in link for link in page.links), (
        "his unit's, seen whole"
    )
    assert "全区的数您看不全" in promoter.see("/indicators").text
    assert "谋划的项目" in promoter.see("/indicators/reserve_items").text


def test_a_figure_says_who_last_changed_its_rows(cast: Any, session: Any, as_user: Login) -> None:
    mine, other = (
        make_deal("甲项目", cast.wang, stage=Stage.SIGNED, signed_on=dt.date(2013, 3, 1)),
        make_deal("乙项目", cast.li),
    )
    session.flush()
    for deal, who in ((mine, cast.chen), (other, cast.li)):
        with recording("deal.edited", deal, actor=who):
            deal.planned_wan = Decimal(7)
    session.commit()
    page = as_user(cast.zhou).see("/indicators/signed_deals/explain?first=2013-01-01&last=2013-06-30")
    assert "甲项目" in page.text and "陈主任" in page.text and "李乡长" not in page.text
    assert page.all("svg", role="img") == [], "nothing that counts is hidden in a picture"
    drawn = as_user(cast.zhou).see("/indicators/signed_deals?year=2013&to=2013-06")
    [line] = drawn.all("svg", class_="chart-line")
    assert (
        line.get("role") == "group"
        and len(list(line.iter("a"))) == 6
        and "06 1 个" in line.get("aria-label", "")
    )


@pytest.mark.on("sqlite")
def test_what_is_seen_whole_is_counted_as_its_list_shows_it(district: Any, session: Any) -> None:
    """Counting leaves out who sees a row where all of a unit's or a person's are seen: the list behind must agree."""
    year = Window(dt.date(2009, 1, 1), dt.date(2013, 12, 31))
    found = 0
    for user in (district["promoter"], district["manager"], district["leader"]):
        for one in catalogue.CATALOGUE.values():
            for unit_id, person_id in (
                (user.unit_id, None),
                (None, user.id),
                (user.unit_id, user.id),
                (None, None),
            ):
                if (person_id and not one.person) or not one.may_see(user):
                    continue
                told = counting.count(one, user, year, unit_id, person_id)
                rows = counting.rows_of(one, user, year, unit_id, person_id).order_by(None)
                behind = rows.with_only_columns(one.page.key).distinct().subquery()
                assert told.rows == session.scalar(sa.select(sa.func.count()).select_from(behind)), (
                    user.login,
                    one.key,
                )
                found += told.rows
    assert found > 800
