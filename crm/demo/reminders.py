"""What the mornings of two days, a week apart, have said in the demo district: owners, then the heads of units."""

from __future__ import annotations

import datetime as dt

from crm.reminders import actions, queries
from crm.reminders.kinds import KINDS

MORNINGS = (8, 0)  # days ago


def load_reminders(today: dt.date) -> None:
    for days in MORNINGS:
        for kind in KINDS:
            plan = queries.plan(kind, today - dt.timedelta(days=days))
            while not plan.is_done:
                actions.write(plan)
