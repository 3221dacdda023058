"""What persons ask of a hub that leads, and command: the way in of console and command line.

Law: wiring. Every command is recorded in the transaction that does it; several that are given
together are done one after another in one. Nothing is judged here.
"""

from __future__ import annotations

from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeVar

from twisted.internet.defer import Deferred, succeed
from twisted.internet.threads import deferToThreadPool

from hub.audit.order import Order, Orders
from hub.audit.record import Actor, Source
from hub.console.table import make_row
from hub.past.why import why
from hub.reload import Reloaded
from hub.store.audited import all_accepted, ask_audited, not_done, obey_all, rehearsed
from hub.store.reading import reading
from station_config.load import load_station

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from structlog.typing import FilteringBoundLogger

    from hub.audit.order import Obeyed, Rehearsed
    from hub.console.table import Row
    from hub.kernel.objections import Answer
    from hub.kernel.override import Command, StationMode
    from hub.kernel.reasons import Rejected
    from hub.mqtt.store_calls import RunInStore
    from hub.operations import Operations
    from hub.past.why import Why
    from hub.steps import Steps
    from hub.store.audit import AuditStore
    from hub.store.manual import InForce
    from hub.store.outcome import StepResult
    from hub.store.reading import Reader
    from one_way_feed.rows import Row as FeedRow
    from protocol.times import Instant
    from station_config.model import Station
    from station_config.runtime.clocks import StationClock
    from station_config.runtime.deployment import Deployment
    from station_config.runtime.reactor import Reactor

T = TypeVar("T")
COMMAND_LINE = "run.command"
"""Name in the audit of what the command line commands."""


class Desk:
    """A leading hub, as persons see it.

    Args:
        reactor: threads.
        deployment: where this station runs.
        operations: the database.
        steps: the queue before it.
        in_store: runs a call in the store's thread.
        clock: station time.
        audit: where commands are recorded.
        replanned: called after the timetable was read again.
        log: the process's log.
    """

    def __init__(  # noqa: PLR0913 - one collaborator each
        self,
        reactor: Reactor,
        deployment: Deployment,
        *,
        operations: Operations,
        in_store: RunInStore,
        clock: StationClock,
        audit: AuditStore,
        replanned: Callable[[], None],
        log: FilteringBoundLogger,
    ) -> None:
        self._reactor = reactor
        self._deployment = deployment
        self._operations = operations
        self._in_store = in_store
        self._clock = clock
        self._audit = audit
        self._replanned = replanned
        self._log = log
        self._steps: Steps | None = None

    def serve(self, steps: Steps) -> None:
        """Commands go to this queue."""
        self._steps = steps

    @property
    def station(self) -> Station:
        """The station as its files were last read."""
        return self._operations.station

    @property
    def clock(self) -> StationClock:
        """Station time."""
        return self._clock

    def order(self, order: Order) -> Deferred[Obeyed]:
        """Do what a person commands, in turn with everything else, and record it."""
        return self.order_all([order]).addCallback(itemgetter(0))

    def order_all(self, orders: Sequence[Order], *, whole: bool = False) -> Deferred[list[Obeyed]]:
        """Do `orders` one after another in one transaction; see `hub.audit.order.Orders`."""
        if not orders:
            return succeed([])
        assert self._steps is not None  # noqa: S101 - the reign's first act is `serve`
        for each in orders:
            self._log.info("command", who=each.command.who, id=each.command_id)
        return self._steps.command(Orders(tuple(orders), whole))

    def obey(self, now: Instant, command: Orders) -> Deferred[list[Obeyed]]:
        """See `hub.steps.Obey`."""
        return self._in_store(partial(self._obey, now, command)).addCallback(self._say)

    def command(self, command: Command, address: str = "") -> Deferred[Answer]:
        """Do what the command line commands."""
        actor = Actor(who=command.who, source=Source.COMMAND_LINE, address=address)
        done = self.order(Order(command, actor, COMMAND_LINE))
        return done.addCallback(lambda obeyed: obeyed.answer)

    def preview(self, command: Command) -> Deferred[Answer]:
        """Return what a command would be answered."""
        return self._in_store(partial(self._operations.preview, self._clock.now(), command))

    def ask(self, orders: Sequence[Order]) -> Deferred[list[Obeyed]]:
        """Return what each of `orders` alone would be answered."""
        return self._in_store(partial(self._ask_all, list(orders)))

    def rehearse(self, orders: Sequence[Order]) -> Deferred[Rehearsed]:
        """Return what would become of `orders`, done one after another; nothing is done."""
        return self._in_store(partial(self._rehearse, list(orders)))

    def in_force(self) -> Deferred[InForce]:
        """Return what persons have set."""
        return self._in_store(partial(self._operations.in_force, self._clock.now()))

    def all_runs(self) -> Deferred[tuple[list[Row], StationMode | None]]:
        """Return all runs as the console has them, and the station's mode."""
        return self._in_store(self._all_runs)

    def rejects(self, limit: int) -> Deferred[list[tuple[Instant, Rejected, FeedRow]]]:
        """Return what was not believed last, newest first."""
        return self._in_store(partial(self._operations.rejects, limit))

    def why(self, run_id: str) -> Deferred[Why | None]:
        """Return why a run is in its state; on a connection and in a thread of its own."""
        return self._beside(partial(self._why, run_id))

    def past(self, read: Callable[[Reader], T]) -> Deferred[T]:
        """Return what `read` finds; on a connection and in a thread of its own."""

        def opened() -> T:
            with reading(self._deployment.hub.database) as reader:
                return read(reader)

        return self._beside(opened)

    def reload(self) -> Deferred[Reloaded]:
        """Read the station's files again, off the reactor, and go on with their timetable."""
        return self._in_store(self._reload_now).addCallback(self._reloaded)

    def _obey(self, now: Instant, given: Orders) -> list[Obeyed]:
        works = obey_all(given.orders, self._audit)
        if not given.whole:
            return self._operations.obeying(now, works)
        answers = self._operations.obeying(now, works, wanted=all_accepted)
        return answers if all_accepted(answers) else [not_done(each) for each in answers]

    def _ask_all(self, orders: list[Order]) -> list[Obeyed]:
        works = [partial(ask_audited, order=order, audit=self._audit) for order in orders]
        return [obeyed for obeyed, _ in self._operations.rehearsing(self._clock.now(), works)]

    def _rehearse(self, orders: list[Order]) -> Rehearsed:
        works = obey_all(orders, self._audit)
        return rehearsed(self._operations.rehearsing(self._clock.now(), works))

    def _say(self, answers: list[Obeyed]) -> list[Obeyed]:
        for each in answers:
            if each.hand:
                self._log.info("audit", number=each.hand, hash=each.mark)
        return answers

    def _all_runs(self) -> tuple[list[Row], StationMode | None]:
        hands, now = self._audit.hands(), self._clock.now()
        stored = self._operations.all_runs()
        rows = [make_row(each, now, hands.get(each.facts.run_id, 0)) for each in stored]
        return rows, self._operations.mode

    def _why(self, run_id: str) -> Why | None:
        with reading(self._deployment.hub.database) as reader:
            return why(reader, run_id, self.station, self._clock.now())

    def _beside(self, call: Callable[[], Any]) -> Deferred[Any]:
        return deferToThreadPool(self._reactor, self._reactor.getThreadPool(), call)

    def _reload_now(self) -> StepResult:
        station = load_station(self._deployment.station)
        return self._operations.replan(self._clock.now(), station)

    def _reloaded(self, result: StepResult) -> Reloaded:
        timetable = self._operations.station.timetable
        rows = len(timetable.rows) if timetable is not None else 0
        self._log.info("timetable.reloaded", rows=rows, runs=len(result.runs))
        self._replanned()
        return Reloaded(rows=rows, runs=result.runs, publications=result.publications)
