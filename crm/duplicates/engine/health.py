"""The figures of the engine's health, by the real day, which decisions are stamped with. Each costs at most a look at some hundred thousand index entries; what would
cost more (keys, fan-out, surplus records) is what the last scan of the whole base wrote down."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from crm.db import db
from crm.jobs.models import JobRun
from crm.lib import clock
from crm.merchants import reindex, suspects
from crm.merchants.identity import Likeness
from crm.merchants.models import Suspect, SuspectState

from ..models import Merge
from ..queries import SETTLED
from . import scans

MOST_COUNTED = 200_000  # open pairs that are counted; more are told as "over 200 000"
MONTHS, WEEKS = 12, 8
TO_LOOK_AT = ("same", "ask")
ENOUGH = 30  # decisions from which a share is told as a figure


@dataclass(frozen=True)
class OfBand:
    band: Likeness
    many: int
    median_days: int | None


@dataclass(frozen=True)
class Month:
    """What people said in one month of pairs that were put to them as the same or perhaps the same."""

    first: dt.date
    decided: int
    same: int
    sure: int  # of those that the engine was sure of
    sure_same: int

    @property
    def last(self) -> dt.date:
        return (self.first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)

    @property
    def share(self) -> float:
        return self.same / self.decided if self.decided else 0.0


def sizes() -> dict[str, int]:
    return {noun: suspects.how_many(noun) for noun in suspects.MODELS}


def open_pairs() -> tuple[list[OfBand], bool]:
    """By band, with how long the middle one has waited; and whether there are more than are counted."""
    score, verdict = Suspect.score, Suspect.verdict
    waiting = (
        sa.select(score.label("score"), Suspect.found_at.label("found_at"))
        .where(Suspect.state == SuspectState.OPEN, verdict.in_(TO_LOOK_AT))
        .order_by(score.desc())
        .limit(MOST_COUNTED)
        .subquery()
    )
    band = sa.case((waiting.c.score >= 0.95, 0), (waiting.c.score >= 0.6, 1), else_=2).label("band")
    rows = sa.select(band, waiting.c.found_at).subquery()
    place = sa.func.row_number().over(partition_by=rows.c.band, order_by=rows.c.found_at)
    among = sa.func.count().over(partition_by=rows.c.band)
    ranked = sa.select(rows.c.band, rows.c.found_at, place.label("place"), among.label("among")).subquery()
    middle = sa.select(ranked.c.band, ranked.c.found_at, ranked.c.among).where(
        ranked.c.place == (ranked.c.among + 1) / 2
        if db.session.get_bind().dialect.name == "postgresql"
        else ranked.c.place == sa.cast((ranked.c.among + 1) / 2, sa.Integer)
    )
    found = {at: (moment, many) for at, moment, many in db.session.execute(middle)}
    now, told = clock.now(), []
    for at, likeness in enumerate((Likeness.VERY_LIKELY, Likeness.LIKELY, Likeness.POSSIBLE)):
        moment, many = found.get(at, (None, 0))
        told.append(OfBand(likeness, many, max(0, (now - moment).days) if moment else None))
    return told, sum(one.many for one in told) >= MOST_COUNTED


def months() -> list[Month]:
    """The last twelve, the oldest first; the days of this place, one statement."""
    first = clock.real_day().replace(day=1)
    starts = [first]
    while len(starts) < MONTHS:
        starts.append((starts[-1] - dt.timedelta(days=1)).replace(day=1))
    starts.reverse()
    same = Suspect.state == SuspectState.MERGED
    sure = Suspect.verdict == "same"
    rows = _by_period(
        starts,
        sa.func.count(),
        sa.func.count(sa.case((same, 1))),
        sa.func.count(sa.case((sure, 1))),
        sa.func.count(sa.case((sa.and_(sure, same), 1))),
    )
    return [Month(start, *rows.get(at, (0, 0, 0, 0))) for at, start in enumerate(starts)]


def weeks() -> list[tuple[dt.date, int]]:
    """(Monday, decisions) of the last eight weeks, the oldest first."""
    monday = clock.real_day() - dt.timedelta(days=clock.real_day().weekday())
    starts = [monday - dt.timedelta(weeks=back) for back in range(WEEKS - 1, -1, -1)]
    rows = _by_period(starts, sa.func.count(), asked=False)
    return [(start, rows.get(at, (0,))[0]) for at, start in enumerate(starts)]


def _by_period(starts: list[dt.date], *columns: Any, asked: bool = True) -> dict[int, tuple[Any, ...]]:
    """Decisions since each of these days, up to the next."""
    begins = [clock.start_of(day) for day in starts]
    at = sa.case(
        *(
            (Suspect.decided_at >= begin, sa.literal(number))
            for number, begin in reversed(list(enumerate(begins)))
        )
    ).label("at")
    rows = (
        sa.select(at, *columns)
        .where(Suspect.decided_at >= begins[0], Suspect.state.in_(SETTLED))
        .group_by("at")
    )
    if asked:
        rows = rows.where(Suspect.verdict.in_(TO_LOOK_AT))
    return {number: tuple(rest) for number, *rest in db.session.execute(rows)}


def merges() -> tuple[int, int]:
    """(merges, those that were undone)."""
    done, undone = db.session.execute(
        sa.select(sa.func.count(Merge.id), sa.func.count(Merge.undone_at))
    ).one()
    return done, undone


def rate(last: JobRun | None, known: list[Month], size: dict[str, int]) -> dict[str, float]:
    """noun -> the share of records that are probably there a second time: those that stand in an open pair after
    another record, the sure ones as they are, the others by how often people called such a pair the same."""
    surplus: dict[str, int] = (last.result.get("surplus") or {}) if last else {}
    asked = sum(month.decided - month.sure for month in known)
    asked_same = sum(month.same - month.sure_same for month in known)
    likely = asked_same / asked if asked >= ENOUGH else 0.5
    return {
        noun: (surplus.get(f"{noun}:same", 0) + likely * surplus.get(f"{noun}:ask", 0)) / many
        for noun, many in size.items()
        if many and surplus
    }


def index() -> reindex.Standing:
    return reindex.standing()


def last_scans(most: int = 5) -> list[JobRun]:
    return list(db.session.scalars(scans.of_base().limit(most)))
