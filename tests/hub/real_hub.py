"""A hub as it runs in a station: a process, with a deployment of its own.

Law: it is asked what anybody may ask it: its pages, its log, its exit code.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import station_config
from hub.broker.credentials import ensure_secrets
from station_config.runtime.deployment import (
    BrokerSettings,
    ClockSettings,
    Deployment,
    HubSettings,
    dump_deployment,
)
from tests.conftest import free_port

HOHHOT = Path(station_config.__file__).with_name("stations") / "hohhot_east"
MORNING = datetime(2021, 1, 20, 0, 30, tzinfo=UTC)
"""08:30 at the station."""

PATIENCE_S = 40.0


class RealHub:
    """`station hub` on a station time that stands still enough: it began this very moment.

    Args:
        directory: of its files.
        database: URL; by default a file in the directory.
        broker_port: by default one where nobody listens.
    """

    def __init__(self, directory, database=None, *, broker_port=None):
        directory.mkdir(exist_ok=True)
        self.file = directory / "deployment.toml"
        self.deployment = Deployment(
            station=HOHHOT,
            broker=BrokerSettings(port=broker_port or free_port(), secrets=directory / "secrets"),
            hub=HubSettings(
                database=database or f"sqlite:///{directory / 'hub.sqlite'}",
                state=directory / "state",
                port=free_port(),
            ),
            clock=ClockSettings(origin=MORNING, started=time.time()),  # noqa: TID251 - the clock that starts now
            log_json=True,
        )
        ensure_secrets(self.deployment)
        dump_deployment(self.deployment, self.file)
        self.log = directory / "log"
        self.process = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.deployment.hub.port}"

    def begin(self):
        words = ("hub", "--deployment", str(self.file))
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "station_config.runtime.command", *words],
                stdout=log,
                stderr=log,
            )

    def start(self):
        self.begin()
        self.until(self.healthy)

    def until(self, question):
        """Wait until `question()` is true; fail when the process ends, or after long enough."""
        deadline = time.monotonic() + PATIENCE_S
        while not (answer := question()):
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.05)
        return answer

    def health(self):
        """Return what ``/health`` says, {} while nobody answers."""
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=1) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return json.load(error)
        except OSError:
            return {}

    def healthy(self):
        return self.health().get("ok", False)

    def plays(self, role):
        return self.health().get("role") == role

    def said(self, event):
        """Return the lines of the log with this event."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        told = [json.loads(line) for line in lines if line.startswith("{")]
        return [line for line in told if line.get("event") == event]

    def kill(self):
        self.process.kill()
        self.process.wait(10)

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def stop(self):
        """End it in order; return its exit code, None if it does not run."""
        if self.process is None or self.process.poll() is not None:
            return None
        self.thaw()
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)

    def post(self, page, body, **headers):
        request = urllib.request.Request(f"{self.url}/{page}", data=body, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    @property
    def token(self):
        return (self.deployment.broker.secrets / "command-token").read_text().strip()
