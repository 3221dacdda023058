"""A hub that leads: lines in, steps, messages out; from taking the database over to the end.

Law: wiring. It holds no rule: what a row means is the kernel's, what is said is the outbox's, when
a minute begins is the minute clock's, and whether this hub leads at all is `hub.lease`'s. Nothing
of it outlives it: a hub that leads again later begins a new one.

    receivers ─▶ steps ─▶ (store's thread) operations ─▶ outbox ─▶ publisher
    minute clock ─┤
    commands ─────┘
"""

from __future__ import annotations

from functools import partial
from random import SystemRandom
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import succeed

from hub.after_minute import AfterMinute
from hub.desk import Desk
from hub.disbelieved import Disbelieved
from hub.figures import DEPTH_COUNTED
from hub.lines import Lines
from hub.minute_clock import Due, MinuteClock
from hub.mqtt.publisher import BrokerAddress, HubIdentity, Publisher
from hub.operations import Operations
from hub.source import lifetime_seconds
from hub.source_watch import SourceWatch
from hub.steps import Minute, Steps
from protocol.times import minute_start
from protocol.topics import Topics
from station_config.runtime.clocks import system_clock
from station_config.runtime.tls import broker_tls

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.defer import Deferred

    from hub.clock.station_time import StationTime
    from hub.feed_report import FeedReport
    from hub.figures import HubFigures
    from hub.fleet.fleet import Fleet
    from hub.mqtt.store_calls import RunInStore
    from hub.store.audit import AuditStore
    from hub.store.database import Transaction
    from hub.store.outcome import Committed, StepResult
    from one_way_feed.rows import RowChange
    from protocol.times import Instant
    from station_config.model import Station
    from station_config.runtime.deployment import Deployment
    from station_config.runtime.reactor import Reactor


class Reign:
    """One leading hub: `open`, `begin`, `end`; `hush` and `speak` between.

    Attributes:
        fleet: the devices.
        desk: what persons ask and command.
    """

    def __init__(  # noqa: PLR0913 - one collaborator each
        self,
        reactor: Reactor,
        deployment: Deployment,
        station: Station,
        *,
        client: str,
        time: StationTime,
        fleet: Fleet,
        in_store: RunInStore,
        may_speak: Callable[[], bool],
        figures: HubFigures,
        audit: AuditStore,
        look_on: Callable[[Committed], None],
        refill: Callable[[], object],
        log: FilteringBoundLogger,
    ) -> None:
        """Wire everything; nothing is opened yet.

        Args:
            reactor: real time, threads, descriptors.
            deployment: where this station runs.
            station: what it is.
            client: this process's own name at the broker.
            time: the station's, and how it is known.
            fleet: the devices, for this hub alone.
            in_store: runs a call in the store's thread.
            may_speak: the lease; asked before each message.
            figures: of the process.
            audit: where persons' commands are recorded.
            look_on: called in the store's thread after each commit.
            refill: called when all runs may be others, and no commit says so.
            log: the process's log.

        Raises:
            OperatorError: the database's URL, the list of rules or a password cannot be used.
        """
        self._reactor = reactor
        self._deployment = deployment
        self._client = client
        self._in_store = in_store
        self._may_speak = may_speak
        self._figures = figures
        self._disbelieved = Disbelieved(log)
        self._log = log
        self._clock = time.clock
        self._time = time
        self._operations = Operations(
            deployment.hub.database,
            station,
            log=log,
            epoch_floor=int(system_clock().now().timestamp()),
            keep_days=deployment.hub.keep_days,
        )
        self._operations.look_on = look_on
        self.desk = Desk(
            reactor,
            deployment,
            operations=self._operations,
            in_store=in_store,
            clock=self._clock,
            audit=audit,
            replanned=self._replanned,
            log=log,
        )
        self._steps = Steps(
            reactor,
            step=self._step,
            clock=self._clock,
            committed=self._committed,
            log=log,
            obey=self.desk.obey,
        )
        self.desk.serve(self._steps)
        self.fleet = fleet
        self._publisher = self._make_publisher()
        self._minutes = MinuteClock(reactor, self._clock, self._due)
        self._held: Sequence[RowChange] = ()
        self._lines: Lines | None = None
        self._after = AfterMinute(
            reactor, self._clock, self._operations, in_store, figures=figures, log=log
        )
        self._watch = SourceWatch(self._clock, self._committed, log)
        self._refill = refill
        self._ended = False

    def open(self, claim: Callable[[Transaction], None]) -> Deferred[Any]:
        """Take the database over; `claim` is a part of that transaction.

        Raises:
            DeviceError: the database failed, or `claim` did.
            OperatorError: the database is of another version of the program.
        """
        opened = self._in_store(partial(self._operations.open, self._clock.now(), claim=claim))
        opened.addCallback(lambda _: self._in_store(self._operations.held_rows))
        return opened.addCallback(self._hold)

    def begin(self) -> Deferred[Any]:
        """Listen and publish. Fires when the publisher begins to connect.

        Raises:
            OperatorError: a key file cannot be used.
            DeviceError: a file of marks cannot be used.
        """
        epoch = self._operations.epoch
        self._log.info("hub.open", epoch=epoch, rows=len(self._held))
        self._lines = Lines(
            self._reactor,
            settings=self._deployment.hub.lines,
            state=self._deployment.hub.state,
            held=self._held,
            epoch=epoch,
            on_changes=self._steps.changes,
            on_status=self._watch.take,
            log=self._log,
            clock=self._time.true,
        )
        self._held = ()
        self._lines.start()
        self._minutes.start(self._operations.last_minute)
        return self._publisher.start()

    def hush(self) -> None:
        """Publish nothing until `speak`."""
        self._publisher.hush()

    def speak(self) -> None:
        """Go on publishing, with everything."""
        self._publisher.speak()

    def end(self) -> Deferred[Any]:
        """No more input; if this hub leads still, it says goodbye; the database is given back."""
        self._ended = True
        self._minutes.stop()
        if self._lines is not None:
            self._lines.stop()
        self._steps.stop()
        self._after.stop()
        self.fleet.stop()
        stopped: Deferred[Any] = self._publisher.stop()
        return stopped.addCallback(lambda _: self.close())

    def close(self) -> Deferred[Any]:
        """Give the database back."""
        return self._in_store(self._operations.close)

    def feed(self) -> FeedReport:
        """Return how the lines stand; after `begin` only."""
        assert self._lines is not None  # noqa: S101 - see above
        return self._disbelieved.beside(self._lines.report())

    @property
    def works(self) -> bool:
        """Whether the database takes what it is given."""
        return not self._steps.failing

    @property
    def status(self) -> dict[str, object]:
        """Figures for a health page."""
        return {
            "epoch": self._operations.epoch,
            "source": self._watch.source,
            "waiting": self._steps.waiting,
            "broker": self._publisher.status,
        }

    def outbox_depth(self) -> Deferred[int]:
        """Return how many publications wait, as far as they are counted."""
        return self._in_store(lambda: len(self._operations.pending(DEPTH_COUNTED)))

    def _hold(self, rows: Sequence[RowChange]) -> None:
        self._held = rows

    def _make_publisher(self) -> Publisher:
        deployment, station = self._deployment, self._operations.station
        lifetime = lifetime_seconds(station.policies.estimate_lifetime, self._clock.rate)
        hub = deployment.hub.id
        return Publisher(
            self._reactor,
            topics=Topics(station.id),
            broker=BrokerAddress(
                deployment.broker.host,
                deployment.broker.port,
                deployment.secret(hub),
                broker_tls(deployment, hub),
            ),
            identity=HubIdentity(hub, station.zone, lifetime, self._client, self._time.word),
            outbox=self._operations,
            run_in_store=self._in_store,
            clock=self._clock,
            source=lambda: self._watch.source,
            random=SystemRandom(),
            log=self._log,
            may_speak=self._may_speak,
            overruled=self._begin_above,
            devices=self.fleet,
            acknowledged=self._figures.acknowledged,
        )

    def _begin_above(self, epoch: int) -> None:
        """A hub on another database had the floor and is gone: speak again, with an epoch above."""
        stopped: Deferred[Any] = self._publisher.stop()
        stopped.addCallback(lambda _: self._raise_epoch(epoch))
        stopped.addErrback(self._not_above, epoch)

    def _raise_epoch(self, above: int) -> Deferred[Any]:
        raising = partial(self._operations.open, self._clock.now(), above=above)
        return self._in_store(raising).addCallback(lambda _: self._publish_anew())

    def _publish_anew(self) -> Deferred[Any]:
        if self._ended:
            return succeed(None)
        self._log.warning("hub.open", epoch=self._operations.epoch)
        self._publisher = self._make_publisher()
        return self._publisher.start()

    def _not_above(self, failure: Any, epoch: int) -> None:  # noqa: ANN401 - a Failure
        self._log.error("store.fails", why=str(failure.value))
        if not self._ended:
            self._reactor.callLater(1.0, self._begin_above, epoch)

    def _step(
        self, now: Instant, changes: Sequence[RowChange], minute: int | None
    ) -> Deferred[Any]:
        step = self._in_store(partial(self._operations.step, now, changes, minute))
        step.addCallback(self._tell, self._reactor.seconds(), minute)
        if minute is not None:
            step.addCallback(lambda _: self._after.later())
        return step

    def _tell(self, result: StepResult, began: float, minute: int | None) -> None:
        self._figures.step(result, self._reactor.seconds() - began)
        if minute is not None and result.ran:
            late = self._clock.now() - minute_start(minute)
            self._figures.minute(late.total_seconds() / self._clock.rate)
        self._disbelieved.note(result)
        if runs := result.runs:
            self._log.info("step", runs=len(runs), rows=len(result.rows), run=runs[:9])

    def _committed(self) -> None:
        self._publisher.poke()

    def _replanned(self) -> None:
        self._committed()
        self._refill()

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
        rebased.addCallback(self._disbelieved.note)
        rebased.addCallback(lambda _: self._committed())
        rebased.addErrback(lambda failure: self._log.error("store.fails", why=str(failure.value)))
