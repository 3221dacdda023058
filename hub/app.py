"""The hub's process: one of those on its database leads, the others stand by.

Law: the only wiring of the process. What a leading hub is wired of stands in `hub.reign`; which one
leads is decided by `hub.lease` and carried out by `hub.succession`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred, DeferredList, succeed
from twisted.internet.threads import deferToThreadPool
from twisted.python.threadpool import ThreadPool

from hub.clock.station_time import StationTime
from hub.console.site import Console
from hub.figures import HubFigures
from hub.fleet.deployed import deployed_fleet
from hub.holder import this_process
from hub.lease import Stage
from hub.reign import Reign
from hub.store.database import Database
from hub.store.lease import LeaseStore
from hub.store.wishes import WishStore
from hub.succession import Succession
from hub.web.site import HubSite
from protocol.errors import DeviceError, StationError
from station_config.load import load_station
from station_config.runtime.clocks import awake_or_asleep
from station_config.runtime.process import run_process
from station_config.runtime.web import Health

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from structlog.typing import FilteringBoundLogger
    from twisted.python.failure import Failure

    from hub.lease import Held
    from station_config.model import Station
    from station_config.runtime.deployment import Deployment
    from station_config.runtime.reactor import Reactor

NO_STORE = "the hub waits for its database"
COUNT_S = 2.0
"""How long the figures wait for the database: they are wanted most when it does not answer."""

UNFIT = "the database does not take what it is given, or does not say who leads: see the log"
STANDS_BY = "this hub stands by: ask the one that leads, on {host}, process {pid}"


def main(path: Path) -> int:
    """Run the hub of the deployment at `path`; return the exit code."""
    return run_process("hub", path, _start)


def _start(reactor: Reactor, deployment: Deployment, log: FilteringBoundLogger) -> Deferred[Any]:
    hub = Hub(reactor, deployment, log)
    reactor.addSystemEventTrigger("before", "shutdown", hub.stop)
    return hub.start()


class Hub:
    """One process of a hub: the calls and the duties of its succession, and its web."""

    def __init__(self, reactor: Reactor, deployment: Deployment, log: FilteringBoundLogger) -> None:
        """Wire the hub; nothing is opened yet.

        Raises:
            ConfigErrors: the station's configuration has mistakes.
            OperatorError: the database's URL or a password cannot be used.
        """
        self._reactor = reactor
        self._deployment = deployment
        self._log = log
        self._station = load_station(deployment.station)
        self._pool = ThreadPool(1, 1, name="store")
        self._me = this_process()
        self._database = Database(deployment.hub.database)
        self._created = False
        self._lease = LeaseStore(self._database)
        self._console = Console(
            reactor,
            deployment,
            database=self._database,
            boot=self._me.id[:12],
            in_store=self._in_store,
            leading=self._leading,
            log=log,
        )
        self._succession = Succession(
            reactor,
            seconds=awake_or_asleep,
            calls=self,
            duties=self,
            broken=self._broken,
            log=log,
        )
        self._figures = HubFigures(deployment.hub.id)
        zone = self._station.zone_info
        self._time = StationTime(reactor, deployment, zone, self._figures.figures, log)
        self._next: Reign | None = self._make_reign(self._station)
        self._looks = 0
        self._reign: Reign | None = None
        self._ending: list[Deferred[Any]] = []
        self._stopping = False
        self._begun: Deferred[Any] = Deferred()
        self._site = self._make_site()

    def start(self) -> Deferred[Any]:
        """Stand by, or lead. Fires when the hub leads for the first time.

        Raises:
            OperatorError: the port of the status cannot be listened on, the database is another
                program's, or a key file cannot be used.
        """
        self._pool.start()  # first: `stop` waits for it, whatever fails here
        self._watch()
        self._site.start()
        self._time.start()
        self._time.known().addCallback(self._stand_by)
        return self._begun

    def stop(self) -> Deferred[Any]:
        """Leave in order: no more input, what is decided is said, the lease is given back."""
        self._stopping = True
        self._time.stop()
        self._site.stop()
        self._succession.stop()
        self.retire()
        ended: Deferred[Any] = DeferredList(self._ending)
        ended.addCallback(lambda _: self._give_back())
        return ended.addBoth(self._end_pool)

    # The calls of the succession: the database.

    def look(self) -> Deferred[Held]:
        """See `hub.succession.LeaseCalls`."""
        self._looks += 1
        return self._in_store(self._look)

    def claim(self, seen: Held) -> Deferred[Any]:
        """See `hub.succession.LeaseCalls`."""
        if self._looks > 1 or self._next is None:
            self._next = self._make_reign(self._read_station())
        reign = self._next

        def take(opened: Any) -> None:  # noqa: ANN401 - a Transaction
            self._lease.claim(opened, self._me, seen)

        def failed(failure: Failure) -> Deferred[Failure]:
            self._next = None
            return reign.close().addBoth(lambda _: failure)

        return reign.open(take).addErrback(failed)

    def renew(self) -> Deferred[bool]:
        """See `hub.succession.LeaseCalls`."""
        return self._in_store(partial(self._lease.renew, self._me))

    # The duties of the one that leads.

    def lead(self) -> None:
        """See `hub.succession.Duties`."""
        self._reign, self._next = self._next, None
        if self._reign is None or self._stopping:
            return
        beginning = self._reign.begin()
        beginning.addCallback(lambda _: self._fill())
        beginning.addCallbacks(self._say_begun, self._broken)

    def hush(self) -> None:
        """See `hub.succession.Duties`."""
        if self._reign is not None:
            self._reign.hush()

    def speak(self) -> None:
        """See `hub.succession.Duties`."""
        if self._reign is not None:
            self._reign.speak()

    def retire(self) -> None:
        """See `hub.succession.Duties`."""
        reign, self._reign = self._reign, None
        if reign is not None:
            ending = reign.end()
            ending.addErrback(lambda failure: self._log.error("hub.end", why=str(failure.value)))
            self._ending = [each for each in self._ending if not each.called]
            self._ending.append(ending)

    def _make_site(self) -> HubSite:
        return HubSite(
            self._reactor,
            self._deployment,
            leading=self._leading,
            health=self._health,
            time=self._time.report,
            metrics=self._figures.figures.page(self._refresh),
            console=self._console,
            log=self._log,
        )

    def _look(self) -> Held:
        if not self._created:
            self._database.create()
            self._created = True
        return self._lease.look()

    def _give_back(self) -> Deferred[Any]:
        """Last call to the store: whoever stands by need not wait."""
        given = self._in_store(self._release)
        given.addErrback(lambda failure: self._log.warning("lease.kept", why=str(failure.value)))
        return given

    def _release(self) -> None:
        try:
            if self._created:
                self._lease.release(self._me)
        finally:
            self._database.close()

    def _make_reign(self, station: Station) -> Reign:
        return Reign(
            self._reactor,
            self._deployment,
            station,
            client=f"{self._deployment.hub.id}-{self._me.id[:12]}",
            time=self._time,
            fleet=deployed_fleet(
                self._reactor,
                self._deployment,
                station=station.id,
                store=WishStore(self._database),
                clock=self._time.clock,
                in_store=self._in_store,
                log=self._log,
            ),
            in_store=self._in_store,
            may_speak=self._succession.may_speak,
            figures=self._figures,
            audit=self._console.audit,
            look_on=self._console.live.look_on,
            refill=self._fill,
            log=self._log,
        )

    def _read_station(self) -> Station:
        """Return the station as its files are now: the one that led may have read them again."""
        try:
            self._station = load_station(self._deployment.station)
        except StationError as error:
            self._log.error("station.kept", why=str(error))
        return self._station

    def _in_store(self, call: Callable[[], Any]) -> Deferred[Any]:
        return deferToThreadPool(self._reactor, self._pool, call)

    def _fill(self) -> Deferred[Any]:
        """Show the console all runs; those that change meanwhile come after."""
        if self._reign is None:
            return succeed(None)
        return self._reign.desk.all_runs().addCallback(lambda found: self._console.fill(*found))

    def _say_begun(self, _: object) -> None:
        if not self._begun.called:
            self._begun.callback(None)

    def _broken(self, failure: Failure) -> None:
        """Neither the database nor another hub: this process cannot go on."""
        if not self._begun.called:
            self._begun.errback(failure)
        elif not self._stopping:
            self._log.error("hub.broken", why=failure.getTraceback())
            self._reactor.stop()

    def _stand_by(self, _: None) -> None:
        if not self._stopping:
            self._succession.start()

    def _leading(self) -> Reign:
        if self._reign is not None:
            return self._reign
        seen = self._succession.lease.seen
        if seen is None or seen.holder is None:
            raise DeviceError(NO_STORE)
        raise DeviceError(STANDS_BY.format(host=seen.holder.host, pid=seen.holder.pid))

    def _health(self) -> Health:
        """Of use is one that leads on its database, or that knows who does; dispatching or not."""
        reign, lease = self._reign, self._succession.lease
        waits = lease.stage is Stage.STANDING_BY and lease.seen is not None
        ready = reign.works if reign is not None else waits
        works = ready and not self._succession.failing
        idle: dict[str, object] = {"epoch": 0, "source": None, "waiting": 0}
        details = {
            **self._succession.status,
            **(idle if reign is None else reign.status),
            "store": "works" if works else "fails",
            "clock": self._time.summary,
            "reasons": [] if works else [UNFIT],
        }
        return Health(ok=works, details=details)

    def _watch(self) -> None:
        self._figures.watch(
            stage=lambda: self._succession.lease.stage,
            status=lambda: self._reign.status if self._reign is not None else None,
            works=lambda: self._health().ok,
            feed=lambda: self._reign.feed() if self._reign is not None else None,
            fleet=lambda: self._reign.fleet.report() if self._reign is not None else None,
        )

    def _refresh(self) -> Deferred[None]:
        if self._reign is None:
            return succeed(None)
        counted: Deferred[Any] = self._reign.outbox_depth().addTimeout(COUNT_S, self._reactor)
        return counted.addErrback(lambda _: None).addCallback(self._figures.outbox)

    def _end_pool(self, result: object) -> object:
        self._pool.stop()
        return result
