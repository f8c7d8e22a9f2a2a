"""Lists too large for one file or one machine: csv, csv.gz and Parquet files, or a table of a database.

A source falls into pieces that workers read by themselves: a csv file, a row group of a Parquet file, a range of the
table's key. The pieces in their order are the list in its order.
"""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from crm.dedup.tables import BadTable

ROWS_EACH = 100_000  # rows of a table that one piece covers


@dataclass(frozen=True, slots=True)
class CsvFile:
    path: Path

    def header(self) -> Sequence[str]:
        with _text(self.path) as file:
            return next(_rows(file), [])

    def rows(self, titles: Sequence[str]) -> Iterator[list[Any]]:
        number = 1
        try:
            with _text(self.path) as file:
                rows = _rows(file)
                header = next(rows, [])
                places = [header.index(_known(self, title, header)) for title in titles]
                for number, row in enumerate(rows, start=2):
                    if len(row) > len(header):
                        more = len(row) - len(header)
                        raise BadTable(f"{self}: row {number}: {more} cells more than the header has")
                    yield [row[at] if at < len(row) else "" for at in places]
        except UnicodeDecodeError as error:
            raise BadTable(f"{self}: near row {number + 1}: not UTF-8 ({error.reason})") from None
        except (csv.Error, gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise BadTable(f"{self}: row {number + 1}: {error}") from None

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True, slots=True)
class RowGroup:
    """A part of a Parquet file as its writer made it."""

    path: Path
    number: int

    def header(self) -> Sequence[str]:
        return list(_parquet(self.path).schema_arrow.names)

    def rows(self, titles: Sequence[str]) -> Iterator[list[Any]]:
        file = _parquet(self.path)
        for title in titles:
            _known(self, title, file.schema_arrow.names)
        for batch in file.iter_batches(10_000, row_groups=[self.number], columns=list(titles)):
            columns = [batch.column(title).to_pylist() for title in titles]
            yield from map(list, zip(*columns, strict=True))

    def __str__(self) -> str:
        return f"{self.path} (row group {self.number})"


@dataclass(frozen=True, slots=True)
class KeyRange:
    """The rows of a table from one value of its key up to, not including, another; None: no bound."""

    url: str = field(repr=False)
    table: str
    key: str
    low: Any
    high: Any

    def header(self) -> Sequence[str]:
        return [column.name for column in _table(self.url, self.table)[1].columns]

    def rows(self, titles: Sequence[str]) -> Iterator[list[Any]]:
        import sqlalchemy as sa

        engine, table = _table(self.url, self.table)
        key = table.columns[self.key]
        asked = sa.select(*(table.columns[title] for title in titles)).order_by(key)
        if self.low is not None:
            asked = asked.where(key >= self.low)
        if self.high is not None:
            asked = asked.where(key < self.high)
        with engine.connect().execution_options(yield_per=5_000) as connection:
            yield from map(list, connection.execute(asked))
        engine.dispose()

    def __str__(self) -> str:
        return f"{self.table}, {self.key} from {self.low}"


Piece = CsvFile | RowGroup | KeyRange


def files(paths: Sequence[Path]) -> list[Piece]:
    """The pieces of files, and of all files in folders, by name."""
    pieces: list[Piece] = []
    for path in paths:
        if not path.exists():
            raise BadTable(f"{path}: no such file")
        inside = sorted(path.iterdir()) if path.is_dir() else [path.resolve()]
        for one in inside:
            if one.suffix in (".parquet", ".pq"):
                pieces += [RowGroup(one, number) for number in range(_parquet(one).num_row_groups)]
            elif not one.name.startswith((".", "_")):
                pieces.append(CsvFile(one))
    return pieces


def table(url: str, name: str, key: str = "id", rows_each: int = ROWS_EACH) -> list[Piece]:
    """The pieces of a table, about `rows_each` rows in each, by a key that is unique and indexed."""
    import sqlalchemy as sa

    engine, found = _table(url, name)
    column = found.columns.get(key)
    if column is None:
        raise BadTable(f"{name}: no column {key} to divide the table by")
    numbered = sa.select(column, sa.func.row_number().over(order_by=column).label("place")).subquery()
    begins = sa.select(numbered.columns[key]).where(numbered.columns.place % rows_each == 1 % rows_each)
    with engine.connect() as connection:
        lows = list(connection.scalars(begins.order_by(numbered.columns[key])))
    engine.dispose()
    return [
        KeyRange(url, name, key, low if at else None, lows[at + 1] if at + 1 < len(lows) else None)
        for at, low in enumerate(lows)
    ]


def _text(path: Path) -> IO[str]:
    with path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
    return (gzip.open if packed else open)(path, "rt", encoding="utf-8-sig", newline="")  # type: ignore[return-value]


def _rows(file: IO[str]) -> Iterator[list[str]]:
    """All rows that are not blank, the header among them."""
    return filter(None, csv.reader(line.replace("\0", "") for line in file))


def _known(piece: Piece, title: str, header: Sequence[str]) -> str:
    if title not in header:
        raise BadTable(f"{piece}: no column {title}, which the first piece has, in: {', '.join(header)}")
    return title


def _parquet(path: Path) -> Any:
    from pyarrow.parquet import ParquetFile

    return ParquetFile(path)


def _table(url: str, name: str) -> tuple[Any, Any]:
    """(engine, the table as the database describes it)."""
    import sqlalchemy as sa

    engine = sa.create_engine(url)
    schema, _dot, bare = name.rpartition(".")
    try:
        return engine, sa.Table(bare, sa.MetaData(), schema=schema or None, autoload_with=engine)
    except sa.exc.NoSuchTableError:
        raise BadTable(f"{name}: no such table in this database") from None
