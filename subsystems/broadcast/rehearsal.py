"""A day of announcements played through without a sound, as fast as it can be computed.

Law: pure: the scheduler is driven as its driver would drive it, voices and syntheses last as long
as the caller says. For tests, benches, and for whoever wants to see what a day will sound like.

Time is real seconds from the beginning; station time follows at the state's rate.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from subsystems.broadcast.asking import derive
from subsystems.broadcast.effects import Ask, CutOff, Effect, Play, Prepare
from subsystems.broadcast.events import ClipReady, Ended, Event, Tick
from subsystems.broadcast.machine import step, wake_in
from subsystems.broadcast.speech.ending import Ended as How

if TYPE_CHECKING:
    from collections.abc import Callable

    from protocol.times import Instant
    from subsystems.broadcast.asking import Rules
    from subsystems.broadcast.model import Occasion
    from subsystems.broadcast.state import State

    Decide = Callable[[State, Event, Instant, float], tuple[State, tuple[Effect, ...]]]

FADE_S = 0.05
"""Real seconds in which a voice that is cut off falls silent (`speech.port.Sink.stop`)."""

SYNTHESIS_S = 0.4
"""Real seconds of a synthesis, as issue 6 aims at for new text, with room."""


@dataclass
class Rehearsal:
    """The stage: a scheduler, and what stands for rules, voices and loudspeakers.

    Attributes:
        state: of the scheduler.
        origin: station time at second 0.
        rules: (source, now, what was told) to what it has to say.
        length: real seconds that an occasion takes to say.
        synthesis: real seconds that its clip takes to make; None: it never comes.
        heard: called with every effect.
        decide: the scheduler's `step`, or something around it that measures.
        now_s: real seconds since the beginning.
        steps: taken so far.
    """

    state: State
    origin: Instant
    rules: Rules
    length: Callable[[Occasion], float]
    synthesis: Callable[[Occasion], float | None] = lambda _: SYNTHESIS_S
    heard: Callable[[Effect], None] = lambda _: None
    decide: Decide = step
    now_s: float = 0.0
    steps: int = 0
    _coming: list[tuple[float, int, Event]] = field(default_factory=list)
    _count: int = 0
    _silenced: dict[str, set[str]] = field(default_factory=dict)

    @property
    def now(self) -> Instant:
        """Station time."""
        return self.origin + self.state.station(self.now_s)

    def happen(self, event: Event) -> None:
        """Let `event` happen now, and do what the scheduler wants."""
        self.steps += 1
        self.state, effects = self.decide(self.state, event, self.now, self.now_s)
        for effect in effects:
            self.heard(effect)
            self._do(effect)

    def tell(self, *sources: str) -> None:
        """Let the rules say what `sources` have to say now."""
        self.happen(derive(self.state, sources, self.now, self.rules))

    def until(self, second: float) -> None:
        """Let time go on to real second `second`."""
        while True:
            wake_s = self.now_s + max(0.001, wake_in(self.state, self.now, self.now_s))
            coming = self._coming[0][0] if self._coming else float("inf")
            if min(coming, wake_s) > second:
                break
            if coming <= wake_s:
                self.now_s, _, event = heappop(self._coming)
                left = self._still(event)
                if left is not None:
                    self.happen(left)
            else:
                self.now_s = wake_s
                self.happen(Tick())
        self.now_s = second

    def later(self, seconds: float, event: Event) -> None:
        """Let `event` happen in so many real seconds."""
        self._count += 1
        heappush(self._coming, (self.now_s + seconds, self._count, event))

    def _do(self, effect: Effect) -> None:
        match effect:
            case Ask():
                self.tell(*effect.sources)
            case Prepare():
                seconds = self.synthesis(effect.occasion)
                if seconds is not None:
                    self.later(seconds, ClipReady(effect.clip, self.length(effect.occasion)))
            case Play():
                zones = frozenset(effect.zones)
                self.later(effect.seconds, Ended(effect.voice, How.PLAYED, zones))
            case CutOff():
                self._silenced.setdefault(effect.voice, set()).update(effect.zones)
                cut = Ended(effect.voice, How.CUT_OFF, frozenset(effect.zones))
                self.later(FADE_S, cut)
            case _:
                pass

    def _still(self, event: Event) -> Event | None:
        """Return what is left of a voice's end when it was silenced in some zones before."""
        if not isinstance(event, Ended) or event.how is not How.PLAYED:
            return event
        zones = event.zones - self._silenced.pop(event.voice, set())
        return Ended(event.voice, event.how, zones) if zones else None
