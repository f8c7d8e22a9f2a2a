"""Files that would take the house down: each class is answered by a sentence, within ten seconds and 300 MiB, and
nothing of it is kept. The reader runs in a process of its own, whose memory and processor time are measured: how
many others wait for the processor meanwhile is not the reader's doing."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa

from crm.imports.models import ImportBatch
from tests.conftest import ROOT

LONGEST, MOST_MIB = 10, 300
READER = """
import json, os, sys, time, traceback
from pathlib import Path
from crm.lib.errors import Refused
from crm.imports.columns import LOOKED_AT, propose, values_of
from crm.imports.understanding import understand
from crm.web import sheets_in
def held():  # what a fork leaves in ru_maxrss is the parent's
    return int(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
def read(path, name):
    idle, began, said, count = held(), time.process_time(), "", 0
    try:
        kind = sheets_in.kind_of(path, name)
        for sheet in sheets_in.sheets(path, kind)[:10]:
            rows, top = sheets_in.rows(path, kind, sheet), []
            for number, cells in rows:
                count += 1
                if len(top) < LOOKED_AT:
                    top.append((number, cells))
            found = propose(top)
            for number, cells in top:
                understand(values_of(cells, found.mapping))
    except Refused as refused:
        said = refused.message
    peak = held()
    return {"said": said, "rows": count, "seconds": time.process_time() - began, "mib": (peak - idle) / 1024,
            "peak": peak / 1024}
for line in sys.stdin:
    path, name = json.loads(line)
    pid = os.fork()
    if pid == 0:
        try:
            print(json.dumps(read(Path(path), name)), flush=True)
        except BaseException:
            print(json.dumps({"said": traceback.format_exc()}), flush=True)
        os._exit(0)
    if os.waitpid(pid, 0)[1]:
        print(json.dumps({"said": "the reader was killed"}), flush=True)
"""
SHEET = '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
END = "</sheetData></worksheet>"


def plain_xlsx() -> dict[str, bytes]:
    made = openpyxl.Workbook()
    made.active.append(["企业名称"])
    data = io.BytesIO()
    made.save(data)
    with zipfile.ZipFile(data) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def xlsx(sheet: bytes | None = None, **parts: bytes) -> bytes:
    """A workbook whose first sheet, or other parts, say this instead."""
    every = plain_xlsx()
    if sheet is not None:
        every["xl/worksheets/sheet1.xml"] = sheet
    every |= {name.replace("__", "/").replace("_dot_", "."): data for name, data in parts.items()}
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, part in every.items():
            archive.writestr(name, part)
    return data.getvalue()


def cell(place: str, said: str = "1") -> str:
    return f'<row r="{place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")}"><c r="{place}"><v>{said}</v></c></row>'


def bomb() -> bytes:
    return xlsx((SHEET + END).encode(), xl__media__picture_dot_xml=b"<a>" + b"0" * (900 << 20 >> 2) + b"</a>")


def lying_bomb() -> bytes:
    """Its directory says that it is small."""
    data = bytearray(xlsx(None, xl__big_dot_xml=b"<a>" + b"0" * (230 << 20) + b"</a>"))
    at = data.rfind(b"PK\x01\x02", 0, data.rfind(b"xl/big.xml"))
    data[at + 24 : at + 28] = (100).to_bytes(4, "little")
    return bytes(data)


def gzip_bomb() -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    piece = b"a,b\n" * (1 << 18)
    return b"".join([packer.compress(piece) for _n in range(600)]) + packer.flush()


def million_rows() -> bytes:
    body = "".join(
        f'<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="B{n}"><v>1</v></c></row>' for n in range(1, 1_000_001)
    )
    return xlsx((SHEET + body + END).encode())


def million_lines() -> bytes:
    return "企业名称,电话\n".encode() + "甲公司,1\n".encode() * 1_000_000


def entities() -> bytes:
    doc = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + SHEET[21:]
    return xlsx((doc + '<row r="1"><c r="A1" t="inlineStr"><is><t>&a;</t></is></c></row>' + END).encode())


def laughs() -> bytes:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    doc = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{levels}]>' + SHEET[21:]
    return xlsx((doc + '<row r="1"><c r="A1" t="inlineStr"><is><t>&l9;</t></is></c></row>' + END).encode())


def merged() -> bytes:
    places = "".join(f'<mergeCell ref="A{n}:B{n}"/>' for n in range(1, 150_000))
    return xlsx(
        (SHEET + cell("A1") + "</sheetData><mergeCells>" + places + "</mergeCells></worksheet>").encode()
    )


REFUSED: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "bomb": ("a.xlsx", bomb, "大得不正常"),
    "lying bomb": ("a.xlsx", lying_bomb, ""),
    "gzip bomb": ("a.csv.gz", gzip_bomb, "大得不正常"),
    "far cell": ("a.xlsx", lambda: xlsx((SHEET + cell("A1") + cell("XFD1048576") + END).encode()), "铺得太开"),
    "a million rows": ("a.xlsx", million_rows, "超过 200,000 行"),
    "a million lines": ("a.csv", million_lines, "超过 200,000 行"),
    "external entity": ("a.xlsx", entities, "实体声明"),
    "a billion laughs": ("a.xlsx", laughs, "实体声明"),
    "merged places": ("a.xlsx", merged, "合并的单元格太多"),
    "wrong type: picture": ("名单.xlsx", lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4_000, "不是 Excel"),
    "wrong type: program": ("名单.csv", lambda: b"\x7fELF" + bytes(range(256)) * 4_000, "不是表格文件"),
    "wrong type: old xls": ("a.xls", lambda: b"\xd0\xcf\x11\xe0" + bytes(100_000), "旧版 xls"),
    "wrong type: zip": ("a.xlsx", lambda: zipped({"readme.txt": b"hello"}), "不是 Excel 的 xlsx"),
    "wrong type: html": ("a.xls", lambda: b"<html><table><tr><td>x</table>", "不是 Excel"),
    "mixed encodings": ("a.csv", lambda: "企业名称\n甲公司\n".encode() + "乙公司\n".encode("gb18030") + b"\xff\xff\x80",
                        "不是表格文件"),
    "cut short": ("a.xlsx", lambda: xlsx()[:-400], "打不开"),
    "cut gzip": ("a.csv.gz", lambda: gzip.compress("企业名称\n甲\n".encode() * 10_000)[:-20], "压缩文件已损坏"),
    "one endless line": ("a.csv", lambda: "企业名称\n".encode() + b"," * 40_000_000, "列"),
    "one endless cell": ("a.csv", lambda: '企业名称\n"'.encode() + "长".encode() * 8_000_000, "引号"),
    "empty": ("a.xlsx", lambda: b"", "空的"),
}  # fmt: skip


def zipped(parts: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return data.getvalue()


@pytest.fixture(scope="module")
def reading() -> Iterator[Callable[[Path, str], dict[str, Any]]]:
    """What the reader says of a file, and what that cost a process that does nothing else: a fork of one that has
    the house's reader loaded, and none of what the tests have made."""
    reader = subprocess.Popen(
        [sys.executable, "-c", READER], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert reader.stdin and reader.stdout

    def read(path: Path, name: str) -> dict[str, Any]:
        print(json.dumps([str(path), name]), file=reader.stdin, flush=True)
        found: dict[str, Any] = json.loads(reader.stdout.readline())
        return found

    yield read
    reader.stdin.close()
    reader.stdout.close()
    reader.wait(60)


@pytest.mark.parametrize("what", list(REFUSED))
def test_what_would_take_the_house_down_is_refused_by_a_sentence(
    tmp_path: Path, reading: Callable[[Path, str], dict[str, Any]], what: str
) -> None:
    name, make, sentence = REFUSED[what]
    path = tmp_path / "upload"
    path.write_bytes(make())
    found = reading(path, name)
    assert found["said"] and sentence in found["said"], found
    assert found["seconds"] < LONGEST and found["mib"] < MOST_MIB, found


def hostile() -> bytes:
    made = openpyxl.Workbook()
    made.active.title = "x; DROP TABLE user"
    for said in ("企业名称", '<script>alert(1)</script>', "=HYPERLINK(\"http://x\")", "../../../etc/passwd", "甲\u202e公司\u200b",
                 "' OR 1=1 --", "{{ 7*7 }}", "\u0000x".replace("\u0000", "")):  # fmt: skip
        made.active.append([said])
    data = io.BytesIO()
    made.save(data)
    return data.getvalue()


TAKEN: dict[str, tuple[str, Callable[[], bytes]]] = {
    "hostile names": ("../../passwd.xlsx", hostile),
    "formula cells": ("a.xlsx", lambda: xlsx(
        (SHEET + '<row r="1"><c r="A1" t="str"><f>"企业"&amp;"名称"</f><v>企业名称</v></c></row>'
         '<row r="2"><c r="A2" t="str"><f>WEBSERVICE("http://x")</f><v>甲公司</v></c></row>'
         '<row r="3"><c r="A3" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>' + END).encode())),
    "200 000 rows": ("a.csv", lambda: "企业名称,电话\n".encode() + "甲公司,15400000001\n".encode() * 199_999),
}  # fmt: skip


@pytest.mark.parametrize("what", list(TAKEN))
def test_what_is_only_odd_is_read_within_the_same_bounds(
    tmp_path: Path, reading: Callable[[Path, str], dict[str, Any]], what: str
) -> None:
    name, make = TAKEN[what]
    path = tmp_path / "upload"
    path.write_bytes(make())
    found = reading(path, name)
    assert not found["said"] and found["rows"] >= 2, found
    assert found["seconds"] < LONGEST and found["mib"] < MOST_MIB, found


@pytest.mark.on("sqlite")
@pytest.mark.parametrize(
    "what", ["far cell", "external entity", "wrong type: picture", "mixed encodings", "empty"]
)
def test_nothing_of_a_refused_file_is_kept(
    cast: Any, session: Any, app: Any, as_user: Callable[..., Any], what: str
) -> None:
    name, make, sentence = REFUSED[what]
    wang = as_user(cast.wang)
    answer = wang.submit("/imports", file=(io.BytesIO(make()), name))
    assert answer.status_code == 422 and sentence in answer.said
    assert session.scalar(sa.select(sa.func.count(ImportBatch.id))) == 0
    folder = Path(app.config["CRM_DATA"]) / "imports"
    assert not list(folder.glob("*")) if folder.exists() else True


@pytest.mark.on("sqlite")
def test_names_that_are_meant_to_harm_are_only_names(
    cast: Any, session: Any, app: Any, as_user: Callable[..., Any]
) -> None:
    wang = as_user(cast.wang)
    here = wang.submit("/imports", file=(io.BytesIO(hostile()), "..\\..\\<b>passwd<b>.xlsx")).went_to
    page = wang.see(here)
    assert "<b>passwd<b>.xlsx" in page.text, "shown as what it is"
    wang.submit(here, f"{here}/check")
    page = wang.see(here)
    assert "<script>alert(1)</script>" in page.text and "49" not in {one.text for one in page.all("a")}
    found = session.scalars(sa.select(ImportBatch)).one()
    assert "/" not in found.file_name and "\\" not in found.file_name
