"""How fast, and with how much memory, a list comes in: 12 columns of merchants, looked up in the whole base.

    python -m tests.bench.arriving --rows 10000 100000 --records 50000

Into a SQLite file of its own (`--data` keeps and reuses the folder), or the empty database DATABASE_URL names, filled
with so many firms first. Of the list a tenth are firms of the base as they stand there, a tenth such firms with a slip in the name,
the rest new ones put together from the names of the base. Check, run and undo are one process, by the code of the job.

Beside it, in the same base and run, a plain loop: the same rows as single INSERTs without any check, without search
entries, look-up and trail; once with one commit for all, once with one for each row.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.bench import table
from tests.bench.leaving import peak_kib
from tests.bench.pages import ROOT

HEADER = (
    "企业名称 统一社会信用代码 所在地 行业 法定代表人 联系人 职务 联系电话 地址 商会 主营业务 备注".split()
)
BARE_ROWS = 3_000  # of the plain loop: enough to know its speed
Row = list[str]


# --- a list ------------------------------------------------------------------------------------------------


def list_of(count: int, path: Path, *, seed: int = 2013) -> Path:
    """A list for the connected base. The same for the same base and seed."""
    from crm.db import db
    from crm.dedup import sounds
    from crm.dedup.profile import profile_of
    from crm.merchants import identity
    from crm.merchants.models import Enterprise

    dice = random.Random(seed)
    most = db.session.scalar(sa.select(sa.func.max(Enterprise.id))) or 1
    readings: dict[str, set[str]] = {}
    made = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        while made < count:
            ids = sorted({dice.randrange(1, most + 1) for _one in range(800)})
            records = [known.record for known in identity.load("enterprise", ids).values()]
            dice.shuffle(records)
            for record in records:
                for character in record.name:
                    readings.setdefault(sounds.syllable(character), set()).add(character)
            for record, other in itertools.pairwise(records):
                if made >= count:
                    break
                share = dice.random()
                core, brand = profile_of(record).core, profile_of(other).brand
                if share < 0.1:
                    row = _row(record, record.name, record.uscc, dice)
                elif share < 0.2:
                    row = _row(record, _slip(record.name, core, readings, dice), "", dice)
                else:
                    own = profile_of(record).brand
                    name = record.name.replace(own, brand, 1) if own and brand else f"{brand}{record.name}"
                    row = _row(record, name, _code(dice), dice, phone=f"154{dice.randrange(10**8):08d}")
                writer.writerow(row)
                made += 1
    db.session.rollback()
    return path


def _row(record: Any, name: str, uscc: str, dice: random.Random, *, phone: str = "") -> Row:
    contact = record.contacts[0] if record.contacts and not phone else dice.choice("陈王李周郑沈吴") + "予安"
    phone = phone or (record.phones[0] if record.phones else "")
    return [
        name, uscc, record.region, "", record.legal_rep if not phone else "", contact, "总经理", phone,
        record.address, record.chamber, "机械设备及配件的制造和销售", "名单测速",
    ]  # fmt: skip


def _slip(name: str, core: str, readings: dict[str, set[str]], dice: random.Random) -> str:
    from crm.dedup import sounds

    for character in core[:3]:
        if others := sorted(readings[sounds.syllable(character)] - {character}):
            return name.replace(character, dice.choice(others), 1)
    return name.removesuffix("有限公司")


def _code(dice: random.Random) -> str:
    from stdnum.cn import uscc

    front = "91330800" + "".join(dice.choices("0123456789ABCDEFGHJKLMNPQRTUWXY", k=9))
    return front + uscc.calc_check_digit(front)


# --- the plain loop ----------------------------------------------------------------------------------------


def bare(path: Path, rows: int = BARE_ROWS) -> tuple[float, float, float]:
    """Rows a second of a plain loop, with one commit for all and with one for each, and rows a second of this process
    alone with one for all; taken out again."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        listed = list(itertools.islice(csv.DictReader(file), rows))
    (of_all, own), (of_each, _own) = _loop(listed, each=False), _loop(listed, each=True)
    return of_all, of_each, own


def _loop(rows: Sequence[dict[str, str]], *, each: bool) -> tuple[float, float]:
    from crm.db import db
    from crm.lib import clock
    from crm.merchants.models import Enterprise, Handle, HandleKind, Person, Position
    from crm.org.models import User

    user = db.session.scalars(sa.select(User).filter_by(login="admin")).one()
    who = {
        "follow_unit_id": user.unit_id, "follow_user_id": user.id, "first_report_unit_id": user.unit_id,
        "first_report_user_id": user.id, "first_reported_at": clock.now(),
    }  # fmt: skip
    db.session.commit()
    made: dict[Any, list[int]] = {Position: [], Handle: [], Person: [], Enterprise: []}

    def put(model: Any, **columns: Any) -> int:
        number = db.session.scalars(sa.insert(model).returning(model.id), [columns]).one()
        made[model].append(number)
        return int(number)

    began, own = time.perf_counter(), time.process_time()
    for row in rows:
        firm = put(
            Enterprise, name=row["企业名称"], uscc=row["统一社会信用代码"], address=row["地址"], note=row["备注"],
            chamber=row["商会"], main_business=row["主营业务"], legal_representative=row["法定代表人"], **who,
        )  # fmt: skip
        person = put(Person, name=row["联系人"], **who)
        put(Position, enterprise_id=firm, person_id=person, title=row["职务"])
        if row["联系电话"]:
            phone = row["联系电话"]
            put(Handle, person_id=person, kind=HandleKind.MOBILE, value=phone, digits=f"+86{phone}"[:32])
        if each:
            db.session.commit()
    db.session.commit()
    seconds, own = time.perf_counter() - began, time.process_time() - own
    for model, ids in made.items():
        for at in range(0, len(ids), 500):
            db.session.execute(sa.delete(model).where(model.id.in_(ids[at : at + 500])))
    db.session.commit()
    return len(rows) / seconds, len(rows) / own


# --- the import --------------------------------------------------------------------------------------------


@dataclass
class Came:
    """How an import went."""

    rows: int
    check_s: float
    run_s: float
    counts: dict[str, int]
    over_idle_mib: float = 0.0
    undo_s: float = 0.0
    own_s: float = 0.0  # of this process, for check and run: what others took of the machine is not in it

    @property
    def per_second(self) -> float:
        return self.rows / (self.check_s + self.run_s)


def order(path: Path) -> int:
    """Take the list in, as the page does; the import's number."""
    from crm.db import db
    from crm.imports import actions
    from crm.imports.models import Mode
    from crm.org.models import User

    user = db.session.scalars(sa.select(User).filter_by(login="admin")).one()
    with path.open("rb") as stream:
        batch = actions.upload(stream, path.name, unit_id=user.unit_id, actor=user)
    if len(batch.mapping) != len(HEADER):
        raise SystemExit(f"{len(batch.mapping)} of {len(HEADER)} columns were understood: {batch.mapping}")
    actions.choose_columns(batch, dict(batch.mapping))
    actions.order_check(batch, Mode.BOTH)
    db.session.flush()
    number = batch.id
    db.session.commit()
    return number


def run(path: Path, *, undo: bool) -> None:
    """In a process of its own: check, run and perhaps undo, which leaves the base as it was; then the figures as
    JSON."""
    from crm.app import create_app
    from crm.db import db
    from crm.imports import actions, jobs
    from crm.imports.models import ImportBatch

    app = create_app()
    with app.app_context():
        number, idle = order(path), peak_kib()
        began, own = time.perf_counter(), time.process_time()
        jobs.check(number, lambda *_done: None)
        checked = time.perf_counter()
        actions.begin_run(db.session.get_one(ImportBatch, number))
        db.session.commit()
        jobs.run(number, lambda *_done: None)
        done, own = time.perf_counter(), time.process_time() - own
        batch = db.session.get_one(ImportBatch, number)
        counts = dict(batch.counts)
        undone = done
        if undo:
            actions.begin_undo(batch)
            db.session.commit()
            jobs.take_back(number, lambda *_done: None)
            undone = time.perf_counter()
        over_idle = (peak_kib() - idle) / 1024
        came = Came(counts["all"], checked - began, done - checked, counts, over_idle, undone - done, own)
        print(json.dumps(vars(came)))


def heading() -> str:
    return (
        f"{'rows':>9}{'check s':>9}{'run s':>9}{'undo s':>9}{'rows/s':>9}{'own s':>9}{'MiB over idle':>15}"
        f"{'bare rows/s':>13}{'each commit':>13}{'x bare':>8}{'x, own s':>10}"
    )


def line(came: Came, plain: tuple[float, float, float]) -> str:
    """`x bare`: how many times as long as the plain loop, with one commit for all, it takes; then the same by the
    processor's time of the two, which a crowd changes less."""
    return (
        f"{came.rows:9,}{came.check_s:9.1f}{came.run_s:9.1f}{came.undo_s:9.1f}{came.per_second:9,.0f}"
        f"{came.own_s:9.1f}{came.over_idle_mib:15.0f}"
        f"{plain[0]:13,.0f}{plain[1]:13,.0f}{plain[0] / came.per_second:8.1f}"
        f"{plain[2] * came.own_s / came.rows:10.1f}"
    )


def main() -> None:
    from tests.bench import typing

    parser = argparse.ArgumentParser(prog="python -m tests.bench.arriving", description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000])
    typing.base_arguments(parser)
    parser.add_argument("--no-undo", action="store_true", help="what has come in stays in the base")
    parser.add_argument("--run", type=Path, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.run:
        run(wanted.run, undo=not wanted.no_undo)
        return
    with tempfile.TemporaryDirectory(prefix="crm-bench-") as folder, typing.base(wanted, Path(folder)) as app:
        print(heading())
        for number, rows in enumerate(sorted(wanted.rows)):
            path = Path(folder) / f"名单{rows}.csv"
            with app.app_context():
                list_of(rows, path, seed=number)
                plain = bare(path)
            command = [sys.executable, "-m", "tests.bench.arriving", "--run", str(path)]
            command += ["--no-undo"] if wanted.no_undo else []
            done = subprocess.run(
                command, check=True, env=os.environ, cwd=ROOT, capture_output=True, text=True
            )
            came = Came(**json.loads(done.stdout.splitlines()[-1]))
            print(line(came, plain), flush=True)
            table.add(
                table.Line(
                    f"import of {rows:,} rows, looked up in the base", per_second=came.per_second,
                    mib=came.over_idle_mib, times=plain[0] / came.per_second, what_of="single INSERTs, no check",
                )
            )  # fmt: skip
            print("         " + "  ".join(f"{key} {count:,}" for key, count in sorted(came.counts.items())))


if __name__ == "__main__":
    main()
