"""python -m crm.dedup.spread cluster SOURCE… OUT [--scheduler tcp://host:8786] [--exchange FOLDER]"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from crm.dedup.nouns import NOUNS
from crm.dedup.spread import sources
from crm.dedup.spread.run import ROWS_IN_RANGE, Figures, Unfit, cluster_spread, dask
from crm.dedup.tables import CLUSTERS, BadTable, write_rows


def _say(figures: Figures) -> None:
    print(
        f"{figures.step:<11}{figures.tasks:>6} tasks{figures.wall_seconds:>9.1f} s{figures.cpu_seconds:>10.1f} CPU s"
        f"{figures.worker_mb:>8.0f} MB a worker{figures.exchanged_mb:>10.1f} MB exchanged",
        file=sys.stderr,
        flush=True,
    )


def _joined(folder: Path) -> Iterator[tuple[str, str]]:
    """The rows of all parts in their order."""
    for part in sorted(folder.glob("part-*.csv")):
        with part.open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file)
            next(rows)
            yield from ((identity, named) for identity, named in rows)


def main(arguments: list[str] | None = None) -> int:
    """0 when done; 2 with one sentence on stderr when a source cannot be read or a worker is not fit."""
    parser = argparse.ArgumentParser(
        prog="python -m crm.dedup.spread",
        description="Cluster a list by many workers: the same clusters as `python -m crm.dedup cluster`.",
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="no figures of the steps on stderr")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verb = verbs.add_parser("cluster", help="write id,cluster_id in the order of the rows")
    verb.add_argument(
        "sources",
        nargs="+",
        metavar="SOURCE",
        help="csv, csv.gz or Parquet files, folders of them, or the URL of a database",
    )
    verb.add_argument(
        "target", type=Path, metavar="OUT", help="a .csv or .csv.gz, or a folder for parts of one"
    )
    verb.add_argument("--people", action="store_true", help="the list is of people, not of enterprises")
    verb.add_argument("--table", help="with a URL: the table to read; schema.table is understood")
    verb.add_argument(
        "--key", default="id", help="with a URL: a unique, indexed column to divide the table by (id)"
    )
    verb.add_argument(
        "--scheduler", help="of a Dask cluster that is there, as tcp://host:8786; none: this machine"
    )
    verb.add_argument(
        "--workers", type=int, default=os.cpu_count() or 1, help="processes, without --scheduler"
    )
    verb.add_argument(
        "--exchange", type=Path, default=Path(tempfile.gettempdir()),
        help="a folder that all workers reach by this path, with room for about five times the source",
    )  # fmt: skip
    verb.add_argument(
        "--rows-in-range", type=int, default=ROWS_IN_RANGE, help="rows that one task holds in memory"
    )
    chosen = parser.parse_args(arguments)
    say = (lambda _figures: None) if chosen.quiet else _say
    urls = [source for source in chosen.sources if "://" in source]
    if urls and (len(chosen.sources) > 1 or not chosen.table):
        parser.error("a database is read by itself, and needs --table")
    try:
        if urls:
            pieces = sources.table(urls[0], chosen.table, chosen.key)
        else:
            pieces = sources.files([Path(source) for source in chosen.sources])
        one_file = chosen.target.name.endswith((".csv", ".csv.gz"))
        with (
            tempfile.TemporaryDirectory(prefix="crm-dedup-", dir=chosen.exchange) as beside,
            dask(chosen.scheduler, chosen.workers) as send,
        ):
            target = Path(beside) if one_file else chosen.target.resolve()
            rows, clusters = cluster_spread(
                pieces, target, send, exchange=chosen.exchange.resolve(), noun=NOUNS["person" if chosen.people else "enterprise"],
                rows_in_range=chosen.rows_in_range, progress=say,
            )  # fmt: skip
            if one_file:
                write_rows(chosen.target, CLUSTERS, _joined(target))
        if not chosen.quiet:
            print(f"{rows} records, {clusters} clusters", file=sys.stderr)
    except (BadTable, Unfit, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
