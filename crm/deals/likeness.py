"""Deals that may be the one that is being typed: of the same investor, or of near the same title.

Looked for by the investor's firms and by four characters on end of what the title is about, both from an index and
both bounded, so that it is quick among a hundred thousand deals. Of a deal that the user may not see only the unit is
said, and whom to ask.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from crm.db import db
from crm.dedup import Verdict
from crm.lib.words import _
from crm.merchants import actions as merchants
from crm.merchants import identity
from crm.merchants.identity import Likeness
from crm.merchants.models import Enterprise
from crm.org.models import User
from crm.org.queries import whom_to_ask
from crm.search import index

from . import queries
from .models import Deal
from .titles import Standing, core, standing

OF_INVESTOR = 30  # deals read of the firms that may be meant
OF_TITLE = 100  # deals read that share a piece of the title, the newest
SHOWN = 5
FIRMS = 5

# investor: same, near (spelt alike), unknown (one of the two names none), other
_BANDS: dict[tuple[str, Standing | None], Likeness] = {
    ("same", Standing.SAME): Likeness.VERY_LIKELY,
    ("same", Standing.NEAR): Likeness.LIKELY,
    ("same", Standing.SISTER): Likeness.RELATED,
    ("same", None): Likeness.RELATED,
    ("near", Standing.SAME): Likeness.LIKELY,
    ("near", Standing.NEAR): Likeness.LIKELY,
    ("near", Standing.SISTER): Likeness.RELATED,
    ("unknown", Standing.SAME): Likeness.LIKELY,
    ("unknown", Standing.NEAR): Likeness.POSSIBLE,
    ("unknown", Standing.SISTER): Likeness.RELATED,
    ("other", Standing.SAME): Likeness.POSSIBLE,
}
_ORDER = [Likeness.VERY_LIKELY, Likeness.LIKELY, Likeness.RELATED, Likeness.POSSIBLE]


@dataclass
class Near:
    """A deal as it may be shown to one user while another is typed."""

    deal: Deal = field(repr=False)
    band: Likeness
    reasons: list[str]
    masked: bool = False
    ask: str = ""
    url: str = ""

    @property
    def name(self) -> str:
        return "" if self.masked else self.deal.name

    @property
    def kind(self) -> str:
        return "" if self.masked else self.deal.stage.label

    @property
    def unit(self) -> str:
        return self.deal.unit.name

    @property
    def note(self) -> str:
        firm = self.deal.enterprise
        return "" if self.masked or firm is None else firm.name


def alike(user: User, title: str, investor: str, *, leave_out: int | None = None) -> list[Near]:
    """At most five, the likeliest first."""
    same, near = _firms(investor)
    found = [one for one in _candidates(title, same | near) if one.id != leave_out]
    weighed = [one for deal in found if (one := _weighed(deal, title, investor, same, near))]
    weighed.sort(key=lambda one: (_ORDER.index(one.band), -one.deal.id))
    return _veiled(user, weighed[:SHOWN])


def of_title(title: str, enterprise_id: int | None) -> list[Deal]:
    """Open deals of the very same title, unless the investors are known to be two."""
    return [
        deal
        for deal in _candidates(title, set())
        if deal.is_open
        and standing(title, deal.name) is Standing.SAME
        and (enterprise_id is None or deal.enterprise_id in (None, enterprise_id))
    ]


def _firms(investor: str) -> tuple[set[int], set[int]]:
    """The firms of exactly this name, and those it may mean."""
    if len(investor) < 2:
        return set(), set()
    same = set(db.session.scalars(sa.select(Enterprise.id).where(Enterprise.name == investor).limit(FIRMS)))
    asked = merchants.enterprise_record({"name": investor})
    found = identity.matches(asked, noun="enterprise", across=False, limit=FIRMS)
    near = {known.id for known, match in found if match.verdict in (Verdict.SAME, Verdict.ASK)}
    return same, near - same


def _candidates(title: str, firms: set[int]) -> Sequence[Deal]:
    rows = queries.with_names(sa.select(Deal)).order_by(Deal.id.desc())
    found: dict[int, Deal] = {}
    if firms:
        for deal in db.session.scalars(rows.where(Deal.enterprise_id.in_(firms)).limit(OF_INVESTOR)):
            found[deal.id] = deal
    if about := core(title):
        for deal in db.session.scalars(rows.where(Deal.id.in_(index.sharing("deal", about))).limit(OF_TITLE)):
            found[deal.id] = deal
    return list(found.values())


def _weighed(deal: Deal, title: str, investor: str, same: set[int], near: set[int]) -> Near | None:
    title_is = standing(title, deal.name)
    firm_is = "unknown" if not investor or deal.enterprise_id is None else "other"
    firm_is = "same" if deal.enterprise_id in same else "near" if deal.enterprise_id in near else firm_is
    band = _BANDS.get((firm_is, title_is))
    if band is None:
        return None
    reasons = [title_is.label] if title_is else []
    reasons += {"same": [_("同一投资方")], "near": [_("投资方名称相近")], "other": [_("投资方不同")]}.get(
        firm_is, []
    )
    return Near(deal, band, reasons)


def _veiled(user: User, found: list[Near]) -> list[Near]:
    seen = queries.seen_by(user, [one.deal for one in found])
    hidden = [one for one in found if one.deal.id not in seen]
    asked: dict[Any, str] = whom_to_ask({one.deal.unit_id for one in hidden}) if hidden else {}
    for one in hidden:
        one.masked, one.reasons, one.ask = True, [], asked.get(one.deal.unit_id, "")
    return found
