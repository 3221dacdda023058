"""The small web of a process that has no other: `GET /health` and `GET /metrics`.

Law: it only answers. A process without a port for it tells nothing, and runs all the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from station_config.runtime.web import Folder, HealthPage, listen

if TYPE_CHECKING:
    from collections.abc import Callable

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.interfaces import IListeningPort

    from station_config.runtime.metrics import Figures
    from station_config.runtime.web import Health


def serve_status(
    reactor: Any,  # noqa: ANN401 - TCP and system events: no one interface of Twisted's
    *,
    host: str,
    port: int,
    health: Callable[[], Health],
    figures: Figures,
    log: FilteringBoundLogger,
) -> IListeningPort:
    """Answer until the reactor stops.

    Raises:
        OperatorError: the port cannot be listened on.
    """
    site = Folder({})
    site.putChild(b"health", HealthPage(health))
    site.putChild(b"metrics", figures.page())
    listening = listen(reactor, site, host=host, port=port, log=log)
    reactor.addSystemEventTrigger("before", "shutdown", listening.stopListening)
    log.info("status.listening", url=f"http://{host}:{listening.getHost().port}/health")  # type: ignore[attr-defined] # always IPv4 or IPv6
    return listening
