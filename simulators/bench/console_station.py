"""A hub with a large day, and people at it, for `station bench console`.

Law: the real hub as a process of its own, asked over HTTP alone; its day is the kernel bench's. The
database is filled before, by the kernel. Nothing is measured here but what the system says of the
process.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

import station_config
from hub.accounts.client import Desk
from hub.accounts.roles import StaffRole
from hub.broker.credentials import ensure_secrets
from hub.store.database import Database
from protocol.errors import DeviceError
from simulators.bench.kernel_load import PEAK, Load, url_of
from simulators.demo.child import wait_until
from simulators.free_ports import free_ports
from station_config.load import load_station
from station_config.runtime.deployment import (
    BrokerSettings,
    ClockSettings,
    Deployment,
    HubSettings,
    dump_deployment,
)

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

REFERENCE = Path(station_config.__file__).with_name("stations") / "hohhot_east"
START_S = 40.0
STOP_S = 20.0
_TIMETABLE = re.compile(r"^\s*<timetable [^>]*/>\s*$", re.MULTILINE)


class BenchStation:
    """`station hub` in the morning's peak of a day of so many calls.

    Args:
        directory: of its files; empty.
        calls: of its day, all of them from the feed.
    """

    def __init__(self, directory: Path, calls: int) -> None:
        self._directory = directory
        station = directory / "station"
        shutil.copytree(REFERENCE, station)
        file = station / "station.xml"
        file.write_text(_TIMETABLE.sub("", file.read_text("utf-8")), "utf-8")
        self.database = url_of(directory / "hub.sqlite")
        load = Load(load_station(REFERENCE))
        load.filled(self.database, calls).close()
        self.now = load.midnight + PEAK
        port = free_ports(2)
        self.deployment = Deployment(
            station=station,
            broker=BrokerSettings(port=port, secrets=directory / "secrets"),
            hub=HubSettings(database=self.database, state=directory / "state", port=port + 1),
            clock=ClockSettings(origin=self.now, started=time.time()),  # noqa: TID251 - begins now
            log_json=True,
        )
        ensure_secrets(self.deployment)
        dump_deployment(self.deployment, directory / "deployment.toml")
        self._log = directory / "log"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start the hub and wait until it leads."""
        words = ("hub", "--deployment", str(self._directory / "deployment.toml"))
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "station_config.runtime.command", *words],
                stdout=log,
                stderr=log,
                env=os.environ | {"STATION_TRACE": "1"},
            )
        try:
            wait_until(self._healthy, START_S, what="the hub to lead")
        except DeviceError:
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the hub."""
        self._end()

    @property
    def port(self) -> int:
        """Where its site is."""
        port = self.deployment.hub.port
        assert port is not None  # noqa: S101 - set above
        return port

    def log(self, event: str) -> list[dict[str, Any]]:
        """Return the lines of `event` so far."""
        lines = self._log.read_text("utf-8").splitlines()
        found = (json.loads(line) for line in lines if f'"{event}"' in line)
        return [line for line in found if line["event"] == event]

    def cost(self) -> Cost:
        """Return what the hub's process has cost so far."""
        assert self._process is not None  # noqa: S101 - between enter and exit
        process = psutil.Process(self._process.pid)
        times = process.cpu_times()
        return Cost(time.monotonic(), times.user + times.system, process.memory_info().rss / 2**20)

    def people(self, count: int) -> list[Person]:
        """Return so many dispatchers, logged in."""
        database = Database(self.database)
        database.create()
        desk = Desk(database, self.deployment)
        password = desk.add("bench", StaffRole.DISPATCHER)
        database.close()
        return [Person(self.port, "bench", password) for _ in range(count)]

    def _healthy(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            raise DeviceError(f"the hub has ended: {self._log.read_text('utf-8')[-800:]}")
        try:
            status, _, _ = ask(self.port, "GET", "/health")
        except OSError:
            return False
        return status == http.client.OK

    def _end(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@dataclass(frozen=True)
class Cost:
    """What a process has cost at a moment: monotonic s, processor s, resident MB."""

    at_s: float
    busy_s: float
    memory_mb: float


class Person:
    """A session at the console.

    Attributes:
        cookie: name and value.

    Raises:
        DeviceError: not let in.
    """

    def __init__(self, port: int, name: str, password: str) -> None:
        self._port = port
        body = {"name": name, "password": password}
        status, answer, headers = ask(port, "POST", "/api/v1/session", body)
        if status != http.client.OK:
            raise DeviceError(f"the hub does not let {name} in: {status} {answer}")
        self.cookie = headers["Set-Cookie"].partition(";")[0]
        self._token = answer["page_token"]

    def get(self, path: str) -> Any:  # noqa: ANN401 - whatever it answers
        """Return what the API answers at `path`."""
        return self._ask("GET", path, None)

    def post(self, path: str, body: object) -> Any:  # noqa: ANN401 - whatever it answers
        """Return what the API answers to `body`."""
        return self._ask("POST", path, body)

    def _ask(self, method: str, path: str, body: object) -> Any:  # noqa: ANN401
        headers = {"Cookie": self.cookie, "X-Page-Token": self._token}
        status, answer, _ = ask(self._port, method, f"/api/v1{path}", body, headers)
        if status != http.client.OK:
            raise DeviceError(f"{method} {path}: {status} {answer}")
        return answer


def ask(
    port: int, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
) -> tuple[int, Any, http.client.HTTPMessage]:
    """Return status, JSON and headers of an answer of the hub on this machine."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START_S)
    try:
        raw = None if body is None else json.dumps(body).encode()
        sent = {"Content-Type": "application/json"} | (headers or {})
        connection.request(method, path, raw, sent)
        answer = connection.getresponse()
        read = answer.read()
        return answer.status, json.loads(read) if read else None, answer.headers
    finally:
        connection.close()
