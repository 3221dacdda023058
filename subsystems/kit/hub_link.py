"""A subsystem's link to the hub: the one object through which it knows anything.

Law: puts the link's parts together and answers questions; the parts do the work (`conversation`,
`knowledge`, `telling`, `voice`). What is told comes from `runs()` and `status()` in every mode; a
subsystem that asks nothing else works the same online and alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from msgspec import structs
from twisted.internet.defer import Deferred, gatherResults, succeed

from protocol.limits import HEALTH_EVERY_S, STATE_EVERY_S
from protocol.messages import VERSION, LinkMode
from protocol.topics import Topics
from station_config.runtime.mqtt import MqttConnection
from station_config.runtime.tls import broker_tls
from subsystems.kit.complaints import Complaints
from subsystems.kit.conversation import Conversation
from subsystems.kit.duties import Duties, Reach, Willing
from subsystems.kit.faults import Faults
from subsystems.kit.hearing import subscriptions
from subsystems.kit.knowledge import Knowledge
from subsystems.kit.ledger import Ledger
from subsystems.kit.memory import Memory
from subsystems.kit.notices import meant_for, told
from subsystems.kit.presence import Presence
from subsystems.kit.status import StatusLine, status_line
from subsystems.kit.telling import Telling
from subsystems.kit.timers import Timers
from subsystems.kit.voice import Voice

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import timedelta
    from random import Random
    from zoneinfo import ZoneInfo

    from structlog.typing import FilteringBoundLogger

    from protocol.devices import Config, Want
    from protocol.messages import DeviceDescription, Response, RunQuery, Source
    from protocol.notices import Notice
    from protocol.runs import Run
    from protocol.spoken import Said
    from protocol.times import Instant
    from station_config.runtime.clocks import StationClock
    from station_config.runtime.deployment import Deployment, SubsystemSettings
    from subsystems.kit.timekeeper import ClockQuality

FACTS_EVERY_S = 30.0
PRUNE_EVERY_S = 600.0
ENDED_EVERY_S = 1.0
"""How soon a run past its validity is not told any more."""


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
        on_status: called, once a turn at most, when anything but runs (notices, too) may have
            changed.
        willing: what the subsystem does at the hub's command, beyond what every device does.

    Attributes:
        kind: of the device.
        faults: what is wrong with the device now.
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
        willing: Willing | None = None,
    ) -> None:
        topics = Topics(station_id)
        willing = willing or Willing()
        self._figures = willing.measured
        self.kind = description.kind
        self._settings = settings
        self._timers = Timers(reactor)
        self._memory = Memory(reactor, settings.cache, station_id, log)
        self._knowledge = knowledge = Knowledge(reactor, clock, self._memory)
        self._complaints = Complaints(log, lambda: self.faults)
        self._telling = Telling(
            self._timers,
            settle=lambda: self._conversation.settle(),  # noqa: PLW0108 - it is made below
            on_runs=on_runs,
            on_status=on_status,
        )
        self._conversation = conversation = Conversation(
            reactor,
            topics=topics,
            knowledge=knowledge,
            complaints=self._complaints,
            timers=self._timers,
            random=random,
            rate=clock.rate,
            log=log,
            on_runs=self._telling.runs,
            on_status=self._telling.status,
            on_spoken=willing.spoken or (lambda _spoken: None),
            on_up=lambda: self.faults.again(),  # noqa: PLW0108 - it is made below
        )
        self._duties = Duties(
            reactor,
            knowledge=knowledge,
            ledger=Ledger(settings.cache, station_id, log),
            willing=willing,
            reach=Reach(self._report, conversation.refetch, conversation.say_state, self._identify),
            zones=settings.zones or description.zones,
            log=log,
            rate=clock.rate,
        )
        description = structs.replace(
            description,
            versions=(VERSION,),
            zones=settings.zones or description.zones,
            commands=self._duties.orders.kinds,
        )
        presence = Presence(topics, settings.id, description, random, rate=clock.rate)
        self._connection = MqttConnection(
            reactor,
            host=deployment.broker.host,
            port=deployment.broker.port,
            user=settings.id,
            password=deployment.secret(settings.id),
            tls=broker_tls(deployment, settings.id),
            make_will=lambda: presence.will(knowledge.now()),
            subscriptions=subscriptions(topics, settings, self.kind, willing),
            on_up=self._conversation.up,
            on_down=self._conversation.down,
            on_message=self._conversation.message,
            log=log,
            random=random,
        )
        self._voice = Voice(reactor, presence, self._connection, knowledge)
        self.faults = Faults(knowledge.now, self._voice.fault)
        self._duties.over(self._voice, self._complaints.unfollowed)
        self._conversation.over(self._connection, self._voice, self._duties)
        self._stopped = False
        self._identifying = False

    def start(self) -> None:
        """Read the cache, tell what it holds, and connect."""
        self._knowledge.recall()
        self._conversation.recalled()
        self._duties.recalled()
        self._telling.runs(frozenset(self.runs()))
        self._telling.status()
        self._connection.start()
        self._timers.every("state", STATE_EVERY_S, self._conversation.say_state)
        self._timers.every("health", HEALTH_EVERY_S, self._say_health)
        self._timers.every("facts", FACTS_EVERY_S, self._knowledge.remember)
        self._timers.every("prune", PRUNE_EVERY_S, self._prune)
        self._timers.every("ended", ENDED_EVERY_S, self._ended)

    def stop(self) -> Deferred[None]:
        """Say goodbye; fires when the connection is closed and the cache is written."""
        if self._stopped:
            return succeed(None)
        self._stopped = True
        self._timers.stop()
        self._knowledge.remember()
        self._duties.orders.close()
        done = self._voice.offline().addBoth(lambda _: self._connection.stop())
        parts = [done, self._memory.close()]
        return gatherResults(parts, consumeErrors=True).addCallback(lambda _: None)

    def ask(self, query: RunQuery) -> Deferred[Response]:
        """Ask the hub for runs that are not held; fails with `DeviceError` unless ONLINE."""
        return self._conversation.runs.ask(query)

    def say(self, said: Said) -> None:
        """Tell everybody that a voice begins or has ended; a device that speaks calls it."""
        self._voice.said(said)

    @property
    def want(self) -> Want | None:
        """What is wanted of this device."""
        return self._knowledge.desired.want

    @property
    def config(self) -> Config | None:
        """What this device is set up to be."""
        return self._knowledge.desired.config

    @property
    def mode(self) -> LinkMode:
        """How we stand with the hub."""
        return self._conversation.link.mode

    @property
    def mode_since(self) -> Instant | None:
        """When ONLINE began; else the last sign of life of the hub, None if there never was one."""
        online = self.mode is LinkMode.ONLINE
        return self._conversation.mode_began if online else self._knowledge.heard_at

    @property
    def rejected(self) -> int:
        """Messages that did not follow the protocol."""
        return self._complaints.rejected

    @property
    def source(self) -> Source | None:
        """State of the dispatching source by the hub's last word."""
        return self._knowledge.source

    @property
    def confirmed_at(self) -> Instant | None:
        """When the dispatching source was last known to be fresh; for `timeline.lapsed`."""
        return self._knowledge.confirmed_at

    @property
    def estimate_lifetime(self) -> timedelta:
        """How long a deviation stays true without confirmation; for `timeline.lapsed`."""
        return self._knowledge.estimate_lifetime

    @property
    def zone(self) -> ZoneInfo:
        """The station's zone as the hub says it, UTC before it said anything."""
        return self._knowledge.zone

    @property
    def clock_quality(self) -> ClockQuality:
        """What is known about station time."""
        return self._knowledge.clock_quality

    @property
    def tomorrow_held(self) -> bool:
        """Whether tomorrow's plan is held: the station can go on across midnight alone."""
        return self._knowledge.tomorrow_held

    def now(self) -> Instant:
        """Return station time, disciplined by the hub."""
        return self._knowledge.now()

    def runs(self) -> Mapping[str, Run]:
        """Return all runs by id: the plans, overlaid by what is known beyond them."""
        return self._knowledge.runs()

    def notices(self, now: Instant | None = None) -> tuple[Notice, ...]:
        """Return the notices told at `now` (default: this moment) that are meant for this device.

        The most important first. Ask again when a begin or an end has come: none is announced.
        """
        return told(self.announced(), now or self.now())

    def announced(self, *places: str) -> tuple[Notice, ...]:
        """Return the same and those that will be told: for a page that goes on by its own clock.

        Args:
            places: zones beside the device's own, e.g. where one of its screens stands.
        """
        zones = {*self._duties.zones(), *places}
        return meant_for(self._knowledge.notices(), self.kind, zones)

    def status(self, zone: ZoneInfo | None = None) -> StatusLine:
        """Return the honest line, times in `zone` (default: the one the hub says)."""
        at = self.now()
        line = status_line(self.mode, self.mode_since, self.source, at, zone or self.zone)
        return replace(line, device=self._settings.id) if self._identifying else line

    def details(self) -> dict[str, Any]:
        """Return what `/health` shows."""
        quality = self.clock_quality
        mirror = self._knowledge.mirror
        return {
            "mode": self.mode,
            "since": self.mode_since,
            "broker": self._connection.connected,
            "connects": self._connection.attempts,
            "heard_age_s": self._knowledge.heard_age_s,
            "epoch": mirror.epoch,
            "manifest_seq": mirror.manifest_seq,
            "missing": len(mirror.missing),
            "runs": len(self.runs()),
            "source": self.source,
            "rejected": self.rejected,
            "clock": quality.quality,
            "clock_offset_s": quality.offset_s,
            "tomorrow_held": self.tomorrow_held,
        }

    def _identify(self, seconds: float) -> None:
        self._identifying = True
        self._telling.status()
        self._timers.after("identify", seconds, self._identified)

    def _identified(self) -> None:
        self._identifying = False
        self._telling.status()

    def _report(self) -> None:
        self._voice.description()
        self._conversation.say_state()
        self._say_health()

    def _say_health(self) -> None:
        self._voice.health(self._settings.cache, self.rejected, self.faults.active, self._figures())

    def _ended(self) -> None:
        ended = self._knowledge.ended()
        if ended:
            self._telling.runs(ended)

    def _prune(self) -> None:
        self._telling.runs(self._knowledge.prune())
