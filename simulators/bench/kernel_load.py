"""A hub's database with any number of calls a day, for the kernel's bench.

Law: calls are the shipped station's own day, repeated under other numbers and spread over the
minutes, so that peaks and roles are a real day's. Nothing here is measured.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING

from msgspec.structs import replace as changed

from hub.kernel.days import Days
from hub.operations import Operations
from one_way_feed.rows import RowUpserted, StagePlanRow
from protocol.times import MINUTE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from protocol.times import Instant
    from station_config.model import Station

BATCH = 500
"""Rows of one step while filling."""


class Load:
    """A station whose timetable is empty, and rows of as many calls as wanted.

    Attributes:
        station: the shipped reference station; its trains come over the feed here.
        midnight: the beginning of the day.
    """

    def __init__(self, station: Station) -> None:
        timetable = station.timetable
        if timetable is None:
            raise ValueError("the bench needs a station with a timetable")
        day = timetable.service_date
        self._planned = [f.timetable for f in Days(station).facts(day) if f.timetable is not None]
        self.station = replace(station, timetable=None)
        self._revisions = count(1)
        first = min(entry.first for entry in self._planned if entry.first is not None)
        local = first.astimezone(station.zone_info)
        self.midnight: Instant = first - timedelta(hours=local.hour, minutes=local.minute)

    def row(self, number: int, late: int | None = None) -> StagePlanRow:
        """Return the plan row of call `number`, `late` minutes late."""
        entry = self._planned[number % len(self._planned)]
        shift = (number // len(self._planned) * 7 % 60) * MINUTE
        arrival = entry.arrival + shift if entry.arrival is not None else None
        departure = entry.departure + shift if entry.departure is not None else None
        delay = late * MINUTE if late is not None else None
        return StagePlanRow(
            key=str(number),
            arrival_number=f"K{number}" if arrival else None,
            departure_number=f"K{number}" if departure else None,
            category=entry.category,
            role=entry.role,
            origin=entry.origin,
            destination=entry.destination,
            arrival_track=entry.track,
            departure_track=entry.track,
            planned_arrival=arrival,
            planned_departure=departure,
            estimated_arrival=arrival + delay if arrival and delay is not None else None,
            estimated_departure=departure + delay if departure and delay is not None else None,
        )

    def change(self, row: StagePlanRow) -> RowUpserted:
        """Return the change that brings `row`, newer than all before."""
        return RowUpserted(changed(row), (1, next(self._revisions)))

    def filled(self, url: str, calls: int) -> Operations:
        """Return an open hub at midnight whose database has `calls` calls, nothing to publish."""
        operations = Operations(url, self.station)
        operations.open(self.midnight)
        for batch in _batches(calls):
            rows = [self.change(self.row(number)) for number in batch]
            operations.step(self.midnight, rows)
            operations.acknowledge([p.number for p in operations.pending(2 * BATCH)])
            operations.tidy(self.midnight)
        return operations


def url_of(path: Path) -> str:
    """Return the URL of the SQLite database at `path`."""
    return f"sqlite:///{path}"


def _batches(calls: int) -> Iterator[range]:
    for start in range(0, calls, BATCH):
        yield range(start, min(start + BATCH, calls))
