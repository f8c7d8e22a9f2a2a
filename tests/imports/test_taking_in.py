"""Ways in: cells from the clipboard, merged cells, headers that are remembered."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
import xlsxwriter

from crm.imports.columns import header_key
from crm.imports.models import Finding, ImportBatch
from crm.merchants.models import Enterprise
from crm.web import sheets_in
from tests.imports.lists import batch, decide, rows, run, upload


def test_cells_from_the_clipboard_are_a_list(cast: Any, session: Any, as_user: Callable[..., Any]) -> None:
    wang = as_user(cast.wang)
    pasted = '企业名称\t联系人\t联系电话\t备注\r\n上海衢澜精密机械有限公司\t陈晓岚\t15400000001\t"两行，\n有逗号"\r\n'
    here = wang.submit("/imports", cells=pasted).went_to
    assert batch().mapping == {"0": "name", "1": "contact", "2": "phones", "3": "note"}
    assert "粘贴的单元格.txt" in wang.see(here).text
    wang.submit(here, f"{here}/check", mode="create")
    run(wang, here)
    made = session.scalars(sa.select(Enterprise)).one()
    assert made.note == "两行，\n有逗号" and made.positions[0].person.name == "陈晓岚"


@pytest.mark.on("sqlite")
def test_a_file_and_pasted_cells_together_are_refused_and_the_cells_kept(
    cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    wang = as_user(cast.wang)
    answer = wang.submit(
        "/imports", cells="企业名称\n某某厂", file=(io.BytesIO("企业名称\n某厂".encode()), "a.csv")
    )
    assert answer.status_code == 422 and "只能选一种" in answer.said and "某某厂" in answer.page.html
    answer = wang.submit("/imports", cells=" \n ")
    assert answer.status_code == 422 and "请选择一个文件，或者粘贴单元格" in answer.said
    answer = wang.submit("/imports", cells="厂" * 400_001)
    assert answer.status_code == 422
    assert session.scalar(sa.select(sa.func.count(ImportBatch.id))) == 0


def merged() -> bytes:
    """A title, a header of two rows, a firm with two contacts."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet("名单")
    sheet.merge_range(0, 0, 0, 3, "2013 年商会年会名册")
    sheet.merge_range(1, 0, 2, 0, "企业名称")
    sheet.merge_range(1, 1, 2, 1, "联系人")
    sheet.merge_range(1, 2, 1, 3, "联系方式")
    sheet.write_row(2, 2, ["手机", "微信"])
    sheet.merge_range(3, 0, 4, 0, "上海衢澜精密机械有限公司")
    sheet.write_row(3, 1, ["陈晓岚", "15400000001", "cxl"])
    sheet.write_row(4, 1, ["吴清和", "15400000002", ""])
    sheet.write_row(5, 0, ["杭州余屿软件科技有限公司", "郑海潮", "15400000003", ""])
    book.close()
    return file.getvalue()


def test_merged_cells_say_the_same_in_each_row_of_theirs(
    cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    wang = as_user(cast.wang)
    here = upload(wang, merged(), "名册.xlsx")
    assert batch().header_row == 3
    assert batch().mapping == {"0": "name", "1": "contact", "2": "phones", "3": "wechat"}
    wang.submit(here, f"{here}/check", mode="create")
    assert {number: (row.finding, row.values["name"][:4]) for number, row in rows().items()} == {
        4: (Finding.NEW, "上海衢澜"), 5: (Finding.REPEATED, "上海衢澜"), 6: (Finding.NEW, "杭州余屿"),
    }  # fmt: skip
    decide(wang, here, "merge", 5)
    run(wang, here)
    firm = session.scalars(sa.select(Enterprise).where(Enterprise.name.startswith("上海"))).one()
    assert sorted(position.person.name for position in firm.positions) == ["吴清和", "陈晓岚"]


@pytest.mark.on("sqlite")
def test_more_merged_cells_than_anybody_makes_are_refused(
    cast: Any, session: Any, as_user: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets_in, "MOST_MERGED", 4)
    answer = as_user(cast.wang).submit("/imports", file=(io.BytesIO(merged()), "名册.xlsx"))
    assert answer.status_code == 422 and "合并的单元格太多" in answer.said
    assert session.scalar(sa.select(sa.func.count(ImportBatch.id))) == 0


LIST = "单位,怎么找,谁\n上海衢澜精密机械有限公司,15400000001,陈晓岚\n"


def test_what_a_person_said_of_these_headers_is_remembered_for_the_unit(
    cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    wang = as_user(cast.wang)
    here = upload(wang, LIST)
    assert batch().mapping == {"0": "name"}
    upload(wang, LIST)
    assert batch().mapping == {"0": "name"}, "what was never checked is no experience"
    wang.submit(here, f"{here}/check", column_1="phones", column_2="contact")
    chen = as_user(cast.chen)
    again = upload(chen, LIST.replace("怎么找", " 怎么找（必填）"))
    assert batch().mapping == {"0": "name", "1": "phones", "2": "contact"}
    assert "上次同样的表头是这样对应的" in chen.see(again).text
    upload(as_user(cast.li), LIST)
    assert batch().mapping == {"0": "name"}, "another unit has its own habits"
    upload(wang, LIST.replace("谁", "哪位"))
    assert batch().mapping == {"0": "name"}


def test_headers_are_the_same_however_they_are_spaced() -> None:
    assert header_key(["企业名称", "联系 电话"]) == header_key(["* 企业名称：", "联系电话（必填）"])
    assert header_key(["企业名称", "电话"]) != header_key(["电话", "企业名称"])
