"""A server of NTP as a source: a question now and again, over a socket of its own.

Law: measures, decides nothing, and never waits. An answer is believed to be one only if it returns
the 64 bits of the question, which are random and say nothing about us; one that does not is counted
and dropped, so nobody who cannot see the question can answer it. A server that sends the kiss RATE
is asked half as often from then on, one that says DENY or RSTR no more (RFC 5905, 7.4).

The socket is not connected: a server that is away would end it, for the reactor takes what the
network says of that for a hang-up.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from twisted.internet.protocol import DatagramProtocol

from hub.clock.readings import Reading, Trust
from protocol.errors import DeviceError
from station_config.runtime.timekeeping.ntp import (
    UNSYNCHRONISED,
    Leap,
    Mode,
    NtpPacket,
    unix_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from twisted.internet.interfaces import IDelayedCall
    from twisted.python.failure import Failure

    from station_config.runtime.reactor import Reactor

BURST = 4
BURST_S = 2.0
"""The first questions come soon after one another."""
RESOLVE_S = 30.0
LONGEST_S = 1024.0
FURTHEST_S = 1.5
"""A greater root distance is no time (RFC 5905: MAXDIST, and what ntpd allows on top)."""
LEAPS = {Leap.INSERTED: 1, Leap.LEFT_OUT: -1}
STRANGE = "an answer to nothing that was asked"


class NtpSource(DatagramProtocol):
    """One server.

    Args:
        reactor: time, sockets and names.
        name: stands in status and log.
        host: name or address.
        port: UDP.
        every_s: how often it is asked.
        seconds: monotonic, going on while the machine sleeps.
        wall: the machine's clock, for the era of timestamps alone.
        random: for the bits of questions.
        take: gets each reading.
    """

    kind = "ntp"

    def __init__(  # noqa: PLR0913 - one collaborator each
        self,
        reactor: Reactor,
        name: str,
        *,
        host: str,
        port: int,
        every_s: float,
        seconds: Callable[[], float],
        wall: Callable[[], float],
        random: Random,
        take: Callable[[Reading], None],
    ) -> None:
        self.name = name
        self.every_s = every_s
        self.rejected = 0
        self.why = ""
        self._reactor = reactor
        self._host = host
        self._port = port
        self._seconds = seconds
        self._wall = wall
        self._random = random
        self._take = take
        self._address = ""
        self._asked: tuple[int, float] | None = None
        self._questions = 0
        self._later: IDelayedCall | None = None
        self._running = False
        self.transport: Any = None

    def start(self) -> None:
        """Find the server and begin to ask."""
        self._running = True
        self._resolve()

    def stop(self) -> None:
        """Ask no more."""
        self._running = False
        if self._later is not None and self._later.active():
            self._later.cancel()
        if self.transport is not None:
            self.transport.stopListening()
            self.transport = None

    def _resolve(self) -> None:
        try:
            self._open(str(ipaddress.ip_address(self._host)))
        except ValueError:
            self._reactor.resolve(self._host).addCallbacks(self._open, self._unknown)

    def _unknown(self, failure: Failure) -> None:
        self.why = f"no address of {self._host}: {failure.getErrorMessage()}"
        if self._running:
            self._later = self._reactor.callLater(RESOLVE_S, self._resolve)

    def _open(self, address: str) -> None:
        if not self._running:
            return
        self._address = address
        self._reactor.listenUDP(0, self, "::" if ":" in address else "", 8192)
        self._ask()

    def _ask(self) -> None:
        self._questions += 1
        wait_s = BURST_S if self._questions < BURST else self.every_s
        self._later = self._reactor.callLater(wait_s, self._ask)
        origin = self._random.getrandbits(64)
        packet = NtpPacket(transmitted=origin, poll=6).to_bytes()
        self._asked = (origin, self._seconds())
        try:
            self.transport.write(packet, (self._address, self._port))
        except OSError as error:
            self._reject(f"cannot ask: {error.strerror}")

    def datagramReceived(self, datagram: bytes, addr: object) -> None:  # noqa: ARG002, N802 - Twisted's
        """Take an answer."""
        received_s = self._seconds()
        try:
            packet = NtpPacket.from_bytes(datagram)
        except DeviceError as error:
            self._reject(error.message)
            return
        asked, self._asked = self._asked, None
        if asked is None or packet.origin != asked[0] or packet.mode != Mode.SERVER:
            self._asked = asked
            self._reject(STRANGE)
            return
        if packet.stratum == 0:
            self._kissed(packet.reference.decode("ascii", "replace"))
            return
        self._take(self._reading(packet, asked[1], received_s))

    def _reading(self, packet: NtpPacket, sent_s: float, received_s: float) -> Reading:
        wall = self._wall()
        came, left = unix_of(packet.received, wall), unix_of(packet.transmitted, wall)
        delay_s = max(0.0, (received_s - sent_s) - (left - came))
        distance_s = packet.root_delay_s / 2 + packet.root_dispersion_s
        self.why = _unfit(packet, distance_s)
        return Reading(
            source=self.name,
            utc=(came + left) / 2 + (received_s - sent_s) / 2,
            mono_s=received_s,
            uncertainty_s=delay_s / 2 + 2.0 ** min(packet.precision, 0),
            distance_s=distance_s,
            trust=Trust.REFUSED if self.why else Trust.SYNCED,
            stratum=packet.stratum,
            leap=LEAPS.get(Leap(packet.leap), 0),
            reference=_reference(packet),
        )

    def _kissed(self, code: str) -> None:
        self._reject(f"kiss of death {code}")
        if code == "RATE":
            self.every_s = min(2 * self.every_s, LONGEST_S)
        elif code in {"DENY", "RSTR"}:
            self.stop()

    def _reject(self, why: str) -> None:
        self.rejected += 1
        self.why = why


def _unfit(packet: NtpPacket, distance_s: float) -> str:
    """Return why the server's time cannot be used, "" if it can."""
    if packet.leap == Leap.UNSYNCHRONISED or packet.stratum >= UNSYNCHRONISED:
        return "it says that it is not synchronised"
    if packet.transmitted == 0 or packet.received == 0:
        return "it tells no time"
    if distance_s > FURTHEST_S:
        return f"it is {distance_s:.1f} s from its reference"
    return ""


def _reference(packet: NtpPacket) -> str:
    """Return what the server follows: letters of a primary one, else an address (or its hash)."""
    if packet.stratum == 1:
        return packet.reference.rstrip(b"\0").decode("ascii", "replace")
    return ".".join(map(str, packet.reference))
