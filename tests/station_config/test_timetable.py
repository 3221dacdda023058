"""Each mistake that can be made in a timetable.csv."""

from __future__ import annotations

import pytest

from station_config.load import load_station

HEADER = (
    "arrival_number,departure_number,category,role,origin,destination,arrival,departure,track\n"
)
G1 = ",G1,G,ORIGIN,Dorf,Stadt,,06:00,1"
K2 = "K2,,K,TERMINUS,BG,Dorf,07:00,,1"
K3 = "K3,K4,K,INTERMEDIATE,Berg,Stadt Hbf,08:00,08:10,3"
K6 = "K6,K6,K,INTERMEDIATE,Berg,Stadt,23:55,24:10,1"

ERRORS = [
    (G1, ",G1,G,origin,Dorf,Stadt,,06:00,1", 2, "role 'origin' is not known: use ORIGIN, TERM"),
    (G1, ",G1,X,ORIGIN,Dorf,Stadt,,06:00,1", 2, "category 'X' is not among the station's"),
    (G1, ",G1,,ORIGIN,Dorf,Stadt,,06:00,1", 2, "category is empty: fill it in"),
    (G1, ",G1,G,ORIGIN,Dorf,,,06:00,1", 2, "destination is empty: fill it in"),
    (G1, ",G1,G,ORIGIN,Dorf,Stadt,,6.00,1", 2, "departure '6.00' is not a time of day: write 00"),
    (G1, ",G1,G,ORIGIN,Dorf,Stadt,,48:00,1", 2, "departure '48:00' is not a time of day"),
    (K2, "K2,,K,TERMINUS,BG,Dorf,24:00,,1", 3, "arrival '24:00' is not a time of day: write 00"),
    (G1, ",G1,G,ORIGIN,Dorf,Stadt,05:50,06:00,1", 2, "ORIGIN has no arrival: empty its cells"),
    (G1, "G1,G1,G,ORIGIN,Dorf,Stadt,,06:00,1", 2, "ORIGIN has no arrival: empty its cells"),
    (G1, ",G1,G,ORIGIN,Dorf,Stadt,,,1", 2, "ORIGIN needs a time of departure: add it or mend"),
    (G1, ",,G,ORIGIN,Dorf,Stadt,,06:00,1", 2, "ORIGIN needs departure_number: add it or mend"),
    (K2, "K2,,K,TERMINUS,BG,Dorf,07:00,07:01,1", 3, "TERMINUS has no departure: empty its cells"),
    (K3, K3.replace("08:00", ""), 4, "INTERMEDIATE needs a time of arrival: add it or mend"),
    (K3, K3.replace("08:00", "08:20"), 4, "08:10 is before arrival 08:20: mend one of them; wri"),
    (K3, K3.replace("08:10", "32:10"), 4, "departure 32:10 is more than a day after the arrival"),
    (G1, ",G1,G,ORIGIN,Dorf,Stadt,,06:00,9", 2, "track '9' is not in the layout that is valid on"),
    (K3, K3 + ",x", 4, "10 cells, the header has 9: mend the row"),
    (K3, f"{K3}\n{K3}", 5, "the same row stands in line 4: take one out"),
    (HEADER, HEADER.replace("track", "trak"), 1, "no column track: add it"),
    (HEADER, HEADER.replace("track", "track,track"), 1, "column track stands twice: take one out"),
    (K3, K3.replace("Berg", '"Ber"g'), 4, "not CSV"),
]
WARNINGS = [
    (G1, ",G1,G,ORIGIN,Berg,Stadt,,06:00,1", 2, "ORIGIN here, but its origin is 'Berg'"),
    (K2, "K2,,K,TERMINUS,BG,Stadt,07:00,,1", 3, "TERMINUS here, but its destination is 'Stadt'"),
    (G1, ",G1,G,ORIGIN,Dorf,Mond,,06:00,1", 2, "destination 'Mond' is not among the places"),
    (G1, ",G1,G,ORIGIN,Dorf,Stadt,,06:00,2", 2, "track '2' has no platform, but the train stops"),
    (G1, ",G1,G,ORIGIN,Dorf,Stadt,,02:30,1", 2, "02:30 does not exist on 2025-03-30"),
    (K3, f"{K3}\n{K3.replace('08:', '18:')}", 5, "K3 stands in line 4 too: are both meant?"),
    (K2, K2.replace("07:00", "06:00"), 3, "stands on track '1' at the same time as the train of"),
    (K2, K2.replace("07:00", "00:05"), 7, "on track '1' at the same time as the train of line 3"),
]


@pytest.mark.parametrize(("old", "new", "line", "words"), ERRORS)
def test_an_error_is_told_once_at_its_row(draft, old, new, line, words):
    draft.spoil("timetable.csv", old, new)
    told = [m for m in draft.told() if m[2] == "error"]
    assert words in told[0][3]
    assert [(name, at) for name, at, _, _ in told if "unknown column" not in _] == [
        ("timetable.csv", line)
    ]


@pytest.mark.parametrize(("old", "new", "line", "words"), WARNINGS)
def test_a_warning_is_told_once_and_the_station_is_loaded(draft, old, new, line, words):
    draft.spoil("timetable.csv", old, new)
    ((name, at, severity, message),) = draft.told()
    assert (name, at, severity) == ("timetable.csv", line, "warning")
    assert words in message
    assert load_station(draft.directory).timetable


def test_tracks_are_those_of_the_layout_in_force(draft):
    draft.spoil("station.xml", "2025-03-30", "2015-03-30")
    told = draft.told()
    assert [(m[0], m[1]) for m in told] == [("timetable.csv", 4), ("timetable.csv", 6)]
    assert "track '3' is not in the layout that is valid on 2015-03-30" in told[0][3]


def test_a_long_stop_can_be_written_when_it_is_meant(draft):
    draft.spoil("timetable.csv", K3, K3.replace("08:10", "31:50"))
    assert draft.told() == []


BAY = 'kind="receiving-departure" platform="1a" length-m="250"'


@pytest.mark.parametrize(
    ("old", "new", "line", "severity", "words"),
    [
        (K3, K3.replace("INTERMEDIATE", "PASS"), 4, "error", "ends at a buffer stop: no train pas"),
        (
            K3,
            K3.replace("Berg", "Alt Stadt"),
            4,
            "warning",
            "origin 'Alt Stadt' lies beyond the bu",
        ),
    ],
)
def test_what_cannot_be_on_a_bay_track_is_told(draft, old, new, line, severity, words):
    draft.spoil("station.xml", BAY, f'{BAY} closed="left"')
    end = '<end side="{}" places="{}"><name lang="de">A</name><name lang="en">A</name></end>'
    ends = f"<ends>{end.format('left', 'ST')}{end.format('right', 'BG')}</ends>"
    draft.spoil("station.xml", "</boards>", f"</boards>{ends}")
    draft.spoil("timetable.csv", K3, K3.replace("Stadt Hbf", "BG"))
    assert draft.told() == []
    draft.spoil("timetable.csv", old.replace("Stadt Hbf", "BG"), new.replace("Stadt Hbf", "BG"))
    ((_, at, told, message),) = draft.told()
    assert (at, told) == (line, severity)
    assert words in message


def test_an_unknown_column_is_told(draft):
    draft.spoil("timetable.csv", HEADER, HEADER.replace("track", "track,colour"))
    told = draft.told()
    assert [m[1] for m in told] == [1]
    assert "unknown column 'colour': use arrival_number" in told[0][3]


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n"])
def test_an_empty_table_is_told(draft, text):
    draft.write("timetable.csv", text)
    told = draft.told()
    assert len(told) == 1
    assert "the table is empty: begin with arrival_number" in told[0][3]


def test_what_a_spreadsheet_writes_is_read(draft):
    text = (draft.directory / "timetable.csv").read_text(encoding="utf-8")
    content = b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()
    (draft.directory / "timetable.csv").write_bytes(content)
    assert draft.told() == []


def test_another_encoding_is_told_line_by_line(draft):
    text = (draft.directory / "timetable.csv").read_text(encoding="utf-8")
    text = text.replace("Stadt,09", "Städt,09")
    (draft.directory / "timetable.csv").write_bytes(text.encode("latin-1"))
    ((_, line, _, message),) = draft.told()
    assert (line, message) == (6, "not UTF-8: save the file as UTF-8")
