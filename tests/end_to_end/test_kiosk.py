"""The kiosk's lists against an independent reading of the timetable, with and without a hub."""

import json
import urllib.parse
import urllib.request
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import expect

from simulators.demo.child import wait_until
from tests.end_to_end.demo import Demo
from tests.end_to_end.independent import departures, minutes

pytestmark = pytest.mark.end_to_end
TIMETABLE = Path(__file__).parents[2] / "station_config/stations/hohhot_east/timetable.csv"


def ask(demo, path, **given):
    address = f"{demo.kiosk_url}/{path}?{urllib.parse.urlencode(given)}"
    with urllib.request.urlopen(address, timeout=5) as answer:
        return json.load(answer)


def health(demo):
    try:
        return ask(demo, "health")
    except OSError:
        return {}


def shown(page):
    """Return the kiosk's minute and the next departures at it."""
    while True:
        before = page.inner_text("#clock")
        rows = [tuple(row) for row in page.evaluate(ROWS)]
        if before and page.inner_text("#clock") == before:
            return minutes(before), rows


ROWS = """() => Array.from(document.querySelectorAll(".row"), row => [
    row.querySelector(".number").textContent,
    row.querySelector(".when b, .when s span").textContent])"""


def next_departures(now):
    return [(each.number, each.time) for each in departures(TIMETABLE, now)][:12]


def equal(page):
    """Whether the list is the independent reading's, as far as both go."""
    now, rows = shown(page)
    wanted = next_departures(now)
    most = min(len(rows), len(wanted))
    return most >= 5 and rows[:most] == wanted[:most]


def test_it_answers_alone_as_with_the_hub(tmp_path, page):
    """At 20 times speed: minutes pass while nobody is there to tell it."""
    arguments = ("--calm", "--at", "06:50", "--speed", "20")
    with Demo(tmp_path / "demo", *arguments).ready() as demo:
        wait_until(lambda: health(demo).get("mode") == "ONLINE", 30, what="the kiosk to be online")
        page.goto(demo.kiosk_url)
        wait_until(lambda: equal(page), 20, every=0.3, what="the timetable's next departures")
        expect(page.locator("#line")).to_have_text("实时信息", timeout=20_000)
        wait_until(lambda: ask(demo, "find", text="btd"), 20, what="an answer")
        known = [item["id"] for item in ask(demo, "find", text="G2404")["items"]]
        assert len(known) == 2

        hub = psutil.Process(demo.pid("hub"))
        with demo.nobody_restarts():
            hub.kill()
            expect(page.locator("#line")).to_contain_text("自主运行 自", timeout=45_000)
            died = shown(page)[0]
            wait_until(lambda: shown(page)[0] >= died + 4, 30, what="four minutes to pass")
            wait_until(lambda: equal(page), 20, every=0.3, what="the same without the hub")
            assert [item["id"] for item in ask(demo, "find", text="G2404")["items"]] == known
            assert ask(demo, "find", text="baotou")["items"]
            assert ask(demo, "find", day="2021-02-20")["reach"] == "none"
        wait_until(lambda: health(demo).get("mode") == "ONLINE", 60, what="the hub to be back")
        expect(page.locator("#line")).to_have_text("实时信息", timeout=30_000)
        assert demo.stop() == 0
