"""外资: 合同外资 and 实际使用外资 in 万美元, as they were contracted and as they arrived; nothing is converted."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from crm.capital import actions, foreign, queries
from crm.capital.models import Closed, PaidIn, PaidInState, ReturnLine, VoucherKind
from crm.db import db
from crm.deals.models import Deal
from crm.deals.stages import SourceScope
from crm.imports.models import Finding
from crm.indicators import catalogue, counting
from crm.indicators.progress import Window
from crm.lib.errors import Refused
from crm.org import settings
from tests.capital.make import declared, recognised, said, signed
from tests.imports.lists import rows, run

Login = Callable[..., Any]
OVERSEAS = {"origin": SourceScope.OVERSEAS, "amount_wan": Decimal(3_100), "usd_wan": Decimal(500)}
MAY, JUNE, JULY = (Window(dt.date(2013, month, 1), dt.date(2013, month, day)) for month, day in
                   ((5, 31), (6, 30), (7, 31)))  # fmt: skip


@pytest.fixture
def deal(cast: Any, session: Any) -> Any:
    made = signed("合资项目", cast.wang, contract_usd_wan=Decimal(2_000))
    session.commit()
    return made


def used(user: Any, window: Window) -> Decimal:
    return counting.count(catalogue.CATALOGUE["used_usd"], user, window).value


# --- rules --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("origin", "usd", "sentence"),
    [
        (SourceScope.OVERSEAS, None, "外商投资信息报告"), (SourceScope.OVERSEAS, "0", "大于零"), (SourceScope.OVERSEAS, "-1", "大于零"),
        (SourceScope.OVERSEAS, "0.01", ""), (SourceScope.OVERSEAS, "500", ""), (SourceScope.OUT_OF_PROVINCE, None, ""),
        (SourceScope.LOCAL, None, ""), (SourceScope.OUT_OF_PROVINCE, "500", "只有来自境外"), (SourceScope.IN_PROVINCE, "0", "只有来自境外"),
        (SourceScope.LOCAL, "1", "只有来自境外"),
    ],
)  # fmt: skip
def test_what_is_from_overseas_says_its_dollars_and_nothing_else_does(origin, usd, sentence) -> None:
    amount = None if usd is None else Decimal(usd)
    if not sentence:
        foreign.check(origin, amount)
        return
    with pytest.raises(Refused, match=sentence) as refused:
        foreign.check(origin, amount)
    assert refused.value.field == "usd_wan"


@pytest.mark.parametrize(
    ("amount", "usd", "rate", "odd"),
    [
        ("3100", "500", "6.2000", False), ("1000", "159.24", "6.2798", False), ("3100", None, None, False),
        ("3100", "5000000", "0.0006", True), ("31000000", "500", "62000.0000", True), ("500", "100", "5.0000", False),
        ("900", "100", "9.0000", False), ("499", "100", "4.9900", True), ("901", "100", "9.0100", True),
    ],
)  # fmt: skip
def test_the_rate_is_what_the_two_come_to_and_tells_a_slip_of_the_unit(amount, usd, rate, odd) -> None:
    dollars = None if usd is None else Decimal(usd)
    assert foreign.rate(Decimal(amount), dollars) == (Decimal(rate) if rate else None)
    assert foreign.is_odd(Decimal(amount), dollars) is odd


# --- verbs --------------------------------------------------------------------------------------------------


def test_dollars_count_wholly_and_beside_the_counted_wan(cast: Any, deal: Any) -> None:
    settings.put("capital.share_percent", 80)
    row = recognised(deal, cast.wang, cast.chen, **OVERSEAS)
    recognised(deal, cast.wang, cast.chen, amount_wan=Decimal(900))
    assert (row.counted_wan, row.usd_wan) == (Decimal(2_480), Decimal(500))
    told = queries.arrived(deal)
    assert (told.recognised.counted_wan, told.used_usd_wan, told.usd_percent) == (3_200, 500, Decimal("25.0"))
    assert used(cast.admin, JUNE) == 500 and used(cast.admin, MAY) == 0
    assert counting.count(catalogue.CATALOGUE["paid_in"], cast.admin, JUNE).value == 3_200
    assert counting.count(catalogue.CATALOGUE["paid_in_overseas"], cast.admin, JUNE).value == 2_480
    year = Window(dt.date(2013, 1, 1), dt.date(2013, 12, 31))
    told_deals = counting.count(catalogue.CATALOGUE["contract_usd"], cast.admin, year)
    assert (told_deals.rows, told_deals.value) == (1, Decimal(2_000))


def test_declared_without_dollars_it_is_refused_and_left_without_it_is_not_recognised(
    cast: Any, deal: Any
) -> None:
    with pytest.raises(Refused, match="外资金额（万美元）"):
        declared(deal, cast.wang, origin=SourceScope.OVERSEAS)
    with pytest.raises(Refused, match="只有来自境外"):
        declared(deal, cast.wang, usd_wan=Decimal(5))
    row = declared(deal, cast.wang, **OVERSEAS)
    db.session.execute(sa.update(PaidIn).values(usd_wan=None))  # as it stood before dollars were asked for
    db.session.refresh(row)
    actions.check(row, actor=cast.chen)
    with pytest.raises(Refused, match="请退回补填"):
        actions.recognise(row, actor=cast.chen)
    actions.send_back(row, "金额与凭证不符", "补填外资金额", actor=cast.chen)
    actions.edit(row, said(**OVERSEAS), actor=cast.wang)
    actions.check(row, actor=cast.chen)
    actions.recognise(row, actor=cast.chen)
    assert row.state is PaidInState.RECOGNISED and used(cast.admin, JUNE) == 500


def test_a_closed_month_keeps_its_dollars_and_what_is_corrected_counts_later(cast: Any, deal: Any) -> None:
    row = recognised(deal, cast.wang, cast.chen, **OVERSEAS)
    closed = actions.close_month(JUNE.first, actor=cast.chen)
    db.session.commit()
    line = db.session.scalars(sa.select(ReturnLine)).one()
    assert (line.usd_wan, line.monthly_return_id) == (500, closed.id)
    row = db.session.get_one(PaidIn, row.id)
    with pytest.raises(Closed):
        row.usd_wan = Decimal(50)
        db.session.flush()
    db.session.rollback()
    row = db.session.get_one(PaidIn, row.id)
    with pytest.raises(Refused, match="请填写调整金额"):
        actions.adjust(row, {"why": "改"}, actor=cast.wang)
    with pytest.raises(Refused, match="外资金额，调整后不能小于零") as refused:
        actions.adjust(row, {"change_usd_wan": Decimal(-501), "why": "报告改了"}, actor=cast.wang)
    assert refused.value.field == "change_usd_wan"
    change = actions.adjust(row, {"change_usd_wan": Decimal("-20.5"), "why": "报告改了"}, actor=cast.wang)
    actions.check(change, actor=cast.chen)
    actions.recognise(change, actor=cast.chen)
    db.session.commit()
    assert (change.amount_wan, change.counted_wan, change.usd_wan) == (0, 0, Decimal("-20.5"))
    assert (used(cast.admin, JUNE), used(cast.admin, JULY)) == (500, Decimal("-20.5"))
    assert queries.arrived(deal).used_usd_wan == Decimal("479.5")
    with pytest.raises(Refused, match="外资金额，调整后不能小于零"):
        actions.adjust(row, {"change_usd_wan": Decimal(-480), "why": "再改"}, actor=cast.wang)


def test_only_what_is_from_overseas_is_adjusted_in_dollars(cast: Any, deal: Any) -> None:
    row = recognised(deal, cast.wang, cast.chen)
    actions.close_month(JUNE.first, actor=cast.chen)
    db.session.commit()
    row = db.session.get_one(PaidIn, row.id)
    with pytest.raises(Refused, match="只有来自境外"):
        actions.adjust(row, {"change_usd_wan": Decimal(5), "why": "错"}, actor=cast.wang)


def test_dollars_left_out_before_their_month_was_closed_are_put_in_by_an_adjustment(
    cast: Any, deal: Any
) -> None:
    row = recognised(deal, cast.wang, cast.chen, **OVERSEAS)
    db.session.execute(sa.update(PaidIn).values(usd_wan=None))
    actions.close_month(JUNE.first, actor=cast.chen)
    db.session.commit()
    row = db.session.get_one(PaidIn, row.id)
    change = actions.adjust(row, {"change_usd_wan": Decimal(500), "why": "补外资金额"}, actor=cast.wang)
    actions.check(change, actor=cast.chen)
    actions.recognise(change, actor=cast.chen)
    assert (used(cast.admin, JUNE), used(cast.admin, JULY)) == (0, 500)


# --- pages --------------------------------------------------------------------------------------------------


@pytest.mark.on("sqlite")
def test_it_is_asked_for_kept_and_shown_with_what_the_two_come_to(
    cast: Any, deal: Any, as_user: Login
) -> None:
    wang, chen = as_user(cast.wang), as_user(cast.chen)
    url = f"/capital/new?deal_id={deal.id}"
    typed = {"amount_wan": "3100", "arrived_on": "2013-06-20", "origin": "overseas"}
    answer = wang.submit(url, **typed)
    assert answer.status_code == 422 and "外资金额（万美元）" in answer.said
    assert answer.page.one("input", name="amount_wan").get("value") == "3100"
    assert wang.submit(url, **typed, usd_wan="3100万元").status_code == 422
    wang.submit(url, **typed, usd_wan="500万美元")
    row = db.session.scalars(sa.select(PaidIn)).one()
    assert row.usd_wan == 500
    page = chen.see(f"/capital/{row.id}").text
    assert "500万美元" in page and "1 美元合 6.2000 元" in page and "请核对两个数的单位" not in page
    chen.press(f"/capital/{row.id}", f"/capital/{row.id}/check")
    chen.submit(f"/capital/{row.id}/recognise")
    told = wang.see(f"/capital/deals/{deal.id}")
    assert "实际使用外资" in told.text and "合同外资 2,000万美元" in told.text
    assert any("usd=1" in link and f"deal={deal.id}" in link for link in told.links)
    assert "实际使用外资 500万美元，合同外资 2,000万美元" in wang.see(f"/deals/{deal.id}").text
    line = chen.see(
        "/capital/deals?foreign=1&columns=contract_usd_wan&columns=used_usd_wan&columns=usd_percent"
    ).rows()
    assert line[0][2:5] == ["2,000", "500", "25"], line
    assert "500" in str(chen.see("/capital?usd=1&columns=usd_wan").rows())
    chen.submit("/capital/returns", _to="/capital/returns")
    month = chen.see("/capital/returns/1")
    assert "其中实际使用外资" in month.text and "500万美元" in month.text
    assert "500" in str(chen.see("/capital/returns/rows?month=2013-06&usd=1&columns=usd_wan").rows())
    done = wang.submit(f"/capital/{row.id}/adjust", change_wan="", change_usd_wan="-20", why="报告改了")
    assert done.status_code == 303, done.said
    assert chen.see("/capital/returns/1").text.count("500万美元") == 1


@pytest.mark.on("sqlite")
def test_a_slip_of_the_unit_is_pointed_at_before_it_is_recognised(
    cast: Any, deal: Any, as_user: Login
) -> None:
    row = declared(deal, cast.wang, **{**OVERSEAS, "usd_wan": Decimal(5_000_000)})
    actions.check(row, actor=cast.chen)
    db.session.commit()
    for url in (f"/capital/{row.id}", f"/capital/{row.id}/recognise"):
        assert "请核对两个数的单位" in as_user(cast.chen).see(url).text


@pytest.mark.on("sqlite")
def test_the_contract_in_dollars_is_typed_on_the_deal_and_refused_when_it_is_none(
    cast: Any, deal: Any, as_user: Login
) -> None:
    wang = as_user(cast.wang)
    url = f"/deals/{deal.id}/edit"
    assert wang.see(url).one("input", name="contract_usd_wan").get("value") == "2000"
    step = {"next_step": "办理信息报告", "next_due_on": "2013-08-01"}
    refused = wang.submit(url, contract_usd_wan="0", **step)
    assert refused.status_code == 422 and "没有外资的请空着" in refused.said
    unclear = wang.submit(url, contract_usd_wan="USD 5,600,000", **step)
    assert unclear.status_code == 422 and "没有写明是美元还是万美元" in unclear.said
    wang.submit(url, contract_usd_wan="2,500", **step)
    assert db.session.scalar(sa.select(Deal.contract_usd_wan).where(Deal.id == deal.id)) == 2_500
    page = wang.see(f"/deals/{deal.id}").text
    assert "2,500万美元" in page and "合同外资（万美元）" in page
    assert [row[1] for row in wang.see("/deals?foreign=1").rows()] == [deal.name]


@pytest.mark.on("sqlite")
def test_the_indicators_say_dollars_in_both_languages(cast: Any, deal: Any, as_user: Login) -> None:
    recognised(deal, cast.wang, cast.chen, **OVERSEAS)
    db.session.commit()
    chen = as_user(cast.chen)
    assert "500万美元" in chen.see("/indicators/used_usd").text
    assert "2,000万美元" in chen.see("/indicators/contract_usd").text
    cast.chen.locale = "en"
    db.session.commit()
    assert "USD 5.00 million" in as_user(cast.chen).see("/indicators/used_usd").text
    for url in (f"/capital/deals/{deal.id}", "/capital/1", f"/capital/new?deal_id={deal.id}"):
        as_user(cast.chen).see(url)


@pytest.mark.on("sqlite")
def test_a_list_brings_dollars_and_is_asked_for_them(cast: Any, deal: Any, as_user: Login) -> None:
    text = (
        "项目名称,到位日期,到位金额,资金来源地,实际使用外资,凭证种类\n"
        "合资项目,2013-06-20,3100万,境外,500万美元,外商投资信息报告\n"
        "合资项目,2013-06-21,620,境外,,银行进账单\n"
        "合资项目,2013-06-22,630,省外,100,银行进账单\n"
        "合资项目,2013-06-23,640,境外,640万元,银行进账单\n"
    )
    chen = as_user(cast.chen)
    here = chen.submit("/imports", noun="paid_in", file=(io.BytesIO(text.encode()), "台账.csv")).went_to
    chen.submit(here, f"{here}/check")
    told = rows()
    assert [row.finding for row in told.values()] == [Finding.NEW, *[Finding.ERROR] * 3]
    for row, sentence in zip(
        list(told.values())[1:], ("请照外商投资信息报告", "只有来自境外", "不要自己折算"), strict=True
    ):
        assert sentence in row.message
    run(chen, here)
    made = db.session.scalars(sa.select(PaidIn)).one()
    assert (made.usd_wan, made.voucher_kind) == (500, VoucherKind.FOREIGN)


@pytest.mark.on("sqlite")
def test_the_demo_district_has_some_and_its_figures_stay(district: Any, session: Any) -> None:
    half = Window(dt.date(2013, 1, 1), dt.date(2013, 6, 30))
    assert used(district["admin"], half) == Decimal("1094.74")
    assert counting.count(catalogue.CATALOGUE["contract_usd"], district["admin"], half).value == 3_500
    rows = session.scalars(sa.select(PaidIn).where(PaidIn.usd_wan.is_not(None))).all()
    assert not any(foreign.is_odd(row.amount_wan, row.usd_wan) for row in rows) and len(rows) == 3
    frozen = session.scalar(sa.select(sa.func.sum(ReturnLine.usd_wan)))
    assert frozen == Decimal("901.24"), "what arrived by May is frozen with its months"
