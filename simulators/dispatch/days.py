"""The endless life of the database: day after day of one base timetable, in the order of time.

Law: pure; the seed is the only source of chance. Every visit's random source is made from the seed
and the visit's key, so a life looks the same from wherever it is entered.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from heapq import heapify, heappop, heappush
from random import Random
from typing import TYPE_CHECKING

from simulators.dispatch.dirt import Dirt, dirt_of_day
from simulators.dispatch.fates import calm_fate, disturbed_fate
from simulators.dispatch.life import changes_of
from simulators.dispatch.tracks import allot, over_midnight
from simulators.dispatch.visits import visits_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from protocol.times import Instant
    from simulators.dispatch.changes import Change
    from simulators.dispatch.fates import Fate
    from simulators.dispatch.temper import Temper
    from simulators.dispatch.visits import Visit
    from station_config.model import Station, TimetableRow

LONGEST = timedelta(days=2)
"""A day's rows are gone from the tables so long after the day began (24 h, 6 h of lateness and
then some)."""


@dataclass(frozen=True)
class Day:
    """The truth about one date.

    Attributes:
        fates: what happens to each visit.
        dirt: what is written wrongly.
        changes: what the database is told, in the order of time.
    """

    date: date
    fates: tuple[Fate, ...]
    dirt: tuple[Dirt, ...]
    changes: tuple[Change, ...]


class Days:
    """Makes the days of one station.

    Args:
        station: zone, layouts, minimum dwell.
        rows: the base timetable, every row of every day.
        seed: the same seed gives the same days.
        temper: how they go.
    """

    def __init__(
        self, station: Station, rows: tuple[TimetableRow, ...], seed: int, temper: Temper
    ) -> None:
        self._station = station
        self._rows = rows
        self._seed = seed
        self._temper = temper

    def day(self, day: date) -> Day:
        """Return everything that happens to the visits of `day`."""
        fates = self._fates(day)
        if self._temper.disturbed:
            fates = self._with_tracks(day, fates)
        dirt = self._dirt(day, fates) if self._temper.disturbed else []
        changes = [change for fate in fates for change in changes_of(fate)]
        changes += [change for d in dirt for change in (d.dirty, d.clean)]
        changes.sort(key=lambda change: change.at)
        return Day(day, tuple(fates), tuple(dirt), tuple(changes))

    def changes_from(self, start: Instant) -> Iterator[Change]:
        """Yield every change from well before `start` on, in the order of time, without end.

        The first ones are old enough that, once all changes up to `start` are applied to an empty
        database, it stands as at `start`.
        """
        first = self._local_date(start - LONGEST)
        pending: list[tuple[Instant, int, int, Change]] = []
        loaded = first
        for number in range(4):
            pending += self._numbered(first + timedelta(days=number))
            loaded = first + timedelta(days=number)
        heapify(pending)
        while True:
            at, _, _, change = heappop(pending)
            while loaded <= self._local_date(at) + timedelta(days=1):
                loaded += timedelta(days=1)
                for item in self._numbered(loaded):
                    heappush(pending, item)
            yield change

    def _numbered(self, day: date) -> list[tuple[Instant, int, int, Change]]:
        ordinal = day.toordinal()
        return [(c.at, ordinal, n, c) for n, c in enumerate(self.day(day).changes)]

    def _local_date(self, at: Instant) -> date:
        return at.astimezone(self._station.zone_info).date()

    def _random(self, purpose: str) -> Random:
        return Random(f"{self._seed}:{purpose}")  # noqa: S311 - repeatable, not secret

    def _fates(self, day: date) -> list[Fate]:
        visits = visits_on(day, self._rows, self._station.zone_info)
        return [self._fate(visit) for visit in visits]

    def _fate(self, visit: Visit) -> Fate:
        if not self._temper.disturbed:
            return calm_fate(visit)
        dwell = self._station.policies.minimum_dwell
        return disturbed_fate(visit, self._temper, dwell, self._random(visit.key))

    def _with_tracks(self, day: date, fates: list[Fate]) -> list[Fate]:
        zone = self._station.zone_info
        guests = []
        for other in (day - timedelta(days=1), day, day + timedelta(days=1)):
            theirs = fates if other == day else self._fates(other)
            guests += [f for f in theirs if over_midnight(f, other, zone)]
        staying = {f.visit.key for f in guests}
        movable = [f for f in fates if f.visit.key not in staying]
        layout = self._station.layout_on(day)
        share = self._temper.track_changes
        moved = allot(movable, guests, layout, share, lambda key: self._random(f"{key}:track"))
        by_key = {f.visit.key: f for f in moved}
        return [by_key.get(f.visit.key, f) for f in fates]

    def _dirt(self, day: date, fates: list[Fate]) -> list[Dirt]:
        begin, end = (self._midnight(d) for d in (day, day + timedelta(days=1)))
        mean = self._temper.dirt_per_hour * (end - begin).total_seconds() / 3600
        layout = self._station.layout_on(day)
        return dirt_of_day(fates, layout, begin, end, mean, self._random(f"{day}:dirt"))

    def _midnight(self, day: date) -> Instant:
        local = datetime(day.year, day.month, day.day, tzinfo=self._station.zone_info)
        return local.astimezone(UTC)
