from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from hub.kernel.days import Days, numbers_of, planned_on, to_instant
from protocol.runs import Role
from station_config.model import Timetable, TimetableRow
from station_config.service_days import ServiceDays

BERLIN = ZoneInfo("Europe/Berlin")
FORWARD = date(2021, 3, 28)
"""Clocks go from 02:00 to 03:00."""
BACK = date(2021, 10, 31)
"""Clocks go from 03:00 to 02:00."""


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


def row(arrival, departure, number="1"):
    return TimetableRow(number, number, "K", Role.INTERMEDIATE, "A", "B", arrival, departure, None)


def test_local_times_become_utc():
    assert to_instant(date(2021, 1, 20), time(10, 0), BERLIN) == utc(2021, 1, 20, 9)
    assert to_instant(date(2021, 7, 20), time(10, 0), BERLIN) == utc(2021, 7, 20, 8)


def test_a_time_that_does_not_occur_is_counted_with_the_offset_before():
    assert to_instant(FORWARD, time(2, 30), BERLIN) == utc(2021, 3, 28, 1, 30)


def test_a_time_that_occurs_twice_is_its_first_occurrence():
    assert to_instant(BACK, time(2, 30), BERLIN) == utc(2021, 10, 31, 0, 30)


def test_a_train_that_stands_while_the_clocks_go_back():
    entry = planned_on(row(time(2, 50), time(3, 5)), BACK, BERLIN)
    assert entry.departure - entry.arrival == timedelta(minutes=75)
    assert planned_on(row(time(2, 10), time(2, 20)), BACK, BERLIN).departure == utc(
        2021, 10, 31, 0, 20
    )


def test_a_train_that_stands_while_the_clocks_go_forward_never_leaves_before_it_came():
    entry = planned_on(row(time(1, 55), time(3, 5)), FORWARD, BERLIN)
    assert entry.departure - entry.arrival == timedelta(minutes=10)
    squeezed = planned_on(row(time(2, 50), time(3, 0)), FORWARD, BERLIN)
    assert squeezed.departure == squeezed.arrival


def test_a_departure_earlier_than_the_arrival_is_the_next_days():
    entry = planned_on(row(time(23, 50), time(0, 10)), date(2021, 1, 20), BERLIN)
    assert entry.departure - entry.arrival == timedelta(minutes=20)


def test_numbers_are_taken_apart():
    assert numbers_of("K274/K275", None, "K275") == {"K274", "K275"}
    assert numbers_of(None, "/ ") == frozenset()


def test_the_runs_of_a_day_have_their_identifiers(build, station):
    days = Days(station)
    facts = days.facts(build.day)
    assert [f.run_id for f in facts] == [
        f"2021-01-20.{number}" for number in ("k1", "g2", "g3", "k4", "t9")
    ]
    entry = days.entry(build.day, "2021-01-20.k4")
    assert (entry.arrival, entry.departure) == (
        build.at("23:50"),
        build.at("00:10", date(2021, 1, 21)),
    )
    assert days.entry(build.day, "2021-01-20.k9") is None


def test_a_number_that_calls_twice_a_day_has_two_runs(station):
    twice = Timetable(date(2021, 1, 1), (row(time(8), time(8, 5)), row(time(18), time(18, 5))))
    days = Days(replace(station, timetable=twice))
    found = [facts.run_id for facts in days.facts(date(2021, 1, 20))]
    assert found == ["2021-01-20.1", "2021-01-20.1.2"]


def test_a_station_without_a_timetable_has_no_runs(build, station):
    assert Days(replace(station, timetable=None)).facts(build.day) == []


@pytest.mark.parametrize(
    ("numbers", "day", "local", "found"),
    [
        (("K1",), 20, "10:00", (20, "k1")),
        (("K1",), 20, "04:00", (20, "k1")),
        (("K1",), 20, "23:00", (21, "k1")),
        (("K5",), 20, "23:50", (20, "k4")),
        (("K4",), 21, "00:30", (20, "k4")),
        (("K77", "K1"), 20, "10:00", (20, "k1")),
        (("K77",), 20, "10:00", None),
    ],
)
def test_a_train_is_found_by_one_of_its_numbers_and_its_time(
    build, station, numbers, day, local, found
):
    near = build.at(local, date(2021, 1, day))
    expected = found and (date(2021, 1, found[0]), f"2021-01-{found[0]}.{found[1]}")
    assert Days(station).find(numbers, near) == expected


def test_only_a_few_days_are_remembered(build, station):
    days = Days(station)
    for offset in range(20):
        days.facts(build.day + timedelta(days=offset))
    assert len(days._days) == 6


def test_only_the_rows_that_run_on_a_day_are_its_runs(station):
    weekdays = replace(row(time(8), time(8, 5), "5"), days=ServiceDays(frozenset({1, 2, 3, 4, 5})))
    weekend = replace(row(time(9), time(9, 5), "5"), days=ServiceDays(frozenset({6, 7})))
    days = Days(replace(station, timetable=Timetable(date(2021, 1, 1), (weekdays, weekend))))
    friday, saturday = date(2021, 1, 22), date(2021, 1, 23)
    local = [
        days.entry(day, f"{day}.5").departure.astimezone(station.zone_info).hour
        for day in (friday, saturday)
    ]
    assert local == [8, 9]
    assert [len(days.facts(day)) for day in (friday, saturday)] == [1, 1]


def test_one_train_with_several_numbers_is_found_by_each(build):
    row = TimetableRow(
        "K274/K275", "K275/K274", "K", Role.INTERMEDIATE, "East", "West", time(9), time(9, 8), "t1"
    )
    days = Days(build.station(timetable=Timetable(build.day, (row,))))
    (facts,) = days.facts(build.day)
    assert facts.run_id == "2021-01-20.k275-k274"
    for number in ("K274", "K275"):
        assert days.find({number}, build.at("09:00")) == (build.day, facts.run_id)
    assert days.find({"K27"}, build.at("09:00")) is None
