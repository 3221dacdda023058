"""What persons do from the pages: announce, stop, mute.

Law: checks by the pure parts, logs who did what, and hands the scheduler an event. It answers with
values; HTTP is `site`'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from protocol.errors import OperatorError
from subsystems.broadcast.events import Announce as AnnounceEvent
from subsystems.broadcast.events import Mute, Stop
from subsystems.broadcast.kept import Mutes, MuteUntil
from subsystems.broadcast.manual import Announce, Ground, make_occasion
from subsystems.broadcast.vocabulary import spoken_languages

if TYPE_CHECKING:
    from collections.abc import Callable

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.defer import Deferred

    from protocol.times import Instant
    from station_config.model import Station
    from subsystems.broadcast.asked import MuteAsked, StopAsked
    from subsystems.broadcast.driver import Driver
    from subsystems.broadcast.kept import Kept, Readings
    from subsystems.broadcast.model import Saying
    from subsystems.broadcast.sound_store import SoundStore
    from subsystems.broadcast.speech.port import Clip


@dataclass(frozen=True)
class Means:
    """What the desk does things with.

    Attributes:
        station: whose desk it is.
        driver: of the scheduler.
        sound: makes the sound of words, with a chime and maybe a recording.
        store: of recordings.
        mutes: on disk.
        readings: on disk.
        now: station time.
        seconds: real, monotonic.
        name: a new, unique name.
        log: of the process.
    """

    station: Station
    driver: Driver
    sound: Callable[[Saying, str, str], Deferred[Clip]]
    store: SoundStore
    mutes: Kept[Mutes]
    readings: Kept[Readings]
    now: Callable[[], Instant]
    seconds: Callable[[], float]
    name: Callable[[], str]
    log: FilteringBoundLogger


def ground_of(means: Means) -> Ground:
    """Return what a person's words are checked against."""
    station = means.station
    chimes = station.announcements.chimes
    return Ground(
        zones=tuple(zone.id for zone in station.announcement_zones),
        languages=spoken_languages(station),
        chime=chimes[0].id if chimes else "",
        recordings=means.store.recordings,
    )


def log_person(means: Means, what: str, who: str, address: str, **fields: Any) -> None:  # noqa: ANN401
    """Say in the log who did what: the audit of a machine that has no accounts."""
    means.log.info("broadcast.person", what=what, who=who, address=address, **fields)


class Desk:
    """The desk.

    Args:
        means: see `Means`.

    Attributes:
        want_muted: the hub wants the whole device to be silent.
    """

    def __init__(self, means: Means) -> None:
        self._means = means
        self.want_muted = False

    def announce(self, asked: Announce, address: str) -> dict[str, Any]:
        """Let a person's announcement wait its turn.

        Raises:
            OperatorError: it cannot be spoken.
        """
        means = self._means
        occasion = make_occasion(asked, ground_of(self._means), means.name(), means.now())
        log_person(
            self._means, "announce", asked.who, address, key=occasion.key, zones=occasion.zones
        )
        means.driver.happen(AnnounceEvent(occasion))
        return {"key": occasion.key, "zones": occasion.zones}

    def stop(self, asked: StopAsked, address: str) -> dict[str, Any]:
        """Stop what is spoken or waits; an emergency has its own end."""
        log_person(self._means, "stop", "", address, key=asked.key, zone=asked.zone)
        self._means.driver.happen(Stop(asked.key, asked.zone))
        return {"stopped": True}

    # -- mutes ----------------------------------------------------------------------------------

    def mute(self, asked: MuteAsked, address: str) -> dict[str, Any]:
        """Mute a zone, or end that.

        Raises:
            OperatorError: there is no such zone.
        """
        if asked.zone not in ground_of(self._means).zones:
            raise OperatorError(f"no zone {asked.zone}")
        zones = dict(self._means.mutes.value.zones)
        zones.pop(asked.zone, None)
        if asked.minutes:
            until = self._means.now() + timedelta(minutes=asked.minutes)
            zones[asked.zone] = MuteUntil(until, asked.who)
        self._means.mutes.put(Mutes(zones))
        log_person(self._means, "mute", asked.who, address, zone=asked.zone, minutes=asked.minutes)
        self.obey_mutes()
        return {"muted": bool(asked.minutes)}

    def obey_mutes(self) -> None:
        """Have the scheduler mute just what is to be mute now; called each second, too."""
        now, state = self._means.now(), self._means.driver.state
        held = self._means.mutes.value.zones
        valid = {zone: mute for zone, mute in held.items() if now < mute.until}
        if valid != held:
            self._means.mutes.put(Mutes(valid))
        wanted = {zone for zone in state.zones.order if self.want_muted or zone in valid}
        for zone in state.zones.order:
            if (zone in wanted) != (zone in state.muted):
                by = valid[zone].by if zone in valid else ""
                self._means.driver.happen(Mute(zone, zone in wanted, by))
