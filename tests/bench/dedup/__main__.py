"""python -m tests.bench.dedup [LIST.csv.gz …]: every finder in a process of its own, one after another; a table."""

from __future__ import annotations

import argparse
import csv
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.dedup import invented, lists, quality, stopwatch

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
PINS = HERE.parent / "peers.txt"
OURS = "ours"
CLEANING = "(cleaning)"
PEERS = {
    "rapidfuzz": "rapidfuzz_ratio.py",
    "string_grouper": "string_grouper_tfidf.py",
    "splink": "splink_duckdb.py",
    "recordlinkage": "recordlinkage_logistic.py",
    "dedupe": "dedupe_learned.py",
}
RULES_FOR_FIRMS = ("exact-name", "name-code-or-phone")
RULES_FOR_PEOPLE = ("exact-phone", "name-and-phone", "name-and-company")
TOOLS = (*RULES_FOR_FIRMS, *RULES_FOR_PEOPLE, *PEERS, OURS)
LEARN_FROM = 2_000  # rows whose labels the learning peers see


@dataclass(frozen=True, slots=True)
class Line:
    tool: str
    run: stopwatch.Run
    quality: quality.Quality | None = None
    threshold: float | None = None


@contextmanager
def environment_of_peers(kept: Path | None) -> Iterator[Path]:
    """The Python of an environment with the peers in it: thrown away, or made once and kept where told."""
    with tempfile.TemporaryDirectory(prefix="crm-peers-") as thrown_away:
        folder = kept or Path(thrown_away) / "venv"
        python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
        stamp = folder / "peers.txt"
        if not stamp.is_file() or stamp.read_text() != PINS.read_text():
            print(f"installing what {PINS.relative_to(ROOT)} pins …", file=sys.stderr, flush=True)
            venv.create(folder, clear=True, with_pip=True, symlinks=os.name != "nt")
            pip = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-input"]
            subprocess.run([*pip, "-r", PINS], check=True)
            stamp.write_text(PINS.read_text())
        yield python


def commands(
    tools: Sequence[str], source: Path, folder: Path, people: bool, peers: Path | None
) -> Iterator[tuple[str, Path, list[str]]]:
    """(tool, what it writes, its command) of those tools that know this kind of list."""
    for tool in tools:
        found = folder / f"{tool}.csv"
        if tool == OURS:
            verb = [sys.executable, "-m", "crm.dedup", "-q", "cluster", *(["--people"] if people else [])]
            yield tool, found, [*verb, str(source), str(found)]
        elif tool in (RULES_FOR_PEOPLE if people else RULES_FOR_FIRMS):
            yield (
                tool,
                found,
                [sys.executable, "-m", "tests.bench.dedup.rules", tool, str(source), str(found)],
            )
        elif tool in PEERS and not people:
            given = [str(folder / "cleaned.csv"), str(found), str(folder / "labelled.csv")]
            yield tool, found, [str(peers), str(HERE / "peers" / PEERS[tool]), *given]


def judged(found: Path, rows: Sequence[lists.Row]) -> tuple[quality.Quality, float | None]:
    """Quality of what a tool wrote: its clusters, or its pairs at their best threshold."""
    place = {row["rec_id"]: at for at, row in enumerate(rows)}
    truth = [row["cluster_id"] for row in rows]
    with found.open(encoding="utf-8", newline="") as file:
        cells = csv.reader(file)
        header = next(cells)
        if header == ["id", "cluster_id"]:
            homes: list[object] = list(range(len(rows)))  # who is in no cluster is alone
            for ident, home in cells:
                homes[place[ident]] = f"cluster {home}"
            return quality.of_clusters(homes, truth), None
        return quality.at_best_threshold(
            ((place[one], place[two], float(score)) for one, two, score in cells), truth
        )


def bench(
    source: Path, labelled: Path | None, tools: Sequence[str], limit_seconds: float, peers: Path | None
) -> list[Line]:
    rows = lists.read(source)
    people = lists.is_of_people(rows)
    lines = []
    with tempfile.TemporaryDirectory(prefix="crm-bench-") as name:
        folder = Path(name)
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
            "PYTHONPATH": str(ROOT),
        }

        def clean(source: Path, target: str, *rows: str) -> stopwatch.Run:
            command = [
                sys.executable,
                "-m",
                "tests.bench.dedup.cleaned",
                str(source.resolve()),
                target,
                *rows,
            ]
            run = stopwatch.run(command, limit_seconds=3600, folder=folder, environment=environment)
            if run.failure:
                raise SystemExit(f"cleaning {source}: {run.failure}")
            return run

        if peers and not people and set(tools) & PEERS.keys():
            print("cleaning the columns for the peers …", file=sys.stderr, flush=True)
            lines.append(Line(CLEANING, clean(source, "cleaned.csv")))
            clean(*((labelled, "labelled.csv") if labelled else (source, "labelled.csv", str(LEARN_FROM))))
        for tool, found, command in commands(tools, source.resolve(), folder, people, peers):
            print(f"{tool} on {source.name} …", file=sys.stderr, flush=True)
            # Ours is asked from the root of the house; the peers must not see our packages.
            seen = environment if command[0] == sys.executable else {**environment, "PYTHONPATH": ""}
            run = stopwatch.run(command, limit_seconds=limit_seconds, folder=folder, environment=seen)
            if not run.failure and not found.is_file():
                run = stopwatch.Run(run.wall_seconds, run.cpu_seconds, run.peak_mb, "wrote nothing")
            lines.append(Line(tool, run) if run.failure else Line(tool, run, *judged(found, rows)))
    return lines


def table(source: Path, rows: int, lines: Sequence[Line]) -> Iterator[str]:
    """A Markdown table; the ratios say what ours takes of what the other took: below one is less.

    Cleaning is a line of its own: the peers did not do it, ours does it itself.
    """
    ours = next((line for line in lines if line.tool == OURS and line.quality), None)
    cleaning = next((line.run.cpu_seconds for line in lines if line.tool == CLEANING), 0.0)
    yield f"\n{source.name}: {rows} rows\n"
    yield (
        "| tool | P | R | F1 | B-cubed | at score | wall s | CPU s | peak MB | F1 ours - theirs "
        "| wall ours/theirs | CPU ours/theirs | with cleaning | MB ours/theirs |"
    )
    yield "| --- |" + " ---: |" * 13
    for line in lines:
        run, good = line.run, line.quality
        cells = [f"{run.wall_seconds:.1f}", f"{run.cpu_seconds:.1f}", f"{run.peak_mb:.0f}"]
        if good is None:
            failure = f"**{run.failure.replace('|', '/')}**" if run.failure else ""
            yield f"| {line.tool} | {failure} | | | | | {' | '.join(cells)} | | | | | |"
            continue
        measured = [f"{value:.4f}" for value in (good.precision, good.recall, good.f1, good.b_cubed)]
        threshold = "" if line.threshold is None else f"{line.threshold:.2f}"
        ratios = [""] * 5
        if ours and ours.quality and ours is not line:
            ratios = [
                f"{ours.quality.f1 - good.f1:+.4f}",
                f"{ours.run.wall_seconds / run.wall_seconds:.2f}",
                f"{ours.run.cpu_seconds / max(run.cpu_seconds, 0.01):.2f}",
                f"{ours.run.cpu_seconds / (run.cpu_seconds + cleaning):.2f}" if line.tool in PEERS else "",
                f"{ours.run.peak_mb / max(run.peak_mb, 1):.2f}",
            ]
        yield "| " + " | ".join([line.tool, *measured, threshold, *cells, *ratios]) + " |"


def main(arguments: Sequence[str] | None = None) -> int:
    """0 if every tool that was asked for ended well, 1 if the table has a failure in it."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.dedup",
        description="Today's finders of duplicates and ours on labelled lists. The peers get cleaned columns and, where "
        "they give scores, the threshold that is best for these very labels; those that learn see the labels of "
        f"{LEARN_FROM} rows of the list, or those of --labelled.",
    )
    parser.add_argument("lists", nargs="*", type=Path, metavar="LIST.csv.gz", help="none: invented ones")
    parser.add_argument("--only", metavar="TOOL,…", help=f"of: {', '.join(TOOLS)}")
    parser.add_argument("--limit-seconds", type=float, default=900, help="for each tool (900)")
    parser.add_argument("--records", type=int, default=10_000, help="rows of the invented lists (10 000)")
    parser.add_argument("--labelled", type=Path, help="what learning peers learn from")
    parser.add_argument("--environment", type=Path, help="make the peers' environment here and keep it")
    wanted = parser.parse_args(arguments)
    tools = wanted.only.split(",") if wanted.only else list(TOOLS)
    if unknown := [tool for tool in tools if tool not in TOOLS]:
        parser.error(f"no such tool: {', '.join(unknown)}")
    failures = 0
    with tempfile.TemporaryDirectory(prefix="crm-bench-") as name:
        asked = wanted.lists or [
            invented.write(Path(name) / f"invented_{kind}.csv.gz", kind, wanted.records, 7)
            for kind in ("enterprises", "people")
        ]
        firms = any(not lists.is_of_people(lists.read(source)) for source in asked)

        def all_lists(peers: Path | None) -> int:
            bad = 0
            for source in asked:
                lines = bench(source, wanted.labelled, tools, wanted.limit_seconds, peers)
                print("\n".join(table(source, len(lists.read(source)), lines)), flush=True)
                bad += sum(bool(line.run.failure) for line in lines)
            return bad

        if firms and set(tools) & PEERS.keys():
            with environment_of_peers(wanted.environment) as peers:
                failures = all_lists(peers)
        else:
            failures = all_lists(None)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
