"""Reading key projects: always through what the user may see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from crm.audit.models import Event
from crm.contacts import queries as contacts
from crm.db import db
from crm.deals.models import Deal
from crm.files.models import StoredFile
from crm.org import settings
from crm.org.guard import once_a_request, reaches, within
from crm.org.models import User
from crm.org.permissions import Permission as P
from crm.org.permissions import Role, Scope
from crm.reserve.models import ReserveItem
from crm.search import index

from . import weeks
from .models import (
    Amendment,
    AmendmentChange,
    KeyProject,
    ListEntry,
    Milestone,
    ProgressEntry,
    ProjectList,
    ProjectMove,
    ProjectYear,
    Seat,
    SiteVisit,
    Sponsorship,
    milestone_after,
)
from .status import BUILT, ORDER, REACHED_WITH, BuildKind, NodeKind, Status
from .timetable import Paper
from .weeks import Pace

NOUN = KeyProject.__tablename__
ENTRY = ProgressEntry.__tablename__

SEEN_THROUGH: list[Callable[[User], sa.Select[Any]]] = []
"""Upper floors add what else a unit sees: the ids of projects in which something is asked of it, say."""


@once_a_request
def visible_to(user: User) -> sa.Select[KeyProject]:
    """The projects my unit answers for or has entered, and those I lead."""
    mine = within(
        user.scope_of(P.PROJECT_VIEW),
        user,
        units=[KeyProject.unit_id, KeyProject.entered_unit_id],
        owners=[KeyProject.entered_by_id],
    )
    if user.role is Role.LEADER:
        led = sa.select(Sponsorship.project_id).where(
            Sponsorship.leader_id == user.id, Sponsorship.to_on.is_(None)
        )
        mine = sa.or_(mine, KeyProject.id.in_(led))
    if user.scope_of(P.PROJECT_VIEW) is Scope.UNIT:
        mine = sa.or_(mine, *(KeyProject.id.in_(seen(user)) for seen in SEEN_THROUGH))
    return sa.select(KeyProject).where(mine)


def may(user: User, permission: P, project: KeyProject) -> bool:
    units = [project.unit_id, project.entered_unit_id]
    return reaches(user.scope_of(permission), user, units=units, owners=[project.entered_by_id])


def ids_of(rows: sa.Select[Any]) -> sa.Select[Any]:
    return rows.with_only_columns(KeyProject.id).order_by(None)


def with_names(rows: sa.Select[Any]) -> sa.Select[Any]:
    """What a line of a list reads, in a number of statements that does not grow with the lines."""
    return rows.options(
        joinedload(KeyProject.unit),
        selectinload(KeyProject.years),
        selectinload(KeyProject.sponsorships).selectinload(Sponsorship.leader),
        selectinload(KeyProject.places).joinedload(ListEntry.project_list),
    )


def with_milestones(rows: sa.Select[Any]) -> sa.Select[Any]:
    return rows.options(selectinload(KeyProject.milestones).selectinload(Milestone.after))


def with_story(rows: sa.Select[Any]) -> sa.Select[Any]:
    """Its moves and visits with the people they name."""
    return rows.options(
        selectinload(KeyProject.moves).selectinload(ProjectMove.actor),
        selectinload(KeyProject.visits).selectinload(SiteVisit.leader),
    )


def milestones_visible_to(user: User) -> sa.Select[Milestone]:
    return sa.select(Milestone).where(Milestone.project_id.in_(ids_of(visible_to(user))))


def of_plan(plan: ReserveItem) -> KeyProject | None:
    """What a plan of the reserve has become, whoever may see it."""
    return db.session.scalar(sa.select(KeyProject).filter_by(reserve_item_id=plan.id))


def is_listed(deal: Deal) -> bool:
    """Whether it has become a key project, whoever may see that."""
    return bool(db.session.scalar(sa.select(sa.exists().where(KeyProject.deal_id == deal.id))))


def projects_of(user: User, deal: Deal) -> Sequence[KeyProject]:
    """The key projects that grew out of a deal, as far as I may see them."""
    rows = with_names(visible_to(user).where(KeyProject.deal_id == deal.id)).order_by(KeyProject.id)
    return db.session.scalars(rows.limit(20)).unique().all()


def names_like(user: User, typed: str, limit: int = 8) -> Sequence[str]:
    rows = visible_to(user).with_only_columns(KeyProject.name).order_by(KeyProject.name)
    if typed:
        rows = rows.where(KeyProject.name.contains(typed, autoescape=True))
    return db.session.scalars(rows.limit(limit)).all()


def like(user: User, typed: str, limit: int = 8) -> Sequence[KeyProject]:
    """Those that are found by what was typed, by sound and initials too; the shortest names first."""
    rows = visible_to(user).where(KeyProject.id.in_(index.matching(NOUN, typed)))
    return db.session.scalars(
        rows.order_by(sa.func.length(KeyProject.name), KeyProject.id).limit(limit)
    ).all()


def project_named(user: User, name: str) -> KeyProject | None:
    found = db.session.scalars(visible_to(user).where(KeyProject.name == name).limit(2)).all()
    return found[0] if len(found) == 1 else None


def same_name(name: str, but: int | None = None) -> KeyProject | None:
    rows = sa.select(KeyProject).where(KeyProject.name == name, KeyProject.id != (but or 0))
    return db.session.scalar(rows.limit(1))


# --- conditions of the list ---------------------------------------------------------------------------------


def led_by(leader_id: int) -> sa.ColumnElement[bool]:
    now = sa.select(Sponsorship.project_id).where(
        Sponsorship.to_on.is_(None), Sponsorship.leader_id == leader_id
    )
    return KeyProject.id.in_(now)


def empty_seat(seat: Seat) -> sa.ColumnElement[bool]:
    """KeyProject.empty_seats as a WHERE. 四位一体 is for projects on their way: not for those that have arrived."""
    led = sa.select(Sponsorship.project_id).where(Sponsorship.to_on.is_(None))
    empty = {
        Seat.LEADER: KeyProject.id.not_in(led),
        Seat.UNIT: KeyProject.unit_id.is_(None),
        Seat.TASK_FORCE: KeyProject.task_force == "",
        Seat.OWNER: KeyProject.owner_body == "",
    }[seat]
    return sa.and_(on_its_way(), empty)


def on_its_way() -> sa.ColumnElement[bool]:
    """Not yet at the end of its line: 达产, or 竣工 for what produces nothing."""
    return sa.and_(
        KeyProject.status != Status.AT_CAPACITY,
        sa.or_(KeyProject.is_productive, KeyProject.status != Status.COMPLETED),
    )


def lacking(paper: Paper) -> sa.ColumnElement[bool]:
    """timetable.lacking as a WHERE, for projects on their way."""
    has_any = sa.select(Milestone.project_id)
    if paper is Paper.ROADMAP:
        bound = sa.select(milestone_after.c.milestone_id)
        loose = sa.case((Milestone.id.not_in(bound), 1))
        joined = (
            sa.select(Milestone.project_id)
            .group_by(Milestone.project_id)
            .having(sa.func.count() > 1, sa.func.count(loose) <= 1)
        )
        return sa.and_(on_its_way(), KeyProject.id.not_in(joined))
    wrong = (
        Milestone.plan_on.is_(None)
        if paper is Paper.TIMETABLE
        else sa.or_(Milestone.person == "", Milestone.signed_on.is_(None))
    )
    faulty = has_any.where(wrong)
    return sa.and_(on_its_way(), sa.or_(KeyProject.id.not_in(has_any), KeyProject.id.in_(faulty)))


def overdue(today: dt.date) -> sa.ColumnElement[bool]:
    """A milestone that should have been reached before today."""
    late = sa.select(Milestone.project_id).where(Milestone.actual_on.is_(None), Milestone.plan_on < today)
    return KeyProject.id.in_(late)


def planned(kind: NodeKind, ends: tuple[dt.date | None, dt.date | None]) -> sa.ColumnElement[bool]:
    """A milestone of this kind planned between the two days, both included."""
    low, high = ends
    rows = sa.select(Milestone.project_id).where(Milestone.kind == kind)
    if low:
        rows = rows.where(Milestone.plan_on >= low)
    if high:
        rows = rows.where(Milestone.plan_on <= high)
    return KeyProject.id.in_(rows)


def reached(kind: NodeKind, ends: tuple[dt.date | None, dt.date | None]) -> sa.ColumnElement[bool]:
    """A milestone of this kind reached between the two days, both included; of a project without such a milestone the
    day on which its status says so."""
    low, high = ends
    rows = sa.select(Milestone.project_id).where(Milestone.kind == kind, Milestone.actual_on.is_not(None))
    if low:
        rows = rows.where(Milestone.actual_on >= low)
    if high:
        rows = rows.where(Milestone.actual_on <= high)
    found = KeyProject.id.in_(rows)
    if not (status := REACHED_WITH.get(kind)):
        return found
    moves = sa.select(ProjectMove.project_id).where(ProjectMove.to_status == status)
    if low:
        moves = moves.where(ProjectMove.on_day >= low)
    if high:
        moves = moves.where(ProjectMove.on_day <= high)
    without = ~sa.exists().where(Milestone.project_id == KeyProject.id, Milestone.kind == kind)
    still = KeyProject.status.in_(ORDER[ORDER.index(status) :])
    return sa.or_(found, sa.and_(without, still, KeyProject.id.in_(moves)))


def built_or_due(ends: tuple[dt.date | None, dt.date | None]) -> sa.ColumnElement[bool]:
    """应建成: what is built, and what should have been by then."""
    return sa.or_(KeyProject.status.in_(BUILT), planned(NodeKind.COMPLETE, ends))


def built_as(year: int, kind: BuildKind | None = None) -> sa.ColumnElement[bool]:
    rows = sa.select(ProjectYear.project_id).where(ProjectYear.year == year)
    return KeyProject.id.in_(rows.where(ProjectYear.build_kind == kind) if kind else rows)


def on_list(list_id: int) -> sa.ColumnElement[bool]:
    rows = sa.select(ListEntry.project_id).where(ListEntry.list_id == list_id, ~ListEntry.is_dropped)
    return KeyProject.id.in_(rows)


def without_progress(week_on: dt.date) -> sa.ColumnElement[bool]:
    """本周无进展: under construction, and nothing was reported in the week."""
    told = sa.select(ProgressEntry.project_id).where(ProgressEntry.week_on == week_on)
    return sa.and_(KeyProject.status == Status.BUILDING, KeyProject.id.not_in(told))


def time_progress(today: dt.date) -> Decimal:
    """By days or by whole months, as the settings say."""
    return weeks.time_progress(today, by_months=bool(settings.get("project.time_by_months")))


def at_pace(pace: Pace, today: dt.date) -> sa.ColumnElement[bool]:
    """weeks.pace_of as a WHERE, of this year's plan."""
    done = sa.type_coerce(ProjectYear.done_wan, sa.BigInteger)
    planned = sa.type_coerce(ProjectYear.planned_wan, sa.BigInteger)
    on_time = done * 1000 >= planned * int(time_progress(today) * 10)
    where = {
        Pace.DONE: done >= planned,
        Pace.ON_TIME: sa.and_(done < planned, on_time),
        Pace.BEHIND: sa.and_(done < planned, ~on_time),
    }[pace]
    rows = sa.select(ProjectYear.project_id).where(ProjectYear.year == today.year, planned > 0, where)
    return KeyProject.id.in_(rows)


def year_column(column: Any, year: Any) -> Any:
    """A figure of the year, to order by."""
    return (
        sa.select(column)
        .where(ProjectYear.project_id == KeyProject.id, ProjectYear.year == year)
        .scalar_subquery()
    )


def next_node() -> Any:
    """The nearest milestone that is not reached, to order by."""
    return (
        sa.select(sa.func.min(Milestone.plan_on))
        .where(Milestone.project_id == KeyProject.id, Milestone.actual_on.is_(None))
        .scalar_subquery()
    )


def years() -> list[int]:
    """Those that something is written down for, the latest first."""
    rows = sa.select(ProjectYear.year).distinct().order_by(ProjectYear.year.desc())
    return list(db.session.scalars(rows.limit(20)))


# --- lists of projects --------------------------------------------------------------------------------------


def kinds() -> list[str]:
    """The kinds of lists in the order of the settings."""
    words = str(settings.get("project.list_kinds")).replace("，", "、").replace(",", "、").split("、")
    return list(dict.fromkeys(word.strip() for word in words if word.strip()))


def rolls(year: int | None = None) -> list[ProjectList]:
    """Of a year or of all, the latest year first, in the order of the kinds. Names of lists are no secret."""
    rows = sa.select(ProjectList).options(joinedload(ProjectList.unit))
    if year:
        rows = rows.where(ProjectList.year == year)
    order = {kind: at for at, kind in enumerate(kinds())}
    found = db.session.scalars(rows.order_by(ProjectList.id).limit(200)).all()
    return sorted(found, key=lambda one: (-one.year, order.get(one.kind, len(order)), one.id))


def counted_by_list(projects: sa.Select[Any]) -> dict[int, int]:
    """{list: how many of these projects stand on it}; `projects` selects ids."""
    rows = (
        sa.select(ListEntry.list_id, sa.func.count())
        .where(~ListEntry.is_dropped, ListEntry.project_id.in_(projects))
        .group_by(ListEntry.list_id)
    )
    return {row[0]: row[1] for row in db.session.execute(rows)}


def may_manage(user: User, roll: ProjectList) -> bool:
    return reaches(user.scope_of(P.PROJECT_LIST), user, units=[roll.unit_id])


def sums_of(user: User, list_ids: Sequence[int]) -> dict[int, tuple[int, int, int]]:
    """{list: (projects on it, those I may see, the sum of their yearly plans in hundredths of 万元)}."""
    seen = ids_of(visible_to(user)).subquery()
    mine = ListEntry.project_id.in_(sa.select(seen.c.id))
    rows = (
        sa.select(
            ListEntry.list_id,
            sa.func.count(),
            sa.func.count(sa.case((mine, 1))),
            sa.func.coalesce(
                sa.func.sum(sa.case((mine, sa.type_coerce(ListEntry.planned_wan, sa.BigInteger)))), 0
            ),
        )
        .where(ListEntry.list_id.in_(list_ids), ~ListEntry.is_dropped)
        .group_by(ListEntry.list_id)
    )
    return {row[0]: (row[1], row[2], int(row[3])) for row in db.session.execute(rows)}


def entries_seen(user: User, roll: ProjectList) -> list[ListEntry]:
    rows = (
        sa.select(ListEntry)
        .join(KeyProject)
        .where(ListEntry.list_id == roll.id, KeyProject.id.in_(ids_of(visible_to(user))))
        .options(
            joinedload(ListEntry.project).selectinload(KeyProject.years),
            joinedload(ListEntry.project).joinedload(KeyProject.unit),
        )
        .order_by(ListEntry.is_dropped, ListEntry.id)
    )
    return list(db.session.scalars(rows).unique())


def amendments_of(user: User, roll: ProjectList) -> list[tuple[Amendment, list[AmendmentChange]]]:
    """Every amendment, the newest first, with those of its changes whose projects I may see."""
    rows = (
        sa.select(Amendment)
        .where(Amendment.list_id == roll.id)
        .options(
            joinedload(Amendment.actor),
            selectinload(Amendment.changes).joinedload(AmendmentChange.project),
        )
        .order_by(Amendment.number.desc())
    )
    found = list(db.session.scalars(rows).unique())
    named = {change.project_id for one in found for change in one.changes}
    seen = set(db.session.scalars(ids_of(visible_to(user).where(KeyProject.id.in_(named)))))
    return [(one, [change for change in one.changes if change.project_id in seen]) for one in found]


# --- leaders ------------------------------------------------------------------------------------------------


def leaders_with_projects(user: User) -> list[tuple[User, int]]:
    """领导挂联一览: every leader and how many projects on their way he leads now, as far as I may see them."""
    seen = visible_to(user).where(on_its_way())
    led = (
        sa.select(Sponsorship.leader_id, sa.func.count().label("n"))
        .where(Sponsorship.to_on.is_(None), Sponsorship.project_id.in_(ids_of(seen)))
        .group_by(Sponsorship.leader_id)
        .subquery()
    )
    rows = (
        sa.select(User, sa.func.coalesce(led.c.n, 0))
        .outerjoin(led, led.c.leader_id == User.id)
        .where(User.active, sa.or_(User.role == Role.LEADER, led.c.n > 0))
        .order_by(User.id)
    )
    return [(row[0], row[1]) for row in db.session.execute(rows)]


def last_visits(project_ids: Sequence[int]) -> dict[int, dt.date]:
    rows = (
        sa.select(SiteVisit.project_id, sa.func.max(SiteVisit.on_day))
        .where(SiteVisit.project_id.in_(project_ids))
        .group_by(SiteVisit.project_id)
    )
    return dict(db.session.execute(rows).all()) if project_ids else {}  # type: ignore[arg-type]


def led(user: User, leader: User) -> list[KeyProject]:
    """His projects on their way, with all that his page shows."""
    rows = with_milestones(with_names(visible_to(user).where(led_by(leader.id), on_its_way())))
    rows = rows.order_by(KeyProject.status_since.desc(), KeyProject.id).limit(200)
    return sorted(db.session.scalars(rows).unique(), key=lambda one: (one.status.order, one.id))


def visits_of_leader(user: User, leader: User, limit: int = 20) -> Sequence[SiteVisit]:
    rows = (
        sa.select(SiteVisit)
        .where(SiteVisit.leader_id == leader.id, SiteVisit.project_id.in_(ids_of(visible_to(user))))
        .options(joinedload(SiteVisit.project))
        .order_by(SiteVisit.on_day.desc(), SiteVisit.id.desc())
    )
    return db.session.scalars(rows.limit(limit)).all()


def leader_on(project: KeyProject, day: dt.date) -> User | None:
    """Who led it on that day."""
    return next((one.leader for one in project.sponsorships if one.covers(day)), None)


# --- progress -----------------------------------------------------------------------------------------------


def entries_of(project: KeyProject, limit: int = 60) -> Sequence[ProgressEntry]:
    rows = (
        sa.select(ProgressEntry)
        .where(ProgressEntry.project_id == project.id)
        .options(joinedload(ProgressEntry.author))
        .order_by(ProgressEntry.week_on.desc())
    )
    return db.session.scalars(rows.limit(limit)).all()


def entry_of_week(project: KeyProject, week_on: dt.date) -> ProgressEntry | None:
    return db.session.scalar(sa.select(ProgressEntry).filter_by(project_id=project.id, week_on=week_on))


def last_problems(project_ids: Sequence[int], day: dt.date) -> dict[int, str]:
    """{project: the problem its last weekly report up to a day speaks of}, of those that speak of one."""
    told = sa.select(ProgressEntry).where(
        ProgressEntry.project_id.in_(project_ids), ProgressEntry.week_on <= day
    )
    newest = {one.project_id: one.problem for one in db.session.scalars(told.order_by(ProgressEntry.week_on))}
    return {id: problem for id, problem in newest.items() if problem}


def last_entry(project: KeyProject, before: dt.date) -> ProgressEntry | None:
    """The latest of an earlier week: what the next one begins with."""
    rows = sa.select(ProgressEntry).where(
        ProgressEntry.project_id == project.id, ProgressEntry.week_on < before
    )
    return db.session.scalar(rows.order_by(ProgressEntry.week_on.desc()).limit(1))


def files_visible_to(user: User) -> sa.Select[Any]:
    """Photos of the weekly entries of projects I may see."""
    entries = sa.select(ProgressEntry.id).where(ProgressEntry.project_id.in_(ids_of(visible_to(user))))
    return sa.select(StoredFile).where(StoredFile.noun == ENTRY, StoredFile.record_id.in_(entries))


# --- what was done to it ------------------------------------------------------------------------------------


def events_of(project: KeyProject, limit: int = 40) -> Sequence[Event]:
    rows = sa.select(Event).where(Event.noun == NOUN, Event.record_id == project.id)
    return db.session.scalars(rows.order_by(Event.at.desc(), Event.id.desc()).limit(limit)).all()


SOURCE = contacts.Source(
    NOUN, KeyProject, lambda user: visible_to(user), KeyProject.name, (joinedload(KeyProject.unit),)
)
