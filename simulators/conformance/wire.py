"""What a device puts on the wire: MQTT 3.1.1 control packets, plain or in WebSocket frames.

Law: pure, bytes in, values out. Only what clauses are about is read: CONNECT with its
will, SUBSCRIBE, PUBLISH, DISCONNECT (MQTT 3.1.1, chapter 3; RFC 6455, 5.2).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

CONNECT, PUBLISH, SUBSCRIBE, SUBACK, DISCONNECT = 1, 3, 8, 9, 14
_REFUSED = 0x80
_MQTT_3_1_1 = 4
_LONGEST = 8 * 1024 * 1024
_SHORT = 2
"""Bytes of a counter, and of the least head of a frame."""
_LENGTH = 4
"""Bytes of a packet's length, at most."""
_WIDE = {126: 2, 127: 8}
"""Lengths in a frame's head that mean: so many bytes of length follow."""


@dataclass(frozen=True)
class Packet:
    """One control packet."""

    kind: int
    flags: int
    body: bytes


@dataclass(frozen=True)
class Publish:
    """What is published, or stands as a will."""

    topic: str
    payload: bytes
    qos: int
    retain: bool


@dataclass(frozen=True)
class Connect:
    """How a device introduces itself.

    Attributes:
        level: 4 for MQTT 3.1.1; of another one nothing more is read.
        user: user name, "" for none.
    """

    protocol: str
    level: int
    user: str = ""
    will: Publish | None = None


class Packets:
    """Cuts a stream into packets."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Packet]:
        """Return the packets that are whole now.

        Raises:
            ValueError: it is no MQTT.
        """
        self._rest += data
        found = []
        while (ends := _ends(self._rest)) is not None and len(self._rest) >= ends[1]:
            begins, end = ends
            first = self._rest[0]
            found.append(Packet(first >> 4, first & 15, self._rest[begins:end]))
            self._rest = self._rest[end:]
        return found


def _ends(data: bytes) -> tuple[int, int] | None:
    """Return where the first packet's body begins and ends, None if that is not known yet."""
    length = 0
    for position, byte in enumerate(data[1 : 1 + _LENGTH]):
        length |= (byte & 127) << 7 * position
        if byte < _REFUSED:
            if length > _LONGEST:
                raise ValueError(f"a packet of {length} bytes")
            return position + 2, position + 2 + length
    if len(data) > _LENGTH:
        raise ValueError("a length without an end")
    return None


def connect_of(packet: Packet) -> Connect:
    """Return what a CONNECT says.

    Raises:
        ValueError: it is cut short or no text.
        IndexError: likewise.
    """
    protocol, rest = _take(packet.body)
    level, flags = rest[0], rest[1]
    name = protocol.decode()
    if level != _MQTT_3_1_1:
        return Connect(name, level)
    _client, rest = _take(rest[4:])
    will = None
    if flags & 4:
        topic, rest = _take(rest)
        payload, rest = _take(rest)
        will = Publish(topic.decode(), payload, flags >> 3 & 3, bool(flags & 32))
    user = _take(rest)[0].decode() if flags & 128 else ""
    return Connect(name, level, user, will)


def publish_of(packet: Packet) -> Publish:
    """Return what a PUBLISH says.

    Raises:
        ValueError: it is cut short or no text.
    """
    topic, rest = _take(packet.body)
    qos = packet.flags >> 1 & 3
    return Publish(topic.decode(), rest[2:] if qos else rest, qos, bool(packet.flags & 1))


def filters_of(packet: Packet) -> list[str]:
    """Return the topic filters of a SUBSCRIBE.

    Raises:
        ValueError: it is cut short or no text.
    """
    rest, found = packet.body[2:], []
    while rest:
        name, rest = _take(rest)
        rest = rest[1:]
        found.append(name.decode())
    return found


def _take(data: bytes) -> tuple[bytes, bytes]:
    """Return the counted bytes in front, and what follows."""
    if len(data) < _SHORT:
        raise ValueError("cut short")
    (length,) = struct.unpack_from(">H", data)
    if len(data) < 2 + length:
        raise ValueError("cut short")
    return data[2 : 2 + length], data[2 + length :]


class Refusal:
    """Turns every SUBACK that passes into a refusal; the length stays."""

    def __init__(self) -> None:
        self._kind = 0
        self._header = 0
        self._left = 0
        self._at = 0
        self._length = 0

    def turn(self, data: bytes) -> bytes:
        """Return what to pass on."""
        return bytes(self._byte(byte) for byte in data)

    def _byte(self, byte: int) -> int:
        if self._left:
            self._left -= 1
            self._at += 1
            return _REFUSED if self._kind == SUBACK and self._at > _SHORT else byte
        if not self._header:
            self._kind, self._header, self._at, self._length = byte >> 4, 1, 0, 0
            return byte
        self._length |= (byte & 127) << 7 * (self._header - 1)
        self._header += 1
        if byte < _REFUSED:
            self._left, self._header = self._length, 0
        return byte


class Frames:
    """Cuts a WebSocket stream into pieces: framing, and what is carried.

    Attributes:
        upgraded: the HTTP part is over.
    """

    def __init__(self) -> None:
        self._rest = b""
        self.upgraded = False

    def feed(self, data: bytes) -> list[tuple[bytes, bytes, bool]]:
        """Return of each whole piece: head, what it carries (unmasked), whether that is MQTT."""
        self._rest += data
        found = []
        if not self.upgraded:
            head, end, rest = self._rest.partition(b"\r\n\r\n")
            if not end:
                return []
            self.upgraded, self._rest = True, rest
            found.append((head + end, b"", False))
        while (piece := self._piece()) is not None:
            found.append(piece)
        return found

    def _piece(self) -> tuple[bytes, bytes, bool] | None:
        data = self._rest
        if len(data) < _SHORT:
            return None
        begins, length = _SHORT, data[1] & 127
        if length in _WIDE:
            begins += _WIDE[length]
            length = int.from_bytes(data[_SHORT:begins])
        masked = data[1] >> 7
        begins += 4 * masked
        if len(data) < begins or len(data) < begins + length:
            return None
        carried = data[begins : begins + length]
        if masked:
            mask = (data[begins - 4 : begins] * (length // 4 + 1))[:length]
            turned = int.from_bytes(carried) ^ int.from_bytes(mask)
            carried = turned.to_bytes(length)
        self._rest = data[begins + length :]
        return data[:begins], carried, not data[0] & 8
