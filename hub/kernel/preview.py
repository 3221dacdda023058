"""A day as its timetable alone says it: what a plan holds before dispatching has said anything.

Law: pure; offered to whoever may not import the hub, as the entry point ``station.plans``. Nothing
here is stored or published.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.kernel.days import Days
from hub.kernel.derive import derive

if TYPE_CHECKING:
    from datetime import date

    from protocol.runs import Run
    from protocol.times import Instant
    from station_config.model import Station


def planned_runs(station: Station, day: date, now: Instant) -> tuple[Run, ...]:
    """Return the runs of `station` on `day`, a local date, as known from the timetable at `now`."""
    days = Days(station)
    return tuple(derive(facts, station, now) for facts in days.facts(day))
