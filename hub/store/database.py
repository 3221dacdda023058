"""The connection to the database, and what a transaction is.

Law: one connection, used by one thread. Everything inside `transaction` is committed together or
not at all; when the database fails the caller gets a `DeviceError`, the connection is dropped, and
the next transaction begins with a new one. SQLite: write-ahead log, every commit on the disk,
checkpoints only when `tidy` is called.
"""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from hub.store.schema import upgrade
from hub.store.tables import metadata
from protocol.errors import DeviceError, OperatorError, StationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import URL, Connection, Engine
    from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
    from sqlalchemy.pool import PoolProxiedConnection

    from hub.store.rendered import Statement

BUSY_MS = 1000
"""How long SQLite waits for another process (a backup, a console) before it says "locked"."""

BEGIN = "BEGIN IMMEDIATE"
"""SQLite begins for writing at once: a read that becomes a write half-way can be refused."""

POSTGRESQL = {
    "connect_timeout": 5,
    "options": "-c idle_in_transaction_session_timeout=5s -c lock_timeout=5s"
    " -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=2",
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    "tcp_user_timeout": 6000,
}
"""A hub that is stopped in the middle of a transaction, or whose machine is gone, must not keep the
others out; and a server that is gone must be noticed before the lease is over."""

Cursor = Any
"""A DBAPI cursor; the drivers share a protocol, not a type."""


class Transaction:
    """An open transaction: runs prepared statements on the driver's own cursor.

    SQLAlchemy's `execute` costs up to 0.75 ms a tick more (kernel.md).
    """

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self._pipeline = getattr(getattr(cursor, "connection", None), "pipeline", nullcontext)

    def begin_writing(self) -> None:
        """Begin, where the driver does not do so itself."""
        self._cursor.execute(BEGIN)

    def rows(self, statement: Statement, **values: object) -> list[tuple[Any, ...]]:
        """Return all rows of a query."""
        self._cursor.execute(statement.text, {**statement.fixed, **values})
        found: list[tuple[Any, ...]] = self._cursor.fetchall()
        return found

    def portions(self, statement: Statement, size: int) -> Iterator[list[tuple[Any, ...]]]:
        """Yield all rows of a query, `size` at a time; run nothing else between them."""
        self._cursor.execute(statement.text, statement.fixed)
        while portion := self._cursor.fetchmany(size):
            yield portion

    def run(self, statement: Statement, **values: object) -> int:
        """Run a statement; return the number of rows that it changed."""
        self._cursor.execute(statement.text, {**statement.fixed, **values})
        changed: int = self._cursor.rowcount
        return changed

    def run_many(self, statement: Statement, values: list[dict[str, object]]) -> None:
        """Run a statement once for each of `values`."""
        if len(values) == 1:
            self._cursor.execute(statement.text, values[0])
        elif values:
            self._cursor.executemany(statement.text, values)

    def together(self) -> AbstractContextManager[object]:
        """What is run within goes to a server at once: one way there and back, not one each.

        No rows can be asked for within.
        """
        return self._pipeline()

    def close(self) -> None:
        """Close the cursor."""
        self._cursor.close()


class Database:
    """One database, by URL.

    Args:
        url: SQLAlchemy URL, e.g. ``sqlite:////var/lib/station/hub.db`` or
            ``postgresql+psycopg://hub@/hub``.

    Raises:
        OperatorError: the URL cannot be understood.
    """

    def __init__(self, url: str) -> None:
        try:
            self.url: URL = make_url(url)
            self.engine = _engine(self.url)
        except (ArgumentError, ImportError) as error:
            raise OperatorError(f"cannot use the database URL: {error}") from error
        self.where = self.url.render_as_string(hide_password=True)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        name = self.url.database
        self._path = Path(name) if self.is_sqlite and name and name != ":memory:" else None
        if self.is_sqlite and self._path is None:
            raise OperatorError("an SQLite database needs a file, e.g. sqlite:////var/lib/hub.db")
        self._connection: PoolProxiedConnection | None = None
        self._file: tuple[int, int] | None = None

    def create(self) -> None:
        """Create or migrate the schema; one that is this program's already is not touched.

        Raises:
            DeviceError: the database cannot be reached or written.
            OperatorError: a newer version of the program made it.
        """
        self._forget()
        with self._translated():
            if self._path is not None:
                self._path.parent.mkdir(parents=True, exist_ok=True)
            with self.engine.begin() as connection:
                upgrade(connection, where=self.where)
        self._file = self._identity()

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Open a transaction; commit at the end, roll back on any error.

        Raises:
            DeviceError: the database failed; nothing of the transaction was done.
        """
        with self._translated():
            self._check_file()
            connection = self._connection = self._connection or self.engine.raw_connection()
            opened = Transaction(connection.cursor())
            try:
                if self.is_sqlite:
                    opened.begin_writing()
                yield opened
                connection.commit()
            except self._driver_errors:
                raise
            except BaseException:
                connection.rollback()
                raise
            finally:
                opened.close()

    def checkpoint(self) -> None:
        """Move SQLite's write-ahead log into the file; other databases do so themselves."""
        if not self.is_sqlite or self._connection is None:
            return
        with self._translated():
            cursor = self._connection.cursor()
            cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
            cursor.fetchall()
            cursor.close()

    def analyze(self) -> None:
        """Let PostgreSQL look at its tables; without that it scans them while they are new.

        SQLite is left without statistics: then it takes every table for large and uses the indexes
        (a test watches). With them 3.40 scanned all runs to look 8 of 3,000 up by their key.
        """
        if self.is_sqlite:
            return
        quoted = self.engine.dialect.identifier_preparer.quote
        with self._translated(), self.engine.begin() as connection:
            for table in metadata.sorted_tables:
                connection.exec_driver_sql(f"ANALYZE {quoted(table.name)}")

    def close(self) -> None:
        """Close the connection."""
        self._forget()
        self.engine.dispose()

    @property
    def _driver_errors(self) -> tuple[type[Exception], ...]:
        return (self.engine.dialect.loaded_dbapi.Error, SQLAlchemyError, OSError)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except StationError:
            raise
        except self._driver_errors as error:
            self._forget()
            raise DeviceError(_sentence(error), where=self.where) from error

    def _forget(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except Exception:  # noqa: BLE001 - it is broken, that is why it goes
                connection.detach()

    def _identity(self) -> tuple[int, int] | None:
        if self._path is None:
            return None
        status = os.stat(self._path)  # noqa: PTH116 - at every step, and a quarter of the time
        return status.st_dev, status.st_ino

    def _check_file(self) -> None:
        """SQLite goes on writing into a deleted file: nothing would ever be found again."""
        try:
            present = self._identity() == self._file
        except FileNotFoundError:
            present = False
        if not present:
            self._forget()
            message = "the database file is gone or another one; put it back or restart the hub"
            raise DeviceError(message, where=self.where)


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(url, poolclass=NullPool, connect_args=dict(POSTGRESQL))
    engine = create_engine(url, poolclass=NullPool, paramstyle="named")
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    connection.isolation_level = None
    cursor: DBAPICursor = connection.cursor()
    for pragma in (
        f"busy_timeout={BUSY_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "wal_autocheckpoint=0",
        "foreign_keys=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(BEGIN)


def _sentence(error: Exception) -> str:
    cause = getattr(error, "orig", None) or error
    text = " ".join(str(cause).split()) or type(cause).__name__
    return f"the database failed, nothing was changed: {text}"
