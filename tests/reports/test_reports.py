"""月通报: drafted by one, checked by another, frozen when published, corrected by a new version only."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from docx import Document

from crm.db import WrittenOnce, db
from crm.delivery.models import ProgressEntry
from crm.delivery.status import NodeKind, Status
from crm.indicators import catalogue
from crm.indicators import queries as indicator_queries
from crm.lib import clock
from crm.lib.errors import Refused
from crm.reports import actions, queries
from crm.reports.appraisal import FIRST
from crm.reports.models import Outline, Report, ReportState
from crm.reports.periods import ReportKind
from tests.delivery.make import make_list, make_node, make_project
from tests.reports.make import D, figure, lines_of, published, send, signed, verbs
from tests.slips.make import make_slip


def test_from_draft_to_publication_and_what_is_published_stays(cast: Any, as_user: Any) -> None:
    deal = signed("甲项目", cast.wang, "2013-06-05", 60_000)
    signed("乙项目", cast.li, "2013-02-01", 3_000)
    admin, leader = as_user(cast.admin), as_user(cast.zhou)
    made = admin.submit("/reports/new", kind="monthly", year="2013", number="6")
    report = db.session.scalars(sa.select(Report)).one()
    assert made.went_to == f"/reports/{report.id}"
    draft = admin.see(made.went_to)
    assert "甲项目" in draft.text and "起草中" in draft.text
    admin.submit(f"/reports/{report.id}/words", problems="进度慢", next_steps="抓开工")
    admin.press(f"/reports/{report.id}", f"/reports/{report.id}/submit")
    leader.press(f"/reports/{report.id}", f"/reports/{report.id}/check")
    leader.press(f"/reports/{report.id}", f"/reports/{report.id}/publish")
    db.session.expire_all()
    edition = queries.edition(report)
    assert edition is not None and (report.state, edition.number) == (ReportState.PUBLISHED, 1)
    assert (figure(edition, "signed_deals")["value"], figure(edition, "signed_deals")["period"]) == ("2", "1")
    assert figure(edition, "signed_5yi")["value"] == "1"
    assert verbs() == [
        "report.drafted",
        "report.written",
        "report.submitted",
        "report.checked",
        "report.published",
    ]
    deal.name, deal.planned_wan, deal.signed_on = "改了名", Decimal(1), D("2013-07-01")
    db.session.commit()
    for reader in (cast.wang, cast.zheng, cast.li):
        page = as_user(reader).see(f"/reports/{report.id}/versions/1")
        assert "甲项目" in page.text and "改了名" not in page.text and "抓开工" in page.text
    rows = as_user(cast.chen).get(f"/reports/{report.id}/versions/1/rows?figure=signed_deals&part=period")
    assert "甲项目" in rows.said and "乙项目" not in rows.said
    assert f'href="/deals/{deal.id}"' in rows.get_data(as_text=True)
    assert (
        "签了投资协议的项目" in rows.said
        and "/indicators/signed_deals/explain?first=2013-01-01&last=2013-06-30" in rows.page.links
    )
    behind = f"/reports/{report.id}/versions/1/rows?figure=signed_deals"
    of_li, of_zheng = as_user(cast.li).see(behind).text, as_user(cast.zheng).see(behind).text
    assert "乙项目" in of_li and "甲项目" not in of_li and "另有 1 条是别的单位的记录" in of_li, (
        "the figure is for all"
    )
    assert "甲项目" in of_zheng and "乙项目" in of_zheng and "别的单位" not in of_zheng
    with pytest.raises(WrittenOnce):
        edition.content = {}
        db.session.flush()


def test_whoever_drafts_does_not_check(cast: Any, as_user: Any) -> None:
    report = actions.draft(ReportKind.MONTHLY, 2013, 6, actor=cast.admin)
    actions.submit(report, actor=cast.admin)
    db.session.commit()
    refused = send(as_user(cast.admin), f"/reports/{report.id}/check")
    assert refused.status_code == 422 and "起草和审核要两个人" in refused.said
    db.session.expire_all()
    assert report.state is ReportState.CHECKING
    as_user(cast.zhou).submit(f"/reports/{report.id}/give-back", reason="漏了一段")
    db.session.expire_all()
    assert (report.state, report.returned) == (ReportState.DRAFT, "漏了一段")
    with pytest.raises(Refused):
        actions.publish(report, actor=cast.zhou)


def test_what_is_drafted_is_nobody_elses_business(cast: Any, as_user: Any) -> None:
    report = actions.draft(ReportKind.MONTHLY, 2013, 6, actor=cast.admin)
    db.session.commit()
    actions.draft(ReportKind.MONTHLY, 2013, 5, actor=cast.admin)
    db.session.commit()
    names = [" ".join(row) for row in as_user(cast.admin).see("/reports").rows(0)]
    assert "6月" in names[0] and "5月" in names[1], "the newest first"
    for stranger in (cast.wang, cast.li, cast.zheng):
        there = as_user(stranger)
        assert there.get(f"/reports/{report.id}/versions/1").status_code == 404
        assert send(there, f"/reports/{report.id}/publish").status_code == 403
        assert send(there, "/reports/new").status_code == 403
    for path in ("submit", "check", "publish", "drop"):
        assert as_user(cast.admin).get(f"/reports/{report.id}/{path}").status_code == 405
    db.session.expire_all()
    assert report.state is ReportState.DRAFT


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"kind": "monthly", "year": "2013", "number": "13"}, "没有这一期"),
        ({"kind": "monthly", "year": "2013", "number": "9"}, "还不能起草"),
        ({"kind": "quarterly", "year": "2013", "number": "x"}, "第几期"),
        ({"kind": "monthly", "year": "2013", "number": "6"}, "已经有了"),
    ],
)
def test_periods_that_cannot_be_told_are_refused_and_what_was_typed_stays(
    cast: Any, as_user: Any, typed: dict[str, str], said: str
) -> None:
    published(cast)
    page = as_user(cast.admin).submit("/reports/new", **typed)
    assert (
        page.status_code == 422
        and said in page.said
        and f'value="{typed["number"]}"' in page.get_data(as_text=True)
    )
    assert db.session.scalar(sa.select(sa.func.count(Report.id))) == 1


def test_the_public_quarter_names_no_person_and_no_term(cast: Any, as_user: Any) -> None:
    signed("甲项目", cast.wang, "2013-06-05", 60_000)
    outline = {"sections": ["signed", "talks", "problems"], "indicators": ["signed_deals"], "ranked": []}
    actions.set_outline(ReportKind.QUARTERLY, outline, actor=cast.admin)
    report = published(cast, ReportKind.QUARTERLY, 2)
    page = as_user(cast.wang).see(f"/reports/{report.id}/versions/1").text
    assert "甲项目" in page and "进度慢" not in page and "计划开工" not in page and "挂联领导" not in page
    edition = queries.edition(report)
    assert edition and edition.content["sections"] == ["signed"] and "talks" not in edition.content
    taken = (
        as_user(cast.zhou)
        .press(f"/reports/{report.id}/versions/1", f"/reports/{report.id}/versions/1/excel")
        .data
    )
    book = openpyxl.load_workbook(io.BytesIO(taken))
    cells = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
    feet = [str(sheet.oddFooter.left.text) for sheet in book]
    assert "数背后的记录" not in book.sheetnames and not any(
        cast.zhou.name in text for text in (*cells, *feet)
    )


def test_the_weekly_one_is_five_figures_beside_their_targets(cast: Any, as_user: Any) -> None:
    signed("甲项目", cast.wang, "2013-06-05", 60_000)
    signed("去年的", cast.wang, "2012-03-01", 60_000)
    report = published(cast, ReportKind.WEEKLY, 23)
    page = as_user(cast.wang).see(f"/reports/{report.id}/versions/1")
    lines = lines_of(page)
    assert len(page.all(class_="figure")) == 5 and "1 个" in lines["签约项目"] and "本周" in lines["指标"]
    assert "/indicators/signed_deals?year=2013&to=2013-06" in page.links, (
        "the growth leads to where it is compared"
    )


def test_who_has_not_started_is_told_with_why_and_each_list_with_its_rows(cast: Any, as_user: Any) -> None:
    late, plain = make_project("未开工路", cast.li), make_project("没有交办路", cast.li)
    made = make_project("已开工路", cast.li, status=Status.BUILDING)
    make_node(made, "开工", D("2013-03-01"), kind=NodeKind.START, actual_on=D("2013-03-01"))
    make_list("市重点", cast.admin, late, made)
    make_slip(late, by=cast.li, problem="征地差 12 亩，请找 13800001234", raised_on=D("2013-06-10"))
    make_slip(late, by=cast.li, problem="七月的问题", raised_on=D("2013-07-02"))
    for week, problem in (("2013-06-17", "早先的问题"), ("2013-06-24", "图纸没有定")):
        db.session.add(
            ProgressEntry(project=plain, week_on=D(week), progress="", done_wan=Decimal(0), problem=problem)
        )
    db.session.commit()
    report = published(cast)
    page = as_user(cast.zhou).see(f"/reports/{report.id}/versions/1")
    rows = lines_of(page)
    assert (
        "征地差 12 亩" in rows["未开工路"]
        and "13800001234" not in page.text
        and "七月的问题" not in page.text
    )
    assert "图纸没有定" in rows["没有交办路"] and "早先" not in rows["没有交办路"]
    assert [text.strip() for text in rows["2013 市重点"].split() if text.strip()][-4:] == [
        "2",
        "1",
        "1",
        "50.0%",
    ]
    edition = queries.edition(report)
    assert edition is not None
    key = edition.content["starts"][1]["key"]
    for part, names in (("", {"未开工路", "已开工路"}), ("there", {"已开工路"}), ("rest", {"未开工路"})):
        behind = as_user(cast.zhou).see(f"/reports/{report.id}/versions/1/rows?figure={key}&part={part}")
        assert {name for name in ("未开工路", "已开工路", "没有交办路") if name in behind.text} == names
        [today] = [link for link in behind.links if link.startswith("/projects?")]
        now = as_user(cast.zhou).see(today).text
        assert {name for name in ("未开工路", "已开工路", "没有交办路") if name in now} == names, part


def test_word_and_excel_say_what_the_page_says_and_mask_phones(cast: Any, as_user: Any) -> None:
    signed("甲项目", cast.wang, "2013-06-05", 60_000)
    report = published(cast)
    reader = as_user(cast.zhou)
    paper = Document(io.BytesIO(reader.get(f"/reports/{report.id}/versions/1/word").data))
    words = "\n".join(one.text for one in paper.paragraphs)
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    assert (
        "2013年6月通报" in words and "按数值排" in words and "13800001234" not in words and "甲项目" in cells
    )
    here = f"/reports/{report.id}/versions/1"
    book = openpyxl.load_workbook(io.BytesIO(reader.press(here, f"{here}/excel").data))
    assert verbs()[-1] == "report.taken"
    behind = [[cell.value for cell in row] for row in book["数背后的记录"].iter_rows(min_row=2)]
    assert ["签约项目", "甲项目", "区招商局"] in [row[:3] for row in behind]
    figures = book["主要指标"]
    heads = {cell.value: at for at, cell in enumerate(figures[1])}
    line = next(row for row in figures.iter_rows(min_row=2) if row[0].value == "签约项目")
    so_far = line[heads["今年累计"]]
    assert (so_far.value, so_far.number_format, line[heads["时间进度"]].value) == (1, "#,##0", 0.5)
    assert line[heads["时间进度"]].number_format == "0.0%"
    for sheet in (figures, book["各单位完成情况"]):
        assert (
            sheet.print_title_rows == "$1:$1"
            and sheet.sheet_properties.pageSetUpPr.fitToPage
            and "周区长" in sheet.oddFooter.left.text
        )
    assert book["新签约项目"]["D2"].value == 60_000 and book["新签约项目"]["E2"].is_date
    notes = [cell.value for cell in book["说明"]["B"]]
    assert "抓开工" in notes and not any("13800001234" in str(one) for one in notes)
    book = openpyxl.load_workbook(io.BytesIO(as_user(cast.chen).press(here, f"{here}/excel").data))
    assert "数背后的记录" not in book.sheetnames, (
        "who takes the rows of his unit only takes none of the others'"
    )
    assert send(as_user(cast.zheng), f"/reports/{report.id}/versions/1/excel").status_code == 403


def test_an_administrator_says_what_the_next_ones_hold(cast: Any, as_user: Any) -> None:
    before = published(cast)
    admin = as_user(cast.admin)
    too_many = admin.submit("/reports/outlines/weekly", sections=["figures"], ranked=[], indicators=[
        "signed_deals", "signed_1yi", "signed_5yi", "paid_in", "new_leads", "visits"])  # fmt: skip
    assert too_many.status_code == 422 and "最多 5 个" in too_many.said
    admin.submit("/reports/outlines/monthly", sections=["figures"], indicators=["visits"], ranked=["visits"])
    assert db.session.scalars(sa.select(Outline.indicators)).one() == ["visits"]
    after = published(cast, number=5)
    edition = queries.edition(after)
    assert edition is not None and [one["key"] for one in edition.content["figures"]] == ["visits"]
    assert edition.content["sections"] == ["figures"]
    kept = queries.edition(before)
    assert kept is not None and len(kept.content["figures"]) > 1
    assert as_user(cast.zhou).get("/reports/outlines/monthly").status_code == 403


def test_a_year_is_scored_by_a_scheme_whose_versions_stay(
    cast: Any, as_user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed("甲项目", cast.wang, "2013-06-05", 60_000)
    signed("乙项目", cast.li, "2013-02-01", 3_000)
    mine, theirs = cast.wang.unit_id, cast.li.unit_id
    goals = {
        "signed_deals": {None: Decimal(6), mine: Decimal(2), theirs: Decimal(4)},
        "signed_1yi": {mine: Decimal(1)},
    }
    monkeypatch.setattr(indicator_queries, "TARGETS", [lambda period: goals])
    page = as_user(cast.admin).see("/reports/appraisal").text
    assert "65.00" not in page and "70.00" in page and "25.00" in page  # (30 × 50 + 20 × 100) ÷ 50; 1 of 4
    admin = as_user(cast.admin)
    form = admin.get("/reports/appraisal/scheme").page
    assert form.text.count("权重") >= 1
    wrong = admin.submit("/reports/appraisal/scheme", weight_0="50", cap="100", reason="试")
    assert wrong.status_code == 422 and "相加要等于 100" in wrong.said
    keys = [key for key, _label in catalogue.choices(cast.admin)]
    weights = {f"weight_{at}": "100" if key == "signed_deals" else "0" for at, key in enumerate(keys)}
    admin.submit("/reports/appraisal/scheme", **weights, cap="100", reason="只看签约")
    assert (queries.scheme().number, queries.scheme().plain()) == (2, [["signed_deals", 100]])
    now = as_user(cast.zhou).see("/reports/appraisal").text
    assert "50.00" in now and "只看签约" in now and "第 2 版 现行" in now and "系统自带" in now
    with clock.freeze(dt.datetime(2014, 1, 9, 2, tzinfo=dt.UTC)):
        report = published(cast, ReportKind.YEARLY, 1)
        edition = queries.edition(report)
        assert edition is not None
        lines = [line[:2] for line in edition.content["scores"]["lines"]]
        page = as_user(cast.zhou).see(f"/reports/{report.id}/versions/1")
        [evidence] = [
            link
            for link in page.links
            if "figure=signed_deals" in link and "unit=%E8%88%AA" in link and "part" not in link
        ][:1]
        assert "乙项目" in (behind := as_user(cast.zhou).see(evidence).text) and "甲项目" not in behind, (
            "down to its evidence"
        )
        assert lines == [["区招商局", "50"], ["航埠镇", "25"]] and edition.content["scores"]["number"] == 2
    assert as_user(cast.wang).get("/reports/appraisal").status_code == 404
    assert send(as_user(cast.zhou), "/reports/appraisal/scheme").status_code == 403
    db.session.commit()
    monkeypatch.setattr(queries, "scheme", lambda: FIRST)  # what another, at the same time, has read
    with pytest.raises(Refused, match="别人刚刚改过"):
        actions.set_scheme({"signed_deals": 100}, 100, "同时", actor=cast.admin)
    db.session.rollback()
