"""What was measured of one reference: the best of the last samples, and the drift.

Law: pure. Offsets are reference minus an uncorrected line, `steering.Steering.raw`;
nothing that is done with them changes the line, so samples of an hour ago still fit.

- Of the last eight samples the one with the least uncertainty is believed, an uncertainty growing
  with age (the clock filter of RFC 5905, 10, in short).
- The drift is the slope of the believed samples by least squares. Its error is a bound, not a
  spread: if no point errs by more than it admits, the slope errs by no more than this. A drift is
  used only where that makes time better than the assumption `AGEING`.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

SAMPLES = 8
AGEING = 50e-6
"""Growth of uncertainty a second while the drift is not known: quartz is good for 20 to 50 ppm."""
WANDER = 2e-6
"""Growth beyond the drift's own error when it is known: quartz follows the room's temperature."""
BASELINE_S = 120.0
"""A drift is told from samples so far apart."""
FURTHEST_S = 12 * 3600.0
"""Older samples say nothing about the drift of now."""
SANE = 500e-6
"""A greater drift is no oscillator's (RFC 5905, appendix A: MAXFREQ)."""
_POINTS = 64


@dataclass(frozen=True)
class Sample:
    """Reference minus line: station seconds, at monotonic `mono_s`.

    Attributes:
        offset_s: the difference.
        uncertainty_s: ± of it when it was taken.
        mono_s: when.
        one_way: known from one side only (a beat): it says nothing about the drift.
    """

    offset_s: float
    uncertainty_s: float
    mono_s: float
    one_way: bool = False


@dataclass(frozen=True)
class Drift:
    """How the offset grows: station seconds per real second.

    Attributes:
        slope: reference against line; negative: the own oscillator is fast.
        error: ± of it, see the module.
    """

    slope: float
    error: float


class Track:
    """Samples of one reference.

    Args:
        rate: station seconds per real second.
        gap_s: real seconds; a sample that is further away than this and all uncertainties is of
            another time, and what was before is forgotten.
        drift: what an earlier life measured; used until this one knows.
    """

    def __init__(
        self, *, rate: float = 1.0, gap_s: float = 0.5, drift: Drift | None = None
    ) -> None:
        self._rate = rate
        self._gap_s = gap_s
        self._known = drift
        self._samples: deque[Sample] = deque(maxlen=SAMPLES)
        self._points: list[Sample] = []
        self._drift: Drift | None = None

    @property
    def samples(self) -> tuple[Sample, ...]:
        """The last ones, the oldest first."""
        return tuple(self._samples)

    @property
    def measured(self) -> Drift | None:
        """The drift as this life knows it, whatever its error."""
        return self._drift

    @property
    def growth(self) -> float:
        """Growth of an uncertainty a second: station seconds per real second."""
        drift = self.drift
        return AGEING * self._rate if drift is None else drift.error + WANDER * self._rate

    @property
    def drift(self) -> Drift | None:
        """The drift if it is worth using."""
        worth = AGEING * self._rate - WANDER * self._rate
        for each in (self._drift, self._known):
            if each is not None and each.error < worth and abs(each.slope) < SANE * self._rate:
                return each
        return None

    def contradicted_by(self, sample: Sample) -> bool:
        """Return whether `sample` cannot be of the same time as the ones before."""
        best = self.best(sample.mono_s)
        if best is None:
            return False
        tolerance_s = self._gap_s * self._rate + best.uncertainty_s + sample.uncertainty_s
        return abs(sample.offset_s - best.offset_s) > tolerance_s

    def take(self, sample: Sample) -> Sample:
        """Take a sample; return the best one, brought to the same instant."""
        if self.contradicted_by(sample):
            self.clear()
        self._samples.append(sample)
        if self._choose(sample.mono_s) is sample and not sample.one_way:
            self._add_point(sample)
        best = self.best(sample.mono_s)
        assert best is not None  # noqa: S101 - one was just appended
        return best

    def clear(self) -> None:
        """Forget the samples; the drift is the oscillator's, and stays."""
        self._known = self.drift or self._known
        self._drift = None
        self._samples.clear()
        self._points.clear()

    def best(self, mono_s: float) -> Sample | None:
        """Return the best sample as of `mono_s`: moved along the drift, its uncertainty grown."""
        found = self._choose(mono_s)
        if found is None:
            return None
        drift = self.drift
        moved_s = 0.0 if drift is None else drift.slope * (mono_s - found.mono_s)
        uncertainty_s = self._aged(found, mono_s)
        return Sample(found.offset_s + moved_s, uncertainty_s, mono_s, found.one_way)

    def _choose(self, mono_s: float) -> Sample | None:
        return min(self._samples, key=lambda s: self._aged(s, mono_s), default=None)

    def _aged(self, sample: Sample, mono_s: float) -> float:
        return sample.uncertainty_s + (mono_s - sample.mono_s) * self.growth

    def _add_point(self, sample: Sample) -> None:
        self._points = [p for p in self._points if sample.mono_s - p.mono_s <= FURTHEST_S]
        self._points.append(sample)
        if len(self._points) > _POINTS:
            self._points = self._points[::2]  # a longer baseline is worth more than many points
        if self._points[-1].mono_s - self._points[0].mono_s >= BASELINE_S:
            self._drift = slope_of(self._points)


def slope_of(points: list[Sample]) -> Drift:
    """Return the slope of two or more points by least squares, with its bound."""
    middle_x = sum(p.mono_s for p in points) / len(points)
    middle_y = sum(p.offset_s for p in points) / len(points)
    covariance = sum((p.mono_s - middle_x) * (p.offset_s - middle_y) for p in points)
    worst = sum(abs(p.mono_s - middle_x) * p.uncertainty_s for p in points)
    variance = sum((p.mono_s - middle_x) ** 2 for p in points)
    return Drift(covariance / variance, worst / variance)
