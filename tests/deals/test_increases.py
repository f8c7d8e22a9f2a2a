"""增资: a deal that adds to one signed before names it, and only what it adds counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from crm.capital import actions as capital
from crm.capital.models import PaidIn
from crm.db import db
from crm.deals import actions, increases
from crm.deals.models import Deal
from crm.deals.stages import Stage
from crm.lib.errors import Refused
from tests.capital.make import declared, recognised, said, signed
from tests.deals.make import make_deal, make_enterprise

Login = Callable[..., Any]
STEP = {"next_step": "办手续", "next_due_on": dt.date(2013, 8, 1)}


@pytest.fixture
def first(cast: Any, session: Any) -> Any:
    made = signed("阀门项目", cast.wang)
    session.commit()
    return made


def added(first: Deal, by: Any, name: str = "阀门项目二期增资", **columns: Any) -> Deal:
    made = make_deal(
        name, by,
        **{"stage": Stage.SIGNED, "signed_on": dt.date(2013, 3, 1), "enterprise_id": first.enterprise_id,
           "increases_id": first.id, "planned_wan": Decimal(3_000), **columns},
    )  # fmt: skip
    db.session.commit()
    return made


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ({}, ""), ({"firm": None}, ""), ({"firm": 8}, ""), ({"firm": 9}, "股东、所有者变更"), ({"same": True}, "自己的增资"),
        ({"first_increases": 3}, "请填最初的项目"), ({"increased": [5]}, "已经有项目是它的增资"), ({"stage": Stage.NEGOTIATING}, "还没有签约"),
        ({"signed": dt.date(2012, 12, 31)}, "早于原项目"), ({"signed": dt.date(2013, 1, 3)}, ""),
    ],
)  # fmt: skip
def test_what_may_be_an_increase_of_what(what: dict[str, Any], sentence: str) -> None:
    one = Deal(id=1, name="原", stage=what.get("stage", Stage.SIGNED), signed_on=dt.date(2013, 1, 3), enterprise_id=7,
               increases_id=what.get("first_increases"))  # fmt: skip
    two = Deal(
        id=1 if what.get("same") else 2, enterprise_id=what.get("firm", 7), signed_on=what.get("signed")
    )
    if sentence:
        with pytest.raises(Refused, match=sentence) as refused:
            increases.check(two, one, what.get("increased", ()), {7, 8})
        assert refused.value.field == "increases"
    else:
        increases.check(two, one, what.get("increased", ()), {7, 8})
    two.increases_id = 1
    assert increases.project_of(two) == increases.project_of(one) or what.get("first_increases")


def test_an_increase_is_opened_beside_the_first_deal_and_never_in_a_circle(cast: Any, first: Deal) -> None:
    data = {"name": "阀门项目增资", "enterprise_id": first.enterprise_id, "increases_id": first.id, **STEP}
    more = actions.create(data, actor=cast.wang)
    db.session.commit()
    assert more.increases is first, "that the firm has a deal already is why, and no reason is asked for"
    older = make_deal("更早的项目", cast.wang, stage=Stage.SIGNED, signed_on=dt.date(2012, 1, 3))
    db.session.commit()
    for wanted, sentence in ((more, "请填最初的项目"), (older, "已经有项目是它的增资")):
        with pytest.raises(Refused, match=sentence):
            actions.edit(first, {"increases_id": wanted.id, **STEP}, actor=cast.wang)
        db.session.rollback()
    with pytest.raises(Refused, match="请填最初的项目"):
        actions.create({**data, "name": "三期", "increases_id": more.id}, actor=cast.wang)
    db.session.rollback()
    other = make_enterprise("另一家企业", cast.wang)
    with pytest.raises(Refused, match="股东、所有者变更"):
        actions.edit(more, {"enterprise_id": other.id, **STEP}, actor=cast.wang)
    db.session.rollback()
    assert db.session.get_one(Deal, more.id).increases_id == first.id


def test_money_that_counted_for_the_first_deal_is_no_increase(cast: Any, first: Deal) -> None:
    more = added(first, cast.wang)
    recognised(first, cast.wang, cast.chen, voucher_no="No.7")
    db.session.commit()
    for data in (said(voucher_no="No.7", amount_wan=Decimal(5)), said()):
        with pytest.raises(Refused, match="增资只计增加部分"):
            capital.declare(more, {**data, "duplicate_reason": "就是这一笔"}, actor=cast.wang)
        db.session.rollback()
    two = capital.declare(
        more, {**said(voucher_no="No.8"), "duplicate_reason": "同日第二笔"}, actor=cast.wang
    )
    capital.check(two, actor=cast.chen)
    capital.recognise(two, actor=cast.chen)
    assert two.counted_wan == 1_200, "another voucher is other money"


def test_what_was_declared_before_the_first_deal_was_named_is_held_at_recognition(
    cast: Any, first: Deal
) -> None:
    more = added(first, cast.wang, increases_id=None)
    row = capital.declare(more, said(voucher_no="No.7"), actor=cast.wang)
    capital.check(row, actor=cast.chen)
    recognised(first, cast.wang, cast.chen, voucher_no="No.7", duplicate_reason="原项目的")
    more.increases_id = first.id
    with pytest.raises(Refused, match="增资只计增加部分"):
        capital.recognise(row, actor=cast.chen)
    assert db.session.scalar(sa.select(sa.func.sum(PaidIn.counted_wan))) == 1_200


def test_what_only_waits_for_the_first_deal_may_still_be_explained(cast: Any, first: Deal) -> None:
    more = added(first, cast.wang)
    declared(first, cast.wang, voucher_no="No.7")
    db.session.commit()
    with pytest.raises(Refused, match="可能已经申报过"):
        declared(more, cast.wang, voucher_no="No.7")
    db.session.rollback()
    declared(more, cast.wang, voucher_no="No.7", duplicate_reason="原项目报错了，要撤")


@pytest.mark.on("sqlite")
def test_both_pages_say_it_and_the_form_keeps_what_was_typed(cast: Any, first: Deal, as_user: Login) -> None:
    wang = as_user(cast.wang)
    typed = {"investor": "阀门项目投资方", "increases": first.name, "planned_wan": "3000", "next_step": "签约",
             "next_due_on": "2013-08-01"}  # fmt: skip
    wrong = wang.submit("/deals/new", name="阀门增资", **(typed | {"increases": "没有这个项目"}))
    assert wrong.status_code == 422 and "没有正好叫这个名字" in wrong.said
    assert wrong.page.one("input", name="planned_wan").get("value") == "3000"
    here = wang.submit("/deals/new", name="阀门增资", **typed).went_to
    page = wang.see(here)
    assert "增资，只计增加部分" in page.text and f"/deals/{first.id}" in page.links
    assert wang.see(f"{here}/edit").one("input", name="increases").get("value") == first.name
    told = wang.see(f"/deals/{first.id}")
    assert "不含后来的增资" in told.text and here in told.links and "3,000万元" in told.text
    assert [row[1] for row in wang.see("/deals?increase=1").rows()] == ["阀门增资"]
    wang.submit(f"{here}/edit", increases="")
    assert db.session.scalars(sa.select(Deal).filter_by(name="阀门增资")).one().increases_id is None
    assert "增资的原项目" in wang.see(here).text, "the trail says what was taken away"


@pytest.mark.on("sqlite")
def test_of_another_units_first_deal_the_name_is_not_told(cast: Any, first: Deal, as_user: Login) -> None:
    more = added(first, cast.li, "乡镇的增资")
    page = as_user(cast.li).see(f"/deals/{more.id}")
    assert "别的单位的项目" in page.text and f"/deals/{first.id}" not in page.links
    kept = as_user(cast.li).submit(f"/deals/{more.id}/edit", next_step="签约", next_due_on="2013-08-01")
    assert kept.status_code == 303 and db.session.get_one(Deal, more.id).increases_id == first.id
    assert "增资，只计增加部分" in as_user(cast.zheng).see(f"/deals/{more.id}").text
    assert as_user(cast.zheng).get(f"/deals/{more.id}/edit").status_code == 403
