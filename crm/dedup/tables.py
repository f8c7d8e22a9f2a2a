"""Tables in and out: csv or csv.gz, UTF-8 with or without BOM, errors that name the row."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from crm.dedup.nouns import ENTERPRISES, Noun
from crm.dedup.record import columns_of, from_row

csv.field_size_limit(1_000_000)


class BadTable(Exception):
    """The file cannot be read as asked; the message says where and what to do."""


def _open(path: Path) -> IO[str]:
    with path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
    if packed:
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _without_nul(lines: Iterable[str]) -> Iterator[str]:
    return (line.replace("\0", "") for line in lines)


def read_records(
    path: Path, *, labels: bool = False, noun: Noun = ENTERPRISES
) -> tuple[list[Any], list[str]]:
    """(records, labels). The column `cluster_id` is looked at only with `labels=True`.

    Raises `BadTable` for: no such file, 0 bytes, no column for the name, an id that is missing or occurs
    twice, a row with more cells than the header, bytes that are not UTF-8, a broken gz.
    """
    if not path.is_file():
        raise BadTable(f"{path}: no such file")
    records: list[Any] = []
    truth: list[str] = []
    seen: dict[str, int] = {}
    line = 1
    try:
        with _open(path) as handle:
            reader = csv.DictReader(_without_nul(handle))
            header = reader.fieldnames
            if not header:
                raise BadTable(f"{path}: the file is empty; the first row must hold the column names")
            columns = columns_of(header, noun.columns)
            if "name" not in columns:
                raise BadTable(
                    f"{path}: row 1: no column for the name ({', '.join(noun.columns['name'])}) in: "
                    f"{', '.join(header)}"
                )
            if labels and "cluster_id" not in header:
                raise BadTable(f"{path}: row 1: no column cluster_id, nothing to measure against")
            for line, row in enumerate(reader, start=2):
                if None in row:
                    raise BadTable(f"{path}: row {line}: {len(row[None])} cells more than the header has")
                record = from_row(row, columns, noun.record)
                if "id" not in columns:
                    record.id = str(line - 1)
                elif not record.id:
                    raise BadTable(f"{path}: row {line}: the id is empty")
                if record.id in seen:
                    raise BadTable(
                        f"{path}: row {line}: id {record.id} stands in row {seen[record.id]} already"
                    )
                seen[record.id] = line
                records.append(record)
                if labels:
                    truth.append(row["cluster_id"] or "")
    except UnicodeDecodeError as error:
        raise BadTable(
            f"{path}: near row {line + 1}: not UTF-8 ({error.reason}); save the list as UTF-8"
        ) from None
    except csv.Error as error:
        raise BadTable(f"{path}: row {line + 1}: {error}") from None
    except (gzip.BadGzipFile, EOFError) as error:
        raise BadTable(f"{path}: the gz file is damaged ({error})") from None
    return records, truth


def write_clusters(path: Path, rows: Iterable[tuple[str, str]]) -> None:
    """id,cluster_id; gz if the name ends in .gz. Written beside and moved, so a stop leaves no half file."""
    part = path.with_name(path.name + ".part")
    if path.suffix == ".gz":
        # no time stamp inside: same rows, same bytes
        with part.open("wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", filename="", mtime=0) as packed:
            lines = io.TextIOWrapper(packed, encoding="utf-8", newline="")
            _write(lines, rows)
            lines.flush()
    else:
        with part.open("w", encoding="utf-8", newline="") as text:
            _write(text, rows)
    part.replace(path)


def _write(handle: IO[str], rows: Iterable[tuple[str, str]]) -> None:
    writer = csv.writer(handle, lineterminator="\n")
    writer.writerow(("id", "cluster_id"))
    writer.writerows(rows)
