"""The station's time in the hub's process: sources, the discipline over them, and who is told.

Law: wiring. Where the deployment names no source, or station time is a simulation's, the sources
are measured and shown and not followed, and that is said.
"""

from __future__ import annotations

from random import SystemRandom
from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred
from twisted.internet.task import LoopingCall

from hub.clock.discipline import Discipline, What
from hub.clock.making import Surroundings, make_sources
from hub.clock.memory import Remembered
from hub.clock.telling import told
from hub.clock.time_figures import add_time
from protocol.master_clock import MasterClock
from protocol.times import from_unix
from station_config.runtime.clocks import awake_or_asleep, wall_clock
from station_config.runtime.deployment import TimeSettings
from station_config.runtime.timekeeping.quality import Quality

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

    from structlog.typing import FilteringBoundLogger
    from twisted.python.failure import Failure

    from hub.clock.discipline import Happened
    from hub.clock.readings import Reading
    from hub.clock.report import TimeReport
    from protocol.times import Instant
    from station_config.runtime.clocks import StationClock
    from station_config.runtime.deployment import Deployment
    from station_config.runtime.metrics import Figures
    from station_config.runtime.reactor import Reactor

LOOK_S = 1.0
REMEMBER_EVERY_S = 60.0
KNOWN_WITHIN_S = 20.0
"""So long at most a hub waits for the time before it may lead."""
MACHINE = (TimeSettings(name="machine", kind="system"),)
"""What is watched where the deployment names nothing."""


class DisciplinedClock:
    """Station time by the discipline; a `StationClock`."""

    rate = 1.0

    def __init__(self, discipline: Discipline, seconds: Callable[[], float]) -> None:
        self._discipline = discipline
        self._seconds = seconds

    def now(self) -> Instant:
        """Return station time."""
        return from_unix(self._discipline.unix(self._seconds()))


class StationTime:
    """Everything about the hub's time.

    Args:
        reactor: the process's.
        deployment: names the sources.
        zone: the station's.
        figures: get the clock's.
        log: of the process.
        seconds: monotonic, going on while the machine sleeps.
        wall: the machine's clock, unix seconds.

    Attributes:
        clock: station time.
        true: the time as it is known best, also while station time is a simulation's.

    Raises:
        OperatorError: a source cannot be as it is written.
    """

    def __init__(
        self,
        reactor: Reactor,
        deployment: Deployment,
        zone: ZoneInfo,
        figures: Figures,
        log: FilteringBoundLogger,
        *,
        seconds: Callable[[], float] = awake_or_asleep,
        wall: Callable[[], float] = wall_clock,
    ) -> None:
        settings = deployment.hub.time
        self.followed = bool(settings) and deployment.clock is None
        self._reactor = reactor
        self._awaited: list[Deferred[None]] = []
        self._simulated = deployment.clock is not None
        self._seconds = seconds
        self._wall = wall
        self._log = log
        self._memory = Remembered(deployment.hub.state, log)
        around = Surroundings(
            reactor,
            seconds,
            wall,
            near=lambda: self._discipline.unix(seconds()),
            zone=zone,
            random=SystemRandom(),
            take=self._take,
            log=log,
        )
        self._sources = make_sources(settings or MACHINE, around)
        began_s = seconds()
        life = self._memory.recall(began_s, wall())
        self._discipline = Discipline(
            life.unix,
            began_s,
            {each.name: each.every_s for each in self._sources},
            drift=life.drift,
            known=life.known,
        )
        self.true: StationClock = DisciplinedClock(self._discipline, seconds)
        self.clock: StationClock = self.true if self.followed else deployment.station_clock()
        self._looks = LoopingCall(self._look)
        self._looks.clock = reactor
        self._remembered_s = seconds()
        add_time(figures, self.report)

    def start(self) -> None:
        """Begin to measure."""
        for each in self._sources:
            each.start()
        self._looks.start(LOOK_S, now=False)

    def known(self) -> Deferred[None]:
        """Fires when the time is known or was waited for long enough; at once if not followed.

        A hub whose machine woke in another year would plan that year's trains.
        """
        waiting: Deferred[None] = Deferred()
        if not self.followed or self._discipline.known is not None:
            waiting.callback(None)
            return waiting
        self._awaited.append(waiting)
        waiting.addTimeout(KNOWN_WITHIN_S, self._reactor)
        return waiting.addErrback(self._unknown)

    def stop(self) -> None:
        """Measure no more, and remember what was known."""
        if self._looks.running:
            self._looks.stop()
            self._remember()
        self._fire()
        for each in self._sources:
            each.stop()

    def report(self) -> TimeReport:
        """Return how the time is known now."""
        return told(
            self._discipline,
            self._sources,
            self._seconds(),
            followed=self.followed,
            machine=self._wall(),
        )

    @property
    def summary(self) -> dict[str, object]:
        """Figures for a health page."""
        report = self.report()
        keys = ("followed", "quality", "source", "uncertainty_ms", "holdover_s", "steps")
        told: dict[str, object] = {key: getattr(report, key) for key in keys}
        told["sources"] = {each.name: each.standing for each in report.sources}
        return told

    def word(self) -> tuple[str, MasterClock | None]:
        """Return the same as a beat says it: of the time that the beat tells."""
        if self._simulated:
            return "simulated", None
        report = self.report()
        if not self.followed and report.quality is not Quality.SYNCED:
            return "system", None
        age_s = report.holdover_s
        ms = report.uncertainty_ms
        return report.quality.lower(), MasterClock(
            source=report.source,
            uncertainty_s=None if ms is None else round(ms / 1000, 6),
            stratum=report.stratum,
            since=None if age_s is None else from_unix(round(self._unix() - age_s)),
            leap_at=report.leap_at,
            leap=report.leap,
        )

    def _unknown(self, _: Failure) -> None:
        self._awaited.clear()
        self._log.error("time.unknown", waited_s=KNOWN_WITHIN_S)

    def _unix(self) -> float:
        return self._discipline.unix(self._seconds())

    def _take(self, reading: Reading) -> None:
        self._tell(self._discipline.take(reading))

    def _look(self) -> None:
        now_s = self._seconds()
        for each in self._sources:
            self._discipline.jury.watched[each.name].every_s = each.every_s
        self._tell(self._discipline.look(now_s))
        if now_s - self._remembered_s >= REMEMBER_EVERY_S:
            self._remember()

    def _remember(self) -> None:
        self._remembered_s = self._seconds()
        self._memory.remember(self._discipline, self._remembered_s)

    def _tell(self, happened: list[Happened]) -> None:
        for each in happened:
            self._say(each)
        if self._discipline.known is not None:
            self._fire()

    def _fire(self) -> None:
        awaited, self._awaited = self._awaited, []
        for waiting in awaited:
            waiting.callback(None)

    def _say(self, each: Happened) -> None:
        event = f"time.{each.what.value}"
        match each.what:
            case What.STEPPED:
                say = self._log.error if self.followed else self._log.warning
                say(event, source=each.source, seconds=round(each.seconds, 6))
            case What.QUALITY:
                good = each.word == Quality.SYNCED
                say = self._log.info if good else self._log.warning
                say(event, quality=each.word, source=each.source, followed=self.followed)
            case What.STANDING:
                offset_ms = round(each.seconds * 1000, 3)
                self._log.info(event, source=each.source, is_now=each.word, offset_ms=offset_ms)
            case What.LEAP_ANNOUNCED:
                self._log.warning(event, seconds=each.seconds)
            case What.CHOSEN | What.LEAP_PASSED:
                self._log.info(event, source=each.source)
