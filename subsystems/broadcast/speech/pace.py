"""Frames at their time: the n-th one is due at the beginning plus n times its length, for ever.

Law: no drift: nothing is ever added up. Who was asleep (a blocked process, a suspended machine)
sends what is due at once up to `BURST` frames, and leaves the rest out, saying how many.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.interfaces import IReactorTime

BURST = 10
"""Frames: 0.2 s of 20 ms, what players buffer."""


class Pace:
    """Asks for frames.

    Args:
        reactor: its seconds are monotonic.
        frame_s: seconds of a frame.
        send: sends the next frame.
        skip: told how many frames are left out.
    """

    def __init__(
        self,
        reactor: IReactorTime,
        frame_s: float,
        send: Callable[[], None],
        skip: Callable[[int], None],
    ) -> None:
        self._reactor = reactor
        self._frame_s = frame_s
        self._send = send
        self._skip = skip
        self._began = 0.0
        self._done = 0
        self._timer: Any = None

    @property
    def running(self) -> bool:
        """Whether frames are asked for."""
        return self._timer is not None

    def start(self) -> None:
        """Ask for the first frame now."""
        self._began = self._reactor.seconds()
        self._done = 0
        self._tick()

    def stop(self) -> None:
        """Ask for no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _tick(self) -> None:
        now = self._reactor.seconds()
        self._timer = self._reactor.callLater(self._frame_s, self._tick)
        due = int((now - self._began) / self._frame_s + 1e-6) + 1
        if due - self._done > BURST:
            self._skip(due - self._done - BURST)
            self._done = due - BURST
        while self._done < due and self._timer is not None:
            self._done += 1
            self._send()
        if self._timer is not None:
            self._timer.reset(max(0.0, self._began + self._done * self._frame_s - now))
