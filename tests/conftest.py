"""Real parts for all tests: brokers of both kinds, and a reactor of one's own.

Law: a fixture that starts something ends it. Ports are free ones, files are under `tmp_path`.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
import structlog
from hypothesis import HealthCheck, settings
from twisted.internet.epollreactor import EPollReactor

from hub.broker import mosquitto, nats
from hub.broker.permissions import Permissions, station_permissions
from hub.broker.service import binary
from protocol.topics import Topics
from tests.browser import chromium, new_page, page
from tests.postgresql import (
    postgresql_databases,
    postgresql_programs,
    postgresql_server,
    postgresql_url,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from twisted.internet.defer import Deferred

__all__ = [
    "chromium",
    "new_page",
    "page",
    "postgresql_databases",
    "postgresql_programs",
    "postgresql_server",
    "postgresql_url",
]
"""Fixtures for all tests."""

STATION = "test.station"
DEVICES = {"display": "display", "clock": "clock", "board-2": "display"}
PATIENCE_S = 30.0

# A shell that starts the tests in the background ignores Ctrl-C, and so would all that they start.
signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile(
    "nightly",
    max_examples=2000,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
"""For ``pytest --hypothesis-profile=nightly``: the size that takes minutes."""

settings.register_profile("steady", derandomize=True, database=None)
settings.load_profile("steady")
"""What ``make test`` finds is the change's doing: the same examples each time. The nightly run, and
``--hypothesis-profile=default``, look for new ones."""


LONGEST = (
    "simulators/conformance/test_devices.py",
    "end_to_end/test_broadcast.py",
    "subsystems/staff_notices/test_service.py",
    "end_to_end/test_autonomy.py",
    "end_to_end/test_bad_network.py",
    "end_to_end/test_cold_boot.py",
    "subsystems/query/test_page.py",
    "hub/test_two_hubs.py",
)
"""Files that wait longest for real time-outs; as ``--durations=0`` says."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put first what waits longest, then real processes, so that no worker is alone with it at the
    end. Within a file the order stays."""
    real = {item.path for item in items if item.get_closest_marker("end_to_end")}

    def place(item: pytest.Item) -> tuple[int, bool]:
        name = item.path.as_posix()
        longest = [n for n, each in enumerate(LONGEST) if name.endswith(f"/{each}")]
        return (longest or [len(LONGEST)])[0], item.path not in real

    items.sort(key=place)


def free_port() -> int:
    """Return a port that nobody listens on just now: below those that the system gives away, and
    of a range that this worker of the tests has for itself."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    for port in random.sample(range(12_000 + worker * 2_000, 14_000 + worker * 2_000), 2_000):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("every port is taken")


@dataclass
class RealBroker:
    """A broker process with the users of a small station; passwords are ``NAME-secret``.

    `kind` is ``nats`` or ``mosquitto``; `extra` goes into Mosquitto's configuration; with `plugin`
    that has dynamic security instead of an access list. It can be killed and started again on the
    same port.
    """

    kind: str
    directory: Path
    host: str = "127.0.0.1"
    port: int = field(default_factory=free_port)
    topics: Topics = field(default_factory=lambda: Topics(STATION))
    permissions: list[Permissions] = field(
        default_factory=lambda: list(
            station_permissions(Topics(STATION), hub="hub", devices=DEVICES)
        )
    )
    extra: str = ""
    plugin: Path | None = None
    tls: nats.ServerTls | None = None
    websocket: int | None = None
    process: subprocess.Popen | None = None

    def password(self, user: str) -> str:
        return f"{user}-secret"

    def add_user(self, permissions: Permissions) -> None:
        """Give one more user its rights; restarts the broker."""
        self.permissions.append(permissions)
        self.stop()
        self.start()

    def start(self) -> None:
        argv = self._nats() if self.kind == "nats" else self._mosquitto()
        with (self.directory / "log").open("ab") as log:
            self.process = subprocess.Popen(argv, stdout=log, stderr=log)
        deadline = time.monotonic() + PATIENCE_S
        while True:
            with contextlib.suppress(OSError), socket.create_connection((self.host, self.port)):
                return
            assert time.monotonic() < deadline, (self.directory / "log").read_text()
            assert self.process.poll() is None, (self.directory / "log").read_text()
            time.sleep(0.01)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """As if the power had gone."""
        self._end(signal.SIGKILL)

    def wipe(self) -> None:
        """Forget everything that was kept on disk; only while it is not running."""
        assert self.process is None
        shutil.rmtree(self.directory)
        self.directory.mkdir()

    def _end(self, number: signal.Signals) -> None:
        if self.process is not None:
            deadline = time.monotonic() + PATIENCE_S
            while self.process.poll() is None:
                if time.monotonic() > deadline:
                    self.process.kill()
                    pytest.fail(f"{self.kind} did not stop")
                # Again and again: Mosquitto forgets a signal that comes while it starts.
                self.process.send_signal(number)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self.process.wait(1)
            self.process = None

    def _passwords(self) -> dict[str, str]:
        return {each.user: self.password(each.user) for each in self.permissions}

    def _listener(self) -> nats.Listener:
        return nats.Listener(STATION, self.host, self.port, self.tls, self.websocket)

    def _nats(self) -> list[str]:
        path = self.directory / "nats.conf"
        path.write_text(
            nats.configuration(
                self._listener(),
                store=self.directory,
                permissions=self.permissions,
                passwords=self._passwords(),
            )
        )
        return [str(binary()), "-c", str(path)]

    def _mosquitto(self) -> list[str]:
        program = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin")
        if program is None:
            pytest.fail("mosquitto is not installed: apt-get install mosquitto")
        texts = {
            "mosquitto.conf": mosquitto.configuration(
                self._listener(), directory=self.directory, plugin=self.plugin
            )
            + self.extra
            + ("user root\n" if os.geteuid() == 0 else ""),
            "acl": mosquitto.access_list(self.permissions),
            "passwords": mosquitto.password_file(self._passwords(), os.urandom),
            "security.json": mosquitto.security(self.permissions, self._passwords(), os.urandom),
        }
        for name, text in texts.items():
            (self.directory / name).write_text(text)
            (self.directory / name).chmod(0o600)
        return [program, "-c", str(self.directory / "mosquitto.conf")]


@contextlib.contextmanager
def _running(kind: str, directory: Path) -> Iterator[RealBroker]:
    directory.mkdir()
    broker = RealBroker(kind, directory)
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()


@pytest.fixture
def nats_broker(tmp_path) -> Iterator[RealBroker]:
    with _running("nats", tmp_path / "nats") as broker:
        yield broker


@pytest.fixture
def mosquitto_broker(tmp_path) -> Iterator[RealBroker]:
    with _running("mosquitto", tmp_path / "mosquitto") as broker:
        yield broker


@pytest.fixture(params=["nats", "mosquitto"])
def broker(request, tmp_path) -> Iterator[RealBroker]:
    """Each test that takes it runs against both."""
    with _running(request.param, tmp_path / request.param) as broker:
        yield broker


class Turning:
    """A reactor that is not the global one, turned by the test until something is so."""

    def __init__(self) -> None:
        self.reactor = EPollReactor()
        self.reactor.seconds = time.monotonic
        self.reactor.startRunning(installSignalHandlers=False)
        self.reactor.iterate(0)

    def until(self, holds: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
        """Turn until `holds()` is true; fail when it takes too long."""
        deadline = time.monotonic() + patience_s
        while not holds():
            assert time.monotonic() < deadline, f"not within {patience_s} s"
            self.reactor.iterate(0.01)

    def result(self, deferred: Deferred, patience_s: float = PATIENCE_S) -> object:
        """Turn until `deferred` fires; return its value or raise its failure."""
        outcome: list = []
        deferred.addBoth(outcome.append)
        self.until(lambda: outcome, patience_s)
        if hasattr(outcome[0], "raiseException"):
            outcome[0].raiseException()
        return outcome[0]

    def for_seconds(self, seconds: float) -> None:
        """Turn for so long: only to see that something does NOT happen."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.reactor.iterate(0.01)

    def close(self) -> None:
        """Check that nothing was left behind, and end the reactor."""
        reactor = self.reactor
        left = [str(call) for call in reactor.getDelayedCalls()]
        open_ones = [r for r in reactor.getReaders() if r not in reactor._internalReaders]
        reactor.fireSystemEvent("shutdown")
        reactor.iterate(0)
        for internal in list(reactor._internalReaders):
            reactor.removeReader(internal)
            internal.connectionLost(None)
        reactor._poller.close()
        assert not left, left
        assert not open_ones, open_ones


@pytest.fixture
def turning() -> Iterator[Turning]:
    """A reactor of the test's own; at the end no timer and no socket may be left."""
    turning = Turning()
    yield turning
    turning.close()


@pytest.fixture
def log_lines() -> Iterator[list]:
    """What is logged through structlog, as dictionaries."""
    with structlog.testing.capture_logs() as lines:
        yield lines
