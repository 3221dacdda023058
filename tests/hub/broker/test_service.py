"""`station broker` as a process: ready, restarted, stopped, and clear about a taken port."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec import structs

from hub.broker import authority
from hub.broker.credentials import ensure_secrets
from hub.broker.service import forward, start
from protocol.errors import OperatorError
from station_config.runtime.deployment import (
    BrokerSettings,
    Deployment,
    HubSettings,
    SubsystemSettings,
    TlsSettings,
    dump_deployment,
    load_deployment,
)
from station_config.runtime.tls import client_context

STATION = Path(__file__).parents[3] / "station_config" / "stations" / "hohhot_east"
PATIENCE_S = 15
ANONYMOUS = b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x0a\x00\x01x"
"""CONNECT of MQTT 3.1.1 without a user."""


class Service:
    def __init__(self, directory, port):
        self.port = port
        self.path = directory / "deployment.toml"
        self.log = directory / "log"
        self.deployment = Deployment(
            station=STATION,
            broker=BrokerSettings(
                port=port, secrets=directory / "secrets", store=directory / "store"
            ),
            hub=HubSettings(database="sqlite://"),
            subsystems={"clock": SubsystemSettings(id="clock", cache=Path("c"), port=1)},
        )
        dump_deployment(self.deployment, self.path)
        ensure_secrets(self.deployment)
        self.process = None

    def run(self):
        argv = [str(Path(sys.executable).with_name("station")), "broker", "--deployment", self.path]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(argv, stderr=log)
        return self

    def until(self, holds):
        deadline = time.monotonic() + PATIENCE_S
        while not (value := holds(self.log.read_text())):
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.02)
        return value

    def server(self, nth=1):
        """Return the process id of the n-th NATS server that was started."""
        return self.until(
            lambda said: (
                re.findall(r"child\.started .*\bpid=(\d+)", said)[nth - 1 : nth]
                and int(re.findall(r"child\.started .*\bpid=(\d+)", said)[nth - 1])
            )
        )

    def answers(self, _=""):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@pytest.fixture
def service(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    service = Service(tmp_path, port)
    yield service
    if service.process is not None and service.process.poll() is None:
        service.process.terminate()
        service.process.wait(PATIENCE_S)


def listening_addresses(pid):
    """Return the local addresses that a process listens on, from /proc (hexadecimal)."""
    sockets = set()
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        target = str(entry.readlink())
        if target.startswith("socket:["):
            sockets.add(target[8:-1])
    lines = Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]
    lines += Path(f"/proc/{pid}/net/tcp6").read_text().splitlines()[1:]
    rows = [line.split() for line in lines]
    return {row[1].split(":")[0] for row in rows if row[3] == "0A" and row[9] in sockets}


def test_tells_its_health_where_the_deployment_says_so(service):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    broker = structs.replace(service.deployment.broker, status_port=port)
    dump_deployment(structs.replace(service.deployment, broker=broker), service.path)
    service.run().until(lambda said: "broker.ready" in said)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=10) as answer:
        assert json.load(answer)["pid"] == service.server()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        assert b"station_broker_up 1.0" in answer.read()


def test_speaks_tls_and_nothing_else_where_the_deployment_says_so(service, tmp_path):
    place = tmp_path / "tls"
    now = datetime.now(UTC)  # noqa: TID251 - OpenSSL looks at the system's clock
    authority.init(place, "t", now)
    cert = authority.issue(place, "broker", now, sans=["127.0.0.1"])
    tls = TlsSettings(ca=place / "ca.pem", cert=cert, key=place / "broker.key")
    broker = structs.replace(service.deployment.broker, tls=tls)
    dump_deployment(structs.replace(service.deployment, broker=broker), service.path)
    service.run().until(lambda said: "broker.ready" in said)
    assert "error" not in service.log.read_text()  # nobody has done anything wrong yet
    context = client_context(load_deployment(service.path).broker.tls, "clock")
    with (
        socket.create_connection(("127.0.0.1", service.port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as secure,
    ):
        assert secure.version() in ("TLSv1.2", "TLSv1.3")
        secure.sendall(ANONYMOUS)
        assert secure.recv(4) == b"\x20\x02\x00\x05"  # CONNACK: not authorised
    with socket.create_connection(("127.0.0.1", service.port), timeout=10) as plain:
        plain.sendall(ANONYMOUS)
        assert not plain.recv(4).startswith(b"\x20")


def test_is_ready_restarts_after_kill_and_stops_with_its_server(service):
    service.run().until(lambda said: "broker.ready" in said)
    assert listening_addresses(service.server()) == {"0100007F"}
    os.kill(service.server(), signal.SIGKILL)
    service.server(2)
    service.until(service.answers)
    service.process.send_signal(signal.SIGTERM)
    assert service.process.wait(PATIENCE_S) == 0
    service.until(lambda _: not service.answers())


def test_its_server_does_not_outlive_it(service):
    service.run().until(lambda said: "broker.ready" in said)
    service.process.kill()
    service.process.wait()
    service.until(lambda _: not service.answers())


def test_a_taken_port_is_one_clear_line_and_no_loop(service):
    with socket.create_server(("127.0.0.1", service.port)):
        service.run()
        assert service.process.wait(PATIENCE_S) == 1
    said = service.log.read_text()
    assert f"port {service.port}" in said
    assert "already taken" in said
    assert "child.started" not in said
    assert "Traceback" not in said


def test_another_broker_than_ours_is_not_started():
    other = BrokerSettings(embedded=False)
    deployment = Deployment(station=STATION, broker=other, hub=HubSettings(database="sqlite://"))
    with pytest.raises(OperatorError, match="embedded"):
        start(None, deployment, None)


class Levels:
    def __init__(self):
        self.lines = []

    def __getattr__(self, level):
        return lambda _event, *, said: self.lines.append((level, said))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"[7] [INF] Server is ready", ("debug", "Server is ready")),
        (b"[7] [INF]", ("debug", "")),
        (b"[7] [WRN] slow", ("warning", "slow")),
        (b"[7] [ERR] refused \xff", ("error", "refused \N{REPLACEMENT CHARACTER}")),
        (b"[7] [FTL] no disk", ("error", "no disk")),
        (b"[7] [WRN] Plaintext passwords detected, use nkeys", None),
        (b"[7] [ERR] 1.2.3.4:5 - mid:5 - TLS handshake error: EOF", None),
        (b"panic: oh", ("info", "panic: oh")),
    ],
)
def test_lines_of_the_server_are_said_in_our_log(line, expected):
    log = Levels()
    forward(log, line)
    if expected is None:
        assert log.lines[0][0] == "debug"
    else:
        assert log.lines == [expected]
