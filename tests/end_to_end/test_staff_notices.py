"""Posts of the whole station: told as the timetable says, overdue ones at the hub, and hub dead."""

import csv
import json
import subprocess
import sys
import urllib.request
from collections import Counter
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import expect

from simulators.demo.child import wait_until
from tests.end_to_end.demo import Demo
from tests.end_to_end.independent import minutes

pytestmark = pytest.mark.end_to_end
TIMETABLE = Path(__file__).parents[2] / "station_config/stations/hohhot_east/timetable.csv"
SLOW = {"Z", "T", "K", "Y", "L", "PK", "PT"}
HIGH_SPEED = {"G", "D", "C"}
NORTH = {"1", "2", "3", "4", "5", "6", "7"}
CHANGES = {"变更股道", "晚点变化", "停运"}


def health(demo):
    try:
        with urllib.request.urlopen(f"{demo.notices_url}/health", timeout=5) as answer:
            return json.load(answer)
    except OSError:
        return {}


def command(demo, *words):
    argv = [sys.executable, "-m", "station_config.runtime.command", *words]
    argv += ["--deployment", str(demo.data / "deployment.toml")]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout


def told(demo):
    """Return (post, train, what) by the minute at which it was told, from the shift lists."""
    found = {}
    for post in ("enquiry", "watering", "inspection", "police", "pa-room", "signal-box", "gates"):
        text = command(demo, "staff-notices", "shift", "--post", post, "--csv")
        for row in list(csv.reader(text.removeprefix("\ufeff").splitlines()))[1:]:
            key = (post, row[1], row[2])
            if row[2] not in CHANGES and key not in found:
                found[key] = minutes(row[0][11:16])
    return found


def expected(begin, end):
    """Return what is to be told from minute `begin` until `end`, from the CSV and the rules."""
    with TIMETABLE.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    found = {}
    for row in rows:
        numbers = dict.fromkeys(filter(None, (row["arrival_number"], row["departure_number"])))
        for post, what, minute in (*arriving(row), *departing(row)):
            if begin <= minute < end:
                found[post, "/".join(numbers), what] = minute
    return found


def arriving(row):
    if not row["arrival"]:
        return
    at = minutes(row["arrival"])
    yield "enquiry", "到达", at - 5
    yield "police", "接近", at - 5
    yield "pa-room", "接近", at - 5
    if row["track"] in NORTH:
        yield "inspection", "到达", at - 15
        if row["category"] in SLOW:
            yield "watering", "到达", at - 15


def departing(row):
    if not row["departure"]:
        return
    at = minutes(row["departure"])
    opens = at - 30 if row["role"] == "ORIGIN" else None
    if row["category"] in HIGH_SPEED:
        opens = at - 15
    elif opens is None:
        opens = minutes(row["arrival"]) - 10
    yield "pa-room", "发车", at
    yield "pa-room", "检票预告", opens - 5
    yield "gates", "检票预告", opens - 5
    yield "pa-room", "停止检票", at - 5
    yield "gates", "停止检票", at - 6
    if row["role"] == "ORIGIN":
        yield "signal-box", "发车", at - 5
        if row["track"] in NORTH:
            yield "inspection", "发车", at - 10


def faults(demo):
    report = json.loads(command(demo, "device", "list", "--json"))
    return set(report["devices"]["staff-notices-1"].get("faults", ()))


def test_posts_are_told_and_the_console_hears_of_silent_ones(tmp_path, new_page):
    """At 20 times speed: a quarter of an hour in 45 s."""
    arguments = ("--calm", "--at", "06:50", "--speed", "20")
    with Demo(tmp_path / "demo", *arguments).ready() as demo:
        wait_until(lambda: health(demo).get("mode") == "ONLINE", 40, what="the posts to be online")
        page = new_page(1024, 600)
        page.goto(f"{demo.notices_url}/post/gates?terminal=gate-1")
        expect(page.locator("#line")).to_contain_text("实时信息", timeout=30_000)
        wait_until(lambda: "unsigned-gates" in faults(demo), 90, every=1, what="the hub to know")
        page.locator("#tools .person").click()
        page.fill("#person", "王芳")
        page.keyboard.press("Enter")
        expect(page.locator("#dialog")).to_be_hidden(timeout=10_000)
        wait_until(lambda: signed_all(page, demo), 60, every=0.2, what="the fault to be over")

        hub = psutil.Process(demo.pid("hub"))
        with demo.nobody_restarts():
            hub.kill()
            expect(page.locator("#line")).to_contain_text("自主运行", timeout=45_000)
            since = page.inner_text("#clock")
            wait_until(lambda: minutes(page.inner_text("#clock")) >= minutes(since) + 6, 40)
        end = minutes(page.inner_text("#clock")) - 1
        found = {key: at for key, at in told(demo).items() if 6 * 60 + 55 <= at < end}
        wanted = expected(6 * 60 + 55, end)
        assert len(wanted) > 10
        assert Counter(found) == Counter(wanted)
        assert "the audit holds" in command(demo, "staff-notices", "audit", "--verify")
        assert demo.stop() == 0


def signed_all(page, demo):
    while page.locator("#list .sign").count():
        page.locator("#list .sign").first.click()
    return "unsigned-gates" not in faults(demo)
