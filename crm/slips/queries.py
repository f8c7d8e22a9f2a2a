"""Reading slips: who sees them, whose side somebody is on, who has to decide what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from crm.contacts import queries as contacts
from crm.db import db
from crm.deals import queries as deals
from crm.deals.models import Deal
from crm.delivery import queries as delivery
from crm.delivery.models import KeyProject
from crm.files.models import StoredFile
from crm.lib import clock
from crm.org import queries as org
from crm.org import settings
from crm.org.guard import reaches, within
from crm.org.models import Unit, User
from crm.org.permissions import Permission as P
from crm.org.permissions import Role, Scope

from .models import Slip, SlipRound, SlipStep, slip_co_unit
from .states import OPEN, WITH_UNIT, Level, Obstacle, SlipState, StepKind

NOUN = Slip.__tablename__
STEP = SlipStep.__tablename__


# --- who is who ---------------------------------------------------------------------------------------------


def in_office(user: User) -> bool:
    """Of the unit that draws up, issues and coordinates."""
    return bool(user.unit.name == settings.get("slip.office"))


def top_names() -> set[str]:
    words = str(settings.get("slip.top_leaders")).replace("，", "、").replace(",", "、").split("、")
    return {word.strip() for word in words if word.strip()}


def is_top(user: User) -> bool:
    """One of those who stand for 区委区政府."""
    return user.role is Role.LEADER and bool({user.name, user.post} & top_names())


def runs(user: User) -> bool:
    """汇总、交办、协调 are the office's."""
    scope = user.scope_of(P.SLIP_RUN)
    return scope is Scope.DISTRICT or (scope is not None and in_office(user))


def answers(user: User, slip: Slip) -> bool:
    """Of the unit it was assigned to, or one that helps it."""
    return reaches(user.scope_of(P.SLIP_ANSWER), user, units=slip.assigned_unit_ids)


def is_leaders_side(user: User, slip: Slip) -> bool:
    """Who may say that it is solved, or may wait: the leader of its level, and the office on his word.

    Never the unit that has to solve it, whoever of it asks, and never its helpers.
    """
    if not user.may(P.SLIP_DECIDE) or user.unit_id in slip.assigned_unit_ids:
        return False
    if user.role is Role.LEADER:
        return is_top(user) or (slip.level is not Level.DISTRICT and slip.leader_id == user.id)
    return in_office(user)


def deciders(slip: Slip) -> list[User]:
    """The leaders whose desk it is on."""
    if slip.level is Level.DISTRICT:
        return [
            one for one in db.session.scalars(org.people().where(User.role == Role.LEADER)) if is_top(one)
        ]
    return [slip.leader] if slip.leader else []


# --- what one sees ------------------------------------------------------------------------------------------


def visible_to(user: User) -> sa.Select[Any]:
    """What my unit has raised or has to solve or help with, what I lead, what is about a project or deal I see; the
    office sees all."""
    scope = user.scope_of(P.SLIP_VIEW)
    rows = sa.select(Slip)
    if scope is Scope.DISTRICT or (scope is not None and in_office(user)):
        return rows
    mine = within(
        scope,
        user,
        units=[Slip.raised_unit_id, Slip.unit_id],
        owners=[Slip.raised_by_id, Slip.leader_id],
    )
    if scope is Scope.UNIT:
        mine = sa.or_(
            mine,
            helps(user.unit_id),
            Slip.project_id.in_(delivery.ids_of(delivery.visible_to(user))),
            Slip.deal_id.in_(deals.visible_to(user).with_only_columns(Deal.id).order_by(None)),
        )
    return rows.where(mine)


def _projects_asked(user: User) -> sa.Select[Any]:
    """Of whom something is asked in a project sees the project, and so does who has to draw up the list."""
    rows = sa.select(Slip.project_id).where(Slip.project_id.is_not(None))
    if runs(user):
        return rows
    return rows.where(Slip.issued_on.is_not(None), sa.or_(Slip.unit_id == user.unit_id, helps(user.unit_id)))


delivery.SEEN_THROUGH.append(_projects_asked)


def helps(unit_id: int) -> sa.ColumnElement[bool]:
    return Slip.id.in_(sa.select(slip_co_unit.c.slip_id).where(slip_co_unit.c.unit_id == unit_id))


def with_names(rows: sa.Select[Any]) -> sa.Select[Any]:
    return rows.options(
        joinedload(Slip.unit),
        joinedload(Slip.raised_unit),
        joinedload(Slip.round),
        selectinload(Slip.leader),
        selectinload(Slip.co_units),
    )


def with_story(rows: sa.Select[Any]) -> sa.Select[Any]:
    steps = selectinload(Slip.steps)
    return with_names(rows).options(
        joinedload(Slip.project),
        joinedload(Slip.deal),
        selectinload(Slip.raised_by),
        steps.selectinload(SlipStep.actor),
        steps.selectinload(SlipStep.unit),
    )


def of_project(user: User, project: KeyProject) -> Sequence[Slip]:
    rows = with_names(visible_to(user).where(Slip.project_id == project.id))
    return db.session.scalars(rows.order_by(Slip.id.desc()).limit(200)).unique().all()


def of_deal(user: User, deal: Deal) -> Sequence[Slip]:
    rows = with_names(visible_to(user).where(Slip.deal_id == deal.id))
    return db.session.scalars(rows.order_by(Slip.id.desc()).limit(20)).unique().all()


def project_choices(user: User) -> list[tuple[int, str]]:
    """The projects that have slips I see, by the names these were raised under."""
    seen = visible_to(user).where(Slip.project_id.is_not(None)).order_by(None)
    rows = seen.with_only_columns(Slip.project_id, sa.func.min(Slip.subject)).group_by(Slip.project_id)
    found = db.session.execute(rows.order_by(sa.func.min(Slip.subject)).limit(500))
    return [(int(row[0] or 0), row[1]) for row in found]


def open_of_project(user: User, project: KeyProject) -> int:
    rows = visible_to(user).where(Slip.project_id == project.id, Slip.state.in_((SlipState.RAISED, *OPEN)))
    return count(rows)


def open_problems(user: User, project_ids: Sequence[int], day: dt.date) -> dict[int, str]:
    """{project: what was in its way at the end of a day}, of those that had anything."""
    rows = visible_to(user).where(
        Slip.project_id.in_(project_ids), Slip.raised_on <= day, Slip.state != SlipState.TURNED_DOWN,
        sa.or_(Slip.settled_on.is_(None), Slip.settled_on > day),
    )  # fmt: skip
    found: dict[int, str] = {}
    for slip in db.session.scalars(rows.order_by(Slip.id)).unique():
        if slip.project_id is not None:
            before = found.get(slip.project_id)
            found[slip.project_id] = f"{before}；{slip.problem}" if before else slip.problem
    return found


def files_visible_to(user: User) -> sa.Select[Any]:
    seen = visible_to(user).with_only_columns(Slip.id).order_by(None)
    steps = sa.select(SlipStep.id).where(SlipStep.slip_id.in_(seen))
    return sa.select(StoredFile).where(StoredFile.noun == STEP, StoredFile.record_id.in_(steps))


def has_proof(slip: Slip) -> bool:
    """Whether evidence came with any reply."""
    steps = sa.select(SlipStep.id).where(SlipStep.slip_id == slip.id)
    rows = sa.select(StoredFile.id).where(StoredFile.noun == STEP, StoredFile.record_id.in_(steps))
    return db.session.scalar(rows.limit(1)) is not None


def count(rows: sa.Select[Any]) -> int:
    ids = rows.with_only_columns(Slip.id).order_by(None).subquery()
    return db.session.scalar(sa.select(sa.func.count()).select_from(ids)) or 0


# --- conditions of the list ---------------------------------------------------------------------------------


def late(today: dt.date) -> sa.ColumnElement[bool]:
    """Slip.is_late as a WHERE."""
    return sa.and_(Slip.state.in_(OPEN), Slip.due_on < today)


def late_with_unit(today: dt.date) -> sa.ColumnElement[bool]:
    """Not what was never issued or was handed back: that waits for who draws up the list."""
    return sa.and_(late(today), Slip.state != SlipState.COLLECTED)


def on_my_desk(user: User) -> sa.ColumnElement[bool]:
    """Slips of a level that is mine: those I lead, and for who stands for the district those that went up to it."""
    mine = sa.and_(Slip.level != Level.DISTRICT, Slip.leader_id == user.id)
    return sa.or_(mine, Slip.level == Level.DISTRICT) if is_top(user) else mine


def to_decide(user: User, today: dt.date) -> sa.ColumnElement[bool]:
    """What waits for my word: to be settled, to be put off, or late at a level above the unit."""
    stuck = sa.and_(Slip.level != Level.UNIT, Slip.state.in_(WITH_UNIT), Slip.due_on < today)
    waits = sa.or_(Slip.state == SlipState.CLAIMED, Slip.asked_until_on.is_not(None), stuck)
    return sa.and_(on_my_desk(user), waits)


def number_to_decide(user: User) -> int:
    """For the menu: of leaders only, because nothing waits for anybody else."""
    if user.role is not Role.LEADER:
        return 0
    return count(sa.select(Slip).where(to_decide(user, clock.today())))


def overdue_with_units(today: dt.date) -> Sequence[Slip]:
    """What the rule has to look at, the oldest first."""
    rows = sa.select(Slip).where(Slip.state.in_(WITH_UNIT), Slip.due_on < today, Slip.level != Level.DISTRICT)
    return db.session.scalars(with_names(rows).order_by(Slip.id)).unique().all()


# --- rounds -------------------------------------------------------------------------------------------------


def latest_round() -> SlipRound | None:
    return db.session.scalar(sa.select(SlipRound).order_by(SlipRound.last_on.desc()).limit(1))


def rounds() -> sa.Select[Any]:
    return sa.select(SlipRound).order_by(SlipRound.last_on.desc())


def may_read_minutes(user: User) -> bool:
    """A meeting speaks of every unit's projects: for who draws up the list, or sees all of it."""
    return runs(user) or user.scope_of(P.SLIP_VIEW) is Scope.DISTRICT


def round_choices() -> list[tuple[int, str]]:
    return [(one.id, one.name) for one in db.session.scalars(rounds().limit(48))]


def waiting(last_on: dt.date) -> sa.Select[Any]:
    """What a list drawn up to this day holds, by when it was raised."""
    rows = sa.select(Slip).where(Slip.state == SlipState.RAISED, Slip.raised_on <= last_on)
    return rows.order_by(Slip.raised_on, Slip.id)


def next_serial(year: int) -> int:
    return (db.session.scalar(sa.select(sa.func.max(Slip.serial)).where(Slip.year == year)) or 0) + 1


def in_round(round_: SlipRound) -> sa.Select[Any]:
    return sa.select(Slip).where(Slip.round_id == round_.id).order_by(Slip.serial)


def of_round(user: User, round_: SlipRound) -> Sequence[Slip]:
    rows = with_names(visible_to(user).where(Slip.round_id == round_.id))
    return db.session.scalars(rows.order_by(Slip.serial)).unique().all()


def said_of(slips: Sequence[Slip]) -> dict[int, str]:
    """{slip: what the meeting decided about it}, the latest word."""
    rows = sa.select(SlipStep.slip_id, SlipStep.text).where(
        SlipStep.slip_id.in_([one.id for one in slips]), SlipStep.kind == StepKind.COORDINATED
    )
    return {row[0]: row[1] for row in db.session.execute(rows.order_by(SlipStep.id))}


def tallies(user: User, round_ids: Sequence[int]) -> dict[int, Tally]:
    """{round: how many of its slips I see, how many are settled, late, not issued}, in one statement."""
    seen = visible_to(user).with_only_columns(
        Slip.round_id, sa.func.count(), _n(Slip.state == SlipState.SETTLED), _n(late(clock.today())),
        _n(Slip.state == SlipState.COLLECTED),
    )  # fmt: skip
    rows = seen.where(Slip.round_id.in_(round_ids)).group_by(Slip.round_id).order_by(None)
    return {int(row[0] or 0): Tally(*row[1:]) for row in db.session.execute(rows)} if round_ids else {}


@dataclass(frozen=True)
class Tally:
    total: int = 0
    settled: int = 0
    late: int = 0
    waiting: int = 0


def _n(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.count().filter(condition)


# --- what blocks us -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Blocked:
    """One kind of obstacle: how many slips about it in which state."""

    obstacle: Obstacle
    open: int
    late: int
    up: int
    claimed: int
    settled: int


def by_obstacle(user: User) -> list[Blocked]:
    """The kinds of which there is any, those with most open first; the list's own filters count the same."""
    rows = visible_to(user).with_only_columns(
        Slip.obstacle,
        _n(Slip.state.in_(OPEN)),
        _n(late(clock.today())),
        _n(sa.and_(Slip.state.in_(OPEN), Slip.up_on.is_not(None))),
        _n(Slip.state == SlipState.CLAIMED),
        _n(Slip.state == SlipState.SETTLED),
    )
    found = [Blocked(*row) for row in db.session.execute(rows.group_by(Slip.obstacle).order_by(None))]
    order = list(Obstacle)
    return sorted(
        (one for one in found if one.open or one.settled),
        key=lambda one: (-one.open, -one.late, order.index(one.obstacle)),
    )


def days_taken(user: User) -> dict[Obstacle, list[int]]:
    """{obstacle: days from 交办 to 销号}, of the last five hundred that were settled."""
    rows = (
        visible_to(user)
        .where(Slip.state == SlipState.SETTLED)
        .with_only_columns(Slip.obstacle, Slip.issued_on, Slip.settled_on)
        .order_by(Slip.settled_on.desc(), Slip.id.desc())
        .limit(500)
    )
    found: dict[Obstacle, list[int]] = {}
    for obstacle, issued_on, settled_on in db.session.execute(rows):
        if issued_on and settled_on:  # always, of what is settled: the table says so
            found.setdefault(obstacle, []).append((settled_on - issued_on).days)
    return found


def people_of(unit_ids: set[int]) -> Sequence[User]:
    """Who is told of what is asked of a unit."""
    rows = org.people().where(User.unit_id.in_(unit_ids), User.role.in_([Role.MANAGER, Role.PROMOTER]))
    return db.session.scalars(rows).all()


def unit_by_id(unit_id: int | None) -> Unit | None:
    return db.session.get(Unit, unit_id) if unit_id else None


SOURCE = contacts.Source(NOUN, Slip, lambda user: visible_to(user), Slip.number, (joinedload(Slip.unit),))
