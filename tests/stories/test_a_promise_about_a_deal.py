"""A promise is registered from the register itself: its deal is found by a few characters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from crm.db import db
from crm.deals.actions import put_in_index
from crm.supervision.commitments.models import Commitment
from tests.deals.make import make_deal


def test_names_are_offered_while_one_is_typed(
    cast: Any, open_as: Callable[..., Any], look: Callable[..., Any]
) -> None:
    deal = make_deal("精密件厂", cast.wang)
    put_in_index(deal)
    db.session.commit()
    page = open_as(cast.wang, "/commitments/new")
    page.get_by_label("承诺事项").fill("8 月底前供电到红线")
    page.get_by_label("向谁承诺").fill("某公司")
    page.get_by_label("兑现期限").fill("2013-08-31")
    page.locator("html[data-awake]").wait_for()
    page.get_by_label("相关招商项目").press_sequentially("jmj")
    page.locator("#deal-names option[value='精密件厂']").wait_for(state="attached")
    page.get_by_label("相关招商项目").fill("精密件厂")
    page.get_by_role("button", name="登记", exact=True).click()
    page.get_by_text("已登记承诺").wait_for()
    with look() as session:
        assert session.scalars(sa.select(Commitment.deal_id)).one() == deal.id
