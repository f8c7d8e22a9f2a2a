"""Spreadsheets in: xlsx, csv (comma, tab, semicolon; UTF-8, GB18030, UTF-16), csv.gz; every cell as a text.

What was uploaded is believed in nothing: a file is what its first bytes say, an xlsx is measured before it is
opened (python-calamine lays a sheet out in memory as a rectangle, so one far cell would take it all), and every
refusal is a sentence about the file.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import gzip
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

import python_calamine

from crm.lib import texts
from crm.lib.errors import Refused
from crm.lib.words import _

from .sheets_out import meant

LARGEST_FILE = 50 * 2**20
LARGEST_TEXT = 400 * 2**20  # of a csv, unpacked
MOST_ROWS = 200_000
MOST_TITLES = 100  # rows above the first of them
MOST_COLUMNS = 200
MOST_LINES = 1_048_576  # of a csv, empty ones included
WIDEST_LINE = 100_000  # delimiters in one line of it, those within quotes included
MOST_CELLS = 2_500_000  # of the rectangle that a sheet spans
MOST_MERGED = 100_000  # merged places of all sheets: the reader keeps them in memory
LONGEST_CELL = 32_767
MOST_ENTRIES = 2_000  # of the zip an xlsx is
MOST_TAGS = 8_000_000  # of all its parts together
LARGEST_UNPACKED = 200 * 2**20
HIGHEST_RATIO = 200  # unpacked : packed, beyond the first megabytes
SHEET_KINDS = ("xlsx", "csv", "csv.gz")
READ = 1 << 16

csv.field_size_limit(1_000_000)
_CELL = re.compile(r"([A-Z]{1,7})([0-9]{1,10})", re.ASCII)
_ROW = re.compile(r"[0-9]{1,10}", re.ASCII)
_WHOLE_NUMBER = re.compile(r"-?\d+\.0+")


def kind_of(path: Path, name: str) -> str:
    """xlsx, csv or csv.gz by what the file holds. Refused: empty, too large, an old xls, junk under a good name."""
    size = path.stat().st_size
    if size == 0:
        raise Refused(_("文件是空的（0 字节），请检查后重新上传"), "file")
    if size > LARGEST_FILE:
        raise Refused(_("文件超过 %(most)s MB，请拆成几份", most=LARGEST_FILE >> 20), "file")
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(b"PK\x03\x04"):
        return "xlsx"
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused(
            _("这是旧版 xls 或加了密码的文件，请在 Excel 或 WPS 中另存为不加密的 xlsx 再上传"), "file"
        )
    if name.lower().endswith((".xlsx", ".xlsm", ".xls", ".et")):
        raise Refused(_("这个文件名字像 Excel，内容却不是 Excel 表格，请重新导出后再上传"), "file")
    return "csv.gz" if head.startswith(b"\x1f\x8b") else "csv"


def sheets(path: Path, kind: str) -> list[str]:
    """The names of an xlsx's sheets; a csv has one without a name."""
    if kind != "xlsx":
        return [""]
    measure(path)
    with _workbook(path) as book:
        return list(book.sheet_names)


def rows(path: Path, kind: str, sheet: str = "") -> Iterator[tuple[int, list[str]]]:
    """(row number as the spreadsheet shows it, cells as cleaned texts); empty rows are left out.

    Refused, perhaps in the middle: more rows or columns than are taken, a cell too long, a broken file.
    """
    count = 0
    for number, cells in _xlsx_rows(path, sheet) if kind == "xlsx" else _csv_rows(path, kind):
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            continue
        count += 1
        if count > MOST_ROWS:
            raise Refused(_("超过 %(most)s 行，请拆成几份", most=f"{MOST_ROWS:,}"), "file")
        if len(cells) > MOST_COLUMNS:
            raise Refused(_("第 %(row)s 行有 %(n)s 列，最多 %(most)s 列，请删掉多余的列", row=number, n=len(cells),
                            most=MOST_COLUMNS), "file")  # fmt: skip
        yield number, cells


# --- xlsx -------------------------------------------------------------------------------------------------


def measure(path: Path) -> None:
    """Look through an xlsx without opening it. Refused: bombs, entities, far cells, what is no workbook.

    Everything is unpacked once, a piece at a time, by the length the data really has: what the zip's directory
    says of itself may be a lie.
    """
    stat = path.stat()
    _measured(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=64)  # a file is asked for its sheets, its head and its rows: measuring it once is enough
def _measured(path: Path, _changed: int, _size: int) -> None:
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as raw:
            entries = archive.infolist()
            if len(entries) > MOST_ENTRIES:
                raise Refused(_("这个 xlsx 里的部件太多，不像正常的表格"), "file")
            names = {entry.filename.lstrip("/").lower() for entry in entries}
            # The reader would also take a binary workbook or an OpenDocument, which nobody has measured.
            if "xl/workbook.xml" not in names or names & {"xl/workbook.bin", "content.xml"}:
                raise Refused(_("这不是 Excel 的 xlsx 表格，请重新导出后再上传"), "file")
            total, extent = 0, _Extent()
            for entry in entries:
                total += _measure_entry(raw, entry, LARGEST_UNPACKED - total, extent)
    except (
        zipfile.BadZipFile, zlib.error, struct.error, expat.ExpatError, ValueError, OSError, NotImplementedError,
    ) as error:  # fmt: skip
        raise Refused(_("这个 xlsx 打不开，可能已损坏或加了密码，请重新导出后再上传"), "file") from error


def _measure_entry(raw: IO[bytes], entry: zipfile.ZipInfo, room: int, extent: _Extent) -> int:
    """Its size unpacked. What is XML is known by its first sign: a sheet may lie under any name."""
    if entry.flag_bits & 1 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise zipfile.BadZipFile("encrypted or oddly packed")
    raw.seek(entry.header_offset)
    header = raw.read(30)
    if header[:4] != b"PK\x03\x04":
        raise zipfile.BadZipFile("no local header")
    name_length, extra_length = struct.unpack("<HH", header[26:30])
    raw.seek(name_length + extra_length, 1)
    size = 0
    parser: Any = None
    last = b""
    for piece in _unpacked(raw, entry):
        size += len(piece)
        packed = max(entry.compress_size, 1)
        if size > room or (size > 8 * 2**20 and size > HIGHEST_RATIO * packed):
            raise Refused(_("这个 xlsx 解压后大得不正常，没有读取"), "file")
        if size == len(piece):
            is_xml = piece.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")
            if piece[:2] in (b"\xff\xfe", b"\xfe\xff") or (is_xml and b"\0" in piece[:64]):
                raise Refused(_("这个 xlsx 的内部编码不正常，请重新导出后再上传"), "file")
            parser = extent.parser() if is_xml else None
        if parser is not None:
            parser.Parse(piece, False)
        elif b"sheetData" in last + piece:
            raise zipfile.BadZipFile("a sheet that does not begin like one")
        last = piece[-10:]
    if parser is not None:
        parser.Parse(b"", True)
    return size


def _unpacked(raw: IO[bytes], entry: zipfile.ZipInfo) -> Iterator[bytes]:
    left = entry.compress_size
    if entry.compress_type == zipfile.ZIP_STORED:
        while left > 0 and (piece := raw.read(min(READ, left))):
            left -= len(piece)
            yield piece
        return
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    while not stream.eof:
        packed = stream.unconsumed_tail or raw.read(min(READ, left))
        if not stream.unconsumed_tail:
            left -= len(packed)
        piece = stream.decompress(packed, READ)
        if piece:
            yield piece
        elif not packed:
            raise zipfile.BadZipFile("cut short")


class _Extent:
    """How far the sheets reach and how many cells they have, told by an XML parser: the reader goes by a cell's
    name however it is written, with quotes of either kind or by character references."""

    def __init__(self) -> None:
        self.tags = self.merged = 0
        self._begin()

    def _begin(self) -> None:
        self.row = self.column = 0  # where the last cell stands
        self.last_row = self.last_column = self.cells = 0
        self.rows = self.said_in = 0  # rows that say anything, and the last of them

    def parser(self) -> Any:
        """For one part."""
        made = expat.ParserCreate()
        made.StartElementHandler = self._tag
        made.StartDoctypeDeclHandler = self._declared
        self._begin()
        return made

    def _declared(self, *_said: Any) -> None:
        raise Refused(_("这个 xlsx 里有不允许的内容（实体声明），没有读取"), "file")

    def _tag(self, name: str, said: dict[str, str]) -> None:
        self.tags += 1
        if self.tags > MOST_TAGS:
            raise Refused(_("单元格太多（超过 %(most)s 个），请拆成几份", most=f"{MOST_CELLS:,}"), "file")
        name = name.rpartition(":")[2]
        if name == "row":
            at = said.get("r", "")
            self.row = int(at) if _ROW.fullmatch(at) else self.row + 1
            self.column = 0
        elif name in ("v", "is") and self.said_in != self.row:
            self.rows, self.said_in = self.rows + 1, self.row
            if self.rows > MOST_ROWS + MOST_TITLES:  # laying out a million takes as long as reading them
                raise Refused(_("超过 %(most)s 行，请拆成几份", most=f"{MOST_ROWS:,}"), "file")
        elif name == "mergeCell":
            self.merged += 1
            if self.merged > MOST_MERGED:
                raise Refused(
                    _("合并的单元格太多（超过 %(most)s 处），请取消合并后再上传", most=f"{MOST_MERGED:,}"),
                    "file",
                )
        elif name == "c":
            self.cells += 1
            if found := _CELL.fullmatch(said.get("r", "").upper()):
                self.column = 0
                for letter in found[1]:
                    self.column = self.column * 26 + ord(letter) - 64
                self.row = int(found[2])
            else:
                self.column += 1
            if self.row > self.last_row or self.column > self.last_column or self.cells > MOST_CELLS:
                self.last_row = max(self.last_row, self.row)
                self.last_column = max(self.last_column, self.column)
                self._bounded(self.last_row, self.last_column)

    def _bounded(self, row: int, column: int) -> None:
        """The reader lays out the whole rectangle."""
        if column > MOST_COLUMNS or row > 1_048_576 or row * column > MOST_CELLS:
            raise Refused(
                _("表格铺得太开（到第 %(row)s 行、第 %(column)s 列），请删掉远处的空行空列或拆成几份",
                  row=row, column=column), "file"
            )  # fmt: skip
        if self.cells > MOST_CELLS:
            raise Refused(_("单元格太多（超过 %(most)s 个），请拆成几份", most=f"{MOST_CELLS:,}"), "file")


@contextmanager
def _workbook(path: Path) -> Iterator[Any]:
    try:
        with python_calamine.CalamineWorkbook.from_path(str(path)) as book:
            yield book
    except (Refused, GeneratorExit, KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:  # the reader's own panics are not Exceptions
        raise Refused(_("这个 xlsx 打不开，可能已损坏或加了密码，请重新导出后再上传"), "file") from error


def _xlsx_rows(path: Path, sheet: str) -> Iterator[tuple[int, list[str]]]:
    measure(path)
    with _workbook(path) as book:
        names = book.sheet_names
        if sheet and sheet not in names:
            raise Refused(_("表格里没有名为“%(name)s”的工作表", name=sheet[:40]), "sheet")
        found = book.get_sheet_by_name(sheet or names[0])
        below = _Merged(found.merged_cell_ranges or ())
        for number, cells in enumerate(found.iter_rows(), 1):
            yield number, below.filled(number - 1, [_text(cell, number) for cell in cells])


class _Merged:
    """A cell merged over several rows says the same in each of them: the name of a firm beside its two contacts, a
    header beside one that is divided. What is merged sideways (a title) stays where it is."""

    def __init__(self, ranges: Iterable[tuple[tuple[int, int], tuple[int, int]]]):
        self._begins: dict[int, list[tuple[int, int]]] = {}  # row -> (column, last row)
        for (top, left), (bottom, _right) in ranges:
            if bottom > top:
                self._begins.setdefault(top, []).append((left, bottom))
        self._going: dict[int, tuple[int, str]] = {}  # column -> (last row, what it says)

    def filled(self, row: int, cells: list[str]) -> list[str]:
        if not self._begins:
            return cells
        for column, (bottom, text) in list(self._going.items()):
            if row > bottom:
                del self._going[column]
            elif column < len(cells) and not cells[column]:
                cells[column] = text
        for column, bottom in self._begins.get(row, ()):
            if column < len(cells) and cells[column]:
                self._going[column] = (bottom, cells[column])
        return cells


def _text(cell: Any, number: int) -> str:
    if isinstance(cell, bool):
        return _("是") if cell else _("否")
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e17 else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.strftime("%Y-%m-%d %H:%M")
    return _cleaned("" if cell is None else str(cell), number)


def _cleaned(text: str, number: int) -> str:
    if len(text) > LONGEST_CELL:
        raise Refused(
            _(
                "第 %(row)s 行有一个单元格超过 %(most)s 个字，请检查引号是否成对",
                row=number,
                most=LONGEST_CELL,
            ),
            "file",
        )
    return texts.clean_text(text)


# --- csv --------------------------------------------------------------------------------------------------


def _csv_rows(path: Path, kind: str) -> Iterator[tuple[int, list[str]]]:
    encoding = _encoding(path, kind)
    with _opened(path, kind) as packed:
        text = io.TextIOWrapper(
            io.BufferedReader(_Bounded(packed, path, kind), READ), encoding=encoding, newline=""
        )
        lines = _Ahead(line.replace("\0", "") for line in text)
        delimiter = _delimiter(lines.peek(20))
        reader = csv.reader(_narrow(lines, delimiter), delimiter=delimiter)
        number = 1
        try:
            for cells in reader:
                if cells:
                    yield number, [_cleaned(meant(cell), number) for cell in cells]
                number += 1
                if number > MOST_LINES:
                    raise Refused(_("超过 %(most)s 行，请拆成几份", most=f"{MOST_ROWS:,}"), "file")
        except csv.Error as error:
            raise Refused(_("第 %(row)s 行读不下去，请检查引号是否成对", row=number), "file") from error
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise Refused(_("压缩文件已损坏，请重新打包"), "file") from error


def _narrow(lines: Iterable[str], delimiter: str) -> Iterator[str]:
    """Lines that a spreadsheet could hold: one of millions of commas would take seconds and all the memory."""
    for number, line in enumerate(lines, 1):
        if (count := line.count(delimiter)) > WIDEST_LINE:
            raise Refused(_("第 %(row)s 行有 %(n)s 列，最多 %(most)s 列，请删掉多余的列", row=number, n=count + 1,
                            most=MOST_COLUMNS), "file")  # fmt: skip
        yield line


@contextmanager
def _opened(path: Path, kind: str) -> Iterator[IO[bytes]]:
    with path.open("rb") as raw:
        yield gzip.GzipFile(fileobj=raw) if kind == "csv.gz" else raw  # type: ignore[misc]


class _Bounded(io.RawIOBase):
    """Reads at most LARGEST_TEXT bytes of what may be a bomb."""

    def __init__(self, packed: IO[bytes], path: Path, kind: str):
        self._packed, self._left = packed, LARGEST_TEXT
        if kind == "csv.gz":  # nothing that people write can be packed so small
            self._left = min(self._left, max(8 * 2**20, HIGHEST_RATIO * path.stat().st_size))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._packed.read(len(buffer))
        self._left -= len(piece)
        if self._left < 0:
            raise Refused(_("文件解压后大得不正常，没有读取"), "file")
        buffer[: len(piece)] = piece
        return len(piece)


def _encoding(path: Path, kind: str) -> str:
    """UTF-8 if all of it is, else GB18030 if all of it is; UTF-16 by its mark. Refused: neither, or no text."""
    try:
        with _opened(path, kind) as packed:
            marked = packed.read(2) in (b"\xff\xfe", b"\xfe\xff")
        for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
            if _is_text(path, kind, encoding):
                return encoding
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise Refused(_("压缩文件已损坏，请重新打包"), "file") from error
    raise Refused(_("这不是表格文件：既不是 xlsx，也不是 UTF-8 或 GBK 编码的 CSV"), "file")


def _is_text(path: Path, kind: str, encoding: str) -> bool:
    """Whether all of it can be read so, and reads as text: hardly a character that only programs write."""
    decoder = codecs.getincrementaldecoder(encoding)()
    strange = read = 0
    try:
        with _opened(path, kind) as packed:
            bounded = io.BufferedReader(_Bounded(packed, path, kind), READ)
            while piece := bounded.read(READ):
                text = decoder.decode(piece)
                read += len(text)
                strange += sum(text.count(chr(code)) for code in range(9))
            decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return strange <= max(20, read // 1000)


class _Ahead:
    """Lines, the first of which may be looked at before they are read."""

    def __init__(self, lines: Iterable[str]):
        self._lines, self._seen = iter(lines), list[str]()

    def peek(self, count: int) -> list[str]:
        while len(self._seen) < count and (line := next(self._lines, None)) is not None:
            self._seen.append(line)
        return list(self._seen)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        return self._seen.pop(0) if self._seen else next(self._lines)


def _delimiter(lines: list[str]) -> str:
    """Comma, tab or semicolon: whichever the first lines have most of, the comma when in doubt."""
    counts = {mark: sum(min(line.count(mark), 100) for line in lines) for mark in (",", "\t", ";")}
    return max(counts, key=lambda mark: counts[mark])
