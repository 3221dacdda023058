"""Times of another time zone as the station's local times.

Law: the same local instant is meant on every date, so what the station's clocks show may depend on
the date: one call can become several, each with its dates. A local time that occurs twice is its
first occurrence, one that does not occur is counted with the offset before the change (the same law
as `hub.kernel.days`).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from station_config.imports.report import Note, Reason
from station_config.service_days import ServiceDays

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from station_config.imports.calls import Call
    from station_config.imports.report import Report
    from station_config.model import TimetableRow

LONGEST_DAYS = 3660
"""Services that are longer are not looked at date by date."""

_MINUTE = timedelta(minutes=1)


def in_zone(call: Call, source: ZoneInfo, station: ZoneInfo, report: Report) -> list[Call]:
    """Return `call`, whose times are those of `source`, in local times of `station`."""
    if source.key == station.key:
        return [call]
    first, last = call.days.first_date, call.days.last_date
    if not call.days.bounded or (first and last and (last - first).days > LONGEST_DAYS):
        report.tell(call.where, Reason.LONG_SERVICE, call.number)
        return []
    dates: dict[tuple[int | None, int | None], list[date]] = defaultdict(list)
    for day in call.days.dates():
        arrival = _moved(day, call.arrival, source, station)
        dates[arrival, _moved(day, call.departure, source, station)].append(day)
    return [
        replace(call, arrival=arrival, departure=departure, days=ServiceDays.of_dates(days))
        for (arrival, departure), days in dates.items()
    ]


def tell_clock_changes(row: TimetableRow, where: str, zone: ZoneInfo, report: Report) -> None:
    """Tell of the first of the row's times that the clocks skip, or show twice, when it runs."""
    for at in filter(None, (row.arrival, row.departure)):
        after = row.arrival is not None and at < row.arrival
        for day in changes(zone, row.days):
            kind = _kind(day + timedelta(days=after), at, zone)
            if kind is not None and row.days.runs_on(day):
                number = row.departure_number or row.arrival_number
                report.tell(where, kind, f"{number} {at:%H:%M} on {day}")
                return


def changes(zone: ZoneInfo, days: ServiceDays) -> list[date]:
    """Return the dates on which, or before which, clocks in `zone` change within `days`.

    Days without end are looked at for a year from the first date that is known.
    """
    first = days.first_date or days.last_date
    last = days.last_date or first
    if first is None or last is None or (last - first).days > LONGEST_DAYS:
        return []
    found = []
    for ordinal in range(first.toordinal() - 1, last.toordinal() + 2):
        day = date.fromordinal(ordinal)
        if _offset(day, zone) != _offset(date.fromordinal(ordinal + 1), zone):
            found += [day, date.fromordinal(ordinal - 1)]
    return found


def _offset(day: date, zone: ZoneInfo) -> timedelta | None:
    return datetime.combine(day, time(), zone).utcoffset()


def _kind(day: date, at: time, zone: ZoneInfo) -> Note | None:
    local = datetime.combine(day, at, zone)
    if local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        return Note.CLOCKS_SKIP
    if local.utcoffset() != local.replace(fold=1).utcoffset():
        return Note.CLOCKS_REPEAT
    return None


def _moved(day: date, minutes: int | None, source: ZoneInfo, station: ZoneInfo) -> int | None:
    """Return minutes since the midnight that begins `day` as clocks in `station` count them."""
    if minutes is None:
        return None
    midnight = datetime.combine(day, time())
    there = (midnight + minutes * _MINUTE).replace(tzinfo=source).astimezone(UTC)
    return (there.astimezone(station).replace(tzinfo=None) - midnight) // _MINUTE
