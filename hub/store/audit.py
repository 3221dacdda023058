"""The audit in the database: appended to, read, never changed.

Law: one record at a time, whoever appends: the head's row is locked by changing it first. An entry
about what changes the state is a part of that transaction (`append`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, bindparam, func, or_, select

from hub.accounts.lockout import ACTIONS
from hub.audit.record import Outcome, Record, to_record
from hub.store.records import to_micros
from hub.store.rendered import rendered
from hub.store.tables import audit, audit_head

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Dialect

    from hub.audit.record import Entry
    from hub.store.database import Database, Transaction
    from protocol.times import Instant

PORTION = 1000
RECENT = 50_000
"""Records among which the last command to a run is looked for: weeks of a large station's."""
_FIELDS = tuple(column.name for column in audit.columns)


class AuditStore:
    """The table.

    Args:
        database: with the schema of this program, from the first call on.
        now: station time.
        wall: the system's clock.
    """

    def __init__(
        self, database: Database, *, now: Callable[[], Instant], wall: Callable[[], Instant]
    ) -> None:
        self._database = database
        self._now = now
        self._wall = wall
        dialect = database.engine.dialect
        head = select(audit_head.c.number, audit_head.c.hash)
        self._lock = rendered(dialect, audit_head.update().values(id=audit_head.c.id))
        self._head = rendered(dialect, head)
        moved = {n: bindparam(f"new_{n}", type_=audit_head.c[n].type) for n in ("number", "hash")}
        self._move = rendered(dialect, audit_head.update().values(moved))
        values = {n: bindparam(n, type_=audit.c[n].type) for n in _FIELDS}
        self._insert = rendered(dialect, audit.insert().inline().values(values))
        self._make_questions(dialect)

    def _make_questions(self, dialect: Dialect) -> None:
        after = audit.c.number > bindparam("after", type_=BigInteger)
        most = bindparam("at_most", type_=BigInteger)
        chosen = select(*audit.columns)
        self._following = rendered(
            dialect, chosen.where(after).order_by(audit.c.number).limit(most)
        )
        before = audit.c.number < bindparam("before", type_=BigInteger)
        last = chosen.order_by(audit.c.number.desc()).limit(most)
        self._last = rendered(dialect, last.where(before))
        of_subject = audit.c.subject == bindparam("of_subject")
        self._of_subject = rendered(dialect, last.where(before, of_subject))
        of_who = audit.c.who == bindparam("of_who")
        self._about = rendered(dialect, last.where(before, or_(of_subject, of_who)))
        done = audit.c.outcome == bindparam("of_outcome")
        newer = chosen.where(of_subject, done, after).order_by(audit.c.number).limit(most)
        self._newer = rendered(dialect, newer)
        latest = select(audit.c.subject, func.max(audit.c.number)).where(done, after)
        self._hands = rendered(dialect, latest.group_by(audit.c.subject))
        of_door = or_(*(audit.c.action == each for each in ACTIONS))
        late = audit.c.wall >= bindparam("wall_from", type_=BigInteger)
        self._door = rendered(dialect, chosen.where(after, late, of_door).order_by(audit.c.number))
        of_command = audit.c.command_id == bindparam("of_command")
        self._of_command = rendered(
            dialect, chosen.where(of_command).order_by(audit.c.number).limit(most)
        )

    def append(self, opened: Transaction, entry: Entry) -> Record:
        """Record `entry` in an open transaction."""
        opened.run(self._lock)
        number, previous = opened.rows(self._head)[0]
        at, wall = to_micros(self._now()), to_micros(self._wall())
        made = to_record(entry, previous=previous, number=number + 1, at=at, wall=wall)
        opened.run(self._insert, **{name: getattr(made, name) for name in _FIELDS})
        opened.run(self._move, new_number=made.number, new_hash=made.hash)
        return made

    def add(self, entry: Entry) -> Record:
        """Record `entry` in a transaction of its own.

        Raises:
            DeviceError: the database failed.
        """
        with self._database.transaction() as opened:
            return self.append(opened, entry)

    def head(self) -> tuple[int, str]:
        """Return number and hash of the last record.

        Raises:
            DeviceError: the database failed.
        """
        with self._database.transaction() as opened:
            number, found = opened.rows(self._head)[0]
        return number, found

    def all(self) -> Iterator[Record]:
        """Yield all records in order, some at a time: the hub is not kept waiting.

        Raises:
            DeviceError: the database failed.
        """
        after = 0
        while True:
            with self._database.transaction() as opened:
                rows = opened.rows(self._following, after=after, at_most=PORTION)
            yield from map(audited, rows)
            if len(rows) < PORTION:
                return
            after = rows[-1][0]

    def last(
        self, limit: int, before: int = 2**62, subject: str | None = None, about: str | None = None
    ) -> list[Record]:
        """Return the last records before the number `before`, newest first.

        Args:
            limit: at most so many.
            before: number of the first one that is not wanted.
            subject: only what was done to that.
            about: only what was done to, or by, that; not together with `subject`.

        Raises:
            DeviceError: the database failed.
        """
        asked = {"before": before, "at_most": limit}
        with self._database.transaction() as opened:
            if about is not None:
                rows = opened.rows(self._about, of_subject=about, of_who=about, **asked)
            elif subject is not None:
                rows = opened.rows(self._of_subject, of_subject=subject, **asked)
            else:
                rows = opened.rows(self._last, before=before, at_most=limit)
        return [audited(row) for row in rows]

    def since(self, opened: Transaction, subject: str, number: int) -> list[Record]:
        """Return what was done about `subject` after the record `number`, in order."""
        asked = {"of_subject": subject, "after": number, "of_outcome": Outcome.DONE.value}
        return [audited(row) for row in opened.rows(self._newer, at_most=PORTION, **asked)]

    def hands(self) -> dict[str, int]:
        """Return the number of the last thing done about each subject, of those not long ago.

        A run is there for two days; what was done about it is among the last records.

        Raises:
            DeviceError: the database failed.
        """
        with self._database.transaction() as opened:
            number = opened.rows(self._head)[0][0]
            asked = {"after": number - RECENT, "of_outcome": Outcome.DONE.value}
            rows = opened.rows(self._hands, **asked)
        return dict(rows)

    def at_the_door(self, after: int, not_before_s: float) -> tuple[int, list[Record]]:
        """Return the head's number and what followed `after` of who came and who was turned away.

        Args:
            after: number of the last record that is known.
            not_before_s: by the system's clock, seconds since 1970.

        Raises:
            DeviceError: the database failed.
        """
        with self._database.transaction() as opened:
            number = opened.rows(self._head)[0][0]
            if number == after:
                return number, []
            asked = {"after": max(after, number - RECENT), "wall_from": int(not_before_s * 1e6)}
            rows = opened.rows(self._door, **asked)
        return number, [audited(row) for row in rows]

    def of_command(self, command_id: str) -> list[Record]:
        """Return the records of a command.

        Raises:
            DeviceError: the database failed.
        """
        with self._database.transaction() as opened:
            rows = opened.rows(self._of_command, of_command=command_id, at_most=PORTION)
        return [audited(row) for row in rows]


def audited(row: tuple[Any, ...]) -> Record:
    """Return a row of the table as a record."""
    fields = dict(zip(_FIELDS, row, strict=True))
    fields["body"] = bytes(fields["body"])
    return Record(**fields)
