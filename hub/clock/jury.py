"""Whom to believe: sources, what they have told, and what each of them is to us now.

Law: pure. `selection` says who agrees; here stands who may vote, and what becomes of a source that
contradicts what was known. Nothing is steered.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from hub.clock.readings import Trust
from hub.clock.report import Standing
from hub.clock.selection import Candidate, agree, bound, choose
from station_config.runtime.timekeeping.track import Drift, Sample, Track

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.clock.readings import Reading

STEP_S = 0.128
"""RFC 5905: STEPT."""
LEAST_S = 0.001
"""No reading is better than the reactor's own punctuality."""
ENOUGH = 3
"""Readings before a source is a candidate."""
START_S = 60.0
"""So long at most the first choice waits for sources that have begun to speak."""
ALONE_S = 300.0
"""RFC 5905: the stepout threshold."""
TOGETHER_S = 30.0
SILENT_TIMES = 5.0
SILENT_LEAST_S = 15.0
"""A source is silent after so many missed readings, and so many seconds."""


@dataclass
class Watched:
    """A source as the discipline sees it.

    Attributes:
        track: of its readings.
        every_s: how often one is to be expected.
        last: reading, None: there was none.
        standing: see `Standing`.
        readings: how many there were.
    """

    track: Track
    every_s: float
    last: Reading | None = None
    standing: Standing = Standing.SILENT
    readings: int = 0

    def silent(self, mono_s: float) -> bool:
        """Return whether it should have said something since."""
        most_s = max(SILENT_TIMES * self.every_s, SILENT_LEAST_S)
        return self.last is None or mono_s - self.last.mono_s > most_s


@dataclass
class _Jump:
    """A contradiction to the own line that lasts."""

    since_s: float
    offset_s: float


@dataclass
class Verdict:
    """What was found.

    Attributes:
        chosen: whom to follow, None: nobody.
        suspect: there are contradictions that nobody can decide.
        standings: of all sources, by name.
    """

    chosen: Candidate | None = None
    suspect: bool = False
    standings: dict[str, Standing] = field(default_factory=dict)


class Jury:
    """Watches sources and judges them.

    Args:
        sources: by name, with how often each is to be expected.
        mono_s: now.
        drift: of the own oscillator, as an earlier life measured it.

    Attributes:
        watched: the sources by name.
    """

    def __init__(
        self, sources: Mapping[str, float], mono_s: float, drift: Drift | None = None
    ) -> None:
        self.watched = {
            name: Watched(Track(gap_s=STEP_S, drift=drift), every_s)
            for name, every_s in sources.items()
        }
        self._began_s = mono_s
        self._jump: _Jump | None = None

    def take(self, reading: Reading, offset_s: float) -> None:
        """Take a reading that is `offset_s` from the line."""
        watched = self.watched[reading.source]
        watched.last = reading
        watched.readings += 1
        if reading.trust is Trust.REFUSED:
            watched.track.clear()
        else:
            uncertainty_s = max(reading.uncertainty_s, LEAST_S)
            watched.track.take(Sample(offset_s, uncertainty_s, reading.mono_s))

    def judge(self, mono_s: float, witness: Candidate | None, present: str) -> Verdict:
        """Return what every source is now, and whom to follow.

        Args:
            mono_s: now.
            witness: the own line, without a name; None while it was never synchronised.
            present: the source that is followed; it is kept while none is much better.
        """
        verdict = Verdict()
        able = self._able(mono_s, verdict.standings)
        trust = max((self._trust(name) for name in able), default=Trust.REFUSED)
        verdict.standings |= dict.fromkeys(able, Standing.SPARE)
        candidates = [self._candidate(n, mono_s) for n in able if self._trust(n) is trust]
        if not candidates or (trust is Trust.UNVOUCHED and witness is not None):
            self._jump = None
            return verdict
        learning = Standing.LEARNING in verdict.standings.values()
        if witness is None and learning and mono_s - self._began_s < START_S:
            return verdict
        self._elect(candidates, witness, present, mono_s, verdict)
        return verdict

    def _able(self, mono_s: float, standings: dict[str, Standing]) -> list[str]:
        """Return the sources that say enough, and how the others stand."""
        able = []
        for name, watched in self.watched.items():
            if watched.silent(mono_s):
                standings[name] = Standing.SILENT
            elif self._trust(name) is Trust.REFUSED:
                standings[name] = Standing.REFUSED
            elif len(watched.track.samples) < ENOUGH:
                standings[name] = Standing.LEARNING
            else:
                able.append(name)
        return able

    def _elect(
        self,
        candidates: list[Candidate],
        witness: Candidate | None,
        present: str,
        mono_s: float,
        verdict: Verdict,
    ) -> None:
        found = agree(candidates)
        if found is None and witness is not None:
            found = agree([*candidates, witness])
        true = [] if found is None else [each for each in found.true if each.name]
        names = {each.name for each in true}
        astray = Standing.FALSE if true else Standing.CONTRADICTS
        for each in candidates:
            verdict.standings[each.name] = Standing.AGREES if each.name in names else astray
        chosen = choose(true, present)
        if chosen is None or not self._believable(chosen, witness, len(true), mono_s):
            verdict.suspect = True
            for name in names:
                verdict.standings[name] = Standing.CONTRADICTS
            return
        verdict.chosen = replace(chosen, distance_s=bound(true, chosen))
        verdict.standings[chosen.name] = Standing.CHOSEN

    def _believable(
        self, chosen: Candidate, witness: Candidate | None, together: int, mono_s: float
    ) -> bool:
        """Return whether to follow: at once if the witness agrees, else if it lasts."""
        if witness is None or _meet(chosen, witness):
            self._jump = None
            return True
        jump = self._jump
        if jump is None or abs(jump.offset_s - chosen.offset_s) > STEP_S:
            jump = self._jump = _Jump(mono_s, chosen.offset_s)
        patience_s = ALONE_S if together == 1 else TOGETHER_S
        if mono_s - jump.since_s < patience_s:
            return False
        self._jump = None
        return True

    def _candidate(self, name: str, mono_s: float) -> Candidate:
        watched = self.watched[name]
        best = watched.track.best(mono_s)
        assert best is not None  # noqa: S101 - see `_able`
        assert watched.last is not None  # noqa: S101 - likewise
        return Candidate(name, best.offset_s, best.uncertainty_s + watched.last.distance_s)

    def _trust(self, name: str) -> Trust:
        last = self.watched[name].last
        return Trust.REFUSED if last is None else last.trust


def _meet(one: Candidate, other: Candidate) -> bool:
    return abs(one.offset_s - other.offset_s) <= one.distance_s + other.distance_s


def jitter(samples: Sequence[Sample]) -> float | None:
    """Return the root mean square of the differences between samples, seconds."""
    steps = [b.offset_s - a.offset_s for a, b in pairwise(samples)]
    return (sum(step * step for step in steps) / len(steps)) ** 0.5 if steps else None
