"""The demo district's targets are the report's, and its split adds up."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from crm.targets import queries
from crm.targets.clear import Clear
from crm.targets.models import Target, WorkTask


@pytest.mark.on("sqlite")
def test_the_targets_of_the_report(district: Any, session: Any, as_user: Any) -> None:
    roots = session.scalars(sa.select(Target).where(Target.parent_id.is_(None))).all()
    told = queries.standings(district["admin"], roots)
    said = {one.indicator: (one.amount, told[one.id].actual, told[one.id].percent) for one in roots}
    assert said["paid_in"] == (175_000, 80_500, Decimal("46.0"))
    assert said["signed_1yi"] == (8, 5, Decimal("62.5"))
    assert (said["signed_10yi"][1], said["signed_50yi"][1]) == (0, 0), "gap to 6 and 2 shown"
    assert said["fixed_assets"] == (744_375, 301_600, Decimal("40.5"))
    assert (said["reserve_items"], said["reserve_city"]) == ((100, 48, 48), (30, 17, Decimal("56.7")))
    assert all(one.gap == 0 for one in session.scalars(sa.select(Target))), "parts add up to the whole"
    fixed = next(one for one in roots if one.indicator == "fixed_assets")
    assert told[fixed.id].gone_percent == 50, "held against the time of the month it is known for"
    draft = session.scalar(sa.select(WorkTask).filter_by(name="2013年垦造耕地"))
    assert draft.lacks == [Clear.FOCUS, Clear.MEASURES, Clear.SCHEDULE, Clear.PERSON]
    page = as_user(district["leader"]).see("/targets?year=2013")
    assert "46.0%" in page.text and "40.5%" in page.text and "垦造耕地" not in page.text
    page = as_user(district["leader"]).see("/indicators/paid_in?year=2013&to=2013-06")
    assert "已完成 46.0%" in page.text and "8.75亿元" in page.text
    names = [row[0] for row in page.rows(1)]
    assert len(names) == 12 and page.rows(1)[0][1] == "1"
