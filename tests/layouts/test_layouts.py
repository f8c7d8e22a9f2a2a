"""官方表式: the sheets are exact, filled from the lists' own rows, and new ones are made without any code."""

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
from crm.contacts.models import ContactKind
from crm.deals.stages import Stage
from crm.jobs.models import JobRun
from crm.layouts import official
from crm.layouts.models import Layout
from crm.lib.errors import Refused
from crm.lists.exports import shapes
from crm.lists.exports.models import ExportRequest
from crm.lists.exports.shapes import Part, Shape
from crm.lists.table import LISTS
from crm.merchants.models import Direction, Handle, HandleKind
from crm.org import settings
from tests.cast import make_contact, make_deal, make_enterprise, make_person

PHONE = "15400000001"

COLLECTED = "序号 项目名称 投资方 固定资产投资 投资方简介 项目内容 需用土地 企业联系人 联系方式 片区 进度、备注 产业类型 研判结果"
"""The thirteen columns of the weekly form."""


@pytest.fixture
def deals(cast: Any, session: Any) -> list[Any]:
    """Two of Wang's in talks, one new this week and above 5亿元; one only intended; one of another unit."""
    firm = make_enterprise("杭州远屿电子有限公司", by=cast.wang, main_business="传感器")
    boss = make_person("周远", by=cast.wang, at=firm, title="董事长")
    boss.handles.append(Handle(kind=HandleKind.MOBILE, value=PHONE, digits=f"+86{PHONE}"))
    found = [
        make_deal(
            "传感器产业园", by=cast.wang, enterprise_id=firm.id, stage=Stage.NEGOTIATING,
            stage_since=dt.date(2013, 7, 22), planned_wan=Decimal(60_000), fixed_asset_wan=Decimal("45000.5"),
            land_mu=Decimal(120), direction=Direction.ELECTRONICS, next_step="看地", next_due_on=dt.date(2013, 8, 1),
        ),
        make_deal(
            "老市场改造", by=cast.wang, stage=Stage.NEGOTIATING, stage_since=dt.date(2013, 5, 2),
            planned_wan=Decimal(8_000), direction=Direction.COMMERCE,
        ),
        make_deal("只有意向的", by=cast.wang),
        make_deal("别的单位的", by=cast.li, stage=Stage.NEGOTIATING),
    ]  # fmt: skip
    session.commit()
    return found


def take(client: Any, key: str, **data: Any) -> Any:
    return client.post(f"/layouts/{key}", data={"csrf_token": client.token(), "format": "xlsx"} | data)


def lines_of(answer: Any) -> list[list[Any]]:
    assert answer.status_code == 200, answer.said
    book = openpyxl.load_workbook(io.BytesIO(answer.get_data()))
    return [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]


def heading_at(lines: list[list[Any]]) -> int:
    return next(at for at, line in enumerate(lines) if line[0] == "序号")


# --- the sheets ---------------------------------------------------------------------------------------------


@pytest.mark.on("sqlite")
@pytest.mark.parametrize("key", official.everything())
def test_every_official_sheet_is_sound(app: Any, cast: Any, as_user: Callable[..., Any], key: str) -> None:
    """Its columns and figures are the list's, its filter lets through what it says, and the page opens."""
    sheet = official.everything()[key]
    known = {column.key: column.msgid for column in LISTS[sheet.page].all_columns()}
    assert shapes.checked(sheet.shape, known) == sheet.shape
    page = as_user(cast.admin).see(f"/layouts/{key}")
    assert (sheet.name in page.text and "没有筛选" not in page.text) or "stage" not in sheet.query
    for part in sheet.shape.parts:
        assert part.heading in page.text


def test_the_weekly_form_has_its_thirteen_columns_and_its_head_line(
    cast: Any, as_user: Callable[..., Any], deals: list[Any]
) -> None:
    wang = as_user(cast.wang)
    answer = take(
        wang, "deals-collected", filter_stage="negotiating", filter_state="active", filter_sort="-since"
    )
    lines = lines_of(answer)
    at = heading_at(lines)
    assert lines[0][0] == "项目信息采集表"
    assert [str(one).split("（")[0] for one in lines[at]] == COLLECTED.split()
    assert lines[2][0] == (
        "在谈项目共 2 个，其中近7天新增 1 个；电子信息产业 1 个、商贸服务业 1 个；总投资5亿元以上 1 个"
    )
    first, second = lines[at + 1], lines[at + 2]
    assert first[:6] == [1, "传感器产业园", "杭州远屿电子有限公司", 45000.5, "传感器", None]
    assert first[6:10] == [120, "周远 董事长", "154****0001", "区招商局"]
    assert first[10] == "在谈（2013-07-22起）；下一步：看地（2013-08-01）"
    assert "已 84 天没有更新，原因：" in second[10] and second[0] == 2
    assert "填表人：王专员" in lines[at + 3][0] and len(lines) == at + 4


def test_a_sheet_is_a_typed_table_on_lying_a4(
    cast: Any, as_user: Callable[..., Any], deals: list[Any]
) -> None:
    answer = take(as_user(cast.wang), "deals-in-talks", filter_stage="negotiating")
    book = openpyxl.load_workbook(io.BytesIO(answer.get_data()))
    sheet = book.worksheets[0]
    assert sheet.page_setup.orientation == "landscape" and sheet.page_setup.paperSize == 9
    header = next(row for row in sheet.iter_rows() if row[0].value == "序号")
    at = {str(cell.value): cell.column - 1 for cell in header}
    row = next(row for row in sheet.iter_rows(min_row=header[0].row + 1) if row[1].value == "传感器产业园")
    assert (row[at["计划总投资（万元）"]].value, row[at["计划总投资（万元）"]].data_type) == (60000, "n")
    assert row[at["完成时间"]].is_date and row[at["序号"]].border.left.style == "thin"
    assert sheet.print_title_rows == f"${header[0].row}:${header[0].row}"
    notes = {str(label): text for label, text in book["说明"].iter_rows(values_only=True)}
    assert (notes["名单"], notes["行数"]) == ("在谈项目一览表", "2")


def test_the_lists_filter_goes_into_the_sheet_and_the_export_form_offers_it(
    cast: Any, session: Any, as_user: Callable[..., Any], deals: list[Any]
) -> None:
    wang = as_user(cast.wang)
    offered = wang.see("/lists/deals/export?band=from_500m&stage=negotiating").links
    leads_to = next(link for link in offered if link.startswith("/layouts/deals-in-talks"))
    page = wang.see(leads_to)
    assert "传感器产业园" in page.text and "老市场改造" not in page.text and "共 1 行" in page.text
    lines = lines_of(take(wang, "deals-in-talks", filter_q="", filter_direction="commerce"))
    assert [line[1] for line in lines[heading_at(lines) + 1 : -1]] == ["老市场改造"]
    event = session.scalars(sa.select(Event).filter_by(verb="list.exported")).one()
    assert event.changes["layout"][1] == "在谈项目一览表" and "商贸服务业" in event.changes["filter"][1]


def test_visits_fill_their_register(cast: Any, session: Any, as_user: Callable[..., Any]) -> None:
    firm = make_enterprise("远屿电子", by=cast.wang)
    log = make_contact(
        "看了生产线", by=cast.wang, kind=ContactKind.VISIT, place="杭州", leader_led=True, enterprise_id=firm.id,
        their_people="孙秘书",
    )  # fmt: skip
    log.people.append(make_person("周远", by=cast.wang, at=firm, title="董事长"))
    log.colleagues.append(cast.zhou)
    make_contact("打了电话", by=cast.wang)
    session.commit()
    lines = lines_of(take(as_user(cast.wang), "visits", filter_kind=["visit", "reception"]))
    at = heading_at(lines)
    row = dict(zip(lines[at], lines[at + 1], strict=True))
    assert (row["带队领导"], row["我方人员"], row["地点"]) == ("周区长（副区长）", "周区长", "杭州")
    assert (row["对方单位"], row["对方人员及职务"]) == ("远屿电子", "周远（董事长）、孙秘书")
    assert row["洽谈内容"] == "看了生产线" and row["费用归口"] is None and len(lines) == at + 3


def test_numbers_on_a_sheet_are_masked_unless_right_and_reason_are_given(
    cast: Any, as_user: Callable[..., Any], deals: list[Any]
) -> None:
    chen = as_user(cast.chen)
    asked = {"filter_stage": "negotiating", "full": "1"}
    refused = take(chen, "deals-collected", **asked)
    assert refused.status_code == 422 and "写明理由" in refused.said and PHONE not in refused.said
    assert PHONE in str(lines_of(take(chen, "deals-collected", reason="周报要求留电话", **asked)))
    denied = take(as_user(cast.wang), "deals-collected", reason="我也想要", **asked)
    assert denied.status_code == 422 and PHONE not in str(denied.get_data(as_text=True))


def test_numbers_of_an_investor_that_another_unit_follows_stay_masked(
    cast: Any, session: Any, as_user: Callable[..., Any], deals: list[Any]
) -> None:
    """The deal is my unit's, its investor is not: the right over the deal does not reach his phone."""
    firm = deals[0].enterprise
    firm.follow_unit_id, firm.follow_user_id = cast.li.unit_id, cast.li.id
    theirs = make_enterprise("台州别家公司", by=cast.li)
    theirs.handles.append(Handle(kind=HandleKind.MOBILE, value="15400000002", digits="+8615400000002"))
    deals[1].enterprise_id = theirs.id
    session.commit()
    answer = take(
        as_user(cast.chen), "deals-collected", filter_stage="negotiating", full="1", reason="周报要求留电话"
    )
    said = str(lines_of(answer))
    assert PHONE in said and "15400000002" not in said and "154****0002" in said
    book = openpyxl.load_workbook(io.BytesIO(answer.get_data()))
    notes = {str(label): text for label, text in book["说明"].iter_rows(values_only=True)}
    assert notes["联系方式"] == "完整；其中 1 行不属于本单位，已打码"


def test_a_sheet_of_many_rows_waits_for_leave_like_any_export(
    cast: Any, session: Any, as_user: Callable[..., Any], deals: list[Any]
) -> None:
    settings.put("export.rows_before_approval", 1)
    session.commit()
    wang, chen = as_user(cast.wang), as_user(cast.chen)
    asked = {"filter_stage": "negotiating", "filter_sort": "name"}
    assert take(wang, "deals-in-talks", reason="报给市局", **asked).went_to == "/exports"
    request = session.scalars(sa.select(ExportRequest)).one()
    assert "申请导出在谈项目一览表" in chen.see("/exports").text
    chen.post(f"/exports/requests/{request.id}/approve", data={"csrf_token": chen.token()})
    job = session.scalars(sa.select(JobRun)).one()
    lines = lines_of(wang.get(f"/exports/{job.id}"))
    assert lines[0][0] == "在谈项目一览表"
    assert [line[1] for line in lines[heading_at(lines) + 1 : -1]] == ["传感器产业园", "老市场改造"]
    # The shape is kept with the request: whoever changes the layout meanwhile changes nothing of it.
    assert request.params["shape"]["title"] == "在谈项目一览表"


@pytest.mark.on("sqlite")
def test_an_official_sheet_is_chinese_whoever_fills_it(
    cast: Any, session: Any, as_user: Callable[..., Any], deals: list[Any]
) -> None:
    cast.wang.locale = "en"
    session.commit()
    wang = as_user(cast.wang)
    assert "电子信息产业 1 个" in wang.see("/layouts/deals-collected").text
    lines = lines_of(take(wang, "deals-signed", filter_stage="negotiating"))
    at = heading_at(lines)
    assert "总投资（万元）" in lines[at] and "在谈" in lines[at + 1]


@pytest.mark.on("sqlite")
def test_a_sheet_can_be_printed(cast: Any, as_user: Callable[..., Any], deals: list[Any]) -> None:
    wang = as_user(cast.wang)
    page = wang.follow(take(wang, "deals-collected", filter_stage="negotiating", format="print")).page
    assert page.h1 == "项目信息采集表" and len(page.rows()) == 2 and "填表人：王专员" in page.text
    assert take(wang, "deals-collected", format="csv").status_code == 422


@pytest.mark.on("sqlite")
def test_who_may_not_export_sees_no_sheets(cast: Any, as_user: Callable[..., Any]) -> None:
    zheng = as_user(cast.zheng)
    assert "在谈项目一览表" not in zheng.see("/layouts").text
    assert zheng.get("/layouts/deals-in-talks").status_code == 403
    zhou = as_user(cast.zhou)  # may export deals, not people
    assert "在谈项目一览表" in zhou.see("/layouts").text and "客商信息登记表" not in zhou.see("/layouts").text
    assert zhou.get("/layouts/merchant-register").status_code == 403
    assert zhou.get("/layouts/nonsense").status_code == 404


# --- one's own ------------------------------------------------------------------------------------------------


def copied(admin: Any, session: Any, key: str = "deals-in-talks") -> Layout:
    admin.post(f"/layouts/{key}/copy", data={"csrf_token": admin.token()})
    return session.scalars(sa.select(Layout).order_by(Layout.id.desc())).first()


NEW = {
    "name": "开发区周报", "query": "/deals?stage=negotiating&sort=name", "title": "开发区在谈项目周报", "wide": "y",
    "lines": "填报单位：{单位}\n共 {行数} 个，总投资 {合计亿:总投资} 亿元", "signs": "主任（签字）：", "in_use": "y",
    "parts-0-place": "20", "parts-0-key": "planned_wan", "parts-0-heading": "投资额", "parts-0-unit": "yi",
    "parts-0-width": "12",
    "parts-1-place": "10", "parts-1-key": "name", "parts-1-heading": "", "parts-1-unit": "", "parts-1-width": "",
    "parts-2-place": "30", "parts-2-key": "-", "parts-2-heading": "领导批示", "parts-2-unit": "",
    "parts-2-width": "",
    "parts-3-place": "", "parts-3-key": "", "parts-3-heading": "空的一行", "parts-3-unit": "", "parts-3-width": "",
}  # fmt: skip


def change(client: Any, layout: Layout, **data: Any) -> Any:
    given = {"csrf_token": client.token(), "version": str(layout.version)} | NEW | data
    return client.post(f"/layouts/{layout.id}/edit", data=given)


def test_an_administrator_copies_a_sheet_changes_it_and_all_can_take_it(
    cast: Any, session: Any, as_user: Callable[..., Any], deals: list[Any]
) -> None:
    admin, wang = as_user(cast.admin), as_user(cast.wang)
    layout = copied(admin, session)
    assert layout.name == "在谈项目一览表（副本）" and not layout.in_use
    assert wang.get(f"/layouts/{layout.id}").status_code == 404
    answer = change(admin, layout)
    assert answer.went_to.startswith(f"/layouts/{layout.id}/edit")
    page = admin.follow(answer).page
    assert "总投资 6.8 亿元" in page.text and "领导批示" in page.text  # the preview
    lines = lines_of(take(wang, str(layout.id), filter_stage="negotiating", filter_sort="name"))
    assert lines[:3] == [
        ["开发区在谈项目周报", None, None],
        ["填报单位：区招商局", None, None],
        ["共 2 个，总投资 6.8 亿元", None, None],
    ]
    assert lines[3:] == [
        ["项目名称", "投资额（亿元）", "领导批示"],
        ["传感器产业园", 6, None],
        ["老市场改造", 0.8, None],
        ["主任（签字）：", None, None],
    ]
    assert "开发区周报" in wang.see("/layouts").text
    verbs = [
        one.verb for one in session.scalars(sa.select(Event).where(Event.noun == "layout").order_by(Event.id))
    ]
    assert verbs == ["layout.copied", "layout.changed"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"name": ""}, "名称"),
        ({"lines": "共 {不知道} 个"}, "看不懂占位符 {不知道}"),
        ({"lines": "{合计:没有的列}"}, "看不懂占位符"),
        ({"lines": "\n".join("行" for _ in range(9))}, "最多 6 行"),
        ({"query": "/deals?color=red"}, "没有“color”这个筛选"),
        ({"query": "stage=nowhere"}, "没有“nowhere”这个选项"),
        ({"query": "随便写的"}, "这个筛选"),
        ({"parts-0-key": "phones_of_all"}, "没有“phones_of_all”这一列"),
        ({"parts-0-width": "999"}, "列宽"),
        ({"parts-0-width": "宽"}, "列宽"),
        ({"parts-0-heading": "长" * 41}, "40"),
        ({"parts-0-key": "", "parts-1-key": ""}, "至少要有一列来自名单"),
    ],
)
def test_what_a_sheet_cannot_be_is_refused_with_a_sentence_and_kept(
    cast: Any, session: Any, as_user: Callable[..., Any], data: Any, said: str
) -> None:
    admin = as_user(cast.admin)
    layout = copied(admin, session)
    before = (layout.name, layout.query, layout.shape)
    answer = change(admin, layout, **data)
    assert answer.status_code == 422 and said in answer.said
    assert answer.page.one("input", name="parts-2-heading").get("value") == "领导批示"
    session.expire_all()
    assert (layout.name, layout.query, layout.shape) == before


def test_two_who_change_a_sheet_are_told(cast: Any, session: Any, as_user: Callable[..., Any]) -> None:
    admin = as_user(cast.admin)
    layout = copied(admin, session)
    stale = str(layout.version)
    change(admin, layout)
    answer = change(admin, layout, version=stale, name="后来的名字")
    assert answer.status_code == 409 and "别人刚刚改过" in answer.said
    session.expire_all()
    assert layout.name == "开发区周报"


def test_a_sheet_is_removed_and_the_trail_keeps_it(
    cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    admin = as_user(cast.admin)
    layout = copied(admin, session)
    admin.post(f"/layouts/{layout.id}/remove", data={"csrf_token": admin.token()})
    assert not session.scalars(sa.select(Layout)).all()
    event = session.scalars(sa.select(Event).filter_by(verb="layout.removed")).one()
    assert event.changes["shape"][0]["title"] == "在谈项目一览表"


@pytest.mark.on("sqlite")
def test_only_who_manages_layouts_changes_them(cast: Any, session: Any, as_user: Callable[..., Any]) -> None:
    layout = copied(as_user(cast.admin), session)
    for user in (cast.wang, cast.chen, cast.zheng):
        client = as_user(user)
        assert change(client, layout).status_code == 403
        for act in ("deals-in-talks/copy", f"{layout.id}/remove"):
            answer = client.post(f"/layouts/{act}", data={"csrf_token": client.token()})
            assert answer.status_code == 403
    assert as_user(cast.admin).get("/layouts/deals-in-talks/copy").status_code == 405
    assert session.scalar(sa.select(sa.func.count()).select_from(Layout)) == 1


# --- the rule: texts with figures -------------------------------------------------------------------------------


LABELS = {"planned_wan": "总投资", "stage_since": "进入阶段", "direction": "招商方向"}
TODAY = dt.date(2013, 7, 25)


@pytest.mark.parametrize(
    ("line", "filled"),
    [
        ("共 {行数} 个", "共 3 个"),
        ("{合计:总投资} 万元", "1,234.5 万元"),
        ("{合计亿:总投资}", "0.12"),
        ("{不小于:总投资:1000}", "1"),
        ("{近7天:进入阶段}", "1"),
        ("{分类:招商方向}", "工业 2 个、农业 1 个"),
        ("没有花括号", "没有花括号"),
    ],
)
def test_a_line_counts_its_own_rows(line: str, filled: str) -> None:
    values = {
        "总投资": [Decimal(1000), Decimal("234.5"), None],
        "进入阶段": [TODAY, TODAY - dt.timedelta(days=7), None],
        "招商方向": ["工业", "农业", "工业"],
    }
    assert shapes.filled(line, {"行数": "3"}, values, TODAY) == filled


def test_a_shape_is_data_there_and_back() -> None:
    shape = Shape("标题", (Part("#", "序号", "", 6), Part("name", "名称")), ("{行数}",), ("签字：",), False)
    assert Shape.of_json(shape.as_json()) == shape
    with pytest.raises(Refused):
        shapes.checked(Shape("标题", tuple(Part("name", "名") for _ in range(41))), {"name": "名称"})
