"""A broker of the kit's own, with one device in it: for a vendor who has none.

Law: the embedded broker as a station runs it, with the permissions that a station gives.
"""

from __future__ import annotations

import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hub.broker import nats
from hub.broker.permissions import station_permissions
from hub.broker.service import binary
from protocol.topics import Topics
from simulators.conformance.relay import Relay
from simulators.free_ports import free_ports
from station_config.runtime.ports import wait_for_port
from station_config.runtime.supervisor import Child, Supervisor

if TYPE_CHECKING:
    import argparse

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.defer import Deferred

    from station_config.runtime.reactor import Reactor

START_S = 20.0
_INSIDE = "127.0.0.1"
"""Where the broker itself listens: the device comes through the relay."""


@dataclass(frozen=True)
class OwnBroker:
    """What was started.

    Attributes:
        password: of the hub.
        ready: fires when the port is open.
        told: how the device gets in, for people.
        relay: through which the device gets in.
    """

    host: str
    port: int
    password: str
    ready: Deferred[Any]
    told: str
    relay: Relay


def own_broker(
    reactor: Reactor, arguments: argparse.Namespace, log: FilteringBoundLogger, *, hub: str
) -> OwnBroker:
    """Start the broker; it ends with the reactor."""
    directory = tempfile.TemporaryDirectory(prefix="station-conformance-")
    topics = Topics(arguments.station)
    permissions = station_permissions(topics, hub=hub, devices={arguments.device: arguments.kind})
    passwords = {hub: secrets.token_urlsafe(18), arguments.device: arguments.password}
    port = free_ports(2)
    websocket = port + 1 if arguments.websocket else None
    listener = nats.Listener(arguments.station, _INSIDE, port, websocket=websocket)
    relay = Relay(reactor)
    relay.listen(arguments.host, arguments.port, to=(_INSIDE, port), where="--port")
    if websocket is not None:
        relay.listen(
            arguments.host,
            arguments.websocket,
            to=(_INSIDE, websocket),
            websocket=True,
            where="--websocket",
        )
    path = Path(directory.name) / "nats.conf"
    path.touch(mode=0o600)
    path.write_text(
        nats.configuration(
            listener, store=Path(directory.name), permissions=permissions, passwords=passwords
        )
    )
    supervisor = Supervisor(reactor, log, on_line=lambda *_: None)
    reactor.addSystemEventTrigger("before", "shutdown", supervisor.stop)
    reactor.addSystemEventTrigger("after", "shutdown", directory.cleanup)
    supervisor.start(Child("nats", (str(binary()), "-c", str(path)), foreign=True, grace_s=4.0))
    told = (
        f"connect the device to mqtt://{arguments.host}:{arguments.port}, user {arguments.device}, "
        f"password {arguments.password}, station {arguments.station}"
    )
    if arguments.websocket:
        told += f"; over WebSocket: ws://{arguments.host}:{arguments.websocket}/mqtt"
    ready = wait_for_port(reactor, _INSIDE, port, timeout_s=START_S)
    return OwnBroker(_INSIDE, port, passwords[hub], ready, told, relay)
