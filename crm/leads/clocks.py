"""Three clocks run from the report of a lead: 「1 个工作日内答复，3 个工作日内研判，1 周内反馈」.

Each stops with its act. All count working days, by the calendar in force.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from crm.holidays.workdays import WorkCalendar
from crm.lib.enums import Labelled
from crm.lib.words import N_


class Clock(Labelled):
    ANSWER = "answer", N_("首次答复")
    JUDGE = "judge", N_("研判")
    FEEDBACK = "feedback", N_("反馈报送人")


@dataclass(frozen=True)
class Reading:
    """One clock as it stands: `done_on` when it was stopped, else `left` working days, below zero when over."""

    clock: Clock
    due_on: dt.date
    done_on: dt.date | None
    left: int

    @property
    def is_over(self) -> bool:
        return self.done_on is None and self.left < 0

    @property
    def was_late(self) -> bool:
        return self.done_on is not None and self.done_on > self.due_on


def read(
    reported_on: dt.date,
    stopped_on: Mapping[Clock, dt.date | None],
    terms: Mapping[Clock, int],
    work: WorkCalendar,
    today: dt.date,
) -> list[Reading]:
    """All three; `terms` are working days from the report."""
    found = []
    for clock in Clock:
        due_on = work.after(reported_on, terms[clock])
        found.append(Reading(clock, due_on, stopped_on.get(clock), work.left(today, due_on)))
    return found
