"""What people wait for while the house works: lists, search and saving during a scan, an import, a rebuild.

    python -m tests.bench.meanwhile --records 50000 --rows 10000
    python -m tests.bench.meanwhile --records 1000000 --rows 100000 --during import --list … --people …

A house is served as a team would run it (house.py), over a base of so many firms and as many people: SQLite, or
the empty database DATABASE_URL names. Two visitors read and one saves, over HTTP: first while nothing else goes on,
then during each kind of work, which is ordered as the pages order it. Beside each figure stands how many times the same page
without load it is. Of the work: seconds, how many a second, and the memory of the process that does it over what
it had before.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.bench import arriving, table, typing
from tests.bench.house import House, Times, Visitors

KINDS = ("scan", "import", "reindex")
TOLD = ("list of merchants", "search as typed", "saving one")  # in the table of the lot


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.meanwhile", description=__doc__)
    typing.base_arguments(parser)
    parser.add_argument("--rows", type=int, default=10_000, help="of the list that is imported")
    parser.add_argument("--during", choices=KINDS, nargs="+", default=["scan", "import"])
    parser.add_argument("--quiet-seconds", type=float, default=30)
    parser.add_argument("--readers", type=int, default=2)
    wanted = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="crm-meanwhile-") as folder,
        typing.base(wanted, Path(folder)) as app,
        app.app_context(),
        House().begun() as house,
    ):
        measured(house, wanted, Path(folder))


def measured(house: House, wanted: argparse.Namespace, folder: Path) -> None:
    firms = _firms()
    path = arriving.list_of(wanted.rows, folder / "名单.csv") if "import" in wanted.during else None
    plain = arriving.bare(path) if path else (0.0, 0.0, 0.0)
    with Visitors(house.port, firms, readers=wanted.readers) as quiet:
        time.sleep(2)
        quiet.times.clear()
        time.sleep(wanted.quiet_seconds)
    told("nothing else", quiet.times, quiet.times)
    work: dict[str, Callable[[], str]] = {
        "scan": _scan,
        "import": lambda: _import(path, plain),
        "reindex": _reindex,
    }
    for kind in wanted.during:
        idle = house.memory_mib()
        house.forget_peak()
        with Visitors(house.port, firms, readers=wanted.readers) as visitors:
            began = time.monotonic()
            said = work[kind]()
            seconds = time.monotonic() - began
        told(f"during the {kind}, {seconds:.0f} s", visitors.times, quiet.times)
        print(
            f"{said}; the process that did it had {idle:.0f} MiB before, {house.peak_mib() - idle:.0f} more at most",
            flush=True,
        )


def told(what: str, times: Times, quiet: Times) -> None:
    print(
        f"\n{what:28}{'asked':>7}{'p50 ms':>9}{'p95 ms':>9}{'longest':>9}{'p50 x quiet':>13}{'p95 x quiet':>13}"
    )
    for name, spent in sorted(times.items()):
        p50, p95 = (typing.at(share, spent) for share in (0.5, 0.95))
        beside = [typing.at(share, quiet[name]) for share in (0.5, 0.95)]
        print(
            f"{name:28}{len(spent):7}{p50:9.1f}{p95:9.1f}{max(spent):9.0f}{p50 / beside[0]:13.1f}{p95 / beside[1]:13.1f}",
            flush=True,
        )
        if name in TOLD:
            beside_what = "the same without load" if quiet is not times else ""
            table.add(
                table.Line(
                    f"{name}, {what.partition(',')[0]}", p50, p95, max(spent), times=p95 / beside[1] if beside_what else None,
                    what_of=beside_what,
                )
            )  # fmt: skip


def _firms() -> list[int]:
    """Firms that the writer follows."""
    from crm.db import db
    from crm.merchants.models import Enterprise
    from crm.org.models import User

    his = sa.select(Enterprise.id).join(User, Enterprise.follow_user_id == User.id)
    found = list(
        db.session.scalars(his.where(User.login == "promoter").order_by(Enterprise.id.desc()).limit(500))
    )
    db.session.rollback()
    return found


# --- work, ordered as the pages do --------------------------------------------------------------------------


def _over(job_id: int) -> Any:
    """The job when the house has done it."""
    from crm.db import db, reading
    from crm.jobs import queue
    from crm.jobs.models import JobRun, JobState

    queue.start(job_id)
    while True:
        with reading():
            job = db.session.get_one(JobRun, job_id, populate_existing=True)
            db.session.expunge(job)  # asked again after the end of this, it would take the write lock
            db.session.rollback()
        if job.state.is_over:
            if job.state is not JobState.DONE:
                raise SystemExit(f"{job.name}: {job.state.label} {job.message}")
            return job
        time.sleep(0.2)


def _scan() -> str:
    from crm.audit.trail import HOUSE
    from crm.db import db
    from crm.duplicates.engine import scans

    job_id = scans.order(actor=HOUSE).id
    db.session.commit()
    result = _over(job_id).result
    return f"{result['records']:,} records looked at, {result['weighed']:,} pairs weighed, {result['found']:,} kept"


def _import(path: Path | None, plain: tuple[float, float, float]) -> str:
    from crm.db import db
    from crm.imports import actions, jobs
    from crm.imports.models import ImportBatch
    from crm.jobs import queue

    assert path is not None
    number, took = arriving.order(path), []
    for kind in (jobs.CHECK, jobs.RUN):
        batch = db.session.get_one(ImportBatch, number)
        if kind == jobs.RUN:
            actions.begin_run(batch)
        job = queue.new(kind, title=batch.file_name, params={"batch": number}, user_id=batch.user_id)
        job_id = batch.job_id = job.id
        db.session.commit()
        began = time.monotonic()
        _over(job_id)
        took.append(time.monotonic() - began)
    counts = dict(db.session.get_one(ImportBatch, number, populate_existing=True).counts)
    db.session.rollback()
    came = arriving.Came(counts["all"], took[0], took[1], counts)
    listed = "  ".join(f"{key} {count:,}" for key, count in sorted(counts.items()))
    return (
        f"{came.rows:,} rows: check {came.check_s:.0f} s, run {came.run_s:.0f} s, {came.per_second:.0f} rows/s;"
        f" plain loop {plain[0]:.0f} rows/s with one commit, {plain[1]:.0f} with one for each"
        f" ({plain[0] / came.per_second:.1f} and {plain[1] / came.per_second:.1f} times ours)\n{listed}"
    )


def _reindex() -> str:
    from crm.db import db
    from crm.jobs import queue
    from crm.merchants import reindex

    job_id = queue.new(reindex.KIND, title="重建查重索引", params={}, user_id=None).id
    db.session.commit()
    result = _over(job_id).result
    return f"{result['records']:,} records, {result['changed']:,} entries changed"


if __name__ == "__main__":
    main()
