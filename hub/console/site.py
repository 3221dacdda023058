"""The console's site: pages and API, put together.

Law: wiring. The pages are files; what they may load and ask is said in their content policy, which
names the other sites of this deployment whose boards and announcements the console shows.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

from twisted.internet.threads import deferToThreadPool
from twisted.python.threadpool import ThreadPool
from twisted.web.util import Redirect

import hub.console
from hub.accounts.session import Limits
from hub.alarms.conditions import View
from hub.alarms.places import processes_of, segments_of
from hub.alarms.watch import AlarmWatch
from hub.console.api import Api, mount
from hub.console.batches import Batches
from hub.console.doorman import Doorman
from hub.console.drawn import Drawn
from hub.console.live import Live
from hub.console.office import Office
from hub.console.streams import Streams
from hub.scenarios.room import Room
from hub.store.accounts import AccountStore
from hub.store.alarms import AlarmStore
from hub.store.audit import AuditStore
from hub.store.scenarios import ScenarioStore
from protocol.errors import StationError
from station_config.runtime.clocks import system_clock
from station_config.runtime.web import Folder, static_files

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.defer import Deferred
    from twisted.web.resource import Resource
    from twisted.web.server import Request

    from hub.console.table import Row
    from hub.kernel.override import StationMode
    from hub.mqtt.store_calls import RunInStore
    from hub.reign import Reign
    from hub.store.database import Database
    from station_config.runtime.deployment import Deployment
    from station_config.runtime.reactor import Reactor

SHOWN = ("display", "broadcast", "clock", "query", "staff-notices")
"""Kinds of subsystems whose own sites the console may show."""
YEAR_S = 31_536_000


class Console:
    """The console of one process of a hub.

    Args:
        reactor: threads and real time.
        deployment: where this station runs.
        database: of accounts and audit.
        boot: names this life of the process.
        in_store: runs a call in the store's thread.
        leading: returns the hub that leads; raises a `StationError` if this process does not.
        log: the process's log.

    Attributes:
        alarms: of the hub that leads.
        audit: where persons' commands are recorded.
        live: the stream.
        scenarios: under way.
    """

    def __init__(
        self,
        reactor: Reactor,
        deployment: Deployment,
        *,
        database: Database,
        boot: str,
        in_store: RunInStore,
        leading: Callable[[], Reign],
        log: FilteringBoundLogger,
    ) -> None:
        self._reactor = reactor
        self._log = log
        clock, wall = deployment.station_clock(), system_clock().now
        self.audit = audit = AuditStore(database, now=clock.now, wall=wall)
        self._processes, self._segments = processes_of(deployment), segments_of(deployment)
        self._leading = leading
        self.alarms = AlarmWatch(
            reactor,
            now=clock.now,
            view=self._view,
            store=AlarmStore(database),
            in_store=in_store,
            tell=lambda said: self.live.alarm(said),  # noqa: PLW0108 - it comes next
            log=log,
        )
        self.scenarios = Room(
            ScenarioStore(database),
            in_store,
            clock.now,
            lambda: self.live.tell_scenarios(),  # noqa: PLW0108 - it comes next
        )
        self.live = Live(
            reactor,
            clock=clock,
            boot=boot,
            status=lambda: _status(leading),
            in_force=lambda: leading().desk.in_force(),  # noqa: PLW0108 - asked each time
            alarms=lambda: self.alarms.alarms,
            scenarios=lambda: self.scenarios.running,
            log=log,
        )
        self._hashing = ThreadPool(0, 1, name="passwords")
        self._secure = deployment.hub.tls is not None
        self._sites = sites_of(deployment)
        settings = deployment.hub.console
        accounts = AccountStore(database, audit)
        doorman = Doorman(
            accounts,
            audit,
            in_store=in_store,
            in_hash=self._in_hash,
            wall=lambda: wall().timestamp(),
            seconds=reactor.seconds,
            limits=Limits(
                idle_s=settings.idle_minutes * 60, longest_s=settings.longest_hours * 3600
            ),
            log=log,
        )
        self._drawn = Drawn(
            reactor,
            database,
            url=deployment.hub.database,
            boot=boot,
            live=self.live,
            in_store=in_store,
            desk=lambda: leading().desk,
        )
        self._streams = Streams(reactor, lambda token: doorman.check(token, touch=False))
        office = Office(
            desk=lambda: leading().desk,
            fleet=lambda: leading().fleet,
            feed=lambda: leading().feed(),
            doorman=doorman,
            accounts=accounts,
            audit=audit,
            live=self.live,
            diagram=self._drawn.desk,
            alarms=self.alarms,
            scenarios=self.scenarios,
            batches=Batches(),
            in_store=in_store,
            in_hash=self._in_hash,
            wall=lambda: wall().timestamp(),
            sites=self._sites,
            secure=self._secure,
        )
        self._api = Api(office, self._streams, log)

    def add_to(self, root: Resource) -> None:
        """Put pages and API below `root`."""
        policy = content_policy(self._sites)
        root.putChild(b"console", Pages(policy, secure=self._secure))
        root.putChild(b"", Redirect(b"/console/"))
        root.putChild(b"diagram", self._drawn.files)
        mount(root, self._api)

    def fill(self, rows: Sequence[Row], mode: StationMode | None) -> None:
        """Begin anew: this hub has come to lead, or read its timetable again."""
        self.live.fill(rows, mode)
        self._drawn.fill(rows)
        reading = self.scenarios.read()
        reading.addErrback(lambda f: self._log.error("scenarios.unread", why=f.getErrorMessage()))

    def start(self) -> None:
        """Begin to tell."""
        self._hashing.start()
        self.live.start()
        self.alarms.start()

    def stop(self) -> None:
        """End all streams."""
        self._streams.stop()
        self.alarms.stop()
        self._drawn.stop()
        self.live.stop()
        if self._hashing.started:
            self._hashing.stop()

    def _view(self) -> View | None:
        """Return what the parts of the leading hub say, None if this process does not lead."""
        try:
            reign = self._leading()
        except StationError:
            return None
        said: dict[str, Any] = dict(reign.status)
        return View(
            fleet=reign.fleet.report(),
            source=said["source"],
            feed=reign.feed(),
            conflicts=self.live.standing.conflicts,
            connected=said["broker"].get("connected"),
            works=reign.works,
            processes=self._processes,
            segments=self._segments,
        )

    def _in_hash(self, call: Callable[[], Any]) -> Deferred[Any]:
        return deferToThreadPool(self._reactor, self._hashing, call)


def _status(leading: Callable[[], Reign]) -> dict[str, object] | None:
    try:
        return leading().status
    except StationError:
        return None


class Pages(Folder):
    """The files of ``web/``, with a content policy of their own.

    Args:
        policy: see `content_policy`.
        secure: the site speaks TLS, and browsers are to remember that.
    """

    def __init__(self, policy: str, *, secure: bool) -> None:
        super().__init__(static_files(files(hub.console) / "web"))
        self._policy = policy.encode()
        self._secure = secure

    def getChildWithDefault(self, path: bytes, request: Request) -> Resource:  # noqa: N802 - Twisted's
        """Say the policy with whatever is answered."""
        request.setHeader(b"Content-Security-Policy", self._policy)
        request.setHeader(b"Permissions-Policy", b"camera=(), microphone=(), geolocation=()")
        if self._secure:
            request.setHeader(b"Strict-Transport-Security", b"max-age=%d" % YEAR_S)
        found: Resource = super().getChildWithDefault(path, request)
        return found

    def render(self, request: Request) -> Any:  # noqa: ANN401 - Twisted's
        """`/console` without its slash is asked with it: files are found beside it."""
        return Redirect(b"/console/").render(request)


def content_policy(sites: Mapping[str, str]) -> str:
    """Return what the pages may load; `sites` may be asked and framed."""
    others = "".join(f" {address}" for address in sorted(set(sites.values())))
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            f"connect-src 'self'{others}",
            f"frame-src 'self'{others}",
            "worker-src 'self'",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types station-worker",
        )
    )


def sites_of(deployment: Deployment) -> dict[str, str]:
    """Return where a browser finds the sites of subsystems: as set, else as they listen."""
    found = {
        kind: f"http://{each.host}:{each.port}"
        for kind, each in deployment.subsystems.items()
        if kind in SHOWN
    }
    return found | deployment.hub.console.sites
