"""The line between two pseudo-terminals, at the pace of its baud rate.

Law: the only part of the line that touches terminals and the reactor. Bytes are taken from the
satellite's end no faster than the wire would carry them; like a real UART's, the sender's kernel
buffer then fills, and its writes wait. What the hub's end writes is counted, and thrown away unless
the line is two-way. A tap is one more receiver on the same wire; what it writes goes nowhere.

A pseudo-terminal is made raw, with echo off, before anybody can open it, and both its ends stay
open here: readers neither get hang-ups when the other side restarts, nor echoes.
"""

from __future__ import annotations

import os
import termios
import tty
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from twisted.internet.abstract import FileDescriptor

from protocol.errors import OperatorError
from simulators.line.faults import seconds_on_the_wire

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.interfaces import IDelayedCall, IReactorTime

    from simulators.line.faults import LineFaults

SATELLITE = "satellite"
HUB = "hub"
"""Names of the links in the line's directory."""

GRAIN_SECONDS = 0.01
"""Wire time of the bytes that are taken at once: the line's own unevenness."""

UNREAD_SECONDS = 1.0
"""A receiver's terminal full for so long is taken for closed; a closed port keeps nothing."""


@dataclass
class LineCounters:
    """Bytes since the start.

    Attributes:
        from_satellite: taken from the sender.
        to_hub: put into the receiver's terminal.
        from_hub: written by the receiver; the promise is 0.
        overrun: thrown away because nobody read the receiver's terminal.
    """

    from_satellite: int = 0
    to_hub: int = 0
    from_hub: int = 0
    overrun: int = 0


class _Terminal:
    """A pseudo-terminal: `master` is ours, `name` is what others open."""

    def __init__(self) -> None:
        self.master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self.master, False)
        self.name = os.ttyname(self._slave)

    def take(self, most: int) -> bytes:
        """Return what the other side has written, at most `most` bytes."""
        try:
            return os.read(self.master, most)
        except BlockingIOError:
            return b""

    def put(self, data: bytes) -> int:
        """Let the other side read `data`; return how many bytes found room."""
        try:
            return os.write(self.master, data)
        except BlockingIOError:
            return 0

    def forget(self) -> None:
        """Throw away what the other side has not read."""
        termios.tcflush(self._slave, termios.TCIFLUSH)

    def close(self) -> None:
        """Give both descriptors back."""
        os.close(self.master)
        os.close(self._slave)


class _Listener(FileDescriptor):
    """Tells when a terminal has something to take."""

    def __init__(self, reactor: IReactorTime, fd: int, readable: Callable[[], None]) -> None:
        super().__init__(reactor)  # type: ignore[arg-type]
        self._fd = fd
        self._readable = readable
        self.connected = 1

    def fileno(self) -> int:
        """Return the descriptor that the reactor watches."""
        return self._fd

    def doRead(self) -> None:  # noqa: N802 - Twisted's name
        """Pass it on; a terminal with both ends open never closes."""
        self._readable()


@dataclass
class _Way:
    """One direction: what is on the wire, and when it is free again."""

    faults: LineFaults | None
    free_at: float = 0.0
    flying: deque[tuple[float, bytes]] = field(default_factory=deque)
    timer: IDelayedCall | None = None


class SerialLine:
    """A serial line that others open by the links `directory/satellite` and `directory/hub`.

    Args:
        reactor: timers and descriptors.
        directory: gets the links; made if it is not there.
        baud: bits a second.
        faults: what is wrong on the way from the satellite to the hub.
        latency: seconds added to every byte.
        two_way: whether what the hub's end writes arrives at the satellite (without faults).
        taps: names of further links to ends that hear what the hub's end hears.
        log: of the process.
    """

    def __init__(  # noqa: PLR0913 - one keyword for each thing that can be otherwise
        self,
        reactor: IReactorTime,
        directory: Path,
        *,
        baud: int,
        faults: LineFaults,
        log: FilteringBoundLogger,
        latency: float = 0.0,
        two_way: bool = False,
        taps: Sequence[str] = (),
    ) -> None:
        if baud <= 0 or latency < 0:
            raise OperatorError("a line needs a baud rate above 0 and a latency of 0 or more")
        if len({SATELLITE, HUB, *taps}) != 2 + len(taps) or any("/" in tap for tap in taps):
            raise OperatorError(f"a tap's name is a file's, not taken by {SATELLITE} or {HUB}")
        self.counters = LineCounters()
        self.faults = faults
        self._reactor = reactor
        self._directory = directory
        self._baud = baud
        self._latency = latency
        self._two_way = two_way
        self._taps = tuple(taps)
        self._log = log
        self._there = _Way(faults)
        self._back = _Way(None)
        self._full_since = 0.0
        self._running = False

    def start(self) -> None:
        """Make the terminals and the links.

        Raises:
            OperatorError: the directory or the links cannot be made.
        """
        self._satellite, self._hub = _Terminal(), _Terminal()
        self._tapping = [_Terminal() for _ in self._taps]
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            for name, terminal in self._ends():
                _link(self._directory / name, terminal.name)
        except OSError as error:
            for _, terminal in self._ends():
                terminal.close()
            message = f"cannot make the line's links: {error.strerror}"
            raise OperatorError(message, where=str(self._directory)) from error
        self._from_satellite = _Listener(self._reactor, self._satellite.master, self._take)
        self._from_hub = _Listener(self._reactor, self._hub.master, self._take_back)
        self._running = True
        self._from_satellite.startReading()
        self._from_hub.startReading()
        self._log.info("line.started", directory=str(self._directory), baud=self._baud)

    def stop(self) -> None:
        """Remove the links and close the terminals: who has them open gets a hang-up."""
        if not self._running:
            return
        self._running = False
        for listener in (self._from_satellite, self._from_hub):
            listener.stopReading()
        for way in (self._there, self._back):
            if way.timer is not None and way.timer.active():
                way.timer.cancel()
        for name, terminal in self._ends():
            _unlink(self._directory / name, terminal.name)
            terminal.close()
        self._log.info("line.stopped", **self.report())

    def _ends(self) -> list[tuple[str, _Terminal]]:
        taps = zip(self._taps, self._tapping, strict=True)
        return [(SATELLITE, self._satellite), (HUB, self._hub), *taps]

    def report(self) -> dict[str, int]:
        """Return all counters, of the line and of its faults."""
        return {**vars(self.counters), **vars(self.faults.counters)}

    def _grain(self) -> int:
        return max(1, int(self._baud * GRAIN_SECONDS / 10))

    def _take(self) -> None:
        data = self._satellite.take(self._grain())
        self.counters.from_satellite += len(data)
        self._send(self._there, data, self._from_satellite, self._arrive)

    def _take_back(self) -> None:
        data = self._hub.take(self._grain())
        if data and not self.counters.from_hub:
            self._log.warning("line.hub-sends", bytes=len(data))
        self.counters.from_hub += len(data)
        if self._two_way:
            self._send(self._back, data, self._from_hub, self._arrive_back)

    def _send(
        self, way: _Way, data: bytes, source: _Listener, arrive: Callable[[bytes], None]
    ) -> None:
        """Put `data` on the wire; take more only just before it is through.

        One grain is taken ahead, as into a UART's FIFO: the wire does not fall idle while a timer
        is late.
        """
        if not data:
            return
        now = self._reactor.seconds()
        way.free_at = max(now, way.free_at) + seconds_on_the_wire(len(data), self._baud)
        way.flying.append((way.free_at + self._latency, data))
        source.stopReading()
        ready = max(0.0, way.free_at - now - GRAIN_SECONDS)
        self._reactor.callLater(ready, self._listen, source)
        if way.timer is None:
            self._wait(way, arrive)

    def _listen(self, source: _Listener) -> None:
        if self._running:
            source.startReading()

    def _wait(self, way: _Way, arrive: Callable[[bytes], None]) -> None:
        ahead = max(0.0, way.flying[0][0] - self._reactor.seconds())
        way.timer = self._reactor.callLater(ahead, self._land, way, arrive)

    def _land(self, way: _Way, arrive: Callable[[bytes], None]) -> None:
        way.timer = None
        now = self._reactor.seconds()
        while way.flying and way.flying[0][0] <= now:
            _, data = way.flying.popleft()
            arrive(way.faults.carry(data, now) if way.faults else data)
        if way.flying:
            self._wait(way, arrive)

    def _arrive(self, data: bytes) -> None:
        """A full port loses what comes; one that stays full is not open, and keeps nothing old."""
        for tap in self._tapping:
            if tap.put(data) < len(data):
                tap.forget()
        put = self._hub.put(data)
        self.counters.to_hub += put
        self.counters.overrun += len(data) - put
        now = self._reactor.seconds()
        if put:
            self._full_since = now
        elif now - self._full_since > UNREAD_SECONDS:
            self._hub.forget()

    def _arrive_back(self, data: bytes) -> None:
        self._satellite.put(data)


def _link(path: Path, target: str) -> None:
    """Make or replace the link in one step, so that nobody finds it missing."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    fresh.replace(path)


def _unlink(path: Path, target: str) -> None:
    """Remove the link if it is still ours."""
    if path.is_symlink() and os.readlink(path) == target:  # noqa: PTH115 - the text as it was made
        path.unlink()
