"""A deal is let in, signed, becomes a key project, gets its approvals, starts, is built and produces: in a browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from crm.approvals.models import Approval
from crm.approvals.steps import Level, Step
from crm.db import db
from crm.deals.models import Deal
from crm.deals.stages import Admission, Stage
from crm.delivery.models import KeyProject
from crm.delivery.status import Status
from tests.approvals.make import make_template
from tests.deals.make import ready_to_sign
from tests.delivery.make import make_project


def test_from_the_entry_review_to_production(
    cast: Any, open_as: Callable[..., Any], look: Callable[..., Any]
) -> None:
    deal = ready_to_sign("阀门厂", cast.wang, admission=Admission.NONE, fixed_asset_wan=12_000, land_mu=60)
    make_project("阀门厂一期", cast.wang, deal_id=deal.id)
    make_template("工业", ("环评", Level.LOCAL, 10), ("施工许可", Level.LOCAL, 5), in_a_row=True)
    db.session.commit()
    address = f"/deals/{deal.id}"  # asked once: the test's own session would hold the house's lock
    page = open_as(cast.wang, address)
    page.get_by_role("link", name="申请准入评审").click()
    page.get_by_label("环评").select_option(label="通过")
    page.get_by_label("能评").select_option(label="不需要")
    page.get_by_role("button", name="申请", exact=True).click()
    page.get_by_role("button", name="转到预审").click()
    page.get_by_role("button", name="转到部门会审").click()
    page.get_by_text("已转到部门会审").wait_for()
    sheet = page.url
    leader = open_as(cast.zhou, sheet)
    leader.get_by_role("link", name="作结论").click()
    leader.get_by_label("结论").select_option(label="准予")
    leader.get_by_role("button", name="作结论").click()
    leader.get_by_text("结论：准予", exact=True).wait_for()
    page.goto(f"{address}/advance")
    page.get_by_label("签约日期").fill("2013-07-20")
    page.get_by_label("协议类型").select_option(label="投资协议")
    page.get_by_label("协议引资").fill("1亿")
    page.get_by_label("依据", exact=True).fill("协议编号 2013-07")
    page.get_by_role("button", name="推进到签约").click()
    page.get_by_role("link", name="阀门厂一期").click()
    page.get_by_role("link", name="审批", exact=True).click()
    page.get_by_role("link", name="按项目类型排事项").first.click()
    page.get_by_role("button", name="排出事项").click()
    page.get_by_role("link", name="施工许可", exact=True).wait_for()
    project = page.url
    for item in ("环评", "施工许可"):
        page.goto(project)
        page.get_by_role("link", name=item, exact=True).click()
        for act in ("受理", "办结"):
            page.get_by_role("link", name=act, exact=True).click()
            page.get_by_role("button", name=act, exact=True).click()
        page.get_by_text(f"“{item}”：办结").wait_for()
    page.goto(project)
    page.get_by_text("全部事项都已办结").wait_for()
    page.goto(project.removesuffix("/approvals"))
    for status in ("在建", "竣工", "投产"):
        page.get_by_role("link", name=f"推进到{status}").click()
        page.get_by_role("button", name=f"推进到{status}").click()
        page.get_by_text(f"“阀门厂一期”已到{status}").wait_for()
    with look() as session:
        assert session.scalar(sa.select(Deal.stage).where(Deal.name == "阀门厂")) is Stage.SIGNED
        assert session.scalar(sa.select(KeyProject.status)) is Status.PRODUCING
        assert set(session.scalars(sa.select(Approval.step))) == {Step.DONE}
