"""The table that the feed is measured with: the shipped station's real day, as dispatching has it.

Law: deterministic; plan and log row of every call of the day, at the end of that day.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import station_config
from one_way_feed.rows import Row, RowKey, StagePlanRow, Step, TrafficLogRow, row_key
from station_config.load import load_station

if TYPE_CHECKING:
    from datetime import date, time

    from station_config.model import Station, TimetableRow

STATION = Path(station_config.__file__).with_name("stations") / "hohhot_east"
LATE = timedelta(minutes=4)


def day_table(copies: int = 1) -> dict[RowKey, Row]:
    """Return the day's rows by key.

    Args:
        copies: so many days after another, for larger tables.
    """
    station = load_station(STATION)
    if station.timetable is None:
        raise LookupError("the station has no timetable")
    rows: dict[RowKey, Row] = {}
    for copy in range(copies):
        day = station.timetable.service_date + timedelta(days=copy)
        for call in station.timetable.rows_on(day):
            plan, log = _rows_of(station, call, day)
            rows[row_key(plan)], rows[row_key(log)] = plan, log
    return rows


def _rows_of(station: Station, call: TimetableRow, day: date) -> tuple[StagePlanRow, TrafficLogRow]:
    zone = ZoneInfo(station.zone)
    arrival, departure = _instant(day, call.arrival, zone), _instant(day, call.departure, zone)
    if arrival and departure and departure < arrival:
        departure += timedelta(days=1)
    key = f"{day:%Y%m%d}-{call.arrival_number or call.departure_number}"
    plan = StagePlanRow(
        key=key,
        arrival_number=call.arrival_number,
        departure_number=call.departure_number,
        category=call.category,
        role=call.role,
        origin=call.origin,
        destination=call.destination,
        arrival_track=call.track if arrival else None,
        departure_track=call.track if departure else None,
        planned_arrival=arrival,
        planned_departure=departure,
        estimated_arrival=arrival and arrival + LATE,
        estimated_departure=departure and departure + LATE,
    )
    log = TrafficLogRow(
        key=key,
        step=Step.DEPARTED if departure else Step.ARRIVED,
        actual_arrival=arrival and arrival + LATE,
        actual_departure=departure and departure + LATE,
        track=call.track,
    )
    return plan, log


def _instant(day: date, at: time | None, zone: ZoneInfo) -> datetime | None:
    return None if at is None else datetime.combine(day, at, zone).astimezone(UTC)
