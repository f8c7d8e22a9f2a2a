"""What the cells of one row say, for nouns whose records are made by their own verbs, one by one."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from crm.lib import clock, texts
from crm.lib.dates import parse_day
from crm.lib.enums import Labelled
from crm.lib.errors import Refused
from crm.lib.numerals import parse_usd_wan, parse_wan
from crm.lib.words import _
from crm.merchants import handles
from crm.reference import regions

from .columns import NOTHING, SPOILT, Columns
from .likeness import Likeness
from .saying import Note

TICKS = tuple("√✓✔☑")
YES = {"是", "√", "y", "yes", "true", "1", "对", "有"}
LINE, LONG = 200, 20_000
_NUMBER = re.compile(r"\d{1,8}(?:\.\d{1,2})?", re.ASCII)
_BESIDE = re.compile(
    r"[（(][^）)]*[）)]|(星期|周|礼拜)[一二三四五六日天]\s*$|(上午|下午|中午|晚上?|早上?)\s*$"
)
_BETWEEN = re.compile(r"(?<=\d)\s*[、．.]\s*(?=\d)")
_CLOCK = re.compile(r"(上午|下午|中午|早上?|晚上?)?\s*(\d{1,2})\s*[:：点时]\s*(半|\d{1,2})?\s*分?.*$")


@dataclass
class Read:
    """One row, ready for its verb, or what is wrong with which cell."""

    columns: Columns
    said: Mapping[str, str]
    data: dict[str, Any] = field(default_factory=dict)  # as the verb takes it
    links: dict[str, int] = field(default_factory=dict)  # records it names, by field
    ways: list[handles.Way] = field(default_factory=list)  # numbers and addresses it names
    errors: list[Note] = field(default_factory=list)
    lacks: list[Note] = field(default_factory=list)  # what is wrong only if a record is made of it
    remarks: list[Note] = field(default_factory=list)
    key: tuple[Any, ...] = ()  # two rows with the same key say the same
    same_id: int | None = None  # the record it is without a doubt
    like: Likeness | None = None  # what it may be: a record, or another row

    def fault(self, key: str, message: str) -> None:
        if (key, message) not in self.errors:  # a cell that is read twice is wrong once
            self.errors.append((key, message))

    def lack(self, key: str, message: str) -> None:
        """A fault of a row that makes a record; one that adds to a record that is there may do without."""
        if (key, message) not in self.lacks:
            self.lacks.append((key, message))

    def remark(self, key: str, message: str) -> None:
        if (key, message) not in self.remarks:
            self.remarks.append((key, message))

    @property
    def wrong(self) -> list[str]:
        """The fields with something wrong."""
        return list(dict.fromkeys(key for key, _message in self.errors))

    def gives(self, key: str) -> bool:
        """Whether its cell says something that was understood; "" is no cell: whatever is there counts."""
        said = texts.clean_line(self.said.get(key, "")).lower() not in NOTHING
        return not key or (said and key not in self.wrong)

    # --- cells ---

    def line(self, key: str, *, needed: bool = False, to_create: bool = False, longest: int = LINE) -> str:
        """`needed`: in every row; `to_create`: where it makes a record."""
        text = texts.clean_line(self.said.get(key, ""))
        if text.lower() in NOTHING:
            text = ""
        if needed and not text:
            self.fault(key, _("没有填写"))
        if to_create and not text:
            self.lack(key, _("没有填写"))
        if complaint := texts.too_long(text, longest):
            self.fault(key, complaint)
            return ""
        return text

    def long(self, key: str, *, needed: bool = False) -> str:
        text = texts.clean_text(self.said.get(key, ""))
        if text.lower() in NOTHING:
            text = ""
        if needed and not text:
            self.fault(key, _("没有填写"))
        if complaint := texts.too_long(text, LONG):
            self.fault(key, complaint)
            return ""
        return text

    def choice(self, key: str, kind: type[Labelled], empty: Any) -> Any:
        """A label or a code. What is neither is wrong: it would be counted as something else."""
        text = self.line(key)
        if not text:
            return empty
        found = kind.of(text)
        if found is None:
            known = "、".join(one.msgid for one in kind)
            self.fault(key, _("没有“%(text)s”这一种，可以写：%(known)s", text=text[:20], known=known))
            return empty
        return found

    def yes(self, key: str) -> bool:
        return self.line(key).lower() in YES or self.line(key)[:1] in TICKS

    def day(self, key: str, text: str | None = None) -> dt.date | None:
        """As people write it; what stands beside it (the weekday, 上午) is left out."""
        said = self.line(key) if text is None else text
        if not said:
            return None
        told = _BETWEEN.sub(".", _BESIDE.sub("", said).strip())
        try:
            return parse_day(told or said, clock.today())
        except Refused as refused:
            self.fault(key, refused.message)
            return None

    def moment(self, key: str, *, needed: bool = False) -> dt.datetime | None:
        """The day, with the time of day behind it if one is said; else its first minute."""
        text = self.line(key, needed=needed)
        if not text:
            return None
        found = _CLOCK.search(text)
        day = self.day(key, text[: found.start()].rstrip(" T") if found else text)
        if day is None:
            return None
        at = clock.start_of(day)
        if found:
            half, hours = found[1] or "", int(found[2])
            minutes = 30 if found[3] == "半" else int(found[3] or 0)
            if half[:1] in ("下", "晚") and hours < 12:
                hours += 12
            if hours > 23 or minutes > 59:
                self.fault(key, _("没有这个时间"))
                return None
            at += dt.timedelta(hours=hours, minutes=minutes)
        return at

    def wan(self, key: str) -> Decimal | None:
        text = self.line(key)
        if not text:
            return None
        try:
            return parse_wan(text)
        except Refused as refused:
            self.fault(key, refused.message)
            return None

    def usd(self, key: str) -> Decimal | None:
        text = self.line(key)
        if not text:
            return None
        try:
            return parse_usd_wan(text)
        except Refused as refused:
            self.fault(key, refused.message)
            return None

    def number(self, key: str) -> Decimal | None:
        text = self.line(key).removesuffix("亩").replace(",", "").strip()
        if not text:
            return None
        if not _NUMBER.fullmatch(text):
            self.fault(key, _("请写一个数"))
            return None
        return Decimal(text)

    def place(self, key: str) -> str:
        text = self.line(key)
        code = regions.find(text) if text else ""
        if text and not code:
            self.fault(key, _("看不懂这个地方，请写到省、市或县"))
        return code or ""

    def phones(self, key: str) -> list[handles.Way]:
        if SPOILT.search(self.line(key, longest=LONG)):
            self.fault(key, _("表格软件把号码显示成了科学记数，后面几位已经丢了，请填原来的号码"))
            return []
        try:
            return handles.phones_in(self.line(key, longest=LONG), key)
        except Refused as refused:
            self.fault(key, refused.message)
            return []


def read_all(columns: Columns, rows: Sequence[Mapping[str, str]]) -> list[Read]:
    return [Read(columns, dict(values)) for values in rows]
