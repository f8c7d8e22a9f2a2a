"""Headers and cells as people write them."""

from __future__ import annotations

from typing import Any

import pytest

from crm.imports.columns import BY_KEY, FIELDS, field_of, propose, values_of
from crm.imports.understanding import understand
from crm.merchants.models import Direction, HandleKind, Origin


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("企业名称", "name"), ("公司名称（必填）", "name"), ("* 单位名称", "name"), ("name", "name"), ("NAME", "name"),
        ("统一社会信用代码", "uscc"), ("联系电话1", "phones"), ("手 机", "phones"), ("法人", "legal_rep"),
        ("所在地：", "region"), ("浙商类型", "origin"), ("gb4754", "industry"), ("cluster_id", None), ("序号", None),
        ("", None), ("随便什么", None),
    ],
)  # fmt: skip
def test_headers_are_known_by_many_names(header: str, field: str | None) -> None:
    assert field_of(header) == field


def test_each_field_knows_its_own_label() -> None:
    assert {field_of(field.msgid) for field in FIELDS} == {field.key for field in FIELDS}


def test_the_header_is_found_under_title_rows() -> None:
    top = [(1, ["2013 年上海市衢州商会会员名单"]), (2, ["单位：家", "", "公司"]), (4, ["序号", "公司名称", "电话", "电话"]),
           (5, ["1", "上海衢澜机械有限公司", "15400000001", "021-50000000"])]  # fmt: skip
    found = propose(top)
    assert found.header_row == 4
    assert found.mapping == {"1": "name", "2": "phones", "3": "phones"}
    assert any("出现了几次" in remark for remark in found.remarks)
    assert values_of(top[3][1], found.mapping)["phones"] == "15400000001；021-50000000"


def test_two_columns_for_one_field_are_said() -> None:
    found = propose([(1, ["企业名称", "公司", "地址"])])
    assert found.mapping == {"0": "name", "2": "address"}
    assert any("第 2 列" in remark for remark in found.remarks)


def test_a_list_without_a_header_says_so_and_loses_no_row() -> None:
    found = propose([(1, ["上海衢澜机械有限公司", "15400000001"]), (2, ["杭州余屿软件", ""])])
    assert found.header_row == 0 and found.mapping == {} and found.headers == ["第 1 列", "第 2 列"]
    assert "没有找到表头" in found.remarks[0]


def row(**values: str) -> Any:
    return understand({"name": "上海衢澜机械有限公司", **values})


def test_a_row_is_understood() -> None:
    merchant = row(
        phones="１５４０００００００１；0570-3020000转8001", contact="陈晓岚", contact_title="总经理", region="浙江省杭州市余杭区",
        origin="衢商", direction="先进制造业", industry="C34 通用设备制造业", uscc="91330000mа".replace("а", "a"),
        former_names="上海衢澜机械厂；衢澜铁工所", wechat="-", note="老朋友",
    )  # fmt: skip
    assert not merchant.errors
    assert merchant.columns["region_code"] == "330110" and merchant.columns["region_prefix"] == "3301"
    assert merchant.columns["origin"] is Origin.QUSHANG
    assert merchant.columns["direction"] is Direction.MANUFACTURING
    assert merchant.columns["industry_code"] == "C34"
    assert merchant.former_names == ["上海衢澜机械厂", "衢澜铁工所"]
    firm, person = merchant.split_ways()
    assert [way.kind for way in firm] == [HandleKind.LANDLINE] and [way.value for way in person] == [
        "15400000001"
    ]
    assert any("信用代码应为 18 位" in said for _key, said in merchant.remarks)


def test_three_columns_of_places_make_one() -> None:
    merchant = row(province="浙江省", city="杭州市", county="余杭区")
    assert merchant.columns["region_code"] == "330110"


def test_what_is_not_understood_goes_into_the_note() -> None:
    merchant = row(region="火星基地", origin="自己人", industry="未来产业", note="先打电话")
    assert not merchant.errors and len(merchant.remarks) == 3
    assert {
        "先打电话", "浙商类型：自己人", "行业：未来产业", "所在地：火星基地"
    } == set(merchant.columns["note"].split("\n"))  # fmt: skip


@pytest.mark.parametrize(
    ("values", "column"),
    [
        ({"name": ""}, "企业名称"),
        ({"name": "？？！"}, "企业名称"),
        ({"name": "长" * 201}, "企业名称"),
        ({"phones": "没给"}, "联系电话"),
        ({"email": "not an address"}, "邮箱"),
        ({"uscc": "9" * 60}, "统一社会信用代码"),
        ({"contact": "长" * 51}, "联系人"),
        ({"address": "长" * 10_000}, "地址"),
        ({"former_names": "；".join(f"厂{n}" for n in range(30))}, "曾用名"),
    ],
)
def test_an_error_names_its_cell(values: dict[str, str], column: str) -> None:
    merchant = row(**values)
    assert column in {BY_KEY[key].label for key in merchant.wrong}, merchant.errors


@pytest.mark.parametrize(
    "text", ["\x00", "\u202e衢州", "😀", "㐀䶮", "１２３", "'; DROP TABLE", "=1+1", "<script>", "，，，"]
)
def test_odd_texts_never_raise(text: str) -> None:
    for field in FIELDS:
        understand({"name": "衢州厂", field.key: text})


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        (["衢商", "", "省外浙商", "说不清"], "origin"),
        (["商会", "企业"], "kind"),
        (["其他", "其他"], "kind"),
        (["未知", ""], "kind"),
        ([], "kind"),
    ],
)
def test_a_column_that_is_only_called_type_is_told_by_its_cells(cells: list[str], field: str) -> None:
    rows = [(1, ["企业名称", "类型"]), *((at, [f"衢州{at}公司", cell]) for at, cell in enumerate(cells, 2))]
    assert propose(rows).mapping == {"0": "name", "1": field}
    both = [(1, ["企业名称", "类别", "类型"]), (2, ["衢州公司", "企业", "衢商"])]
    assert propose(both).mapping == {"0": "name", "1": "kind", "2": "origin"}
