"""What is written for real brokers: they start with it, and let in whom they should."""

import os
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from hub.broker import authority, files
from hub.broker.credentials import ensure_secrets
from hub.broker.service import binary
from protocol.errors import OperatorError
from station_config.load import load_station
from station_config.runtime.command import main
from station_config.runtime.deployment import (
    BrokerSettings,
    Deployment,
    DeviceSettings,
    HubSettings,
    SubsystemSettings,
    TlsSettings,
    dump_deployment,
)
from tests.conftest import free_port

STATION = Path(__file__).parents[3] / "station_config" / "stations" / "hohhot_east"
PATIENCE_S = 15


def make(tmp_path, **broker):
    deployment = Deployment(
        station=STATION,
        broker=BrokerSettings(
            port=free_port(), secrets=tmp_path / "secrets", store=tmp_path / "store", **broker
        ),
        hub=HubSettings(id="hub-a", database="sqlite://"),
        subsystems={"clock": SubsystemSettings(id="clock", cache=Path("c"), port=1)},
        devices={"board-7": DeviceSettings(kind="display", zones=("hall-1",))},
    )
    ensure_secrets(deployment)
    return deployment


def mode(path):
    return path.stat().st_mode & 0o777


def test_the_embedded_configuration_is_its_owners_alone_and_in_the_store(tmp_path):
    deployment = make(tmp_path)
    path = files.write_embedded(deployment)
    assert path == tmp_path / "store" / "nats.conf"
    assert mode(path) == 0o600
    assert deployment.secret("clock") in path.read_text()


def test_a_store_that_cannot_be_written_is_the_operators(tmp_path):
    deployment = make(tmp_path)
    (tmp_path / "store").write_text("a file")
    with pytest.raises(OperatorError, match="cannot write"):
        files.write_embedded(deployment)


def written(kind, deployment, out):
    if kind == "nats":
        return files.write_nats(deployment, out)
    plugin = files.find_plugin() if kind == "mosquitto" else None
    return files.write_mosquitto(deployment, out, plugin)


KINDS = pytest.mark.parametrize("kind", ["nats", "mosquitto", "mosquitto-acl"])


@KINDS
def test_no_password_stands_in_what_another_broker_reads(tmp_path, kind):
    deployment = make(tmp_path, hubs=("hub-b",), watchers=("duty",))
    paths = written(kind, deployment, tmp_path / "out")
    text = "".join(path.read_text() for path in paths)
    for user in ("hub-a", "hub-b", "clock", "board-7", "duty"):
        assert deployment.secret(user) not in text
        assert user in text
    assert {mode(path) for path in paths} == {0o600}
    assert "grp/display/hall-1/cmd" in text or "grp.display.hall-1.cmd" in text


@KINDS
def test_a_real_broker_starts_with_it(tmp_path, kind):
    deployment = make(tmp_path)
    *_, conf = sorted(
        written(kind, deployment, tmp_path / "out"), key=lambda p: p.suffix == ".conf"
    )
    if kind != "nats" and os.geteuid() == 0:
        conf.write_text(conf.read_text() + "user root\n")
    argv = [binary() if kind == "nats" else "/usr/sbin/mosquitto", "-c", conf]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(argv, stdout=log, stderr=log)
    try:
        topic = f"pis/1/{load_station(STATION).id}/dev/board-7/state"
        assert entered(deployment, "board-7", deployment.secret("board-7"), topic), (
            tmp_path / "log"
        ).read_text()
        assert not entered(deployment, "board-7", deployment.secret("clock"), topic)
        assert not entered(deployment, None, None, topic)
    finally:
        process.kill()
        process.wait()


def entered(deployment, user, password, topic):
    """Return whether the user is let in, and gets an acknowledgement of what it says."""
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id=user or "nobody")
    client.username_pw_set(user, password)
    codes, done = [], []
    client.on_connect = lambda _c, _u, _f, code, _p: codes.append(code)
    client.on_publish = lambda *_: done.append(1)
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            client.connect(deployment.broker.host, deployment.broker.port)
            break
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    while not codes:
        client.loop(0.05)
        assert time.monotonic() < deadline
    if codes[0].is_failure:
        return False
    client.publish(topic, b"x", 1)
    while not done:
        client.loop(0.05)
        assert time.monotonic() < deadline
    client.disconnect()
    return True


def test_tls_without_a_certificate_says_how_to_make_one(tmp_path):
    deployment = make(tmp_path, tls=TlsSettings(ca=tmp_path / "ca.pem"))
    with pytest.raises(OperatorError, match="station ca issue broker"):
        files.write_embedded(deployment)


def test_a_certificate_that_is_not_there_is_named(tmp_path):
    directory = tmp_path / "tls"
    authority.init(directory, "t", datetime(2026, 11, 22, tzinfo=UTC))
    ca, cert, key = (directory / name for name in ("ca.pem", "broker.pem", "broker.key"))
    deployment = make(tmp_path, tls=TlsSettings(ca=ca, cert=cert, key=key))
    with pytest.raises(OperatorError, match=r"broker\.pem: cannot read"):
        files.write_embedded(deployment)


def test_the_command_writes_and_names_the_files(tmp_path, capsys):
    path = tmp_path / "deployment.toml"
    dump_deployment(make(tmp_path), path)
    out = tmp_path / "out"
    words = ["--deployment", str(path), "--out", str(out)]
    assert main(["broker", "config", "mosquitto", *words, "--acl-file"]) == 0
    said = capsys.readouterr().out.split()
    assert said == [str(out / name) for name in ("mosquitto.conf", "acl", "passwords")]
    assert main(["broker", "config", "nats", *words]) == 0
    assert main(["broker", "config", *words]) == 1
    assert "say which" in capsys.readouterr().err
