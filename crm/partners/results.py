"""协作成效: what came of working with each region in a year.

One statement for each noun, whatever the number of regions: each row is looked at once and asked of which region it
is. Deals and leads of other years are left out by an index, so the cost is that of a year's rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from crm.capital import queries as capital
from crm.capital import window
from crm.capital.models import PaidIn, PaidInState
from crm.db import db
from crm.deals import queries as deals
from crm.deals.models import Deal
from crm.deals.stages import EARLY, DealState
from crm.leads import queries as leads
from crm.leads.models import Lead, LeadState
from crm.lib import clock
from crm.lib.words import _
from crm.org.models import User

from . import queries
from .models import Exchange, Partner


@dataclass(frozen=True)
class Row:
    """One region, 山海协作, or all of them together, in which each deal counts once."""

    view: str
    label: str
    partners: int
    agreed: int  # partners with an agreement in force
    exchanges: int
    leads: int
    talks: int
    signed: int
    signed_wan: Decimal
    paid_wan: Decimal


@dataclass(frozen=True)
class Year:
    """The days a year's figures are of; money has a year of its own."""

    year: int

    @property
    def first(self) -> dt.date:
        return dt.date(self.year, 1, 1)

    @property
    def last(self) -> dt.date:
        return dt.date(self.year, 12, 31)

    @property
    def paid(self) -> tuple[dt.date, dt.date]:
        return window.bounds(self.year, capital.first_month())


COUNTED_LEADS = [state for state in LeadState if state is not LeadState.DUPLICATE]


def in_talks() -> sa.ColumnElement[bool]:
    return sa.and_(Deal.state == DealState.ACTIVE, Deal.stage.in_(EARLY))


def rows(user: User, year: Year) -> list[Row]:
    """A line for each view, the last one all of them; six statements."""
    views = queries.views()
    names = [view for view, _label in views]
    signed = sa.and_(Deal.signed_on >= year.first, Deal.signed_on <= year.last)
    planned = sa.func.coalesce(sa.type_coerce(Deal.planned_wan, sa.BigInteger), 0)
    found_deals = _by_view(
        deals.visible_to(user).where(sa.or_(signed, in_talks())), names, queries.deal_is,
        (sa.case((in_talks(), 1), else_=0), sa.case((signed, 1), else_=0), sa.case((signed, planned), else_=0)),
    )  # fmt: skip
    one = sa.literal(1)
    since, until = clock.start_of(year.first), clock.start_of(year.last + dt.timedelta(days=1))
    reported = leads.visible_to(user).where(Lead.reported_at >= since, Lead.reported_at < until)
    reported = reported.where(Lead.state.in_(COUNTED_LEADS))
    found_leads = _by_view(reported, names, queries.lead_is, (one,))
    # PaidIn is asked about its deal: a sum belongs wherever its deal belongs.
    arrived = capital.visible_to(user).join(Deal, Deal.id == PaidIn.deal_id)
    arrived = arrived.where(PaidIn.state == PaidInState.RECOGNISED, capital.in_days(*year.paid))
    counted = sa.type_coerce(PaidIn.counted_wan, sa.BigInteger)
    found_paid = _by_view(arrived, names, queries.deal_is, (counted,))
    open_ = queries.visible_to(user).where(Partner.ended_on.is_(None))
    found_partners = _by_view(
        open_, names, queries.partner_is, (one, sa.case((queries.in_force(), 1), else_=0))
    )
    met = queries.exchanges_visible_to(user).join(Partner, Partner.id == Exchange.partner_id)
    met = met.where(Exchange.on_day >= year.first, Exchange.on_day <= year.last)
    found_exchanges = _by_view(met, names, queries.partner_is, (one,))
    told = []
    for view, label in views:
        talks, signed_count, signed_sum = found_deals[view]
        partners, agreed = found_partners[view]
        told.append(
            Row(
                view=view,
                label=label,
                partners=partners,
                agreed=agreed,
                exchanges=found_exchanges[view][0],
                leads=found_leads[view][0],
                talks=talks,
                signed=signed_count,
                signed_wan=Decimal(signed_sum) / 100,
                paid_wan=Decimal(found_paid[view][0]) / 100,
            )
        )
    return told


def _by_view(
    selected: sa.Select[Any],
    views: Sequence[str],
    is_in: Callable[[str], sa.ColumnElement[bool]],
    amounts: Sequence[Any],
) -> dict[str, list[int]]:
    """{view: the sum of each amount over the rows that are in it}; one statement."""
    sums = [
        sa.func.coalesce(sa.func.sum(sa.case((is_in(view), amount), else_=0)), 0)
        for view in views
        for amount in amounts
    ]
    told = [
        int(number) for number in db.session.execute(selected.with_only_columns(*sums).order_by(None)).one()
    ]
    return {
        view: told[at * len(amounts) : (at + 1) * len(amounts)] for at, view in enumerate(views)
    }  # fmt: skip


def basis() -> str:
    """口径, under the table."""
    return _(
        "口径：主投资方在该地区的，或由该地区合作方带来的，算该地区的；标了山海协作的，或由山海协作的合作方带来的，算山海协作。"
        "同一项目在几行里都有，合计只算一次。签约总投资按签约日期计，到位资金只计已认定的。"
    )


def years_known() -> list[int]:
    """This year and the four before it."""
    return [clock.today().year - back for back in range(5)]
