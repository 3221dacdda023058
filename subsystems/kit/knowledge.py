"""What a subsystem knows: the hub's runs and words, the time, and how sure it is of both.

Law: holds and answers; speaks to nobody. It reads and feeds the memory on disk, so that a subsystem
that starts alone knows what its earlier life knew.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from protocol.acceptance import Verdict
from subsystems.kit.cache import Facts
from subsystems.kit.mirror import Mirror
from subsystems.kit.timekeeper import ClockQuality, Quality, Timekeeper

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twisted.internet.interfaces import IReactorTime

    from protocol.messages import Message, Source
    from protocol.notices import Notice
    from protocol.runs import Run
    from protocol.times import Instant
    from station_config.runtime.clocks import StationClock
    from subsystems.kit.memory import Memory
    from subsystems.kit.mirror import Outcome

ESTIMATE_LIFETIME_S = 1800
"""How long a deviation holds before the hub has said how long it does."""


class Knowledge:
    """What is known.

    Args:
        reactor: its real seconds.
        clock: the device's own station time.
        memory: of its earlier life; opened by `recall`.

    Attributes:
        mirror: everything that the hub published.
        timekeeper: station time, disciplined by the hub.
        heard_at: last sign of life of the hub, in station time; None: there never was one.
        desired: what is wanted of the device, and what it is set up to be.
    """

    def __init__(self, reactor: IReactorTime, clock: StationClock, memory: Memory) -> None:
        self._reactor = reactor
        self._clock = clock
        self._memory = memory
        self.mirror = Mirror()
        self.timekeeper = Timekeeper(clock.now(), reactor.seconds(), rate=clock.rate)
        self.heard_at: Instant | None = None
        self.desired = memory.desired
        self._looked_at = self.now()

    @property
    def source(self) -> Source | None:
        """State of the dispatching source by the hub's last word."""
        return self.mirror.source

    @property
    def confirmed_at(self) -> Instant | None:
        """When the dispatching source was last known to be fresh."""
        said = None if self.source is None else self.source.confirmed_at
        known = self._memory.facts.confirmed_at
        return max((at for at in (said, known) if at is not None), default=None)

    @property
    def heard_age_s(self) -> float | None:
        """Real seconds since the last sign of life of the hub, None if there never was one."""
        if self.heard_at is None:
            return None
        return max(0.0, (self.now() - self.heard_at).total_seconds() / self._clock.rate)

    @property
    def estimate_lifetime(self) -> timedelta:
        """How long a deviation stays true without confirmation."""
        state = self.mirror.state
        lifetime_s = ESTIMATE_LIFETIME_S if state is None else state.estimate_lifetime_s
        return timedelta(seconds=lifetime_s)

    @property
    def zone(self) -> ZoneInfo:
        """The station's zone as the hub says it, UTC before it said anything."""
        state = self.mirror.state
        return ZoneInfo("UTC" if state is None else state.zone)

    @property
    def clock_quality(self) -> ClockQuality:
        """What is known about station time."""
        return self.timekeeper.quality(self._clock.now(), self._reactor.seconds())

    @property
    def tomorrow_held(self) -> bool:
        """Whether tomorrow's plan is held."""
        today = self.now().astimezone(self.zone).date()
        return self.mirror.holds_plan(today + timedelta(days=1))

    def now(self) -> Instant:
        """Return station time, disciplined by the hub."""
        return self.timekeeper.now(self._reactor.seconds())

    def runs(self) -> Mapping[str, Run]:
        """Return all runs by id."""
        return self.mirror.runs(self.now())

    def notices(self) -> tuple[Notice, ...]:
        """Return the notices that are told now or will be, most important first."""
        return self.mirror.notices(self.now())

    def ended(self) -> frozenset[str]:
        """Return ids of the runs whose validity ended since this was asked last."""
        since, self._looked_at = self._looked_at, self.now()
        return self.mirror.ended(since, self._looked_at)

    def heard(self) -> None:
        """Note a sign of life of the hub."""
        self.heard_at = self.now()

    def keep(self, entity: str, message: Message, payload: bytes, outcome: Outcome) -> None:
        """Remember an accepted message; `outcome` is what the mirror made of it."""
        self._memory.keep(entity, message, payload)
        self._memory.forget(outcome.dropped)

    def recall(self) -> None:
        """Know what an earlier life knew."""
        self.mirror = self._memory.recall()
        facts = self._memory.facts
        self.heard_at = facts.heard_at
        self.timekeeper = Timekeeper(
            self._clock.now(),
            self._reactor.seconds(),
            rate=self._clock.rate,
            known_offset_s=facts.clock_offset_s,
        )
        self._looked_at = self.now()

    def want(self, entity: str, message: Message, payload: bytes, *, retained: bool) -> Verdict:
        """Take what is wanted of the device, or what it is set up to be."""
        verdict = self.desired.receive(message, epoch=self.mirror.epoch, retained=retained)
        if verdict is Verdict.ACCEPT:
            self._memory.keep(entity, message, payload)
        return verdict

    def forget(self) -> frozenset[str]:
        """Forget everything held of the hub's but its epoch; return the ids of runs that went."""
        gone = frozenset(self.runs())
        self._memory.forget(self.mirror.entities)
        self.mirror = self.mirror.emptied()
        return gone

    def remember(self) -> None:
        """Write down what is no message."""
        offset_s = self.clock_quality.offset_s
        facts = Facts(
            station=self._memory.station,
            heard_at=self.heard_at,
            confirmed_at=self.confirmed_at,
            clock_offset_s=None if offset_s is None else -offset_s,
        )
        self._memory.keep_facts(facts)

    def prune(self) -> frozenset[str]:
        """Forget what is past; return the ids of runs that went."""
        if self.clock_quality.quality is Quality.UNSET:
            return frozenset()  # by a clock that was never right nothing is past
        outcome = self.mirror.prune(self.now())
        self._memory.forget(outcome.dropped)
        return outcome.changed
