"""Two trains on one track at once: found in a timetable, on the days on which both run.

Law: only what the timetable says. How long stock stands before it starts and after it ends is not
in it, so ORIGIN and TERMINUS occupy their track at one minute only.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import time

    from station_config.mistakes import Findings
    from station_config.model import TimetableRow

DAY = 24 * 60


def check_occupancy(findings: Findings, rows: Sequence[tuple[int, TimetableRow]]) -> None:
    """Warn, at the later line, about each pair of trains that stand on one track at once."""
    by_track: dict[str, list[tuple[int, TimetableRow]]] = defaultdict(list)
    for line, row in rows:
        if row.track is not None and (row.arrival or row.departure) is not None:
            by_track[row.track].append((line, row))
    for track, standing in by_track.items():
        for (line, row), (later_line, later) in combinations(standing, 2):
            if _overlap(row, later):
                findings.warning(
                    later_line,
                    f"stands on track {track!r} at the same time as the train of line {line}",
                )


def _minutes(row: TimetableRow) -> tuple[int, int]:
    """Return first and last minute on the track, counted from midnight, the last past 1440."""
    first, last = row.arrival or row.departure, row.departure or row.arrival
    start, end = _minute(first), _minute(last)
    return start, end if end >= start else end + DAY


def _minute(at: time | None) -> int:
    return at.hour * 60 + at.minute if at is not None else 0


def _overlap(row: TimetableRow, later: TimetableRow) -> bool:
    """Return whether both stand at once; `later` may have come days after or before `row`."""
    one, other = _minutes(row), _minutes(later)
    return any(
        one[0] <= other[1] + days * DAY
        and other[0] + days * DAY <= one[1]
        and row.days.shifted(days).meets(later.days)
        for days in (-1, 0, 1)
    )
