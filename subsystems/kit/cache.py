"""What a subsystem remembers on disk, so that it works from the last plan when all else is dead.

Law: nothing torn or corrupted is ever given out: each row carries a checksum over all of it, and a
file that SQLite itself calls damaged is put aside and begun anew. Losing the cache costs freshness,
never truth, so it is written lazily (`subsystems.kit.cache_writer`), newest value only.

    entry(entity TEXT PRIMARY KEY, epoch INT, rev INT, payload BLOB, digest BLOB)

`payload` is the message as it came, `digest` BLAKE2b-128 over the four others. The row
``facts`` holds what is no message: `Facts`; rows under ``note/`` are their owner's own.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING

import msgspec

from protocol.codec import decode
from protocol.errors import DeviceError, MessageError
from protocol.times import Instant

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from protocol.messages import Message

SCHEMA = 1
FACTS = "facts"
"""Name of the row that is no message."""
NOTE = "note/"
"""Rows whose name begins so are no messages either: their owner reads them."""

_PASSING = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_PERM,
}
"""Errors that say nothing about the file. A damaged header can cause any of the others."""
_DAMAGE = (sqlite3.Error, UnicodeDecodeError)
"""UnicodeDecodeError: the module cannot read SQLite's own complaint about a damaged name."""
_PRIMARY = 0xFF
_TABLE = """CREATE TABLE entry (
    entity TEXT PRIMARY KEY, epoch INTEGER NOT NULL, rev INTEGER NOT NULL,
    payload BLOB NOT NULL, digest BLOB NOT NULL) WITHOUT ROWID"""
_SHAPE = "SELECT CAST(sql AS BLOB) FROM sqlite_schema"
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
        notes: payloads of rows under `NOTE`, by name without it.
        complaints: what was dropped and why, one sentence each, for the log.
    """

    messages: dict[str, Message] = field(default_factory=dict)
    facts: Facts | None = None
    notes: dict[str, bytes] = field(default_factory=dict)
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
        except (OSError, *_DAMAGE) as error:
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
        except _DAMAGE as error:
            raise DeviceError(f"cannot write the cache: {error}", where=str(self.path)) from error

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _open(self, complain: Callable[[str], None]) -> sqlite3.Connection:
        try:
            return _connect(self.path)
        except _DAMAGE as error:
            if _passing(error) or not self.path.is_file():
                raise
            complain(self._put_aside(error))
            return _connect(self.path)

    def _put_aside(self, error: Exception) -> str:
        """Move a damaged file away, for whoever wants to know what happened; return what to say."""
        aside = self.path.with_suffix(".damaged")
        self.path.replace(aside)
        for suffix in ("-wal", "-shm"):
            with suppress(FileNotFoundError):
                self.path.with_name(self.path.name + suffix).unlink()
        return f"damaged ({error}): put aside as {aside.name}, begun anew"

    def _rows(self, loaded: Loaded) -> list[tuple[str, int, int, bytes, bytes]]:
        try:
            return self._database.execute("SELECT * FROM entry").fetchall()
        except _DAMAGE as error:  # e.g. a name that is no text: no check finds it
            self._database.close()
            loaded.complaints.append(self._put_aside(error))
            self._database = _connect(self.path)
            return []

    def _forget(self, entity: str | None) -> None:
        with suppress(sqlite3.Error), self._database:
            if entity is None:
                self._database.execute("DELETE FROM entry")
            else:
                self._database.execute(_DELETE, (entity,))


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
        _check_shape(database)
    except BaseException:
        database.close()
        raise
    return database


def _check_sound(database: sqlite3.Connection) -> None:
    (verdict,) = database.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise _unsound(verdict)


def _check_shape(database: sqlite3.Connection) -> None:
    (schema,) = database.execute("PRAGMA user_version").fetchone()
    if schema != SCHEMA:
        with database:
            database.execute("DROP TABLE IF EXISTS entry")
            database.execute(_TABLE)
            database.execute(f"PRAGMA user_version={SCHEMA}")
    elif database.execute(_SHAPE).fetchall() != [(_TABLE.encode(),)]:
        raise _unsound("not the table that was made")


def _unsound(why: str) -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError(why)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


def _passing(error: Exception) -> bool:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
    return code & _PRIMARY in _PASSING


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
        if entity == FACTS:
            loaded.facts = msgspec.json.decode(row.payload, type=Facts)
        elif entity.startswith(NOTE):
            loaded.notes[entity.removeprefix(NOTE)] = row.payload
        else:
            loaded.messages[entity] = decode(row.payload, topic=entity)
    except (MessageError, msgspec.MsgspecError) as error:
        return f"row {entity!r} cannot be used: {error}"
    return None


def _fact_row(facts: Facts) -> Row:
    return Row(0, 0, msgspec.json.encode(facts))
