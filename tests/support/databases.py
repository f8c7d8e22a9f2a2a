"""Schemas made by the real migrations once a run, and made empty again before each test.

Views commit, so a test cannot be undone by a rollback. Instead: on SQLite the template file is put in the
place of the database (about a millisecond); on PostgreSQL the rows of all tables are deleted in one round
trip and the rows that the migrations themselves had put in come back.

What many tests begin with (the six people, the demo district) is kept the same way once it is there: `keep` it
by a name, `reset` to that name. Nobody may be connected meanwhile.
"""

from __future__ import annotations

import contextlib
import fcntl
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import sqlalchemy as sa

from tests.support import postgres

Migrate = Callable[[str], None]


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """One worker at a time."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class Sqlite:
    name = "sqlite"

    def __init__(self, shared: Path, worker: str, migrate: Migrate) -> None:
        self.template = shared / "template.db"
        self.path = shared / f"{worker}.db"
        self.url = f"sqlite:///{self.path}"
        with alone(shared / "sqlite.lock"):
            if not self.template.exists():
                half = shared / "half.db"
                migrate(f"sqlite:///{half}")
                # All of it in the one file: the template is copied without its WAL.
                with contextlib.closing(sqlite3.connect(half)) as connection:
                    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                    connection.execute("PRAGMA journal_mode=DELETE")
                half.rename(self.template)

    def reset(self, to: str = "") -> None:
        """The engine must have been disposed of before."""
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self.path}{suffix}").unlink(missing_ok=True)
        shutil.copyfile(self._kept(to) if to else self.template, self.path)

    def keeps(self, name: str) -> bool:
        return self._kept(name).exists()

    def keep(self, name: str) -> None:
        with contextlib.closing(sqlite3.connect(self.path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        half = self.path.with_suffix(".half")
        shutil.copyfile(self.path, half)
        half.rename(self._kept(name))  # two workers may do it at once: both have the same

    def _kept(self, name: str) -> Path:
        return self.path.parent / f"kept-{name}.db"


class Postgresql:
    name = "postgresql"

    def __init__(self, server: postgres.Postgres, run: str, worker: str, migrate: Migrate) -> None:
        self.url = postgres.new_database(server.url(), run, worker, migrate)
        plain = sa.make_url(self.url).set(drivername="postgresql").render_as_string(hide_password=False)
        # Nothing is checked while rows come back, and nobody is waited for without end.
        options = "-c session_replication_role=replica -c lock_timeout=20s"
        self._connection = psycopg.connect(plain, autocommit=True, options=options)
        self._scripts = {"": self._keep("as_migrated")}

    def reset(self, to: str = "") -> None:
        self._connection.execute(self._scripts[to])

    def keeps(self, name: str) -> bool:
        return name in self._scripts

    def keep(self, name: str) -> None:
        self._scripts[name] = self._keep(f"kept_{name}")

    def close(self) -> None:
        self._connection.close()

    def _keep(self, schema: str) -> str:
        """What to say to make the database what it is now; its rows are copied into `schema`. It is a function, whose
        hundreds of statements the server reads and plans once, not before each test."""
        ask = self._connection.execute
        ask(f"create schema if not exists {schema}")
        tables = [
            name
            for (name,) in ask(
                "select tablename from pg_tables"
                " where schemaname = 'public' and tablename <> 'alembic_version'"
            )
        ]
        lines = [f'delete from public."{table}"' for table in tables]
        for table in tables:
            if ask(f'select 1 from public."{table}" limit 1').fetchone() is None:
                continue
            ask(f'create table {schema}."{table}" as table public."{table}"')
            columns = ", ".join(
                f'"{name}"'
                for (name,) in ask(
                    "select column_name from information_schema.columns where table_schema = 'public'"
                    " and table_name = %s and is_generated = 'NEVER'",
                    [table],
                )
            )
            lines.append(
                f'insert into public."{table}" ({columns}) overriding system value'
                f' select {columns} from {schema}."{table}"'
            )
        for name, last, start in ask(
            "select sequencename, last_value, start_value from pg_sequences where schemaname = 'public'"
        ):
            called = "true" if last is not None else "false"
            lines.append(f"perform setval('public.\"{name}\"', {last or start}, {called})")
        body = "".join(f"{line};" for line in lines)
        ask(
            f"create function {schema}.put_back() returns void language plpgsql as $put$ begin {body} end $put$"
        )
        return f"select {schema}.put_back()"
