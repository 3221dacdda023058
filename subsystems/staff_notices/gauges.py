"""Figures of staff notices: for `/health`, `/metrics` and the health message.

Law: reads when it is asked; counts only what cannot be read afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from subsystems.staff_notices import telltale
from subsystems.staff_notices.model import OPEN, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from station_config.runtime.metrics import Figures
    from subsystems.staff_notices.machine import State


@dataclass
class Gauges:
    """The figures.

    Attributes:
        state: of the machine.
        terminals: how many are how.
        waiting: steps that are not on disk.
        signed: signatures that counted, since the start.
    """

    state: Callable[[], State]
    terminals: Callable[[], Mapping[str, int]]
    waiting: Callable[[], int]
    signed: int = 0

    def by_status(self) -> dict[str, int]:
        """Return how many notices of the last day there are, by status."""
        found: dict[str, int] = {}
        for (_, status), count in telltale.counts(self.state()).items():
            found[status] = found.get(status, 0) + count
        return found

    def told(self) -> dict[str, float]:
        """Return the figures of the health message."""
        by_status, terminals = self.by_status(), self.terminals()
        return {
            "notices_open": float(sum(by_status[status] for status in OPEN)),
            "notices_escalated": float(by_status[Status.ESCALATED]),
            "terminals_alive": float(terminals["alive"]),
            "terminals_dark": float(terminals["dark"]),
        }

    def add(self, figures: Figures) -> None:
        """Add what `/metrics` tells."""
        figures.gauge(
            "station_notices",
            "notices of the last day, by post and status",
            lambda: telltale.counts(self.state()),
            labels=("post", "status"),
        )
        figures.gauge(
            "station_notices_terminals",
            "terminals: alive, dark, with somebody signed on",
            lambda: {(how,): count for how, count in self.terminals().items()},
            labels=("how",),
        )
        figures.counter(
            "station_notices_signed_total", "signatures that counted", lambda: self.signed
        )
        figures.gauge("station_notices_not_on_disk", "steps that wait for the disk", self.waiting)
