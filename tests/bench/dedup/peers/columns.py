"""How the peers read what they are given and write what they found.

    <peer>.py CLEANED.csv FOUND.csv LABELLED.csv

Each runs in the environment of its own. FOUND.csv has the columns a,b,score (pairs) or id,cluster_id (clusters).
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Sequence
from itertools import combinations
from pathlib import Path
from random import Random

import pandas as pd

SOURCE, TARGET, LABELLED = map(Path, sys.argv[1:4])
MANY = 200_000  # rows from which some peers need lighter settings to end at all


def table(path: Path = SOURCE) -> pd.DataFrame:
    """All columns as text, an empty cell as None; `cluster_id` only where it may be learned from."""
    rows = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    rows = rows.astype(object).where(rows != "", None)
    return rows if path == LABELLED else rows.drop(columns="cluster_id")


def write(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def same_pairs(labelled: pd.DataFrame) -> list[tuple[int, int]]:
    """All pairs of positions in `labelled` with one label."""
    return [
        pair
        for positions in labelled.groupby("cluster_id").indices.values()
        for pair in combinations(map(int, positions), 2)
    ]


def different_pairs(labelled: pd.DataFrame, count: int) -> list[tuple[int, int]]:
    """Pairs with two labels: half look alike (one beginning of the core, one phone), half are any two."""
    label = labelled["cluster_id"].to_list()
    dice = Random(7)
    alike = [
        pair
        for column in (labelled["core"].str[:2], labelled["phone"])
        for positions in labelled.groupby(column).indices.values()
        if len(positions) < 40
        for pair in combinations(sorted(map(int, positions)), 2)
        if label[pair[0]] != label[pair[1]]
    ]
    alike = sorted(set(alike))
    chosen = set(dice.sample(alike, min(len(alike), count // 2)))
    while len(chosen) < count:
        one, two = sorted(dice.sample(range(len(label)), 2))
        if label[one] != label[two]:
            chosen.add((one, two))
    return sorted(chosen)
