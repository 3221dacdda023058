"""Our own files as an import: a mistake costs its row only."""

from __future__ import annotations

from pathlib import Path

from station_config.imports.report import Reason
from station_config.imports.station_csv import read_station_csv

TEXT = """\
arrival_number,departure_number,category,role,origin,destination,arrival,departure,track,days
,G1,G,ORIGIN,Dorf,Stadt,,06:00,1,12345
,G2,G,ORIGIN,Dorf,Stadt,,6.00,1,
,G3,G,ORIGIN,Dorf,Stadt,,06:10
,G4,G,ORIGIN,Dorf,Stadt,,06:20,1,8
G5,,G,TERMINUS,Stadt,Dorf,07:00,,,
"""


def test_good_rows_are_used_and_bad_ones_told(source, report):
    found = read_station_csv(source(TEXT), Path("x.csv"), report)
    assert [(item.where, item.row.departure_number) for item in found] == [
        ("table.csv:2", "G1"),
        ("table.csv:6", None),
    ]
    assert found[0].row.days.weekdays == {1, 2, 3, 4, 5}
    assert report.rejected == {Reason.BAD_ROW: 3}
    details = {entry.where: entry.detail for entry in report.entries[Reason.BAD_ROW]}
    assert details["table.csv:3"].startswith("departure '6.00' is not a time of day")
    assert details["table.csv:4"].startswith("8 cells, the header has 10")
    assert details["table.csv:5"].startswith("days '8' are not weekdays")


def test_another_file_is_told(source, report):
    assert read_station_csv(source("a,b\n1,2\n"), Path("x.csv"), report) == []
    assert report.rejected[Reason.BAD_ROW] == 2  # columns missing, columns unknown
