"""The sender's figures and health, for whoever looks after the satellite.

Law: reads what the sender tells anyway; imported only where the configuration asks for it, for the
satellite is to load as little as can be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from one_way_feed.bodies import SourceState
from one_way_feed.status import TOLERATED
from protocol.times import to_unix
from station_config.runtime.metrics import Figures
from station_config.runtime.web import Health

if TYPE_CHECKING:
    from one_way_feed.carousel import SourceReport
    from one_way_feed.sender import Sender
    from station_config.runtime.clocks import StationClock

WELL = TOLERATED - {SourceState.UNREACHABLE}


def sender_figures(sender: Sender, clock: StationClock) -> Figures:
    """Return what `/metrics` tells of a sender; `clock` is the system's."""
    figures = Figures("feed-sender")
    figures.gauge("station_sender_port_ready", "1: the line takes frames", lambda: sender.ready)
    figures.gauge("station_sender_rows", "rows of the database on the line", lambda: sender.rows)
    figures.gauge("station_sender_epoch", "epoch of this start", lambda: sender.epoch)
    figures.gauge(
        "station_sender_source_state",
        "1 for what the sender says of the database",
        lambda: {(s.name,): int(s == sender.report.state) for s in SourceState},
        labels=("state",),
    )
    figures.gauge(
        "station_sender_poll_age_seconds",
        "since the last good poll",
        lambda: _age(sender.report, clock),
    )
    figures.gauge(
        "station_sender_rejected_rows",
        "records of the database that cannot be rows, now",
        lambda: sender.report.rejected,
    )
    figures.counter("station_sender_frames_total", "frames sent", lambda: sender.frames)
    figures.counter("station_sender_octets_total", "octets sent", lambda: sender.octets)
    figures.counter(
        "station_sender_received_total",
        "octets that came in, counted and thrown away: must be 0",
        lambda: sender.report.received,
    )
    return figures


def sender_health(sender: Sender) -> Health:
    """Return whether the sender can do what it is for: read the database and write the line."""
    reasons = []
    if not sender.ready:
        reasons.append("the line cannot be written")
    if sender.report.state not in WELL:
        reasons.append(f"the database: {sender.report.state.name}")
    details = {
        "source": sender.report.state.name,
        "epoch": sender.epoch,
        "rows": sender.rows,
        "frames": sender.frames,
        "received": sender.report.received,
        "reasons": reasons,
    }
    return Health(ok=not reasons, details=details)


def _age(report: SourceReport, clock: StationClock) -> float | None:
    polled = report.poll_ok_at_ms
    return max(0.0, to_unix(clock.now()) - polled / 1000) if polled else None
