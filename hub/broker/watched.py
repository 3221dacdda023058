"""The embedded broker as it is told at `/health` and `/metrics` of `station broker`.

Law: reads the supervisor, the system and the certificate; decides nothing.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from station_config.runtime.clocks import system_clock
from station_config.runtime.metrics import Figures
from station_config.runtime.tls import SOON_DAYS
from station_config.runtime.web import Health

if TYPE_CHECKING:
    from station_config.runtime.deployment import TlsSettings
    from station_config.runtime.supervisor import Supervisor

PROC = Path("/proc")


class Watched:
    """The broker under watch."""

    def __init__(self, supervisor: Supervisor, child: str, tls: TlsSettings | None) -> None:
        """Watch a child of `supervisor`, and its certificate.

        Raises:
            OperatorError: the certificate cannot be read.
        """
        self._supervisor = supervisor
        self._child = child
        self._certificate = None if tls is None else tls.cert

    def health(self) -> Health:
        """Return whether the broker runs; a certificate that ends soon is told, not a failure."""
        pid, days = self._supervisor.pid(self._child), self.certificate_days()
        reasons = [] if pid is not None else ["the server is not running: see the log"]
        if days is not None and days < SOON_DAYS:
            reasons.append(f"its certificate ends in {days:.0f} days: station ca issue … --renew")
        details = {
            "pid": pid,
            "starts": self._supervisor.starts(self._child),
            "certificate_days": days,
            "reasons": reasons,
        }
        return Health(ok=pid is not None, details=details)

    def figures(self) -> Figures:
        """Return what `/metrics` tells."""
        figures, supervisor, child = Figures("broker"), self._supervisor, self._child
        figures.gauge(
            "station_broker_up", "1: it runs", lambda: int(supervisor.pid(child) is not None)
        )
        figures.counter(
            "station_broker_starts_total",
            "starts of the server, the first one too",
            lambda: supervisor.starts(child),
        )
        figures.gauge(
            "station_broker_memory_bytes", "resident memory of the server", self._memory_bytes
        )
        figures.gauge(
            "station_broker_certificate_days",
            "until the certificate of its TLS ends",
            self.certificate_days,
        )
        return figures

    def certificate_days(self) -> float | None:
        """Return how long the certificate is valid, None: the broker has none."""
        if self._certificate is None:
            return None
        from hub.broker.authority import days_of  # noqa: PLC0415 - heavy, and seldom wanted

        return round(days_of(self._certificate, system_clock().now()), 1)

    def _memory_bytes(self) -> float | None:
        pid = self._supervisor.pid(self._child)
        if pid is None:
            return None
        pages = int((PROC / str(pid) / "statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGESIZE")
