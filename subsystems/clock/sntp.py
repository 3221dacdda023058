"""What a time server answers: honest about how it knows the time. RFC 4330, RFC 5905.

Law: pure: octets and readings of the clock in, octets out. A client's timestamp is returned bit by
bit. Where nobody vouches for the time it says so (leap indicator 3, stratum 16), and clients then
leave their clocks alone. Clients that ask too often get one kiss RATE, then nothing for a while.

    distance of this server = root delay / 2 + root dispersion
                            = half the round trip to the hub, aged + what the hub may be off by
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

from protocol.errors import DeviceError
from protocol.times import to_unix
from station_config.runtime.timekeeping.ntp import (
    UNSYNCHRONISED,
    Leap,
    Mode,
    NtpPacket,
    timestamp,
)
from station_config.runtime.timekeeping.quality import Quality

if TYPE_CHECKING:
    from subsystems.kit.timekeeper import ClockQuality

PRECISION = -10
"""About a millisecond: how punctually the reactor sees a request."""
UNKNOWN_STRATUM = 8
"""Of a hub that is synchronised and cannot say how far from a reference clock."""
FURTHEST_S = 1.0
"""Who may be off by more does not know the time (RFC 5905: MAXDIST)."""
DAY_S = 86_400
VOUCHED = {"synced", "holdover"}
EVERY_S = 2.0
BURST = 8
"""A client may ask once each `EVERY_S`, and so many times at once."""
CLIENTS = 4096


@dataclass(frozen=True)
class Standing:
    """How the server knows the time.

    Attributes:
        leap: indicator.
        stratum: 16: not synchronised.
        root_delay_s: round trip to the hub.
        root_dispersion_s: ± beyond half of that.
        reference: four octets.
        age_s: since the time was measured last.
    """

    leap: Leap
    stratum: int
    root_delay_s: float = 0.0
    root_dispersion_s: float = 0.0
    reference: bytes = b"INIT"
    age_s: float = 0.0

    @property
    def synchronised(self) -> bool:
        """Whether a client may set its clock by it."""
        return self.leap is not Leap.UNSYNCHRONISED


def standing(
    clock: ClockQuality, now: float, *, rate: float, local_stratum: int | None = None
) -> Standing:
    """Return how a server stands whose time is known like this.

    Args:
        clock: what is known of station time.
        now: station time, unix seconds.
        rate: of station time; a simulation's is nobody's time.
        local_stratum: see `subsystems.clock.options.ClockOptions`.
    """
    master = clock.master
    hub_s = None if master is None else master.uncertainty_s
    own_s = clock.uncertainty_s
    known = clock.quality in {Quality.SYNCED, Quality.HOLDOVER} and own_s is not None
    vouched = known and clock.hub in VOUCHED and hub_s is not None
    age_s = clock.age_s or 0.0
    if rate == 1 and vouched and master is not None:
        distance_s = (own_s or 0.0) + (hub_s or 0.0)
        if distance_s <= FURTHEST_S:
            stratum = UNKNOWN_STRATUM if master.stratum is None else master.stratum + 1
            reference = blake2b(master.source.encode(), digest_size=4).digest()
            leap = _leap(now, master.leap, None if not master.leap_at else to_unix(master.leap_at))
            return Standing(
                leap, min(stratum, 15), 2 * (own_s or 0.0), hub_s or 0.0, reference, age_s
            )
    if rate == 1 and known and local_stratum is not None and clock.hub != "simulated":
        return Standing(Leap.NONE, local_stratum, 2 * (own_s or 0.0), 0.01, b"LOCL", age_s)
    return Standing(Leap.UNSYNCHRONISED, UNSYNCHRONISED)


def _leap(now: float, seconds: int, at: float | None) -> Leap:
    """Return the indicator: it is told on the day itself."""
    if at is None or not 0 < at - now <= DAY_S:
        return Leap.NONE
    return Leap.INSERTED if seconds > 0 else Leap.LEFT_OUT


def read_request(octets: bytes) -> NtpPacket | None:
    """Return the request in `octets`, None if it is none that a server answers."""
    try:
        asked = NtpPacket.from_bytes(octets)
    except DeviceError:
        return None
    return asked if asked.mode == Mode.CLIENT and 1 <= asked.version <= 4 else None  # noqa: PLR2004 - versions of NTP


def answer(asked: NtpPacket, stands: Standing, received: float, now: float) -> bytes:
    """Return the answer to a request that came at `received` and is answered at `now`."""
    return NtpPacket(
        leap=stands.leap,
        version=asked.version,
        mode=Mode.SERVER,
        stratum=stands.stratum,
        poll=asked.poll,
        precision=PRECISION,
        root_delay_s=stands.root_delay_s,
        root_dispersion_s=stands.root_dispersion_s,
        reference=stands.reference,
        referenced=timestamp(now - stands.age_s),
        origin=asked.transmitted,
        received=timestamp(received),
        transmitted=timestamp(now),
    ).to_bytes()


def kiss(asked: NtpPacket, code: bytes) -> bytes:
    """Return a kiss of death: no time, and why."""
    return NtpPacket(
        leap=Leap.UNSYNCHRONISED,
        version=asked.version,
        mode=Mode.SERVER,
        poll=asked.poll,
        precision=PRECISION,
        reference=code,
        origin=asked.transmitted,
    ).to_bytes()


class Patience:
    """How often clients may ask: a bucket of `BURST` for each, filled once each `EVERY_S`."""

    def __init__(self) -> None:
        self._clients: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """Tokens left and when, by address; who asked longest ago first."""

    def __len__(self) -> int:
        return len(self._clients)

    def ask(self, client: str, mono_s: float) -> bool | None:
        """Take down a request; True: answer, False: the kiss, None: be silent."""
        tokens, at = self._clients.pop(client, (float(BURST), mono_s))
        tokens = min(float(BURST), tokens + (mono_s - at) / EVERY_S)
        self._clients[client] = (max(-1.0, tokens - 1), mono_s)
        if len(self._clients) > CLIENTS:
            self._clients.popitem(last=False)
        if tokens >= 1:
            return True
        return False if tokens > 0 else None
