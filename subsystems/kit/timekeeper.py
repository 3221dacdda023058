"""Station time, disciplined by the hub: what a subsystem uses instead of its own clock.

Law: pure; readings of clocks are arguments. Station time here runs on the monotonic clock from a
starting point, so a step of the device's own clock is noticed and not followed:

    now(mono) = anchor + (mono - anchor_mono) * rate + correction(mono)

How the correction is found, after NTP (RFC 5905) and much simpler:

- A **time request** bounds the hub's time by half its round trip; of the last eight the one with
  the least uncertainty is believed, an uncertainty growing by 50 ppm with age.
- A **beat** is one-way: the hub's time is what it says or later. It is believed only while there
  is no request younger than `FRESH_S`, and else asks for one when it contradicts (`contradicted`).
- Small errors are slewed (at most 2 % faster or slower, time never goes back), big ones stepped.

Errors are judged in real seconds: at 60 times speed a millisecond on the wire is 60 ms of station
time, and the clock is none the worse for it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from protocol.times import from_unix, to_unix

if TYPE_CHECKING:
    from protocol.times import Instant

SAMPLES = 8
AGEING = 50e-6
"""Growth of uncertainty a second; quartz in a board is good for 20 to 50 ppm."""
BEAT_UNCERTAINTY_S = 0.1
FRESH_S = 180.0
STEP_S = 0.5
"""Real seconds of error from which on time is stepped; people see half a second."""
SLEW = 0.02
OFF_S = 1.0
"""Real seconds from which on the device's own clock is called wrong."""
DRIFT_BASELINE_S = 120.0
_DRIFT_POINTS = 64


class Quality(StrEnum):
    """How station time is known."""

    SYNCED = "SYNCED"
    """A measurement is younger than `FRESH_S`."""
    HOLDOVER = "HOLDOVER"
    """It was measured, now or in an earlier life of the device, and runs on."""
    UNSET = "UNSET"
    """Never measured: it is the device's own clock."""


@dataclass(frozen=True)
class ClockQuality:
    """What is known about station time at an instant.

    Attributes:
        quality: see `Quality`.
        offset_s: own station clock minus the hub's, station seconds; None if never measured.
        uncertainty_s: ± of `offset_s`, station seconds.
        drift_ppm: how much faster the own oscillator runs than the hub's; None before two minutes.
        age_s: real seconds since the last measurement.
        off: the own clock is more than a second (of real time) off.
    """

    quality: Quality
    offset_s: float | None = None
    uncertainty_s: float | None = None
    drift_ppm: float | None = None
    age_s: float | None = None
    off: bool = False


@dataclass(frozen=True)
class _Sample:
    """Hub's time minus the uncorrected timeline: station seconds, at monotonic `mono_s`."""

    offset_s: float
    uncertainty_s: float
    mono_s: float
    beat: bool = False


class Timekeeper:
    """Keeps station time.

    Args:
        own: the device's own station time now.
        mono_s: monotonic real seconds now.
        rate: station seconds per real second.
        known_offset_s: hub minus own as an earlier life measured it, None if unknown.
    """

    def __init__(
        self, own: Instant, mono_s: float, *, rate: float = 1.0, known_offset_s: float | None = None
    ) -> None:
        self.rate = rate
        self._anchor = to_unix(own)
        self._anchor_mono_s = mono_s
        self._remembered = known_offset_s is not None
        self._target = known_offset_s or 0.0
        self._correction = self._target
        self._corrected_mono_s = mono_s
        self._samples: deque[_Sample] = deque(maxlen=SAMPLES)
        self._history: deque[tuple[float, float]] = deque(maxlen=_DRIFT_POINTS)
        self._measured_mono_s: float | None = None
        self.contradicted = False
        """A beat contradicts what is believed: ask for the time now."""

    def now(self, mono_s: float) -> Instant:
        """Return station time at `mono_s`."""
        return from_unix(self._raw(mono_s) + self._correction_at(mono_s))

    def own_offset(self, own: Instant, mono_s: float) -> float:
        """Return own clock minus station time, station seconds."""
        return to_unix(own) - (self._raw(mono_s) + self._target)

    def on_beat(self, utc: Instant, mono_s: float) -> None:
        """Take the hub's time as a beat told it, received at `mono_s`."""
        offset_s = to_unix(utc) - self._raw(mono_s)
        sample = _Sample(offset_s, BEAT_UNCERTAINTY_S * self.rate, mono_s, beat=True)
        best = self._best(mono_s)
        asked_s = max((s.mono_s for s in self._samples if not s.beat), default=float("-inf"))
        if best is not None and mono_s - asked_s <= FRESH_S:
            self.contradicted = abs(offset_s - best.offset_s) > STEP_S * self.rate
            return
        self._take(sample)

    def on_response(self, utc: Instant, sent_s: float, received_s: float) -> None:
        """Take the hub's answer to a request that left at `sent_s` (monotonic real seconds)."""
        middle_s = (sent_s + received_s) / 2
        uncertainty_s = (received_s - sent_s) / 2 * self.rate
        sample = _Sample(to_unix(utc) - self._raw(middle_s), uncertainty_s, received_s)
        self.contradicted = False
        self._take(sample)

    def quality(self, own: Instant, mono_s: float) -> ClockQuality:
        """Return what is known at `mono_s`, when the device's own clock shows `own`."""
        if self._measured_mono_s is None and not self._remembered:
            return ClockQuality(Quality.UNSET)
        offset_s = self.own_offset(own, mono_s)
        off = abs(offset_s) > OFF_S * self.rate
        if self._measured_mono_s is None:
            return ClockQuality(Quality.HOLDOVER, offset_s, off=off)
        age_s = mono_s - self._measured_mono_s
        best = self._best(mono_s)
        return ClockQuality(
            Quality.SYNCED if age_s <= FRESH_S else Quality.HOLDOVER,
            offset_s,
            None if best is None else self._aged(best, mono_s),
            self._drift_ppm(),
            age_s,
            off=off,
        )

    def _take(self, sample: _Sample) -> None:
        best = self._best(sample.mono_s)
        if best is not None and self._incompatible(best, sample):
            self._samples.clear()  # a clock was set: what was measured before is of another time
            self._history.clear()
        self._samples.append(sample)
        self._measured_mono_s = sample.mono_s
        chosen = self._best(sample.mono_s)
        assert chosen is not None  # noqa: S101 - one was just appended
        if chosen is sample and not sample.beat:
            self._history.append((sample.mono_s, sample.offset_s))
        self._aim(chosen.offset_s, sample.mono_s)

    def _incompatible(self, best: _Sample, sample: _Sample) -> bool:
        tolerance_s = STEP_S * self.rate + best.uncertainty_s + sample.uncertainty_s
        return abs(sample.offset_s - best.offset_s) > tolerance_s

    def _aim(self, target_s: float, mono_s: float) -> None:
        present_s = self._correction_at(mono_s)
        error_s = target_s - present_s
        self._correction = target_s if abs(error_s) > STEP_S * self.rate else present_s
        self._corrected_mono_s = mono_s
        self._target = target_s

    def _correction_at(self, mono_s: float) -> float:
        most_s = (mono_s - self._corrected_mono_s) * SLEW * self.rate
        left_s = self._target - self._correction
        return self._correction + max(-most_s, min(most_s, left_s))

    def _raw(self, mono_s: float) -> float:
        return self._anchor + (mono_s - self._anchor_mono_s) * self.rate

    def _aged(self, sample: _Sample, mono_s: float) -> float:
        return sample.uncertainty_s + (mono_s - sample.mono_s) * AGEING * self.rate

    def _best(self, mono_s: float) -> _Sample | None:
        return min(self._samples, key=lambda s: self._aged(s, mono_s), default=None)

    def _drift_ppm(self) -> float | None:
        """Return the slope of the best samples by least squares, own against hub."""
        points = list(self._history)
        if len(points) < 2 or points[-1][0] - points[0][0] < DRIFT_BASELINE_S:  # noqa: PLR2004 - a line
            return None
        middle_x = sum(x for x, _ in points) / len(points)
        middle_y = sum(y for _, y in points) / len(points)
        covariance = sum((x - middle_x) * (y - middle_y) for x, y in points)
        variance = sum((x - middle_x) ** 2 for x, _ in points)
        return -covariance / variance / self.rate * 1e6
