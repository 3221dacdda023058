"""Hundreds of devices in one process: just so much of MQTT 3.1.1 that a broker serves them.

Law: a load, not a client. A library's client costs 20 µs of Python a message, which for 150,000
messages would measure itself; here a message costs about one. Only what is asked for is looked at.
Sends to the broker that the bench started, on the loopback address, and nowhere else.
"""

from __future__ import annotations

import select
import socket
import struct
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from protocol.errors import DeviceError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_READ = 1 << 18
_CONNACK, _PUBLISH, _SUBACK = 2, 3, 9
_KEEP_ALIVE_S = 600
_REFUSED = 0x80


@dataclass(eq=False)
class Caller:
    """One device.

    Attributes:
        topics: what it has received since it connected.
    """

    user: str
    password: str
    socket: socket.socket
    topics: set[bytes] = field(default_factory=set)
    received: bytearray = field(default_factory=bytearray)
    unsent: bytearray = field(default_factory=bytearray)


class Crowd:
    """Devices that connect together, subscribe, and note what they receive and when.

    Args:
        port: of the broker on the loopback address.
        users: name and password of each.
        filters: what they subscribe to, at QoS 0 as our subsystems do.
    """

    def __init__(self, port: int, users: Sequence[tuple[str, str]], filters: Sequence[str]) -> None:
        self._port = port
        self._users = users
        self._subscribe = _subscribe(filters)
        self._poll = select.epoll()
        self.callers: dict[int, Caller] = {}
        self.messages = 0
        self.octets = 0
        self.receipts: dict[tuple[bytes, int], list[int]] | None = None
        """With `receipts` a dictionary: by topic and revision, monotonic ns of each receipt."""

    def connect(self) -> None:
        """Connect all at once; what they receive comes with `turn`."""
        for user, password in self._users:
            made = socket.socket()
            made.setblocking(False)
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            made.connect_ex(("127.0.0.1", self._port))
            caller = Caller(user, password, made)
            caller.unsent += _connect(user, password)
            self.callers[made.fileno()] = caller
            self._poll.register(made.fileno(), select.EPOLLIN | select.EPOLLOUT)

    def drop(self) -> None:
        """Lose all connections, without a word."""
        for number, caller in self.callers.items():
            self._poll.unregister(number)
            caller.socket.close()
        self.callers.clear()

    def turn(self, until: Callable[[], bool], *, timeout_s: float, what: str) -> float:
        """Receive until a condition holds; return the seconds that it took.

        Raises:
            DeviceError: it did not come to hold, or the broker refused somebody.
        """
        began = time.monotonic()
        while not until():
            if time.monotonic() - began > timeout_s:
                raise DeviceError(f"waited {timeout_s:g} s for {what}")
            for number, events in self._poll.poll(0.05):
                caller = self.callers[number]
                if events & select.EPOLLOUT and caller.unsent:
                    self._send(number, caller)
                if events & ~select.EPOLLOUT:
                    self._receive(number, caller)
        return time.monotonic() - began

    def all_hold(self, topics: int) -> bool:
        """Whether everybody has received so many different topics."""
        return all(len(caller.topics) >= topics for caller in self.callers.values())

    def close(self) -> None:
        """Leave."""
        self.drop()
        self._poll.close()

    def _send(self, number: int, caller: Caller) -> None:
        try:
            sent = caller.socket.send(caller.unsent)
        except BlockingIOError:
            sent = 0
        del caller.unsent[:sent]
        wanted = select.EPOLLIN | (select.EPOLLOUT if caller.unsent else 0)
        self._poll.modify(number, wanted)

    def _receive(self, number: int, caller: Caller) -> None:
        try:
            data = caller.socket.recv(_READ)
        except BlockingIOError:
            return
        if not data:
            raise DeviceError(f"the broker closed the connection of {caller.user}")
        now = time.monotonic_ns()
        self.octets += len(data)
        caller.received += data
        self._take(caller, now)
        if caller.unsent:
            self._send(number, caller)

    def _take(self, caller: Caller, now: int) -> None:
        """Work off the whole packets in a caller's buffer."""
        buffer, start, end = caller.received, 0, len(caller.received)
        while end - start > 1:
            length, shift, at = 0, 0, start + 1
            while at < end:
                octet = buffer[at]
                length |= (octet & 0x7F) << shift
                at += 1
                shift += 7
                if octet < _REFUSED:
                    break
            else:
                break
            if at + length > end:
                break
            self._packet(caller, buffer[start], buffer[at : at + length], now)
            start = at + length
        del buffer[:start]

    def _packet(self, caller: Caller, header: int, packet: bytearray, now: int) -> None:
        kind = header >> 4
        if kind == _PUBLISH:
            self.messages += 1
            begin = 2 + int.from_bytes(packet[:2], "big")
            topic = bytes(packet[2:begin])
            if header & 0x06:
                caller.unsent += b"\x40\x02" + packet[begin : begin + 2]
            caller.topics.add(topic)
            if self.receipts is not None:
                self.receipts.setdefault((topic, _revision(packet)), []).append(now)
        elif kind == _CONNACK:
            if packet[1]:
                raise DeviceError(f"the broker refused {caller.user}: code {packet[1]}")
            caller.unsent += self._subscribe
        elif kind == _SUBACK and any(code & _REFUSED for code in packet[2:]):
            raise DeviceError(f"the broker refused a subscription of {caller.user}")


def _revision(packet: bytearray) -> int:
    at = packet.find(b'"rev":')
    if at < 0:
        return 0
    at += 6
    end = at
    while 48 <= packet[end] <= 57:  # noqa: PLR2004 - digits
        end += 1
    return int(packet[at:end])


def _text(text: str) -> bytes:
    encoded = text.encode()
    return struct.pack("!H", len(encoded)) + encoded


def _whole(header: int, body: bytes) -> bytes:
    length, octets = len(body), bytearray()
    while True:
        length, octet = length >> 7, length & 0x7F
        octets.append(octet | (0x80 if length else 0))
        if not length:
            return bytes([header]) + bytes(octets) + body


def _connect(user: str, password: str) -> bytes:
    """Return CONNECT of a clean session (MQTT 3.1.1, section 3.1)."""
    head = _text("MQTT") + struct.pack("!BBH", 4, 0xC2, _KEEP_ALIVE_S)
    return _whole(0x10, head + _text(user) + _text(user) + _text(password))


def _subscribe(filters: Sequence[str]) -> bytes:
    """Return SUBSCRIBE at QoS 0 (section 3.8)."""
    return _whole(0x82, b"\x00\x01" + b"".join(_text(each) + b"\x00" for each in filters))
