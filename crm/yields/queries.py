"""Reading classes and cases: of firms that I see, and what my unit has entered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from crm.contacts import queries as contacts
from crm.db import db
from crm.land.models import Parcel
from crm.lib import clock
from crm.merchants import queries as merchants
from crm.merchants.models import Enterprise
from crm.org.guard import reaches, within
from crm.org.models import User
from crm.org.permissions import Permission as P
from crm.org.permissions import Scope
from crm.search import index

from .grades import LOW, CaseState
from .models import Case, Measure, Rating

NOUN = Rating.__tablename__
CASE = Case.__tablename__


def _seen(user: User, model: Any) -> Any:
    scope = user.scope_of(P.YIELD_VIEW)
    if scope is Scope.DISTRICT:
        return sa.true()
    mine = within(scope, user, units=[model.unit_id], owners=[model.author_id])
    if scope is None:
        return mine
    firms = merchants.visible_to(user).with_only_columns(Enterprise.id)
    return sa.or_(mine, model.enterprise_id.in_(firms))


def visible_to(user: User) -> sa.Select[Rating]:
    return sa.select(Rating).where(_seen(user, Rating))


def cases_visible_to(user: User) -> sa.Select[Case]:
    return sa.select(Case).where(_seen(user, Case))


def may_edit(user: User, row: Rating | Case) -> bool:
    return reaches(user.scope_of(P.YIELD_EDIT), user, units=[row.unit_id], owners=[row.author_id])


def with_names(rows: sa.Select[Any]) -> sa.Select[Any]:
    return rows.options(joinedload(Rating.enterprise), joinedload(Rating.unit))


def cases_with_names(rows: sa.Select[Any]) -> sa.Select[Any]:
    return rows.options(
        joinedload(Case.enterprise),
        joinedload(Case.unit),
        selectinload(Case.measures).joinedload(Measure.author),
    )


def years_known() -> list[int]:
    known = set(db.session.scalars(sa.select(Rating.year).distinct()))
    return sorted(known, reverse=True)[:20]


def of_year(enterprise_id: int, year: int) -> Rating | None:
    return db.session.scalar(sa.select(Rating).filter_by(enterprise_id=enterprise_id, year=year))


def ratings_of(user: User, firm: Enterprise) -> Sequence[Rating]:
    """Of a firm, the latest year first."""
    rows = with_names(visible_to(user).where(Rating.enterprise_id == firm.id))
    return db.session.scalars(rows.order_by(Rating.year.desc()).limit(30)).all()


def cases_of(user: User, firm: Enterprise) -> Sequence[Case]:
    rows = cases_with_names(cases_visible_to(user).where(Case.enterprise_id == firm.id))
    return db.session.scalars(rows.order_by(Case.id.desc()).limit(30)).unique().all()


def open_case(enterprise_id: int) -> Case | None:
    rows = sa.select(Case).where(Case.enterprise_id == enterprise_id, Case.state != CaseState.LEFT)
    return db.session.scalar(rows.order_by(Case.id.desc()).limit(1))


def land_of(firm: Enterprise) -> Sequence[Parcel]:
    """Parcels it has given up."""
    rows = sa.select(Parcel).where(Parcel.source_enterprise_id == firm.id).options(selectinload(Parcel.holds))
    return db.session.scalars(rows.order_by(Parcel.id.desc()).limit(50)).all()


def low() -> Any:
    return Rating.grade.in_(LOW)


def latest() -> Any:
    """The newest year of its firm."""
    newer = sa.orm.aliased(Rating)
    later = sa.select(newer.id).where(newer.enterprise_id == Rating.enterprise_id, newer.year > Rating.year)
    return ~later.correlate(Rating).exists()


def listed() -> Any:
    """Its firm has an open case."""
    return Rating.enterprise_id.in_(sa.select(Case.enterprise_id).where(Case.state != CaseState.LEFT))


def late() -> Any:
    return sa.and_(Case.state != CaseState.LEFT, Case.due_on < clock.today())


def gave_land(model: Any) -> Any:
    gave = sa.select(Parcel.source_enterprise_id).where(Parcel.source_enterprise_id.is_not(None))
    return model.enterprise_id.in_(gave)


class CaseSource(contacts.Source):
    """A case has no words of its own to be found by: it is looked for by its firm."""

    def matching(self, user: User, q: str) -> sa.Select[Any]:
        return self.visible_to(user).where(Case.enterprise_id.in_(index.matching("enterprise", q)))


SOURCE = CaseSource(
    CASE, Case, lambda user: cases_visible_to(user),
    sa.select(Enterprise.name).where(Enterprise.id == Case.enterprise_id).scalar_subquery(),
    (joinedload(Case.enterprise), joinedload(Case.unit)),
)  # fmt: skip
