"""Days as people write them and as they are told."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

from .errors import Refused
from .words import _

FIRST_YEAR, LAST_YEAR = 1900, 2100
_SPREADSHEET_DAY_ZERO = dt.date(1899, 12, 30)  # both Excel and WPS, after 1900-03-01

_NEAR = {
    **{"大前天": -3, "前天": -2, "昨天": -1, "昨日": -1, "今天": 0, "今日": 0, "当天": 0},
    **{"明天": 1, "明日": 1, "后天": 2, "大后天": 3, "yesterday": -1, "today": 0, "tomorrow": 1},
}
_HAN_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_WEEKDAYS = {**{c: n for n, c in enumerate("一二三四五六日")}, **{str(n + 1): n for n in range(7)}, "天": 6}
_MONTHS = {
    **{"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6},
    **{"jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12},
}

_CLOCK = r"(?:[t\s]*\d{1,2}[:时点]\d{0,2}.*)?"
_FULL = re.compile(rf"(\d{{4}})\s*[-/.年]\s*(\d{{1,2}})\s*[-/.月]\s*(\d{{1,2}})\s*[日号]?{_CLOCK}")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\.0+)?")
_SHORT = re.compile(r"(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?")
_DAY_ONLY = re.compile(r"(本月|这个?月|下个?月|上个?月)?\s*(\d{1,2})\s*[日号]")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_OFFSET = re.compile(r"(\d{1,4})\s*(天|日|周|个?星期|个?礼拜)(?:之|以)?(前|后)")
_WEEKDAY = re.compile(r"(上上|上|下下|下|本|这)?(?:个)?(?:周|星期|礼拜)([一二三四五六日天1-7])")
_ENGLISH = re.compile(r"(?:(\d{1,2})\s+([a-z]{3})[a-z]*\.?,?|([a-z]{3})[a-z]*\.?\s+(\d{1,2}),?)\s+(\d{4})")
_WEEKS = {"上上": -2, "上": -1, "下": 1, "下下": 2}


def parse_month(text: str) -> dt.date:
    """The first day of a whole month: 2013-06, 2013年6月."""
    line = unicodedata.normalize("NFKC", text).strip().removesuffix("月")
    found = re.fullmatch(r"(\d{4})\s*[-/.年]\s*(\d{1,2})", line, re.ASCII)
    if not found or not 1 <= int(found[2]) <= 12 or not 1990 <= int(found[1]) <= 2100:
        raise Refused(_("看不懂月份“%(text)s”，请写成 2013-06 这样", text=text[:20]))
    return dt.date(int(found[1]), int(found[2]), 1)


def parse_day(text: str | None, today: dt.date) -> dt.date:
    """The day that is meant, seen from `today`; a time of day behind it is left out.

    2013-7-5 · 2013.7.5 · 2013/07/05 · 2013年7月5日 · 20130705 · 二〇一三年七月五日 · 5 Jul 2013
    7月5日 (of this year) · 5日, 下月5号 · 今天 明天 后天 昨天 · 3天后 · a spreadsheet's 41460
    周三 (of this week, Monday to Sunday, also when it is over) · 下周三
    Refuses what does not exist (2013-02-30), years outside 1900–2100 and years of two digits.
    """
    line = unicodedata.normalize("NFKC", text or "").strip().lower()
    if not line:
        raise Refused(_("请填写日期"))
    shown = (text or "").strip()[:30]
    try:
        day = _read(line, today) if len(line) <= 60 else None
    except (ValueError, OverflowError):
        raise Refused(_("没有“%(text)s”这一天，请检查日期", text=shown)) from None
    if day is None:
        raise Refused(_("看不懂日期“%(text)s”，请写成 2013-07-05 这样", text=shown))
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Refused(_("年份应在 1900 到 2100 之间"))
    return day


def _read(line: str, today: dt.date) -> dt.date | None:
    """None: no date at all; ValueError: a date that does not exist."""
    if line in _NEAR:
        return today + dt.timedelta(days=_NEAR[line])
    if weekday := _WEEKDAY.fullmatch(line):
        monday = today - dt.timedelta(days=today.weekday())
        return monday + dt.timedelta(weeks=_WEEKS.get(weekday[1] or "", 0), days=_WEEKDAYS[weekday[2]])
    line = _arabic(line)
    if offset := _OFFSET.fullmatch(line):
        days = int(offset[1]) * (1 if offset[2] in "天日" else 7)
        return today + dt.timedelta(days=days if offset[3] == "后" else -days)
    if full := _FULL.fullmatch(line) or _COMPACT.fullmatch(line):
        return dt.date(int(full[1]), int(full[2]), int(full[3]))
    if short := _SHORT.fullmatch(line):
        return dt.date(today.year, int(short[1]), int(short[2]))
    if day_only := _DAY_ONLY.fullmatch(line):
        months = {"下": 1, "上": -1}.get((day_only[1] or " ")[0], 0)
        year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
        return dt.date(year, month + 1, int(day_only[2]))
    if english := _ENGLISH.fullmatch(line):
        month = _MONTHS.get(english[2] or english[3], 0)
        return dt.date(int(english[5]), month, int(english[1] or english[4])) if month else None
    if _SERIAL.fullmatch(line):
        return _SPREADSHEET_DAY_ZERO + dt.timedelta(days=int(float(line)))
    return None


def _arabic(line: str) -> str:
    """二〇一三年七月二十五日 -> 2013年7月25日; a line without Han numerals as it is."""

    def tens(found: re.Match[str]) -> str:
        return (found[1] or "一") + (found[2] or "零")

    return re.sub("([一二三]?)十([一二三四五六七八九]?)", tens, line.replace("两", "二")).translate(
        _HAN_DIGITS
    )


def relative(day: dt.date, today: dt.date, lang: str = "zh") -> str:
    """'今天', '3天前', '2个月后'; English 'today', '3 days ago', 'in 2 months'.

    Days up to 60, then months of 30 days up to two years, then years of 365.
    """
    days = (day - today).days
    size = abs(days)
    english = lang.startswith("en")
    near = (
        {0: "today", 1: "tomorrow", -1: "yesterday"} if english else {0: "今天", 1: "明天", -1: "昨天"}
    ).get(days)
    if near:
        return near
    if size <= 60:
        number, zh, en = size, "天", "day"
    elif size < 730:
        number, zh, en = size // 30, "个月", "month"
    else:
        number, zh, en = size // 365, "年", "year"
    if english:
        counted = f"{number} {en}{'' if number == 1 else 's'}"
        return f"in {counted}" if days > 0 else f"{counted} ago"
    return f"{number}{zh}{'后' if days > 0 else '前'}"
