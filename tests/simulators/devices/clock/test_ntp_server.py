"""The simulated server of NTP says what it is told to."""

from __future__ import annotations

import random

import pytest
from twisted.internet.task import Clock

from simulators.devices.clock.ntp_server import NtpServer
from station_config.runtime.timekeeping.ntp import NtpPacket, unix_of

NOW = 1_795_000_000.0


class Wire:
    """What the server has sent."""

    def __init__(self):
        self.sent = []

    def write(self, octets, addr):
        self.sent.append((NtpPacket.from_bytes(octets), addr))


@pytest.fixture
def server():
    made = NtpServer(Clock(), wall=lambda: NOW, random=random.Random(1))
    made.transport = Wire()
    return made


def ask(server, **given):
    server.datagramReceived(NtpPacket(transmitted=77, **given).to_bytes(), ("there", 5))
    return server.transport.sent


def test_it_is_right_unless_told_otherwise(server):
    ((packet, addr),) = ask(server)
    assert (packet.origin, packet.stratum, addr) == (77, 1, ("there", 5))
    assert unix_of(packet.received, NOW) == pytest.approx(NOW, abs=1e-6)


def test_it_lies_drifts_and_says_that_it_does_not_know(server):
    server.faults.offset_s = 30.0
    assert unix_of(ask(server)[-1][0].received, NOW) == pytest.approx(NOW + 30, abs=1e-6)
    server.faults.never_synced = True
    packet = ask(server)[-1][0]
    assert (packet.leap, packet.stratum) == (3, 16)


def test_kisses_leaps_silence_and_lateness(server):
    server.kiss = "RATE"
    assert (ask(server)[-1][0].stratum, ask(server)[-1][0].reference) == (0, b"RATE")
    server.kiss = ""
    server.faults.leap = -1
    assert ask(server)[-1][0].leap == 2
    told = len(server.transport.sent)
    server.faults.jitter_s = 0.5
    assert len(ask(server)) == told
    server._reactor.advance(0.5)
    assert len(server.transport.sent) == told + 1
    server.faults.silent = True
    assert len(ask(server)) == told + 1


def test_what_is_no_request_is_not_answered(server):
    assert ask(server, mode=4) == []
    server.datagramReceived(b"short", ("there", 5))
    assert server.transport.sent == []
    assert server.asked == 2
