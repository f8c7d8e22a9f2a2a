"""The keys that most records share: where looking costs most and says least, and what bad data shows in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from crm.db import db
from crm.lib import phones
from crm.lib.words import N_, _
from crm.merchants import identity, lookup
from crm.merchants.models import DEDUP_KEY

SHOWN = 12
KINDS = {
    "enterprise": {
        "u": N_("信用代码"), "n": N_("企业全名"), "c": N_("字号和行业"), "p": N_("电话号码"), "y": N_("读音"), "g": N_("字号"),
        "a": N_("地址"), "m": N_("人名"), "t": N_("名称片段"), "k": N_("名称片段"), "b": N_("名称片段"), "s": N_("读音片段"),
    },
    "person": {"p": N_("电话号码"), "x": N_("姓名和单位"), "n": N_("姓名"), "y": N_("姓名读音")},
}  # fmt: skip
OF_A_PERSON = frozenset("mxny")  # kinds that begin with somebody's name; of people, and "m" of enterprises


@dataclass(frozen=True)
class Wide:
    """One key as it may be shown: a phone masked, of a name its first character."""

    number: int
    noun: str
    kind: str
    shown: str
    many: int


def widest(seen: Counter[int]) -> list[list[Any]]:
    """[key, records] of those that most share, counted exactly; `seen` says which are worth counting. (A key goes
    as text: JSON's readers elsewhere round so long a number.)"""
    found: list[tuple[int, str]] = []
    for key, _many in seen.most_common(2 * SHOWN):
        many = db.session.scalar(
            sa.select(sa.func.count()).select_from(DEDUP_KEY).where(DEDUP_KEY.c.key == key)
        )
        found.append((many or 0, str(key)))
    return [[key, many] for many, key in sorted(found, key=lambda row: (-row[0], row[1]))[:SHOWN]]


def dressed(rows: Sequence[Sequence[Any]]) -> list[Wide]:
    """What a scan wrote down, in words: the key's text is read from the first record under it."""
    numbers = [int(key) for key, _many in rows]
    first = {key: ids[0] for key, ids in lookup.under(numbers, 1).items()}
    records: dict[tuple[str, int], Any] = {}
    for noun in KINDS:
        ids = [one for key, one in first.items() if lookup.noun_of(key) == noun]
        records |= {(noun, one): record for one, record in lookup.records(noun, ids).items()}
    found = []
    for key, many in zip(numbers, (many for _key, many in rows), strict=True):
        noun, kind = lookup.noun_of(key), lookup.kind_of(key)
        record = records.get((noun, first.get(key, 0)))
        texts = identity.keys_for(record) if record else []
        text = next((one for one in texts if lookup.number_of(noun, one) == key), "")
        found.append(Wide(key, noun, _(KINDS[noun].get(kind, kind)), masked(noun, kind, text[2:]), many))
    return found


def masked(noun: str, kind: str, text: str) -> str:
    if kind == "p":
        return phones.mask(text) if text else "—"
    if kind in OF_A_PERSON and (noun == "person" or kind == "m"):
        return f"{text[:1]}**"
    return text or "—"
