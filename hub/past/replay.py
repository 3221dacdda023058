"""A day lived again: the journal's inputs through the kernel once more, and what came out compared.

Law: the kernel is the one that runs the station; only its database is another, which lives for the
time of the replay. Inputs, instants and the station come from the journal, so a difference means
that the program is another one, or that the journal is not what the hub wrote.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import create_engine

from hub.kernel.override import decode_command
from hub.operations import Operations
from hub.store.journal import (
    AUTO,
    COMMAND,
    INPUT,
    MANUAL,
    OPEN,
    OUTPUT,
    PHASE,
    PLAN,
    REBASE,
    REJECT,
    SNAPSHOT,
    STATION,
    STEP,
    TIDY,
    Record,
    decode_change,
    decode_output,
    decode_station,
)
from hub.store.reading import reading
from hub.store.snapshot import FIRST, restore
from hub.store.tables import metadata
from protocol.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from station_config.model import Station

    Tables = dict[str, list[dict[str, object]]]

MARKS = frozenset({OPEN, STEP, PLAN, AUTO, REBASE, TIDY})
OUTCOMES = frozenset({OUTPUT, PHASE, REJECT, MANUAL})
COMPARED = ("run", "retained", "feed_row", "visit", "command", "station_mode", "notice")
_UNSTABLE = frozenset({"number", "pending"})
"""Columns that tell how far the broker was, not what was decided."""
_QUICK = Path("/dev/shm")  # noqa: S108 - a place in memory, no name of a file
_MANY = 1000


@dataclass(frozen=True)
class Difference:
    """One thing that came out otherwise. None: it did not come out at all."""

    what: str
    was: str | None
    now: str | None


@dataclass
class Replayed:
    """What a replay found.

    Attributes:
        steps: marks that were lived again.
        inputs: rows of dispatching among them.
        outcomes: outputs, phases and rejects compared.
        differences: at most as many as were asked for; `differing` counts them all.
        tables: what the replayed tables hold at the end.
    """

    steps: int = 0
    inputs: int = 0
    outcomes: int = 0
    differing: int = 0
    differences: list[Difference] = field(default_factory=list)
    tables: Tables = field(default_factory=dict)

    def differ(self, difference: Difference, at_most: int) -> None:
        """Count a difference, and keep it if there is room."""
        self.differing += 1
        if len(self.differences) < at_most:
            self.differences.append(difference)


class Replay:
    """A kernel on a database of its own that is fed from a journal.

    Args:
        station: what the station is instead of what the journal says; None: the journal's.
    """

    def __init__(self, station: Station | None = None) -> None:
        self._given = station
        self._stations: dict[str, Station] = {}
        self._snapshot: list[Record] = []
        self._waiting: list[Record] = []
        self._operations: Operations | None = None
        self._ended = ExitStack()
        place = _QUICK if _QUICK.is_dir() else None
        directory = tempfile.TemporaryDirectory(prefix="station-replay-", dir=place)
        self._url = f"sqlite:///{self._ended.enter_context(directory)}/hub.db"
        self.steps = 0
        self.inputs = 0

    @property
    def url(self) -> str:
        """Where the replayed database is, while the replay lasts."""
        return self._url

    def __enter__(self) -> Replay:  # noqa: PYI034 - final in practice
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Drop the database."""
        if self._operations is not None:
            self._operations.close()
        self._ended.close()

    def live(self, records: Iterable[Record]) -> None:
        """Live through `records`, the first of which must be a snapshot's or a station's.

        Raises:
            OperatorError: the journal does not suffice.
        """
        for record in records:
            self._take(record)
        self._step()

    def _take(self, record: Record) -> None:
        if record.kind == STATION:
            self._stations[record.subject] = decode_station(record.detail)
        elif record.kind == SNAPSHOT:
            self._step()
            if self._operations is None:
                self._snapshot.append(record)
        elif record.kind in MARKS:
            self._step()
            self._waiting = [record]
        elif record.kind in {INPUT, COMMAND}:
            self._waiting.append(record)

    def _step(self) -> None:
        """Do the step whose mark and inputs wait."""
        if not self._waiting:
            return
        (mark, *said), self._waiting = self._waiting, []
        self.steps += 1
        self.inputs += len(said)
        if mark.kind == OPEN:
            self._open(mark)
            return
        operations = self._operations or self._resume()
        if mark.kind == STEP:
            _do(operations, mark, said)
        elif mark.kind == PLAN:
            operations.replan(mark.at, self._station(mark.subject))
        elif mark.kind == AUTO:
            operations.end_manual(mark.at)
        elif mark.kind == REBASE:
            operations.rebase(mark.at, int(mark.detail))
        else:
            while waiting := operations.pending(_MANY):
                operations.acknowledge([each.number for each in waiting])
            operations.tidy(mark.at)

    def _open(self, mark: Record) -> None:
        station = self._station(mark.subject)
        if self._operations is not None:
            self._operations.close()
            self._operations = Operations(self._url, station)
        else:
            self._operations = self._restored(station)
        self._operations.open(mark.at)

    @property
    def station(self) -> Station | None:
        """The station with which was lived last, None before the first step."""
        return self._operations.station if self._operations is not None else None

    def _station(self, known_as: str) -> Station:
        station = self._given or self._stations.get(known_as)
        if station is None:
            raise OperatorError(
                "the journal does not have the station's configuration; give --station DIR"
            )
        return station

    def _resume(self) -> Operations:
        """Begin in the middle of a hub's life, with the station that it had."""
        station = self._station(self._snapshot[0].cause if self._snapshot else "")
        self._operations = self._restored(station)
        self._operations.resume()
        return self._operations

    def _restored(self, station: Station) -> Operations:
        if not self._snapshot or self._snapshot[0].subject != FIRST:
            raise OperatorError("the journal does not begin with a snapshot")
        operations = Operations(self._url, station)
        operations.create()
        engine = create_engine(self._url)
        try:
            with engine.begin() as connection:
                restore(connection, self._snapshot)
        finally:
            engine.dispose()
        return operations


def replay(
    records: Iterable[Record],
    tables: Tables,
    *,
    station: Station | None = None,
    at_most: int = 100,
) -> Replayed:
    """Live `records` again and compare everything that comes out.

    Args:
        records: a journal from a snapshot on.
        tables: what the tables held at its end, filled at the latest when `records` is exhausted;
            empty: only what the journal says is compared.
        station: instead of the journal's own.
        at_most: differences that are kept.

    Raises:
        OperatorError: the journal does not suffice, or this program cannot read it.
    """
    found = Replayed()
    was: list[Record] = []
    with Replay(station) as again:
        again.live(_told(records, was))
        with reading(again.url) as reader:
            now = [r for r in reader.records() if r.kind in OUTCOMES | MARKS]
            found.tables = reader.tables()
        found.steps, found.inputs = again.steps, again.inputs
    found.outcomes = sum(record.kind in OUTCOMES for record in was)
    for difference in _outcomes(was, now):
        found.differ(difference, at_most)
    for difference in _tables(tables, found.tables) if tables else ():
        found.differ(difference, at_most)
    return found


def _told(records: Iterable[Record], was: list[Record]) -> Iterator[Record]:
    for record in records:
        if record.kind in OUTCOMES | MARKS:
            was.append(record)
        yield record


def _do(operations: Operations, mark: Record, said: list[Record]) -> None:
    """Do a step again: a person's command, or rows and time."""
    if said and said[0].kind == COMMAND:
        operations.command(mark.at, decode_command(said[0].detail))
        return
    minute = int(mark.detail) if mark.detail else None
    operations.step(mark.at, [decode_change(record.detail) for record in said], minute)


def _outcomes(was: list[Record], now: list[Record]) -> Iterator[Difference]:
    """Compare what is said of each subject, in its order; databases sort texts differently."""
    before, after = _by_subject(was), _by_subject(now)
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key, []), after.get(key, [])
        for n in range(max(len(old), len(new))):
            first = old[n] if n < len(old) else None
            second = new[n] if n < len(new) else None
            if _meaning(first) != _meaning(second):
                yield Difference("/".join(key), _text(first), _text(second))


def _by_subject(records: list[Record]) -> dict[tuple[str, str], list[Record]]:
    found = defaultdict(list)
    for record in records:
        if record.kind in OUTCOMES:
            found[record.kind, record.subject].append(record)
    return found


def _meaning(record: Record | None) -> object:
    return record and (record.at, record.detail, record.cause)


def _text(record: Record | None) -> str | None:
    if record is None:
        return None
    if record.kind != OUTPUT:
        return f"{record.at.isoformat()} {record.detail.decode()}"
    output = decode_output(record.detail)
    body = "deleted" if output.body is None else output.body.decode()
    return f"{record.at.isoformat()} rev {output.rev} {body}"


def _tables(was: Tables, now: Tables) -> Iterator[Difference]:
    for name in COMPARED:
        before, after = _rows(name, was.get(name, [])), _rows(name, now.get(name, []))
        for key in sorted(before.keys() | after.keys()):
            if before.get(key) != after.get(key):
                yield Difference(
                    f"table {name} {key}", _row_text(before.get(key)), _row_text(after.get(key))
                )


def _rows(name: str, rows: list[dict[str, object]]) -> dict[str, dict[str, object]]:
    columns = [column.name for column in metadata.tables[name].primary_key]
    kept = [{k: v for k, v in row.items() if k not in _UNSTABLE} for row in rows]
    if name == "retained":
        kept = [row for row in kept if row["body"] is not None]
    return {"/".join(str(row[column]) for column in columns): row for row in kept}


def _row_text(row: dict[str, object] | None) -> str | None:
    if row is None:
        return None
    return str({k: v.decode() if isinstance(v, bytes) else v for k, v in row.items()})
