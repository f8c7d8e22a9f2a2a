"""Reading land: parcels, who needs which, how much lies idle and since when, quotas and what was reclaimed.

Parcels, clearance and quotas are the district's, seen by everybody who may see land at all; for which project a parcel
is kept is told to those who see its need.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from crm.contacts import queries as contacts
from crm.db import db
from crm.delivery.weeks import percent
from crm.lib import clock
from crm.needs import queries as needs
from crm.needs.kinds import NeedKind
from crm.needs.models import Need
from crm.org import settings
from crm.org.guard import reaches
from crm.org.models import User
from crm.org.permissions import Permission as P

from .models import Hold, LandQuota, Parcel, QuotaKind, Reclamation
from .states import HOLDING, Age, HoldState, ParcelState, age_of, best_fit, bounds

NOUN = Parcel.__tablename__
IDLE = (ParcelState.APPROVED, ParcelState.ACQUIRED, ParcelState.SUPPLIED)


def visible_to(user: User) -> sa.Select[Parcel]:
    return sa.select(Parcel).where(sa.true() if user.may(P.LAND_VIEW) else sa.false())


def may_manage(user: User, unit_id: int) -> bool:
    """The unit that keeps it, and those whose right is over the district."""
    return reaches(user.scope_of(P.LAND_MANAGE), user, units=[unit_id])


def with_names(rows: sa.Select[Any]) -> sa.Select[Any]:
    return rows.options(
        joinedload(Parcel.unit),
        joinedload(Parcel.source),
        selectinload(Parcel.holds).joinedload(Hold.need).options(*needs_names()),
    )


def needs_names() -> tuple[Any, ...]:
    return tuple(joinedload(one) for one in (Need.deal, Need.project, Need.enterprise))


def with_story(rows: sa.Select[Any]) -> sa.Select[Any]:
    return with_names(rows).options(selectinload(Parcel.moves))


def named(name: str) -> Parcel | None:
    return db.session.scalar(sa.select(Parcel).where(Parcel.name == name))


def aged(age: Age) -> Any:
    after, until = bounds(age, clock.today())
    parts = [Parcel.since_on > after] if after else []
    return sa.and_(Parcel.state.in_(IDLE), *parts, *([Parcel.since_on <= until] if until else []))


def held() -> Any:
    """Kept for or used by some need now."""
    return Parcel.id.in_(sa.select(Hold.parcel_id).where(Hold.state.in_(HOLDING)))


def free() -> Any:
    return sa.and_(Parcel.state.in_(IDLE), sa.not_(held()))


def run_out() -> Any:
    """预留到期: kept for somebody longer than was agreed."""
    late = sa.select(Hold.parcel_id).where(Hold.state == HoldState.HELD, Hold.until_on < clock.today())
    return Parcel.id.in_(late)


def needs_seen(user: User, parcels: Sequence[Parcel]) -> set[int]:
    """Of the needs these parcels are kept for, those that I see: one statement."""
    ids = {hold.need_id for parcel in parcels for hold in parcel.holds}
    rows = needs.visible_to(user).with_only_columns(Need.id)
    return set(db.session.scalars(rows.where(Need.id.in_(ids)))) if ids else set()


# --- a need and the land for it -----------------------------------------------------------------------------


def supplied_to_need() -> Any:
    """Hundredths of 亩 that are kept for or used by a need."""
    return (
        sa.select(sa.func.coalesce(sa.func.sum(sa.type_coerce(Parcel.mu, sa.BigInteger)), 0))
        .join(Hold, Hold.parcel_id == Parcel.id)
        .where(Hold.need_id == Need.id, Hold.state.in_(HOLDING))
        .correlate(Need)
        .scalar_subquery()
    )


needs.SUPPLY[NeedKind.LAND] = supplied_to_need


def kept_for(parcel: Parcel) -> Hold | None:
    """Asked of the base, not of what was read before the row was locked."""
    return db.session.scalar(sa.select(Hold).where(Hold.parcel_id == parcel.id, Hold.state.in_(HOLDING)))


def count_held(need: Need) -> int:
    rows = (
        sa.select(sa.func.count()).select_from(Hold).where(Hold.need_id == need.id, Hold.state.in_(HOLDING))
    )
    return db.session.scalar(rows) or 0


def holds_of(need: Need) -> Sequence[Hold]:
    rows = sa.select(Hold).where(Hold.need_id == need.id).options(joinedload(Hold.parcel))
    return db.session.scalars(rows.order_by(Hold.id)).all()


def matches(need: Need, limit: int = 40) -> list[Parcel]:
    """Free parcels for it: large enough and with least waste first; then the largest of the smaller ones."""
    areas = db.session.execute(sa.select(Parcel.id, Parcel.mu).where(free()).limit(2000)).all()
    best = best_fit(((row[0], row[1]) for row in areas), need.gap or need.asked)[:limit]
    rows = with_names(sa.select(Parcel).where(Parcel.id.in_(best)))
    found = {one.id: one for one in db.session.scalars(rows).unique()}
    return [found[id] for id in best]


def hold_visible_to(user: User) -> sa.Select[Hold]:
    seen = needs.visible_to(user).with_only_columns(Need.id)
    return sa.select(Hold).where(Hold.need_id.in_(seen))


# --- stock --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stock:
    """What lies in one state."""

    state: ParcelState
    count: int
    mu: Decimal
    free_mu: Decimal
    by_age: dict[Age, tuple[int, Decimal]]


def stock(user: User) -> list[Stock]:
    """By state and age; parcels are few enough (thousands) to be added here, in one statement."""
    taken = sa.select(Hold.parcel_id).where(Hold.state.in_(HOLDING))
    rows = visible_to(user).with_only_columns(
        Parcel.state, Parcel.since_on, Parcel.mu, Parcel.id.in_(taken).label("held")
    )
    cells: dict[ParcelState, list[tuple[Age, Decimal, bool]]] = {one: [] for one in ParcelState}
    for state, since, mu, is_held in db.session.execute(rows):
        cells[state].append((age_of(since, clock.today()), mu, bool(is_held)))
    found = []
    for state, lots in cells.items():
        ages = {
            age: (
                sum(one[0] is age for one in lots),
                sum((one[1] for one in lots if one[0] is age), Decimal(0)),
            )
            for age in Age
        }
        free_mu = (
            sum((mu for _age, mu, kept in lots if not kept), Decimal(0)) if state in IDLE else Decimal(0)
        )
        found.append(Stock(state, len(lots), sum((one[1] for one in lots), Decimal(0)), free_mu, ages))
    return found


# --- quotas and reclaimed land ------------------------------------------------------------------------------


def quota_of(year: int, kind: QuotaKind, unit_id: int) -> LandQuota | None:
    return db.session.scalar(sa.select(LandQuota).filter_by(year=year, kind=kind, unit_id=unit_id))


def quotas(year: int) -> Sequence[LandQuota]:
    rows = sa.select(LandQuota).where(LandQuota.year == year).options(joinedload(LandQuota.unit))
    return db.session.scalars(rows.order_by(LandQuota.kind, LandQuota.unit_id)).all()


def quota_years() -> list[int]:
    known = set(db.session.scalars(sa.select(LandQuota.year).distinct()))
    return sorted(known | {clock.today().year}, reverse=True)[:20]


@dataclass(frozen=True)
class Reclaimed:
    """「确保今年完成6500亩垦造耕地任务,力争达到8500亩」"""

    mu: Decimal
    task_mu: int
    stretch_mu: int

    @property
    def of_task(self) -> Decimal:
        return percent(self.mu, Decimal(self.task_mu))

    @property
    def of_stretch(self) -> Decimal:
        return percent(self.mu, Decimal(self.stretch_mu))


def reclaimed(year: int) -> Reclaimed:
    rows = sa.select(sa.func.sum(sa.type_coerce(Reclamation.mu, sa.BigInteger))).where(
        sa.extract("year", Reclamation.on_day) == year
    )
    mu = Decimal(int(db.session.scalar(rows) or 0)) / 100
    return Reclaimed(mu, settings.get("land.reclaim_task_mu"), settings.get("land.reclaim_stretch_mu"))


def reclamations_seen_by(user: User) -> sa.Select[Reclamation]:
    rows = sa.select(Reclamation).where(sa.true() if user.may(P.LAND_VIEW) else sa.false())
    return rows.options(joinedload(Reclamation.unit))


def reclamations(user: User, year: int, limit: int = 200) -> Sequence[Reclamation]:
    rows = reclamations_seen_by(user).where(sa.extract("year", Reclamation.on_day) == year)
    newest = rows.order_by(Reclamation.on_day.desc(), Reclamation.id.desc())
    return db.session.scalars(newest.limit(limit)).all()


SOURCE = contacts.Source(NOUN, Parcel, lambda user: visible_to(user), Parcel.name, (joinedload(Parcel.unit),))
