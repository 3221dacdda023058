"""Services of a GTFS feed: ``calendar.txt`` and ``calendar_dates.txt`` as service days.

Law: either table may be missing, not both. Dates are those of the service, before any shift.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from protocol.errors import OperatorError
from station_config.imports.records import records
from station_config.imports.report import Reason
from station_config.service_days import NEVER, ServiceDays

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from station_config.imports.records import Source
    from station_config.imports.report import Report

CALENDAR, CALENDAR_DATES = "calendar.txt", "calendar_dates.txt"

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_COLUMNS = ("service_id", "start_date", "end_date", *_WEEKDAYS)
_DATE = re.compile(r"\d{8}")
_ADDED, _REMOVED = "1", "2"


def read_services(
    feed: Mapping[str, Source], wanted: Collection[str], report: Report
) -> dict[str, ServiceDays]:
    """Return the days of each of the services `wanted` that can be read, by its identifier.

    Raises:
        OperatorError: neither table is there.
    """
    if CALENDAR not in feed and CALENDAR_DATES not in feed:
        raise OperatorError(f"there is neither {CALENDAR} nor {CALENDAR_DATES}: is it GTFS?")
    services = _patterns(feed[CALENDAR], wanted, report) if CALENDAR in feed else {}
    if CALENDAR_DATES in feed:
        _except(feed[CALENDAR_DATES], wanted, services, report)
    return services


def _patterns(source: Source, wanted: Collection[str], report: Report) -> dict[str, ServiceDays]:
    services: dict[str, ServiceDays] = {}
    for line, cells in records(source, _COLUMNS, (), report):
        service_id, start, end, *flags = cells
        if service_id not in wanted:
            continue
        first, last = _date(start), _date(end)
        if first is None or last is None or last < first or not set(flags) <= {"0", "1"}:
            report.tell(source.at(line), Reason.BAD_DAYS, f"{start} {end} {''.join(flags)}")
        elif service_id in services:
            report.tell(source.at(line), Reason.SAME_ID, service_id)
        else:
            weekdays = frozenset(n for n, flag in enumerate(flags, start=1) if flag == "1")
            services[service_id] = ServiceDays(weekdays, first, last) if weekdays else NEVER
    return services


def _except(
    source: Source, wanted: Collection[str], services: dict[str, ServiceDays], report: Report
) -> None:
    dates: dict[str, dict[date, str]] = defaultdict(dict)
    columns = ("service_id", "date", "exception_type")
    for line, (service_id, text, kind) in records(source, columns, (), report):
        if service_id not in wanted:
            continue
        day = _date(text)
        if day is None or kind not in (_ADDED, _REMOVED):
            report.tell(source.at(line), Reason.BAD_DAYS, f"{text} {kind}")
        elif day in dates[service_id]:
            report.tell(source.at(line), Reason.SAME_ID, f"{service_id} {text}")
        else:
            dates[service_id][day] = kind
    for service_id, kinds in dates.items():
        services[service_id] = _with(services.get(service_id), kinds)


def _with(pattern: ServiceDays | None, kinds: Mapping[date, str]) -> ServiceDays:
    added = frozenset(day for day, kind in kinds.items() if kind == _ADDED)
    if pattern is None:
        return ServiceDays.of_dates(added)
    removed = frozenset(day for day in kinds.keys() - added if pattern.runs_on(day))
    fresh = frozenset(day for day in added if not pattern.runs_on(day))
    return replace(pattern, added=fresh, removed=removed)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None
