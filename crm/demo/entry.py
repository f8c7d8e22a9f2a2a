"""The demo district's entry reviews: of every deal whose row says what was decided about it.

The district's standards stay empty: the report prints none, and what is empty judges nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from crm.db import db
from crm.deals.models import Deal
from crm.entry.models import EntryCheck, EntryOpinion, EntryReview
from crm.entry.steps import Assessment, CheckKind, CheckState, Conclusion, ReviewStep, Stance, Voice
from crm.org.models import Unit, User

from .lists import rows

ASSESSED = {"通过": Assessment.PASSED, "不通过": Assessment.FAILED}
BEFORE = dt.timedelta(days=10)  # how long before the signing, or the end, it was applied for


def load_entry(deals: Mapping[str, Deal], units: Mapping[str, Unit], leaders: Mapping[str, User]) -> None:
    """After the deals. What the rows say per mu is turned back into a year's tax and, where it lacks, into land."""
    for row in rows("deals"):
        if not row["decision"].startswith(("准予", "否决")):
            continue
        deal, day = deals[row["deal_id"]], dt.date.fromisoformat(row["stage_since"])
        refused = row["decision"].startswith("否决")
        land = deal.land_mu
        if land is None and row["intensity_wan_mu"] and deal.fixed_asset_wan:
            land = _cents(deal.fixed_asset_wan / Decimal(row["intensity_wan_mu"]))
        review = EntryReview(
            deal=deal,
            step=ReviewStep.DECIDED,
            applied_on=day - BEFORE,
            direction=deal.direction,
            fixed_wan=deal.fixed_asset_wan,
            land_mu=land,
            tax_wan=Decimal(row["tax_wan_mu"]) * land if row["tax_wan_mu"] and land else None,
            eia=ASSESSED.get(row["eia"], Assessment.PENDING),
            energy=ASSESSED.get(row["energy"], Assessment.PENDING),
            conclusion=Conclusion.REJECTED if refused else Conclusion.APPROVED,
            reason=row["decision"].partition(":")[2] if refused else "",
            decided_on=day,
            decided_by_id=leaders["常务副区长"].id,
            asked_then={},
        )
        review.opinions += [
            EntryOpinion(
                voice=Voice.DEPARTMENT,
                unit=units[name],
                stance=Stance.AGAINST if refused and row["eia"] == "不通过" and name == "区环保局" else Stance.FOR,
                text="环评不通过（示例）" if refused and row["eia"] == "不通过" and name == "区环保局" else "",
                on_day=day - dt.timedelta(days=3),
            )
            for name in ("区环保局", "区国土分局")
        ]  # fmt: skip
        db.session.add(review)
        passed = {CheckKind.SAFETY, CheckKind.INTEGRITY} if not refused else set()
        db.session.add_all(
            EntryCheck(
                deal=deal,
                kind=kind,
                is_needed=kind is not CheckKind.STABILITY,
                state=CheckState.PASSED if kind in passed else CheckState.PENDING,
                on_day=day if kind in passed else None,
            )
            for kind in CheckKind
        )
    db.session.flush()


def _cents(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)
