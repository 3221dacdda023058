"""What passengers were told at an instant: the publications in force then, and what they meant.

Law: nothing is computed anew by the rules of today. A publication stands in the journal as it was
sent; `protocol.timeline` says what it was at the instant, as every screen did. Whether the link to
dispatching was fresh then does not stand in the journal: a board that had it unconfirmed for long
showed a deviation as "to be confirmed".
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import dropwhile, takewhile
from typing import TYPE_CHECKING

import msgspec

from hub.store.journal import OUTPUT, SNAPSHOT, decode_output
from hub.store.records import from_micros
from hub.store.snapshot import read_snapshot
from hub.store.tables import retained
from protocol.errors import OperatorError
from protocol.messages import Plan
from protocol.notices import Notice
from protocol.runs import PassengerPhase, Run, TrainPhase
from protocol.timeline import (
    at_gate,
    on_arrival_board,
    on_departure_board,
    passenger_phase,
    train_phase,
)
from station_config.model import BoardKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.store.journal import Record
    from hub.store.reading import Reader
    from protocol.times import Instant
    from station_config.model import Board, Layout, Station

_plans = msgspec.json.Decoder(Plan)
_runs = msgspec.json.Decoder(Run)
_notices = msgspec.json.Decoder(Notice)
_EVENT = "event/"
_UNSEEN = frozenset({PassengerPhase.PLANNED, PassengerPhase.GONE})


@dataclass(frozen=True)
class Telling:
    """A publication in force: what was said, since when, and because of what."""

    entity: str
    rev: int
    body: bytes
    since: Instant
    cause: str


@dataclass(frozen=True)
class Shown:
    """A run as it was told at an instant.

    Attributes:
        telling: the publication that said so: the run's own, or the day's plan.
        boards: the kinds of boards that had it: ``departures``, ``arrivals``, ``gate``.
    """

    run: Run
    passengers: PassengerPhase
    train: TrainPhase
    telling: Telling
    boards: tuple[str, ...]


def told_at(reader: Reader, at: Instant) -> dict[str, Telling]:
    """Return the publications in force at `at`, by entity.

    Raises:
        OperatorError: the journal begins later.
    """
    starts = reader.starts()
    before = [start for start in starts if start.at <= at]
    if not before:
        begins = f"it begins at {starts[0].at.isoformat()}" if starts else "it is empty"
        raise OperatorError(f"the journal does not reach back to {at.isoformat()}; {begins}")
    found: dict[str, Telling] = {}
    first = before[-1].number
    for record in takewhile(_in_snapshot, reader.records(first)):
        found.update(_held(record))
    for record in dropwhile(_in_snapshot, reader.records(first)):
        if record.at > at:
            break
        if record.kind == OUTPUT and not record.subject.startswith(_EVENT):
            _tell(record, found)
    return found


def runs_at(tellings: dict[str, Telling]) -> dict[str, tuple[Run, Telling]]:
    """Return every run that was told, by identifier: its own publication over the day's plan."""
    found: dict[str, tuple[Run, Telling]] = {}
    for entity, telling in sorted(tellings.items()):
        if entity.startswith("plan/"):
            plan = _plans.decode(telling.body)
            found.update((run.run_id, (run, telling)) for run in plan.runs)
    for entity, telling in tellings.items():
        if entity.startswith("run/"):
            run = _runs.decode(telling.body)
            found[run.run_id] = (run, telling)
    return found


def notices_at(reader: Reader, at: Instant) -> list[tuple[Notice, Telling]]:
    """Return the notices that were told at `at`, by identifier.

    Raises:
        OperatorError: the journal does not reach back so far.
    """
    published = (
        (_notices.decode(telling.body), telling)
        for entity, telling in sorted(told_at(reader, at).items())
        if entity.startswith("notice/")
    )
    return [(notice, telling) for notice, telling in published if notice.told(at)]


def shown_at(reader: Reader, at: Instant, wanted: Callable[[Run], bool]) -> list[Shown]:
    """Return the runs for which `wanted` holds, in the order of their times.

    Raises:
        OperatorError: the journal does not reach back so far.
    """
    found = [
        Shown(run, passenger_phase(run, at), train_phase(run, at), telling, _boards(run, at))
        for run, telling in runs_at(told_at(reader, at)).values()
        if wanted(run)
    ]
    return sorted(found, key=_when)


def on_any_board(at: Instant) -> Callable[[Run], bool]:
    """Return whether a run stood on a board."""
    return lambda run: bool(_boards(run, at))


def at_gate_of(station: Station, gate: str, at: Instant) -> Callable[[Run], bool]:
    """Return whether the screens of `gate` (label or id) had a run, or sent to its new gate.

    Raises:
        OperatorError: the station had no such gate.
    """
    layout = _layout(station, at)
    labels = {g.label for g in layout.gates if gate in {g.id, g.label}}
    if not labels:
        known = ", ".join(g.label for g in layout.gates)
        raise OperatorError(f"there was no gate {gate!r} then; gates: {known}", where="--gate")
    return lambda run: (
        at_gate(run, at) and not labels.isdisjoint((*run.gates, *run.gates_changed_from))
    )


def at_platform_of(station: Station, platform: str, at: Instant) -> Callable[[Run], bool]:
    """Return whether passengers were told to come to `platform` (label or id) for a run.

    Raises:
        OperatorError: the station had no such platform.
    """
    layout = _layout(station, at)
    labels = {p.label for p in layout.platforms if platform in {p.id, p.label}}
    if not labels:
        known = ", ".join(p.label for p in layout.platforms)
        message = f"there was no platform {platform!r} then; platforms: {known}"
        raise OperatorError(message, where="--platform")
    return lambda run: run.platform in labels and passenger_phase(run, at) not in _UNSEEN


def on_board(station: Station, board_id: str, at: Instant) -> Callable[[Run], bool]:
    """Return whether a run was one of those that board `board_id` is for.

    A board with fewer rows than these showed them by turns, or the first of them.

    Raises:
        OperatorError: the station has no such board.
    """
    board = next((b for b in station.boards if b.id == board_id), None)
    if board is None:
        known = ", ".join(b.id for b in station.boards)
        raise OperatorError(f"there is no board {board_id!r}; boards: {known}", where="--board")
    return _of_board(station, board, at)


def _of_board(station: Station, board: Board, at: Instant) -> Callable[[Run], bool]:
    match board.kind:
        case BoardKind.GATE:
            return at_gate_of(station, board.gate or "", at)
        case BoardKind.PLATFORM:
            return at_platform_of(station, board.platform or "", at)
        case BoardKind.ARRIVALS:
            return lambda run: on_arrival_board(run, at)
        case BoardKind.DEPARTURES:
            return lambda run: on_departure_board(run, at) and _room(run, board.waiting_room)


def _room(run: Run, room: str | None) -> bool:
    return room is None or (run.waiting_room is not None and run.waiting_room.code == room)


def _in_snapshot(record: Record) -> bool:
    return record.kind == SNAPSHOT


def _layout(station: Station, at: Instant) -> Layout:
    return station.layout_on(at.astimezone(station.zone_info).date())


def _held(record: Record) -> dict[str, Telling]:
    if record.subject != retained.name:
        return {}
    rows = [row for _, part in read_snapshot([record]) for row in part]
    return {
        str(row["entity"]): Telling(
            str(row["entity"]),
            int(str(row["rev"])),
            row["body"],
            from_micros(int(str(row["issued_at"]))),
            str(row["cause"]),
        )
        for row in rows
        if isinstance(row["body"], bytes)
    }


def _tell(record: Record, found: dict[str, Telling]) -> None:
    output = decode_output(record.detail)
    if output.body is None:
        found.pop(record.subject, None)
    else:
        found[record.subject] = Telling(
            record.subject, output.rev, output.body, record.at, record.cause
        )


def _boards(run: Run, at: Instant) -> tuple[str, ...]:
    kinds = (
        (BoardKind.DEPARTURES, on_departure_board),
        (BoardKind.ARRIVALS, on_arrival_board),
        (BoardKind.GATE, at_gate),
    )
    return tuple(kind.value for kind, shows in kinds if shows(run, at))


def _when(shown: Shown) -> tuple[Instant, str]:
    call = shown.run.departure or shown.run.arrival
    if call is None:
        raise ValueError(f"run {shown.run.run_id} neither arrives nor departs")
    return call.expected, shown.run.run_id
