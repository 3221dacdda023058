"""Two satellites, two lines: one dies, later the other; the boards stay right."""

import contextlib
import json
import subprocess
import sys
import urllib.request

import psutil
import pytest

from simulators.demo.child import wait_until
from tests.end_to_end.demo import Demo
from tests.end_to_end.test_boards import settled, wanted_departures

pytestmark = pytest.mark.end_to_end

LINE = "() => document.getElementById('line').textContent"


def feed(demo):
    with urllib.request.urlopen(demo.hub_url + "/feed", timeout=5) as answer:
        return json.load(answer)


def command(demo, *words):
    where = str(demo.data / "deployment.toml")
    station = [sys.executable, "-m", "station_config.runtime.command"]
    return subprocess.run(
        [*station, "feed", "status", "--deployment", where, *words],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def sender(demo, line):
    """Return the running process of a line's sender, None while there is none."""
    name = "feed-sender.toml" if line == "a" else f"feed-sender-{line}.toml"
    for child in psutil.Process(demo.process.pid).children():
        with contextlib.suppress(psutil.Error):
            if str(demo.data / name) in child.cmdline():
                return child
    return None


def lines(demo):
    return {line["name"]: line for line in feed(demo)["lines"]}


def lead_is(demo, line, seconds=30):
    wait_until(lambda: feed(demo)["lead"] == line, seconds, what=f"line {line} to lead")


@contextlib.contextmanager
def without_sender(demo, line):
    """A sender is killed, and not started again before the end of the block."""
    with demo.nobody_restarts():
        sender(demo, line).kill()
        yield
    wait_until(lambda: sender(demo, line), 15, what="the sender to be started again")


def all_live(demo):
    return all(line["mode"] == "LIVE" for line in feed(demo)["lines"])


def check_failover(demo, page, dead, lead):
    """While the sender of `dead` is away, `lead` leads, the boards are right, and it is told."""
    before = feed(demo)["takeovers"]
    with without_sender(demo, dead):
        lead_is(demo, lead)
        settled(page, wanted_departures)
        assert "实时" in page.evaluate(LINE)
        told = feed(demo)
        assert told["takeovers"] == before + 1
        last = told["last_takeover"]
        assert (last["before"], last["because"], last["lead"]) == (dead, "LINK_DOWN", lead)
        assert lines(demo)[dead]["mode"] == "LINK_DOWN"
        answer = command(demo)
        assert answer.returncode == 0, answer.stderr
        assert f"{dead} was LINK_DOWN, {lead} leads" in answer.stdout
    wait_until(lambda: all_live(demo), 30, what="both lines to be LIVE again")
    assert feed(demo)["lead"] == lead


def nothing_was_wrong(demo):
    told = json.loads(command(demo, "--json").stdout)
    assert told["disagreements"] == []
    for line in told["lines"]:
        assert line["sender_received"] == 0
        assert line["disagreements_seen"] == 0
        assert line["frames"]["forged"] == line["frames"]["replayed"] == 0
    assert demo.log("feed.line-not-one-way") == []
    assert demo.log("line.hub-sends") == []


def test_one_sender_dies_later_the_other_and_the_boards_stay_right(tmp_path, page):
    words = ("--two-lines", "--calm", "--at", "06:59:50", "--speed", "5")
    with Demo(tmp_path / "demo", *words).ready() as demo:
        wait_until(lambda: all_live(demo), 30, what="both lines to be LIVE")
        page.goto(demo.board_url("waiting-hall-departures") + "?plain&lang=zh")
        settled(page, wanted_departures)
        first = feed(demo)["lead"]
        other = "b" if first == "a" else "a"
        check_failover(demo, page, dead=first, lead=other)
        check_failover(demo, page, dead=other, lead=first)
        settled(page, wanted_departures)
        nothing_was_wrong(demo)


def test_with_both_lines_down_the_command_says_so(tmp_path):
    with Demo(tmp_path / "demo", "--two-lines", "--calm").ready() as demo:
        with demo.nobody_restarts():
            for line in ("a", "b"):
                sender(demo, line).kill()
            wait_until(lambda: not feed(demo)["live"], 20, what="both lines to be down")
            answer = command(demo)
            assert answer.returncode == 1
            assert "NOT LIVE" in answer.stdout
        assert feed(demo)["takeovers"] <= 1
