"""The boards of a calm day against an independent reading of the timetable."""

import csv
from pathlib import Path

import psutil
import pytest

from protocol.errors import DeviceError
from simulators.demo.child import wait_until
from tests.end_to_end.demo import Demo
from tests.end_to_end.independent import arrivals, clock, departures, minutes

pytestmark = pytest.mark.end_to_end

STATION = Path(__file__).parents[2] / "station_config/stations/hohhot_east"
TIMETABLE = STATION / "timetable.csv"
ROWS = """() => Array.from(document.querySelectorAll("#rows tbody tr[data-run]"), row => {
    const cell = name => row.querySelector(`[data-column=${name}]`)?.textContent.trim() ?? "";
    return [cell("train"), cell("destination") + cell("origin"),
            cell("departure") + cell("arrival"), cell("status").replace(/^[^\\p{L}]+/u, "")];
})"""
CLOCK = "() => document.getElementById('clock').textContent"
LINE = "() => document.getElementById('line').textContent"


def english_names():
    with (STATION / "places.csv").open(encoding="utf-8") as file:
        return {row["zh"]: row["en"] for row in csv.DictReader(file)}


def as_rows(expected):
    return [(e.number, e.place, e.time, e.status) for e in expected]


def wanted_departures(timetable, now):
    return as_rows(departures(timetable, now))


def wanted_arrivals(timetable, now):
    return as_rows(arrivals(timetable, now))


def shown(page):
    """Return (minute, rows) of a board, read within one minute of its own clock."""
    while True:
        before = page.evaluate(CLOCK)
        rows = [tuple(row) for row in page.evaluate(ROWS)]
        if before and page.evaluate(CLOCK)[:5] == before[:5]:
            return minutes(before[:5]), rows


def settled(page, expect, seconds=20):
    """Wait until the board equals what is expected at the minute that it shows."""
    seen = {}

    def equal():
        seen["now"], seen["rows"] = shown(page)
        return seen["rows"] == expect(TIMETABLE, seen["now"])

    try:
        wait_until(equal, seconds, every=0.2)
    except DeviceError:
        wanted = expect(TIMETABLE, seen["now"])
        assert (clock(seen["now"]), seen["rows"]) == (clock(seen["now"]), wanted)
    return seen["now"]


@pytest.mark.parametrize("moment", ["06:59:50", "12:29:50", "23:39:50"])
def test_every_row_equals_the_independent_reading(moment, tmp_path, page):
    with Demo(tmp_path / "demo", "--calm", "--at", moment).ready() as demo:
        page.goto(demo.board_url("waiting-hall-departures") + "?plain&lang=zh")
        now = settled(page, wanted_departures)
        assert len(shown(page)[1]) == len(departures(TIMETABLE, now)) >= 5
        page.goto(demo.board_url("arrivals") + "?plain&lang=zh")
        settled(page, wanted_arrivals)


def wait_for_autonomy(page):
    wait_until(lambda: "自主运行 自" in page.evaluate(LINE), 35, what="the board to say so")


def six_minutes_are_right(page, died):
    """Six minutes' boards, without the hub, equal the independent reading."""

    def without_hub(timetable, now):
        """Whether a row of the last minute came in time is open; nothing else is."""
        lists = [as_rows(departures(timetable, now, died - late)) for late in (0, 1)]
        return lists[0] if lists[0] == shown(page)[1] else lists[1]

    checked = set()

    def six():
        checked.add(settled(page, without_hub, seconds=5))
        return len(checked) >= 6

    wait_until(six, 40, what="six minutes to pass")


def test_boards_go_on_when_the_hub_dies_and_come_back(tmp_path, page):
    """At 20 times speed: every minute's change is due while nobody is there to tell it."""
    with Demo(tmp_path / "demo", "--calm", "--at", "06:50", "--speed", "20").ready() as demo:
        page.goto(demo.board_url("waiting-hall-departures") + "?plain&lang=zh")
        page.evaluate("() => { window.neverReloaded = true }")
        settled(page, wanted_departures)
        assert "实时" in page.evaluate(LINE)

        hub = psutil.Process(demo.pid("hub"))
        with demo.nobody_restarts():
            hub.kill()
            died = shown(page)[0]
            wait_for_autonomy(page)
            six_minutes_are_right(page, died)
        wait_until(lambda: demo.pid("hub"), 10, what="the hub to be started again")
        wait_until(lambda: len(demo.log("hub.open")) == 2, 15, what="the hub to work again")
        wait_until(lambda: "实时" in page.evaluate(LINE), 20, what="the board to be live again")
        settled(page, wanted_departures)
        assert page.evaluate("() => window.neverReloaded") is True
        assert demo.stop() == 0
