"""Pages of the base as it is followed: who is to be contacted, what is missing, cities, chambers, partners.

    python -m tests.bench.tracking [--merchants 1000000] [--requests 9] [--data BASE]

Merchants are put in by bulk beside the demo district's, over all cities, 40 units' worth of standings and contacts,
600 chambers; then each page is asked for inside the process, by an administrator, who sees the district, and by a
promoter, who sees a unit: p50, p95. `--data` keeps the base: a second run measures it without filling.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench import table
from tests.bench.pages import ROOT

LOT = 5000
LOGIN = {"district": "admin", "unit": "promoter"}
PAGES = (
    "/tracking", "/tracking?whose=mine", "/tracking/places", "/tracking/places?under=33", "/tracking/places/3301",
    "/tracking/chambers", "/tracking/chambers?q=99", "/tracking/chamber?name=第7商会", "/tracking/intents",
    "/enterprises", "/enterprises?late=key", "/enterprises?late=ordinary", "/enterprises?to_sleep=1",
    "/enterprises?lacks=phone", "/enterprises?lacks=uscc", "/enterprises?complete=full", "/enterprises?complete=poor",
    "/enterprises?chamber=第7商会", "/partners/results", "/",
)  # fmt: skip


def rows(first: int, count: int, units: list[int], today: dt.datetime) -> Iterator[dict[str, Any]]:
    from crm.merchants.models import Direction, Intent, Origin, Standing
    from crm.reference import regions

    cities = [city.code for province in regions.provinces() for city in regions.children(province.code)]
    for n in range(first, first + count):
        city, unit = cities[n * 7919 % len(cities)], units[n % len(units)]
        standing = Standing.KEY if n % 500 == 0 else Standing.DORMANT if n % 50 == 1 else Standing.IN_BASE
        yield {
            "id": n,
            "name": f"第{n}机械有限公司",
            "origin": Origin.OUTSIDE,
            "uscc": "" if n % 3 else f"9133{n:014d}",
            "direction": Direction.MANUFACTURING if n % 4 else None,
            "industry_code": "C34" if n % 2 else "",
            "main_business": "" if n % 5 else "阀门",
            "native_place": "浙江" if n % 3 else "",
            "region_code": city,
            "region_prefix": city,
            "chamber": "" if n % 10 else f"第{n // 10 % 600}商会",
            "standing": standing,
            "intent": Intent.UNKNOWN if n % 20 else Intent.ACTIVE,
            "last_contact_at": None if n % 4 else today - dt.timedelta(days=n % 900),
            "first_reported_at": today - dt.timedelta(days=n % 1500),
            "follow_unit_id": unit,
            "first_report_unit_id": unit,
        }


def fill(count: int) -> None:
    import sqlalchemy as sa

    from crm.db import db
    from crm.lib import clock
    from crm.merchants.models import Enterprise
    from crm.org.models import Unit
    from crm.tracking import completeness

    units = list(db.session.scalars(sa.select(Unit.id).order_by(Unit.id)))
    first = (db.session.scalar(sa.select(sa.func.max(Enterprise.id))) or 0) + 1
    today = clock.start_of(clock.today())
    for start in range(first, first + count, LOT):
        some = list(rows(start, min(LOT, first + count - start), units, today))
        db.session.execute(sa.insert(Enterprise), some)
        for at in range(0, len(some), 500):
            completeness.keep("enterprise", [one["id"] for one in some[at : at + 500]])
        db.session.commit()
    db.session.execute(sa.text("ANALYZE"))
    db.session.commit()


def measure(app: Any, requests: int) -> list[tuple[str, float, float]]:
    """(who and what, p50 ms, p95 ms)."""
    from crm.org.demo import PASSWORD

    results = []
    for who, login in LOGIN.items():
        client = app.test_client()
        page = client.get("/sign-in").get_data(as_text=True)
        token = page.split('name="csrf-token" content="')[1].split('"')[0]
        client.post("/sign-in", data={"csrf_token": token, "login": login, "password": PASSWORD})
        for page in PAGES:
            times = []
            for number in range(requests + 1):
                began = time.perf_counter()
                answer = client.get(page)
                spent = (time.perf_counter() - began) * 1000
                if answer.status_code not in (200, 404):  # a unit may have nobody of that chamber
                    raise SystemExit(f"{page}: {answer.status}")
                if number:
                    times.append(spent)
            times.sort()
            last = times[min(len(times) - 1, int(len(times) * 0.95))]
            results.append((f"{who} {page}", statistics.median(times), last))
    return results


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.tracking", description=__doc__)
    parser.add_argument("--merchants", type=int, default=1_000_000)
    parser.add_argument("--requests", type=int, default=9)
    parser.add_argument(
        "--data", type=Path, help="where the base is kept; measured as it is when there is one"
    )
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="crm-bench-") as folder:
        data = (wanted.data or Path(folder)).absolute()
        there = (data / "crm.db").exists()
        environment = {**os.environ, "CRM_DATA": str(data), "CRM_DEMO": "1"}
        data.mkdir(parents=True, exist_ok=True)
        flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
        subprocess.run([*flask, "db", "upgrade"], check=True, env=environment, cwd=ROOT)
        os.environ.update(environment)
        if not there:
            subprocess.run([*flask, "demo", "load"], check=True, env=environment, cwd=ROOT)
        from crm.app import create_app

        app = create_app()
        if not there:
            with app.app_context():
                began = time.perf_counter()
                fill(wanted.merchants)
                print(f"{wanted.merchants} merchants put in: {time.perf_counter() - began:.0f} s")
        print(f"{'':56}{'p50 ms':>9}{'p95 ms':>9}")
        for what, p50, p95 in measure(app, wanted.requests):
            print(f"{what:56}{p50:9.1f}{p95:9.1f}")
            table.add(table.Line(what, p50, p95))


if __name__ == "__main__":
    main()
