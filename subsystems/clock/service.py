"""The clock's composition root.

Law: wiring only; how a subsystem starts and stops is `subsystems.kit.service`'s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.messages import DeviceDescription
from subsystems.clock.driver import Pages
from subsystems.clock.machine import Learned, State, step
from subsystems.clock.model import Face, Knowledge
from subsystems.clock.view import make_face
from subsystems.clock.words import load_words
from subsystems.kit.hub_link import HubLink
from subsystems.kit.service import Parts, Wired, run_subsystem

if TYPE_CHECKING:
    from pathlib import Path

KIND = "clock"


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
        self.link = HubLink(
            parts.reactor,
            deployment=parts.deployment,
            settings=parts.settings,
            station_id=parts.station.id,
            description=DeviceDescription(
                kind=KIND, languages=tuple(self._languages), capabilities=("time",)
            ),
            clock=parts.clock,
            random=parts.random,
            log=parts.log,
            on_runs=lambda _changed: None,
            on_status=self.learn,
        )

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

    def _knowledge(self) -> Knowledge:
        return Knowledge(self.link.status(self._parts.station.zone_info), self.link.clock_quality)


def wire(parts: Parts) -> Wired:
    """Put the clock together."""
    clock = ClockFace(parts)
    return Wired(clock.link, clock.pages.root, (clock.pages.channel,), clock.learn)


def run(path: Path) -> int:
    """Run the process of ``[subsystems.clock]``; return the exit code."""
    return run_subsystem(KIND, path, wire)
