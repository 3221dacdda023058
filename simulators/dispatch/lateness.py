"""How late a train is, minute by minute: a random walk fitted to two recorded days.

Law: pure; the random source is an argument. All constants are fitted to the Irish real-time feed of
2025-09-23 and 2025-09-26 (1,367 trains, 115,150 train-minutes); `fit` makes them again from the
recorded files, docs/simulators.md has the method and the figures of data against model.

The walk has one memory: what the lateness was before its last change. Recorded lateness goes back
to its previous value far more often than chance (a minute lost at a stop is made up by the next),
and a walk without that memory spreads twice as fast as the recorded trains.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

EARLIEST = -5
"""Minutes. Trains reported earlier than this have not left their origin yet (1.8 % of minutes)."""

LATEST = 360
"""Minutes. A bound, not fitted: a train later than this is not told as a delay any more."""

BANDS = (
    (-2, 0.1496, 0.0160),
    (-1, 0.2185, 0.0228),
    (0, 0.1109, 0.0384),
    (2, 0.1160, 0.1580),
    (5, 0.1000, 0.1403),
    (9, 0.0770, 0.1080),
    (19, 0.0528, 0.0761),
    (LATEST, 0.0825, 0.0845),
)
"""(lateness up to this many minutes, chance per minute of getting later, of making up time)."""

RETURN = 0.40
"""Chance that a change goes back to the previous value, chosen so that the spread of the change
over 30 minutes agrees (data 3.11 min, model 3.07)."""

LONG_STEPS = 0.10
SHORT_GOES_ON = 0.16
LONG_GOES_ON = 0.75
"""Size of a change: a geometric law, which goes on by another minute with chance 0.16; for one
change in ten with chance 0.75. Data, at least 2, 3, 4, 6, 10 minutes: 24.3, 8.8, 4.8, 2.1, 0.3 %;
model 21.8, 8.0, 4.5, 2.2, 0.5 %."""

INITIAL = (
    (0.004, -3),
    (0.011, -2),
    (0.026, -1),
    (0.422, 0),
    (0.678, 1),
    (0.785, 2),
    (0.849, 3),
    (0.890, 4),
    (0.920, 5),
    (0.936, 6),
    (0.955, 7),
    (0.966, 8),
    (0.977, 9),
    (0.981, 10),
    (0.985, 11),
    (0.990, 13),
    (0.996, 17),
    (0.999, 26),
    (1.000, 34),
)
"""Lateness when a train is first seen running: (cumulative share, minutes)."""

ORIGIN_LATE = 0.11
"""Share of trains first seen 5 minutes late or more: how often an originating train leaves late."""


@dataclass(frozen=True)
class Lateness:
    """Where the walk is.

    Attributes:
        minutes: late by so much (negative: early).
        before: the value before the last change, None if it has not changed yet.
    """

    minutes: int
    before: int | None = None


def initial(random: Random) -> Lateness:
    """Return the lateness of a train first seen running."""
    shares = [share for share, _ in INITIAL]
    return Lateness(INITIAL[bisect_left(shares, random.random())][1])


def origin_delay(random: Random, severity: float = 1.0) -> int:
    """Return how late an originating train leaves, in minutes: mostly 0."""
    if random.random() >= ORIGIN_LATE * severity:
        return 0
    floor = 1.0 - ORIGIN_LATE
    shares = [share for share, _ in INITIAL]
    return INITIAL[bisect_left(shares, floor + random.random() * ORIGIN_LATE)][1]


def step(lateness: Lateness, random: Random, severity: float = 1.0) -> Lateness:
    """Return the lateness one minute later.

    Args:
        lateness: now.
        random: where chance comes from.
        severity: multiplies the chance of getting later; 1 is as recorded.
    """
    later, sooner = _chances(lateness.minutes)
    later *= severity
    drawn = random.random()
    if drawn >= later + sooner:
        return lateness
    if lateness.before is not None and random.random() < RETURN / max(severity, 1.0):
        return Lateness(lateness.before, lateness.minutes)
    change = _size(random) if drawn < later else -_size(random)
    moved = min(max(lateness.minutes + change, EARLIEST), LATEST)
    return Lateness(moved, lateness.minutes)


def _chances(minutes: int) -> tuple[float, float]:
    for up_to, later, sooner in BANDS:
        if minutes <= up_to:
            return later, sooner
    return BANDS[-1][1:]


def _size(random: Random) -> int:
    goes_on = LONG_GOES_ON if random.random() < LONG_STEPS else SHORT_GOES_ON
    size = 1
    while random.random() < goes_on:
        size += 1
    return size
