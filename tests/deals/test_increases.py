"""增资: a deal that adds to one signed before names it, and only what it adds counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from crm.capital import actions as capital
from crm.capital import queries
from crm.capital.models import PaidIn
from crm.db import db
from crm.deals import actions, increases
from crm.deals.models import Deal, PartyRole
from crm.deals.stages import Stage
from crm.lib.errors import Refused
from crm.pipeline import actions as pipeline
from tests.capital.make import declared, recognised, said, signed
from tests.deals.make import SIGNING, make_deal, make_enterprise, ready_to_sign

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
    for data in (said(voucher_no="No.7", arrived_on=dt.date(2013, 6, 21)), said()):
        with pytest.raises(Refused, match="增资只计增加部分"):
            capital.declare(more, {**data, "duplicate_reason": "就是这一笔"}, actor=cast.wang)
        db.session.rollback()
    two = capital.declare(
        more, {**said(voucher_no="No.8"), "duplicate_reason": "同日第二笔"}, actor=cast.wang
    )
    capital.check(two, actor=cast.chen)
    capital.recognise(two, actor=cast.chen)
    assert two.counted_wan == 1_200, "another voucher is other money"


@pytest.mark.on("sqlite")
def test_one_report_may_cover_a_sum_for_the_first_deal_and_another_for_the_increase(
    cast: Any, first: Deal
) -> None:
    more = added(first, cast.wang)
    recognised(first, cast.wang, cast.chen, voucher_no="验7", amount_wan=Decimal(3_000))
    db.session.commit()
    rest = said(voucher_no="验7", amount_wan=Decimal(2_000))
    with pytest.raises(Refused, match="可能已经申报过") as refused:
        capital.declare(more, rest, actor=cast.wang)
    assert refused.value.field == "duplicate_reason"
    db.session.rollback()
    recognised(more, cast.wang, cast.chen, **rest, duplicate_reason="验资报告里增资的部分")
    assert db.session.scalar(sa.select(sa.func.sum(PaidIn.counted_wan))) == 5_000


@pytest.mark.on("sqlite")
def test_rows_of_the_deals_own_hide_nothing_that_counted_for_the_first_one(cast: Any, first: Deal) -> None:
    more = added(first, cast.wang)
    for part in range(1, queries.MOST_ALIKE + 2):
        declared(more, cast.wang, voucher_no="No.7", amount_wan=Decimal(part), duplicate_reason="分次")
    recognised(first, cast.wang, cast.chen, voucher_no="No.7", duplicate_reason="原项目的")
    db.session.commit()
    with pytest.raises(Refused, match="增资只计增加部分"):
        declared(more, cast.wang, voucher_no="No.7", duplicate_reason="分次")


@pytest.mark.on("sqlite")
def test_an_increase_is_not_signed_before_its_first_deal(cast: Any, first: Deal, as_user: Login) -> None:
    first.signed_on = dt.date(2013, 7, 24)
    more = ready_to_sign("阀门增资", cast.wang, enterprise_id=first.enterprise_id, increases_id=first.id)
    db.session.commit()
    early = {
        "signed_on": "2013-07-23",
        "agreement_kind": "investment",
        "agreed_wan": "3000",
        "evidence": "协议编号 7",
    }
    answer = as_user(cast.wang).submit(f"/deals/{more.id}/advance", **early)
    assert answer.status_code == 422 and "早于原项目" in answer.said
    assert answer.page.one("input", name="signed_on").get("value") == "2013-07-23"
    kept = db.session.get_one(Deal, more.id)
    assert (kept.stage, kept.signed_on) == (Stage.NEGOTIATING, None)
    pipeline.advance(kept, Stage.SIGNED, {**SIGNING, "signed_on": dt.date(2013, 7, 24)}, actor=cast.wang)
    assert kept.stage is Stage.SIGNED


@pytest.mark.on("sqlite")
def test_an_investor_that_came_with_the_signing_is_in_the_first_deal(cast: Any, first: Deal) -> None:
    more = ready_to_sign("阀门增资", cast.wang, enterprise_id=None, increases_id=first.id)
    other = make_enterprise("另一家企业", cast.wang)
    db.session.commit()
    with pytest.raises(Refused, match="股东、所有者变更"):
        pipeline.advance(more, Stage.SIGNED, {**SIGNING, "enterprise_id": other.id}, actor=cast.wang)


@pytest.mark.on("sqlite")
def test_the_first_deal_stays_signed_while_others_add_to_it(cast: Any, as_user: Login) -> None:
    first = ready_to_sign("阀门项目", cast.wang)
    move = pipeline.advance(first, Stage.SIGNED, dict(SIGNING), actor=cast.wang)
    more = added(first, cast.wang, signed_on=first.signed_on)
    answer = as_user(cast.wang).submit(f"/deals/{first.id}/return", to_stage="negotiating", reason="协议作废")
    assert answer.status_code == 422 and "不能回到签约以前" in answer.said
    with pytest.raises(Refused, match="不能回到签约以前"):
        pipeline.undo(move, actor=cast.wang)
    db.session.rollback()
    assert (first.stage, first.signed_on) == (Stage.SIGNED, SIGNING["signed_on"])
    more.increases_id = None
    pipeline.return_(first, Stage.NEGOTIATING, "协议作废", actor=cast.wang)
    assert first.signed_on is None


@pytest.mark.on("sqlite")
def test_the_first_deal_keeps_the_firm_that_adds_to_it(cast: Any, first: Deal, as_user: Login) -> None:
    added(first, cast.wang)
    was, other = first.enterprise, make_enterprise("另一家企业", cast.wang)
    db.session.commit()
    wang, step = as_user(cast.wang), {"next_step": "签约", "next_due_on": "2013-08-01"}
    refused = wang.submit(f"/deals/{first.id}/edit", investor=other.name, **step)
    assert refused.status_code == 422 and "主投资方就不在这个项目里了" in refused.said
    assert refused.page.one("input", name="investor").get("value") == other.name
    assert db.session.get_one(Deal, first.id).enterprise_id == was.id
    party = actions.add_party(first, was, PartyRole.PARTNER, actor=cast.wang)
    actions.edit(first, {"enterprise_id": other.id, **STEP}, actor=cast.wang)
    db.session.commit()
    assert first.enterprise_id == other.id, "who was the investor is still in it"
    told = wang.submit(f"/deals/{first.id}", _to=f"/deals/{first.id}/parties/{party.id}/drop")
    assert told.status_code == 422 and "主投资方就不在这个项目里了" in told.said
    db.session.rollback()
    assert [one.id for one in db.session.get_one(Deal, first.id).parties] == [party.id]


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
