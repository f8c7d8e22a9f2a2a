"""Possible duplicates of nouns that are told by a few signs: a lead by its company, telephone and title, a deal by its
investor and title.

What agrees is added up, as the noun weighs it (`declaring.Alike`); from ASK on people are asked. Names of firms agree
when the dedup core takes them for one; titles as far as their words do. Rows of the list are compared with those
before them, through a look-up of the signs; the base is asked once for each lot of rows.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self

from rapidfuzz import fuzz

from crm import dedup
from crm.dedup import Record, Verdict
from crm.dedup.profile import profile_of
from crm.lib.words import N_, _

from .declaring import Alike
from .likeness import Likeness
from .reading import Read

ASK = 0.6  # summed weight from which a row and a record are shown to people
ASK_IN_LIST = 0.7  # the same of two rows: whoever writes both means two projects of one firm
SIMILAR = 70  # per cent; titles that agree less say nothing
SHORTEST_PART = 4  # characters of a title that count when they stand in a longer one
MOST = 25  # rows of the list looked at for one sign
TITLES = ("title",)
FIRMS = ("company",)
SETS = ("phone",)  # several, with 、 between
WORDS = {
    "company": N_("同一家企业"), "company~": N_("企业名称相近"), "title": N_("标题相同"), "title~": N_("标题相近"),
    "phone": N_("电话相同"), "contact": N_("联系人相同"), "firm": N_("同一家企业"), "deal": N_("同一个项目"), "day": N_("日期相同"),
}  # fmt: skip
"""What people read of a sign that agrees; with ~ of one that nearly does. A noun may add its own."""
_FILLING = re.compile(r"(投资|意向|建设|新建|拟|计划|项目|工程|[\s\W_])+")


def folded(title: str) -> str:
    """A title without what many have in common, so that 衢澜阀门项目 and 拟投资建设“衢澜阀门” are alike."""
    text = unicodedata.normalize("NFKC", title).lower()
    return _FILLING.sub("", text) or text


def titles_agree(mine: str, other: str) -> float:
    """0 to 1; one that stands in the other nearly says the same: 衢澜拟建阀门生产线 and 阀门生产线."""
    ratio: float = fuzz.ratio(mine, other)
    if min(len(mine), len(other)) >= SHORTEST_PART:
        ratio = max(ratio, 0.9 * fuzz.partial_ratio(mine, other))
    return ratio / 100 if ratio >= SIMILAR else 0.0


def shared(mine: str, other: str) -> bool:
    return not set(mine.split("、")).isdisjoint(other.split("、"))


def weighed(a: Mapping[str, str], b: Mapping[str, str], alike: Alike) -> tuple[float, list[str]]:
    """(score from 0 to 1, in how far they agree, in words)."""
    score, reasons = 0.0, []
    if any(a.get(sign) != b.get(sign) for sign in alike.must):
        return 0.0, []
    for sign, weight in alike.weights.items():
        mine, other = a.get(sign, ""), b.get(sign, "")
        if not mine or not other:
            continue
        agree = 1.0 if mine == other or (sign in SETS and shared(mine, other)) else 0.0
        if agree == 0 and sign in TITLES:
            agree = titles_agree(folded(mine), folded(other))
        elif agree == 0 and sign in FIRMS:
            match = dedup.compare(Record(mine), Record(other))
            agree = match.score if match.verdict in (Verdict.SAME, Verdict.ASK) else 0
        if agree:
            score += weight * agree
            reasons.append(_(WORDS[sign] if mine == other or f"{sign}~" not in WORDS else WORDS[f"{sign}~"]))
    return min(score, 1.0), reasons


def places(signs: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Under what a row is looked up among the rows of its list."""
    for sign, said in signs.items():
        if not said:
            continue
        if sign in FIRMS:
            yield sign, profile_of(Record(said)).core or said
        elif sign in TITLES:
            yield sign, folded(said)
        elif sign in SETS:
            for one in said.split("、"):
                yield sign, one
        else:
            yield sign, said


def needle(sign: str, said: str) -> str:
    """A part of it that a cell which says the same holds, however it is written."""
    if sign in FIRMS:
        return profile_of(Record(said)).core or said
    return said[-4:] if sign == "phone" else said


class SignsFinder:
    """Rows are handed over in the order of the list."""

    def __init__(self, alike: Alike):
        self._alike = alike
        self._rows: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._signs: dict[int, tuple[str, ...]] = {}
        self._keys = tuple(alike.weights)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._rows.clear()

    def look(self, rows: Sequence[tuple[int, Read]], *, base: bool = True) -> None:
        """Say of each row (its number, what was read) what it is most like: the base goes before the list."""
        told = [self._alike.signs(one) for _number, one in rows]
        near = self._alike.near(told) if base else [[] for _one in rows]
        for (number, one), signs, records in zip(rows, told, near, strict=True):
            own = self._in_list(number, signs)
            one.like = self._in_base(signs, records) or own

    def _in_base(self, signs: Mapping[str, str], records: Sequence[Any]) -> Likeness | None:
        best: Likeness | None = None
        for record in records:
            score, reasons = weighed(signs, self._alike.signs_of(record), self._alike)
            if score >= ASK and (best is None or score > best.score):
                best = Likeness(score, reasons, record_id=record.id, name=record.name)
        return best

    def _in_list(self, number: int, signs: Mapping[str, str]) -> Likeness | None:
        seen: dict[int, None] = {}
        mine = list(places(signs))
        for place in mine:
            seen |= dict.fromkeys(self._rows[place][:MOST])
        best: Likeness | None = None
        for other in seen:
            if other == number:
                continue
            theirs = dict(zip(self._keys, self._signs[other], strict=True))
            score, reasons = weighed(signs, theirs, self._alike)
            if score >= ASK_IN_LIST and (best is None or score > best.score):
                best = Likeness(
                    score, reasons, name=theirs.get("title") or theirs.get("company") or "", row=other
                )
        for place in mine:
            if len(self._rows[place]) < MOST:
                self._rows[place].append(number)
        self._signs[number] = tuple(signs.get(key, "") for key in self._keys)
        return best
