"""Devices over HTTP: `GET /devices`, `POST /device-command`, `POST /device-want`.

Law: only from this machine, and only with the token; nothing is judged here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import msgspec
from twisted.internet.defer import succeed

from hub.fleet.said import Given, Wanted
from hub.web.commands import Guard, Guarded, read_body

if TYPE_CHECKING:
    from collections.abc import Callable

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.defer import Deferred
    from twisted.web.resource import Resource
    from twisted.web.server import Request

    from hub.fleet.said import FleetReport


class FleetCalls(Protocol):
    """What the pages ask for; see `hub.fleet.fleet.Fleet`."""

    def command(self, given: Given) -> Deferred[Any]:
        """Send a command."""
        ...

    def want(self, wanted: Wanted) -> Deferred[Any]:
        """Change what is wanted."""
        ...

    def report(self) -> FleetReport:
        """Return all devices."""
        ...


class DevicesPage(Guarded):
    """`GET` all devices and the last commands."""

    def __init__(
        self, fleet: Callable[[], FleetCalls], guard: Guard, log: FilteringBoundLogger
    ) -> None:
        super().__init__(guard, log)
        self._fleet = fleet

    def render_GET(self, request: Request) -> bytes | int:  # noqa: N802 - Twisted's name
        """Answer."""
        return self.later(request, lambda: succeed(self._fleet().report()))


class TakingPage(Guarded):
    """`POST` a value of a type, as JSON; the answer is what `take` fires with."""

    def __init__(
        self,
        kind: type,
        take: Callable[[Any], Deferred[Any]],
        guard: Guard,
        log: FilteringBoundLogger,
    ) -> None:
        super().__init__(guard, log)
        self._decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(kind)
        self._take = take

    def render_POST(self, request: Request) -> bytes | int:  # noqa: N802 - Twisted's name
        """Answer."""
        return self.later(request, lambda: self._take(read_body(request, self._decoder.decode)))


def add_device_pages(
    root: Resource, fleet: Callable[[], FleetCalls], *, token: str, log: FilteringBoundLogger
) -> None:
    """Put the pages of this file under `root`.

    Args:
        root: of the hub's web.
        fleet: returns the devices of the hub that leads; a `StationError` is answered as one.
        token: what a caller has to know.
        log: the process's log.
    """
    guard = Guard(token, log)
    root.putChild(b"devices", DevicesPage(fleet, guard, log))
    taking = TakingPage(Given, lambda given: fleet().command(given), guard, log)
    root.putChild(b"device-command", taking)
    root.putChild(b"device-want", TakingPage(Wanted, lambda w: fleet().want(w), guard, log))
