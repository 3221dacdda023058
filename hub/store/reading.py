"""Reading a hub's database beside it: the journal and the live tables, and nothing is ever written.

Law: read-only by the database's own means, so that no defect here can harm a running hub. One
transaction a question: what is answered together is of one moment.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event, literal_column, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from hub.store.audit import audited
from hub.store.journal import SNAPSHOT, STATION, Record
from hub.store.records import from_micros, to_micros, to_rejected, to_stored
from hub.store.schema import version_of
from hub.store.snapshot import FIRST, LIVE, all_rows
from hub.store.tables import SCHEMA_VERSION, audit, audit_head, feed_row, journal, reject, run
from protocol.errors import DeviceError, OperatorError, StationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import URL, ColumnElement, Connection, Engine, Select
    from sqlalchemy.engine.interfaces import DBAPIConnection

    from hub.audit.record import Record as Audited
    from hub.kernel.conclude import Stored
    from hub.kernel.reasons import Rejected
    from one_way_feed.rows import Row
    from protocol.times import Instant

PORTION = 1000
"""Records fetched at a time."""


@dataclass(frozen=True)
class Start:
    """Where a snapshot begins in the journal, and the fingerprint of the station then."""

    number: int
    at: Instant
    station: str


class Reader:
    """A question to a database, within its own transaction; see `reading`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def starts(self) -> list[Start]:
        """Return where the snapshots begin, in the order of the journal."""
        found = select(journal.c.number, journal.c.at, journal.c.cause).where(
            journal.c.kind == literal_column(f"'{SNAPSHOT}'"), journal.c.subject == FIRST
        )
        records = self._connection.execute(found.order_by(journal.c.number))
        return [Start(number, from_micros(at), cause) for number, at, cause in records]

    def records(
        self, first: int = 0, last: int | None = None, kinds: frozenset[str] | None = None
    ) -> Iterator[Record]:
        """Yield the journal from number `first` to `last`, all of it by default."""
        found = select(journal)
        if last is not None:
            found = found.where(journal.c.number <= last)
        if kinds is not None:
            found = found.where(journal.c.kind.in_(sorted(kinds)))
        return self._records(found, first)

    def of_subject(self, subject: str) -> Iterator[Record]:
        """Yield all records about `subject`."""
        return self._records(select(journal).where(journal.c.subject == subject), 0)

    def station(self, known_as: str) -> Record | None:
        """Return the record of the station with that fingerprint."""
        found = (record for record in self.of_subject(known_as) if record.kind == STATION)
        return next(found, None)

    def knows(self, subject: str) -> bool:
        """Return whether the journal says anything about `subject`."""
        found = select(journal.c.number).where(journal.c.subject == subject).limit(1)
        return self._connection.execute(found).first() is not None

    def subjects_like(self, kind: str, pattern: str) -> list[str]:
        """Return the subjects of a kind that match an SQL pattern, ``_`` one character."""
        found = select(journal.c.subject).distinct()
        found = found.where(journal.c.kind == kind, journal.c.subject.like(pattern))
        return list(self._connection.execute(found.order_by(journal.c.subject)).scalars())

    def last_at(self) -> Instant | None:
        """Return the instant of the journal's last record."""
        found = select(journal.c.at).order_by(journal.c.number.desc()).limit(1)
        at = self._connection.execute(found).scalar()
        return from_micros(at) if at is not None else None

    def stored(self, run_id: str) -> Stored | None:
        """Return a run as it stands now, None if there is none (any more)."""
        columns = (
            run.c.run_id,
            run.c.facts,
            run.c.state,
            run.c.agenda,
            run.c.rev,
            run.c.passengers,
            run.c.train,
        )
        found = self._connection.execute(select(*columns).where(run.c.run_id == run_id)).first()
        return to_stored(tuple(found))[1] if found is not None else None

    def run_ids(self) -> list[str]:
        """Return the identifiers of all runs that there are now."""
        return list(self._connection.execute(select(run.c.run_id).order_by(run.c.run_id)).scalars())

    def rejects_of(self, keys: set[str]) -> list[tuple[Instant, Rejected, Row]]:
        """Return what was not believed of rows with one of dispatching's `keys`."""
        return self._rejects(reject.c.key.in_(sorted(keys)))

    def rejects_between(self, begin: Instant, end: Instant) -> list[tuple[Instant, Rejected, Row]]:
        """Return what was not believed from `begin` on and before `end`, in order."""
        return self._rejects(reject.c.at >= to_micros(begin), reject.c.at < to_micros(end))

    def keys_of(self, run_id: str) -> list[str]:
        """Return the keys, as ``plan/KEY``, of the rows that are about a run now."""
        found = select(feed_row.c.kind, feed_row.c.key).where(feed_row.c.run_id == run_id)
        return ["/".join(row) for row in self._connection.execute(found)]

    def tables(self) -> dict[str, list[dict[str, object]]]:
        """Return all that the live tables hold."""
        return {str(table.name): all_rows(self._connection, table) for table in LIVE}

    def audit(self) -> tuple[tuple[int, str], Iterator[Audited]]:
        """Return number and hash of the audit's last record as kept apart, and all records."""
        head = select(audit_head.c.number, audit_head.c.hash)
        number, known = self._connection.execute(head).one()
        every = select(audit).order_by(audit.c.number).execution_options(yield_per=PORTION)
        return (number, known), (audited(tuple(row)) for row in self._connection.execute(every))

    def _rejects(self, *which: ColumnElement[bool]) -> list[tuple[Instant, Rejected, Row]]:
        columns = [reject.c[n] for n in ("at", "kind", "key", "reason", "found", "partial", "body")]
        found = select(*columns).where(*which).order_by(reject.c.number)
        return [to_rejected(tuple(row)) for row in self._connection.execute(found)]

    def _records(self, found: Select[Any], first: int) -> Iterator[Record]:
        """Yield records in portions, each of its own query: no cursor is left open."""
        following = found.order_by(journal.c.number).limit(PORTION)
        while True:
            portion = following.where(journal.c.number >= first)
            rows = self._connection.execute(portion).all()
            for number, at, kind, subject, detail, cause in rows:
                yield Record(number, from_micros(at), kind, subject, detail, cause)
            if len(rows) < PORTION:
                return
            first = rows[-1].number + 1


@contextmanager
def reading(url: str) -> Iterator[Reader]:
    """Open a database for one question.

    Raises:
        OperatorError: the URL cannot be understood, or nothing is there that this program can read.
        DeviceError: the database failed.
    """
    try:
        parsed = make_url(url)
        engine = _engine(parsed)
    except (ArgumentError, ImportError) as error:
        raise OperatorError(f"cannot use the database URL: {error}") from error
    where = parsed.render_as_string(hide_password=True)
    try:
        with engine.connect() as connection, connection.begin():
            _check(connection, where)
            yield Reader(connection)
    except StationError:
        raise
    except (SQLAlchemyError, engine.dialect.loaded_dbapi.Error) as error:
        cause = getattr(error, "orig", None) or error
        raise DeviceError(f"cannot read: {' '.join(str(cause).split())}", where=where) from error
    finally:
        engine.dispose()


def _check(connection: Connection, where: str) -> None:
    found = version_of(connection)
    if found != SCHEMA_VERSION:
        what = "no hub has ever opened it" if found is None else f"it has schema {found}"
        message = f"{what}, this program reads schema {SCHEMA_VERSION}; let its hub run once"
        raise OperatorError(message, where=where)


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        readonly = "-c default_transaction_read_only=on"
        return create_engine(
            url,
            poolclass=NullPool,
            isolation_level="REPEATABLE READ",
            connect_args={"connect_timeout": 5, "options": readonly},
        )
    if not url.database or url.database == ":memory:":
        raise OperatorError("an SQLite database needs a file, e.g. sqlite:////var/lib/hub.db")
    query = {"mode": "ro", "uri": "true"}
    engine = create_engine(
        url.set(database=f"file:{url.database}", query=query), poolclass=NullPool
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA query_only=ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
