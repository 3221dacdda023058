"""The clock's composition root.

Law: wiring only; how a subsystem starts and stops is `subsystems.kit.service`'s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from protocol.commands import CommandKind, FailReason
from protocol.devices import Severity
from protocol.messages import DeviceDescription
from subsystems.clock.driver import Pages
from subsystems.clock.machine import Learned, State, step
from subsystems.clock.model import Face, Knowledge
from subsystems.clock.options import read_options
from subsystems.clock.slaves import Slaves
from subsystems.clock.told_time import Time
from subsystems.clock.view import make_face
from subsystems.clock.words import load_words
from subsystems.kit.duties import Willing
from subsystems.kit.orders import CommandRefusedError, Outcome
from subsystems.kit.service import Parts, Wired, make_link, run_subsystem
from subsystems.kit.timekeeper import Quality

if TYPE_CHECKING:
    from pathlib import Path

    from protocol.commands import Command

KIND = "clock"
SERVER_CLOSED = "sntp-closed"


class ClockFace:
    """The clock: asks the link what is known, lets the machine decide, has the driver tell it.

    Raises:
        OperatorError: a language of the station has no words.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._state = State()
        self._languages = load_words(parts.station.languages)
        self.pages = Pages(parts.reactor, parts.log, self.face, self._languages)
        self.link = make_link(
            parts,
            DeviceDescription(kind=KIND, languages=tuple(self._languages), capabilities=("time",)),
            on_runs=lambda _changed: None,
            on_status=self.learn,
            willing=Willing(does={CommandKind.TEST: self._test}),
        )
        self.slaves = Slaves(
            parts.reactor,
            Time(
                self.link.now,
                lambda: self.link.clock_quality,
                parts.clock.rate,
                parts.station.zone_info,
            ),
            read_options(parts.settings.options),
            parts.log,
            self._server_fault,
        )

    def begin(self) -> None:
        """Tell pages and slave clocks what the cache holds."""
        self.learn()
        self.slaves.start()
        self._parts.reactor.addSystemEventTrigger("before", "shutdown", self.slaves.stop)

    def details(self) -> dict[str, Any]:
        """Return what `/health` shows beyond the link."""
        clock = self.link.clock_quality
        source = "" if clock.master is None else clock.master.source
        return {"hub_clock": clock.hub, "master": source, "slaves": self.slaves.details()}

    def face(self) -> Face:
        """Return what pages are told at this instant."""
        station, now = self._parts.station, self.link.now()
        return make_face(station, self._languages, self._knowledge(), now, self._parts.clock.rate)

    def learn(self) -> None:
        """Look again at what is known, and tell pages what changed."""
        event = Learned(self._knowledge())
        self._state, effects = step(self._state, event, self.link.now())
        for effect in effects:
            self.pages.perform(effect)

    def _server_fault(self, why: str) -> None:
        faults = self.link.faults
        if why:
            faults.begin(SERVER_CLOSED, Severity.ERROR, {"zh": "授时服务无法监听端口", "en": why})
        else:
            faults.end(SERVER_CLOSED)

    def _test(self, _command: Command) -> Outcome:
        """Test itself: is the time known, are the lines to slave clocks open?"""
        clock, closed = self.link.clock_quality, self.slaves.closed()
        if clock.quality is not Quality.SYNCED or closed:
            why = ", ".join([f"time {clock.quality}", *(f"{each} is closed" for each in closed)])
            raise CommandRefusedError(why, reason=FailReason.FAULT)
        offset_s, uncertainty_s = clock.offset_s or 0.0, clock.uncertainty_s or 0.0
        return Outcome(
            {
                "offset_ms": round(offset_s * 1000, 1),
                "uncertainty_ms": round(uncertainty_s * 1000, 1),
                "hub": clock.hub,
            }
        )

    def _knowledge(self) -> Knowledge:
        return Knowledge(self.link.status(self._parts.station.zone_info), self.link.clock_quality)


def wire(parts: Parts) -> Wired:
    """Put the clock together."""
    clock = ClockFace(parts)
    return Wired(
        clock.link,
        clock.pages.root,
        (clock.pages.channel,),
        clock.begin,
        clock.details,
        measure=clock.slaves.measure,
    )


def run(path: Path) -> int:
    """Run the process of ``[subsystems.clock]``; return the exit code."""
    return run_subsystem(KIND, path, wire)
