"""The display's composition root.

Law: wiring only. What is told is decided in `view` and `machine`, how it is sent in `driver`; how a
subsystem starts and stops is `subsystems.kit.service`'s.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from protocol.commands import CommandKind, FailReason
from protocol.messages import DeviceDescription, LinkMode
from subsystems.display.driver import Streams, code_of, site
from subsystems.display.foreign import preview, read_options
from subsystems.display.honest import make_status
from subsystems.display.machine import (
    NoticesChanged,
    RunsChanged,
    StatusChanged,
    document,
    step,
)
from subsystems.display.start import all_words, first_state, index
from subsystems.display.view import milliseconds
from subsystems.kit.duties import Willing
from subsystems.kit.notes import make_notes
from subsystems.kit.orders import CommandRefusedError, Outcome
from subsystems.kit.page_files import page_files
from subsystems.kit.service import Parts, Wired, make_link, run_subsystem
from subsystems.kit.status import StatusCode
from subsystems.kit.transcript import Transcript, with_spoken

if TYPE_CHECKING:
    from pathlib import Path

    from protocol.commands import Command
    from protocol.spoken import Spoken
    from station_config.model import Board
    from station_config.runtime.metrics import Figures
    from subsystems.display.foreign import Asked, Preview
    from subsystems.display.machine import Event
    from subsystems.display.model import Status
    from subsystems.kit.notes import Note

KIND = "display"
SET_BACK = timedelta(seconds=30)
"""Station time; less is the discipline of a clock that is right."""


class Display:
    """All boards of a station: asks the link what is known, lets the machine decide, has it sent.

    Raises:
        OperatorError: a language has no words.
    """

    def __init__(self, parts: Parts) -> None:
        self._log = parts.log
        self._station = parts.station
        self._words = all_words(parts.station)
        self._transcript = Transcript()
        self.link = make_link(
            parts,
            DeviceDescription(kind=KIND, languages=tuple(self._words)),
            on_runs=self._on_runs,
            on_status=self._on_status,
            willing=Willing(
                does={CommandKind.TEST: self._test},
                spoken=self._on_spoken,
            ),
        )
        files = page_files("subsystems.display")
        self._latest = self.link.now()
        today = self._latest.astimezone(parts.station.zone_info).date()
        self._state = first_state(parts.station, self._words, self._status(), code_of(files), today)
        self.streams = Streams(
            parts.reactor,
            parts.log,
            sheets=self._state.sheets,
            document=lambda board: document(self._state, board, self.link.now()),
            status=lambda: self._state.status,
            time=lambda: (self.link.now(), parts.clock.rate),
        )
        self.root = site(
            self.streams,
            sheets=self._state.sheets,
            files=files,
            code=self._state.code,
            index=index(parts.station, self._state.sheets, self._words),
            preview=self._preview,
            origins=frozenset(read_options(parts.settings.options).origins),
        )

    def begin(self) -> None:
        """Show what the cache holds."""
        self._on_runs(frozenset(self.link.runs()))
        self._on_status()
        self._log.info("display.open", boards=len(self._state.views))

    def details(self) -> dict[str, Any]:
        """Return what `/health` shows beyond the link."""
        live = self.link.mode is LinkMode.ONLINE
        return {"browsers": self.streams.listeners, "live": live}

    def measure(self, figures: Figures) -> None:
        """Add what `/metrics` tells beyond the link."""
        figures.gauge(
            "station_display_pages_open",
            "pages that show a board now",
            lambda: {(board,): count for board, count in self.streams.listeners.items()},
            labels=("board",),
        )

    def _test(self, _command: Command) -> Outcome:
        """Test itself: is every board told something, and by a time that is known?"""
        now = self.link.now()
        made = {board: document(self._state, board, now) for board in self._state.views}
        rows = sum(len(each.rows) for each in made.values())
        pages = sum(self.streams.listeners.values())
        if self.link.status(self._station.zone_info).code is StatusCode.NO_DATA:
            why = "nothing was ever heard of a hub: every board is empty"
            raise CommandRefusedError(why, reason=FailReason.FAULT)
        return Outcome({"boards": len(made), "rows": rows, "pages": pages})

    def _preview(self, asked: Asked) -> Preview:
        at = milliseconds(self.link.now())
        return preview(asked, self._state.views, self._state.sheets, at)

    def _status(self) -> Status:
        zone = self._station.zone_info
        link = self.link
        return make_status(
            link.status(zone), link.confirmed_at, link.estimate_lifetime, self._words
        )

    def _on_runs(self, changed: frozenset[str]) -> None:
        runs = self.link.runs()
        self._step(RunsChanged({run_id: runs.get(run_id) for run_id in changed}))

    def _on_status(self) -> None:
        self._step(StatusChanged(self._status()))
        self._tell_notices()

    def _on_spoken(self, spoken: Spoken) -> None:
        self._transcript.take(spoken, self.link.now())
        self._tell_notices()

    def _tell_notices(self) -> None:
        self._step(NoticesChanged({b.id: self._notes(b) for b in self._station.boards}))

    def _notes(self, board: Board) -> tuple[Note, ...]:
        now = self.link.now()
        places = self._state.views[board.id].places(now)
        heard_at = {*places, *filter(None, (board.gate, board.platform))}
        nowhere = heard_at == {board.id}
        return with_spoken(
            make_notes(self.link.announced(*places), board.languages),
            self._transcript.notes(heard_at, board.languages, now, nowhere=nowhere),
        )

    def _step(self, event: Event) -> None:
        now = self.link.now()
        set_back, self._latest = now < self._latest - SET_BACK, now
        if set_back:  # what was over by a clock that was ahead is not: everything is looked at anew
            self._log.warning("display.clock-set-back")
            self._on_runs(frozenset(self.link.runs()))
        self._state, effects = step(self._state, event, now)
        for effect in effects:
            self.streams.perform(effect)


def wire(parts: Parts) -> Wired:
    """Put the boards together."""
    display = Display(parts)
    return Wired(
        display.link,
        display.root,
        tuple(display.streams.channels.values()),
        display.begin,
        display.details,
        silent_is_well=True,
        measure=display.measure,
    )


def run(path: Path) -> int:
    """Run the process of ``[subsystems.display]``; return the exit code."""
    return run_subsystem(KIND, path, wire)
