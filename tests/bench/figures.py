"""Pages that count: 100 000 deals, 1 000 000 sums that arrived and as many contact logs.

    python -m tests.bench.figures [--deals 100000] [--sums 1000000] [--logs 1000000] [--requests 15] [--data BASE]

The base is that of tests.bench.pipeline and sums besides, most of them recognised, within five years; targets, reports
and bulletins are the demo district's. Asked and told as there, on either database, by a promoter, a manager and a leader.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.bench import pipeline

JUDGED = {"recognised": 97, "returned": 3}
LATELY = {"recognised": 55, "returned": 3, "checked": 18, "declared": 24}
"""In a hundred; what arrived within two months may still wait to be judged."""


def sums(count: int, seed: int = 2013) -> None:
    """Sums of signed deals, each on a day since its deal was signed; the months that are over long since are closed."""
    import sqlalchemy as sa

    from crm.capital import window
    from crm.capital.models import PaidIn, PaidInState, PaidKind, VoucherKind
    from crm.db import db
    from crm.deals.models import Deal
    from crm.deals.stages import SourceScope
    from crm.lib import clock

    dice, today = random.Random(seed), clock.today()
    signed = db.session.execute(
        sa.select(Deal.id, Deal.unit_id, Deal.owner_id, Deal.signed_on).where(Deal.signed_on.is_not(None))
    ).all()
    origins = [one for one in SourceScope if one is not SourceScope.LOCAL]
    first = min(row.signed_on for row in signed)

    def rows() -> Iterator[dict[str, Any]]:
        for number in range(count):
            deal_id, unit_id, owner_id, since = dice.choice(signed)
            day: dt.date = since + dt.timedelta(days=dice.randrange(max(1, (today - since).days)))
            shares = LATELY if (today - day).days < 60 else JUDGED
            state = PaidInState(dice.choices(list(shares), weights=list(shares.values()))[0])
            counts = state is PaidInState.RECOGNISED
            amount = Decimal(dice.randrange(10, 500_000)) / 100
            origin = dice.choice(origins)
            yield {
                "deal_id": deal_id, "unit_id": unit_id, "arrived_on": day, "counts_on": day, "amount_wan": amount,
                "payer": "测速投资方", "origin": origin, "kind": PaidKind.CASH,
                "voucher_kind": VoucherKind.BANK, "voucher_no": f"C{number}", "state": state,
                "reason": "其他" if state is PaidInState.RETURNED else "", "share_percent": 100 if counts else None,
                "counted_wan": amount if counts else Decimal(0), "declared_by_id": owner_id,
                "declared_at": clock.start_of(day),
                "usd_wan": (amount / 6).quantize(Decimal("0.01")) if origin is SourceScope.OVERSEAS else None,
            }  # fmt: skip

    pipeline.put(PaidIn, rows())
    for month in window.months(first, window.month_of(today) - dt.timedelta(days=40)):
        _close(month)
    pipeline.settle()


def _close(month: dt.date) -> None:
    """What counts in a month goes into its return, by statements and not row by row."""
    import sqlalchemy as sa

    from crm.capital import window
    from crm.capital.models import MonthlyReturn, PaidIn, PaidInState, ReturnLine
    from crm.db import db
    from crm.deals.models import Deal
    from crm.org.models import Unit

    counted = sa.and_(
        PaidIn.state == PaidInState.RECOGNISED, PaidIn.monthly_return_id.is_(None),
        PaidIn.counts_on >= month, PaidIn.counts_on <= window.last_day(month),
    )  # fmt: skip
    closed = db.session.scalar(sa.select(MonthlyReturn).filter_by(month=month))
    if closed is None:
        total = db.session.scalar(sa.select(sa.func.sum(PaidIn.counted_wan)).where(counted)) or Decimal(0)
        closed = MonthlyReturn(
            month=month, year=month.year, number=month.month, month_wan=total, year_wan=total, row_count=0,
            waiting_count=0, waiting_wan=Decimal(0), basis="",
        )  # fmt: skip
        db.session.add(closed)
        db.session.flush()
    kept = ("deal_id", "unit_id", "arrived_on", "counts_on", "payer", "origin", "kind", "voucher_kind", "voucher_no",
            "amount_wan", "usd_wan", "share_percent", "counted_wan")  # fmt: skip
    lines = (
        sa.select(sa.literal(closed.id), PaidIn.id, Deal.name, Unit.name, sa.false(),
                  *(getattr(PaidIn, name) for name in kept))
        .join(Deal, Deal.id == PaidIn.deal_id).join(Unit, Unit.id == PaidIn.unit_id).where(counted)
    )  # fmt: skip
    names = ["monthly_return_id", "paid_in_id", "deal_name", "unit_name", "is_adjustment", *kept]
    db.session.execute(sa.insert(ReturnLine).from_select(names, lines))
    db.session.execute(sa.update(PaidIn).where(counted).values(monthly_return_id=closed.id))
    db.session.commit()


def pages(deal_id: int, today: dt.date) -> dict[str, str]:
    month, past = f"{today:%Y-%m}", (today - dt.timedelta(days=200)).isoformat()
    return {
        "a page without records (the baseline)": "/password",
        "dashboard": "/dashboards",
        "dashboard, deals signed": "/dashboards?of=signed_deals",
        "dashboard, visits": "/dashboards?of=visits",
        "dashboard of the unit": "/dashboards?whose=unit",
        "wall": "/dashboards/wall",
        "desk": "/",
        "indicators: all of them": "/indicators",
        "money by month and unit": f"/indicators/paid_in?year={today.year}&to={month}",
        "money of one unit": f"/indicators/paid_in?unit=20&to={month}",
        "money explained": "/indicators/paid_in/explain",
        "deals signed by month and unit": "/indicators/signed_deals",
        "investment signed": "/indicators/signed_wan",
        "visits by month and unit": "/indicators/visits",
        "visits explained": "/indicators/visits/explain",
        "new leads by month and unit": "/indicators/new_leads",
        "plans by unit": "/indicators/reserve_items",
        "fixed assets, typed": "/indicators/fixed_assets",
        "targets: all of a year": "/targets",
        "target and its parts": "/targets/1",
        "tasks": "/targets/tasks",
        "a unit's sheet": "/targets/units/20",
        "a person's sheet": "/targets/people/1",
        "register of money": "/capital",
        "register, a month, by state": "/capital?state=recognised&counts_from=2013-06-01&counts_to=2013-06-30",
        "register, page 50": "/capital?page=50",
        "what waits to be judged": "/capital/queue",
        "monthly returns": "/capital/returns",
        "a monthly return": "/capital/returns/1",
        "its rows": "/capital/returns/rows",
        "agreed and arrived of a deal": f"/capital/deals/{deal_id}",
        "reserve": "/reserve",
        "reserve: quotas": "/reserve/progress",
        "existing firms' classes": "/yields",
        "reports": "/reports",
        "a report's version": "/reports/1/versions/1",
        "rows behind a figure of it": "/reports/1/versions/1/rows?figure=paid_in",
        "appraisal so far": "/reports/appraisal",
        "the report's table": "/reports/2013-half-year",
        "bulletins": "/bulletins",
        "review: funnel and tables": "/review",
        "review: of a past day": f"/review?on={past}",
        "review: pace": "/review/pace",
        "review: pace by unit": "/review/pace?by=unit",
        "contacts": "/contacts",
        "contacts, visits": "/contacts?kind=visit",
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.figures", description=__doc__)
    parser.add_argument("--deals", type=int, default=100_000)
    parser.add_argument("--sums", type=int, default=1_000_000)
    parser.add_argument("--logs", type=int, default=1_000_000)
    parser.add_argument("--requests", type=int, default=15)
    parser.add_argument("--only", default="", help="pages whose name holds this")
    parser.add_argument("--data", type=Path, help="a folder that keeps the base")
    wanted = parser.parse_args()

    def fill() -> None:
        pipeline.fill(wanted.deals, wanted.logs)
        sums(wanted.sums)

    with tempfile.TemporaryDirectory(prefix="crm-bench-") as folder:
        words = f"{wanted.deals} deals, {wanted.sums} sums, {wanted.logs} logs"
        app = pipeline.base(wanted.data or Path(folder), fill, words)
        for who in ("promoter", "manager", "leader"):
            pipeline.tell(f"a {who}", pipeline.measure(app, who, wanted.requests, wanted.only, of=pages))


if __name__ == "__main__":
    main()
