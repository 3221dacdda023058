"""All slave clocks: the time server and the serial lines, as the deployment names them.

Law: wiring and figures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from protocol.errors import OperatorError
from subsystems.clock.slave_line import SlaveLine
from subsystems.clock.time_server import TimeServer

if TYPE_CHECKING:
    from collections.abc import Callable

    from structlog.typing import FilteringBoundLogger

    from station_config.runtime.metrics import Figures
    from subsystems.clock.options import ClockOptions
    from subsystems.clock.told_time import Time

AGAIN_S = 10.0
"""Between two tries to listen on a port that is taken."""


class Slaves:
    """All slave clocks.

    Args:
        reactor: see `TimeServer`.
        time: what is told.
        options: which there are.
        log: of the process.
        faulty: told why the server cannot listen, "" when it can again.
        again_s: between two tries to listen.

    Raises:
        OperatorError: a line has no such zone.
    """

    def __init__(
        self,
        reactor: Any,  # noqa: ANN401 - see above
        time: Time,
        options: ClockOptions,
        log: FilteringBoundLogger,
        faulty: Callable[[str], None] = lambda _why: None,
        *,
        again_s: float = AGAIN_S,
    ) -> None:
        self._again_s = again_s
        self._reactor = reactor
        self._log = log
        self._faulty = faulty
        self._again: Any = None
        self.server: TimeServer | None = None
        if options.sntp_port is not None:
            self.server = TimeServer(reactor, time, options)
        self.lines = tuple(SlaveLine(reactor, time, each, log) for each in options.lines)

    def start(self) -> None:
        """Begin to tell. A port that is taken is tried again: the pages go on meanwhile."""
        self._listen()
        for line in self.lines:
            line.start()

    def stop(self) -> Any:  # noqa: ANN401 - a Deferred or None
        """Tell no more."""
        if self._again is not None and self._again.active():
            self._again.cancel()
        for line in self.lines:
            line.stop()
        return None if self.server is None else self.server.stop()

    def _listen(self) -> None:
        if self.server is None:
            return
        try:
            self.server.start()
        except OperatorError as error:
            if self._again is None:
                self._log.error("sntp.closed", why=str(error))
                self._faulty(str(error))
            self._again = self._reactor.callLater(self._again_s, self._listen)
            return
        self._log.info("sntp.listening", port=self.server.port)
        self._faulty("")

    def closed(self) -> list[str]:
        """Return the lines whose port is not open."""
        return [line.device for line in self.lines if not line.open]

    def details(self) -> dict[str, Any]:
        """Return figures for a health page."""
        found: dict[str, Any] = {
            line.device: {
                "open": line.open,
                "sent": line.sent,
                "skipped": line.skipped,
                "late_ms": round(line.late_s * 1000, 3),
            }
            for line in self.lines
        }
        server = self.server
        if server is not None:
            found["sntp"] = {
                "port": server.port,
                "stratum": server.standing().stratum,
                "synchronised": server.standing().synchronised,
                "answered": server.answered,
                "refused": server.refused,
                "ignored": server.ignored,
            }
        return found

    def measure(self, figures: Figures) -> None:
        """Add what `/metrics` tells of them."""
        server = self.server
        if server is not None:
            figures.counter(
                "station_sntp_requests_total",
                "requests of slave clocks, by what became of them",
                lambda: {
                    ("answered",): server.answered,
                    ("refused",): server.refused,
                    ("ignored",): server.ignored,
                },
                labels=("fate",),
            )
            figures.gauge(
                "station_sntp_stratum", "16: not synchronised", lambda: server.standing().stratum
            )
        figures.counter(
            "station_slave_telegrams_total",
            "telegrams to slave clocks",
            lambda: {(line.device,): line.sent for line in self.lines},
            labels=("line",),
        )
        figures.gauge(
            "station_slave_late_seconds",
            "how late after its second the last telegram was handed to the line",
            lambda: {(line.device,): line.late_s for line in self.lines},
            labels=("line",),
        )
