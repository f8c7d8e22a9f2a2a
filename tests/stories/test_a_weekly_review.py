"""The weekly review in a browser: the funnel of a past day, a meeting by the arrow keys, minutes and a desk."""

from __future__ import annotations

import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from docx import Document

from crm.db import db
from crm.deals.models import Deal
from crm.deals.stages import Stage
from tests.cast import make_deal
from tests.deals.make import TODAY


def test_from_the_funnel_to_the_minutes(
    cast: Any, open_as: Callable[..., Any], look: Callable[..., Any]
) -> None:
    for name, wan in (("恒远屿项目", 90_000), ("石梁溪项目", 8_000)):
        make_deal(name, by=cast.wang, stage=Stage.NEGOTIATING, planned_wan=Decimal(wan), next_step="谈",
                  next_due_on=TODAY)  # fmt: skip
    db.session.commit()
    page = open_as(cast.chen, "/review")
    page.locator("a.figure", has_text="在谈").click()
    page.get_by_role("link", name="恒远屿项目").wait_for()
    page.goto(page.url.split("/review")[0] + "/deals?stage=negotiating&sort=-planned")
    page.get_by_role("link", name="开会过一遍").click()
    page.get_by_label("会议名称").fill("第 30 周例会")
    page.get_by_role("button", name="开始").click()
    page.get_by_role("heading", name="恒远屿项目").wait_for()
    page.keyboard.press("ArrowRight")
    page.get_by_role("heading", name="石梁溪项目").wait_for()
    page.keyboard.press("ArrowLeft")
    page.get_by_role("heading", name="恒远屿项目").wait_for()
    note = page.get_by_label("记录", exact=True)
    note.fill("对方同意价格")
    note.press("ArrowRight")  # somebody is typing: the key is his
    page.get_by_text("交办一件事").click()
    page.get_by_label("交办什么").fill("陪对方看地块")
    page.get_by_label("由谁办").select_option(label="王专员（区招商局）")
    page.get_by_label("什么时候办好").fill("2013-07-30")
    page.get_by_role("button", name="记下，下一个").click()
    page.get_by_role("heading", name="石梁溪项目").wait_for()
    page.get_by_role("link", name="全部项目").click()
    page.get_by_text("结束会议").first.click()
    page.get_by_role("button", name="结束并生成纪要").click()
    with page.expect_download() as caught:
        page.get_by_role("link", name="会议纪要（Word）").click()
    said = [one.text for one in Document(io.BytesIO(caught.value.path().read_bytes())).paragraphs]
    assert "对方同意价格" in said and "1. 恒远屿项目" in said
    desk = open_as(cast.wang, "/")
    desk.get_by_role("link", name="会上交我办的事").click()
    desk.get_by_role("link", name="陪对方看地块").wait_for()
    with look() as session:
        assert session.scalars(sa.select(Deal.stage)).all() == [Stage.NEGOTIATING] * 2
