"""Lists as people really send them: each is read as it was meant, without anybody putting a column right by hand."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa

from crm.imports import columns, nouns
from crm.imports.columns import is_no_row, propose, units_of, values_of, with_units
from crm.imports.reading import read_all
from crm.imports.understanding import understand
from crm.lib import clock
from crm.merchants.models import Enterprise, Origin
from crm.web import sheets_in
from tests.imports.lists import batch, rows

FIRM = "上海衢澜精密机械有限公司"
Cells = list[list[Any]]


def book(path: Path, sheets: dict[str, Cells], merged: dict[str, list[str]] | None = None) -> Path:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, cells in sheets.items():
        sheet = made.create_sheet(name)
        for row in cells:
            sheet.append(row)
        for place in (merged or {}).get(name, ()):
            sheet.merge_cells(place)
    made.save(path)
    return path


def text(path: Path, said: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(said.encode(encoding))
    return path


def read(path: Path, key: str = "enterprise", sheet: str = "") -> list[dict[str, str]]:
    """{field: text} of each row, understood without a hand; the rows below the header that say anything."""
    noun = nouns.NOUNS[key]
    kind = sheets_in.kind_of(path, path.name)
    every = list(sheets_in.rows(path, kind, sheet or sheets_in.sheets(path, kind)[0]))
    found = propose(every[: columns.LOOKED_AT], noun.columns)
    units = units_of(found.headers, found.mapping)
    below = [
        with_units(cells, units)
        for number, cells in every
        if number > found.header_row and not is_no_row(cells, found.headers)
    ]
    return [said for cells in below if (said := values_of(cells, found.mapping, noun.columns))]


def merchants(path: Path) -> list[Any]:
    found = [understand(said) for said in read(path)]
    assert not any(one.errors for one in found), [one.errors for one in found]
    return found


def test_1_titles_a_unit_line_and_a_header_of_two_rows(tmp_path: Path) -> None:
    path = book(tmp_path / "名册.xlsx", {"会员": [
        ["2013 年上海市衢州商会会员企业名册"], ["填报单位：商会秘书处", None, None, None, "单位：万元"], [],
        ["序号", "企业名称", "联系方式", None, "所在地"], [None, None, "联系人", "手机", None],
        [1, FIRM, "陈晓岚", 15400000001, "上海市闵行区"], [2, "杭州余屿软件科技有限公司", "吴清和", "154 0000 0002", "杭州"],
    ]}, {"会员": ["A1:E1", "C4:D4", "A4:A5", "B4:B5", "E4:E5"]})  # fmt: skip
    first, second = merchants(path)
    assert (first.columns["name"], first.contact, first.ways[0].value) == (FIRM, "陈晓岚", "15400000001")
    assert first.columns["region_code"] == "310112" and second.ways[0].value == "15400000002"


def test_2_the_list_is_on_the_third_sheet(
    cast: Any, session: Any, as_user: Callable[..., Any], tmp_path: Path
) -> None:
    path = book(tmp_path / "a.xlsx", {"封面": [["商会名册"], ["2013 年 7 月"]], "填表说明": [["一、请如实填写"]],
                                      "名单": [["企业名称", "联系电话"], [FIRM, "15400000001"]]})  # fmt: skip
    wang = as_user(cast.wang)
    here = wang.submit("/imports", file=(io.BytesIO(path.read_bytes()), "a.xlsx")).went_to
    assert batch().sheet == "名单" and batch().mapping == {"0": "name", "1": "phones"}
    assert wang.submit(here, f"{here}/sheet", sheet="封面").went_to == here
    assert batch().sheet == "封面" and not batch().mapping
    wang.submit(here, f"{here}/sheet", sheet="名单")
    wang.submit(here, f"{here}/check")
    assert [row.values["name"] for row in rows().values()] == [FIRM]


@pytest.mark.parametrize(
    "said",
    ["15400000001 15400000002", "15400000001/15400000002", "15400000001、0570-3020000转8", "(0570)3020000 154-0000-0001",
     "手机：15400000001；座机：0570-3020000", "+86 154 0000 0001，3020000", "15400000001（陈总）15400000002（小李）"],
)  # fmt: skip
def test_3_several_phones_in_one_cell(tmp_path: Path, said: str) -> None:
    path = book(tmp_path / "a.xlsx", {"a": [["公司", "电话"], [FIRM, said]]})
    (one,) = merchants(path)
    assert len(one.ways) == 2 and "15400000001" in {way.value for way in one.ways}


@pytest.mark.parametrize(
    "said",
    [dt.date(2013, 7, 5), 41460, "2013.7.5", "2013年7月5日", "2013/07/05 14:30", "20130705", "2013-7-5 上午",
     "2013年7月5日（周五）", "二〇一三年七月五日", "2013、7、5", "2013 . 7 . 5"],
)  # fmt: skip
def test_4_days_in_many_shapes(tmp_path: Path, said: Any) -> None:
    path = book(tmp_path / "a.xlsx", {"a": [["沟通内容", "日期", "单位"], ["打过电话", said, FIRM]]})
    (values,) = read(path, "contact_log")
    (one,) = read_all(nouns.NOUNS["contact_log"].columns, [values])
    moment = one.moment("happened_at")
    assert moment and clock.local(moment).date() == dt.date(2013, 7, 5), one.errors


@pytest.mark.parametrize(
    ("said", "wan"),
    [("1.2亿", 12_000), ("5000万", 5_000), ("3,000", 3_000), (3000, 3_000), ("3000万元", 3_000), ("１．５亿元", 15_000),
     ("约3000万", 3_000), ("人民币5000万元整", 5_000), ("3000.0", 3_000), ("叁仟万元", 3_000), ("0.5亿", 5_000)],
)  # fmt: skip
def test_5_amounts_as_people_write_them(tmp_path: Path, said: Any, wan: int) -> None:
    path = book(
        tmp_path / "a.xlsx", {"a": [["项目名称", "总投资（万元）", "投资主体"], ["阀门", said, FIRM]]}
    )
    (values,) = read(path, "deal")
    (one,) = read_all(nouns.NOUNS["deal"].columns, [values])
    assert one.wan("planned_wan") == Decimal(wan), one.errors


@pytest.mark.parametrize("unit", ["总投资（亿元）", "总投资(亿元)", "总投资/亿元", "投资额（单位：亿元）"])
def test_6_the_unit_stands_in_the_header(tmp_path: Path, unit: str) -> None:
    path = book(
        tmp_path / "a.xlsx",
        {"a": [["项目名称", unit, "投资主体"], ["阀门", 1.2, FIRM], ["仓库", "5000万", FIRM]]},
    )
    first, second = read_all(nouns.NOUNS["deal"].columns, read(path, "deal"))
    assert first.wan("planned_wan") == Decimal(12_000), "what has no unit of its own has the header's"
    assert second.wan("planned_wan") == Decimal(5_000)


@pytest.mark.parametrize(
    ("said", "code"),
    [("浙江省杭州市西湖区", "330106"), ("浙江 衢州 柯城", "330802"), ("浙江-衢州-柯城区", "330802"), ("浙江/杭州", "3301"),
     ("上海闵行", "310112"), ("衢州柯城", "330802"), ("中国浙江省衢州市柯城区", "330802"), ("浙江省·温州市", "3303")],
)  # fmt: skip
def test_7_a_whole_region_in_one_cell(tmp_path: Path, said: str, code: str) -> None:
    (one,) = merchants(book(tmp_path / "a.xlsx", {"a": [["单位名称", "所在地区"], [FIRM, said]]}))
    assert one.columns["region_code"] == code, one.remarks


@pytest.mark.parametrize(("said", "is_return"), [("是", True), ("√", True), ("Y", True), ("y", True), ("✓", True),
                                                 ("☑", True), ("对", True), (True, True), ("有", True), ("否", False),
                                                 ("×", False), ("N", False), ("", False), (False, False)])  # fmt: skip
def test_8_yes_and_no(tmp_path: Path, said: Any, is_return: bool) -> None:
    path = book(tmp_path / "a.xlsx", {"a": [["项目名称", "是否浙商回归", "投资主体"], ["阀门", said, FIRM]]})
    (one,) = read_all(nouns.NOUNS["deal"].columns, read(path, "deal"))
    assert one.yes("is_return") is is_return


def test_9_labels_as_well_as_codes(tmp_path: Path) -> None:
    cells = [["企业名称", "浙商类型", "行业", "招商方向"], [FIRM, "衢商", "C34", "先进制造业"],
             ["杭州余屿软件科技有限公司", "qushang", "通用设备制造业", "manufacturing"]]  # fmt: skip
    first, second = merchants(book(tmp_path / "a.xlsx", {"a": cells}))
    assert first.columns["origin"] is Origin.QUSHANG
    assert second.columns["industry_code"] == first.columns["industry_code"] == "C34"


def test_10_a_name_merged_over_its_contacts(tmp_path: Path) -> None:
    cells = [["企业名称", "联系人", "手机"], [FIRM, "陈晓岚", "15400000001"], [None, "吴清和", "15400000002"]]
    first, second = read(book(tmp_path / "a.xlsx", {"a": cells}, {"a": ["A2:A3"]}))
    assert first["name"] == second["name"] == FIRM and second["contact"] == "吴清和"


def test_11_totals_signatures_and_notes_at_the_foot(tmp_path: Path) -> None:
    cells = [["序号", "企业名称", "总投资", "联系电话"], [1, FIRM, 100, "15400000001"], ["合计", None, 100, None],
             ["备注：本表由商会填报"], ["填表人：王专员", None, "审核人：陈主任", None]]  # fmt: skip
    assert [said["name"] for said in read(book(tmp_path / "a.xlsx", {"a": cells}))] == [FIRM]


def test_12_the_header_is_repeated_on_every_printed_page(tmp_path: Path) -> None:
    head = ["企业名称", "联系电话", "备注"]
    cells = [head, [FIRM, "15400000001", "a"], head, ["杭州余屿软件科技有限公司", "15400000002", "b"]]
    assert len(read(book(tmp_path / "a.xlsx", {"a": cells}))) == 2


def test_13_pasted_from_a_web_page(tmp_path: Path) -> None:
    said = f"\ufeff企业名称\u3000\t联系\u00a0电话\u200b\r\n\u00a0{FIRM}\u3000\t１５４００００００01\r\n\r\n"
    (one,) = merchants(text(tmp_path / "a.txt", said))
    assert (one.columns["name"], one.ways[0].value) == (FIRM, "15400000001")


def test_14_gbk_with_tabs_under_a_csv_name(tmp_path: Path) -> None:
    (one,) = merchants(
        text(tmp_path / "a.csv", f"单位全称\t联系人\t手机\n{FIRM}\t陈晓岚\t15400000001\n", "gbk")
    )
    assert one.contact == "陈晓岚"


def test_15_numbers_that_excel_spoilt(tmp_path: Path) -> None:
    cells = [["企业名称", "联系电话", "信用代码"], [FIRM, 1.5400000001e10, "'91310112MA1GBXXX00"],
             ["甲公司", "1.54E+10", ""], ["乙公司", "15400000003.0", "—"]]  # fmt: skip
    said = [understand(one) for one in read(book(tmp_path / "a.xlsx", {"a": cells}))]
    assert said[0].ways[0].value == "15400000001" and not said[0].columns["uscc"].startswith("'")
    assert said[1].wrong == ["phones"], "the last digits are lost: nobody may call that"
    assert said[2].ways[0].value == "15400000003"


@pytest.mark.parametrize(
    "blank", ["无", "/", "-", "——", "暂无", "N/A", "#N/A", "待定", "不详", "（空）", "。", "　"]
)
def test_16_what_says_nothing(tmp_path: Path, blank: str) -> None:
    cells = [["企业名称", "联系电话", "联系人", "地址", "所在地"], [FIRM, blank, blank, blank, blank]]
    (one,) = merchants(book(tmp_path / "a.xlsx", {"a": cells}))
    assert not one.ways and not one.contact and not one.columns["address"] and not one.remarks


def test_17_headers_with_stars_breaks_and_notes(tmp_path: Path) -> None:
    cells = [["*企业名称\n（与营业执照一致）", "联系电话（必填）", "所 在 地", "法定代表人/负责人", "联系人及职务"],
             [FIRM, "15400000001", "上海", "郑海潮", "陈晓岚总经理"]]  # fmt: skip
    (one,) = read(book(tmp_path / "a.xlsx", {"a": cells}))
    assert (one["name"], one["legal_rep"], one["contact"]) == (FIRM, "郑海潮", "陈晓岚总经理")
    assert one["phones"] and one["region"] == "上海"


def test_18_two_phone_columns_and_two_notes(tmp_path: Path) -> None:
    cells = [
        ["企业名称", "手机", "座机", "备注1", "备注2"],
        [FIRM, "15400000001", "0570-3020000", "甲", "乙"],
    ]
    (one,) = merchants(book(tmp_path / "a.xlsx", {"a": cells}))
    assert len(one.ways) == 2 and "甲" in one.columns["note"] and "乙" in one.columns["note"]


def test_19_no_header_at_all(cast: Any, session: Any, as_user: Callable[..., Any]) -> None:
    wang = as_user(cast.wang)
    here = wang.submit(
        "/imports", cells=f"{FIRM}\t15400000001\n杭州余屿软件科技有限公司\t15400000002\n"
    ).went_to
    assert "没有找到表头" in wang.see(here).text
    wang.submit(here, f"{here}/check", column_0="name", column_1="phones")
    assert len(rows()) == 2


def test_20_formulas_that_were_never_worked_out(tmp_path: Path) -> None:
    cells = [["企业名称", "联系电话"], [FIRM, "=A1&A2"], ['="杭州"&"公司"', "15400000002"]]
    said = read(book(tmp_path / "a.xlsx", {"a": cells}))
    assert said[0]["name"] == FIRM and "phones" not in said[0] and "name" not in said[1]


def test_21_a_csv_with_breaks_quotes_and_a_half_empty_tail(tmp_path: Path) -> None:
    said = f'企业名称,主营业务,备注\r\n"{FIRM}","阀门，泵\r\n和轴承","他说""好"""\r\n,,\r\n,,,,,,,\r\n'
    (one,) = merchants(text(tmp_path / "a.csv", said, "gb18030"))
    assert "轴承" in one.columns["main_business"] and '他说"好"' in one.columns["note"]


def test_22_an_excel_export_that_names_its_delimiter(tmp_path: Path) -> None:
    (one,) = merchants(text(tmp_path / "a.csv", f"sep=;\r\n企业名称;联系电话\r\n{FIRM};15400000001\r\n"))
    assert one.columns["name"] == FIRM


def test_23_people_as_a_chamber_writes_them(tmp_path: Path) -> None:
    cells = [["会长、副会长名单", None, None], ["姓名", "商会职务", "工作单位及职务", "手机号码"],
             ["陈  晓岚", "会长", f"{FIRM}总经理", "154-0000-0001"], ["吴　清和", "副会长", "", "15400000002"]]  # fmt: skip
    first, second = read_all(
        nouns.NOUNS["person"].columns, read(book(tmp_path / "a.xlsx", {"a": cells}), "person")
    )
    assert first.line("name") in ("陈晓岚", "陈 晓岚") and first.phones("phones")[0].value == "15400000001"
    assert second.line("chamber_title") == "副会长"


def test_24_logs_as_a_colleague_keeps_them(tmp_path: Path) -> None:
    cells = [["走访记录"], ["时间", "走访对象", "内容", "参加人员", "下步打算"],
             ["7月5日下午3点", FIRM, "看厂房", "陈晓岚", ""], ["2013.7.6", None, "没写是谁", None, None]]  # fmt: skip
    first, second = read_all(
        nouns.NOUNS["contact_log"].columns, read(book(tmp_path / "a.xlsx", {"a": cells}), "contact_log")
    )
    assert first.line("company") == FIRM and clock.local(first.moment("happened_at")).hour == 15  # type: ignore[arg-type]
    assert second.line("summary") == "没写是谁"


def test_25_pasted_cells_of_every_kind_at_once(cast: Any, session: Any, as_user: Callable[..., Any]) -> None:
    wang = as_user(cast.wang)
    pasted = (
        "附件1\t\t\t\t\n柯城区在外衢商名单（2013年）\t\t\t\t\n序号\t企业（单位）名称\t联系人\t联系电话（手机）\t籍贯\n"
        f"1\t{FIRM}\t陈晓岚\t15400000001 、15400000002\t浙江衢州\n2\t“杭州余屿软件科技有限公司”\t无\t无\t\n合计\t2家\t\t\t\n"
    )
    here = wang.submit("/imports", cells=pasted).went_to
    wang.submit(here, f"{here}/check")
    assert {row.values.get("name", "").strip("“”") for row in rows().values() if not row.wrong} >= {
        FIRM, "杭州余屿软件科技有限公司",
    }  # fmt: skip
    assert "2家" not in {row.values.get("name") for row in rows().values()}
    wang.submit(here, f"{here}/run")
    names = set(session.scalars(sa.select(Enterprise.name)))
    assert FIRM in names and len(names) == 2
