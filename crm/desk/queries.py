"""What is due for me, and five figures. Every number is counted by the very list it links to (asked.py)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from crm.db import db
from crm.deals import queries as deals
from crm.deals.models import Deal
from crm.deals.stages import EARLY, DealState, Stage
from crm.leads.models import Lead, LeadState
from crm.lib import clock
from crm.lib.enums import Labelled
from crm.lib.words import N_
from crm.merchants.models import Enterprise
from crm.org.models import User
from crm.org.permissions import Permission, Role, Scope

from .asked import Asked, counting, counts
from .duties import DUTIES, Duty

ROWS = 8
"""Lines of a section; the number beside its title says how many there are."""

LARGE_WAN = Decimal(50_000)
"""5亿元, the size the half-year report counts by: 「其中5亿元以上项目2个」."""


class View(Labelled):
    """Whose desk it is."""

    MINE = "mine", N_("我跟进的")
    SPONSORED = "sponsored", N_("我挂联的")
    ALL = "all", N_("本单位的")
    DISTRICT = "district", N_("全区")


def views_for(user: User) -> list[View]:
    """The first is the one the desk opens with."""
    everything = View.DISTRICT if user.scope_of(Permission.DEAL_VIEW) is Scope.DISTRICT else View.ALL
    if user.role is Role.LEADER:
        return [View.SPONSORED, everything]
    if user.role is Role.PROMOTER:
        return [View.MINE, everything]
    if user.role in (Role.MANAGER, Role.ADMINISTRATOR):
        return [everything, View.MINE]
    return [everything]


IN_TALKS = [stage.value for stage in EARLY]
"""「意向项目、新谈项目、在谈项目」"""

SIGNED = [stage.value for stage in Stage if stage not in EARLY]
OWNED_BY = {"deals": "owner", "leads": "owner", "enterprises": "follower"}


class Desk:
    """The lists of one desk, narrowed to the view in force."""

    def __init__(self, user: User, view: View):
        self.user = user
        self.view = view
        self.today = clock.today()

    def count(self, asked: Asked) -> int:
        """All that the desk shows is counted when the first is asked for; a figure and the section below it are one."""
        return int(self._counted[asked.key])

    @property
    def total(self) -> Decimal:
        """The planned investment of what is negotiated, 万元."""
        return self._counted[self._planned.key] or Decimal(0)

    @property
    def _planned(self) -> Asked:
        return replace(self.negotiating, summed=Deal.planned_wan)

    @cached_property
    def _counted(self) -> dict[tuple[Any, ...], Any]:
        shown = [
            self.negotiating, self._planned, self.signed_this_year, self.large_signed_this_year, self.idle,
            self.overdue_talks, *self.early().values(), *self.overdue, *self.due_today, self.to_judge, *self.late_leads,
        ]  # fmt: skip
        different = {one.key: one for one in shown}
        return dict(zip(different, counts([*different.values()], self.user), strict=True))

    def of(self, page: str, **args: str | list[str]) -> Asked:
        if self.view is View.MINE:
            args[OWNED_BY[page]] = "me"
        if self.view is View.SPONSORED:
            args["sponsor"] = str(self.user.id)
        return Asked(page, args)

    # --- the five figures ----------------------------------------------------------------------------------

    @property
    def negotiating(self) -> Asked:
        return self.of("deals", stage=Stage.NEGOTIATING.value, state=DealState.ACTIVE.value)

    @property
    def signed_this_year(self) -> Asked:
        return self.of(
            "deals",
            signed_from=self.today.replace(month=1, day=1).isoformat(),
            signed_to=self.today.isoformat(),
        )

    @property
    def large_signed_this_year(self) -> Asked:
        return self.signed_this_year.with_(planned_from=str(LARGE_WAN))

    @property
    def idle(self) -> Asked:
        """Deals in talks: one that is being built is not talked to every month."""
        return self.of("deals", stage=IN_TALKS, long_idle="1")

    @property
    def idle_days(self) -> int | None:
        """More than how many days that is; None where the stages differ."""
        limits = {deals.idle_limit(stage) - 1 for stage in EARLY}
        return limits.pop() if len(limits) == 1 else None

    @property
    def overdue_talks(self) -> Asked:
        return self.of("deals", stage=IN_TALKS, overdue="1")

    # --- sections ------------------------------------------------------------------------------------------

    @property
    def overdue(self) -> list[Asked]:
        yesterday = (self.today - dt.timedelta(days=1)).isoformat()
        return [
            self.overdue_talks.called(N_("洽谈中的项目")),
            self.of("deals", stage=SIGNED, overdue="1").called(N_("签约以后的项目")),
            *self._beside(due_to=yesterday, due="overdue"),
        ]

    @property
    def due_today(self) -> list[Asked]:
        day = self.today.isoformat()
        deals = self.of("deals", due_from=day, due_to=day)
        return [deals, *self._beside(due_from=day, due_to=day, due="today")]

    def _beside(self, *, due: str, **days: str) -> Iterator[Asked]:
        """Leads and enterprises have next steps too; a leader sponsors deals only."""
        if self.view is View.SPONSORED:
            return
        yield self.of("leads", **days)
        yield self.of("enterprises", due=due)

    @property
    def to_judge(self) -> Asked:
        """New leads are judged by whoever has that right, whoever follows them."""
        if self.user.may(Permission.LEAD_JUDGE):
            return Asked("leads", {"state": LeadState.REPORTED.value})
        return Asked("leads", {"state": LeadState.REPORTED.value, "mine": "1"})

    @property
    def late_leads(self) -> list[Asked]:
        """The clocks that have run out, for those who answer for them: the head of the unit, who decides for all."""
        if not self.user.may(Permission.LEAD_JUDGE):
            return []
        return [
            Asked("leads", {"late_answer": "1"}, N_("首次答复")),
            Asked("leads", {"late": "1"}, N_("研判")),
            Asked("leads", {"late_feedback": "1"}, N_("反馈报送人")),
        ]

    def early(self) -> dict[Stage, Asked]:
        """意向, 新谈, 在谈: the three the report names."""
        return {stage: self.of("deals", stage=stage.value, state=DealState.ACTIVE.value) for stage in EARLY}


@dataclass(frozen=True)
class Line:
    """One record of a section."""

    record: Deal | Lead | Enterprise
    due_on: dt.date | None
    due_days: int | None
    idle_days: int | None
    idle_limit: int | None
    who: str


NAMED: dict[str, tuple[Any, ...]] = {
    "deals": (joinedload(Deal.enterprise), joinedload(Deal.owner)),
    "leads": (joinedload(Lead.owner),),
    "enterprises": (joinedload(Enterprise.follow_user),),
}
"""Whom a line names."""


def lines(asked: Sequence[Asked], user: User, *, idle: bool = False) -> list[Line]:
    """The first ROWS of several lists together: the longest due first, or the longest without contact."""
    found: list[Line] = []
    for one in asked:
        model = one.listing.model
        order = sa.nulls_first(model.last_contact_at) if idle else model.next_due_on
        # First which they are, from an index that holds no more: thousands of whole rows are not put in order.
        first = one.rows(user).with_only_columns(model.id).order_by(order, model.id).limit(ROWS)
        rows = sa.select(model).where(model.id.in_(first)).order_by(order, model.id).options(*NAMED[one.page])
        found += [_line(record, idle) for record in db.session.scalars(rows)]
    if idle:
        found.sort(key=lambda line: -(line.idle_days or 0))
    else:
        found.sort(key=lambda line: line.due_on or dt.date.max)
    return _once(found)[:ROWS]


def _once(found: list[Line]) -> list[Line]:
    """A firm whose deal stands here already with the same step and day is not named a second time."""
    steps = {
        (line.record.enterprise_id, line.record.next_step, line.due_on)
        for line in found
        if isinstance(line.record, Deal)
    }
    return [
        line
        for line in found
        if not isinstance(line.record, Enterprise)
        or (line.record.id, line.record.next_step, line.due_on) not in steps
    ]


def _line(record: Deal | Lead | Enterprise, idle: bool) -> Line:
    today = clock.today()
    who = record.follow_user if isinstance(record, Enterprise) else record.owner
    due = record.next_due_on
    return Line(
        record,
        due,
        (due - today).days if due else None,
        record.idle_days(today) if idle and isinstance(record, Deal) else None,
        deals.idle_limit(record.stage) if idle and isinstance(record, Deal) else None,
        who.name if who else "",
    )


def newest(asked: Asked, user: User) -> list[Any]:
    """The oldest unjudged leads: first come, first judged."""
    rows = asked.rows(user).order_by(Lead.reported_at, Lead.id)
    return list(db.session.scalars(rows.limit(ROWS)).unique())


@dataclass(frozen=True)
class Share:
    """One colleague's part of the unit's open deals; without an owner nobody's."""

    open: int
    overdue: int
    idle: int
    owner_id: int | None
    name: str | None

    @property
    def key(self) -> str:
        return str(self.owner_id or "none")


def carried(desk: Desk) -> dict[str, Asked]:
    """The three columns of the table of people."""
    return {
        "open": Asked("deals", {"open": "1"}),
        "overdue": Asked("deals", {"overdue": "1"}),
        "idle": desk.idle,
    }


def shares(desk: Desk) -> list[Share]:
    """Who carries how much, for the manager."""
    rows = counting([*carried(desk).values()], desk.user).outerjoin(User, User.id == Deal.owner_id)
    rows = rows.add_columns(Deal.owner_id, User.name).group_by(Deal.owner_id, User.name)
    found = [Share(*row) for row in db.session.execute(rows)]
    return sorted(found, key=lambda share: (share.owner_id is None, -share.open, share.name or ""))


def duties(user: User) -> list[tuple[Duty, int]]:
    """What else waits for him, where anything does."""
    his = [duty for duty in DUTIES if duty.is_of(user)]
    return [
        (duty, number)
        for duty, number in zip(his, counts([one.asked for one in his], user), strict=True)
        if number
    ]
