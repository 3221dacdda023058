"""Stops of a GTFS feed, and which of them are the station.

Law: a look-up by the data alone: identifier, else code, else name. A station stands for all of its
platforms, a platform for itself. Names of several stations are refused, never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from protocol.errors import OperatorError
from station_config.imports.records import records
from station_config.imports.report import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from station_config.imports.records import Source
    from station_config.imports.report import Report

_OPTIONAL = ("stop_code", "parent_station", "location_type", "platform_code", "stop_timezone")
_PLATFORM, _STATION = "0", "1"
_LISTED = 10


@dataclass(frozen=True)
class GtfsStop:
    """A line of ``stops.txt``; texts may be empty."""

    id: str
    name: str
    code: str
    parent: str
    kind: str
    platform: str
    zone: str


Stops = dict[str, GtfsStop]


def read_stops(source: Source, report: Report) -> Stops:
    """Return the stops by identifier."""
    stops: Stops = {}
    for line, cells in records(source, ("stop_id", "stop_name"), _OPTIONAL, report):
        stop_id, name, code, parent, kind, platform, zone = cells
        if not stop_id:
            report.tell(source.at(line), Reason.BAD_STOP, name)
        elif stop_id in stops:
            report.tell(source.at(line), Reason.SAME_ID, stop_id)
        else:
            stops[stop_id] = GtfsStop(
                stop_id, name, code, parent, kind or _PLATFORM, platform, zone
            )
    return stops


def station_stops(stops: Stops, wanted: Iterable[str], where: str) -> frozenset[str]:
    """Return the identifiers of the places where trains stop for each of `wanted` together.

    Raises:
        OperatorError: one is unknown, or the name or code of several stations.
    """
    return frozenset(stop_id for text in wanted for stop_id in _one(stops, text, where))


def place_name(stops: Mapping[str, GtfsStop], stop_id: str) -> str:
    """Return what passengers call the stop: its station's name; empty if it is unknown."""
    stop = stops.get(stop_id)
    if stop is None:
        return ""
    return _root(stops, stop).name or stop.name


def zone_name(stops: Mapping[str, GtfsStop], stop_id: str) -> str:
    """Return the time zone of the stop's station, empty if it has none of its own."""
    stop = stops[stop_id]
    return _root(stops, stop).zone or stop.zone


def _one(stops: Stops, text: str, where: str) -> list[str]:
    if text in stops:
        found = [stops[text]]
    else:
        found = _by_text(stops, text)
        roots = {_root(stops, stop).id: stop for stop in found}
        if len(roots) > 1:
            listed = ", ".join(sorted(roots)[:_LISTED])
            message = (
                f"{text!r} is {len(roots)} stations: {listed}: give one identifier, "
                "or several if they are one station"
            )
            raise OperatorError(message, where=where)
        found = [_root(stops, stop) for stop in found[:1]]
    if not found:
        message = f"no stop has the identifier, code or name {text!r}{_hint(stops, text)}"
        raise OperatorError(message, where=where)
    return _platforms(stops, found[0])


def _by_text(stops: Stops, text: str) -> list[GtfsStop]:
    """Return the stops with that code, else with that name, else with that name in other case."""
    folded = text.casefold()
    served = [stop for stop in stops.values() if stop.kind in (_PLATFORM, _STATION)]
    return (
        [stop for stop in served if stop.code == text]
        or [stop for stop in served if stop.name == text]
        or [stop for stop in served if stop.name.casefold() == folded]
    )


def _root(stops: Mapping[str, GtfsStop], stop: GtfsStop) -> GtfsStop:
    return stops.get(stop.parent, stop) if stop.kind == _PLATFORM else stop


def _platforms(stops: Stops, stop: GtfsStop) -> list[str]:
    if stop.kind == _PLATFORM:
        return [stop.id]
    return [s.id for s in stops.values() if s.kind == _PLATFORM and s.parent == stop.id]


def _hint(stops: Stops, text: str) -> str:
    folded = text.casefold()
    near = {s.name for s in stops.values() if not s.parent and folded in s.name.casefold()}
    return f": is it {', '.join(sorted(near)[:_LISTED])}?" if near else ""
