"""Serial ports: the receiving one, which cannot send, and the sending one, which does not listen.

Law: the only file that opens a tty. The receiving port is opened read-only, so that no defect above
it can put an octet on the line; ECHO and software flow control are off, because with them the
kernel itself would. The sending port counts what arrives and throws it away unread.

Of modem lines only what the kernel raises at open (DTR, RTS) moves; the cable carries one wire.
"""

from __future__ import annotations

import fcntl
import os
import struct
import termios
from typing import TYPE_CHECKING

from one_way_feed.marks import Marks
from one_way_feed.wire import ReadOnlyWire, SendingWire, Wire
from protocol.errors import DeviceError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.interfaces import IDelayedCall, IReactorTime

FIRST_RETRY_S = 0.25
LAST_RETRY_S = 5.0
TIOCGICOUNT = 0x545D
_ICOUNT = struct.Struct("20i")
_ERRORS = slice(6, 11)
"""frame, overrun, parity, brk, buf_overrun of the kernel's serial_icounter_struct."""
READ_MODES = termios.INPCK | termios.PARMRK
"""Damaged characters are marked in what is read: see `marks`."""
COMMON = os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC


def open_tty(device: Path, baud: int, flags: int) -> int:
    """Open a serial port for 8N1, raw, and for nobody else; return its descriptor.

    Args:
        device: e.g. ``/dev/ttyS0``.
        baud: a rate that the system has a name for.
        flags: O_RDONLY or O_RDWR.

    Raises:
        DeviceError: there is none, it is no tty, in use, or does not know the rate.
    """
    try:
        descriptor = os.open(device, flags | COMMON)
    except OSError as error:
        raise DeviceError(f"cannot open: {error.strerror}", where=str(device)) from error
    try:
        _take_hold(descriptor, baud, READ_MODES if flags == os.O_RDONLY else 0)
    except BlockingIOError as error:
        os.close(descriptor)
        raise DeviceError("in use by another process", where=str(device)) from error
    except (OSError, termios.error) as error:
        os.close(descriptor)
        raise DeviceError(f"cannot be set up: {error}", where=str(device)) from error
    except ValueError as error:
        os.close(descriptor)
        raise DeviceError(str(error), where=str(device)) from error
    return descriptor


def _take_hold(descriptor: int, baud: int, input_modes: int) -> None:
    """Shut everybody else out and set the line up: 8N1, no echo, no flow control, VMIN=1.

    A break is read as 00, which is a delimiter: harmless.
    """
    if not os.isatty(descriptor):
        raise ValueError("not a serial port")
    # TIOCEXCL does not keep root out, the lock keeps whoever asks for it.
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    fcntl.ioctl(descriptor, termios.TIOCEXCL)
    speed: int | None = getattr(termios, f"B{baud}", None)
    if speed is None:
        raise ValueError(f"{baud} baud is not a rate that this system knows")
    *_, characters = termios.tcgetattr(descriptor)
    characters[termios.VMIN], characters[termios.VTIME] = 1, 0
    control = termios.CS8 | termios.CREAD | termios.CLOCAL
    modes = [input_modes, 0, control, 0, speed, speed, characters]
    termios.tcsetattr(descriptor, termios.TCSANOW, modes)


class _Port:
    """Opens a device, and again with back-off when it goes away (a USB adapter unplugged).

    Attributes:
        octets: how many have come in.
    """

    flags = os.O_RDONLY

    def __init__(
        self,
        reactor: IReactorTime,
        device: Path,
        baud: int,
        *,
        on_open: Callable[[bool], None],
        log: FilteringBoundLogger,
    ) -> None:
        self._reactor = reactor
        self._device = device
        self._baud = baud
        self._on_open = on_open
        self._log = log
        self._wire: Wire | None = None
        self._retry: IDelayedCall | None = None
        self._wait = FIRST_RETRY_S
        self._running = False
        self.octets = 0

    @property
    def is_open(self) -> bool:
        """Whether the device is open."""
        return self._wire is not None

    def start(self) -> None:
        """Open the device now, or as soon as it can be opened."""
        self._running = True
        self._open()

    def stop(self) -> None:
        """Close the device for good."""
        self._running = False
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
        if self._wire is not None:
            self._wire.connectionLost(None)

    def line_errors(self) -> int | None:
        """Return framing, overrun, parity and break errors; None: the device does not count."""
        if self._wire is None:
            return None
        try:
            counts = fcntl.ioctl(self._wire.fileno(), TIOCGICOUNT, bytes(_ICOUNT.size))
        except OSError:
            return None
        return int(sum(_ICOUNT.unpack(counts)[_ERRORS]))

    def _open(self) -> None:
        self._retry = None
        try:
            descriptor = open_tty(self._device, self._baud, self.flags)
        except DeviceError as error:
            if self._wait == FIRST_RETRY_S:
                self._log.warning("feed.port-closed", device=str(self._device), why=error.message)
            self._retry = self._reactor.callLater(self._wait, self._open)
            self._wait = min(2 * self._wait, LAST_RETRY_S)
            return
        self._wire = self._make_wire(descriptor)
        self._wire.startReading()
        self._log.info("feed.port-open", device=str(self._device), baud=self._baud)
        self._on_open(True)

    def _make_wire(self, descriptor: int) -> Wire:
        raise NotImplementedError

    def _lost(self) -> None:
        self._wire = None
        if not self._running:
            return
        self._on_open(False)
        self._wait = FIRST_RETRY_S
        self._log.warning("feed.port-closed", device=str(self._device), why="the device went away")
        self._wait = 2 * FIRST_RETRY_S
        self._retry = self._reactor.callLater(FIRST_RETRY_S, self._open)


class ReceivingPort(_Port):
    """The receiver's end: O_RDONLY."""

    def __init__(
        self,
        reactor: IReactorTime,
        device: Path,
        baud: int,
        *,
        on_octets: Callable[[bytes], None],
        on_open: Callable[[bool], None],
        log: FilteringBoundLogger,
    ) -> None:
        super().__init__(reactor, device, baud, on_open=on_open, log=log)
        self._on_octets = on_octets
        self._marks = Marks()
        self._damaged = 0

    @property
    def damaged(self) -> int:
        """Characters that came with a parity or framing error, or as a break."""
        return self._damaged + self._marks.damaged

    def _make_wire(self, descriptor: int) -> Wire:
        self._damaged, self._marks = self.damaged, Marks()
        return ReadOnlyWire(self._reactor, descriptor, self._take, self._lost)

    def _take(self, read: bytes) -> None:
        octets = self._marks.feed(read)
        self.octets += len(octets)
        self._wait = FIRST_RETRY_S
        self._on_octets(octets)


class SendingPort(_Port):
    """The sender's end. `octets` counts what came in: on a one-way line it stays 0."""

    flags = os.O_RDWR

    def __init__(
        self,
        reactor: IReactorTime,
        device: Path,
        baud: int,
        *,
        on_ready: Callable[[], None],
        log: FilteringBoundLogger,
    ) -> None:
        super().__init__(reactor, device, baud, on_open=self._opened, log=log)
        self._on_ready = on_ready

    @property
    def ready(self) -> bool:
        """Whether a frame can be sent now."""
        return isinstance(self._wire, SendingWire) and self._wire.idle

    def send(self, frame: bytes) -> None:
        """Send a frame; only when `ready`. `on_ready` tells when the next one can go."""
        if isinstance(self._wire, SendingWire):
            self._wire.send(frame)

    def _opened(self, is_open: bool) -> None:  # noqa: FBT001 - the callback's one argument
        if is_open:
            self._on_ready()

    def _make_wire(self, descriptor: int) -> Wire:
        termios.tcflush(descriptor, termios.TCIOFLUSH)
        return SendingWire(self._reactor, descriptor, self._drop, self._lost, self._on_ready)

    def _drop(self, octets: bytes) -> None:
        self.octets += len(octets)
