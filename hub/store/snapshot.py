"""All that the tables hold, as records of the journal, and back into a new database.

Law: every table of the live state, whatever columns it has. Journal, rejects and audit, which are
history, the lease, which is a process's, and accounts, which nobody else may read, stay out. Read
within the transaction of the step that follows, so nothing can come between.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import LargeBinary, select

from hub.store.journal import SNAPSHOT
from hub.store.packed import pack, unpack
from hub.store.tables import (
    SCHEMA_VERSION,
    account,
    audit,
    audit_head,
    event,
    journal,
    kernel,
    lease,
    legend,
    metadata,
    migrated,
    reject,
    session,
)
from protocol.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection, Table

    from hub.store.database import Transaction
    from hub.store.journal import Record
    from hub.store.statements import Statements
    from hub.store.writes import Writes

FIRST = kernel.name
"""The table whose only row is the first record of a snapshot."""

ROWS = 200
"""Rows in one record: about 0.4 MB before packing."""

_PERSONS = (account, session, audit, audit_head, legend)
_NO_STATE = (journal, reject, event, migrated, lease, *_PERSONS)
LIVE = (kernel, *(t for t in metadata.sorted_tables if t not in (kernel, *_NO_STATE)))


class _Part(msgspec.Struct):
    columns: list[str]
    rows: list[list[bytes | int | str | None]]


class _Read(msgspec.Struct):
    columns: list[str]
    rows: list[list[int | str | None]]


def write_snapshot(
    opened: Transaction, statements: Statements, writes: Writes, station: str
) -> None:
    """Note everything that the tables hold now; `station` is its fingerprint."""
    for table in LIVE:
        columns = [str(column.name) for column in table.columns]
        for rows in opened.portions(statements.all_of(table), ROWS):
            part = _Part(columns, [list(row) for row in rows])
            writes.note(SNAPSHOT, table.name, pack(msgspec.json.encode(part)), station)


def read_snapshot(records: Iterable[Record]) -> Iterator[tuple[Table, list[dict[str, object]]]]:
    """Yield the tables of a snapshot in portions.

    Raises:
        OperatorError: a program with other tables wrote it.
    """
    for record in records:
        table = metadata.tables.get(record.subject)
        part = msgspec.json.decode(unpack(record.detail), type=_Read)
        if table is None or not set(part.columns) <= set(table.c.keys()):
            raise OperatorError(
                f"table {record.subject!r} of the snapshot is not known to this program",
                where=f"journal record {record.number}",
            )
        binary = {c.name for c in table.columns if isinstance(c.type, LargeBinary)}
        yield table, [_row(part.columns, row, binary) for row in part.rows]


def restore(connection: Connection, records: Iterable[Record]) -> None:
    """Fill the tables of a new database from a snapshot.

    Raises:
        OperatorError: see `read_snapshot`.
    """
    for table, rows in read_snapshot(records):
        if table is kernel:
            connection.execute(kernel.delete())
            rows = [row | {"schema_version": SCHEMA_VERSION} for row in rows]  # noqa: PLW2901
        connection.execute(table.insert(), rows)


def all_rows(connection: Connection, table: Table) -> list[dict[str, object]]:
    """Return all that `table` holds, in the order of its key."""
    found = connection.execute(select(table).order_by(*table.primary_key.columns))
    return [{str(name): value for name, value in row.items()} for row in found.mappings()]


def _row(columns: list[str], row: list[int | str | None], binary: set[str]) -> dict[str, object]:
    return {
        name: base64.b64decode(value) if name in binary and isinstance(value, str) else value
        for name, value in zip(columns, row, strict=True)
    }
