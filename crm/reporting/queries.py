"""What I have reported, and how it fares."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from crm.db import db
from crm.deals import queries as deals
from crm.deals.models import Deal, StageMove
from crm.deals.stages import DealState
from crm.leads import queries as leads
from crm.leads.models import Judgement, Lead
from crm.org.models import User
from crm.web import listing

from . import fate
from .fate import DealNow, Step

A_PAGE = 20

ALSO: list[Callable[[User, Lead | Deal], list[Step]]] = []
"""Upper features say here what else happened about a record, as far as this user sees it."""


def mine(user: User) -> sa.Select[Lead]:
    """Everything I reported, newest first: mine for ever, whatever role I have and wherever the lead has gone."""
    return (
        sa.select(Lead)
        .where(Lead.reported_by_id == user.id)
        .order_by(Lead.reported_at.desc(), Lead.id.desc())
    )


def page_of(user: User) -> listing.Page:
    """The page of mine that the address asks for."""
    return listing.page_of(mine(user), key=Lead.id, per_page=A_PAGE, load=_with_all(sa.select(Lead)))


def chain(user: User, record: Lead | Deal) -> list[Step]:
    """来龙去脉 of a lead or deal: who collected it, who judged it, which leader went, what came of it."""
    lead, deal = (record, None) if isinstance(record, Lead) else (None, record)
    if lead and lead.deal_id:
        deal = db.session.scalar(deals.visible_to(user).where(Deal.id == lead.deal_id))
    elif deal and deal.lead_id:
        lead = db.session.scalar(_with_all(leads.visible_to(user).where(Lead.id == deal.lead_id)))
    steps = fates([lead])[lead.id] if lead else [fate.first(deal)] if deal else []
    if deal:
        moves = sa.select(StageMove).where(StageMove.deal_id == deal.id).options(joinedload(StageMove.actor))
        steps += fate.moved(db.session.scalars(moves.order_by(StageMove.id)))
    for also in ALSO:
        steps += also(user, record)
    return fate.in_order(steps)


def fates(leads: Sequence[Lead]) -> dict[int, list[Step]]:
    """{lead id: what became of it}, in a number of statements that does not grow with the leads."""
    deals = _deals(
        id
        for lead in leads
        for id in (lead.deal_id, lead.duplicate_of.deal_id if lead.duplicate_of else None)
    )
    found = {}
    for lead in leads:
        first = lead.duplicate_of
        first_deal = deals.get(first.deal_id) if first and first.deal_id else None
        own_deal = deals.get(lead.deal_id) if lead.deal_id else None
        found[lead.id] = list(fate.steps(lead, list(lead.judgements), own_deal, first_deal))
    return found


def _deals(ids: Iterable[int | None]) -> dict[int, DealNow]:
    wanted = {id for id in ids if id}
    rows = sa.select(Deal).where(Deal.id.in_(wanted)).options(joinedload(Deal.unit)) if wanted else None
    return {
        deal.id: DealNow(deal.stage.label, deal.unit.name, deal.state is DealState.LAPSED)
        for deal in (db.session.scalars(rows) if rows is not None else ())
    }


def _with_all(rows: sa.Select[Lead]) -> sa.Select[Lead]:
    judged = selectinload(Lead.judgements)
    return rows.options(
        joinedload(Lead.report_unit),
        joinedload(Lead.unit),
        selectinload(Lead.reported_by),
        selectinload(Lead.judge_unit),
        selectinload(Lead.duplicate_of).joinedload(Lead.report_unit),
        selectinload(Lead.duplicate_of).joinedload(Lead.unit),
        judged.joinedload(Judgement.unit),
        judged.selectinload(Judgement.judged_by),
        judged.selectinload(Judgement.leader),
    )
