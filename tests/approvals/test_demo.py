"""Each of the fifteen projects that are not started shows its six items and the one that holds it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import sqlalchemy as sa

from crm.approvals import queries
from crm.approvals.models import Approval
from crm.approvals.steps import Level, Step
from crm.db import db
from crm.delivery.models import KeyProject
from crm.delivery.status import Status

pytestmark = pytest.mark.on("sqlite")


def test_fifteen_projects_six_items_each_and_the_one_that_holds_each(district: Any, as_user: Any) -> None:
    leader = district["leader"]
    found = queries.under_way(leader)
    assert len(found) == 15
    assert {one.project.status for one in found} == {Status.NOT_STARTED}
    not_started = (
        sa.select(sa.func.count()).select_from(KeyProject).where(KeyProject.status == Status.NOT_STARTED)
    )
    assert db.session.scalar(not_started) == 15
    assert {len(one.lines) for one in found} == {6}
    holders = [one.holder.approval for one in found if one.holder]
    assert Counter(one.name for one in holders) == {
        "规划选址与用地预审": 5, "环评": 3, "能评": 2, "用地报批与供地": 2, "施工许可": 3,
    }  # fmt: skip
    assert {one.step for one in holders} == {Step.HANDLING}
    page = as_user(leader).see("/approvals/progress")
    assert len(page.rows()) == 15
    held = as_user(leader).see("/approvals?holding=1&size=100")
    assert sorted(row[2] for row in held.rows()) == sorted(one.project.name for one in found)


def test_every_upper_item_has_its_agent_and_the_figures_are_the_rows(district: Any) -> None:
    items = db.session.scalars(sa.select(Approval)).all()
    assert Counter(one.level for one in items) == {Level.UPPER: 30, Level.LOCAL: 60}
    assert Counter(one.step for one in items) == {Step.DONE: 40, Step.HANDLING: 15, Step.NOT_STARTED: 35}
    assert db.session.scalars(sa.select(Approval).where(queries.lacking_agent())).all() == []
    [load] = queries.loads(district["leader"])
    assert (load.agent.name, load.open, load.done) == ("代办员(示例)", 17, 13)
    paces = {one.name: one for one in queries.paces(district["leader"], 2013)}
    assert sum(len(one.all) for one in paces.values()) == 40
    assert len(paces["立项(备案/核准/审批)"].months[3]) == 15
