"""Which lines of the timetable are visits of a day."""

from __future__ import annotations

from datetime import date, time
from zoneinfo import ZoneInfo

from protocol.runs import Role
from simulators.dispatch.visits import visits_on
from station_config.model import TimetableRow
from station_config.service_days import ServiceDays

ZONE = ZoneInfo("Europe/Berlin")


def row(number, days):
    return TimetableRow(None, number, "K", Role.ORIGIN, "A", "B", None, time(8), None, days)


def test_a_line_is_a_visit_on_its_days_only():
    rows = [row("1", ServiceDays(frozenset({1}))), row("2", ServiceDays()), row("1", ServiceDays())]
    monday, tuesday = (visits_on(date(2025, 12, day), rows, ZONE) for day in (15, 16))
    assert [visit.key for visit in monday] == ["20251215-1", "20251215-2", "20251215-1-2"]
    assert [visit.key for visit in tuesday] == ["20251216-2", "20251216-1"]
