"""Pages that count: 100 000 deals, 1 000 000 sums that arrived and as many contact logs.

    python -m tests.bench.figures [--deals 100000] [--sums 1000000] [--logs 1000000] [--requests 15] [--data BASE]

The base is that of tests.bench.pipeline and sums besides, most of them recognised, within five years; the targets are
the demo district's. Asked as there. What a page says is also held against the rows of the list that it links to.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.bench import pipeline, table
from tests.bench.pages import ROOT

SHARES = {"recognised": 90, "checked": 4, "declared": 4, "returned": 2}


def sums(count: int, seed: int = 2013) -> None:
    """Sums of signed deals, each on a day since its deal was signed."""
    import sqlalchemy as sa

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

    def rows() -> Iterator[dict[str, Any]]:
        for number in range(count):
            deal_id, unit_id, owner_id, since = dice.choice(signed)
            day = since + dt.timedelta(days=dice.randrange(max(1, (today - since).days)))
            state = PaidInState(dice.choices(list(SHARES), weights=list(SHARES.values()))[0])
            counts = state is PaidInState.RECOGNISED
            amount = Decimal(dice.randrange(1, 500_000)) / 100
            yield {
                "deal_id": deal_id, "unit_id": unit_id, "arrived_on": day, "counts_on": day, "amount_wan": amount,
                "payer": "测速投资方", "origin": dice.choice(origins), "kind": PaidKind.CASH,
                "voucher_kind": VoucherKind.BANK, "voucher_no": f"C{number}", "state": state,
                "reason": "其他" if state is PaidInState.RETURNED else "", "share_percent": 100 if counts else None,
                "counted_wan": amount if counts else Decimal(0), "declared_by_id": owner_id,
                "declared_at": clock.start_of(day),
            }  # fmt: skip

    pipeline.put(PaidIn, rows())
    db.session.execute(sa.text("ANALYZE"))
    db.session.commit()


def pages(_deal_id: int, today: dt.date) -> dict[str, str]:
    month = f"{today:%Y-%m}"
    return {
        "a page without records (the baseline)": "/password",
        "indicators: all of them": "/indicators",
        "money by month and unit": f"/indicators/paid_in?year={today.year}&to={month}",
        "money of one unit": f"/indicators/paid_in?unit=20&to={month}",
        "money explained": "/indicators/paid_in/explain",
        "deals signed by month and unit": "/indicators/signed_deals",
        "investment signed": "/indicators/signed_wan",
        "visits by month and unit": "/indicators/visits",
        "new leads by month and unit": "/indicators/new_leads",
        "plans by unit": "/indicators/reserve_items",
        "fixed assets, typed": "/indicators/fixed_assets",
        "targets: all of a year": "/targets",
        "target and its parts": "/targets/1",
        "a person's sheet": "/targets/people/1",
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
    with tempfile.TemporaryDirectory(prefix="crm-bench-") as folder:
        kept = wanted.data or Path(folder)
        os.environ.update({"CRM_DATA": str(kept), "CRM_DEMO": "1"})
        flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
        subprocess.run([*flask, "db", "upgrade"], check=True, cwd=ROOT)
        new = not (kept / "filled").exists()
        if new:
            subprocess.run([*flask, "demo", "load"], check=True, cwd=ROOT)
        from crm.app import create_app

        app = create_app()
        if new:
            began = time.perf_counter()
            with app.app_context():
                pipeline.fill(wanted.deals, wanted.logs)
                sums(wanted.sums)
            (kept / "filled").write_text(f"{wanted.deals} {wanted.logs} {wanted.sums}")
            print(f"filled in {time.perf_counter() - began:.0f} s", flush=True)
        for who in pipeline.LOGIN:
            found = pipeline.measure(app, who, wanted.requests, wanted.only, of=pages)
            print(f"\n{'who sees the ' + who:44}{'p50 ms':>9}{'p95 ms':>9}{'cpu ms':>9}{'statements':>12}")
            for what, p50, p95, cpu, statements in found:
                slow = "  over 300" if p95 > pipeline.GOAL_MS else ""
                print(f"{what:44}{p50:9.1f}{p95:9.1f}{cpu:9.1f}{statements:12}{slow}", flush=True)
                table.add(
                    table.Line(f"{what}, {who}", p50, p95, times=p50 / found[0][1], what_of="the baseline")
                )


if __name__ == "__main__":
    main()
