"""How a parcel comes into use, and how long it has been lying.

「加大“批而未征、征而未供、供而未用”土地的盘活力度,积极开展低效建设用地退出、转让、合作、收储工作」
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from crm.lib.enums import Labelled
from crm.lib.words import N_


class ParcelState(Labelled):
    APPROVED = "approved", N_("批而未征"), "bad"
    ACQUIRED = "acquired", N_("征而未供"), "warn"
    SUPPLIED = "supplied", N_("供而未用"), "warn"
    USED = "used", N_("已用"), "good"

    @property
    def next(self) -> ParcelState | None:
        return _beside(self, 1)

    @property
    def previous(self) -> ParcelState | None:
        return _beside(self, -1)


def _beside(state: ParcelState, step: int) -> ParcelState | None:
    line = list(ParcelState)
    at = line.index(state) + step
    return line[at] if 0 <= at < len(line) else None


class HoldState(Labelled):
    HELD = "held", N_("已预留"), "info"
    TAKEN = "taken", N_("已供该项目使用"), "good"
    RELEASED = "released", N_("已释放"), "neutral"


HOLDING = (HoldState.HELD, HoldState.TAKEN)


class Age(Labelled):
    """How long it has stood in its state: 闲置满两年的 are the first to be dealt with."""

    YOUNG = "0", N_("不满一年"), "neutral"
    OLD = "1", N_("一年以上、不满两年"), "warn"
    STALE = "2", N_("两年以上"), "bad"


def years_before(day: dt.date, years: int) -> dt.date:
    """The same day so many years ago; 29 February falls on the 28th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def age_of(since: dt.date, today: dt.date) -> Age:
    """“以上”含本数: what began this day two years ago has stood two years."""
    if since <= years_before(today, 2):
        return Age.STALE
    return Age.OLD if since <= years_before(today, 1) else Age.YOUNG


def bounds(age: Age, today: dt.date) -> tuple[dt.date | None, dt.date | None]:
    """(after, until): what has stood so long began after the one day and until the other."""
    one, two = years_before(today, 1), years_before(today, 2)
    return {Age.YOUNG: (one, None), Age.OLD: (two, one), Age.STALE: (None, two)}[age]


def fit(mu: Decimal, wanted: Decimal) -> tuple[bool, Decimal]:
    """To sort parcels by: those that are large enough come first, the least waste first; then the largest of the small."""
    return (mu < wanted, mu - wanted if mu >= wanted else -mu)


def best_fit(parcels: Iterable[tuple[int, Decimal]], wanted: Decimal) -> list[int]:
    """Ids of (id, 亩) in that order."""
    return [id for id, _mu in sorted(parcels, key=lambda one: (*fit(one[1], wanted), one[0]))]
