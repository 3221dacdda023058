"""What one step is going to write, collected and then written kind by kind.

Law: nothing is written before `flush`; the order of kinds is fixed. Numbers of publications ascend
in the order in which they were decided.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hub.kernel.events import LIFETIME
from hub.store.journal import INPUT, OUTPUT, PHASE, REJECT, encode_change, encode_output
from hub.store.records import Values, encode_row, from_stored, to_micros
from one_way_feed.rows import RowDeleted, row_key
from protocol.codec import encode_body
from protocol.times import from_unix, to_unix
from protocol.topics import run_entity

if TYPE_CHECKING:
    from hub.kernel.conclude import Concluded
    from hub.kernel.reasons import Rejected
    from hub.store.database import Transaction
    from hub.store.statements import Statements
    from one_way_feed.rows import Row, RowChange
    from protocol.messages import Event
    from protocol.times import Instant

_ENTITY_OF_EVENT = "event/"
_LONGEST = 255


@dataclass
class Writes:
    """One step's writes.

    Attributes:
        now: station time of the step.
        next_number: of the next publication.
        second: `now` as the tables have what is searched by.
        micros: `now` as the tables have what is told.
    """

    now: Instant
    next_number: int
    runs: list[Values] = field(default_factory=list)
    advances: list[Values] = field(default_factory=list)
    dropped_runs: list[Values] = field(default_factory=list)
    feed_rows: list[Values] = field(default_factory=list)
    rows_again: list[Values] = field(default_factory=list)
    visits: list[Values] = field(default_factory=list)
    retained: list[Values] = field(default_factory=list)
    events: list[Values] = field(default_factory=list)
    journal: list[Values] = field(default_factory=list)
    rejects: list[Values] = field(default_factory=list)
    notices: list[Values] = field(default_factory=list)
    dropped_notices: list[Values] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Convert `now` once."""
        self.second = int(to_unix(self.now))
        self.micros = to_micros(self.now)

    @property
    def idle(self) -> bool:
        """Whether nothing is to be written."""
        runs = self.runs or self.advances or self.dropped_runs
        rows = self.feed_rows or self.rows_again or self.visits or self.rejects
        return not (runs or rows or self.retained or self.events or self.journal)

    def flush(self, opened: Transaction, statements: Statements) -> None:
        """Write everything into the open transaction."""
        with opened.together():
            opened.run_many(statements.put_feed_row, self.feed_rows)
            opened.run_many(statements.put_row_again, self.rows_again)
            opened.run_many(statements.put_visit, self.visits)
            opened.run_many(statements.put_run, self.runs)
            opened.run_many(statements.advance, self.advances)
            opened.run_many(statements.drop_run, self.dropped_runs)
            opened.run_many(statements.put_notice, self.notices)
            opened.run_many(statements.drop_notice, self.dropped_notices)
            opened.run_many(statements.put_retained, self.retained)
            opened.run_many(statements.put_event, self.events)
            opened.run_many(statements.put_reject, self.rejects)
            opened.run_many(statements.put_journal, self.journal)

    def put_run(self, concluded: Concluded, was: tuple[str, str] | None, cause: str) -> None:
        """Write a run's next state, publish it if it is another, and its events."""
        stored = concluded.stored
        facts = stored.facts
        self.runs.append(from_stored(stored, stored.agenda.next_at(self.second)))
        phases = (stored.passengers.value, stored.train.value)
        if was != phases:
            self.note(PHASE, facts.run_id, "/".join(phases).encode(), cause)
        if concluded.published:
            until = from_unix(stored.agenda.forget_at)
            self.publish(run_entity(facts.run_id), "run", stored.rev, stored.body, until, cause)
        for told in concluded.events:
            self.tell(told, cause)

    def publish(
        self,
        entity: str,
        type_name: str,
        rev: int,
        body: bytes | None,
        valid_until: Instant | None,
        cause: str,
    ) -> None:
        """Publish the present value of a retained entity; body None deletes it."""
        self.retained.append(
            {
                "entity": entity,
                "number": self._number(),
                "pending": 1,
                "type_name": type_name,
                "rev": rev,
                "body": body,
                "issued_at": self.micros,
                "valid_until": to_micros(valid_until) if valid_until is not None else None,
                "cause": cause[:_LONGEST],
            }
        )
        self.note(OUTPUT, entity, encode_output(rev, body), cause)

    def tell(self, told: Event, cause: str) -> None:
        """Publish an event."""
        entity = _ENTITY_OF_EVENT + told.kind
        body = encode_body(told)
        self.events.append(
            {
                "entity": entity,
                "number": self._number(),
                "body": body,
                "issued_at": self.micros,
                "valid_until": to_micros(self.now + LIFETIME),
                "cause": cause[:_LONGEST],
            }
        )
        self.note(OUTPUT, entity, encode_output(0, body), cause)

    def put_row(
        self, change: RowChange, run_id: str | None, verdict: str | None, *, again: bool
    ) -> None:
        """Write a row of dispatching as it came, with what was thought of it.

        Args:
            change: what brought it.
            run_id: the run that it is about, None if nobody knows.
            verdict: why it was not believed, None if it was.
            again: the row is held already, as one about the same run.
        """
        row = None if isinstance(change, RowDeleted) else change.row
        kind, key = change.key if isinstance(change, RowDeleted) else row_key(change.row)
        epoch, revision = change.revision
        (self.rows_again if again else self.feed_rows).append(
            {
                "kind": kind,
                "key": key,
                "epoch": epoch,
                "revision": revision,
                "body": None if row is None else encode_row(row),
                "heard_at": self.second,
                "run_id": run_id,
                "verdict": verdict,
            }
        )

    def put_input(self, change: RowChange, subject: str) -> None:
        """Write an input into the journal."""
        self.note(INPUT, subject, encode_change(change), "feed")

    def put_reject(self, rejected: Rejected, row: Row) -> None:
        """Write that a row, or a part of it, is not believed."""
        kind, key = rejected.key
        self.rejects.append(
            {
                "at": self.micros,
                "kind": kind,
                "key": key,
                "reason": rejected.reason.value,
                "found": rejected.found[:_LONGEST],
                "partial": int(rejected.partial),
                "body": encode_row(row),
            }
        )
        self.note(REJECT, f"{kind}/{key}", rejected.en.encode(), "feed")

    def note(self, kind: str, subject: str, detail: bytes, cause: str) -> None:
        """Write a line into the journal."""
        self.journal.append(
            {
                "at": self.micros,
                "kind": kind,
                "subject": subject[:_LONGEST],
                "detail": detail,
                "cause": cause[:_LONGEST],
            }
        )

    def _number(self) -> int:
        number = self.next_number
        self.next_number += 1
        return number
