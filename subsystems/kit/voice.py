"""What a subsystem says to the hub, and its questions about the time.

Law: sends and keeps the questions that are open; decides nothing about the link. What cannot be
sent now is not kept: everything here is said anew after a reconnect.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.devices import Health
from protocol.errors import DeviceError
from protocol.messages import DeviceState, Request
from subsystems.kit.figures import read_figures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path
    from random import Random

    from twisted.internet.defer import Deferred
    from twisted.internet.interfaces import IReactorTime

    from protocol.commands import Ack
    from protocol.devices import Fault
    from protocol.messages import LinkMode, RunQuery
    from protocol.spoken import Said
    from protocol.times import Instant
    from station_config.runtime.mqtt import MqttConnection
    from subsystems.kit.knowledge import Knowledge
    from subsystems.kit.presence import Presence
    from subsystems.kit.timers import Timers

STOP_TIMEOUT_S = 1.0
TIME_BURST_S = (0.0, 0.5, 1.0, 2.0)
TIME_EVERY_S = 60.0
_TIME_JITTER_S = 5.0
_OPEN_QUESTIONS = len(TIME_BURST_S) * 2


class Voice:
    """The voice.

    Args:
        reactor: its real seconds.
        presence: words the messages.
        connection: sends them.
        knowledge: what our state tells of.
    """

    def __init__(
        self,
        reactor: IReactorTime,
        presence: Presence,
        connection: MqttConnection,
        knowledge: Knowledge,
    ) -> None:
        self._reactor = reactor
        self._presence = presence
        self._connection = connection
        self._knowledge = knowledge
        self._born_s = reactor.seconds()

    def description(self) -> None:
        """Say what we are."""
        self._publish(*self._presence.description(self._knowledge.now()), retain=True)

    def state(self, mode: LinkMode, since: Instant) -> None:
        """Say how we are."""
        knowledge = self._knowledge
        offset_s = knowledge.clock_quality.offset_s
        state = DeviceState(
            online=True,
            boot=self._presence.boot,
            mode=mode,
            since=since,
            hub_epoch=knowledge.mirror.epoch,
            manifest_seq=knowledge.mirror.manifest_seq,
            clock_offset_ms=None if offset_s is None else round(offset_s * 1000, 1),
            want_revision=knowledge.desired.want_revision,
            cfg_revision=knowledge.desired.config_revision,
        )
        self._publish(*self._presence.state(state, knowledge.now()), retain=True)

    def offline(self) -> Deferred[None]:
        """Say goodbye; fires when it was heard, or fails when that takes too long."""
        will = self._presence.will(self._knowledge.now())
        said = self._connection.publish(will.topic, will.payload, qos=1, retain=True)
        return said.addTimeout(STOP_TIMEOUT_S, self._reactor)

    def ack(self, ack: Ack) -> None:
        """Say what becomes of a command; one that is not heard is asked for again by the hub."""
        self._publish(*self._presence.ack(ack, self._knowledge.now()), retain=False)

    def fault(self, fault: Fault) -> None:
        """Say that a fault begins or is over."""
        self._publish(*self._presence.fault(fault, self._knowledge.now()), retain=False)

    def said(self, said: Said) -> None:
        """Say that a voice begins or has ended."""
        self._publish(*self._presence.said(said, self._knowledge.now()), retain=False)

    def health(
        self,
        cache: Path,
        rejected: int,
        faults: Iterable[str] = (),
        metrics: Mapping[str, float] | None = None,
    ) -> None:
        """Say our figures; QoS 0: the next ones come in a minute.

        Args:
            cache: file of the cache, whose disk is told of.
            rejected: messages that did not follow the protocol.
            faults: codes of those that are active.
            metrics: further figures by name.
        """
        figures = read_figures(cache)
        offset_s = self._knowledge.clock_quality.offset_s
        health = Health(
            boot=self._presence.boot,
            uptime_s=round(self._reactor.seconds() - self._born_s, 1),
            cpu=figures.cpu,
            memory_bytes=figures.memory_bytes,
            disk_free_bytes=figures.disk_free_bytes,
            temperature_c=figures.temperature_c,
            reconnects=max(0, self._connection.attempts - 1),
            rejected=rejected,
            clock_offset_ms=None if offset_s is None else round(offset_s * 1000, 1),
            faults=tuple(sorted(faults)),
            metrics=dict(metrics or {}),
        )
        self._publish(*self._presence.health(health, self._knowledge.now()), retain=False, qos=0)

    def ask(self, query: RunQuery) -> str:
        """Ask the hub for runs; return the name under which it answers."""
        correlation = self._presence.correlation()
        request = Request(correlation=correlation, kind="query", query=query)
        self._publish(*self._presence.request(request, self._knowledge.now()), retain=False)
        return correlation

    def request(self, kind: str, *, sent: float = 0.0, entities: tuple[str, ...] = ()) -> str:
        """Ask the hub; return the name under which it answers."""
        correlation = self._presence.correlation()
        request = Request(correlation=correlation, kind=kind, sent=sent, entities=entities)
        self._publish(*self._presence.request(request, self._knowledge.now()), retain=False)
        return correlation

    def _publish(self, topic: str, payload: bytes, *, retain: bool, qos: int = 1) -> None:
        if self._connection.connected:
            done = self._connection.publish(topic, payload, qos=qos, retain=retain)
            done.addErrback(lambda failure: failure.trap(DeviceError) and None)


class TimeQuestions:
    """Asks for the time: in a burst when there is news, and every minute.

    Args:
        reactor: its real seconds.
        timers: of the link.
        random: for jitter.
        ask: sends a question of that real second and returns its name; None: nobody hears us.
    """

    def __init__(
        self,
        reactor: IReactorTime,
        timers: Timers,
        random: Random,
        ask: Callable[[float], str | None],
    ) -> None:
        self._reactor = reactor
        self._timers = timers
        self._random = random
        self._ask = ask
        self._open: dict[str, float] = {}

    def soon(self) -> None:
        """Ask several times, so that one quick answer is among them."""
        for nth, delay_s in enumerate(TIME_BURST_S):
            self._timers.after(f"time-{nth}", delay_s, self.now)
        every_s = TIME_EVERY_S + self._random.uniform(0, _TIME_JITTER_S)
        self._timers.every("time", every_s, self.now)

    def now(self) -> None:
        """Ask once."""
        sent_s = self._reactor.seconds()
        correlation = self._ask(sent_s)
        if correlation is None:
            return
        while len(self._open) >= _OPEN_QUESTIONS:
            self._open.pop(next(iter(self._open)))
        self._open[correlation] = sent_s

    def answered(self, correlation: str) -> float | None:
        """Return when this was asked; None: it is no open question of ours."""
        return self._open.pop(correlation, None)

    def forget(self) -> None:
        """Expect no answers any more."""
        self._open.clear()
