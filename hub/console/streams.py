"""Open streams, and the sessions that they are of: a session that is over ends its streams.

Law: it counts and ends; what is streamed is `hub.console.live`'s. A page whose stream was ended
comes back, is not let in, and asks for a login.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.task import LoopingCall

from protocol.errors import DeviceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.defer import Deferred
    from twisted.internet.interfaces import IReactorTime
    from twisted.web.server import Request

SWEEP_S = 10.0
MOST = 300
"""In all: 15 for each of 20 consoles. A page shares one among its windows."""


class Streams:
    """All that are open.

    Args:
        reactor: real time.
        check: fires with None if the session of a token is over.
    """

    def __init__(self, reactor: IReactorTime, check: Callable[[str], Deferred[Any]]) -> None:
        self._check = check
        self._open: dict[Request, str] = {}
        self._sweeping = LoopingCall(self._sweep)
        self._sweeping.clock = reactor

    def __len__(self) -> int:
        """Return how many are open."""
        return len(self._open)

    def add(self, request: Request, token: str) -> None:
        """Note an open stream.

        Raises:
            DeviceError: there are too many.
        """
        if len(self._open) >= MOST:
            raise DeviceError("too many open consoles")
        self._open[request] = token
        request.notifyFinish().addBoth(lambda _: self._open.pop(request, None))
        if not self._sweeping.running:
            self._sweeping.start(SWEEP_S, now=False)

    def stop(self) -> None:
        """Look no more."""
        if self._sweeping.running:
            self._sweeping.stop()

    def _sweep(self) -> None:
        for request, token in list(self._open.items()):
            self._check(token).addCallbacks(_end_if_over, lambda _: None, (request,))


def _end_if_over(found: object, request: Request) -> None:
    transport: Any = request.transport
    if found is None and transport is not None:
        transport.abortConnection()
