"""A published report as Word, in the layout of official papers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

from crm.lib import clock
from crm.lib.words import _
from crm.web.paper import Paper, numbered, numbered_under, official_day

from . import telling
from .models import Edition, Section
from .telling import Sheet


def word(edition: Edition) -> bytes:
    report, content = edition.report, edition.content
    at = clock.local(edition.published_at)
    paper = Paper(report.title, report.unit.name, edition.published_at.replace(tzinfo=None))
    paper.title(report.title)
    paper.under(_("（截至%(day)s）", day=official_day(report.last_on)))
    texts = content["texts"]
    if edition.correction and not report.kind.is_public:
        paper.text(_("第 %(n)s 版，更正原因：%(why)s", n=edition.number, why=edition.correction))
    if texts["opening"]:
        paper.text(texts["opening"])
    parts = _parts(edition)
    for at_, (title, body) in enumerate(parts):
        paper.heading(numbered(at_) + title)
        for one in body:
            if isinstance(one, Under):
                paper.subheading(one)
            elif isinstance(one, Sheet):
                if one.rows:
                    paper.table(one.heads, one.rows, one.numeric)
                else:
                    paper.text(_("无。"))
            else:
                paper.text(one)
    paper.signed(report.unit.name, official_day(at.date()))
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
            for one in telling.ranks(content, telling.nowhere):
                body += [Under(one.with_time), _ranks(one), one.ranked_by]
        elif section is Section.SCORES:
            body = [_scores(content["scores"])]
            if again := telling.left_out(content["scores"]):
                body.append(again)
        elif section is Section.STAGES:
            rows = [
                [one["stage"], str(one["count"]), one["wan"]]
                for one in telling.stages(content, telling.nowhere)
            ]
            body = [Sheet((_("阶段"), _("项目数"), _("总投资")), rows, (1, 2))]
        elif section is Section.SIGNED:
            body = [telling.signed(content)]
        elif section is Section.TALKS:
            body = [telling.talks(content, public)]
        elif section is Section.STARTS:
            body = [_starts(content), Under(_("还没有开工的新建项目")), telling.not_started(content, public)]
        elif section in (Section.PROBLEMS, Section.NEXT):
            text = content["texts"]["problems" if section is Section.PROBLEMS else "next_steps"]
            body = [text] if text else []
        if body:
            found.append((section.label, _under(body)))
    return found


class Under(str):
    """A heading of the second level."""


def _under(body: Sequence[Sheet | str]) -> list[Sheet | str]:
    """（一） （二） in front of them."""
    at = count()
    return [Under(numbered_under(next(at)) + one) if isinstance(one, Under) else one for one in body]


def _figures(content: dict[str, Any]) -> Sheet:
    lines = telling.figures(content, telling.nowhere)
    held = any(one.target for one in lines)
    heads = [_("指标"), _("本期"), _("今年累计"), _("同比")]
    rows = [[one.label, one.period, one.value, one.growth] for one in lines]
    if held:
        heads += [_("全年目标"), _("完成"), _("时间进度")]
        for row, one in zip(rows, lines, strict=True):
            row += [one.target, one.percent, one.gone if one.target else ""]
    return Sheet(heads, rows, tuple(range(1, len(heads))))


def _ranks(one: telling.Ranks) -> Sheet:
    heads = [_("名次"), _("单位"), _("完成数"), _("同比")]
    rows = [[str(line["at"]), line["unit"], line["value"], line["growth"]] for line in one.lines]
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
        for line in telling.score_lines(content, telling.nowhere)
    ]
    titles = [f"{words}（{weight}）" for _key, words, weight in heads]
    return Sheet([_("名次"), _("单位"), _("得分"), *titles], rows, tuple(range(2, 3 + len(heads))))


def _starts(content: dict[str, Any]) -> Sheet:
    return Sheet(
        (_("范围"), _("本年新建"), _("已开工"), _("未开工"), _("开工率")),
        [[one["name"], str(one["whole"]), str(one["there"]), str(one["missing"]), one["percent"]]
         for one in telling.starts(content, telling.nowhere)],
        (1, 2, 3, 4),
    )  # fmt: skip
