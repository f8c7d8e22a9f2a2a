"""A published report as Word, in the layout of official papers, and as a workbook with the rows behind each figure."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter

from crm.lib import clock
from crm.lib.words import _
from crm.web import display
from crm.web.paper import Paper, numbered

from . import telling
from .models import Edition, Section
from .telling import Sheet, number_of, said


def _nowhere(_key: str, _part: str, _unit: str) -> str:
    return ""


def word(edition: Edition) -> bytes:
    report, content = edition.report, edition.content
    at = clock.local(edition.published_at)
    paper = Paper(report.name, report.unit.name, edition.published_at.replace(tzinfo=None))
    paper.title(report.name)
    paper.under(_("（截至 %(day)s）", day=display.day(report.last_on)))
    texts = content["texts"]
    if edition.correction and not report.kind.is_public:
        paper.text(_("第 %(n)s 版，更正原因：%(why)s", n=edition.number, why=edition.correction))
    if texts["opening"]:
        paper.text(texts["opening"])
    parts = _parts(edition)
    for at_, (title, body) in enumerate(parts):
        paper.heading(numbered(at_) + title)
        for one in body:
            if isinstance(one, Sheet):
                if one.rows:
                    paper.table(one.heads, one.rows, one.numeric)
                else:
                    paper.text(_("无。"))
            else:
                paper.text(one)
    paper.signed(report.unit.name, display.day(at.date()))
    return paper.bytes()


def _parts(edition: Edition) -> Sequence[tuple[str, Sequence[Sheet | str]]]:
    """(heading, tables and texts), in the order of the sections."""
    content, public = edition.content, edition.report.kind.is_public
    found: list[tuple[str, Sequence[Sheet | str]]] = []
    for name in content["sections"]:
        section = Section(name)
        body: list[Sheet | str] = []
        if section is Section.FIGURES:
            body = [_figures(content)]
        elif section is Section.RANKS:
            for one in telling.ranks(content, _nowhere):
                body += [_("%(what)s（时间进度 %(gone)s）", what=one.label, gone=one.gone), _ranks(one)]
        elif section is Section.SCORES:
            body = [_scores(content["scores"])]
        elif section is Section.STAGES:
            rows = [
                [one["stage"], str(one["count"]), one["wan"]] for one in telling.stages(content, _nowhere)
            ]
            body = [Sheet((_("阶段"), _("项目数"), _("总投资")), rows, (1, 2))]
        elif section is Section.SIGNED:
            body = [telling.signed(content)]
        elif section is Section.TALKS:
            body = [telling.talks(content, public)]
        elif section is Section.STARTS:
            body = [_starts(content), telling.not_started(content, public)]
        elif section in (Section.PROBLEMS, Section.NEXT):
            text = content["texts"]["problems" if section is Section.PROBLEMS else "next_steps"]
            body = [text] if text else []
        if body:
            found.append((section.label, body))
    return found


def _figures(content: dict[str, Any]) -> Sheet:
    lines = telling.figures(content, _nowhere)
    held = any(one.target for one in lines)
    heads = [_("指标"), _("本期"), _("今年累计"), _("同比")]
    rows = [[one.label, one.period, one.value, one.growth] for one in lines]
    if held:
        heads += [_("全年目标"), _("完成"), _("时间进度")]
        for row, one in zip(rows, lines, strict=True):
            row += [one.target, one.percent, one.gone if one.target else ""]
    return Sheet(heads, rows, tuple(range(1, len(heads))))


def _ranks(one: telling.Ranks) -> Sheet:
    heads = [_("名次"), _("单位"), _("完成数")]
    rows = [[str(line["at"]), line["unit"], line["value"]] for line in one.lines]
    if one.has_targets:
        heads += [_("全年目标"), _("完成")]
        for row, line in zip(rows, one.lines, strict=True):
            row += [line["target"], line["percent"]]
    return Sheet(heads, rows, tuple(range(2, len(heads))))


def _scores(content: dict[str, Any]) -> Sheet:
    heads = telling.score_heads(content)
    rows = [
        [
            str(line["at"]),
            line["unit"],
            line["total"],
            *(line[key]["score"] if key in line else "" for key, _words, _n in heads),
        ]
        for line in telling.score_lines(content, _nowhere)
    ]
    titles = [f"{words}（{weight}）" for _key, words, weight in heads]
    return Sheet([_("名次"), _("单位"), _("得分"), *titles], rows, tuple(range(2, 3 + len(heads))))


def _starts(content: dict[str, Any]) -> Sheet:
    return Sheet(
        (_("范围"), _("本年新建"), _("已开工"), _("未开工"), _("开工率")),
        [[one["name"], str(one["whole"]), str(one["there"]), str(one["missing"]), one["percent"]]
         for one in telling.starts(content, _nowhere)],
        (1, 2, 3, 4),
    )  # fmt: skip


def workbook(edition: Edition, *, with_rows: bool) -> bytes:
    """One sheet of figures, and, when asked for, for each figure one of the rows that were behind it."""
    file = io.BytesIO()
    plain: dict[str, Any] = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, plain) as book:
        bold = book.add_format({"bold": True, "bg_color": "#EEF2F4", "text_wrap": True})
        amount = book.add_format({"num_format": "#,##0.00"})
        sheet = book.add_worksheet(_("主要指标"))
        heads = (_("指标"), _("单位"), _("本期"), _("今年累计"), _("去年同期"), _("全年目标"), _("口径"))
        _write(sheet, bold, heads, (28, 8, 14, 14, 14, 14, 60))
        for at, one in enumerate(edition.content["figures"], 1):
            sheet.write_string(at, 0, said(one["msgid"]))
            sheet.write_string(at, 1, said(one["unit"]))
            for column, name in enumerate(("period", "value", "then", "target"), 2):
                if one[name]:
                    sheet.write_number(at, column, float(one[name]), amount)
            sheet.write_string(at, 6, said(one["definition"]))
        for number, one in enumerate(edition.content["figures"] if with_rows else (), 1):
            rows = edition.rows.get(one["key"], {}).get("lines", ())
            behind = book.add_worksheet(f"{number}")
            _write(
                behind,
                bold,
                (said(one["msgid"]), _("责任单位"), _("金额（万元）"), _("属于本期")),
                (40, 20, 14, 10),
            )
            for at, (name, _id, unit, value, within) in enumerate(rows, 1):
                behind.write_string(at, 0, name)
                behind.write_string(at, 1, unit)
                if (known := number_of(value)) is not None:
                    behind.write_number(at, 2, float(known), amount)
                behind.write_string(at, 3, _("是") if within else "")
    return file.getvalue()


def _write(sheet: Any, bold: Any, heads: Sequence[str], widths: Sequence[int]) -> None:
    for at, (head, width) in enumerate(zip(heads, widths, strict=True)):
        sheet.set_column(at, at, width)
        sheet.write_string(0, at, head, bold)
    sheet.freeze_panes(1, 1)
