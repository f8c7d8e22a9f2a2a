"""What the demo district's land says: the acceptance examples of 征迁 and 用地保障."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from crm.land import queries
from crm.land.clearance import queries as clearance
from crm.land.clearance.models import Clearance
from crm.land.clearance.stages import ClearanceStage
from crm.land.states import Age, ParcelState
from crm.needs import queries as needs
from crm.needs.kinds import NeedKind
from crm.needs.queries import Tier
from crm.prospects.models import Prospect, TargetBatch

RATES = {
    "弈谷": ("46.9", ClearanceStage.SIGNING),
    "城市物流综合体二期": ("29.3", ClearanceStage.SIGNING),
    "儿童公园": ("83.3", ClearanceStage.VACATING),
    "城市客运综合体": ("40.0", ClearanceStage.SIGNING),
    "杭新景高速七里连接线": ("81.9", ClearanceStage.SIGNING),
    "绕城南线": ("36.8", ClearanceStage.SIGNING),
}


@pytest.mark.on("sqlite")
def test_land_of_the_demo_district(
    district: dict[str, Any], session: Any, as_user: Callable[..., Any]
) -> None:
    leader = district["leader"]
    rows = session.scalars(sa.select(Clearance)).all()
    assert {one.name: (str(one.rate), one.stage) for one in rows} == RATES
    towns, total = clearance.by_town(leader)
    assert len(towns) == 6 and (total.households, total.signed, total.vacated) == (312, 218, 147)
    assert (total.due_mu, total.delivered_mu, str(total.rate)) == (Decimal(1546), Decimal(714), "46.2")

    done = queries.reclaimed(2013)
    assert (done.mu, str(done.of_task), str(done.of_stretch)) == (Decimal(3120), "48.0", "36.7")

    stock = {one.state: one for one in queries.stock(leader)}
    assert [(one.count, one.mu) for one in stock.values()] == [
        (3, Decimal(215)), (3, Decimal(365)), (4, Decimal(268)), (0, Decimal(0)),
    ]  # fmt: skip
    assert stock[ParcelState.APPROVED].by_age[Age.STALE] == (2, Decimal(180))
    assert stock[ParcelState.SUPPLIED].free_mu == Decimal(224), "示例地块6 is kept for 万灵电缆"

    queue = needs.queue(leader, NeedKind.LAND)
    assert [(need.subject.name, tier) for need, tier in queue][:3] == [
        ("万灵电缆项目", Tier.KEY), ("中联重科项目", Tier.KEY), ("示例未开工项目3", Tier.LIVELIHOOD),
    ]  # fmt: skip
    assert queue[0][0].gap == Decimal(1) and [tier for _need, tier in queue] == sorted(
        tier for _need, tier in queue
    )

    client = as_user(leader)
    assert "48.0%" in client.see("/land/quotas").text and "36.7%" in client.see("/land/quotas").text
    page = client.see("/land/clearance/towns")
    assert "46.2%" in page.text and "46.9%" in page.text and "714 / 1,546" in page.text
    assert (
        "共 2 条" in client.see("/land/clearance?late=1").text
        or "共 1 条" in client.see("/land/clearance?late=1").text
    )
    for address in (
        "/land",
        "/land/supply",
        "/land/queue",
        "/needs",
        "/needs/unmet",
        "/needs/banks",
        "/needs/approaches",
    ):
        client.see(address)
    held = as_user(district["manager"])
    assert "预留到期" in held.see("/").text or "预留到期的地块" in held.see("/").text


@pytest.mark.on("sqlite")
def test_problems_of_technology_by_how_far_they_are_and_what_came_of_the_one_that_is_solved(
    district: dict[str, Any], session: Any, as_user: Callable[..., Any]
) -> None:
    """「企业出题、政府立题、协同解题」"""
    leader = district["leader"]
    assert needs.problems(leader) == needs.Problems(raised=1, adopted=0, matched=1, solved=1)
    result = session.scalars(sa.select(Prospect).where(Prospect.need_id.is_not(None))).one()
    assert (result.batch, result.need.title) == (TargetBatch.RESEARCH, "精密主轴温升过大")
    client = as_user(leader)
    assert f"/prospects/{result.id}" in client.see(f"/needs/{result.need_id}").links
    assert f"/needs/{result.need_id}" in client.see(f"/prospects/{result.id}").links
