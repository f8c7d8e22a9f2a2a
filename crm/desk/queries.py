"""What is due for me, and five figures. Every number is counted by the very list it links to.

A figure is a list page and an address of it; `count` asks that list. So a number and the records behind its
link cannot drift apart.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import MultiDict

from crm.agreements import queries as agreements
from crm.agreements.models import Agreement
from crm.campaigns import queries as campaigns
from crm.contacts import queries as contacts
from crm.db import db
from crm.deals import queries as deals
from crm.deals.models import Deal
from crm.deals.stages import EARLY, DealState, Stage
from crm.delivery import queries as delivery
from crm.delivery.weeks import Pace
from crm.duplicates import queries as duplicates
from crm.financing import queries as financing
from crm.indicators import queries as indicators
from crm.land import queries as land
from crm.land.clearance import queries as clearance
from crm.leads.models import Lead, LeadState
from crm.lib import clock
from crm.lib.enums import Labelled
from crm.lib.words import N_, _
from crm.lists.table import LISTS, conditions_for, select_for
from crm.meetings import queries as meetings
from crm.merchants.models import Enterprise
from crm.missions import queries as missions
from crm.missions.phases import Phase
from crm.needs import queries as needs
from crm.org.models import User
from crm.org.permissions import Permission, Role, Scope
from crm.partners import queries as partners
from crm.prospects import queries as prospects
from crm.reserve import queries as reserve
from crm.slips import queries as slips
from crm.supervision.cases import queries as cases
from crm.supervision.commitments import queries as commitments
from crm.supervision.honours import queries as honours
from crm.targets import queries as targets
from crm.watchers import queries as watchers
from crm.yields import queries as yields

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


@dataclass(frozen=True)
class Asked:
    """A list and the filters of its address; `msgid` is what its rows are called, when not by the list's name."""

    page: str
    args: dict[str, str | list[str]] = field(default_factory=dict)
    msgid: str = ""

    @property
    def label(self) -> str:
        return _(self.msgid) if self.msgid else LISTS[self.page].label

    def rows(self, user: User) -> sa.Select[Any]:
        return select_for(LISTS[self.page], user, MultiDict(self.args))

    def count(self, user: User) -> int:
        key = LISTS[self.page].key
        rows = self.rows(user).with_only_columns(key).order_by(None)
        return db.session.scalar(sa.select(sa.func.count()).select_from(rows.subquery())) or 0

    def narrowed(self, user: User) -> list[Any]:
        """Its own conditions, without whose records the user may see."""
        return conditions_for(LISTS[self.page], user, MultiDict(self.args))

    def with_(self, **more: str | list[str]) -> Asked:
        return Asked(self.page, {**self.args, **more}, self.msgid)

    def called(self, msgid: str) -> Asked:
        return Asked(self.page, self.args, msgid)


def counts(asked: Sequence[Asked], user: User) -> list[int]:
    """How many each list holds. Lists of one page are counted in one statement: whose records a user may see is by
    far the dearest part of each, and of a dozen figures about deals it is asked once. What all of them are narrowed
    by stands apart, for an index to find."""
    numbers = [0] * len(asked)
    pages: dict[str, list[int]] = {}
    for at, one in enumerate(asked):
        pages.setdefault(one.page, []).append(at)
    for name, places in pages.items():
        page = LISTS[name]
        first, *others = [asked[at].args for at in places]
        shared = {key: said for key, said in first.items() if all(one.get(key) == said for one in others)}
        each = [sa.and_(sa.true(), *asked[at].narrowed(user)).label(f"of_{at}") for at in places]
        rows = page.select(user).where(
            *Asked(name, shared).narrowed(user), sa.or_(*(one.element for one in each))
        )
        found = rows.with_only_columns(page.key, *each).order_by(None).subquery()
        counted = db.session.execute(sa.select(*(sa.func.count().filter(found.c[one.name]) for one in each)))
        for at, number in zip(places, counted.one(), strict=True):
            numbers[at] = number
    return numbers


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
        self._counted: dict[str, int] = {}

    def count(self, asked: Asked) -> int:
        """All that the desk shows is counted when the first is asked for; a figure and the section below it are one."""
        if not self._counted:
            shown = [*self._figures(), *self.overdue, *self.due_today, self.to_judge, *self.late_leads]
            self._counted = dict(zip(map(_address, shown), counts(shown, self.user), strict=True))
        return self._counted[_address(asked)]

    def _figures(self) -> list[Asked]:
        return [
            self.negotiating, self.signed_this_year, self.large_signed_this_year, self.idle, self.overdue_talks,
            *self.early().values(),
        ]  # fmt: skip

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


def _address(asked: Asked) -> str:
    return f"{asked.page} {sorted(asked.args.items())}"


def total_of(asked: Asked, user: User) -> Decimal:
    """The planned investment of the deals of a list, 万元."""
    rows = asked.rows(user).with_only_columns(Deal.planned_wan).order_by(None).subquery()
    # Summed as it is stored (hundredths), so that it is exact on both engines.
    total = db.session.scalar(sa.select(sa.func.sum(rows.c.planned_wan)))
    return Decimal(total or 0)


@dataclass(frozen=True)
class Line:
    """One record of a section."""

    record: Deal | Lead | Enterprise
    due_on: dt.date | None
    due_days: int | None
    idle_days: int | None
    idle_limit: int | None
    who: str


def lines(asked: Sequence[Asked], user: User, *, idle: bool = False) -> list[Line]:
    """The first ROWS of several lists together: the longest due first, or the longest without contact."""
    found: list[Line] = []
    for one in asked:
        model = LISTS[one.page].model
        order = model.last_contact_at if idle else model.next_due_on
        by = (sa.nulls_first(order) if idle else order, model.id)
        rows = one.rows(user).order_by(None)
        # First which they are, from an index that holds no more: thousands of whole rows are not put in order.
        first = db.session.scalars(rows.with_only_columns(model.id).order_by(*by).limit(ROWS)).all()
        if first:
            records = db.session.scalars(rows.where(model.id.in_(first)).order_by(*by)).unique()
            found += [_line(record, idle) for record in records]
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
    rows = asked.rows(user).order_by(None).order_by(Lead.reported_at, Lead.id)
    return list(db.session.scalars(rows.limit(ROWS)).unique())


@dataclass(frozen=True)
class Share:
    """One colleague's part of the unit's open deals; None is nobody's."""

    owner: User | None
    open: int
    overdue: int
    idle: int

    @property
    def key(self) -> str:
        return str(self.owner.id) if self.owner else "none"


def carried(desk: Desk) -> dict[str, Asked]:
    """The three columns of the table of people."""
    return {
        "open": Asked("deals", {"open": "1"}),
        "overdue": Asked("deals", {"overdue": "1"}),
        "idle": desk.idle,
    }


def shares(desk: Desk) -> list[Share]:
    """Who carries how much, for the manager: one statement, counted by the lists' own filters."""
    page, asked = LISTS["deals"], carried(desk).values()
    each = [sa.and_(*one.narrowed(desk.user)) for one in asked]
    numbers = [sa.func.count().filter(one) for one in each]
    rows = (
        page.select(desk.user).where(sa.or_(*each)).with_only_columns(Deal.owner_id, *numbers).order_by(None)
    )
    counted: Sequence[Any] = db.session.execute(rows.group_by(Deal.owner_id)).all()
    owners = {row[0] for row in counted if row[0]}
    people = {one.id: one for one in db.session.scalars(sa.select(User).where(User.id.in_(owners)))}
    found = [
        Share(people.get(id) if id else None, open_, overdue, idle) for id, open_, overdue, idle in counted
    ]
    return sorted(
        found, key=lambda share: (share.owner is None, -share.open, share.owner.name if share.owner else "")
    )


# --- the one search box -----------------------------------------------------------------------------------

CAP = 100
"""Hits are counted up to here: people want to know whether to narrow, not how many thousand there are."""


@dataclass(frozen=True)
class Found:
    """What one noun has for a query."""

    noun: str
    records: list[Any]
    total: int  # CAP when there are at least that many


FULL = {"enterprise": "enterprises", "person": "people", "deal": "deals", "lead": "leads", "mission": "missions", "prospect": "prospects",
        needs.NOUN: "needs", land.NOUN: "parcels", clearance.NOUN: "clearances",
        partners.NOUN: "partners", reserve.NOUN: "reserve", financing.NOUN: "upper_grants",
        delivery.NOUN: "projects", slips.NOUN: "slips", agreements.NOUN: "agreements", meetings.NOUN: "meetings",
        commitments.NOUN: "commitments", cases.NOUN: "supervision_cases", honours.NOUN: "honours",
        watchers.NOUN: "firm_requests", targets.NOUN: "work_tasks", indicators.NOUN: "typed_values",
        yields.CASE: "yield_cases", contacts.NOUN: "contacts"}  # fmt: skip
"""The list that shows all that was found of a noun. Campaigns are a handful and have none."""


AGREEMENTS = contacts.Source(
    agreements.NOUN, Agreement, agreements.visible_to, Agreement.title, (joinedload(Agreement.deal),)
)


def find(user: User, q: str, limit: int, *, counting: bool) -> list[Found]:
    """The best of every noun the user may see. `counting` also asks how many there are."""
    found = []
    for source in (
        *contacts.SUBJECTS,
        delivery.SOURCE,
        slips.SOURCE,
        commitments.SOURCE,
        cases.SOURCE,
        honours.SOURCE,
        watchers.SOURCE,
        campaigns.SOURCE,
        yields.SOURCE,
        prospects.SOURCE,
        partners.SOURCE,
        missions.SOURCE,
        needs.SOURCE,
        land.SOURCE,
        clearance.SOURCE,
        financing.SOURCE,
        reserve.SOURCE,
        targets.SOURCE,
        indicators.SOURCE,
        AGREEMENTS,
        meetings.SOURCE,
        contacts.LOGS,
    ):
        records = source.best(user, q, limit)
        total = len(records)
        if counting and total == limit:
            total = source.count(user, q, CAP)
        if records:
            found.append(Found(source.noun, records, total))
    return found


# --- what else is owed ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Duty:
    """Something that waits for this user in a list of its own; shown while there is any."""

    asked: Asked
    tone: str = ""
    needs: Permission | None = (
        None  # beside the right to see the list: what it takes to do something about it
    )

    @property
    def permission(self) -> Permission:
        return LISTS[self.asked.page].view_permission


DUTIES = (
    Duty(Asked("reminders", {"mine": "1", "open": "1"}, N_("提醒过我、还没有办的事")), "warn"),
    Duty(Asked("work_tasks", {"mine": "1", "state": "draft"}, N_("我负责的、还没有下达的目标任务")), "warn"),
    Duty(Asked("agreements", {"mine": "1", "expiring": "1"}, N_("我的项目里快到期的协议")), "warn"),
    Duty(Asked("meeting_tasks", {"mine": "1", "overdue": "1"}, N_("会上交我办、已经逾期的事")), "bad"),
    Duty(Asked("meeting_tasks", {"mine": "1", "open": "1"}, N_("会上交我办的事"))),
    Duty(Asked("prospects", {"owner": "me", "late": "1"}, N_("我负责的、过了期限还没有接触的目标")), "bad"),
    Duty(Asked("enterprises", {"follower": "me", "late": "key"}, N_("我跟进的、该联系没有联系的重点企业")), "bad"),
    Duty(Asked("enterprises", {"follower": "me", "late": "ordinary"}, N_("我跟进的、该联系没有联系的一般企业")), "warn"),
    Duty(Asked("partners", {"owner": "me", "overdue": "1"}, N_("我负责的、下一步逾期的合作方")), "bad"),
    Duty(Asked("partners", {"owner": "me", "expiring": "1"}, N_("我负责的、有协议快到期的合作方")), "warn"),
    Duty(Asked("introductions", {"mine": "1", "overdue": "1"}, N_("由我去请、已经逾期的引荐")), "bad"),
    Duty(Asked("introductions", {"mine": "1", "state": "asked"}, N_("由我去请的引荐"))),
    Duty(Asked("mission_stops", {"mine": "1", "follow": "open"}, N_("走访后交我去办的事"))),
    Duty(Asked("missions", {"owner": "me", "phase": Phase.RESULTS_DUE.value}, N_("我负责的、等着交结果的活动")), "warn"),
    Duty(Asked("missions", {"owner": "me", "phase": Phase.OVERDUE.value}, N_("我负责的、结果逾期的活动")), "bad"),
    Duty(Asked("missions", {"leader": "me", "phase": [Phase.PREPARING.value, Phase.UNDER_WAY.value]},
               N_("我带队的活动"))),
    Duty(Asked("firm_requests", {"mine": "1", "state": "overdue"}, N_("等我们答复、已经逾期的企业诉求")), "bad"),
    Duty(Asked("firm_requests", {"mine": "1", "state": "open"}, N_("等我们答复的企业诉求"))),
    Duty(Asked("projects", {"unit": "mine", "watcher": "none"}, N_("本单位还没有专人盯办的重点项目")), "warn",
         Permission.WATCH_ASSIGN),
    Duty(Asked("deals", {"owner": "me", "watcher": "none"}, N_("我跟进的、还没有专人盯办的签约项目")), "warn"),
    Duty(Asked("campaign_entries", {"leader": "me", "standing": "overdue"}, N_("我挂联的、百日攻坚中超期的项目")), "bad"),
    Duty(Asked("campaign_entries", {"unit": "mine", "standing": "overdue"}, N_("本单位百日攻坚中超期的项目")), "bad"),
    Duty(Asked("health", {"owner": "me"}, N_("我跟进的、体检亮灯的项目")), "bad"),
    Duty(Asked("health", {"sponsor": "me"}, N_("我挂联的、体检亮灯的项目")), "warn"),
    Duty(Asked("health", {"unit": "mine"}, N_("本单位体检亮灯的项目")), "warn"),
    Duty(Asked("projects", {"leader": "me", "pace": Pace.BEHIND.value}, N_("我挂联的、投资低于时间进度的重点项目")), "warn"),
    Duty(Asked("projects", {"unit": "mine", "pace": Pace.BEHIND.value}, N_("本单位投资低于时间进度的重点项目")), "warn"),
    Duty(Asked("slips", {"decide": "1"}, N_("等我决定的交办单")), "bad"),
    Duty(Asked("slips", {"leader": "me", "overdue": "1", "state": ["issued", "working", "claimed"]},
               N_("我牵头的、已经逾期的交办单")), "bad"),
    Duty(Asked("slips", {"unit": "mine", "overdue": "1", "state": ["issued", "working", "claimed"]},
               N_("本单位已经逾期的交办单")), "bad"),
    Duty(Asked("slips", {"unit": "mine", "state": ["issued", "working"]}, N_("本单位在办的交办单"))),
    Duty(Asked("slips", {"run": "1", "state": "collected"}, N_("汇总了还没有交办的")), "warn"),
    Duty(Asked("slips", {"run": "1", "state": "raised"}, N_("提出来等着汇总的问题"))),
    Duty(Asked("needs", {"mine": "1", "late": "1"}, N_("我负责的、过了期限还没解决的要素需求")), "bad"),
    Duty(Asked("needs", {"asked_of_us": "1", "lacking": "1"}, N_("要本单位解决的要素需求")), "warn"),
    Duty(Asked("parcels", {"unit": "mine", "run_out": "1"}, N_("本单位预留到期的地块")), "warn"),
    Duty(Asked("upper_grants", {"unit": "mine", "undeclared": "1"}, N_("可以计入、还没有申报到位资金的上级资金")), "warn"),
    Duty(Asked("yield_cases", {"unit": "mine", "late": "1"}, N_("本单位列入、过了整改期限的企业")), "warn"),
    Duty(Asked("clearances", {"unit": "mine", "late": "1"}, N_("本单位过了期限还没交齐的征迁")), "bad"),
    Duty(Asked("remarks", {"mine": "1", "ready": "1"}, N_("交办单办完、等着反馈的视察意见")), "warn"),
    Duty(Asked("commitments", {"mine": "1", "overdue": "1"}, N_("我承诺的、已经逾期没有兑现的事")), "bad"),
    Duty(Asked("commitments", {"unit": "mine", "overdue": "1"}, N_("本单位逾期没有兑现的承诺")), "bad"),
    Duty(Asked("commitments", {"confirm": "1"}, N_("等我确认的承诺")), "warn"),
    Duty(Asked("supervision_cases", {"unit": "mine", "answer": "1"}, N_("要本单位说明、整改的核查件")), "bad"),
    Duty(Asked("supervision_cases", {"run": "1", "state": "explained"}, N_("已作说明、等结论的核查件")), "warn"),
    Duty(Asked("supervision_cases", {"run": "1", "state": "proposed"}, N_("列入核查、等着核实的事项"))),
    Duty(Asked("reports", {"to_check": "1"}, N_("等我审核的通报公示")), "warn"),
    Duty(Asked("entry_reviews", {"asked": "1"}, N_("等本单位提意见的准入评审")), "warn"),
    Duty(Asked("entry_reviews", {"owner": "me", "open": "1"}, N_("我的项目里还没有结论的准入评审"))),
    Duty(Asked("entry_rechecks", {"unit": "mine", "due": "1"}, N_("本单位到期要复核的投产项目")), "warn"),
    Duty(Asked("approvals", {"agent": "me", "late": "1"}, N_("我代办的、超过承诺期的审批事项")), "bad"),
    Duty(Asked("approvals", {"agent": "me", "open": "1"}, N_("我代办的审批事项"))),
    Duty(Asked("approvals", {"unit": "mine", "late": "1"}, N_("本单位审批的、超过承诺期的事项")), "bad"),
    Duty(Asked("approvals", {"project_unit": "mine", "unagented": "1"}, N_("本单位项目里没有代办员的上级事项")), "warn"),
    Duty(Asked("approvals", {"leader": "me", "holding": "1"}, N_("卡住我挂联的项目的审批事项")), "warn"),
    Duty(Asked("joint_rulings", {"mine": "1", "overdue": "1"}, N_("联席会议议定、过了期限没有落实的事项")), "bad"),
    Duty(Asked("projects", {"leader": "me", "overdue": "1"}, N_("我挂联的、有超期节点的重点项目")), "bad"),
    Duty(Asked("projects", {"leader": "me", "quiet": "1"}, N_("我挂联的、本周无进展的重点项目")), "warn"),
    Duty(Asked("projects", {"leader": "me", "status": "not_started"}, N_("我挂联的、还没有开工的重点项目"))),
    Duty(Asked("projects", {"unit": "mine", "overdue": "1"}, N_("本单位有超期节点的重点项目")), "bad"),
    Duty(Asked("projects", {"unit": "mine", "quiet": "1"}, N_("本单位本周还没报进度的重点项目")), "warn"),
)  # fmt: skip
"""Each is counted by the list that its link opens."""


def duties(user: User) -> list[tuple[Duty, int]]:
    """Those of which there are any."""
    counted = (
        (duty, duty.asked.count(user))
        for duty in DUTIES
        if user.may(duty.permission) and (duty.needs is None or user.may(duty.needs))
    )
    return [(duty, number) for duty, number in counted if number]


def suspects(user: User) -> str:
    """How many pairs wait for this user's judgement, in words: 999+ at the most; '' for none."""
    return duplicates.said(user)
