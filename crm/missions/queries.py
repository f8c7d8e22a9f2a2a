"""Reading missions: always through what the user may see."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from crm.contacts import queries as contacts
from crm.contacts.models import ContactLog
from crm.db import db
from crm.deals import queries as deals
from crm.deals.models import Deal
from crm.leads import queries as leads
from crm.leads.models import Lead, LeadState
from crm.lib import clock
from crm.merchants import queries as merchants
from crm.merchants.models import Direction, Enterprise, Person, Position, Standing
from crm.org.guard import reaches, within
from crm.org.models import Unit, User
from crm.org.permissions import Permission as P
from crm.reference import regions
from crm.search import index

from .models import Mission, MissionKind, Stop, mission_member
from .phases import Phase

PROPOSED = 50
BRIEFED = 5


def visible_to(user: User) -> sa.Select[Mission]:
    """My unit's missions, and those that I lead, answer for or go on."""
    goes = sa.select(mission_member.c.mission_id).where(mission_member.c.user_id == user.id)
    mine = within(
        user.scope_of(P.MISSION_VIEW),
        user,
        units=[Mission.unit_id],
        owners=[Mission.owner_id, Mission.leader_id],
    )
    return sa.select(Mission).where(sa.or_(mine, Mission.id.in_(goes)))


def stops_visible_to(user: User) -> sa.Select[Stop]:
    """The stops of the missions I may see, and those that were given to me to follow up."""
    seen = contacts.ids_of(visible_to(user), Mission.id)
    return sa.select(Stop).where(sa.or_(Stop.mission_id.in_(seen), Stop.follow_user_id == user.id))


def _enterprises_seen(user: User) -> sa.Select[int | None]:
    """Who goes to see a firm reads what is known of it: only who sees a firm can put it on a mission's list. A
    mission that was cancelled shows nothing any more."""
    held = sa.select(Mission.id).where(Mission.cancelled_on.is_(None))
    return stops_visible_to(user).where(Stop.mission_id.in_(held)).with_only_columns(Stop.enterprise_id)


merchants.SEEN_THROUGH.append(_enterprises_seen)


def may_manage(user: User, mission: Mission) -> bool:
    """Whether it may be changed: by its unit, and by whoever answers for it."""
    return reaches(user.scope_of(P.MISSION_MANAGE), user, units=[mission.unit_id], owners=[mission.owner_id])


def may_tell(user: User, mission: Mission) -> bool:
    """Whether a result may be written down: by who manages it, and by everybody who goes."""
    goes = user.id == mission.leader_id or user.id in [member.id for member in mission.members]
    return user.may(P.CONTACT_LOG) and (goes or may_manage(user, mission))


def is_in(phase: Phase, today: dt.date) -> sa.ColumnElement[bool]:
    """`phases.phase_on` as a WHERE."""
    open_ = sa.and_(Mission.closed_on.is_(None), Mission.cancelled_on.is_(None))
    wheres: dict[Phase, sa.ColumnElement[bool]] = {
        Phase.CANCELLED: Mission.cancelled_on.is_not(None),
        Phase.CLOSED: Mission.closed_on.is_not(None),
        Phase.PREPARING: sa.and_(open_, Mission.starts_on > today),
        Phase.UNDER_WAY: sa.and_(open_, Mission.starts_on <= today, Mission.ends_on >= today),
        Phase.RESULTS_DUE: sa.and_(open_, Mission.ends_on < today, Mission.results_by >= today),
        Phase.OVERDUE: sa.and_(open_, Mission.results_by < today),
    }
    return wheres[phase]


def loaded(rows: sa.Select[Any]) -> sa.Select[Any]:
    """With what a line of the list names, in a number of statements that does not grow with the lines."""
    return rows.options(
        joinedload(Mission.unit),
        joinedload(Mission.leader),
        joinedload(Mission.owner),
        selectinload(Mission.members),
        selectinload(Mission.stops).joinedload(Stop.enterprise),
    )


def stops_loaded(rows: sa.Select[Any]) -> sa.Select[Any]:
    return rows.options(
        joinedload(Stop.mission).joinedload(Mission.unit),
        joinedload(Stop.mission).joinedload(Mission.leader),
        joinedload(Stop.mission).selectinload(Mission.members),
        joinedload(Stop.enterprise),
        joinedload(Stop.lead),
        joinedload(Stop.contact_log),
        joinedload(Stop.follow_user),
    )


def stops_of(mission: Mission) -> Sequence[Stop]:
    rows = stops_loaded(sa.select(Stop).where(Stop.mission_id == mission.id))
    return db.session.scalars(rows.order_by(Stop.position, Stop.id)).unique().all()


def of_enterprise(enterprise_id: int) -> sa.ColumnElement[bool]:
    return Stop.enterprise_id == enterprise_id


def of_lead(lead_id: int) -> sa.ColumnElement[bool]:
    return Stop.lead_id == lead_id


def stops_about(user: User, where: sa.ColumnElement[bool], most: int) -> tuple[Sequence[Stop], int]:
    """(the latest visits that I may see, how many others there are)."""
    rows = sa.select(Stop).join(Mission).where(where, Mission.cancelled_on.is_(None))
    every = contacts.ids_of(rows, sa.func.count(Stop.id))
    seen = Stop.id.in_(contacts.ids_of(stops_visible_to(user), Stop.id))
    mine = rows.where(seen).order_by(Mission.starts_on.desc(), Stop.id.desc())
    found = db.session.scalars(stops_loaded(mine.limit(most))).unique().all()
    return found, (db.session.scalar(every) or 0) - (
        db.session.scalar(contacts.ids_of(rows.where(seen), sa.func.count(Stop.id))) or 0
    )


def open_missions(user: User) -> list[Mission]:
    """Those that a firm can still be put on: not over, and mine to change."""
    rows = visible_to(user).where(
        Mission.closed_on.is_(None), Mission.cancelled_on.is_(None), Mission.ends_on >= clock.today()
    )
    found = db.session.scalars(
        rows.order_by(Mission.starts_on, Mission.id).limit(PROPOSED).options(joinedload(Mission.unit))
    )
    return [mission for mission in found.unique() if may_manage(user, mission)]


# --- whom to see: proposed from the base ------------------------------------------------------------------


@dataclass(frozen=True)
class Wanted:
    """What the firms of a mission are looked for by; empty says nothing."""

    region_codes: tuple[str, ...] = ()
    direction: Direction | None = None
    idle_days: int | None = None
    only_key: bool = False
    words: str = ""


def proposed(user: User, mission: Mission, wanted: Wanted) -> Sequence[Enterprise]:
    """Firms of the base to go and see: the longest without contact first, those already on the list left out.

    Read through the indexes of region and of the last contact, so that a million firms cost what a page costs.
    """
    listed = sa.select(Stop.enterprise_id).where(
        Stop.mission_id == mission.id, Stop.enterprise_id.is_not(None)
    )
    rows = merchants.visible_to(user).where(
        Enterprise.id.not_in(listed), Enterprise.standing.not_in((Standing.VOID, Standing.DORMANT))
    )
    if wanted.region_codes:
        rows = rows.where(sa.or_(*map(_inside, wanted.region_codes)))
    if wanted.direction:
        rows = rows.where(Enterprise.direction == wanted.direction)
    if wanted.idle_days is not None:
        since = clock.start_of(clock.today() - dt.timedelta(days=wanted.idle_days))
        rows = rows.where(sa.or_(Enterprise.last_contact_at.is_(None), Enterprise.last_contact_at < since))
    if wanted.only_key:
        rows = rows.where(Enterprise.standing == Standing.KEY)
    if wanted.words:
        rows = rows.where(Enterprise.id.in_(index.matching("enterprise", wanted.words)))
    rows = rows.options(joinedload(Enterprise.follow_unit), joinedload(Enterprise.follow_user))
    order = (sa.nulls_first(Enterprise.last_contact_at), Enterprise.id)
    return db.session.scalars(rows.order_by(None).order_by(*order).limit(PROPOSED)).unique().all()


def _inside(code: str) -> sa.ColumnElement[bool]:
    """By the city's four digits, which are indexed; of a county the rest is asked besides."""
    prefix = Enterprise.region_prefix
    city = prefix == code[:4] if len(code) >= 4 else prefix.between(code, code + "99")
    return city if len(code) == 4 else sa.and_(city, Enterprise.region_code.startswith(code, autoescape=True))


def leads_to_visit(user: User, mission: Mission) -> Sequence[Lead]:
    """Leads that were judged worth following and are on no mission yet, the oldest first."""
    taken = sa.select(Stop.lead_id).where(Stop.lead_id.is_not(None))
    rows = leads.visible_to(user).where(Lead.state == LeadState.FOLLOWED, Lead.id.not_in(taken))
    return db.session.scalars(
        leads.with_names(rows).order_by(Lead.reported_at, Lead.id).limit(PROPOSED)
    ).unique().all()  # fmt: skip


# --- one page to read on the way --------------------------------------------------------------------------


@dataclass(frozen=True)
class Briefing:
    """What is known of one firm, on one page."""

    stop: Stop
    people: Sequence[Position]
    logs: Sequence[ContactLog]
    deals: Sequence[Deal]
    leads: Sequence[Lead]


def briefings_of(user: User, stops: Sequence[Stop]) -> list[Briefing]:
    """One for each stop, in as many statements for one as for a hundred. Through what the user may see; a firm is
    known to all who go there, its deals and logs are not."""
    firms = {stop.enterprise_id for stop in stops if stop.enterprise_id}
    newest_log = (ContactLog.happened_at.desc(), ContactLog.id.desc())
    people = _first_of(
        sa.select(Position), Position, (Position.is_main.desc(), Position.id), firms,
        joinedload(Position.person).selectinload(Person.handles),
    )  # fmt: skip
    logs = _first_of(contacts.visible_to(user), ContactLog, newest_log, firms)
    about_it = _first_of(deals.visible_to(user), Deal, (Deal.id.desc(),), firms, joinedload(Deal.unit))
    brought = leads.seen_by(user, [stop.lead for stop in stops if stop.lead])
    news = _first_of(leads.visible_to(user), Lead, (Lead.id.desc(),), firms)
    return [
        Briefing(
            stop,
            people.get(stop.enterprise_id, []),
            logs.get(stop.enterprise_id, []),
            about_it.get(stop.enterprise_id, []),
            news.get(stop.enterprise_id, [])
            if stop.enterprise_id
            else [stop.lead]
            if stop.lead and stop.lead_id in brought
            else [],
        )
        for stop in stops
    ]


def _first_of(
    rows: sa.Select[Any], model: Any, order: Sequence[Any], firms: set[int], *options: Any
) -> dict[int | None, list[Any]]:
    """firm -> its first few rows, in one statement and the loader's own."""
    if not firms:
        return {}
    place = sa.func.row_number().over(partition_by=model.enterprise_id, order_by=order)
    ranked = rows.where(model.enterprise_id.in_(firms)).with_only_columns(model.id, place.label("place"))
    best = ranked.order_by(None).subquery()
    wanted = sa.select(model).join(best, best.c.id == model.id).where(best.c.place <= BRIEFED)
    found: dict[int | None, list[Any]] = {}
    for row in db.session.scalars(wanted.order_by(best.c.place, model.id).options(*options)).unique():
        found.setdefault(row.enterprise_id, []).append(row)
    return found


# --- counted ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class UnitCounts:
    """Missions of one unit that began in each month of a year; the sum of a row is `total`."""

    unit: Unit
    months: tuple[int, ...]
    firms: int
    interested: int

    @property
    def total(self) -> int:
        return sum(self.months)


def counts(user: User, year: int, kind: MissionKind | None) -> list[UnitCounts]:
    """Per unit and month, cancelled ones left out; the units with most first. Missions of a year are hundreds."""
    rows = visible_to(user).where(
        Mission.starts_on.between(dt.date(year, 1, 1), dt.date(year, 12, 31)), Mission.cancelled_on.is_(None)
    )
    if kind:
        rows = rows.where(Mission.kind == kind)
    months: dict[int, Counter[int]] = {}
    for unit_id, day in db.session.execute(rows.with_only_columns(Mission.unit_id, Mission.starts_on)):
        months.setdefault(unit_id, Counter())[day.month] += 1
    stops = sa.select(Mission.unit_id, sa.func.count(), sa.func.count().filter(Stop.outcome == "interested"))
    seen = stops.join(Stop, Stop.mission_id == Mission.id).where(
        Mission.id.in_(contacts.ids_of(rows, Mission.id)), Stop.outcome.is_not(None), Stop.outcome != "missed"
    )
    visits = {row[0]: (row[1], row[2]) for row in db.session.execute(seen.group_by(Mission.unit_id))}
    units = db.session.scalars(sa.select(Unit).where(Unit.id.in_(months)))
    found = [
        UnitCounts(
            unit, tuple(months[unit.id][month] for month in range(1, 13)), *visits.get(unit.id, (0, 0))
        )
        for unit in units
    ]
    return sorted(found, key=lambda one: (-one.total, one.unit.code))


def places(mission: Mission) -> list[str]:
    return [regions.full_name(code) for code in mission.region_codes]


SOURCE = contacts.Source(
    "mission", Mission, lambda user: visible_to(user), Mission.title, (joinedload(Mission.unit),)
)
