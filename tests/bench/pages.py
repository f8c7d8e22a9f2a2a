"""Fill a house with a list and measure what people wait for.

    python -m tests.bench.pages [--list LIST.csv.gz] [--deals 5000] [--requests 40]

1. `flask merchants import` of the list (50 000 made-up companies unless one is given): seconds, peak memory.
   Into a SQLite file of its own, or into the empty database that DATABASE_URL names.
2. Deals are put in directly, then each page is asked for again and again over HTTP inside the process: p50, p95,
   and how many times the baseline, a page without records, each takes.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.bench import table

ROOT = Path(__file__).resolve().parents[2]
PLACES = "杭州市 宁波市 温州市 台州市 衢州市 上海市 深圳市 苏州市 武汉市 成都市 义乌市 嘉兴市".split()
SOUNDS = "锦瑞鼎华晟博远恒泰嘉源丰盛宏达启航新越明德正信凯隆海川天佑金石汇通联创亿升安邦立诚卓尔衢澜柯岚弈谷"
TRADES = (
    "机械 电子科技 新材料 食品 纺织 贸易 物流 信息技术 生物医药 文化传播 环保设备 五金工具 汽车零部件".split()
)
FORMS = ("有限公司", "有限公司", "有限公司", "股份有限公司", "集团有限公司")


def made_up(path: Path, count: int, seed: int = 2013) -> Path:
    """A list of companies that nobody registered; some of them twice, as lists are."""
    dice = random.Random(seed)
    rows: list[list[str]] = []
    while len(rows) < count:
        place, trade = dice.choice(PLACES), dice.choice(TRADES)
        brand = "".join(dice.sample(SOUNDS, dice.choice((2, 2, 3))))
        name = f"{place}{brand}{trade}{dice.choice(FORMS)}"
        phone = f"154{dice.randrange(10**8):08d}"
        rows.append(
            [name, phone, place, trade, f"{dice.choice(SOUNDS)}{dice.choice(SOUNDS)}{dice.choice(SOUNDS)}"]
        )
        if dice.random() < 0.1:
            rows.append([name.replace("有限公司", "公司"), phone, place, trade, ""])
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["企业名称", "联系电话", "地区", "行业", "法定代表人"])
        writer.writerows(rows[:count])
    return path


def run_import(environment: dict[str, str], list_path: Path) -> tuple[float, float]:
    """(seconds, peak MB) of the import command as a process of its own."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "merchants", "import", str(list_path)]
    subprocess.run([*command, "--unit", "区招商局"], check=True, env=environment, cwd=ROOT)
    peak_kib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return time.perf_counter() - began, peak_kib / 1024


def fill_with_deals(count: int) -> None:
    """Open deals in all stages, spread over the last two years."""
    import sqlalchemy as sa

    from crm.db import db
    from crm.deals.models import Deal
    from crm.deals.stages import AmountBasis, DealState, SourceScope, Stage
    from crm.lib import clock
    from crm.merchants.models import Direction, Enterprise
    from crm.org.models import Unit, User

    dice = random.Random(2013)
    units = db.session.scalars(sa.select(Unit.id)).all()
    users = db.session.scalars(sa.select(User.id)).all()
    firms = db.session.scalars(sa.select(Enterprise.id).limit(5000)).all()
    today = clock.today()
    rows: list[dict[str, Any]] = []
    for number in range(count):
        stage = dice.choice(list(Stage))
        since = today - dt.timedelta(days=dice.randrange(700))
        unit = dice.choice(units)
        rows.append(
            {
                "name": f"测速项目{number:06d}",
                "stage": stage,
                "stage_since": since,
                "state": DealState.ACTIVE,
                "planned_wan": Decimal(dice.randrange(100, 200_000)),
                "amount_basis": AmountBasis.WISH,
                "source_scope": SourceScope.OUT_OF_PROVINCE,
                "direction": dice.choice(list(Direction)),
                "enterprise_id": dice.choice(firms),
                "unit_id": unit,
                "owner_id": dice.choice(users),
                "first_report_unit_id": unit,
                "signed_on": since if stage.order >= Stage.SIGNED.order else None,
                "next_due_on": today + dt.timedelta(days=dice.randrange(-30, 60)),
                "next_step": "联系",
                "last_contact_at": clock.start_of(since),
            }
        )
    for first in range(0, count, 1000):
        db.session.execute(sa.insert(Deal), rows[first : first + 1000])
    db.session.commit()


def measure(app: Any, requests: int) -> list[tuple[str, float, float]]:
    """(what, p50 ms, p95 ms) of each thing people wait for."""
    from flask import url_for

    from crm.org.demo import PASSWORD

    client = app.test_client()
    page = client.get("/sign-in").get_data(as_text=True)
    token = page.split('name="csrf-token" content="')[1].split('"')[0]
    client.post("/sign-in", data={"csrf_token": token, "login": "admin", "password": PASSWORD})
    token = (
        client.get("/password").get_data(as_text=True).split('name="csrf-token" content="')[1].split('"')[0]
    )

    def typing(text: str) -> Any:
        with app.test_request_context():
            address = url_for("merchants.duplicates", noun="enterprise")
        return client.post(address, data={"csrf_token": token, "name": text})

    asked = {
        "a page without records (the baseline)": lambda n: client.get("/password"),
        "list, first page": lambda n: client.get("/enterprises"),
        "list, page 50, by name": lambda n: client.get("/enterprises?sort=name&page=50"),
        "list, filtered": lambda n: client.get("/enterprises?direction=manufacturing&origin=outside"),
        "list, two characters": lambda n: client.get(f"/enterprises?q={SOUNDS[n % 40 : n % 40 + 2]}"),
        "search as typed, two characters": lambda n: client.get(f"/suggest?q={SOUNDS[n % 40 : n % 40 + 2]}"),
        "search as typed, initials": lambda n: client.get(f"/suggest?q={'qzhljmdsxkjt'[n % 8 : n % 8 + 4]}"),
        "search page": lambda n: client.get(f"/find?q={SOUNDS[n % 40 : n % 40 + 2]}"),
        "duplicate check while typing": lambda n: typing(
            f"{PLACES[n % 12]}{SOUNDS[n % 40 : n % 40 + 2]}{TRADES[n % 13]}有限公司"
        ),
        "board": lambda n: client.get("/board"),
        "deal list": lambda n: client.get("/deals"),
        "desk": lambda n: client.get("/"),
    }
    results = []
    for what, ask in asked.items():
        times = []
        for number in range(requests + 2):
            began = time.perf_counter()
            answer = ask(number)
            spent = (time.perf_counter() - began) * 1000
            if answer.status_code != 200:
                raise SystemExit(f"{what}: {answer.status}")
            if number >= 2:
                times.append(spent)
        times.sort()
        results.append((what, statistics.median(times), times[min(len(times) - 1, int(len(times) * 0.95))]))
    return results


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.pages", description=__doc__)
    parser.add_argument("--list", type=Path, help="a list of your own: csv, csv.gz or xlsx")
    parser.add_argument("--companies", type=int, default=50_000)
    parser.add_argument("--deals", type=int, default=5_000)
    parser.add_argument("--requests", type=int, default=40)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="crm-bench-") as folder:
        environment = {**os.environ, "CRM_DATA": folder, "CRM_DEMO": "1"}
        flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
        subprocess.run([*flask, "db", "upgrade"], check=True, env=environment, cwd=ROOT)
        subprocess.run([*flask, "demo", "load"], check=True, env=environment, cwd=ROOT)
        listed = wanted.list or made_up(Path(folder) / "list.csv", wanted.companies)
        seconds, peak = run_import(environment, listed)
        print(f"import of {listed.name}: {seconds:.0f} s, peak {peak:.0f} MB")
        os.environ.update(environment)
        from crm.app import create_app

        app = create_app()
        with app.app_context():
            fill_with_deals(wanted.deals)
        results = measure(app, wanted.requests)
        baseline = results[0][1]
        print(f"{'':44}{'p50 ms':>9}{'p95 ms':>9}{'x baseline':>12}")
        for what, p50, p95 in results:
            print(f"{what:44}{p50:9.1f}{p95:9.1f}{p50 / baseline:12.1f}")
            table.add(table.Line(what, p50, p95, times=p50 / baseline, what_of="a page without records"))


if __name__ == "__main__":
    main()
