"""A photo of a slip from the phone to a closed month, by two people: who declares does not recognise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from crm.capital.models import MonthlyReturn, PaidIn, PaidInState
from crm.db import db
from tests.capital.make import signed


def test_declared_on_the_phone_recognised_at_the_desk_and_closed(
    cast: Any, open_as: Callable[..., Any], look: Callable[..., Any]
) -> None:
    deal = signed("阀门项目", cast.wang)
    db.session.commit()
    phone = open_as(cast.wang, f"/deals/{deal.id}", phone=True)
    phone.locator("#capital").get_by_role("link", name="申报").click()
    phone.get_by_label("到位金额").fill("1200万")
    phone.get_by_label("到位日期").fill("2013-06-20")
    phone.get_by_label("凭证号").fill("No.77")
    phone.set_input_files(
        "input[type=file]", {"name": "进账单.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8slip"}
    )
    phone.get_by_role("button", name="申报", exact=True).click()
    phone.get_by_text("要由别人初审和认定").wait_for()
    desk = open_as(cast.chen, "/capital/queue")
    desk.get_by_role("button", name="初审通过").click()
    desk.get_by_role("link", name="认定", exact=True).click()
    desk.get_by_role("link", name="进账单.jpg").wait_for()
    desk.get_by_role("button", name="认定").click()
    desk.get_by_text("没有等您办的到位资金").wait_for()
    desk.goto(desk.url.replace("/capital/queue", "/capital/returns"))
    desk.get_by_role("link", name="关账").click()
    desk.get_by_role("button", name="关账并编号").click()
    desk.get_by_text("2013 年第 1 号").first.wait_for()
    desk.get_by_role("link", name="1,200", exact=True).first.click()
    desk.get_by_text("月报月份").first.wait_for()
    with look() as session:
        row = session.scalars(sa.select(PaidIn)).one()
        assert (row.state, row.counted_wan, row.declared_by_id) == (
            PaidInState.RECOGNISED,
            1_200,
            cast.wang.id,
        )
        assert session.scalars(sa.select(MonthlyReturn.month_wan)).one() == 1_200
