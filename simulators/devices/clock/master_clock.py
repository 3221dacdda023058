"""A master clock on a serial line: a telegram at the beginning of every second.

Law: octets go out as a UART sends them, each when it is whole, in grains of a few. A
pseudo-terminal has both ends open here, so that readers may come and go.
"""

from __future__ import annotations

import os
import tty
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from simulators.devices.clock.faults import ClockFaults, shown
from station_config.runtime.timekeeping.meinberg import MeinbergString, encode_meinberg
from station_config.runtime.timekeeping.telegram import Span, Telegram, encode_telegram

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from random import Random

    from twisted.internet.interfaces import IDelayedCall, IReactorTime

GRAIN = 4
"""Octets that are written at once."""
BITS = 10
DAY_S = 86_400
FORMS = ("telegram", "meinberg")


class MasterClock:
    """The clock.

    Args:
        reactor: for the pace.
        link: becomes a link to the terminal that readers open.
        form: ``telegram`` (RS-422) or ``meinberg``.
        baud: of the line.
        zone: of the local time that it tells.
        wall: the true time, unix seconds.
        random: of the faults.
        span: over which octets a telegram's sum is.

    Attributes:
        faults: what is wrong with it, to be set while it runs.
        sent: telegrams.
        late_s: how much too late the first octet of each second was written, seconds: a busy
            machine is no UART.
    """

    def __init__(  # noqa: PLR0913 - each can be otherwise
        self,
        reactor: IReactorTime,
        link: Path,
        *,
        form: str,
        wall: Callable[[], float],
        random: Random,
        baud: int = 9600,
        zone: str = "UTC",
        span: Span = Span.PAYLOAD,
    ) -> None:
        self.faults = ClockFaults()
        self.sent = 0
        self.late_s: dict[int, float] = {}
        self._reactor = reactor
        self._link = link
        self._form = form
        self._octet_s = BITS / baud
        self._zone = ZoneInfo(zone)
        self._wall = wall
        self._random = random
        self._span = span
        self._since = wall()
        self._timers: set[IDelayedCall] = set()
        self._running = False

    def start(self) -> None:
        """Make the terminal and begin with the next second."""
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self._link.unlink(missing_ok=True)
        self._link.symlink_to(os.ttyname(self._slave))
        self._running = True
        self._wait()

    def stop(self) -> None:
        """Say nothing more; the terminal is gone."""
        if not self._running:
            return
        self._running = False
        for timer in self._timers:
            timer.cancel()
        self._link.unlink(missing_ok=True)
        os.close(self._master)
        os.close(self._slave)

    def frame(self, second: int) -> bytes:
        """Return what is sent at `second` (unix) of the clock's own time."""
        leap = self._leaps(second)
        told = second - 1 if leap else second
        utc = datetime.fromtimestamp(told, UTC)
        local = utc.astimezone(self._zone)
        plain = local.replace(tzinfo=None)
        if self._form == "telegram":
            return encode_telegram(Telegram(plain, not self.faults.holdover), span=self._span)
        near = self.faults.leap and DAY_S - second % DAY_S <= 3600  # noqa: PLR2004 - an hour
        return encode_meinberg(
            MeinbergString(
                plain,
                leap_second=leap,
                never_synced=self.faults.never_synced,
                holdover=self.faults.holdover,
                utc=self._zone.key == "UTC",
                summer=bool(local.dst()),
                leap_announced=bool(near),
            )
        )

    def _wait(self) -> None:
        now = shown(self.faults, self._wall(), self._since)
        second = int(now) + 1
        self._later(second - now, self._tick, second)

    def _tick(self, second: int) -> None:
        """Send, and wait for the next; a timer that fires a hair early waits again."""
        early_s = second - shown(self.faults, self._wall(), self._since)
        if 0 < early_s < 1:
            self._later(early_s, self._tick, second)
            return
        if not self.faults.mute(self._random):
            self._send(second, self.faults.damaged(self.frame(second), self._random))
        if self._leaps(second):
            self.faults.offset_s -= 1
            self.faults.leap = 0
        self._wait()

    def _leaps(self, second: int) -> bool:
        """Return whether this one is 23:59:60, after which midnight comes."""
        return self.faults.leap > 0 and second % DAY_S == 0

    def _send(self, second: int, octets: bytes) -> None:
        self.sent += 1
        late_s = self.faults.late(self._random)
        for at in range(0, len(octets), GRAIN):
            grain = octets[at : at + GRAIN]
            first = second if at == 0 else None
            self._later(late_s + (at + len(grain)) * self._octet_s, self._write, grain, first)

    def _write(self, grain: bytes, first: int | None) -> None:
        if first is not None:
            began = self._wall() - len(grain) * self._octet_s
            self.late_s[first] = shown(self.faults, began, self._since) - first
        with suppress(BlockingIOError):  # nobody reads: the line keeps nothing
            os.write(self._master, grain)

    def _later(self, seconds: float, call: Callable[..., None], *given: object) -> None:
        def fire() -> None:
            self._timers.discard(timer)
            call(*given)

        timer = self._reactor.callLater(max(0.0, seconds), fire)
        self._timers.add(timer)
