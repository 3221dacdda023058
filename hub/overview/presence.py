"""Devices by their own word at the broker, for when no hub says how they are.

Law: it only listens, as one of the deployment's `broker.watchers`, on a reactor of its own that
ends with it. What a state means, and that a retained one outlives its device, is the register's.
"""

from __future__ import annotations

import os
import time
from random import Random
from typing import TYPE_CHECKING, cast

from twisted.internet.epollreactor import EPollReactor

from hub.fleet.deployed import expected_devices
from hub.fleet.register import Register
from hub.fleet.report import fleet_report
from protocol.codec import decode
from protocol.errors import StationError
from protocol.topics import Topics
from station_config.runtime.lean import structlog
from station_config.runtime.mqtt import MqttConnection
from station_config.runtime.tls import broker_tls

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.fleet.said import FleetReport
    from station_config.runtime.deployment import Deployment
    from station_config.runtime.reactor import Reactor

CONNECT_S = 3.0
LISTEN_S = 1.0
"""After the connection is up; what is retained comes at once."""


def presence(deployment: Deployment, station: str) -> FleetReport | None:
    """Return the devices as they say themselves, None: nobody may listen, or no broker is there."""
    watcher = next(iter(deployment.broker.watchers), None)
    if watcher is None:
        return None
    register = Register(expected_devices(deployment))
    try:
        heard = _listen(deployment, watcher, Topics(station), register)
    except StationError:
        return None
    return fleet_report(register, {}, (), deployment.station_clock().now()) if heard else None


def _listen(deployment: Deployment, watcher: str, topics: Topics, register: Register) -> bool:
    """Fill the register; return whether the broker was there.

    Raises:
        OperatorError: the watcher's password or certificate cannot be read.
    """
    ups: list[bool] = []

    def hear(topic: str, payload: bytes, _retained: bool) -> None:  # noqa: FBT001 - the port's
        device = topics.entity(topic).split("/")[1]
        register.take(device, decode(payload, topic=topic))

    own = EPollReactor()
    own.seconds = time.monotonic
    own.startRunning(installSignalHandlers=False)
    reactor = cast("Reactor", own)
    connection = MqttConnection(
        reactor,
        host=deployment.broker.host,
        port=deployment.broker.port,
        user=watcher,
        password=deployment.secret(watcher),
        tls=broker_tls(deployment, watcher),
        make_will=lambda: None,
        subscriptions=[(topics.device_states, 1), (topics.all_devices("desc"), 1)],
        on_up=lambda: ups.append(True),
        on_down=lambda _: None,
        on_message=hear,
        log=structlog.wrap_logger(None, processors=[_say_nothing]),
        random=Random(),  # noqa: S311 - jitter
        client=f"{watcher}-{os.getpid()}",
    )
    connection.start()
    _turn(own, CONNECT_S, lambda: bool(ups))
    if ups:
        _turn(own, LISTEN_S, lambda: False)
    stopped: list[object] = []
    connection.stop().addBoth(stopped.append)
    _turn(own, CONNECT_S, lambda: bool(stopped))
    _close(own)
    return bool(ups)


def _turn(reactor: EPollReactor, seconds: float, holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + seconds
    while not holds() and time.monotonic() < ends:
        reactor.iterate(0.02)


def _close(reactor: EPollReactor) -> None:
    """End the threads and close what the reactor itself has open: Twisted leaves that to exit."""
    reactor.fireSystemEvent("shutdown")
    reactor.iterate(0)
    for each in list(reactor._internalReaders):  # noqa: SLF001 - see above
        reactor.removeReader(each)
        each.connectionLost(None)
    reactor._poller.close()  # noqa: SLF001 - see above


def _say_nothing(*_: object) -> structlog.typing.EventDict:
    raise structlog.DropEvent
