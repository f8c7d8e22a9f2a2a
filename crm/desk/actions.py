"""The morning's reminder: each is told how much of his own is due, by the lists that his desk counts with. And what the
search box finds: records of kinds that were not searched when they were written are put into the index."""

from __future__ import annotations

from typing import Any

from crm.agreements import actions as agreements
from crm.agreements.models import Agreement
from crm.campaigns import actions as campaigns
from crm.campaigns.models import Campaign
from crm.db import db
from crm.financing import actions as financing
from crm.financing.models import UpperGrant
from crm.indicators import actions as indicators
from crm.indicators.models import TypedValue
from crm.jobs import actions as bell
from crm.lib.words import _n, joined
from crm.meetings import actions as meetings
from crm.meetings.models import Meeting
from crm.org.models import User
from crm.org.permissions import Permission
from crm.search import index
from crm.targets import actions as targets
from crm.targets.models import WorkTask

from .queries import Desk, View, views_for

ABOUT = "due"
AT_ONCE = 500
LATE_TO_SEARCH: tuple[tuple[Any, Any], ...] = (
    (Agreement, agreements.search_fields),
    (Meeting, meetings.search_fields),
    (Campaign, campaigns.search_fields),
    (UpperGrant, financing.search_fields),
    (WorkTask, targets.search_fields),
    (TypedValue, indicators.search_fields),
)


def remind(user: User) -> bool:
    """Ring his bell with what is due; what the day before said is taken back. False: nothing is."""
    bell.take_back_from(user, ABOUT)
    own = next((view for view in views_for(user) if view in (View.MINE, View.SPONSORED)), None)
    if own is None:
        return False
    desk = Desk(user, own)
    late = sum(desk.count(asked) for asked in desk.overdue)
    today = sum(desk.count(asked) for asked in desk.due_today)
    to_judge = desk.count(desk.to_judge) if user.may(Permission.LEAD_JUDGE) else 0
    said = [
        *([_n("今天到期 %(n)s 项", today)] if today else []),
        *([_n("已逾期 %(n)s 项", late)] if late else []),
        *([_n("待研判线索 %(n)s 条", to_judge)] if to_judge else []),
    ]
    if said:
        bell.tell([user], ABOUT, joined(said, "；"), "desk.index", view=own.value)
    return bool(said)


def index_the_rest() -> int:
    """A lot of those that no search finds yet; how many."""
    found = 0
    for model, fields in LATE_TO_SEARCH:
        rows = db.session.scalars(index.without_entry(model.__tablename__, model).limit(AT_ONCE)).all()
        index.put_many(model.__tablename__, [(row.id, fields(row)) for row in rows])
        found += len(rows)
    return found
