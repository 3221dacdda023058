"""Imported timetables as runs on the days on which clocks change: the instants, not the texts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hub.kernel.days import Days
from station_config.imports.gtfs import read_gtfs
from station_config.imports.national_2016 import read_national
from station_config.imports.plan import plan_of
from station_config.imports.records import Source
from station_config.imports.report import Report
from station_config.imports.station_csv import read_station_csv
from station_config.model import Timetable

FORWARD, BACK = date(2025, 3, 30), date(2025, 10, 26)
EVE = {FORWARD: date(2025, 3, 29), BACK: date(2025, 10, 25)}

# at the station: before the change, in the hour that is skipped or repeated, after it
NATIONAL = """\
train,origin,terminus,seq,station,arrive,depart,running_days
N1,A,B,1,A,----,01:30,2025-03-30|2025-10-26
N1,A,B,2,B,05:00,05:00,2025-03-30|2025-10-26
N2,A,B,1,A,----,02:30,2025-03-30|2025-10-26
N2,A,B,2,B,05:00,05:00,2025-03-30|2025-10-26
N3,A,B,1,A,----,08:00,2025-03-30|2025-10-26
N3,A,B,2,B,09:00,09:00,2025-03-30|2025-10-26
N4,C,B,1,C,----,23:00,2025-03-29|2025-10-25
N4,C,B,2,A,01:50,03:10,2025-03-29|2025-10-25
N4,C,B,3,B,05:00,05:00,2025-03-29|2025-10-25
"""
CSV = """\
arrival_number,departure_number,category,role,origin,destination,arrival,departure,track,days,added
,N1,N,ORIGIN,A,B,,01:30,,-,2025-03-30|2025-10-26
,N2,N,ORIGIN,A,B,,02:30,,-,2025-03-30|2025-10-26
,N3,N,ORIGIN,A,B,,08:00,,-,2025-03-30|2025-10-26
N4,N4,N,INTERMEDIATE,C,B,01:50,03:10,,-,2025-03-30|2025-10-26
"""
GTFS = {
    "agency.txt": "agency_name,agency_timezone\nBahn,Europe/Berlin\n",
    "stops.txt": "stop_id,stop_name\na,A\nb,B\nc,C\n",
    "routes.txt": "route_id,route_short_name\nr,N\n",
    "trips.txt": "route_id,service_id,trip_id,trip_short_name\n"
    "r,day,1,N1\nr,day,2,N2\nr,day,3,N3\nr,eve,4,N4\n",
    "calendar_dates.txt": "service_id,date,exception_type\n"
    "day,20250330,1\nday,20251026,1\neve,20250329,1\neve,20251025,1\n",
    "stop_times.txt": "trip_id,stop_sequence,stop_id,arrival_time,departure_time\n"
    "1,1,a,01:30:00,01:30:00\n1,2,b,05:00:00,05:00:00\n"
    "2,1,a,02:30:00,02:30:00\n2,2,b,05:00:00,05:00:00\n"
    "3,1,a,08:00:00,08:00:00\n3,2,b,09:00:00,09:00:00\n"
    "4,1,c,23:00:00,23:00:00\n4,2,a,25:50:00,27:10:00\n4,3,b,29:00:00,29:00:00\n",
}


def source(name, text):
    return Source(name, lambda: iter(text.encode().splitlines()))


IMPORTS = {
    "csv": lambda report: read_station_csv(source("t.csv", CSV), Path("t.csv"), report),
    "national": lambda report: read_national(source("s.csv", NATIONAL), ["A"], report),
    "gtfs": lambda report: read_gtfs(
        {name: source(name, text) for name, text in GTFS.items()}, ["a"], report
    ),
}


@pytest.fixture(params=IMPORTS)
def days(request, station):
    report = Report()
    rows = plan_of(IMPORTS[request.param](report), report)
    assert (len(rows), report.rejected) == (4, {})
    return Days(replace(station, zone="Europe/Berlin", timetable=Timetable(FORWARD, rows)))


def utc(day, hour, minute):
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def test_the_night_in_which_an_hour_is_left_out(days):
    runs = {f.run_id: f.timetable for f in days.facts(FORWARD)}
    assert runs["2025-03-30.n1"].departure == utc(FORWARD, 0, 30)
    assert runs["2025-03-30.n2"].departure == utc(FORWARD, 1, 30)  # clocks show 03:30
    assert runs["2025-03-30.n3"].departure == utc(FORWARD, 6, 0)
    standing = runs["2025-03-30.n4"]
    assert (standing.arrival, standing.departure) == (utc(FORWARD, 0, 50), utc(FORWARD, 1, 10))
    shown = runs["2025-03-30.n2"].departure.astimezone(ZoneInfo("Europe/Berlin"))
    assert f"{shown:%H:%M}" == "03:30"


def test_the_night_in_which_an_hour_is_repeated(days):
    runs = {f.run_id: f.timetable for f in days.facts(BACK)}
    assert runs["2025-10-26.n1"].departure == datetime(2025, 10, 25, 23, 30, tzinfo=UTC)
    assert runs["2025-10-26.n2"].departure == utc(BACK, 0, 30)  # the first 02:30
    assert runs["2025-10-26.n3"].departure == utc(BACK, 7, 0)
    standing = runs["2025-10-26.n4"]
    assert standing.departure - standing.arrival == timedelta(hours=2, minutes=20)


def test_nothing_runs_on_the_eve(days):
    assert [days.facts(eve) for eve in EVE.values()] == [[], []]
