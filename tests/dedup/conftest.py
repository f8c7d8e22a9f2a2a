from __future__ import annotations

import csv
from pathlib import Path

import pytest

from crm.dedup import Record, keys_of
from crm.dedup.tables import read_records

HERE = Path(__file__).parent


class Base:
    """The demo merchants with the look-up table that the database will hold."""

    def __init__(self, records: list[Record], truth: list[str]) -> None:
        self.records = {record.id: record for record in records}
        self.truth = {record.id: label for record, label in zip(records, truth, strict=True)}
        self.index: dict[str, set[str]] = {}
        for record in records:
            for key in keys_of(record):
                self.index.setdefault(key, set()).add(record.id)

    def candidates(self, query: Record) -> list[Record]:
        """What shares a key with the question, the question itself left out."""
        found = {ident for key in keys_of(query) for ident in self.index.get(key, ())} - {query.id}
        return [self.records[ident] for ident in sorted(found)]


@pytest.fixture(scope="session")
def demo() -> Base:
    return Base(*read_records(HERE / "demo_merchants.csv", labels=True))


def demo_pairs() -> list[tuple[str, str, str, str]]:
    with (HERE / "demo_pairs.csv").open(encoding="utf-8", newline="") as handle:
        return [(row["a"], row["b"], row["expected"], row["why"]) for row in csv.DictReader(handle)]
