"""What a subsystem remembers on disk, so that it works from the last plan when all else is dead.

Law: nothing torn or corrupted is ever given out: each row carries a checksum over all of it, and a
file that SQLite itself calls damaged is put aside and begun anew. Losing the cache costs freshness,
never truth, so it is written lazily (`CacheWriter`), off the reactor's thread, newest value only.

    entry(entity TEXT PRIMARY KEY, epoch INT, rev INT, payload BLOB, digest BLOB)

`payload` is the message as it came, `digest` BLAKE2b-128 over the four others. The row
``facts`` holds what is no message: `Facts`.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING

import msgspec
from twisted.internet.defer import Deferred, succeed

from protocol.codec import decode
from protocol.errors import DeviceError, MessageError
from protocol.times import Instant
from subsystems.kit.timers import Timers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.interfaces import IReactorTime
    from twisted.python.failure import Failure

    from protocol.messages import Message

SCHEMA = 1
FLUSH_S = 0.5
"""Real seconds that changes are collected."""
RETRY_S = 30.0
"""Real seconds after a failed write; a full disk is not written to in a loop."""

_FACTS = "facts"
_PASSING = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_PERM,
}
"""Errors that say nothing about the file. A damaged header can cause any of the others."""
_PRIMARY = 0xFF
_TABLE = """CREATE TABLE IF NOT EXISTS entry (
    entity TEXT PRIMARY KEY, epoch INTEGER NOT NULL, rev INTEGER NOT NULL,
    payload BLOB NOT NULL, digest BLOB NOT NULL) WITHOUT ROWID"""
_WRITE = "INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?, ?)"
_DELETE = "DELETE FROM entry WHERE entity = ?"


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered beside messages.

    Attributes:
        station: the cache is of this station; another station's is not used.
        heard_at: last sign of life of the hub, station time.
        confirmed_at: when the dispatching source was last known to be fresh.
        clock_offset_s: hub's station time minus the device's own, None if never measured.
    """

    station: str
    heard_at: Instant | None = None
    confirmed_at: Instant | None = None
    clock_offset_s: float | None = None


@dataclass(frozen=True)
class Row:
    """One message to be remembered."""

    epoch: int
    rev: int
    payload: bytes


@dataclass
class Loaded:
    """What was found.

    Attributes:
        messages: by entity.
        facts: None when there are none, or they were damaged.
        complaints: what was dropped and why, one sentence each, for the log.
    """

    messages: dict[str, Message] = field(default_factory=dict)
    facts: Facts | None = None
    complaints: list[str] = field(default_factory=list)


class Cache:
    """The file. Calls block; `write` and `close` may come from any one thread at a time.

    Args:
        path: of the file; its directory is made.
        complain: gets a sentence when a damaged file was put aside.

    Raises:
        DeviceError: the file cannot be opened or made (permission, full disk, in use).
    """

    def __init__(self, path: Path, complain: Callable[[str], None]) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._database = self._open(complain)
        except (OSError, sqlite3.Error) as error:
            raise DeviceError(f"cannot use the cache: {error}", where=str(path)) from error

    def load(self, station: str) -> Loaded:
        """Return everything that is intact; drop the rest from the file.

        Args:
            station: identifier; a cache of another station is emptied.
        """
        loaded = Loaded()
        for entity, epoch, rev, payload, digest in self._rows(loaded):
            row = Row(epoch, rev, payload)
            complaint = _fault(entity, row, digest) or _take(loaded, entity, row)
            if complaint:
                loaded.complaints.append(complaint)
                self._forget(entity)
        if loaded.facts is not None and loaded.facts.station != station:
            complaint = f"cache of station {loaded.facts.station!r}, not {station!r}: emptied"
            self._forget(None)
            return Loaded(complaints=[complaint])
        return loaded

    def write(self, changes: Mapping[str, Row | Facts | None]) -> None:
        """Write all of `changes` or nothing; None forgets an entity.

        Raises:
            DeviceError: the disk would not.
        """
        rows = {e: _fact_row(v) if isinstance(v, Facts) else v for e, v in changes.items()}
        try:
            with self._database:
                for entity, row in rows.items():
                    if row is None:
                        self._database.execute(_DELETE, (entity,))
                    else:
                        values = (entity, row.epoch, row.rev, row.payload, _digest(entity, row))
                        self._database.execute(_WRITE, values)
        except sqlite3.Error as error:
            raise DeviceError(f"cannot write the cache: {error}", where=str(self.path)) from error

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _open(self, complain: Callable[[str], None]) -> sqlite3.Connection:
        try:
            return _connect(self.path)
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & _PRIMARY in _PASSING or not self.path.is_file():
                raise
            aside = self.path.with_suffix(".damaged")
            self.path.replace(aside)
            for suffix in ("-wal", "-shm"):
                with suppress(FileNotFoundError):
                    self.path.with_name(self.path.name + suffix).unlink()
            complain(f"damaged ({error}): put aside as {aside.name}, begun anew")
            return _connect(self.path)

    def _rows(self, loaded: Loaded) -> list[tuple[str, int, int, bytes, bytes]]:
        try:
            return self._database.execute("SELECT * FROM entry").fetchall()
        except sqlite3.DatabaseError as error:
            loaded.complaints.append(f"unreadable: {error}")
            return []

    def _forget(self, entity: str | None) -> None:
        with suppress(sqlite3.Error), self._database:
            if entity is None:
                self._database.execute("DELETE FROM entry")
            else:
                self._database.execute(_DELETE, (entity,))


class CacheWriter:
    """Collects changes and writes them in another thread, one transaction at a time.

    Args:
        reactor: for the timer.
        in_thread: runs a blocking call elsewhere, e.g. ``deferToThreadPool`` of the reactor.
        cache: where to.
        log: failures are said when they begin and when they end.
    """

    def __init__(
        self,
        reactor: IReactorTime,
        in_thread: Callable[[Callable[[], None]], Deferred[None]],
        cache: Cache,
        log: FilteringBoundLogger,
    ) -> None:
        self._timers = Timers(reactor)
        self._in_thread = in_thread
        self._cache = cache
        self._log = log
        self._waiting: dict[str, Row | Facts | None] = {}
        self._writing: Deferred[None] | None = None
        self._failing = False

    def put(self, entity: str, value: Row | None) -> None:
        """Remember `value` for `entity`; None forgets it."""
        self._waiting[entity] = value
        self._arm(FLUSH_S)

    def put_facts(self, facts: Facts) -> None:
        """Remember `facts`."""
        self._waiting[_FACTS] = facts
        self._arm(FLUSH_S)

    def close(self) -> Deferred[None]:
        """Write what is left and close the file; fires when that is done."""
        self._timers.stop()
        if self._writing is None:
            self._finish()
            return succeed(None)
        return self._writing.addCallback(lambda _: self._finish())

    def _finish(self) -> None:
        try:
            self._cache.write(self._waiting)
        except DeviceError as error:
            self._log.error("cache.write-failed", why=str(error))
        self._cache.close()

    def _arm(self, delay_s: float) -> None:
        if self._writing is None and not self._timers.waiting("flush"):
            self._timers.after("flush", delay_s, self._flush)

    def _flush(self) -> None:
        changes, self._waiting = self._waiting, {}
        self._writing = self._in_thread(lambda: self._cache.write(changes))
        self._writing.addCallbacks(self._written, self._failed, errbackArgs=(changes,))

    def _written(self, _result: None) -> None:
        self._writing = None
        if self._failing:
            self._failing = False
            self._log.warning("cache.writing-again")
        if self._waiting:
            self._arm(FLUSH_S)

    def _failed(self, failure: Failure, changes: dict[str, Row | Facts | None]) -> None:
        self._writing = None
        self._waiting = {**changes, **self._waiting}
        if not self._failing:
            self._failing = True
            self._log.error("cache.write-failed", why=str(failure.value), retry_s=RETRY_S)
        self._arm(RETRY_S)


def _connect(path: Path) -> sqlite3.Connection:
    """Return a connection to a file that SQLite finds sound.

    Raises:
        sqlite3.DatabaseError: it is damaged, or cannot be opened.
    """
    database = sqlite3.connect(path, check_same_thread=False, timeout=2.0)
    try:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")  # a lost last write is fetched again
        _check_sound(database)
        (schema,) = database.execute("PRAGMA user_version").fetchone()
        with database:
            if schema != SCHEMA:
                database.execute("DROP TABLE IF EXISTS entry")
            database.execute(_TABLE)
            database.execute(f"PRAGMA user_version={SCHEMA}")
    except BaseException:
        database.close()
        raise
    return database


def _check_sound(database: sqlite3.Connection) -> None:
    (verdict,) = database.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        error = sqlite3.DatabaseError(verdict)
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error


def _digest(entity: str, row: Row) -> bytes:
    head = f"{entity}\0{row.epoch}\0{row.rev}\0".encode()
    return blake2b(head + row.payload, digest_size=16).digest()


def _fault(entity: str, row: Row, digest: bytes) -> str | None:
    try:
        intact = _digest(entity, row) == digest
    except (TypeError, AttributeError):
        intact = False
    return None if intact else f"row {entity!r} does not match its checksum: dropped"


def _take(loaded: Loaded, entity: str, row: Row) -> str | None:
    try:
        if entity == _FACTS:
            loaded.facts = msgspec.json.decode(row.payload, type=Facts)
        else:
            loaded.messages[entity] = decode(row.payload, topic=entity)
    except (MessageError, msgspec.MsgspecError) as error:
        return f"row {entity!r} cannot be used: {error}"
    return None


def _fact_row(facts: Facts) -> Row:
    return Row(0, 0, msgspec.json.encode(facts))
