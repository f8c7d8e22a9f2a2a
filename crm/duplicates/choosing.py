"""Whose value a merged record has, field by field. A blank never wins over a value, and nothing said is dropped
where two things may be true at once.

「首报首谈」: the record that was reported first stays, with its number, its first report and whoever follows it.
For the rest the fuller record is believed, then the newer one; a person may choose otherwise for each field.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from crm.lib.words import N_
from crm.merchants.models import Intent, Origin, Standing
from crm.merchants.uscc import warning
from crm.reference import regions

LONGEST_LINE = 200


class How(StrEnum):
    CHOSEN = "chosen"  # the preferred record's value, unless it is blank
    STAYS = "stays"  # the surviving record's, unless it is blank
    JOINED = "joined"  # both, behind one another
    EARLIEST = "earliest"
    LATEST = "latest"
    STRONGEST = "strongest"


@dataclass(frozen=True)
class Field:
    """Columns that are decided together; the first gives the name under which people choose."""

    columns: tuple[str, ...]
    label: str
    how: How = How.CHOSEN
    between: str = ""  # JOINED: what stands between the two

    @property
    def key(self) -> str:
        return self.columns[0]


COMMON = (
    Field(("origin",), N_("浙商类型")),
    Field(("native_place",), N_("籍贯")),
    Field(("region_code", "region_prefix"), N_("所在地")),
    Field(("address",), N_("地址")),
    Field(("chamber",), N_("商会"), How.JOINED, "、"),
    Field(("chamber_title",), N_("商会职务"), How.JOINED, "、"),
    Field(("standing",), N_("在库状态"), How.STRONGEST),
    Field(("intent",), N_("投资意愿"), How.STRONGEST),
    Field(("intent_note",), N_("意愿说明"), How.JOINED, "\n"),
    Field(("note",), N_("备注"), How.JOINED, "\n"),
    Field(("source",), N_("数据来源"), How.JOINED, "、"),
    Field(("legal_ground",), N_("处理依据")),
    Field(("next_step", "next_due_on"), N_("下一步"), How.EARLIEST),
    Field(("last_contact_at",), N_("最近联系"), How.LATEST),
    Field(("follow_unit_id", "follow_user_id"), N_("跟进"), How.STAYS),
)
OF_ENTERPRISES = (
    Field(("name",), N_("名称")),
    Field(("kind",), N_("类型")),
    Field(("uscc",), N_("信用代码")),
    Field(("legal_representative",), N_("法定代表人")),
    Field(("direction",), N_("招商方向")),
    Field(("industry_code",), N_("行业")),
    Field(("main_business",), N_("主营业务")),
    Field(("website",), N_("网址")),
)
FIELDS: dict[str, tuple[Field, ...]] = {
    "enterprise": OF_ENTERPRISES + COMMON,
    "person": (Field(("name",), N_("姓名")), *COMMON),
}
FINAL = frozenset(
    {"id", "version", "created_at", "import_id", "first_report_unit_id", "first_report_user_id", "first_reported_at"}
)  # fmt: skip
"""Of the record that stays, whatever anybody chooses: its own history."""

ORDER: dict[str, tuple[Any, ...]] = {
    "standing": (Standing.VOID, Standing.DORMANT, Standing.UNCHECKED, Standing.IN_BASE, Standing.KEY,
                 Standing.CONVERTED),
    "intent": (Intent.UNKNOWN, Intent.NONE, Intent.WAITING, Intent.ACTIVE),
}  # fmt: skip
"""From weak to strong. A firm that is out of force in one record and in the base in another is in the base; one
that has become a project stays one."""

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Choice:
    """What one field becomes. `source`: the record it comes from; none when several were joined."""

    field: Field
    value: tuple[Any, ...]
    source: int | None
    differs: bool  # the records do not all say the same
    by_hand: bool = False


def is_blank(column: str, value: Any) -> bool:
    """Says nothing: empty, or the answer a form has before anybody chooses."""
    return value in (None, "") or value in (Origin.OTHER, Intent.UNKNOWN)


def survivor_of(reported: Mapping[int, dt.datetime]) -> int:
    """The one reported first; of two at the same moment the one with the smaller number."""
    return min(reported, key=lambda record_id: (reported[record_id], record_id))


def fullest(records: Mapping[int, Values], noun: str, children: Mapping[int, int]) -> int:
    """Whose values are believed unless somebody says otherwise: the fuller, then the newer record."""

    def rank(record_id: int) -> tuple[int, Any, int]:
        said = [not is_blank(field.key, records[record_id][field.key]) for field in FIELDS[noun]]
        return sum(said) + children.get(record_id, 0), records[record_id]["created_at"], record_id

    return max(records, key=rank)


def decide(
    noun: str, records: Mapping[int, Values], survivor: int, prefer: int, choices: Mapping[str, int]
) -> list[Choice]:
    """Every field of the merged record. The order of asking: chosen by hand, preferred, surviving, the others."""
    others = sorted(set(records) - {survivor, prefer})
    believed = list(dict.fromkeys((prefer, survivor, *others)))
    staying = list(dict.fromkeys((survivor, prefer, *others)))
    made = []
    for field in FIELDS[noun]:
        said = {one: tuple(records[one][column] for column in field.columns) for one in believed}
        differs = len(set(said.values())) > 1
        chosen = choices.get(field.key)
        if chosen in said:
            made.append(Choice(field, said[chosen], chosen, differs, by_hand=True))
            continue
        order = staying if field.how in (How.STAYS, How.JOINED) else believed
        full = [one for one in order if not is_blank(field.key, said[one][0])] or order
        value, source = RULES[field.how](field, full, said)
        made.append(Choice(field, value, source, differs))
    return made


Said = Mapping[int, tuple[Any, ...]]


def _first(field: Field, order: Sequence[int], said: Said) -> tuple[tuple[Any, ...], int | None]:
    best = order[0]
    for one in order[1:]:
        if _says_more(field.key, said[one][0], said[best][0]):
            best = one
    return said[best], best


def _says_more(column: str, other: Any, value: Any) -> bool:
    """The same, only closer: 衢州市 becomes 柯城区; a code with a wrong check character becomes the right one."""
    if column == "region_code":
        return other != value and value in regions.lineage(other)
    return column == "uscc" and bool(warning(value)) and not warning(other)


def _joined(field: Field, order: Sequence[int], said: Said) -> tuple[tuple[Any, ...], int | None]:
    parts: list[str] = []
    for one in order:
        text = said[one][0]
        if text and not any(text in part.split(field.between) or text == part for part in parts):
            parts.append(text)
    whole = field.between.join(parts)
    if len(parts) == 1 or (field.between != "\n" and len(whole) > LONGEST_LINE):
        return said[order[0]], order[0]
    return (whole,), None if parts else order[0]


def _earliest(field: Field, order: Sequence[int], said: Said) -> tuple[tuple[Any, ...], int | None]:
    best = min(order, key=lambda one: (said[one][1] is None, said[one][1] or dt.date.max, order.index(one)))
    return said[best], best


def _latest(field: Field, order: Sequence[int], said: Said) -> tuple[tuple[Any, ...], int | None]:
    known = [one for one in order if said[one][0] is not None]
    best = max(known, key=lambda one: said[one][0]) if known else order[0]
    return said[best], best


def _strongest(field: Field, order: Sequence[int], said: Said) -> tuple[tuple[Any, ...], int | None]:
    strength = ORDER[field.key].index
    best = max(order, key=lambda one: strength(said[one][0]))
    return said[best], best


RULES: dict[How, Callable[[Field, Sequence[int], Said], tuple[tuple[Any, ...], int | None]]] = {
    How.CHOSEN: _first,
    How.STAYS: _first,
    How.JOINED: _joined,
    How.EARLIEST: _earliest,
    How.LATEST: _latest,
    How.STRONGEST: _strongest,
}
