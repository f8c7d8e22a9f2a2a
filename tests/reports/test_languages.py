"""What is the house's own is said in the reader's language; what people typed stays as it is. One word for one thing."""

from __future__ import annotations

import io
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

import openpyxl
import pytest
from docx import Document

from crm.db import db
from crm.delivery.status import NodeKind
from crm.indicators import queries as indicators
from crm.indicators.progress import Verdict
from crm.reports import telling, workbook
from crm.reports.periods import ReportKind
from crm.web.sheets_out import LONGEST_NAME
from tests.delivery.make import make_node, make_project
from tests.reports.make import D, lines_of, published, signed

MONTH = "Investment and projects, monthly report no. 6 of 2013"


def reading_english(user: Any, as_user: Any) -> Any:
    user.locale = "en"
    db.session.commit()
    return as_user(user)


@pytest.mark.on("sqlite")
def test_a_title_and_its_sheets_are_in_the_readers_language(cast: Any, as_user: Any) -> None:
    signed("甲项目", cast.wang, "2013-06-05", 60_000)
    make_project("未开工路", cast.li)
    report = published(cast)
    here = f"/reports/{report.id}/versions/1"
    chinese, english = as_user(cast.admin), reading_english(cast.zhou, as_user)
    assert (chinese.see(here).h1, english.see(here).h1) == ("招商引资和项目推进2013年6月通报", MONTH)
    assert MONTH in english.see("/reports").text and "抓开工" in english.see(here).text, "typed words stay"
    answer = english.get(f"{here}/word")
    assert f"{MONTH}.docx" in unquote(answer.headers["Content-Disposition"])
    assert Document(io.BytesIO(answer.data)).paragraphs[0].text == MONTH
    names = openpyxl.load_workbook(io.BytesIO(english.press(here, f"{here}/excel").data)).sheetnames
    assert names == ["Main figures", "Results by unit", "Deals in hand", "Newly signed deals", "Start rate",
                     "New projects not started yet", "Rows behind the figures", "Note"]  # fmt: skip
    names = openpyxl.load_workbook(io.BytesIO(chinese.press(here, f"{here}/excel").data)).sheetnames
    assert names[:2] == ["主要指标", "各单位完成情况"]


def test_no_sheet_of_any_section_is_cut_in_either_language(app: Any) -> None:
    content = {
        "figures": [], "ranks": [{"lines": [["甲镇", "1", "", "", "", ""]], "key": "x", "msgid": "签约项目", "unit": "个",
                                  "measure": "count", "gone": "50"}],
        "scores": {"items": [], "lines": [["甲镇", "50", {}]]}, "stages": [{"key": "x", "stage": "signed", "count": 1, "wan": "1"}],
        "signed": [["甲", "乙", "丙", "1", "2013-06-05"]], "talks": [["甲", "乙", "丙", "1", ""]],
        "starts": [{"roll": "", "whole": 1, "there": 0, "missing": 1, "percent": "0"}], "not_started": [["甲", "乙"]],
    }  # fmt: skip
    edition: Any = SimpleNamespace(content=content, rows={}, report=SimpleNamespace(kind=ReportKind.MONTHLY))
    for language in ("zh-CN", "en"):
        with app.test_request_context(headers={"Accept-Language": language}):
            titles = [grid.title for grid in workbook.grids(edition)]
            assert len({title.lower() for title in titles}) == 8 and max(map(len, titles)) <= LONGEST_NAME, (
                titles
            )


@pytest.mark.parametrize("kind", list(ReportKind))
def test_each_kind_is_cited_alike_and_titled_as_one_reads(app: Any, kind: ReportKind) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert kind.cited(2013, 2).startswith("招商引资和项目推进2013年")
        assert kind.titled(2013, 2).startswith("Investment and projects, ") and "2013" in kind.titled(2013, 2)


@pytest.mark.on("sqlite")
def test_the_verdict_is_published_with_the_margin_of_its_day(
    cast: Any, as_user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("甲", "乙"):
        signed(name, cast.wang, "2013-06-05", 60_000)
    signed("丙", cast.li, "2013-02-01", 3_000)
    goals = {"signed_deals": {cast.wang.unit_id: Decimal(2), cast.li.unit_id: Decimal(3)}}
    monkeypatch.setattr(indicators, "TARGETS", [lambda period: goals])
    monkeypatch.setattr(indicators, "margin", lambda: 20)
    report = published(cast)
    monkeypatch.setattr(indicators, "margin", lambda: 0)
    page = as_user(cast.zhou).see(f"/reports/{report.id}/versions/1")
    lines = lines_of(page)
    assert "已完成" in lines["区招商局"] and "略慢于时间进度" in lines["航埠镇"]
    english = reading_english(cast.zheng, as_user).see(f"/reports/{report.id}/versions/1")
    assert "Slightly behind time" in english.text
    book = openpyxl.load_workbook(
        io.BytesIO(
            as_user(cast.zhou)
            .press(f"/reports/{report.id}/versions/1", f"/reports/{report.id}/versions/1/excel")
            .data
        )
    )
    assert [
        row[-1].value for row in book["各单位完成情况"].iter_rows(min_row=2) if row[2].value == "航埠镇"
    ] == ["略慢于时间进度"]


def test_what_was_published_before_verdicts_were_kept_has_those_of_its_figures() -> None:
    lines = [["甲镇", "6", "10", "60"], ["乙镇", "4", "10", "40", "5"], ["丙局", "3", "", ""]]
    content = {
        "ranks": [
            {
                "key": "signed_deals",
                "msgid": "签约项目",
                "unit": "个",
                "measure": "count",
                "gone": "50",
                "lines": lines,
            }
        ]
    }
    [told] = telling.ranks(content, telling.nowhere)
    assert [(one["at"], one["verdict"]) for one in told.lines] == [
        (1, Verdict.ON_PACE), (2, Verdict.BEHIND), (3, None)
    ]  # fmt: skip
    assert [one["growth"] for one in told.lines] == ["", "+5.0%", ""]


@pytest.mark.on("sqlite")
def test_days_of_a_report_are_written_as_the_reader_writes_them(cast: Any, as_user: Any) -> None:
    signed("甲项目", cast.wang, "2013-06-05", 60_000)
    late = make_project("未开工路", cast.li)
    make_node(late, "开工", D("2013-08-31"), kind=NodeKind.START)
    db.session.commit()
    report = published(cast)
    here = f"/reports/{report.id}/versions/1"
    chinese, english = as_user(cast.admin).see(here).text, reading_english(cast.zhou, as_user).see(here).text
    assert "2013-06-05" in chinese and "2013-08-31" in chinese
    assert "5 Jun 2013" in english and "31 Aug 2013" in english and "2013-06-05" not in english
    book = openpyxl.load_workbook(io.BytesIO(as_user(cast.admin).press(here, f"{here}/excel").data))
    assert book["还没有开工的新建项目"]["D2"].is_date, "in a workbook a day is a day"
