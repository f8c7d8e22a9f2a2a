"""Reading transfers: both units see them, and see the deal through them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from crm.db import db
from crm.deals import queries as deals
from crm.deals.models import Deal
from crm.lib.words import listed
from crm.org.guard import reaches, within
from crm.org.models import User
from crm.org.permissions import Permission as P

from .models import Share, Transfer, TransferState


def visible_to(user: User) -> sa.Select[Any]:
    """Those from or to my unit, and those that I proposed."""
    mine = within(
        user.scope_of(P.DEAL_VIEW),
        user,
        units=[Transfer.from_unit_id, Transfer.to_unit_id],
        owners=[Transfer.proposed_by_id],
    )
    return sa.select(Transfer).where(mine)


def with_names(rows: sa.Select[Any]) -> sa.Select[Any]:
    return rows.options(
        joinedload(Transfer.deal).joinedload(Deal.enterprise),
        joinedload(Transfer.from_unit),
        joinedload(Transfer.to_unit),
        joinedload(Transfer.proposed_by),
        joinedload(Transfer.answered_by),
        selectinload(Transfer.shares).joinedload(Share.unit),
    )


def may_answer(user: User, transfer: Transfer) -> bool:
    """Whoever may put people in charge in the unit that is asked."""
    return reaches(user.scope_of(P.DEAL_ASSIGN), user, units=[transfer.to_unit_id])


def may_withdraw(user: User, transfer: Transfer) -> bool:
    return reaches(
        user.scope_of(P.DEAL_ASSIGN), user, units=[transfer.from_unit_id], owners=[transfer.proposed_by_id]
    )


def waiting(user: User) -> int:
    """How many wait for this user's answer."""
    scope = user.scope_of(P.DEAL_ASSIGN)
    rows = sa.select(sa.func.count()).select_from(Transfer).where(Transfer.state == TransferState.PROPOSED)
    return db.session.scalar(rows.where(within(scope, user, units=[Transfer.to_unit_id]))) or 0


def open_one(deal: Deal) -> Transfer | None:
    rows = sa.select(Transfer).where(Transfer.deal_id == deal.id, Transfer.state == TransferState.PROPOSED)
    return db.session.scalar(rows)


def of_deal(deal: Deal) -> Sequence[Transfer]:
    rows = with_names(sa.select(Transfer).where(Transfer.deal_id == deal.id))
    return db.session.scalars(rows.order_by(Transfer.id.desc())).unique().all()


def credit_of(deal: Deal) -> dict[int, int]:
    """Unit -> percent as agreed last; all of it the responsible unit's when nothing was ever agreed."""
    last = db.session.scalar(
        sa.select(Transfer)
        .where(Transfer.deal_id == deal.id, Transfer.state == TransferState.ACCEPTED)
        .options(selectinload(Transfer.shares))
        .order_by(Transfer.id.desc())
        .limit(1)
    )
    return {one.unit_id: one.percent for one in last.shares} if last else {deal.unit_id: 100}


def split_in_words(transfer: Transfer) -> str:
    return listed(f"{one.unit.name} {one.percent}%" for one in transfer.shares)


def _deals_seen(user: User) -> sa.Select[Any]:
    """A unit that is asked for a deal sees it to decide; one that gave it up with credit goes on seeing it."""
    mine = user.unit_id
    return sa.select(Transfer.deal_id).where(
        sa.or_(
            sa.and_(
                Transfer.to_unit_id == mine,
                Transfer.state.in_((TransferState.PROPOSED, TransferState.ACCEPTED)),
            ),
            sa.and_(Transfer.from_unit_id == mine, Transfer.state == TransferState.ACCEPTED),
        )
    )


deals.SEEN_THROUGH.append(_deals_seen)
