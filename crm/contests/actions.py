"""The one verb: a new version of the formula."""

from __future__ import annotations

import datetime as dt

from crm.audit.trail import recording
from crm.db import db
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.org.models import User

from . import queries
from .models import ContestFormula


def set_formula(
    *, investment: int, weekly: int, milestones: int, from_on: dt.date, reason: str, actor: User
) -> ContestFormula:
    """Weights that follow those of before from a day on; what was ranked by an older version stays as it was."""
    if investment + weekly + milestones != 100:
        raise Refused(
            _("三项权重加起来要等于 100，现在是 %(n)s", n=investment + weekly + milestones), "investment"
        )
    before = queries.newest()
    if from_on < clock.today():
        raise Refused(_("不能改已经过去的排名：请填今天或以后"), "from_on")
    if from_on <= before.from_on:
        raise Refused(
            _(
                "第 %(n)s 版从 %(day)s 起执行，新的一版要更晚",
                n=before.number,
                day=before.from_on.isoformat(),
            ),
            "from_on",
        )
    if (investment, weekly, milestones) == (before.investment, before.weekly, before.milestones):
        raise Refused(_("和第 %(n)s 版一样，不用另出一版", n=before.number), "investment")
    row = ContestFormula(
        number=before.number + 1, investment=investment, weekly=weekly, milestones=milestones, from_on=from_on,
        reason=reason, actor_id=actor.id,
    )  # fmt: skip
    db.session.add(row)
    with recording("contest_formula.set", row, actor=actor, note=reason):
        db.session.flush()
    return row
