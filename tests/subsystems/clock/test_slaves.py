"""All slave clocks of a deployment: figures, and a port that is taken."""

from __future__ import annotations

import socket
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
import structlog

from protocol.times import from_unix
from station_config.runtime.metrics import Figures
from subsystems.clock.options import ClockOptions, SlaveLineOptions
from subsystems.clock.slaves import Slaves
from subsystems.clock.told_time import Time
from subsystems.kit.timekeeper import ClockQuality, Quality

TIME = Time(
    lambda: from_unix(1_795_000_000.0),
    lambda: ClockQuality(Quality.UNSET),
    1.0,
    ZoneInfo("UTC"),
)


@pytest.fixture
def made(turning, tmp_path):
    def make(port):
        options = ClockOptions(
            sntp_port=port,
            sntp_host="127.0.0.1",
            lines=(SlaveLineOptions(device=tmp_path / "none"),),
        )
        told = []
        found = Slaves(
            turning.reactor, TIME, options, structlog.get_logger(), told.append, again_s=0.05
        )
        found.start()
        ends.append(found)
        return SimpleNamespace(slaves=found, told=told)

    ends = []
    yield make
    for each in ends:
        stopping = each.stop()
        if stopping is not None:
            turning.result(stopping)


def test_what_health_and_metrics_tell(made, tmp_path):
    found = made(0).slaves
    line = str(tmp_path / "none")
    told = found.details()
    assert told[line] == {"open": False, "sent": 0, "skipped": 0, "late_ms": 0.0}
    assert (told["sntp"]["stratum"], told["sntp"]["synchronised"]) == (16, False)
    assert told["sntp"]["port"] == found.server.port
    assert found.closed() == [line]
    figures = Figures("clock", "c")
    found.measure(figures)
    seen = {
        (s.name, *s.labels.values()): s.value
        for family in figures.registry.collect()
        for s in family.samples
    }
    assert seen["station_sntp_stratum",] == 16
    assert seen["station_slave_telegrams_total", line] == 0


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Twisted's socket
def test_a_port_that_is_taken_is_said_and_tried_again(made, turning):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        found = made(other.getsockname()[1])
        turning.for_seconds(0.2)
        assert len(found.told) == 1, "said once"
        assert "cannot listen on UDP port" in found.told[0]
        assert found.slaves.details()["sntp"]["port"] is None
    turning.until(lambda: found.told[-1] == "")
    assert found.slaves.server.port is not None
