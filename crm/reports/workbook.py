"""A published report as a workbook: its numbers as numbers, and the rows that were behind them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from crm.lib.masking import mask_text
from crm.lib.words import _
from crm.web import display
from crm.web.sheets_out import Heading, XlsxFile

from . import telling
from .models import Edition, Section
from .telling import number_of, said


@dataclass(frozen=True)
class Grid:
    """A sheet of numbers, not of words: somebody goes on reckoning with it."""

    title: str
    heads: Sequence[Heading]
    rows: Iterable[Sequence[Any]]


def of(edition: Edition, *, with_rows: bool, mark: str) -> bytes:
    """A sheet for each section, and, when asked for, one of all the rows that were behind the figures.

    What is made public names no person: neither who is in the rows nor who took the file.
    """
    if edition.report.kind.is_public:
        with_rows, mark = False, ""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "report.xlsx"
        first, *others = [*grids(edition), *([_behind(edition)] if with_rows else [])]
        book = XlsxFile(path, first.title, first.heads, mark)
        for at, grid in enumerate([first, *others]):
            if at:
                book.begin(grid.title, grid.heads)
            for row in grid.rows:
                book.row(row)
        book.close(list(_about(edition)))
        return path.read_bytes()


def grids(edition: Edition) -> Iterator[Grid]:
    content, public = edition.content, edition.report.kind.is_public
    wan = Heading(_("总投资（万元）"), "wan")
    yield _figures_grid(content)
    if content.get("ranks"):
        yield _ranks_grid(content)
    if content.get("scores", {}).get("lines"):
        yield _scores_grid(content["scores"])
    if stages := telling.stages(content, telling.nowhere):
        rows = [
            (said_["stage"], said_["count"], number_of(one["wan"]))
            for said_, one in zip(stages, content["stages"], strict=True)
        ]
        yield Grid(Section.STAGES.label, (Heading(_("阶段")), Heading(_("项目数"), "number"), wan), rows)
    if (names := telling.signed(content)).rows:
        heads = [*map(Heading, names.heads[:3]), wan, Heading(names.heads[4], "day")]
        yield Grid(Section.SIGNED.label, heads, [
            (*names_, number_of(planned), dt.date.fromisoformat(on)) for *names_, planned, on in content["signed"]
        ])  # fmt: skip
    if (names := telling.talks(content, public)).rows:
        heads = [*map(Heading, names.heads[:3]), wan, *map(Heading, names.heads[4:])]
        yield Grid(_("在谈亿元以上"), heads, [
            (*row[:3], number_of(row[3]), *row[4 : len(heads)]) for row in content["talks"]
        ])  # fmt: skip
    if content.get("starts"):
        heads = [Heading(_("范围")), *(Heading(head, "number") for head in (_("本年新建"), _("已开工"), _("未开工"))),
                 Heading(_("开工率"), "percent")]  # fmt: skip
        yield Grid(_("开工率"), heads, [
            (one["name"], one["whole"], one["there"], one["missing"], _ratio(raw["percent"]))
            for one, raw in zip(telling.starts(content, telling.nowhere), content["starts"], strict=True)
        ])  # fmt: skip
    if (left := telling.not_started(content, public)).rows:
        start = telling.PLANNED_START
        heads = [Heading(head, "day" if at == start else "text") for at, head in enumerate(left.heads)]
        pairs = zip(left.rows, content["not_started"], strict=True)
        yield Grid(_("还没有开工的新建项目"), heads, [_with_day(row, raw, start) for row, raw in pairs])


def _figures_grid(content: dict[str, Any]) -> Grid:
    heads = [
        Heading(_("指标"), width=28), Heading(_("计量单位"), width=9),
        *(Heading(head, "number", 14) for head in (_("本期"), _("今年累计"), _("去年同期"))), Heading(_("同比"), "percent"),
        Heading(_("全年目标"), "number", 14), Heading(_("完成"), "percent"), Heading(_("时间进度"), "percent"), Heading(_("口径"), width=60),
    ]  # fmt: skip
    return Grid(Section.FIGURES.label, heads, [
        (said(one["msgid"]), said(one["unit"]), *(number_of(one[name]) for name in ("period", "value", "then")),
         _ratio(one["growth"]), number_of(one["target"]), _ratio(one["percent"]), _ratio(one["gone"]), said(one["definition"]))
        for one in content["figures"]
    ])  # fmt: skip


def _ranks_grid(content: dict[str, Any]) -> Grid:
    heads = [
        Heading(_("指标"), width=20), Heading(_("名次"), "number", 8), Heading(_("单位")), Heading(_("完成数"), "number", 14),
        Heading(_("计量单位"), width=9), Heading(_("同比"), "percent"), Heading(_("全年目标"), "number", 14), Heading(_("完成"), "percent"),
        Heading(_("时间进度"), "percent"), Heading(_("比时间进度"), width=16),
    ]  # fmt: skip
    rows = [
        (ranks.label, line["at"], name, number_of(value), said(one["unit"]), _ratio(more[0] if more else ""),
         number_of(target), _ratio(share), _ratio(one["gone"]), line["verdict"].label if line["verdict"] else "")
        for ranks, one in zip(telling.ranks(content, telling.nowhere), content["ranks"], strict=True)
        for line, (name, value, target, share, *more) in zip(ranks.lines, one["lines"], strict=True)
    ]  # fmt: skip
    return Grid(Section.RANKS.label, heads, rows)


def _scores_grid(content: dict[str, Any]) -> Grid:
    items = telling.score_heads(content)
    heads = [Heading(_("名次"), "number", 8), Heading(_("单位")), Heading(_("得分"), "wan")]
    for _key, words, weight in items:
        heads += [Heading(_("%(what)s得分（权重 %(n)s）", what=words, n=weight), "wan"), Heading(_("%(what)s完成数", what=words), "number"),
                  Heading(_("%(what)s目标", what=words), "number")]  # fmt: skip
    rows = []
    for said_, (name, total, cells) in zip(
        telling.score_lines(content, telling.nowhere), content["lines"], strict=True
    ):
        row = [said_["at"], name, number_of(total)]
        for key, _words, _weight in items:
            value, target, score = cells.get(key, ("", "", ""))
            row += [number_of(score), number_of(value), number_of(target)]
        rows.append(row)
    return Grid(Section.SCORES.label, heads, rows)


def _behind(edition: Edition) -> Grid:
    names = telling.labels(edition.content)
    heads = [Heading(_("指标"), width=24), Heading(_("记录"), width=40), Heading(_("单位")), Heading(_("数额"), "wan"),
             Heading(_("计量单位"), width=9), Heading(_("属于本期（已开工）"), width=12)]  # fmt: skip
    rows = (
        (names.get(key, key), name, unit, number_of(value), said(telling.counted_in(edition.content, key)[1]) if value else "",
         _("是") if within else "")
        for key, kept in edition.rows.items()
        for name, _id, unit, value, within in kept["lines"]
    )  # fmt: skip
    return Grid(_("数背后的记录"), heads, rows)


def _about(edition: Edition) -> Iterator[tuple[str, str]]:
    """The words of the report, which are no numbers."""
    report, texts = edition.report, edition.content["texts"]
    yield _("名称"), report.title
    yield _("版本"), _("第 %(n)s 版", n=edition.number)
    yield _("截至"), display.day(report.last_on)
    told = [(_("导语"), texts.get("opening", ""))]
    if not report.kind.is_public:
        told = [(_("更正原因"), edition.correction), *told, (_("存在问题"), texts.get("problems", "")),
                (_("下一步打算"), texts.get("next_steps", ""))]  # fmt: skip
    yield from ((label, mask_text(text)) for label, text in told if text)


def _with_day(told: Sequence[str], raw: Sequence[str], at: int) -> list[Any]:
    """A day as a day, where it is told at all."""
    cells: list[Any] = list(told)
    if at < len(cells):
        cells[at] = dt.date.fromisoformat(raw[at]) if raw[at] else None
    return cells


def _ratio(percent: str) -> Decimal | None:
    """As a spreadsheet keeps a percentage."""
    return Decimal(percent) / 100 if percent else None
