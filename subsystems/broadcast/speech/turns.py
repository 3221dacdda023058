"""One voice at a time on a sink that reaches several zones: the next one waits for its turn.

Law: order only. The scheduler keeps a zone to one voice; zones that share loudspeakers are the
sink's own matter. Who waits can be stopped, and is then not heard at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred

from subsystems.broadcast.speech.port import Ended

if TYPE_CHECKING:
    from collections.abc import Callable

    from subsystems.broadcast.speech.port import Playback


@dataclass
class _Turn:
    playback: Playback
    over: Deferred[Ended]


class Turns:
    """The voice that is heard, and those that wait.

    Args:
        begin: starts one; whoever carries it out calls `ended`.
        cut_off: has the one that is heard fall silent; `ended` follows.
    """

    def __init__(
        self, begin: Callable[[Playback], None], cut_off: Callable[[Playback], None]
    ) -> None:
        self._begin = begin
        self._cut_off = cut_off
        self._turns: list[_Turn] = []

    @property
    def current(self) -> Playback | None:
        """Who is heard."""
        return self._turns[0].playback if self._turns else None

    def play(self, playback: Playback) -> Deferred[Ended]:
        """Begin now or when those before are over; fires when it is over."""
        turn = _Turn(playback, Deferred())
        self._turns.append(turn)
        if len(self._turns) == 1:
            self._begin(playback)
        return turn.over

    def stop(self, playback_id: str) -> None:
        """Cut it off; one that waits is over at once."""
        for number, turn in enumerate(self._turns):
            if turn.playback.id != playback_id:
                continue
            if number:
                self._turns.remove(turn)
                turn.over.callback(Ended.CUT_OFF)
            else:
                self._cut_off(turn.playback)
            return

    def ended(self, how: Ended) -> None:
        """Say that the one that was heard is over; without one, nothing happens."""
        if not self._turns:
            return
        turn = self._turns.pop(0)
        turn.over.callback(how)
        if self._turns and self._turns[0] is not turn:
            self._begin(self._turns[0].playback)

    def end_all(self, how: Ended) -> None:
        """Say that nobody is heard any more."""
        turns, self._turns = self._turns, []
        for turn in turns:
            turn.over.callback(how)
