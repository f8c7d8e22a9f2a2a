"""申报 → 初审 → 认定 / 退回; only what is recognised counts; a closed month never changes."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.datastructures import FileStorage

from crm.audit.models import Event
from crm.capital import actions, queries
from crm.capital.lists import basis_of
from crm.capital.models import Closed, MonthlyReturn, PaidIn, PaidInState, ReturnLine, VoucherKind
from crm.db import WrittenOnce, db
from crm.deals.stages import SourceScope, Stage
from crm.lib.errors import Refused
from crm.org import settings
from crm.org.models import Unit
from tests.capital.make import declared, recognised, said, signed
from tests.deals.make import make_deal

JANUARY, MAY, JUNE = dt.date(2013, 1, 1), dt.date(2013, 5, 1), dt.date(2013, 6, 1)


@pytest.fixture
def deal(cast: Any, session: Any) -> Any:
    return signed("阀门项目", cast.wang)


def verbs(row: PaidIn) -> list[str]:
    rows = sa.select(Event.verb).where(Event.noun == "paid_in", Event.record_id == row.id)
    return list(db.session.scalars(rows.order_by(Event.id)))


def counted() -> Decimal:
    """What counts in 2013 by live rows."""
    return queries.standing(sa.select(PaidIn), dt.date(2013, 7, 25), None).recognised_wan


def photo(data: bytes = b"voucher") -> FileStorage:
    return FileStorage(io.BytesIO(data), filename="进账单.jpg")


# --- the way of a sum ---------------------------------------------------------------------------------------


def test_a_sum_counts_only_when_it_is_recognised(cast: Any, deal: Any) -> None:
    row = declared(deal, cast.wang)
    assert (row.state, row.unit_id, row.counted_wan) == (PaidInState.DECLARED, cast.wang.unit_id, 0)
    assert counted() == 0
    actions.check(row, actor=cast.chen)
    assert counted() == 0 and row.checked_by_id == cast.chen.id
    actions.recognise(row, actor=cast.chen)
    assert counted() == Decimal(1_200) and row.counts_on == dt.date(2013, 6, 20)
    assert verbs(row) == ["paid_in.declared", "paid_in.checked", "paid_in.recognised"]


def test_it_counts_by_the_day_it_arrived_not_the_day_it_was_recognised(cast: Any, deal: Any) -> None:
    recognised(deal, cast.wang, cast.chen, arrived_on=dt.date(2013, 2, 28))
    assert queries.standing(sa.select(PaidIn), dt.date(2013, 2, 28), None).recognised_wan == 1_200
    assert queries.standing(sa.select(PaidIn), dt.date(2013, 2, 27), None).recognised_wan == 0


def test_nobody_judges_what_he_declared(cast: Any, deal: Any) -> None:
    row = declared(deal, cast.chen)
    for act in (
        lambda: actions.check(row, actor=cast.chen),
        lambda: actions.send_back(row, "无凭证", "", actor=cast.chen),
    ):
        with pytest.raises(Refused, match="您申报的"):
            act()
    actions.check(row, actor=cast.admin)
    with pytest.raises(Refused, match="您申报的"):
        actions.recognise(row, actor=cast.chen)
    actions.recognise(row, actor=cast.admin)
    assert row.decided_by_id == cast.admin.id


def test_who_declared_it_before_it_came_back_does_not_judge_it_either(cast: Any, deal: Any) -> None:
    row = declared(deal, cast.chen)
    actions.send_back(row, "无凭证", "请补", actor=cast.admin)
    actions.edit(row, said(), actor=cast.wang)
    assert row.declared_by_id == cast.wang.id
    with pytest.raises(Refused, match="您申报的"):
        actions.check(row, actor=cast.chen)


def test_a_returned_sum_has_a_reason_of_the_years_list_and_may_be_declared_anew(cast: Any, deal: Any) -> None:
    row = declared(deal, cast.wang)
    with pytest.raises(Refused, match="2013 年度的原因"):
        actions.send_back(row, "看着不像", "", actor=cast.chen)
    actions.send_back(row, "本地资金", "付款方在本区", actor=cast.chen)
    assert (row.state, row.reason, counted()) == (PaidInState.RETURNED, "本地资金", 0)
    with pytest.raises(Refused, match="待初审、待认定"):
        actions.send_back(row, "本地资金", "", actor=cast.chen)
    actions.edit(row, said(payer="杭州远屿电子有限公司"), actor=cast.wang)
    assert (row.state, row.reason, row.reason_note) == (PaidInState.DECLARED, "", "")
    assert verbs(row)[-1] == "paid_in.redeclared"


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"amount_wan": Decimal(0)}, "金额要大于零"),
        ({"amount_wan": Decimal(-5)}, "金额要大于零"),
        ({"arrived_on": dt.date(2013, 7, 26)}, "还没有到"),
        ({"arrived_on": dt.date(2013, 1, 2)}, "早于签约日期"),
        ({"voucher_kind": VoucherKind.NONE, "voucher_no": "A1"}, "请选凭证种类"),
    ],
)
def test_what_cannot_be_is_refused(cast: Any, deal: Any, columns: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        declared(deal, cast.wang, **columns)


def test_before_the_contract_there_is_nothing_to_declare(cast: Any, session: Any) -> None:
    with pytest.raises(Refused, match="还没有签约"):
        declared(make_deal("还在谈的", cast.wang, stage=Stage.NEGOTIATING), cast.wang)


def test_local_money_and_money_without_a_voucher_are_not_recognised(cast: Any, deal: Any) -> None:
    local = declared(deal, cast.wang, origin=SourceScope.LOCAL)
    bare = declared(deal, cast.wang, voucher_kind=VoucherKind.NONE, amount_wan=Decimal(300))
    for row, sentence in ((local, "本地资金"), (bare, "没有凭证")):
        with pytest.raises(Refused, match="初审通过后"):
            actions.recognise(row, actor=cast.chen)
        actions.check(row, actor=cast.chen)
        with pytest.raises(Refused, match=sentence):
            actions.recognise(row, actor=cast.chen)
    assert counted() == 0


def test_the_share_is_a_setting_and_another_share_needs_its_ground(cast: Any, deal: Any) -> None:
    settings.put("capital.share_percent", 80)
    assert recognised(deal, cast.wang, cast.chen).counted_wan == Decimal(960)
    joint = declared(deal, cast.wang, amount_wan=Decimal(1_000))
    actions.check(joint, actor=cast.chen)
    with pytest.raises(Refused, match="请写明依据"):
        actions.recognise(joint, actor=cast.chen, share_percent=49)
    actions.recognise(joint, actor=cast.chen, share_percent=49, note="合资，外方占 49%")
    assert (joint.counted_wan, counted()) == (Decimal(490), Decimal(1_450))
    settings.put("capital.share_percent", 100)
    assert counted() == Decimal(1_450), "what was recognised keeps its share"


def test_an_adjustment_counts_at_the_share_of_what_it_adjusts(cast: Any, deal: Any) -> None:
    row = recognised(deal, cast.wang, cast.chen)
    actions.close_month(JUNE, actor=cast.chen)
    settings.put("capital.share_percent", 50)
    change = actions.adjust(row, {"change_wan": Decimal(-1_200), "why": "全部退回"}, actor=cast.wang)
    assert "计入 100%" in basis_of(change)
    actions.check(change, actor=cast.chen)
    with pytest.raises(Refused, match="请写明依据"):
        actions.recognise(change, actor=cast.chen, share_percent=50)
    actions.recognise(change, actor=cast.chen)
    assert (change.share_percent, change.counted_wan, counted()) == (100, Decimal(-1_200), 0)


def test_taken_back_while_the_month_is_open(cast: Any, deal: Any) -> None:
    row = recognised(deal, cast.wang, cast.chen)
    with pytest.raises(Refused, match="为什么撤回"):
        actions.take_back(row, "", actor=cast.chen)
    with pytest.raises(Refused, match="您申报的"):
        actions.take_back(row, "凭证要再看", actor=cast.wang)
    actions.take_back(row, "凭证要再看", actor=cast.chen)
    assert (row.state, row.counted_wan, counted()) == (PaidInState.CHECKED, 0, 0)


# --- doubles ------------------------------------------------------------------------------------------------


def test_the_same_money_the_same_number_and_the_same_file_are_noticed(cast: Any, deal: Any) -> None:
    first = actions.declare(deal, said(voucher_no="N1"), actor=cast.wang, uploads=[photo()])
    db.session.commit()
    other = signed("另一个项目", cast.li)
    db.session.commit()
    doubles = [
        (said(), (), "金额、日期、出资方都相同"),
        (said(voucher_no="N1", amount_wan=Decimal(7)), (), "凭证号相同"),
        (said(amount_wan=Decimal(8)), [photo()], "凭证文件相同"),
    ]
    for data, uploads, why in doubles:
        with pytest.raises(Refused, match=why) as refused:
            actions.declare(other, data, actor=cast.li, uploads=uploads)
        told = refused.value.message
        assert "区招商局申报的一笔" in told and refused.value.field == "duplicate_reason"
        assert "万元" not in told and "2013-" not in told, "nothing else of another unit's row"
        db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count(PaidIn.id))) == 1
    with pytest.raises(Refused, match="万元"):
        actions.declare(deal, said(), actor=cast.wang)
    db.session.rollback()
    actions.declare(other, said(amount_wan=Decimal(8)), actor=cast.li, uploads=[photo(b"another")])
    kept = actions.declare(other, said(duplicate_reason="同日两笔等额"), actor=cast.li)
    assert [one.row.id for one in queries.doubles_of(kept)] == [first.id]
    assert queries.doubled_among([first.id, kept.id]) == {first.id, kept.id}
    note = db.session.scalar(
        sa.select(Event.note).where(Event.record_id == kept.id, Event.verb == "paid_in.declared")
    )
    assert note == "同日两笔等额"


# --- closing ------------------------------------------------------------------------------------------------


def test_a_closed_month_is_numbered_and_later_changes_count_later(cast: Any, deal: Any) -> None:
    row = recognised(deal, cast.wang, cast.chen, arrived_on=dt.date(2013, 5, 7))
    waiting = declared(deal, cast.wang, arrived_on=dt.date(2013, 5, 8), amount_wan=Decimal(300))
    may = actions.close_month(MAY, actor=cast.chen)
    db.session.commit()
    assert (may.number, may.year, may.month_wan, may.year_wan, may.row_count) == (1, 2013, 1_200, 1_200, 1)
    assert (may.waiting_count, may.waiting_wan) == (1, 300)
    # late: recognised after its month was closed
    actions.check(waiting, actor=cast.chen)
    actions.recognise(waiting, actor=cast.chen)
    assert waiting.is_late and waiting.counts_on == dt.date(2013, 7, 25)
    # what counted is locked
    with pytest.raises(Refused, match="已经关账"):
        actions.take_back(row, "错了", actor=cast.chen)
    # and adjusted by a row of its own, which goes the same way
    change = actions.adjust(row, {"change_wan": Decimal(-200), "why": "退回部分设备"}, actor=cast.wang)
    with pytest.raises(Refused, match="不能小于零"):
        actions.adjust(row, {"change_wan": Decimal(-1_001), "why": "多退"}, actor=cast.wang)
    actions.check(change, actor=cast.chen)
    actions.recognise(change, actor=cast.chen)
    db.session.commit()
    assert counted() == Decimal(1_300)
    june = actions.close_month(JUNE, actor=cast.chen)
    db.session.commit()
    assert (june.number, june.month_wan, june.year_wan) == (2, 0, 1_200), "both count in July"
    assert db.session.get(MonthlyReturn, may.id).month_wan == 1_200
    for closed in (may, june):
        live = queries.sum_of(sa.select(PaidIn).where(
            PaidIn.state == PaidInState.RECOGNISED, queries.in_days(closed.month, queries.window.last_day(closed.month))
        ))  # fmt: skip
        assert live.counted_wan == closed.month_wan, "by live rows a closed month says what its return says"


def test_an_adjustment_looks_at_the_sum_as_it_is_now(cast: Any, deal: Any) -> None:
    row = recognised(deal, cast.wang, cast.chen)
    actions.close_month(JUNE, actor=cast.chen)
    _ = row.amount_wan
    gone_on = sa.update(PaidIn).values(amount_wan=Decimal(700))
    db.session.execute(gone_on, execution_options={"synchronize_session": False})
    assert row.amount_wan == 1_200, "as it was read"
    with pytest.raises(Refused, match="不能小于零"):
        actions.adjust(row, {"change_wan": Decimal(-701), "why": "退回"}, actor=cast.wang)


def test_what_counted_stays_whatever_is_tried(cast: Any, deal: Any) -> None:
    row = recognised(deal, cast.wang, cast.chen)
    closed = actions.close_month(JUNE, actor=cast.chen)
    db.session.commit()
    deal.name = "改了名的项目"
    db.session.commit()
    line = db.session.scalars(sa.select(ReturnLine)).one()
    assert (line.deal_name, line.unit_name, line.counted_wan) == ("阀门项目", "区招商局", 1_200)
    for column, value in (
        ("amount_wan", Decimal(1)),
        ("arrived_on", JANUARY),
        ("payer", "别人"),
        ("counts_on", JANUARY),
    ):
        setattr(row, column, value)
        with pytest.raises(Closed):
            db.session.flush()
        db.session.rollback()
    with pytest.raises(WrittenOnce):
        closed.month_wan = Decimal(5)
    with pytest.raises(WrittenOnce):
        line.counted_wan = Decimal(5)
    db.session.rollback()


def test_a_return_sums_the_rows_it_freezes_whatever_is_recognised_meanwhile(
    cast: Any, deal: Any, monkeypatch: Any
) -> None:
    row = recognised(deal, cast.wang, cast.chen)
    late = declared(deal, cast.wang, amount_wan=Decimal(300))
    actions.check(late, actor=cast.chen)
    db.session.commit()
    waiting_up_to = queries.waiting_up_to

    def meanwhile(month: dt.date) -> Any:
        actions.recognise(late, actor=cast.chen)
        return waiting_up_to(month)

    monkeypatch.setattr(queries, "waiting_up_to", meanwhile)
    closed = actions.close_month(JUNE, actor=cast.chen)
    assert [(line.paid_in_id, line.counted_wan) for line in closed.lines] == [(row.id, closed.month_wan)]
    assert (closed.row_count, closed.month_wan, late.monthly_return_id) == (1, 1_200, None)


def test_who_read_a_sum_before_its_month_was_closed_cannot_write_it(cast: Any, deal: Any) -> None:
    row = recognised(deal, cast.wang, cast.chen)
    number = row.id
    db.session.commit()
    with Session(db.engine, expire_on_commit=False) as other:
        read = other.get_one(PaidIn, number)
        other.commit()
        actions.close_month(JUNE, actor=cast.chen)
        db.session.commit()
        assert read.monthly_return_id is None
        read.counted_wan = Decimal(1)
        with pytest.raises(StaleDataError):
            other.flush()
        other.rollback()
    assert row.counted_wan == 1_200


def test_months_are_closed_one_after_another_and_only_when_they_are_over(cast: Any, deal: Any) -> None:
    assert queries.next_to_close() is None
    with pytest.raises(Refused, match="没有可以关账"):
        actions.close_month(MAY, actor=cast.chen)
    recognised(deal, cast.wang, cast.chen, arrived_on=dt.date(2013, 5, 7))
    recognised(deal, cast.wang, cast.chen, arrived_on=dt.date(2013, 7, 7))
    with pytest.raises(Refused, match="下一个是 2013-05"):
        actions.close_month(JUNE, actor=cast.chen)
    for month in (MAY, JUNE):
        actions.close_month(month, actor=cast.chen)
        db.session.commit()
    assert queries.next_to_close() is None, "July is not over"
    assert [one.label for one in queries.returns()] == ["2013 年第 2 号", "2013 年第 1 号"]


def test_the_figures_of_a_return_are_its_frozen_rows(cast: Any, deal: Any, session: Any) -> None:
    other = signed("乡镇项目", cast.li)
    recognised(deal, cast.wang, cast.chen, arrived_on=dt.date(2013, 5, 7))
    recognised(deal, cast.wang, cast.chen, arrived_on=dt.date(2013, 6, 7), amount_wan=Decimal("0.01"))
    recognised(
        other,
        cast.li,
        cast.chen,
        arrived_on=dt.date(2013, 6, 8),
        origin=SourceScope.OVERSEAS,
        usd_wan=Decimal(195),
    )
    actions.close_month(MAY, actor=cast.chen)
    june = actions.close_month(JUNE, actor=cast.chen)
    db.session.commit()
    seen = queries.lines_visible_to(cast.chen)
    told = {one.label: (one.month_rows, one.month_wan, one.year_rows, one.year_wan)
            for one in queries.parts_of(june, seen, "unit")}  # fmt: skip
    assert told == {
        "区招商局": (1, Decimal("0.01"), 2, Decimal("1200.01")), "航埠镇": (1, Decimal(1_200), 1, Decimal(1_200)),
    }  # fmt: skip
    assert (
        sum(one.year_wan for one in queries.parts_of(june, seen, "origin"))
        == june.year_wan
        == Decimal("2400.01")
    )
    own = queries.parts_of(june, queries.lines_visible_to(cast.li), "unit")
    assert [one.label for one in own] == ["航埠镇"], "another unit sees its own part"


def test_the_year_from_december_to_november(cast: Any, session: Any) -> None:
    settings.put("capital.first_month", 12)
    deal = signed("老项目", cast.wang, signed_on=dt.date(2012, 6, 1))
    recognised(deal, cast.wang, cast.chen, arrived_on=dt.date(2012, 12, 5))
    recognised(deal, cast.wang, cast.chen, arrived_on=dt.date(2012, 11, 5))
    assert counted() == 1_200
    november = actions.close_month(dt.date(2012, 11, 1), actor=cast.chen)
    december = actions.close_month(dt.date(2012, 12, 1), actor=cast.chen)
    assert [(one.year, one.number, one.year_wan) for one in (november, december)] == [
        (2012, 1, 1_200),
        (2013, 1, 1_200),
    ]


# --- who sees what ------------------------------------------------------------------------------------------


def test_the_office_sees_all_a_unit_its_own_and_what_arrived_for_its_deals(cast: Any, deal: Any) -> None:
    bureaus = declared(deal, cast.wang)
    town = declared(signed("乡镇项目", cast.li), cast.li, amount_wan=Decimal(800))
    db.session.commit()

    def seen(user: Any) -> set[int]:
        return set(db.session.scalars(queries.visible_to(user).with_only_columns(PaidIn.id)))

    assert seen(cast.chen) == seen(cast.admin) == seen(cast.zheng) == {bureaus.id, town.id}
    assert seen(cast.li) == {town.id}
    assert queries.may_recognise(cast.chen, town) and not queries.may_recognise(cast.wang, town)
    settings.put("capital.office", "航埠镇")
    assert seen(cast.chen) == {bureaus.id} and not queries.may_recognise(cast.chen, bureaus)
    assert queries.may_check(cast.chen, bureaus) and seen(cast.li) == {bureaus.id, town.id}
    settings.put("capital.office", "没有这个单位")
    assert queries.may_recognise(cast.chen, bureaus) and not queries.may_close(cast.chen)
    assert queries.may_close(cast.admin)
    deal.unit_id = db.session.scalar(sa.select(Unit.id).filter_by(name="航埠镇"))
    db.session.commit()
    assert bureaus.id in seen(cast.li), "who answers for the deal now sees what arrived before"


def test_the_queue_holds_what_others_declared(cast: Any, deal: Any) -> None:
    own, others = declared(deal, cast.chen), declared(deal, cast.wang, amount_wan=Decimal(9))
    db.session.commit()
    waiting = set(db.session.scalars(queries.waiting_for(cast.chen).with_only_columns(PaidIn.id)))
    assert waiting == {others.id} and queries.number_waiting(cast.chen) == 1
    assert queries.number_waiting(cast.admin) == 2 and queries.number_waiting(cast.wang) == 0
    assert own.id not in waiting


def test_a_year_without_a_list_takes_the_one_before_it(cast: Any, session: Any) -> None:
    assert {"住宅部分", "电信电力等网络项目", "企业自行搬迁", "低于起点规模"} <= set(queries.reasons(2013))
    actions.set_reasons(2012, ["老原因", " 老原因 ", "", "本地资金"], actor=cast.admin)
    assert queries.reasons(2013) == ["老原因", "本地资金"] and not queries.has_own_reasons(2013)
    actions.set_reasons(2013, ["新原因"], actor=cast.admin)
    assert (queries.reasons(2012), queries.reasons(2014)) == (["老原因", "本地资金"], ["新原因"])
    for words, sentence in (
        (["", " "], "至少要有一个"),
        (["长" * 41], "太长"),
        ([str(n) for n in range(31)], "最多 30"),
    ):
        with pytest.raises(Refused, match=sentence):
            actions.set_reasons(2013, words, actor=cast.admin)
