"""Wishes of devices to be told again, gathered so that many are served by one republication.

Law: after a power cut 500 devices miss everything at the same moment; the store is then asked once,
and each entity is said once, for they all read the same topics.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from twisted.internet.interfaces import IDelayedCall

    from station_config.runtime.reactor import Reactor

GATHER_S = 0.2
"""Real seconds for which wishes are gathered."""


class Resync:
    """Gathers wishes."""

    def __init__(self, reactor: Reactor, tell: Callable[[Callable[[str], bool]], None]) -> None:
        """Wait for the first wish.

        Args:
            reactor: for the gathering.
            tell: gets a predicate that says whether an entity was wished for.
        """
        self._reactor = reactor
        self._tell = tell
        self._wanted: set[str] = set()
        self._everything = False
        self._due: IDelayedCall | None = None

    def want(self, entities: Iterable[str]) -> None:
        """Say these again soon; everything when there are none."""
        wanted = set(entities)
        self._wanted |= wanted
        self._everything = self._everything or not wanted
        if self._due is None:
            self._due = self._reactor.callLater(GATHER_S, self._serve)

    def cancel(self) -> None:
        """Forget the wishes: the connection is gone, and everything will be said after the next."""
        if self._due is not None:
            self._due.cancel()
        self._take()

    def _serve(self) -> None:
        everything, wanted = self._take()
        self._tell(lambda entity: everything or entity in wanted)

    def _take(self) -> tuple[bool, set[str]]:
        taken = (self._everything, self._wanted)
        self._everything, self._wanted, self._due = False, set(), None
        return taken
