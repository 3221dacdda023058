"""The timetable on a date: its local times as instants, its runs with their identifiers.

Law: the only place where local time becomes UTC; zones and their changes end here. A local time
that occurs twice (clocks go back) is its first occurrence. One that does not occur (clocks go
forward) is counted with the offset before the change: 02:30 is what the clocks show as 03:30. A
departure never comes before its arrival: then it is the second occurrence or, if there is none or
that is before, too, the arrival's own instant.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from hub.kernel.facts import Facts, Planned
from protocol.identifiers import make_run_id

if TYPE_CHECKING:
    from collections.abc import Iterable
    from zoneinfo import ZoneInfo

    from protocol.times import Instant
    from station_config.model import Station, TimetableRow

NEAR = timedelta(hours=12)
"""Trains of one number run at most daily, so a row this near to an entry is about that entry."""

_DAY = timedelta(days=1)
_KEPT_DAYS = 6


def to_instant(day: date, local: time, zone: ZoneInfo, *, fold: int = 0) -> Instant:
    """Return the instant at which clocks in `zone` show `local` on `day`; see this file's law."""
    return datetime.combine(day, local, tzinfo=zone).replace(fold=fold).astimezone(UTC)


def planned_on(row: TimetableRow, day: date, zone: ZoneInfo) -> Planned:
    """Return the timetable's `row` on `day`, the local date of its first event."""
    arrival = to_instant(day, row.arrival, zone) if row.arrival else None
    early = (row.departure or time.max) < (row.arrival or time.min)
    departure = _departure(row, arrival, day + _DAY * early, zone)
    return Planned(
        arrival_number=row.arrival_number,
        departure_number=row.departure_number,
        category=row.category,
        role=row.role,
        origin=row.origin,
        destination=row.destination,
        arrival=arrival,
        departure=departure,
        track=row.track,
    )


def _departure(
    row: TimetableRow, arrival: Instant | None, day: date, zone: ZoneInfo
) -> Instant | None:
    """Return the departure on `day`, never before the arrival whatever the clocks do between."""
    if row.departure is None:
        return None
    first = to_instant(day, row.departure, zone)
    if arrival is None or first >= arrival:
        return first
    return max(arrival, to_instant(day, row.departure, zone, fold=1))


def numbers_of(*numbers: str | None) -> frozenset[str]:
    """Return the single train numbers in `numbers`: ``K274/K275`` is two."""
    parts = (part.strip() for number in numbers if number for part in number.split("/"))
    return frozenset(part for part in parts if part)


@dataclass(frozen=True)
class _Day:
    entries: dict[str, Planned]
    by_number: dict[str, tuple[str, ...]]


class Days:
    """The runs of a station's timetable on any date; the last few dates are remembered."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._days: dict[date, _Day] = {}

    def local_date(self, at: Instant) -> date:
        """Return the date that the station's calendars show at `at`."""
        return at.astimezone(self._station.zone_info).date()

    def facts(self, day: date) -> list[Facts]:
        """Return what the timetable alone knows of `day`, in the timetable's order."""
        entries = self._day(day).entries
        return [Facts(run_id=i, service_date=day, timetable=e) for i, e in entries.items()]

    def entry(self, day: date, run_id: str) -> Planned | None:
        """Return the entry of `run_id` on `day`, None if the timetable has none."""
        return self._day(day).entries.get(run_id)

    def find(self, numbers: Iterable[str], near: Instant) -> tuple[date, str] | None:
        """Return service date and run of the train with one of `numbers` nearest to `near`.

        None if there is none within `NEAR`. The neighbouring dates are looked at, too: a train
        that is retimed over midnight keeps its service date.
        """
        today = self.local_date(near)
        wanted = tuple(numbers)
        found = [
            (min(abs(at - near) for at in (entry.first, entry.last) if at), day, run_id)
            for day in (today - _DAY, today, today + _DAY)
            for number in wanted
            for run_id in self._day(day).by_number.get(number, ())
            for entry in (self._day(day).entries[run_id],)
        ]
        distance, day, run_id = min(found, default=(_DAY, today, ""))
        return (day, run_id) if distance <= NEAR else None

    def _day(self, day: date) -> _Day:
        known = self._days.get(day)
        if known is None:
            known = self._days[day] = self._build(day)
            while len(self._days) > _KEPT_DAYS:
                self._days.pop(next(iter(self._days)))
        return known

    def _build(self, day: date) -> _Day:
        timetable = self._station.timetable
        entries: dict[str, Planned] = {}
        by_number: dict[str, tuple[str, ...]] = {}
        seen: Counter[str] = Counter()
        for row in timetable.rows_on(day) if timetable else ():
            number = row.departure_number or row.arrival_number or ""
            seen[number] += 1
            run_id = make_run_id(day, number, seen[number])
            entries[run_id] = planned_on(row, day, self._station.zone_info)
            for part in numbers_of(row.arrival_number, row.departure_number):
                by_number[part] = (*by_number.get(part, ()), run_id)
        return _Day(entries, by_number)
