"""Every rule and reason of GTFS, on a small feed that tests change in one place at a time."""

from __future__ import annotations

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from protocol.errors import OperatorError
from protocol.runs import Role
from station_config.imports.gtfs import read_gtfs

DORF = ("Dorf",)


@pytest.fixture
def read(feed, report):
    def of(*wanted, **more):
        return read_gtfs(feed.sources, wanted or DORF, report, **more)

    return of


def brief(items):
    return [
        (
            item.row.role.name,
            item.row.arrival and f"{item.row.arrival:%H:%M}",
            item.row.departure and f"{item.row.departure:%H:%M}",
        )
        for item in items
    ]


def test_a_through_train(read, report):
    item, _ = read()
    row = item.row
    assert item.where == "stop_times.txt:3"
    assert (row.arrival_number, row.departure_number, row.category) == ("RE 4301", "RE 4301", "RE")
    assert (row.role, row.origin, row.destination) == (Role.INTERMEDIATE, "Berg", "Stadt")
    assert (row.arrival, row.departure, row.track) == (time(8, 30), time(8, 33), "2a")
    assert row.stock == "b7"
    assert report.counts.total() == 0


def test_without_its_own_number_a_train_has_its_lines(read):
    _, item = read()
    row = item.row
    assert (row.arrival_number, row.departure_number, row.category) == (None, "RE 1", "RE")
    assert (row.role, row.arrival, row.departure) == (Role.ORIGIN, None, time(9, 5))
    assert (row.track, row.stock) == ("1", None)


def test_digits_alone_take_their_category_from_the_line(read, feed):
    feed.spoil("trips.txt", "RE 4301", "4301")
    assert (read()[0].row.departure_number, read()[0].row.category) == ("4301", "RE")


def test_the_last_stop_is_the_terminus(read):
    assert brief(read("Stadt")) == [("TERMINUS", "09:00", None)]
    assert brief(read("berg")) == [("ORIGIN", None, "08:00"), ("TERMINUS", "10:00", None)]


def test_the_order_of_stops_is_that_of_the_sequence(read, feed):
    lines = feed.tables["stop_times.txt"].splitlines()
    feed.tables["stop_times.txt"] = "\n".join([lines[0], *reversed(lines[1:])])
    roles = [(item.row.role.name, item.row.origin) for item in read()]
    assert roles == [("ORIGIN", "Dorf"), ("INTERMEDIATE", "Berg")]


def test_the_days_of_a_service_with_its_exceptions(read):
    weekday, daily = (item.row.days for item in read())
    christmas = [date(2025, 12, day) for day in range(19, 30)]
    assert [d.day for d in christmas if weekday.runs_on(d)] == [19, 22, 23, 25, 26, 27, 29]
    assert (weekday.first_date, weekday.last_date) == (date(2025, 12, 14), date(2026, 12, 12))
    assert len(list(daily.dates())) == 364


def test_a_service_of_listed_dates_only(read, feed):
    del feed.tables["calendar.txt"]
    first, *more = read()
    assert list(first.row.days.dates()) == [date(2025, 12, 27)]
    assert more == []  # its service is nowhere now


def test_a_service_without_exceptions(read, feed):
    del feed.tables["calendar_dates.txt"]
    assert read()[0].row.days.runs_on(date(2025, 12, 24))
    del feed.tables["calendar.txt"]
    with pytest.raises(OperatorError, match=r"neither calendar\.txt nor calendar_dates\.txt"):
        read()


def test_times_after_midnight_belong_to_the_day_after(read, feed):
    feed.spoil("stop_times.txt", "8:30:00,8:33:00", "24:10:00,24:15:00")
    row = read()[0].row
    assert (row.arrival, row.departure) == (time(0, 10), time(0, 15))
    assert row.days.weekdays == {2, 3, 4, 5, 6}
    assert (row.days.first, row.days.last) == (date(2025, 12, 15), date(2026, 12, 13))
    assert not row.days.runs_on(date(2025, 12, 25))  # the train of the 24th
    assert row.days.runs_on(date(2025, 12, 28))


def test_a_train_that_stands_over_midnight_belongs_to_the_day_before(read, feed):
    feed.spoil("stop_times.txt", "8:30:00,8:33:00", "23:50:00,24:10:00")
    row = read()[0].row
    assert (row.arrival, row.departure) == (time(23, 50), time(0, 10))
    assert row.days.weekdays == {1, 2, 3, 4, 5}


def test_a_train_two_days_on_its_way(read, feed):
    feed.spoil("stop_times.txt", "8:30:00,8:33:00", "49:00:00,49:05:00")
    row = read()[0].row
    assert (row.arrival, row.days.weekdays) == (time(1), {3, 4, 5, 6, 7})


PASSENGERS = [
    (",20,0,0", ",20,1,0", ("TERMINUS", "08:30", None), "ALIGHT_ONLY"),
    (",20,0,0", ",20,0,1", ("ORIGIN", None, "08:33"), "BOARD_ONLY"),
    (",20,0,0", ",20,1,1", ("PASS", "08:30", "08:33"), "PASSES"),
    (",20,0,0", ",20,2,0", ("INTERMEDIATE", "08:30", "08:33"), "ON_DEMAND"),
    (",20,0,0", ",20,0,3", ("INTERMEDIATE", "08:30", "08:33"), "ON_DEMAND"),
    ("8:30:00,8:33:00", "8:30:10,8:33:50", ("INTERMEDIATE", "08:30", "08:33"), "SECONDS_CUT"),
    ("8:30:00,8:33:00", ",8:33:00", ("INTERMEDIATE", "08:33", "08:33"), "ONE_TIME"),
    ("8:30:00,8:33:00", "8:30:00,", ("INTERMEDIATE", "08:30", "08:30"), "ONE_TIME"),
]


@pytest.mark.parametrize(("old", "new", "expected", "note"), PASSENGERS)
def test_what_passengers_can_do_and_what_is_decided(read, feed, told, old, new, expected, note):
    feed.spoil("stop_times.txt", old, new)
    assert brief(read())[0] == expected
    assert told() == [(note, "stop_times.txt:3")]


REJECTED = [
    ("stop_times.txt", ",20,0,0", ",20,0", "NOT_A_RECORD", "stop_times.txt:3"),
    ("stop_times.txt", ",20,0,0", ",x,0,0", "BAD_SEQUENCE", "stop_times.txt:3"),
    ("stop_times.txt", "8:30:00,8:33:00", ",", "NO_TIME", "stop_times.txt:3"),
    ("stop_times.txt", "8:30:00", "8.30", "BAD_TIME", "stop_times.txt:3"),
    ("stop_times.txt", "8:33:00", "8:63:00", "BAD_TIME", "stop_times.txt:3"),
    ("stop_times.txt", "8:33:00", "8:23:00", "BAD_ORDER", "stop_times.txt:3"),
    ("stop_times.txt", "8:33:00", "32:30:00", "LONG_STOP", "stop_times.txt:3"),
    ("trips.txt", "r1,weekday,t1,", "r1,weekday,t9,", "UNKNOWN_TRIP", "stop_times.txt:3"),
    ("trips.txt", "r1,weekday,t1,", "r1,other,t1,", "UNKNOWN_SERVICE", "stop_times.txt:3"),
    ("trips.txt", "r1,weekday,t1,Stadt,RE 4301,", "r2,weekday,t1,Stadt,,", "NO_NUMBER",
     "stop_times.txt:3"),
    ("stops.txt", "\nberg,", "\nberg2,", "NO_END", "stop_times.txt:3"),
]  # fmt: skip


@pytest.mark.parametrize("case", REJECTED, ids=lambda case: case[3])
def test_a_bad_record_is_told_and_the_rest_is_used(read, feed, told, case):
    table, old, new, reason, where = case
    feed.spoil("stop_times.txt", "t2,10:00:00,10:00:00,berg,2,,", "t2,10:00:00,10:00:00,see-a,2,,")
    feed.spoil(table, old, new)
    assert brief(read()) == [("ORIGIN", None, "09:05")]
    assert told() == [(reason, where)]


def test_a_first_stop_at_which_nobody_boards_is_no_run(read, feed, told):
    feed.spoil("stop_times.txt", "dorf:1,1,,", "dorf:1,1,1,")
    assert brief(read()) == [("INTERMEDIATE", "08:30", "08:33")]
    assert told() == [("NOT_FOR_PASSENGERS", "stop_times.txt:5")]


def test_two_stops_at_one_place_of_the_sequence(read, feed, told):
    feed.add("stop_times.txt", "t1,08:40:00,08:41:00,dorf:1,20,0,0")
    assert len(read()) == 2
    assert told() == [("SAME_SEQUENCE", "stop_times.txt:7")]


def test_a_bad_place_of_the_sequence_elsewhere_is_told(read, feed, told):
    feed.spoil("stop_times.txt", ",stadt:1,30", ",stadt:1,30a")
    assert brief(read())[0] == ("TERMINUS", "08:30", None)
    assert told() == [("BAD_SEQUENCE", "stop_times.txt:4")]


def test_trips_by_frequency_are_not_supported(read, feed, told):
    feed.add(
        "frequencies.txt",
        "trip_id,start_time,end_time,headway_secs",
        "t1,06:00:00,09:00:00,600",
        "t1,09:00:00,12:00:00,1200",
        "elsewhere,09:00:00,12:00:00,1200",
    )
    assert brief(read()) == [("ORIGIN", None, "09:05")]
    assert told() == [
        ("FREQUENCY", "frequencies.txt:2"),
        ("FREQUENCY", "frequencies.txt:3"),
        ("FREQUENCY_STOP", "stop_times.txt:3"),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("weekday,1,1,1,1,1,1,1,20251301,20261212", "BAD_DAYS"),
        ("weekday,1,1,1,1,1,1,1,2025-12-14,20261212", "BAD_DAYS"),
        ("weekday,1,1,1,1,1,1,1,20261214,20251212", "BAD_DAYS"),
        ("weekday,1,1,1,1,1,1,2,20251214,20261212", "BAD_DAYS"),
        ("weekday,1,1,1,1,1,1,1,20251214,20261212", "SAME_ID"),
    ],
)
def test_a_bad_line_of_the_calendar(read, feed, told, line, reason):
    feed.add("calendar.txt", line)
    assert len(read()) == 2
    assert told() == [(reason, "calendar.txt:4")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("weekday,20251299,1", "BAD_DAYS"),
        ("weekday,20251230,3", "BAD_DAYS"),
        ("weekday,20251224,1", "SAME_ID"),
    ],
)
def test_a_bad_exception(read, feed, told, line, reason):
    feed.add("calendar_dates.txt", line)
    assert not read()[0].row.days.runs_on(date(2025, 12, 24))
    assert told() == [(reason, "calendar_dates.txt:4")]


def test_bad_lines_of_other_services_are_not_ours(read, feed, told):
    feed.add("calendar.txt", "bus,1,1,1,1,1,1,1,x,y")
    feed.add("calendar_dates.txt", "bus,x,1")
    read()
    assert told() == []


def test_a_service_that_runs_on_no_day(read, feed, told):
    feed.spoil("calendar.txt", "weekday,1,1,1,1,1,", "weekday,0,0,0,0,0,")
    feed.spoil("calendar_dates.txt", "weekday,20251227,1\n", "")
    assert len(read()) == 1
    assert told() == [("NO_DAYS", "stop_times.txt:3")]


def test_identifiers_that_stand_twice(read, feed, told):
    feed.add("stops.txt", "berg,,Anderswo,0,,,", ",,Namenlos,0,,,")
    feed.add("trips.txt", "r1,daily,t1,Stadt,RE 9,")
    feed.add("routes.txt", "r1,seebahn,S 9,,2")
    assert [item.row.departure_number for item in read()] == ["RE 4301", "RE 1"]
    assert told() == [
        ("BAD_STOP", "stops.txt:14"),
        ("SAME_ID", "routes.txt:4"),
        ("SAME_ID", "stops.txt:13"),
        ("SAME_ID", "trips.txt:4"),
    ]


@pytest.mark.parametrize("wanted", ["S:dorf", "DF", "Dorf", "dorf", "Dorf Gleis 1"])
def test_a_station_is_all_of_its_platforms(read, wanted):
    assert [item.row.track for item in read(wanted)] == ["2a", "1"]


def test_a_platform_is_itself(read):
    assert [item.row.track for item in read("dorf:1")] == ["1"]
    assert [item.row.track for item in read("dorf:1", "dorf:2a")] == ["2a", "1"]


def test_a_name_of_several_stations_is_refused(read):
    with pytest.raises(OperatorError, match=r"stops\.txt: 'See' is 2 stations: see-a, see-b: give"):
        read("See")
    with pytest.raises(OperatorError, match=r"no trip calls at see-a or see-b"):
        read("see-a", "see-b")


def test_a_station_that_is_not_there_is_refused(read):
    with pytest.raises(OperatorError, match=r"code or name 'dor': is it Dorf\?"):
        read("dor")
    with pytest.raises(OperatorError, match="no trip calls at Leer"):
        read("Leer")


@pytest.mark.parametrize("table", ["stops.txt", "stop_times.txt", "trips.txt", "routes.txt"])
def test_what_is_no_gtfs_is_refused(read, feed, table):
    del feed.tables[table]
    with pytest.raises(OperatorError, match=f"the feed has no {table}: is it GTFS"):
        read()


def test_the_stations_zone_may_be_another_one(read):
    row = read(zone=ZoneInfo("Europe/Helsinki"))[0].row
    assert (row.arrival, row.departure) == (time(9, 30), time(9, 33))
    assert row.days == read()[0].row.days.of_dates(read()[0].row.days.dates())


def test_the_stop_may_say_its_zone(read, feed):
    feed.spoil("stops.txt", "S:dorf,DF,Dorf,1,,,", "S:dorf,DF,Dorf,1,,,Europe/Lisbon")
    assert brief(read())[0] == ("INTERMEDIATE", "07:30", "07:33")


def test_zones_that_change_on_other_days_make_several_rows(read):
    rows = [item.row for item in read(zone=ZoneInfo("America/New_York"))]
    through = [row for row in rows if row.departure_number == "RE 4301"]
    assert sorted(row.arrival for row in through) == [time(2, 30), time(3, 30)]
    dates = [set(row.days.dates()) for row in through]
    assert not dates[0] & dates[1]
    assert dates[0] | dates[1] == set(read()[0].row.days.dates())
    apart = min(dates, key=len)
    # New York changes on 8 March and 1 November, Berlin on 29 March and 25 October 2026
    assert min(apart) == date(2026, 3, 9)
    assert max(apart) == date(2026, 10, 30)
    assert date(2026, 3, 30) not in apart


def test_a_zone_over_midnight_moves_the_date(read, feed):
    feed.spoil("stop_times.txt", "8:30:00,8:33:00", "00:30:00,00:33:00")
    row = read(zone=ZoneInfo("Europe/London"))[0].row
    assert row.arrival == time(23, 30)
    days = set(read()[0].row.days.dates())
    assert set(row.days.dates()) == {day - timedelta(days=1) for day in days}


def test_a_very_long_service_in_another_zone(read, feed, told):
    feed.spoil("calendar.txt", "daily,1,1,1,1,1,1,1,20251214,20261212",
               "daily,1,1,1,1,1,1,1,20251214,20991212")  # fmt: skip
    assert len(read(zone=ZoneInfo("Europe/Helsinki"))) == 1
    assert told() == [("LONG_SERVICE", "stop_times.txt:5")]
    assert len(read()) == 2


def test_an_unknown_zone_leaves_the_times_as_they_are(read, feed, told):
    feed.spoil("agency.txt", "Europe/Berlin", "Mitteleuropa")
    assert brief(read())[0] == ("INTERMEDIATE", "08:30", "08:33")
    assert told() == [("ZONE_UNKNOWN", "agency.txt:2")]
    del feed.tables["agency.txt"]
    assert len(read(zone=ZoneInfo("Europe/Helsinki"))) == 2
