"""The link's figures for Prometheus, the same for every subsystem.

Law: reads what the link tells anyway (`HubLink.details`); knows no subsystem.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from protocol.messages import LinkMode, SourceMode
from protocol.times import to_unix
from station_config.runtime.metrics import Figures, one_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from station_config.runtime.clocks import StationClock
    from station_config.runtime.deployment import SubsystemSettings
    from station_config.runtime.sse import Channel

PLAIN = (
    ("epoch", "epoch of the hub that is followed"),
    ("manifest_seq", "sequence number of the manifest that is held"),
    ("missing", "entries of the manifest that are not held yet: how far behind"),
    ("runs", "runs that are held"),
    ("clock_offset_s", "own station time minus the hub's"),
    ("heard_age_s", "since the last sign of life of the hub"),
)
"""Figures of `HubLink.details` that are told as they are, and what they are."""

SECONDS = {"clock_offset_s": "clock_offset_seconds", "heard_age_s": "beat_age_seconds"}


def link_figures(
    kind: str,
    settings: SubsystemSettings,
    details: Callable[[], dict[str, Any]],
    wall: StationClock,
) -> Figures:
    """Return the figures of a subsystem's link; a subsystem adds its own.

    Args:
        kind: of the subsystem.
        settings: of the subsystem.
        details: of the link.
        wall: the system's own time, by which files have theirs.
    """
    figures = Figures(kind, settings.id)
    for key, told in PLAIN:
        figures.gauge(f"station_link_{SECONDS.get(key, key)}", told, _reader(details, key))
    figures.gauge(
        "station_link_mode",
        "1 for the mode in which the link is",
        lambda: one_of(LinkMode, details()["mode"]),
        labels=("mode",),
    )
    figures.gauge(
        "station_link_source_mode",
        "1 for how dispatching stands by the hub's last word",
        lambda: one_of(SourceMode, getattr(details()["source"], "mode", None)),
        labels=("mode",),
    )
    figures.gauge("station_link_broker_up", "1: connected", lambda: details()["broker"])
    figures.gauge(
        "station_link_tomorrow_held",
        "1: tomorrow's plan is held, so that midnight may be passed alone",
        lambda: details()["tomorrow_held"],
    )
    figures.counter(
        "station_link_connects_total",
        "connections to the broker tried",
        lambda: details()["connects"],
    )
    figures.counter(
        "station_link_rejected_total",
        "messages that did not follow the protocol",
        lambda: details()["rejected"],
    )
    figures.gauge(
        "station_cache_age_seconds",
        "since the cache was last written",
        lambda: _age(settings.cache, to_unix(wall.now())),
    )
    return figures


def add_streams(figures: Figures, channels: Sequence[Channel]) -> None:
    """Tell of the event streams to pages: how many listen, what was sent, who was dropped."""
    figures.gauge(
        "station_web_streams",
        "pages that listen to an event stream now",
        lambda: sum(channel.listeners for channel in channels),
    )
    figures.counter(
        "station_web_events_total",
        "events sent, counted once for each page",
        lambda: sum(channel.sent for channel in channels),
    )
    figures.counter(
        "station_web_dropped_total",
        "pages dropped because they did not read",
        lambda: sum(channel.dropped for channel in channels),
    )


def _reader(details: Callable[[], dict[str, Any]], key: str) -> Callable[[], Any]:
    return lambda: details()[key]


def _age(cache: Path, now: float) -> float | None:
    """Return how old the cache is; SQLite writes beside the file first."""
    times = [path.stat().st_mtime for path in cache.parent.glob(f"{cache.name}*") if path.is_file()]
    return max(0.0, now - max(times)) if times else None
