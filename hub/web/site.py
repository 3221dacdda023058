"""All that a hub's process answers over HTTP, and where it listens.

Law: wiring. On the hub's own port is what this machine asks: health, feed, figures, the command
line's pages. The console is there, too, unless the deployment has TLS for it: then it is behind
that alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.command_token import ensure_token
from hub.web.commands import add_pages
from hub.web.fleet import add_device_pages
from hub.web.status import StatusSite
from station_config.runtime.site_tls import listen_tls
from station_config.runtime.web import Folder, listen

if TYPE_CHECKING:
    from collections.abc import Callable

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.interfaces import IListeningPort
    from twisted.web.resource import Resource

    from hub.clock.report import TimeReport
    from hub.console.site import Console
    from hub.reign import Reign
    from station_config.runtime.deployment import Deployment
    from station_config.runtime.reactor import Reactor
    from station_config.runtime.web import Health


class HubSite:
    """The ports of a hub's process.

    Args:
        reactor: where to listen.
        deployment: on which ports.
        leading: returns the hub that leads; raises a `StationError` if this process does not.
        health: whether the process can do what it is for.
        time: how the time is known.
        metrics: the page of figures.
        console: what persons work with.
        log: the process's log.
    """

    def __init__(  # noqa: PLR0913 - one collaborator each
        self,
        reactor: Reactor,
        deployment: Deployment,
        *,
        leading: Callable[[], Reign],
        health: Callable[[], Health],
        time: Callable[[], TimeReport],
        metrics: Resource,
        console: Console,
        log: FilteringBoundLogger,
    ) -> None:
        self._reactor = reactor
        self._deployment = deployment
        self._leading = leading
        self._health = health
        self._time = time
        self._metrics = metrics
        self._console = console
        self._log = log
        self._ports: list[IListeningPort] = []

    def start(self) -> None:
        """Listen, where the deployment has a port.

        Raises:
            OperatorError: a port cannot be listened on, or key files cannot be used.
        """
        settings = self._deployment.hub
        self._console.start()
        if settings.tls is not None:
            behind = Folder({})
            self._console.add_to(behind)
            self._ports.append(listen_tls(self._reactor, behind, settings.tls, self._log))
        if settings.port is not None:
            site = self._own()
            if settings.tls is None:
                self._console.add_to(site)
            self._ports.append(
                listen(self._reactor, site, host=settings.host, port=settings.port, log=self._log)
            )

    def stop(self) -> None:
        """Listen no more and end all streams."""
        for port in self._ports:
            port.stopListening()
        self._console.stop()

    def _own(self) -> Resource:
        site = StatusSite(health=self._health, feed=lambda: self._leading().feed(), time=self._time)
        token = ensure_token(self._deployment)
        add_device_pages(site, lambda: self._leading().fleet, token=token, log=self._log)
        add_pages(site, desk=lambda: self._leading().desk, token=token, log=self._log)
        site.putChild(b"metrics", self._metrics)
        return site
