"""Tables of a GTFS feed, as far as they tell of the trips that call at the station.

Law: streams; holds only what concerns these trips. What the cells mean is `gtfs`'.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from station_config.imports.records import records
from station_config.imports.report import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from station_config.imports.records import Source
    from station_config.imports.report import Report

_CALL = ("trip_id", "stop_id", "stop_sequence", "arrival_time", "departure_time")
_CALL_OPTIONAL = ("pickup_type", "drop_off_type")


@dataclass(frozen=True)
class GtfsCall:
    """A line of ``stop_times.txt`` for a stop here."""

    where: str
    trip: str
    stop: str
    seq: int
    arrival: str
    departure: str
    pickup: str
    drop_off: str


@dataclass(frozen=True)
class GtfsTrip:
    """A line of ``trips.txt``; `number` and `block` may be empty."""

    where: str
    id: str
    route: str
    service: str
    number: str
    block: str


@dataclass
class Ends:
    """First and last stop of a trip, as far as it is read: (sequence, stop)."""

    first: tuple[int, str]
    last: tuple[int, str]


def calls_at(source: Source, here: frozenset[str], report: Report) -> list[GtfsCall]:
    """Return the stops here, each place of a trip once, in the order of the file."""
    found: dict[tuple[str, int], GtfsCall] = {}
    for line, cells in records(source, _CALL, _CALL_OPTIONAL, report):
        if cells[1] not in here:
            continue
        trip, stop, seq, arrival, departure, pickup, drop_off = cells
        where = source.at(line)
        number = _sequence(seq)
        if number is None:
            report.tell(where, Reason.BAD_SEQUENCE, f"{trip} {seq!r}")
        elif (trip, number) in found:
            report.tell(where, Reason.SAME_SEQUENCE, f"{trip} {seq}")
        else:
            found[trip, number] = GtfsCall(
                where, trip, stop, number, arrival, departure, pickup, drop_off
            )
    return list(found.values())


def ends_of(
    source: Source, trips: Mapping[str, GtfsTrip], report: Report, here: frozenset[str]
) -> dict[str, Ends]:
    """Return the first and last stop of each of the trips."""
    ends: dict[str, Ends] = {}
    for line, (trip, stop, seq) in records(source, _CALL[:3]):
        if trip not in trips:
            continue
        number = _sequence(seq)
        if number is None:
            if stop not in here:  # what is wrong here was told before
                report.tell(source.at(line), Reason.BAD_SEQUENCE, f"{trip} {seq!r}")
            continue
        known = ends.setdefault(trip, Ends((number, stop), (number, stop)))
        if number < known.first[0]:
            known.first = number, stop
        if number > known.last[0]:
            known.last = number, stop
    return ends


def trips_of(source: Source, wanted: frozenset[str], report: Report) -> dict[str, GtfsTrip]:
    """Return those of the trips `wanted` that are there."""
    trips: dict[str, GtfsTrip] = {}
    columns = ("trip_id", "route_id", "service_id")
    for line, cells in records(source, columns, ("trip_short_name", "block_id"), report):
        if cells[0] in trips:
            report.tell(source.at(line), Reason.SAME_ID, cells[0])
        elif cells[0] in wanted:
            trips[cells[0]] = GtfsTrip(source.at(line), *cells)
    return trips


def routes_of(source: Source, wanted: frozenset[str], report: Report) -> dict[str, str]:
    """Return the short names of the routes."""
    routes: dict[str, str] = {}
    for line, (route, name) in records(source, ("route_id",), ("route_short_name",), report):
        if route in routes:
            report.tell(source.at(line), Reason.SAME_ID, route)
        elif route in wanted:
            routes[route] = name
    return routes


def frequent_of(
    source: Source | None, trips: Mapping[str, GtfsTrip], report: Report
) -> frozenset[str]:
    """Return the trips here that run so and so often, and reject each of their frequencies."""
    if source is None:
        return frozenset()
    found = set()
    for line, (trip, headway) in records(source, ("trip_id", "headway_secs"), (), report):
        if trip in trips:
            found.add(trip)
            report.tell(source.at(line), Reason.FREQUENCY, f"{trip} every {headway} s")
    return frozenset(found)


def _sequence(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None
