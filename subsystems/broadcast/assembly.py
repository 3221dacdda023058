"""What the broadcast works with, opened: disks, voices, loudspeakers.

Law: wiring. What cannot be opened does not keep the station silent: the broadcast goes on without
an archive or a memory, and says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import gatherResults

from protocol.errors import DeviceError
from station_config.runtime.clocks import wall_clock
from subsystems.broadcast.kept import Alerts, Kept, Mutes, Readings
from subsystems.broadcast.ledger import Ledger
from subsystems.broadcast.sound_store import SoundStore
from subsystems.broadcast.speech.archive import Archive
from subsystems.broadcast.speech.loudspeakers import Loudspeakers
from subsystems.broadcast.speech.sinks import sinks_of
from subsystems.broadcast.speech.works import SpeechWorks
from subsystems.broadcast.vocabulary import spoken_languages

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger
    from twisted.internet.defer import Deferred

    from protocol.times import Instant
    from subsystems.broadcast.settings import BroadcastSettings
    from subsystems.kit.service import Parts


@dataclass(frozen=True)
class Rooms:
    """Everything that is opened.

    Attributes:
        works: makes sounds.
        loudspeakers: the sinks.
        archive: None: it could not be opened.
        ledger: of the scheduler.
        store: of chimes and recordings.
        mutes: that persons set.
        readings: that persons corrected.
        alerts: that came.
    """

    works: SpeechWorks
    loudspeakers: Loudspeakers
    archive: Archive | None
    ledger: Ledger
    store: SoundStore
    mutes: Kept[Mutes]
    readings: Kept[Readings]
    alerts: Kept[Alerts]


def open_rooms(parts: Parts, settings: BroadcastSettings) -> Rooms:
    """Open everything."""
    folder, log, station = settings.folder, parts.log, parts.station

    def complain(what: str) -> None:
        log.error("broadcast.disk", what=what)

    store = SoundStore(folder / "sounds")
    try:
        store.hang(station.announcements.chimes, station.directory)
    except DeviceError as error:
        log.error("broadcast.no-chimes", why=str(error))  # noqa: TRY400 - expected
    return Rooms(
        works=SpeechWorks(
            parts.reactor,
            log,
            settings=settings.speech,
            cache=folder / "cache",
            clips=store.folder,
            languages=spoken_languages(station),
        ),
        loudspeakers=Loudspeakers(
            parts.reactor, log, sinks_of(parts.reactor, settings.speech, log, parts.random)
        ),
        archive=_archive(settings, log),
        ledger=Ledger(folder / "ledger.sqlite", station.id, complain),
        store=store,
        mutes=Kept(folder / "mutes.json", Mutes(), complain),
        readings=Kept(folder / "readings.json", Readings(), complain),
        alerts=Kept(folder / "alerts.json", Alerts(), complain),
    )


def close_rooms(rooms: Rooms) -> Deferred[Any]:
    """Be silent and close everything; fires when that is done."""
    closing = [rooms.loudspeakers.close(), rooms.works.close()]

    def close(_all: object) -> None:
        rooms.ledger.close()
        if rooms.archive is not None:
            rooms.archive.close()

    return gatherResults(closing, consumeErrors=True).addBoth(close)


def tidy_rooms(rooms: Rooms, now: Instant, log: FilteringBoundLogger) -> None:
    """Forget what is kept no longer."""
    rooms.store.forget(wall_clock())
    if rooms.archive is not None:
        try:
            rooms.archive.expire(now)
        except DeviceError as error:
            log.error("broadcast.archive", why=str(error))  # noqa: TRY400 - expected


def _archive(settings: BroadcastSettings, log: FilteringBoundLogger) -> Archive | None:
    kept = settings.speech.archive
    try:
        return Archive(
            settings.folder / "archive", keep_days=kept.keep_days, keep_sound=kept.keep_sound
        )
    except DeviceError as error:
        log.error("broadcast.no-archive", why=str(error))  # noqa: TRY400 - expected
        return None
