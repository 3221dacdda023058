"""The rows of an import put together: sorted, each train once.

Law: two rows of one train at the same times on the same day would be two runs; the later record
loses the days that it shares. The same number at other times on one day is kept and told, for there
are such trains.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from station_config.imports.calls import Imported, without
from station_config.imports.report import Note, Reason

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import time

    from station_config.imports.report import Report
    from station_config.model import TimetableRow
    from station_config.service_days import ServiceDays


def plan_of(items: Iterable[Imported], report: Report) -> tuple[TimetableRow, ...]:
    """Return the rows in the order of their time of day."""
    held: dict[tuple[str | None, str | None], list[Imported]] = defaultdict(list)
    for item in items:
        same = held[item.row.arrival_number, item.row.departure_number]
        kept = _once(item, same, report)
        if kept is not None:
            _tell_twice(kept, same, report)
            same.append(kept)
    rows = [item.row for same in held.values() for item in same]
    return tuple(sorted(rows, key=_order))


def _once(item: Imported, same: list[Imported], report: Report) -> Imported | None:
    """Return `item` without the days that an equal one of `same` has, None if none is left."""
    for other in same:
        if not _equal_times(item.row, other.row) or not item.row.days.meets(other.row.days):
            continue
        left = _difference(item.row.days, other.row.days)
        if left is None or left.never:
            report.tell(item.where, Reason.DUPLICATE, f"{_number(item.row)}, as in {other.where}")
            return None
        report.tell(item.where, Note.DAYS_DROPPED, f"{_number(item.row)}, as in {other.where}")
        item = without(item, left)
    return item


def _difference(days: ServiceDays, other: ServiceDays) -> ServiceDays | None:
    """Return `days` without those of `other`, None if that cannot be listed: both never end."""
    if days.bounded:
        return days.without(day for day in days.dates() if other.runs_on(day))
    return days.without(other.dates()) if other.bounded else None


def _tell_twice(item: Imported, same: list[Imported], report: Report) -> None:
    for other in same:
        if item.row.days.meets(other.row.days):
            report.tell(item.where, Note.TWICE_A_DAY, f"{_number(item.row)}, also {other.where}")
            return


def _equal_times(one: TimetableRow, other: TimetableRow) -> bool:
    return (one.arrival, one.departure) == (other.arrival, other.departure)


def _number(row: TimetableRow) -> str:
    return row.departure_number or row.arrival_number or ""


def _order(row: TimetableRow) -> tuple[time, str, str]:
    first = row.arrival or row.departure
    assert first is not None  # noqa: S101 - no importer lets a row without a time through
    begins = row.days.first_date
    return first, _number(row), begins.isoformat() if begins else ""
