"""到位资金 in the browser: works · recorded · refused politely · reader 403 · stranger 404 · GET does not act."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.capital import actions, queries
from crm.capital.models import MonthlyReturn, PaidIn, PaidInState
from crm.db import db
from crm.files.models import StoredFile
from crm.org import settings
from tests.capital.make import declared, recognised, signed

Login = Callable[..., Any]


@pytest.fixture
def deal(cast: Any, session: Any) -> Any:
    made = signed("阀门项目", cast.wang)
    session.commit()
    return made


def rows() -> list[PaidIn]:
    return list(db.session.scalars(sa.select(PaidIn).order_by(PaidIn.id)))


def verbs() -> list[str]:
    return list(db.session.scalars(sa.select(Event.verb).where(Event.noun == "paid_in").order_by(Event.id)))


def photo(data: bytes = b"slip") -> tuple[io.BytesIO, str]:
    return io.BytesIO(data), "进账单.jpg"


def test_from_the_deals_page_to_a_recognised_sum(cast: Any, deal: Any, as_user: Login) -> None:
    wang, chen = as_user(cast.wang), as_user(cast.chen)
    assert f"/capital/new?deal_id={deal.id}" in wang.see(f"/deals/{deal.id}").links
    assert f"/capital/new?deal_id={deal.id}" in wang.see("/capital/new").links
    page = wang.see(f"/capital/new?deal_id={deal.id}")
    assert page.one("input", name="payer").get("value") == "阀门项目投资方"
    here = wang.submit(
        f"/capital/new?deal_id={deal.id}",
        amount_wan="1.2亿",
        arrived_on="2013年6月20日",
        voucher_no="No.77",
        files=photo(),
    ).went_to
    row = rows()[0]
    assert here == f"/capital/{row.id}" and row.amount_wan == 12_000 and row.payer == "阀门项目投资方"
    page = wang.see(here)
    assert (
        "要由别人初审" in page.text
        and f"/capital/files/{db.session.scalar(sa.select(StoredFile.id))}" in page.links
    )
    assert wang.get(f"/capital/files/{db.session.scalar(sa.select(StoredFile.id))}").get_data() == b"slip"
    assert here in chen.see("/capital/queue").links
    assert chen.press("/capital/queue", f"/capital/{row.id}/check?from=queue").went_to == "/capital/queue"
    done = chen.submit(f"/capital/{row.id}/recognise?from=queue")
    assert done.went_to == "/capital/queue" and rows()[0].state is PaidInState.RECOGNISED
    assert "没有等您办的" in chen.see("/capital/queue").text
    assert verbs() == ["paid_in.declared", "paid_in.attached", "paid_in.checked", "paid_in.recognised"]
    page = chen.see(f"/capital/{row.id}")
    assert "补充凭证" in page.text and "认定" in page.text and "省外 · 已认定 · 计入 100%" in page.text
    told = wang.see(f"/capital/deals/{deal.id}").text
    assert "1.20亿元" in told and "占协议 120.0%" in told and "口径" in told


def test_a_double_is_named_beside_the_field_and_may_be_explained(
    cast: Any, deal: Any, as_user: Login
) -> None:
    wang = as_user(cast.wang)
    url = f"/capital/new?deal_id={deal.id}"
    wang.submit(url, amount_wan="300", arrived_on="2013-06-01")
    answer = wang.submit(url, amount_wan="300", arrived_on="2013-06-01", note="第二笔")
    assert answer.status_code == 422 and "可能已经申报过" in answer.said and len(rows()) == 1
    assert "第二笔" in answer.get_data(as_text=True), "what was typed is kept"
    form = {
        one.get("name"): one.get("value")
        for one in answer.page.all("input", type="hidden")
        if one.get("name")
    }
    data = {**form, "amount_wan": "300", "arrived_on": "2013-06-01", "payer": "阀门项目投资方", "origin": "out_of_province",
            "kind": "cash", "voucher_kind": "bank", "voucher_no": "", "note": "第二笔", "duplicate_reason": "当天两笔"}  # fmt: skip
    assert wang.post(url, data=data).status_code == 303
    page = wang.see(f"/capital/{rows()[1].id}")
    assert "可能重复：有 1 笔" in page.text and f"/capital/{rows()[0].id}" in page.links


def test_of_another_units_double_only_the_unit_is_told(
    cast: Any, deal: Any, session: Any, as_user: Login
) -> None:
    first = declared(deal, cast.wang, amount_wan=Decimal(4_321))
    other = declared(
        signed("另一个项目", cast.li), cast.li, amount_wan=Decimal(4_321), payer=first.payer,
        duplicate_reason="同日两笔",
    )  # fmt: skip
    other.amount_wan = Decimal(55)
    first.voucher_no = other.voucher_no = "同一张凭证"
    session.commit()
    page = as_user(cast.li).see(f"/capital/{other.id}")
    assert "可能重复：有 1 笔" in page.text and "区招商局" in page.text and "4,321" not in page.text
    assert "4,321" in as_user(cast.zheng).see(f"/capital/{other.id}").text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"amount_wan": ""}, "请填写到位金额"),
        ({"amount_wan": "甲乙丙"}, "看不懂金额"),
        ({"amount_wan": "-5"}, "金额不能是负数"),
        ({"arrived_on": "2013-02-30"}, "没有“2013-02-30”这一天"),
        ({"arrived_on": "2014-01-01"}, "还没有到"),
        ({"payer": " "}, "请填写出资方"),
        ({"files": (io.BytesIO(b"MZ"), "a.exe")}, "不收这种附件"),
    ],
)
@pytest.mark.on("sqlite")
def test_bad_input_is_named_and_changes_nothing(
    cast: Any, deal: Any, as_user: Login, typed: dict[str, Any], sentence: str
) -> None:
    fields = {"amount_wan": "300", "arrived_on": "2013-06-01"} | typed
    answer = as_user(cast.wang).submit(f"/capital/new?deal_id={deal.id}", **fields)
    assert answer.status_code == 422 and sentence in answer.said and rows() == [] and verbs() == []


def test_sent_back_corrected_and_declared_anew(cast: Any, deal: Any, as_user: Login) -> None:
    row = declared(deal, cast.wang)
    wang, chen = as_user(cast.wang), as_user(cast.chen)
    assert chen.submit(f"/capital/{row.id}/return").status_code == 422
    chen.submit(f"/capital/{row.id}/return", reason="无凭证", why="请补进账单")
    assert (rows()[0].state, rows()[0].reason_note) == (PaidInState.RETURNED, "请补进账单")
    page = wang.see(f"/capital/{row.id}")
    assert "退回：无凭证" in page.text and "请补进账单" in page.text
    assert (
        wang.submit(f"/capital/{row.id}/edit", voucher_no="No.9", files=photo()).went_to
        == f"/capital/{row.id}"
    )
    assert rows()[0].state is PaidInState.DECLARED and rows()[0].voucher_no == "No.9"
    assert chen.get(f"/capital/{row.id}/edit").status_code == 200, "her unit declares it too"


def test_somebody_changed_it_meanwhile(cast: Any, deal: Any, as_user: Login) -> None:
    row = declared(deal, cast.wang)
    wang = as_user(cast.wang)
    page = wang.see(f"/capital/{row.id}/edit")
    version = page.one("input", name="version").get("value")
    actions.edit(rows()[0], {"note": "同事改的"}, actor=cast.wang)
    answer = wang.submit(f"/capital/{row.id}/edit", note="我改的", version=version)
    assert answer.status_code == 409 and "同事改的" in answer.said


def test_readers_and_strangers(cast: Any, deal: Any, as_user: Login) -> None:
    row = declared(deal, cast.wang)
    zheng, li, wang = as_user(cast.zheng), as_user(cast.li), as_user(cast.wang)
    zheng.see("/capital")
    zheng.see(f"/capital/{row.id}")
    for url in (f"/capital/new?deal_id={deal.id}", f"/capital/{row.id}/edit", "/capital/queue", "/admin/capital/reasons",
                f"/capital/{row.id}/recognise", f"/capital/{row.id}/return", f"/capital/{row.id}/adjust"):  # fmt: skip
        assert zheng.get(url).status_code == 403, url
    for url in (
        f"/capital/{row.id}",
        f"/capital/{row.id}/edit",
        f"/capital/new?deal_id={deal.id}",
        f"/capital/deals/{deal.id}",
    ):
        assert li.get(url).status_code == 404, url
    assert f"/capital/{row.id}" not in li.see("/capital").links
    for url in (f"/capital/{row.id}/check", "/capital/returns"):
        answer = wang.post(url, data={"csrf_token": wang.token(), "month": "2013-06"})
        assert answer.status_code == 403, "a promoter judges nothing"
    for url in (f"/capital/{row.id}/check",):
        assert wang.get(url).status_code == 405
    assert rows()[0].state is PaidInState.DECLARED and verbs() == ["paid_in.declared"]


def test_opening_the_forms_does_nothing(cast: Any, deal: Any, as_user: Login) -> None:
    row = declared(deal, cast.wang)
    actions.check(row, actor=cast.chen)
    db.session.commit()
    chen = as_user(cast.chen)
    for act in ("recognise", "return"):
        chen.see(f"/capital/{row.id}/{act}")
    assert rows()[0].state is PaidInState.CHECKED


def test_the_register_adds_up_what_it_shows_and_exports_it(cast: Any, deal: Any, as_user: Login) -> None:
    recognised(deal, cast.wang, cast.chen, arrived_on=dt.date(2013, 5, 3))
    recognised(deal, cast.wang, cast.chen, arrived_on=dt.date(2013, 6, 3), amount_wan=Decimal(800))
    declared(deal, cast.wang, arrived_on=dt.date(2013, 6, 4), amount_wan=Decimal(70))
    settings.put("capital.target_wan", 10_000)
    db.session.commit()
    chen = as_user(cast.chen)
    page = chen.see("/capital")
    assert (
        "2,000万元" in page.text
        and "完成目标 1.00亿元 的 20.0%" in page.text
        and "口径：只计已认定" in page.text
    )
    for query, count, amount, counts in (
        ("month=2013-06", 2, "870万元", "800万元"), ("state=recognised", 2, "2,000万元", "2,000万元"),
        (f"deal={deal.id}&origin=out_of_province", 3, "2,070万元", "2,000万元"), ("q=衢澜", 3, "2,070万元", "2,000万元"),
        ("q=famen", 3, "2,070万元", "2,000万元"), (f"deal=阀门&month=2013-05&unit={cast.wang.unit_id}", 1, "1,200万元", "1,200万元"),
        ("arrived_from=2013-06-04", 1, "70万元", "0万元"), ("mine=1", 1, "70万元", "0万元"),
    ):  # fmt: skip
        page = chen.see(f"/capital?{query}")
        assert len(page.rows()) == count, query
        assert f"到位金额合计 {amount}" in page.text and f"认定金额合计 {counts}" in page.text, query
    answer = chen.post(
        "/lists/capital/export", data={
            "csrf_token": chen.token(), "format": "xlsx", "filter_month": "2013-06", "columns": ["amount_wan", "basis"]
        },
    )  # fmt: skip
    sheet = openpyxl.load_workbook(io.BytesIO(answer.get_data())).worksheets[0]
    told = list(sheet.iter_rows(values_only=True))
    assert [line[1] for line in told[1:]] == [70, 800], told
    assert told[2][2] == "省外 · 已认定 · 计入 100%", "every amount says its 口径"


@pytest.mark.on("sqlite")
def test_what_was_agreed_against_what_arrived_deal_by_deal(cast: Any, deal: Any, as_user: Login) -> None:
    deal.agreed_wan = Decimal(4_800)
    bare = signed("还没到位的项目", cast.wang)
    recognised(deal, cast.wang, cast.chen)
    declared(deal, cast.wang, amount_wan=Decimal(70))
    db.session.commit()
    chen = as_user(cast.chen)
    page = chen.see("/capital/deals?sort=-agreed")
    assert "签约以来累计，不分年度" in page.text and "/capital/deals" in chen.see("/capital").links
    lines = {row[1]: row[2:] for row in page.rows()}
    assert lines["阀门项目"][1:5] == ["4,800", "客商意向", "1,200", "25"], lines
    assert bare.name not in chen.see("/capital/deals?none=1&agreed_to=5000").text
    assert [row[1] for row in chen.see("/capital/deals?none=1").rows()] == [bare.name]
    assert (
        chen.see("/capital/deals?q=阀门").rows()
        and bare.name not in as_user(cast.li).see("/capital/deals").text
    )
    for agreed, word in ((4_800, "part"), (1_200, "whole"), (1_000, "over")):
        deal.agreed_wan = Decimal(agreed)
        db.session.commit()
        for asked in ("part", "whole", "over"):
            found = chen.see(f"/capital/deals?fulfilled={asked}").text
            assert ("阀门项目" in found) == (asked == word) and bare.name not in found, (agreed, asked)
    assert "超过协议" in chen.see("/capital/deals").text
    assert "比协议引资多 200万元" in chen.see(f"/capital/deals/{deal.id}").text
    deal.agreed_wan = Decimal(4_800)
    db.session.commit()
    assert "比协议引资多" not in chen.see(f"/capital/deals/{deal.id}").text
    data = {"csrf_token": chen.token(), "format": "xlsx", "columns": ["agreed_wan", "recognised", "percent"]}
    answer = chen.post("/lists/capital_deals/export", data=data)
    sheet = openpyxl.load_workbook(io.BytesIO(answer.get_data())).worksheets[0]
    assert ("阀门项目", 4_800, 1_200, 25) in list(sheet.iter_rows(values_only=True))


def test_the_official_register_is_filled_from_the_rows(cast: Any, deal: Any, as_user: Login) -> None:
    recognised(deal, cast.wang, cast.chen)
    declared(deal, cast.wang, amount_wan=Decimal(70))
    db.session.commit()
    chen = as_user(cast.chen)
    assert "阀门项目" in chen.see("/layouts/capital-register").text
    data = {"csrf_token": chen.token(), "format": "xlsx", "filter_state": "recognised"}
    answer = chen.post("/layouts/capital-register", data=data)
    lines = list(
        openpyxl.load_workbook(io.BytesIO(answer.get_data())).worksheets[0].iter_rows(values_only=True)
    )
    assert lines[0][0] == "到位资金台账" and any("认定 0.12 亿元" in str(line[0]) for line in lines)
    at = next(at for at, line in enumerate(lines) if line[0] == "序号")
    assert lines[at + 1][1] == "阀门项目" and 1_200 in lines[at + 1] and "70" not in str(lines[at + 2 :])


def test_many_at_once_leave_out_ones_own(cast: Any, deal: Any, as_user: Login) -> None:
    others, own = declared(deal, cast.wang), declared(deal, cast.chen, amount_wan=Decimal(5))
    chen = as_user(cast.chen)
    for act, state in (("check", PaidInState.CHECKED), ("recognise", PaidInState.RECOGNISED)):
        chen.post(
            "/lists/capital/bulk", data={"csrf_token": chen.token(), "act": act, "ids": [others.id, own.id]}
        )
        assert [row.state for row in rows()] == [state, PaidInState.DECLARED]


def test_a_month_is_closed_and_every_figure_leads_to_its_rows(cast: Any, deal: Any, as_user: Login) -> None:
    row = recognised(deal, cast.wang, cast.chen)
    chen, wang = as_user(cast.chen), as_user(cast.wang)
    assert "由区招商局关账" in as_user(cast.zhou).see("/capital/returns").text
    here = chen.submit("/capital/returns", _to="/capital/returns").went_to
    closed = db.session.scalars(sa.select(MonthlyReturn)).one()
    assert here == f"/capital/returns/{closed.id}" and closed.name == "2013-06"
    as_user(cast.admin).see(
        "/admin/events?noun=monthly_return"
    )  # a good page: nothing in it is shown as it is stored
    page = chen.see(here)
    assert "2013 年第 1 号" in page.text and "1,200万元" in page.text and "口径" in page.text
    unit = cast.wang.unit_id
    for link in ("/capital/returns/rows?month=2013-06", f"/capital/returns/rows?month=2013-06&unit={unit}",
                 f"/capital/returns/rows?up_to=2013-06&unit={unit}", "/capital/returns/rows?month=2013-06&origin=out_of_province"):  # fmt: skip
        assert link in page.links, link
        assert [line[0] for line in chen.see(link).rows()] == ["选择 阀门项目"] or "阀门项目" in str(
            chen.see(link).rows()
        )
    assert "已计入" in wang.see(f"/capital/{row.id}").text
    assert wang.get(f"/capital/{row.id}/edit").status_code == 403
    assert chen.get(f"/capital/{row.id}/take-back").status_code == 403
    change = wang.submit(f"/capital/{row.id}/adjust", change_wan="－200", why="退货").went_to
    assert rows()[1].amount_wan == -200 and change == f"/capital/{rows()[1].id}"
    assert wang.submit(f"/capital/{row.id}/adjust", change_wan="-2000", why="退货").status_code == 422
    assert "关账以后的调整" in wang.see(f"/capital/{row.id}").text
    again = chen.post(
        "/capital/returns", data={"csrf_token": chen.token(), "once": "x" * 12, "month": "2013-06"}
    )
    assert again.status_code == 422 and "没有可以关账" in again.said
    assert db.session.scalar(sa.select(sa.func.count(MonthlyReturn.id))) == 1


def test_taken_back_with_a_reason(cast: Any, deal: Any, as_user: Login) -> None:
    row = recognised(deal, cast.wang, cast.chen)
    chen = as_user(cast.chen)
    assert chen.submit(f"/capital/{row.id}/take-back").status_code == 422
    chen.submit(f"/capital/{row.id}/take-back", why="凭证要再看")
    assert rows()[0].state is PaidInState.CHECKED and "凭证要再看" in chen.see(f"/capital/{row.id}").text


def test_who_declared_it_is_not_asked_to_take_it_back(cast: Any, deal: Any, as_user: Login) -> None:
    row = recognised(deal, cast.chen, cast.admin)
    db.session.commit()
    url = f"/capital/{row.id}/take-back"
    chen, admin = as_user(cast.chen), as_user(cast.admin)
    assert url not in chen.see(f"/capital/{row.id}").links and chen.get(url).status_code == 403
    assert url in admin.see(f"/capital/{row.id}").links


def test_the_administrator_keeps_the_reasons_of_a_year(cast: Any, session: Any, as_user: Login) -> None:
    admin = as_user(cast.admin)
    assert "还没有自己的清单" in admin.see("/admin/capital/reasons").text
    admin.submit("/admin/capital/reasons?year=2013", words="本地资金\n\n凭证不清\n")
    assert queries.reasons(2013) == ["本地资金", "凭证不清"]
    assert admin.submit("/admin/capital/reasons?year=2013", words=" \n").status_code == 422
    assert db.session.scalar(sa.select(sa.func.count(Event.id)).where(Event.verb == "setting.changed")) == 1
    assert admin.get("/admin/capital/reasons?year=99").status_code == 200
    assert admin.get("/admin/capital/reasons?year=9999").status_code == 404


def test_in_english(cast: Any, deal: Any, as_user: Login) -> None:
    row = recognised(deal, cast.wang, cast.chen)
    late = declared(deal, cast.wang, amount_wan=Decimal(90))
    cast.chen.locale = "en"
    chen = as_user(cast.chen)
    for url in ("/capital", "/capital?state=recognised", f"/capital/{row.id}", "/capital/queue", "/capital/returns",
                f"/capital/deals/{deal.id}", f"/capital/{late.id}/return", f"/capital/new?deal_id={deal.id}", "/capital/new"):  # fmt: skip
        chen.see(url)
    actions.close_month(dt.date(2013, 6, 1), actor=cast.admin)
    db.session.commit()
    for url in (
        "/capital/returns/1",
        "/capital/returns/rows",
        f"/capital/{row.id}/adjust",
        f"/capital/{row.id}",
    ):
        chen.see(url)
