"""Reading transfers: both units see them, and see the deal through them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from crm.db import db
from crm.deals import queries as deals
from crm.deals.models import Deal
from crm.lib import clock
from crm.lib.words import listed
from crm.org.guard import reaches, within
from crm.org.models import User
from crm.org.permissions import Permission as P

from .credit import WHOLE, Credit
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
    return {one.unit_id: one.percent for one in last.shares} if last else {deal.unit_id: WHOLE}


def _agreed_last() -> Any:
    """The transfer by whose split a deal counts."""
    rows = sa.select(sa.func.max(Transfer.id)).where(
        Transfer.deal_id == Deal.id, Transfer.state == TransferState.ACCEPTED
    )
    return rows.correlate(Deal).scalar_subquery()


def _signed(user: User, first: dt.date, last: dt.date) -> sa.Select[Any]:
    """What the figure 签约项目 counts."""
    return deals.visible_to(user).where(Deal.signed_on >= first, Deal.signed_on <= last)


def credit_by_unit(user: User, first: dt.date, last: dt.date) -> dict[int, Credit]:
    """折算 of what was signed between two days, of the deals that this user sees. Two statements: a deal that was never
    handed on is its unit's whole, and those are summed by the database."""
    found: dict[int, Credit] = defaultdict(Credit)
    signed, agreed = _signed(user, first, last), _agreed_last()
    whole = signed.where(agreed.is_(None)).with_only_columns(
        Deal.unit_id, sa.func.count(), sa.func.sum(Deal.planned_wan)
    )
    for unit_id, number, wan in db.session.execute(whole.group_by(Deal.unit_id)):
        found[unit_id].add(WHOLE, wan, deals=number)
        found[unit_id].answers += number
    split = signed.join(Share, Share.transfer_id == agreed).with_only_columns(
        Deal.id, Deal.unit_id, Deal.planned_wan, Share.unit_id, Share.percent
    )
    counted: set[int] = set()
    for id, answers, wan, unit_id, percent in db.session.execute(split):
        found[unit_id].add(percent, wan)
        found[answers].answers += id not in counted
        counted.add(id)
    return dict(found)


def years_of_signing(user: User) -> list[int]:
    """The years in which something was signed, this one always, the latest first."""
    ends = sa.func.min(Deal.signed_on), sa.func.max(Deal.signed_on)
    first, last = db.session.execute(deals.visible_to(user).with_only_columns(*ends)).one()
    now = clock.today().year
    return list(range(max(now, last.year if last else now), (min(now, first.year) if first else now) - 1, -1))


def credited_to(
    user: User, unit_id: int, first: dt.date, last: dt.date
) -> tuple[list[tuple[Deal, int]], Credit]:
    """[(deal, percent)] of what a unit has a part of, the day of signing latest first; and what it comes to."""
    percent = sa.case(
        (_agreed_last().is_(None), sa.case((Deal.unit_id == unit_id, WHOLE), else_=0)),
        else_=sa.func.coalesce(Share.percent, 0),
    )
    rows = (
        deals.with_names(_signed(user, first, last))
        .outerjoin(Share, sa.and_(Share.transfer_id == _agreed_last(), Share.unit_id == unit_id))
        .where(sa.or_(percent > 0, Deal.unit_id == unit_id))
        .add_columns(percent)
        .order_by(Deal.signed_on.desc(), Deal.id.desc())
    )
    lines = [(row[0], row[1]) for row in db.session.execute(rows).unique()]
    together = Credit()
    for deal, has in lines:
        together.add(has, deal.planned_wan)
        together.answers += deal.unit_id == unit_id
    return lines, together


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
