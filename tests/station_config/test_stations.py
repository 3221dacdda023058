"""The shipped stations: what other parts and the demo count on."""

from __future__ import annotations

import csv
import os
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

import station_config
from protocol.identifiers import check_identifier, make_run_id
from protocol.runs import Role
from station_config.load import load_station
from station_config.model import BoardKind

STATIONS = Path(station_config.__file__).parent / "stations"
SHARED = Path(os.environ.get("STATION_SHARED_DATA", "../shared/data"))
CLASSES = {
    "直达特快": "Z",
    "特快": "T",
    "快速": "K",
    "动车组": "D",
    "高速动车": "G",
    "普快": "PK",
    "普客": "PT",
}
HIGH_SPEED = {"G", "D", "C"}


@pytest.fixture(scope="module")
def hohhot():
    return load_station(STATIONS / "hohhot_east")


@pytest.fixture(scope="module")
def muehlau():
    return load_station(STATIONS / "muehlau_am_see")


def test_hohhot_east_has_its_day(hohhot):
    rows = hohhot.timetable.rows
    assert hohhot.timetable.service_date == date(2021, 1, 20)
    assert Counter(row.role for row in rows) == {
        Role.INTERMEDIATE: 57,
        Role.ORIGIN: 39,
        Role.TERMINUS: 39,
    }
    assert all(row.track for row in rows)
    for row in rows:
        number = row.departure_number or row.arrival_number or ""
        assert hohhot.category_of(number) == row.category


def test_hohhot_east_keeps_high_speed_trains_in_the_south_yard(hohhot):
    layout = hohhot.layout_on(hohhot.timetable.service_date)
    assert (len(layout.platforms), len(layout.tracks), len(layout.gates)) == (9, 20, 9)
    for row in hohhot.timetable.rows:
        track = layout.track(row.track)
        assert track.yard == ("south" if row.category in HIGH_SPEED else "north")
        assert layout.gates_to(track.platform)


def test_hohhot_east_grew(hohhot):
    sizes = {
        day: (len(hohhot.layout_on(day).platforms), len(hohhot.layout_on(day).tracks))
        for day in (date(2016, 8, 24), date(2016, 8, 25), date(2017, 8, 2), date(2017, 8, 3))
    }
    assert list(sizes.values()) == [(2, 5), (3, 7), (3, 7), (9, 20)]


@pytest.mark.parametrize(
    ("category", "role", "opens", "anchor"),
    [
        ("G", Role.ORIGIN, 15, "departure"),
        ("D", Role.INTERMEDIATE, 15, "departure"),
        ("K", Role.ORIGIN, 30, "departure"),
        ("Z", Role.INTERMEDIATE, 10, "arrival"),
        ("OTHER", Role.INTERMEDIATE, 15, "departure"),
    ],
)
def test_hohhot_easts_lead_times(hohhot, category, role, opens, anchor):
    rule = hohhot.lead_time(category, role, None, set())
    assert (rule.opens, rule.opens_before) == (timedelta(minutes=opens), anchor)
    assert (rule.last_call, rule.closes) == (timedelta(minutes=2), timedelta(minutes=5))


def test_hohhot_easts_places_are_named_in_both_languages(hohhot):
    for row in hohhot.timetable.rows:
        for name in (row.origin, row.destination):
            place = hohhot.place(name)
            assert place.name("zh") == name
            assert place.name("en").isascii()
    assert hohhot.place("VAP").names == {"zh": "北京北", "en": "Beijing North"}
    assert hohhot.place("NDC").name("en") == "Hohhot East"


def test_hohhot_east_has_a_board_of_every_kind_and_in_both_yards(hohhot):
    assert {board.kind for board in hohhot.boards} == set(BoardKind)
    layout = hohhot.layouts[-1]
    screens = [b for b in hohhot.boards if b.platform]
    assert {layout.platform(b.platform).yard for b in screens} == {"north", "south"}


def test_hohhot_easts_trains_are_those_of_the_source(hohhot):
    source = SHARED / "china-2021-boards" / "呼和浩特东.csv"
    if not source.exists():
        pytest.skip(f"the source's data is not here: {source}")
    with source.open(encoding="utf-8-sig", newline="") as file:
        theirs = {
            (CLASSES[r["class"]], r["train"], r["origin"], r["terminus"], r["arrive"], r["depart"])
            for r in csv.DictReader(file)
        }
    ours = {
        (
            row.category,
            row.departure_number or row.arrival_number,
            row.origin,
            row.destination,
            f"{row.arrival:%H:%M}" if row.arrival else "-",
            f"{row.departure:%H:%M}" if row.departure else "-",
        )
        for row in hohhot.timetable.rows
    }
    assert ours == theirs


def test_the_second_station_is_another_railway(muehlau):
    assert muehlau.zone == "Europe/Berlin"
    assert muehlau.languages == ("de", "en")
    (layout,) = muehlau.layouts
    assert not layout.gates
    assert not muehlau.lead_times
    assert layout.platform("1a").label == "1a"
    rows = muehlau.timetable.rows
    assert len(rows) == 33
    assert {row.role for row in rows} == set(Role)
    assert sum(bool(r.arrival and r.departure and r.departure < r.arrival) for r in rows) == 2
    assert any("/" in (row.departure_number or "") for row in rows)
    assert any(
        row.arrival_number and row.departure_number not in {None, row.arrival_number}
        for row in rows
    )


@pytest.mark.parametrize("name", ["hohhot_east", "muehlau_am_see"])
def test_every_run_of_the_day_has_its_own_identifier(name):
    timetable = load_station(STATIONS / name).timetable
    assert timetable is not None
    ids = [
        make_run_id(timetable.service_date, row.departure_number or row.arrival_number or "")
        for row in timetable.rows
    ]
    assert len(set(ids)) == len(ids)
    for run_id in ids:
        check_identifier(run_id)
