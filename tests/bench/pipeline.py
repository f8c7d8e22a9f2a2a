"""Pages of the pipeline in a district that has carried deals for years: 100 000 deals, 1 000 000 contact logs.

    python -m tests.bench.pipeline [--deals 100000] [--logs 1000000] [--requests 15] [--data BASE]

Rows are put in by bulk: firms, deals that went through their stages within five years (spans and moves of each stage),
and logs about them. Then each page is asked for inside the process, by an
administrator, who sees the district, and by a promoter, who sees a unit; p50 and p95 as the clock on the wall goes, p50 of the
processor, which others who use the machine disturb less, and how many statements. `--data`
keeps the base: a second run measures it without filling. No search entries are made for these rows.

On PostgreSQL (DATABASE_URL, an empty database, or one that an earlier run with the same `--data` has filled) the processor's
time is that of this process and of the database's process that serves it, and no statement gets a second core.
"""

from __future__ import annotations

import argparse
import datetime as dt
import itertools
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from tests.bench import table
from tests.bench.pages import PLACES, ROOT, SOUNDS, TRADES

FIRMS_EACH = 0.3  # firms for each deal: some come back
LOT = 5000
GOAL_MS = 300
SAID = "电话联系，对方问地价和标准厂房；约定下周带人来看，资料已经发去。"
LOGIN = {"district": "admin", "unit": "promoter"}


class Found(NamedTuple):
    """One page: milliseconds on the clock and of the processor, and how many statements."""

    what: str
    p50: float
    p95: float
    work_p50: float
    work_p95: float
    statements: int


def fill(deals: int, logs: int, seed: int = 2013) -> None:
    """All of it in lots; the numbers of the rows go on where those of the demo end."""
    import sqlalchemy as sa

    from crm.db import db
    from crm.deals.models import Deal
    from crm.lib import clock
    from crm.merchants.models import Enterprise
    from crm.org.models import Unit, User
    from crm.org.permissions import Role

    dice, today = random.Random(seed), clock.today()
    units = db.session.scalars(sa.select(Unit.id)).all()
    users = db.session.execute(
        sa.select(User.id, User.unit_id).where(User.role != Role.AUDITOR).order_by(User.id)
    ).all()
    at_home = {unit: [id for id, home in users if home == unit] for unit in units}
    first_firm = (db.session.scalar(sa.select(sa.func.max(Enterprise.id))) or 0) + 1
    first_deal = (db.session.scalar(sa.select(sa.func.max(Deal.id))) or 0) + 1
    firms = int(deals * FIRMS_EACH)
    _firms(dice, first_firm, firms, units)
    homes = _deals(dice, first_deal, deals, (first_firm, firms), units, at_home, today)
    _logs(dice, logs, first_deal, homes, at_home, today)
    if db.engine.dialect.name == "postgresql":
        for name in ("enterprise", "deal", "deal_span", "stage_move", "contact_log", "lead"):
            db.session.execute(sa.text(f"SELECT setval('{name}_id_seq', (SELECT max(id) FROM {name}))"))
    db.session.commit()
    settle()


def settle() -> None:
    """What a database has learned of its rows after some quiet nights, and one core for each statement."""
    import sqlalchemy as sa

    from crm.db import STATISTICS, db

    if db.engine.dialect.name == "sqlite":
        db.session.execute(sa.text(STATISTICS))
        db.session.commit()
        return
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        name = connection.engine.url.database
        connection.exec_driver_sql(f'ALTER DATABASE "{name}" SET max_parallel_workers_per_gather = 0')
        connection.exec_driver_sql("SET statement_timeout = 0")
        connection.exec_driver_sql(f"VACUUM {STATISTICS}")
    db.engine.dispose()


def put(model: Any, rows: Iterable[dict[str, Any]]) -> None:
    import sqlalchemy as sa

    from crm.db import db

    for lot in _lots(rows):
        db.session.execute(sa.insert(model), lot)
        db.session.commit()


def _lots(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    left = iter(rows)
    while lot := list(itertools.islice(left, LOT)):
        yield lot


def _firms(dice: random.Random, first: int, count: int, units: Any) -> None:
    from crm.merchants.models import Enterprise

    def rows() -> Iterator[dict[str, Any]]:
        for number in range(count):
            unit = dice.choice(units)
            brand = "".join(dice.sample(SOUNDS, 3))
            yield {
                "id": first + number, "follow_unit_id": unit, "first_report_unit_id": unit,
                "name": f"{dice.choice(PLACES)}{brand}{dice.choice(TRADES)}{number:06d}号有限公司",
            }  # fmt: skip

    put(Enterprise, rows())


def _deals(
    dice: random.Random,
    first: int,
    count: int,
    firms: tuple[int, int],
    units: Any,
    at_home: Any,
    today: dt.date,
) -> list[tuple[int, int | None, int, dt.date]]:
    """[(unit, owner, firm, began)] of each deal, in the order of their numbers."""
    from crm.deals import spans
    from crm.deals.models import Deal, DealSpan, StageMove
    from crm.deals.stages import AmountBasis, DealState, MoveKind, SourceScope, Stage
    from crm.lib import clock
    from crm.merchants.models import Direction

    order, homes = list(Stage), []
    history: list[tuple[list[dict[str, Any]], list[dict[str, Any]]]] = []

    def rows(numbers: range) -> Iterator[dict[str, Any]]:
        for number in numbers:
            unit, firm = dice.choice(units), firms[0] + dice.randrange(firms[1])
            owner = dice.choice(at_home[unit]) if at_home[unit] else None
            began = today - dt.timedelta(days=dice.randrange(1, 1800))
            steps, day = [(began, Stage.INTENDED)], began
            for stage in order[1:]:
                day += dt.timedelta(days=dice.randrange(5, 200))
                if day > today or dice.random() < 0.25:
                    break
                steps.append((day, stage))
            since, stage = steps[-1]
            signed = next((when for when, what in steps if what is Stage.SIGNED), None)
            state = dice.choices(
                list(DealState), weights=[70 if one is DealState.ACTIVE else 15 for one in DealState]
            )[0]
            stopped = (
                None
                if state is DealState.ACTIVE
                else min(today, since + dt.timedelta(days=dice.randrange(1, 90)))
            )
            contact = max(since, today - dt.timedelta(days=dice.randrange(300)))
            due = today + dt.timedelta(days=dice.randrange(-30, 60)) if dice.random() < 0.8 else None
            wan = Decimal(dice.randrange(100, 200_000))
            direction = dice.choice(list(Direction))
            homes.append((unit, owner, firm, began))
            id = first + number
            yield {
                "id": id, "name": f"测速项目{number:06d}", "stage": stage, "stage_since": since, "state": state,
                "state_since": stopped, "state_reason": "" if stopped is None else "测速", "planned_wan": wan,
                "amount_basis": AmountBasis.WISH, "source_scope": SourceScope.OUT_OF_PROVINCE,
                "direction": direction, "enterprise_id": firm, "unit_id": unit, "owner_id": owner,
                "first_report_unit_id": unit, "signed_on": signed, "next_due_on": due,
                "next_step": "联系" if due else "", "last_contact_at": clock.start_of(contact),
            }  # fmt: skip
            marks = [(when, what, DealState.ACTIVE) for when, what in steps]
            if stopped and stopped > since:
                marks.append((stopped, stage, state))
            elif stopped:
                marks[-1] = (since, stage, state)
            ends = [mark[0] for mark in marks[1:]] + [spans.FOREVER]
            said = [
                {
                    "deal_id": id, "from_on": when, "until_on": until, "stage": what, "state": stood,
                    "stage_since": max(day for day, _stage in steps if day <= when), "unit_id": unit,
                    "owner_id": owner, "sponsor_id": None, "direction": direction, "planned_wan": wan,
                    "band": spans.band_of(wan), "agreed_wan": None, "signed_on": signed if signed and signed <= when else None,
                    "next_step": "联系" if due else "", "next_due_on": due,
                    "last_contact_on": contact if until == spans.FOREVER else None,
                }
                for (when, what, stood), until in zip(marks, ends, strict=True)
            ]  # fmt: skip
            moves = [
                {
                    "deal_id": id, "kind": MoveKind.ADVANCED, "from_stage": before[1], "to_stage": after[1],
                    "on_day": after[0], "at": clock.start_of(after[0]), "actor_id": owner, "before": {}, "passed": [],
                }
                for before, after in itertools.pairwise(steps)
            ]  # fmt: skip
            history.append((said, moves))

    for start in range(0, count, LOT):
        history.clear()
        put(Deal, rows(range(start, min(count, start + LOT))))
        put(DealSpan, (span for said, _moves in history for span in said))
        put(StageMove, (move for _said, moves in history for move in moves))
    return homes


def _logs(dice: random.Random, count: int, first: int, homes: Any, at_home: Any, today: dt.date) -> None:
    from crm.contacts.models import ContactKind, ContactLog
    from crm.lib import clock

    kinds = list(ContactKind)

    def rows() -> Iterator[dict[str, Any]]:
        for number in range(count):
            at = dice.randrange(len(homes))
            unit, owner, firm, began = homes[at]
            day = began + dt.timedelta(days=dice.randrange((today - began).days + 1))
            yield {
                "kind": dice.choice(kinds), "happened_at": clock.start_of(day) + dt.timedelta(minutes=dice.randrange(1400)),
                "enterprise_id": firm, "deal_id": first + at if number % 5 else None, "summary": SAID,
                "unit_id": unit, "author_id": owner, "next_step": "", "leader_led": False,
            }  # fmt: skip

    put(ContactLog, rows())


# --- asking ------------------------------------------------------------------------------------------------


def pages(deal_id: int, today: dt.date) -> dict[str, str]:
    past = (today - dt.timedelta(days=200)).isoformat()
    return {
        "a page without records (the baseline)": "/password",
        "desk": "/",
        "board": "/board",
        "deal list": "/deals",
        "deal list, by amount, page 50": "/deals?sort=-planned&page=50",
        "deal list, next step overdue": "/deals?overdue=1",
        "deal list, long idle": "/deals?long_idle=1",
        "deal page": f"/deals/{deal_id}",
        "review: funnel and tables": "/review",
        "review: of a past day": f"/review?on={past}",
        "review: list of a past day": f"/review/deals?on={past}",
        "review: board of a past day": f"/review/board?on={past}",
        "review: changes of a week": "/review/changes",
        "review: pace": "/review/pace",
        "review: pace by unit": "/review/pace?by=unit",
        "contacts": "/contacts",
        "contacts, page 50": "/contacts?page=50",
        "contacts, visits": "/contacts?kind=visit",
    }


def measure(
    app: Any, login: str, requests: int, only: str, of: Callable[[int, dt.date], dict[str, str]] = pages
) -> list[Found]:
    """Each page as this user gets it; one that he may not open is left out."""
    import sqlalchemy as sa

    from crm import cli as serving
    from crm.db import db
    from crm.deals.models import Deal
    from crm.lib import clock
    from crm.org.demo import PASSWORD
    from crm.org.models import User

    with app.app_context():
        user = db.session.scalars(sa.select(User).filter_by(login=login)).one()
        mine = sa.select(sa.func.max(Deal.id)).where(Deal.unit_id == user.unit_id)
        asked, engine = of(db.session.scalar(mine) or 0, clock.today()), db.engine
        server = None
        if engine.dialect.name == "postgresql":
            server = db.session.scalar(sa.text("SELECT pg_backend_pid()"))
        db.session.remove()
    statements = [0]
    sa.event.listen(
        engine, "before_cursor_execute", lambda *_all: statements.__setitem__(0, statements[0] + 1)
    )
    serving.settle()  # as every process that serves
    client = app.test_client()
    page = client.get("/sign-in").get_data(as_text=True)
    token = page.split('name="csrf-token" content="')[1].split('"')[0]
    client.post("/sign-in", data={"csrf_token": token, "login": login, "password": PASSWORD})
    found = []
    for what, address in asked.items():
        if only not in what and "baseline" not in what:
            continue
        times: list[float] = []
        worked: list[float] = []
        for _turn in range(requests + 2):
            statements[0], began, at_work = 0, time.perf_counter(), _worked_s(server)
            answer = client.get(address)
            times.append((time.perf_counter() - began) * 1000)
            worked.append((_worked_s(server) - at_work) * 1000)
            if answer.status_code != 200 or (sum(times) > 20_000 and len(times) > 2):
                break
        if answer.status_code == 200:
            found.append(Found(what, *_p50_p95(times[2:]), *_p50_p95(worked[2:]), statements[0]))
        elif answer.status_code not in (403, 404):
            raise SystemExit(f"{what}: {answer.status}")
    return found


def _p50_p95(times: list[float]) -> tuple[float, float]:
    times = sorted(times)
    return statistics.median(times), times[min(len(times) - 1, int(len(times) * 0.95))]


def _worked_s(server: int | None) -> float:
    """Seconds of the processor that this process has had, and the database's that serves it, if that is on Linux here."""
    at_work = Path(f"/proc/{server}/schedstat")
    theirs = int(at_work.read_text().split()[0]) / 1e9 if server and at_work.exists() else 0.0
    return time.process_time() + theirs


def tell(who: str, found: list[Found]) -> None:
    """A table of one who looks; what takes the processor longer than the goal is marked."""
    heads = f"{'p50 ms':>9}{'p95 ms':>9}{'cpu p50':>9}{'cpu p95':>9}{'x base':>8}{'statements':>12}"
    print(f"\n{'as ' + who:44}{heads}")
    for one in found:
        times = one.work_p50 / found[0].work_p50
        slow = "  over 300" if one.work_p95 > GOAL_MS else ""
        print(f"{one.what:44}{one.p50:9.1f}{one.p95:9.1f}{one.work_p50:9.1f}{one.work_p95:9.1f}{times:8.1f}"
              f"{one.statements:12}{slow}", flush=True)  # fmt: skip
        table.add(table.Line(f"{one.what}, {who}", one.p50, one.p95, times=times, what_of="the baseline"))


def base(data: Path, fill_it: Callable[[], None], words: str) -> Any:
    """The application over a filled base: made once in this folder (and the database of DATABASE_URL), then kept."""
    os.environ.update({"CRM_DATA": str(data.absolute()), "CRM_DEMO": "1"})
    flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
    subprocess.run([*flask, "db", "upgrade"], check=True, cwd=ROOT)
    new = not (data / "filled").exists()
    if new:
        subprocess.run([*flask, "demo", "load"], check=True, cwd=ROOT)
    from crm import cli
    from crm.app import create_app

    app = create_app()
    cli.settle()  # as whoever serves does
    if new:
        began = time.perf_counter()
        with app.app_context():
            fill_it()
        (data / "filled").write_text(words)
        print(f"filled with {words} in {time.perf_counter() - began:.0f} s", flush=True)
    return app


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.pipeline", description=__doc__)
    parser.add_argument("--deals", type=int, default=100_000)
    parser.add_argument("--logs", type=int, default=1_000_000)
    parser.add_argument("--requests", type=int, default=15)
    parser.add_argument("--only", default="", help="pages whose name holds this")
    parser.add_argument("--data", type=Path, help="a folder that keeps the base")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="crm-bench-") as folder:
        words = f"{wanted.deals} deals, {wanted.logs} logs"
        app = base(wanted.data or Path(folder), lambda: fill(wanted.deals, wanted.logs), words)
        for who, login in LOGIN.items():
            tell(f"one who sees the {who}", measure(app, login, wanted.requests, wanted.only))


if __name__ == "__main__":
    main()
