"""A journal as a file: one JSON object a line, compressed; made of a database, read like one.

Law: a file holds whole steps, from a snapshot on, and ends with what the tables held then. It says
everything that `station replay` needs; no database is needed to read it.

    {"journal": 1}                                             the first line
    {"number": 7, "at": "2021-01-20T00:00:00Z", "kind": …, "subject": …, "detail": …, "cause": …}
    …
    {"table": "run", "rows": [{"run_id": …, …}, …]}            the last lines, one a table

`detail` is text where the journal has text; what is packed stands as base64 under ``packed``.
"""

from __future__ import annotations

import gzip
from base64 import b64decode
from typing import TYPE_CHECKING

import msgspec

from hub.store.journal import OUTPUT, SNAPSHOT, STATION, Record
from hub.store.tables import metadata
from protocol.errors import OperatorError
from protocol.times import Instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from hub.store.reading import Reader

VERSION = 1
_PACKED = frozenset({OUTPUT, SNAPSHOT, STATION})


class _Head(msgspec.Struct):
    journal: int


class _Line(msgspec.Struct, omit_defaults=True):
    number: int
    at: Instant
    kind: str
    subject: str
    cause: str
    detail: str = ""
    packed: bytes = b""


class _Table(msgspec.Struct):
    table: str
    rows: list[dict[str, int | str | bytes | None]]


class _TableRead(msgspec.Struct):
    table: str
    rows: list[dict[str, int | str | None]]


_encoder = msgspec.json.Encoder()
_lines = msgspec.json.Decoder(_Line)


def write_journal(reader: Reader, first: int, out: Path) -> int:
    """Write the journal from number `first` on; return how many records that were.

    Raises:
        OperatorError: the file cannot be written.
    """
    try:
        with gzip.open(out, "wb", compresslevel=6) as file:
            count = _write(reader, first, file)
    except OSError as error:
        raise OperatorError(f"cannot write: {error.strerror}", where=str(out)) from error
    return count


class JournalFile:
    """A journal read from a file.

    Attributes:
        tables: what the tables held at its end; known once `records` has come to it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.tables: dict[str, list[dict[str, object]]] = {}

    def records(self) -> Iterator[Record]:
        """Yield all records.

        Raises:
            OperatorError: unreadable, no journal, or cut off.
        """
        try:
            with gzip.open(self._path, "rb") as file:
                yield from self._read(file)
        except (OSError, EOFError, msgspec.MsgspecError) as error:
            raise OperatorError(f"is no whole journal: {error}", where=str(self._path)) from error

    def _read(self, file: Iterable[bytes]) -> Iterator[Record]:
        lines = iter(file)
        head = msgspec.json.decode(next(lines, b""), type=_Head)
        if head.journal != VERSION:
            raise OperatorError(
                f"is a journal of version {head.journal}, not {VERSION}", where=str(self._path)
            )
        for line in lines:
            if line.startswith(b'{"table"'):
                table = msgspec.json.decode(line, type=_TableRead)
                self.tables[table.table] = [_row(table.table, row) for row in table.rows]
                continue
            found = _lines.decode(line)
            detail = found.packed or found.detail.encode()
            yield Record(found.number, found.at, found.kind, found.subject, detail, found.cause)
        if not self.tables:
            raise OperatorError("is no whole journal: it has no end", where=str(self._path))


def _write(reader: Reader, first: int, file: gzip.GzipFile) -> int:
    file.write(_encoder.encode(_Head(VERSION)) + b"\n")
    stations = reader.records(0, first - 1, frozenset({STATION}))
    count = 0
    for records in (stations, reader.records(first)):
        for record in records:
            file.write(_encoder.encode(_line(record)) + b"\n")
            count += 1
    for name, rows in reader.tables().items():
        file.write(_encoder.encode(_Table(name, rows)) + b"\n")  # type: ignore[arg-type]
    return count


def _line(record: Record) -> _Line:
    line = _Line(record.number, record.at, record.kind, record.subject, record.cause)
    if record.kind in _PACKED:
        line.packed = record.detail
    else:
        line.detail = record.detail.decode()
    return line


def _row(table: str, row: dict[str, int | str | None]) -> dict[str, object]:
    columns = metadata.tables[table].columns
    return {
        name: b64decode(value)
        if isinstance(value, str) and columns[name].type.python_type is bytes
        else value
        for name, value in row.items()
    }
