"""The verbs of reminders: say what a morning has to say, ring the bells, change the days of the steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from crm.audit.trail import record
from crm.db import db
from crm.jobs import actions as bell
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _, _n, joined
from crm.org import settings
from crm.org.models import User

from . import queries
from .kinds import BY_KEY
from .models import Reminder
from .queries import Plan
from .steps import MOST_DAYS, Step, in_order

ABOUT = "reminders"
AT_ONCE = 500


def write(plan: Plan) -> None:
    """Write down one lot of a plan and take it off. Not in the trail: the rows are the record."""
    if plan.new:
        lot, plan.new = plan.new[:AT_ONCE], plan.new[AT_ONCE:]
        db.session.execute(sa.insert(Reminder), lot)
    elif plan.settled:
        lot_, plan.settled = plan.settled[:AT_ONCE], plan.settled[AT_ONCE:]
        _settle(lot_, clock.today())
    elif plan.revived:
        lot_, plan.revived = plan.revived[:AT_ONCE], plan.revived[AT_ONCE:]
        _settle(lot_, None)


def _settle(ids: Sequence[int], day: Any) -> None:
    db.session.execute(sa.update(Reminder).where(Reminder.id.in_(ids)).values(settled_on=day))


def ring() -> int:
    """Tell each who was reminded today how often; answers how many people. Saying it again rings no second time: the
    same news is replaced, and only when there is more of it."""
    told = queries.said_on(clock.today())
    people = {user.id: user for user in db.session.scalars(sa.select(User).where(User.id.in_(told)))}
    for user_id, (number, up) in sorted(told.items()):
        said = [_n("今天新提醒您 %(n)s 件事", number), *([_n("其中 %(n)s 件升级到您", up)] if up else [])]
        bell.tell([people[user_id]], ABOUT, joined(said, "；"), "reminders.index", mine="1", open="1")
    return len(told)


def set_terms(typed: Mapping[str, Sequence[str]], *, actor: User) -> None:
    """How many days each step of each kind waits; an empty one is a step that reminds nobody."""
    before = queries.terms_in_force()
    after = {key: _days(key, texts) for key, texts in typed.items()}
    changes = {key: [before[key], days] for key, days in after.items() if before[key] != days}
    if changes:
        settings.put(queries.DAYS, {**before, **after})
        record(
            "reminder.terms_changed", actor=actor, changes=changes, noun="setting", name=_("逐级提醒的天数")
        )


def _days(key: str, texts: Sequence[str]) -> list[int | None]:
    days: list[int | None] = []
    for step, text in zip(Step, texts, strict=True):
        if text and not (text.isdecimal() and len(text) < 5 and int(text) <= MOST_DAYS):
            raise Refused(
                _("“%(what)s”提醒%(who)s的天数，请填 0 到 %(most)s 的整数，或空着不提醒",
                  what=BY_KEY[key].label, who=step.label, most=MOST_DAYS),
                f"{key}.{step.value}",
            )  # fmt: skip
        days.append(int(text) if text else None)
    if not in_order(days):
        raise Refused(_("“%(what)s”上一级的天数不能比下一级少", what=BY_KEY[key].label), f"{key}.owner")
    return days
