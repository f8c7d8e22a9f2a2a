"""签约质量: what was signed in each half-year, by the traits that a setting names; every number leads to its deals."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.db import db
from crm.deals.stages import Stage
from crm.lists.models import Tag
from crm.org import settings
from crm.review.halves import half_of, halves_until
from tests.cast import make_deal

AsUser = Callable[..., Any]


@pytest.mark.parametrize(
    ("day", "half"),
    [("2013-01-01", ("2013-01-01", "2013-06-30")), ("2013-06-30", ("2013-01-01", "2013-06-30")),
     ("2013-07-01", ("2013-07-01", "2013-12-31")), ("2012-12-31", ("2012-07-01", "2012-12-31"))],
)  # fmt: skip
def test_the_half_of_a_day(day: str, half: tuple[str, str]) -> None:
    first, last = half_of(dt.date.fromisoformat(day))
    assert (first.isoformat(), last.isoformat()) == half


def test_half_years_follow_each_other_without_a_gap() -> None:
    halves = halves_until(dt.date(2013, 7, 25), 6)
    assert len(halves) == 6 and halves[0][0] == dt.date(2011, 1, 1) and halves[-1][1] == dt.date(2013, 7, 25)
    assert all(one[1] + dt.timedelta(days=1) == other[0] for one, other in pairwise(halves))


def rows(page: Any) -> dict[str, list[str]]:
    """{row: its cells}."""
    return {
        said[0]: said[1:]
        for row in page.all("tr")
        if (said := [re.sub(r"\s+", " ", "".join(one.itertext())).strip() for one in row])
    }


def signed(name: str, by: Any, on: dt.date, wan: int | None, *words: str) -> None:
    deal = make_deal(name, by=by, stage=Stage.SIGNED, signed_on=on, planned_wan=wan and Decimal(wan))
    db.session.add_all(Tag(noun="deal", record_id=deal.id, word=word) for word in words)


def test_shares_of_each_half_year(cast: Any, as_user: AsUser) -> None:
    signed("甲", cast.wang, dt.date(2013, 6, 30), 3000, "高新产业", "民间投资", "别的词")
    signed("乙", cast.wang, dt.date(2013, 1, 1), 1000, "民间投资")
    signed("丙", cast.li, dt.date(2013, 2, 1), None)
    signed("丁", cast.wang, dt.date(2012, 12, 31), 500, "高新产业")
    make_deal("没有签的", by=cast.wang, planned_wan=Decimal(9))
    db.session.commit()
    zhou = as_user(cast.zhou)
    page = zhou.see("/review/traits?on=2013-06-30")
    table = rows(page)
    assert table["签约项目"][-2:] == ["1 500万元", "3 4,000万元"]
    assert table["高新产业"][-2:] == ["1 100.0% · 金额 100.0%", "1 33.3% · 金额 75.0%"]
    assert table["民间投资"][-2:] == ["0 0.0% · 金额 0.0%", "2 66.7% · 金额 100.0%"] and "别的词" not in table
    for link in page.all("a", class_="sum"):
        assert f"共 {link.text.strip()} 条" in zhou.see(link.get("href")).text
    assert rows(as_user(cast.li).see("/review/traits?on=2013-06-30"))["签约项目"][-1] == "1 0万元"
    settings.put("deal.traits", "别的词")
    db.session.commit()
    assert set(rows(zhou.see("/review/traits?on=2013-06-30"))) >= {"别的词"} and "高新产业" not in rows(
        zhou.see("/review/traits")
    )


def test_the_demo_district_has_signed_twenty_three(district: Any, as_user: AsUser) -> None:
    """M07: the table adds to the 23 signed; 高新产业 and 民间投资 by half year."""
    page = as_user(district["leader"]).see("/review/traits?on=2013-06-30")
    table = rows(page)
    assert table["签约项目"][-1].startswith("23 ") and {"高新产业", "民间投资"} <= set(table)


def test_a_deal_is_told_what_kind_it_is(cast: Any, as_user: AsUser) -> None:
    deal = make_deal("恒远屿项目", by=cast.wang)
    db.session.commit()
    wang, url = as_user(cast.wang), f"/deals/{deal.id}/tags"
    assert not db.session.scalars(sa.select(Tag)).all(), "opening tells nothing"
    assert (
        wang.submit(url, trait=["高新产业", "没有这一种"], words="产业链:歌瑞，重点").went_to
        == f"/deals/{deal.id}"
    )
    words = set(db.session.scalars(sa.select(Tag.word).filter_by(noun="deal", record_id=deal.id)))
    assert words == {"高新产业", "产业链:歌瑞", "重点"}
    event = db.session.scalars(sa.select(Event).filter_by(verb="deal.tagged")).one()
    assert (
        event.changes["tags"] == [[], ["高新产业", "产业链:歌瑞", "重点"]] and event.actor_id == cast.wang.id
    )
    page = wang.see(f"/deals/{deal.id}")
    assert "产业链:歌瑞" in page.text and "恒远屿项目" in wang.see("/deals?tag=高新产业").text
    form = wang.see(url)
    assert [
        one.get("value") for one in form.all("input", name="trait") if one.get("checked") is not None
    ] == ["高新产业"]
    refused = wang.submit(url, trait=["民间投资"], words="长" * 40)
    assert (
        refused.status_code == 422 and "太长" in refused.said and "长" * 40 in refused.get_data(as_text=True)
    )
    assert set(db.session.scalars(sa.select(Tag.word))) == words
    assert as_user(cast.zheng).get(url).status_code == 403
    assert as_user(cast.li).get(url).status_code == 404
