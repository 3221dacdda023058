"""What the composition root of every subsystem shares: from a deployment file to a running process.

Law: wiring only. A subsystem says how it is put together (`wire`); when it starts, listens, answers
`/health` and stops is decided here, once for all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred, gatherResults, maybeDeferred

from protocol.errors import OperatorError
from protocol.messages import LinkMode
from station_config.load import load_station
from station_config.runtime.clocks import system_clock
from station_config.runtime.process import run_process
from station_config.runtime.web import Channel, Health, HealthPage, listen
from subsystems.kit.boot import Boot
from subsystems.kit.duties import Willing
from subsystems.kit.hub_link import HubLink
from subsystems.kit.metrics import add_streams, link_figures

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from structlog.typing import FilteringBoundLogger
    from twisted.web.resource import Resource

    from protocol.messages import DeviceDescription
    from station_config.model import Station
    from station_config.runtime.clocks import StationClock
    from station_config.runtime.deployment import Deployment, SubsystemSettings
    from station_config.runtime.metrics import Figures

RESTART_S = 0.5
"""Real seconds from a commanded restart to its beginning: the acknowledgement goes out first."""


@dataclass(frozen=True)
class Parts:
    """What a subsystem is put together from.

    Attributes:
        reactor: the process's.
        deployment: where the station runs.
        settings: this subsystem's table of it.
        station: what the station is.
        clock: the machine's own station time; use `HubLink.now` to tell the time.
        random: for jitter and ids.
        log: the process's log.
    """

    reactor: Any
    deployment: Deployment
    settings: SubsystemSettings
    station: Station
    clock: StationClock
    random: Random
    log: FilteringBoundLogger


@dataclass(frozen=True)
class Wired:
    """A subsystem, put together and not yet started.

    Attributes:
        link: its link to the hub.
        root: what its web server answers with; `/health` is added.
        channels: its event streams, closed at the end.
        begin: called once everything has started.
        details: what else `/health` shows.
        silent_is_well: whether it is well with nothing to tell, for it can say that it has nothing.
        measure: adds the subsystem's own figures to what `/metrics` tells of its link.
    """

    link: HubLink
    root: Resource
    channels: tuple[Channel, ...] = ()
    begin: Callable[[], None] = lambda: None
    details: Callable[[], dict[str, Any]] = dict
    silent_is_well: bool = False
    measure: Callable[[Figures], None] = lambda _: None


Wire = Callable[[Parts], Wired]
"""Puts a subsystem together; what a subsystem's ``service.wire`` is."""


def run_subsystem(kind: str, path: Path, wire: Wire) -> int:
    """Run a subsystem alone in its process until it is told to stop; return the exit code.

    Args:
        kind: its table in the deployment file: ``[subsystems.kind]``.
        path: of the deployment file.
        wire: puts it together.

    Raises:
        OperatorError: the deployment file cannot be used.
    """
    return run_process(
        kind, path, lambda reactor, deployment, log: start(reactor, deployment, log, {kind: wire})
    )


def start(
    reactor: Any,  # noqa: ANN401 - see Parts
    deployment: Deployment,
    log: FilteringBoundLogger,
    wires: Mapping[str, Wire],
) -> None:
    """Start subsystems that share nothing but the reactor: own client, cache and port each.

    Args:
        reactor: the process's.
        deployment: has a table for each.
        log: the process's log; with several, each line says whose it is.
        wires: by kind.

    Raises:
        OperatorError: one has no table or cannot start; then none is to go on, for a process
            that is half there would never be started again.
    """
    station = load_station(deployment.station)
    for kind, wire in wires.items():
        settings = deployment.subsystems.get(kind)
        if settings is None:
            raise OperatorError(f"the deployment has no table [subsystems.{kind}]", where=kind)
        parts = Parts(
            reactor=reactor,
            deployment=deployment,
            settings=settings,
            station=station,
            clock=deployment.station_clock(),
            random=Random(),  # noqa: S311 - jitter and ids, no secrets
            log=log if len(wires) == 1 else log.bind(subsystem=kind),
        )
        begin(parts, wire(parts))


def make_link(
    parts: Parts,
    description: DeviceDescription,
    *,
    on_runs: Callable[[frozenset[str]], None],
    on_status: Callable[[], None],
    willing: Willing | None = None,
) -> HubLink:
    """Return a subsystem's link to the hub; the arguments are `HubLink`'s.

    Its process ends when the hub commands a restart: whoever supervises it starts it anew.
    """
    restart = willing is None or willing.restart is None

    def end() -> None:
        parts.log.warning("process.restart-commanded", within_s=RESTART_S)
        parts.reactor.callLater(RESTART_S, parts.reactor.stop)

    return HubLink(
        parts.reactor,
        deployment=parts.deployment,
        settings=parts.settings,
        station_id=parts.station.id,
        description=description,
        clock=parts.clock,
        random=parts.random,
        log=parts.log,
        on_runs=on_runs,
        on_status=on_status,
        willing=replace(willing or Willing(), restart=end) if restart else willing,
    )


def begin(parts: Parts, wired: Wired) -> None:
    """Start a subsystem, and have it stop with the reactor.

    Raises:
        OperatorError: its port is taken.
    """
    settings, log = parts.settings, parts.log
    wired.root.putChild(b"health", HealthPage(lambda: _health(wired)))
    figures = link_figures(wired.link.kind, settings, wired.link.details, system_clock())
    add_streams(figures, wired.channels)
    wired.measure(figures)
    wired.root.putChild(b"metrics", figures.page())
    port = listen(parts.reactor, wired.root, host=settings.host, port=settings.port, log=log)

    boot = Boot(parts.reactor, lambda: wired.link.clock_quality, wired.channels, log)

    def stop() -> Deferred[Any]:
        boot.stop()
        for channel in wired.channels:
            channel.close()
        stopping: list[Deferred[Any]] = [maybeDeferred(port.stopListening), wired.link.stop()]
        return gatherResults(stopping, consumeErrors=True)

    parts.reactor.addSystemEventTrigger("before", "shutdown", stop)
    wired.link.start()
    wired.begin()
    log.info("web.listening", url=f"http://{settings.host}:{port.getHost().port}/")  # type: ignore[attr-defined] # always IPv4 or IPv6


def _health(wired: Wired) -> Health:
    """A subsystem is well when it has something true to tell, alone or not."""
    details = {**wired.link.details(), **wired.details()}
    well = wired.silent_is_well or wired.link.mode is LinkMode.ONLINE or details["runs"] > 0
    reasons = [] if well else ["nothing to tell: no run was ever received"]
    return Health(ok=well, details={**details, "reasons": reasons})
