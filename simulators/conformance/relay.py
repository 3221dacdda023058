"""A relay between device and broker: what passes is looked at, and can be cut.

Law: bytes pass unchanged, but for a SUBACK that shall be a refusal; nothing is judged here.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from twisted.internet.endpoints import TCP4ClientEndpoint
from twisted.internet.protocol import Factory, Protocol, ServerFactory, connectionDone

from protocol.errors import OperatorError
from simulators.conformance import wire
from station_config.runtime.ports import require_free_port

if TYPE_CHECKING:
    from twisted.internet.interfaces import IAddress, ITCPTransport
    from twisted.python.failure import Failure

    from station_config.runtime.reactor import Reactor


@dataclass
class Call:
    """One connection of the device.

    Attributes:
        began: real seconds.
        connect: how it introduced itself, None: it did not get so far.
        published: with the moment.
        filters: subscribed to.
        goodbye: a DISCONNECT came.
        ended: real seconds, None: it lasts.
        cut: the kit ended it.
        refused_at: when a SUBACK was turned into a refusal.
        fault: why it is no MQTT, "" normally.
    """

    began: float
    connect: wire.Connect | None = None
    published: list[tuple[float, wire.Publish]] = field(default_factory=list)
    filters: list[str] = field(default_factory=list)
    goodbye: bool = False
    ended: float | None = None
    cut: bool = False
    refused_at: float | None = None
    fault: str = ""


class Relay:
    """Listens where the device connects to.

    Attributes:
        calls: every connection of the device, also those that were cut at once.
        cut: no connection lives or comes about.
        refuses: SUBACKs are turned into refusals.
    """

    def __init__(self, reactor: Reactor) -> None:
        self.reactor = reactor
        self.calls: list[Call] = []
        self.cut = False
        self.refuses = False
        self._alive: list[_Near] = []

    def listen(
        self, host: str, port: int, *, to: tuple[str, int], websocket: bool = False, where: str
    ) -> None:
        """Take calls at a port and pass them on.

        Args:
            host: address to listen on.
            port: its port.
            to: the broker's address and port.
            websocket: it is MQTT over WebSocket.
            where: names the setting, for errors.

        Raises:
            OperatorError: the port is taken.
        """
        require_free_port(host, port, where=where)
        factory = _Factory(self, to, websocket=websocket)
        try:
            listening = self.reactor.listenTCP(port, factory, interface=host)
        except OSError as error:
            raise OperatorError(str(error), where=where) from error
        self.reactor.addSystemEventTrigger("before", "shutdown", listening.stopListening)

    def break_off(self) -> None:
        """Cut every connection that there is, without a goodbye."""
        for near in list(self._alive):
            near.call.cut = True
            near.break_off()

    def come(self, near: _Near) -> None:
        """A device calls. Called by the connection."""
        self.calls.append(near.call)
        self._alive.append(near)

    def go(self, near: _Near) -> None:
        """It is over. Called by the connection."""
        near.call.ended = self.reactor.seconds()
        with suppress(ValueError):
            self._alive.remove(near)


class _Factory(ServerFactory):
    def __init__(self, relay: Relay, to: tuple[str, int], *, websocket: bool) -> None:
        self.relay, self.to, self.websocket = relay, to, websocket
        self.noisy = False

    def buildProtocol(self, _address: IAddress | None) -> _Near:  # noqa: N802 - Twisted's name
        return _Near(self)


class _Near(Protocol):
    """The side of the device."""

    transport: ITCPTransport

    def __init__(self, factory: _Factory) -> None:
        self.relay = factory.relay
        self.call = Call(self.relay.reactor.seconds())
        self._to = factory.to
        self._packets = wire.Packets()
        self._refusal = wire.Refusal() if self.relay.refuses else None
        self._frames = (wire.Frames(), wire.Frames()) if factory.websocket else None
        self._far: _Far | None = None
        self._waiting = b""

    def connectionMade(self) -> None:  # noqa: N802 - Twisted's name
        self.relay.come(self)
        if self.relay.cut:
            self.call.cut = True
            self.break_off()
            return
        factory = Factory.forProtocol(lambda: _Far(self))
        factory.noisy = False
        endpoint = TCP4ClientEndpoint(self.relay.reactor, *self._to)
        endpoint.connect(factory).addErrback(lambda _: self.break_off())

    def reached(self, far: _Far) -> None:
        """The broker is there."""
        self._far = far
        if not self.connected:
            far.transport.loseConnection()
        elif self._waiting:
            far.transport.write(self._waiting)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        self._look(data)
        if self._far is None:
            self._waiting += data
        else:
            self._far.transport.write(data)

    def back(self, data: bytes) -> None:
        """Pass on what the broker says."""
        if self._refusal is None:
            self.transport.write(data)
            return
        pieces = [(b"", data, True)] if self._frames is None else self._frames[1].feed(data)
        for head, carried, is_mqtt in pieces:
            turned = self._refusal.turn(carried) if is_mqtt else carried
            if turned != carried:
                self.call.refused_at = self.relay.reactor.seconds()
            self.transport.write(head + turned)

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: N802 - Twisted's
        del reason
        self.relay.go(self)
        if self._far is not None and not self.call.cut:
            self._far.transport.loseConnection()  # a goodbye that is under way shall arrive
        elif self._far is not None:
            self._far.transport.abortConnection()

    def break_off(self) -> None:
        """End it without a goodbye."""
        self.transport.abortConnection()

    def _look(self, data: bytes) -> None:
        if self.call.fault:
            return
        pieces = [(b"", data, True)] if self._frames is None else self._frames[0].feed(data)
        try:
            for _, carried, is_mqtt in pieces:
                for packet in self._packets.feed(carried) if is_mqtt else ():
                    self._note(packet)
        except (ValueError, IndexError) as error:
            self.call.fault = str(error) or "cut short"

    def _note(self, packet: wire.Packet) -> None:
        match packet.kind:
            case wire.CONNECT:
                self.call.connect = wire.connect_of(packet)
            case wire.PUBLISH:
                self.call.published.append((self.relay.reactor.seconds(), wire.publish_of(packet)))
            case wire.SUBSCRIBE:
                self.call.filters.extend(wire.filters_of(packet))
            case wire.DISCONNECT:
                self.call.goodbye = True
            case _:
                pass


class _Far(Protocol):
    """The side of the broker."""

    transport: ITCPTransport

    def __init__(self, near: _Near) -> None:
        self._near = near

    def connectionMade(self) -> None:  # noqa: N802 - Twisted's name
        self._near.reached(self)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        self._near.back(data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: N802 - Twisted's
        del reason
        if self._near.connected:
            self._near.transport.loseConnection()
