"""A speech chip behind a pseudo-terminal, at the pace of its baud rate.

Law: the only part that touches the terminal and the reactor. Octets reach the chip as fast as the
line would carry them. Both ends stay open here, so that a driver may come and go; `pull` closes
them, as when a USB adapter is unplugged.
"""

from __future__ import annotations

import os
import tty
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from twisted.internet.interfaces import IReactorTime

    from simulators.devices.speech.chip import SpeechChip

TICK_S = 0.01
BITS = 10


class ChipTerminal:
    """The terminal.

    Args:
        reactor: for the pace.
        chip: behind it.
        link: becomes a link to the terminal that drivers open.
        baud: of the line.
    """

    def __init__(
        self, reactor: IReactorTime, chip: SpeechChip, link: Path, baud: int = 9600
    ) -> None:
        self._reactor = reactor
        self.chip = chip
        self._link = link
        self._share = baud / BITS * TICK_S
        self._credit = 0.0
        self._timer: Any = None
        self._ends: tuple[int, int] | None = None
        self.plug()

    def plug(self) -> None:
        """Make the terminal, and switch the chip on."""
        master, slave = os.openpty()
        tty.setraw(slave)
        os.set_blocking(master, False)
        self._ends = (master, slave)
        self._link.unlink(missing_ok=True)
        self._link.symlink_to(os.ttyname(slave))
        self._answer(self.chip.power_up())
        self._tick()

    def pull(self) -> None:
        """Take the terminal away, and the power with it."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._ends is not None:
            for end in self._ends:
                os.close(end)
            self._ends = None
        self._link.unlink(missing_ok=True)
        self.chip.power_up()

    def brown_out(self) -> None:
        """Take the power away for a moment; the line stays."""
        self._answer(self.chip.power_up())

    def _tick(self) -> None:
        self._timer = self._reactor.callLater(TICK_S, self._tick)
        now = self._reactor.seconds()
        self._answer(self.chip.at(now))
        self._credit = min(self._credit + self._share, max(self._share, 1.0))
        if self._ends is None or self._credit < 1:
            return
        with suppress(BlockingIOError):
            octets = os.read(self._ends[0], int(self._credit))
            self._credit -= len(octets)
            self._answer(self.chip.hear(octets, now))

    def _answer(self, octets: bytes) -> None:
        if octets and self._ends is not None:
            with suppress(BlockingIOError):
                os.write(self._ends[0], octets)
