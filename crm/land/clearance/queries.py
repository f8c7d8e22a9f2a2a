"""Reading clearances: the list, and 征迁进度表 by town."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from crm.contacts import queries as contacts
from crm.db import db
from crm.delivery import queries as delivery
from crm.delivery.models import KeyProject
from crm.delivery.weeks import percent
from crm.lib import clock
from crm.org.guard import reaches
from crm.org.models import Unit, User
from crm.org.permissions import Permission as P

from .models import Clearance

NOUN = Clearance.__tablename__


def visible_to(user: User) -> sa.Select[Clearance]:
    return sa.select(Clearance).where(sa.true() if user.may(P.LAND_VIEW) else sa.false())


def may_manage(user: User, row: Clearance) -> bool:
    return reaches(user.scope_of(P.LAND_MANAGE), user, units=[row.unit_id], owners=[row.entered_by_id])


def with_names(rows: sa.Select[Any]) -> sa.Select[Any]:
    return rows.options(joinedload(Clearance.unit), joinedload(Clearance.project))


def named(name: str) -> Clearance | None:
    return db.session.scalar(sa.select(Clearance).where(Clearance.name == name))


def unfinished() -> Any:
    return sa.or_(Clearance.delivered_mu < Clearance.due_mu, Clearance.vacated < Clearance.households)


def late() -> Any:
    return sa.and_(unfinished(), Clearance.due_on < clock.today())


def project_choices(user: User) -> list[tuple[int, str]]:
    rows = delivery.visible_to(user).with_only_columns(KeyProject.id, KeyProject.name)
    return [(row[0], row[1]) for row in db.session.execute(rows.order_by(KeyProject.name).limit(500))]


def of_project(project: KeyProject) -> Sequence[Clearance]:
    rows = sa.select(Clearance).where(Clearance.project_id == project.id).options(joinedload(Clearance.unit))
    return db.session.scalars(rows.order_by(Clearance.id).limit(20)).all()


@dataclass(frozen=True)
class Town:
    """One line of 征迁进度表."""

    unit_id: int | None  # None: all of them
    name: str
    count: int
    households: int
    signed: int
    vacated: int
    due_mu: Decimal
    delivered_mu: Decimal

    @property
    def rate(self) -> Decimal:
        return percent(self.delivered_mu, self.due_mu)


def by_town(user: User) -> tuple[list[Town], Town]:
    """(a line for each town, the sum): one statement."""
    rows = (
        visible_to(user)
        .join(Unit, Unit.id == Clearance.unit_id)
        .with_only_columns(
            Unit.id,
            Unit.name,
            sa.func.count(),
            *(sa.func.sum(one) for one in (Clearance.households, Clearance.signed, Clearance.vacated)),
            *(
                sa.func.sum(sa.type_coerce(one, sa.BigInteger))
                for one in (Clearance.due_mu, Clearance.delivered_mu)
            ),
        )
        .group_by(Unit.id, Unit.name, Unit.code)
        .order_by(Unit.code)
    )
    towns = [
        Town(row[0], row[1], row[2], int(row[3]), int(row[4]), int(row[5]), Decimal(int(row[6])) / 100, Decimal(int(row[7])) / 100)
        for row in db.session.execute(rows)
    ]  # fmt: skip
    return towns, Town(
        None,
        "",
        sum(one.count for one in towns),
        sum(one.households for one in towns),
        sum(one.signed for one in towns),
        sum(one.vacated for one in towns),
        sum((one.due_mu for one in towns), Decimal(0)),
        sum((one.delivered_mu for one in towns), Decimal(0)),
    )


SOURCE = contacts.Source(
    NOUN, Clearance, lambda user: visible_to(user), Clearance.name, (joinedload(Clearance.unit),)
)
