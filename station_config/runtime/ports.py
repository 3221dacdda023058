"""TCP ports: whether one is free to listen on, and when somebody listens.

Law: a port that is taken is told to the operator by number and with what to do about it, before
anything is started that would fail over it again and again.
"""

from __future__ import annotations

import errno
import socket
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint, TCP6ClientEndpoint
from twisted.internet.protocol import Factory, Protocol

from protocol.errors import DeviceError, OperatorError

if TYPE_CHECKING:
    from twisted.internet.interfaces import IDelayedCall
    from twisted.python.failure import Failure

    from station_config.runtime.reactor import Reactor

PROBE_S = 0.05
"""Between two looks at a port that is expected to open."""

_MEANING = {
    errno.EADDRINUSE: (
        "is already taken by another program: stop that one (`ss -ltnp` shows which it is)"
        " or choose another port"
    ),
    errno.EADDRNOTAVAIL: "cannot be used: this machine has no such address",
    errno.EACCES: "may not be used without root: choose a port from 1024 on",
}


def require_free_port(host: str, port: int, *, where: str = "") -> None:
    """Check that somebody could listen now.

    Args:
        host: address to listen on.
        port: its port.
        where: names the setting, for the message.

    Raises:
        OperatorError: taken, or not ours to use.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        meaning = _MEANING.get(error.errno or 0, f"cannot be used: {error.strerror}")
        raise OperatorError(f"port {port} of {host} {meaning}", where=where) from error


def wait_for_port(
    reactor: Reactor, host: str, port: int, *, timeout_s: float = 10.0
) -> Deferred[None]:
    """Return a Deferred that fires when a TCP connection to `port` succeeds.

    Cancelling it ends the waiting. Fails with `DeviceError` after `timeout_s` real seconds.
    """
    return _Waiting(reactor, host, port, timeout_s).begin()


class _Waiting:
    def __init__(self, reactor: Reactor, host: str, port: int, timeout_s: float) -> None:
        self._reactor = reactor
        self._place = f"{host}:{port}"
        kind = TCP6ClientEndpoint if ":" in host else TCP4ClientEndpoint
        self._endpoint = kind(self._reactor, host, port, timeout=1)
        self._ends = self._reactor.seconds() + timeout_s
        self._again: IDelayedCall | None = None
        self._over = False
        self._opened: Deferred[None] = Deferred(self._cancelled)

    def begin(self) -> Deferred[None]:
        self._look()
        return self._opened

    def _look(self) -> None:
        self._again = None
        probe = self._endpoint.connect(Factory.forProtocol(Protocol))
        probe.addCallbacks(self._open, self._closed)

    def _open(self, probe: Any) -> None:  # noqa: ANN401 - a Protocol whose transport is untyped
        probe.transport.loseConnection()
        if not self._over:
            self._over = True
            self._opened.callback(None)

    def _closed(self, _: Failure) -> None:
        if self._over:
            return
        if self._reactor.seconds() < self._ends:
            self._again = self._reactor.callLater(PROBE_S, self._look)
            return
        self._over = True
        self._opened.errback(DeviceError("nobody listens there", where=self._place))

    def _cancelled(self, _: object) -> None:
        self._over = True
        if self._again is not None:
            self._again.cancel()
