"""The played hub: everything that a hub says, and everything that it should never say.

Law: an honest hub is the default; each fault is a method of its own, or a message made by hand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from twisted.internet.task import LoopingCall

from protocol.identifiers import make_message_id
from protocol.limits import BEAT_S, COMMAND_LIFE_S
from protocol.messages import (
    TYPE_NAMES,
    VERSION,
    Beat,
    Event,
    HubState,
    Manifest,
    Plan,
    Request,
    Response,
    Source,
    SourceMode,
)
from protocol.notices import Notice
from protocol.runs import Run
from protocol.times import to_unix

if TYPE_CHECKING:
    import random

    from protocol.messages import Body
    from protocol.times import Instant
    from protocol.topics import Topics
    from station_config.runtime.clocks import StationClock
    from station_config.runtime.mqtt import MqttConnection
    from station_config.runtime.reactor import Reactor

HUB = "conformance-hub"


@dataclass
class ShiftedClock:
    """Station time that can be stepped."""

    inner: StationClock
    shift: timedelta = timedelta(0)

    def now(self) -> Instant:
        """Return station time."""
        return self.inner.now() + self.shift


@dataclass
class PlayedHub:
    """Says what it is told to say.

    Attributes:
        epoch: of the hub that is played now.
        live: body and revision by entity.
        answers: whether requests are answered.
        asked: requests that came, with the moment.
        zone: of the station, as ``hub/state`` says it.
        lifetime_s: what it says of how long deviations stay true.
        confirmed_at: when dispatching confirmed its data, None: now.
    """

    reactor: Reactor
    topics: Topics
    clock: ShiftedClock
    random: random.Random
    epoch: int
    connection: MqttConnection | None = None
    user: str = HUB
    live: dict[str, tuple[Body, int]] = field(default_factory=dict)
    answers: bool = True
    asked: list[tuple[float, Request]] = field(default_factory=list)
    seq: int = 0
    manifest_seq: int = 0
    last_beat: float = 0.0
    zone: str = "UTC"
    lifetime_s: int = 1800
    confirmed_at: Instant | None = None

    def __post_init__(self) -> None:
        """Prepare the beat; it does not run yet."""
        self._beats = LoopingCall(self.beat)
        self._beats.clock = self.reactor

    # What every hub says.

    def come(self) -> None:
        """Be there: state, everything live, manifest, beats."""
        self.state(online=True)
        for entity in list(self.live):
            self.tell(entity)
        self.manifest()
        if self._beats.running:
            self._beats.stop()
        self._beats.start(BEAT_S, now=True)

    def silence(self) -> None:
        """Stop the beats; nothing else is said."""
        if self._beats.running:
            self._beats.stop()

    def leave(self) -> None:
        """Go, as a hub that stops or whose will is published."""
        self.silence()
        self.state(online=False)

    def state(self, *, online: bool, epoch: int | None = None) -> None:
        """Say ``hub/state``."""
        body = HubState(
            online=online,
            hub=self.user,
            source=self._source(),
            estimate_lifetime_s=self.lifetime_s,
            zone=self.zone,
        )
        self.say(self.topics.hub_state, self.message(body, epoch=epoch), retain=True)

    def beat(self, *, epoch: int | None = None, utc: Instant | None = None) -> None:
        """Say ``hub/beat``."""
        now = utc or self.clock.now()
        body = Beat(utc=now, manifest_seq=self.manifest_seq, source=self._source())
        if epoch is None:
            self.last_beat = self.reactor.seconds()
        self.say(self.topics.hub_beat, self.message(body, epoch=epoch), qos=0)

    def _source(self) -> Source:
        """Return a source that is fresh, or silent since `confirmed_at`."""
        now = self.clock.now()
        if self.confirmed_at is None:
            return Source(SourceMode.LIVE, since=now, confirmed_at=now)
        at = self.confirmed_at
        return Source(SourceMode.LINK_DOWN, since=at, confirmed_at=at)

    def manifest(self, *, more: dict[str, int] | None = None) -> int:
        """Say ``hub/manifest``; return its number."""
        entries = {entity: rev for entity, (_, rev) in self.live.items()} | (more or {})
        made = self.message(Manifest(entries=entries))
        made["rev"] = made["seq"]
        self.manifest_seq = made["seq"]
        self.say(self.topics.hub_manifest, made, retain=True)
        return self.manifest_seq

    def put(self, entity: str, body: Body, *, rev: int | None = None) -> None:
        """Make `body` the present one of `entity`, and say it."""
        before = self.live.get(entity)
        self.live[entity] = (body, rev or (before[1] + 1 if before else 1))
        self.tell(entity)

    def tell(self, entity: str) -> None:
        """Say what is live of `entity`."""
        body, rev = self.live[entity]
        message = self.message(body, rev=rev)
        self.say(self.topics.of_entity(entity), message, retain=True)

    def forget(self, entity: str) -> None:
        """Delete `entity`, as a hub does."""
        del self.live[entity]
        self.say(self.topics.of_entity(entity), b"", retain=True)

    def command(  # noqa: PLR0913 - each is something that can be wrong with a command
        self,
        device: str,
        command_id: str,
        kind: str,
        *,
        parameters: dict[str, Any] | None = None,
        life_s: float | None = COMMAND_LIFE_S - 2,
        epoch: int | None = None,
        topic: str | None = None,
        retain: bool = False,
    ) -> float:
        """Send a command; return the moment."""
        body = {"command_id": command_id, "kind": kind, "parameters": parameters or {}}
        until = None if life_s is None else self.clock.now() + timedelta(seconds=life_s)
        made = self.message(body, t="cmd", epoch=epoch, valid_until=until)
        self.say(topic or self.topics.device(device, "cmd"), made, retain=retain)
        return self.reactor.seconds()

    # How it is said.

    def message(
        self,
        body: Body | dict[str, Any],
        *,
        t: str = "",
        rev: int | None = None,
        epoch: int | None = None,
        valid_until: Instant | None = None,
    ) -> dict[str, Any]:
        """Return an envelope with everything right; what shall be wrong is changed in it."""
        self.seq += 1
        now = self.clock.now()
        if valid_until is None and isinstance(body, Run | Plan | Notice | Event):
            valid_until = now + timedelta(hours=12)
        identifier = make_message_id(int(to_unix(now) * 1000), self.random.randbytes(10))
        return {
            "v": VERSION,
            "t": t or TYPE_NAMES[type(body)],  # type: ignore[index]
            "id": identifier,
            "src": self.user,
            "epoch": self.epoch if epoch is None else epoch,
            "seq": self.seq,
            "rev": self.seq if rev is None else rev,
            "issued_at": now,
            "valid_until": valid_until,
            "body": body,
        }

    def say(
        self, topic: str, message: dict[str, Any] | bytes, *, qos: int = 1, retain: bool = False
    ) -> None:
        """Publish it; a connection that is lost is told elsewhere."""
        payload = message if isinstance(message, bytes) else msgspec.json.encode(message)
        if self.connection is not None:
            self.connection.publish(topic, payload, qos=qos, retain=retain).addErrback(
                lambda _: None
            )

    def receive(self, device: str, request: Request) -> None:
        """Take a request of the device, and answer it as a hub does."""
        self.asked.append((self.reactor.seconds(), request))
        if not self.answers:
            return
        now = self.clock.now()
        answer = Response(
            correlation=request.correlation, kind=request.kind, sent=request.sent, utc=now
        )
        self.say(self.topics.device(device, "resp"), self.message(answer))
        if request.kind == "resync":
            for entity in request.entities or list(self.live):
                if entity in self.live:
                    self.tell(entity)
            self.manifest()
