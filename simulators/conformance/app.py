"""Composition root of `station conformance`: a broker if none is given, the played hub, the scenes.

Law: wiring only.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from random import Random, SystemRandom
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater

from protocol.errors import DeviceError, OperatorError, StationError
from protocol.identifiers import check_identifier
from protocol.limits import BEAT_S
from protocol.messages import Request
from protocol.topics import Topics
from simulators.conformance.broker import own_broker
from simulators.conformance.findings import Findings
from simulators.conformance.played import HUB, PlayedHub, ShiftedClock
from simulators.conformance.relay import Relay
from simulators.conformance.report import as_json, text
from simulators.conformance.scenes import SCENES
from simulators.conformance.stage import Device, Stage
from simulators.conformance.witness import Witness
from station_config.runtime.clocks import system_clock
from station_config.runtime.mqtt import MqttConnection
from station_config.runtime.process import run_reactor

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from structlog.typing import FilteringBoundLogger

    from station_config.runtime.reactor import Reactor

EXIT_FAILS = 1
CONNECT_S = 15.0
KEPT_S = 2.0


@dataclass(frozen=True)
class Broker:
    """Where the hub is played, and as whom."""

    host: str
    port: int
    user: str
    password: str


def run(arguments: argparse.Namespace) -> int:
    """Test a device; return 0 if it follows the protocol as far as it could be observed.

    Raises:
        OperatorError: an argument cannot be used.
    """
    check_identifier(arguments.station, where="--station")
    check_identifier(arguments.device, where="--device")
    findings = Findings()
    failed: list[str] = []

    def start(reactor: Reactor, log: FilteringBoundLogger) -> None:
        play = _Play(reactor, log, arguments, findings)
        playing = Deferred.fromCoroutine(play.whole())

        def over(result: object) -> None:
            reason = getattr(result, "value", None)
            if isinstance(reason, StationError):
                failed.append(str(reason))
            elif reason is not None:
                failed.append(result.getTraceback())  # type: ignore[attr-defined]
            reactor.stop()

        playing.addBoth(over)

    run_reactor("conformance", start, quiet=True)
    if failed:
        raise DeviceError(failed[0])
    _tell(arguments, findings)
    return 0 if findings.conforms else EXIT_FAILS


def _tell(arguments: argparse.Namespace, findings: Findings) -> None:
    if arguments.report is not None:
        arguments.report.write_bytes(as_json(findings, device=arguments.device))
    if arguments.json:
        print(as_json(findings, device=arguments.device).decode())  # noqa: T201 - the answer
    else:
        print(text(findings, device=arguments.device, everything=arguments.verbose))  # noqa: T201


def broker_of(address: str) -> Broker:
    """Return what ``mqtt://USER:PASSWORD@HOST:PORT`` means.

    Raises:
        OperatorError: it is no such address.
    """
    try:
        parts = urlsplit(address)
        port = parts.port or 1883
    except ValueError as error:
        raise OperatorError(f"{address!r}: {error}", where="--broker") from error
    if parts.scheme != "mqtt" or not parts.hostname or not parts.username:
        message = f"{address!r} is no broker: write mqtt://USER:PASSWORD@HOST:PORT, a hub's user"
        raise OperatorError(message, where="--broker")
    password = unquote(parts.password or "")
    return Broker(parts.hostname, port, unquote(parts.username), password)


class _Play:
    """One run of the kit."""

    def __init__(
        self,
        reactor: Reactor,
        log: FilteringBoundLogger,
        arguments: argparse.Namespace,
        findings: Findings,
    ) -> None:
        self._reactor = reactor
        self._log = log
        self._arguments = arguments
        self._findings = findings
        self._topics = Topics(arguments.station)
        self._beats = 0

    async def whole(self) -> None:
        """Play all scenes that are wanted."""
        arguments = self._arguments
        broker, relay = await self._broker()
        stage = self._stage(broker)
        stage.relay = relay
        await self._connected(broker, stage)
        if arguments.broker:
            await self._require_no_hub(stage)
        try:
            await self._scenes(stage)
        finally:
            self._leave(stage)
            await deferLater(self._reactor, 0.5, lambda: None)

    async def _broker(self) -> tuple[Broker, Relay | None]:
        """Return where the hub is played, and the relay through which the device comes."""
        arguments = self._arguments
        if not arguments.broker:
            made = own_broker(self._reactor, arguments, self._log, hub=HUB)
            await made.ready
            _progress(made.told)
            return Broker(made.host, made.port, HUB, made.password), made.relay
        broker = broker_of(arguments.broker)
        if arguments.relay is None:
            return broker, None
        relay = Relay(self._reactor)
        to = (broker.host, broker.port)
        relay.listen(arguments.host, arguments.relay, to=to, where="--relay")
        _progress(f"connect the device to mqtt://{arguments.host}:{arguments.relay}")
        return broker, relay

    async def _scenes(self, stage: Stage) -> None:
        for number, scene in enumerate(SCENES, 1):
            if self._arguments.only and scene.name not in self._arguments.only:
                continue
            if lacking := scene.lacks(stage):
                _progress(f"[{number}/{len(SCENES)}] {scene.name}: left out, needs {lacking}")
                self._findings.scene = scene.name
                self._findings.note(f"left out, needs {lacking}")
                continue
            _progress(f"[{number}/{len(SCENES)}] {scene.name}: {scene.what}")
            self._findings.scene = scene.name
            await scene.play(stage)

    def _stage(self, broker: Broker) -> Stage:
        clock = ShiftedClock(system_clock())
        epoch = int(clock.now().timestamp())
        random = Random(self._arguments.seed)  # noqa: S311 - noise that can be had again
        hub = PlayedHub(self._reactor, self._topics, clock, random, epoch, user=broker.user)
        witness = Witness(self._reactor, self._topics, self._arguments.device)
        device = Device(self._arguments.device, self._arguments.hook)
        stage = Stage(self._reactor, device, hub, witness, self._findings)
        hub.zone = self._arguments.zone
        stage.kept = lambda: self._kept(broker)
        return stage

    async def _connected(self, broker: Broker, stage: Stage) -> None:
        up: Deferred[None] = Deferred()
        stage.hub.connection = self._connection(
            broker,
            lambda *heard: self._take(stage, *heard),
            lambda: None if up.called else up.callback(None),
        )
        up.addTimeout(CONNECT_S, self._reactor)
        stage.hub.connection.start()
        try:
            await up
        except Exception as error:
            where = f"{broker.host}:{broker.port}"
            raise DeviceError(f"no connection as {broker.user!r}", where=where) from error

    def _connection(
        self,
        broker: Broker,
        on_message: Callable[[str, bytes, bool], None],
        on_up: Callable[[], None],
        client: str = "",
    ) -> MqttConnection:
        return MqttConnection(
            self._reactor,
            host=broker.host,
            port=broker.port,
            user=broker.user,
            password=broker.password,
            make_will=lambda: None,
            subscriptions=[(self._topics.everything, 1)],
            on_up=on_up,
            on_down=lambda _: None,
            on_message=on_message,
            log=self._log,
            random=SystemRandom(),
            client=client,
        )

    def _take(self, stage: Stage, topic: str, payload: bytes, retained: bool) -> None:  # noqa: FBT001
        if topic == self._topics.hub_beat and not retained and stage.hub.last_beat == 0.0:
            self._beats += 1
        stage.witness.take(topic, payload, retained)
        if topic == self._topics.device(stage.device.id, "req") and not retained:
            message = stage.witness.heard[-1].message if stage.witness.heard else None
            if message is not None and isinstance(message.body, Request):
                stage.hub.receive(stage.device.id, message.body)

    async def _require_no_hub(self, stage: Stage) -> None:
        """Refuse to play a hub beside a real one: its devices would believe us."""
        await stage.sleep(BEAT_S + 1)
        if self._beats:
            message = "a hub is at work there: the kit plays a hub, use a broker without one"
            raise OperatorError(message, where=f"station {self._arguments.station}")

    async def _kept(self, broker: Broker) -> set[str]:
        """Return the leaves of the device that a new subscriber is given."""
        kept: set[str] = set()
        own = f"{self._topics.root}/dev/{self._arguments.device}/"

        def note(topic: str, payload: bytes, retained: bool) -> None:  # noqa: FBT001
            if retained and payload and topic.startswith(own):
                kept.add(topic.removeprefix(own))

        second = self._connection(broker, note, lambda: None, client=f"{HUB}-2")
        second.start()
        await deferLater(self._reactor, KEPT_S, lambda: None)
        await second.stop()
        return kept - {"want", "cfg"}

    def _leave(self, stage: Stage) -> None:
        """Leave nothing of the play with the broker."""
        hub = stage.hub
        hub.leave()
        for entity in [*hub.live, "hub/state", "hub/manifest"]:
            hub.say(self._topics.of_entity(entity), b"", retain=True)
        for leaf in ("want", "cfg"):
            hub.say(self._topics.device(stage.device.id, leaf), b"", retain=True)


def _progress(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - progress
