"""The minute tick: at the first second of every minute of station time, none skipped, none twice.

Law: what is due is decided by `due`, which is pure; the clock around it only sleeps. Timers are
real and monotonic and never longer than a second, and station time is read anew at every wake, so
a clock that is slewed, stepped or suspended is found out within a second. The key of a tick is the
number of the UTC minute; the last one done is the database's, not this clock's.

What can happen to the time between two wakes:

    goes on                     the minutes since, each in order
    jumps ahead ≤ 10 minutes    the same: every minute is run, at its own instant
    jumps ahead further         one jump to the present minute (states are a function of the time)
    steps back ≤ 120 s          hold: nothing until the time has been caught up with
    steps back further          go on from the present minute, with an alarm
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from protocol.times import MINUTE, minute_number, minute_start

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.interfaces import IDelayedCall, IReactorTime

    from protocol.times import Instant
    from station_config.runtime.clocks import StationClock

REPLAYED_MINUTES = 10
"""Gaps up to this are run minute by minute (kernel.md)."""

HELD_SECONDS = 120.0
"""Steps back up to this are held (kernel.md)."""

LONGEST_SLEEP_S = 1.0
"""Real seconds."""

SHORTEST_SLEEP_S = 0.0005
"""Real seconds: lest a timer that fires a hair early spins."""


@dataclass(frozen=True)
class Due:
    """What is to be run now.

    Attributes:
        minutes: numbers of the minutes, ascending; empty: nothing.
        jumped: minutes between the last one and these were left out.
        rebased: the clock was set back; these are not after the last one.
    """

    minutes: tuple[int, ...] = ()
    jumped: bool = False
    rebased: bool = False


def due(last: int, now: Instant) -> Due:
    """Return which minutes are to be run at `now` when minute `last` was run last."""
    present = minute_number(now)
    if present > last + REPLAYED_MINUTES:
        return Due((present,), jumped=True)
    if present > last:
        return Due(tuple(range(last + 1, present + 1)))
    if (minute_start(last) - now).total_seconds() > HELD_SECONDS:
        return Due((present,), rebased=True)
    return Due()


def sleep(now: Instant, rate: float) -> float:
    """Return the real seconds until the next minute begins, at most `LONGEST_SLEEP_S`.

    Args:
        now: station time.
        rate: station seconds per real second.
    """
    rest = (minute_start(minute_number(now)) + MINUTE - now).total_seconds()
    return min(max(rest / rate, SHORTEST_SLEEP_S), LONGEST_SLEEP_S)


class MinuteClock:
    """Calls `on_due` when minutes are due.

    Args:
        reactor: real time, monotonic.
        clock: station time.
        on_due: told what is to be run, each minute once: what it is told it has to keep until it
            is done. It must not raise.
    """

    def __init__(
        self, reactor: IReactorTime, clock: StationClock, on_due: Callable[[Due], None]
    ) -> None:
        self._reactor = reactor
        self._clock = clock
        self._on_due = on_due
        self._last = 0
        self._timer: IDelayedCall | None = None

    @property
    def last(self) -> int:
        """Number of the minute that was told last."""
        return self._last

    def start(self, last: int) -> None:
        """Begin after minute `last`, the last one that the database has; tells at once."""
        self._last = last
        self._wake()

    def stop(self) -> None:
        """Tell nothing any more."""
        timer, self._timer = self._timer, None
        if timer is not None and timer.active():
            timer.cancel()

    def _wake(self) -> None:
        now = self._clock.now()
        found = due(self._last, now)
        self._timer = self._reactor.callLater(sleep(now, self._clock.rate), self._wake)
        if found.minutes:
            self._last = found.minutes[-1]
            self._on_due(found)
