"""The hub's process: lines in, steps, messages out.

Law: the only wiring of the hub. It holds no rule: what a row means is the kernel's, what is said is
the outbox's, when a minute begins is the minute clock's.

    receivers ─▶ steps ─▶ (store's thread) operations ─▶ outbox ─▶ publisher
    minute clock ─┤
    commands ─────┘
"""

from __future__ import annotations

from functools import partial
from random import SystemRandom
from typing import TYPE_CHECKING, Any

from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThreadPool
from twisted.python.threadpool import ThreadPool

from hub.command_token import ensure_token
from hub.lines import Lines
from hub.minute_clock import Due, MinuteClock
from hub.mqtt.publisher import BrokerAddress, HubIdentity, Publisher
from hub.operations import Operations, StepResult
from hub.reload import Reloaded
from hub.source import lifetime_seconds, source_of
from hub.steps import Minute, Steps
from hub.web.commands import add_pages
from hub.web.status import StatusSite
from protocol.errors import DeviceError
from protocol.times import minute_start
from protocol.topics import Topics
from station_config.load import load_station
from station_config.runtime.clocks import system_clock
from station_config.runtime.process import run_process
from station_config.runtime.tls import broker_tls
from station_config.runtime.web import Health, listen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.defer import Deferred
    from twisted.internet.interfaces import IDelayedCall, IListeningPort
    from twisted.python.failure import Failure

    from hub.feed_report import FeedReport
    from hub.kernel.objections import Answer
    from hub.kernel.override import Command
    from hub.store.manual import InForce
    from one_way_feed.rows import RowChange
    from one_way_feed.status import LineStatus
    from protocol.messages import Source
    from protocol.times import Instant
    from station_config.runtime.deployment import Deployment
    from station_config.runtime.reactor import Reactor

NO_STORE = "the hub waits for its database"

TIDY_AFTER_S = 20.0
"""Seconds of station time from a minute's step to tidying, within the same minute."""

OPEN_AGAIN_S = 5.0
"""Real seconds until a database that could not be opened is tried again."""


def main(path: Path) -> int:
    """Run the hub of the deployment at `path`; return the exit code."""
    return run_process("hub", path, _start)


def _start(reactor: Reactor, deployment: Deployment, log: FilteringBoundLogger) -> Deferred[Any]:
    hub = Hub(reactor, deployment, log)
    reactor.addSystemEventTrigger("before", "shutdown", hub.stop)
    return hub.start()


class Hub:
    """One hub."""

    def __init__(self, reactor: Reactor, deployment: Deployment, log: FilteringBoundLogger) -> None:
        """Wire the hub; nothing is opened yet.

        Raises:
            ConfigErrors: the station's configuration has mistakes.
            OperatorError: the database's URL, a key file or a password cannot be used.
        """
        self._reactor = reactor
        self._deployment = deployment
        self._log = log
        self._station = load_station(deployment.station)
        self._clock = deployment.station_clock()
        self._pool = ThreadPool(1, 1, name="store")
        self._operations = Operations(
            deployment.hub.database,
            self._station,
            log=log,
            epoch_floor=int(system_clock().now().timestamp()),
            keep_days=deployment.hub.keep_days,
        )
        self._steps = Steps(
            reactor,
            step=self._step,
            clock=self._clock,
            committed=self._committed,
            log=log,
            obey=self._obey,
        )
        self._publisher = self._make_publisher()
        self._lines: Lines | None = None
        self._statuses: dict[str, LineStatus] = {}
        self._web: IListeningPort | None = None
        self._source: Source | None = None
        self._waiting_for_store = False
        self._tidying: IDelayedCall | None = None
        self._minutes = MinuteClock(reactor, self._clock, self._due)

    def start(self) -> Deferred[Any]:
        """Open the database, then listen and publish. Fires when the hub works.

        Raises:
            OperatorError: the port of the status cannot be listened on.
        """
        settings = self._deployment.hub
        if settings.port is not None:
            site = StatusSite(health=self._health, feed=self._feed)
            add_pages(
                site,
                command=self._command,
                preview=self._preview,
                in_force=self._in_force,
                reload=self._reload,
                token=ensure_token(self._deployment),
                log=self._log,
            )
            self._web = listen(
                self._reactor, site, host=settings.host, port=settings.port, log=self._log
            )
        self._pool.start()
        return self._open(None).addCallback(self._begin)

    def _open(self, _: object) -> Deferred[Any]:
        opened = self._in_store(partial(self._operations.open, self._clock.now()))
        opened.addCallback(lambda _: self._in_store(self._operations.held_rows))
        return opened.addErrback(self._not_opened)

    def _not_opened(self, failure: Failure) -> Deferred[Any]:
        """Wait for a full disk or an absent server; anything else ends the process."""
        failure.trap(DeviceError)
        if not self._waiting_for_store:
            self._waiting_for_store = True
            self._log.error("store.fails", why=str(failure.value), again_s=OPEN_AGAIN_S)
        return deferLater(self._reactor, OPEN_AGAIN_S).addCallback(self._open)

    def stop(self) -> Deferred[Any]:
        """Leave in order: no more input, what is decided is said, the database is closed."""
        self._minutes.stop()
        if self._tidying is not None and self._tidying.active():
            self._tidying.cancel()
        if self._lines is not None:
            self._lines.stop()
        if self._web is not None:
            self._web.stopListening()
        stopped: Deferred[Any] = self._publisher.stop()
        stopped.addCallback(lambda _: self._in_store(self._operations.close))
        return stopped.addBoth(self._end_pool)

    def _begin(self, rows: Sequence[RowChange]) -> Deferred[Any]:
        self._waiting_for_store = False
        epoch = self._operations.epoch
        self._log.info("hub.open", epoch=epoch, rows=len(rows))
        settings = self._deployment.hub
        self._lines = Lines(
            self._reactor,
            settings=settings.lines,
            state=settings.state,
            held=rows,
            epoch=epoch,
            on_changes=self._steps.changes,
            on_status=self._line_status,
            log=self._log,
        )
        self._lines.start()
        self._minutes.start(self._operations.last_minute)
        return self._publisher.start()

    def _make_publisher(self) -> Publisher:
        deployment, station = self._deployment, self._station
        lifetime = lifetime_seconds(station.policies.estimate_lifetime, self._clock.rate)
        return Publisher(
            self._reactor,
            topics=Topics(station.id),
            broker=BrokerAddress(
                deployment.broker.host,
                deployment.broker.port,
                deployment.secret(deployment.hub.id),
                broker_tls(deployment, deployment.hub.id),
            ),
            identity=HubIdentity(deployment.hub.id, station.zone, lifetime),
            outbox=self._operations,
            run_in_store=self._in_store,
            clock=self._clock,
            source=lambda: self._source,
            random=SystemRandom(),
            log=self._log,
        )

    def _in_store(self, call: Callable[[], Any]) -> Deferred[Any]:
        return deferToThreadPool(self._reactor, self._pool, call)

    def _step(
        self, now: Instant, changes: Sequence[RowChange], minute: int | None
    ) -> Deferred[Any]:
        step = self._in_store(partial(self._operations.step, now, changes, minute))
        step.addCallback(self._tell)
        if minute is not None:
            step.addCallback(self._tidy_later)
        return step

    def _obey(self, now: Instant, command: Command) -> Deferred[Answer]:
        return self._in_store(partial(self._operations.command, now, command))

    def _command(self, command: Command) -> Deferred[Answer]:
        self._require_store()
        self._log.info("command", who=command.who, id=command.command_id)
        return self._steps.command(command)

    def _preview(self, command: Command) -> Deferred[Answer]:
        self._require_store()
        return self._in_store(partial(self._operations.preview, self._clock.now(), command))

    def _in_force(self) -> Deferred[InForce]:
        self._require_store()
        return self._in_store(partial(self._operations.in_force, self._clock.now()))

    def _reload(self) -> Deferred[Reloaded]:
        """Read the station's files again, off the reactor, and go on with their timetable."""
        self._require_store()
        return self._in_store(self._reload_now).addCallback(self._reloaded)

    def _reload_now(self) -> StepResult:
        station = load_station(self._deployment.station)
        return self._operations.replan(self._clock.now(), station)

    def _reloaded(self, result: StepResult) -> Reloaded:
        self._station = self._operations.station
        timetable = self._station.timetable
        rows = len(timetable.rows) if timetable is not None else 0
        self._log.info("timetable.reloaded", rows=rows, runs=len(result.runs))
        self._committed()
        return Reloaded(rows=rows, runs=result.runs, publications=result.publications)

    def _require_store(self) -> None:
        if self._lines is None:
            raise DeviceError(NO_STORE)

    def _tidy_later(self, _: object) -> None:
        """Not at once: what the minute has changed is said first, and no row is to wait."""
        if self._tidying is None or not self._tidying.active():
            delay = TIDY_AFTER_S / self._clock.rate
            self._tidying = self._reactor.callLater(delay, self._tidy)

    def _tidy(self) -> None:
        """In the same thread as the steps; its failure is the next step's too."""
        tidied = self._in_store(partial(self._operations.tidy, self._clock.now()))
        tidied.addErrback(lambda failure: self._log.warning("store.untidy", why=str(failure.value)))

    def _tell(self, result: StepResult) -> None:
        for rejected in result.rejected:
            self._log.warning("row.rejected", row="/".join(rejected.key), why=rejected.en)
        if result.runs:
            self._log.info("step", runs=len(result.runs), rows=len(result.rows))

    def _committed(self) -> None:
        self._publisher.poke()

    def _due(self, due: Due) -> None:
        if due.rebased:
            self._rebase(due.minutes[-1])
            return
        if due.jumped:
            self._log.warning("clock.jumped", minute=due.minutes[-1])
        for number in due.minutes:
            self._steps.minute(Minute(number, minute_start(number)))

    def _rebase(self, minute: int) -> None:
        self._log.error("clock.set-back", minute=minute)
        rebased = self._in_store(partial(self._operations.rebase, self._clock.now(), minute))
        rebased.addCallback(lambda _: self._committed())
        rebased.addErrback(lambda failure: self._log.error("store.fails", why=str(failure.value)))

    def _line_status(self, status: LineStatus) -> None:
        self._statuses[status.name] = status
        before = self._source
        self._source = source_of(
            self._statuses.values(), before=before, now=self._clock.now(), rate=self._clock.rate
        )
        if before is None or before.mode is not self._source.mode:
            self._log.info("source", mode=self._source.mode.value)
            self._publisher.poke()

    def _feed(self) -> FeedReport:
        if self._lines is None:
            raise DeviceError(NO_STORE)
        return self._lines.report()

    def _health(self) -> Health:
        """A hub without its database is of no use; without dispatching it goes on by itself."""
        details = {
            "epoch": self._operations.epoch,
            "source": self._source,
            "waiting": self._steps.waiting,
            "store": "fails" if self._steps.failing or self._lines is None else "works",
        }
        return Health(ok=details["store"] == "works", details=details)

    def _end_pool(self, result: object) -> object:
        self._pool.stop()
        return result
