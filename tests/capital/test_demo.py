"""The demo district's money: 「完成招商引资实际到位资金17.5亿元」, 8.05 of it by the middle of the year."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from crm.capital import queries, window
from crm.capital.models import MonthlyReturn, PaidIn, PaidInState, ReturnLine
from crm.deals.stages import SourceScope

HALF_YEAR = dt.date(2013, 6, 30)


@pytest.mark.on("sqlite")
def test_the_half_year_of_the_demo_district(district: Any, session: Any) -> None:
    everything = sa.select(PaidIn)
    assert queries.sum_of(everything).rows == 36
    standing = queries.standing(everything, HALF_YEAR, queries.target_wan())
    assert standing.recognised_wan == Decimal(80_500), "8.05亿"
    assert standing.target_wan == Decimal(175_000)
    assert standing.percent == Decimal("46.0")
    assert (standing.pace_wan, standing.gone_percent) == (Decimal(87_500), Decimal("50.0")), (
        "half-year pace 8.75亿"
    )
    assert standing.ahead_wan == Decimal(-7_000)
    assert window.pace(queries.target_wan(), dt.date(2013, 1, 31), 1) == Decimal("14583.33"), (
        "1.458亿 a month"
    )


@pytest.mark.on("sqlite")
def test_four_rows_came_back_each_with_its_reason(district: Any, session: Any) -> None:
    back = session.scalars(sa.select(PaidIn).filter_by(state=PaidInState.RETURNED).order_by(PaidIn.id)).all()
    assert [row.reason for row in back] == ["本地资金", "重复凭证", "住宅部分", "无凭证"]
    assert {row.reason for row in back} <= set(queries.reasons(2013))
    assert queries.sum_of(sa.select(PaidIn).filter_by(state=PaidInState.RETURNED)).amount_wan == 2_550
    assert all(row.counted_wan == 0 for row in back)


@pytest.mark.on("sqlite")
def test_by_origin_and_by_closed_months(district: Any, session: Any) -> None:
    recognised = sa.select(PaidIn).filter_by(state=PaidInState.RECOGNISED)
    by_origin = {one: queries.sum_of(recognised.filter_by(origin=one)).counted_wan for one in SourceScope}
    assert sum(by_origin.values()) == 80_500 and by_origin[SourceScope.LOCAL] == 0
    returns = session.scalars(sa.select(MonthlyReturn).order_by(MonthlyReturn.month)).all()
    assert [one.name for one in returns] == [f"2013-0{n}" for n in range(1, 6)]
    assert [one.number for one in returns] == [1, 2, 3, 4, 5]
    frozen = session.scalar(sa.select(sa.func.sum(ReturnLine.counted_wan)))
    june = queries.sum_of(recognised.where(PaidIn.counts_on >= dt.date(2013, 6, 1))).counted_wan
    assert returns[-1].year_wan == frozen == 80_500 - june
    assert all(one.closed_at.date() == window.next_month(one.month) + dt.timedelta(days=4) for one in returns)
    assert queries.next_to_close() == dt.date(2013, 6, 1)


@pytest.mark.on("sqlite")
def test_the_register_says_so_to_the_head_of_the_office_and_to_the_leader(
    district: Any, as_user: Any
) -> None:
    for login in ("manager", "leader", "auditor"):
        page = as_user(district[login]).see("/capital?counts_to=2013-06-30&state=recognised")
        assert "认定金额合计 8.05亿元" in page.text
        assert "完成目标 17.50亿元 的 46.0%" in as_user(district[login]).see("/capital").text
