"""A stuck project in a browser: raised on its page, collected, assigned, proved by the unit, settled by the leader."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from crm.db import db
from crm.slips.models import Slip
from crm.slips.states import SlipState
from tests.delivery.make import led, make_project


def test_from_the_problem_to_its_settlement(
    cast: Any, open_as: Callable[..., Any], look: Callable[..., Any], tmp_path: Path
) -> None:
    project = make_project("石华线改建", cast.wang)
    led(project, cast.zhou)
    address = f"/projects/{project.id}/slips"
    db.session.commit()
    page = open_as(cast.wang, address, phone=True)
    page.get_by_role("link", name="提出问题").first.click()
    page.get_by_label("卡在哪里").select_option(label="征迁")
    page.get_by_label("存在的问题").fill("三户未签约")
    page.get_by_label("建议责任单位").select_option(label="航埠镇")
    page.get_by_role("button", name="提出").click()
    page.get_by_text("待汇总").first.wait_for()

    page = open_as(cast.chen, "/slips/rounds")
    page.get_by_role("link", name="汇总").last.click()
    page.get_by_role("button", name="汇总并编号").click()
    page.get_by_role("button", name="交办已填好的 1 件").click()
    page.get_by_text("已交办 1 件").first.wait_for()

    page = open_as(cast.li, "/")
    page.get_by_role("link", name="本单位在办的交办单").click()
    page.get_by_role("link", name="柯项交〔2013〕01号").click()
    page.get_by_role("link", name="申请销号").click()
    page.get_by_label("办理结果").fill("三户都已签约")
    proof = tmp_path / "协议.pdf"
    proof.write_bytes(b"%PDF-1.4 signed")
    page.get_by_label("佐证材料").set_input_files(proof)
    page.get_by_role("button", name="申请销号").click()
    page.get_by_text("待销号").first.wait_for()
    assert page.get_by_role("link", name="核准销号").count() == 0, "the unit cannot settle it"

    page = open_as(cast.zhou, "/")
    page.get_by_role("link", name="等我决定的交办单").click()
    page.get_by_role("link", name="柯项交〔2013〕01号").click()
    page.get_by_role("link", name="协议.pdf").wait_for()
    page.get_by_role("link", name="核准销号").click()
    page.get_by_role("button", name="核准销号").click()
    page.get_by_text("已销号").first.wait_for()
    with look() as session:
        slip = session.scalars(sa.select(Slip)).one()
        assert slip.state is SlipState.SETTLED and slip.serial == 1
