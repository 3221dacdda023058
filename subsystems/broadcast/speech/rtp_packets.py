"""RTP packets, their reports, and the description that players open. Pure.

Law: bytes and text out of values. RFC 3550 (RTP, RTCP), 3551 (payloads), 8866 (SDP).

     0                   1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    |V=2|P|X|  CC   |M|     PT      |       sequence number         |
    |                           timestamp                           |
    |                             SSRC                              |
    |  samples: L16 in network order, or PCMU                       |

L16 at 16 kHz has a dynamic payload type; PCMU at 8 kHz has 0. The marker is set on the first packet
after silence that was not sent. A sender report (RTCP, next port) maps timestamps to NTP time.
"""

from __future__ import annotations

import struct
from array import array
from dataclasses import dataclass

from subsystems.broadcast.speech.clip import RATE
from subsystems.broadcast.speech.mixer import BYTES, samples_of

FRAME_S = 0.02
FRAME = round(RATE * FRAME_S)
_HEADER = struct.Struct("!BBHII")
_REPORT = struct.Struct("!BBHIIIIII")
_VERSION = 2 << 6
_MARKER = 0x80
SENDER_REPORT, DESCRIPTION, BYE = 200, 202, 203
CNAME = 1
NTP_EPOCH = 2_208_988_800
"""Seconds from 1900 to 1970."""


@dataclass(frozen=True)
class Codec:
    """How samples are sent.

    Attributes:
        name: in the description.
        payload: type.
        clock: samples a second.
    """

    name: str
    payload: int
    clock: int

    @property
    def ticks(self) -> int:
        """Samples of a frame."""
        return round(self.clock * FRAME_S)


CODECS = {"L16": Codec("L16", 96, RATE), "PCMU": Codec("PCMU", 0, 8000)}


def packet(
    codec: Codec, sequence: int, timestamp: int, ssrc: int, payload: bytes, *, marker: bool = False
) -> bytes:
    """Return a packet; counters are taken modulo their size."""
    kind = codec.payload | (_MARKER if marker else 0)
    head = _HEADER.pack(_VERSION, kind, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc)
    return head + payload


def sender_report(ssrc: int, unix_s: float, timestamp: int, packets: int, octets: int) -> bytes:
    """Return a report: `timestamp` is the sample that is sent at `unix_s`."""
    whole = int(unix_s)
    fraction = int((unix_s - whole) * (1 << 32))
    return _REPORT.pack(
        _VERSION,
        SENDER_REPORT,
        6,
        ssrc,
        (whole + NTP_EPOCH) & 0xFFFFFFFF,
        fraction,
        timestamp & 0xFFFFFFFF,
        packets & 0xFFFFFFFF,
        octets & 0xFFFFFFFF,
    )


def description(ssrc: int, cname: str) -> bytes:
    """Return who sends (SDES with a CNAME)."""
    name = cname.encode()[:255]
    item = bytes((CNAME, len(name))) + name + b"\0"
    item += bytes(-len(item) % 4)
    return struct.pack("!BBHI", _VERSION | 1, DESCRIPTION, 1 + len(item) // 4, ssrc) + item


def bye(ssrc: int) -> bytes:
    """Return the end of a stream."""
    return struct.pack("!BBHI", _VERSION | 1, BYE, 1, ssrc)


def sdp(
    name: str, codec: Codec, address: str, port: int, *, ttl: int, source: str, multicast: bool
) -> str:
    """Return the description that a player opens, e.g. ``ffplay hall.sdp``.

    Args:
        name: of the stream.
        codec: of its samples.
        address: group or host that packets are sent to.
        port: of RTP.
        ttl: of multicast.
        source: the sender's address.
        multicast: whether `address` is a group.
    """
    where = f"{address}/{ttl}" if multicast else address
    lines = (
        "v=0",
        f"o=- 1 1 IN IP4 {source}",
        f"s={name}",
        f"c=IN IP4 {where}",
        "t=0 0",
        f"m=audio {port} RTP/AVP {codec.payload}",
        f"a=rtpmap:{codec.payload} {codec.name}/{codec.clock}/1",
        f"a=ptime:{round(FRAME_S * 1000)}",
        "a=recvonly",
    )
    return "".join(f"{line}\r\n" for line in lines)


class L16Encoder:
    """Samples in network order."""

    def encode(self, pcm: bytes) -> bytes:
        """Return the payload of a frame."""
        swapped = array("h", pcm)
        swapped.byteswap()
        return swapped.tobytes()


class PcmuEncoder:
    """8 kHz, 8 bit (G.711 µ-law): every other sample behind a half-band filter."""

    TAPS = (-0.0079, 0.0, 0.0360, 0.0, -0.0865, 0.0, 0.3103, 0.4962)
    """One half of 15, symmetric: the pass band ends at 3.1 kHz, 5 kHz is down by 40 dB."""

    def __init__(self) -> None:
        self._taps = (*self.TAPS, *self.TAPS[-2::-1])
        self._uses = [(at, tap) for at, tap in enumerate(self._taps) if tap]
        self._last = array("h", bytes(BYTES * (len(self._taps) - 1)))

    def encode(self, pcm: bytes) -> bytes:
        """Return the payload of a frame."""
        if not any(pcm) and not any(self._last):
            return b"\xff" * (len(pcm) // BYTES // 2)
        samples = self._last + samples_of(pcm)
        self._last = samples[-(len(self._taps) - 1) :]
        halved = bytearray()
        for begin in range(0, len(samples) - len(self._taps) + 1, 2):
            value = sum(tap * samples[begin + at] for at, tap in self._uses)
            halved.append(ulaw(round(value)))
        return bytes(halved)


def ulaw(sample: int) -> int:
    """Return a 16 bit sample as G.711 µ-law (its bits inverted, as they are sent)."""
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), 32635) + 132
    exponent = magnitude.bit_length() - 8
    mantissa = (magnitude >> (exponent + 3)) & 0x0F
    return ~(sign | exponent << 4 | mantissa) & 0xFF
