"""What is written as a timetable is read again as the same rows."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from protocol.runs import Role
from station_config.mistakes import Findings
from station_config.model import TimetableRow
from station_config.service_days import ServiceDays
from station_config.table import table_of
from station_config.timetable import COLUMNS, OPTIONAL_COLUMNS, parse_row
from station_config.timetable_text import timetable_text

texts = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=6)
times = st.builds(time, st.integers(0, 23), st.integers(0, 59))
dates = st.dates(date(2020, 1, 1), date(2030, 1, 1))
some_days = st.builds(
    lambda weekdays, added: ServiceDays(weekdays, date(2020, 1, 1), None, added),
    st.frozensets(st.integers(1, 7)),
    st.frozensets(dates),
)


@st.composite
def rows(draw):
    role = draw(st.sampled_from(Role))
    comes, goes = role is not Role.ORIGIN, role is not Role.TERMINUS
    return TimetableRow(
        arrival_number=draw(texts) if comes else None,
        departure_number=draw(texts) if goes else None,
        category=draw(texts),
        role=role,
        origin=draw(texts),
        destination=draw(texts),
        arrival=draw(times) if comes else None,
        departure=draw(times) if goes else None,
        track=draw(st.none() | texts),
        days=draw(some_days),
        stock=draw(st.none() | texts),
    )


def read(text):
    findings = Findings(Path("x"))
    table = table_of(text.encode(), findings, COLUMNS, OPTIONAL_COLUMNS)
    return [parse_row(findings, raw) for raw in table]


@given(st.lists(rows(), max_size=4))
def test_what_is_written_is_read_again(written):
    assert read(timetable_text(written, ["a\nremark"])) == written


def row(**more):
    return TimetableRow(
        "K1", "K1", "K", Role.INTERMEDIATE, "甲", "乙, 北", time(23, 50), time(0, 10), "3", **more
    )


def test_columns_that_no_row_needs_are_not_written():
    assert timetable_text([row()], ["from x"]) == (
        "# from x\n"
        "arrival_number,departure_number,category,role,origin,destination,arrival,departure,track\n"
        'K1,K1,K,INTERMEDIATE,甲,"乙, 北",23:50,24:10,3\n'
    )
    assert timetable_text([row(stock="b1")]).splitlines()[0].endswith(",track,stock")


def test_a_number_that_begins_like_a_comment_is_no_comment():
    (again,) = read(timetable_text([TimetableRow(
        "#1", None, "K", Role.TERMINUS, "甲", "乙", time(1), None, None)]))  # fmt: skip
    assert again.arrival_number == "#1"
