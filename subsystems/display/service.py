"""The display process: the only wiring of hub link, machine, streams and web.

Law: it wires. What is told is decided in `view` and `machine`, how it is sent in `driver`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from protocol.errors import OperatorError
from protocol.messages import DeviceDescription, LinkMode
from station_config.load import load_station
from station_config.runtime.web import Health, listen
from subsystems.display.driver import Streams, code_of, page_files, site
from subsystems.display.honest import make_status
from subsystems.display.machine import RunsChanged, StatusChanged, document, step
from subsystems.display.start import all_words, first_state, index
from subsystems.kit.hub_link import HubLink

if TYPE_CHECKING:
    from random import Random

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.defer import Deferred
    from twisted.internet.interfaces import IListeningPort

    from station_config.runtime.deployment import Deployment, SubsystemSettings
    from subsystems.display.machine import Event
    from subsystems.display.model import Status

KIND = "display"


class Display:
    """The display subsystem of a station.

    Args:
        reactor: `seconds` monotonic.
        deployment: the deployment; its ``[subsystems.display]`` is ours.
        log: the process's log.
        random: for the link's jitter and ids.

    Raises:
        OperatorError: the deployment has no display, or a language has no words.
        ConfigErrors: the station's configuration has mistakes.
    """

    def __init__(
        self,
        reactor: Any,  # noqa: ANN401 - time, threads and TCP: no one interface of Twisted's
        deployment: Deployment,
        log: FilteringBoundLogger,
        random: Random,
    ) -> None:
        self._reactor = reactor
        self._log = log
        self.settings = _settings(deployment)
        self.station = load_station(deployment.station)
        self._words = all_words(self.station)
        clock = deployment.station_clock()
        self._rate = clock.rate
        self.link = HubLink(
            reactor,
            deployment=deployment,
            settings=self.settings,
            station_id=self.station.id,
            description=DeviceDescription(kind=KIND, languages=tuple(self._words)),
            clock=clock,
            random=random,
            log=log,
            on_runs=self._on_runs,
            on_status=self._on_status,
        )
        files = page_files()
        today = self.link.now().astimezone(self.station.zone_info).date()
        self._state = first_state(self.station, self._words, self._status(), code_of(files), today)
        self.streams = Streams(
            reactor,
            log,
            sheets=self._state.sheets,
            document=lambda board: document(self._state, board, self.link.now()),
            status=lambda: self._state.status,
            time=lambda: (self.link.now(), self._rate),
        )
        self._site = site(
            self.streams,
            sheets=self._state.sheets,
            files=files,
            code=self._state.code,
            index=index(self.station, self._state.sheets, self._words),
            health=self._health,
        )
        self._port: IListeningPort | None = None

    def start(self) -> None:
        """Begin to listen, to browsers first: what is in the cache can be shown at once.

        Raises:
            OperatorError: the port is taken.
        """
        settings = self.settings
        self._port = listen(
            self._reactor, self._site, host=settings.host, port=settings.port, log=self._log
        )
        self.link.start()
        self._on_runs(frozenset(self.link.runs()))
        self._on_status()
        self._log.info("display.open", url=self.url, boards=len(self._state.views))

    @property
    def url(self) -> str:
        """Address of the list of boards."""
        port = self.settings.port if self._port is None else self._port.getHost().port  # type: ignore[attr-defined] # always IPv4 or IPv6
        return f"http://{self.settings.host}:{port}/"

    def stop(self) -> Deferred[None]:
        """End streams, port and link; fires when all is closed."""
        self.streams.close()
        if self._port is not None:
            self._port.stopListening()
        return self.link.stop()

    def _status(self) -> Status:
        zone = self.station.zone_info
        link = self.link
        return make_status(
            link.status(zone), link.confirmed_at, link.estimate_lifetime, self._words, zone
        )

    def _on_runs(self, changed: frozenset[str]) -> None:
        runs = self.link.runs()
        self._step(RunsChanged({run_id: runs.get(run_id) for run_id in changed}))

    def _on_status(self) -> None:
        self._step(StatusChanged(self._status()))

    def _step(self, event: Event) -> None:
        self._state, effects = step(self._state, event, self.link.now())
        for effect in effects:
            self.streams.perform(effect)

    def _health(self) -> Health:
        details = {**self.link.details(), "browsers": self.streams.listeners}
        return Health(ok=True, details={**details, "live": self.link.mode is LinkMode.ONLINE})


def start(reactor: Any, deployment: Deployment, log: FilteringBoundLogger) -> None:  # noqa: ANN401
    """Wire the process; for `station_config.runtime.process.run_process`."""
    from random import SystemRandom  # noqa: PLC0415 - the composition root draws randomness

    display = Display(reactor, deployment, log, SystemRandom())
    display.start()
    reactor.addSystemEventTrigger("before", "shutdown", display.stop)


def _settings(deployment: Deployment) -> SubsystemSettings:
    settings = deployment.subsystems.get(KIND)
    if settings is None:
        raise OperatorError("the deployment has no [subsystems.display]", where=KIND)
    return settings
