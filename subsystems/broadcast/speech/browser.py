"""Browsers as loudspeakers: pages fetch the clip and are told when it begins and ends.

Law: keeps the time of a playing and nothing else; who tells the pages is given. Also the sink of a
station that has no other: everything then takes the time that it would take.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.defer import succeed

from subsystems.broadcast.speech.port import Ended, SinkState
from subsystems.broadcast.speech.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.defer import Deferred
    from twisted.internet.interfaces import IReactorTime

    from subsystems.broadcast.speech.port import Playback

FADE_S = 0.05
"""Real seconds that pages take to fade out."""


class BrowserSpeaker:
    """Browsers that listen to some zones.

    Args:
        reactor: its seconds are monotonic.
        name: for logs and status.
        zones: that it reaches.
        on_play: told of each playing when it begins (None) and when it ends.
    """

    def __init__(
        self,
        reactor: IReactorTime,
        name: str,
        zones: frozenset[str],
        on_play: Callable[[Playback, Ended | None], None] = lambda _playback, _ended: None,
    ) -> None:
        self._reactor = reactor
        self.name = name
        self.zones = zones
        self.on_play = on_play
        self._timer: Any = None
        self._turns = Turns(self._begin, self._cut_off)

    @property
    def state(self) -> SinkState:
        """It always works: whether somebody listens is not known here."""
        return SinkState(works=True, figures={"playing": float(self._turns.current is not None)})

    def play(self, playback: Playback) -> Deferred[Ended]:
        """Take the time of the clip."""
        return self._turns.play(playback)

    def stop(self, playback_id: str) -> None:
        """Cut it off."""
        self._turns.stop(playback_id)

    def hush(self, *, silent: bool) -> None:
        """It has no background."""

    def close(self) -> Deferred[None]:
        """Be silent."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._turns.end_all(Ended.CUT_OFF)
        return succeed(None)

    def _begin(self, playback: Playback) -> None:
        self._timer = self._reactor.callLater(playback.clip.seconds, self._end, Ended.PLAYED)
        self.on_play(playback, None)

    def _cut_off(self, _playback: Playback) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._reactor.callLater(FADE_S, self._end, Ended.CUT_OFF)

    def _end(self, how: Ended) -> None:
        self._timer = None
        playback = self._turns.current
        if playback is not None:
            self.on_play(playback, how)
        self._turns.ended(how)
