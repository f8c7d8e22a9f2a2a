"""The demo district's targets are the report's, and its split adds up."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from crm.targets import queries
from crm.targets.clear import Clear
from crm.targets.models import Target, TaskState, WorkTask


@pytest.mark.on("sqlite")
def test_the_targets_of_the_report(district: Any, session: Any, as_user: Any) -> None:
    roots = session.scalars(sa.select(Target).where(Target.parent_id.is_(None))).all()
    told = queries.standings(district["admin"], roots)
    said = {one.indicator: (one.amount, told[one.id].actual, told[one.id].percent) for one in roots}
    assert said["paid_in"] == (175_000, 80_500, Decimal("46.0"))
    assert said["signed_1yi"] == (8, 5, Decimal("62.5"))
    assert (said["signed_10yi"][1], said["signed_50yi"][1]) == (0, 0)
    assert said["fixed_assets"] == (744_375, 301_600, Decimal("40.5"))
    assert (said["reserve_items"], said["reserve_city"]) == ((100, 48, 48), (30, 17, Decimal("56.7")))
    assert all(one.gap == 0 for one in session.scalars(sa.select(Target))), "parts add up to the whole"
    fixed = next(one for one in roots if one.indicator == "fixed_assets")
    assert told[fixed.id].gone_percent == 50, "held against the time of the month it is known for"
    draft = session.scalar(sa.select(WorkTask).filter_by(name="2013年垦造耕地"))
    assert told[draft.roots[0].id].percent == 48, "3120 of 6500 mu, to stretch to 8500"
    assert draft.lacks == [Clear.FOCUS, Clear.MEASURES, Clear.SCHEDULE, Clear.PERSON]
    leader = as_user(district["leader"])
    page = leader.see("/targets?year=2013")
    assert "46.0%" in page.text and "40.5%" in page.text and "垦造耕地" not in page.text
    assert [row[4] for row in page.rows(1)] == ["6 个", "2 个"], "gap to 6 and 2 shown"
    assert "略慢于时间进度" in page.text and "略慢于时间进度" in leader.see("/indicators").text, (
        "one verdict everywhere"
    )
    page = as_user(district["leader"]).see("/indicators/paid_in?year=2013&to=2013-06")
    assert "已完成 46.0%" in page.text and "8.75亿元" in page.text
    names = [row[0] for row in page.rows(1)]
    assert len(names) == 12 and page.rows(1)[0][1] == "1"


@pytest.mark.on("sqlite")
def test_from_eight_of_a_hundred_million_to_the_deals_and_parts_that_add_up(
    district: Any, session: Any, as_user: Any
) -> None:
    """「from a target (亿元以上 8) one click to the deals that make it up; parts given to units must add to 17.5」"""
    leader, whole = as_user(district["leader"]), sa.select(Target.id).where(Target.parent_id.is_(None))
    (link,) = (
        one
        for one in leader.see(f"/targets/{session.scalar(whole.filter_by(indicator='signed_1yi'))}").links
        if one.startswith("/deals?") and "unit" not in one
    )
    rows = leader.see(link).rows()
    assert len(rows) == 5 and all(Decimal(row[4].replace(",", "")) >= 10_000 for row in rows), rows
    money = session.scalar(whole.filter_by(indicator="paid_in"))
    page = leader.see(f"/targets/{money}")
    assert "目标合计 17.50亿元" in page.text and "口径：只计已认定的市外资金" in page.text
    assert len(page.rows()) == 12
    admin, bureau = as_user(district["admin"]), f"part_{district['promoter'].unit_id}"
    answer = admin.submit(f"/targets/{money}/split", why="调整", **{bureau: "2.9亿"})
    assert answer.status_code == 422 and "合计 174000 万元，比 175000 少 1000" in answer.said


@pytest.mark.on("sqlite")
def test_a_task_lacking_one_of_the_five_cannot_be_issued(district: Any, session: Any, as_user: Any) -> None:
    draft = session.scalar(sa.select(WorkTask).filter_by(name="2013年垦造耕地"))
    admin, here = as_user(district["admin"]), f"/targets/tasks/{draft.id}"
    assert "五明确还不全，不能下达" in admin.see(here).text
    answer = admin.submit(f"{here}/issue")
    assert answer.status_code == 422 and "五明确还缺：重点、措施、进度、责任" in answer.said
    assert session.get(WorkTask, draft.id).state is TaskState.DRAFT
    sheet = as_user(district["manager"]).see(f"/targets/people/{district['manager'].id}?year=2013")
    assert "2013年招商引资" in sheet.text and "跟踪意向、新谈、在谈项目" in sheet.text, (
        "the task sheet of a person"
    )
