"""A master clock on a serial line as a source: one telegram a second.

Law: measures, decides nothing. The port is opened read-only. The beginning of a telegram's first
octet is the second that it names; octets are read late, never early, so of several estimates the
earliest is the best: within a telegram (each read gives one, at the pace of the baud rate), and of
`GATHERED` telegrams.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Generic

from hub.clock.readings import Reading
from one_way_feed.port import ReceivingPort
from station_config.runtime.timekeeping.framing import Told

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.interfaces import IReactorTime

    from hub.clock.readings import Said
    from station_config.runtime.timekeeping.framing import Framer

GATHERED = 4
BITS = 10
"""Of an octet on the line: start, eight, stop."""
CONTINUOUS_S = 0.3
"""A telegram that is not a second after the last one, so nearly, is not believed."""
LEAST_S = 0.002
"""A serial port tells nothing more exactly: interrupts, FIFOs."""


class SerialSource(Generic[Told]):
    """One line.

    Args:
        reactor: descriptors and retries.
        name: stands in status and log.
        kind: ``telegram`` or ``meinberg``.
        device: the port.
        baud: its rate.
        framer: finds telegrams.
        say: what a telegram says.
        delay_s: known delay of the line; the time at our end is later by this.
        seconds: monotonic, going on while the machine sleeps.
        take: gets each reading.
        log: of the process.
    """

    def __init__(  # noqa: PLR0913 - one collaborator each
        self,
        reactor: IReactorTime,
        name: str,
        *,
        kind: str,
        device: Path,
        baud: int,
        framer: Framer[Told],
        say: Callable[[Told], Said],
        delay_s: float,
        seconds: Callable[[], float],
        take: Callable[[Reading], None],
        log: FilteringBoundLogger,
    ) -> None:
        self.name = name
        self.kind = kind
        self.every_s = float(GATHERED)
        self._framer = framer
        self._say = say
        self._delay_s = delay_s
        self._octet_s = BITS / baud
        self._seconds = seconds
        self._take = take
        self._began_s: float | None = None
        self._last: tuple[float, float] | None = None
        self._gathered: list[Reading] = []
        self._jumps = 0
        self._why = ""
        self._port = ReceivingPort(
            reactor,
            device,
            baud,
            on_octets=self._octets,
            on_open=lambda _open: None,
            log=log.bind(source=name),
        )

    @property
    def rejected(self) -> int:
        """Telegrams that were none, or did not follow the one before."""
        return self._framer.bad + self._jumps

    @property
    def why(self) -> str:
        """What was wrong with the last of these."""
        if not self._port.is_open:
            return "the port cannot be opened"
        return self._why or self._framer.why

    def start(self) -> None:
        """Open the port now, or as soon as it can be opened."""
        self._port.start()

    def stop(self) -> None:
        """Close it."""
        self._port.stop()

    def _octets(self, octets: bytes) -> None:
        now_s = self._seconds()
        for framed in self._framer.feed(octets):
            began_s = self._earliest(now_s, framed.since)
            self._began_s = None
            self._telegram(self._say(framed.value), began_s)
        pending = self._framer.pending
        self._began_s = self._earliest(now_s, pending) if pending else None

    def _earliest(self, now_s: float, octets: int) -> float:
        """Return when a telegram began of which so many octets are there."""
        began_s = now_s - octets * self._octet_s
        return began_s if self._began_s is None else min(began_s, self._began_s)

    def _telegram(self, said: Said, began_s: float) -> None:
        if said.utc is None:
            self._last = None
            return
        if not self._goes_on(said.utc, began_s):
            return
        self._gathered.append(
            Reading(
                source=self.name,
                utc=said.utc + self._delay_s,
                mono_s=began_s,
                uncertainty_s=LEAST_S,
                distance_s=said.distance_s,
                trust=said.trust,
                stratum=0,
                leap=said.leap,
                reference=said.reference,
            )
        )
        if len(self._gathered) == GATHERED:
            self._tell()

    def _goes_on(self, utc: float, began_s: float) -> bool:
        """Return whether this one is as long after the last one as it says."""
        last, self._last = self._last, (utc, began_s)
        if last is None:
            return False
        good = abs((utc - last[0]) - (began_s - last[1])) <= CONTINUOUS_S
        if not good:
            self._jumps += 1
            self._gathered.clear()
        self._why = "" if good else "it did not go on second by second"
        return good

    def _tell(self) -> None:
        """Tell the earliest; how far the others are behind says how uneven the line is."""
        gathered, self._gathered = self._gathered, []
        ahead = [each.utc - each.mono_s for each in gathered]
        best = gathered[ahead.index(max(ahead))]
        middle = sorted(ahead)[len(ahead) // 2]
        uncertainty_s = LEAST_S + self._octet_s + max(ahead) - middle
        self._take(replace(best, uncertainty_s=uncertainty_s))
