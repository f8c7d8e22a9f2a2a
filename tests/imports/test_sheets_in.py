"""Files as people send them: each is read, or refused with a sentence; none takes the house down."""

from __future__ import annotations

import gzip
import io
import time
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from crm.lib.errors import Refused
from crm.web import sheets_in

ROWS = [["企业名称", "电话"], ["上海衢澜机械有限公司", "15400000001"], ["䶮㐀贸易行", "0570-3020000"]]
CSV = "企业名称,电话\r\n上海衢澜机械有限公司,15400000001\r\n䶮㐀贸易行,0570-3020000\r\n"


def read(path: Path, name: str = "") -> list[list[str]]:
    kind = sheets_in.kind_of(path, name or path.name)
    sheet = sheets_in.sheets(path, kind)[0]
    return [cells for _number, cells in sheets_in.rows(path, kind, sheet)]


def refusal(path: Path, name: str = "") -> str:
    with pytest.raises(Refused) as refused:
        read(path, name)
    return refused.value.message


@pytest.mark.parametrize(
    "data",
    [
        CSV.encode(),
        CSV.encode("utf-8-sig"),
        CSV.encode("gb18030"),
        CSV.encode("utf-16"),
        CSV.replace(",", "\t").encode("utf-8"),
        CSV.replace(",", ";").encode("gb18030"),
        CSV.replace("\r\n", "\n").encode(),
        CSV.replace("\r\n", "\r").encode(),
        ("\r\n" + CSV + ",,\r\n").encode(),
        gzip.compress(CSV.encode()),
        CSV.replace("衢澜", "衢\0澜\u202e").encode(),
    ],
    ids=[
        "utf8",
        "bom",
        "gbk",
        "utf16",
        "tab",
        "semicolon gbk",
        "lf",
        "cr",
        "empty rows",
        "gz",
        "NUL and RTL",
    ],
)
def test_every_kind_of_csv_is_read(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(data)
    assert read(path) == ROWS


def test_an_xlsx_is_read_with_its_own_row_numbers(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("名单")
    sheet.merge_range(0, 0, 0, 3, "2013 年商会名单")
    sheet.write_row(2, 0, ["企业名称", "电话", "成立", "注资", "有效"])
    sheet.write_row(4, 0, ["上海衢澜机械有限公司", 15400000001])
    sheet.write_datetime(
        4, 2, __import__("datetime").datetime(2013, 7, 5), book.add_format({"num_format": "yyyy/m/d"})
    )
    sheet.write_number(4, 3, 1200.5)
    sheet.write_boolean(4, 4, True)
    sheet.write_formula(5, 0, "=1+1", None, "")
    book.close()
    kind = sheets_in.kind_of(path, path.name)
    rows = dict(sheets_in.rows(path, kind, "名单"))
    assert rows[1] == ["2013 年商会名单"]
    assert rows[3][0] == "企业名称"
    assert rows[5] == ["上海衢澜机械有限公司", "15400000001", "2013-07-05", "1200.5", "是"]


def test_junk_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"")
    assert "空的" in refusal(path, "list.xlsx")
    path.write_bytes(b"\xd0\xcf\x11\xe0" + b"\0" * 600)
    assert "旧版 xls" in refusal(path, "list.xls")
    path.write_bytes(b"<html><table>")
    assert "不是 Excel" in refusal(path, "list.xlsx")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40)
    assert "不是表格文件" in refusal(path, "list.csv")
    path.write_bytes(b"\xff\xfe\xfd\x80\x81" * 100 + b"\xff")
    assert refusal(path, "list.csv")
    path.write_bytes(gzip.compress(CSV.encode())[:-12])
    assert "压缩文件已损坏" in refusal(path, "list.csv.gz")
    path.write_bytes(('企业名称\n"' + "长" * 60_000).encode())
    assert "引号" in refusal(path, "list.csv")


def zipped(path: Path, parts: dict[str, bytes], **kwargs: int) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


def good_parts(tmp_path: Path) -> dict[str, bytes]:
    path = tmp_path / "good.xlsx"
    book = xlsxwriter.Workbook(str(path))
    book.add_worksheet().write_row(0, 0, ["企业名称"])
    book.close()
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_an_xlsx_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    zipped(path, {"hello.txt": b"hello"})
    assert "不是 Excel" in refusal(path)
    parts = good_parts(tmp_path)
    zipped(path, parts | {"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row"})
    assert "打不开" in refusal(path)
    whole = (tmp_path / "good.xlsx").read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert "打不开" in refusal(path)


def test_bombs_and_entities_are_refused_before_they_are_opened(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    parts = good_parts(tmp_path)
    zipped(path, parts | {"xl/media/zeros.xml": b" " * (60 * 2**20)})
    assert "大得不正常" in refusal(path)
    zipped(path, parts | {f"xl/part{n}.xml": b"x" for n in range(2100)})
    assert "部件太多" in refusal(path)
    entity = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    zipped(path, parts | {"xl/sharedStrings.xml": entity + b"<sst>&a;</sst>"})
    assert "实体声明" in refusal(path)
    zipped(path, parts | {"xl/sharedStrings.xml": entity.decode().encode("utf-16")})
    assert "编码不正常" in refusal(path)


def test_a_zip_whose_directory_lies_about_sizes_is_measured_by_its_data(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    zipped(path, good_parts(tmp_path) | {"xl/media/zeros.xml": b" " * (60 * 2**20)})
    data = path.read_bytes()
    for size in ((60 * 2**20).to_bytes(4, "little"),):
        data = data.replace(size, (1000).to_bytes(4, "little"))
    path.write_bytes(data)
    assert refusal(path)


def test_a_far_cell_is_refused_without_laying_the_sheet_out(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write(0, 0, "企业名称")
    sheet.write(1_048_575, 16_383, "远")
    book.close()
    assert "铺得太开" in refusal(path)


SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'


@pytest.mark.parametrize(
    "rows",
    [
        "<row r='1'><c r='A1'><v>1</v></c></row><row r='1048576'><c r='XFD1048576'><v>1</v></c></row>",
        '<row><c r="A1"><v>1</v></c></row><row><c r = "XFD1048576"><v>1</v></c></row>',
        '<row><c r="A1"><v>1</v></c></row><row><c r="&#88;FD1048576"><v>1</v></c></row>',
        '<row><c r="A1"><v>1</v></c></row><row><c r="xfd1048576"><v>1</v></c></row>',
        '<row><c r="A1"><v>1</v></c></row><row><c s=">" r="XFD1048576"><v>1</v></c></row>',
        f'<row><c r="A1"><v>1</v></c></row><row><c x="{"y" * 70_000}" r="XFD1048576"><v>1</v></c></row>',
        '<row><c r="GR1"><v>1</v></c></row><row r="1048576"><c><v>1</v></c></row>',
        "<row>" + "<c><v>1</v></c>" * 300 + "</row>",
    ],
)
def test_a_far_cell_is_refused_however_its_name_is_written(tmp_path: Path, rows: str) -> None:
    """Each of these once made the reader ask for more memory than there is, which ends the whole server."""
    path = tmp_path / "list.xlsx"
    zipped(path, good_parts(tmp_path) | {"xl/worksheets/sheet1.xml": SHEET.format(rows).encode()})
    assert "铺得太开" in refusal(path)


@pytest.mark.parametrize("name", ["xl/media/picture.png", "xl/elsewhere.bin", "xl/theme/other.xml"])
def test_a_far_cell_is_found_under_any_name(tmp_path: Path, name: str) -> None:
    path, parts = tmp_path / "list.xlsx", good_parts(tmp_path)
    rels = parts["xl/_rels/workbook.xml.rels"].replace(b"worksheets/sheet1.xml", name[3:].encode())
    far = SHEET.format("<row><c r='A1'><v>1</v></c><c r='XFD1048576'><v>1</v></c></row>").encode()
    zipped(path, parts | {"xl/_rels/workbook.xml.rels": rels, name: far})
    assert "铺得太开" in refusal(path)
    zipped(path, parts | {"xl/_rels/workbook.xml.rels": rels, name: b"junk" + far})
    assert "打不开" in refusal(path)


@pytest.mark.parametrize("name", ["content.xml", "xl/workbook.bin"])
def test_a_workbook_of_another_kind_inside_is_refused(tmp_path: Path, name: str) -> None:
    zipped(tmp_path / "list.xlsx", good_parts(tmp_path) | {name: b"<x/>"})
    assert "不是 Excel" in refusal(tmp_path / "list.xlsx")


def test_too_many_rows_and_columns_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "list.csv"
    path.write_text("企业名称\n" + "衢州厂\n" * 50, encoding="utf-8")
    monkeypatch.setattr(sheets_in, "MOST_ROWS", 20)
    assert "超过 20 行" in refusal(path)
    path.write_text(",".join(["列"] * 300), encoding="utf-8")
    assert "300 列" in refusal(path)


@pytest.mark.parametrize(
    ("data", "said"), [(b"," * 20_000_000, "20000001 列"), (b"\n" * 20_000_000, "200,000 行")]
)
def test_millions_of_nothing_are_refused_at_once(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(data)
    began = time.process_time()
    assert said in refusal(path, "list.csv")
    assert time.process_time() - began < 8


def test_a_gz_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets_in, "LARGEST_TEXT", 2**20)
    path = tmp_path / "list.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n" * 2**19))
    assert "大得不正常" in refusal(path)


def test_rows_are_read_from_a_stream_not_from_memory() -> None:
    lines = sheets_in._Ahead(iter(io.StringIO("a\nb\nc\n")))
    assert lines.peek(2) == ["a\n", "b\n"]
    assert list(lines) == ["a\n", "b\n", "c\n"]
