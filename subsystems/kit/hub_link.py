"""A subsystem's link to the hub: the one object through which it knows anything.

Law: wires the pure parts (link machine, mirror, timekeeper) to the broker, the disk and the
reactor's timers, and decides nothing itself. What is told comes from `runs()` and `status()` in
every mode; a subsystem that asks nothing else works the same online and alone.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from twisted.internet.defer import Deferred, gatherResults, succeed

from protocol.acceptance import Verdict
from protocol.codec import decode
from protocol.errors import DeviceError, MessageError
from protocol.messages import (
    Beat,
    DeviceState,
    HubState,
    LinkMode,
    Message,
    Request,
    Response,
)
from protocol.runs import Run
from protocol.topics import Topics
from station_config.runtime.mqtt import MqttConnection
from station_config.runtime.trace import trace
from subsystems.kit import link as links
from subsystems.kit.cache import Facts
from subsystems.kit.memory import Memory
from subsystems.kit.mirror import Mirror
from subsystems.kit.presence import STATE_EVERY_S, Presence
from subsystems.kit.status import StatusLine, status_line
from subsystems.kit.timekeeper import ClockQuality, Quality, Timekeeper
from subsystems.kit.timers import Timers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from random import Random

    from structlog.typing import FilteringBoundLogger

    from protocol.messages import DeviceDescription, Source
    from protocol.times import Instant
    from station_config.runtime.clocks import StationClock
    from station_config.runtime.deployment import Deployment, SubsystemSettings

RESYNC_JITTER_S = 5.0
TIME_BURST_S = (0.0, 0.5, 1.0, 2.0)
TIME_EVERY_S = 60.0
FACTS_EVERY_S = 30.0
PRUNE_EVERY_S = 600.0
STOP_TIMEOUT_S = 1.0
COMPLAIN_EVERY_S = 10.0


class HubLink:
    """The link.

    Args:
        reactor: with a thread pool; `seconds` monotonic.
        deployment: where the broker is.
        settings: of this subsystem: id, cache file.
        station_id: stands in topics.
        description: what the device is.
        clock: the device's own station time.
        random: for jitter and ids.
        log: the process's log.
        on_runs: gets the ids of runs that changed, appeared or went, once a turn of the reactor.
        on_status: called, once a turn at most, when anything but runs may have changed.
    """

    def __init__(  # noqa: PLR0913 - each is one thing that a subsystem decides
        self,
        reactor: Any,  # noqa: ANN401 - time, threads and TCP: no one interface of Twisted's
        *,
        deployment: Deployment,
        settings: SubsystemSettings,
        station_id: str,
        description: DeviceDescription,
        clock: StationClock,
        random: Random,
        log: FilteringBoundLogger,
        on_runs: Callable[[frozenset[str]], None],
        on_status: Callable[[], None],
    ) -> None:
        self._reactor = reactor
        self._clock = clock
        self._random = random
        self._log = log
        self._settings = settings
        self._station = station_id
        self._on_runs = on_runs
        self._on_status = on_status
        self._topics = Topics(station_id)
        self._presence = Presence(self._topics, settings.id, description, random, rate=clock.rate)
        topics = self._topics
        self._connection = MqttConnection(
            reactor,
            host=deployment.broker.host,
            port=deployment.broker.port,
            user=settings.id,
            password=deployment.secret(settings.id),
            make_will=lambda: self._presence.will(self.now()),
            subscriptions=[
                (topics.hub_state, 1),
                (topics.hub_beat, 0),
                (topics.hub_manifest, 1),
                (topics.runs, 1),
                (topics.plans, 1),
                (topics.device(settings.id, "resp"), 1),
            ],
            on_up=self._up,
            on_down=self._down,
            on_message=self._message,
            log=log,
            random=random,
        )
        self._link = links.Link(_timings(random), since_s=reactor.seconds())
        self._mirror = Mirror()
        self._timekeeper = Timekeeper(clock.now(), reactor.seconds(), rate=clock.rate)
        self._memory = Memory(reactor, settings.cache, station_id, log)
        self._timers = Timers(reactor)
        self._changed: set[str] = set()
        self._status_changed = False
        self._heard_at: Instant | None = None
        self._mode_began: Instant = self.now()
        self._asked: dict[str, float] = {}
        self._zombies: set[tuple[str, int]] = set()
        self._complained_s = float("-inf")
        self._was_off = False
        self._stopped = False
        self.rejected = 0
        """Messages that did not follow the protocol."""

    def start(self) -> None:
        """Read the cache, tell what it holds, and connect."""
        self._recall()
        self._connection.start()
        self._timers.every("state", STATE_EVERY_S, self._publish_state)
        self._timers.every("facts", FACTS_EVERY_S, self._remember)
        self._timers.every("prune", PRUNE_EVERY_S, self._prune)

    def stop(self) -> Deferred[None]:
        """Say goodbye; fires when the connection is closed and the cache is written."""
        if self._stopped:
            return succeed(None)
        self._stopped = True
        self._timers.stop()
        self._remember()
        done = self._say_offline().addBoth(lambda _: self._connection.stop())
        parts = [done, self._memory.close()]
        return gatherResults(parts, consumeErrors=True).addCallback(lambda _: None)

    @property
    def mode(self) -> LinkMode:
        """How we stand with the hub."""
        return self._link.mode

    @property
    def mode_since(self) -> Instant | None:
        """When ONLINE began; else the last sign of life of the hub, None if there never was one."""
        return self._mode_began if self.mode is LinkMode.ONLINE else self._heard_at

    @property
    def source(self) -> Source | None:
        """State of the dispatching source by the hub's last word."""
        return self._mirror.source

    @property
    def confirmed_at(self) -> Instant | None:
        """When the dispatching source was last known to be fresh; for `timeline.lapsed`."""
        said = None if self.source is None else self.source.confirmed_at
        known = self._memory.facts.confirmed_at
        return max((at for at in (said, known) if at is not None), default=None)

    @property
    def estimate_lifetime(self) -> timedelta:
        """How long a deviation stays true without confirmation; for `timeline.lapsed`."""
        state = self._mirror.state
        return timedelta(seconds=1800 if state is None else state.estimate_lifetime_s)

    @property
    def zone(self) -> ZoneInfo:
        """The station's zone as the hub says it, UTC before it said anything."""
        state = self._mirror.state
        return ZoneInfo("UTC" if state is None else state.zone)

    @property
    def clock_quality(self) -> ClockQuality:
        """What is known about station time."""
        return self._timekeeper.quality(self._clock.now(), self._reactor.seconds())

    @property
    def tomorrow_held(self) -> bool:
        """Whether tomorrow's plan is held: the station can go on across midnight alone."""
        today = self.now().astimezone(self.zone).date()
        return self._mirror.holds_plan(today + timedelta(days=1))

    def now(self) -> Instant:
        """Return station time, disciplined by the hub."""
        return self._timekeeper.now(self._reactor.seconds())

    def runs(self) -> Mapping[str, Run]:
        """Return all runs by id: the plans, overlaid by what is known beyond them."""
        return self._mirror.runs(self.now())

    def status(self, zone: ZoneInfo | None = None) -> StatusLine:
        """Return the honest line, times in `zone` (default: the one the hub says)."""
        return status_line(self.mode, self.mode_since, self.source, self.now(), zone or self.zone)

    def details(self) -> dict[str, Any]:
        """Return what `/health` shows."""
        quality = self.clock_quality
        return {
            "mode": self.mode,
            "since": self.mode_since,
            "broker": self._connection.connected,
            "epoch": self._mirror.epoch,
            "manifest_seq": self._mirror.manifest_seq,
            "missing": len(self._mirror.missing),
            "runs": len(self.runs()),
            "source": self.source,
            "rejected": self.rejected,
            "clock": quality.quality,
            "clock_offset_s": quality.offset_s,
            "tomorrow_held": self.tomorrow_held,
        }

    # -- what comes in ------------------------------------------------------------------------

    def _up(self) -> None:
        self._publish(*self._presence.description(self.now()), retain=True)
        self._step(links.Connected())
        self._publish_state()
        self._ask_time_soon()

    def _down(self, _reason: str) -> None:
        self._asked.clear()
        self._step(links.Disconnected())

    def _message(self, topic: str, payload: bytes, retained: bool) -> None:  # noqa: FBT001 - the port's
        entity = self._topics.entity(topic)
        if not payload:
            return  # a deletion without a fence: the manifest decides, see the mirror
        try:
            message = decode(payload, topic=topic)
            if isinstance(message.body, Response):
                self._take_response(message, message.body, retained=retained)
            else:
                self._take(entity, message, payload, retained=retained)
        except MessageError as error:
            self._reject(error)

    def _take(self, entity: str, message: Message, payload: bytes, *, retained: bool) -> None:
        if isinstance(message.body, Beat) and retained:
            raise MessageError("a retained beat lies about the time", where=entity)
        outcome = self._mirror.receive(entity, message, retained=retained)
        if outcome.verdict is Verdict.ZOMBIE:
            self._report_zombie(message, entity, retained=retained)
        if outcome.verdict is not Verdict.ACCEPT:
            return
        self._note_hub(message, retained=retained)
        self._memory.keep(entity, message, payload)
        self._memory.forget(outcome.dropped)
        self._tell(outcome.changed)
        if isinstance(message.body, Run):
            trace(self._log, "mqtt", message.body.run_id, rev=message.rev)

    def _note_hub(self, message: Message, *, retained: bool) -> None:
        match message.body:
            case HubState() as state:
                if state.online and not retained:
                    self._heard_at = self.now()
                self._step(links.HubWord(message.epoch, state.online, live=not retained))
                self._status_soon()
            case Beat() as beat:
                self._timekeeper.on_beat(beat.utc, self._reactor.seconds())
                self._heard_at = self.now()
                self._check_rate(beat.rate)
                self._step(links.HubWord(message.epoch, online=True, live=True))
                self._status_soon()
                if self._timekeeper.contradicted:
                    self._ask_time()
            case _:
                if message.epoch > self._link.epoch:
                    self._step(links.HubWord(message.epoch, online=True, live=False))

    def _take_response(self, message: Message, response: Response, *, retained: bool) -> None:
        sent_s = self._asked.pop(response.correlation, None)
        if retained or response.kind != "time" or response.utc is None or sent_s is None:
            return
        if message.epoch < self._mirror.epoch:
            self._report_zombie(message, "resp", retained=False)
            return
        self._timekeeper.on_response(response.utc, sent_s, self._reactor.seconds())
        self._check_clock()
        self._status_soon()

    # -- the link machine ---------------------------------------------------------------------

    def _step(self, event: links.Event) -> None:
        now_s = self._reactor.seconds()
        self._link, effects = links.step(self._link, event, now_s)
        for effect in effects:
            match effect:
                case links.ModeChanged():
                    self._mode_changed(effect)
                case links.RequestResync(missing):
                    self._log.warning("link.resync", missing=len(missing), first=missing[:3])
                    self._request("resync", entities=missing)
                case links.Replay():
                    self._log.info("link.replay", missing=len(self._mirror.missing))
                    self._connection.replay()
        due_s = links.next_at(self._link)
        if due_s is None:
            self._timers.cancel("link")
        else:
            self._timers.after("link", due_s - now_s, lambda: self._step(links.Tick()))

    def _mode_changed(self, change: links.ModeChanged) -> None:
        self._mode_began = self.now()
        worse = change.after in {LinkMode.SUSPECT, LinkMode.AUTONOMOUS}
        say = self._log.warning if worse else self._log.info
        say("link.mode", before=change.before, after=change.after, epoch=self._link.epoch)
        if change.after is LinkMode.SYNCING:
            self._ask_time_soon()
        self._publish_state()
        self._remember()
        self._status_soon()

    # -- time ---------------------------------------------------------------------------------

    def _ask_time_soon(self) -> None:
        for nth, delay_s in enumerate(TIME_BURST_S):
            self._timers.after(f"time-{nth}", delay_s, self._ask_time)
        self._timers.every("time", TIME_EVERY_S + self._random.uniform(0, 5), self._ask_time)

    def _ask_time(self) -> None:
        if not self._connection.connected:
            return
        while len(self._asked) >= len(TIME_BURST_S) * 2:
            self._asked.pop(next(iter(self._asked)))
        correlation = self._request("time", sent=self._reactor.seconds())
        self._asked[correlation] = self._reactor.seconds()

    def _check_clock(self) -> None:
        quality = self.clock_quality
        if quality.off != self._was_off:
            self._was_off = quality.off
            self._log.warning("clock.off" if quality.off else "clock.right", own_s=quality.offset_s)

    def _check_rate(self, rate: float) -> None:
        if rate != self._clock.rate and ("rate", 0) not in self._zombies:
            self._zombies.add(("rate", 0))
            self._log.error("clock.rate-differs", hub=rate, own=self._clock.rate)

    # -- what goes out ------------------------------------------------------------------------

    def _publish_state(self) -> None:
        quality = self.clock_quality
        offset_ms = None if quality.offset_s is None else round(quality.offset_s * 1000, 1)
        state = DeviceState(
            online=True,
            boot=self._presence.boot,
            mode=self.mode,
            since=self._mode_began,
            hub_epoch=self._mirror.epoch,
            manifest_seq=self._mirror.manifest_seq,
            clock_offset_ms=offset_ms,
        )
        self._publish(*self._presence.state(state, self.now()), retain=True)

    def _say_offline(self) -> Deferred[None]:
        will = self._presence.will(self.now())
        said = self._connection.publish(will.topic, will.payload, qos=1, retain=True)
        return said.addTimeout(STOP_TIMEOUT_S, self._reactor)

    def _request(self, kind: str, *, sent: float = 0.0, entities: tuple[str, ...] = ()) -> str:
        correlation = self._presence.correlation()
        request = Request(correlation=correlation, kind=kind, sent=sent, entities=entities)
        self._publish(*self._presence.request(request, self.now()), retain=False)
        return correlation

    def _publish(self, topic: str, payload: bytes, *, retain: bool) -> None:
        if self._connection.connected:
            done = self._connection.publish(topic, payload, qos=1, retain=retain)
            done.addErrback(lambda failure: failure.trap(DeviceError) and None)

    # -- what is told, remembered, reported ---------------------------------------------------

    def _tell(self, changed: frozenset[str]) -> None:
        self._changed |= changed
        self._soon()

    def _status_soon(self) -> None:
        self._status_changed = True
        self._soon()

    def _soon(self) -> None:
        self._timers.soon("flush", self._flush)

    def _flush(self) -> None:
        """Tell once for all messages of a turn; a storm of 300 runs is one change of a board."""
        missing = self._mirror.missing
        if missing != self._link.missing:
            self._step(links.Completeness(missing))
        changed, self._changed = frozenset(self._changed), set()
        status, self._status_changed = self._status_changed, False
        if changed:
            self._on_runs(changed)
        if status:
            self._on_status()

    def _recall(self) -> None:
        self._mirror = self._memory.recall()
        facts = self._memory.facts
        self._heard_at = facts.heard_at
        self._link = replace(self._link, epoch=self._mirror.epoch)
        self._timekeeper = Timekeeper(
            self._clock.now(),
            self._reactor.seconds(),
            rate=self._clock.rate,
            known_offset_s=facts.clock_offset_s,
        )
        self._tell(frozenset(self.runs()))
        self._status_soon()

    def _remember(self) -> None:
        offset_s = self.clock_quality.offset_s
        facts = Facts(
            station=self._station,
            heard_at=self._heard_at,
            confirmed_at=self.confirmed_at,
            clock_offset_s=None if offset_s is None else -offset_s,
        )
        self._memory.keep_facts(facts)

    def _prune(self) -> None:
        if self.clock_quality.quality is Quality.UNSET:
            return  # by a clock that was never right nothing is past
        outcome = self._mirror.prune(self.now())
        self._memory.forget(outcome.dropped)
        self._tell(outcome.changed)

    def _reject(self, error: MessageError) -> None:
        self.rejected += 1
        now_s = self._reactor.seconds()
        if now_s - self._complained_s >= COMPLAIN_EVERY_S:
            self._complained_s = now_s
            self._log.warning("message.rejected", why=str(error), rejected=self.rejected)

    def _report_zombie(self, message: Message, entity: str, *, retained: bool) -> None:
        key = (message.src, message.epoch)
        if retained or key in self._zombies:
            return
        self._zombies.add(key)
        self._log.error(
            "hub.zombie", src=message.src, epoch=message.epoch, ours=self._mirror.epoch, said=entity
        )


def _timings(random: Random) -> links.Timings:
    """Return the protocol's timings with this device's jitter."""
    timings = links.Timings()
    return replace(timings, resync_s=timings.resync_s + random.uniform(0, RESYNC_JITTER_S))
