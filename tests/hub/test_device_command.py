"""The maintainer's command line against a real hub, broker and device, each its own process."""

import argparse
import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import pytest

import station_config
from hub.broker.credentials import ensure_secrets
from hub.device_client import command_text, fleet_text, given_of, values_of
from hub.device_command import DEVICE
from hub.fleet.order import Stage
from hub.fleet.said import CommandReport, DeviceReport, FleetReport, OrderReport
from protocol.errors import DeviceError, OperatorError
from station_config.runtime.command import main
from station_config.runtime.deployment import (
    BrokerSettings,
    Deployment,
    DeviceSettings,
    HubSettings,
    SubsystemSettings,
    dump_deployment,
    load_deployment,
)
from tests.conftest import free_port

STATION = Path(station_config.__file__).with_name("stations") / "hohhot_east"
PATIENCE_S = 60
AT = datetime(2021, 1, 20, 4, tzinfo=UTC)


class Site:
    """Broker, hub and a clock."""

    def __init__(self, directory):
        self.directory = directory
        self.file = directory / "deployment.toml"
        self.processes = []
        deployment = Deployment(
            station=STATION,
            broker=BrokerSettings(
                port=free_port(), secrets=directory / "secrets", store=directory / "broker"
            ),
            hub=HubSettings(
                database=f"sqlite:///{directory / 'hub.sqlite'}",
                state=directory / "state",
                port=free_port(),
            ),
            subsystems={
                "clock": SubsystemSettings(
                    id="clock-1", cache=directory / "cache", port=free_port(), zones=("hall",)
                )
            },
            devices={"board-7": DeviceSettings(kind="display", cfg={"zones": ["roof"]})},
        )
        ensure_secrets(deployment)
        dump_deployment(deployment, self.file)

    def start(self):
        for role in ("broker", "hub", "clock"):
            words = (sys.executable, "-m", "station_config.runtime.command", role)
            with (self.directory / f"{role}.log").open("wb") as log:
                self.processes.append(
                    subprocess.Popen(
                        [*words, "--deployment", str(self.file)], stdout=log, stderr=log
                    )
                )

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            process.wait(20)

    def logs(self):
        return "\n".join(path.read_text() for path in self.directory.glob("*.log"))


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = Site(tmp_path_factory.mktemp("site"))
    site.start()
    yield site
    site.stop()


@pytest.fixture
def say(site, capsys):
    """Types a command line; returns exit code and what it printed."""

    def typed(*words):
        code = main(["device", *words, "--deployment", str(site.file)])
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    return typed


@pytest.fixture
def until(say, site):
    """Types a command line until what is printed fits."""

    def until(holds, *words):
        deadline = time.monotonic() + PATIENCE_S
        while not holds(said := say(*words)[1]):
            assert time.monotonic() < deadline, said + site.logs()
            time.sleep(0.2)
        return said

    return until


def test_a_device_is_listed_commanded_and_set_up(say, until, site):
    until(lambda said: "ONLINE" in said, "list")
    code, said = say("command", "clock-1", "report", "--who", "wang")
    assert (code, "DONE" in said) == (0, True), said + site.logs()
    code, said = say("command", "clock", "report", "--group", "--zone", "hall", "--json")
    orders = json.loads(said)["orders"]
    assert (code, orders["clock-1"]["stage"]) == (0, "DONE"), said
    code, said = say("command", "clock-1", "x-acme.wiper")
    assert (code, "unknown-kind" in said) == (1, True), said

    code, said = say("want", "clock-1", "brightness=0.5", "wiper=slow")
    assert json.loads(said) == {"revision": 1, "brightness": 0.5, "values": {"wiper": "slow"}}

    def in_force(said):
        device = json.loads(said)["devices"]["clock-1"]
        return device.get("want_in_force") == device["want_revision"] == 1

    until(in_force, "list", "--json")
    listed = json.loads(say("list", "--json")[1])["devices"]
    assert listed["board-7"]["cfg_revision"] == 1, "the deployment says so"
    assert listed["board-7"]["mode"] == "OFFLINE"
    assert "wang" in (site.directory / "hub.log").read_text()


def test_what_is_refused_is_said(say, until):
    until(lambda said: "clock-1" in said, "list")
    code, said = say("command", "nobody", "report")
    assert (code, "no device 'nobody'; known: board-7, clock-1" in said) == (1, True)
    code, said = say("want", "clock-1", "brightness=2")
    assert (code, "brightness" in said) == (1, True)
    code, said = say("want", "clock-1", "brightness")
    assert (code, "NAME=VALUE" in said) == (1, True)


@pytest.mark.parametrize("page", ["devices", "device-command", "device-want"])
def test_who_does_not_know_the_token_is_turned_away(site, until, page):
    until(lambda said: "clock-1" in said, "list")
    port = load_deployment(site.file).hub.port
    body = None if page == "devices" else b"{}"
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/{page}", body, headers)
    with pytest.raises(urllib.error.HTTPError) as caught, urllib.request.urlopen(request):
        pass
    with caught.value:
        assert caught.value.code == 403


def parsed(*words):
    parser = argparse.ArgumentParser()
    DEVICE.configure(parser)
    return parser.parse_args(words)


def test_a_command_line_becomes_a_command():
    given = given_of(
        parsed("command", "display", "test", "test=led", "--group", "--wait", "3"), "w"
    )
    assert (given.device, given.group, given.zone) == ("", "display", "all")
    assert (given.kind, given.parameters, given.wait_s) == ("test", {"test": "led"}, 3.0)
    assert given_of(parsed("command", "b", "test"), "w").device == "b"


def test_values_are_json_or_text_and_can_be_taken_back():
    words = ["a=1", "b=true", "c=slow", 'd=["x"]', "e=", "f=0.5", "g=a=b"]
    expected = {"a": 1, "b": True, "c": "slow", "d": ["x"], "e": None, "f": 0.5, "g": "a=b"}
    assert values_of(words) == expected
    for bad in ("x", "=1"):
        with pytest.raises(OperatorError):
            values_of([bad])


def test_answers_can_be_read():
    report = CommandReport(
        command_id="c",
        kind="test",
        who="w",
        at=AT,
        orders={
            "a": OrderReport(stage=Stage.DONE, attempts=1, result={"volts": 5}),
            "b": OrderReport(stage=Stage.FAILED, attempts=2, reason="busy", detail="starting"),
        },
    )
    text = command_text(report)
    assert "volts=5" in text
    assert "busy starting" in text
    assert fleet_text(FleetReport(devices={})).startswith("no devices")
    device = DeviceReport(
        kind="display", mode="ONLINE", since=AT, want_revision=2, want_in_force=1, faults=("hot",)
    )
    text = fleet_text(FleetReport(devices={"a": device}))
    assert "want 1 of 2; fault hot" in text


def test_without_a_hub_it_is_said(tmp_path):
    site = Site(tmp_path)
    (tmp_path / "secrets/command-token").write_text("x")
    with pytest.raises(DeviceError, match="does not answer"):
        DEVICE.run(parsed("list", "--deployment", str(site.file)))
