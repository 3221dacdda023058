"""The corrected time: an uncorrected line, steered towards what was measured.

Law: pure. Time never goes back but in a step, and a step is told to whoever steers:

    time(mono) = anchor + (mono - anchor_mono) * rate      the line
               + offset + slope * (mono - aimed)           where the reference is
               + what is left of the error, slewed away

A leap second is inserted by standing still: time that counts 86,400 seconds a day has no name for
23:59:60, so it waits at the last microsecond before midnight for that second and is then exact. No
minute is skipped and none is repeated. `in_leap` says that it is that second, for those who can
show it. A second that is left out is left out.
"""

from __future__ import annotations

from dataclasses import dataclass

_LAST = 1e-6
"""The last instant before midnight that a datetime can tell."""


@dataclass(frozen=True)
class Leap:
    """A leap second at the end of a day.

    Attributes:
        at: the midnight (UTC, unix seconds) that it stands before.
        seconds: 1: one is inserted, -1: one is left out.
    """

    at: float
    seconds: int


class Steering:
    """Time that is steered.

    Args:
        start: unix seconds at `mono_s`.
        mono_s: monotonic real seconds now.
        rate: station seconds per real second.
        slew: by how much time may run faster or slower, as a share.
        step_s: real seconds of error from which on time is stepped.
        offset_s: station seconds to be added from the beginning.
    """

    def __init__(
        self,
        start: float,
        mono_s: float,
        *,
        slew: float,
        step_s: float,
        rate: float = 1.0,
        offset_s: float = 0.0,
    ) -> None:
        self.rate = rate
        self._anchor = start
        self._anchor_mono_s = mono_s
        self._slew = slew
        self._step_s = step_s
        self._offset_s = offset_s
        self._slope = 0.0
        self._left_s = 0.0
        self._aimed_mono_s = mono_s
        self.leap: Leap | None = None

    def raw(self, mono_s: float) -> float:
        """Return the uncorrected line at `mono_s`, unix seconds."""
        return self._anchor + (mono_s - self._anchor_mono_s) * self.rate

    def target(self, mono_s: float) -> float:
        """Return reference minus line as it is believed at `mono_s`."""
        return self._offset_s + self._slope * (mono_s - self._aimed_mono_s)

    def error(self, mono_s: float) -> float:
        """Return what is still to be slewed away: time minus the reference, station seconds."""
        most_s = (mono_s - self._aimed_mono_s) * self._slew * self.rate
        left_s = abs(self._left_s) - most_s
        return 0.0 if left_s <= 0 else left_s if self._left_s > 0 else -left_s

    def unix(self, mono_s: float) -> float:
        """Return the time at `mono_s`, unix seconds."""
        straight = self._straight(mono_s)
        leap = self.leap
        if leap is None or straight < leap.at - (leap.seconds < 0):
            return straight
        if leap.seconds > 0 and straight < leap.at + 1:
            return leap.at - _LAST
        return straight - leap.seconds

    def in_leap(self, mono_s: float) -> bool:
        """Return whether it is 23:59:60."""
        leap = self.leap
        return (
            leap is not None
            and leap.seconds > 0
            and leap.at <= self._straight(mono_s) < leap.at + 1
        )

    def settle(self, mono_s: float) -> bool:
        """Put a leap second behind us once it is over; return whether that happened just now."""
        leap = self.leap
        if leap is None or self._straight(mono_s) < leap.at + leap.seconds:
            return False
        self._anchor -= leap.seconds
        self.leap = None
        return True

    def near_leap(self, mono_s: float, within_s: float) -> bool:
        """Return whether a leap second is so near that a measurement may be of either side."""
        return self.leap is not None and self._straight(mono_s) > self.leap.at - within_s

    def aim(self, offset_s: float, mono_s: float, *, slope: float = 0.0) -> float:
        """Steer to where the reference is; return by how much time was stepped, 0: it is slewed.

        Args:
            offset_s: reference minus line at `mono_s`, station seconds.
            mono_s: now.
            slope: how that grows, station seconds per real second.
        """
        left_s = self.target(mono_s) + self.error(mono_s) - offset_s
        stepped = abs(left_s) > self._step_s * self.rate
        self._left_s = 0.0 if stepped else left_s
        self._offset_s, self._slope, self._aimed_mono_s = offset_s, slope, mono_s
        return -left_s if stepped else 0.0

    def _straight(self, mono_s: float) -> float:
        return self.raw(mono_s) + self.target(mono_s) + self.error(mono_s)
