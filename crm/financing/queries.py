"""Reading applications for higher-level funds: of records that I see, of my unit; all of them for the office."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from crm.contacts import queries as contacts
from crm.db import db
from crm.deals import queries as deals
from crm.deals.models import Deal
from crm.delivery import queries as delivery
from crm.delivery.models import KeyProject
from crm.needs import queries as needs
from crm.needs.kinds import NeedKind
from crm.org.guard import reaches, within
from crm.org.models import User
from crm.org.permissions import Permission as P
from crm.org.permissions import Scope

from .grants import Giver, GrantState
from .models import UpperGrant

NOUN = UpperGrant.__tablename__


def visible_to(user: User) -> sa.Select[UpperGrant]:
    scope = user.scope_of(P.NEED_VIEW)
    if scope is Scope.DISTRICT or (scope and NeedKind.FINANCE in needs.provided_by(user)):
        return sa.select(UpperGrant)
    mine = within(scope, user, units=[UpperGrant.unit_id], owners=[UpperGrant.author_id])
    if scope is not None:
        of_deal = UpperGrant.deal_id.in_(deals.visible_to(user).with_only_columns(Deal.id))
        of_project = UpperGrant.project_id.in_(delivery.ids_of(delivery.visible_to(user)))
        mine = sa.or_(mine, of_deal, of_project)
    return sa.select(UpperGrant).where(mine)


def may_edit(user: User, grant: UpperGrant) -> bool:
    return reaches(user.scope_of(P.NEED_EDIT), user, units=[grant.unit_id], owners=[grant.author_id])


def with_names(rows: sa.Select[Any]) -> sa.Select[Any]:
    return rows.options(
        joinedload(UpperGrant.deal),
        joinedload(UpperGrant.project).joinedload(KeyProject.deal),
        joinedload(UpperGrant.unit),
        joinedload(UpperGrant.paid_in),
    )


def of_record(user: User, **of: int) -> Sequence[UpperGrant]:
    rows = with_names(visible_to(user).filter_by(**of)).order_by(UpperGrant.id.desc())
    return db.session.scalars(rows.limit(50)).all()


@dataclass(frozen=True)
class Sum:
    giver: Giver
    count: int
    applied_wan: Decimal
    got_wan: Decimal
    counted_wan: Decimal  # of what was got, that whose 口径 lets it count


def by_giver(user: User, year: int) -> list[Sum]:
    """Applied for in a year, by who gives; one statement."""
    got = sa.func.coalesce(sa.type_coerce(UpperGrant.got_wan, sa.BigInteger), 0)
    rows = (
        visible_to(user)
        .where(sa.extract("year", UpperGrant.applied_on) == year)
        .with_only_columns(
            UpperGrant.giver,
            sa.func.count(),
            sa.func.sum(sa.type_coerce(UpperGrant.applied_wan, sa.BigInteger)),
            sa.func.sum(got),
            sa.func.sum(sa.case((UpperGrant.counts_as_arrived, got), else_=0)),
        )
        .group_by(UpperGrant.giver)
    )
    told = {row[0]: row for row in db.session.execute(rows)}
    return [
        Sum(giver, told[giver][1], *(Decimal(int(told[giver][at])) / 100 for at in (2, 3, 4)))
        for giver in Giver
        if giver in told
    ]


def waiting() -> Any:
    return UpperGrant.state == GrantState.APPLIED


def undeclared() -> Any:
    """It counts, but nobody has declared it."""
    return sa.and_(UpperGrant.counts_as_arrived, UpperGrant.paid_in_id.is_(None))


SOURCE = contacts.Source(
    NOUN, UpperGrant, lambda user: visible_to(user), UpperGrant.title, (joinedload(UpperGrant.unit),)
)
