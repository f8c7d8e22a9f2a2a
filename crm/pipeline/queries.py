"""What a gate has to know about a deal, and what the board shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from crm.agreements import queries as agreements
from crm.contacts.models import ContactLog
from crm.db import db
from crm.deals import queries as deals
from crm.deals.models import Deal, StageMove
from crm.deals.stages import DealState, Stage
from crm.entry import queries as entry
from crm.org import settings

from . import gates
from .gates import Dossier

GATE_FIELDS = (
    "enterprise_id", "content", "direction", "planned_wan", "agreed_wan", "signed_on", "agreement_kind", "admission",
    "local_company", "local_uscc",
)  # fmt: skip


GATES = "pipeline.gates"
"""The setting: {stage: [requirement, …]}; it has a page of its own."""


def dossier_of(deal: Deal, typed: dict[str, Any] | None = None, *, evidence: bool = False) -> Dossier:
    """The facts a gate asks for, with what is being typed laid over what is stored."""
    says, paper = agreed(deal)
    evidence = evidence or paper
    known = {name: getattr(deal, name) for name in GATE_FIELDS} | says
    judged = deal.lead is None or deal.lead.conclusion is not None
    dossier = Dossier(
        stage=deal.stage, contact_logs=contact_logs_of(deal), evidence=evidence, judged=judged,
        excepted=entry.is_excepted(deal), **known
    )  # fmt: skip
    return replace(dossier, **(typed or {}))


def agreed(deal: Deal) -> tuple[dict[str, Any], bool]:
    """What a signed investment agreement says of the signing, as far as the deal does not say it yet; and whether it
    brings its paper along, which is proof."""
    if deal.stage.order >= Stage.SIGNED.order or (signed := agreements.investment_of(deal)) is None:
        return {}, False
    says = {"signed_on": signed.signed_on, "agreement_kind": signed.kind, "agreed_wan": signed.amount_wan}
    new = {name: value for name, value in says.items() if value is not None and not getattr(deal, name)}
    return new, agreements.has_file(signed)


def gates_in_force() -> gates.Gates:
    return gates.as_set(settings.everything().get(GATES))


def contact_logs_of(deal: Deal) -> int:
    """Contacts about the deal, about the lead it grew out of, or about its investor and no other deal."""
    about = [ContactLog.deal_id == deal.id]
    if deal.lead_id:
        about.append(ContactLog.lead_id == deal.lead_id)
    if deal.enterprise_id:
        # Not `IS NULL`: SQLite would read every log without a deal by that column's index, not the few of the firm.
        of_none = sa.func.coalesce(ContactLog.deal_id, 0) == 0
        about.append(sa.and_(ContactLog.enterprise_id == deal.enterprise_id, of_none))
    return db.session.scalar(sa.select(sa.func.count()).select_from(ContactLog).where(sa.or_(*about))) or 0


def last_move(deal: Deal) -> StageMove | None:
    rows = sa.select(StageMove).where(StageMove.deal_id == deal.id)
    return db.session.scalar(rows.order_by(StageMove.id.desc()).limit(1))


# --- the board --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Head:
    """A column's figures: over all its deals, not only the cards that are loaded."""

    count: int = 0
    sum_wan: Decimal = Decimal(0)
    overdue: int = 0


LANES = (
    sa.case({one.value: one.order for one in Stage}, value=Deal.stage),
    Deal.stage_since.desc(),
    Deal.id.desc(),
)
"""Lane after lane, in each the last moved first: the order in which the board shows its cards."""


def on_board(with_stopped: bool) -> sa.ColumnElement[bool]:
    """Held and lapsed deals are folded away unless the filter asks for a state."""
    return sa.true() if with_stopped else Deal.state == DealState.ACTIVE


def heads(rows: sa.Select[Any], today: dt.date) -> dict[Stage, Head]:
    """Count, sum and overdue by stage: one GROUP BY, which the index ix_deal_lanes answers by itself."""
    overdue = sa.func.sum(sa.case((deals.is_overdue(today), 1), else_=0))
    figures = (
        rows.with_only_columns(Deal.stage, sa.func.count(), sa.func.sum(Deal.planned_wan), overdue)
        .order_by(None)
        .group_by(Deal.stage)
    )
    found = dict.fromkeys(Stage, Head())
    for stage, count, total, late in db.session.execute(figures):
        found[stage] = Head(count, total or Decimal(0), int(late or 0))
    return found


def first_cards(rows: sa.Select[Any], stages: Sequence[Stage], each: int) -> dict[Stage, list[Deal]]:
    """The top of every column, the last moved first: one statement for the ids, and those that load them."""
    tops = [_top(rows, stage, each).subquery() for stage in stages]
    ids = sa.union_all(*(sa.select(top.c.id) for top in tops)).subquery()
    found: dict[Stage, list[Deal]] = {stage: [] for stage in stages}
    for deal in _loaded(sa.select(ids.c.id)):
        found[deal.stage].append(deal)
    return found


def more_cards(rows: sa.Select[Any], stage: Stage, each: int, after: tuple[dt.date, int]) -> list[Deal]:
    """The next ones of a column, behind the card that stands at (day it came here, id)."""
    day, id = after
    behind = sa.or_(Deal.stage_since < day, sa.and_(Deal.stage_since == day, Deal.id < id))
    return _loaded(sa.select(_top(rows.where(behind), stage, each).subquery().c.id))


def _top(rows: sa.Select[Any], stage: Stage, each: int) -> sa.Select[Any]:
    ordered = rows.where(Deal.stage == stage).with_only_columns(Deal.id).order_by(None)
    return ordered.order_by(Deal.stage_since.desc(), Deal.id.desc()).limit(each)


def _loaded(ids: sa.Select[Any]) -> list[Deal]:
    rows = deals.with_names(sa.select(Deal).where(Deal.id.in_(ids)))
    return list(db.session.scalars(rows.order_by(Deal.stage_since.desc(), Deal.id.desc())))
