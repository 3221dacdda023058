"""QoS 1 messages on their way: a bounded number under way, the others waiting in order. Sans I/O.

Law: order is kept, for the broker is handed one message after the other; and a burst of a thousand
messages never makes the client's own loop handle a thousand acknowledgements in one turn.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred

from protocol.errors import DeviceError

if TYPE_CHECKING:
    from collections.abc import Callable

SIZE = 64


class Window:
    """The messages of one connection."""

    def __init__(self, send: Callable[[str, bytes, bool], int]) -> None:
        """Begin empty.

        Args:
            send: topic, payload, retain; returns the number by which the broker will acknowledge.
                Raises `ValueError` for what cannot be published.
        """
        self._send = send
        self._waiting: deque[tuple[str, bytes, bool, Deferred[None]]] = deque()
        self._under_way: dict[int, Deferred[None]] = {}

    def add(self, topic: str, payload: bytes, *, retain: bool) -> Deferred[None]:
        """Send now or when there is room; fires on the acknowledgement."""
        done: Deferred[None] = Deferred()
        self._waiting.append((topic, payload, retain, done))
        self._fill()
        return done

    def acknowledged(self, number: int) -> None:
        """The broker has it."""
        done = self._under_way.pop(number, None)
        if done is not None:
            self._fill()
            done.callback(None)

    def fail(self, reason: str) -> None:
        """The connection is gone: what is not acknowledged fails with `DeviceError`."""
        lost = [*self._under_way.values(), *(done for *_, done in self._waiting)]
        self._under_way.clear()
        self._waiting.clear()
        for done in lost:
            done.errback(DeviceError(f"not acknowledged: {reason}"))

    def _fill(self) -> None:
        while self._waiting and len(self._under_way) < SIZE:
            topic, payload, retain, done = self._waiting.popleft()
            try:
                number = self._send(topic, payload, retain)
            except ValueError as error:
                done.errback(DeviceError(f"cannot be published: {error}", where=topic))
            else:
                self._under_way[number] = done
