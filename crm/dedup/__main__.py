"""python -m crm.dedup cluster IN.csv OUT.csv | evaluate LABELLED.csv | train LABELLED.csv WEIGHTS.json"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from pathlib import Path

from crm.dedup import training
from crm.dedup.batch import cluster
from crm.dedup.evaluate import quality
from crm.dedup.nouns import ENTERPRISES
from crm.dedup.tables import BadTable, read_records, write_clusters


def _peak_mb() -> float:
    """Largest resident memory of this process so far, MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def _say(step: str) -> None:
    print(f"{step} …", file=sys.stderr, flush=True)


def _progress(step: str, done: int, total: int) -> None:
    if done == total or not total:
        print(f"{step} {done} …", file=sys.stderr, flush=True)


def main(arguments: list[str] | None = None) -> int:
    """0 when done; 2 with one sentence on stderr when the file cannot be read or written."""
    parser = argparse.ArgumentParser(
        prog="python -m crm.dedup", description="Find duplicate merchants in a list."
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress on stderr")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verb = verbs.add_parser("cluster", help="write id,cluster_id; a column cluster_id in IN is not read")
    verb.add_argument("source", type=Path, metavar="IN.csv[.gz]")
    verb.add_argument("target", type=Path, metavar="OUT.csv[.gz]")
    verb = verbs.add_parser("evaluate", help="cluster, then measure against the column cluster_id")
    verb.add_argument("source", type=Path, metavar="LABELLED.csv[.gz]")
    verb = verbs.add_parser("train", help="learn the weights from labelled rows")
    verb.add_argument("source", type=Path, metavar="LABELLED.csv[.gz]")
    verb.add_argument("target", type=Path, metavar="WEIGHTS.json")
    chosen = parser.parse_args(arguments)
    say = (lambda _step: None) if chosen.quiet else _say
    try:
        if chosen.verb == "cluster":
            records, _none = read_records(chosen.source)
            homes = cluster(records, None if chosen.quiet else _progress)
            write_clusters(chosen.target, ((str(r.id), home) for r, home in zip(records, homes, strict=True)))
            say(f"{len(records)} records, {len(set(homes))} clusters")
        elif chosen.verb == "train":
            records, truth = read_records(chosen.source, labels=True)
            observed = training.labelled_levels(records, truth, ENTERPRISES)
            learning = ENTERPRISES.learning
            chosen.target.write_text(
                training.as_json(training.fit(observed, learning), learning), encoding="utf-8"
            )
            say(f"weights from {sum(map(sum, observed.values()))} pairs of {len(records)} records")
        else:
            started = time.perf_counter()
            records, truth = read_records(chosen.source, labels=True)
            measured = quality(cluster(records, None if chosen.quiet else _progress), truth)
            print(
                f"records {len(records)}  precision {measured.precision:.4f}  recall {measured.recall:.4f}  "
                f"F1 {measured.f1:.4f}  seconds {time.perf_counter() - started:.1f}  peak MB {_peak_mb():.0f}"
            )
    except (BadTable, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
