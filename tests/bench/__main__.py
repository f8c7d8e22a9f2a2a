"""All of it at sizes a developer can wait for, on both databases, and one table at the end.

    python -m tests.bench [--on sqlite postgresql] [--only pages typing figures …]

Each command is also one of its own, with its own sizes (-h); what it says while it works stands above the table. PostgreSQL is
one that lives as long as the run, as in the tests, with a new database for each command.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench import table
from tests.bench.pages import ROOT
from tests.support import postgres

ENGINES = ("sqlite", "postgresql")
COMMANDS = {
    "pages": "--companies {records} --deals 2000 --requests 30",
    "typing": "--records {records} --questions 400",
    "arriving": "--records {records} --rows {rows}",
    "leaving": "--rows {rows}",
    "pipeline": "--deals {records} --logs {rows}0",
    "figures": "--deals {records} --sums {rows}0 --logs {rows}0",
    "meanwhile": "--records {records} --rows {rows} --quiet-seconds 15 --during scan import reindex",
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--on", choices=ENGINES, nargs="+", default=list(ENGINES))
    parser.add_argument("--only", choices=COMMANDS, nargs="+", default=list(COMMANDS))
    parser.add_argument("--records", type=int, default=20_000, help="firms in the base")
    parser.add_argument("--rows", type=int, default=5_000, help="of a list that comes in or leaves")
    wanted = parser.parse_args()
    server = postgres.Postgres.begin() if "postgresql" in wanted.on else None
    run = postgres.new_run()
    found: list[tuple[str, Path, float]] = []
    try:
        with tempfile.TemporaryDirectory(prefix="crm-bench-lines-") as folder:
            for engine in wanted.on:
                for name in wanted.only:
                    words = COMMANDS[name].format(records=wanted.records, rows=wanted.rows).split()
                    environment = dict(os.environ)
                    environment.pop("DATABASE_URL", None)
                    if engine == "postgresql" and server:
                        owner = f"bench_{name}"
                        environment["DATABASE_URL"] = postgres.new_database(
                            server.url(), run, owner, lambda _url: None
                        )
                    lines = Path(folder) / f"{engine}-{name}"
                    found.append((f"{name} on {engine}", lines, one(name, words, environment, lines)))
            for title, lines, seconds in found:
                print(f"\n{title}, {seconds:.0f} s in all\n{table.show(table.read(lines))}")
    finally:
        if server:
            server.end(run)


def one(name: str, words: list[str], environment: dict[str, str], lines: Path) -> float:
    print(f"\n== {name} {' '.join(words)}", flush=True)
    began = time.perf_counter()
    command = [sys.executable, "-m", f"tests.bench.{name}", *words]
    subprocess.run(command, check=True, cwd=ROOT, env=environment | {table.WHERE: str(lines)})
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
