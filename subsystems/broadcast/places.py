"""Where a run is announced: from places of the run to the station's announcement zones.

Law: pure. A run's platform, gates and waiting room are what passengers read; zones are tied to ids
of the layout that is in force on its day. Where its waiting room or gate is not known yet, people
may wait in any; a platform that is not known is no platform. Quiet hours and loudness are answers
to the scheduler's questions; see `subsystems.broadcast.zones`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from station_config.announcements.model import Area, Place
from subsystems.broadcast.model import Priority
from subsystems.broadcast.zones import mutual

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import time

    from protocol.runs import Run
    from protocol.times import Instant
    from station_config.announcements.model import Announcements, Quiet, ZonePlace
    from station_config.model import Layout, Station


@dataclass(frozen=True)
class _Where:
    """Ids of what a run has here, now and before; empty: not known."""

    platforms: frozenset[str]
    gates: frozenset[str]
    rooms: frozenset[str]
    former_platforms: frozenset[str]
    former_gates: frozenset[str]


@dataclass(frozen=True)
class Here:
    """Where a run is announced."""

    _where: _Where
    _zones: tuple[ZonePlace, ...]

    @classmethod
    def of(cls, run: Run, station: Station, announcements: Announcements) -> Here:
        """Return where `run` is announced by `announcements`."""
        zones = tuple(announcements.zone(zone.id) for zone in station.announcement_zones)
        return cls(_where(run, station.layout_on(run.service_date)), zones)

    def zones(self, places: Iterable[Place]) -> tuple[str, ...]:
        """Return the ids of the zones that hear it announced at `places`, as configured."""
        wanted = tuple(places)
        return tuple(
            zone.zone
            for zone in self._zones
            if any(_hears(zone, place, self._where) for place in wanted)
        )


def zones_of(
    run: Run, places: Iterable[Place], station: Station, announcements: Announcements
) -> tuple[str, ...]:
    """Return the ids of the zones that hear `run` announced at `places`, as configured."""
    return Here.of(run, station, announcements).zones(places)


def zones_at(
    places: Iterable[Place], station: Station, announcements: Announcements
) -> tuple[str, ...]:
    """Return the ids of all zones of the kinds of `places`, for what is about no train."""
    areas = {_AREAS[place] for place in places}
    return tuple(
        zone.id
        for zone in station.announcement_zones
        if Area.EVERYWHERE in areas or announcements.zone(zone.id).area in {*areas, Area.EVERYWHERE}
    )


def names_of(zones: Iterable[str], station: Station, language: str) -> str:
    """Return the names of `zones` in `language`, for people."""
    names = {zone.id: zone.names.get(language, zone.id) for zone in station.announcement_zones}
    return ", ".join(names.get(zone, zone) for zone in zones)


_AREAS = {
    Place.WAITING_ROOM: Area.WAITING_ROOM,
    Place.GATE: Area.GATE,
    Place.PLATFORM: Area.PLATFORM,
    Place.EXIT: Area.EXIT,
    Place.FORECOURT: Area.FORECOURT,
    Place.FORMER_GATE: Area.GATE,
    Place.FORMER_PLATFORM: Area.PLATFORM,
    Place.EVERYWHERE: Area.EVERYWHERE,
}


def _where(run: Run, layout: Layout) -> _Where:
    platforms = {p.label: p.id for p in layout.platforms}
    gates = {g.label: g.id for g in layout.gates}
    room = run.waiting_room
    return _Where(
        platforms=_ids(platforms, run.platform),
        gates=_ids(gates, *run.gates),
        rooms=frozenset() if room is None else frozenset({room.code}),
        former_platforms=_ids(platforms, run.platform_changed_from),
        former_gates=_ids(gates, *run.gates_changed_from),
    )


def _ids(known: dict[str, str], *labels: str | None) -> frozenset[str]:
    return frozenset(known[label] for label in labels if label is not None and label in known)


def _hears(zone: ZonePlace, place: Place, where: _Where) -> bool:
    """Return whether `zone` hears what is said at `place`; see this file's law."""
    if zone.area is Area.EVERYWHERE or place is Place.EVERYWHERE:
        return True
    if place in {Place.GATE, Place.FORMER_GATE}:
        return _hears_gate(zone, place, where)
    if zone.area is not _AREAS[place]:
        return False
    if place in {Place.PLATFORM, Place.FORMER_PLATFORM}:
        former = place is Place.FORMER_PLATFORM
        return _one(zone.platforms, where.former_platforms if former else where.platforms)
    if place is Place.WAITING_ROOM:
        return _any(zone.waiting_rooms, where.rooms)
    return place is Place.FORECOURT or _any(zone.platforms, where.platforms)


def _hears_gate(zone: ZonePlace, place: Place, where: _Where) -> bool:
    """People at a gate hear the zone of the gate, or that of the waiting room it stands in."""
    gates = where.former_gates if place is Place.FORMER_GATE else where.gates
    if zone.area is Area.GATE:
        return _one(zone.gates, gates)
    return zone.area is Area.WAITING_ROOM and bool(set(zone.gates) & gates)


def _any(covered: tuple[str, ...], wanted: frozenset[str]) -> bool:
    """Nothing said, or nothing known: it may be any."""
    return not covered or not wanted or bool(wanted.intersection(covered))


def _one(covered: tuple[str, ...], wanted: frozenset[str]) -> bool:
    """Nothing said: all; nothing known: none."""
    return bool(wanted) and (not covered or bool(wanted.intersection(covered)))


@dataclass(frozen=True)
class StationZones:
    """The station's zones, as the scheduler asks about them (`subsystems.broadcast.zones.Zones`).

    Attributes:
        station: whose.
    """

    station: Station
    _heard: dict[str, frozenset[str]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make who hears whom symmetric, once."""
        zones = self.station.announcements.zones
        pairs = [(zone.zone, other) for zone in zones for other in zone.neighbours]
        object.__setattr__(self, "_heard", mutual(pairs))

    @property
    def order(self) -> tuple[str, ...]:
        """Ids of all zones, as configured."""
        return tuple(zone.id for zone in self.station.announcement_zones)

    def neighbours(self, zone: str) -> frozenset[str]:
        """Return the zones that hear `zone`."""
        return self._heard.get(zone, frozenset())

    def rests(self, zone: str, now: Instant, priority: Priority) -> bool:
        """Return whether quiet hours forbid `priority` in `zone` at `now`."""
        if priority is Priority.EMERGENCY:
            return False
        return any(word_of(priority) not in quiet.priorities for quiet in self._quiet(zone, now))

    def gain_db(self, zone: str, now: Instant) -> float:
        """Return the loudness of `zone` at `now`: softer in quiet hours."""
        softer = sum(quiet.gain_db for quiet in self._quiet(zone, now))
        return self.station.announcements.zone(zone).gain_db + softer

    def _quiet(self, zone: str, now: Instant) -> list[Quiet]:
        clock = now.astimezone(self.station.zone_info).time()
        hours = self.station.announcements.zone(zone).quiet
        return [quiet for quiet in hours if within(clock, quiet.begins, quiet.ends)]


def within(clock: time, begins: time | None, ends: time | None) -> bool:
    """Return whether `clock` is in the hours from `begins` to `ends`, which may cross midnight."""
    if begins is None or ends is None:
        return (begins is None or begins <= clock) and (ends is None or clock < ends)
    if begins <= ends:
        return begins <= clock < ends
    return clock >= begins or clock < ends


def word_of(priority: Priority) -> str:
    """Return `priority` as configuration writes it."""
    return priority.name.lower().replace("_", "-")


def priority_of(word: str) -> Priority:
    """Return the priority that configuration writes as `word`."""
    return Priority[word.upper().replace("-", "_")]
