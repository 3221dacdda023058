"""A sender and a receiver over real pseudo-terminals through simulated hours, on a two-way cable.

Law: the ports are real, the time is not: a reactor that jumps to the next timer. The cable would
carry what the receiver writes back to the sender, who counts it.
"""

from __future__ import annotations

import logging
import os
import select
import tty
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
from twisted.internet.task import Clock

from one_way_feed.carousel import Carousel
from one_way_feed.frame import Frame, encode
from one_way_feed.intake import Intake
from one_way_feed.port import ReceivingPort, SendingPort
from one_way_feed.row_codec import LAYOUT_VERSION
from one_way_feed.sender import FILLER_IDLE
from one_way_feed.table import Table
from one_way_feed.timing import airtime_s, timing_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from one_way_feed.keys import KeyRing
    from one_way_feed.rows import Row, RowKey


@dataclass(frozen=True)
class Day:
    """What a simulated day has shown.

    Attributes:
        frames: sent.
        good: accepted.
        received: octets that the sender's port has received.
    """

    frames: int
    good: int
    received: int


class _Reactor(Clock):
    """Simulated time, real descriptors."""

    def __init__(self) -> None:
        super().__init__()
        self.readers: set[Any] = set()

    def addReader(self, reader: object) -> None:  # noqa: N802 - Twisted's name
        self.readers.add(reader)

    def removeReader(self, reader: object) -> None:  # noqa: N802 - Twisted's name
        self.readers.discard(reader)

    def addWriter(self, writer: object) -> None:  # noqa: N802 - Twisted's name
        raise RuntimeError(f"{writer} must not wait: the wire takes every frame at once")

    def removeWriter(self, _writer: object) -> None:  # noqa: N802 - Twisted's name
        """Nobody ever waits to write."""

    def read_all(self) -> None:
        """Let everybody read who can."""
        ready = select.select(list(self.readers), [], [], 0)[0]
        for reader in ready:
            reader.doRead()


def live(rows: Mapping[RowKey, Row], keys: KeyRing, baud: int, seconds: float) -> Day:
    """Send for so many simulated seconds."""
    reactor: Any = _Reactor()
    wires = [os.openpty() for _ in range(2)]
    for master, slave in wires:
        tty.setraw(slave)
        os.set_blocking(master, False)
    near, far = (Path(os.ttyname(slave)) for _, slave in wires)
    intake = Intake(keys, {}, (0, 0), lambda _mark: None)
    log = structlog.wrap_logger(
        structlog.ReturnLogger(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL),
    )
    sending = SendingPort(reactor, near, baud, on_ready=lambda: None, log=log)
    receiving = ReceivingPort(
        reactor,
        far,
        baud,
        on_octets=lambda octets: _take(intake, octets, reactor.seconds()),
        on_open=lambda _is_open: None,
        log=log,
    )
    sending.start()
    receiving.start()
    with closing(_Ends(wires, sending, receiving)):
        frames = _send(rows, keys, baud, seconds, _Cable(reactor, wires, sending))
        return Day(frames, intake.counters.good, sending.octets)


def _send(
    rows: Mapping[RowKey, Row], keys: KeyRing, baud: int, seconds: float, cable: _Cable
) -> int:
    """Send an unchanging table for so many seconds; return how many frames."""
    table, frames = Table(1), 0
    carousel = Carousel(table, timing_of(baud))
    carousel.changed(table.update(rows), 0.0)
    while (now := cable.reactor.seconds()) < seconds:
        outgoing = carousel.next(now)
        if outgoing is None:
            break
        frames += 1
        values = (keys.link, keys.active, 1, frames, int(now * 1000), outgoing.body)
        octets = encode(Frame(outgoing.kind, *values, layout=LAYOUT_VERSION), keys.key)
        cable.carry(octets)
        rest = FILLER_IDLE if outgoing.filler else 0.0
        cable.reactor.advance(airtime_s(len(octets), baud) * (1 + rest))
    return frames


@dataclass
class _Cable:
    """Carries a frame to the receiver, and anything that comes back to the sender."""

    reactor: Any
    wires: list[tuple[int, int]]
    sending: SendingPort

    def carry(self, octets: bytes) -> None:
        self.sending.send(octets)
        near, far = (master for master, _ in self.wires)
        _copy(near, far)
        _copy(far, near)
        self.reactor.read_all()


@dataclass
class _Ends:
    """Closes everything."""

    wires: list[tuple[int, int]]
    sending: SendingPort
    receiving: ReceivingPort

    def close(self) -> None:
        self.sending.stop()
        self.receiving.stop()
        for pair in self.wires:
            for descriptor in pair:
                os.close(descriptor)


def _take(intake: Intake, octets: bytes, now: float) -> None:
    intake.feed(octets, now, now)


def _copy(source: int, target: int) -> None:
    try:
        octets = os.read(source, 65536)
    except BlockingIOError:
        return
    os.write(target, octets)
