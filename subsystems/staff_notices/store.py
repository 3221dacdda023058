"""The file of the notices: what is told, who signed, and the audit; SQLite.

Law: a step is one transaction, on disk before anybody is told (WAL, synchronous=FULL). The audit is
only added to: the file itself refuses to change or delete a line. What is known here after a power
cut is what was told before it.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import insert, select, text
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import SQLAlchemyError

from protocol.errors import DeviceError
from protocol.times import from_unix, to_unix
from subsystems.staff_notices import chain
from subsystems.staff_notices.chain import Line
from subsystems.staff_notices.model import Notice, Signature, Verdict
from subsystems.staff_notices.moments import Seen
from subsystems.staff_notices.people import Session
from subsystems.staff_notices.tables import (
    AUDIT,
    FIRST,
    META,
    NOTICES,
    SCHEMA,
    SESSIONS,
    SIGNATURES,
    TRIGGERS,
    audit_row,
    notice_row,
    open_engine,
    put,
    session_row,
    signature_row,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

    from protocol.times import Instant

SUFFIX = ".staff-notices.sqlite"
"""Of the file, beside the subsystem's cache."""
VERSION = "1"


@dataclass(frozen=True)
class Step:
    """What one step writes.

    Attributes:
        notices: as they are now.
        lines: of the audit.
        signatures: with the notice they are for and what became of them.
        first: where trains were first told to be.
        sessions: of persons, as they are now.
    """

    notices: tuple[Notice, ...] = ()
    lines: tuple[Line, ...] = ()
    signatures: tuple[tuple[str, Signature, Verdict], ...] = ()
    first: tuple[tuple[str, Seen], ...] = ()
    sessions: tuple[Session, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is anything to write."""
        return any((self.notices, self.lines, self.signatures, self.first, self.sessions))


@dataclass(frozen=True)
class Remembered:
    """What an earlier life knew; see `machine.State`."""

    since: Instant
    notices: dict[str, dict[str, Notice]] = field(default_factory=dict)
    first: dict[str, Seen] = field(default_factory=dict)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    sessions: tuple[Session, ...] = ()


class Store:
    """The file.

    Args:
        path: of it.
        read_only: nothing is made or written: for commands beside a running process.

    Raises:
        DeviceError: it cannot be opened, or it is of another version.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self._path = path
        if read_only and not path.is_file():
            raise DeviceError("no notices were ever kept here", where=str(path))
        path.parent.mkdir(parents=True, exist_ok=True)
        self._engine = open_engine(path, read_only=read_only)
        self._head = chain.BEGIN
        with self._transaction() as connection:
            if not read_only:
                SCHEMA.create_all(connection)
                for trigger in TRIGGERS:
                    connection.execute(text(trigger))
            version = self._meta(connection, "version", None if read_only else VERSION)
            if version != VERSION:
                raise DeviceError(f"is of version {version}, not {VERSION}", where=str(path))
            last = select(AUDIT.c.hash).order_by(AUDIT.c.seq.desc()).limit(1)
            self._head = connection.execute(last).scalar() or chain.BEGIN

    @property
    def head(self) -> str:
        """Hash of the last line of the audit."""
        return self._head

    def write(self, step: Step) -> None:
        """Write a step; when it returns, the step is on disk.

        Raises:
            DeviceError: it could not be written, and nothing of it was.
        """
        if not step:
            return
        head = self._head
        with self._transaction() as connection:
            for notice in step.notices:
                put(connection, NOTICES, notice_row(notice))
            for notice_id, signature, verdict in step.signatures:
                row = signature_row(notice_id, signature, verdict)
                connection.execute(upsert(SIGNATURES).values(row).on_conflict_do_nothing())
            for run_id, seen in step.first:
                put(
                    connection,
                    FIRST,
                    {"run_id": run_id, "track": seen.track, "platform": seen.platform},
                )
            for session in step.sessions:
                put(connection, SESSIONS, session_row(session))
            for line in step.lines:
                head = chain.link(head, line)
                connection.execute(insert(AUDIT).values(audit_row(line, head)))
        self._head = head

    def recall(self, now: Instant, since: Instant) -> Remembered:
        """Return what an earlier life knew.

        Args:
            now: when this life begins; the first one remembers it.
            since: how far back notices are wanted.
        """
        with self._transaction() as connection:
            began = self._meta(connection, "since", repr(to_unix(now)))
            recent = select(NOTICES.c.body).where(NOTICES.c.at >= to_unix(since))
            notices: dict[str, dict[str, Notice]] = {}
            for body in connection.execute(recent.order_by(NOTICES.c.revision)).scalars():
                notice = msgspec.json.decode(body, type=Notice)
                notices.setdefault(notice.run_id, {})[notice.key] = notice
            first = {
                row.run_id: Seen(row.track, row.platform)
                for row in connection.execute(select(FIRST))
                if row.run_id in notices or row.run_id[:10] >= since.date().isoformat()
            }
            signed = select(SIGNATURES.c.id, SIGNATURES.c.verdict).where(
                SIGNATURES.c.received_at >= to_unix(since)
            )
            verdicts = {row.id: Verdict(row.verdict) for row in connection.execute(signed)}
            open_ones = select(SESSIONS.c.body).where(SESSIONS.c.ended_at.is_(None))
            sessions = tuple(
                msgspec.json.decode(body, type=Session)
                for body in connection.execute(open_ones).scalars()
            )
        return Remembered(from_unix(float(began or 0)), notices, first, verdicts, sessions)

    def session(self, session_id: str) -> Session | None:
        """Return a sign-on, an ended one too: what was signed alone comes later."""
        with self._transaction() as connection:
            found = select(SESSIONS.c.body).where(SESSIONS.c.id == session_id)
            body = connection.execute(found).scalar()
        return None if body is None else msgspec.json.decode(body, type=Session)

    def notices(
        self, begin: Instant, end: Instant, *, post: str = "", number: str = ""
    ) -> list[Notice]:
        """Return all revisions that were issued from `begin` until `end`, in their order."""
        wanted = select(NOTICES.c.body).where(
            NOTICES.c.issued_at >= to_unix(begin), NOTICES.c.issued_at < to_unix(end)
        )
        if post:
            wanted = wanted.where(NOTICES.c.post == post)
        with self._transaction() as connection:
            bodies = connection.execute(wanted.order_by(NOTICES.c.issued_at, NOTICES.c.id))
            found = [msgspec.json.decode(body, type=Notice) for body in bodies.scalars()]
        return [each for each in found if not number or number in each.facts.number.split("/")]

    def lines(
        self, begin: Instant | None = None, end: Instant | None = None, *, post: str = ""
    ) -> Iterator[tuple[int, Line, str]]:
        """Yield lines of the audit with their number and hash, in their order."""
        wanted = select(AUDIT.c.seq, AUDIT.c.line, AUDIT.c.hash).order_by(AUDIT.c.seq)
        if begin is not None:
            wanted = wanted.where(AUDIT.c.at >= to_unix(begin))
        if end is not None:
            wanted = wanted.where(AUDIT.c.at < to_unix(end))
        if post:
            wanted = wanted.where(AUDIT.c.post == post)
        with self._transaction() as connection:
            for row in connection.execute(wanted):
                yield row.seq, msgspec.json.decode(row.line, type=Line), row.hash

    def check(self) -> str:
        """Return what is wrong with the file or the chain, "": nothing."""
        with self._transaction() as connection:
            told = connection.execute(text("PRAGMA quick_check(1)")).scalar()
        if told != "ok":
            return str(told)
        broken = chain.verify(self.lines())
        return "" if broken is None else broken.why

    def close(self) -> None:
        """Close the file."""
        with suppress(SQLAlchemyError):
            self._engine.dispose()

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """Begin one whose failure is a `DeviceError` with the file's name."""
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            told = str(getattr(error, "orig", None) or error)
            message = f"the notices cannot be kept: {told}"
            raise DeviceError(message, where=str(self._path)) from error

    def _meta(self, connection: Connection, key: str, otherwise: str | None) -> str | None:
        """Return a value that is kept, `otherwise` if there is none, which is kept from now on."""
        found = connection.execute(select(META.c.value).where(META.c.key == key)).scalar()
        if found is None and otherwise is not None:
            connection.execute(insert(META).values(key=key, value=otherwise))
            return otherwise
        return found
