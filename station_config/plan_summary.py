"""What a person reads about an import, and about a day of a plan.

Law: values to text; prints nothing.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from station_config.imports.report import Report
    from station_config.model import Station, TimetableRow

EXAMPLES = 3
"""Records shown of each reason."""

LONGEST_SPAN = 800
"""Days of a calendar that are looked at one by one for the busiest hour."""

_WEEK = 7
_HEADINGS = ("Arr.", "Dep.", "Train", "Role", "From", "To", "Track")


@dataclass(frozen=True)
class Busiest:
    """The hour of a day in which most runs have their first event, and the day's runs."""

    day: date
    hour: int
    in_hour: int
    in_day: int


def summary(rows: Sequence[TimetableRow], report: Report) -> str:
    """Return rows, span, busiest hour, what was rejected and what was decided."""
    daily = sum(not row.days.bounded for row in rows)
    first, last = span(rows)
    lines = [
        f"rows: {len(rows)}",
        f"calendar: {first or '…'} to {last or '…'} ({daily} rows without a first or last date)",
    ]
    most = busiest(rows)
    if most is not None:
        lines.append(
            f"busiest hour: {most.in_hour} runs from {most.hour:02}:00 on "
            f"{most.day:{'%Y-%m-%d' if first or last else 'any %A'}}, "
            f"{most.in_day} runs on that day"
        )
    rejected = report.rejected
    lines.append(f"rejected: {sum(rejected.values())}")
    lines += _told(rejected.items(), report)
    if report.noted:
        lines.append("decided:")
        lines += _told(report.noted.items(), report)
    return "\n".join(lines)


def span(rows: Iterable[TimetableRow]) -> tuple[date | None, date | None]:
    """Return the first and the last date that any row mentions, None where there is none."""
    days = [row.days for row in rows]
    firsts = [day for each in days for day in (each.first_date, each.first) if day]
    lasts = [day for each in days for day in (each.last_date, each.last) if day]
    return min(firsts, default=None), max(lasts, default=None)


def busiest(rows: Sequence[TimetableRow]) -> Busiest | None:
    """Return the busiest hour of all days, the first of several; None without a run."""
    first, last = span(rows)
    begin = first or last or date(2000, 1, 3)  # a Monday: any week is like any other
    until = min(last or begin, begin + timedelta(days=LONGEST_SPAN))
    found: Busiest | None = None
    for n in range(max((until - begin).days + 1, _WEEK)):
        day = begin + timedelta(days=n)
        hours = Counter(_hour(row) for row in rows if row.days.runs_on(day))
        for hour, count in hours.items():
            if found is None or count > found.in_hour:
                found = Busiest(day, hour, count, hours.total())
    return found


def day_table(station: Station, day: date) -> str:
    """Return the runs of `day` as a table, in the order of their time of day."""
    rows = station.timetable.rows_on(day) if station.timetable else ()
    cells = [_cells(station, row) for row in sorted(rows, key=_first)]
    widths = [max(map(_width, column)) for column in zip(_HEADINGS, *cells, strict=True)]
    lines = [f"{station.id}, {day:%Y-%m-%d}: {len(rows)} runs"]
    lines += [_padded(line, widths) for line in (_HEADINGS, *cells)]
    return "\n".join(lines)


def _told(counts: Iterable[tuple[str, int]], report: Report) -> Iterator[str]:
    for said, count in counts:
        yield f"  {count:6}  {said}"
        entries = next(e for key, e in report.entries.items() if key == said)
        yield from (f"          {e.where}  {e.detail}" for e in entries[:EXAMPLES])


def _first(row: TimetableRow) -> str:
    at = row.arrival or row.departure
    return f"{at:%H:%M}" if at else ""


def _hour(row: TimetableRow) -> int:
    at = row.arrival or row.departure
    return at.hour if at else 0


def _cells(station: Station, row: TimetableRow) -> tuple[str, ...]:
    numbers = dict.fromkeys(filter(None, (row.arrival_number, row.departure_number)))
    next_day = row.arrival and row.departure and row.departure < row.arrival
    return (
        f"{row.arrival:%H:%M}" if row.arrival else "-",
        (f"{row.departure:%H:%M}" if row.departure else "-") + ("+1" if next_day else ""),
        " → ".join(numbers),
        row.role.value,
        _names(station, row.origin),
        _names(station, row.destination),
        row.track or "-",
    )


def _names(station: Station, place: str) -> str:
    names = station.place(place).names
    return " ".join(dict.fromkeys(names[language] for language in station.languages))


def _padded(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (c + " " * (width - _width(c)) for c, width in zip(cells, widths, strict=True))
    return "  ".join(padded).rstrip()


def _width(text: str) -> int:
    """Return the columns of a terminal that `text` takes: Chinese characters take two."""
    return sum(
        0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF")
        for c in text
    )
