"""The clock as a real process, a hub that the test plays, and a real browser."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from station_config.runtime.clocks import SystemClock
from station_config.runtime.deployment import (
    BrokerSettings,
    ClockSettings,
    Deployment,
    HubSettings,
    SubsystemSettings,
    dump_deployment,
)

ORIGIN = datetime(2021, 1, 19, 23, 4, 50, tzinfo=UTC)
"""07:04:50 in Hohhot; the hub's clock is two seconds ahead of the clock's own."""
STATIONS = Path(__file__).parents[3] / "station_config" / "stations"


class ClockProcess:
    """`station clock`; it can be killed and started again."""

    def __init__(self, deployment, log):
        self.deployment, self.log, self.process = deployment, log, None

    def start(self):
        argv = [sys.executable, "-c", RUN, "clock", "--deployment", str(self.deployment)]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("COV")}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(argv, stdout=log, stderr=log, env=environment)
        return self

    def end(self, number):
        self.process.send_signal(number)
        return self.process.wait(10)


RUN = "import sys; from station_config.runtime.command import main; sys.exit(main())"


@pytest.fixture
def clock_process(nats_broker, tmp_path, request):
    """Hohhot East's clock under the test broker's station id; not started yet."""
    station = tmp_path / "station"
    shutil.copytree(STATIONS / getattr(request, "param", "hohhot_east"), station)
    xml = station / "station.xml"
    name = xml.read_text().partition('<station id="')[2].partition('"')[0]
    xml.write_text(xml.read_text().replace(f'id="{name}"', f'id="{nats_broker.topics.station}"', 1))
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "clock").write_text(nats_broker.password("clock"))
    path = tmp_path / "deployment.toml"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    started = datetime.now(UTC).timestamp()  # noqa: TID251 - as every process of the demo has it
    dump_deployment(
        Deployment(
            station=station,
            broker=BrokerSettings(host=nats_broker.host, port=nats_broker.port, secrets=secrets),
            hub=HubSettings(database="sqlite://"),
            clock=ClockSettings(origin=ORIGIN, started=started),
            subsystems={
                "clock": SubsystemSettings(id="clock", cache=tmp_path / "clock.db", port=port)
            },
        ),
        path,
    )
    process = ClockProcess(path, tmp_path / "clock.log")
    process.hub_clock = SystemClock(ORIGIN + timedelta(seconds=2), started)
    process.url = f"http://127.0.0.1:{port}/"
    yield process
    if process.process is not None and process.process.poll() is None:
        process.end(signal.SIGKILL)
