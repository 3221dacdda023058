"""`load_station` and `check_station`: whole directories."""

from __future__ import annotations

from datetime import date, time, timedelta
from pathlib import Path

import pytest

import station_config
from protocol.errors import Blame
from protocol.runs import Role
from station_config.load import check_station, load_station
from station_config.mistakes import ConfigErrors, Findings
from station_config.model import Anchor, BoardKind, Column, LeadTime, TrackKind
from station_config.table import read_table

STATIONS = sorted(Path(station_config.__file__).parent.glob("stations/*"))
TEN = [
    ("station.xml", 'zone="Europe/Berlin"', 'zone="Europe/Bärlin"', 'zone="Europe/Bärlin"'),
    ("station.xml", '<code scheme="local">DF</code>', '<kode scheme="local">DF</kode>', "<kode"),
    ("station.xml", 'code="K" prefixes="K 1"', 'code="K" prefixes="K G"', '"K G"'),
    ("station.xml", 'platform="1a" length-m="250"', 'platform="1b" length-m="250"', '"1b"'),
    ("station.xml", 'opens="PT20M"', 'opens="20"', 'opens="20"'),
    ("station.xml", 'columns="train departure status"', 'columns="train time"', '"train time"'),
    ("station.xml", '      <name lang="en">Gate A1</name>\n', "", '<board id="gate-a1"'),
    ("timetable.csv", "08:00,08:10", "08:00,08:60", "08:60"),
    ("timetable.csv", "K2,,K,TERMINUS", "K2,,K,TERMINAL", "TERMINAL"),
    ("places.csv", "BG,Berg,Mountain,", "BG,Berg,,", "BG,Berg,,"),
]


def test_the_whole_of_a_station_is_loaded(draft):
    station = load_station(draft.directory)
    assert draft.check() == []
    assert (station.id, station.zone, station.languages) == ("test", "Europe/Berlin", ("de", "en"))
    assert station.names == {"de": "Dorf", "en": "Village"}
    assert station.codes == {"local": "DF"}
    assert [c.prefixes for c in station.categories] == [("G",), ("K", "1")]
    assert station.category_of("1820") == "K"
    assert station.category_of("X7") == "OTHER"
    assert [z.id for z in station.announcement_zones] == ["hall", "platforms"]
    assert station.policies.minimum_dwell == timedelta(minutes=2, seconds=30)
    assert station.policies.rules == ("times", "hold")
    assert station.windows.shown == timedelta(hours=3)
    assert station.windows.arrival_linger == timedelta(minutes=10)
    assert station.directory == draft.directory


def test_layouts_follow_their_dates(draft):
    station = load_station(draft.directory)
    assert station.layout_on(date(1999, 1, 1)).valid_from == date(2010, 1, 1)
    assert station.layout_on(date(2019, 12, 31)).valid_from == date(2010, 1, 1)
    layout = station.layout_on(date(2020, 1, 1))
    assert layout.valid_from == date(2020, 1, 1)
    main = layout.track("2")
    assert main is not None
    assert (main.kind, main.platform, main.label) == (TrackKind.MAIN, None, "II")
    assert layout.track("9") is None
    assert [g.id for g in layout.gates_to("1a")] == ["a1", "a2"]
    assert layout.waiting_room("hall").named.name("en") == "Hall"
    assert layout.platform("1a").label == "1a"


def test_boards_and_lead_times_have_their_values_and_defaults(draft):
    station = load_station(draft.directory)
    departures, gate, platform = station.boards
    assert departures.columns == (Column.TRAIN, Column.DEPARTURE, Column.STATUS)
    assert (departures.waiting_room, departures.languages) == ("hall", ("de", "en"))
    assert (departures.page_seconds, departures.language_seconds) == (8.0, 8.0)
    assert (gate.kind, gate.gate, gate.page_seconds) == (BoardKind.GATE, "a1", 10.0)
    assert (platform.platform, platform.languages) == ("1", ("en",))
    special, common = station.lead_times
    assert special == LeadTime(
        opens=timedelta(minutes=20),
        last_call=timedelta(minutes=2),
        closes=timedelta(minutes=5),
        opens_before=Anchor.DEPARTURE,
        categories=frozenset("G"),
        role=Role.ORIGIN,
        platform="1",
        gate="a1",
    )
    assert station.lead_time("G", Role.ORIGIN, "1", {"a1", "a2"}) is special
    assert station.lead_time("G", Role.ORIGIN, "1a", {"a1", "a2"}) is common


def test_places_are_found_by_code_name_and_alias(draft):
    station = load_station(draft.directory)
    for key in ("ST", "Stadt", "Stadt Hbf", "Alt Stadt"):
        assert station.place(key).names == {"de": "Stadt", "en": "Town"}
    for key in ("DF", "Dorf"):
        assert station.place(key).name("en") == "Village"
    assert station.place("Town").names == {"de": "Town", "en": "Town"}


def test_the_timetable_has_times_of_day(draft):
    timetable = load_station(draft.directory).timetable
    assert timetable is not None
    assert timetable.service_date == date(2025, 3, 30)
    first, _, third, _, last = timetable.rows
    assert (first.arrival, first.departure, first.arrival_number) == (None, time(6), None)
    assert (third.arrival_number, third.departure_number) == ("K3", "K4")
    assert (last.arrival, last.departure) == (time(23, 55), time(0, 10))


def test_ten_mistakes_give_ten_messages_with_their_lines(draft):
    for name, old, new, _ in TEN:
        draft.spoil(name, old, new)
    expected = sorted((name, draft.line_of(name, marker)) for name, _, _, marker in TEN)
    told = draft.told()
    assert [(name, line) for name, line, _, _ in told] == expected
    assert {severity for _, _, severity, _ in told} == {"error"}
    with pytest.raises(ConfigErrors) as caught:
        load_station(draft.directory)
    error = caught.value
    assert error.blame is Blame.OPERATOR
    assert error.where == str(draft.directory)
    assert len(error.mistakes) == 10
    assert str(error).count("\n") == 10
    for name, line in expected:
        assert f"{name}:{line}: error: " in str(error)


def test_one_mistake_is_told_in_the_singular_and_warnings_do_not_stop(draft):
    draft.spoil("station.xml", 'page-time="PT10S"', 'page-time="PT1S"')
    assert load_station(draft.directory).boards[1].page_seconds == 1.0
    draft.spoil("station.xml", 'zone="Europe/Berlin"', 'zone="Mars"')
    with pytest.raises(ConfigErrors, match="1 mistake, the station is not loaded") as caught:
        load_station(draft.directory)
    assert "warning" not in str(caught.value)
    assert len(caught.value.mistakes) == 2


@pytest.mark.parametrize("name", ["places", "timetable"])
def test_a_table_may_be_left_out_but_not_be_missing(draft, name):
    (draft.directory / f"{name}.csv").unlink()
    line = draft.line_of("station.xml", f"<{name} file=")
    found = [(m[1], m[2], m[3]) for m in draft.told() if m[0] == "station.xml"]
    assert [(at, severity) for at, severity, _ in found] == [(line, "error")]
    assert f"no file '{name}.csv'" in found[0][2]


def test_a_station_without_tables_can_be_loaded(draft):
    draft.spoil("station.xml", '  <places file="places.csv"/>\n', "")
    draft.spoil(
        "station.xml", '  <timetable file="timetable.csv" service-date="2025-03-30"/>\n', ""
    )
    station = load_station(draft.directory)
    assert station.timetable is None
    assert set(station.places) == {"Dorf", "DF"}


def test_a_directory_without_a_station_is_a_mistake_of_the_whole_file(tmp_path):
    mistakes = check_station(tmp_path)
    assert [(m.line, m.message) for m in mistakes] == [
        (0, "cannot read: No such file or directory")
    ]
    assert mistakes[0].where == str(tmp_path / "station.xml")


def test_a_file_outside_the_directory_is_never_opened(draft):
    draft.spoil("station.xml", 'file="places.csv"', 'file="../places.csv"')
    told = [m for m in draft.told() if m[0] == "station.xml"]
    assert [m[1] for m in told] == [draft.line_of("station.xml", "../places.csv")]
    assert "without a path" in told[0][3]


def test_a_bad_service_date_is_told_once_and_the_rows_are_still_checked(draft):
    draft.spoil("station.xml", "2025-03-30", "2025-02-30")
    draft.spoil("timetable.csv", "06:00,1", "06:00,9")
    told = draft.told()
    assert [(m[0], m[1]) for m in told] == [
        ("station.xml", draft.line_of("station.xml", "2025-02-30")),
        ("timetable.csv", 2),
    ]


@pytest.mark.parametrize("directory", STATIONS, ids=lambda path: path.name)
def test_every_shipped_station_has_no_mistake_and_no_warning(directory):
    assert check_station(directory) == []
    assert load_station(directory).timetable


def test_a_platform_without_an_id_is_told_and_what_refers_to_it(draft):
    draft.spoil("station.xml", '<platform id="1a" label', "<platform label")
    told = draft.told()
    assert [m[1] for m in told] == [
        draft.line_of("station.xml", '<platform label="1a"'),
        draft.line_of("station.xml", 'platform="1a"'),
        draft.line_of("station.xml", 'platforms="1 1a"'),
        draft.line_of("station.xml", 'platforms="1a"'),
    ]


@pytest.mark.parametrize("tag", ["windows", "policies"])
def test_a_part_that_is_missing_is_told_at_the_station(draft, tag):
    text = (draft.directory / "station.xml").read_text(encoding="utf-8")
    start = text.index(f"  <{tag}")
    draft.write("station.xml", text[:start] + text[text.index("/>", start) + 3 :])
    assert draft.told() == [
        ("station.xml", 2, "error", f"<station> is not complete: expected <{tag}>")
    ]


def test_without_layouts_nothing_is_told_of_tracks_and_boards(draft):
    text = (draft.directory / "station.xml").read_text(encoding="utf-8")
    start, end = text.index("  <layouts>"), text.index("  <announcement-zones>")
    draft.write("station.xml", text[:start] + text[end:])
    assert [m[1:] for m in draft.told()] == [
        (2, "error", "<station> is not complete: expected <layouts>")
    ]


def test_a_table_that_cannot_be_read_is_told(tmp_path):
    findings = Findings(tmp_path)
    assert read_table(findings, ("a",)) == []
    assert [m.message for m in findings.mistakes] == ["cannot read: Is a directory"]


def test_minimum_turn_rounds(draft):
    rounds = """rules="times hold">
    <turn-round minimum="PT20M"/>
    <turn-round minimum="PT9M" categories="G"/>
  </policies>"""
    assert load_station(draft.directory).policies.turn_round("G") == timedelta(0)
    draft.spoil("station.xml", 'rules="times hold"/>', rounds)
    policies = load_station(draft.directory).policies
    assert policies.turn_round("G") == timedelta(minutes=9)
    assert policies.turn_round("K") == timedelta(minutes=20)
