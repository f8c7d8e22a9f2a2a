"""The shape of an official sheet (表式) as plain data: which columns of a list, in which order, under which words,
what stands above the rows and what is signed below them.

A text may name figures of its own rows in braces, by the list's own column labels:

    {行数}  {日期}  {单位}  {填表人}  {区}
    {合计:总投资}  {合计亿:总投资}  {分类:招商方向}  {不小于:总投资:50000}  {近7天:进入阶段}
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Self

from crm.lib import texts
from crm.lib.errors import Refused
from crm.lib.words import N_, _

SERIAL = "#"  # the key of 序号
BLANK = ""  # the key of a column that is filled in by hand
MOST_COLUMNS = 40
MOST_LINES = 6
LONGEST_LINE = 300
YI = Decimal(10_000)  # 万元 in one 亿元
UNITS = {"": N_("按名单"), "wan": N_("万元"), "yi": N_("亿元")}

PLAIN = ("行数", "日期", "单位", "填表人", "区")
EXAMPLES = ("合计:总投资", "合计亿:总投资", "不小于:总投资:50000", "分类:招商方向", "近7天:进入阶段")
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_RECENT = re.compile(r"近(\d{1,3})天")


@dataclass(frozen=True)
class Part:
    """One column: `key` of the list's column (SERIAL, BLANK), the words above it, its unit, its width (0: usual)."""

    key: str
    heading: str
    unit: str = ""
    width: int = 0


@dataclass(frozen=True)
class Shape:
    title: str
    parts: tuple[Part, ...]
    lines: tuple[str, ...] = ()  # under the title
    signs: tuple[str, ...] = ()  # below the rows
    wide: bool = field(default=True)  # lying on its side

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of_json(cls, told: Mapping[str, Any]) -> Self:
        return cls(
            title=told["title"],
            parts=tuple(Part(**part) for part in told["parts"]),
            lines=tuple(told.get("lines", ())),
            signs=tuple(told.get("signs", ())),
            wide=told.get("wide", True),
        )


def checked(shape: Shape, columns: Mapping[str, str]) -> Shape:
    """The shape with its texts cleaned, or Refused with a sentence. `columns`: {key: label} of the list."""
    title = texts.clean_line(shape.title)
    if not 1 <= len(title) <= 80:
        raise Refused(_("标题请填 1 到 80 个字"), "title")
    parts = tuple(_part(part, columns) for part in shape.parts)
    if not any(part.key in columns for part in parts):
        raise Refused(_("至少要有一列来自名单"), "parts")
    if len(parts) > MOST_COLUMNS:
        raise Refused(_("最多 %(n)s 列", n=MOST_COLUMNS), "parts")
    labels = set(columns.values())
    lines = _lines(shape.lines, "lines", labels)
    signs = _lines(shape.signs, "signs", labels)
    return Shape(title, parts, lines, signs, shape.wide)


def _part(part: Part, columns: Mapping[str, str]) -> Part:
    heading = texts.clean_line(part.heading) or columns.get(part.key, "")
    if part.key not in (SERIAL, BLANK) and part.key not in columns:
        raise Refused(_("名单里没有“%(key)s”这一列", key=part.key[:40]), "parts")
    if not 1 <= len(heading) <= 40:
        raise Refused(_("每一列的表头请填 1 到 40 个字"), "parts")
    if part.unit not in UNITS or not 0 <= part.width <= 120:
        raise Refused(_("列宽请填 0 到 120"), "parts")
    return Part(part.key, heading, part.unit, part.width)


def _lines(given: Sequence[str], where: str, labels: set[str]) -> tuple[str, ...]:
    lines = tuple(line for text in given if (line := texts.clean_line(text)))
    if len(lines) > MOST_LINES or any(len(line) > LONGEST_LINE for line in lines):
        raise Refused(_("最多 %(n)s 行，每行最多 %(long)s 个字", n=MOST_LINES, long=LONGEST_LINE), where)
    for line in lines:
        for word in PLACEHOLDER.findall(line):
            if not _is_known(word, labels):
                raise Refused(_("看不懂占位符 {%(word)s}", word=word[:40]), where)
    return lines


def _is_known(word: str, labels: set[str]) -> bool:
    if word in PLAIN:
        return True
    what, *of = word.split(":")
    if not of or of[0] not in labels:
        return False
    if what == "不小于":
        return len(of) == 2 and _amount(of[1]) is not None
    return len(of) == 1 and (what in ("合计", "合计亿", "分类") or bool(_RECENT.fullmatch(what)))


def asks_figures(shape: Shape) -> set[str]:
    """The labels of the columns that the shape's texts count."""
    words = (word for line in (*shape.lines, *shape.signs) for word in PLACEHOLDER.findall(line))
    return {word.split(":")[1] for word in words if ":" in word}


def filled(line: str, plain: Mapping[str, str], values: Mapping[str, Sequence[Any]], today: dt.date) -> str:
    """The text with its figures. `values`: {label: the column's value in every row}."""

    def figure(found: re.Match[str]) -> str:
        word = found[1]
        if word in plain:
            return plain[word]
        what, label, *more = word.split(":")
        return _figure(what, [one for one in values[label] if one not in (None, "")], more, today)

    return PLACEHOLDER.sub(figure, line)


def _figure(what: str, given: list[Any], more: list[str], today: dt.date) -> str:
    if what in ("合计", "合计亿"):
        total = sum((Decimal(one) for one in given if isinstance(one, int | Decimal)), Decimal(0))
        return amount(total / YI if what == "合计亿" else total)
    if what == "不小于":
        least = _amount(more[0]) or Decimal(0)
        return str(sum(1 for one in given if isinstance(one, int | Decimal) and Decimal(one) >= least))
    if recent := _RECENT.fullmatch(what):
        since = today - dt.timedelta(days=int(recent[1]))
        return str(sum(1 for one in given if since < _day(one) <= today))
    said: Callable[[Any], str] = lambda one: str(getattr(one, "label", one))  # noqa: E731
    counted = Counter(said(one) for one in given).most_common()
    return "、".join(f"{word} {_('%(n)s 个', n=n)}" for word, n in counted) or _("无")


def amount(value: Decimal) -> str:
    """1,234.5: no zeros behind the point."""
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def _amount(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _day(value: Any) -> dt.date:
    if isinstance(value, dt.datetime):
        return value.date()
    return value if isinstance(value, dt.date) else dt.date.min
