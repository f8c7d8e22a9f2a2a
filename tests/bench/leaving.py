"""How fast, and with how much memory, a list leaves: rows per second and peak MB, beside writing the same rows bare.

    python -m tests.bench.leaving --rows 10000 100000

Into a SQLite file of its own, or the empty database that DATABASE_URL names. Each export runs in a process of its
own, by the code of the job; the file is read back, and what its 说明 says is compared with the list's count.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.bench import table

ROOT = Path(__file__).resolve().parents[2]
AT_ONCE = 10_000
COLUMNS = "origin region direction contact phones next_due next_step follow_unit standing first_unit first_at uscc".split()


def fill(start: int, end: int) -> None:
    """Companies of the administrator's, each with a phone and a person."""
    import sqlalchemy as sa

    from crm.db import db
    from crm.lib import clock
    from crm.merchants.models import Enterprise, Handle, HandleKind, Person, Position
    from crm.org.models import User

    user = db.session.scalars(sa.select(User).filter_by(login="admin")).one()
    who = {
        "follow_unit_id": user.unit_id, "follow_user_id": user.id, "first_report_unit_id": user.unit_id,
        "first_report_user_id": user.id, "first_reported_at": clock.now(),
    }  # fmt: skip
    base = 10_000_000  # numbers of our own, above those of the demo district
    for first in range(start, end, AT_ONCE):
        ids = range(base + first, base + min(end, first + AT_ONCE))
        db.session.execute(
            sa.insert(Enterprise),
            [who | {"id": n, "name": f"测速{n}电子有限公司", "next_step": "联系"} for n in ids],
        )
        db.session.execute(sa.insert(Person), [who | {"id": n, "name": f"周{n}"} for n in ids])
        db.session.execute(
            sa.insert(Handle),
            [
                {
                    "id": n,
                    "enterprise_id": n,
                    "kind": HandleKind.MOBILE,
                    "value": f"154{n}",
                    "digits": f"+86154{n}",
                }
                for n in ids
            ],
        )
        db.session.execute(
            sa.insert(Position),
            [{"id": n, "enterprise_id": n, "person_id": n, "title": "总经理"} for n in ids],
        )
        db.session.commit()


def run(kind: str) -> None:
    """In a process of its own: one export, then its figures as JSON."""
    import sqlalchemy as sa
    from werkzeug.datastructures import MultiDict

    from crm.app import create_app
    from crm.cli import settle
    from crm.db import db
    from crm.lists.asked import select_for
    from crm.lists.exports import making
    from crm.lists.exports.order import Order
    from crm.lists.table import LISTS
    from crm.org.models import User
    from crm.web import listing

    app = create_app()
    with app.app_context():
        user = db.session.scalars(sa.select(User).filter_by(login="admin")).one()
        page = LISTS["enterprises"]
        args = MultiDict([("columns", key) for key in ["name", *COLUMNS]])
        order = Order.of(page, args, format=kind, full=False, reason="", user=user)
        counted = listing.count_of(select_for(page, user, args), key=page.key)
        settle()  # as `serve` and the worker do
        idle = peak_kib()
        began = time.perf_counter()
        made = making.make_file(order, user=user)
        seconds = time.perf_counter() - began
        told = {
            "rows": made.rows, "counted": counted, "said": said(made.path) if kind == "xlsx" else made.rows,
            "seconds": seconds, "megabytes": made.path.stat().st_size / 2**20,
            "over_idle": (peak_kib() - idle) / 1024,
        }  # fmt: skip
        made.path.unlink()
        print(json.dumps(told))


def peak_kib() -> int:
    """Of this process alone: ru_maxrss begins with what the parent had."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM"))


def said(path: Path) -> int:
    """What the sheet 说明 gives as the number of rows."""
    from python_calamine import CalamineWorkbook

    notes = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("说明").to_python()
    return int(next(row[1] for row in notes if row[0] == "行数"))


def bare(rows: int, folder: Path) -> float:
    """The same number of cells through XlsxWriter alone: what no export can be quicker than."""
    import xlsxwriter

    began = time.perf_counter()
    book = xlsxwriter.Workbook(str(folder / "bare.xlsx"), {"constant_memory": True, "tmpdir": str(folder)})
    sheet = book.add_worksheet()
    for row in range(rows):
        for column in range(len(COLUMNS) + 1):
            sheet.write_string(row, column, "衢州市柯城区")
    book.close()
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.leaving", description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--run", choices=["xlsx", "csv"], help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.run:
        run(wanted.run)
        return
    with tempfile.TemporaryDirectory(prefix="crm-bench-") as folder:
        environment = {**os.environ, "CRM_DATA": folder, "CRM_DEMO": "1"}
        flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
        for command in (["db", "upgrade"], ["demo", "load"]):
            subprocess.run([*flask, *command], check=True, env=environment, cwd=ROOT)
        os.environ.update(environment)
        from crm.app import create_app

        app, filled = create_app(), 0
        print(f"{'':10}{'rows':>9}{'seconds':>9}{'rows/s':>9}{'MB file':>9}{'MB over idle':>14}{'bare s':>9}")
        for rows in sorted(wanted.rows):
            with app.app_context():
                fill(filled, rows)
            filled = rows
            least = bare(rows, Path(folder))
            for kind in ("xlsx", "csv"):
                command = [sys.executable, "-m", "tests.bench.leaving", "--run", kind]
                done = subprocess.run(
                    command, check=True, env=environment, cwd=ROOT, capture_output=True, text=True
                )
                told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
                if not told["rows"] == told["counted"] == told["said"]:
                    raise SystemExit(f"{kind}: the list has {told['counted']} rows, the file {told}")
                per_second = told["rows"] / told["seconds"]
                table.add(
                    table.Line(
                        f"export of {rows:,} rows, {kind}", per_second=per_second, mib=told["over_idle"],
                        times=told["seconds"] / least, what_of="the same cells through XlsxWriter alone",
                    )
                )  # fmt: skip
                print(
                    f"{kind:10}{told['rows']:9,}{told['seconds']:9.1f}{per_second:9,.0f}"
                    f"{told['megabytes']:9.1f}{told['over_idle']:14.0f}{least if kind == 'xlsx' else 0:9.1f}"
                )


if __name__ == "__main__":
    main()
