"""A signed deal becomes a factory: landed, a key project, somebody who watches over it, a request of the firm, production.

What goes before stands in test_from_news_to_signature.py; entry review and approvals in test_from_entry_to_production.py.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from playwright.sync_api import Page

from crm.db import db
from crm.deals.models import Deal
from crm.deals.stages import Admission, Stage
from crm.delivery.models import KeyProject
from crm.delivery.status import Status
from crm.watchers.models import FirmRequest, Watch
from tests.cast import make_deal, make_enterprise


def press(page: Page, name: str, role: str = "button") -> None:
    page.locator("main").get_by_role(role, name=name, exact=True).first.click()  # type: ignore[arg-type]


def fill(page: Page, **typed: str) -> None:
    """By the fields' own names."""
    for name, text in typed.items():
        page.locator(f"[name={name}]").fill(text)


def test_from_the_signature_to_production(
    cast: Any, open_as: Callable[..., Any], look: Callable[..., Any]
) -> None:
    firm = make_enterprise("衢州恒远屿科技有限公司", by=cast.wang)
    day = dt.date(2013, 7, 1)
    deal = make_deal("精密件项目", by=cast.wang, enterprise_id=firm.id, stage=Stage.SIGNED, signed_on=day,
                     stage_since=day, admission=Admission.APPROVED)  # fmt: skip
    db.session.commit()
    address = f"/deals/{deal.id}"

    # 落地, and 列为重点项目 with what the deal knows
    wang = open_as(cast.wang, address)
    press(wang, "推进到落地", "link")
    fill(wang, local_company="衢州恒远屿精密有限公司")
    press(wang, "推进到落地")
    press(wang, "列为重点项目", "link")
    fill(wang, year_planned_wan="8000")
    press(wang, "新建")
    wang.wait_for_url("**/projects/1")

    # 专人盯办: appointed by the head of the unit; the firm asks, and is answered on the phone
    chen = open_as(cast.chen, "/")
    chen.get_by_role("link", name="本单位还没有专人盯办的重点项目").click()
    press(chen, "精密件项目", "link")
    press(chen, "盯办", "link")
    press(chen, "指定盯办人", "link")
    chen.locator("select[name=person_id]").select_option(label="王专员（区招商局）")
    press(chen, "保存")
    chen.get_by_text("由王专员盯办").first.wait_for()
    press(chen, "记企业诉求", "link")
    fill(chen, text="临时用电还没有接通")
    press(chen, "保存")
    phone = open_as(cast.wang, "/requests?mine=1", phone=True)
    phone.get_by_role("link", name="临时用电还没有接通").click()
    press(phone, "答复", "link")
    fill(phone, text="供电所明天来接")
    press(phone, "答复")
    phone.get_by_text("供电所明天来接").first.wait_for()

    # 开工 → 竣工 → 投产, of the works and of the deal
    wang.goto("/projects/1")
    for status in ("在建", "竣工", "投产"):
        press(wang, f"推进到{status}", "link")
        press(wang, f"推进到{status}")
    wang.get_by_text("“精密件项目”已到投产").first.wait_for()
    wang.goto(f"{address}/advance?to={Stage.PRODUCING.value}")
    fill(wang, evidence="首批产品下线")
    press(wang, "推进到投产")
    wang.get_by_text("已推进到投产").first.wait_for()
    with look() as session:
        told = session.scalars(sa.select(Deal)).one()
        project = session.scalars(sa.select(KeyProject)).one()
        assert (told.stage, project.status, project.deal_id) == (Stage.PRODUCING, Status.PRODUCING, told.id)
        assert [move.to_status for move in project.moves] == list(Status)[:4]
        assert session.scalars(sa.select(Watch)).one().person_id == cast.wang.id
        assert session.scalars(sa.select(FirmRequest)).one().answered_by_id == cast.wang.id
