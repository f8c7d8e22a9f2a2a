"""What a target has come to is told, or the reason stands where the figure would."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from crm.indicators import catalogue
from crm.targets import queries, unseen
from crm.targets.models import Target, TaskState, WorkTask
from tests.capital.make import signed

Login = Callable[..., Any]


@pytest.fixture
def whole(cast: Any, session: Any) -> Target:
    """The district's eight signed deals: six of 招商局, of which 王专员 two, and two of 航埠镇."""
    signed("甲项目", cast.wang)
    bureau, town = cast.wang.unit_id, cast.li.unit_id
    task = WorkTask(name="引资任务", unit_id=cast.zhou.unit_id, owner_id=cast.zhou.id, goal="做到", focus="重点", measures="做法",
                    schedule="年底", state=TaskState.ISSUED, issued_on=dt.date(2013, 1, 1), first_on=dt.date(2013, 1, 1),
                    last_on=dt.date(2013, 12, 31))  # fmt: skip
    whole = Target(task=task, indicator="signed_deals", amount=Decimal(8))
    part = Target(task=task, parent=whole, indicator="signed_deals", unit_id=bureau, amount=Decimal(6))
    starts = Target(task=task, indicator="starts", amount=Decimal(4), unit_id=bureau)
    session.add_all([
        task, whole, part,
        Target(task=task, parent=whole, indicator="signed_deals", unit_id=town, amount=Decimal(2)),
        Target(task=task, parent=part, indicator="signed_deals", unit_id=bureau, person_id=cast.wang.id, amount=Decimal(2)),
        starts, Target(task=task, parent=starts, indicator="starts", amount=Decimal(4), unit_id=bureau, person_id=cast.wang.id),
        Target(task=task, indicator="fixed_assets", amount=Decimal(100), unit_id=bureau),
        Target(task=task, indicator="fixed_assets", amount=Decimal(900)),
    ])  # fmt: skip
    session.commit()
    return whole


def test_a_reason_is_given_for_just_what_is_not_told(cast: Any, session: Any, whole: Target) -> None:
    every = session.scalars(sa.select(Target).options(selectinload(Target.task))).all()
    for user in cast.everybody:
        told, reasons = queries.standings(user, every), unseen.Reasons(user)
        for target in every:
            one = catalogue.find(target.indicator)
            nobody_has_any = one is not None and one.typed and not reasons.of(one, target)
            has_reason = bool(reasons.of(one, target))
            assert has_reason == (told[target.id].actual is None and not nobody_has_any), (
                user.login,
                target.name,
            )


def test_a_unit_reads_why_and_is_led_to_its_own_part(
    cast: Any, session: Any, whole: Target, as_user: Login
) -> None:
    chen = as_user(cast.chen)
    page = chen.see(f"/targets/{whole.id}")
    own = next(part for part in whole.parts if part.unit_id == cast.chen.unit_id)
    assert "这是全区的完成数，看得到全区记录的人才看得到" in page.text and f"/targets/{own.id}" in page.links
    assert not [link for link in page.links if "/explain" in link], "what cannot tell is not offered"
    mine = chen.see(f"/targets/{own.id}")
    assert "这是" not in mine.text and [link for link in mine.links if "/explain" in link]
    told = chen.see(next(link for link in mine.links if "/explain" in link)).text
    assert "甲项目" in told
    leader = as_user(cast.zhou).see(f"/targets/{whole.id}")
    assert "看得到全区记录的人" not in leader.text and [link for link in leader.links if "/explain" in link]
    assert "看得到全区记录的人才看得到" in chen.see(f"/targets/tasks/{whole.task_id}").text
