"""The hub's figures for Prometheus: steps, minutes, rows, what was said, and the feed.

Law: counts and tells, decides nothing. What is counted here outlives a reign, so that a figure that
only grows never falls; what a reign or a line says of itself is read when somebody asks.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from hub.feed_figures import add_feed
from hub.fleet.register import OFFLINE
from hub.kernel.unresolved import CODES
from hub.lease import Stage
from protocol.messages import LinkMode, SourceMode
from station_config.runtime.metrics import Figures, one_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from hub.feed_report import FeedReport
    from hub.fleet.said import FleetReport
    from hub.kernel.objections import Code, Objection
    from hub.store.outcome import StepResult

LATE_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0)
"""Buckets: a minute is begun within milliseconds, or something is wrong."""

BROKER = (
    ("published_total", "published", "publications that the broker has confirmed"),
    ("events_expired_total", "expired", "events that were too late to be sent"),
    ("ghosts_total", "ghosts", "retained messages of the past that were deleted"),
    ("zombies_total", "zombies", "messages of a hub with a lower epoch"),
    ("requests_refused_total", "requests_refused", "requests of devices that were refused"),
    ("requests_bad_total", "requests_bad", "requests of devices that were no requests"),
)
"""Figure, key of the publisher's status, meaning."""


DEPTH_COUNTED = 1000
"""An outbox that is deeper is in trouble anyway."""


class HubFigures:
    """What the process has done, over all its reigns.

    Attributes:
        figures: all of them.
    """

    def __init__(self, name: str) -> None:
        """Begin at nothing.

        Args:
            name: identifier of the hub.
        """
        self.figures = figures = Figures("hub", name)
        self._depth: int | None = None
        self._steps = self._minutes = self._runs = 0
        self._rows: Counter[tuple[str]] = Counter({("believed",): 0, ("held",): 0})
        self._standing = Counter({(code.value,): 0 for code in CODES})
        self._begun = Counter(self._standing)
        self._rejected: Counter[tuple[str, str]] = Counter()
        self._took = figures.histogram(
            "station_hub_step_seconds", "from handing a step to the store to its commit"
        )
        self._late = figures.histogram(
            "station_hub_minute_late_seconds",
            "from a minute's first instant to its commit",
            buckets=LATE_S,
        )
        self._lag = figures.histogram(
            "station_hub_puback_seconds", "from handing a message to the broker to its PUBACK"
        )
        self._add_counts(figures)

    def step(self, result: StepResult, seconds: float) -> None:
        """Count a committed step that took so long."""
        self._took.observe(seconds)
        self._steps += 1
        self._runs += len(result.runs)
        self._rows["believed",] += len(result.rows)
        self._rows["held",] += result.ignored
        for each in result.rejected:
            self._rejected[each.reason.value, "part" if each.partial else "row"] += 1

    def minute(self, late_s: float) -> None:
        """Count a minute whose step was committed so long, in real seconds, after it began."""
        self._minutes += 1
        self._late.observe(max(0.0, late_s))

    def acknowledged(self, seconds: float) -> None:
        """Count a PUBACK."""
        self._lag.observe(seconds)

    def outbox(self, depth: int | None) -> None:
        """Take down how many publications wait, None: the database did not say in time."""
        self._depth = depth

    def conflicts(
        self, standing: Mapping[str, Sequence[Objection]], begun: Iterable[Code] = ()
    ) -> None:
        """Take down which conflicts stand, by run, and which have begun since the last time."""
        self._standing = Counter({(code.value,): 0 for code in CODES})
        self._standing.update((each.code.value,) for said in standing.values() for each in said)
        self._begun.update((code.value,) for code in begun)

    def watch(
        self,
        *,
        stage: Callable[[], Stage],
        status: Callable[[], Mapping[str, Any] | None],
        works: Callable[[], bool],
        feed: Callable[[], FeedReport | None],
        fleet: Callable[[], FleetReport | None] = lambda: None,
    ) -> None:
        """Tell what the process says of itself.

        Args:
            stage: of its lease.
            status: of the reign (`hub.reign.Reign.status`), None: this hub does not lead.
            works: whether the health page says so.
            feed: how the lines stand, None: this hub does not listen.
            fleet: the devices, None: this hub does not lead.
        """
        figures = self.figures
        figures.gauge("station_hub_works", "1: it can do what it is for", lambda: int(works()))
        figures.gauge(
            "station_hub_stage",
            "1 for what this hub is",
            lambda: {(each.value,): int(each is stage()) for each in Stage},
            labels=("stage",),
        )
        self._watch_reign(status)
        add_feed(figures, feed)
        figures.gauge(
            "station_hub_devices",
            "devices by type and mode",
            lambda: _by_mode(fleet()),
            labels=("kind", "mode"),
        )
        figures.gauge(
            "station_hub_device_faults",
            "active faults of devices, by code",
            lambda: _by_fault(fleet()),
            labels=("code",),
        )

    def _watch_reign(self, status: Callable[[], Mapping[str, Any] | None]) -> None:
        def of(key: str) -> Any:  # noqa: ANN401 - as the reign says it
            return (status() or {}).get(key)

        def broker(key: str) -> Any:  # noqa: ANN401 - as the publisher says it
            return (of("broker") or {}).get(key)

        figures = self.figures
        figures.gauge("station_hub_epoch", "epoch of its reign", lambda: of("epoch"))
        figures.gauge("station_hub_steps_waiting", "what waits for a step", lambda: of("waiting"))
        figures.gauge(
            "station_hub_source_mode",
            "1 for how the hub stands with dispatching",
            lambda: one_of(SourceMode, getattr(of("source"), "mode", None)),
            labels=("mode",),
        )
        figures.gauge("station_hub_broker_up", "1: connected", lambda: broker("connected"))
        figures.gauge("station_hub_live", "live retained entities", lambda: broker("live"))
        figures.gauge(
            "station_hub_outbox_depth",
            "publications that the broker has not confirmed, counted up to 1000",
            lambda: self._depth if status() is not None else None,
        )
        for name, key, told in BROKER:
            figures.counter(f"station_hub_{name}", told, lambda key=key: broker(key))  # type: ignore[misc]

    def _add_counts(self, figures: Figures) -> None:
        figures.counter("station_hub_steps_total", "steps committed", lambda: self._steps)
        figures.counter("station_hub_minutes_total", "minutes done", lambda: self._minutes)
        figures.counter("station_hub_runs_changed_total", "changes of runs", lambda: self._runs)
        figures.counter(
            "station_hub_rows_total",
            "rows of dispatching that were believed, or held already",
            lambda: self._rows,
            labels=("fate",),
        )
        figures.counter(
            "station_hub_rows_rejected_total",
            "rows of dispatching, or parts of them, that were not believed",
            lambda: self._rejected,
            labels=("reason", "extent"),
        )
        figures.counter(
            "station_hub_conflicts_total",
            "conflicts between trains that have begun, by code",
            lambda: self._begun,
            labels=("code",),
        )
        figures.gauge(
            "station_hub_conflicts",
            "conflicts between trains that hold now, by code",
            lambda: self._standing,
            labels=("code",),
        )


def _by_mode(report: FleetReport | None) -> dict[tuple[str, str], int] | None:
    """Return the devices by type and mode; 0 for a mode in which none of a known type is."""
    if report is None:
        return None
    modes = (*(mode.value for mode in LinkMode), OFFLINE)
    kinds = {each.kind for each in report.devices.values()}
    counts = Counter({(kind, mode): 0 for kind in kinds for mode in modes})
    counts.update((each.kind, each.mode) for each in report.devices.values())
    return counts


def _by_fault(report: FleetReport | None) -> dict[tuple[str], int] | None:
    if report is None:
        return None
    return Counter((code,) for each in report.devices.values() for code in each.faults)
