"""Reading approvals: whoever sees the project sees its items, and a unit or an agent sees the projects it is asked in."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from crm.db import db
from crm.delivery import queries as projects
from crm.delivery.models import KeyProject
from crm.delivery.status import Status
from crm.files.models import StoredFile
from crm.holidays import queries as holidays
from crm.lib import clock
from crm.org import queries as org
from crm.org.guard import reaches
from crm.org.models import User
from crm.org.permissions import Permission as P
from crm.org.permissions import Role

from .critical import Outlook, Standing, outlook
from .elapsed import promised_on, worked
from .models import Agency, AgencyNote, Approval, JointMeeting, JointRuling, Template, TemplateItem
from .steps import OPEN, Level, Step

NOUN = Approval.__tablename__
MOST = 300  # projects of the progress table


def visible_to(user: User) -> sa.Select[Any]:
    if not user.may(P.APPROVAL_VIEW):
        return sa.select(Approval).where(sa.false())
    seen = projects.ids_of(projects.visible_to(user))
    return sa.select(Approval).where(Approval.project_id.in_(seen))


def _projects_asked_in(user: User) -> sa.Select[Any]:
    """Those in which my unit grants an item, or I run one through."""
    mine = sa.select(Agency.approval_id).where(Agency.agent_id == user.id, Agency.to_on.is_(None))
    return sa.select(Approval.project_id).where(
        sa.or_(Approval.unit_id == user.unit_id, Approval.id.in_(mine))
    )


projects.SEEN_THROUGH.append(_projects_asked_in)


def may(user: User, approval: Approval) -> bool:
    """Its steps are noted by the unit of the project, by the one that grants it, and by its agent."""
    project, agent = approval.project, approval.agent
    return reaches(
        user.scope_of(P.APPROVAL_EDIT),
        user,
        units=[project.unit_id, project.entered_unit_id, approval.unit_id],
        owners=[project.entered_by_id, agent.id if agent else None],
    )


def may_lay_out(user: User, project: KeyProject) -> bool:
    """Which items there are, and who runs them through, is the project's own side to say."""
    return projects.may(user, P.APPROVAL_EDIT, project)


def with_clock(rows: sa.Select[Any]) -> sa.Select[Any]:
    """What `line_of` reads."""
    return rows.options(selectinload(Approval.after), selectinload(Approval.corrections))


def with_all(rows: sa.Select[Any]) -> sa.Select[Any]:
    """What a line shows, in a number of statements that does not grow with the lines."""
    return with_clock(rows).options(
        joinedload(Approval.project),
        joinedload(Approval.unit),
        selectinload(Approval.agencies).joinedload(Agency.agent),
    )


def with_story(rows: sa.Select[Any]) -> sa.Select[Any]:
    """One item with all that its own page tells of it."""
    return with_all(rows).options(
        selectinload(Approval.notes).joinedload(AgencyNote.author),
        selectinload(Approval.rulings).joinedload(JointRuling.meeting),
    )


def of_project(project: KeyProject) -> list[Approval]:
    rows = with_all(sa.select(Approval).where(Approval.project_id == project.id))
    return list(db.session.scalars(rows.order_by(Approval.position, Approval.id)).unique())


def number_of(project: KeyProject) -> int:
    rows = sa.select(sa.func.count()).select_from(Approval).where(Approval.project_id == project.id)
    return db.session.scalar(rows) or 0


# --- how an item stands today -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """An item with its clock."""

    approval: Approval
    standing: Standing
    promised_on: dt.date | None
    today: dt.date

    @property
    def id(self) -> int:
        return self.approval.id

    @property
    def taken(self) -> int | None:
        """Working days so far, or in all, without corrections."""
        return self.standing.worked

    @property
    def over(self) -> int:
        """Working days beyond the promise; also of what was granted too late."""
        return max(0, -(self.standing.left or 0))

    @property
    def is_late(self) -> bool:
        return self.over > 0 and not self.standing.is_done

    @property
    def is_behind(self) -> bool:
        """The project's own timetable wanted it before today."""
        plan = self.approval.plan_on
        return plan is not None and plan < self.today and not self.standing.is_done


def line_of(approval: Approval) -> Line:
    today, work = clock.today(), holidays.calendar()
    begun = approval.accepted_on
    taken = promise = None
    if begun:
        taken = worked(begun, approval.decided_on or today, approval.corrections, work)
        promise = promised_on(begun, approval.days, approval.corrections, work, today)
    standing = Standing(
        id=approval.id, days=approval.days, worked=taken, is_done=approval.step is Step.DONE, after_ids=approval.after_ids
    )  # fmt: skip
    return Line(approval, standing, promise, today)


@dataclass(frozen=True)
class Progress:
    """All items of one project, and the one that holds it."""

    project: KeyProject
    lines: list[Line]
    outlook: Outlook
    ready_on: dt.date | None  # when the longest way is expected to be gone

    @property
    def holder(self) -> Line | None:
        return next((one for one in self.lines if one.id == self.outlook.holder), None)

    @property
    def way(self) -> list[Approval]:
        by_id = {one.id: one.approval for one in self.lines}
        return [by_id[id] for id in self.outlook.way]

    @property
    def done(self) -> int:
        return sum(one.standing.is_done for one in self.lines)


def progress_of(project: KeyProject, items: Sequence[Approval]) -> Progress:
    lines = [line_of(one) for one in items]
    found = outlook([one.standing for one in lines])
    ready = holidays.calendar().after(clock.today(), found.days) if found.way else None
    return Progress(project, lines, found, ready)


def _grouped(rows: sa.Select[Any]) -> dict[KeyProject, list[Approval]]:
    ordered = with_all(rows).order_by(Approval.project_id, Approval.position, Approval.id)
    found: dict[KeyProject, list[Approval]] = defaultdict(list)
    for one in db.session.scalars(ordered).unique():
        found[one.project].append(one)
    return found


def under_way(user: User) -> list[Progress]:
    """审批进度表: every project I see that has an item still open, what is furthest from its end first."""
    seen = visible_to(user)
    still = seen.where(Approval.step.in_(OPEN)).with_only_columns(Approval.project_id).distinct()
    still = still.order_by(Approval.project_id).limit(MOST)
    found = _grouped(seen.where(Approval.project_id.in_(still)))
    return sorted(
        (progress_of(project, items) for project, items in found.items()),
        key=lambda one: (one.project.status is not Status.NOT_STARTED, -one.outlook.days, one.project.id),
    )


def ids_where(user: User, asks: Callable[[Line], bool], *, who: bool = False) -> sa.ColumnElement[bool]:
    """A condition that only the working calendar can answer, over the open items I see: some hundreds. `who`: it looks
    at the agent too."""
    rows = with_clock(visible_to(user).where(Approval.step.in_(OPEN)))
    if who:
        rows = rows.options(selectinload(Approval.agencies))
    return Approval.id.in_([one.id for one in db.session.scalars(rows) if asks(line_of(one))])


def holding(user: User) -> sa.ColumnElement[bool]:
    """The one item of each project that holds it."""
    return Approval.id.in_([one.outlook.holder for one in under_way(user)])


def lacking_agent() -> sa.ColumnElement[bool]:
    now = sa.select(Agency.approval_id).where(Agency.to_on.is_(None))
    return sa.and_(Approval.level == Level.UPPER, Approval.step != Step.DONE, Approval.id.not_in(now))


def run_by(agent_id: int) -> sa.ColumnElement[bool]:
    return Approval.id.in_(
        sa.select(Agency.approval_id).where(Agency.agent_id == agent_id, Agency.to_on.is_(None))
    )


def names(user: User) -> list[str]:
    """What the items I see are called, in the order of the catalogue."""
    rows = visible_to(user).with_only_columns(Approval.name, sa.func.min(Approval.position))
    rows = rows.group_by(Approval.name).order_by(sa.func.min(Approval.position), Approval.name)
    return [row[0] for row in db.session.execute(rows.limit(200))]


# --- 办理天数 -----------------------------------------------------------------------------------------------


@dataclass
class Pace:
    """How long one item took: working days of those granted in a year, month by month."""

    name: str
    promised: list[int] = field(default_factory=list)
    months: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))

    @property
    def all(self) -> list[int]:
        return [days for month in self.months.values() for days in month]


def mean(days: Iterable[int]) -> Decimal | None:
    found = list(days)
    if not found:
        return None
    return (Decimal(sum(found)) / len(found)).quantize(Decimal("0.1"), ROUND_HALF_UP)


def paces(user: User, year: int) -> list[Pace]:
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    rows = visible_to(user).where(Approval.decided_on.between(first, last))
    found: dict[str, Pace] = {}
    rows = rows.options(selectinload(Approval.corrections), selectinload(Approval.after))
    for one in db.session.scalars(rows.order_by(Approval.position, Approval.id)).unique():
        pace = found.setdefault(one.name, Pace(one.name))
        pace.promised.append(one.days)
        assert one.decided_on is not None
        pace.months[one.decided_on.month].append(line_of(one).taken or 0)
    return list(found.values())


def years(user: User) -> list[int]:
    """Those in which something was granted."""
    first, last = sa.func.min(Approval.decided_on), sa.func.max(Approval.decided_on)
    low, high = db.session.execute(visible_to(user).with_only_columns(first, last)).one()
    return list(range(high.year, low.year - 1, -1)) if low and high else []


# --- 代办员 -------------------------------------------------------------------------------------------------


@dataclass
class Load:
    """What one agent carries."""

    agent: User
    open: int = 0
    late: int = 0
    done: int = 0


def loads(user: User) -> list[Load]:
    """Every agent with an item I see, who carries most first."""
    now = sa.select(Agency.approval_id).where(Agency.to_on.is_(None))
    found: dict[int, Load] = {}
    for one in db.session.scalars(with_all(visible_to(user).where(Approval.id.in_(now)))).unique():
        agent = one.agent
        assert agent is not None
        load, line = found.setdefault(agent.id, Load(agent)), line_of(one)
        load.done += line.standing.is_done
        load.open += not line.standing.is_done
        load.late += line.is_late
    return sorted(found.values(), key=lambda load: (-load.open, load.agent.id))


def agents(user: User) -> list[tuple[int, str]]:
    """Those who run something through now, to choose from."""
    rows = sa.select(User.id, User.name).where(
        User.id.in_(sa.select(Agency.agent_id).where(Agency.to_on.is_(None)))
    )
    return [(row[0], row[1]) for row in db.session.execute(rows.order_by(User.id).limit(200))]


def may_run() -> list[tuple[int, str]]:
    """Whom an item may be entrusted to: whoever works in a unit, with its name."""
    rows = org.people().where(User.role.in_([Role.PROMOTER, Role.MANAGER]))
    return [(one.id, f"{one.name}（{one.unit.name}）") for one in db.session.scalars(rows.limit(1000))]


# --- the catalogue, joint meetings, files -------------------------------------------------------------------


def templates(*, only_active: bool = True) -> Sequence[Template]:
    rows = sa.select(Template).options(
        selectinload(Template.items).selectinload(TemplateItem.after),
        selectinload(Template.items).joinedload(TemplateItem.unit),
    )
    if only_active:
        rows = rows.where(Template.is_active)
    return db.session.scalars(rows.order_by(Template.id)).unique().all()


def rulings_visible_to(user: User) -> sa.Select[Any]:
    return sa.select(JointRuling).where(
        JointRuling.approval_id.in_(visible_to(user).with_only_columns(Approval.id))
    )


def meetings_visible_to(user: User) -> sa.Select[Any]:
    """Those my unit called, and those that settled something about an item I see."""
    about = rulings_visible_to(user).with_only_columns(JointRuling.meeting_id)
    mine = sa.or_(JointMeeting.unit_id == user.unit_id, JointMeeting.id.in_(about))
    return sa.select(JointMeeting).where(mine if user.may(P.APPROVAL_VIEW) else sa.false())


def rulings_with_names(rows: sa.Select[Any]) -> sa.Select[Any]:
    item = joinedload(JointRuling.approval)
    return rows.options(
        joinedload(JointRuling.meeting), item.joinedload(Approval.project), item.joinedload(Approval.unit)
    )


def files_visible_to(user: User) -> sa.Select[Any]:
    """The papers of items I may see."""
    items = visible_to(user).with_only_columns(Approval.id)
    return sa.select(StoredFile).where(StoredFile.noun == NOUN, StoredFile.record_id.in_(items))
