"""Station time, disciplined by the hub: what a subsystem uses instead of its own clock.

Law: pure; readings of clocks are arguments. Station time here runs on the monotonic clock from a
starting point, so a step of the device's own clock is noticed and not followed
(`station_config.runtime.timekeeping.steering`).

How the correction is found, after NTP (RFC 5905) and much simpler:

- A **time request** bounds the hub's time by half its round trip; of the last eight the one with
  the least uncertainty is believed (`station_config.runtime.timekeeping.track`).
- A **beat** is one-way: the hub's time is what it says or later. It is believed only while there
  is no request younger than `FRESH_S`, and else asks for one when it contradicts (`contradicted`).
- Small errors are slewed (at most 2 % faster or slower, time never goes back), big ones stepped.
- A leap second that the hub announces is inserted here at the same instant as there.

Errors are judged in real seconds: at 60 times speed a millisecond on the wire is 60 ms of station
time, and the clock is none the worse for it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from protocol.times import from_unix, to_unix
from station_config.runtime.timekeeping.quality import Quality
from station_config.runtime.timekeeping.steering import Leap, Steering
from station_config.runtime.timekeeping.track import Sample, Track

if TYPE_CHECKING:
    from protocol.master_clock import MasterClock
    from protocol.times import Instant

__all__ = ["FRESH_S", "OFF_S", "SLEW", "STEP_S", "ClockQuality", "Quality", "Timekeeper"]

BEAT_UNCERTAINTY_S = 0.1
FRESH_S = 180.0
STEP_S = 0.5
"""Real seconds of error from which on time is stepped; people see half a second."""
SLEW = 0.02
OFF_S = 1.0
"""Real seconds from which on the device's own clock is called wrong."""
LEAP_GUARD_S = 2.0
"""Real seconds around a leap second in which nothing is measured."""


@dataclass(frozen=True)
class ClockQuality:
    """What is known about station time at an instant.

    Attributes:
        quality: see `Quality`: SYNCED while a measurement is younger than `FRESH_S`.
        offset_s: own station clock minus the hub's, station seconds; None if never measured.
        uncertainty_s: ± of `offset_s`, station seconds.
        drift_ppm: how much faster the own oscillator runs than the hub's; None before two minutes.
        age_s: real seconds since the last measurement.
        off: the own clock is more than a second (of real time) off.
        hub: how the hub knows the time, in its own word; "": it was not heard yet.
        master: what else it says about that.
        leap_second: it is 23:59:60 (UTC).
    """

    quality: Quality
    offset_s: float | None = None
    uncertainty_s: float | None = None
    drift_ppm: float | None = None
    age_s: float | None = None
    off: bool = False
    hub: str = ""
    master: MasterClock | None = None
    leap_second: bool = False


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
        self._steering = Steering(
            to_unix(own),
            mono_s,
            slew=SLEW,
            step_s=STEP_S,
            rate=rate,
            offset_s=known_offset_s or 0.0,
        )
        self._track = Track(rate=rate, gap_s=STEP_S)
        self._remembered = known_offset_s is not None
        self._asked_mono_s = float("-inf")
        self._measured_mono_s: float | None = None
        self._hub = ""
        self._master: MasterClock | None = None
        self.contradicted = False
        """A beat contradicts what is believed: ask for the time now."""

    def now(self, mono_s: float) -> Instant:
        """Return station time at `mono_s`."""
        return from_unix(self._steering.unix(mono_s))

    @property
    def leap(self) -> Leap | None:
        """The leap second that is announced, if one is."""
        return self._steering.leap

    def on_master(self, hub: str, master: MasterClock | None, mono_s: float) -> None:
        """Take how the hub knows the time, and the leap second that it announces."""
        self._hub, self._master = hub, master
        self._steering.settle(mono_s)
        leap = None
        if master is not None and master.leap_at is not None and master.leap:
            leap = Leap(to_unix(master.leap_at), master.leap)
        behind = leap is not None and self._steering.unix(mono_s) >= leap.at
        if not self._steering.in_leap(mono_s) and not behind:
            self._steering.leap = leap

    def own_offset(self, own: Instant, mono_s: float) -> float:
        """Return own clock minus station time, station seconds."""
        return to_unix(own) - (self._steering.raw(mono_s) + self._steering.target(mono_s))

    def on_beat(self, utc: Instant, mono_s: float) -> None:
        """Take the hub's time as a beat told it, received at `mono_s`."""
        if self._between(mono_s):
            return
        offset_s = to_unix(utc) - self._steering.raw(mono_s)
        best = self._track.best(mono_s)
        if best is not None and mono_s - self._asked_mono_s <= FRESH_S:
            self.contradicted = abs(offset_s - best.offset_s) > STEP_S * self.rate
            return
        self._take(Sample(offset_s, BEAT_UNCERTAINTY_S * self.rate, mono_s, one_way=True))

    def on_response(self, utc: Instant, sent_s: float, received_s: float) -> None:
        """Take the hub's answer to a request that left at `sent_s` (monotonic real seconds)."""
        if self._between(received_s):
            return
        middle_s = (sent_s + received_s) / 2
        uncertainty_s = (received_s - sent_s) / 2 * self.rate
        self.contradicted = False
        self._asked_mono_s = received_s
        offset_s = to_unix(utc) - self._steering.raw(middle_s)
        self._take(Sample(offset_s, uncertainty_s, received_s))

    def quality(self, own: Instant, mono_s: float) -> ClockQuality:
        """Return what is known at `mono_s`, when the device's own clock shows `own`."""
        known = self._known(own, mono_s)
        leap_second = self._steering.in_leap(mono_s)
        return replace(known, hub=self._hub, master=self._master, leap_second=leap_second)

    def _known(self, own: Instant, mono_s: float) -> ClockQuality:
        if self._measured_mono_s is None and not self._remembered:
            return ClockQuality(Quality.UNSET)
        offset_s = self.own_offset(own, mono_s)
        off = abs(offset_s) > OFF_S * self.rate
        if self._measured_mono_s is None:
            return ClockQuality(Quality.HOLDOVER, offset_s, off=off)
        age_s = mono_s - self._measured_mono_s
        best = self._track.best(mono_s)
        drift = self._track.measured
        return ClockQuality(
            Quality.SYNCED if age_s <= FRESH_S else Quality.HOLDOVER,
            offset_s,
            None if best is None else best.uncertainty_s,
            None if drift is None else -drift.slope / self.rate * 1e6,
            age_s,
            off=off,
        )

    def _between(self, mono_s: float) -> bool:
        """Return whether what is measured now may be of the other side of a leap second."""
        self._steering.settle(mono_s)
        return self._steering.near_leap(mono_s, LEAP_GUARD_S)

    def _take(self, sample: Sample) -> None:
        best = self._track.take(sample)
        self._measured_mono_s = sample.mono_s
        drift = self._track.drift
        slope = 0.0 if drift is None else drift.slope
        self._steering.aim(best.offset_s, sample.mono_s, slope=slope)
