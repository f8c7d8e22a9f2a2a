"""Who is reminded next of one thing that is due. Pure.

Each step waits as many days after the day the thing was due as its setting says. A step that comes late, because the
reminders were switched on later or nobody was there before, moves the steps above it by as much: whoever answers for a
thing always has the time between two steps to act before the one above him hears of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from crm.lib.enums import Labelled
from crm.lib.words import N_


class Step(Labelled):
    OWNER = "owner", N_("跟进人"), "info"
    HEAD = "head", N_("单位负责人"), "warn"
    SPONSOR = "sponsor", N_("挂联领导"), "bad"


Terms = Mapping[Step, int | None]
"""Days after the day a thing is due; None: nobody is reminded at this step."""

MOST_DAYS = 365


def next_step(
    due_on: dt.date,
    terms: Terms,
    told_on: Mapping[Step, dt.date],
    there: Collection[Step],
    today: dt.date,
) -> Step | None:
    """The step to take today, at most one. `told_on`: on which day each was taken; `there`: steps that would reach
    somebody who has not been told of this thing yet."""
    after, waited = due_on, 0
    for step in Step:
        days = terms.get(step)
        if step in told_on:
            after, waited = told_on[step], days if days is not None else waited
        elif days is not None and step in there:
            on = max(due_on + dt.timedelta(days=days), after + dt.timedelta(days=max(0, days - waited)))
            return step if today >= on else None
    return None


def whom(
    owner: int | None, heads: Sequence[int], sponsor: int | None, told: Collection[int]
) -> dict[Step, list[int]]:
    """{step: who would be reminded}, nobody twice of the same thing. Where nobody follows it, the head is asked first."""
    asked = {
        Step.OWNER: [owner] if owner is not None else list(heads),
        Step.HEAD: list(heads),
        Step.SPONSOR: [sponsor] if sponsor is not None else [],
    }
    found: dict[Step, list[int]] = {}
    for step, people in asked.items():
        if left := [one for one in people if one not in told]:
            found[step] = left
    return found


def in_order(terms: Sequence[int | None]) -> bool:
    """No step before the one below it."""
    said = [days for days in terms if days is not None]
    return said == sorted(said)
