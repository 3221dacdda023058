"""Sounds in the order in which they are wanted: what is due goes before what will be.

Law: makes nothing; it lets a request through, or holds it back. What is wanted now goes through at
once. What is made ahead goes one at a time, and only while nothing is made that is wanted now: so a
station that has just started, with much to prepare, does not keep what is due waiting for it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred

if TYPE_CHECKING:
    from collections.abc import Callable

    from subsystems.broadcast.model import Saying
    from subsystems.broadcast.speech.port import Clip

    Make = Callable[[Saying, str, str], Deferred[Clip]]


@dataclass(frozen=True)
class _Held:
    what: tuple[Saying, str, str]
    done: Deferred[Clip]


class Ahead:
    """The order of sounds.

    Args:
        make: makes the sound of words, with a chime and maybe a recording in their place.
    """

    def __init__(self, make: Make) -> None:
        self._make = make
        self._held: deque[_Held] = deque()
        self._urgent = 0
        self._ahead = 0

    def sound(self, saying: Saying, chime: str, recording: str, urgent: bool) -> Deferred[Clip]:  # noqa: FBT001 - as `Hands` has it
        """Have a sound made.

        Args:
            saying: its words.
            chime: before it, "" for none.
            recording: in place of the words, "" for none.
            urgent: it is wanted now.
        """
        if urgent:
            self._urgent += 1
            return self._make(saying, chime, recording).addBoth(self._urgent_done)
        held = _Held((saying, chime, recording), Deferred())
        self._held.append(held)
        self._let_through()
        return held.done

    def _urgent_done(self, result: Any) -> Any:  # noqa: ANN401 - a clip or a failure
        self._urgent -= 1
        self._let_through()
        return result

    def _let_through(self) -> None:
        if self._held and not self._urgent and not self._ahead:
            self._ahead += 1
            held = self._held.popleft()
            self._make(*held.what).addBoth(self._ahead_done).chainDeferred(held.done)

    def _ahead_done(self, result: Any) -> Any:  # noqa: ANN401 - a clip or a failure
        self._ahead -= 1
        self._let_through()
        return result
