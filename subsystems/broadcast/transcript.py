"""What is told to everybody of what is spoken: the same words, the places where they are heard.

Law: pure. A voice is told when it begins and when it ends. An emergency is told for as long as it
has its zones, not only while its voice sounds, so that screens do not come and go with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace

from protocol.limits import SPOKEN_MOST_S
from protocol.spoken import Said
from station_config.announcements.model import Area
from subsystems.broadcast.model import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from protocol.times import Instant
    from station_config.model import Station
    from subsystems.broadcast.effects import Spoken
    from subsystems.broadcast.model import Occasion

LONGEST_S = SPOKEN_MOST_S * 0.9
"""Real seconds for which a takeover is told at once; it is told anew before they are over."""


def covered(zone: str, station: Station, day: date) -> tuple[str, ...] | None:
    """Return the ids of platforms, gates and waiting rooms that hear `zone`; None: all.

    Args:
        zone: id.
        station: whose.
        day: local date, which chooses the layout.
    """
    place, layout = station.announcements.zone(zone), station.layout_on(day)
    everything = {
        Area.PLATFORM: (place.platforms, [each.id for each in layout.platforms]),
        Area.GATE: (place.gates, [each.id for each in layout.gates]),
        Area.WAITING_ROOM: (place.waiting_rooms, [each.id for each in layout.waiting_rooms]),
    }
    if place.area is Area.EVERYWHERE:
        return None
    named, known = everything.get(place.area, ((), []))
    more = place.gates if place.area is Area.WAITING_ROOM else ()
    return (*(named or known), *more)


def places_of(zones: Iterable[str], station: Station, day: date) -> tuple[str, ...]:
    """Return the ids of places that hear one of `zones`, and the zones' own.

    Empty if one of them is heard everywhere: then it is for every screen.
    """
    found: list[str] = []
    for zone in zones:
        places = covered(zone, station, day)
        if places is None:
            return ()
        found += (zone, *places)
    return tuple(dict.fromkeys(found))


@dataclass
class Telling:
    """What was told and is not over.

    Attributes:
        station: whose zones cover which places.
        rate: station seconds per real second.
        takeovers: emergencies that are told, by key.
    """

    station: Station
    rate: float
    takeovers: dict[str, Said] = field(default_factory=dict)

    def spoken(self, effect: Spoken, text: Mapping[str, str]) -> Said | None:
        """Return what is to be told of a voice; None: its takeover is told already."""
        play = effect.play
        if play.occasion.kind is Kind.EMERGENCY:
            return None
        about = (each.run_id for each in play.occasion.members or (play.occasion,))
        return Said(
            spoken_id=play.voice,
            kind=play.occasion.kind.value,
            text=dict(text),
            begins_at=play.began_at,
            ends_at=max(effect.until, play.began_at),
            zones=play.zones,
            places=self._places(play.zones, play.began_at),
            run_ids=tuple(run_id for run_id in about if run_id is not None),
            ended=effect.ended,
        )

    def taken_over(self, takeovers: Mapping[str, Occasion], now: Instant) -> list[Said]:
        """Return what is to be told of emergencies: begun, going on, over."""
        over = [key for key in self.takeovers if key not in takeovers]
        said = [_ended(self.takeovers.pop(key), now) for key in over]
        for key, occasion in takeovers.items():
            told = self.takeovers.get(key)
            lasts = timedelta(seconds=LONGEST_S * self.rate)
            wanted = min(now + lasts, occasion.latest)
            if told is None or (told.ends_at - now < lasts / 2 and told.ends_at < wanted):
                self.takeovers[key] = self._takeover(occasion, told, wanted, now)
                said.append(self.takeovers[key])
        return said

    def _takeover(
        self, occasion: Occasion, told: Said | None, until: Instant, now: Instant
    ) -> Said:
        return Said(
            spoken_id=occasion.key,
            kind=occasion.kind.value,
            text=occasion.text,
            begins_at=now if told is None else told.begins_at,
            ends_at=until,
            zones=occasion.zones,
            places=self._places(occasion.zones, until),
            emergency=True,
        )

    def _places(self, zones: tuple[str, ...], at: Instant) -> tuple[str, ...]:
        return places_of(zones, self.station, at.astimezone(self.station.zone_info).date())


def _ended(said: Said, now: Instant) -> Said:
    return replace(said, ended=True, ends_at=max(now, said.begins_at))
