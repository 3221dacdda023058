from __future__ import annotations

import errno
import os
import termios
from pathlib import Path

import pytest
import structlog

from one_way_feed.port import ReceivingPort, SendingPort, open_tty
from protocol.errors import DeviceError


@pytest.fixture
def receiving(turning):
    """Make receiving ports; what they got is in `.got`, whether they are open in `.opened`."""
    made = []

    def make(device: Path) -> ReceivingPort:
        got, opened = [], []
        port = ReceivingPort(
            turning.reactor,
            device,
            115200,
            on_octets=got.append,
            on_open=opened.append,
            log=structlog.get_logger(),
        )
        port.got, port.opened = got, opened
        made.append(port)
        port.start()
        return port

    yield make
    for each in made:
        each.stop()


@pytest.fixture
def sending(turning):
    made = []

    def make(device: Path) -> SendingPort:
        ready = []
        port = SendingPort(
            turning.reactor,
            device,
            115200,
            on_ready=lambda: ready.append(True),
            log=structlog.get_logger(),
        )
        port.told = ready
        made.append(port)
        port.start()
        return port

    yield make
    for each in made:
        each.stop()


def test_what_is_on_the_wire_comes_in_unchanged(turning, terminal, receiving):
    wire = terminal()
    port = receiving(wire.device)
    wire.write(bytes(range(256)))
    turning.until(lambda: port.octets == 256)
    assert b"".join(port.got) == bytes(range(256))
    assert wire.read() == b""


def test_echo_and_flow_control_are_off_and_a_read_waits(turning, terminal, receiving):
    """With them on, the kernel itself would put octets on the wire."""
    wire = terminal()
    attributes = termios.tcgetattr(wire.slave)
    attributes[3] |= termios.ECHO | termios.ICANON
    attributes[0] |= termios.IXON | termios.IXOFF
    termios.tcsetattr(wire.slave, termios.TCSANOW, attributes)
    port = receiving(wire.device)
    iflag, oflag, cflag, lflag, _, _, characters = termios.tcgetattr(wire.slave)
    assert (iflag, oflag, lflag) == (termios.INPCK | termios.PARMRK, 0, 0)
    assert cflag & (termios.PARENB | termios.CSTOPB | termios.CRTSCTS) == 0
    assert characters[termios.VMIN] in (1, b"\x01")
    wire.write(b"\x11\x13\r\n\x03abc" * 100)
    turning.until(lambda: port.octets == 800)
    assert wire.read() == b""


def test_marks_of_damaged_characters_are_counted_and_end_the_frame(terminal, receiving):
    """A pseudo-terminal has no parity: the marks are written as its line discipline would."""
    wire = terminal()
    port = receiving(wire.device)
    port._take(b"ab\xff")
    port._take(b"\x00Xcd\xff\xff")
    assert b"".join(port.got) == b"ab\x00cd\xff"
    assert (port.damaged, port.octets) == (1, 6)


def test_the_receiving_port_cannot_write(terminal, receiving):
    wire = terminal()
    port = receiving(wire.device)
    with pytest.raises(OSError, match="Bad file descriptor") as raised:
        os.write(port._wire.fileno(), b"x")
    assert raised.value.errno == errno.EBADF
    with pytest.raises(TypeError, match="receives only"):
        port._wire.write(b"x")
    with pytest.raises(TypeError, match="receives only"):
        port._wire.startWriting()
    assert wire.read() == b""


def test_nobody_else_may_open_it(terminal, receiving):
    wire = terminal()
    receiving(wire.device)
    with pytest.raises(DeviceError, match=r"in use|busy"):
        open_tty(wire.device, 115200, os.O_RDONLY)


def test_what_is_no_serial_port(tmp_path, terminal):
    (tmp_path / "file").touch()
    with pytest.raises(DeviceError, match="not a serial port"):
        open_tty(tmp_path / "file", 115200, os.O_RDONLY)
    with pytest.raises(DeviceError, match="cannot open: No such file"):
        open_tty(tmp_path / "none", 115200, os.O_RDONLY)
    with pytest.raises(DeviceError, match="12345 baud"):
        open_tty(terminal().device, 12345, os.O_RDONLY)


def test_it_comes_back_when_the_device_does(turning, terminal, receiving, tmp_path, log_lines):
    """As a USB adapter that is unplugged: the name goes, another device gets it."""
    name = tmp_path / "ttyUSB0"
    port = receiving(name)
    assert not port.is_open
    first = terminal()
    name.symlink_to(first.device)
    turning.until(lambda: port.is_open)
    name.unlink()
    port._wire.connectionLost(None)
    second = terminal()
    assert not port.is_open
    name.symlink_to(second.device)
    turning.until(lambda: port.is_open)
    second.write(b"back")
    turning.until(lambda: port.got)
    assert port.got == [b"back"]
    assert port.opened == [True, False, True]
    assert [line["event"] for line in log_lines] == [
        "feed.port-closed",
        "feed.port-open",
        "feed.port-closed",
        "feed.port-open",
    ]


def test_the_end_of_the_other_side_is_noticed(turning, receiving):
    master, slave = os.openpty()
    port = receiving(Path(os.ttyname(slave)))
    os.close(slave)
    os.close(master)
    turning.until(lambda: not port.is_open)
    assert port.line_errors() is None


def test_sending_one_frame_at_a_time(turning, terminal, sending):
    wire = terminal()
    port = sending(wire.device)
    assert port.ready
    port.send(b"frame")
    assert wire.read() == b"frame"
    wire.write(b"somebody talks")
    turning.until(lambda: port.octets == 14)


def test_a_line_that_takes_nothing_is_waited_for(turning, terminal, sending):
    wire = terminal()
    port = sending(wire.device)
    sent = 0
    while port.ready:
        port.send(b"x" * 1000)
        sent += 1000
    told = len(port.told)
    turning.for_seconds(0.05)
    assert len(port.told) == told
    received = len(wire.read())
    turning.until(lambda: port.ready)
    received += len(wire.read())
    assert received == sent
    assert len(port.told) == told + 1


def test_sending_to_a_line_that_went_away(turning, sending):
    master, slave = os.openpty()
    port = sending(Path(os.ttyname(slave)))
    os.close(slave)
    os.close(master)
    port.send(b"x")
    turning.until(lambda: not port.is_open)
    assert not port.ready
    port.send(b"x")
