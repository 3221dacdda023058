"""The days on which a line of a timetable runs.

Law: dates only, no time of day, no zone. A date here is the service date at this station: the local
date of the train's first planned event here. What a source means by its dates (mostly the date at
the train's origin) is made that by the importer, with `ServiceDays.shifted`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

EVERY_WEEKDAY = frozenset(range(1, 8))
"""ISO 8601: 1 is Monday, 7 is Sunday."""

_DAY = timedelta(days=1)
_WEEK = 7


@dataclass(frozen=True)
class ServiceDays:
    """A weekly pattern between two dates, with exceptions (as GTFS has it).

    Attributes:
        weekdays: of the pattern, 1 is Monday; empty: only the dates in `added`.
        first: the pattern's first date, None: it has always been so.
        last: the pattern's last date, None: until further notice.
        added: runs on these dates, whatever the pattern says.
        removed: does not run on these dates, whatever the rest says.
    """

    weekdays: frozenset[int] = EVERY_WEEKDAY
    first: date | None = None
    last: date | None = None
    added: frozenset[date] = frozenset()
    removed: frozenset[date] = frozenset()

    @classmethod
    def of_dates(cls, dates: Iterable[date]) -> ServiceDays:
        """Return exactly `dates`, written as the weekly pattern with the fewest exceptions."""
        wanted = frozenset(dates)
        if not wanted:
            return NEVER
        first, last = min(wanted), max(wanted)
        on, off = defaultdict[int, set[date]](set), defaultdict[int, set[date]](set)
        for day in _dates(first, last):
            (on if day in wanted else off)[day.isoweekday()].add(day)
        pattern = frozenset(w for w in EVERY_WEEKDAY if len(on[w]) > len(off[w]))
        return cls(
            weekdays=pattern,
            first=first if pattern else None,
            last=last if pattern else None,
            added=frozenset(day for w in EVERY_WEEKDAY - pattern for day in on[w]),
            removed=frozenset(day for w in pattern for day in off[w]),
        )

    def runs_on(self, day: date) -> bool:
        """Return whether the train runs on `day`."""
        if day in self.removed:
            return False
        return day in self.added or (day.isoweekday() in self.weekdays and self._in_range(day))

    def shifted(self, days: int) -> ServiceDays:
        """Return the same `days` later: a train's days at a station that it reaches then."""
        if not days:
            return self
        return ServiceDays(
            weekdays=frozenset((w - 1 + days) % _WEEK + 1 for w in self.weekdays),
            first=self.first and _moved(self.first, days),
            last=self.last and _moved(self.last, days),
            added=frozenset(_moved(day, days) for day in self.added),
            removed=frozenset(_moved(day, days) for day in self.removed),
        )

    def without(self, dates: Iterable[date]) -> ServiceDays:
        """Return the same without `dates`."""
        less = frozenset(dates)
        kept = self.removed | {day for day in less if self._patterned(day)}
        return replace(self, added=self.added - less, removed=kept)

    @property
    def bounded(self) -> bool:
        """Whether there is a first and a last date."""
        return not self.weekdays or (self.first is not None and self.last is not None)

    @property
    def first_date(self) -> date | None:
        """Earliest date that is mentioned, None if it has always been so (or never is)."""
        if self.weekdays and self.first is None:
            return None
        return min(
            (*self.added, *((self.first,) if self.weekdays and self.first else ())), default=None
        )

    @property
    def last_date(self) -> date | None:
        """Latest date that is mentioned, None if it is until further notice (or never is)."""
        if self.weekdays and self.last is None:
            return None
        return max(
            (*self.added, *((self.last,) if self.weekdays and self.last else ())), default=None
        )

    def dates(self) -> Iterator[date]:
        """Yield the dates in order.

        Raises:
            ValueError: they do not end; see `bounded`.
        """
        if not self.bounded:
            raise ValueError("service days without a first or a last date cannot be listed")
        first, last = self.first_date, self.last_date
        if first is not None and last is not None:
            yield from (day for day in _dates(first, last) if self.runs_on(day))

    @property
    def never(self) -> bool:
        """Whether there is no day at all."""
        return not self.meets(DAILY)

    def meets(self, other: ServiceDays) -> bool:
        """Return whether there is a day that both run on."""
        if any(other.runs_on(day) for day in self.added if self.runs_on(day)):
            return True
        if any(self.runs_on(day) for day in other.added if other.runs_on(day)):
            return True
        weekdays = self.weekdays & other.weekdays
        return bool(weekdays) and any(
            self.runs_on(day) and other.runs_on(day) for day in self._candidates(other)
        )

    def _candidates(self, other: ServiceDays) -> Iterator[date]:
        """Yield days of both ranges: so many that exceptions cannot remove every one of them."""
        enough = timedelta(days=_WEEK * (1 + len(self.removed) + len(other.removed)))
        first = max((d for d in (self.first, other.first) if d), default=None)
        last = min((d for d in (self.last, other.last) if d), default=None)
        if first is None:
            first = _back(last, enough) if last else date(2000, 1, 3)
        until = first + enough if date.max - enough >= first else date.max
        return _dates(first, min(until, last or until))

    def _in_range(self, day: date) -> bool:
        after = self.first is None or self.first <= day
        return after and (self.last is None or day <= self.last)

    def _patterned(self, day: date) -> bool:
        return day.isoweekday() in self.weekdays and self._in_range(day)


DAILY = ServiceDays()
"""Every day, without end."""

NEVER = ServiceDays(weekdays=frozenset())


def _dates(first: date, last: date) -> Iterator[date]:
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        yield date.fromordinal(ordinal)


def _moved(day: date, days: int) -> date:
    """Return `day` moved; the ends of the calendar, which files use for "for ever", stay put."""
    ordinal = day.toordinal() + days
    return date.fromordinal(min(max(ordinal, date.min.toordinal()), date.max.toordinal()))


def _back(day: date, by: timedelta) -> date:
    return day - by if day - date.min >= by else date.min
