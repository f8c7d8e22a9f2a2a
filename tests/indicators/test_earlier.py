"""Before anything was recorded a figure is not 0 but unknown; after that a 0 is a 0."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from crm.dashboards import queries as pictures
from crm.dashboards.queries import Look
from crm.dashboards.whose import Whose
from crm.indicators import earlier
from crm.indicators.catalogue import CATALOGUE
from crm.indicators.progress import Window, before, months_of
from tests.capital.make import signed

Login = Callable[..., Any]
SIGNED = CATALOGUE["signed_deals"]
HALF = Window(dt.date(2013, 1, 1), dt.date(2013, 6, 30))
THOSE = months_of(before(HALF))


@pytest.mark.parametrize(
    ("signed_on", "has_any", "none"),
    [
        (dt.date(2013, 1, 3), [0, 0, 0, 0, 0, 0], 6),  # nothing before this year
        (dt.date(2012, 8, 1), [0, 0, 0, 0, 0, 0], 6),  # later than these months
        (dt.date(2012, 4, 9), [0, 0, 0, 0, 0, 0], 3),  # somebody's in April: from then a 0 is a 0
        (dt.date(2012, 4, 9), [0, 0, 0, 1, 0, 0], 3),
        (dt.date(2012, 4, 9), [0, 0, 0, 0, 1, 0], 3),
        (dt.date(2012, 1, 31), [0, 0, 0, 0, 0, 0], 0),
        (dt.date(2009, 5, 5), [0, 0, 0, 0, 0, 0], 0),
        (dt.date(2009, 5, 5), [1, 0, 1, 0, 0, 0], 0),
    ],
)
def test_so_many_months_are_unknown(
    cast: Any, session: Any, signed_on: dt.date, has_any: list[int], none: int
) -> None:
    signed("甲项目", cast.li, signed_on=signed_on)
    session.commit()
    assert earlier.unknown(SIGNED, cast.wang, THOSE, [bool(one) for one in has_any]) == none
    large = CATALOGUE["signed_50yi"]
    assert earlier.unknown(large, cast.wang, THOSE, [False] * 6) == none, (
        "none so large were signed: that is known too"
    )


def test_of_nothing_nothing_is_asked(cast: Any, session: Any) -> None:
    assert earlier.unknown(SIGNED, cast.wang, [], []) == 0
    assert earlier.unknown(CATALOGUE["fixed_assets"], cast.wang, THOSE, [False] * 6) == 0


def test_every_indicator_can_be_asked(cast: Any, session: Any) -> None:
    assert not any(earlier.recorded_by(one, cast.admin, dt.date(2012, 12, 31)) for one in CATALOGUE.values())


@pytest.mark.on("sqlite")
def test_pages_say_that_nothing_was_recorded(app: Any, cast: Any, session: Any, as_user: Login) -> None:
    deal = signed("甲项目", cast.wang)
    session.commit()
    zhou = as_user(cast.zhou)
    page = zhou.see("/dashboards?of=signed_deals")
    assert "去年没有记录" in page.text and "去年同月（没有记录）" in page.text
    assert "没有记录" in zhou.see("/dashboards/wall?of=signed_deals").text
    page = zhou.see("/indicators/signed_deals")
    assert "没有记录" in page.text and "不作同比" in page.text and "去年累计" not in page.text
    assert "没有记录" in zhou.see("/indicators").text
    past = zhou.see("/indicators/signed_deals?year=2012").text
    assert "2012 年度没有记录" in past and "不是 0" in past and "填报" not in past

    deal.signed_on = dt.date(2011, 12, 30)  # now the house knows of 2011: in 2012 nothing was signed
    session.commit()
    page = zhou.see("/indicators/signed_deals")
    assert "没有记录" not in page.text and "去年累计" in page.text
    assert "0 个" in zhou.see("/indicators/signed_deals?year=2012").text
    with app.test_request_context():
        look = Look(cast.zhou, Whose.DISTRICT)
        [figure] = [one for one in pictures.figures(look) if one.one is SIGNED]
        assert figure.has_then and figure.growth is None
        assert pictures.trend(look, SIGNED)[0].then == 0
