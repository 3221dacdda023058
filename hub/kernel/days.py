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

from msgspec.structs import replace

from hub.kernel.facts import Facts, Planned
from hub.kernel.stock import links
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
_AROUND = 2
"""Days before and after within which stock is shared: a night, and one that clocks make longer."""


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
        stock=row.stock,
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


def _sharing(day: _Day) -> dict[str, Planned]:
    return {run_id: entry for run_id, entry in day.entries.items() if entry.stock is not None}


class Days:
    """The runs of a station's timetable on any date; the last few dates are remembered."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._days: dict[date, _Day] = {}
        self._shared: dict[date, dict[str, Planned]] = {}
        rows = station.timetable.rows if station.timetable else ()
        self._shares_stock = any(row.stock is not None for row in rows)

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
            known = self._days[day] = self._linked(day)
            while len(self._days) > _KEPT_DAYS:
                self._days.pop(next(iter(self._days)))
        return known

    def _linked(self, day: date) -> _Day:
        """Return `day`, its runs knowing whose stock they leave with and who leaves with theirs."""
        built = self._build(day)
        if not self._shares_stock:
            return built
        near = [day + n * _DAY for n in range(-_AROUND, _AROUND + 1)]
        kept = {d: self._shared[d] for d in near if d in self._shared}
        self._shared = kept | {d: _sharing(self._build(d)) for d in near if d not in kept}
        fed_by = links({i: entry for d in near for i, entry in self._shared[d].items()})
        feeds = {feeder: fed for fed, feeder in fed_by.items()}
        entries = {
            i: replace(entry, fed_by=fed_by.get(i), feeds=feeds.get(i)) if entry.stock else entry
            for i, entry in built.entries.items()
        }
        return _Day(entries, built.by_number)

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
