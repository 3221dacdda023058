"""Rows put together: each train once a day."""

from __future__ import annotations

from datetime import date, time
from zoneinfo import ZoneInfo

import pytest

from protocol.runs import Role
from station_config.imports.calls import Call, Imported, category_in, imported
from station_config.imports.plan import plan_of
from station_config.imports.report import Note, Reason
from station_config.imports.zones import tell_clock_changes
from station_config.model import TimetableRow
from station_config.service_days import DAILY, ServiceDays

WEEK = ServiceDays(first=date(2025, 12, 15), last=date(2025, 12, 21))
MONDAYS = ServiceDays(frozenset({1}), date(2025, 12, 1), date(2025, 12, 31))


def item(where, number, at, days=DAILY):
    row = TimetableRow(None, number, "G", Role.ORIGIN, "甲", "乙", None, at, None, days)
    return Imported(where, row)


def test_rows_are_in_the_order_of_their_times(report):
    rows = plan_of([item("a:1", "G2", time(9)), item("a:2", "G1", time(8))], report)
    assert [row.departure_number for row in rows] == ["G1", "G2"]
    assert report.counts.total() == 0


def test_a_train_that_stands_there_twice_is_one(report):
    rows = plan_of([item("a:1", "G1", time(8)), item("a:2", "G1", time(8))], report)
    assert len(rows) == 1
    ((entry,),) = report.entries.values()
    assert (entry.where, entry.said, entry.detail) == ("a:2", Reason.DUPLICATE, "G1, as in a:1")


def test_only_the_days_in_common_are_dropped(report):
    rows = plan_of([item("a:1", "G1", time(8), WEEK), item("a:2", "G1", time(8), MONDAYS)], report)
    assert [list(row.days.dates()) for row in rows if row.days.weekdays == {1}] == [
        [date(2025, 12, day) for day in (1, 8, 22, 29)]
    ]
    assert report.noted == {Note.DAYS_DROPPED: 1}
    assert sum(row.days.runs_on(date(2025, 12, 15)) for row in rows) == 1


def test_an_endless_row_loses_the_days_of_one_that_ends(report):
    rows = plan_of([item("a:1", "G1", time(8), WEEK), item("a:2", "G1", time(8))], report)
    for day in (date(2025, 12, 14), date(2025, 12, 15), date(2025, 12, 22)):
        assert sum(row.days.runs_on(day) for row in rows) == 1
    assert (
        plan_of([item("a:1", "G1", time(8)), item("a:2", "G1", time(8), WEEK)], report)[0].days
        == DAILY
    )
    assert report.rejected == {Reason.DUPLICATE: 1}


def test_one_number_at_two_times_is_kept_and_told(report):
    assert len(plan_of([item("a:1", "G1", time(8)), item("a:2", "G1", time(9), WEEK)], report)) == 2
    assert report.counts == {Note.TWICE_A_DAY: 1}


def test_one_number_on_other_days_is_nothing_to_tell(report):
    sundays = ServiceDays(frozenset({7}))
    plan_of([item("a:1", "G1", time(8), sundays), item("a:2", "G1", time(8), MONDAYS)], report)
    assert report.counts.total() == 0


@pytest.mark.parametrize(
    ("number", "others", "expected"),
    [
        ("K274/K275", (), "K"),
        ("RE 4301", (), "RE"),
        ("4301", ("", "ICE 5"), "ICE"),
        ("1461", ("", "7"), "OTHER"),
        ("Ü12", (), "Ü"),
    ],
)
def test_the_category_is_in_the_number(number, others, expected):
    assert category_in(number, lambda _number: None, *others) == expected
    assert category_in(number, lambda _number: "own", *others) == "own"


def test_a_call_far_past_midnight_is_that_days(report):
    call = Call("a:1", "G1", "G", Role.INTERMEDIATE, "甲", "乙", -5, 10, WEEK)
    row = imported(call, report).row
    assert (row.arrival, row.departure) == (time(23, 55), time(0, 10))
    assert (row.days.first, row.days.last) == (date(2025, 12, 14), date(2025, 12, 20))


BERLIN = ZoneInfo("Europe/Berlin")
CLOCKS = [
    (date(2025, 3, 30), None, time(2, 30), {Note.CLOCKS_SKIP: 1}),
    (date(2025, 3, 29), time(23, 50), time(2, 30), {Note.CLOCKS_SKIP: 1}),
    (date(2025, 10, 26), None, time(2, 30), {Note.CLOCKS_REPEAT: 1}),
    (date(2025, 10, 25), time(23, 50), time(2, 30), {Note.CLOCKS_REPEAT: 1}),
    (date(2025, 10, 26), None, time(3, 0), {}),
    (date(2025, 10, 25), None, time(2, 30), {}),
]


@pytest.mark.parametrize(("day", "arrival", "departure", "expected"), CLOCKS)
def test_times_that_clocks_skip_or_repeat_are_told(report, day, arrival, departure, expected):
    role = Role.INTERMEDIATE if arrival else Role.ORIGIN
    days = ServiceDays.of_dates([date(2025, 1, 1), day, date(2025, 12, 31)])
    row = TimetableRow("1", "1", "K", role, "A", "B", arrival, departure, None, days)
    tell_clock_changes(row, "a:1", BERLIN, report)
    assert report.counts == expected
