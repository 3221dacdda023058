"""What is known at this moment, as the parts of the broadcast ask for it.

Law: asks the link and the configuration; keeps nothing but words that were put together before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.timeline import lapsed
from subsystems.broadcast.cap_meaning import CapRules
from subsystems.broadcast.occasions import occasions, station_occasions
from subsystems.broadcast.spoken_notices import Grounds
from subsystems.broadcast.state import HORIZON
from subsystems.broadcast.transcript import covered
from subsystems.broadcast.vocabulary import spoken_languages
from subsystems.broadcast.wording import say

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from protocol.times import Instant
    from station_config.model import Station
    from subsystems.broadcast.model import Occasion, Told
    from subsystems.broadcast.settings import Options
    from subsystems.broadcast.wording import Vocabulary
    from subsystems.kit.hub_link import HubLink

TEXTS_MOST = 5000
"""Announcements whose words are kept: a day's of the largest station."""


class Known:
    """What is known.

    Args:
        station: its configuration.
        link: to the hub.
        vocabulary: all words, as corrected.
    """

    def __init__(
        self, station: Station, link: HubLink, vocabulary: Callable[[], Vocabulary]
    ) -> None:
        self._station = station
        self._link = link
        self._vocabulary = vocabulary
        self._texts: dict[tuple[str, str], dict[str, str]] = {}

    def occasions(
        self, source: str, now: Instant, told: Mapping[str, Told]
    ) -> tuple[Occasion, ...]:
        """Return what a run, or the station (""), has to say at `now`."""
        station = self._station
        if not source:
            return station_occasions(station.announcements, station, now, HORIZON)
        run = self._link.runs().get(source)
        if run is None:
            return ()
        unknown = lapsed(run, now, self._link.confirmed_at, self._link.estimate_lifetime)
        return occasions(run, station.announcements, station, now, told=told, lapsed=unknown)

    def text_of(self, occasion: Occasion) -> dict[str, str]:
        """Return what is said of an occasion, by language."""
        key = (occasion.key, occasion.content)
        if key not in self._texts:
            if len(self._texts) >= TEXTS_MOST:
                self._texts.clear()
            self._texts[key] = say(occasion, self._vocabulary()).shown
        return self._texts[key]

    def forget(self) -> None:
        """Put all words together anew."""
        self._texts.clear()

    def number(self, run_id: str) -> str:
        """Return a train's number; of a run that is long gone as its id tells."""
        run = self._link.runs().get(run_id)
        number = None if run is None else run.departure_number or run.arrival_number
        return number or run_id.partition(".")[2].upper()

    def grounds(self) -> Grounds:
        """Return what notices are spoken by."""
        station = self._station
        day = self._link.now().astimezone(station.zone_info).date()
        chimes, prepared = station.announcements.chimes, station.announcements.prepared
        zones = tuple(zone.id for zone in station.announcement_zones)
        return Grounds(
            zones=zones,
            languages=spoken_languages(station),
            covering=lambda place: [z for z in zones if place in (covered(z, station, day) or ())],
            chime=chimes[0].id if chimes else "",
            alarm=next((each.chime for each in prepared if each.chime), ""),
        )

    def cap_rules(self, options: Options) -> CapRules:
        """Return what the station takes alerts for."""
        grounds = self.grounds()
        return CapRules(
            zones=options.cap_zones,
            senders=frozenset(options.cap_senders),
            all_zones=grounds.zones,
            languages=grounds.languages,
            chime=grounds.alarm,
        )
