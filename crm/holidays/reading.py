"""The table of holidays as an officer pastes it, or as it comes out of a spreadsheet.

2013-10-01 至 2013-10-07	休	国庆节
2013-09-29	班	国庆节
2013年10月12日 上班 国庆节
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import NamedTuple

from crm.lib.dates import parse_day
from crm.lib.errors import Refused
from crm.lib.words import _

LONGEST_REST = 31  # days of one line: a longer one is a slip of the year
MOST_LINES = 1000
_DAY = r"\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*[日号]?|\d{8}"
_LINE = re.compile(
    rf"(?P<first>{_DAY})(?:\s*(?:至|到|~|—+|－|-)\s*(?P<last>{_DAY}|\d{{1,2}}\s*月\s*\d{{1,2}}\s*[日号]?))?"
    r"[\s,，;；:：]*(?P<kind>上班|补班|调休上班|班|放假|休息|调休|休|假|off|work)?[\s,，;；:：]*(?P<name>.*)"
)
_WORKS = {"上班", "补班", "调休上班", "班", "work"}
_HEADER = re.compile(r"\D*")


class Day(NamedTuple):
    day: dt.date
    works: bool
    name: str


def read_table(text: str) -> list[Day]:
    """Every day of the table, in its order; the later of two lines about one day stands. Refused with the line."""
    found: dict[dt.date, Day] = {}
    lines = text.splitlines()
    if len(lines) > MOST_LINES:
        raise Refused(_("一次最多 %(n)s 行", n=MOST_LINES), "table")
    for number, line in enumerate(lines, 1):
        plain = unicodedata.normalize("NFKC", line).strip().strip('"').strip()
        if not plain or (number == 1 and _HEADER.fullmatch(plain)):
            continue
        for one in _read_line(plain.lower(), number):
            found[one.day] = one
    if not found:
        raise Refused(_("没有读到日期，请按“2013-10-01 休 国庆节”的样子一行写一天"), "table")
    return list(found.values())


def _read_line(line: str, number: int) -> list[Day]:
    read = _LINE.fullmatch(line)
    if not read:
        raise Refused(
            _("第 %(n)s 行看不懂：%(line)s。请写成“2013-10-01 休 国庆节”", n=number, line=line[:40]), "table"
        )
    try:
        first = parse_day(read["first"], dt.date.min)
        last = parse_day(read["last"], first) if read["last"] else first
    except Refused as refused:
        raise Refused(_("第 %(n)s 行：%(why)s", n=number, why=refused.message), "table") from None
    if not 0 <= (last - first).days < LONGEST_REST:
        raise Refused(_("第 %(n)s 行的起止日期不对，请检查", n=number), "table")
    works = (read["kind"] or "") in _WORKS
    days = [first + dt.timedelta(days=step) for step in range((last - first).days + 1)]
    return [Day(day, works, read["name"].strip()[:50]) for day in days]
