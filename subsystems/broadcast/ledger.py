"""The ledger: what was spoken, on disk, so that nothing is said twice or lost over a restart.

Law: the only place where the scheduler's memory is written and read. One transaction for all that
a step wants remembered, on the disk (`synchronous=FULL`) before the step's voices begin. Each row
has a checksum; what is damaged is dropped and told. A station without a working disk speaks all the
same, and says that it cannot remember.

    entry(sort TEXT, name TEXT, at REAL, body BLOB, digest BLOB, PRIMARY KEY (sort, name))
    past(number INTEGER PRIMARY KEY, at REAL, body BLOB)

`sort` is settled, told, voice, heard, order, muted or serial. `past` is the history: the last
`HISTORY` lines. A voice is `heard` if its row of that sort is there.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from protocol.errors import DeviceError, OperatorError
from protocol.times import MINUTE, to_unix
from subsystems.broadcast.events import Awake
from subsystems.broadcast.model import Occasion, Told
from subsystems.broadcast.records import (
    Begun,
    Forget,
    Heard,
    MutedZone,
    Ordered,
    OrderOver,
    Over,
    Past,
    Record,
    Settled,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from protocol.times import Instant

SCHEMA = 1
HISTORY = 100_000
"""Lines of the history: two months of the largest station, some 40 MB."""

_ENTRY = """CREATE TABLE entry (
    sort TEXT NOT NULL, name TEXT NOT NULL, at REAL NOT NULL, body BLOB NOT NULL,
    digest BLOB NOT NULL, PRIMARY KEY (sort, name)) WITHOUT ROWID"""
_PAST = "CREATE TABLE past (number INTEGER PRIMARY KEY, at REAL NOT NULL, body BLOB NOT NULL)"
_PAST_AT = "CREATE INDEX past_at ON past (at)"
_WRITE = "INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?, ?)"
_DELETE = "DELETE FROM entry WHERE sort = ? AND name = ?"
_DAMAGE = (sqlite3.Error, UnicodeDecodeError)

T = TypeVar("T")


class Ledger:
    """The file. Calls block: a row is small, and a voice must not begin before it is there.

    Args:
        path: of the file; its directory is made.
        station: identifier; another station's ledger is emptied.
        complain: gets a sentence about what is damaged or cannot be written, once each time.
    """

    def __init__(self, path: Path, station: str, complain: Callable[[str], None]) -> None:
        self.path = path
        self._complain = complain
        self._failing = False
        self._database: sqlite3.Connection | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._database = self._open(station)
        except (OSError, *_DAMAGE) as error:
            self._fail(error)

    @property
    def works(self) -> bool:
        """Whether what was given last is on disk."""
        return self._database is not None and not self._failing

    def recall(self, now: Instant) -> Awake:
        """Return what an earlier life wrote down.

        What it wrote later than `now` is another day that had the same date (a demonstration begun
        anew): forgotten.
        """
        until = to_unix(now + MINUTE)
        self._run("DELETE FROM entry WHERE at > ?", (until,))
        heard = {each.voice: each.zones for each in self._read("heard", Heard)}
        begun = self._read("voice", Begun)
        muted = self._read("muted", MutedZone)
        return Awake(
            settled=tuple(self._read("settled", Settled)),
            told=tuple(self._read("told", Told)),
            begun=tuple((each, heard.get(each.voice, ())) for each in begun),
            orders=tuple(self._read("order", Occasion)),
            muted=frozenset(each.zone for each in muted),
            serial=max(self._read("serial", int), default=0),
        )

    def keep(self, records: Iterable[Record]) -> None:
        """Have all of `records` on disk when this returns, or say that it cannot be done."""
        records = list(records)
        if self._database is None or not records:
            return
        try:
            with self._database:
                for record in records:
                    self._write(self._database, record)
        except _DAMAGE as error:
            self._fail(error)
        else:
            self._failing = False

    def history(self, since: Instant, until: Instant, limit: int = 10_000) -> list[Past]:
        """Return the last `limit` lines from `since` to before `until`, ascending."""
        rows = self._run(
            "SELECT body FROM past WHERE at >= ? AND at < ? ORDER BY number DESC LIMIT ?",
            (to_unix(since), to_unix(until), limit),
        )
        lines = (self._decode("past", body, Past) for (body,) in rows)
        return [line for line in lines if line is not None][::-1]

    def close(self) -> None:
        """Close the file."""
        if self._database is not None:
            self._database.close()
            self._database = None

    def _write(self, database: sqlite3.Connection, record: Record) -> None:  # noqa: C901 - a table
        match record:
            case Settled():
                _put(database, "settled", f"{record.key}\n{record.zone}", record, record.at)
            case Told():
                _put(database, "told", record.key, record, record.at)
            case Begun():
                _put(database, "voice", record.voice, record, record.at)
                serial = int(record.voice.rpartition("-")[2])
                _put(database, "serial", "", serial, None)
            case Heard():
                _put(database, "heard", record.voice, record, None)
            case Over():
                for sort in ("voice", "heard"):
                    database.execute(_DELETE, (sort, record.voice))
            case Ordered():
                _put(database, "order", record.occasion.key, record.occasion, None)
            case OrderOver():
                database.execute(_DELETE, ("order", record.key))
            case MutedZone():
                _mute(database, record)
            case Past():
                values = (to_unix(record.at), msgspec.json.encode(record))
                database.execute("INSERT INTO past (at, body) VALUES (?, ?)", values)
            case Forget():
                _forget(database, record)

    def _read(self, sort: str, kind: type[T]) -> list[T]:
        """Return all intact rows of one sort; drop the others."""
        found = []
        query = "SELECT name, at, body, digest FROM entry WHERE sort = ? ORDER BY at, name"
        for name, at, body, digest in self._run(query, (sort,)):
            value = self._decode(name, body, kind) if _intact(name, at, body, digest) else None
            if value is None:
                self._complain(f"row {sort} {name!r} is damaged: dropped")
                self._run(_DELETE, (sort, name))
            else:
                found.append(value)
        return found

    def _decode(self, name: str, body: bytes, kind: type[T]) -> T | None:
        try:
            return msgspec.json.decode(body, type=kind)
        except (msgspec.MsgspecError, TypeError) as error:
            self._complain(f"row {name!r} cannot be read: {error}")
            return None

    def _run(self, query: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        if self._database is None:
            return []
        try:
            with self._database:
                return self._database.execute(query, values).fetchall()
        except _DAMAGE as error:
            self._fail(error)
            return []

    def _fail(self, error: Exception) -> None:
        if not self._failing:
            self._failing = True
            told = DeviceError(
                f"what is spoken cannot be remembered: {error}", where=str(self.path)
            )
            self._complain(str(told))

    def _open(self, station: str) -> sqlite3.Connection:
        try:
            return _connect(self.path, station)
        except _DAMAGE as error:
            if not self.path.is_file() or _locked(error):
                raise
            aside = self.path.with_suffix(".damaged")
            self.path.replace(aside)
            for suffix in ("-wal", "-shm"):
                with suppress(FileNotFoundError):
                    self.path.with_name(self.path.name + suffix).unlink()
            self._complain(f"damaged ({error}): put aside as {aside.name}, begun anew")
            return _connect(self.path, station)


def _connect(path: Path, station: str) -> sqlite3.Connection:
    """Return a connection to a file that SQLite finds sound, of this station.

    Raises:
        sqlite3.Error: it is damaged, or cannot be opened.
    """
    database = sqlite3.connect(path, timeout=2.0)
    try:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        _check_sound(database)
        _shape(database, station)
    except BaseException:
        database.close()
        raise
    return database


def _check_sound(database: sqlite3.Connection) -> None:
    (verdict,) = database.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise sqlite3.DatabaseError(verdict)


def _shape(database: sqlite3.Connection, station: str) -> None:
    """Make the tables, if they are not there, of another version, or another station's."""
    (schema,) = database.execute("PRAGMA user_version").fetchone()
    with database:
        if schema == SCHEMA:
            owner = database.execute("SELECT name FROM entry WHERE sort = 'station'").fetchone()
            if owner == (station,):
                return
        for table in ("entry", "past"):
            database.execute(f"DROP TABLE IF EXISTS {table}")
        for statement in (_ENTRY, _PAST, _PAST_AT, f"PRAGMA user_version={SCHEMA}"):
            database.execute(statement)
        _put(database, "station", station, station, None)


def _put(
    database: sqlite3.Connection, sort: str, name: str, value: object, at: Instant | None
) -> None:
    body = msgspec.json.encode(value)
    seconds = 0.0 if at is None else to_unix(at)
    database.execute(_WRITE, (sort, name, seconds, body, _digest(name, seconds, body)))


def _mute(database: sqlite3.Connection, record: MutedZone) -> None:
    if record.on:
        _put(database, "muted", record.zone, record, None)
    else:
        database.execute(_DELETE, ("muted", record.zone))


def _forget(database: sqlite3.Connection, record: Forget) -> None:
    query = "DELETE FROM entry WHERE sort IN ('settled', 'told') AND at < ?"
    database.execute(query, (to_unix(record.before),))
    query = "DELETE FROM past WHERE number <= (SELECT max(number) FROM past) - ?"
    database.execute(query, (HISTORY,))


def _digest(name: str, at: float, body: bytes) -> bytes:
    return blake2b(f"{name}\0{at!r}\0".encode() + body, digest_size=16).digest()


def _intact(name: str, at: float, body: bytes, digest: bytes) -> bool:
    try:
        return digest == _digest(name, at, body)
    except TypeError:
        return False


def _locked(error: Exception) -> bool:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL}


def read_history(path: Path, since: Instant, until: Instant) -> Iterator[Past]:
    """Yield the lines of the ledger at `path` from `since` to before `until`; it is only read.

    Raises:
        OperatorError: it cannot be read.
    """
    query = "SELECT body FROM past WHERE at >= ? AND at < ? ORDER BY number"
    for (body,) in _only_read(path, query, (to_unix(since), to_unix(until))):
        yield msgspec.json.decode(body, type=Past)


def last_line(path: Path) -> Instant | None:
    """Return the instant of the last line of the ledger at `path`, None if there is none.

    Raises:
        OperatorError: it cannot be read.
    """
    rows = _only_read(path, "SELECT body FROM past ORDER BY number DESC LIMIT 1", ())
    return msgspec.json.decode(rows[0][0], type=Past).at if rows else None


def _only_read(path: Path, query: str, values: tuple[float, ...]) -> list[tuple[Any, ...]]:
    try:
        database = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        try:
            return database.execute(query, values).fetchall()
        finally:
            database.close()
    except _DAMAGE as error:
        raise OperatorError(f"no ledger that can be read: {error}", where=str(path)) from error
