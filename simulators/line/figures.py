"""The line's figures for Prometheus.

Law: reads the line's own counters; imported only where somebody asks for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from station_config.runtime.metrics import Figures

if TYPE_CHECKING:
    from simulators.line.driver import SerialLine


def line_figures(line: SerialLine) -> Figures:
    """Return what `/metrics` tells of a line: its counters by what they count."""
    figures = Figures("line")
    figures.counter(
        "station_line_counted_total",
        "octets carried, and what the line did to them",
        lambda: {(what,): count for what, count in line.report().items()},
        labels=("what",),
    )
    return figures
