"""The outbox in the database: the port `hub.outbox.Outbox`.

Law: filled only by a step's own transaction (`hub.store.writes`); read and settled here. A
publication that was replaced while it was on its way keeps its successor waiting: what is
acknowledged is a number, not an entity.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.store.records import to_publication
from protocol.errors import DeviceError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.outbox import Publication
    from hub.store.database import Database
    from hub.store.statements import Statements


class StoreOutbox:
    """What the hub has still to say.

    Attributes:
        epoch: the hub's epoch; 0 until the database was opened.
    """

    def __init__(self, database: Database, statements: Statements) -> None:
        self._database = database
        self._statements = statements
        self.epoch = 0

    def pending(self, limit: int) -> Sequence[Publication]:
        """Return what is unacknowledged, oldest first; of a retained entity only the newest.

        Raises:
            DeviceError: the database failed.
        """
        with self._database.transaction() as opened:
            kept = opened.rows(self._statements.pending_retained, at_most=limit)
            told = opened.rows(self._statements.pending_events, at_most=limit)
        waiting = [to_publication(record, is_retained=True) for record in kept]
        waiting += [to_publication(record, is_retained=False) for record in told]
        return sorted(waiting, key=_number)[:limit]

    def acknowledge(self, numbers: Sequence[int]) -> None:
        """Forget publications that the broker has acknowledged.

        Raises:
            DeviceError: the database failed, or another hub has taken it over: what this one said
                may have been heard as a dead hub's. It will be published again, which is harmless.
        """
        if not numbers:
            return
        values: list[dict[str, object]] = [{"of_number": number} for number in numbers]
        with self._database.transaction() as opened:
            epoch = opened.rows(self._statements.read_kernel)[0][0]
            if epoch != self.epoch:
                message = f"another hub (epoch {epoch}) has taken the database over"
                raise DeviceError(message, where=self._database.where)
            opened.run_many(self._statements.settle_retained, values)
            opened.run_many(self._statements.drop_event, values)

    def live(self) -> Sequence[Publication]:
        """Return every live retained entity.

        Raises:
            DeviceError: the database failed.
        """
        with self._database.transaction() as opened:
            found = opened.rows(self._statements.live)
        return [to_publication(record, is_retained=True) for record in found]


def _number(publication: Publication) -> int:
    return publication.number
