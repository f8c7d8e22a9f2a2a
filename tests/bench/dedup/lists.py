"""The labelled lists: csv or csv.gz with rec_id, cluster_id (the label) and the columns of enterprises or people."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterable, Sequence
from pathlib import Path

Row = dict[str, str]


def read(path: Path) -> list[Row]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows or not {"rec_id", "cluster_id", "name"} <= rows[0].keys():
        raise SystemExit(f"{path}: not a labelled list; rec_id, cluster_id and name are needed")
    return rows


def is_of_people(rows: Sequence[Row]) -> bool:
    return "native_place" in rows[0] or "company" in rows[0]


def write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    return path


def whole_clusters(rows: Sequence[Row], count: int) -> list[Row]:
    """About `count` rows: all that belong to the labels of the first rows, in the order of the list."""
    sizes: dict[str, int] = {}
    for row in rows:
        sizes[row["cluster_id"]] = sizes.get(row["cluster_id"], 0) + 1
    chosen: set[str] = set()
    total = 0
    for row in rows:
        if total >= count:
            break
        if row["cluster_id"] not in chosen:
            chosen.add(row["cluster_id"])
            total += sizes[row["cluster_id"]]
    return [row for row in rows if row["cluster_id"] in chosen]
