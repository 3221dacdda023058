"""What scenarios are under way, in memory and in the database.

Law: wiring. What one does is `plan`'s. One whose time is over is not under way any more: what it
commanded has ended by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.defer import Deferred

    from hub.mqtt.store_calls import RunInStore
    from hub.scenarios.model import Running
    from hub.store.scenarios import ScenarioStore
    from protocol.times import Instant


class Room:
    """All scenarios under way.

    Args:
        store: called through `in_store` only.
        in_store: runs a blocking call in the store's thread.
        now: station time.
        tell: called when they are others.
    """

    def __init__(
        self,
        store: ScenarioStore,
        in_store: RunInStore,
        now: Callable[[], Instant],
        tell: Callable[[], None],
    ) -> None:
        self._store = store
        self._in_store = in_store
        self._now = now
        self._tell = tell
        self._running: dict[str, Running] = {}

    def read(self) -> Deferred[Any]:
        """Take over what another hub, or an earlier life of this one, had under way."""

        def take(found: dict[str, Running]) -> None:
            self._running = found
            self._tell()

        return self._in_store(self._store.all).addCallback(take)

    @property
    def running(self) -> tuple[Running, ...]:
        """Those under way, the latest first."""
        now = self._now()
        lasting = [each for each in self._running.values() if each.until > now]
        return tuple(sorted(lasting, key=lambda each: (each.since, each.id), reverse=True))

    def begun(self, running: Running) -> Deferred[Any]:
        """One has begun; fires when that is kept."""
        self._running[running.id] = running
        self._tell()
        return self._in_store(lambda: self._store.put(running))

    def over(self, running_id: str) -> Deferred[Any]:
        """One was ended; fires when that is kept."""
        self._running.pop(running_id, None)
        self._tell()
        return self._in_store(lambda: self._store.drop(running_id))
