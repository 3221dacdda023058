"""The kiosk as a real process, a hub that the test plays, a real station's day, a real browser."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.broker.permissions import device_permissions
from protocol.messages import HubState, Plan, Source, SourceMode
from station_config.load import load_station
from station_config.runtime.clocks import SystemClock
from station_config.runtime.deployment import (
    BrokerSettings,
    ClockSettings,
    Deployment,
    HubSettings,
    SubsystemSettings,
    dump_deployment,
)
from tests.conftest import free_port
from tests.subsystems.display import sample_day

ORIGIN = datetime(2021, 1, 19, 23, 4, 50, tzinfo=UTC)
"""07:04:50 in Hohhot."""
STATIONS = Path(__file__).parents[3] / "station_config" / "stations"
RUN = "import sys; from station_config.runtime.command import main; sys.exit(main())"


@pytest.fixture(scope="session")
def hohhot():
    return load_station(STATIONS / "hohhot_east")


@pytest.fixture(scope="session")
def muehlau():
    return load_station(STATIONS / "muehlau_am_see")


@pytest.fixture
def day():
    """Makes a station's day of runs and changes them; see `sample_day`."""
    return sample_day


class Kiosk:
    """`station query`; it can be killed and started again."""

    def __init__(self, deployment, log, station, port, clock):
        self.deployment, self.log, self.station, self.port = deployment, log, station, port
        self.hub_clock = clock
        self.process = None
        self.url = f"http://127.0.0.1:{port}/"
        self.runs = {}

    def start(self):
        argv = [sys.executable, "-c", RUN, "query", "--deployment", str(self.deployment)]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("COV")}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(argv, stdout=log, stderr=log, env=environment)
        return self

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.process.wait(15)

    def ask(self, path):
        """Return what it answers, {} while it does not, with ``error`` for what it refuses."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=5) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return {"code": error.code, **json.load(error)}
        except OSError:
            return {}

    def feed(self, hub, turning, *changed):
        """Have the hub publish two days' plans and these runs; wait until all is held."""
        today = ORIGIN.astimezone(self.station.zone_info).date()
        days = [today, today + timedelta(days=1)]
        plans = [sample_day.plan(self.station, each) for each in days]
        self.runs = plans[0] | plans[1]
        bodies = [
            Plan(service_date=d, runs=tuple(p.values())) for d, p in zip(days, plans, strict=True)
        ]
        turning.until(lambda: self.ask("health").get("broker"), 30)
        at = self.hub_clock.now()
        self.source = Source(SourceMode.LIVE, at, at)
        hub.say(self.state())
        for body in (*bodies, *changed):
            hub.say(body)
        hub.manifest()
        hub.beat(self.source)
        turning.until(lambda: self.ask("health").get("runs") == len(self.runs), 20)
        turning.until(lambda: self.ask("health").get("mode") == "ONLINE", 20)

    def state(self, **fields):
        """What its hub says of itself."""
        return HubState(
            online=True, hub="hub", source=self.source, zone=self.station.zone, **fields
        )

    def changed(self, run_id, **change):
        return sample_day.change(self.runs[run_id], **change)


@pytest.fixture
def kiosk(nats_broker, tmp_path, request):
    """Hohhot East's kiosk under the test broker's station id; not started yet."""
    nats_broker.add_user(device_permissions(nats_broker.topics, "query", "query"))
    station = tmp_path / "station"
    shutil.copytree(STATIONS / getattr(request, "param", "hohhot_east"), station)
    xml = station / "station.xml"
    name = xml.read_text().partition('<station id="')[2].partition('"')[0]
    xml.write_text(xml.read_text().replace(f'id="{name}"', f'id="{nats_broker.topics.station}"', 1))
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "query").write_text(nats_broker.password("query"))
    port = free_port()
    started = datetime.now(UTC).timestamp()  # noqa: TID251 - as every process of the demo has it
    path = tmp_path / "deployment.toml"
    dump_deployment(
        Deployment(
            station=station,
            broker=BrokerSettings(host=nats_broker.host, port=nats_broker.port, secrets=secrets),
            hub=HubSettings(database="sqlite://"),
            clock=ClockSettings(origin=ORIGIN, started=started),
            subsystems={
                "query": SubsystemSettings(id="query", cache=tmp_path / "query.cache", port=port)
            },
        ),
        path,
    )
    clock = SystemClock(ORIGIN, started)
    made = Kiosk(path, tmp_path / "query.log", load_station(station), port, clock)
    yield made
    if made.process is not None and made.process.poll() is None:
        made.end(signal.SIGKILL)
