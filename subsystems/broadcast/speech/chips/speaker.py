"""A speech chip as a sink: the machine's effects on a real line.

Law: carries effects out, decides nothing. Where a chip cannot say all of a saying, that is logged
and told in `state`; it says the rest. A chip is cut off at once, it cannot fade.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, assert_never

from twisted.internet.defer import Deferred, succeed

from subsystems.broadcast.speech.chips.frames import CHIPS, reply_of
from subsystems.broadcast.speech.chips.line import ChipLine
from subsystems.broadcast.speech.chips.machine import (
    Cut,
    Heard,
    ImpossibleError,
    Lost,
    Mode,
    Opened,
    Over,
    Say,
    Send,
    State,
    TimedOut,
    Wait,
    step,
)
from subsystems.broadcast.speech.chips.text import Voice, text_of
from subsystems.broadcast.speech.port import Ended, SinkState
from subsystems.broadcast.speech.turns import Turns

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger
    from twisted.internet.interfaces import IReactorTime

    from subsystems.broadcast.speech.chips.machine import Effect, Event
    from subsystems.broadcast.speech.port import Playback
    from subsystems.broadcast.speech.settings import ChipSink

BITS = 10
"""Of an octet on the line."""


class ChipSpeaker:
    """A chip.

    Args:
        reactor: its seconds are monotonic.
        settings: which, and where.
        log: says what it cannot say.
    """

    def __init__(
        self, reactor: IReactorTime, settings: ChipSink, log: FilteringBoundLogger
    ) -> None:
        self._reactor, self._settings, self._log = reactor, settings, log
        self.name, self.zones = settings.name, frozenset(settings.zones)
        self._chip = CHIPS[settings.model]
        self._voice = Voice(settings.volume, settings.speed, settings.chimes)
        self._state = State()
        self._timer: Any = None
        self._turns = Turns(self._begin, lambda _playback: self._take(Cut()))
        self._lost_words = 0
        self._line = ChipLine(
            reactor,
            Path(settings.device),
            settings.baud,
            on_open=lambda: self._take(Opened()),
            on_lost=self._on_lost,
            on_octets=self._on_octets,
        )

    def start(self) -> None:
        """Open the line."""
        self._line.start()

    @property
    def state(self) -> SinkState:
        """Whether the chip answered last."""
        figures = {"lost": float(self._lost_words), "speaking": float(bool(self._state.texts))}
        return SinkState(works=self._state.works, why=self._state.why, figures=figures)

    def play(self, playback: Playback) -> Deferred[Ended]:
        """Have the chip say it, after what it says now."""
        return self._turns.play(playback)

    def stop(self, playback_id: str) -> None:
        """Silence it."""
        self._turns.stop(playback_id)

    def hush(self, *, silent: bool) -> None:
        """It has no background."""

    def close(self) -> Deferred[None]:
        """Silence it, and give the port back."""
        if self._state.mode in {Mode.SENT, Mode.SPEAKING}:
            self._line.send(self._chip.stop())
        self._wait(None)
        self._line.stop()
        self._turns.end_all(Ended.CUT_OFF)
        return succeed(None)

    def _begin(self, playback: Playback) -> None:
        text = text_of(
            playback.saying, self._chip, self._voice, gain_db=playback.gain_db, chime=playback.chime
        )
        for why in text.lost:
            self._lost_words += 1
            self._log.warning("speech.chip-cannot-say", sink=self.name, why=why)
        if not text.pieces or self._state.mode is Mode.CLOSED:
            self._reactor.callLater(0, self._turns.ended, Ended.FAILED)
            return
        longest = max(map(len, text.pieces))
        self._take(Say(text.pieces, longest * BITS / self._settings.baud))

    def _on_octets(self, octets: bytes) -> None:
        for octet in octets:
            reply = reply_of(octet)
            if reply is not None and self._state.mode is not Mode.CLOSED:
                self._take(Heard(reply))

    def _on_lost(self, why: str) -> None:
        if self._state.mode is not Mode.CLOSED:
            self._log.error("speech.chip-lost", sink=self.name, why=why)
            self._take(Lost(why))

    def _take(self, event: Event) -> None:
        before = self._state
        try:
            self._state, effects = step(self._state, event)
        except ImpossibleError:
            # Only `Cut` of what is over by now.
            return
        for effect in effects:
            self._perform(effect)
        if before.works != self._state.works:
            self._log.info("speech.chip", sink=self.name, works=self._state.works, why=before.why)

    def _perform(self, effect: Effect) -> None:
        match effect:
            case Send.TEXT:
                self._line.send(self._chip.speak(self._state.texts[0]))
            case Send.STOP:
                self._line.send(self._chip.stop())
            case Send.STATUS:
                self._line.send(self._chip.status())
            case Wait(seconds=seconds):
                self._wait(seconds)
            case Over(how=how):
                # Later: what follows may be said at once, and this step is not over.
                self._reactor.callLater(0, self._turns.ended, how)
            case _:
                assert_never(effect)

    def _wait(self, seconds: float | None) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = None
        if seconds is not None:
            self._timer = self._reactor.callLater(seconds, self._take, TimedOut())
