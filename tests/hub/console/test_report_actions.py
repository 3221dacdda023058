"""The past over the API: counted as the command line counts it; bad questions are told."""

from datetime import date

import pytest

from station_config.load import load_station

pytestmark = pytest.mark.end_to_end

DAYS = "first=2021-01-20&last=2021-01-20"


def test_punctuality_is_what_the_journal_says(console):
    report = console("viewer").get(f"/reports/punctuality?{DAYS}")
    station = load_station(console.hub.deployment.station)
    planned = station.timetable.rows_on(date(2021, 1, 20))
    assert report["total"]["visits"] == sum(each["visits"] for each in report["by_hour"].values())
    assert report["total"]["visits"] == sum(each["visits"] for each in report["by_class"].values())
    assert report["total"]["visits"] >= len(planned) > 100, "and what other tests have added"
    assert report["on_time_min"] == 3


def test_every_visit_is_a_line_of_the_csv(console):
    report = console("viewer").get(f"/reports/punctuality?{DAYS}")
    sheet = console("viewer").get(f"/reports/visits?{DAYS}")
    head, *lines = sheet["text"].splitlines()
    assert head.startswith("run_id,service_date,number")
    assert len(lines) == report["total"]["visits"]
    assert sheet["name"].endswith("2021-01-20-2021-01-20.csv")


def test_moments_are_counted_by_day_and_by_hour_alike(console):
    report = console("viewer").get(f"/reports/punctuality?{DAYS}")
    both = (report["triggers"], report["triggers_by_hour"])
    days, hours = (sum(sum(each.values()) for each in found.values()) for found in both)
    assert days == hours


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/reports/punctuality?first=yesterday", "first"),
        ("/reports/punctuality?first=2021-01-20&last=2021-01-19", "last"),
        ("/reports/punctuality?first=2021-01-01&last=2022-01-01", "last"),
        ("/reports/visits?first=2021-13-01", "first"),
        ("/reports/rejects/all?last=never", "last"),
        ("/history?at=noon", "at"),
        ("/history?at=2021-01-20T04:00:00Z&board=none", "board"),
    ],
)
def test_a_question_that_cannot_be_answered_is_told(console, path, where):
    status, answer = console("dispatcher").ask("GET", path)
    assert (status, answer["where"]) == (400, where)


@pytest.mark.parametrize("path", ["/reports/rejects", "/reports/rejects/all", "/rejects"])
def test_rows_that_were_not_believed_are_not_for_everybody(console, path):
    assert console("viewer").ask("GET", path)[0] == 403
    assert console("dispatcher").ask("GET", path)[0] == 200


def test_a_board_as_it_stood(console):
    now = console("viewer").get("/station")["now"]
    boards = console("viewer").get("/station")["boards"]
    every = console("viewer").get(f"/history?at={now}")
    departures = next(each["id"] for each in boards if each["kind"] == "departures")
    stood = console("viewer").get(f"/history?at={now}&board={departures}")
    assert every
    assert {each["run"]["run_id"] for each in stood} <= {each["run"]["run_id"] for each in every}
    assert all(each["since"] <= now for each in every)


def test_before_the_journal_there_is_nothing_to_tell(console):
    status, answer = console("viewer").ask("GET", "/history?at=2001-01-01T00:00:00Z")
    assert status == 400
    assert "begins" in answer["error"]
