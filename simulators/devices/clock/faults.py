"""What is wrong with a master clock.

Law: values; whoever tells the time applies them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random


@dataclass
class ClockFaults:
    """Set while it runs.

    Attributes:
        offset_s: it is ahead by so much.
        drift_ppm: it runs faster by so much.
        jitter_s: it tells its time late, by up to so much.
        lost: share of its answers that get lost.
        silent: it says nothing.
        holdover: it says that it runs on its own oscillator.
        never_synced: it says that it does not know the time.
        garbage: share of its answers that are damaged.
        leap: 1: it announces that a leap second is inserted at the end of the day.
    """

    offset_s: float = 0.0
    drift_ppm: float = 0.0
    jitter_s: float = 0.0
    lost: float = 0.0
    silent: bool = False
    holdover: bool = False
    never_synced: bool = False
    garbage: float = 0.0
    leap: int = 0

    def mute(self, random: Random) -> bool:
        """Return whether the next answer is not given."""
        return self.silent or random.random() < self.lost

    def late(self, random: Random) -> float:
        """Return by how much the next answer is late, seconds."""
        return random.uniform(0.0, self.jitter_s) if self.jitter_s else 0.0

    def damaged(self, octets: bytes, random: Random) -> bytes:
        """Return `octets`, or what is left of them."""
        if random.random() >= self.garbage:
            return octets
        spoilt = bytearray(octets)
        spoilt[random.randrange(len(spoilt))] ^= random.randint(1, 255)
        return bytes(spoilt)


def shown(faults: ClockFaults, true: float, since: float) -> float:
    """Return what a clock with `faults` shows at `true`, its drift having begun at `since`."""
    return true + faults.offset_s + (true - since) * faults.drift_ppm * 1e-6
