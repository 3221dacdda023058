"""Every rule and reason of the national format, on tables of a few lines."""

from __future__ import annotations

from datetime import date, time

import pytest

from protocol.errors import OperatorError
from protocol.runs import Role
from station_config.imports.national_2016 import names_of, read_national
from station_config.imports.report import Reason
from station_config.service_days import DAILY

HEAD = "train,origin,terminus,class,seq,station,arrive,depart,dwell,running_days,raw_ids\n"
STATIONS = """\
序号,电报码,站名,拼音,首字母,经度
1,甲,JAA,jia,j,116.4
2,乙,YII,yi,y,116.5
3,乙南,YNA,yi,yn,116.6
"""


def train(*stops, number="G1", ends=("甲", "丙"), days="ALL", ids="x"):
    """Lines of one train; `stops` as ``station arrive depart``, perhaps with ``seq=``."""
    lines = []
    for n, stop in enumerate(stops, start=1):
        station, arrive, depart, *seq = stop.split()
        lines.append(
            f"{number},{ends[0]},{ends[1]},高速,{seq[0] if seq else n},"
            f"{station},{arrive},{depart},----,{days},{ids}\n"
        )
    return "".join(lines)


def told_rows(found):
    return [
        (item.row.role.name, item.row.arrival and f"{item.row.arrival:%H:%M}",
         item.row.departure and f"{item.row.departure:%H:%M}")
        for item in found
    ]  # fmt: skip


@pytest.fixture
def read(source, report):
    return lambda text, *names: read_national(source(HEAD + text), names or ("乙",), report)


THROUGH = train("甲 ---- 08:00", "乙 09:00 09:05", "丙 10:00 10:00")


def test_a_stop_on_the_way(read, report):
    (item,) = read(THROUGH)
    row = item.row
    assert item.where == "table.csv:3"
    assert (row.arrival_number, row.departure_number, row.category) == ("G1", "G1", "G")
    assert (row.role, row.origin, row.destination) == (Role.INTERMEDIATE, "甲", "丙")
    assert (row.arrival, row.departure) == (time(9), time(9, 5))
    assert (row.track, row.days, row.stock) == (None, DAILY, None)
    assert report.counts.total() == 0


def test_the_first_stop_has_no_arrival_and_the_last_no_departure(read):
    assert told_rows(read(THROUGH, "甲", "丙")) == [
        ("ORIGIN", None, "08:00"),
        ("TERMINUS", "10:00", None),
    ]


@pytest.mark.parametrize("arrival", ["----", "08:00", "00:00", "23:00", "x"])
def test_the_first_arrival_and_the_last_departure_are_not_read(read, report, arrival):
    text = train(f"甲 {arrival} 08:00", f"丙 10:00 {arrival}", days="2016-02-01")
    found = read(text, "甲", "丙")
    assert told_rows(found) == [("ORIGIN", None, "08:00"), ("TERMINUS", "10:00", None)]
    assert {day for item in found for day in item.row.days.dates()} == {date(2016, 2, 1)}
    assert report.counts.total() == 0


def test_a_last_line_that_is_not_the_terminus_is_on_the_way(read):
    cut = train("甲 ---- 08:00", "乙 09:00 09:05")
    assert told_rows(read(cut)) == [("INTERMEDIATE", "09:00", "09:05")]


def test_a_first_line_that_is_not_the_origin_is_on_the_way(read, told):
    cut = train("乙 09:00 09:05 2", "丙 10:00 10:00 3")
    assert told_rows(read(cut)) == [("INTERMEDIATE", "09:00", "09:05")]
    assert read(cut.replace("ALL", "2016-02-01")) == []
    assert told() == [("START_MISSING", "table.csv:2")]


def test_several_numbers_stay_together(read):
    (item,) = read(THROUGH.replace("G1", "D281/D284"))
    assert item.row.arrival_number == item.row.departure_number == "D281/D284"
    assert item.row.category == "D"


def test_a_number_without_letters_has_no_category(read, told):
    (item,) = read(THROUGH.replace("G1", "1461"))
    assert item.row.category == "OTHER"
    assert told() == [("NO_CATEGORY", "table.csv:3")]


def test_one_number_with_other_stops_on_other_dates(read):
    first = train("甲 ---- 08:00", "乙 09:00 09:05", "丙 10:00 10:00", days="2016-02-01|2016-02-03")
    second = train("甲 ---- 08:00", "乙 09:10 09:12", "丙 10:00 10:00", days="2016-02-02")
    one, other = (item.row for item in read(first + second))
    assert (list(one.days.dates()), one.arrival) == (
        [date(2016, 2, 1), date(2016, 2, 3)],
        time(9),
    )
    assert (list(other.days.dates()), other.arrival) == ([date(2016, 2, 2)], time(9, 10))


def test_the_dates_are_those_of_the_start(read):
    night = train(
        "甲 ---- 22:00", "乙 23:50 00:10", "乙南 01:00 01:02", "丙 02:00 02:00", days="2016-02-29"
    )
    stand, after, end = read(night, "乙", "乙南", "丙")
    assert list(stand.row.days.dates()) == [date(2016, 2, 29)]
    assert (stand.row.arrival, stand.row.departure) == (time(23, 50), time(0, 10))
    assert list(after.row.days.dates()) == list(end.row.days.dates()) == [date(2016, 3, 1)]


def test_two_blocks_are_told_apart_by_their_sequence(read):
    again = train("甲 ---- 18:00", "乙 19:00 19:05", "丙 20:00 20:00", days="2016-02-01")
    both = read(again + again)
    assert [item.where for item in both] == ["table.csv:3", "table.csv:6"]
    assert [list(item.row.days.dates()) for item in both] == [[date(2016, 2, 1)]] * 2


def test_a_circle_calls_twice(read):
    circle = train("乙 ---- 08:00", "甲 09:00 09:02", "乙 10:00 10:00", ends=("乙", "乙"))
    assert told_rows(read(circle)) == [("ORIGIN", None, "08:00"), ("TERMINUS", "10:00", None)]


BAD = [
    ("乙 09:00 09:05", "乙 09:00 9点", Reason.BAD_TIME),
    ("乙 09:00 09:05", "乙 24:00 09:05", Reason.BAD_TIME),
    ("乙 09:00 09:05", "乙 ---- 09:05", Reason.NO_TIME),
    ("乙 09:00 09:05", "乙 09:00 ----", Reason.NO_TIME),
    ("乙 09:00 09:05", "乙 09:00 08:55", Reason.BAD_ORDER),
    ("乙 09:00 09:05", "乙 09:00 09:05 b", Reason.BAD_SEQUENCE),
]


@pytest.mark.parametrize(("good", "bad", "reason"), BAD)
def test_a_bad_record_is_told_and_the_rest_is_used(read, report, good, bad, reason):
    stops = ["甲 ---- 08:00", good, "丙 10:00 10:00"]
    spoilt = train(*(bad if stop == good else stop for stop in stops))
    found = read(spoilt + THROUGH)
    assert [item.where for item in found] == ["table.csv:6"]
    assert [(e.where, e.said) for e in report.entries[reason]] == [("table.csv:3", reason)]
    assert report.counts.total() == 1


@pytest.mark.parametrize("days", ["00:00", "", "2016-02-30", "2016-02-01||2016-02-02", "每日"])
def test_days_that_cannot_be_read(read, told, days):
    assert len(read(THROUGH.replace("ALL", days) + THROUGH)) == 1
    assert told() == [("BAD_DAYS", "table.csv:3")]


def test_a_train_without_ends_or_number(read, told):
    no_end = train("甲 ---- 08:00", "乙 09:00 09:05", "丁 10:00 10:00", ends=("甲", ""))
    assert read(no_end + THROUGH.replace("G1", "")) == []
    assert told() == [("NO_END", "table.csv:3"), ("NO_NUMBER", "table.csv:6")]


def test_times_that_go_back_on_the_way_make_the_date_unknown(read, told):
    text = train("甲 ---- 08:00", "丁 07:50 07:55", "乙 09:00 09:05", days="2016-02-01")
    assert read(text) == []
    assert told() == [("TIMES_BACK", "table.csv:4")]
    assert len(read(text.replace("2016-02-01", "ALL"))) == 1  # every day: the date is the same


def test_a_bad_time_elsewhere_does_no_harm(read, report):
    text = train("甲 ---- 22:00", "丁 x y", "乙 00:10 00:12", days="2016-02-01")
    (item,) = read(text)
    assert list(item.row.days.dates()) == [date(2016, 2, 2)]
    assert report.counts.total() == 0


def test_an_unknown_station_is_refused_with_a_hint(read):
    with pytest.raises(OperatorError, match=r"no train calls at 乙北: is it 乙\?"):
        read(THROUGH, "乙北")


@pytest.mark.parametrize("wanted", ["乙", "YII", "yii"])
def test_a_station_by_any_of_its_names(source, report, wanted):
    assert "乙" in names_of(source(STATIONS), wanted, report)


def test_a_name_of_several_stations_is_refused(source, report):
    with pytest.raises(OperatorError, match=r"more than one station: 乙 YII \(line 3\); 乙南 YNA"):
        names_of(source(STATIONS), "yi", report)
    with pytest.raises(OperatorError, match="not a table of stations"):
        names_of(source("x\n"), "yi", report)


def test_a_station_that_the_table_does_not_have_is_itself(source, report):
    assert names_of(source(STATIONS), "丁", report) == {"丁"}
    assert names_of(source(STATIONS), "116.4", report) == {"116.4"}


def test_the_stations_own_categories_come_first(source, report):
    (item,) = read_national(source(HEAD + THROUGH), ["乙"], report, lambda number: f"<{number}>")
    assert item.row.category == "<G1>"
