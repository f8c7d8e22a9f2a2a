"""A deal under talk becomes a factory: entry review, signature, key project, watcher, approvals, start, production."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from playwright.sync_api import Page

from crm.approvals.models import Approval
from crm.approvals.steps import Level, Step
from crm.db import db
from crm.deals.models import Deal
from crm.deals.stages import AmountBasis, Stage
from crm.delivery.models import KeyProject
from crm.delivery.status import Status
from crm.entry.models import EntryReview
from crm.entry.steps import Conclusion
from crm.merchants.models import Direction
from crm.watchers.models import Watch
from tests.approvals.make import make_template
from tests.cast import make_contact, make_deal, make_enterprise


def press(page: Page, name: str, role: str = "button") -> None:
    page.locator("main").get_by_role(role, name=name, exact=True).first.click()  # type: ignore[arg-type]


def choose(page: Page, **chosen: str) -> None:
    for name, label in chosen.items():
        page.locator(f"select[name={name}]").select_option(label=label)


def test_from_the_entry_review_to_production(
    cast: Any, open_as: Callable[..., Any], look: Callable[..., Any]
) -> None:
    firm = make_enterprise("衢州恒远屿科技有限公司", by=cast.wang)
    deal = make_deal(
        "精密件项目", by=cast.wang, enterprise_id=firm.id, stage=Stage.NEGOTIATING, content="建厂房两栋",
        direction=Direction.MANUFACTURING, planned_wan=Decimal(33_200), fixed_asset_wan=Decimal(20_000),
        land_mu=Decimal(80), amount_basis=AmountBasis.TALKS, stage_since=dt.date(2013, 7, 1),
    )  # fmt: skip
    make_contact("谈到地价", by=cast.wang, enterprise_id=firm.id, deal_id=deal.id)
    make_template("工业项目", ("立项备案", Level.LOCAL, 5))
    db.session.commit()
    address = f"/deals/{deal.id}"

    # 决策咨询: begun with what the deal knows, screened, seen by departments; the leader concludes
    wang = open_as(cast.wang, f"{address}/entry/new")
    choose(wang, eia="通过", energy="通过")
    wang.locator("[name=tax_wan]").fill("1200")
    press(wang, "申请")
    press(wang, "转到预审")
    press(wang, "转到部门会审")
    wang.get_by_text("已转到部门会审").first.wait_for()
    zhou = open_as(cast.zhou, wang.url)
    press(zhou, "作结论", "link")
    choose(zhou, conclusion="准予")
    press(zhou, "作结论")
    zhou.get_by_text("已作出结论：准予").first.wait_for()

    # 签约 and 落地: the gate asks for what is missing, and no longer for the review
    wang.goto(f"{address}/advance")
    wang.locator("[name=signed_on]").fill("2013-07-25")
    choose(wang, agreement_kind="投资协议")
    wang.locator("[name=agreed_wan]").fill("3亿")
    wang.locator("[name=evidence]").fill("协议已签")
    press(wang, "推进到签约")
    press(wang, "推进到落地", "link")
    wang.locator("[name=local_company]").fill("衢州恒远屿精密有限公司")
    press(wang, "推进到落地")

    # 重点项目, with somebody who watches over it
    press(wang, "列为重点项目", "link")
    wang.locator("[name=year_planned_wan]").fill("8000")
    press(wang, "新建")
    wang.wait_for_url("**/projects/1")
    chen = open_as(cast.chen, "/projects/1/watch/assign")
    choose(chen, person_id="王专员（区招商局）")
    press(chen, "保存")
    chen.get_by_text("由王专员盯办").first.wait_for()

    # 审批: laid out by its type, filed, granted
    wang.goto("/projects/1/approvals/lay-out")
    press(wang, "排出事项")
    press(wang, "立项备案", "link")
    press(wang, "受理", "link")
    press(wang, "受理")
    press(wang, "办结", "link")
    press(wang, "办结")
    wang.get_by_text("已办结").first.wait_for()

    # 开工 → 竣工 → 投产, of the works and of the deal
    wang.goto("/projects/1")
    for status in ("在建", "竣工", "投产"):
        press(wang, f"推进到{status}", "link")
        press(wang, f"推进到{status}")
    wang.get_by_text("“精密件项目”已到投产").first.wait_for()
    wang.goto(f"{address}/advance?to={Stage.PRODUCING.value}")
    wang.locator("[name=evidence]").fill("首批产品下线")
    press(wang, "推进到投产")
    wang.get_by_text("已推进到投产").first.wait_for()
    with look() as session:
        told = session.scalars(sa.select(Deal)).one()
        project = session.scalars(sa.select(KeyProject)).one()
        assert (told.stage, project.status, project.deal_id) == (Stage.PRODUCING, Status.PRODUCING, told.id)
        assert [move.to_status for move in project.moves] == list(Status)[:4]
        assert session.scalars(sa.select(EntryReview)).one().conclusion is Conclusion.APPROVED
        assert session.scalars(sa.select(Approval)).one().step is Step.DONE
        assert session.scalars(sa.select(Watch)).one().person_id == cast.wang.id
