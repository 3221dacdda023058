"""Each mistake that can be made in the columns that say on which days a row runs."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station_config.day_cells import from_cells, to_cells
from station_config.load import load_station
from station_config.mistakes import Findings
from station_config.service_days import DAILY, ServiceDays

dates = st.dates(date(1, 1, 1), date(9999, 12, 31))
G1 = ",G1,G,ORIGIN,Dorf,Stadt,,06:00,1"
HEAD = "arrival_number,departure_number,category,role,origin,destination,arrival,departure,track"
ERRORS = [
    ("8,,,,", "days '8' are not weekdays: write digits from 1 (Monday) to 7"),
    ("11,,,,", "days '11' are not weekdays"),
    (",2025-13-01,,,", "from '2025-13-01' is not a date: write it like 2025-12-14"),
    (",20251201,,,", "from '20251201' is not a date"),
    (",,morgen,,", "until 'morgen' is not a date"),
    (",2025-12-02,2025-12-01,,", "until 2025-12-01 is before from 2025-12-02"),
    (",,,2025-12-01|x,", "added 'x' is not a date"),
    (",,,2025-12-01,2025-12-01", "2025-12-01 is both added and removed: take one out"),
]


def with_days(draft, *rows, header="days,from,until,added,removed"):
    draft.write("timetable.csv", "\n".join([f"{HEAD},{header}", *rows]) + "\n")


@given(st.frozensets(st.integers(1, 7)), dates, dates, st.frozensets(dates), st.frozensets(dates))
def test_what_is_written_is_read_again(weekdays, one, other, added, removed):
    days = ServiceDays(weekdays, min(one, other), max(one, other), added - removed, removed)
    findings = Findings(Path("x"))
    assert from_cells(findings, 1, to_cells(days)) == days


def test_every_day_is_written_as_nothing_at_all():
    assert set(to_cells(DAILY).values()) == {""}
    assert from_cells(Findings(Path("x")), 1, {}) == DAILY


@pytest.mark.parametrize(("cells", "words"), ERRORS)
def test_an_error_is_told_at_its_row(draft, cells, words):
    with_days(draft, f"{G1},{cells}")
    ((name, at, severity, message),) = draft.told()
    assert (name, at, severity) == ("timetable.csv", 2, "error")
    assert words in message


def test_a_row_that_never_runs_is_a_warning(draft):
    with_days(draft, f"{G1},-,,,,")
    ((_, _, severity, message),) = draft.told()
    assert severity == "warning"
    assert "runs on no day at all" in message
    assert load_station(draft.directory).timetable.rows_on(date(2025, 3, 30)) == ()


def test_the_rows_of_a_day_are_those_that_run_on_it(draft):
    with_days(
        draft,
        f"{G1},,2025-01-01,2025-06-30,,",
        f"{G1.replace('06:00', '06:05')},,2025-07-01,,,",
        G1.replace("G1", "G2").replace("06:00", "07:00") + ",,,,,",
    )
    assert draft.told() == []
    timetable = load_station(draft.directory).timetable

    def on(*day):
        return [f"{r.departure_number} {r.departure:%H:%M}" for r in timetable.rows_on(date(*day))]

    assert on(2025, 6, 30) == ["G1 06:00", "G2 07:00"]
    assert on(2025, 7, 1) == ["G1 06:05", "G2 07:00"]


def test_without_the_columns_a_row_runs_every_day(draft):
    timetable = load_station(draft.directory).timetable
    assert timetable.rows_on(date(1999, 12, 31)) == timetable.rows
    assert {(row.days, row.stock) for row in timetable.rows} == {(DAILY, None)}


def test_stock_is_kept(draft):
    with_days(draft, f"{G1},block 7", header="stock")
    assert load_station(draft.directory).timetable.rows[0].stock == "block 7"


def test_one_train_twice_is_told_only_if_both_run_on_a_day(draft):
    again = G1.replace("06:00", "09:00")
    with_days(draft, f"{G1},12345,,,,", f"{again},67,,,,")
    assert draft.told() == []
    with_days(draft, f"{G1},12345,,,,", f"{again},56,,,,")
    ((_, at, _, message),) = draft.told()
    assert (at, "G1 stands in line 2 too" in message) == (3, True)


def test_one_track_twice_is_told_only_if_both_run_on_a_day(draft):
    night = "K6,K6,K,INTERMEDIATE,Berg,Stadt,23:55,24:10,1"
    morning = "K7,K7,K,INTERMEDIATE,Berg,Stadt,00:05,00:20,1"
    with_days(draft, f"{night},1,,,,", f"{morning},1,,,,")
    assert draft.told() == []  # Monday's night is Tuesday's morning
    with_days(draft, f"{night},1,,,,", f"{morning},2,,,,")
    ((_, at, _, message),) = draft.told()
    assert (at, "at the same time as the train of line 2" in message) == (3, True)


def test_a_time_that_the_clocks_leave_out_is_told_only_if_the_row_runs_then(draft):
    skipped = G1.replace("06:00", "02:30")
    with_days(draft, f"{skipped},7,,,,")
    assert ["02:30 does not exist" in m[3] for m in draft.told()] == [True]
    with_days(draft, f"{skipped},6,,,,")
    assert draft.told() == []
