"""Which of several clocks tell the truth: the intersection algorithm of NTP.

Law: pure. Each clock claims that the true time lies in its interval, offset ± distance. The truth
is sought where the most intervals meet; a clock whose interval lies outside is a false-ticker. More
than half must meet, else nobody knows (RFC 5905, 11.2.1, after Marzullo). RFC 5905 also wants most
middles of the intervals within; that is left out, for it drops clocks that are only just as good
as they say, which on a local network and on a serial line they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

BETTER = 0.6
"""Another clock is taken only if its distance is so much of the present one's: no clock-hopping."""


@dataclass(frozen=True)
class Candidate:
    """A clock that may be followed.

    Attributes:
        name: of the source.
        offset_s: where it says that the time is, on any common scale.
        distance_s: ± of that, everything counted, above 0.
    """

    name: str
    offset_s: float
    distance_s: float


@dataclass(frozen=True)
class Agreement:
    """Where more than half of the clocks meet.

    Attributes:
        low: the true offset is not below this,
        high: and not above this.
        true: the clocks that agree, those with the least distance first.
    """

    low: float
    high: float
    true: tuple[Candidate, ...]


def agree(candidates: Sequence[Candidate]) -> Agreement | None:
    """Return where more than half of the candidates agree, None if that is nowhere."""
    total = len(candidates)
    for liars in range((total + 1) // 2):
        low = _edge(candidates, total - liars, rising=True)
        high = _edge(candidates, total - liars, rising=False)
        if low is not None and high is not None:
            return Agreement(low, high, _within(candidates, low, high))
    return None


def choose(true: Iterable[Candidate], present: str | None) -> Candidate | None:
    """Return the clock to follow: the nearest, or the `present` one while none is much better."""
    ranked = sorted(true, key=lambda each: each.distance_s)
    if not ranked:
        return None
    best = ranked[0]
    held = next((each for each in ranked if each.name == present), None)
    return held if held is not None and best.distance_s > BETTER * held.distance_s else best


def bound(true: Iterable[Candidate], chosen: Candidate) -> float:
    """Return how far the truth is from `chosen` at most, if fewer than half of `true` are wrong.

    Each clock bounds the truth by its own distance and how far it is from the chosen one. Of the
    least bounds one more than can be wrong are looked at: one of these is right.
    """
    bounds = sorted(each.distance_s + abs(each.offset_s - chosen.offset_s) for each in true)
    return max(chosen.distance_s, bounds[(len(bounds) - 1) // 2])


def _edge(candidates: Sequence[Candidate], wanted: int, *, rising: bool) -> float | None:
    """Return the first point, from one side, that `wanted` intervals cover; None: there is none."""
    side = 1 if rising else -1
    edges = []
    for each in candidates:
        edges.append((side * each.offset_s - each.distance_s, 0))
        edges.append((side * each.offset_s + each.distance_s, 1))
    covering = 0
    for at, leaving in sorted(edges):
        covering += -1 if leaving else 1
        if covering >= wanted:
            return side * at
    return None


def _within(candidates: Iterable[Candidate], low: float, high: float) -> tuple[Candidate, ...]:
    meeting = (
        each
        for each in candidates
        if each.offset_s + each.distance_s >= low and each.offset_s - each.distance_s <= high
    )
    return tuple(sorted(meeting, key=lambda each: each.distance_s))
