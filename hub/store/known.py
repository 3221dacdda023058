"""What the store knows about the rows of one step: the kernel's port `Known`, read in few queries.

Law: reads only. `fetch` looks everything up that the rows can need at once; what it did not foresee
is read when asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.kernel.absorb import OVER
from hub.kernel.reasons import Reason
from hub.store.records import decode_row, to_stored
from one_way_feed.rows import TrafficLogRow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hub.kernel.conclude import Stored
    from hub.kernel.facts import Facts
    from hub.store.database import Transaction
    from hub.store.rendered import Listing
    from hub.store.statements import Statements
    from one_way_feed.rows import RowKey


class StoreKnown:
    """Everything known that the rows of one step touch.

    Attributes:
        revisions: (epoch, number) of the rows held, by row key.
        stored: runs by identifier, as they stand in the database.
    """

    def __init__(self, opened: Transaction, statements: Statements) -> None:
        self._opened = opened
        self._statements = statements
        self.revisions: dict[RowKey, tuple[int, int]] = {}
        self.stored: dict[str, Stored | None] = {}
        self._rows: dict[RowKey, tuple[Any, ...]] = {}
        self._run_of: dict[str, str] = {}
        self._live: dict[str, set[str]] = {}

    def fetch(self, keys: Iterable[str]) -> None:
        """Read the rows, visits and runs of dispatching's `keys`."""
        names = sorted(set(keys))
        for record in self._listed(self._statements.feed_rows, names):
            kind, key, epoch, revision = record[:4]
            self._rows[kind, key] = record
            self.revisions[kind, key] = (epoch, revision)
        for key, live, run_id, *stored in self._listed(self._statements.bound, names):
            self._run_of[key] = run_id
            if run_id not in self.stored:
                self.stored[run_id] = to_stored(stored)[1] if stored[0] is not None else None
                self._live[run_id] = set()
            if live:
                self._live[run_id].add(key)

    def fetch_runs(self, run_ids: Iterable[str]) -> None:
        """Read runs and who is bound to them."""
        wanted = sorted(set(run_ids) - self.stored.keys())
        if not wanted:
            return
        self.stored.update(dict.fromkeys(wanted))
        for record in self._listed(self._statements.runs, wanted):
            run_id, stored = to_stored(record)
            self.stored[run_id] = stored
        self._live.update((run_id, set()) for run_id in wanted)
        for key, run_id, live in self._listed(self._statements.visits_of, wanted):
            if live:
                self._live[run_id].add(key)

    def run_of(self, key: str) -> str | None:
        """Return the run that a visit's key was bound to."""
        return self._run_of.get(key)

    def live_keys(self, run_id: str) -> set[str]:
        """Return the keys bound to a run whose plan rows are not deleted."""
        if run_id not in self.stored:
            self.fetch_runs((run_id,))
        return self._live[run_id]

    def facts_of(self, run_id: str) -> Facts | None:
        """Return the facts of a run, None if there is none (any more)."""
        if run_id not in self.stored:
            self.fetch_runs((run_id,))
        stored = self.stored[run_id]
        return stored.facts if stored is not None else None

    def log_waiting(self, key: str) -> TrafficLogRow | None:
        """Return a log row that was rejected because its train was unknown."""
        record = self._rows.get(("log", key))
        if record is None or record[4] is None or record[6] != Reason.UNKNOWN_TRAIN:
            return None
        row = decode_row(record[4])
        return row if isinstance(row, TrafficLogRow) else None

    def plan_over(self, key: str) -> bool:
        """Return whether the visit's plan row was about a train long gone."""
        record = self._rows.get(("plan", key))
        return record is not None and record[6] == OVER

    def record(self, key: RowKey) -> tuple[Any, ...] | None:
        """Return the row held of `key`, as it stands in the table."""
        return self._rows.get(key)

    def _listed(self, listing: Listing, values: list[str]) -> Iterable[tuple[Any, ...]]:
        for statement, named in listing.batches(values):
            yield from self._opened.rows(statement, **named)
