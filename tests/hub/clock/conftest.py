"""Master clocks on real sockets and terminals, and what a source needs."""

from __future__ import annotations

import random
import time
from zoneinfo import ZoneInfo

import pytest
import structlog

from hub.clock.making import Surroundings
from simulators.devices.clock.master_clock import MasterClock
from simulators.devices.clock.ntp_server import NtpServer


def wall():
    return time.time()  # noqa: TID251 - the true time, in a test about time


@pytest.fixture
def world(turning, tmp_path):
    """Makes simulated clocks, and ends them."""
    world = World(turning, tmp_path)
    yield world
    world.close()


class World:
    def __init__(self, turning, directory):
        self.turning = turning
        self.directory = directory
        self.readings = []
        self._ends = []

    def around(self, **given):
        return Surroundings(
            **{
                "reactor": self.turning.reactor,
                "seconds": time.monotonic,
                "wall": wall,
                "near": wall,
                "zone": ZoneInfo("Asia/Shanghai"),
                "random": random.Random(5),
                "take": self.readings.append,
                "log": structlog.get_logger(),
                **given,
            }
        )

    def ntp(self, **given):
        """Return a server and its port."""
        server = NtpServer(self.turning.reactor, wall=wall, random=random.Random(2), **given)
        port = self.turning.reactor.listenUDP(0, server, interface="127.0.0.1")
        self._ends.append(port.stopListening)
        return server, port.getHost().port

    def master(self, form, zone="Asia/Shanghai", **given):
        """Return a master clock and its terminal."""
        link = self.directory / f"{form}-{len(self._ends)}"
        clock = MasterClock(
            self.turning.reactor,
            link,
            form=form,
            zone=zone,
            wall=wall,
            random=random.Random(3),
            **given,
        )
        clock.start()
        self._ends.append(clock.stop)
        return clock, link

    def running(self, source):
        """Start a source, to be stopped at the end."""
        self._ends.append(source.stop)
        source.start()
        return source

    def close(self):
        for end in reversed(self._ends):
            end()
        self.turning.reactor.iterate(0)
        self.turning.reactor.iterate(0)


def error_s(reading):
    """How wrong a reading is, now that it is known when it was taken."""
    while True:
        before, now, after = time.monotonic(), wall(), time.monotonic()
        if after - before < SWITCHED_S:  # a busy machine may switch between two looks at a clock
            return reading.utc - (now - (before - reading.mono_s))


SWITCHED_S = 0.0005
"""Two looks at a clock that lie further apart were interrupted."""
