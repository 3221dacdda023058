"""Station time: what passengers see, computed alike by every process from one origin and rate.

Law: two clocks, never mixed. Station time (timelines, boards) comes from here; real time (beats,
time-outs, back-off) is the reactor's monotonic seconds. In production station time is the system's
clock; in a simulation it starts anywhere and may run faster.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from protocol.times import Instant, from_unix, to_unix

if TYPE_CHECKING:
    from collections.abc import Callable


class StationClock(Protocol):
    """Port: anything that tells station time."""

    @property
    def rate(self) -> float:
        """Station seconds per real second."""
        ...

    def now(self) -> Instant:
        """Return station time."""
        ...


@dataclass(frozen=True)
class SystemClock:
    """Station time from the system's clock, shifted and scaled for a simulation.

    Attributes:
        origin: station time at `started`.
        started: the system's clock (unix seconds) at `origin`.
        rate: station seconds per real second.
        wall: where the system's clock is read.
    """

    origin: Instant
    started: float
    rate: float = 1.0
    wall: Callable[[], float] = time.time

    def now(self) -> Instant:
        """Return station time."""
        return from_unix(to_unix(self.origin) + (self.wall() - self.started) * self.rate)


def system_clock() -> SystemClock:
    """Return the clock of production: station time is the system's time."""
    return SystemClock(origin=from_unix(0), started=0.0)


def wall_clock() -> float:
    """Return what the machine's own clock shows, unix seconds."""
    return time.time()


def awake_or_asleep() -> float:
    """Return seconds that go on while the machine sleeps, and never step: for leases.

    The reactor's monotonic seconds stand still meanwhile (Linux, clock_gettime(2)).
    """
    which = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime(which)
