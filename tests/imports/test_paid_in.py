"""Money that arrived, in a list: declared by its verb, counted by nobody before it is recognised, undone."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa

from crm.capital import actions
from crm.capital.models import PaidIn, PaidInState, PaidKind, VoucherKind
from crm.deals.stages import SourceScope, Stage
from crm.imports.models import Finding, Outcome
from tests.capital.make import said, signed
from tests.deals.make import make_deal
from tests.imports.lists import rows, run

LIST = """2013 年上半年到位资金台账,,,,,,,
项目名称,到位时间,金额,付款方,来源地,用途,凭证类型,凭证编号
阀门项目,2013年6月20日,1200万,上海衢澜精密机械有限公司,省外,设备购置,设备发票,No.1
阀门项目,2013.6.21,0.5亿,,,,,
阀门项目,2013-06-20,1200,上海衢澜精密机械有限公司,,,设备发票,No.1
还在谈的,2013-06-20,100,甲公司,,,,
别的单位的,2013-06-20,100,甲公司,,,,
没有这个项目,2013-06-20,100,甲公司,,,,
阀门项目,2012-06-20,-5,甲公司,火星,,,
"""


@pytest.fixture
def deal(cast: Any, session: Any) -> Any:
    made = signed("阀门项目", cast.wang)
    make_deal("还在谈的", cast.wang, stage=Stage.NEGOTIATING)
    signed("别的单位的", cast.li)
    session.commit()
    return made


def checked(client: Any) -> str:
    here = client.submit("/imports", noun="paid_in", file=(io.BytesIO(LIST.encode()), "台账.csv")).went_to
    assert client.submit(here, f"{here}/check").went_to == here
    return str(here)


def test_sums_come_in_declared_and_go_again(
    cast: Any, session: Any, deal: Any, as_user: Callable[..., Any]
) -> None:
    wang = as_user(cast.wang)
    here = checked(wang)
    found = {number: row.finding for number, row in rows().items()}
    assert found == {
        3: Finding.NEW, 4: Finding.NEW, 5: Finding.REPEATED, 6: Finding.ERROR, 7: Finding.ERROR, 8: Finding.ERROR,
        9: Finding.ERROR,
    }  # fmt: skip
    said = {number: row.message for number, row in rows().items()}
    assert "没有凭证的不能认定" in said[4] and "还没有签约" in said[6]
    assert "没有您看得到的项目" in said[7] and "没有您看得到的项目" in said[8]
    assert rows()[9].wrong == ["arrived_on", "amount_wan", "origin"]
    assert session.scalar(sa.select(sa.func.count(PaidIn.id))) == 0, "the check writes nothing"
    run(wang, here)
    first, second = session.scalars(sa.select(PaidIn).order_by(PaidIn.id))
    assert (first.amount_wan, first.kind, first.voucher_kind, first.voucher_no, first.state) == (
        Decimal(1_200), PaidKind.EQUIPMENT, VoucherKind.EQUIPMENT, "No.1", PaidInState.DECLARED,
    )  # fmt: skip
    assert (second.amount_wan, second.payer, second.origin) == (
        Decimal(5_000), "阀门项目投资方", SourceScope.OUT_OF_PROVINCE,
    )  # fmt: skip
    assert first.declared_by_id == cast.wang.id and first.counted_wan == 0
    assert f"/capital/{first.id}" in wang.see(f"{here}?outcome=created").links
    checked(wang)
    assert rows()[3].finding is Finding.UNCHANGED
    actions.check(first, actor=cast.chen)
    session.commit()
    page = wang.see(here) if wang.press(here, f"{here}/undo").went_to else None
    assert page is not None and "陈主任后来改过" in page.text
    assert [row.id for row in session.scalars(sa.select(PaidIn))] == [first.id]
    assert {row.outcome for row in rows().values() if row.record_id == first.id} <= {Outcome.KEPT}


def test_a_list_updates_what_waits_and_leaves_what_came_back(
    cast: Any, session: Any, deal: Any, as_user: Callable[..., Any]
) -> None:
    waits = actions.declare(deal, said(note="原来的说明"), actor=cast.chen)
    back = actions.declare(deal, said(arrived_on=dt.date(2013, 6, 21)), actor=cast.wang)
    actions.send_back(back, "无凭证", "请补发票", actor=cast.chen)
    session.commit()
    before, returned = waits.snapshot(), back.snapshot()
    text = "项目名称,到位日期,金额,付款方,凭证号\n"
    text += "".join(f"阀门项目,2013-06-{day},1200,上海衢澜精密机械有限公司,No.{day}\n" for day in (20, 21))
    chen = as_user(cast.chen)
    here = chen.submit("/imports", noun="paid_in", file=(io.BytesIO(text.encode()), "台账.csv")).went_to
    chen.submit(here, f"{here}/check", mode="both")
    assert {number: row.finding for number, row in rows().items()} == {
        2: Finding.UPDATE, 3: Finding.UNCHANGED,
    }  # fmt: skip
    run(chen, here)
    assert waits.voucher_no == "No.20" and back.snapshot() == returned
    chen.press(here, f"{here}/undo")
    assert rows()[2].outcome is Outcome.UNDONE and waits.snapshot() == before


@pytest.mark.on("sqlite")
def test_the_template_can_be_downloaded_and_is_taken(
    cast: Any, deal: Any, as_user: Callable[..., Any]
) -> None:
    wang = as_user(cast.wang)
    link = next(one for one in wang.see("/imports").links if "paid_in" in one)
    book = openpyxl.load_workbook(io.BytesIO(wang.get(link).get_data()))
    assert [cell.value for cell in book.worksheets[0][1]][:3] == ["项目名称", "到位日期", "到位金额"]
    assert "说明" in book.sheetnames
    assert as_user(cast.zheng).get(link).status_code == 403
