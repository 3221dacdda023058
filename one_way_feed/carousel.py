"""What goes out next: heartbeat, changed rows and their repeats, and the whole table in the gaps.

Law: pure; `now` is an argument, nothing is sent here. In the order of urgency:

    1  the heartbeat, when it is due
    2  changed rows, at once
    3  changed rows again, 0.5 s and 2 s after their first copy; new entries of the dictionary
    4  the snapshot: manifest, data symbols, parity symbols, round and round

A row that changes again takes the place of its older self. A change of a large part of the table
goes out as a new snapshot instead, which the erasure code protects better than repetition.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from one_way_feed.bodies import Heartbeat, SourceState, pack_entries
from one_way_feed.frame import MAX_BODY, FrameType
from one_way_feed.row_codec import SCHEMA, key_of, pack
from one_way_feed.rows import RowDeleted
from one_way_feed.snapshot import Dictionary, Generation, TableTooLong
from one_way_feed.timing import DELTA_REPEATS_S, MANIFEST_EVERY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from one_way_feed.rows import RowChange, RowKey
    from one_way_feed.table import Table
    from one_way_feed.timing import Timing

BULK_ROWS = 48
BULK_SHARE = 3
"""More changes than this and than a third of the table go out as a snapshot."""


@dataclass(frozen=True)
class Outgoing:
    """The next frame.

    Attributes:
        kind: type of the frame.
        body: its body.
        keys: rows that go over the line for the first time with it.
        filler: True for the carousel, which anything else may overtake.
    """

    kind: FrameType
    body: bytes
    keys: tuple[RowKey, ...] = ()
    filler: bool = False


@dataclass(frozen=True)
class SourceReport:
    """What the heartbeat says about the database; see `bodies.Heartbeat`."""

    state: SourceState = SourceState.NEVER_POLLED
    poll_ok_at_ms: int = 0
    changed_at_ms: int = 0
    poll_interval_ds: int = 0
    rejected: int = 0
    received: int = 0


@dataclass(frozen=True)
class _Copy:
    """A changed row that has still to go out: `sent` copies went, the next is due."""

    change: RowChange
    sent: int
    first_at: float
    due: float


class Carousel:
    """The schedule of a link.

    Attributes:
        report: what the heartbeat says about the database; the sender replaces it.
        fault: why there is no snapshot of the table as it is, "" when there is.
    """

    def __init__(self, table: Table, timing: Timing) -> None:
        self.report = SourceReport()
        self.fault = ""
        self._table = table
        self._timing = timing
        self._beat_due = 0.0
        self._copies: dict[RowKey, _Copy] = {}
        self._dictionary = Dictionary()
        self._announced: list[tuple[float, int, int]] = []
        self._referable = 0
        self._generation: Generation | None = None
        self._pieces: Iterator[Outgoing] = iter(())
        self._unseen: set[RowKey] = set()

    @property
    def generation(self) -> Generation | None:
        """The snapshot on the line, None before there is a table."""
        return self._generation

    def changed(self, changes: Sequence[RowChange], now: float) -> None:
        """Take note of what `Table.update` has returned."""
        before = len(self._dictionary.entries)
        for change in changes:
            self._dictionary.learn(change)
        limit = max(BULK_ROWS, self._table.state.rows // BULK_SHARE)
        bulk = (self._generation is None or len(changes) > limit) and self._freeze()
        for change in changes:
            if bulk and not isinstance(change, RowDeleted):
                self._copies.pop(key_of(change), None)
                self._unseen.add(key_of(change))
            else:
                self._copies[key_of(change)] = _Copy(change, 0, now, now)
        if not bulk and len(self._dictionary.entries) > before:
            self._announce(before, now)

    def heartbeat_soon(self) -> None:
        """Send the heartbeat next: the state of the source has changed."""
        self._beat_due = 0.0

    def next(self, now: float) -> Outgoing | None:
        """Return what goes out now, None if there is nothing."""
        if now >= self._beat_due:
            self._beat_due = now + self._timing.heartbeat_s
            return Outgoing(FrameType.HEARTBEAT, self._heartbeat().to_bytes())
        return self._delta(now) or self._dictionary_frame(now) or self._filler()

    @property
    def next_heartbeat(self) -> float:
        """When the next heartbeat is due: the latest moment to call `next` again."""
        return self._beat_due

    @property
    def urgent(self) -> bool:
        """Whether a changed row waits for its first copy."""
        return any(copy.sent == 0 for copy in self._copies.values())

    def _heartbeat(self) -> Heartbeat:
        state, report = self._table.state, self.report
        return Heartbeat(
            state=report.state,
            poll_ok_at_ms=report.poll_ok_at_ms,
            changed_at_ms=report.changed_at_ms,
            poll_interval_ds=report.poll_interval_ds,
            revision=state.revision,
            rows=state.rows,
            digest=state.digest,
            schema=SCHEMA,
            generation=self._generation.manifest.generation if self._generation else 0,
            rejected=report.rejected,
            received=report.received,
        )

    def _delta(self, now: float) -> Outgoing | None:
        due = [copy for copy in self._copies.values() if copy.due <= now]
        if not due:
            return None
        due.sort(key=lambda copy: (copy.sent > 0, copy.due, copy.change.revision))
        lookup = partial(self._dictionary.lookup_below, self._referable)
        changes = [copy.change for copy in due[:255]]
        body, taken = pack(changes, MAX_BODY, self._table.state.revision, lookup)
        for copy in due[:taken]:
            self._sent(copy, now)
        first = tuple(key_of(copy.change) for copy in due[:taken] if copy.sent == 0)
        return Outgoing(FrameType.DELTA, body, first)

    def _sent(self, copy: _Copy, now: float) -> None:
        key = key_of(copy.change)
        if copy.sent == len(DELTA_REPEATS_S):
            del self._copies[key]
            return
        first_at = copy.first_at if copy.sent else now
        due = first_at + DELTA_REPEATS_S[copy.sent]
        self._copies[key] = replace(copy, sent=copy.sent + 1, first_at=first_at, due=due)

    def _announce(self, first: int, now: float) -> None:
        """Send new entries like changed rows; deltas refer to them once all copies are out."""
        end = len(self._dictionary.entries)
        self._announced += [(now + wait, first, end) for wait in (0.0, *DELTA_REPEATS_S)]
        self._announced.sort()

    def _dictionary_frame(self, now: float) -> Outgoing | None:
        if not self._announced or self._announced[0][0] > now:
            return None
        due, first, end = self._announced.pop(0)
        body, taken = pack_entries(first, self._dictionary.entries[first:end], MAX_BODY)
        if first + taken < end:
            self._announced.insert(0, (due, first + taken, end))
        if not any(start < end for _, start, _ in self._announced):
            self._referable = max(self._referable, end)
        return Outgoing(FrameType.DICTIONARY, body)

    def _freeze(self) -> bool:
        """Put a snapshot of the table as it is now on the line; return whether there is one.

        If the table is too long for a snapshot, the old one stays, and changes go out as deltas.
        """
        number = self._generation.manifest.generation + 1 if self._generation else 1
        try:
            self._generation = Generation(number, self._table, self._dictionary)
        except TableTooLong as error:
            self.fault = error.message
            return False
        self.fault = ""
        self._pieces = self._one_pass(self._generation)
        return True

    def _filler(self) -> Outgoing | None:
        if self._generation is None:
            return None
        piece = next(self._pieces, None)
        if piece is None:
            self._referable = max(self._referable, self._generation.manifest.entries)
            newer = self._generation.manifest.revision != self._table.state.revision
            if not newer or not self._freeze():
                self._pieces = self._one_pass(self._generation)
            piece = next(self._pieces)
        return piece

    def _one_pass(self, generation: Generation) -> Iterator[Outgoing]:
        for number, piece in enumerate(generation.one_pass()):
            if number % MANIFEST_EVERY == 0:
                body = generation.manifest.to_bytes()
                yield Outgoing(FrameType.MANIFEST, body, filler=True)
            first = tuple(key for key in piece.keys if key in self._unseen)
            self._unseen.difference_update(first)
            yield Outgoing(piece.kind, piece.symbol.to_bytes(), first, filler=True)
