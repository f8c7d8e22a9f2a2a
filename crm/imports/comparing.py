"""What a row would change on a record that is there already: field by field, before and after.

「不要用空白覆盖」: a blank cell says nothing and changes nothing. Phones, former names and notes are added to, in
every way of updating; nothing that is there goes. Overwriting a name keeps the old one as a former name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crm.lib.words import _
from crm.merchants.handles import Way
from crm.merchants.models import HandleKind, Intent
from crm.reference import industries, regions

from .understanding import CELLS, MOST_FORMER, Merchant

SAYS_NOTHING: tuple[Any, ...] = ("", None, Intent.UNKNOWN)
Ways = tuple[str, str]


@dataclass(frozen=True)
class There:
    """The record as it stands: plain columns, and what hangs on it."""

    columns: Mapping[str, Any]
    former_names: Sequence[str] = ()
    ways: frozenset[Ways] = frozenset()  # its own, and those of the people who hold a position there
    people: frozenset[str] = frozenset()


@dataclass
class Changes:
    """What is to be done to it."""

    columns: dict[str, Any] = field(default_factory=dict)
    former_names: list[str] = field(default_factory=list)
    ways: list[Way] = field(default_factory=list)  # the firm's
    personal: list[Way] = field(default_factory=list)  # the contact person's
    contact: str = ""  # a person who holds no position there yet

    def __bool__(self) -> bool:
        return bool(self.columns or self.former_names or self.ways or self.personal or self.contact)


def changes_of(there: There, merchant: Merchant, *, overwrite: bool) -> Changes:
    """What this row changes. Without `overwrite` only what is empty so far."""
    changes = Changes()
    for column, after in merchant.given.items():
        before = there.columns[column]
        if column == "name":
            continue
        empty = before in SAYS_NOTHING
        if column == "region_code" and before and before in regions.lineage(after) and before != after:
            empty = True  # the city is known, now the county too
        elif column == "region_code" and before and after in regions.lineage(before):
            continue  # what is known says more
        if before != after and (empty or overwrite):
            changes.columns[column] = after
    name, known = there.columns["name"], {there.columns["name"], *there.former_names}
    said = merchant.columns["name"]
    lines = [line for line in merchant.columns["note"].split("\n") if line.strip()]
    former = [one for one in merchant.former_names if one not in known]
    if said != name and overwrite:
        changes.columns["name"] = said
        former = [
            one for one in dict.fromkeys([name, *former]) if one != said and one not in there.former_names
        ]
    elif said not in known:
        lines.append(_("另一写法：%(name)s", name=said))
    if len(there.former_names) + len(former) <= MOST_FORMER:
        changes.former_names = former
    note = there.columns["note"]
    fresh = [line for line in lines if line not in note]
    if fresh and len(added := "\n".join([*([note] if note else []), *fresh])) <= 20_000:
        changes.columns["note"] = added
    firm, personal = merchant.split_ways()
    changes.ways = [way for way in firm if way.identity not in there.ways]
    changes.personal = [way for way in personal if way.identity not in there.ways]
    if merchant.contact and merchant.contact not in there.people:
        changes.contact = merchant.contact
    if "region_code" in changes.columns:
        changes.columns["region_prefix"] = changes.columns["region_code"][:4]
    return changes


def in_words(there: There, changes: Changes) -> dict[str, list[str]]:
    """{field of a list: [before, after]} as people read it; numbers as the list itself says them, for its owner."""
    told: dict[str, list[str]] = {}
    for column, after in changes.columns.items():
        if column == "region_prefix":
            continue
        key = CELLS[column][0] if column in CELLS else column
        told[key] = [_spoken(column, there.columns[column]), _spoken(column, after)]
    if changes.former_names:
        told["former_names"] = [
            "、".join(there.former_names),
            "、".join([*there.former_names, *changes.former_names]),
        ]
    added = [*changes.ways, *changes.personal]
    for key, kinds in _WAYS.items():
        if fresh := [way for way in added if way.kind in kinds]:
            told[key] = ["", "、".join("+ " + way.value for way in fresh)]
    if changes.contact:
        told["contact"] = ["、".join(sorted(there.people)), "+ " + changes.contact]
    return told


_WAYS = {
    "phones": (HandleKind.MOBILE, HandleKind.LANDLINE, HandleKind.OTHER),
    "wechat": (HandleKind.WECHAT,),
    "email": (HandleKind.EMAIL,),
}


def _spoken(column: str, value: Any) -> str:
    if column == "region_code":
        return regions.full_name(value)
    if column == "industry_code":
        return industries.name(value) or str(value or "")
    return str(getattr(value, "label", value) or "")
