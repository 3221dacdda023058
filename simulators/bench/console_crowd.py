"""Many consoles in one process: just so much of the live stream that a hub serves them.

Law: a load, not a page. Of what comes only the moment is noted at which an event with a wanted word
was there whole. Speaks HTTP/1.0 with the hub that the bench started, on the loopback address.
"""

from __future__ import annotations

import select
import socket
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from protocol.errors import DeviceError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_READ = 1 << 18
_END = b"\n\n"
_GREETED = b"event: beat\n"
"""Name of the last event of a greeting."""
_OK = b" 200 "


@dataclass(eq=False)
class Listener:
    """One console.

    Attributes:
        events: how many have come.
        octets: how many.
        greeted: the present state is here.
    """

    socket: socket.socket
    events: int = 0
    octets: int = 0
    greeted: bool = False
    begun: bool = False
    unread: bytearray = field(default_factory=bytearray)


class Listeners:
    """Consoles that listen to the stream.

    Args:
        port: of the hub's site.
        cookies: of each one's session.
    """

    def __init__(self, port: int, cookies: Sequence[str]) -> None:
        self._poll = select.epoll()
        self.all: dict[int, Listener] = {}
        self._wanted = b""
        self._receipts: dict[int, int] = {}
        for cookie in cookies:
            made = socket.create_connection(("127.0.0.1", port))
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            made.sendall(f"GET /api/v1/live HTTP/1.0\r\nCookie: {cookie}\r\n\r\n".encode())
            made.setblocking(False)
            self.all[made.fileno()] = Listener(made)
            self._poll.register(made.fileno(), select.EPOLLIN)

    def want(self, word: bytes) -> None:
        """From now on note who receives a patch with this word in it."""
        self._wanted, self._receipts = word, {}

    @property
    def receipts(self) -> list[int]:
        """Monotonic ns at which each had the wanted patch, of those that have it."""
        return list(self._receipts.values())

    @property
    def complete(self) -> bool:
        """Whether everybody has the wanted patch."""
        return len(self._receipts) == len(self.all)

    def turn(self, until: Callable[[], bool], *, timeout_s: float, what: str) -> None:
        """Receive until a condition holds.

        Raises:
            DeviceError: it did not come to hold, or the hub has ended a stream.
        """
        began = time.monotonic()
        while not until():
            if time.monotonic() - began > timeout_s:
                raise DeviceError(f"waited {timeout_s:g} s for {what}")
            for number, _ in self._poll.poll(0.02):
                self._receive(number, self.all[number])

    def close(self) -> None:
        """Go away."""
        for listener in self.all.values():
            listener.socket.close()
        self._poll.close()

    def _receive(self, number: int, listener: Listener) -> None:
        read = listener.socket.recv(_READ)
        at = time.monotonic_ns()
        if not read:
            raise DeviceError(f"the hub has ended a stream: {bytes(listener.unread[:200])!r}")
        listener.octets += len(read)
        listener.unread += read
        for event in taken(listener.unread):
            self._take(number, listener, event, at)

    def _take(self, number: int, listener: Listener, event: bytes, at: int) -> None:
        if not listener.begun:  # the answer's head goes before the first event
            listener.begun = True
            if _OK not in event.partition(b"\r\n")[0]:
                raise DeviceError(f"the hub refuses a stream: {event[:200]!r}")
        listener.events += 1
        listener.greeted = listener.greeted or _GREETED in event
        if self._wanted and self._wanted in event and b"event: patch\n" in event:
            self._receipts.setdefault(number, at)


def taken(unread: bytearray) -> list[bytes]:
    """Return the whole events at the beginning of `unread`, and leave what follows them there."""
    end = unread.rfind(_END)
    if end < 0:
        return []
    whole = bytes(unread[:end])
    del unread[: end + len(_END)]
    return whole.split(_END)
