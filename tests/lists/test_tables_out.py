"""What leaves of a page that is no list: its tables as they stand there, for whoever sees them and has the right."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from crm.audit.models import Event
from crm.lib.money import read_wan_text, wan_text
from crm.lists.exports import tables
from crm.org import settings
from crm.slips.models import SlipRound
from tests.cast import Cast, make_contact, make_deal, make_enterprise

PAGE = """<title>三率 · 招商引资</title><table class="table"><caption class="hide">各单位</caption><thead><tr>
<th class="pick"><input type="checkbox"></th><th>单位</th><th class="num">项目<small>个</small></th><th>资金</th><th>比例</th><th>说明</th>
</tr></thead><tbody><tr><td class="pick"><input></td><th scope="row"><a href="/x">区招商局</a><svg><title>链</title></svg></th>
<td class="num"><a href="/y">1,204</a></td><td class="num">8.05亿元</td><td class="num">+67.4%</td><td>=1+1</td></tr>
<tr><td class="pick"><input></td><th scope="row">航埠镇<span class="hide">（镇）</span></th><td class="num">—</td><td class="num">5,000万元</td>
<td class="num">100%</td><td><button>删</button>快<span class="badge">好</span></td></tr></tbody></table><table></table>"""


def test_a_page_is_read_as_the_eye_sees_it() -> None:
    (table,) = tables.read(PAGE)
    assert tables.title_of(PAGE) == "三率" and table.title == "各单位"
    assert table.heading == ["单位", "项目（个）", "资金", "比例", "说明"]
    assert table.rows == [
        ["区招商局", "1,204", "8.05亿元", "+67.4%", "=1+1"], ["航埠镇", "—", "5,000万元", "100%", "快 好"]
    ]  # fmt: skip
    kinds = [tables.kind_of(column) for column in zip(*table.rows, strict=True)]
    assert kinds == ["text", "number", "wan", "percent", "text"] and table.numeric == {1, 2, 3}
    assert tables.kind_of(["12", "3%"]) == "text" and tables.kind_of(["—", ""]) == "text"


@given(st.decimals(-(10**8), 10**8, places=2), st.sampled_from(["zh", "en"]))
def test_an_amount_that_is_shown_is_read_back_as_far_as_it_is_shown(wan: Decimal, language: str) -> None:
    again = read_wan_text(wan_text(wan, language))
    assert again is not None and abs(again - wan) <= max(abs(wan) / 20, Decimal("0.01"))


@pytest.mark.parametrize("text", ["", "1.2", "约1亿元", "CNY 5亿元", "3 million", "8.05亿元 2"])
def test_what_is_no_amount_is_none(text: str) -> None:
    assert read_wan_text(text) is None


@pytest.fixture
def three(cast: Cast, session: Any) -> None:
    for at in range(3):
        firm = make_enterprise(f"衢州第{at}机械有限公司", by=cast.wang)
        make_deal(f"第{at}泵业项目", by=cast.wang, enterprise_id=firm.id, planned_wan=Decimal(12_345))
        make_contact("见过面", by=cast.wang, enterprise_id=firm.id)
    session.commit()


def sheets(answer: Any) -> dict[str, list[list[Any]]]:
    assert answer.status_code == 200, answer.said
    book = openpyxl.load_workbook(io.BytesIO(answer.get_data()))
    return {one.title: [list(row) for row in one.iter_rows(values_only=True)] for one in book.worksheets}


def test_the_tables_of_a_page_leave_as_they_stand_there(
    cast: Cast, session: Any, as_user: Callable[..., Any], three: None
) -> None:
    chen = as_user(cast.chen)
    shown = tables.read(chen.see("/review").html)
    found = sheets(chen.press("/review", "/lists/tables"))
    notes = {row[0]: row[1] for row in found.pop("说明")}
    rows = [table.rows for table in shown if table.rows]
    assert [len(sheet) - 1 for sheet in found.values()] == [len(one) for one in rows] and rows
    assert [row[0] for sheet in found.values() for row in sheet[1:]] == [
        row[0] for one in rows for row in one
    ]
    first = next(iter(found.values()))
    assert first[0][:3] == ["单位", "意向", "意向（万元）"] and first[1][:3] == ["区招商局", 3, 37_000], (
        "as it is shown"
    )
    assert notes["地址"] == "/review" and notes["导出人"].startswith("陈主任")
    told = session.scalars(sa.select(Event).filter_by(verb="list.exported")).one()
    assert told.changes["query"][1] == "/review" and told.changes["rows"][1] == int(notes["行数"])
    assert told.actor_name == "陈主任" and len(told.changes["sha256"][1]) == 64


def test_who_may_not_take_out_is_not_offered_it_and_gets_nothing(
    cast: Cast, session: Any, as_user: Callable[..., Any], three: None
) -> None:
    zheng = as_user(cast.zheng)
    assert "/lists/tables" not in zheng.see("/review").html
    ask: dict[str, Any] = {"csrf_token": zheng.token()}
    assert zheng.post("/lists/tables", data=ask | {"page": "/review"}).status_code == 403
    wang = as_user(cast.wang)
    ask = {"csrf_token": wang.token()}
    for elsewhere in (
        "/admin/users",
        "/password",
        "//example.com/funnel",
        "https://example.com",
        "/lists/tables",
        "",
    ):
        answer = wang.post("/lists/tables", data=ask | {"page": elsewhere})
        assert answer.status_code in (403, 404), elsewhere
    assert wang.get("/lists/tables").status_code == 405
    assert not session.scalars(sa.select(Event).filter_by(verb="list.exported")).all()


def test_all_rows_leave_of_a_page_that_shows_the_first(
    cast: Cast, session: Any, as_user: Callable[..., Any], monkeypatch: Any
) -> None:
    for at in range(25):
        first = dt.date(2012, 1, 1) + dt.timedelta(days=15 * at)
        session.add(SlipRound(first_on=first, last_on=first + dt.timedelta(days=14)))
    session.commit()
    admin = as_user(cast.admin)
    (shown,) = tables.read(admin.see("/slips/rounds").html)
    found = sheets(admin.press("/slips/rounds", "/lists/tables"))
    assert len(shown.rows) < 25 and len(next(iter(found.values()))) == 26
    settings.put("export.rows_before_approval", 3)
    session.commit()
    wang = as_user(cast.wang)
    answer = wang.follow(wang.press("/slips/rounds", "/lists/tables"))
    assert "要负责人批准" in answer.said
