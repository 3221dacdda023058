"""The scheduler's effects, carried out; what happens, handed to the scheduler.

Law: it decides nothing. Effects are done in their order, what is to be remembered first; an event
that an effect brings about at once waits until they are all done. The scheduler is woken when it
wants to be.

    event ─▶ machine.step ─▶ Remember ─▶ ledger      Prepare ─▶ speech ─▶ ClipReady ─┐
                          └▶ Ask ─▶ rules ─▶ Derived  Play ───▶ loudspeakers ─▶ Ended ┴▶ event
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from protocol.errors import DeviceError
from subsystems.broadcast.asking import derive
from subsystems.broadcast.effects import (
    Ask,
    Background,
    Complain,
    CutOff,
    Dropped,
    Play,
    Prepare,
    Remember,
    Spoken,
)
from subsystems.broadcast.events import ClipFailed, ClipReady, Ended, Tick
from subsystems.broadcast.machine import step, wake_in
from subsystems.broadcast.sounded import Sounded
from subsystems.broadcast.speech.port import Ended as How

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.defer import Deferred
    from twisted.internet.interfaces import IReactorTime
    from twisted.python.failure import Failure

    from protocol.times import Instant
    from subsystems.broadcast.effects import Effect
    from subsystems.broadcast.events import Event
    from subsystems.broadcast.figures import Counts
    from subsystems.broadcast.heard import Heard
    from subsystems.broadcast.ledger import Ledger
    from subsystems.broadcast.model import Occasion, Saying, Told
    from subsystems.broadcast.speech.port import Clip
    from subsystems.broadcast.state import State

    Rules = Callable[[str, Instant, Mapping[str, Told]], tuple[Occasion, ...]]

SOONEST_S = 0.005
"""Between two steps that nothing but time asks for."""
AT_ONCE = 40
"""Runs that the rules are asked about in one turn of the reactor."""


@dataclass(frozen=True)
class _Anew:
    """The rules are to be asked about these, for the instant of the step that takes it."""

    sources: tuple[str, ...]


@dataclass(frozen=True)
class Hands:
    """What the driver does things with.

    Attributes:
        rules: what a source has to say.
        words: of an occasion; raises nothing.
        sound: makes the sound of words, with a chime, maybe a recording in their place, and whether
            it is wanted now.
        now: station time.
        day: the station's local date of an instant.
        spoken: told of each voice that begins or ends, with its words and the digest of its sound.
        changed: told after each step.
    """

    rules: Rules
    words: Callable[[Occasion], Saying]
    sound: Callable[[Saying, str, str, bool], Deferred[Clip]]
    now: Callable[[], Instant]
    day: Callable[[Instant], date]
    spoken: Callable[[Spoken, Sounded], None]
    changed: Callable[[], None]


class Driver:
    """Drives one scheduler.

    Args:
        reactor: real seconds, monotonic.
        state: of the scheduler, before its first event.
        hands: see `Hands`.
        ledger: remembers.
        counts: what was and was not spoken.
        log: of the process.

    Attributes:
        state: of the scheduler.
        heard: the voices; set before the first event.
        waited: told of the real seconds that each announcement was due before its voice began.
    """

    heard: Heard

    def __init__(
        self,
        reactor: IReactorTime,
        state: State,
        hands: Hands,
        ledger: Ledger,
        counts: Counts,
        log: FilteringBoundLogger,
    ) -> None:
        self._reactor = reactor
        self._hands = hands
        self._ledger = ledger
        self._counts = counts
        self._log = log
        self._waiting: deque[Event | _Anew] = deque()
        self._busy = False
        self._timer: Any = None
        self._sounded: dict[str, Sounded] = {}
        self._to_ask: dict[str, None] = {}
        self._asking = False
        self._stopped = False
        self.state = state
        self.waited: Callable[[float], None] = lambda _seconds: None

    def begin(self) -> None:
        """Recall what an earlier life said, and go on."""
        self.happen(self._ledger.recall(self._hands.now()))
        self.ask([""])

    def stop(self) -> None:
        """Do nothing more."""
        self._stopped = True
        if self._timer is not None and self._timer.active():
            self._timer.cancel()

    def ask(self, sources: Iterable[str]) -> None:
        """Have the rules say anew what these have to say: runs by id, the station as ""."""
        self._to_ask |= dict.fromkeys(sources)
        if self._to_ask and not self._asking:
            self._asking = True
            self._ask_some()

    def happen(self, event: Event) -> None:
        """Let it happen now, or after what is being done."""
        self._take(event)

    def _take(self, event: Event | _Anew) -> None:
        if self._stopped:
            return
        self._waiting.append(event)
        if self._busy:
            return
        self._busy = True
        try:
            while self._waiting:
                self._next(self._waiting.popleft())
        finally:
            self._busy = False
        self._tidy()
        self._wake()
        self._hands.changed()

    def _next(self, event: Event | _Anew) -> None:
        now, mono_s = self._hands.now(), self._reactor.seconds()
        if isinstance(event, _Anew):
            event = derive(self.state, event.sources, now, self._hands.rules)
        self._step(event, now, mono_s)

    def sounded(self, clip: str) -> Sounded | None:
        """Return the words and the sound of that name."""
        return self._sounded.get(clip)

    def _ask_some(self) -> None:
        if self._stopped:
            return
        some = list(self._to_ask)[:AT_ONCE]
        for source in some:
            del self._to_ask[source]
        self._take(_Anew(tuple(some)))
        self._asking = bool(self._to_ask)
        if self._asking:
            self._reactor.callLater(0, self._ask_some)

    def _step(self, event: Event, now: Instant, mono_s: float) -> None:
        self.state, effects = step(self.state, event, now, mono_s)
        self._remember([each for each in effects if isinstance(each, Remember)])
        for effect in effects:
            self._do(effect, now, mono_s)

    def _remember(self, effects: list[Remember]) -> None:
        self._ledger.keep(each.record for each in effects)

    def _do(self, effect: Effect, now: Instant, mono_s: float) -> None:  # noqa: C901 - a table
        match effect:
            case Ask():
                derived = derive(self.state, effect.sources, now, self._hands.rules)
                self._step(derived, now, mono_s)
            case Prepare():
                self._prepare(effect)
            case Play():
                self._play(effect, now)
            case CutOff():
                self.heard.cut_off(effect.voice, effect.zones)
            case Spoken():
                self._spoken(effect)
            case Dropped():
                self._counts.dropped[effect.reason] += len(effect.zones)
                self._say("broadcast.dropped", effect.occasion, effect.zones, effect.reason)
            case Complain():
                self._counts.complaints += 1
                self._log.error("broadcast.complaint", what=effect.what)
            case Background():
                self.heard.background(effect.zones, silent=effect.silent)
            case Remember():
                pass  # remembered already

    def _prepare(self, effect: Prepare) -> None:
        occasion = effect.occasion
        saying = self._hands.words(occasion)
        if not saying.parts and not occasion.clip:
            self._waiting.append(ClipFailed(effect.clip, "there are no words for it"))
            return

        def ready(clip: Clip) -> None:
            self._sounded[effect.clip] = Sounded(clip, saying)
            self.happen(ClipReady(effect.clip, clip.seconds))

        def failed(failure: Failure) -> None:
            expected = failure.check(DeviceError)
            told = failure.getErrorMessage() if expected else failure.getTraceback()
            self._log.error("broadcast.no-sound", key=occasion.key, why=told)
            self.happen(ClipFailed(effect.clip, failure.getErrorMessage()))

        sound = self._hands.sound(saying, occasion.chime, occasion.clip, effect.urgent)
        sound.addCallbacks(ready, failed)

    def _play(self, effect: Play, now: Instant) -> None:
        sounded = self._sounded.get(effect.clip)
        if sounded is None:
            self._log.error("broadcast.no-clip", clip=effect.clip)
            self._waiting.append(Ended(effect.voice, How.FAILED, why="its sound is gone"))
            return
        self._counts.spoken[effect.occasion.kind] += 1
        due = [self.state.items.get(each.key) for each in effect.occasion.members]
        due.append(self.state.items.get(effect.occasion.key))
        since = [each.due_s for each in due if each is not None and each.due_s is not None]
        if since and effect.round == 1:
            self.waited(max(0.0, self._reactor.seconds() - min(since)))
        self._say("broadcast.speaks", effect.occasion, effect.zones, "")
        self.heard.play(effect, sounded.clip, sounded.saying, self._hands.day(now))

    def _spoken(self, effect: Spoken) -> None:
        if effect.ended and effect.reason is not None:
            self._counts.cut[effect.reason] += 1
        sounded = self._sounded.get(effect.play.clip)
        if sounded is not None:
            self._hands.spoken(effect, sounded)

    def _say(self, event: str, occasion: Occasion, zones: tuple[str, ...], why: str) -> None:
        self._log.info(event, key=occasion.key, kind=occasion.kind, zones=zones, why=why)

    def _tidy(self) -> None:
        """Forget sounds that nobody will ask for any more."""
        wanted = self.state.sounds.keys() | {v.play.clip for v in self.state.voices.values()}
        for name in self._sounded.keys() - wanted:
            del self._sounded[name]

    def _wake(self) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        if not self._stopped:
            wait_s = wake_in(self.state, self._hands.now(), self._reactor.seconds())
            self._timer = self._reactor.callLater(max(SOONEST_S, wait_s), self.happen, Tick())
