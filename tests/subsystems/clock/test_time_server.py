"""The time server against what stations really have: ntpdig (ntpsec) and chronyd."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from protocol.errors import OperatorError
from protocol.master_clock import MasterClock
from protocol.times import from_unix
from station_config.runtime.timekeeping.ntp import Leap, NtpPacket
from subsystems.clock.options import ClockOptions
from subsystems.clock.time_server import TimeServer
from subsystems.clock.told_time import Time
from subsystems.kit.timekeeper import ClockQuality, Quality

MASTER = MasterClock(source="gps", uncertainty_s=0.001, stratum=1)
GOOD = ClockQuality(Quality.SYNCED, 0.0, 0.001, 0.0, 1.0, hub="synced", master=MASTER)


@pytest.fixture
def served(turning):
    """A server whose time is the machine's, moved by `ahead_s`."""
    told = SimpleNamespace(ahead_s=0.0, quality=GOOD)

    def now():
        return from_unix(time.time() + told.ahead_s)  # noqa: TID251 - what stock clients compare with

    clock = Time(now, lambda: told.quality, 1.0, ZoneInfo("UTC"))
    options = ClockOptions(sntp_port=0, sntp_host="127.0.0.1")
    told.server = TimeServer(turning.reactor, clock, options)
    told.server.start()
    yield told
    turning.result(told.server.stop())


def run(turning, *argv, patience_s=40.0):
    """Run a client while the reactor turns; return its code and what it said."""
    client = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        turning.until(lambda: client.poll() is not None, patience_s)
    finally:
        if client.poll() is None:
            client.send_signal(signal.SIGKILL)
    return client.returncode, client.communicate()[0]


def needs(program):
    path = shutil.which(program) or shutil.which(program, path="/usr/sbin")
    return path or pytest.skip(f"{program} is not installed")


def ntpdig(turning, served):
    """It knows no port but 123, so the server listens there on an address of this test's own."""
    address = f"127.{os.getpid() % 200 + 20}.12.3"
    options = ClockOptions(sntp_port=123, sntp_host=address)
    server = TimeServer(turning.reactor, served.server._time, options)
    try:
        server.start()
    except OperatorError as error:
        pytest.skip(str(error))
    try:
        return run(turning, needs("ntpdig"), "-j", "-t", "2", address)
    finally:
        turning.result(server.stop())


def chronyd(turning, served, tmp_path, *directives):
    """Ask once and set nothing (-Q); return its code and what it would have done."""
    server = f"server 127.0.0.1 port {served.server.port} iburst maxsamples 4"
    words = ("-Q", "-t", "20", "-d", server, f"pidfile {tmp_path}/pid", "cmdport 0", *directives)
    words = (*words, f"bindcmdaddress {tmp_path}/sock")
    return run(turning, needs("chronyd"), *words)


def test_ntpdig_takes_the_time(turning, served):
    served.ahead_s = 1.5
    code, said = ntpdig(turning, served)
    assert code == 0, said
    found = json.loads(said.splitlines()[-1])
    assert found["stratum"] == 2
    assert found["leap"] == "no-leap"
    assert found["offset"] == pytest.approx(1.5, abs=0.05)
    assert found["precision"] < 0.1


def test_ntpdig_is_told_that_nobody_knows(turning, served):
    served.quality = ClockQuality(Quality.UNSET)
    code, said = ntpdig(turning, served)
    assert code != 0 or "unsync" in said or "no eligible" in said, said


def test_chronyd_takes_the_time(turning, served, tmp_path):
    served.ahead_s = -2.25
    code, said = chronyd(turning, served, tmp_path)
    assert code == 0, said
    wrong_s = float(re.search(r"System clock wrong by (-?[\d.]+) seconds", said)[1])
    assert wrong_s == pytest.approx(-2.25, abs=0.05)


def test_chronyd_leaves_its_clock_alone_when_nobody_knows(turning, served, tmp_path):
    served.quality = ClockQuality(Quality.UNSET)
    code, said = chronyd(turning, served, tmp_path, "maxdistance 3")
    assert "System clock wrong" not in said
    assert code != 0


def received(client):
    while True:
        try:
            yield client.recv(100)
        except BlockingIOError:
            return


def test_a_client_that_asks_without_pause_is_refused(turning, served):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.setblocking(False)
        client.connect(("127.0.0.1", served.server.port))
        for n in range(12):
            client.send(NtpPacket(transmitted=n + 1).to_bytes())
        client.send(b"nonsense")
        server = served.server
        turning.until(lambda: server.answered + server.refused + server.ignored == 13)
        turning.for_seconds(0.05)
        answers = list(map(NtpPacket.from_bytes, received(client)))
    assert [each.origin for each in answers] == list(range(1, len(answers) + 1))
    assert [each.stratum for each in answers[:8]] == [2] * 8
    assert all(each.stratum == 0 and each.leap == Leap.UNSYNCHRONISED for each in answers[8:])
    assert (server.answered, server.refused, server.ignored) == (8, 4, 1)


def test_in_the_leap_second_it_is_silent(turning, served):
    served.quality = ClockQuality(**{**GOOD.__dict__, "leap_second": True})
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.sendto(NtpPacket().to_bytes(), ("127.0.0.1", served.server.port))
        turning.until(lambda: served.server.ignored == 1)
    assert served.server.answered == 0


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Twisted's socket
def test_a_port_that_is_taken_is_told(turning, served):
    options = ClockOptions(sntp_port=served.server.port, sntp_host="127.0.0.1")
    with pytest.raises(OperatorError, match="cannot listen on UDP port"):
        TimeServer(turning.reactor, served.server._time, options).start()
