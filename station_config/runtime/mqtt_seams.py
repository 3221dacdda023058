"""What a session, its owner and the reactor know of one another.

Law: values and ports, no behaviour.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from twisted.internet.interfaces import IReadWriteDescriptor
from zope.interface import implementer

if TYPE_CHECKING:
    import ssl

    from twisted.python.failure import Failure


@dataclass(frozen=True)
class Will:
    """What the broker publishes when the connection is lost without a goodbye."""

    topic: str
    payload: bytes
    qos: int = 1
    retain: bool = True


@dataclass(frozen=True)
class Address:
    """Where the broker is and who connects.

    Attributes:
        tls: None: in the clear.
        client: client id, "": the user's name. Of two connections with one id the later ends the
            earlier one.
    """

    host: str
    port: int
    user: str
    password: str
    tls: ssl.SSLContext | None = None
    client: str = ""


class Owner(Protocol):
    """Port: whoever has the session."""

    def session_up(self) -> None:
        """Everything is granted."""
        ...

    def session_message(self, topic: str, payload: bytes, retained: bool) -> None:  # noqa: FBT001
        """A message has come."""
        ...

    def session_over(self, reason: str, *, accepted: bool) -> None:
        """The socket is closed; `accepted`: the broker had said yes to the connection."""
        ...


class Drivable(Protocol):
    """Port: what the reactor drives through the socket."""

    def read(self) -> None:
        """There is something to read."""
        ...

    def write(self) -> None:
        """There is room to write."""
        ...

    def drop(self, reason: str) -> None:
        """The socket is broken."""
        ...


@implementer(IReadWriteDescriptor)
class SocketDescriptor:
    """The socket as the reactor sees it. The number is kept: a closed socket has none."""

    def __init__(self, session: Drivable, sock: Any) -> None:  # noqa: ANN401 - socket or TLS socket
        self._session = session
        self._number: int = sock.fileno()

    def fileno(self) -> int:
        """Return the number that the socket had when it was open."""
        return self._number

    def logPrefix(self) -> str:  # noqa: N802 - Twisted's name
        """Return the name for Twisted's own log."""
        return "mqtt"

    def doRead(self) -> None:  # noqa: N802 - Twisted's name
        """Read."""
        self._session.read()

    def doWrite(self) -> None:  # noqa: N802 - Twisted's name
        """Write."""
        self._session.write()

    def connectionLost(self, reason: Failure) -> None:  # noqa: N802 - Twisted's name
        """The reactor has given the socket up."""
        self._session.drop(reason.getErrorMessage())
