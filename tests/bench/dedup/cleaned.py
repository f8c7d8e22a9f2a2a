"""What the peers receive: our own normalisation of each column. A plain user would not have it, so it is help.

    python -m tests.bench.dedup.cleaned LIST.csv.gz CLEANED.csv [ROWS]

Simplified characters, no legal form, no place before the name, checked codes, national phones, titles off persons.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from multiprocessing import Pool
from pathlib import Path

from crm.dedup import Record
from crm.dedup import normalise as norm
from crm.dedup.profile import profile_of
from tests.bench.dedup import lists
from tests.bench.dedup.lists import Row

COLUMNS = "id name core uscc phone legal contact address road city chamber cluster_id".split()


def cleaned(row: Row) -> list[str]:
    record = Record(
        name=row["name"], uscc=row.get("uscc", ""), region=row.get("region", ""), industry=row.get("industry", ""),
        legal_rep=row.get("legal_rep", ""), contacts=row.get("contact", ""), phones=row.get("phone", ""),
        address=row.get("address", ""), chamber=row.get("chamber", ""),
    )  # fmt: skip
    one = profile_of(record)
    return [
        row["rec_id"], one.full, one.core + one.branch, one.code, one.phones[0] if one.phones else "", one.legal,
        one.people[0] if one.people else "", norm.bare(norm.clean(record.address, 60)),
        one.road + one.number if one.number else "", one.place[:4], one.chamber, row["cluster_id"],
    ]  # fmt: skip


def all_cleaned(rows: Sequence[Row]) -> Iterator[list[str]]:
    with Pool() as pool:
        yield from pool.imap(cleaned, rows, chunksize=2000)


if __name__ == "__main__":
    rows = lists.read(Path(sys.argv[1]))
    if len(sys.argv) > 3:
        rows = lists.whole_clusters(rows, int(sys.argv[3]))
    lists.write(Path(sys.argv[2]), COLUMNS, all_cleaned(rows))
