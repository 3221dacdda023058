"""The runs as the console's pages have them: one row each, encoded once for everybody.

Law: pure. A row is what is published of the run, word for word, and beside it what only staff are
told. It is made anew when the run is concluded about or enters a phase; nothing is worked out here.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import msgspec

from hub.kernel.manual import in_force
from hub.kernel.override import Override
from protocol.runs import PassengerPhase, Run, TrainPhase

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hub.kernel.conclude import Stored
    from hub.store.outcome import Committed
    from protocol.times import Instant

KEPT = 512
"""Patches that a page which comes back can catch up with."""
KEPT_BYTES = 2 * 1024 * 1024


class RunRow(msgspec.Struct, frozen=True, kw_only=True):
    """One run.

    Attributes:
        id: of the run.
        rev: of what is published of it, 0: nothing is.
        hand: number in the audit of the last command to it, 0: there was none. Who commands says
            which one was seen.
        passengers: phase at the last minute.
        train: likewise.
        withdrawn: dispatching has deleted it; passengers are told nothing.
        run: as it is published.
        words: of persons, in force, with who, why and until when.
    """

    id: str
    rev: int
    hand: int
    passengers: PassengerPhase
    train: TrainPhase
    withdrawn: bool
    run: Run
    words: tuple[Override, ...]


class Row(msgspec.Struct, frozen=True):
    """A `RunRow` whose run is encoded already: it is what the store holds."""

    id: str
    rev: int
    hand: int
    passengers: PassengerPhase
    train: TrainPhase
    withdrawn: bool
    run: msgspec.Raw
    words: tuple[Override, ...]


class Snapshot(msgspec.Struct, frozen=True):
    """All rows.

    Attributes:
        seq: of the last patch that is in it.
    """

    seq: str
    rows: tuple[Row, ...]


class RunList(msgspec.Struct, frozen=True):
    """All runs that the hub has; `seq` names the moment in the live stream."""

    seq: str
    rows: tuple[RunRow, ...]


class Patch(msgspec.Struct, frozen=True):
    """Rows to put in the place of those of the same id, and ids of rows to take away."""

    seq: str
    rows: tuple[Row, ...]
    gone: tuple[str, ...]


def make_row(stored: Stored, now: Instant, hand: int) -> Row:
    """Return the row of a run."""
    facts = stored.facts
    return Row(
        id=facts.run_id,
        rev=stored.rev,
        hand=hand,
        passengers=stored.passengers,
        train=stored.train,
        withdrawn=stored.body is None and facts.base.withdrawn,
        run=msgspec.Raw(bytes(stored.state)),
        words=in_force(facts, now),
    )


def changes(committed: Committed) -> tuple[Row, ...]:
    """Return the rows that a step made; `hand` is 0 where it is as it was."""
    return tuple(
        make_row(stored, committed.now, committed.hands.get(run_id, 0))
        for run_id, stored in committed.stored.items()
    )


class Table:
    """All rows, and the patches that made them what they are.

    Args:
        boot: names this life of the hub; a page that knows another one begins anew.
    """

    def __init__(self, boot: str) -> None:
        self._boot = boot
        self._number = 0
        self._rows: dict[str, Row] = {}
        self._patches: deque[tuple[int, bytes]] = deque(maxlen=KEPT)
        self._bytes = 0
        self._snapshot: bytes | None = None

    def __len__(self) -> int:
        """Return how many runs there are."""
        return len(self._rows)

    @property
    def seq(self) -> str:
        """The present moment."""
        return f"{self._boot}.{self._number}"

    def fill(self, rows: Iterable[Row]) -> None:
        """Begin anew with `rows`; nobody can catch up with that."""
        self._rows = {row.id: row for row in rows}
        self._patches.clear()
        self._bytes = 0
        self._number += 1
        self._snapshot = None

    def take(
        self, rows: Iterable[Row], advanced: Iterable[tuple[str, str, str]], gone: Iterable[str]
    ) -> bytes | None:
        """Take what a step made; return the patch, None: nothing that a page shows."""
        changed: dict[str, Row] = {}
        for row in rows:
            held = self._rows.get(row.id)
            if not row.hand and held is not None and held.hand:
                row = msgspec.structs.replace(row, hand=held.hand)  # noqa: PLW2901 - the same row
            if row != held:
                changed[row.id] = row
        for run_id, passengers, train in advanced:
            held = changed.get(run_id) or self._rows.get(run_id)
            if held is not None and (held.passengers, held.train) != (passengers, train):
                phases = {"passengers": PassengerPhase(passengers), "train": TrainPhase(train)}
                changed[run_id] = msgspec.structs.replace(held, **phases)
        went = tuple(run_id for run_id in gone if run_id in self._rows)
        if not changed and not went:
            return None
        self._rows.update(changed)
        for run_id in went:
            del self._rows[run_id]
        self._number += 1
        self._snapshot = None
        return self._keep(Patch(self.seq, tuple(changed.values()), went))

    def since(self, seq: str) -> list[tuple[str, bytes]] | None:
        """Return the patches after the moment `seq` with theirs, None: it is too long ago."""
        boot, _, number = seq.rpartition(".")
        if boot != self._boot or not number.isdigit() or int(number) > self._number:
            return None
        missed = [(f"{boot}.{n}", patch) for n, patch in self._patches if n > int(number)]
        return missed if len(missed) == self._number - int(number) else None

    def snapshot(self) -> bytes:
        """Return all rows, encoded once however many ask."""
        if self._snapshot is None:
            self._snapshot = msgspec.json.encode(Snapshot(self.seq, tuple(self._rows.values())))
        return self._snapshot

    def listed(self) -> tuple[RunRow, ...]:
        """Return all rows with their runs decoded."""
        return msgspec.json.decode(self.snapshot(), type=RunList).rows

    def hand(self, run_id: str) -> int:
        """Return the number of the last command to a run, 0: there was none."""
        held = self._rows.get(run_id)
        return held.hand if held is not None else 0

    def _keep(self, patch: Patch) -> bytes:
        encoded = msgspec.json.encode(patch)
        if len(self._patches) == KEPT:
            self._bytes -= len(self._patches[0][1])
        self._patches.append((self._number, encoded))
        self._bytes += len(encoded)
        while self._bytes > KEPT_BYTES and len(self._patches) > 1:
            self._bytes -= len(self._patches.popleft()[1])
        return encoded
