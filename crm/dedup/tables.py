"""Tables in and out: csv or csv.gz, UTF-8 with or without BOM, errors that name the row."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO

from crm.dedup.noun import Noun
from crm.dedup.nouns import ENTERPRISES
from crm.dedup.record import columns_of

csv.field_size_limit(1_000_000)
LABEL = "cluster_id"
CLUSTERS = ("id", "cluster_id")  # header of what is written


class BadTable(Exception):
    """The file cannot be read as asked; the message says where and what to do."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the cells of a row belong: row -> record. Goes to other processes, so it is no closure."""

    noun: Noun
    alone: tuple[tuple[str, int], ...]  # fields that one column feeds
    several: tuple[tuple[str, tuple[int, ...]], ...]

    @classmethod
    def of(cls, header: Sequence[str], columns: Mapping[str, Sequence[str]], noun: Noun) -> Layout:
        """`columns` as `columns_of` gave them."""
        cells = [(field, tuple(map(header.index, titles))) for field, titles in columns.items()]
        return cls(
            noun,
            tuple((field, places[0]) for field, places in cells if len(places) == 1),
            tuple(each for each in cells if len(each[1]) > 1),
        )

    def __call__(self, row: Sequence[str]) -> Any:
        """The record of one row, a blank name where there is none; cells that the row lacks are blank too."""
        width = len(row)
        values = {field: row[at].strip() for field, at in self.alone if at < width}
        for field, places in self.several:
            texts = [row[at].strip() for at in places if at < width]
            # a region may be spread over columns; of other fields the first column that says something counts
            values[field] = "".join(texts) if field == "region" else next(filter(None, texts), "")
        if "name" not in values:
            values["name"] = ""
        return self.noun.record(**values)


class Table:
    """The rows of one file, read once, one after the other: `ids` (and `truth`) grow while they are.

    Raises `BadTable` for: no such file, 0 bytes, no column for the name, an id that is missing or occurs
    twice, a row with more cells than the header, bytes that are not UTF-8, a broken gz.
    """

    def __init__(self, path: Path, noun: Noun = ENTERPRISES, *, labels: bool = False) -> None:
        """The column of labels is looked at only with `labels=True`."""
        self.path, self.noun, self.labels = path, noun, labels
        self.ids: list[str] = []
        self.truth: list[str] = []
        self.read = 0.0  # part of the file that was read, 0 to 1
        if not path.is_file():
            raise BadTable(f"{path}: no such file")
        with self._rows() as rows:
            header = next(rows, [])
        if not header:
            raise BadTable(f"{path}: the file is empty; the first row must hold the column names")
        columns = columns_of(header, noun.columns)
        if "name" not in columns:
            raise BadTable(
                f"{path}: row 1: no column for the name ({', '.join(noun.columns['name'])}) in: "
                f"{', '.join(header)}"
            )
        if labels and LABEL not in header:
            raise BadTable(f"{path}: row 1: no column {LABEL}, nothing to measure against")
        self._width = len(header)
        self._id = tuple(header.index(title) for title in columns.pop("id", ()))
        self._label = header.index(LABEL) if labels else -1
        self.record = Layout.of(header, columns, noun)

    def __iter__(self) -> Iterator[list[str]]:
        """Each row once, its cells as they stand in the file."""
        with self._rows() as rows:
            next(rows)
            number = 1
            for row in rows:
                number += 1
                if len(row) > self._width:
                    raise BadTable(
                        f"{self.path}: row {number}: {len(row) - self._width} cells more than the header has"
                    )
                self.ids.append(self._identity(row, number))
                if self.labels:
                    self.truth.append(row[self._label] if self._label < len(row) else "")
                yield row
        if len(set(self.ids)) < len(self.ids):
            self._name_the_double()

    def _identity(self, row: Sequence[str], number: int) -> str:
        if not self._id:
            return str(number - 1)
        for at in self._id:
            if at < len(row) and (own := row[at].strip()):
                return own
        raise BadTable(f"{self.path}: row {number}: the id is empty")

    def _name_the_double(self) -> None:
        seen: dict[str, int] = {}
        for number, own in enumerate(self.ids, start=2):
            if own in seen:
                raise BadTable(f"{self.path}: row {number}: id {own} stands in row {seen[own]} already")
            seen[own] = number

    @contextmanager
    def _rows(self) -> Iterator[Iterator[list[str]]]:
        """All rows that are not blank, the header among them."""
        try:
            with self.path.open("rb") as raw, _text(raw) as text:
                yield self._parsed(raw, text)
        except UnicodeDecodeError as error:
            raise BadTable(
                f"{self.path}: row {_not_utf8(self.path)}: not UTF-8 ({error.reason}); save the list as UTF-8"
            ) from None
        except csv.Error as error:
            raise BadTable(f"{self.path}: row {len(self.ids) + 2}: {error}") from None
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise BadTable(f"{self.path}: the gz file is damaged ({error})") from None

    def _parsed(self, raw: BinaryIO, text: IO[str]) -> Iterator[list[str]]:
        size = self.path.stat().st_size or 1
        for number, row in enumerate(csv.reader(_without_nul(text))):
            if number % 1000 == 0:
                self.read = raw.tell() / size
            if row:
                yield row
        self.read = 1.0


def _text(raw: BinaryIO, errors: str = "strict") -> IO[str]:
    packed = raw.read(2) == b"\x1f\x8b"
    raw.seek(0)
    plain: Any = gzip.GzipFile(fileobj=raw) if packed else raw
    return io.TextIOWrapper(plain, encoding="utf-8-sig", errors=errors, newline="")


def _without_nul(lines: Iterable[str]) -> Iterator[str]:
    return (line.replace("\0", "") for line in lines)


def _not_utf8(path: Path) -> int:
    """The first row with bytes that are not UTF-8."""
    number = 0
    with path.open("rb") as raw, _text(raw, "surrogateescape") as text:
        for row in csv.reader(_without_nul(text)):
            number += bool(row)
            if any(not cell.isascii() and any("\udc80" <= sign <= "\udcff" for sign in cell) for cell in row):
                return number
    return number


def read_records(
    path: Path, *, labels: bool = False, noun: Noun = ENTERPRISES
) -> tuple[list[Any], list[str]]:
    """(records with their ids, labels) of a whole `Table` at once."""
    table = Table(path, noun, labels=labels)
    records = list(map(table.record, table))
    for record, own in zip(records, table.ids, strict=True):
        record.id = own
    return records, table.truth


def write_rows(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """gz if the name ends in .gz. Written beside and moved, so that a stop leaves no half file."""
    part = path.with_name(path.name + ".part")
    try:
        with _writing(part, packed=path.suffix == ".gz") as text:
            writer = csv.writer(text, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(rows)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _writing(path: Path, *, packed: bool) -> Iterator[IO[str]]:
    with path.open("wb") as raw:
        # no time stamp inside: same rows, same bytes
        binary: Any = gzip.GzipFile(fileobj=raw, mode="wb", filename="", mtime=0) if packed else raw
        with io.TextIOWrapper(binary, encoding="utf-8", newline="") as text:
            yield text


NAME_PAIRS = ("name_a", "name_b", "label")


def is_name_pairs(path: Path) -> bool:
    """Whether the file holds pairs of names (name_a,name_b,label) instead of rows."""
    if not path.is_file():
        raise BadTable(f"{path}: no such file")
    try:
        with path.open("rb") as raw, _text(raw) as text:
            header = next(csv.reader(_without_nul(text)), [])
    except (UnicodeDecodeError, csv.Error, gzip.BadGzipFile, EOFError, zlib.error):
        return False  # reading it as a table says what is wrong, and where
    return set(NAME_PAIRS) <= set(header)


def read_name_pairs(path: Path) -> list[tuple[str, str, bool]]:
    """(one name, other name, the same or not) of each row; label is 1 or 0."""
    pairs = []
    try:
        with path.open("rb") as raw, _text(raw) as text:
            for number, row in enumerate(csv.DictReader(_without_nul(text)), start=2):
                if row["label"] not in ("0", "1"):
                    raise BadTable(f"{path}: row {number}: the label is neither 0 nor 1: {row['label']}")
                pairs.append((row["name_a"] or "", row["name_b"] or "", row["label"] == "1"))
    except UnicodeDecodeError:
        raise BadTable(f"{path}: row {_not_utf8(path)}: not UTF-8; save the list as UTF-8") from None
    return pairs
