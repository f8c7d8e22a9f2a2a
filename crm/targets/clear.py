"""五明确.

「做到目标、重点、措施、进度、责任“五明确”」 A task that lacks one of the five cannot be issued.
"""

from __future__ import annotations

from crm.lib.enums import Labelled
from crm.lib.words import N_, _c


class Clear(Labelled):
    GOAL = "goal", N_("目标")
    FOCUS = "focus", N_("重点")
    MEASURES = "measures", N_("措施")
    SCHEDULE = "schedule", N_("进度")
    PERSON = "person", N_("责任")

    @property
    def label(self) -> str:
        """目标 is a goal here and a target elsewhere, 重点 the focus of the work and no key merchant."""
        words = {
            Clear.GOAL: _c("五明确", "目标"), Clear.FOCUS: _c("五明确", "重点"), Clear.MEASURES: _c("五明确", "措施"),
            Clear.SCHEDULE: _c("五明确", "进度"), Clear.PERSON: _c("五明确", "责任"),
        }  # fmt: skip
        return words[self]


def lacking(*, goal: str, focus: str, measures: str, schedule: str, person: object) -> list[Clear]:
    """Which of the five a task does not say, in their order."""
    said = {
        Clear.GOAL: goal.strip(), Clear.FOCUS: focus.strip(), Clear.MEASURES: measures.strip(),
        Clear.SCHEDULE: schedule.strip(), Clear.PERSON: person,
    }  # fmt: skip
    return [one for one in Clear if not said[one]]
