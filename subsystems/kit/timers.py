"""Named timers of one owner, so that all of them can be stopped.

Law: at most one timer of a name is waiting; setting it again replaces it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.interfaces import IDelayedCall, IReactorTime


class Timers:
    """The timers.

    Args:
        reactor: whose real seconds they run on.
    """

    def __init__(self, reactor: IReactorTime) -> None:
        self._reactor = reactor
        self._waiting: dict[str, IDelayedCall] = {}
        self._stopped = False

    def after(self, name: str, delay_s: float, call: Callable[[], None]) -> None:
        """Call `call` once in `delay_s` seconds."""
        self.cancel(name)
        if not self._stopped:
            self._waiting[name] = self._reactor.callLater(max(0.0, delay_s), call)

    def every(self, name: str, period_s: float, call: Callable[[], None]) -> None:
        """Call `call` each `period_s` seconds, first after one period."""

        def again() -> None:
            self.every(name, period_s, call)
            call()

        self.after(name, period_s, again)

    def soon(self, name: str, call: Callable[[], None]) -> None:
        """Call `call` in the reactor's next turn; once, however often this is asked for."""
        if not self.waiting(name):
            self.after(name, 0.0, call)

    def waiting(self, name: str) -> bool:
        """Return whether the timer `name` is still to come."""
        timer = self._waiting.get(name)
        return timer is not None and timer.active()

    def cancel(self, name: str) -> None:
        """Forget the timer `name`, if there is one."""
        timer = self._waiting.pop(name, None)
        if timer is not None and timer.active():
            timer.cancel()

    def stop(self) -> None:
        """Forget all timers and take no more."""
        self._stopped = True
        for name in list(self._waiting):
            self.cancel(name)
