"""The frame: octets in, frames out, and everything that is not a frame counted by what it is.

Law: pure codec, no port, no clock. It never repairs: a frame is as it was sent, or it is none.

    00 | COBS( header 17 | body ≤ 229 | tag 8 ) | CRC 5 | 00

    header   0      1      2          3       7          11            17
             +------+------+----------+-------+----------+-------------+
             | ver  | type | link key | epoch | sequence | sent at, ms |
             | 4  4 |      |  4    4  |  u32  |   u32    |     u48     |
             +------+------+----------+-------+----------+-------------+
    ver      version of the frame (1), version of the rows' layout (row_codec.LAYOUT_VERSION)
    tag      BLAKE2s, 8 octets, over header and body; keyed, person "stnfeed1", salt = link (u64)
    CRC      CRC-32C over the STUFFED octets, as 5 x (0x80 | 7 bits), highest first: holds no 00

All integers are big-endian. The CRC stands outside the stuffing, so that damage is found before
anything is unstuffed: inside it, one flipped bit in a COBS code moves the CRC's own position.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import TYPE_CHECKING

import google_crc32c

from one_way_feed.cobs import MAX_PLAIN, stuff, unstuff

if TYPE_CHECKING:
    from one_way_feed.keyring import KeyRing

VERSION = 1
HEADER_OCTETS = 17
TAG_OCTETS = 8
CRC_OCTETS = 5
MAX_BODY = MAX_PLAIN - HEADER_OCTETS - TAG_OCTETS
MAX_CHUNK = MAX_PLAIN + 1 + CRC_OCTETS
"""Octets between two delimiters, at most."""
MIN_CHUNK = HEADER_OCTETS + TAG_OCTETS + 1 + CRC_OCTETS
OVERHEAD = MIN_CHUNK + 2
"""Octets on the line beyond the body."""
PERSON = b"stnfeed1"
MAX_U32 = 0xFFFF_FFFF
NIBBLE = 0x0F


class FrameType(IntEnum):
    """What a body is."""

    HEARTBEAT = 1
    MANIFEST = 2
    SNAPSHOT = 3
    PARITY = 4
    DELTA = 5
    DICTIONARY = 6


class Fault(Enum):
    """Why octets between two delimiters are no frame."""

    NOISE = "noise"
    """Length, CRC or stuffing wrong: the line."""
    FORGED = "forged"
    """CRC right, and yet the tag, key id, link or version wrong: an attack, a wrong key, a wrong
    cable. Noise does this once in centuries."""


@dataclass(frozen=True)
class Frame:
    """One frame.

    Attributes:
        kind: a member of FrameType; a number that is none of them comes from a later version.
        link: 0-15, which one-way link.
        key_id: 0-15, which of the live keys.
        epoch: 32 bits, greater at every start of the sender.
        sequence: 32 bits, greater with every frame of the epoch.
        sent_at_ms: UTC milliseconds since 1970, 48 bits.
        body: at most 229 octets.
        layout: 0-15, version of the rows' layout.
    """

    kind: int
    link: int
    key_id: int
    epoch: int
    sequence: int
    sent_at_ms: int
    body: bytes
    layout: int


def encode(frame: Frame, key: bytes) -> bytes:
    """Return `frame` as it goes over the line, delimiters included.

    Raises:
        ValueError: the body is longer than 229 octets.
        OverflowError: a number does not fit its field.
    """
    head = bytes((VERSION << 4 | frame.layout, frame.kind, frame.link << 4 | frame.key_id))
    counted = frame.epoch.to_bytes(4) + frame.sequence.to_bytes(4)
    signed = head + counted + frame.sent_at_ms.to_bytes(6) + frame.body
    return seal(signed + tag(signed, key, frame.link))


def tag(signed: bytes, key: bytes, link: int) -> bytes:
    """Return the tag over header and body."""
    return hashlib.blake2s(
        signed, key=key, digest_size=TAG_OCTETS, person=PERSON, salt=link.to_bytes(8)
    ).digest()


def seal(inner: bytes) -> bytes:
    """Return header, body and tag stuffed, with CRC and delimiters."""
    stuffed = stuff(inner)
    return b"\0" + stuffed + _crc(stuffed) + b"\0"


def unseal(chunk: bytes) -> bytes | None:
    """Return header, body and tag of what stood between two delimiters; None: it is noise."""
    if not MIN_CHUNK <= len(chunk) <= MAX_CHUNK:
        return None
    stuffed = chunk[:-CRC_OCTETS]
    if _crc(stuffed) != chunk[-CRC_OCTETS:]:
        return None
    inner = unstuff(stuffed)
    return inner if inner is not None and len(inner) == len(stuffed) - 1 else None


def _crc(stuffed: bytes) -> bytes:
    value: int = google_crc32c.value(stuffed)
    return bytes(0x80 | value >> shift & 0x7F for shift in (28, 21, 14, 7, 0))


def parse(inner: bytes) -> Frame:
    """Return the frame of unsealed octets, its tag not looked at."""
    return Frame(
        kind=inner[1],
        link=inner[2] >> 4,
        key_id=inner[2] & NIBBLE,
        epoch=int.from_bytes(inner[3:7]),
        sequence=int.from_bytes(inner[7:11]),
        sent_at_ms=int.from_bytes(inner[11:17]),
        body=inner[HEADER_OCTETS:-TAG_OCTETS],
        layout=inner[0] & NIBBLE,
    )


def authenticate(inner: bytes, keys: KeyRing) -> Frame | None:
    """Return the frame of unsealed octets, None if version, link, key id or tag are wrong."""
    frame = parse(inner)
    key = keys.keys.get(frame.key_id)
    if inner[0] >> 4 != VERSION or frame.link != keys.link or key is None:
        return None
    right = tag(inner[:-TAG_OCTETS], key, frame.link)
    return frame if hmac.compare_digest(right, inner[-TAG_OCTETS:]) else None


class Chunks:
    """Cuts a stream of octets at the delimiters, in bounded memory.

    `feed` returns what stood between delimiters, never empty; what is too long to be a frame is
    cut to one octet more than the longest frame, so that it is judged as noise. So is what comes
    without any delimiter, a piece at a time: a wrong rate must be seen as noise, not as silence.
    """

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, octets: bytes) -> list[bytes]:
        """Take the next octets of the line; return the chunks that they complete."""
        *chunks, rest = (self._rest + octets).split(b"\0")
        while len(rest) > MAX_CHUNK:
            chunks.append(rest[: MAX_CHUNK + 1])
            rest = rest[MAX_CHUNK + 1 :]
        self._rest = rest
        return [chunk[: MAX_CHUNK + 1] for chunk in chunks if chunk]


class Deframer:
    """Octets of the line in, frames and faults out, in the order of the line."""

    def __init__(self, keys: KeyRing) -> None:
        self.keys = keys
        self._chunks = Chunks()

    def feed(self, octets: bytes) -> list[Frame | Fault]:
        """Take the next octets of the line."""
        return [self._judge(chunk) for chunk in self._chunks.feed(octets)]

    def _judge(self, chunk: bytes) -> Frame | Fault:
        inner = unseal(chunk)
        if inner is None:
            return Fault.NOISE
        return authenticate(inner, self.keys) or Fault.FORGED
