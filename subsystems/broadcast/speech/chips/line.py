"""The serial line to a chip: opened, opened again when it goes away, octets in and out.

Law: the only part of chips that touches a port.
"""

from __future__ import annotations

import os
import termios
from typing import TYPE_CHECKING

from twisted.internet import main

from one_way_feed.port import open_tty
from one_way_feed.wire import Wire
from protocol.errors import DeviceError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from twisted.internet.interfaces import IDelayedCall, IReactorTime

FIRST_RETRY_S = 0.5
LAST_RETRY_S = 10.0


class ChipLine:
    """A port that is kept open.

    Args:
        reactor: its seconds are monotonic.
        device: e.g. ``/dev/ttyS1``.
        baud: a rate that the system has a name for.
        on_open: told when it is open.
        on_lost: told why it is not.
        on_octets: gets what comes in.
    """

    def __init__(
        self,
        reactor: IReactorTime,
        device: Path,
        baud: int,
        *,
        on_open: Callable[[], None],
        on_lost: Callable[[str], None],
        on_octets: Callable[[bytes], None],
    ) -> None:
        self._reactor, self._device, self._baud = reactor, device, baud
        self._on_open, self._on_lost, self._on_octets = on_open, on_lost, on_octets
        self._wire: Wire | None = None
        self._retry: IDelayedCall | None = None
        self._wait = FIRST_RETRY_S
        self._ended = False

    def start(self) -> None:
        """Open it now, or as soon as it can be opened."""
        self._retry = None
        try:
            descriptor = open_tty(self._device, self._baud, os.O_RDWR)
        except DeviceError as error:
            self._on_lost(error.message)
            self._try_later()
            return
        termios.tcflush(descriptor, termios.TCIOFLUSH)
        self._wait = FIRST_RETRY_S
        self._wire = _Wire(self._reactor, descriptor, self._on_octets, self._lost)
        self._wire.startReading()
        self._on_open()

    def send(self, frame: bytes) -> None:
        """Send a frame; lost if the port is not open, which is told by then."""
        if self._wire is not None:
            self._wire.write(frame)

    def stop(self) -> None:
        """Close it for good."""
        self._ended = True
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
        if self._wire is not None:
            self._wire.connectionLost(None)

    def _lost(self) -> None:
        self._wire = None
        if not self._ended:
            self._on_lost("the device went away")
            self._try_later()

    def _try_later(self) -> None:
        self._retry = self._reactor.callLater(self._wait, self.start)
        self._wait = min(2 * self._wait, LAST_RETRY_S)


class _Wire(Wire):
    """Keeps what the kernel does not take, and writes it when it does."""

    def writeSomeData(self, data: bytes) -> int | Exception:  # noqa: N802 - Twisted's name
        """Write what there is room for."""
        try:
            return os.write(self._descriptor, data)
        except BlockingIOError:
            return 0
        except OSError:
            return main.CONNECTION_LOST
