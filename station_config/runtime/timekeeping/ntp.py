"""Packets of NTP, versions 3 and 4: the 48 octets that clients and servers exchange.

Law: octets in, values out; no socket. Timestamps are whole numbers of 2^-32 s, as on the wire: a
client recognises its answer by its own timestamp returned bit by bit, which no float carries.
(That is why `ntplib`, which computes in floats, is the peer in the tests and not the codec.)

     0                   1                   2                   3
    |LI | VN  |Mode |    Stratum    |     Poll      |   Precision   |
    |                          Root delay, 16.16                    |
    |                       Root dispersion, 16.16                  |
    |                         Reference identifier                  |
    |                    Reference timestamp, 32.32                 |
    |                    Origin timestamp                           |
    |                    Receive timestamp                          |
    |                    Transmit timestamp                         |

What follows (extension fields, a key's digest) is not looked at. RFC 5905, 7.3; RFC 4330, 4.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

from protocol.errors import DeviceError

LENGTH = 48
PORT = 123
EPOCH = 2_208_988_800
"""Seconds from 1900 to 1970."""
ERA = 1 << 32
"""Seconds after which timestamps begin anew: first on 7 February 2036."""
UNSYNCHRONISED = 16
"""Stratum of a server that is not synchronised."""
_LAYOUT = struct.Struct("!BBbbIIIQQQQ")
_SHORT = 1 << 16


class Leap(IntEnum):
    """Leap indicator: what the day's last minute has."""

    NONE = 0
    INSERTED = 1
    LEFT_OUT = 2
    UNSYNCHRONISED = 3


class Mode(IntEnum):
    """What a packet is."""

    CLIENT = 3
    SERVER = 4


@dataclass(frozen=True, kw_only=True)
class NtpPacket:
    """A packet.

    Attributes:
        leap: see `Leap`.
        version: 3 or 4.
        mode: see `Mode`; others are possible.
        stratum: 1: a reference clock hangs on it; 0 in an answer: a kiss of death.
        poll: log2 of seconds.
        precision: log2 of seconds.
        root_delay_s: round trip to the reference clock.
        root_dispersion_s: ± of the time, beyond half of that.
        reference: four octets; of a primary server four letters.
        referenced: when it was set last; timestamp, like the next three.
        origin: the client's `transmitted`, returned.
        received: when the request came.
        transmitted: when the packet left.
    """

    leap: int = Leap.NONE
    version: int = 4
    mode: int = Mode.CLIENT
    stratum: int = 0
    poll: int = 0
    precision: int = 0
    root_delay_s: float = 0.0
    root_dispersion_s: float = 0.0
    reference: bytes = bytes(4)
    referenced: int = 0
    origin: int = 0
    received: int = 0
    transmitted: int = 0

    def to_bytes(self) -> bytes:
        """Return the 48 octets."""
        return _LAYOUT.pack(
            self.leap << 6 | self.version << 3 | self.mode,
            self.stratum,
            self.poll,
            self.precision,
            _short(self.root_delay_s),
            _short(self.root_dispersion_s),
            int.from_bytes(self.reference[:4].ljust(4, b"\0"), "big"),
            self.referenced,
            self.origin,
            self.received,
            self.transmitted,
        )

    @classmethod
    def from_bytes(cls, octets: bytes) -> NtpPacket:
        """Return the packet in `octets`.

        Raises:
            DeviceError: fewer than 48.
        """
        if len(octets) < LENGTH:
            raise DeviceError(f"no NTP packet: {len(octets)} octets")
        first, stratum, poll, precision, delay, dispersion, reference, *stamps = _LAYOUT.unpack(
            octets[:LENGTH]
        )
        referenced, origin, received, transmitted = stamps
        return cls(
            leap=first >> 6,
            version=first >> 3 & 7,
            mode=first & 7,
            stratum=stratum,
            poll=poll,
            precision=precision,
            root_delay_s=delay / _SHORT,
            root_dispersion_s=dispersion / _SHORT,
            reference=reference.to_bytes(4, "big"),
            referenced=referenced,
            origin=origin,
            received=received,
            transmitted=transmitted,
        )


def timestamp(unix: float) -> int:
    """Return unix seconds as a timestamp."""
    whole = int(unix // 1)
    return (whole + EPOCH) % ERA << 32 | min(int((unix - whole) * ERA), ERA - 1)


def unix_of(stamp: int, near: float) -> float:
    """Return a timestamp as unix seconds, in the era that is nearest to `near` (unix seconds)."""
    seconds = (stamp >> 32) - EPOCH + (stamp & (ERA - 1)) / ERA
    return seconds + round((near - seconds) / ERA) * ERA


def _short(seconds: float) -> int:
    return max(0, min(int(seconds * _SHORT + 0.5), ERA - 1))
