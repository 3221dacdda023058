"""The tables of the notices' file, and values as their rows.

Law: says how things are kept, decides nothing. Instants are seconds since 1970 UTC for looking up;
the whole value stands beside them as JSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import (
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    create_engine,
    event,
)
from sqlalchemy.dialects.sqlite import insert as upsert

from protocol.times import to_unix

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sqlalchemy import Connection, Engine

    from subsystems.staff_notices.chain import Line
    from subsystems.staff_notices.model import Notice, Signature, Verdict
    from subsystems.staff_notices.people import Session

SCHEMA = MetaData()
META = Table("meta", SCHEMA, Column("key", Text, primary_key=True), Column("value", Text))
NOTICES = Table(
    "notice",
    SCHEMA,
    Column("id", Text, primary_key=True),
    Column("post", Text, nullable=False),
    Column("run_id", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("at", Float, nullable=False),
    Column("issued_at", Float, nullable=False),
    Column("body", Text, nullable=False),
    Index("notice_by_post", "post", "issued_at"),
    Index("notice_by_time", "issued_at"),
)
SIGNATURES = Table(
    "signature",
    SCHEMA,
    Column("id", Text, primary_key=True),
    Column("notice", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("received_at", Float, nullable=False),
    Column("body", Text, nullable=False),
)
SESSIONS = Table(
    "session",
    SCHEMA,
    Column("id", Text, primary_key=True),
    Column("post", Text, nullable=False),
    Column("ended_at", Float),
    Column("body", Text, nullable=False),
)
FIRST = Table(
    "first_seen",
    SCHEMA,
    Column("run_id", Text, primary_key=True),
    Column("track", Text, nullable=False),
    Column("platform", Text, nullable=False),
)
AUDIT = Table(
    "audit",
    SCHEMA,
    Column("seq", Integer, primary_key=True),
    Column("at", Float, nullable=False),
    Column("post", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("run_id", Text, nullable=False),
    Column("line", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index("audit_by_time", "at"),
)
TRIGGERS = tuple(
    f"CREATE TRIGGER IF NOT EXISTS audit_no_{verb} BEFORE {verb} ON audit"
    " BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END"
    for verb in ("UPDATE", "DELETE")
)


def open_engine(path: Path, *, read_only: bool) -> Engine:
    """Return the engine of the file; one that only reads makes and changes nothing."""
    mode = "?mode=ro&uri=true" if read_only else ""
    address = f"sqlite:///file:{path}{mode}" if read_only else f"sqlite:///{path}"
    engine = create_engine(address)

    @event.listens_for(engine, "connect")
    def settle(raw: Any, _record: object) -> None:  # noqa: ANN401 - sqlite3's connection
        raw.execute("PRAGMA busy_timeout=5000")
        if not read_only:
            raw.execute("PRAGMA journal_mode=WAL")
            raw.execute("PRAGMA synchronous=FULL")

    return engine


def put(connection: Connection, table: Table, row: Mapping[str, Any]) -> None:
    """Write a row, in place of the one with its key."""
    connection.execute(
        upsert(table)
        .values(row)
        .on_conflict_do_update(index_elements=list(table.primary_key), set_=dict(row))
    )


def as_json(value: object) -> str:
    """Return a value as JSON text."""
    return msgspec.json.encode(value).decode()


def notice_row(notice: Notice) -> dict[str, Any]:
    """Return the row of a notice."""
    return {
        "id": notice.id,
        "post": notice.post,
        "run_id": notice.run_id,
        "revision": notice.revision,
        "status": notice.status.value,
        "at": to_unix(notice.at),
        "issued_at": to_unix(notice.issued_at),
        "body": as_json(notice),
    }


def signature_row(notice_id: str, signature: Signature, verdict: Verdict) -> dict[str, Any]:
    """Return the row of a signature, with what became of it."""
    return {
        "id": signature.id,
        "notice": notice_id,
        "verdict": verdict.value,
        "received_at": to_unix(signature.received_at),
        "body": as_json(signature),
    }


def session_row(session: Session) -> dict[str, Any]:
    """Return the row of a sign-on."""
    ended = session.ended_at
    return {
        "id": session.id,
        "post": session.post,
        "ended_at": None if ended is None else to_unix(ended),
        "body": as_json(session),
    }


def audit_row(line: Line, found: str) -> dict[str, Any]:
    """Return the row of a line of the audit; `found` is its hash."""
    return {
        "at": to_unix(line.at),
        "post": line.post,
        "number": line.number,
        "run_id": line.run_id,
        "line": as_json(line),
        "hash": found,
    }
