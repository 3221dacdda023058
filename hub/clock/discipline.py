"""The station's time out of what several clocks say: whom to believe, when to slew, when to step.

Law: pure: readings come in with their monotonic time, what happened goes out. Time runs on the own
oscillator, corrected; a source never sets it, it is steered towards the one that is chosen.

- `jury` says whom to follow. Candidates are the sources of the highest trust that is there.
- The **own line** is a witness once it has been synchronised: where a source, or a majority, then
  differs from it by more than a step, somebody is wrong. Time runs on (SUSPECT) until one source
  alone has said so for five minutes, or several that agree for half a minute; only then it is
  stepped. Where two sources contradict each other, the witness decides.
- Up to 128 ms is slewed, by at most 500 ppm (RFC 5905: STEPT, and the kernel's own slew).
- Nobody left: HOLDOVER. Time goes on with the drift that was measured; what it may be off by grows
  by the drift's error and the wander of quartz, and is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from hub.clock.jury import STEP_S, Jury, Verdict
from hub.clock.readings import Trust
from hub.clock.report import Standing
from hub.clock.selection import Candidate
from protocol.times import from_unix
from station_config.runtime.timekeeping.quality import Quality
from station_config.runtime.timekeeping.steering import Leap, Steering
from station_config.runtime.timekeeping.track import AGEING, WANDER, Drift

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.clock.readings import Reading

SLEW = 500e-6
LEAP_GUARD_S = 2.0
DAY_S = 86_400


class What(StrEnum):
    """What happened."""

    CHOSEN = "chosen"
    STEPPED = "stepped"
    QUALITY = "quality"
    STANDING = "standing"
    LEAP_ANNOUNCED = "leap-announced"
    LEAP_PASSED = "leap-passed"


@dataclass(frozen=True)
class Happened:
    """Effect: something that a log tells.

    Attributes:
        what: see `What`.
        source: the one that it is about.
        seconds: stepped by so much; sign of a leap second; offset of a source.
        word: the new quality or standing.
    """

    what: What
    source: str = ""
    seconds: float = 0.0
    word: str = ""


@dataclass(frozen=True)
class Known:
    """What was known when a source was followed last.

    Attributes:
        mono_s: when.
        uncertainty_s: ± of the time then.
        growth: of that, a second.
        trust: of the source.
        stratum: of the source.
        source: its name.
    """

    mono_s: float
    uncertainty_s: float
    growth: float
    trust: Trust
    stratum: int | None = None
    source: str = ""


class Discipline:
    """Keeps the station's time.

    Args:
        start: unix seconds at `mono_s`: the machine's own clock, or an earlier life's time.
        mono_s: monotonic real seconds, going on while the machine sleeps.
        sources: by name, with how often each is to be expected.
        drift: what an earlier life measured.
        known: what an earlier life knew, if its time is what `start` is.
    """

    def __init__(
        self,
        start: float,
        mono_s: float,
        sources: Mapping[str, float],
        *,
        drift: Drift | None = None,
        known: Known | None = None,
    ) -> None:
        self.steering = Steering(start, mono_s, slew=SLEW, step_s=STEP_S)
        self.jury = Jury(sources, mono_s, drift)
        self.chosen = "" if known is None else known.source
        self.steps = 0
        self.drift = drift
        self.known = known
        self._following = False
        self._suspect = False
        self._quality = self.quality(mono_s)
        if known is not None and drift is not None:
            self.steering.aim(0.0, mono_s, slope=drift.slope)

    def unix(self, mono_s: float) -> float:
        """Return the time, unix seconds."""
        return self.steering.unix(mono_s)

    def take(self, reading: Reading) -> list[Happened]:
        """Take a reading; return what came of it."""
        happened = self._settle(reading.mono_s)
        if self.steering.near_leap(reading.mono_s, LEAP_GUARD_S):
            return happened
        self.jury.take(reading, reading.utc - self.steering.raw(reading.mono_s))
        return happened + self.look(reading.mono_s)

    def look(self, mono_s: float) -> list[Happened]:
        """See what the time alone changes: silence, patience, a leap second."""
        happened = self._settle(mono_s)
        verdict = self.jury.judge(mono_s, self._witness(mono_s), self.chosen)
        for name, standing in verdict.standings.items():
            happened += self._stand(name, standing)
        self._suspect = verdict.suspect
        self._following = verdict.chosen is not None
        if verdict.chosen is not None:
            happened += self._follow(verdict.chosen, mono_s)
        happened += self._announce(verdict, mono_s)
        quality = self.quality(mono_s)
        if quality is not self._quality:
            self._quality = quality
            happened.append(Happened(What.QUALITY, self.chosen, word=quality))
        return happened

    def quality(self, mono_s: float) -> Quality:  # noqa: ARG002 - what is told is told of an instant
        """Return in one word how the time is known."""
        if self._suspect:
            return Quality.SUSPECT
        if self.known is None or self.known.trust is Trust.UNVOUCHED:
            return Quality.UNSET
        synced = self._following and self.known.trust is Trust.SYNCED
        return Quality.SYNCED if synced else Quality.HOLDOVER

    def uncertainty(self, mono_s: float) -> float | None:
        """Return ± of the time, seconds; None: nobody can say."""
        known = self.known
        if known is None or known.trust is Trust.UNVOUCHED:
            return None
        grown_s = known.growth * (mono_s - known.mono_s)
        return known.uncertainty_s + grown_s + abs(self.steering.error(mono_s))

    def _witness(self, mono_s: float) -> Candidate | None:
        """Return the own line as a witness, None while it has never been synchronised."""
        uncertainty_s = self.uncertainty(mono_s)
        if uncertainty_s is None:
            return None
        offset_s = self.steering.target(mono_s) + self.steering.error(mono_s)
        return Candidate("", offset_s, uncertainty_s + STEP_S)

    def _follow(self, chosen: Candidate, mono_s: float) -> list[Happened]:
        watched = self.jury.watched[chosen.name]
        assert watched.last is not None  # noqa: S101 - it is a candidate
        happened = []
        if chosen.name != self.chosen:
            self.chosen = chosen.name
            happened.append(Happened(What.CHOSEN, chosen.name))
        self.drift = watched.track.drift or self.drift
        slope = 0.0 if self.drift is None else self.drift.slope
        stepped_s = self.steering.aim(chosen.offset_s, mono_s, slope=slope)
        if stepped_s:
            self.steps += 1
            happened.append(Happened(What.STEPPED, chosen.name, stepped_s))
        growth = AGEING if self.drift is None else self.drift.error + WANDER
        last = watched.last
        self.known = Known(mono_s, chosen.distance_s, growth, last.trust, last.stratum, chosen.name)
        return happened

    def _stand(self, name: str, standing: Standing) -> list[Happened]:
        watched = self.jury.watched[name]
        if watched.standing is standing:
            return []
        watched.standing = standing
        best = watched.track.best(0.0 if watched.last is None else watched.last.mono_s)
        offset_s = 0.0
        if best is not None:
            offset_s = best.offset_s - self.steering.target(best.mono_s)
        return [Happened(What.STANDING, name, offset_s, standing)]

    def _announce(self, verdict: Verdict, mono_s: float) -> list[Happened]:
        """Take the announcement of more than half of the sources that agree."""
        if verdict.chosen is None or self.steering.in_leap(mono_s):
            return []
        good = {Standing.CHOSEN, Standing.AGREES}
        said = [
            self.jury.watched[name].last.leap  # type: ignore[union-attr] # it is a candidate
            for name, standing in verdict.standings.items()
            if standing in good
        ]
        seconds = next((s for s in (1, -1) if 2 * said.count(s) > len(said)), 0)
        leap = _leap_today(self.steering.unix(mono_s), seconds)
        if leap == self.steering.leap:
            return []
        self.steering.leap = leap
        return [] if leap is None else [Happened(What.LEAP_ANNOUNCED, seconds=leap.seconds)]

    def _settle(self, mono_s: float) -> list[Happened]:
        return [Happened(What.LEAP_PASSED)] if self.steering.settle(mono_s) else []


def _leap_today(unix: float, seconds: int) -> Leap | None:
    """Return the leap second at the end of this day (UTC); months alone end with one."""
    midnight = (unix // DAY_S + 1) * DAY_S
    ends = from_unix(midnight)
    if not seconds or (ends - timedelta(seconds=1)).month == ends.month:
        return None
    return Leap(midnight, seconds)
