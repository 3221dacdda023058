"""Days on the diagram: those of the shipped stations, and of one that is invented."""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path

import msgspec

from simulators.bench.diagram_load import day_runs, invented, moved
from station_config.load import load_station

__all__ = [
    "HOHHOT",
    "INVENTED",
    "SMALL",
    "day_runs",
    "held",
    "invented",
    "local",
    "moved",
    "shipped",
]

STATIONS = Path(__file__).parents[3] / "station_config" / "stations"

HOHHOT = ("hohhot_east", "2021-01-20", "10:00", "13:52")
SMALL = ("muehlau_am_see", "2025-03-28", "06:00", "09:03")
INVENTED = ("invented", "2021-01-20", "08:00", "09:10")
"""Station, day, from when a hub has lived, and now: local times. The reference station's is its
busiest hour."""


def shipped(name):
    return load_station(STATIONS / name)


def local(station, day, clock):
    return datetime.combine(day, time.fromisoformat(clock), station.zone_info).astimezone(UTC)


def held(run):
    """Return `run` with an unknown delay: nothing of its timeline is left but its showing."""
    timeline = type(run.timeline)(shown_at=run.timeline.shown_at)
    return msgspec.structs.replace(run, held=True, timeline=timeline)
