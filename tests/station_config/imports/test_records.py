"""Lines of somebody else's table: what is a record, what is told."""

from __future__ import annotations

import pytest

from protocol.errors import OperatorError
from station_config.imports import records as records_module
from station_config.imports.records import Source, records
from station_config.imports.report import KEPT, Reason, Report


def test_columns_are_found_by_their_names(source, report):
    table = source("\ufeffc , a,b\r\n3, 1 ,2\r\n\r\n6,4,5\r\n")
    assert list(records(table, ("a", "b"), ("d",), report)) == [
        (2, ("1", "2", "")),
        (4, ("4", "5", "")),
    ]
    assert report.counts.total() == 0


def test_quotes_are_read(source, report):
    table = source('a,b\n"x, ""y""",2\n')
    assert list(records(table, ("a", "b"), (), report)) == [(2, ('x, "y"', "2"))]


def test_what_is_no_record_is_told_and_passed_over(source, report, told):
    table = source(b'a,b\n1\n1,2,3\n\xff,2\n"1,2\n"1"x,2\n5,6\n')
    assert list(records(table, ("a", "b"), (), report)) == [(7, ("5", "6"))]
    assert told() == [
        ("NOT_A_RECORD", "table.csv:2"),
        ("NOT_A_RECORD", "table.csv:3"),
        ("NOT_A_RECORD", "table.csv:5"),
        ("NOT_A_RECORD", "table.csv:6"),
        ("NOT_TEXT", "table.csv:4"),
    ]


def test_a_second_reading_tells_nothing(source, report):
    table = source(b"a,b\n1\n\xff,2\n5,6\n")
    assert len(list(records(table, ("a", "b")))) == 1
    assert report.counts.total() == 0


@pytest.mark.parametrize("text", ["", "x,b\n1,2\n", "\n\n"])
def test_another_table_is_refused(source, report, text):
    with pytest.raises(OperatorError, match=r"table\.csv:1: no column a"):
        list(records(source(text), ("a", "b"), (), report))


def test_a_column_that_stands_twice_is_the_first(source, report):
    assert list(records(source("a,b,a\n1,2,3\n"), ("a", "b"), (), report)) == [(2, ("1", "2"))]


def test_progress_is_told(report):
    lines = records_module.PROGRESS_LINES * 2 + 1
    heard = []
    table = Source("big", lambda: (b"a,b" for _ in range(lines)), lambda *said: heard.append(said))
    assert sum(1 for _ in records(table, ("a", "b"), (), report)) == lines - 1
    assert heard == [("big", lines // 2), ("big", lines - 1)]


def test_a_report_counts_all_and_keeps_some():
    report = Report()
    for number in range(KEPT + 5):
        report.tell(f"x:{number}", Reason.BAD_TIME)
    report.tell("y:1", Reason.NO_TIME, "why")
    assert report.rejected == {Reason.BAD_TIME: KEPT + 5, Reason.NO_TIME: 1}
    assert len(report.entries[Reason.BAD_TIME]) == KEPT
    assert str(report.entries[Reason.NO_TIME][0]) == "y:1: no time here: why"
