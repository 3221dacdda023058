"""GTFS static: the calls of trains at one station.

Law: tables are streamed; ``stop_times.txt``, which may have millions of lines, is read twice: for
the calls here, then for the first and last stops of their trips. What is held are the stops, the
trips that call here and their services.

What the tables mean here:
    number       ``trip_short_name``, else ``route_short_name``
    role         first stop ORIGIN, last stop TERMINUS, by ``stop_sequence``; a stop at which nobody
                 may board or alight is as if the train ended, started, or ran through here
    track        ``platform_code`` of the platform
    stock        ``block_id``
    times        clock times of the agency's zone; 24:10 is ten past midnight on the day after.
                 On the two days a year on which clocks change GTFS counts from "noon minus 12 h";
                 railways' feeds carry the printed clock times all the same, and so they are taken
    days         of the service, moved to the date of the first event here
    frequencies  trips with them are not supported: their times here are no times
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from protocol.errors import OperatorError
from protocol.runs import Role
from station_config.imports.calls import Call, Imported, category_in, imported
from station_config.imports.gtfs_services import read_services
from station_config.imports.gtfs_stops import place_name, read_stops, station_stops, zone_name
from station_config.imports.gtfs_trips import (
    calls_at,
    ends_of,
    frequent_of,
    routes_of,
    trips_of,
)
from station_config.imports.records import records
from station_config.imports.report import Note, Reason
from station_config.imports.zones import in_zone

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from station_config.imports.gtfs_stops import Stops
    from station_config.imports.gtfs_trips import Ends, GtfsCall, GtfsTrip
    from station_config.imports.records import Source
    from station_config.imports.report import Report
    from station_config.service_days import ServiceDays

STOPS, STOP_TIMES, TRIPS, ROUTES = "stops.txt", "stop_times.txt", "trips.txt", "routes.txt"
AGENCY, FREQUENCIES = "agency.txt", "frequencies.txt"
REQUIRED = (STOPS, STOP_TIMES, TRIPS, ROUTES)
TABLES = (*REQUIRED, AGENCY, FREQUENCIES, "calendar.txt", "calendar_dates.txt")
"""The tables that are read, if they are there."""

_TIME = re.compile(r"(\d{1,3}):([0-5]\d):([0-5]\d)")
_NOBODY, _ON_DEMAND = "1", ("2", "3")


@dataclass(frozen=True)
class _Tables:
    """What is known of the trips that call here."""

    stops: Stops
    trips: dict[str, GtfsTrip]
    routes: dict[str, str]
    services: dict[str, ServiceDays]
    ends: dict[str, Ends]
    frequent: frozenset[str]
    category_of: Callable[[str], str | None]
    zones: tuple[ZoneInfo, ZoneInfo] | None = field(default=None)


def read_gtfs(
    feed: Mapping[str, Source],
    wanted: Sequence[str],
    report: Report,
    category_of: Callable[[str], str | None] = lambda _number: None,
    zone: ZoneInfo | None = None,
) -> list[Imported]:
    """Return the rows of the station.

    Args:
        feed: the tables by file name.
        wanted: identifiers, codes or names of stops or stations that together are the station.
        report: takes what is not used.
        category_of: see `category_in`.
        zone: the station's. None: as the feed says it.

    Raises:
        OperatorError: it is no GTFS, the station is not in it, or no train calls there.
    """
    missing = [name for name in REQUIRED if name not in feed]
    if missing:
        raise OperatorError(f"the feed has no {', '.join(missing)}: is it GTFS?")
    stops = read_stops(feed[STOPS], report)
    here = station_stops(stops, wanted, feed[STOPS].name)
    calls = calls_at(feed[STOP_TIMES], here, report)
    if not calls:
        names = " or ".join(wanted)
        raise OperatorError(f"no trip calls at {names}", where=feed[STOP_TIMES].name)
    tables = _tables(
        feed, stops, calls, report, category_of, _zones(feed, stops, here, zone, report)
    )
    return [row for stop in calls for row in _rows(stop, tables, report)]


def _tables(
    feed: Mapping[str, Source],
    stops: Stops,
    calls: Sequence[GtfsCall],
    report: Report,
    category_of: Callable[[str], str | None],
    zones: tuple[ZoneInfo, ZoneInfo] | None,
) -> _Tables:
    trips = trips_of(feed[TRIPS], frozenset(stop.trip for stop in calls), report)
    return _Tables(
        stops=stops,
        trips=trips,
        routes=routes_of(feed[ROUTES], frozenset(t.route for t in trips.values()), report),
        services=read_services(feed, frozenset(t.service for t in trips.values()), report),
        ends=ends_of(feed[STOP_TIMES], trips, report, here=frozenset(stop.stop for stop in calls)),
        frequent=frequent_of(feed.get(FREQUENCIES), trips, report),
        category_of=category_of,
        zones=zones,
    )


def _zones(
    feed: Mapping[str, Source],
    stops: Stops,
    here: frozenset[str],
    zone: ZoneInfo | None,
    report: Report,
) -> tuple[ZoneInfo, ZoneInfo] | None:
    """Return the zones of the times and of the station, None if the times stay as they are."""
    if AGENCY not in feed:
        return None
    source = feed[AGENCY]
    columns = ("agency_name", "agency_timezone")
    line, (_, of_times) = next(records(source, columns, (), report), (1, ("", "")))
    of_station = zone.key if zone else zone_name(stops, min(here)) or of_times
    try:
        return ZoneInfo(of_times), ZoneInfo(of_station)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        report.tell(source.at(line), Note.ZONE_UNKNOWN, f"{of_times!r} {of_station!r}")
        return None


def _rows(stop: GtfsCall, tables: _Tables, report: Report) -> list[Imported]:
    """Return the rows of a stop here: none, one, or several if zones make its time vary."""
    trip = tables.trips.get(stop.trip)
    reason = _unfit(stop, trip, tables)
    if reason is not None or trip is None:
        report.tell(stop.where, reason or Reason.UNKNOWN_TRIP, stop.trip)
        return []
    call = _call(stop, trip, tables, report)
    if call is None:
        return []
    calls = [call] if tables.zones is None else in_zone(call, *tables.zones, report)
    rows = [imported(each, report) for each in calls]
    return [row for row in rows if row is not None]


def _unfit(stop: GtfsCall, trip: GtfsTrip | None, tables: _Tables) -> Reason | None:
    if trip is None:
        return Reason.UNKNOWN_TRIP
    if stop.trip in tables.frequent:
        return Reason.FREQUENCY_STOP
    if trip.service not in tables.services:
        return Reason.UNKNOWN_SERVICE
    texts = [text for text in (stop.arrival, stop.departure) if text]
    if not texts:
        return Reason.NO_TIME
    return None if all(map(_TIME.fullmatch, texts)) else Reason.BAD_TIME


def _call(stop: GtfsCall, trip: GtfsTrip, tables: _Tables, report: Report) -> Call | None:
    ends = tables.ends[stop.trip]
    route = tables.routes.get(trip.route, "")
    number = trip.number or route
    role = _role(stop, ends)
    if role is None:
        report.tell(stop.where, Reason.NOT_FOR_PASSENGERS, number)
        return None
    _tell_about(stop, ends, role, number, report)
    arrival, departure = (
        _minutes(stop.arrival or stop.departure),
        _minutes(stop.departure or stop.arrival),
    )
    return Call(
        where=stop.where,
        number=number,
        category=category_in(number, tables.category_of, route),
        role=role,
        origin=place_name(tables.stops, ends.first[1]),
        destination=place_name(tables.stops, ends.last[1]),
        arrival=None if role is Role.ORIGIN else arrival,
        departure=None if role is Role.TERMINUS else departure,
        days=tables.services[trip.service],
        track=tables.stops[stop.stop].platform or None,
        stock=trip.block or None,
    )


def _role(stop: GtfsCall, ends: Ends) -> Role | None:
    """Return what the train does here for passengers, None if it does nothing."""
    first, last = stop.seq == ends.first[0], stop.seq == ends.last[0]
    boards = stop.pickup != _NOBODY and not last
    alights = stop.drop_off != _NOBODY and not first
    if boards and alights:
        return Role.INTERMEDIATE
    if boards or alights:
        return Role.ORIGIN if boards else Role.TERMINUS
    return None if first or last else Role.PASS


def _tell_about(stop: GtfsCall, ends: Ends, role: Role, number: str, report: Report) -> None:
    """Tell what was decided for passengers and about times."""
    first, last = stop.seq == ends.first[0], stop.seq == ends.last[0]
    taken = {Role.ORIGIN: Note.BOARD_ONLY, Role.TERMINUS: Note.ALIGHT_ONLY, Role.PASS: Note.PASSES}
    if role in taken and not first and not last:
        report.tell(stop.where, taken[role], number)
    if stop.pickup in _ON_DEMAND or stop.drop_off in _ON_DEMAND:
        report.tell(stop.where, Note.ON_DEMAND, number)
    if not (stop.arrival and stop.departure):
        report.tell(stop.where, Note.ONE_TIME, number)
    if any(text and not text.endswith(":00") for text in (stop.arrival, stop.departure)):
        report.tell(stop.where, Note.SECONDS_CUT, f"{number} {stop.arrival} {stop.departure}")


def _minutes(text: str) -> int:
    hours, minutes, _ = text.split(":")
    return int(hours) * 60 + int(minutes)
