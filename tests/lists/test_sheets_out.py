"""Texts in files: no spreadsheet may run one, and what was written is what is read."""

from __future__ import annotations

import csv
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.lib import texts
from crm.web import sheets_in
from crm.web.sheets_out import FORMULA_STARTS, Heading, XlsxFile, harmless, meant, writer

# What the house can hold: every text passes through texts.clean_text on its way in.
kept = st.text(max_size=60).map(texts.clean_text)
dangerous = st.tuples(st.sampled_from(["", " ", "\n", "\u3000"]), st.sampled_from(FORMULA_STARTS), kept).map(
    "".join
)


@given(dangerous)
def test_what_could_run_is_led_by_an_apostrophe(text: str) -> None:
    assert harmless(text) == "'" + text


@given(kept)
def test_what_cannot_run_is_left_alone(text: str) -> None:
    written = harmless(text)
    assert written in (text, "'" + text)
    assert not written.lstrip(" \n\u3000").startswith(FORMULA_STARTS) and meant(written) == text


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(kept, kept | dangerous), max_size=8))
def test_a_csv_read_again_is_what_was_written(rows: list[tuple[str, str]]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "list.csv"
        file = writer("csv", path, "名单", [Heading("名称"), Heading("备注")])
        for row in rows:
            file.row(row)
        file.close()
        raw = path.read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf")
        plain = list(csv.reader(raw.decode("utf-8-sig").splitlines(keepends=True)))
        assert [tuple(row) for row in plain[1:]] == [tuple(map(harmless, row)) for row in rows]
        read = [tuple(cells) for _number, cells in sheets_in.rows(path, "csv")][1:]
        cleaned = [tuple(map(texts.clean_text, row)) for row in rows]
        assert read == [_trimmed(row) for row in cleaned if any(row)]


@settings(deadline=None, max_examples=25)
@given(st.lists(kept | dangerous, min_size=1, max_size=6))
def test_an_xlsx_holds_texts_as_texts(values: list[str]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "list.xlsx"
        file = writer("xlsx", path, "名单", [Heading("名称")])
        for value in values:
            file.row([value])
        file.close([("行数", str(len(values)))])
        book = openpyxl.load_workbook(path)
        cells = [cell for row in book.worksheets[0].iter_rows(min_row=2) for cell in row]
        assert {cell.data_type for cell in cells if cell.value is not None} <= {"s", "inlineStr"}
        assert "说明" in book.sheetnames


@pytest.mark.parametrize("text", ["-5", "+852 9123 4567", "@all", "＝1+1", " =1"])
def test_the_usual_suspects(text: str) -> None:
    assert harmless(text).startswith("'")


def _trimmed(row: tuple[str, ...]) -> tuple[str, ...]:
    cells = list(row)
    while cells and not cells[-1]:
        cells.pop()
    return tuple(cells)


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["Deals under negotiation of CNY 100 million or more"], ["Deals under negotiation of CNY"]),
        (["Deals under negotiation of CNY 100 million or more"] * 2,
         ["Deals under negotiation of CNY", "Deals under negotiation of 2"]),
        (["Signed [2013]/Q2: all"], ["Signed 2013Q2 all"]),
        (["项目" * 20, "项目" * 20], ["项目" * 15 + "项", "项目" * 14 + "项 2"]),
        (["2013 " + "项目" * 20], ["2013 " + "项目" * 13]),
        (["在谈", "在谈", "在谈"], ["在谈", "在谈 2", "在谈 3"]),
        (["Signed", "SIGNED"], ["Signed", "SIGNED 2"]),
        (["[]"], ["Sheet1"]),
    ],
)  # fmt: skip
def test_a_sheets_name_is_one_that_excel_takes_and_ends_with_a_word(
    tmp_path: Path, names: list[str], told: list[str]
) -> None:
    path = tmp_path / "names.xlsx"
    book = XlsxFile(path, names[0], [Heading("甲")])
    for name in names[1:]:
        book.begin(name, [Heading("甲")])
    book.close()
    assert openpyxl.load_workbook(path).sheetnames == told
