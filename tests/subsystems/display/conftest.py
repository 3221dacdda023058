"""A real station, its boards served by a real process, and a real browser."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from station_config.load import load_station

HERE = Path(__file__).parent
STATIONS = HERE.parents[2] / "station_config" / "stations"

sys.path.insert(0, str(HERE))  # for sample_day, which board_server.py shares


class BoardServer:
    """`board_server.py` as a child process; it can be killed and started again on its port."""

    def __init__(self, station, now, rate, *turn_s):
        self.station = station
        self.turn_s = turn_s
        self.now = now
        self.rate = rate
        self.port = 0
        self.process = None
        self.start()

    def start(self):
        command = [sys.executable, str(HERE / "board_server.py"), str(STATIONS / self.station)]
        self.process = subprocess.Popen(
            [*command, str(self.port), self.now, str(self.rate), *map(str, self.turn_s)],
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


@pytest.fixture(scope="module")
def full_boards():
    """A server with much to tell at once."""
    server = BoardServer("hohhot_east", "2021-01-20T01:56:00+00:00", 1)
    for run, fields in (("k888", {"held": True}), ("d6755", {"platform_changed_from": "9"})):
        server.tell(run=f"2021-01-20.{run}", fields=fields)
    server.tell(run="2021-01-20.6856", late=75)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def hohhot():
    return load_station(STATIONS / "hohhot_east")
