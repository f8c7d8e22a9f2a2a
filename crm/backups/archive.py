"""One backup: a zip with the database as its engine copies it, the files that people attached, and about.json, which
says what it is and by which sum it can be known to be whole. The keys of the house are not in it.

    about.json   {"made_at", "engine": sqlite | postgresql, "revision", "sha256" of the database, "files"}
    database     a SQLite file, or what pg_dump writes (custom format)
    uploads/…    the attachments, named as they are stored

While it is made everybody goes on working: the copy is of one moment all the same.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import os
import re
import secrets
import shutil
import sqlite3
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import current_app

from crm.db import db
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _

ABOUT, DATABASE, UPLOADS = "about.json", "database", "uploads/"
NAME = re.compile(r"crm-(\d{8}-\d{6})(?:-[a-z]+)?\.zip", re.ASCII)
PIECE = 1 << 20
LONGEST_S = 4 * 3600  # that pg_dump or pg_restore may take
TABLES = (
    "user",
    "enterprise",
    "person",
    "lead",
    "deal",
    "contact_log",
    "event",
)  # whose rows a look through counts

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class About:
    made_at: dt.datetime
    engine: str
    revision: str
    sha256: str
    files: int


def folder() -> Path:
    return Path(current_app.config["CRM_DATA"]) / "backups"


def uploads() -> Path:
    return Path(current_app.config["CRM_DATA"]) / "uploads"


def engine() -> str:
    return str(db.engine.dialect.name)


# --- making -----------------------------------------------------------------------------------------------------


def make(why: str = "", progress: Progress | None = None) -> Path:
    """Write a backup of this moment; `why` stands in its name. Nothing is left behind when it does not come to its end."""
    tell = progress or (lambda done, total: None)
    folder().mkdir(parents=True, exist_ok=True)
    now = clock.now()
    name = f"crm-{clock.local(now):%Y%m%d-%H%M%S}{f'-{why}' if why else ''}.zip"
    half = folder() / f".{name}.{secrets.token_hex(4)}"
    copy = half.with_suffix(".database")
    attached = sorted(path for path in uploads().rglob("*") if path.is_file())
    total = len(attached) + 2
    try:
        _private(copy)
        revision = _copy_database(copy)
        tell(1, total)
        about = {
            "made_at": now.isoformat(), "engine": engine(), "revision": revision, "sha256": _sum_of(copy),
            "files": len(attached),
        }  # fmt: skip
        _private(half)
        # Level 1: half the size at a tenth of the time; attachments are pictures and documents, packed already.
        with zipfile.ZipFile(half, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
            file.writestr(ABOUT, json.dumps(about))
            file.write(copy, DATABASE, zipfile.ZIP_DEFLATED if engine() == "sqlite" else zipfile.ZIP_STORED)
            tell(2, total)
            for at, path in enumerate(attached, 3):
                with contextlib.suppress(FileNotFoundError):  # taken away while we copied
                    file.write(path, UPLOADS + path.relative_to(uploads()).as_posix(), zipfile.ZIP_STORED)
                tell(at, total)
        _synced(half)
        half.replace(folder() / name)
    finally:
        half.unlink(missing_ok=True)
        copy.unlink(missing_ok=True)
    return folder() / name


def _private(path: Path) -> None:
    """All that the house knows stands in it: for its owner's eyes only, from the first byte on."""
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))


def _synced(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _copy_database(to: Path) -> str:
    """The copy, and the revision of its schema."""
    if engine() == "sqlite":
        with (
            contextlib.closing(sqlite3.connect(_sqlite_path())) as here,
            contextlib.closing(sqlite3.connect(to)) as copy,
        ):
            here.backup(copy)  # all pages in one read transaction: with a WAL nobody waits for it
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, no companions
            return _revision_of(copy)
    revision = db.session.scalar(sa.text("SELECT version_num FROM alembic_version"))
    db.session.rollback()
    _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={to}", _dbname())
    return str(revision)


def _revision_of(database: sqlite3.Connection) -> str:
    return str(database.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def _sqlite_path() -> str:
    return str(db.engine.url.database)


def _run(program: str, *arguments: str) -> str:
    """Run a program of PostgreSQL's; the password goes by the environment, where nobody else reads it."""
    found = shutil.which(program)
    if found is None:
        raise Refused(_("这台服务器没有 %(program)s，请先安装 PostgreSQL 的客户端程序", program=program))
    url = db.engine.url
    host = url.host or url.query.get("host")
    told = {
        "PGHOST": host,
        "PGPORT": url.port or url.query.get("port"),
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
    }
    environment = os.environ | {name: str(value) for name, value in told.items() if value}
    try:
        done = subprocess.run(
            [found, *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=LONGEST_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Refused(_("%(program)s 用时太长，已停止", program=program)) from None
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["?"])[-1]
        raise Refused(_("%(program)s 没有成功：%(said)s", program=program, said=said[:300]))
    return done.stdout


def _dbname() -> str:
    return str(db.engine.url.database)


# --- looking through --------------------------------------------------------------------------------------------


def about(path: Path) -> About:
    """What it says of itself. Refused: it is none of ours, or not whole."""
    with _opened(path) as file:
        return _about(file)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as file:
            yield file
    except (zipfile.BadZipFile, OSError, EOFError):
        raise Refused(_("这不是完整的备份文件")) from None


def _about(file: zipfile.ZipFile) -> About:
    try:
        told = json.loads(file.read(ABOUT))
        made_at = dt.datetime.fromisoformat(told["made_at"])
        return About(made_at, told["engine"], told["revision"], told["sha256"], int(told["files"]))
    except (KeyError, ValueError, TypeError):
        raise Refused(_("这不是本系统的备份文件")) from None


def check(path: Path) -> tuple[About, dict[str, int]]:
    """Take it out and look through it, as a restore would: (what it says, {table: rows}). Refused: it is not whole."""
    with _opened(path) as file, tempfile.TemporaryDirectory(dir=folder()) as room:
        known = _about(file)
        if (broken := file.testzip()) is not None:
            raise Refused(_("备份里的“%(name)s”坏了", name=broken))
        attached = sum(name.startswith(UPLOADS) for name in file.namelist())
        if attached < known.files:
            raise Refused(_("备份里少了 %(n)s 个附件", n=known.files - attached))
        return known, _look_through(_taken_out(file, known, Path(room)), known)


def _taken_out(file: zipfile.ZipFile, known: About, room: Path) -> Path:
    path = room / DATABASE
    _private(path)
    with file.open(DATABASE) as packed, path.open("wb") as plain:
        shutil.copyfileobj(packed, plain, PIECE)
    if _sum_of(path) != known.sha256:
        raise Refused(_("备份里的数据库和它的校验值对不上"))
    return path


def _look_through(path: Path, known: About) -> dict[str, int]:
    if known.engine == "postgresql":
        listed = _run("pg_restore", "--list", str(path))
        return {name: 0 for name in TABLES if f"TABLE DATA public {name} " in listed}
    with contextlib.closing(sqlite3.connect(path)) as database:
        said = database.execute("PRAGMA integrity_check").fetchone()[0]
        if said != "ok":
            raise Refused(_("备份里的数据库坏了：%(said)s", said=str(said)[:200]))
        there = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        return {
            name: int(database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])
            for name in TABLES
            if name in there
        }


def _sum_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# --- putting back -----------------------------------------------------------------------------------------------


def restore(path: Path, known_revisions: set[str]) -> About:
    """The database becomes what it was then, and attachments that are gone come back; those that came since stay.

    Refused before anything changes: a file that is not whole, of another engine, of a newer version of the house.
    """
    with _opened(path) as file, tempfile.TemporaryDirectory(dir=folder()) as room:
        known = _about(file)
        if known.engine != engine():
            raise Refused(
                _("这是 %(theirs)s 的备份，这里用的是 %(ours)s", theirs=known.engine, ours=engine())
            )
        if known.revision not in known_revisions:
            raise Refused(_("这份备份来自更新的版本（%(revision)s），请先升级程序", revision=known.revision))
        database = _taken_out(file, known, Path(room))
        _look_through(database, known)
        db.session.rollback()
        db.session.remove()
        db.engine.dispose()
        if known.engine == "sqlite":
            with (
                contextlib.closing(sqlite3.connect(database)) as then,
                contextlib.closing(sqlite3.connect(_sqlite_path(), timeout=30)) as now,
            ):
                then.backup(now)
                now.execute("PRAGMA journal_mode=WAL")
        else:
            _run("pg_restore", "--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction",
                 f"--dbname={_dbname()}", str(database))  # fmt: skip
        _put_back_uploads(file)
        return known


def _put_back_uploads(file: zipfile.ZipFile) -> None:
    root = uploads().resolve()
    for name in file.namelist():
        target = (root / name.removeprefix(UPLOADS)).resolve()
        if not name.startswith(UPLOADS) or not target.is_relative_to(root) or target.exists():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        half = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        with file.open(name) as packed, half.open("wb") as plain:
            shutil.copyfileobj(packed, plain, PIECE)
        half.replace(target)


def statement(path: Path) -> dict[str, Any]:
    """For the list: when it was made, how large it is."""
    stamp = NAME.fullmatch(path.name)
    size = path.stat().st_size
    if stamp is None:
        made = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
    else:
        made = dt.datetime.strptime(stamp[1], "%Y%m%d-%H%M%S").replace(tzinfo=clock.HOME)
    return {"name": path.name, "made_at": made, "size": size}
