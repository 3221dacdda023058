"""A run as a row of a board, with its future.

Law: pure. Every instant and every phase is asked of `protocol.timeline`; no rule about time is
written here, and none in the page. A row is the same whether the hub lives or not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from protocol.runs import Role
from protocol.timeline import at_gate, change_instants
from protocol.times import to_unix
from station_config.model import BoardKind, Column
from subsystems.display import phrases
from subsystems.display.cells import lapsed_cells, phrase_cell, standing_cells
from subsystems.display.model import Cell, Row, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from protocol.runs import CallTime, Run
    from protocol.times import Instant
    from station_config.model import Board, Station
    from subsystems.display.words import Words

HELD_LAST = 10**14
"""Milliseconds added to the key of a run without a known time where the next train stands first."""


@dataclass(frozen=True)
class BoardView:
    """One board of a station, in its languages.

    Attributes:
        station: the station.
        board: the board.
        words: tables of the board's languages, in their order.
    """

    station: Station
    board: Board
    words: Mapping[str, Words]

    def row(self, run: Run) -> Row | None:
        """Return the row of `run`, None if it never stands on this board."""
        start = run.timeline.shown_at
        time = self._time(run)
        if start is None or time is None or not self._concerns(run):
            return None
        instants = [None, *(at for at in change_instants(run.timeline) if at > start)]
        status = phrases.lapsed_phrase(run)
        aside = {**lapsed_cells(run, self.station.zone_info, self.words)}
        aside[Column.STATUS] = phrase_cell(status, self.words)
        return Row(
            id=run.run_id,
            key=self._key(run, time),
            start=milliseconds(start),
            end=self._end(run),
            cells=standing_cells(run, self._number(run), self.station.zone_info, self.words),
            steps=self._steps(run, instants, lambda now: {Column.STATUS: self._status(run, now)}),
            unconfirmed=self._steps(run, instants, lambda _: aside) if self._uncertain(run) else (),
        )

    def places(self, now: Instant) -> tuple[str, ...]:
        """Return the zones of the station in which this board itself stands."""
        board = self.board
        layout = self.station.layout_on(now.astimezone(self.station.zone_info).date())
        rooms = (gate.waiting_room for gate in layout.gates if gate.id == board.gate)
        return tuple(place for place in (board.id, board.waiting_room, *rooms) if place)

    def _uncertain(self, run: Run) -> bool:
        """Return whether the row can lapse: what an arrival board told ends with the arrival."""
        if self.board.kind is BoardKind.ARRIVALS and run.arrival and run.arrival.actual:
            return False
        return run.uncertain

    def _steps(
        self,
        run: Run,
        instants: list[Instant | None],
        cells: Callable[[Instant], dict[str, Cell]],
    ) -> tuple[Step, ...]:
        start = run.timeline.shown_at
        steps: list[Step] = []
        for at in instants:
            now = at or start
            if now is None:
                continue
            step = Step(_known(at), cells(now), lead=self._leads(run, now))
            same = steps and (steps[-1].cells, steps[-1].lead) == (step.cells, step.lead)
            if not same:
                steps.append(step)
        return tuple(steps)

    def _concerns(self, run: Run) -> bool:
        board = self.board
        if run.role is Role.PASS:
            return False
        if board.kind is BoardKind.GATE:
            return self.gate_label(run) in {*run.gates, *run.gates_changed_from}
        if board.kind is BoardKind.PLATFORM:
            return self.platform_label(run) in {run.platform, run.platform_changed_from}
        room = run.waiting_room.code if run.waiting_room else None
        if room is None and run.departure is not None and run.departure.cancelled:
            return True  # it has no room any more; whoever waits for it may sit in any
        return board.waiting_room is None or board.waiting_room == room

    def _time(self, run: Run) -> CallTime | None:
        """Return the time that decides if and where the run stands on this board."""
        if self.board.kind is BoardKind.ARRIVALS:
            return run.arrival
        if self.board.kind is BoardKind.PLATFORM:
            return _leaving(run) or run.arrival
        return run.departure

    def _end(self, run: Run) -> int | None:
        kind, times = self.board.kind, run.timeline
        platform_of_end = kind is BoardKind.PLATFORM and _leaving(run) is None
        arrival = kind is BoardKind.ARRIVALS or run.departure is None or platform_of_end
        return _known(times.arrival_shown_until if arrival else times.departure_shown_until)

    def _key(self, run: Run, time: CallTime) -> int:
        """Return the planned time on lists, the expected one where the next train stands large."""
        if self.board.kind in {BoardKind.DEPARTURES, BoardKind.ARRIVALS}:
            return milliseconds(time.planned)
        away = HELD_LAST if run.held or run.cancelled else 0
        return milliseconds(time.expected) + away

    def _number(self, run: Run) -> str | None:
        if self.board.kind is BoardKind.ARRIVALS:
            return run.arrival_number or run.departure_number
        return run.departure_number or run.arrival_number

    def _status(self, run: Run, now: Instant) -> Cell:
        kind = self.board.kind
        if kind is BoardKind.ARRIVALS:
            return phrase_cell(phrases.arrival_phrase(run, now), self.words)
        if kind is BoardKind.PLATFORM:
            return phrase_cell(self._platform_phrase(run, now), self.words)
        if kind is BoardKind.GATE and self._gate_lost(run):
            return phrase_cell(phrases.gate_lost_phrase(run), self.words)
        gates = bool(self.station.layout_on(run.service_date).gates)
        return phrase_cell(phrases.departure_phrase(run, now, gates=gates), self.words)

    def _platform_phrase(self, run: Run, now: Instant) -> phrases.Phrase:
        if self._moved_away(run):
            return phrases.moved_phrase(run)
        return phrases.platform_phrase(run, now)

    def _leads(self, run: Run, now: Instant) -> bool:
        if self.board.kind is BoardKind.GATE:
            return at_gate(run, now) and not self._gate_lost(run)
        return self.board.kind is BoardKind.PLATFORM and not self._moved_away(run)

    def _moved_away(self, run: Run) -> bool:
        return self.platform_label(run) != run.platform

    def _gate_lost(self, run: Run) -> bool:
        return self.gate_label(run) not in run.gates

    def gate_label(self, run: Run) -> str | None:
        """Return what the board's gate is called on the run's day, None if there is none."""
        gates = self.station.layout_on(run.service_date).gates
        return next((gate.label for gate in gates if gate.id == self.board.gate), None)

    def platform_label(self, run: Run) -> str | None:
        """Return what the board's platform is called on the run's day, None if there is none."""
        platforms = self.station.layout_on(run.service_date).platforms
        return next((p.label for p in platforms if p.id == self.board.platform), None)


def _leaving(run: Run) -> CallTime | None:
    """Return the departure, None if the train ends here, even if only today."""
    departure = run.departure
    return departure if departure is not None and not departure.cancelled else None


def milliseconds(instant: Instant) -> int:
    """Return whole milliseconds since 1970 UTC."""
    return round(to_unix(instant) * 1000)


def _known(instant: Instant | None) -> int | None:
    return None if instant is None else milliseconds(instant)
