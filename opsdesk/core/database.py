"""One engine per process, one unit of work per entry point, one `.commit()`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    Connection,
    DateTime,
    Engine,
    Enum,
    MetaData,
    create_engine,
    event,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import TypeDecorator, TypeEngine

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

BUSY_SECONDS = 15


class JsonDocument(TypeDecorator[Any]):
    """JSON: as JSONB on PostgreSQL, whose dialect is loaded only where it is used."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            from sqlalchemy.dialects.postgresql import JSONB  # noqa: PLC0415

            return dialect.type_descriptor(JSONB())
        return dialect.type_descriptor(JSON())


class Moment(TypeDecorator[datetime]):
    """An aware datetime, stored in UTC; naive ones are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(
        self, value: datetime | None, _dialect: Dialect
    ) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value

    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[Any], datetime | None] | None:
        """Read a moment in one step: a page has hundreds of them, a sweep thousands."""
        if dialect.name == "sqlite":
            return _aware
        return super().result_processor(dialect, coltype)


def _aware(stored: str | None) -> datetime | None:
    return None if stored is None else datetime.fromisoformat(f"{stored}Z")


def choice(words: type[StrEnum], length: int = 16) -> Enum:
    """Return a column type that stores an enumeration's values as plain text."""
    return Enum(
        words,
        native_enum=False,
        length=length,
        values_callable=lambda members: [member.value for member in members],
    )


class Row(DeclarativeBase):
    """The base of every table."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: Moment,
        dict[str, Any]: JsonDocument,
        dict[str, str]: JsonDocument,
        dict[str, float]: JsonDocument,
        dict[str, int]: JsonDocument,
        list[str]: JsonDocument,
    }


class Database:
    """An engine and its sessions. Make one per process; `dispose` after a fork."""

    def __init__(self, url: str) -> None:
        self.engine = open_engine(url)
        writing = self.engine.execution_options(writing=True)
        reading = self.engine.execution_options(postgresql_readonly=True)
        self._writing = sessionmaker(writing, expire_on_commit=False)
        self._reading = sessionmaker(reading, expire_on_commit=False)

    @contextmanager
    def unit(self) -> Iterator[Session]:
        """Open one unit of work: commits at the end, rolls back on any exception.

        On SQLite it takes the one write lock with its first statement, so that it
        waits there, and never fails half-way with "database is locked".
        """
        with self._writing() as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a unit that only looks. It never waits for a writer; a write fails."""
        with self._reading() as session, session.begin():
            yield session

    def dispose(self) -> None:
        self.engine.dispose()


def open_engine(url: str) -> Engine:
    """Return an engine; SQLite gets WAL, foreign keys and a patient lock.

    What statements are filled with, password hashes among it, stays out of every log.

    pysqlite begins a transaction late and for writing statements only, which lets two
    readers dead-lock when both turn writers. So its own beginning is switched off, and
    we say BEGIN ourselves, IMMEDIATE where the connection's options say `writing`.
    """
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, hide_parameters=True)
    patience = {"timeout": BUSY_SECONDS}
    engine = create_engine(url, connect_args=patience, hide_parameters=True)
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _set_pragmas(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={BUSY_SECONDS * 1000}",
        "journal_mode=WAL",
        "foreign_keys=ON",
        "synchronous=NORMAL",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing", False)
    if connection.info.get("writing") is not writing:  # it stays until said otherwise
        connection.exec_driver_sql(f"PRAGMA query_only = {int(not writing)}")
        connection.info["writing"] = writing
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
