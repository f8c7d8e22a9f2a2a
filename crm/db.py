"""The database: one `db`, the column types of the house, and how each engine is opened.

SQLite loses concurrent updates silently unless every writing transaction begins IMMEDIATE, so that is the
rule here; requests that only read announce it (`reading()`) and share the file without waiting.
"""

from __future__ import annotations

import datetime as dt
import enum
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from typing import Annotated, Any

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import orm
from sqlalchemy.orm import Mapped, mapped_column

NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Moment(sa.TypeDecorator[dt.datetime]):
    """An aware moment, stored as UTC. A naive one is a bug and is refused."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: sa.Dialect) -> dt.datetime | None:
        return value.astimezone(dt.UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: dt.datetime | None, dialect: sa.Dialect) -> dt.datetime | None:
        return value.replace(tzinfo=dt.UTC) if value else None


class Wan(sa.TypeDecorator[Decimal]):
    """An amount in 万元 with two decimals, kept as whole hundredths so that sums are exact on every engine."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | int | None, dialect: sa.Dialect) -> int | None:
        return None if value is None else int((Decimal(value) * 100).to_integral_value())

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Decimal | None:
        return None if value is None else Decimal(int(value)) / 100


Line = Annotated[str, mapped_column(sa.String(200))]
Text = Annotated[str, mapped_column(sa.Text)]
WanAmount = Annotated[Decimal, mapped_column(Wan)]


NEVER_AGAIN = {"sqlite_autoincrement": True}
"""Last in the __table_args__ of every table whose rows a merge moves or takes away: SQLite would give the number
of the newest row, once deleted, to the next one, and an old link or an undo would find the wrong record."""


class Model(orm.DeclarativeBase):
    # An explicit registry: a plain type_annotation_map on the base is ignored by Flask-SQLAlchemy 3.1.
    registry = orm.registry(
        metadata=sa.MetaData(naming_convention=NAMES),
        type_annotation_map={
            dt.datetime: Moment,
            enum.Enum: sa.Enum(
                enum.Enum,
                native_enum=False,
                length=32,
                create_constraint=False,
                values_callable=lambda kind: [member.value for member in kind],
            ),
            dict[str, Any]: sa.JSON,
            list[Any]: sa.JSON,
            list[str]: sa.JSON,
        },
    )

    id: Mapped[int] = mapped_column(primary_key=True)

    __unrecorded__: frozenset[str] = frozenset()
    __final__: frozenset[str] = frozenset()  # columns that are written once, see WrittenOnce

    def snapshot(self) -> dict[str, Any]:
        """What the audit trail compares: every column but secrets and counters."""
        hidden = self.__unrecorded__ | {"id", "version"}
        return {
            column.key: plain(getattr(self, column.key))
            for column in sa.inspect(type(self)).column_attrs
            if column.key not in hidden
        }


class WrittenOnce(RuntimeError):
    """Something tried to change a final column: who reported first, say, on which credit depends. No verb may."""


@sa.event.listens_for(Model, "mapper_configured", propagate=True)
def _watch_final_columns(_mapper: Any, model: type[Model]) -> None:
    for key in model.__final__:
        sa.event.listen(getattr(model, key), "set", _final_stays, active_history=True, retval=True)


def _final_stays(subject: Any, value: Any, before: Any, event: Any) -> Any:
    state = sa.inspect(subject)
    if (state.persistent or state.detached) and before != value:
        raise WrittenOnce(f"{type(subject).__name__} {subject.id}: {event.key} is final")
    return value


@sa.event.listens_for(orm.Session, "do_orm_execute")
def _final_stays_in_updates(state: orm.ORMExecuteState) -> None:
    """The same for UPDATE statements that go past the objects."""
    if not state.is_update:
        return
    statement: Any = state.statement
    entity: Any = getattr(statement, "entity_description", {}).get("entity")
    final: frozenset[str] = getattr(entity, "__final__", frozenset())
    named = {getattr(column, "key", column) for column in (statement._values or {})}
    if not named:
        rows = state.parameters if isinstance(state.parameters, list) else [state.parameters or {}]
        named = {key for row in rows for key in row}
    if named & final:
        raise WrittenOnce(f"UPDATE {entity.__tablename__}: {', '.join(sorted(named & final))} final")


class Versioned:
    """Two people cannot overwrite each other: every UPDATE names the version it read."""

    version: Mapped[int] = mapped_column(default=1)

    @orm.declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}  # type: ignore[dict-item]


def plain(value: Any) -> Any:
    """A column's value as JSON can hold it."""
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return value


db = SQLAlchemy(
    model_class=Model,
    engine_options={"pool_pre_ping": True},
    disable_autonaming=True,
)


def among(column: Any, few: sa.Select[Any]) -> sa.ColumnElement[bool]:
    """`column IN (few)` where it stands beside others in an OR: PostgreSQL reads the whole table for that, unless the few
    are an array, which its indexes can look up."""
    if db.session.get_bind().dialect.name == "postgresql":
        return column == sa.any_(sa.func.array(few.scalar_subquery()))
    return column.in_(few)  # type: ignore[no-any-return]


STATISTICS = "ANALYZE"
"""The engine looks at what its tables hold by now. Without it SQLite takes an index of two values for one that finds few (a
page of 84 ms took 181), and of an index made by a migration PostgreSQL knows nothing until it has looked by itself."""


_only_reads: ContextVar[bool] = ContextVar("only_reads", default=False)


@contextmanager
def reading() -> Iterator[None]:
    """Transactions begun inside take no write lock on SQLite."""
    token = _only_reads.set(True)
    try:
        yield
    finally:
        _only_reads.reset(token)


def set_reading(only_reads: bool) -> None:
    """For a whole request: GET reads, everything else may write."""
    _only_reads.set(only_reads)


POSTGRES_FOR_SUMS = "-c work_mem=16MB -c jit=off"
"""Sums by unit and month fit into memory instead of being sorted on disk; compiling a statement takes longer than it runs."""


def options_for(url: str) -> dict[str, Any]:
    """Engine options that differ between the two engines."""
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": 30, "check_same_thread": False}}
    return {
        "connect_args": {"connect_timeout": 5, "options": f"-c statement_timeout=60000 {POSTGRES_FOR_SUMS}"},
        "pool_size": 10,
        "max_overflow": 10,
    }


@sa.event.listens_for(sa.Engine, "connect")
def _open(connection: Any, _record: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None  # we say BEGIN ourselves, see _begin
        for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=FULL", "cache_size=-65536"):
            connection.execute(f"PRAGMA {pragma}")


@sa.event.listens_for(sa.Engine, "begin")
def _begin(connection: sa.Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN" if _only_reads.get() else "BEGIN IMMEDIATE")
