"""The timetable file: reads it row by row, and finds what cannot be true of it.

Law: local times of day only; which instant a time means on a date is not decided here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from protocol.runs import Role
from station_config.day_cells import DAY_COLUMNS, from_cells
from station_config.mistakes import Findings, Severity
from station_config.model import TimetableRow
from station_config.occupancy import check_occupancy
from station_config.table import TableRow, read_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from station_config.mistakes import Mistake

COLUMNS = (
    "arrival_number",
    "departure_number",
    "category",
    "role",
    "origin",
    "destination",
    "arrival",
    "departure",
    "track",
)
OPTIONAL_COLUMNS = (*DAY_COLUMNS, "stock")
"""On which days a row runs (`station_config.day_cells`), and with which stock."""

LONGEST_DWELL = timedelta(hours=12)
"""A longer stop is more likely a departure typed before its arrival; say so with 24:10 notation."""

_TIME = re.compile(r"(\d{1,2}):([0-5]\d)")
_DAY_HOURS = 24
_ARRIVES = frozenset({Role.TERMINUS, Role.INTERMEDIATE, Role.PASS})
_DEPARTS = frozenset({Role.ORIGIN, Role.INTERMEDIATE, Role.PASS})


@dataclass(frozen=True)
class Surroundings:
    """What a timetable's rows may refer to; nothing is told about a kind of which none is known.

    Attributes:
        tracks: platform id (None: no platform) by track id, in the layout of the service date.
        closed: places that lie beyond the buffer stop, by track that ends at one.
        categories: codes of the train categories.
        places: names and codes of places.
        own: names and codes of this station.
        zone: None when the station's is not known.
    """

    service_date: date
    tracks: dict[str, str | None] = field(default_factory=dict)
    closed: dict[str, frozenset[str]] = field(default_factory=dict)
    categories: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    zone: ZoneInfo | None = None


def read_timetable(
    path: Path, around: Surroundings
) -> tuple[tuple[TimetableRow, ...], Sequence[Mistake]]:
    """Return the rows that can be used, and the mistakes."""
    findings = Findings(path)
    rows: list[tuple[int, TimetableRow]] = []
    for raw in read_table(findings, COLUMNS, OPTIONAL_COLUMNS):
        row = parse_row(findings, raw)
        if row is not None:
            _check_references(findings, raw.line, row, around)
            rows.append((raw.line, row))
    _check_repeated(findings, rows)
    check_occupancy(findings, rows)
    return tuple(row for _, row in rows), findings.mistakes


def parse_row(findings: Findings, raw: TableRow) -> TimetableRow | None:
    """Return the row, None after noting why not."""
    before = len(findings.mistakes)
    cells = raw.cells
    role = _role(findings, raw)
    arrival, _ = _time(findings, raw, "arrival")
    departure, next_day = _time(findings, raw, "departure")
    for name in ("category", "origin", "destination"):
        if not cells[name]:
            findings.error(raw.line, f"{name} is empty: fill it in")
    days = from_cells(findings, raw.line, cells)
    if role is None or days is None or _has_error(findings, before):
        return None
    row = TimetableRow(
        arrival_number=cells["arrival_number"] or None,
        departure_number=cells["departure_number"] or None,
        category=cells["category"],
        role=role,
        origin=cells["origin"],
        destination=cells["destination"],
        arrival=arrival,
        departure=departure,
        track=cells["track"] or None,
        days=days,
        stock=cells.get("stock") or None,
    )
    _check_role(findings, raw.line, row)
    if not _has_error(findings, before) and arrival is not None and departure is not None:
        _check_order(findings, raw, arrival, departure, next_day=next_day)
    return None if _has_error(findings, before) else row


def _has_error(findings: Findings, before: int) -> bool:
    """Return whether one of the mistakes noted since there were `before` forbids the row."""
    return any(m.severity is Severity.ERROR for m in findings.mistakes[before:])


def _role(findings: Findings, raw: TableRow) -> Role | None:
    try:
        return Role(raw.cells["role"])
    except ValueError:
        known = ", ".join(Role)
        findings.error(raw.line, f"role {raw.cells['role']!r} is not known: use {known}")
        return None


def _time(findings: Findings, raw: TableRow, name: str) -> tuple[time | None, bool]:
    """Return (time of day, whether it was written as of the next day)."""
    text = raw.cells[name]
    if not text:
        return None, False
    found = _TIME.fullmatch(text)
    hours, minutes = (int(part) for part in found.groups()) if found else (99, 0)
    if hours < _DAY_HOURS:
        return time(hours, minutes), False
    if name == "departure" and hours < 2 * _DAY_HOURS:
        return time(hours - _DAY_HOURS, minutes), True
    more = " (a departure on the next day: 24:10)" if name == "departure" else ""
    findings.error(raw.line, f"{name} {text!r} is not a time of day: write 00:00 to 23:59{more}")
    return None, False


def _check_role(findings: Findings, line: int, row: TimetableRow) -> None:
    sides = (
        ("arrival", row.arrival, row.arrival_number, row.role in _ARRIVES),
        ("departure", row.departure, row.departure_number, row.role in _DEPARTS),
    )
    for side, at, number, wanted in sides:
        if wanted and at is None:
            findings.error(line, f"{row.role} needs a time of {side}: add it or mend the role")
        if wanted and number is None:
            findings.error(line, f"{row.role} needs {side}_number: add it or mend the role")
        if not wanted and (at is not None or number is not None):
            findings.error(line, f"{row.role} has no {side}: empty its cells or mend the role")


def _check_order(
    findings: Findings, raw: TableRow, arrival: time, departure: time, *, next_day: bool
) -> None:
    wraps = departure < arrival
    if next_day and not wraps:
        text = raw.cells["departure"]
        findings.error(raw.line, f"departure {text} is more than a day after the arrival")
        return
    dwell = timedelta(days=wraps) + _since_midnight(departure) - _since_midnight(arrival)
    if wraps and not next_day and dwell > LONGEST_DWELL:
        later = f"{departure.hour + _DAY_HOURS}:{departure.minute:02}"
        findings.error(
            raw.line,
            f"departure {departure:%H:%M} is before arrival {arrival:%H:%M}: mend one of them; "
            f"write {later} if it is the next day",
        )


def _check_references(
    findings: Findings, line: int, row: TimetableRow, around: Surroundings
) -> None:
    if around.categories and row.category not in around.categories:
        findings.error(line, f"category {row.category!r} is not among the station's categories")
    _check_track(findings, line, row, around)
    _check_own(findings, line, row, around.own)
    for name, place in (("origin", row.origin), ("destination", row.destination)):
        if around.places and around.own and place not in around.places | around.own:
            findings.warning(
                line, f"{name} {place!r} is not among the places: it is shown so in every language"
            )
    if around.zone is not None and row.days.runs_on(around.service_date):
        for at in filter(None, (row.arrival, row.departure)):
            _check_exists(findings, line, at, around.service_date, around.zone)


def _check_own(findings: Findings, line: int, row: TimetableRow, own: frozenset[str]) -> None:
    """Warn about a train that starts or ends here, but says that it does so elsewhere."""
    ends = ((Role.ORIGIN, "origin", row.origin), (Role.TERMINUS, "destination", row.destination))
    for role, name, place in ends:
        if own and row.role is role and place not in own:
            findings.warning(line, f"{role} here, but its {name} is {place!r}: mend one of them")


def _check_track(findings: Findings, line: int, row: TimetableRow, around: Surroundings) -> None:
    if row.track is None or not around.tracks:
        return
    if row.track not in around.tracks:
        day = around.service_date
        findings.error(line, f"track {row.track!r} is not in the layout that is valid on {day}")
    elif row.role is not Role.PASS and not around.tracks[row.track]:
        findings.warning(line, f"track {row.track!r} has no platform, but the train stops there")
    if row.track in around.closed:
        _check_closed(findings, line, row, around.closed[row.track])


def _check_closed(findings: Findings, line: int, row: TimetableRow, beyond: frozenset[str]) -> None:
    """Note a train on a bay track that passes, or whose way leads through the buffer stop."""
    if row.role is Role.PASS:
        findings.error(line, f"track {row.track!r} ends at a buffer stop: no train passes there")
    for name, place in (("origin", row.origin), ("destination", row.destination)):
        if place in beyond:
            findings.warning(
                line, f"{name} {place!r} lies beyond the buffer stop of track {row.track!r}"
            )


def _check_exists(
    findings: Findings, line: int, at: time, service_date: date, zone: ZoneInfo
) -> None:
    """Warn about a local time that the clocks leave out on the service date."""
    local = datetime.combine(service_date, at, zone)
    back = local.astimezone(UTC).astimezone(zone)
    if back.replace(tzinfo=None) != local.replace(tzinfo=None):
        findings.warning(line, f"{at:%H:%M} does not exist on {service_date}: clocks are advanced")


def _check_repeated(findings: Findings, rows: Sequence[tuple[int, TimetableRow]]) -> None:
    """Note rows of one train that run on the same day."""
    seen: dict[tuple[str | None, str | None], list[tuple[int, TimetableRow]]] = {}
    for line, row in rows:
        others = seen.setdefault((row.arrival_number, row.departure_number), [])
        first = next((other for other in others if other[1].days.meets(row.days)), None)
        others.append((line, row))
        if first is None:
            continue
        if first[1] == row:
            findings.error(line, f"the same row stands in line {first[0]}: take one out")
        else:
            number = row.arrival_number or row.departure_number
            findings.warning(line, f"{number} stands in line {first[0]} too: are both meant?")


def _since_midnight(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute)
