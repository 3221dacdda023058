from __future__ import annotations

import os
import select
import termios
from random import Random

import pytest
import structlog
from structlog.testing import capture_logs
from twisted.internet.testing import MemoryReactorClock

from protocol.errors import OperatorError
from simulators.line.driver import SerialLine
from simulators.line.faults import CLEAN, FaultSettings, LineFaults


class PollingReactor(MemoryReactorClock):
    """Time by hand, descriptors for real."""

    def run_for(self, seconds, grain=0.001):
        for _ in range(round(seconds / grain)):
            readers = {reader.fileno(): reader for reader in self.getReaders()}
            for fd in select.select(list(readers), [], [], 0)[0]:
                readers[fd].doRead()
            self.advance(grain)


@pytest.fixture
def reactor():
    return PollingReactor()


@pytest.fixture
def make_line(reactor, tmp_path):
    made = []

    def make(settings=CLEAN, **options):
        line = SerialLine(
            reactor,
            tmp_path / "line",
            faults=LineFaults(settings, Random(1)),
            log=structlog.get_logger(),
            **{"baud": 115200, **options},
        )
        line.start()
        made.append(line)
        return line

    yield make
    for line in made:
        line.stop()


@pytest.fixture
def ends(tmp_path):
    opened = []

    def open_end(name):
        fd = os.open(tmp_path / "line" / name, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        opened.append(fd)
        return fd

    yield open_end
    for fd in opened:
        os.close(fd)


def read_all(fd):
    data = b""
    try:
        while piece := os.read(fd, 65536):
            data += piece
    except BlockingIOError:
        pass
    return data


def write_all(fd):
    written = 0
    try:
        while piece := os.write(fd, bytes(64)):
            written += piece
    except BlockingIOError:
        pass
    return written


def test_every_byte_value_arrives_and_none_comes_back(make_line, ends, reactor):
    line = make_line()
    satellite, hub = ends("satellite"), ends("hub")
    os.write(satellite, bytes(range(256)))
    reactor.run_for(0.1)
    assert read_all(hub) == bytes(range(256))
    assert read_all(satellite) == b""
    assert line.counters.from_hub == 0
    assert line.report()["to_hub"] == 256


def test_bytes_come_at_the_pace_of_the_baud_rate(make_line, ends, reactor):
    make_line(baud=9600)
    satellite, hub = ends("satellite"), ends("hub")
    os.write(satellite, bytes(2000))
    reactor.run_for(1.0)
    assert 930 <= len(read_all(hub)) <= 960  # 960 bytes a second
    reactor.run_for(1.0)
    assert 930 <= len(read_all(hub)) <= 975


def test_the_senders_writes_wait_when_it_is_too_far_ahead(make_line, ends, reactor):
    line = make_line(baud=9600)
    satellite = ends("satellite")
    written = write_all(satellite)  # returns because a write had to wait
    reactor.run_for(0.5)
    written += write_all(satellite)
    assert 400 < line.counters.from_satellite < 520
    assert written - line.counters.from_satellite <= 65536  # what the kernel holds


def test_latency_is_added_to_the_wire_time(make_line, ends, reactor):
    make_line(latency=0.25)
    satellite, hub = ends("satellite"), ends("hub")
    os.write(satellite, b"x")
    reactor.run_for(0.24)
    assert read_all(hub) == b""
    reactor.run_for(0.02)
    assert read_all(hub) == b"x"


def test_what_the_hub_sends_is_counted_and_goes_nowhere(make_line, ends, reactor):
    line = make_line()
    satellite, hub = ends("satellite"), ends("hub")
    with capture_logs() as logs:
        os.write(hub, b"acknowledged")
        reactor.run_for(0.1)
    assert line.counters.from_hub == 12
    assert read_all(satellite) == b""
    assert [entry["event"] for entry in logs] == ["line.hub-sends"]


def test_a_two_way_line_carries_it(make_line, ends, reactor):
    make_line(two_way=True)
    satellite, hub = ends("satellite"), ends("hub")
    os.write(hub, b"acknowledged")
    reactor.run_for(0.1)
    assert read_all(satellite) == b"acknowledged"


def test_faults_are_on_the_way(make_line, ends, reactor):
    line = make_line(FaultSettings(drop=1.0))
    satellite, hub = ends("satellite"), ends("hub")
    os.write(satellite, b"lost")
    reactor.run_for(0.1)
    assert read_all(hub) == b""
    assert line.report()["dropped"] == 4


def test_a_port_that_nobody_reads_keeps_little_and_the_line_goes_on(make_line, ends, reactor):
    line = make_line(baud=1_000_000)
    satellite = ends("satellite")
    for number in range(100):
        os.write(satellite, b"%08d" % number * 512)  # 4 KiB, 41 ms on the wire
        reactor.run_for(0.045)
    assert line.counters.from_satellite == 100 * 4096
    assert line.counters.overrun > 300_000
    kept = read_all(ends("hub"))
    assert len(kept) < 70_000
    assert int(kept[-8:]) > 40  # no memory of the first second


def test_echo_is_off_before_anybody_opens_it(make_line, ends):
    make_line()
    for name in ("satellite", "hub"):
        flags = termios.tcgetattr(ends(name))[3]
        assert not flags & (termios.ECHO | termios.ICANON)


def test_closing_and_opening_an_end_is_no_hang_up(make_line, reactor, tmp_path):
    make_line()
    for _ in range(3):
        satellite = os.open(tmp_path / "line" / "satellite", os.O_WRONLY | os.O_NOCTTY)
        hub = os.open(tmp_path / "line" / "hub", os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK)
        os.write(satellite, b"again")
        reactor.run_for(0.05)
        assert read_all(hub) == b"again"
        os.close(satellite)
        os.close(hub)


def test_a_restart_replaces_the_links_at_the_same_place(make_line, ends, reactor, tmp_path):
    first = make_line()
    second = make_line()
    first.stop()  # must not take the links of the second
    os.write(ends("satellite"), b"new")
    reactor.run_for(0.05)
    assert read_all(ends("hub")) == b"new"
    second.stop()
    assert list((tmp_path / "line").iterdir()) == []


def test_a_place_that_cannot_be_used_is_refused(reactor, tmp_path):
    (tmp_path / "file").write_text("no directory")
    faults = LineFaults(CLEAN, Random(1))
    line = SerialLine(
        reactor, tmp_path / "file" / "x", baud=9600, faults=faults, log=structlog.get_logger()
    )
    with pytest.raises(OperatorError, match="cannot make"):
        line.start()


def test_a_tap_hears_what_the_hub_hears_and_says_nothing(make_line, ends, reactor):
    line = make_line(FaultSettings(drop=0.3), taps=("second",))
    satellite, hub, tap = ends("satellite"), ends("hub"), ends("second")
    os.write(satellite, bytes(range(256)))
    os.write(tap, b"me too")
    reactor.run_for(0.1)
    heard = read_all(hub)
    assert 100 < len(heard) < 250
    assert read_all(tap) == heard
    assert read_all(satellite) == b""
    assert line.counters.from_hub == 0


def test_a_tap_that_nobody_reads_keeps_little_and_stops_nobody(make_line, ends, reactor):
    make_line(baud=1_000_000, taps=("second",))
    satellite, hub = ends("satellite"), ends("hub")
    heard = 0
    for _ in range(40):
        os.write(satellite, bytes(4096))
        reactor.run_for(0.045)
        heard += len(read_all(hub))
    assert heard == 40 * 4096
    assert len(read_all(ends("second"))) < 70_000


@pytest.mark.parametrize("name", ["hub", "satellite", "a/b"])
def test_a_tap_needs_a_name_of_its_own(make_line, name):
    with pytest.raises(OperatorError, match="tap"):
        make_line(taps=(name,))
