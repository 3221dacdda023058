"""A diagram served by a real process over a real journal, for a real browser."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # for diagram_days and lived_day, which diagram_server.py shares

from diagram_days import HOHHOT  # noqa: E402 - see above


class DiagramServer:
    """`diagram_server.py` as a child process."""

    def __init__(self, directory, station, day, begin, now, rate=0.01):
        arguments = [station, day, begin, now, str(rate), str(directory)]
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "diagram_server.py"), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        said = json.loads(self.process.stdout.readline())
        self.port, self.now = said["port"], said["now"]

    def tell(self, **command):
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def url(self, path=""):
        return f"http://127.0.0.1:{self.port}/{path}"

    def stop(self):
        if self.process.poll() is None:
            self.process.stdin.close()
        self.process.wait(20)
        if not self.process.stdin.closed:
            self.process.stdin.close()
        self.process.stdout.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """Start servers of days; those of a module are shared."""
    running = {}

    def serve(*day):
        if day not in running:
            running[day] = DiagramServer(tmp_path_factory.mktemp("diagram"), *day)
        return running[day]

    yield serve
    for server in running.values():
        server.stop()


@pytest.fixture
def own_server(tmp_path, request):
    """A server of a test's own, of Hohhot East unless it is parametrized otherwise."""
    server = DiagramServer(tmp_path, *getattr(request, "param", HOHHOT))
    yield server
    server.stop()
