"""Figures for Prometheus: `GET /metrics` beside `GET /health`, on every process.

Law: one registry for each page, none global. A figure is read where it lives when somebody asks;
only what cannot be read afterwards (how long something took) is counted as it happens. A figure
that is not known is left out, never 0; one that cannot be read leaves the others standing.
Names: ``station_PART_WHAT_UNIT``, ``_total`` for what only grows; seconds, never milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from twisted.internet.defer import maybeDeferred
from twisted.web.server import NOT_DONE_YET

from station_config.runtime.leaf import Leaf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from enum import StrEnum

    from prometheus_client.metrics_core import Metric
    from twisted.internet.defer import Deferred
    from twisted.web.server import Request

FAILED = "station_figures_unread_total"
FAST_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Buckets for what should take milliseconds and may take seconds."""

Found = float | Mapping[Any, float | None] | None
"""A figure, or figures by their labels (a tuple of text); None: not known."""


class Figures(Collector):
    """The figures of one process, or of one subsystem of several in a process.

    Attributes:
        registry: what is read.
        names: every figure that may be told, with the names of its labels.
    """

    def __init__(self, role: str, name: str = "") -> None:
        """Begin with what is known of any process: memory, processor time, descriptors.

        Args:
            role: what it is, e.g. ``hub`` or a kind of subsystem.
            name: which of several, e.g. the device's identifier.
        """
        self.registry = CollectorRegistry(auto_describe=False)
        self.names: dict[str, tuple[str, ...]] = {FAILED: ()}
        self._reads: list[Callable[[], Metric | None]] = []
        self._unread = 0
        ProcessCollector(registry=self.registry)
        self.registry.register(self)
        self.gauge(
            "station_process", "what runs here", lambda: {(role, name): 1}, labels=("role", "name")
        )

    def gauge(
        self,
        name: str,
        told: str,
        read: Callable[[], Found],
        *,
        labels: Sequence[str] = (),
    ) -> None:
        """Tell what goes up and down.

        Args:
            name: of the figure.
            told: one sentence about it.
            read: gives the value now, None: not known; with `labels` the values by their labels.
            labels: names of the labels.
        """
        self.names[name] = tuple(labels)
        self._reads.append(lambda: _family(GaugeMetricFamily(name, told, labels=labels), read()))

    def counter(
        self,
        name: str,
        told: str,
        read: Callable[[], Found],
        *,
        labels: Sequence[str] = (),
    ) -> None:
        """Tell what only grows; `name` ends in ``_total``. See `gauge`."""
        self.names[name] = tuple(labels)
        base = name.removesuffix("_total")
        self._reads.append(lambda: _family(CounterMetricFamily(base, told, labels=labels), read()))

    def histogram(self, name: str, told: str, *, buckets: Sequence[float] = FAST_S) -> Histogram:
        """Return a histogram to observe seconds with as they happen."""
        parts = {f"{name}_bucket": ("le",), f"{name}_sum": (), f"{name}_count": ()}
        self.names.update(parts)
        return Histogram(name, told, buckets=buckets, registry=self.registry)

    def collect(self) -> Iterator[Metric]:
        """Read everything; called by the registry."""
        for read in self._reads:
            try:
                found = read()
            except Exception:  # noqa: BLE001 - the others are wanted most when something is wrong
                self._unread += 1
            else:
                if found is not None:
                    yield found
        yield CounterMetricFamily(
            FAILED.removesuffix("_total"), "figures that could not be read", value=self._unread
        )

    def page(self, refresh: Callable[[], Deferred[Any]] | None = None) -> MetricsPage:
        """Return what answers `GET /metrics`.

        Args:
            refresh: called before the figures are read, for those that another thread has; it is
                waited for, so it must come to an end; that it fails does no harm.
        """
        return MetricsPage(self.registry, refresh)


class MetricsPage(Leaf):
    """`GET /metrics`, in the text format of Prometheus."""

    def __init__(
        self, registry: CollectorRegistry, refresh: Callable[[], Deferred[Any]] | None = None
    ) -> None:
        super().__init__()
        self._registry = registry
        self._refresh = refresh

    def render_GET(self, request: Request) -> bytes | int:  # noqa: N802 - Twisted's name
        """Answer."""
        request.setHeader(b"Content-Type", CONTENT_TYPE_LATEST.encode())
        request.setHeader(b"Cache-Control", b"no-store")
        if self._refresh is None:
            return generate_latest(self._registry)
        gone: list[object] = []
        request.notifyFinish().addBoth(gone.append)

        def answer(_: object) -> None:
            if not gone:
                request.write(generate_latest(self._registry))
                request.finish()

        maybeDeferred(self._refresh).addBoth(answer)
        return NOT_DONE_YET


def one_of(names: Iterable[StrEnum], found: object) -> dict[tuple[str], int] | None:
    """Return 1 for `found` and 0 for every other of `names`; None when it is not known."""
    if found is None:
        return None
    return {(each.value,): int(each == found) for each in names}


def _family(
    family: GaugeMetricFamily | CounterMetricFamily,
    found: Found,
) -> Metric | None:
    """Return the family with what was found, None if nothing is known."""
    values = {(): found} if found is None or isinstance(found, (int, float)) else found
    known = {labels: value for labels, value in values.items() if value is not None}
    for labels, value in known.items():
        family.add_metric(labels, value)
    return family if known else None
