"""python -m crm.dedup cluster | evaluate | explain | train | bench; each with -h says what it takes."""

from __future__ import annotations

import argparse
import gc
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

from crm.dedup import batch, evaluate, made, merging, training
from crm.dedup.costs import Costs
from crm.dedup.noun import Noun
from crm.dedup.nouns import NOUNS
from crm.dedup.scoring import Match, Verdict
from crm.dedup.sharing import LOW
from crm.dedup.tables import CLUSTERS, BadTable, Table, is_name_pairs, read_name_pairs, write_rows
from crm.lib.words import _

PRECISIONS = (0.995, 0.99)
LARGE_BYTES, LARGE_ROWS = (
    5_000_000,
    100_000,
)  # of a list from which several processes are worth their starting
VERDICTS = {
    Verdict.SAME: "SAME: may be merged",
    Verdict.ASK: "ASK: a person should look",
    Verdict.RELATED: "RELATED: two, to be linked",
    Verdict.DIFFERENT: "DIFFERENT",
}
PLAN = ("cluster", "what", "survivor", "members", "why")
RELATED_FROM = (
    -3.0
)  # log-odds from which two records of different clusters are looked at for how they hang together


class Progress:
    """A bar on a terminal, else a line for each step; nothing if `quiet`. Looks at the memory on the way."""

    def __init__(self, costs: Costs, *, quiet: bool) -> None:
        self._costs, self._quiet = costs, quiet
        self._bar: Any = None
        self._step = ""
        self.took: dict[str, float] = {}

    def __call__(self, step: str, done: int, total: int) -> None:
        """`done` of `total` (as well as it is known) of this step."""
        self._costs.look()
        if step != self._step:
            self.close()
            self._step, self._began = step, time.perf_counter()
            if not self._quiet and sys.stderr.isatty():
                import click

                self._bar = click.progressbar(
                    length=max(total, done, 1), label=f"{step:<10}", file=sys.stderr
                )
        self._done = done
        if self._bar is not None:
            self._bar.length = max(total, done, 1)
            self._bar.update(done - self._bar.pos)

    def close(self) -> None:
        if not self._step:
            return
        self.took[self._step] = time.perf_counter() - self._began
        if self._bar is not None:
            self._bar.update(self._bar.length - self._bar.pos)
            self._bar.render_finish()
            self._bar = None
        elif not self._quiet:
            self.say(f"{self._step} {self._done}: {self.took[self._step]:.1f} s")
        self._step = ""

    def say(self, line: str) -> None:
        if not self._quiet:
            print(line, file=sys.stderr, flush=True)


def _workers(chosen: argparse.Namespace, *, large: bool) -> int:
    """As many as were asked for; else all processors if the list is worth starting them."""
    return chosen.workers or (os.cpu_count() or 1 if large else 1)


def _run(table: Table, chosen: argparse.Namespace, progress: Progress) -> batch.Outcome:
    def parsing(step: str, done: int, total: int) -> None:
        progress(step, done, total or int(done / max(table.read, 0.01)))

    rows = batch.portioned(table)
    workers = _workers(chosen, large=table.path.stat().st_size > LARGE_BYTES)
    found = batch.run(table.noun, rows, table.record, workers=workers, progress=parsing)
    progress.close()
    return found


def _cluster(chosen: argparse.Namespace, noun: Noun, progress: Progress) -> None:
    table = Table(chosen.source, noun)
    found = _run(table, chosen, progress)
    homes = found.named(table.ids)
    write_rows(chosen.target, CLUSTERS, zip(table.ids, homes, strict=True))
    if chosen.plan:
        write_rows(chosen.plan, PLAN, _plan(found, table.ids, homes, progress))
    progress.close()
    progress.say(f"{len(homes)} records, {len(set(homes))} clusters")


def _plan(
    found: batch.Outcome, ids: Sequence[str], homes: Sequence[str], progress: Progress
) -> Iterator[tuple[str, str, str, str, str]]:
    """Clusters to merge or to ask about, then pairs to link; the fullest record of a cluster survives."""
    rows: dict[int, list[str]] = {}
    for identity, at in zip(ids, found.place, strict=True):
        rows.setdefault(at, []).append(identity)
    names = dict(zip(found.place, homes, strict=True))
    clusters: dict[int, list[int]] = {}
    for at, home in enumerate(found.homes):
        clusters.setdefault(home, []).append(at)
    judge = found.judge
    for done, members in enumerate(clusters.values()):
        progress("planning", done, len(clusters))
        own = sorted((one for at in members for one in rows[at]), key=batch.order_of_ids)
        if len(own) < 2:
            continue
        group = merging.group_of(members, judge)
        fullest = max(members, key=lambda at: (found.fullness(at), -at))
        why = "；".join(dict.fromkeys(_words(link.match) for link in group.links)) or _("内容相同")
        what = "merge" if group.verdict is Verdict.SAME else "ask"
        yield names[members[0]], what, min(rows[fullest], key=batch.order_of_ids), " ".join(own), why
    for link in merging.related(found.apart(RELATED_FROM), judge):
        two = sorted(
            (link.one, link.two), key=lambda at: batch.order_of_ids(min(rows[at], key=batch.order_of_ids))
        )
        own = [min(rows[at], key=batch.order_of_ids) for at in two]
        yield names[two[0]], "related", "", " ".join(own), _words(link.match)


def _words(match: Match) -> str:
    return "，".join(reason.text for reason in match.reasons if reason.agrees or not reason.weight)


def _evaluate(chosen: argparse.Namespace, noun: Noun, progress: Progress, costs: Costs) -> None:
    if is_name_pairs(chosen.source):
        for line in _names_only(chosen.source, noun):
            print(line)
        return
    table = Table(chosen.source, noun, labels=True)
    found = _run(table, chosen, progress)
    homes = found.named(table.ids)
    measured = evaluate.quality(homes, table.truth)
    seconds, cpu, peak = costs.seconds, costs.cpu, costs.peak_mb
    labels: dict[int, str] = dict(zip(found.place, table.truth, strict=True))
    right = [labels[pair >> 32] == labels[pair & LOW] for pair in found.scored.pairs]
    sizes = evaluate.quality(labels.values(), labels.values())  # type: ignore[arg-type]
    at = evaluate.recall_at(zip(found.scored.totals, right, strict=True), sizes.true, PRECISIONS)
    print(
        f"records {len(homes)}  precision {measured.precision:.4f}  recall {measured.recall:.4f}  "
        f"F1 {measured.f1:.4f}  seconds {seconds:.1f}  CPU {cpu:.1f}  peak MB {peak:.0f}\n"
        f"B3 F1 {evaluate.b_cubed(homes, table.truth):.4f}  "
        f"candidate recall {sum(right) / sizes.true if sizes.true else 1:.4f}  "
        f"pairs a record {len(right) / max(1, len(homes)):.2f}  "
        + "  ".join(f"recall at pair precision {p} {r:.4f}" for p, r in zip(PRECISIONS, at, strict=True))
    )


def _names_only(source: Path, noun: Noun) -> Iterator[str]:
    """Pairs of names and nothing else: a threshold from one half of them, measured on the other, both ways."""
    pairs = read_name_pairs(source)
    scored = evaluate.scored_names(pairs, noun)
    for name, learnt, measured in (
        ("first", scored[::2], scored[1::2]),
        ("second", scored[1::2], scored[::2]),
    ):
        threshold = evaluate.best_threshold(learnt)
        q = evaluate.at_threshold(measured, threshold)
        yield (
            f"pairs {len(measured)}  threshold {threshold:.2f} of the {name} half  precision {q.precision:.4f}  "
            f"recall {q.recall:.4f}  F1 {q.f1:.4f}"
        )
    yield f"short to full name: recall@1 {evaluate.first_of(pairs, noun):.4f}"


def _train(chosen: argparse.Namespace, noun: Noun, progress: Progress) -> None:
    lists, count = [], 0
    for source in chosen.sources:
        if is_name_pairs(source):
            lists.append(training.named_levels(read_name_pairs(source), noun))
        else:
            table = Table(source, noun, labels=True)
            records = list(map(table.record, table))
            lists.append(training.labelled_levels(records, table.truth, noun))
            count += len(records)
    observed = training.together(lists)
    chosen.target.write_text(training.train(observed, noun.learning), encoding="utf-8")
    progress.say(f"weights from {sum(map(sum, observed.values()))} pairs of {count} records")


def _explain(chosen: argparse.Namespace, noun: Noun) -> None:
    around = noun.around(())
    if chosen.source:
        table = Table(chosen.source, noun)
        rows = [table.record(row) for row in table]
        records = dict(zip(table.ids, rows, strict=True))
        for one in (chosen.a, chosen.b):
            if one not in records:
                raise BadTable(f"{chosen.source}: no row has the id {one}")
        around = noun.around(map(noun.profile, rows))
        a, b = records[chosen.a], records[chosen.b]
    else:
        a, b = noun.record(name=chosen.a), noun.record(name=chosen.b)
    match = noun.compare(noun.profile(a), noun.profile(b), around)
    print(f"A  {a.name}\nB  {b.name}\n{VERDICTS[match.verdict]}, chance {match.score:.3f}\n")
    for line in _waterfall(match, noun.weights().bias):
        print(line)


def _waterfall(match: Match, bias: float, width: int = 20) -> Iterator[str]:
    """One line for each piece of evidence: what it adds, the sum so far, and a bar to the left or right."""
    steps = [("before anything is known", bias, "")]
    steps += [(one.text, one.weight, one.detail) for one in match.reasons]
    total = 0.0
    for text, weight, detail in steps:
        total += weight
        bar = "█" * min(width, round(abs(weight) * 2))
        left, right = (bar.rjust(width), " " * width) if weight < 0 else (" " * width, bar.ljust(width))
        words = text + (f" {detail}" if detail else "")
        yield f"{weight:+6.2f} {total:+7.2f}  {left}│{right} {words}".rstrip()


def _bench(chosen: argparse.Namespace, noun: Noun, progress: Progress, costs: Costs) -> None:
    if chosen.source:
        found = _run(Table(chosen.source, noun), chosen, progress)
    else:
        rows = batch.portioned(made.firms(chosen.records))
        workers = _workers(chosen, large=chosen.records > LARGE_ROWS)
        found = batch.run(noun, rows, batch.as_it_is, workers=workers, progress=progress)
        progress.close()
    count = len(found.place)
    for step, seconds in progress.took.items():
        print(f"{step:<12}{seconds:8.1f} s")
    print(
        f"{'all':<12}{costs.seconds:8.1f} s  CPU {costs.cpu:.1f} s  peak MB {costs.peak_mb:.0f}  "
        f"records {count}  a second {count / costs.seconds:.0f}  "
        f"pairs a record {len(found.scored) / max(1, count):.2f}  clusters {len(set(found.homes))}"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m crm.dedup", description="Find duplicates in a list.")
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress on stderr")
    verbs = parser.add_subparsers(dest="verb", required=True)

    def verb(name: str, help: str) -> argparse.ArgumentParser:
        made = verbs.add_parser(name, help=help, description=help)
        made.add_argument("--people", action="store_true", help="the list is of people, not of enterprises")
        if name in ("cluster", "evaluate", "bench"):
            made.add_argument(
                "--workers",
                type=_at_least_one,
                metavar="N",
                help="processes (for a large list as many as there are processors); the result is the same",
            )
        return made

    one = verb("cluster", "write id,cluster_id; a column cluster_id in IN is not read")
    one.add_argument("source", type=Path, metavar="IN.csv[.gz]")
    one.add_argument("target", type=Path, metavar="OUT.csv[.gz]")
    one.add_argument(
        "--plan", type=Path, metavar="PLAN.csv", help="what to merge, ask about and link, and why"
    )
    one = verb("evaluate", "cluster, then measure against the column cluster_id")
    one.add_argument("source", type=Path, metavar="LABELLED.csv[.gz]")
    one = verb("explain", "how two names, or two ids of a file, compare, as a waterfall of evidence")
    one.add_argument("a", metavar="A")
    one.add_argument("b", metavar="B")
    one.add_argument("--in", dest="source", type=Path, metavar="FILE.csv[.gz]", help="A and B are ids in it")
    one = verb(
        "train", "learn weights and thresholds from labelled rows, or pairs of names (name_a,name_b,label)"
    )
    one.add_argument("sources", type=Path, nargs="+", metavar="LABELLED.csv[.gz]")
    one.add_argument("target", type=Path, metavar="WEIGHTS.json")
    one = verb("bench", "cluster, write nothing, and say what each step cost")
    one.add_argument("source", type=Path, nargs="?", metavar="IN.csv[.gz]")
    one.add_argument(
        "--records",
        type=_at_least_one,
        default=10_000,
        metavar="N",
        help="without IN: so many invented firms",
    )
    return parser


def _at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def _stop(_signal: int, _frame: object) -> NoReturn:
    raise SystemExit(143)  # as the shell names a SIGTERM; the half-written file goes on the way out


def main(arguments: list[str] | None = None) -> int:
    """0 when done; 2 with one sentence on stderr when a file cannot be read or written; 130 when interrupted."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    if chosen.verb == "bench" and chosen.people and not chosen.source:
        parser.error("bench --people needs a file: only firms are invented")
    noun = NOUNS["person" if chosen.people else "enterprise"]
    costs = Costs()
    progress = Progress(costs, quiet=chosen.quiet)
    verbs: dict[str, Callable[[], None]] = {
        "cluster": lambda: _cluster(chosen, noun, progress),
        "evaluate": lambda: _evaluate(chosen, noun, progress, costs),
        "explain": lambda: _explain(chosen, noun),
        "train": lambda: _train(chosen, noun, progress),
        "bench": lambda: _bench(chosen, noun, progress, costs),
    }
    try:
        verbs[chosen.verb]()
    except (BadTable, OSError, batch.Stopped) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted; nothing was written", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    gc.disable()  # the engine makes no cycles, and looking for them among millions of records takes its time
    signal.signal(signal.SIGTERM, _stop)
    sys.exit(main())
