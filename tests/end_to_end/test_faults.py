"""What dies, what the boards say then, and that everything comes back without a hand."""

import socket
import subprocess
import sys

import psutil
import pytest

from simulators.demo.child import wait_until
from tests.end_to_end.demo import Demo

pytestmark = pytest.mark.end_to_end

LINE = "() => document.getElementById('line').textContent"
BOARD = "waiting-hall-departures"
LOST = "屏幕独立运行"


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    with Demo(tmp_path_factory.mktemp("faults") / "demo", "--at", "07:30").ready() as demo:
        yield demo


@pytest.fixture
def board(demo, page):
    page.goto(demo.board_url(BOARD) + "?plain&lang=zh")
    page.evaluate("() => { window.neverReloaded = true }")
    wait_for_line(page, "实时信息")
    yield page
    assert page.evaluate("() => window.neverReloaded") is True


def wait_for_line(page, text, seconds=30):
    wait_until(lambda: text in page.evaluate(LINE), seconds, what=f"the board to say {text}")


def rows(page):
    return page.locator("#rows tbody tr[data-run]").count()


def test_a_killed_broker_is_started_again_and_told_everything(demo, board):
    told = len(demo.log("published.everything"))
    nats = [
        p
        for p in psutil.process_iter(["cmdline"])
        if str(demo.data) in " ".join(p.info["cmdline"] or []) and "nats-server" in p.name()
    ]
    assert len(nats) == 1
    nats[0].kill()
    wait_until(lambda: len(demo.log("published.everything")) > told, 15, what="republication")
    wait_until(lambda: demo.json("/health")["mode"] == "ONLINE", 15, what="the display's link")
    wait_for_line(board, "实时信息")
    assert rows(board) > 5


def test_a_dispatching_database_that_vanishes_is_said_and_comes_back(demo, board):
    database = demo.data / "dispatch.sqlite"
    away = database.with_suffix(".away")
    database.rename(away)
    try:
        wait_for_line(board, "调度信息", 40)
        wait_until(lambda: "实时信息" not in board.evaluate(LINE), 5)
        assert rows(board) > 5
    finally:
        away.rename(database)
    wait_for_line(board, "实时信息", 20)


def test_a_board_outlives_its_server(demo, board):
    before = rows(board)
    display = psutil.Process(demo.pid("display"))
    with demo.nobody_restarts():
        display.kill()
        wait_for_line(board, LOST, 25)
        assert rows(board) == before
    wait_for_line(board, "实时信息", 30)


def test_a_taken_port_is_named_and_nothing_is_started(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        words = ["demo", "--data", str(tmp_path / "demo"), "--port", str(port)]
        ended = subprocess.run(
            [sys.executable, "-m", "station_config.runtime.command", *words],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert ended.returncode == 1
    assert f"port {port}" in ended.stderr
    assert "choose another port" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_it_ends_by_itself_at_the_given_station_time(tmp_path):
    demo = Demo(tmp_path / "demo", "--at", "07:00", "--until", "07:05", "--speed", "30")
    try:
        assert demo.process.wait(120) == 0
    finally:
        demo.stop()
