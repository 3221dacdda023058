"""The dispatching database that lives the station's timetable.

Law: joins `days` (what happens) and `player` (when it is written); nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.errors import OperatorError
from simulators.dispatch.days import Days
from simulators.dispatch.player import Player
from simulators.dispatch.temper import CALM, DISTURBED, Temper

if TYPE_CHECKING:
    from pathlib import Path

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.interfaces import IReactorTime

    from station_config.model import Station
    from station_config.runtime.clocks import StationClock


class DispatchSimulator:
    """The database that lives a day.

    Args:
        reactor: timers.
        station: with a timetable.
        clock: station time.
        database: the SQLite file; made if it is not there.
        seed: the same seed gives the same days.
        calm: everything exactly on the timetable.
        log: of the process.
        temper: how days go; goes before `calm`.

    Attributes:
        days: the truth, by date.

    Raises:
        OperatorError: the station has no timetable.
    """

    def __init__(  # noqa: PLR0913 - each is a port or a setting of its own
        self,
        reactor: IReactorTime,
        station: Station,
        clock: StationClock,
        database: Path,
        *,
        seed: int,
        calm: bool,
        log: FilteringBoundLogger,
        temper: Temper | None = None,
    ) -> None:
        if station.timetable is None or not station.timetable.rows:
            raise OperatorError("this station has no timetable", where=str(station.directory))
        goes = temper or (CALM if calm else DISTURBED)
        self.days = Days(station, station.timetable.rows, seed, goes)
        zone = station.zone_info
        self._player = Player(reactor, clock, zone, database, self.days.changes_from, log)

    def start(self) -> None:
        """Bring the database to the state of now, then go on.

        Raises:
            OperatorError: the file cannot be made or is no SQLite database.
        """
        self._player.start()

    def stop(self) -> None:
        """Stop; the database stays as it is."""
        self._player.stop()
