"""At 2013-07-25 the demo district has nine slips settled, five being worked on, two to be issued, three late."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import pytest
import sqlalchemy as sa

from crm.db import db
from crm.slips import queries
from crm.slips.models import Slip, SlipRound
from crm.slips.states import SlipState

pytestmark = [pytest.mark.usefixtures("district"), pytest.mark.on("sqlite")]


def test_nine_five_two_and_three_late(district: Any, as_user: Any) -> None:
    slips = db.session.scalars(sa.select(Slip)).all()
    assert Counter(one.state for one in slips) == {
        SlipState.SETTLED: 9, SlipState.WORKING: 5, SlipState.COLLECTED: 2,
    }  # fmt: skip
    assert sorted(one.serial for one in slips if one.is_late) == [8, 11, 12]
    rounds = db.session.scalars(sa.select(SlipRound.last_on).order_by(SlipRound.last_on)).all()
    assert rounds == [dt.date(2013, 5, 31), dt.date(2013, 6, 15), dt.date(2013, 6, 30), dt.date(2013, 7, 15)]
    manager = as_user(district["manager"])
    for query, n in (("state=settled", 9), ("state=working", 5), ("state=collected", 2), ("overdue=1", 3)):
        assert (
            sum(
                one.startswith("/slips/") and one[7:].isdecimal()
                for one in set(manager.see(f"/slips?{query}").links)
            )
            == n
        )
    assert "汇总了还没有交办的" in manager.see("/").text
    text = manager.see("/slips/obstacles").text
    assert "规划和审批" in text and "用地" in text
    leader = as_user(district["leader"])
    assert "等我决定的交办单" in leader.see("/").text, "two late ones went up to 区委区政府"
    assert queries.number_to_decide(district["leader"]) == 2, "the menu says so too"
    assert queries.number_to_decide(district["manager"]) == 0
    assert "柯项交〔2013〕08号" in leader.see("/slips?decide=1").text
