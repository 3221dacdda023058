"""The feed's figures for Prometheus, by line.

Law: reads the report that `station feed status` prints; nothing is counted twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from protocol.messages import SourceMode

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.feed_report import FeedReport, LineReport
    from station_config.runtime.metrics import Figures

GAUGES = (
    ("port_open", "port_open", "1: the device is open"),
    ("source_age_seconds", "source_age_s", "since the last good poll of the database"),
    ("verified_age_seconds", "verified_age_s", "since the whole table was last confirmed"),
    ("generation_age_seconds", "generation_age_s", "since the snapshot on the line began"),
    ("mode_age_seconds", "mode_age_s", "since the line is in its mode"),
    ("rows", "rows", "rows in the line's table"),
    ("changes_per_second", "changes_per_s", "changed rows, mean of a minute"),
    ("use_percent", "line_use_percent", "of what the baud rate can carry, mean of a minute"),
    ("disagreements", "disagreements", "rows in which the line contradicts the lead now"),
    ("clock_offset_seconds", "clock_offset_s", "this side's clock minus the sender's"),
)
COUNTERS = (
    ("restored_total", "restored", "symbols that the erasure code gave back"),
    ("conflicts_total", "same_revision_conflicts", "rows of one revision with two contents"),
    ("disagreements_total", "disagreements_seen", "rows in which it has contradicted the lead"),
    ("source_rejected_total", "source_rejected", "rows of the database that nobody can map"),
    ("sender_received_total", "sender_received", "octets that came to the sender: must be 0"),
    ("port_errors_total", "line_errors", "framing, overrun, parity errors and breaks"),
    ("damaged_total", "damaged", "characters that the port has marked as damaged"),
)
"""Name after ``station_feed_``, field of `LineReport`, meaning."""


def add_feed(figures: Figures, feed: Callable[[], FeedReport | None]) -> None:
    """Tell how the lines stand; `feed` None: this hub does not listen."""
    for name, key, told in GAUGES:
        figures.gauge(f"station_feed_{name}", told, _each(feed, key), labels=("line",))
    for name, key, told in COUNTERS:
        figures.counter(f"station_feed_{name}", told, _each(feed, key), labels=("line",))
    figures.gauge("station_feed_live", "1: some line is LIVE", _whole(feed, "live"))
    figures.gauge("station_feed_table_rows", "rows in the hub's table", _whole(feed, "rows"))
    figures.counter(
        "station_feed_takeovers_total", "changes of the lead", _whole(feed, "takeovers")
    )
    figures.counter(
        "station_feed_frames_total",
        "frames by what became of them",
        lambda: {
            (line.name, fate): count for line in _lines(feed) for fate, count in line.frames.items()
        },
        labels=("line", "fate"),
    )
    figures.gauge(
        "station_feed_mode",
        "1 for how the hub stands with dispatching over the line",
        lambda: {
            (line.name, mode.value): int(mode is line.mode)
            for line in _lines(feed)
            for mode in SourceMode
        },
        labels=("line", "mode"),
    )


def _each(feed: Callable[[], FeedReport | None], key: str) -> Callable[[], Any]:
    return lambda: {(line.name,): getattr(line, key) for line in _lines(feed)}


def _whole(feed: Callable[[], FeedReport | None], key: str) -> Callable[[], Any]:
    return lambda: getattr(feed(), key, None)


def _lines(feed: Callable[[], FeedReport | None]) -> list[LineReport]:
    report = feed()
    return [] if report is None else report.lines
