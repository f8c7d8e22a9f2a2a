"""The steps one after the other, on a cluster that is there or on one made for the occasion."""

from __future__ import annotations

import resource
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from crm.dedup import scoring
from crm.dedup.noun import Noun
from crm.dedup.nouns import ENTERPRISES
from crm.dedup.record import columns_of
from crm.dedup.spread import steps
from crm.dedup.spread.exchange import put
from crm.dedup.spread.sources import Piece
from crm.dedup.spread.steps import Done, Plan, Step
from crm.dedup.tables import BadTable

ROWS_IN_RANGE = 50_000
STAMP = "crm-dedup"  # lies in the exchange, so that a worker sees that it is the one
AGAIN = 3  # times that a task is sent out again after its worker was lost


@dataclass(frozen=True, slots=True)
class Figures:
    """What one step took. CPU and bytes of all its tasks, the largest memory that one worker ever had so far."""

    step: str
    tasks: int
    wall_seconds: float
    cpu_seconds: float
    worker_mb: float
    exchanged_mb: float


class Unfit(Exception):
    """A worker that would find other clusters, or none: other code, or it does not see the exchange folder."""


def work(plan: Plan, step: Step, arguments: Sequence[Any]) -> tuple[Done, float, float]:
    """(what the task tells, CPU seconds, largest memory of this process so far in MB)."""
    if plan.code != steps.code_in_use():
        raise Unfit("a worker runs another version of crm.dedup or of Python than the one that asks it")
    if not plan.at(STAMP).is_file():
        raise Unfit(
            f"a worker does not see {plan.folder}; the exchange must be a folder that all of them share"
        )
    began = time.thread_time()
    with scoring.trying(plan.table, plan.noun):
        done = step(plan, *arguments)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1024**2 if sys.platform == "darwin" else 1024
    )
    return done, time.thread_time() - began, peak


Send = Callable[[Plan, Step, Sequence[Sequence[Any]]], list[tuple[Done, float, float]]]


def here(plan: Plan, step: Step, tasks: Sequence[Sequence[Any]]) -> list[tuple[Done, float, float]]:
    """Every task in this process: to see what a step does without a cluster around it."""
    return [work(plan, step, arguments) for arguments in tasks]


@contextmanager
def dask(scheduler: str | None, workers: int) -> Iterator[Send]:
    """Sends tasks to the cluster whose scheduler has this address, or to processes of this machine."""
    from distributed import Client, LocalCluster

    made = None
    if scheduler is None:
        made = LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=":0")
    client = Client(scheduler or made)

    def send(plan: Plan, step: Step, tasks: Sequence[Sequence[Any]]) -> list[tuple[Done, float, float]]:
        # One task a worker at a time, whatever threads it has: `trying` and memory are thought of so.
        waiting = [
            client.submit(work, plan, step, arguments, pure=False, retries=AGAIN) for arguments in tasks
        ]
        return list(client.gather(waiting))

    try:
        yield send
    finally:
        client.close()
        if made:
            made.close()


def cluster_spread(
    pieces: Sequence[Piece],
    target: Path,
    send: Send,
    *,
    exchange: Path,
    noun: Noun = ENTERPRISES,
    rows_in_range: int = ROWS_IN_RANGE,
    progress: Callable[[Figures], None] | None = None,
) -> tuple[int, int]:
    """Write part-000000.csv … (id, cluster_id) into the folder `target`, in the order of the rows; (rows, clusters).

    `exchange` is a folder that all workers reach by this very path, with room for about three times the source.
    Raises `BadTable` as the embedded run does.
    """
    if not pieces:
        raise BadTable("nothing to read")
    header = pieces[0].header()
    columns = columns_of(header, noun.columns)
    for wanted in ("name", "id"):
        if wanted not in columns:
            raise BadTable(f"{pieces[0]}: no column for the {wanted} in: {', '.join(header)}")
    exchange.mkdir(parents=True, exist_ok=True)
    target.mkdir(parents=True, exist_ok=True)
    folder = Path(mkdtemp(prefix="crm-dedup-", dir=exchange))
    folder.joinpath(STAMP).touch()
    plan = Plan(
        str(folder),
        noun.name,
        noun.weights(),
        steps.code_in_use(),
        buckets=1,
        columns=columns,
        target=str(target),
    )
    say = progress or (lambda _figures: None)

    def do(step: Step, tasks: Sequence[Sequence[Any]], *read: str) -> list[Any]:
        """Send out the tasks of one step; what it read and nobody reads again is thrown away."""
        began = time.perf_counter()
        done = send(plan, step, tasks)
        for gone in read:
            shutil.rmtree(folder / gone, ignore_errors=True)
        exchanged = sum(each.written for each, _cpu, _mb in done) / 1e6
        cpu = sum(cpu for _each, cpu, _mb in done)
        most = max((mb for _each, _cpu, mb in done), default=0.0)
        say(Figures(step.__name__, len(tasks), time.perf_counter() - began, cpu, most, exchanged))
        return [each.told for each, _cpu, _mb in done]

    try:
        cut = do(steps.cut, list(enumerate(pieces)))
        chunks = [(at, number) for at, sizes in enumerate(cut) for number in range(len(sizes))]
        count = sum(map(sum, cut))
        samples = do(steps.parse, [(chunk, *where) for chunk, where in enumerate(chunks)], "rows")
        splits = _splits(sorted(set().union(*samples)), max(1, round(count / rows_in_range)))
        ranges = len(splits) + 1
        plan = replace(plan, chunks=len(chunks), splits=splits, ranges=ranges, buckets=ranges)
        do(steps.deal, _numbered(len(chunks)), "parsed")
        each = _numbered(ranges)
        sizes = do(steps.settle, each, "dealt")
        plan = replace(plan, starts=tuple(accumulate(sizes, initial=0)), splits=())
        do(steps.index, each)
        twice = [told for told in do(steps.tally, each, "blocks", "grams", "seen", "looks", "ids") if told]
        if twice:
            identity, *both = min(twice)
            first, second = (_where(pieces, chunks, chunk, row) for chunk, row in both)
            raise BadTable(f"{second}: id {identity} stands in {first} already")
        do(steps.follow, each, "sizes")
        do(steps.lend, each, "asked", "postings")
        do(steps.nearest, each, "ties", "lent", "followed")
        do(steps.ask, each)
        everywhere = set().union(*do(steps.answer, each, "wanted", "shared", "looked"))
        put(plan.at(steps.EVERYWHERE), 0, [sorted(everywhere)])
        do(steps.weigh, each, "answers", "pairs")
        do(steps.components, [(0,)], "forest")
        do(steps.gather, each, "roots", "weighed", "around")
        do(steps.decide, each, "gathered")
        clusters = do(steps.name, each, "names", "settled")
        for old in target.glob("part-*.csv"):
            old.unlink()
        do(steps.write, _numbered(len(chunks)), "outcome")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return count, sum(clusters)


def _numbered(count: int) -> list[tuple[int]]:
    return [(number,) for number in range(count)]


def _splits(samples: Sequence[str], ranges: int) -> tuple[str, ...]:
    """The first place of each range but the first, so that all have about as many rows."""
    return tuple(dict.fromkeys(samples[len(samples) * at // ranges] for at in range(1, ranges) if samples))


def _where(pieces: Sequence[Piece], chunks: Sequence[tuple[int, int]], chunk: int, row: int) -> str:
    piece, number = chunks[chunk]
    return f"{pieces[piece]}: row {number * steps.CHUNK + row + 2}"
