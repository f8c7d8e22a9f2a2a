"""What the cells of one row mean: a merchant ready to be stored, or what is wrong with which cell.

A value that is not understood is never dropped: a place, industry or state with an unknown word goes into the
note under its heading, with a remark; only what would make a wrong record is an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from crm.dedup import Record
from crm.lib import texts
from crm.lib.enums import Labelled
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.merchants import handles, uscc
from crm.merchants.handles import Way
from crm.merchants.models import Direction, HandleKind, Intent, OrganisationKind, Origin
from crm.reference import industries, regions

from .columns import BY_KEY, NOTHING, SPOILT
from .saying import Note

LONGEST = {"contact": 50, "note": 20_000, "main_business": 20_000}
LINE = 200
CELLS = {
    "name": ("name",), "uscc": ("uscc",), "kind": ("kind",), "origin": ("origin",), "intent": ("intent",),
    "direction": ("direction",), "industry_code": ("industry",), "region_code": ("region", "province", "city", "county"),
    "legal_representative": ("legal_rep",), "address": ("address",), "chamber": ("chamber",),
    "chamber_title": ("chamber_title",), "native_place": ("native_place",), "website": ("website",),
    "source": ("source",), "main_business": ("main_business",),
}  # fmt: skip
"""Column of an enterprise -> the fields of a list that say it."""
MOST_FORMER = 20
_SEPARATORS = re.compile(r"[;；\n]+")
_ORIGINS = {"衢州商人": Origin.QUSHANG, "在外衢商": Origin.QUSHANG, "浙商": Origin.OUTSIDE, "外地浙商": Origin.OUTSIDE,
            "海外浙商": Origin.OVERSEAS, "浙江商人": Origin.INSIDE}  # fmt: skip


@dataclass
class Merchant:
    """One row as it would be stored. `columns` are plain columns of Enterprise."""

    columns: dict[str, Any] = field(default_factory=dict)
    former_names: list[str] = field(default_factory=list)
    ways: list[Way] = field(default_factory=list)
    contact: str = ""
    contact_title: str = ""
    given: dict[str, Any] = field(
        default_factory=dict
    )  # of `columns`, what a cell has said and was understood
    errors: list[Note] = field(default_factory=list)
    remarks: list[Note] = field(default_factory=list)

    def fault(self, key: str, message: str) -> None:
        self.errors.append((key, message))

    @property
    def wrong(self) -> list[str]:
        """The fields with something wrong."""
        return list(dict.fromkeys(key for key, _message in self.errors))

    def record(self, record_id: Any) -> Record:
        """As the finder of duplicates is told it: the same fields that a stored one shows it."""
        columns = self.columns
        return Record(
            id=record_id,
            name=columns["name"],
            former_names=tuple(self.former_names),
            uscc=columns["uscc"],
            region=regions.full_name(columns["region_code"]),
            industry=industries.name(columns["industry_code"]),
            legal_rep=columns["legal_representative"],
            contacts=(self.contact,) if self.contact else (),
            phones=tuple(way.value for way in self.ways if way.digits),
            address=columns["address"],
            chamber=columns["chamber"],
            kind=columns["kind"].value,
        )

    def split_ways(self) -> tuple[list[Way], list[Way]]:
        """(the firm's, the contact person's): what rings in a pocket is a person's, the rest a firm's."""
        if not self.contact:
            return self.ways, []
        personal = (HandleKind.MOBILE, HandleKind.WECHAT)
        mine = [way for way in self.ways if way.kind in personal]
        return [way for way in self.ways if way.kind not in personal], mine


def understand(values: Mapping[str, str]) -> Merchant:
    """Never raises: what is wrong stands in `errors`, each with its column."""
    merchant = Merchant()
    said = {key: text for key, text in values.items() if texts.clean_line(text).lower() not in NOTHING}
    extra: list[str] = []
    unread: set[str] = set()

    def line(key: str) -> str:
        text = texts.clean_line(said.get(key, ""))
        longest = LONGEST.get(key, LINE)
        if len(text) > longest:
            merchant.fault(key, _("最多 %(most)s 个字，现在 %(n)s 个", most=longest, n=len(text)))
            return text[:longest]
        return text

    def aside(key: str, text: str) -> None:
        unread.add(key)
        extra.append(f"{BY_KEY[key].msgid}：{text}")
        merchant.remarks.append((key, _("“%(text)s”没有认出来，已写入备注", text=text[:30])))

    def several(key: str, read: Callable[[str | None, str], list[Way]]) -> None:
        try:
            merchant.ways += read(said.get(key), key)
        except Refused as refused:
            merchant.fault(key, refused.message)

    name = line("name")
    if not name:
        merchant.fault("name", _("没有填写"))
    elif not any(texts.searchable(char) for char in name):
        merchant.fault("name", _("没有一个字"))
    code = uscc.tidy(line("uscc"))
    if len(code) > uscc.LONGEST:
        merchant.fault("uscc", _("最多 %(most)s 位", most=uscc.LONGEST))
        code = ""
    elif warning := uscc.warning(code):
        merchant.remarks.append(("", warning))
    if SPOILT.search(said.get("phones", "")):
        merchant.fault("phones", _("表格软件把号码显示成了科学记数，后面几位已经丢了，请填原来的号码"))
    else:
        several("phones", handles.phones_in)
    several("wechat", handles.wechats_in)
    several("email", handles.emails_in)
    merchant.contact, merchant.contact_title = line("contact"), line("contact_title")
    if merchant.contact_title and not merchant.contact:
        aside("contact_title", merchant.contact_title)
    merchant.former_names = _former(said.get("former_names", ""), name, merchant)
    place = _place(said, aside)
    merchant.columns = {
        "name": name,
        "uscc": code,
        "kind": _state(OrganisationKind, line("kind"), "kind", OrganisationKind.ENTERPRISE, aside),
        "origin": _ORIGINS.get(line("origin"))
        or _state(Origin, line("origin"), "origin", Origin.OTHER, aside),
        "intent": _state(Intent, line("intent"), "intent", Intent.UNKNOWN, aside),
        "direction": _state(Direction, line("direction"), "direction", None, aside),
        "industry_code": _industry(line("industry"), aside),
        "region_code": place,
        "region_prefix": place[:4],
        "legal_representative": line("legal_rep"),
        "address": line("address"),
        "chamber": line("chamber"),
        "chamber_title": line("chamber_title"),
        "native_place": line("native_place"),
        "website": line("website"),
        "source": line("source"),
        "main_business": _long("main_business", said, merchant),
    }
    note = _long("note", said, merchant)
    merchant.columns["note"] = "\n".join(part for part in (note, *extra) if part)
    merchant.given = {
        column: merchant.columns[column]
        for column, keys in CELLS.items()
        if merchant.columns[column] and any(key in said and key not in unread for key in keys)
    }
    return merchant


def _long(key: str, said: Mapping[str, str], merchant: Merchant) -> str:
    text = texts.clean_text(said.get(key, ""))
    if complaint := texts.too_long(text, LONGEST[key]):
        merchant.fault(key, complaint)
        return ""
    return text


def _former(text: str, name: str, merchant: Merchant) -> list[str]:
    names = [texts.clean_line(part) for part in _SEPARATORS.split(text)]
    found = [one for one in dict.fromkeys(names) if one and one != name]
    if len(found) > MOST_FORMER or any(len(one) > LINE for one in found):
        merchant.fault(
            "former_names", _("最多 %(most)s 个，每个最多 %(long)s 个字", most=MOST_FORMER, long=LINE)
        )
        return []
    return found


def _state(kind: type[Labelled], text: str, key: str, empty: Any, aside: Callable[[str, str], None]) -> Any:
    if not text:
        return empty
    found = kind.of(text)
    if found is None:
        aside(key, text)
        return empty
    return found


def _industry(text: str, aside: Callable[[str, str], None]) -> str:
    if not text:
        return ""
    code = industries.find(text)
    if not code:
        aside("industry", text)
    return code or ""


def _place(said: Mapping[str, str], aside: Callable[[str, str], None]) -> str:
    """The code of the place: from one cell, else from province, city and county together."""
    whole = texts.clean_line(said.get("region", ""))
    parts = [texts.clean_line(said.get(key, "")) for key in ("province", "city", "county")]
    code = regions.find(whole) if whole else None
    if whole and not code and any(parts):
        code = regions.find(whole, regions.find("".join(dict.fromkeys(parts))) or "")
    if whole and not code:
        aside("region", whole[:LINE])
    if not code and any(parts):
        joined = "".join(dict.fromkeys(part for part in parts if part))
        code = regions.find(joined)
        if not code and not whole:
            aside("region", joined[:LINE])
    return code or ""
