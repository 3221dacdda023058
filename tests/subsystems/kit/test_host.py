"""Subsystems that share a process: who runs where, and that each has its own client and port."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import ExitStack
from pathlib import Path

import pytest

from protocol.errors import OperatorError
from station_config.runtime.deployment import (
    BrokerSettings,
    Deployment,
    HubSettings,
    SubsystemSettings,
    dump_deployment,
    load_deployment,
)
from subsystems.kit.host import kinds_of
from tests.conftest import free_port

STATIONS = Path(__file__).parents[3] / "station_config" / "stations"
OFFERED = {"display", "clock"}


def deployment(tmp_path, hosts, kinds=("display", "clock"), **fields):
    return Deployment(
        station=tmp_path / "station",
        hub=HubSettings(database="sqlite://"),
        subsystems={
            kind: SubsystemSettings(id=kind, cache=tmp_path / f"{kind}.db", port=free_port())
            for kind in kinds
        },
        hosts=hosts,
        **{"broker": BrokerSettings(), **fields},
    )


def test_without_hosts_all_run_together(tmp_path):
    assert kinds_of(deployment(tmp_path, {}), None, OFFERED) == ("display", "clock")


def test_a_host_runs_what_the_deployment_says(tmp_path):
    one = deployment(tmp_path, {"hall": ("clock",)})
    assert kinds_of(one, None, OFFERED) == kinds_of(one, "hall", OFFERED) == ("clock",)


@pytest.mark.parametrize(
    ("hosts", "host", "told"),
    [
        ({"a": ("clock",), "b": ("display",)}, None, "say which with --host: a, b"),
        ({"a": ("clock",)}, "c", "no host 'c', only a"),
        ({"a": ("lamps",)}, "a", r"no table \[subsystems.lamps\]"),
        ({"a": ("bells",)}, "a", "no subsystem 'bells' is installed, only clock, display"),
    ],
)
def test_a_mistake_is_named(tmp_path, hosts, host, told):
    one = deployment(tmp_path, hosts, kinds=("display", "clock", "bells"))
    with pytest.raises(OperatorError, match=told):
        kinds_of(one, host, OFFERED)


def test_hosts_are_written_and_read(tmp_path):
    one = deployment(tmp_path, {"hall": ("display", "clock")})
    dump_deployment(one, tmp_path / "d.toml")
    assert load_deployment(tmp_path / "d.toml").hosts == {"hall": ("display", "clock")}


def health(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return json.load(error)  # 503: it has nothing to tell yet
    except OSError:
        return {}


@pytest.fixture
def shared(nats_broker, tmp_path):
    """A deployment whose display and clock share a process, under the test broker's station."""
    station = tmp_path / "station"
    shutil.copytree(STATIONS / "muehlau_am_see", station)
    xml = station / "station.xml"
    name = xml.read_text().partition('<station id="')[2].partition('"')[0]
    xml.write_text(xml.read_text().replace(f'id="{name}"', f'id="{nats_broker.topics.station}"', 1))
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    for user in ("display", "clock"):
        (secrets / user).write_text(nats_broker.password(user))
    broker = BrokerSettings(host=nats_broker.host, port=nats_broker.port, secrets=secrets)
    made = deployment(tmp_path, {"hall": ("display", "clock")}, broker=broker, log_json=True)
    dump_deployment(made, tmp_path / "deployment.toml")
    return made


def test_two_in_one_process_each_with_its_own_client_cache_and_port(
    shared, turning, cast, nats_broker, tmp_path, make
):
    hub = cast.hub(nats_broker)
    command = [sys.executable, "-m", "station_config.runtime.command", "subsystems"]
    with ExitStack() as stack:
        log = stack.enter_context((tmp_path / "log").open("wb"))
        process = subprocess.Popen(
            [*command, "--deployment", str(tmp_path / "deployment.toml"), "--host", "hall"],
            stdout=log,
            stderr=log,
        )
        stack.callback(process.kill)
        ports = [settings.port for settings in shared.subsystems.values()]
        turning.until(lambda: all(health(port).get("broker") for port in ports), 30)
        hub.everything(make.run("G1"))
        turning.until(lambda: all(health(port)["runs"] == 1 for port in ports), 20)
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
    assert all(settings.cache.is_file() for settings in shared.subsystems.values())
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert {line.get("subsystem") for line in lines} >= {"display", "clock"}
