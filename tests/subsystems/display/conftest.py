"""A real station, its boards served by a real process, and a real browser."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from station_config.load import load_station

HERE = Path(__file__).parent
STATIONS = HERE.parents[2] / "station_config" / "stations"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

sys.path.insert(0, str(HERE))  # for sample_day, which board_server.py shares


class BoardServer:
    """`board_server.py` as a child process; it can be killed and started again on its port."""

    def __init__(self, station, now, rate):
        self.station = station
        self.now = now
        self.rate = rate
        self.port = 0
        self.process = None
        self.start()

    def start(self):
        command = [sys.executable, str(HERE / "board_server.py"), str(STATIONS / self.station)]
        self.process = subprocess.Popen(
            [*command, str(self.port), self.now, str(self.rate)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.port = json.loads(self.process.stdout.readline())["port"]

    def tell(self, **command):
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def kill(self):
        self.process.kill()
        self._end()

    def stop(self):
        if self.process.poll() is None:
            self.process.stdin.close()
        self._end()

    def _end(self):
        self.process.wait(10)
        self.process.stdin.close()
        self.process.stdout.close()

    def url(self, path=""):
        return f"http://127.0.0.1:{self.port}/{path}"


@pytest.fixture
def board_server(request):
    """Hohhot East at 07:00 local time on its real day, unless it is parametrized otherwise."""
    server = BoardServer(
        *getattr(request, "param", ("hohhot_east", "2021-01-19T23:00:00+00:00", 1))
    )
    yield server
    server.stop()


@pytest.fixture(scope="module")
def module_server():
    """One server for tests that change nothing in it."""
    server = BoardServer("hohhot_east", "2021-01-19T23:00:00+00:00", 1)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def browser():
    playwright = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser):
    """A page of 1920 by 1080; anything that it complains of fails the test (see `complaints`)."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    page = context.new_page()
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("console", lambda message: _note(page, message))
    yield page
    context.close()


def _note(page, message):
    if message.type in {"error", "warning"} and "net::" not in message.text:
        page.complaints.append(message.text)


@pytest.fixture(scope="session")
def hohhot():
    return load_station(STATIONS / "hohhot_east")
