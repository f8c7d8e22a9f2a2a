"""The morning's reminder: each is told how much of his own is due, by the lists that his desk counts with."""

from __future__ import annotations

from crm.jobs import actions as bell
from crm.lib.words import _n, joined
from crm.org.models import User
from crm.org.permissions import Permission

from .queries import Desk, View, views_for

ABOUT = "due"


def remind(user: User) -> bool:
    """Ring his bell with what is due; what the day before said is taken back. False: nothing is."""
    bell.take_back_from(user, ABOUT)
    own = next((view for view in views_for(user) if view in (View.MINE, View.SPONSORED)), None)
    if own is None:
        return False
    desk = Desk(user, own)
    late = sum(asked.count(user) for asked in desk.overdue)
    today = sum(asked.count(user) for asked in desk.due_today)
    to_judge = desk.to_judge.count(user) if user.may(Permission.LEAD_JUDGE) else 0
    said = [
        *([_n("今天到期 %(n)s 项", today)] if today else []),
        *([_n("已逾期 %(n)s 项", late)] if late else []),
        *([_n("待研判线索 %(n)s 条", to_judge)] if to_judge else []),
    ]
    if said:
        bell.tell([user], ABOUT, joined(said, "；"), "desk.index", view=own.value)
    return bool(said)
