"""Visits: one line of the timetable on one date, with instants instead of times of day.

Law: pure. A line of the timetable is a visit on each of its days; a visit belongs to the local
date of its first planned event.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, time
    from zoneinfo import ZoneInfo

    from protocol.runs import Role
    from protocol.times import Instant
    from station_config.model import TimetableRow


@dataclass(frozen=True)
class Visit:
    """One train's visit.

    Attributes:
        key: ``plan_id``: date and number, e.g. ``20210120-Z180``.
        row: its line of the timetable.
        arrival: planned; None for ORIGIN.
        departure: planned; None for TERMINUS.
    """

    key: str
    row: TimetableRow
    arrival: Instant | None
    departure: Instant | None

    @property
    def first(self) -> Instant:
        """The first planned event here."""
        first = self.arrival or self.departure
        assert first is not None  # noqa: S101 - `visits_on` lets no row without a time through
        return first

    @property
    def last(self) -> Instant:
        """The last planned event here."""
        return self.departure or self.first

    @property
    def role(self) -> Role:
        """What the train does here."""
        return self.row.role


def visits_on(day: date, rows: Iterable[TimetableRow], zone: ZoneInfo) -> list[Visit]:
    """Return the visits whose first planned event is on `day`, in the order of `rows`."""
    seen: Counter[str] = Counter()
    visits = []
    for row in rows:
        if (row.arrival is None and row.departure is None) or not row.days.runs_on(day):
            continue
        number = row.departure_number or row.arrival_number or "?"
        seen[number] += 1
        suffix = f"-{seen[number]}" if seen[number] > 1 else ""
        arrival = _instant(day, row.arrival, zone)
        departure = _departure(day, row, zone)
        visits.append(Visit(f"{day:%Y%m%d}-{number}{suffix}", row, arrival, departure))
    return visits


def _departure(day: date, row: TimetableRow, zone: ZoneInfo) -> Instant | None:
    after_midnight = (
        row.arrival is not None and row.departure is not None and row.departure < row.arrival
    )
    return _instant(day + timedelta(days=after_midnight), row.departure, zone)


def _instant(day: date, at: time | None, zone: ZoneInfo) -> Instant | None:
    if at is None:
        return None
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
