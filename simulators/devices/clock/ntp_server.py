"""A server of NTP that can lie, be late, be silent and be unsynchronised.

Law: it answers what any client asks (mode 3), and nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.protocol import DatagramProtocol

from protocol.errors import DeviceError
from simulators.devices.clock.faults import ClockFaults, shown
from station_config.runtime.timekeeping.ntp import (
    UNSYNCHRONISED,
    Leap,
    Mode,
    NtpPacket,
    timestamp,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from twisted.internet.interfaces import IReactorTime

Address = tuple[str, int]


class NtpServer(DatagramProtocol):
    """The server; `reactor.listenUDP(port, NtpServer(…))`.

    Args:
        reactor: for late answers.
        wall: the true time, unix seconds.
        random: of the faults.
        stratum: that it claims.
        reference: four letters.

    Attributes:
        faults: what is wrong with it, to be set while it runs.
        kiss: a kiss of death instead of the time, e.g. ``RATE``; "": none.
        root_delay_s: that it claims, like
        root_dispersion_s: this.
        asked: how often.
    """

    def __init__(
        self,
        reactor: IReactorTime,
        *,
        wall: Callable[[], float],
        random: Random,
        stratum: int = 1,
        reference: bytes = b"GPS\0",
    ) -> None:
        self.faults = ClockFaults()
        self.kiss = ""
        self.root_delay_s = 0.001
        self.root_dispersion_s = 0.0005
        self.asked = 0
        self._reactor = reactor
        self._wall = wall
        self._random = random
        self._stratum = stratum
        self._reference = reference
        self._since = wall()
        self.transport: Any = None

    def datagramReceived(self, datagram: bytes, addr: Address) -> None:  # noqa: N802 - Twisted's name
        """Answer a client."""
        received = self._now()
        self.asked += 1
        try:
            asked = NtpPacket.from_bytes(datagram)
        except DeviceError:
            return
        if asked.mode != Mode.CLIENT or self.faults.mute(self._random):
            return
        late_s = self.faults.late(self._random)
        if late_s:
            self._reactor.callLater(late_s, self._answer, asked, received, addr)
        else:
            self._answer(asked, received, addr)

    def _answer(self, asked: NtpPacket, received: float, addr: Address) -> None:
        """Send it; what is late is late on the way, and the server does not know."""
        if self.transport is None:
            return
        packet = NtpPacket(
            leap=self._leap(),
            version=asked.version,
            mode=Mode.SERVER,
            stratum=0 if self.kiss else self._told_stratum(),
            poll=asked.poll,
            precision=-20,
            root_delay_s=self.root_delay_s,
            root_dispersion_s=self.root_dispersion_s,
            reference=self.kiss.encode() if self.kiss else self._reference,
            referenced=timestamp(received - 5),
            origin=asked.transmitted,
            received=timestamp(received),
            transmitted=timestamp(received + 20e-6),
        )
        self.transport.write(self.faults.damaged(packet.to_bytes(), self._random), addr)

    def _now(self) -> float:
        return shown(self.faults, self._wall(), self._since)

    def _leap(self) -> Leap:
        if self.faults.never_synced:
            return Leap.UNSYNCHRONISED
        return {1: Leap.INSERTED, -1: Leap.LEFT_OUT}.get(self.faults.leap, Leap.NONE)

    def _told_stratum(self) -> int:
        return UNSYNCHRONISED if self.faults.never_synced else self._stratum
