"""How a deal stood on every day: from a day on these facts are so, until the next day on which something is not.

A fact counts from the day it is true of, not from the day somebody typed it: a signing from the day signed, a
contact from its own day, what has no day of its own (an amount, a unit, a next step) from the day it was saved.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

from crm.lib.money import band

FOREVER = dt.date(9999, 12, 31)
"""The end of what still is so: a day and no NULL, so that one comparison finds what stood on a day."""

NO_BAND = "none"


def band_of(wan: Decimal | None) -> str:
    """The size class of an amount as a span holds it."""
    size = band(wan)
    return size.value if size else NO_BAND


Facts = dict[str, Any]
Days = list[tuple[dt.date, Facts]]
"""(first day, facts) in order; each holds until the next begins, the last until FOREVER."""


def first(facts: Facts, *, state_since: dt.date | None, moving: Any, today: dt.date) -> Days:
    """The days of a deal that is new to the history: it begins with its stage, moving (`moving` is that state)."""
    start = min(facts["stage_since"], today)
    begin = facts | {"last_contact_on": None}
    later: list[tuple[dt.date, Facts]] = []
    if state_since and state_since > start:
        begin["state"] = moving
        later.append((min(state_since, today), {"state": facts["state"]}))
    if facts["last_contact_on"]:
        later.append((facts["last_contact_on"], {"last_contact_on": facts["last_contact_on"]}))
    return revised([(start, begin)], later)


def changes(before: Facts, now: Facts, *, state_since: dt.date | None, today: dt.date) -> Days:
    """What is different now, each fact with the day from which it counts."""
    found: dict[dt.date, Facts] = {}
    for name, value in now.items():
        if before.get(name) == value:
            continue
        if name in ("stage", "stage_since", "signed_on"):
            day = now["stage_since"]
        elif name == "state":
            day = state_since or today
        elif name == "last_contact_on":
            day = value or dt.date.min  # a contact that was taken back has never been
        else:
            day = today
        found.setdefault(min(day, today), {})[name] = value
    return sorted(found.items())


def revised(days: Sequence[tuple[dt.date, Mapping[str, Any]]], said: Iterable[tuple[dt.date, Facts]]) -> Days:
    """The days after some things were said, each from its day on; what changes nothing begins no new span."""
    found: Days = [(day, dict(facts)) for day, facts in days]
    for day, facts in sorted(said, key=lambda one: one[0]):
        day = max(day, found[0][0])
        at = bisect_right([first_day for first_day, _facts in found], day) - 1
        if found[at][0] != day:
            at += 1
            found.insert(at, (day, dict(found[at - 1][1])))
        for _day, known in found[at:]:
            known |= facts
    return found[:1] + [after for before, after in pairwise(found) if before[1] != after[1]]
