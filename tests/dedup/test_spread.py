"""Beyond one machine: a cluster of two worker processes finds the very clusters that one process finds."""

from __future__ import annotations

import csv
import gzip
import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from distributed import LocalCluster
from pyarrow import parquet

from crm.dedup.batch import cluster
from crm.dedup.candidates import candidate_pairs
from crm.dedup.evidence import owners_of
from crm.dedup.noun import Noun
from crm.dedup.nouns import NOUNS, PEOPLE
from crm.dedup.record import columns_of
from crm.dedup.spread import run, sources, steps
from crm.dedup.spread.__main__ import main
from crm.dedup.tables import BadTable, Layout, read_records
from tests.bench.dedup import invented

ROWS = 1_800
Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """Invented enterprises, and what is hard to divide: one row many times, one phone for many, odd names."""
    header, *cells = invented.rows("enterprises", ROWS, 11)
    made = [dict(zip(header, row, strict=True)) for row in cells]
    made += [{**made[0], "rec_id": f"copy-{number}"} for number in range(60)]
    for row in made[100:350]:
        row["phone"] = "13800000000"
    made += [
        {**made[5], "rec_id": f"odd-{number}", "name": name}
        for number, name in enumerate(("", "甲" * 3_000, "😀", " "))
    ]
    random.Random(3).shuffle(made)
    return made


@pytest.fixture(scope="module")
def embedded(rows: Rows, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    path = written(tmp_path_factory.mktemp("embedded") / "all.csv", rows)
    records, _none = read_records(path)
    homes = dict(zip((str(record.id) for record in records), cluster(records), strict=True))
    sizes = Counter(Counter(homes.values()).values())
    assert sizes[1] > 300 and sum(count for size, count in sizes.items() if size > 2) > 100
    return homes


@pytest.fixture(scope="module")
def two_workers() -> Iterator[LocalCluster]:
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as made:
        yield made


def written(path: Path, rows: Rows) -> Path:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "wt", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return path


def found(folder: Path) -> list[tuple[str, str]]:
    """The rows of all parts in their order."""
    pairs = []
    for part in sorted(folder.glob("part-*.csv")):
        with part.open(encoding="utf-8", newline="") as file:
            header, *rest = csv.reader(file)
            assert header == ["id", "cluster_id"]
            pairs += [(identity, named) for identity, named in rest]
    return pairs


def same(folder: Path, rows: Rows, embedded: dict[str, str]) -> None:
    pairs = found(folder)
    assert [identity for identity, _named in pairs] == [row["rec_id"] for row in rows]
    assert dict(pairs) == embedded


def test_two_workers_find_the_very_same_clusters_in_several_files(
    tmp_path: Path, rows: Rows, embedded: dict[str, str], two_workers: LocalCluster
):
    lists = tmp_path / "lists"
    lists.mkdir()
    written(lists / "a.csv", rows[:700])
    written(lists / "b.csv.gz", rows[700:1300])
    written(lists / "c.csv", rows[1300:])
    steps_seen = []
    with run.dask(two_workers.scheduler_address, 0) as send:
        counted = run.cluster_spread(
            sources.files([lists]), tmp_path / "out", send, exchange=tmp_path / "exchange", rows_in_range=200,
            progress=steps_seen.append,
        )  # fmt: skip
    assert counted == (len(rows), len(set(embedded.values())))
    same(tmp_path / "out", rows, embedded)
    assert not any((tmp_path / "exchange").iterdir())
    assert sum(figures.tasks for figures in steps_seen) > 100 and all(f.cpu_seconds > 0 for f in steps_seen)
    workers = {worker.pid for worker in two_workers.workers.values()}
    assert len(workers) == 2 and os.getpid() not in workers


@pytest.mark.parametrize("rows_in_range", [90, 1_000, 10**6])
def test_however_the_rows_are_divided_and_ordered(
    tmp_path: Path, rows: Rows, embedded: dict[str, str], monkeypatch: pytest.MonkeyPatch, rows_in_range: int
):
    monkeypatch.setattr(steps, "CHUNK", 333)
    turned = rows[::-1]
    path = written(tmp_path / "all.csv", turned)
    run.cluster_spread(
        sources.files([path]), tmp_path / "out", run.here, exchange=tmp_path, rows_in_range=rows_in_range
    )
    same(tmp_path / "out", turned, embedded)


def test_parquet_and_a_database_are_read_by_parts(
    tmp_path: Path, rows: Rows, embedded: dict[str, str], two_workers: LocalCluster
):
    parquet.write_table(pa.Table.from_pylist(rows), tmp_path / "all.parquet", row_group_size=500)
    with sqlite3.connect(tmp_path / "all.db") as base:
        titles = list(rows[0])
        base.execute(f"create table merchants (number integer primary key, {', '.join(titles)})")
        marks = ", ".join("?" * (len(titles) + 1))
        # a gap in the numbers, and NULL where the list has nothing
        base.executemany(
            f"insert into merchants values ({marks})",
            (
                (at + 5_000 * (at > 900), *(value or None for value in row.values()))
                for at, row in enumerate(rows)
            ),
        )
    base.close()
    url = f"sqlite:///{tmp_path / 'all.db'}"
    from_file = sources.files([tmp_path / "all.parquet"])
    from_table = sources.table(url, "merchants", "number", rows_each=400)
    assert len(from_file) == 4 and len(from_table) == 5
    with run.dask(two_workers.scheduler_address, 0) as send:
        for name, pieces in (("file", from_file), ("table", from_table)):
            run.cluster_spread(
                pieces, tmp_path / name, send, exchange=tmp_path / "exchange", rows_in_range=900
            )
            same(tmp_path / name, rows, embedded)


def test_a_worker_that_dies_is_made_good(tmp_path: Path, rows: Rows, embedded: dict[str, str]):
    path = written(tmp_path / "all.csv", rows)
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as fragile:

        def kill_one(figures: run.Figures) -> None:
            if figures.step == "tally":
                os.kill(next(iter(fragile.workers.values())).pid, signal.SIGKILL)

        with run.dask(fragile.scheduler_address, 0) as send:
            run.cluster_spread(
                sources.files([path]), tmp_path / "out", send, exchange=tmp_path / "exchange", rows_in_range=300,
                progress=kill_one,
            )  # fmt: skip
    same(tmp_path / "out", rows, embedded)


def test_the_command_starts_its_own_workers_and_writes_what_the_embedded_one_writes(
    tmp_path: Path, rows: Rows
):
    path = written(tmp_path / "all.csv.gz", rows[:400])
    out = tmp_path / "spread.csv.gz", tmp_path / "embedded.csv.gz"
    for module, target, *more in (
        ("crm.dedup.spread", out[0], "--workers", "2", "--exchange", str(tmp_path), "--rows-in-range", "100"),
        ("crm.dedup", out[1]),
    ):
        command = [sys.executable, "-m", module, "-q", "cluster", str(path), str(target), *more]
        subprocess.run(command, check=True, cwd=Path(__file__).parents[2])
    assert out[0].read_bytes() == out[1].read_bytes()


def test_people_are_found_as_well(tmp_path: Path):
    header, *cells = invented.rows("people", 800, 5)
    rows = [dict(zip(header, row, strict=True)) for row in cells]
    path = written(tmp_path / "people.csv", rows)
    records, _none = read_records(path, noun=PEOPLE)
    homes = dict(zip((record.id for record in records), cluster(records, noun=PEOPLE), strict=True))
    run.cluster_spread(
        sources.files([path]), tmp_path / "out", run.here, exchange=tmp_path, noun=PEOPLE, rows_in_range=90
    )
    same(tmp_path / "out", rows, homes)
    assert 100 < len(set(homes.values())) < 700


@pytest.mark.parametrize("noun", NOUNS.values(), ids=NOUNS)
def test_what_two_records_ask_for_is_all_their_evidence_looks_up(noun: Noun):
    """Otherwise a worker, who has only that of the surroundings, would weigh them in another way."""
    header, *cells = invented.rows({"enterprise": "enterprises", "person": "people"}[noun.name], 1_500, 5)
    record_of = Layout.of(header, columns_of(header, noun.columns), noun)
    profiles = [noun.profile(record_of(row)) for row in cells]
    counts = owners_of(seen for profile in profiles for seen in noun.sightings(profile))
    around = noun.surroundings(counts)
    compared = 0
    for one, two in candidate_pairs(profiles, noun):
        a, b = profiles[one], profiles[two]
        few = {kind: dict(counts.get(kind, {})) for kind in noun.everywhere}
        for kind, value in (*noun.asked(a), *noun.asked(b)):
            if value in counts.get(kind, {}):
                few.setdefault(kind, {})[value] = counts[kind][value]
        assert noun.levels(a, b, noun.surroundings(few)) == noun.levels(a, b, around)
        compared += 1
    assert compared > 1_000


def test_an_id_that_stands_in_two_files_is_named(tmp_path: Path, rows: Rows):
    pieces = sources.files([written(tmp_path / "a.csv", rows[:50]), written(tmp_path / "b.csv", rows[49:60])])
    with pytest.raises(
        BadTable, match=rf"b\.csv: row 2: id {rows[49]['rec_id']} stands in .*a\.csv: row 51 already"
    ):
        run.cluster_spread(pieces, tmp_path / "out", run.here, exchange=tmp_path / "exchange")
    assert not any((tmp_path / "exchange").iterdir()) and not found(tmp_path / "out")


def test_a_worker_with_other_code_or_without_the_exchange_refuses(tmp_path: Path, rows: Rows):
    pieces = sources.files([written(tmp_path / "a.csv", rows[:50])])

    def changed(**other: str):
        def send(plan, step, tasks):
            return run.here(replace(plan, **other), step, tasks)

        return send

    for other, sentence in (
        ({"code": "older"}, "another version"),
        ({"folder": "/nowhere"}, "does not see /nowhere"),
    ):
        with pytest.raises(run.Unfit, match=sentence):
            run.cluster_spread(pieces, tmp_path / "out", changed(**other), exchange=tmp_path / "exchange")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("id,phone\n1,2\n", "no column for the name"), ("name\n甲\n", "no column for the id"), ("id,name\n,甲\n", "the id is empty")],
)  # fmt: skip
def test_a_bad_table_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch, text: str, sentence: str
):
    (tmp_path / "bad.csv").write_text(text, encoding="utf-8")
    with pytest.raises(BadTable, match=sentence):
        run.cluster_spread(
            sources.files([tmp_path / "bad.csv"]), tmp_path / "out", run.here, exchange=tmp_path
        )
    assert main(["-q", "cluster", str(tmp_path / "none.csv"), str(tmp_path / "out.csv")]) == 2
    assert "no such file" in capsys.readouterr().err


def test_the_embedded_path_knows_nothing_of_the_engine():
    code = (
        "import sys, crm.dedup, crm.dedup.__main__, crm.dedup.batch;"
        "print([m for m in ('dask', 'distributed', 'pyarrow', 'sqlalchemy', 'crm.dedup.spread') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout.strip() == "[]"
