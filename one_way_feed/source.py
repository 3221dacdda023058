"""The dispatching database, read: SELECT only, read-only transaction, statement time-out.

Law: blocking; runs in the sender's one database thread. It tells what the database said or how it
failed, and decides nothing.
"""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from one_way_feed.bodies import SourceState
from one_way_feed.mapping import QueryMapping, Reject, by_key
from protocol.errors import FeedError, OperatorError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from one_way_feed.rows import Row, RowKey
    from one_way_feed.settings import DatabaseSettings, QuerySettings

SQLITE_STEPS = 10_000
"""Virtual machine steps between two looks at the clock: about 0.1 ms."""
BEGIN: dict[str, tuple[str, ...]] = {
    "sqlite": ("BEGIN",),
    "postgresql": (
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
        "SET LOCAL statement_timeout = {ms}",
        "SET LOCAL lock_timeout = {ms}",
    ),
    "mysql": ("SET SESSION max_execution_time = {ms}", "START TRANSACTION READ ONLY"),
    "mariadb": ("SET SESSION max_statement_time = {s}", "START TRANSACTION READ ONLY"),
    "oracle": ("SET TRANSACTION READ ONLY",),
}
"""What opens a read-only transaction, by dialect; all queries of a poll see one moment."""
TIMEOUT_STATES = {"57014", "55P03"}
"""SQLSTATE query_canceled, lock_not_available."""
SCHEMA_STATES = {"42P01", "42703", "42883", "42804"}
"""SQLSTATE undefined table, column, function; datatype mismatch."""
SQLITE_SCHEMA = ("no such table", "no such column", "no such function")
SQLITE_SLOW = ("interrupted", "locked", "busy")


@dataclass(frozen=True)
class Polled:
    """What a good poll has found.

    Attributes:
        rows: by key.
        rejects: records that cannot be rows.
        unreadable: keys of these, as far as they could be read.
    """

    rows: dict[RowKey, Row]
    rejects: tuple[Reject, ...]
    unreadable: frozenset[RowKey]


class PollFailed(FeedError):  # noqa: N818 - named for what happened
    """A poll has failed; `state` says how."""

    def __init__(self, state: SourceState, message: str, *, where: str = "") -> None:
        super().__init__(message, where=where)
        self.state = state


class Source:
    """The database."""

    def __init__(self, database: DatabaseSettings, queries: tuple[QuerySettings, ...]) -> None:
        """Prepare; nothing is connected yet.

        Raises:
            OperatorError: the URL is none, or its driver is not installed.
        """
        self._timeout_s = database.statement_timeout_s
        self._queries = [(query, QueryMapping(query, database)) for query in queries]
        self._cache: dict[tuple[str, tuple[Any, ...]], Row | Reject] = {}
        self._deadline = 0.0
        try:
            self._engine = self._make_engine(database.url)
        except (ArgumentError, NoSuchModuleError, ImportError) as error:
            raise OperatorError(f"database.url: {error}") from error

    def poll(self) -> Polled:
        """Read everything once. Blocks.

        Raises:
            PollFailed: the database cannot be reached, is slow, or its schema has changed.
        """
        rows: list[Row] = []
        rejects: list[Reject] = []
        unreadable: set[RowKey] = set()
        seen: dict[tuple[str, tuple[Any, ...]], Row | Reject] = {}
        self._deadline = time.monotonic() + self._timeout_s
        for (query, mapping), records in zip(self._queries, self._read(), strict=True):
            for record in records:
                mark = (query.name, tuple(record.values()))
                found = self._cache.get(mark) or mapping.row(record)
                seen[mark] = found
                if isinstance(found, Reject):
                    rejects.append(found)
                    key = mapping.key_of(found)
                    unreadable.update([] if key is None else [key])
                else:
                    rows.append(found)
        self._cache = seen
        table, twice = by_key(rows)
        rejects += [Reject(kind, key, "*", "comes twice; the last counts") for kind, key in twice]
        return Polled(table, tuple(rejects), frozenset(unreadable - table.keys()))

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def _read(self) -> list[list[dict[str, Any]]]:
        """Return the records of every query, as of one moment."""
        where = ""
        try:
            with self._engine.connect() as connection:
                self._begin(connection)
                answers = []
                for query, mapping in self._queries:
                    where = f"query {query.name!r}"
                    answers.append(_records(connection, query, mapping))
                connection.rollback()
                return answers
        except (SQLAlchemyError, sqlite3.Error, UnicodeDecodeError) as error:
            raise PollFailed(_state_of(error), _said(error), where=where) from error

    def _begin(self, connection: Connection) -> None:
        values = {"ms": int(self._timeout_s * 1000), "s": self._timeout_s}
        for statement in BEGIN.get(connection.dialect.name, ()):
            connection.exec_driver_sql(statement.format(**values))

    def _make_engine(self, url: str) -> Engine:
        parsed = make_url(url)
        if parsed.get_backend_name() != "sqlite":
            connect = {"connect_timeout": max(1, int(self._timeout_s))}
            known = parsed.get_backend_name() in {"postgresql", "mysql", "mariadb"}
            return create_engine(
                parsed, pool_size=1, pool_pre_ping=True, connect_args=connect if known else {}
            )
        path = parsed.database or ""
        # mode=ro: a file that has vanished must not be made anew, empty. A connection for each
        # poll: one that is kept would go on reading a file that was deleted.
        engine = create_engine(
            f"sqlite:///file:{quote(path)}?mode=ro&uri=true",
            poolclass=NullPool,
            connect_args={"timeout": self._timeout_s},
        )
        event.listen(engine, "connect", self._set_up_sqlite)
        return engine

    def _set_up_sqlite(self, connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA query_only = ON")
        connection.set_progress_handler(self._is_late, SQLITE_STEPS)

    def _is_late(self) -> bool:
        return time.monotonic() > self._deadline


def _records(
    connection: Connection, query: QuerySettings, mapping: QueryMapping
) -> list[dict[str, Any]]:
    result = connection.execute(text(query.sql.replace(":", r"\:")))
    missing = mapping.columns - set(result.keys())
    if missing:
        names = ", ".join(sorted(missing))
        message = f"the answer has no column {names}"
        raise PollFailed(SourceState.SCHEMA_CHANGED, message, where=f"query {query.name!r}")
    return [dict(record) for record in result.mappings()]


def _state_of(error: Exception) -> SourceState:
    """Return what kind of failure `error` is."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    sqlstate = str(getattr(cause, "sqlstate", "") or "")
    said = str(cause).lower()
    if sqlstate in TIMEOUT_STATES or (
        isinstance(cause, sqlite3.Error) and any(word in said for word in SQLITE_SLOW)
    ):
        return SourceState.SLOW
    if sqlstate in SCHEMA_STATES or any(word in said for word in SQLITE_SCHEMA):
        return SourceState.SCHEMA_CHANGED
    return SourceState.UNREACHABLE


def _said(error: Exception) -> str:
    """Return what the database said, in one line and without the address or its password."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    return " ".join(str(cause).split())[:200]
