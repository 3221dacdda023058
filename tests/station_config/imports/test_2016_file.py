"""The whole national file of 2016, against counts that know nothing of the importer."""

from __future__ import annotations

import csv
import gzip
from collections import Counter, defaultdict
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest

from station_config.imports.national_2016 import names_of, read_national
from station_config.imports.plan import plan_of
from station_config.imports.report import Reason, Report
from station_config.plan_files import source_of

FOLDER = Path(__file__).parents[4] / "shared/data/china-2016-highspeed"
STOP_TIMES = FOLDER / "stop_times.csv.gz"

pytestmark = pytest.mark.skipif(
    not STOP_TIMES.exists(), reason="needs ../shared/data/china-2016-highspeed"
)


@cache
def lines():
    with gzip.open(STOP_TIMES, "rt", encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


@cache
def runs_of(day):
    """Runs at each station on `day`, counted train by train from the file alone."""
    trains = defaultdict(list)
    for line in lines():
        trains[line["train"], line["raw_ids"], line["running_days"]].append(line)
    counts = Counter()
    for stops in trains.values():
        days, nights, before = stops[0]["running_days"].split("|"), 0, ""
        for n, stop in enumerate(stops):
            arrives = stop["arrive"] if n else stop["depart"]
            nights += arrives < before
            start = day - timedelta(days=nights)
            counts[stop["station"]] += days == ["ALL"] or start.isoformat() in days
            nights += stop["depart"] < arrives
            before = stop["depart"]
    return counts


def imported(*names):
    report = Report()
    source = source_of(STOP_TIMES, lambda _name, _lines: None)
    return plan_of(read_national(source, names, report), report), report


def largest(count):
    return [name for name, _ in Counter(line["station"] for line in lines()).most_common(count)]


def test_every_line_of_every_station_is_a_row_or_is_told():
    stations = {line["station"] for line in lines()}
    report = Report()
    source = source_of(STOP_TIMES, lambda _name, _lines: None)
    found = read_national(source, stations, report)
    unreadable = [n for n, line in enumerate(lines(), start=2) if line["running_days"] == "00:00"]
    assert report.rejected == {Reason.BAD_DAYS: len(unreadable)}
    assert [entry.where for entry in report.entries[Reason.BAD_DAYS]] == [
        f"stop_times.csv.gz:{n}" for n in unreadable
    ]
    assert len(found) == len(lines()) - len(unreadable)
    assert len({item.where for item in found}) == len(found)


@pytest.mark.parametrize("nth", [0, 1, 2, 40, 300])
def test_rows_of_a_station_are_as_many_as_its_lines(nth):
    name = largest(400)[nth]
    rows, report = imported(name)
    assert len(rows) + sum(report.rejected.values()) == sum(
        line["station"] == name for line in lines()
    )


@pytest.mark.parametrize("day", [date(2016, 2, 3), date(2016, 2, 11), date(2016, 3, 20)])
def test_runs_of_a_day_are_those_of_the_file(day):
    for name in (*largest(3), "徐州", "珠海"):
        rows, _ = imported(name)
        assert sum(row.days.runs_on(day) for row in rows) == runs_of(day)[name], name


def test_the_largest_station_by_its_code():
    report = Report()
    stations = source_of(FOLDER / "stations.csv", lambda _name, _lines: None)
    assert largest(1)[0] in names_of(stations, "IZQ", report)
    assert len(imported(largest(1)[0])[0]) > 600
