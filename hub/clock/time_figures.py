"""The clock's figures for Prometheus.

Law: reads the report when somebody asks, decides nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.clock.report import Standing
from station_config.runtime.metrics import one_of
from station_config.runtime.timekeeping.quality import Quality

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.clock.report import SourceReport, TimeReport
    from station_config.runtime.metrics import Figures


def add_time(figures: Figures, report: Callable[[], TimeReport]) -> None:
    """Add them; `report` says how the time is known."""
    figures.gauge(
        "station_time_quality",
        "1 for how the hub knows the time",
        lambda: one_of(Quality, report().quality),
        labels=("quality",),
    )
    figures.gauge(
        "station_time_followed", "1: station time is this", lambda: int(report().followed)
    )
    figures.gauge(
        "station_time_uncertainty_seconds",
        "what the time may be off by",
        lambda: _seconds(report().uncertainty_ms),
    )
    figures.gauge(
        "station_time_machine_offset_seconds",
        "the machine's own clock minus the time",
        lambda: _seconds(report().machine_offset_ms),
    )
    figures.gauge(
        "station_time_drift_ratio",
        "how much faster our oscillator runs",
        lambda: None if (ppm := report().drift_ppm) is None else ppm / 1e6,
    )
    figures.gauge(
        "station_time_holdover_seconds",
        "since the last reading that was believed",
        lambda: report().holdover_s,
    )
    figures.counter("station_time_steps_total", "steps of the time", lambda: report().steps)
    _add_sources(figures, lambda: report().sources)


def _add_sources(figures: Figures, sources: Callable[[], tuple[SourceReport, ...]]) -> None:
    figures.gauge(
        "station_time_source_offset_seconds",
        "a source's time minus the time",
        lambda: {(each.name,): _seconds(each.offset_ms) for each in sources()},
        labels=("source",),
    )
    figures.gauge(
        "station_time_source_jitter_seconds",
        "of a source's last readings",
        lambda: {(each.name,): _seconds(each.jitter_ms) for each in sources()},
        labels=("source",),
    )
    figures.gauge(
        "station_time_source_standing",
        "1 for what a source is to the hub",
        lambda: {
            (each.name, one.value): int(one is each.standing)
            for each in sources()
            for one in Standing
        },
        labels=("source", "standing"),
    )
    figures.counter(
        "station_time_source_rejected_total",
        "answers of a source that were none",
        lambda: {(each.name,): each.rejected for each in sources()},
        labels=("source",),
    )


def _seconds(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000
