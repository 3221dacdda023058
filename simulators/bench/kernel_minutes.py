"""How late a minute begins: the minute clock on a reactor of its own, idle and busy.

Law: real time; station time runs faster so that minutes come often. Lateness is
real milliseconds between a boundary and its being told.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from twisted.internet.epollreactor import EPollReactor

from hub.minute_clock import MinuteClock
from protocol.times import minute_number, minute_start
from station_config.runtime.clocks import SystemClock, system_clock

if TYPE_CHECKING:
    from hub.minute_clock import Due

RATE = 240.0
"""A minute of station time every quarter of a second."""

SLICE_S = 0.040
PERIOD_S = 0.100
"""A slice of work in every period: the reactor is 40 % busy."""


def lateness(seconds: int, *, busy: bool) -> tuple[list[float], int]:
    """Run the clock for real `seconds`.

    Returns:
        The milliseconds by which each minute was late, and how many were early, missing or twice.
    """
    reactor = EPollReactor()
    reactor.seconds = time.monotonic
    started = system_clock().now()
    clock = SystemClock(origin=started, started=started.timestamp(), rate=RATE)
    late: list[float] = []
    told: list[int] = []

    def due(found: Due) -> None:
        behind = (clock.now() - minute_start(found.minutes[-1])).total_seconds()
        late.append(behind / RATE * 1000)
        told.extend(found.minutes)

    def work() -> None:
        until = time.monotonic() + SLICE_S
        while time.monotonic() < until:
            pass
        reactor.callLater(PERIOD_S - SLICE_S, work)

    minutes = MinuteClock(reactor, clock, due)
    first = minute_number(clock.now())
    minutes.start(first)
    if busy:
        reactor.callLater(0, work)
    reactor.callLater(seconds, reactor.stop)
    reactor.run(installSignalHandlers=False)
    expected = list(range(first + 1, first + 1 + len(told)))
    wrong = sum(one != other for one, other in zip(told, expected, strict=True))
    return late, wrong + sum(behind < 0 for behind in late)
