"""The state of the dispatching source, worked out from the lines that the hub listens to.

Law: pure. The feed lives in real time, the boards in station time; here the one becomes the other.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from protocol.messages import Source, SourceMode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from one_way_feed.status import LineStatus
    from protocol.times import Instant

BEST_FIRST = (
    SourceMode.LIVE,
    SourceMode.UNVERIFIED,
    SourceMode.SOURCE_STALE,
    SourceMode.LINK_DOWN,
)
"""With several lines the best one counts: they carry the same table."""

CONFIRMING_S = 60.0
"""Real seconds; twelve beats."""


def source_of(
    lines: Iterable[LineStatus], *, before: Source | None, now: Instant, rate: float
) -> Source:
    """Return the state of the source.

    Args:
        lines: status of every line, one of them told just now; none at all counts as LINK_DOWN.
        before: what was returned last; `since` is kept while the mode stays.
        now: station time.
        rate: station seconds per real second.
    """
    best = min(lines, key=lambda line: BEST_FIRST.index(line.mode), default=None)
    mode = best.mode if best is not None else SourceMode.LINK_DOWN
    confirmed = before.confirmed_at if before is not None else None
    if best is not None and best.source_age_s is not None:
        fresh = now - timedelta(seconds=best.source_age_s * rate)
        confirmed = max(fresh, confirmed or fresh)
    same = before is not None and before.mode is mode
    return Source(mode, before.since if same and before is not None else now, confirmed)


def lifetime_seconds(lifetime: timedelta, rate: float) -> int:
    """Return for how many station seconds a deviation stays true without confirmation.

    The confirmation travels with the hub's beat, every 5 s of REAL time. In a fast simulation that
    is more station time than the station's `lifetime`, so it never counts less than a real minute.
    """
    return int(max(lifetime.total_seconds(), CONFIRMING_S * rate))
