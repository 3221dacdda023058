"""``station plan``: from files to a timetable that the station loads."""

from __future__ import annotations

import csv
import gzip
import zipfile
from datetime import date

import pytest

from station_config.load import load_station
from station_config.runtime.command import main

NATIONAL = """\
train,origin,terminus,class,seq,station,arrive,depart,dwell,running_days,raw_ids
G1,Berg,Stadt,x,1,Berg,----,08:00,----,ALL,x
G1,Berg,Stadt,x,2,Dorf,09:00,09:05,----,ALL,x
G1,Berg,Stadt,x,3,Stadt,10:00,10:00,----,ALL,x
K2,Dorf,海,x,1,Dorf,----,09:30,----,2025-03-30|2025-04-01,y
K2,Dorf,海,x,2,海,11:00,11:00,----,2025-03-30|2025-04-01,y
K4,Dorf,Stadt,x,1,Dorf,----,12:00,----,morgen,z
"""
STATIONS = "no,code,name\n1,Dorf,DF\n2,Stadt,ST\n"
GTFS = {
    "agency.txt": "agency_name,agency_timezone\nBahn,Europe/Berlin\n",
    "stops.txt": "stop_id,stop_name,platform_code\nd,Dorf,1\ns,Stadt,\n",
    "routes.txt": "route_id,route_short_name\nr,K\n",
    "trips.txt": "route_id,service_id,trip_id,trip_short_name\nr,day,1,K 7\n",
    "calendar_dates.txt": "service_id,date,exception_type\nday,20250330,1\n",
    "stop_times.txt": "trip_id,stop_sequence,stop_id,arrival_time,departure_time\n"
    "1,1,d,02:30:00,02:30:00\n1,2,s,05:00:00,05:00:00\n",
}


@pytest.fixture
def files(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "stop_times.csv").write_text(NATIONAL, encoding="utf-8")
    (folder / "stop_times.csv.gz").write_bytes(gzip.compress(NATIONAL.encode()))
    (folder / "stations.csv").write_text(STATIONS, encoding="utf-8")
    (folder / "feed").mkdir()
    with zipfile.ZipFile(folder / "feed.zip", "w") as archive:
        for name, text in GTFS.items():
            (folder / "feed" / name).write_text(text, encoding="utf-8")
            archive.writestr(f"inside/{name}", text)
    return folder


def plan(*arguments):
    return main(["plan", *map(str, arguments)])


@pytest.mark.parametrize("name", ["stop_times.csv", "stop_times.csv.gz"])
def test_a_national_file_becomes_a_timetable_that_loads(draft, files, capsys, name):
    out, rejected = draft.directory / "timetable.csv", files / "rejected.csv"
    code = plan(
        "import", "national-2016", files / name, files / "stations.csv",
        "--stop", "DF", "--out", out, "--rejected", rejected,
    )  # fmt: skip
    assert code == 0
    printed = capsys.readouterr().out
    assert "rows: 2\n" in printed
    assert "calendar: 2025-03-30 to 2025-04-01 (1 rows without a first or last date)" in printed
    assert "busiest hour: 2 runs from 09:00 on 2025-03-30, 2 runs on that day" in printed
    assert "rejected: 1\n       1  the days of running cannot be read\n" in printed
    assert f"          {name}:7  K4 ---- 12:00, morgen" in printed
    with rejected.open(encoding="utf-8", newline="") as opened:
        assert [line["where"] for line in csv.DictReader(opened)] == [f"{name}:7"]
    timetable = load_station(draft.directory).timetable
    assert [r.departure_number for r in timetable.rows_on(date(2025, 3, 30))] == ["G1", "K2"]
    assert [r.departure_number for r in timetable.rows_on(date(2025, 3, 31))] == ["G1"]
    assert [m[3] for m in draft.told()] == [
        "destination '海' is not among the places: it is shown so in every language"
    ]


@pytest.mark.parametrize("name", ["feed", "feed.zip"])
def test_a_gtfs_feed_becomes_a_timetable_that_loads(draft, files, capsys, name):
    out = draft.directory / "timetable.csv"
    own = draft.directory
    code = plan("import", "gtfs", files / name, "--stop", "d", "--station", own, "--out", out)
    assert code == 0
    printed = capsys.readouterr().out
    assert "1  a time that the clocks skip on one of its days" in printed
    (row,) = load_station(draft.directory).timetable.rows
    assert (row.departure_number, row.category, row.track) == ("K 7", "K", "1")


def test_several_of_our_files_become_one(draft, files, capsys):
    ours = draft.directory / "timetable.csv"
    once, again = files / "once.csv", files / "again.csv"
    assert plan("import", "csv", ours, "--out", once) == 0
    assert plan("import", "csv", once, ours, "--out", again) == 0
    printed = capsys.readouterr().out
    assert "5  the same train at the same times on the same days" in printed
    assert "busiest hour: 1 runs from 06:00 on any Monday, 5 runs on that day" in printed
    assert once.read_text().splitlines()[1:] == again.read_text().splitlines()[1:]


def test_a_day_is_shown_with_names_in_every_language(draft, capsys):
    draft.spoil("places.csv", "BG,Berg,Mountain", "BG,山,Mountain")
    draft.spoil("timetable.csv", "K2,,K,TERMINUS,BG", "K2,,K,TERMINUS,山")
    assert plan("show", draft.directory, "--date", "2025-03-30") == 0
    head, columns, *lines = capsys.readouterr().out.splitlines()
    assert head == "test, 2025-03-30: 5 runs"
    assert columns.split() == ["Arr.", "Dep.", "Train", "Role", "From", "To", "Track"]
    assert lines[0].split() == [
        "-", "06:00", "G1", "ORIGIN", "Dorf", "Village", "Stadt", "Town", "1",
    ]  # fmt: skip
    assert lines[1].split() == [
        "07:00", "-", "K2", "TERMINUS", "山", "Mountain", "Dorf", "Village", "1",
    ]  # fmt: skip
    assert lines[2].split()[2:5] == ["K3", "→", "K4"]
    assert lines[4].split()[:2] == ["23:55", "00:10+1"]
    # a Chinese character takes two columns of a terminal
    assert lines[1].index("Dorf") == columns.index("To") - 1


REFUSED = [
    (("gtfs", "feed", "--stop", "x"), "no stop has the identifier, code or name 'x'"),
    (("gtfs", "feed"), "say which station with --stop"),
    (("gtfs", "feed", "feed.zip", "--stop", "d"), "one feed at a time"),
    (("gtfs", "stations.csv", "--stop", "d"), "neither a directory nor a zip archive"),
    (("gtfs", "feed", "--stop", "d", "--zone", "Mars/Base"), "'Mars/Base' is no time zone"),
    (("national-2016", "none.csv", "--stop", "d"), "none.csv: there is no such file"),
    (("national-2016", "stations.csv", "--stop", "d"), "stations.csv:1: no column train"),
    (("national-2016", "broken.csv.gz", "--stop", "d"), "cannot be read"),
    (("csv", "stations.csv"), "no row can be used: nothing is written"),
]


@pytest.mark.parametrize(("arguments", "words"), REFUSED)
def test_what_cannot_be_done_is_said_and_nothing_is_written(files, capsys, arguments, words):
    (files / "broken.csv.gz").write_bytes(gzip.compress(NATIONAL.encode() * 99)[:60])
    given = [files / a if (files / a).exists() or "none" in a else a for a in arguments]
    out = files / "out.csv"
    assert plan("import", *given, "--out", out) == 1
    assert words in capsys.readouterr().err
    assert not out.exists()


def test_an_output_that_cannot_be_written_is_said(files, capsys):
    out = files / "no" / "out.csv"
    assert plan("import", "gtfs", files / "feed", "--stop", "d", "--out", out) == 1
    assert "out.csv: cannot be written" in capsys.readouterr().err


def test_help_has_examples(capsys):
    for arguments, words in ((["--help"], "plan import gtfs"), (["import", "--help"], "formats:")):
        with pytest.raises(SystemExit):
            plan(*arguments)
        assert words in capsys.readouterr().out
