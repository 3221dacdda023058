"""What stands in one hub's database and can be had without deciding anything; also the `Outbox`.

Law: no step is made here, and no rule asked. Every method blocks, in the store's thread. The fence
stands here: only the hub of the epoch that the database knows may write.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.kernel.override import decode_mode
from hub.store.database import Database, Transaction
from hub.store.decoded import Decoded
from hub.store.outbox import StoreOutbox
from hub.store.records import to_change, to_rejected, to_stored
from hub.store.statements import statements_for
from protocol.errors import DeviceError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.kernel.conclude import Stored
    from hub.kernel.facts import Facts
    from hub.kernel.override import StationMode
    from hub.kernel.reasons import Rejected
    from hub.outbox import Publication
    from one_way_feed.rows import Row, RowChange
    from protocol.times import Instant


class Held:
    """The database of one hub.

    Args:
        url: SQLAlchemy URL of the database.

    Raises:
        OperatorError: the URL cannot be used.
    """

    def __init__(self, url: str) -> None:
        self._database = Database(url)
        self._statements = statements_for(self._database.engine.dialect)
        self._outbox = StoreOutbox(self._database, self._statements)
        self._decoded = Decoded()

    @property
    def epoch(self) -> int:
        """The hub's epoch, 0 before `open`."""
        return self._outbox.epoch

    def create(self) -> None:
        """Make the database's tables this program's, without taking it over.

        Raises:
            DeviceError: the database failed.
            OperatorError: a newer version of the program made it.
        """
        self._database.create()

    def held_rows(self) -> list[RowChange]:
        """Return dispatching's table as last received: plans first; deleted rows as deletions.

        Raises:
            DeviceError: the database failed.
        """
        with self._database.transaction() as opened:
            return [to_change(r) for r in opened.rows(self._statements.all_feed_rows)]

    def rejects(self, limit: int) -> list[tuple[Instant, Rejected, Row]]:
        """Return what was not believed last, newest first: when, why, and the row as it came.

        Raises:
            DeviceError: the database failed.
        """
        with self._database.transaction() as opened:
            found = opened.rows(self._statements.rejects, at_most=limit)
        return [to_rejected(record) for record in found]

    def facts_of(self, run_id: str) -> Facts | None:
        """Return what is known about a run, for explanations; None if there is no such run.

        Raises:
            DeviceError: the database failed.
        """
        with self._database.transaction() as opened:
            for statement, named in self._statements.runs.batches([run_id]):
                for record in opened.rows(statement, **named):
                    return to_stored(record)[1].facts
        return None

    def all_runs(self) -> list[Stored]:
        """Return all runs as they stand.

        Raises:
            DeviceError: the database failed.
        """
        with self._database.transaction() as opened:
            return self._decoded.all(opened.rows(self._statements.all_runs))

    def pending(self, limit: int) -> Sequence[Publication]:
        """See `hub.outbox.Outbox`."""
        return self._outbox.pending(limit)

    def acknowledge(self, numbers: Sequence[int]) -> None:
        """See `hub.outbox.Outbox`."""
        self._outbox.acknowledge(numbers)

    def live(self) -> Sequence[Publication]:
        """See `hub.outbox.Outbox`."""
        return self._outbox.live()

    def close(self) -> None:
        """Give the database back."""
        self._database.close()

    def _fence(self, opened: Transaction) -> tuple[int, int, int]:
        """Read the kernel's row; refuse to go on if another hub has taken over."""
        epoch, last_minute, next_number = opened.rows(self._statements.read_kernel)[0]
        if epoch != self.epoch:
            message = f"another hub (epoch {epoch}) has taken the database over; stop this one"
            raise DeviceError(message, where=self._database.where)
        return epoch, last_minute, next_number

    def _write_kernel(
        self, opened: Transaction, mine: int, epoch: int, last_minute: int, next_number: int
    ) -> None:
        written = opened.run(
            self._statements.write_kernel,
            mine=mine,
            epoch=epoch,
            last_minute=last_minute,
            next_number=next_number,
        )
        if written != 1:
            raise DeviceError("another hub has taken the database over", where=self._database.where)

    def _stored_mode(self, opened: Transaction) -> StationMode | None:
        held = opened.rows(self._statements.mode)
        return decode_mode(held[0][0]) if held else None
