"""Service days as cells of the timetable file, and back.

Law: text and values only. All of the columns may be absent or empty: then a row runs every day.

    days      digits of the weekdays, 1 is Monday: ``12345``; ``-`` for none; empty for all
    from      first date of the weekly pattern, ``2025-12-14``; empty: it has always been so
    until     last date of the weekly pattern; empty: until further notice
    added     dates on which it runs besides, separated by ``|``
    removed   dates on which it does not run, separated by ``|``
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from station_config.service_days import EVERY_WEEKDAY, ServiceDays

if TYPE_CHECKING:
    from collections.abc import Mapping

    from station_config.mistakes import Findings

DAY_COLUMNS = ("days", "from", "until", "added", "removed")

_NO_DAYS = "-"
_WEEKDAYS = re.compile(r"[1-7]{1,7}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def to_cells(days: ServiceDays) -> dict[str, str]:
    """Return the cells of `days` by column."""
    digits = "".join(str(w) for w in sorted(days.weekdays)) or _NO_DAYS
    return {
        "days": "" if days.weekdays == EVERY_WEEKDAY else digits,
        "from": _text(days.first),
        "until": _text(days.last),
        "added": "|".join(map(_text, sorted(days.added))),
        "removed": "|".join(map(_text, sorted(days.removed))),
    }


def from_cells(findings: Findings, line: int, cells: Mapping[str, str]) -> ServiceDays | None:
    """Return the days, None after noting why not; `cells` may lack columns."""
    before = len(findings.mistakes)
    first, last = (_date(findings, line, cells, name) for name in ("from", "until"))
    days = ServiceDays(
        weekdays=_weekdays(findings, line, cells.get("days", "")),
        first=first,
        last=last,
        added=_dates(findings, line, cells, "added"),
        removed=_dates(findings, line, cells, "removed"),
    )
    if first is not None and last is not None and last < first:
        findings.error(line, f"until {last} is before from {first}: mend one of them")
    for both in sorted(days.added & days.removed):
        findings.error(line, f"{both} is both added and removed: take one out")
    if len(findings.mistakes) > before:
        return None
    if days.never:
        findings.warning(line, "runs on no day at all: mend the days or take the row out")
    return days


def _weekdays(findings: Findings, line: int, text: str) -> frozenset[int]:
    if not text:
        return EVERY_WEEKDAY
    if text == _NO_DAYS:
        return frozenset()
    if not _WEEKDAYS.fullmatch(text) or len(set(text)) < len(text):
        findings.error(
            line,
            f"days {text!r} are not weekdays: write digits from 1 (Monday) to 7, "
            f"{_NO_DAYS} for none, nothing for all",
        )
    return frozenset(int(digit) for digit in text if digit in "1234567")


def _date(findings: Findings, line: int, cells: Mapping[str, str], name: str) -> date | None:
    text = cells.get(name, "")
    return _parsed(findings, line, name, text) if text else None


def _dates(findings: Findings, line: int, cells: Mapping[str, str], name: str) -> frozenset[date]:
    parts = [part.strip() for part in cells.get(name, "").split("|")]
    found = [_parsed(findings, line, name, part) for part in parts if part]
    return frozenset(day for day in found if day is not None)


def _parsed(findings: Findings, line: int, name: str, text: str) -> date | None:
    try:  # the pattern first: other notations of ISO 8601 would pass, too
        return date.fromisoformat(text if _DATE.fullmatch(text) else "")
    except ValueError:
        findings.error(line, f"{name} {text!r} is not a date: write it like 2025-12-14")
        return None


def _text(day: date | None) -> str:
    return day.isoformat() if day else ""
