"""A deal lacks land: the need is raised on its page, a parcel is found and kept for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from crm.db import db
from crm.land import actions
from crm.land.models import Hold
from crm.land.states import ParcelState
from tests.deals.make import make_deal


def test_a_need_of_land_is_met(cast: Any, open_as: Callable[..., Any], look: Callable[..., Any]) -> None:
    deal = make_deal("精密件厂", cast.wang)
    for name, mu in (("小块地", 20), ("合适的地", 62)):
        data = {
            "name": name,
            "mu": Decimal(mu),
            "state": ParcelState.SUPPLIED,
            "since_on": dt.date(2012, 1, 1),
        }
        actions.enter(data, actor=cast.wang)
    db.session.commit()
    page = open_as(cast.wang, f"/deals/{deal.id}")
    needs = page.locator("#needs")
    needs.get_by_text("提需求").click()
    needs.get_by_role("link", name="土地").click()
    page.get_by_label("用途").fill("一期厂房")
    page.get_by_label("需要多少亩").fill("60")
    page.get_by_role("button", name="提出", exact=True).click()
    page.get_by_role("link", name="找地").click()
    page.get_by_role("link", name="预留合适的地").click()
    page.get_by_role("button", name="预留", exact=True).click()
    page.get_by_text("已为“一期厂房”预留").wait_for()
    with look() as session:
        hold = session.scalars(sa.select(Hold)).one()
        assert (hold.parcel.name, hold.need.deal_id) == ("合适的地", deal.id)
